/*
 * names.h - a set of names, each with a number: an outline's blocks, what a walk has reached.
 *
 * An ordered tree, not a hash table: names come from exports, and no choice of names can make
 * a balanced tree slow. Not thread-safe.
 */
#ifndef SUBFERRY_SRC_SOURCE_NAMES_H
#define SUBFERRY_SRC_SOURCE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct names {
	void *root;
};

#define NAMES_INIT                                                                                 \
	{                                                                                          \
		NULL                                                                               \
	}

/* Adds a copy of @name unless it is there; *@added (may be NULL) says. false without memory. */
bool names_add(struct names *names, const char *name, size_t number, bool *added);
/* Whether @name is there, and then its number (@number may be NULL). */
bool names_get(const struct names *names, const char *name, size_t *number);
/* Takes @name out, if it is there. */
void names_drop(struct names *names, const char *name);
void names_clear(struct names *names); /* may run twice */

#endif
