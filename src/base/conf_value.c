#include "config.h"

#include "src/base/conf_value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"

struct unit {
	const char *name;
	int64_t factor;
};

/* Digits at the start of @text; *@end is what follows. No sign, no blanks, no overflow. */
static bool read_digits(const char *text, int64_t *out, const char **end)
{
	int64_t value = 0;

	if (*text < '0' || *text > '9')
		return false;
	for (; *text >= '0' && *text <= '9'; text++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *text - '0', &value))
			return false;
	*out = value;
	*end = text;
	return true;
}

static bool read_with_unit(const char *text, const struct unit *units, size_t count, int64_t *out)
{
	const char *end = NULL;
	int64_t value;

	if (!read_digits(text, &value, &end))
		return false;
	while (*end == ' ' || *end == '\t')
		end++;
	for (size_t i = 0; i < count; i++)
		if (!strcmp(end, units[i].name))
			return !__builtin_mul_overflow(value, units[i].factor, out);
	if (*end || value)
		return false;
	*out = 0;
	return true;
}

bool value_number(const char *text, int64_t *out, const char **why)
{
	const char *end = NULL;

	*why = "a whole number such as 8";
	return read_digits(text, out, &end) && !*end;
}

bool value_duration(const char *text, int64_t *out, const char **why)
{
	static const struct unit units[] = {
	    {"ms", 1}, {"s", 1000}, {"m", 60000}, {"min", 60000}, {"h", 3600000}};

	*why = "a whole number with its unit: 500ms, 2s, 1m or 1h";
	return read_with_unit(text, units, sizeof(units) / sizeof(*units), out);
}

bool value_size(const char *text, int64_t *out, const char **why)
{
	static const struct unit units[] = {{"", 1},	      {"B", 1},		  {"kB", 1000},
					    {"MB", 1000000},  {"GB", 1000000000}, {"KiB", 1024},
					    {"MiB", 1048576}, {"GiB", 1073741824}};

	*why = "a whole number of bytes, or with a unit: 500kB, 3MiB";
	return read_with_unit(text, units, sizeof(units) / sizeof(*units), out);
}

static enum result append_word(char ***words, size_t *count, char *word)
{
	char **grown = word ? realloc(*words, (*count + 1) * sizeof(*grown)) : NULL;

	if (!grown) {
		free(word);
		return RESULT_NOMEM;
	}
	*words = grown;
	grown[(*count)++] = word;
	return RESULT_OK;
}

/* Reads one quoted word; *@text stands behind the opening quote and ends behind the closing. */
static bool read_quoted(const char **text, struct buf *word)
{
	for (; **text; (*text)++) {
		if (**text == '"' && *++(*text) != '"')
			return true;
		buf_add_char(word, **text);
	}
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

enum result value_words(const char *text, char ***words, size_t *count, const char **why)
{
	*why = "names separated by blanks; \"...\" around a name with blanks";
	for (;;) {
		struct buf word = BUF_INIT;
		enum result st = RESULT_OK;

		while (is_blank(*text))
			text++;
		if (!*text)
			return RESULT_OK;
		if (*text == '"') {
			text++;
			if (!read_quoted(&text, &word) || (*text && !is_blank(*text)))
				st = RESULT_INVALID;
		} else {
			size_t len = strcspn(text, " \t\"");

			buf_add(&word, text, len);
			text += len;
			if (*text == '"')
				st = RESULT_INVALID;
		}
		if (st == RESULT_OK && !word.len && !word.failed)
			st = RESULT_INVALID;
		if (st == RESULT_OK)
			st = append_word(words, count, buf_take(&word));
		buf_clear(&word);
		if (st != RESULT_OK)
			return st;
	}
}
