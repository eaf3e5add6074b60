/*
 * conf_keys.h - the one table of keys: what conf.h shows of it, and how each is read.
 */
#ifndef SUBFERRY_SRC_BASE_CONF_KEYS_H
#define SUBFERRY_SRC_BASE_CONF_KEYS_H

#include "src/base/conf.h"

#define CONF_KEY_COUNT 25

enum conf_type {
	CONF_TEXT,   /* a char *, of at most @high bytes */
	CONF_NAME,   /* the same of letters, digits, '.', '_', '-' */
	CONF_CHOICE, /* a char *, one of @choices */
	CONF_VARIABLE, /* the same, the name of an environment variable; never shown in an error */
	CONF_FILE,   /* a char *, made absolute */
	CONF_PATHS,  /* conf.paths */
	CONF_KEYS,   /* conf.slash_keys */
	CONF_NUMBER, /* an int64_t within @low..@high, as the next two */
	CONF_DURATION,
	CONF_SIZE,
};

/* How the key at the same place in conf_keys() is read and where it goes. */
struct conf_rule {
	enum conf_type type;
	size_t field;
	int64_t low, high;
	const char *choices; /* separated by blanks */
};

const struct conf_rule *conf_rule(size_t key);
/* One of @words, which are separated by blanks, is @word. */
bool conf_has_word(const char *words, const char *word);
/* Place of a key; -1 if there is none. @name has @len bytes. */
int conf_find_key(const char *section, const char *name, size_t len);

#endif
