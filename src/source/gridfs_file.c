#include "config.h"

#include "src/source/gridfs_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/source/bson_value.h"

/* What may be wrong with a chunk, in the order in which it is told. */
enum flaw {
	FLAW_NUMBER, /* n is no number of a chunk */
	FLAW_BEYOND, /* n is past the last */
	FLAW_TWICE,  /* n was there before */
	FLAW_DATA,   /* data is not binary */
	FLAW_SIZE,   /* not as many bytes as chunk n has */
	FLAWS
};

/*
 * Of each flaw only the one of the smallest chunk is kept: the reason is then the same in
 * whatever order chunks arrive, and a second reading agrees with the first.
 */
struct flaw_seen {
	bool there;
	int64_t n, size;
};

struct gridfs_file {
	const struct gridfs_info *info;
	int64_t chunks; /* as length and chunkSize say; -1: they do not say */
	int64_t places; /* the same, but an empty file has room for one chunk without bytes */
	int64_t taken;
	char *bytes;
	unsigned char *have; /* a bit a place: a chunk of this number came */
	struct flaw_seen flaws[FLAWS];
	bool flawed;
};

/* ---- the document of fs.files ------------------------------------------------------------ */

/* Ten years of writers: what is not 32 hex digits is no digest, and counts as not given. */
static void read_digest(const bson_t *document, const char *key, char out[MD5_HEX])
{
	static const char digits[] = "0123456789abcdef";
	const char *text;
	bson_iter_t at;
	uint32_t len;

	*out = '\0';
	if (!value_find(document, key, &at) || !BSON_ITER_HOLDS_UTF8(&at))
		return;
	text = bson_iter_utf8(&at, &len);
	if (len != MD5_HEX - 1)
		return;
	for (uint32_t i = 0; i < len; i++) {
		char c = text[i] >= 'A' && text[i] <= 'F' ? (char)(text[i] - 'A' + 'a') : text[i];

		if (!c || !strchr(digits, c)) {
			*out = '\0';
			return;
		}
		out[i] = c;
	}
	out[len] = '\0';
}

void gridfs_info_read(struct gridfs_info *info, const bson_t *document)
{
	bson_iter_t at;

	memset(info, 0, sizeof(*info));
	if (value_find(document, "_id", &at))
		bson_value_copy(bson_iter_value(&at), &info->id);
	if (!value_size_of(document, "length", &info->length))
		info->length = -1;
	if (!value_size_of(document, "chunkSize", &info->chunk_size))
		info->chunk_size = 0;
	read_digest(document, "md5", info->md5);
	read_digest(document, "custom_md5", info->custom_md5);
	if (!value_date_of(document, "uploadDate", &info->uploaded))
		info->uploaded = 0;
}

void gridfs_info_clear(struct gridfs_info *info)
{
	if (info->id.value_type != BSON_TYPE_EOD)
		bson_value_destroy(&info->id);
	memset(info, 0, sizeof(*info));
}

/* Bytes that are no text have no JSON: then their digits. */
static void add_id(struct buf *out, const bson_value_t *id)
{
	bson_t document = BSON_INITIALIZER;
	const uint8_t *raw;
	char *json;

	bson_append_value(&document, "_id", -1, id);
	raw = bson_get_data(&document);
	json = bson_as_canonical_extended_json(&document, NULL);
	if (json)
		buf_add_text(out, json);
	for (uint32_t i = 0; !json && i < document.len; i++)
		buf_printf(out, "%02x", raw[i]);
	bson_free(json);
	bson_destroy(&document);
}

char *gridfs_info_identity(const struct gridfs_info *info)
{
	struct buf out = BUF_INIT;

	add_id(&out, &info->id);
	buf_printf(&out, " %" PRId64 " %" PRId64 " %s", info->uploaded, info->length,
		   *info->md5 ? info->md5 : "-");
	return buf_take(&out);
}

int64_t gridfs_info_chunks(const struct gridfs_info *info)
{
	if (info->length < 0 || (info->length && info->chunk_size <= 0))
		return -1;
	return info->length ? (info->length - 1) / info->chunk_size + 1 : 0;
}

/* ---- chunks ------------------------------------------------------------------------------ */

enum result gridfs_file_open(struct gridfs_file **out, const struct gridfs_info *info,
			     struct error *err)
{
	struct gridfs_file *file = calloc(1, sizeof(*file));

	*out = file;
	if (!file)
		return error_set(err, RESULT_NOMEM, "no memory for a file of the contentstore");
	file->info = info;
	file->chunks = gridfs_info_chunks(info);
	file->places = file->chunks ? file->chunks : 1;
	return RESULT_OK;
}

void gridfs_file_free(struct gridfs_file *file)
{
	if (!file)
		return;
	free(file->bytes);
	free(file->have);
	free(file);
}

/* From the first flaw on no byte is of use. */
static void add_flaw(struct gridfs_file *file, enum flaw flaw, int64_t n, int64_t size)
{
	struct flaw_seen *seen = &file->flaws[flaw];

	file->flawed = true;
	free(file->bytes);
	file->bytes = NULL;
	if (seen->there && (seen->n < n || (seen->n == n && seen->size <= size)))
		return;
	*seen = (struct flaw_seen){true, n, size};
}

static int64_t chunk_length(const struct gridfs_file *file, int64_t n)
{
	int64_t left;

	if (!file->chunks)
		return 0;
	left = file->info->length - n * file->info->chunk_size;
	return left < file->info->chunk_size ? left : file->info->chunk_size;
}

/* Far above the largest limit a configuration can give: nobody asks for chunks of such a file. */
#define LENGTH_MAX ((uint64_t)1 << 30)

static bool make_room(struct gridfs_file *file)
{
	uint64_t length = (uint64_t)file->info->length;

	if (length > LENGTH_MAX || (uint64_t)file->places > LENGTH_MAX)
		return false;
	if (!file->have)
		file->have = calloc((size_t)file->places / 8 + 1, 1);
	if (file->have && !file->bytes && !file->flawed)
		file->bytes = malloc((size_t)length + 1);
	return file->have && (file->bytes || file->flawed);
}

/* Marks that chunk @n came; false if it did before. */
static bool mark(struct gridfs_file *file, int64_t n)
{
	unsigned char bit = (unsigned char)(1u << (n % 8));

	if (file->have[n / 8] & bit)
		return false;
	file->have[n / 8] |= bit;
	file->taken++;
	return true;
}

enum result gridfs_file_add(struct gridfs_file *file, const bson_t *chunk, struct error *err)
{
	const uint8_t *data = NULL;
	bson_iter_t at;
	uint32_t len = 0;
	int64_t n;

	if (file->chunks < 0)
		return RESULT_OK;
	if (!value_size_of(chunk, "n", &n)) {
		add_flaw(file, FLAW_NUMBER, 0, 0);
		return RESULT_OK;
	}
	if (value_find(chunk, "data", &at) && BSON_ITER_HOLDS_BINARY(&at))
		bson_iter_binary(&at, NULL, &len, &data);
	if (n >= file->places) {
		add_flaw(file, FLAW_BEYOND, n, 0);
		return RESULT_OK;
	}
	if (!make_room(file))
		return error_set(err, RESULT_NOMEM,
				 "no memory for a file of %" PRId64 " bytes of the contentstore",
				 file->info->length);
	if (!mark(file, n))
		add_flaw(file, FLAW_TWICE, n, 0);
	if (!data)
		add_flaw(file, FLAW_DATA, n, 0);
	else if (len != chunk_length(file, n))
		add_flaw(file, FLAW_SIZE, n, len);
	else if (file->bytes && len)
		memcpy(file->bytes + n * file->info->chunk_size, data, len);
	return RESULT_OK;
}

/* ---- the verdict ------------------------------------------------------------------------- */

static bool tell_flaw(const struct gridfs_file *file, char *reason, size_t size)
{
	const struct gridfs_info *info = file->info;
	enum flaw flaw = 0;
	int64_t n;

	while (flaw < FLAWS && !file->flaws[flaw].there)
		flaw++;
	if (flaw == FLAWS)
		return false;
	n = file->flaws[flaw].n;
	switch (flaw) {
	case FLAW_NUMBER:
		snprintf(reason, size, "a chunk without a number, among %" PRId64 " expected",
			 file->chunks);
		break;
	case FLAW_BEYOND:
		snprintf(reason, size,
			 "chunk %" PRId64 " is one too many: length %" PRId64
			 ", chunkSize %" PRId64,
			 n, info->length, info->chunk_size);
		break;
	case FLAW_TWICE:
		snprintf(reason, size, "chunk %" PRId64 " is there more than once", n);
		break;
	case FLAW_DATA:
		snprintf(reason, size, "chunk %" PRId64 " has no binary data", n);
		break;
	default:
		snprintf(reason, size,
			 "chunk %" PRId64 " has %" PRId64 " bytes, not %" PRId64 ": length %" PRId64
			 ", chunkSize %" PRId64,
			 n, file->flaws[flaw].size, chunk_length(file, n), info->length,
			 info->chunk_size);
	}
	return true;
}

static bool tell_gap(const struct gridfs_file *file, char *reason, size_t size)
{
	int64_t n = 0;

	if (file->taken >= file->chunks)
		return false;
	while (file->have && file->have[n / 8] & 1u << (n % 8))
		n++;
	snprintf(reason, size,
		 "chunk %" PRId64 " is missing: %" PRId64 " of %" PRId64
		 " are there, length %" PRId64 ", chunkSize %" PRId64,
		 n, file->taken, file->chunks, file->info->length, file->info->chunk_size);
	return true;
}

static bool tell_digest(const struct gridfs_file *file, char *reason, size_t size)
{
	const struct {
		const char *name, *hex;
	} given[] = {{"md5", file->info->md5}, {"custom_md5", file->info->custom_md5}};
	char hex[MD5_HEX];

	if (!*file->info->md5 && !*file->info->custom_md5)
		return false;
	if (!hash_md5(file->bytes ? file->bytes : "", (size_t)file->info->length, hex))
		return false;
	for (size_t i = 0; i < 2; i++) {
		if (!*given[i].hex || !strcmp(given[i].hex, hex))
			continue;
		snprintf(reason, size, "%s is %s, the %" PRId64 " bytes there give %s",
			 given[i].name, given[i].hex, file->info->length, hex);
		return true;
	}
	return false;
}

static bool tell_damage(const struct gridfs_file *file, char *reason, size_t size)
{
	if (file->info->length < 0)
		snprintf(reason, size, "the length is missing, negative or no whole number");
	else if (file->chunks < 0)
		snprintf(reason, size,
			 "length %" PRId64 ", but the chunkSize is missing or no positive number",
			 file->info->length);
	else
		return tell_flaw(file, reason, size) || tell_gap(file, reason, size) ||
		       tell_digest(file, reason, size);
	return true;
}

void gridfs_file_close(struct gridfs_file *file, struct asset_bytes *out)
{
	*out = (struct asset_bytes){.state = ASSET_FOUND, .bytes = BUF_INIT};
	if (tell_damage(file, out->reason, sizeof(out->reason))) {
		out->state = ASSET_DAMAGED;
	} else if (file->chunks) {
		size_t length = (size_t)file->info->length;

		file->bytes[length] = '\0';
		out->bytes = (struct buf){file->bytes, length, length + 1, false};
		file->bytes = NULL;
	}
}
