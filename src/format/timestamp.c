#include "config.h"

#include "src/format/timestamp.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <unistr.h>

#include "src/base/text.h"

enum { PARTS = 4, SMALL_DIGITS = 12 }; /* 10^12 hours are still fewer ms than 2^63 */

/* What a part adds to the sum, and the steps of ((h * 60 + m) * 60 + s) * 1000 + ms. */
static const int64_t factors[PARTS] = {3600000, 60000, 1000, 1};
static const unsigned steps[PARTS] = {0, 60, 60, 1000};

/* A part, as it stands and as ASCII digits without leading zeros. */
struct part {
	const char *text;
	size_t len;
	bool negative;
	size_t digits;	   /* offset into the buffer of all four */
	size_t digits_len; /* 0: the number is zero */
};

/* Value of the digit @c; more than 9 if it is none, and @bad collects that. */
static inline unsigned digit(char c, unsigned *bad)
{
	unsigned value = (unsigned char)c - (unsigned)'0';

	*bad |= value > 9;
	return value;
}

int64_t timestamp_usual(const char *text)
{
	unsigned bad = text[2] != ':' || text[5] != ':' || text[8] != ',';
	unsigned hours = digit(text[0], &bad) * 10 + digit(text[1], &bad);
	unsigned minutes = digit(text[3], &bad) * 10 + digit(text[4], &bad);
	unsigned seconds = digit(text[6], &bad) * 10 + digit(text[7], &bad);
	unsigned ms = digit(text[9], &bad) * 100 + digit(text[10], &bad) * 10 +
		      digit(text[11], &bad);

	return bad ? -1 : (int64_t)((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
}

static bool is_separator(char c)
{
	return c == ':' || c == '.' || c == ',';
}

/* ASCII digits between four single separators, of any length but the longest. */
static bool read_plain(int64_t *ms, const char *at, size_t len)
{
	const char *end = at + len;
	int64_t value;
	int part = 0, digits;

	for (*ms = 0;; at++) {
		value = 0;
		for (digits = 0; at < end && *at >= '0' && *at <= '9'; at++, digits++) {
			if (digits == SMALL_DIGITS)
				return false;
			value = value * 10 + (*at - '0');
		}
		if (!digits || part == PARTS)
			return false;
		*ms += value * factors[part++];
		if (at == end)
			return part == PARTS;
		if (!is_separator(*at))
			return false;
	}
}

static bool split_parts(struct part parts[PARTS], const char *at, size_t len)
{
	const char *end = at + len;
	int count = 0;

	for (const char *from = at;; at++) {
		if (at < end && !is_separator(*at))
			continue;
		if (count == PARTS)
			return false;
		memset(&parts[count], 0, sizeof(parts[count]));
		parts[count].text = from;
		parts[count++].len = (size_t)(at - from);
		if (at == end)
			return count == PARTS;
		from = at + 1;
	}
}

/* The decimal digit of any script at @at, or -1; *@take is its bytes. */
static int take_digit(const char *at, size_t len, size_t *take)
{
	ucs4_t uc;
	int n;

	*take = 1;
	if (!len)
		return -1;
	if (*at >= '0' && *at <= '9')
		return *at - '0';
	if ((unsigned char)*at < 0x80)
		return -1;
	n = u8_mbtoucr(&uc, (const uint8_t *)at, len);
	if (n <= 0)
		return -1;
	*take = (size_t)n;
	return uc_decimal_value(uc);
}

/* int() strips what str.strip() strips, except U+001C..U+001F. */
static size_t int_space(const char *at, size_t len)
{
	return len && *at >= 0x1C && *at <= 0x1F ? 0 : text_space(at, len);
}

static size_t skip_space(const char *text, size_t len, size_t at)
{
	size_t n;

	while ((n = int_space(text + at, len - at)) > 0)
		at += n;
	return at;
}

/*
 * Appends the digits at @*at, single underscores between them allowed if @underscores; leading
 * zeros are counted but not kept. Returns their number; SIZE_MAX for a misplaced underscore.
 */
static size_t take_digits(struct buf *out, const struct part *part, size_t *at, bool underscores)
{
	size_t count = 0, take, from = out->len;
	bool after_underscore = false;
	int digit;

	for (;; *at += take) {
		digit = take_digit(part->text + *at, part->len - *at, &take);
		if (digit >= 0) {
			if (digit || out->len > from)
				buf_add_char(out, (char)('0' + digit));
			count++;
			after_underscore = false;
		} else if (underscores && count && !after_underscore && *at < part->len &&
			   part->text[*at] == '_') {
			after_underscore = true;
		} else {
			return after_underscore ? SIZE_MAX : count;
		}
	}
}

/* Python's int(): false where it raises ValueError. */
static bool read_int(struct buf *out, struct part *part)
{
	size_t at = skip_space(part->text, part->len, 0);
	size_t count;

	part->digits = out->len;
	part->negative = false;
	if (at < part->len && (part->text[at] == '+' || part->text[at] == '-'))
		part->negative = part->text[at++] == '-';
	count = take_digits(out, part, &at, true);
	part->digits_len = out->len - part->digits;
	return count && count <= TIMESTAMP_DIGITS &&
	       skip_space(part->text, part->len, at) == part->len;
}

/* pysrt's second try, the leading digits, else zero. False: more than int() would take. */
static bool read_leading(struct buf *out, struct part *part)
{
	size_t at = 0, count;

	out->len = part->digits;
	part->negative = false;
	count = take_digits(out, part, &at, false);
	part->digits_len = out->len - part->digits;
	return count <= TIMESTAMP_DIGITS;
}

static int64_t small_sum(const struct part parts[PARTS], const struct buf *digits)
{
	int64_t sum = 0;

	for (int i = 0; i < PARTS; i++) {
		int64_t value = 0;

		for (size_t k = 0; k < parts[i].digits_len; k++)
			value = value * 10 + (digits->data[parts[i].digits + k] - '0');
		sum += (parts[i].negative ? -value : value) * factors[i];
	}
	return sum;
}

static char *big_sum(const struct part parts[PARTS], const struct buf *digits)
{
	BIGNUM *sum = BN_new(), *value = BN_new();
	char text[TIMESTAMP_DIGITS + 1];
	char *out = NULL;
	bool ok = sum && value;

	for (int i = 0; ok && i < PARTS; i++) {
		if (steps[i])
			ok = BN_mul_word(sum, steps[i]);
		if (!parts[i].digits_len)
			continue;
		memcpy(text, digits->data + parts[i].digits, parts[i].digits_len);
		text[parts[i].digits_len] = '\0';
		ok = ok && BN_dec2bn(&value, text);
		ok = ok && (parts[i].negative ? BN_sub(sum, sum, value) : BN_add(sum, sum, value));
	}
	if (ok)
		out = BN_bn2dec(sum);
	BN_free(sum);
	BN_free(value);
	return out;
}

static enum result read_big(struct timestamp *out, const struct part parts[PARTS],
			    const struct buf *digits)
{
	char *text = big_sum(parts, digits);
	char *end;

	if (!text)
		return RESULT_NOMEM;
	if (strlen(text) - (text[0] == '-') > TIMESTAMP_DIGITS) {
		OPENSSL_free(text);
		return RESULT_LIMIT;
	}
	errno = 0;
	out->ms = strtoll(text, &end, 10);
	if (errno == ERANGE)
		out->big = strdup(text);
	OPENSSL_free(text);
	return errno == ERANGE && !out->big ? RESULT_NOMEM : RESULT_OK;
}

static enum result read_parts(struct timestamp *out, struct part parts[PARTS], struct buf *digits)
{
	bool small = true;

	for (int i = 0; i < PARTS; i++) {
		if (!read_int(digits, &parts[i]) && !read_leading(digits, &parts[i]))
			return RESULT_LIMIT;
		small = small && parts[i].digits_len <= SMALL_DIGITS;
	}
	if (digits->failed)
		return RESULT_NOMEM;
	if (!small)
		return read_big(out, parts, digits);
	out->ms = small_sum(parts, digits);
	return RESULT_OK;
}

enum result timestamp_read(struct timestamp *out, const char *text, size_t len)
{
	struct part parts[PARTS];
	struct buf digits = BUF_INIT;
	enum result st;

	timestamp_clear(out);
	if (!len || read_plain(&out->ms, text, len)) {
		out->ms = len ? out->ms : 0;
		return RESULT_OK;
	}
	out->ms = 0;
	if (!split_parts(parts, text, len))
		return RESULT_INVALID;
	st = read_parts(out, parts, &digits);
	buf_clear(&digits);
	return st;
}

void timestamp_clear(struct timestamp *time)
{
	free(time->big);
	time->big = NULL;
	time->ms = 0;
}

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
			    "25262728293031323334353637383940414243444546474849"
			    "50515253545556575859606162636465666768697071727374"
			    "75767778798081828384858687888990919293949596979899";

void timestamp_add(struct buf *out, const struct timestamp *time)
{
	char text[24], *at = text + sizeof(text);
	uint64_t rest = time->ms < 0 ? -(uint64_t)time->ms : (uint64_t)time->ms;

	if (time->big) {
		buf_add_text(out, time->big);
		return;
	}
	for (; rest >= 100; rest /= 100)
		at = memcpy(at - 2, &pairs[2 * (rest % 100)], 2);
	if (rest >= 10)
		at = memcpy(at - 2, &pairs[2 * rest], 2);
	else
		*--at = (char)('0' + rest);
	if (time->ms < 0)
		*--at = '-';
	buf_add(out, at, (size_t)(text + sizeof(text) - at));
}

double timestamp_double(const struct timestamp *time)
{
	/* digits and a sign only: no locale has a say in that */
	return time->big ? strtod(time->big, NULL) : (double)time->ms;
}
