#include "config.h"

#include "src/format/sjson.h"

#include <endian.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "src/base/text.h"
#include "src/format/json_scan.h"
#include "src/format/words.h"

enum {
	CHUNK = 4096,	    /* bytes escaped between two looks at the buffer's room */
	ESCAPE_MAX = 6,	    /* bytes that one byte can become */
	PLAIN_NUMBER = 300, /* digits that surely fit a double when there is no exponent */
};

/* Bytes that stand for themselves in json.dumps: printable ASCII but " and \. */
static inline bool is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

static inline uint64_t unplain(uint64_t word)
{
	return word_control(word) | word_beyond(word) | word_has(word, '"') |
	       word_has(word, '\\');
}

/* The four hex digits of @unit as they lie in memory, without a table or a branch. */
static inline uint32_t hex_digits(unsigned unit)
{
	uint32_t x = unit >> 8 | (unit & 0xFF) << 16;

	x = (x & 0x00F000F0) >> 4 | (x & 0x000F000F) << 8; /* a nibble a byte */
	return x + 0x30303030 + ((x + 0x06060606) >> 4 & 0x01010101) * ('a' - '9' - 1);
}

static inline char *put_unit(char *out, unsigned unit)
{
	uint32_t digits = htole32(hex_digits(unit));

	memcpy(out, "\\u", 2);
	memcpy(out + 2, &digits, 4);
	return out + 6;
}

static char *put_ascii(char *out, unsigned char c)
{
	static const char shorts[0x20] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
	};
	char letter = c < 0x20 ? shorts[c] : 0;

	if (c == '"' || c == '\\')
		letter = (char)c;
	if (!letter)
		return put_unit(out, c);
	out[0] = '\\';
	out[1] = letter;
	return out + 2;
}

/* A character of two, three or four bytes; the text is known to be well-formed. */
static inline char *put_wide(char *out, const unsigned char **at)
{
	const unsigned char *c = *at;
	unsigned uc;

	if (c[0] < 0xE0) {
		*at += 2;
		return put_unit(out, (c[0] & 0x1Fu) << 6 | (c[1] & 0x3Fu));
	}
	if (c[0] < 0xF0) {
		*at += 3;
		return put_unit(out, (c[0] & 0x0Fu) << 12 | (c[1] & 0x3Fu) << 6 | (c[2] & 0x3Fu));
	}
	*at += 4;
	uc = (c[0] & 0x07u) << 18 | (c[1] & 0x3Fu) << 12 | (c[2] & 0x3Fu) << 6 | (c[3] & 0x3Fu);
	uc -= 0x10000;
	out = put_unit(out, 0xD800 + (uc >> 10));
	return put_unit(out, 0xDC00 + (uc & 0x3FF));
}

/*
 * @out has room for ESCAPE_MAX times @len, and @len ends on a character. Eight bytes are copied
 * even when fewer are plain: the rest is overwritten, and there is room.
 */
static char *escape(char *out, const char *text, size_t len)
{
	const unsigned char *at = (const unsigned char *)text;
	const unsigned char *stop = at + len;
	uint64_t mask;
	unsigned n;

	while (at < stop) {
		if (stop - at >= WORD_SIZE) {
			mask = unplain(word_load(at));
			memcpy(out, at, WORD_SIZE);
			n = mask ? word_first(mask) : WORD_SIZE;
			out += n;
			at += n;
			if (!mask)
				continue;
		}
		do { /* other scripts come in words with single spaces between them */
			while (at < stop && *at >= 0x80)
				out = put_wide(out, &at);
			if (at < stop && is_plain(*at))
				*out++ = (char)*at++;
			else if (at < stop)
				out = put_ascii(out, *at++);
		} while (at < stop && *at >= 0x80);
	}
	return out;
}

void sjson_add_escaped(struct buf *out, const char *text, size_t len)
{
	size_t n;

	while (len) {
		n = text_cut(text, len, CHUNK);
		if (!buf_reserve(out, n * ESCAPE_MAX))
			return;
		out->len = (size_t)(escape(out->data + out->len, text, n) - out->data);
		out->data[out->len] = '\0';
		text += n;
		len -= n;
	}
}

/* The terminal's locale may want a comma in numbers; JSON never does. */
static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* @text ends in something that belongs to no number. */
static double to_double(const char *text)
{
	pthread_once(&c_locale_once, make_c_locale);
	return c_locale ? strtod_l(text, NULL, c_locale) : strtod(text, NULL);
}

static bool check_number(struct json *json)
{
	const char *from;
	size_t len;

	if (!json_number(json, &from, &len))
		return false;
	/* strtod() may look one byte further: there must be one */
	if (json_peek(json) < 0)
		return json_fail(json, "the end of the array is missing");
	if (len <= PLAIN_NUMBER && !memchr(from, 'e', len) && !memchr(from, 'E', len))
		return true;
	if (isfinite(to_double(from)))
		return true;
	json->at = from;
	return json_fail(json, "a number that does not fit a double");
}

static bool check_text(struct json *json)
{
	const char *from;
	size_t len;

	switch (json_peek(json)) {
	case '"':
		return json_string(json, &from, &len);
	case 'n':
		return json_skip(json);
	default:
		return json_fail(json, "a string or null was expected");
	}
}

/* Behind "[": counts and checks the elements, up to and with "]". */
static bool check_array(struct json *json, bool (*element)(struct json *json), size_t *count)
{
	*count = 0;
	if (json_take(json, ']'))
		return true;
	do {
		if (!element(json))
			return false;
		(*count)++;
	} while (json_take(json, ','));
	return json_need(json, ']', "\",\" or \"]\" was expected");
}

enum { START, END, TEXT, ARRAYS };

struct array {
	const char *name, *twice, *missing, *other;
	bool (*element)(struct json *json);
};

#define ARRAY(name, element) \
	{name, "\"" name "\" is written twice", "there is no \"" name "\"", \
	 "\"" name "\" is no array", element}
static const struct array arrays[ARRAYS] = {
	[START] = ARRAY("start", check_number),
	[END] = ARRAY("end", check_number),
	[TEXT] = ARRAY("text", check_text),
};

/* One "key": value of the outer object. */
static bool check_member(struct json *json, const char *inside[ARRAYS], size_t counts[ARRAYS])
{
	const char *key;
	size_t len;

	if (!json_string(json, &key, &len))
		return false;
	for (int i = 0; i < ARRAYS; i++) {
		if (!json_string_is(key, len, arrays[i].name))
			continue;
		if (inside[i])
			return json_fail(json, arrays[i].twice);
		if (!json_need(json, ':', "\":\" was expected") ||
		    !json_need(json, '[', arrays[i].other))
			return false;
		inside[i] = json->at;
		return check_array(json, arrays[i].element, &counts[i]);
	}
	return json_need(json, ':', "\":\" was expected") && json_skip(json);
}

static bool check_object(struct json *json, const char *inside[ARRAYS], size_t counts[ARRAYS])
{
	if (!json_need(json, '{', "an object was expected"))
		return false;
	if (!json_take(json, '}')) {
		do {
			if (!check_member(json, inside, counts))
				return false;
		} while (json_take(json, ','));
		if (!json_need(json, '}', "\",\" or \"}\" was expected"))
			return false;
	}
	if (json_peek(json) >= 0)
		return json_fail(json, "something follows the end of the object");
	for (int i = 0; i < ARRAYS; i++)
		if (!inside[i])
			return json_fail(json, arrays[i].missing);
	return true;
}

enum result sjson_check(struct sjson *out, const char *text, size_t len, char *reason,
			size_t reason_size)
{
	const char *inside[ARRAYS] = {NULL};
	size_t counts[ARRAYS] = {0};
	struct json json;

	memset(out, 0, sizeof(*out));
	json_init(&json, text, len);
	if (!check_object(&json, inside, counts)) {
		snprintf(reason, reason_size, "byte %zu: %s", (size_t)(json.at - text) + 1,
			 json.fault);
		return json.fault == json_no_memory ? RESULT_NOMEM : RESULT_INVALID;
	}
	if (counts[START] != counts[END] || counts[START] != counts[TEXT]) {
		snprintf(reason, reason_size,
			 "start, end and text are of different length: %zu, %zu, %zu",
			 counts[START], counts[END], counts[TEXT]);
		return RESULT_INVALID;
	}
	out->start = inside[START];
	out->end = inside[END];
	out->text = inside[TEXT];
	out->stop = text + len;
	out->count = counts[TEXT];
	return RESULT_OK;
}

static double take_number(struct json *json)
{
	const char *from = json->at;
	size_t len;

	json_number(json, &from, &len);
	json_take(json, ',');
	return to_double(from);
}

static void take_text(struct json *json, struct buf *out)
{
	const char *from;
	size_t len;

	if (json_peek(json) != '"')
		json_skip(json);
	else if (json_string(json, &from, &len))
		json_string_add(out, from, len);
	json_take(json, ',');
}

enum result sjson_cues(struct cues *out, const struct sjson *sjson)
{
	struct json start, end, text;
	struct buf words = BUF_INIT;
	enum result st = RESULT_OK;
	double from, to;

	json_init(&start, sjson->start, (size_t)(sjson->stop - sjson->start));
	json_init(&end, sjson->end, (size_t)(sjson->stop - sjson->end));
	json_init(&text, sjson->text, (size_t)(sjson->stop - sjson->text));
	for (size_t i = 0; st == RESULT_OK && i < sjson->count; i++) {
		buf_reset(&words);
		from = take_number(&start);
		to = take_number(&end);
		take_text(&text, &words);
		st = words.failed ? RESULT_NOMEM
				  : cues_add(out, from, to, buf_text(&words), words.len);
	}
	buf_clear(&words);
	return st;
}
