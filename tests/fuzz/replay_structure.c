/*
 * replay_structure.c - a main() for fuzz_structure.c where there is no libFuzzer: runs it over
 * documents and over some thousand mutations of them, the same ones every time. What replay.c is
 * for texts; a document that was mutated gets a right length again, or nobody would look at it.
 *
 * usage: replay_structure              the documents and their mutations
 *        replay_structure FILE...      those files (what a fuzzer found)
 *        replay_structure --seeds DIR  writes the documents into DIR, for a fuzzer to begin with
 */
#include "config.h"

#include <bson/bson.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MUTATIONS = 4000, INPUT_MAX = 1 << 20 };

static const char *const seeds[] = {
    "{}",
    "{\"root\": [\"course\", \"course\"], \"blocks\": ["
    "{\"block_type\": \"course\", \"block_id\": \"course\", \"fields\": {\"display_name\": \"N\", "
    "\"children\": [[\"video\", \"v\"], [\"vertical\", \"w\"], [\"x\", \"gone\"]]}},"
    "{\"block_type\": \"video\", \"block_id\": \"v\", \"fields\": {\"sub\": \"s\", "
    "\"edx_video_id\": null, \"transcripts\": {\"fr\": \"f.srt\", \"de\": null}, "
    "\"html5_sources\": [\"http://x/a.mp4\"], \"youtube_id_1_0\": \"3_yD_cEKoCk\"}, "
    "\"defaults\": {\"display_name\": \"D\", \"edx_video_id\": \"i\"}},"
    "{\"block_type\": \"vertical\", \"block_id\": \"w\", \"fields\": {\"children\": "
    "[[\"video\", \"v\"], [\"vertical\", \"w\"]]}, \"edit_info\": {\"edited_by\": 5}}]}",
    "{\"blocks\": [{\"block_type\": \"library\", \"block_id\": \"l\", \"fields\": {\"children\": "
    "[[\"videoalpha\", \"a\"], [\"library\", \"m\"]]}}, {\"block_type\": \"library\", "
    "\"block_id\": "
    "\"m\", \"fields\": {\"children\": [[\"library\", \"l\"]]}}, {\"block_type\": \"videoalpha\", "
    "\"block_id\": \"a\", \"fields\": {\"transcripts\": [\"no map\"]}}]}",
    "{\"_id\": {\"tag\": \"i4x\", \"org\": \"O\", \"course\": \"C\", \"category\": \"video\", "
    "\"name\": \"v\", \"revision\": \"draft\"}, \"definition\": {\"data\": {}}, \"metadata\": "
    "{\"display_name\": \"V\", \"sub\": \"s\", \"transcripts\": {\"en\": \"e\"}, "
    "\"html5_sources\": null}}",
    "{\"display_name\": \"caf\u00e9\", \"sub\": 5, \"edx_video_id\": \"i\", \"youtube_id_1_0\": "
    "\"OEoXaMPEzfM\", \"html5_sources\": [\"a.b.mp4\", 7], \"transcripts\": {\"\": \"x\", "
    "\"zh-Hans\": {}}}",
};
enum { SEEDS = sizeof(seeds) / sizeof(seeds[0]) };

static uint64_t random_state = 88172645463325252u;

static size_t random_below(size_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return limit ? (size_t)(random_state % limit) : 0;
}

/* The entry point gets memory of just the right size: a sanitizer sees each step beyond. */
static int run_once(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		return 0;
	memcpy(copy, bytes, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
	return 1;
}

/* Some bytes changed to such as lengths and types have, perhaps cut short. */
static int run_mutation(const bson_t *seed)
{
	static const uint8_t bytes[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 16, 18, 127, 128, 254, 255};
	size_t len = random_below(4) ? seed->len : 5 + random_below(seed->len - 4);
	uint8_t *copy = malloc(len);
	uint32_t little = BSON_UINT32_TO_LE((uint32_t)len);
	int ok;

	if (!copy)
		return 0;
	memcpy(copy, bson_get_data(seed), len);
	for (size_t n = random_below(4); n; n--)
		copy[random_below(len)] = bytes[random_below(sizeof(bytes))];
	memcpy(copy, &little, sizeof(little));
	copy[len - 1] = 0;
	ok = run_once(copy, len);
	free(copy);
	return ok;
}

static int run_seed(const bson_t *seed)
{
	int ok = run_once(bson_get_data(seed), seed->len);

	for (size_t i = 0; ok && i < MUTATIONS; i++)
		ok = run_mutation(seed);
	return ok;
}

static int run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(INPUT_MAX);
	int ok = file && bytes && run_once(bytes, fread(bytes, 1, INPUT_MAX, file));

	if (!ok)
		fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
	if (file)
		fclose(file);
	free(bytes);
	return ok;
}

static int write_seed(const char *folder, size_t number, const bson_t *seed)
{
	char path[4096];
	FILE *file;
	int ok;

	snprintf(path, sizeof(path), "%s/document-%02zu", folder, number);
	file = fopen(path, "wb");
	ok = file && fwrite(bson_get_data(seed), 1, seed->len, file) == seed->len;
	if (file && fclose(file))
		ok = 0;
	if (!ok)
		fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
	return ok;
}

/* Each document in turn: into @folder, or (NULL) through the entry point. */
static int each_seed(const char *folder)
{
	int ok = 1;

	for (size_t i = 0; ok && i < SEEDS; i++) {
		bson_error_t error;
		bson_t *seed = bson_new_from_json((const uint8_t *)seeds[i], -1, &error);

		if (!seed) {
			fprintf(stderr, "replay: document %zu: %s\n", i, error.message);
			return 0;
		}
		ok = folder ? write_seed(folder, i, seed) : run_seed(seed);
		bson_destroy(seed);
	}
	return ok;
}

int main(int argc, char **argv)
{
	int ok = 1;

	if (argc == 3 && !strcmp(argv[1], "--seeds"))
		return each_seed(argv[2]) ? EXIT_SUCCESS : EXIT_FAILURE;
	for (int i = 1; ok && i < argc; i++)
		ok = run_file(argv[i]);
	if (argc > 1)
		return ok ? EXIT_SUCCESS : EXIT_FAILURE;
	return each_seed(NULL) ? EXIT_SUCCESS : EXIT_FAILURE;
}
