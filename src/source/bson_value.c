#include "config.h"

#include "src/source/bson_value.h"

#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "src/base/buf.h"
#include "src/base/text.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

bool value_find(const bson_t *document, const char *key, bson_iter_t *out)
{
	return bson_iter_init_find(out, document, key);
}

bool value_enter(const bson_iter_t *at, bson_iter_t *out)
{
	const uint8_t *bytes = NULL;
	uint32_t len = 0;

	if (BSON_ITER_HOLDS_DOCUMENT(at))
		bson_iter_document(at, &len, &bytes);
	else if (BSON_ITER_HOLDS_ARRAY(at))
		bson_iter_array(at, &len, &bytes);
	/* bson_iter_recurse() would take the length as it stands; this one looks at it */
	return bytes && bson_iter_init_from_data(out, bytes, len);
}

bool value_broken(const bson_iter_t *ended)
{
	return ended->err_off != 0;
}

bool value_below(const bson_iter_t *at, const char *key, bson_iter_t *out)
{
	return value_enter(at, out) && bson_iter_find(out, key);
}

char *value_clean(const char *bytes, size_t len)
{
	struct buf text = BUF_INIT;
	ucs4_t c;
	int n;

	if (!memchr(bytes, '\0', len) && text_is_utf8(bytes, len))
		return strndup(bytes, len);
	for (size_t at = 0; at<len; at += n> 0 ? (size_t)n : 1) {
		n = u8_mbtoucr(&c, (const uint8_t *)bytes + at, len - at);
		if (n > 0 && c)
			buf_add(&text, bytes + at, (size_t)n);
		else
			buf_add_text(&text, REPLACEMENT);
	}
	return buf_take(&text);
}

char *value_text(const bson_iter_t *at, bool *failed)
{
	const char *bytes;
	uint32_t len;
	char *text;

	if (!BSON_ITER_HOLDS_UTF8(at))
		return NULL;
	bytes = bson_iter_utf8(at, &len);
	text = value_clean(bytes, len);
	if (!text)
		*failed = true;
	return text;
}

bool value_is(const bson_iter_t *at, const char *text)
{
	return BSON_ITER_HOLDS_UTF8(at) && strcmp(bson_iter_utf8(at, NULL), text) == 0;
}

char *value_text_of(const bson_t *document, const char *key, const char *fallback)
{
	bson_iter_t at;
	bool failed = false;
	char *text = value_find(document, key, &at) ? value_text(&at, &failed) : NULL;

	return text || failed ? text : strdup(fallback);
}

/* Whole and within the range: the conversion of anything else is undefined. */
static bool whole(double number, int64_t *out)
{
	if (!(number >= 0 && number < 9223372036854775808.0))
		return false;
	*out = (int64_t)number;
	return (double)*out == number;
}

bool value_size_of(const bson_t *document, const char *key, int64_t *out)
{
	int64_t size = -1;
	bson_iter_t at;

	if (!value_find(document, key, &at))
		return false;
	if (BSON_ITER_HOLDS_INT32(&at))
		size = bson_iter_int32(&at);
	else if (BSON_ITER_HOLDS_INT64(&at))
		size = bson_iter_int64(&at);
	else if (!BSON_ITER_HOLDS_DOUBLE(&at) || !whole(bson_iter_double(&at), &size))
		return false;
	if (size < 0)
		return false;
	*out = size;
	return true;
}

bool value_oid(const bson_iter_t *at, bson_oid_t *out)
{
	if (!BSON_ITER_HOLDS_OID(at))
		return false;
	bson_oid_copy(bson_iter_oid(at), out);
	return true;
}

bool value_oid_of(const bson_t *document, const char *key, bson_oid_t *out)
{
	bson_iter_t at;

	return value_find(document, key, &at) && value_oid(&at, out);
}

bool value_date_of(const bson_t *document, const char *key, int64_t *out)
{
	bson_iter_t at;

	if (!value_find(document, key, &at) || !BSON_ITER_HOLDS_DATE_TIME(&at))
		return false;
	*out = bson_iter_date_time(&at);
	return true;
}

bool value_document(const bson_iter_t *at, bson_t *out)
{
	const uint8_t *bytes = NULL;
	uint32_t len = 0;

	if (!BSON_ITER_HOLDS_DOCUMENT(at))
		return false;
	bson_iter_document(at, &len, &bytes);
	return bytes && bson_init_static(out, bytes, len);
}
