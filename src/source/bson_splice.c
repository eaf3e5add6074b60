#include "config.h"

#include "src/source/bson_splice.h"

#include <string.h>

#include "src/source/bson_value.h"

/* ---- BSON, byte by byte ---- */

static void put_int(struct buf *out, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		buf_add_char(out, (char)(value >> (8 * i)));
}

void splice_put_key(struct buf *out, bson_type_t type, const char *key)
{
	buf_add_char(out, (char)type);
	buf_add(out, key, strlen(key) + 1);
}

void splice_put_oid(struct buf *out, const char *key, const bson_oid_t *id)
{
	splice_put_key(out, id ? BSON_TYPE_OID : BSON_TYPE_NULL, key);
	if (id)
		buf_add(out, id->bytes, sizeof(id->bytes));
}

void splice_put_date(struct buf *out, const char *key, int64_t date)
{
	splice_put_key(out, BSON_TYPE_DATE_TIME, key);
	put_int(out, (uint64_t)date, 8);
}

void splice_put_int32(struct buf *out, const char *key, int32_t value)
{
	splice_put_key(out, BSON_TYPE_INT32, key);
	put_int(out, (uint32_t)value, 4);
}

void splice_put_text(struct buf *out, const char *key, const char *text)
{
	size_t size = strlen(text) + 1;

	splice_put_key(out, BSON_TYPE_UTF8, key);
	put_int(out, size, 4);
	buf_add(out, text, size);
}

/* Where the document that is begun will have its length. */
static size_t open_document(struct buf *out)
{
	size_t start = out->len;

	put_int(out, 0, 4);
	return start;
}

static void close_document(struct buf *out, size_t start)
{
	size_t size;

	buf_add_char(out, '\0');
	size = out->len - start;
	for (size_t i = 0; i < 4 && !out->failed; i++)
		out->data[start + i] = (char)(size >> (8 * i));
}

/* ---- a copy with replacements ---- */

bool splice_begin(struct splice *splice, struct buf *out, const bson_t *document)
{
	memset(splice, 0, sizeof(*splice));
	splice->out = out;
	splice->bytes = bson_get_data(document);
	splice->size = document->len;
	splice->copied = 4;
	splice->start = open_document(out);
	return bson_iter_init(&splice->at, document);
}

const char *splice_next(struct splice *splice)
{
	if (!bson_iter_next(&splice->at))
		return NULL;
	if (splice->replacing)
		splice->copied = bson_iter_offset(&splice->at);
	splice->replacing = false;
	return bson_iter_key(&splice->at);
}

void splice_replace(struct splice *splice)
{
	buf_add(splice->out, splice->bytes + splice->copied,
		bson_iter_offset(&splice->at) - splice->copied);
	splice->replacing = true;
}

bool splice_rest(struct splice *splice)
{
	if (!splice->replacing)
		buf_add(splice->out, splice->bytes + splice->copied,
			splice->size - 1 - splice->copied);
	return !value_broken(&splice->at);
}

void splice_end(struct splice *splice)
{
	close_document(splice->out, splice->start);
}
