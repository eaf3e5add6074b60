/*
 * olx_scan.h - one pass over a tar archive, plain or gzip, that refuses what is hostile.
 *
 * Every entry's kind, name and size is looked at before anything is done with it, and what is
 * skipped is counted as if it were read: a bomb is noticed while it goes off.
 */
#ifndef SUBFERRY_SRC_SOURCE_OLX_SCAN_H
#define SUBFERRY_SRC_SOURCE_OLX_SCAN_H

#include "src/source/olx_tree.h"

struct olx_scan;

/*
 * Called for each regular file; @name is clean ("a/b", no "./", no "//") and borrowed.
 * RESULT_END ends the pass well; anything else but RESULT_OK ends it with that.
 */
typedef enum result olx_visit_fn(void *arg, struct olx_scan *scan, const char *name, int64_t size,
				 int64_t mtime, struct error *err);

/* Reads the archive @fd from its beginning; @path is for people. */
enum result olx_scan(int fd, const char *path, olx_visit_fn *visit, void *arg, struct error *err);
/*
 * The bytes of the file being visited, appended to @out. RESULT_DAMAGED, with the library's
 * words, when the archive breaks off inside it.
 */
enum result olx_scan_bytes(struct olx_scan *scan, struct buf *out, struct error *err);

#endif
