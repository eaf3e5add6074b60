/*
 * folder.h - the open folders of a directory store, and their shared syncs.
 *
 * A folder is opened once and kept, so that a put walks no path. It is reached part by part
 * from the root without following symbolic links; the root itself may be one. Thread-safe.
 */
#ifndef SUBFERRY_SRC_STORE_FOLDER_H
#define SUBFERRY_SRC_STORE_FOLDER_H

#include "src/base/error.h"

#include <stdbool.h>

struct folders;

struct folder {
	int fd; /* valid while the caller holds the folder */
};

/* The root is made if it is missing (its own parent must be there), unless @read_only. */
enum result folders_new(struct folders **out, const char *path, bool read_only, struct error *err);
void folders_free(struct folders *folders); /* accepts NULL */
const char *folders_path(const struct folders *folders);
/*
 * The folder that holds @name (a valid one), and @leaf: its last part. With @make it is made
 * if missing, and its own entry is durable; without, RESULT_MISSING. Return with folder_drop().
 */
enum result folder_hold(struct folders *folders, const char *name, bool make, struct folder **out,
			const char **leaf, struct error *err);
void folder_drop(struct folders *folders, struct folder *folder); /* accepts NULL */
/*
 * Every name linked into @folder before the call is durable when it returns RESULT_OK. Threads
 * that come while a sync runs share the next one.
 */
enum result folder_sync(struct folders *folders, struct folder *folder, struct error *err);
/*
 * Looks again whether the root is what its path names, and opens what is there now if not: the
 * open folders are forgotten. UNREACHABLE when nothing is there.
 */
enum result folders_refresh(struct folders *folders, struct error *err);
/* Calls @fn for every folder open for writing, or for the root when there is none. */
enum result folders_each(struct folders *folders,
			 enum result (*fn)(struct folder *folder, void *arg, struct error *err),
			 void *arg, struct error *err);
/* Translates errno: what a person can mend while the program waits is UNREACHABLE. */
enum result folder_error(const struct folders *folders, int number, const char *doing,
			 const char *name, struct error *err);

#endif
