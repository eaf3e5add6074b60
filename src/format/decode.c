#include "config.h"

#include "src/format/decode.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistr.h>

#include "src/base/text.h"

enum { CHUNK = 1024 }; /* characters converted between two looks at the buffer's room */

static const char utf8_bom[] = "\xEF\xBB\xBF";

struct family {
	const char *name;
	const char *bom;
	size_t bom_len;
	unsigned unit; /* bytes */
	bool big;
};

/* UTF-32LE before UTF-16LE, whose BOM its own begins with. */
static const struct family families[] = {
	{"UTF-32LE", "\xFF\xFE\0\0", 4, 4, false},
	{"UTF-32BE", "\0\0\xFE\xFF", 4, 4, true},
	{"UTF-16LE", "\xFF\xFE", 2, 2, false},
	{"UTF-16BE", "\xFE\xFF", 2, 2, true},
};

static uint32_t take_unit(const struct family *family, const char *at)
{
	const unsigned char *c = (const unsigned char *)at;

	if (family->unit == 2)
		return family->big ? (uint32_t)c[0] << 8 | c[1] : (uint32_t)c[1] << 8 | c[0];
	if (family->big)
		return (uint32_t)c[0] << 24 | (uint32_t)c[1] << 16 | (uint32_t)c[2] << 8 | c[3];
	return (uint32_t)c[3] << 24 | (uint32_t)c[2] << 16 | (uint32_t)c[1] << 8 | c[0];
}

/* Reads one character at @at, @len bytes; returns the bytes it took, 0 when it is none. */
static size_t take_char(const struct family *family, const char *at, size_t len, uint32_t *uc)
{
	uint32_t low;

	if (len < family->unit)
		return 0;
	*uc = take_unit(family, at);
	if (family->unit == 4)
		return *uc > 0x10FFFF || (*uc >= 0xD800 && *uc <= 0xDFFF) ? 0 : 4;
	if (*uc < 0xD800 || *uc > 0xDFFF)
		return 2;
	if (*uc > 0xDBFF || len < 4)
		return 0;
	low = take_unit(family, at + 2);
	if (low < 0xDC00 || low > 0xDFFF)
		return 0;
	*uc = 0x10000 + ((*uc - 0xD800) << 10) + (low - 0xDC00);
	return 4;
}

static void put_char(struct buf *out, uint32_t uc)
{
	if (uc < 0x80)
		out->data[out->len++] = (char)uc;
	else
		out->len += (size_t)u8_uctomb((uint8_t *)out->data + out->len, uc, 4);
}

static enum result decode_family(struct decoded *out, const struct family *family,
				 const char *bytes, size_t len)
{
	size_t at = family->bom_len, took;
	uint32_t uc = 0;

	out->encoding = family->name;
	while (at < len) {
		if (!buf_reserve(&out->own, CHUNK * 4))
			return RESULT_NOMEM;
		for (int i = 0; i < CHUNK && at < len; i++) {
			took = take_char(family, bytes + at, len - at, &uc);
			if (!took) {
				snprintf(out->reason, sizeof(out->reason),
					 "its BOM says %s, but byte %zu begins no character",
					 family->name, at + 1);
				return RESULT_INVALID;
			}
			at += took;
			put_char(&out->own, uc);
		}
	}
	return RESULT_OK;
}

/* The characters of bytes 80-9F; the five that are unassigned keep their number. */
static const uint16_t windows_1252[32] = {
	0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
	0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
	0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178,
};

static enum result decode_single(struct decoded *out, const char *bytes, size_t len)
{
	unsigned char c;
	size_t at = 0;

	out->encoding = "Latin-1";
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)bytes[i] >= 0x80 && (unsigned char)bytes[i] <= 0x9F)
			out->encoding = "Windows-1252";
	while (at < len) {
		if (!buf_reserve(&out->own, CHUNK * 4))
			return RESULT_NOMEM;
		for (int i = 0; i < CHUNK && at < len; i++) {
			c = (unsigned char)bytes[at++];
			put_char(&out->own, c >= 0x80 && c <= 0x9F ? windows_1252[c - 0x80] : c);
		}
	}
	return RESULT_OK;
}

static enum result decode_other(struct decoded *out, const char *bytes, size_t len)
{
	const struct family *family;

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		family = &families[i];
		if (len >= family->bom_len && !memcmp(bytes, family->bom, family->bom_len))
			return decode_family(out, family, bytes, len);
	}
	if (out->bom) {
		snprintf(out->reason, sizeof(out->reason), "its BOM says UTF-8, which it is not");
		return RESULT_INVALID;
	}
	return decode_single(out, bytes, len);
}

enum result decode_bytes(struct decoded *out, const char *bytes, size_t len)
{
	enum result st;

	memset(out, 0, sizeof(*out));
	out->text = bytes;
	out->len = len;
	if (len >= 3 && !memcmp(bytes, utf8_bom, 3)) {
		out->bom = true;
		out->text += 3;
		out->len -= 3;
	}
	if (text_is_utf8(out->text, out->len))
		return RESULT_OK;
	st = decode_other(out, bytes, len);
	if (st != RESULT_OK)
		return st;
	/* the room that was reserved counts the NUL, which put_char() leaves to us */
	if (out->own.data)
		out->own.data[out->own.len] = '\0';
	out->text = buf_text(&out->own);
	out->len = out->own.len;
	return RESULT_OK;
}

void decoded_clear(struct decoded *decoded)
{
	buf_clear(&decoded->own);
	memset(decoded, 0, sizeof(*decoded));
}
