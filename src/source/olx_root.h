/*
 * olx_root.h - who a course is: its key and its name, from course.xml and the root block.
 */
#ifndef SUBFERRY_SRC_SOURCE_OLX_ROOT_H
#define SUBFERRY_SRC_SOURCE_OLX_ROOT_H

#include "src/source/olx_tree.h"

struct olx_root {
	char *key;  /* canonical */
	char *name; /* display name, may be "" */
	char *run;
};

/* RESULT_INVALID, naming the file, for what is no course (domain 10.2). */
enum result olx_root_read(struct olx_tree *tree, bool slash_keys, struct olx_root *out,
			  struct error *err);
void olx_root_clear(struct olx_root *root); /* may run twice */

/* The file name of the root block if @text is a complete pointer to it, else NULL; free(). */
char *olx_root_pointer(const char *text, size_t len);
/* @text is a root block with a display name. */
bool olx_root_is_named(const char *text, size_t len);

#endif
