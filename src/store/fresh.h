/*
 * fresh.h - a file that has no name until its bytes are whole and synced.
 *
 * On Linux file systems it is nameless (O_TMPFILE) and vanishes with a killed process. Where
 * that is not possible it has a temporary name beside the store's root, or in the root if
 * nothing may be made beside it; fresh_sweep() removes what killed processes left of those.
 */
#ifndef SUBFERRY_SRC_STORE_FRESH_H
#define SUBFERRY_SRC_STORE_FRESH_H

#include "src/store/folder.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Where a store makes its fresh files; shared by all threads. */
struct fresh_place {
	struct folders *folders; /* borrowed */
	char *beside, *inside;	 /* temporary names' beginnings */
	atomic_bool no_beside;	 /* making files beside the root failed, or they cannot be linked */
	atomic_uint counter;
};

struct fresh {
	int fd;
	char *temporary; /* NULL: nameless */
};

enum result fresh_place_init(struct fresh_place *place, struct folders *folders, struct error *err);
void fresh_place_clear(struct fresh_place *place);
/* Removes temporary files of processes that are gone. */
void fresh_sweep(struct fresh_place *place);

/* The file will be linked into @folder. Close with fresh_close() in every case. */
enum result fresh_open(struct fresh_place *place, struct folder *folder, struct fresh *fresh,
		       struct error *err);
/* Writes and syncs; @name is for the error. */
enum result fresh_fill(struct fresh_place *place, struct fresh *fresh, const char *bytes,
		       size_t len, const char *name, struct error *err);
/* Gives it the name @leaf in @folder unless that exists: 0, or an errno (EEXIST). */
int fresh_link(struct fresh_place *place, struct fresh *fresh, struct folder *folder,
	       const char *leaf);
void fresh_close(struct fresh *fresh); /* may run twice */

#endif
