#include "config.h"

#include "src/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>

/* Bytes of the character at @at, decoded into @uc; 0 when they are not UTF-8. */
static size_t take_char(ucs4_t *uc, const char *at, size_t len)
{
	int n = u8_mbtoucr(uc, (const uint8_t *)at, len);

	return n > 0 ? (size_t)n : 0;
}

/*
 * UTF-8 is checked sixteen bytes at a time and without a branch on their values, since every
 * transcript passes here and words in other scripts than Latin are a coin toss for a branch.
 */
typedef unsigned char block __attribute__((vector_size(16)));
enum { BLOCK = sizeof(block), BEFORE = 3 };

static inline block load_block(const unsigned char *at)
{
	block b;

	memcpy(&b, at, sizeof(b));
	return b;
}

/*
 * Adds to @faults what is wrong with the sixteen bytes at @at (Unicode, table 3-7); reads the
 * three before, too.
 */
static inline void check_block(block *faults, const unsigned char *at)
{
	block b = load_block(at), b1 = load_block(at - 1);
	block b2 = load_block(at - 2), b3 = load_block(at - 3);
	block tail = (block)((b & 0xC0) == 0x80);
	block due = (block)(b1 >= 0xC0) | (block)(b2 >= 0xE0) | (block)(b3 >= 0xF0);

	*faults |= tail ^ due;
	*faults |= (block)((b & 0xFE) == 0xC0) | (block)(b >= 0xF5);
	*faults |= (block)(b1 == 0xE0) & (block)(b < 0xA0);
	*faults |= (block)(b1 == 0xED) & (block)(b >= 0xA0);
	*faults |= (block)(b1 == 0xF0) & (block)(b < 0x90);
	*faults |= (block)(b1 == 0xF4) & (block)(b >= 0x90);
}

/* ASCII, the three bytes before included. */
static inline bool is_ascii_block(const unsigned char *at)
{
	uint64_t a, b, c;

	memcpy(&a, at - BEFORE, sizeof(a));
	memcpy(&b, at + sizeof(a) - BEFORE, sizeof(b));
	memcpy(&c, at + BLOCK - sizeof(c), sizeof(c));
	return !((a | b | c) & UINT64_C(0x8080808080808080));
}

bool text_is_utf8(const char *bytes, size_t len)
{
	/* the beginning and the end are checked in a copy with zeros around */
	unsigned char edge[BEFORE + 3 * BLOCK] = {0};
	const unsigned char *text = (const unsigned char *)bytes;
	size_t head = len < BLOCK ? len : BLOCK;
	size_t at = BLOCK, rest;
	block faults = {0};
	uint64_t sum[2];

	if (!len)
		return true;
	memcpy(edge + BEFORE, text, head);
	check_block(&faults, edge + BEFORE);
	for (; at < len && len - at >= BLOCK; at += BLOCK)
		if (!is_ascii_block(text + at))
			check_block(&faults, text + at);
	if (at < len || len >= BLOCK) {
		rest = len > at ? len - at : 0;
		at = len - rest;
		memset(edge, 0, sizeof(edge));
		memcpy(edge, text + at - BEFORE, BEFORE + rest);
		check_block(&faults, edge + BEFORE);
	}
	/* a character that the end cuts off shows in the zeros behind it */
	check_block(&faults, edge + BEFORE + BLOCK);
	memcpy(sum, &faults, sizeof(sum));
	return !(sum[0] | sum[1]);
}

size_t text_cut(const char *text, size_t len, size_t max)
{
	size_t cut = max, back = 0;

	if (len <= max)
		return len;
	while (back < 3 && cut > 0 && ((unsigned char)text[cut] & 0xC0) == 0x80) {
		cut--;
		back++;
	}
	/* four continuation bytes in a row are no character: any place is as good */
	return ((unsigned char)text[cut] & 0xC0) == 0x80 ? max : cut;
}

/* U+1680, U+2000-A, U+2028-9, U+202F, U+205F, U+3000: those of three bytes. */
static bool is_wide_space(const unsigned char *c)
{
	switch (c[0]) {
	case 0xE1:
		return c[1] == 0x9A && c[2] == 0x80;
	case 0xE2:
		if (c[1] == 0x80)
			return (c[2] >= 0x80 && c[2] <= 0x8A) || c[2] == 0xA8 || c[2] == 0xA9 ||
			       c[2] == 0xAF;
		return c[1] == 0x81 && c[2] == 0x9F;
	case 0xE3:
		return c[1] == 0x80 && c[2] == 0x80;
	default:
		return false;
	}
}

size_t text_space(const char *at, size_t len)
{
	const unsigned char *c = (const unsigned char *)at;

	if (!len)
		return 0;
	if (c[0] < 0x80)
		return c[0] == ' ' || (c[0] >= 0x09 && c[0] <= 0x0D) ||
		       (c[0] >= 0x1C && c[0] <= 0x1F);
	if (c[0] == 0xC2)
		return len >= 2 && (c[1] == 0x85 || c[1] == 0xA0) ? 2 : 0;
	return len >= 3 && is_wide_space(c) ? 3 : 0;
}

size_t text_space_before(const char *end, size_t len)
{
	if (!len)
		return 0;
	if ((unsigned char)end[-1] < 0x80)
		return text_space(end - 1, 1);
	if (len >= 2 && text_space(end - 2, 2) == 2)
		return 2;
	return len >= 3 && text_space(end - 3, 3) == 3 ? 3 : 0;
}

static bool is_harmful(ucs4_t uc)
{
	return (uc >= 0x80 && uc <= 0x9F) || uc == 0x061C || uc == 0x200E || uc == 0x200F ||
	       (uc >= 0x2028 && uc <= 0x202E) || (uc >= 0x2066 && uc <= 0x2069) || uc == 0xFEFF;
}

/*
 * The harmless form of the character at @at: *@take bytes are used up, the returned number is
 * written to @out. One shape for strings and buffers.
 */
static size_t safe_char(const char *at, size_t len, size_t *take, char out[4])
{
	size_t n;
	ucs4_t uc;

	n = take_char(&uc, at, len);
	*take = n ? n : 1;
	if (!n || is_harmful(uc))
		uc = 0xFFFD;
	else if (uc < 0x20)
		uc = 0x2400 + uc;
	else if (uc == 0x7F)
		uc = 0x2421;
	return (size_t)u8_uctomb((uint8_t *)out, uc, 4);
}

/* Printable ASCII passes as it is, and is most of what is shown. */
static size_t printable_run(const char *at, size_t len)
{
	size_t n = 0;

	while (n < len && at[n] >= 0x20 && at[n] < 0x7F)
		n++;
	return n;
}

void text_add_safe(struct buf *out, const char *text, size_t len)
{
	size_t done = 0, take, n;
	char safe[4];

	while (done < len) {
		take = printable_run(text + done, len - done);
		buf_add(out, text + done, take);
		done += take;
		if (done == len)
			break;
		n = safe_char(text + done, len - done, &take, safe);
		buf_add(out, safe, n);
		done += take;
	}
}

char *text_safe(const char *text)
{
	struct buf out = BUF_INIT;

	if (text)
		text_add_safe(&out, text, strlen(text));
	return buf_take(&out);
}

const char *text_safe_to(char *dst, size_t size, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	size_t done = 0, used = 0, take, n;
	char safe[4];

	if (!size)
		return dst;
	while (done < len) {
		n = safe_char(text + done, len - done, &take, safe);
		if (used + n + 1 > size)
			break;
		memcpy(dst + used, safe, n);
		used += n;
		done += take;
	}
	dst[used] = '\0';
	return dst;
}

char *text_strip(const char *text)
{
	size_t len = strlen(text);
	size_t n;

	while ((n = text_space(text, len)) > 0) {
		text += n;
		len -= n;
	}
	while ((n = text_space_before(text + len, len)) > 0)
		len -= n;
	return strndup(text, len);
}

bool text_same_ignoring_case(const char *a, const char *b)
{
	unsigned char x, y;

	do {
		x = (unsigned char)*a++;
		y = (unsigned char)*b++;
		if (x >= 'A' && x <= 'Z')
			x += 'a' - 'A';
		if (y >= 'A' && y <= 'Z')
			y += 'a' - 'A';
		if (x != y)
			return false;
	} while (x);
	return true;
}
