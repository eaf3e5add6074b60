#include "config.h"

#include "src/format/json_scan.h"

#include <stdint.h>
#include <string.h>
#include <unistr.h>

#include "src/format/words.h"

const char json_no_memory[] = "no memory to look at it";

void json_init(struct json *json, const char *text, size_t len)
{
	json->text = text;
	json->at = text;
	json->stop = text + len;
	json->fault = NULL;
}

bool json_fail(struct json *json, const char *fault)
{
	if (!json->fault)
		json->fault = fault;
	return false;
}

int json_peek(struct json *json)
{
	while (json->at < json->stop && (*json->at == ' ' || *json->at == '\n' ||
					 *json->at == '\r' || *json->at == '\t'))
		json->at++;
	return json->at < json->stop ? (unsigned char)*json->at : -1;
}

bool json_take(struct json *json, char c)
{
	if (json_peek(json) != c)
		return false;
	json->at++;
	return true;
}

bool json_need(struct json *json, char c, const char *otherwise)
{
	return json_take(json, c) || json_fail(json, otherwise);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits of "\uXXXX" at @at; -1 if they are not. */
static int32_t hex_unit(const char *at, const char *stop)
{
	int32_t unit = 0;
	int digit;

	if (stop - at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		digit = hex_value(at[i]);
		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

/* To the next byte of a string that is not simply itself. */
static const char *plain_run(const char *at, const char *stop)
{
	uint64_t word, mask;

	while (stop - at >= WORD_SIZE) {
		word = word_load(at);
		mask = word_control(word) | word_has(word, '"') | word_has(word, '\\');
		if (mask)
			return at + word_first(mask);
		at += WORD_SIZE;
	}
	while (at < stop && (unsigned char)*at >= 0x20 && *at != '"' && *at != '\\')
		at++;
	return at;
}

/* At the backslash. */
static bool skip_escape(struct json *json)
{
	if (json->stop - json->at < 2)
		return json_fail(json, "the end of the string is missing");
	switch (json->at[1]) {
	case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
		json->at += 2;
		return true;
	case 'u':
		if (hex_unit(json->at + 2, json->stop) < 0)
			return json_fail(json, "\\u is not followed by four hex digits");
		json->at += 6;
		return true;
	default:
		return json_fail(json, "no such escape in a string");
	}
}

bool json_string(struct json *json, const char **from, size_t *len)
{
	if (!json_need(json, '"', "a string was expected"))
		return false;
	*from = json->at;
	for (;;) {
		json->at = plain_run(json->at, json->stop);
		if (json->at == json->stop)
			return json_fail(json, "the end of the string is missing");
		if (*json->at == '"')
			break;
		if (*json->at != '\\')
			return json_fail(json, "a control character in a string");
		if (!skip_escape(json))
			return false;
	}
	*len = (size_t)(json->at++ - *from);
	return true;
}

static bool skip_digits(struct json *json)
{
	const char *from = json->at;

	while (json->at < json->stop && *json->at >= '0' && *json->at <= '9')
		json->at++;
	return json->at > from || json_fail(json, "a digit was expected");
}

static bool is_next(const struct json *json, char c)
{
	return json->at < json->stop && *json->at == c;
}

bool json_number(struct json *json, const char **from, size_t *len)
{
	json_peek(json);
	*from = json->at;
	if (is_next(json, '-'))
		json->at++;
	if (is_next(json, '0'))
		json->at++;
	else if (!skip_digits(json))
		return false;
	if (is_next(json, '.')) {
		json->at++;
		if (!skip_digits(json))
			return false;
	}
	if (is_next(json, 'e') || is_next(json, 'E')) {
		json->at++;
		if (is_next(json, '+') || is_next(json, '-'))
			json->at++;
		if (!skip_digits(json))
			return false;
	}
	*len = (size_t)(json->at - *from);
	return true;
}

static bool skip_scalar(struct json *json, int c)
{
	static const char *const words[] = {"null", "true", "false"};
	const char *from;
	size_t len;

	if (c == '"')
		return json_string(json, &from, &len);
	if (c == '-' || (c >= '0' && c <= '9'))
		return json_number(json, &from, &len);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		len = strlen(words[i]);
		if ((size_t)(json->stop - json->at) >= len && !memcmp(json->at, words[i], len)) {
			json->at += len;
			return true;
		}
	}
	return json_fail(json, "a value was expected");
}

static bool skip_key(struct json *json)
{
	const char *from;
	size_t len;

	return json_string(json, &from, &len) && json_need(json, ':', "\":\" was expected");
}

/*
 * At the beginning of a value: opens any number of arrays and objects, up to and with the first
 * scalar or empty one. @open holds the closing byte of each that is open.
 */
static bool skip_down(struct json *json, struct buf *open)
{
	int c;

	for (;;) {
		c = json_peek(json);
		if (c != '[' && c != '{')
			return skip_scalar(json, c);
		json->at++;
		if (json_take(json, c == '[' ? ']' : '}'))
			return true;
		buf_add_char(open, c == '[' ? ']' : '}');
		if (open->failed)
			return json_fail(json, json_no_memory);
		if (c == '{' && !skip_key(json))
			return false;
	}
}

/* Behind a value: closes what ends here. True with @open not empty: another value follows. */
static bool skip_up(struct json *json, struct buf *open)
{
	char close;

	while (open->len) {
		close = open->data[open->len - 1];
		if (json_take(json, ','))
			return close == ']' || skip_key(json);
		if (!json_need(json, close, close == ']' ? "\",\" or \"]\" was expected"
							 : "\",\" or \"}\" was expected"))
			return false;
		open->len--;
	}
	return true;
}

bool json_skip(struct json *json)
{
	struct buf open = BUF_INIT;
	bool ok;

	do
		ok = skip_down(json, &open) && skip_up(json, &open);
	while (ok && open.len);
	buf_clear(&open);
	return ok;
}

/* Takes one character out of a checked string; a surrogate half comes as U+FFFD. */
static ucs4_t take_char(const char **at, const char *stop)
{
	static const char escapes[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
	int32_t unit, low;
	ucs4_t uc;

	if (**at != '\\') {
		*at += u8_mbtouc(&uc, (const uint8_t *)*at, (size_t)(stop - *at));
		return uc;
	}
	*at += 2;
	if ((*at)[-1] != 'u') {
		for (const char *pair = escapes; *pair; pair += 2)
			if (*pair == (*at)[-1])
				return (unsigned char)pair[1];
		return 0xFFFD;
	}
	unit = hex_unit(*at, stop);
	*at += 4;
	if (unit < 0xD800 || unit > 0xDFFF)
		return (ucs4_t)unit;
	if (unit > 0xDBFF || stop - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
		return 0xFFFD;
	low = hex_unit(*at + 2, stop);
	if (low < 0xDC00 || low > 0xDFFF)
		return 0xFFFD;
	*at += 6;
	return 0x10000 + (((ucs4_t)unit - 0xD800) << 10) + ((ucs4_t)low - 0xDC00);
}

bool json_string_is(const char *from, size_t len, const char *name)
{
	const char *stop = from + len;

	for (; from < stop && *name; name++)
		if (take_char(&from, stop) != (unsigned char)*name)
			return false;
	return from == stop && !*name;
}

void json_string_add(struct buf *out, const char *from, size_t len)
{
	const char *stop = from + len;
	uint8_t bytes[4];
	const char *run;
	int n;

	while (from < stop) {
		run = memchr(from, '\\', (size_t)(stop - from));
		if (!run)
			run = stop;
		buf_add(out, from, (size_t)(run - from));
		from = run;
		if (from == stop)
			break;
		n = u8_uctomb(bytes, take_char(&from, stop), sizeof(bytes));
		buf_add(out, bytes, n > 0 ? (size_t)n : 0);
	}
}
