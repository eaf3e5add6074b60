/*
 * What a contentstore may send: documents of fs.files and fs.chunks that are no BSON, documents
 * with some bytes changed, and chunks of all numbers and sizes. Nothing crashes; and a file is
 * found whole just when each of its chunks came once, with the bytes it should have.
 */
#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/source/gridfs_ask.h"
#include "src/source/gridfs_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 1 << 20, CHUNKS_MAX = 64, CHUNK_BYTES = 16 };

static void must(bool truth)
{
	if (!truth)
		abort();
}

/* A file's document and documents of chunks, as they were sent; checks what is always so. */
static void put_together(const bson_t *documents, size_t count, const char *course)
{
	struct gridfs_info info;
	struct gridfs_names names;
	struct gridfs_file *file = NULL;
	struct asset_bytes out;
	const char *name;

	must(gridfs_names_init(&names, course, NULL) == RESULT_OK);
	gridfs_info_read(&info, &documents[0]);
	name = gridfs_names_of(&names, &documents[0]);
	if (name)
		gridfs_names_canonical(&names, &info.id, name);
	gridfs_names_clear(&names);
	/* as gridfs_read(): what is above the limit is never opened */
	if (info.length <= LIMIT && gridfs_file_open(&file, &info, NULL) == RESULT_OK) {
		for (size_t i = 1; i < count; i++) {
			bson_iter_t id;

			if (bson_iter_init_find(&id, &documents[i], "files_id"))
				gridfs_id_compare(&info.id, bson_iter_value(&id));
			must(gridfs_file_add(file, &documents[i], NULL) == RESULT_OK);
		}
		gridfs_file_close(file, &out);
		must((out.state == ASSET_FOUND) == !*out.reason);
		must(out.state == ASSET_FOUND || !out.bytes.data);
		must(out.state != ASSET_FOUND || (int64_t)out.bytes.len == info.length);
		asset_bytes_clear(&out);
	}
	gridfs_file_free(file);
	gridfs_info_clear(&info);
}

/* Documents behind each other, as far as they say their lengths. */
static void run_documents(const uint8_t *data, size_t size)
{
	bson_t documents[CHUNKS_MAX];
	size_t count = 0, at = 0;

	while (count < CHUNKS_MAX && size - at >= 5) {
		uint32_t len;

		memcpy(&len, data + at, sizeof(len));
		len = BSON_UINT32_FROM_LE(len);
		if (len > size - at || !bson_init_static(&documents[count], data + at, len))
			break;
		count++;
		at += len;
	}
	if (count) {
		put_together(documents, count, "course-v1:O+C+R");
		put_together(documents, count, "O/C/R");
	}
}

/* A good file of two chunks, with bytes changed: pairs of a place and what is put there. */
static void run_changed(const uint8_t *data, size_t size)
{
	bson_t file = BSON_INITIALIZER, chunks[2] = {BSON_INITIALIZER, BSON_INITIALIZER}, id;
	uint8_t bytes[1024];
	size_t len = 0;

	BSON_APPEND_DOCUMENT_BEGIN(&file, "_id", &id);
	BSON_APPEND_UTF8(&id, "name", "n");
	BSON_APPEND_UTF8(&id, "tag", "c4x");
	bson_append_document_end(&file, &id);
	BSON_APPEND_INT64(&file, "length", 6);
	BSON_APPEND_INT32(&file, "chunkSize", 4);
	BSON_APPEND_UTF8(&file, "md5", "e80b5017098950fc58aad83c8c14978e"); /* abcdef */
	BSON_APPEND_DATE_TIME(&file, "uploadDate", 1);
	for (int n = 0; n < 2; n++) {
		BSON_APPEND_UTF8(&chunks[n], "files_id", "x");
		BSON_APPEND_INT32(&chunks[n], "n", n);
		BSON_APPEND_BINARY(&chunks[n], "data",
				   n ? BSON_SUBTYPE_BINARY_DEPRECATED : BSON_SUBTYPE_BINARY,
				   (const uint8_t *)(n ? "ef" : "abcd"), n ? 2 : 4);
	}
	memcpy(bytes, bson_get_data(&file), file.len);
	len = file.len;
	for (int n = 0; n < 2; n++) {
		memcpy(bytes + len, bson_get_data(&chunks[n]), chunks[n].len);
		len += chunks[n].len;
		bson_destroy(&chunks[n]);
	}
	bson_destroy(&file);
	for (size_t i = 0; i + 1 < size; i += 2)
		bytes[data[i] % len] = data[i + 1];
	run_documents(bytes, len);
}

/*
 * length, chunkSize, then pairs of a chunk's number and how many bytes it has more than it
 * should: so what is to come out is known.
 */
static void run_numbers(const uint8_t *data, size_t size)
{
	static const uint8_t letters[CHUNK_BYTES + 1] = "abcdefghijklmnop";
	int length = data[0] % 40, chunk_size = data[1] % (CHUNK_BYTES - 4) + 1;
	int chunks = (length + chunk_size - 1) / chunk_size, came = 0;
	bson_t file = BSON_INITIALIZER;
	struct gridfs_file *made = NULL;
	bool seen[CHUNKS_MAX] = {false}, good = true;
	struct gridfs_info info;
	struct asset_bytes out;

	BSON_APPEND_INT32(&file, "length", length);
	BSON_APPEND_INT32(&file, "chunkSize", chunk_size);
	gridfs_info_read(&info, &file);
	bson_destroy(&file);
	must(gridfs_info_chunks(&info) == chunks);
	if (gridfs_file_open(&made, &info, NULL) != RESULT_OK)
		return;
	for (size_t i = 2; i + 1 < size; i += 2) {
		int n = data[i] % (chunks + 2), more = data[i + 1] % 8 == 7 ? 1 : 0;
		int left = length - n * chunk_size, bytes = left < chunk_size ? left : chunk_size;
		bson_t chunk = BSON_INITIALIZER;

		bytes = (bytes > 0 ? bytes : 0) + more;
		BSON_APPEND_INT32(&chunk, "n", n);
		BSON_APPEND_BINARY(&chunk, "data", BSON_SUBTYPE_BINARY, letters, (uint32_t)bytes);
		must(gridfs_file_add(made, &chunk, NULL) == RESULT_OK);
		bson_destroy(&chunk);
		/* an empty file may have one empty chunk */
		good = good && !more && !seen[n] && (n < chunks || (!chunks && !n));
		seen[n] = true;
		came += n < chunks;
	}
	gridfs_file_close(made, &out);
	must((out.state == ASSET_FOUND) == (good && came == chunks));
	for (int i = 0; out.state == ASSET_FOUND && i < length; i++)
		must((uint8_t)out.bytes.data[i] == letters[i % chunk_size]);
	asset_bytes_clear(&out);
	gridfs_file_free(made);
	gridfs_info_clear(&info);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	run_documents(data, size);
	if (size > 2) {
		run_numbers(data, size);
		run_changed(data, size);
	}
	return 0;
}
