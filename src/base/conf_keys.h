/*
 * conf_keys.h - the one table of keys: what conf.h shows of it, and how each is read.
 */
#ifndef SUBFERRY_SRC_BASE_CONF_KEYS_H
#define SUBFERRY_SRC_BASE_CONF_KEYS_H

#include "src/base/conf.h"

#define CONF_KEY_COUNT 69

enum conf_type {
	CONF_TEXT,   /* a char *, of @low to @high bytes */
	CONF_NAME,   /* the same of letters, digits, '.', '_', '-' */
	CONF_CHOICE, /* a char *, one of @choices */
	CONF_VARIABLE, /* the same, the name of an environment variable; never shown in an error */
	CONF_URL,    /* the same, http or https (url.h); never shown in an error; @choices "host":
			without a path, and a last '/' is taken away */
	CONF_PREFIX, /* the same, what stands before names: "" or made to end in '/' */
	CONF_FILE,   /* a char *, made absolute */
	CONF_SECRET, /* the same, a file that holds a secret; never shown in an error */
	CONF_PATHS,  /* conf.paths */
	CONF_FLAG,   /* a bool: the second of the two @choices makes it true */
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
/* Its field is a char *. */
bool conf_is_text(size_t key);
/* One of @words, which are separated by blanks, is @word. */
bool conf_has_word(const char *words, const char *word);
/* Place of a key; -1 if there is none. @name has @len bytes. */
int conf_find_key(const char *section, const char *name, size_t len);

#endif
