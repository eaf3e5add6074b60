/*
 * conf_set.h - values into the fields of a configuration, as the table of keys has them (inside
 * src/base/ only).
 */
#ifndef SUBFERRY_SRC_BASE_CONF_SET_H
#define SUBFERRY_SRC_BASE_CONF_SET_H

#include "src/base/conf.h"
#include "src/base/conf_keys.h"

struct conf_parser {
	struct conf *conf;
	const char *folder;
	const char *next;		     /* the text not yet handed to inih */
	unsigned long line;		     /* the one handed over last, from 1 */
	unsigned long first[CONF_KEY_COUNT]; /* line of each key, 0: not yet seen */
	int current;			     /* key of the line above, for continuations; -1 none */
	bool indented;			     /* the line begins with a blank */
	bool stopped; /* @err is filled: the reader hands over nothing more */
	struct error *err;
};

const struct conf_key *conf_key_at(size_t key);
void *conf_field(struct conf *conf, size_t key);

/* "FILE:LINE: what", in @p->err; returns RESULT_INVALID, and the reader hands over nothing more. */
enum result SF_PRINTF(2, 3) conf_fail(struct conf_parser *p, const char *fmt, ...);
enum result conf_no_memory(struct conf_parser *p);

/* @value becomes that of @key, checked; paths are added to those that are there. */
enum result conf_set(struct conf_parser *p, size_t key, const char *value);
/* The paths in @value, more of them. */
enum result conf_add_paths(struct conf_parser *p, const char *value);

#endif
