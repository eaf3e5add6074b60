/*
 * olx_digest.h - the SHA-256 of whole archives, each read for it once as long as it is the same file.
 *
 * A file counts as the same while device, inode, size, and its times of content and status are: the
 * last one cannot be set back. One that was changed a moment ago is hashed again all the same, as the
 * next change may fall into the same tick of its clock. Thread-safe.
 */
#ifndef SUBFERRY_SRC_SOURCE_OLX_DIGEST_H
#define SUBFERRY_SRC_SOURCE_OLX_DIGEST_H

#include "src/base/error.h"
#include "src/base/hash.h"

struct olx_digests;

struct olx_digests *olx_digests_new(void);	    /* NULL without memory */
void olx_digests_free(struct olx_digests *digests); /* accepts NULL */
/* Of the open file @fd; @path is for people. RESULT_RETRY: it is rewritten just now. */
enum result olx_digests_get(struct olx_digests *digests, int fd, const char *path, char out[HASH_HEX],
			    struct error *err);

#endif
