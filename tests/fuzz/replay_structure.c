/*
 * replay_structure.c - seeds of fuzz_structure.c: documents. One that was mutated gets a right
 * length again, or nobody would look at it.
 */
#include "config.h"

#include "tests/fuzz/replay.h"

#include <bson/bson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MUTATIONS = 4000 };

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

/* Some bytes changed to such as lengths and types have, perhaps cut short. */
static bool run_mutation(const bson_t *seed)
{
	static const uint8_t bytes[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 16, 18, 127, 128, 254, 255};
	size_t len = replay_random(4) ? seed->len : 5 + replay_random(seed->len - 4);
	uint8_t *copy = malloc(len);
	uint32_t little = BSON_UINT32_TO_LE((uint32_t)len);
	bool ok;

	if (!copy)
		return false;
	memcpy(copy, bson_get_data(seed), len);
	for (size_t n = replay_random(4); n; n--)
		copy[replay_random(len)] = bytes[replay_random(sizeof(bytes))];
	memcpy(copy, &little, sizeof(little));
	copy[len - 1] = 0;
	ok = replay_run(copy, len);
	free(copy);
	return ok;
}

static bool run_seed(const bson_t *seed)
{
	bool ok = replay_run(bson_get_data(seed), seed->len);

	for (size_t i = 0; ok && i < MUTATIONS; i++)
		ok = run_mutation(seed);
	return ok;
}

bool replay_seeds(const char *folder)
{
	bool ok = true;

	for (size_t i = 0; ok && i < SEEDS; i++) {
		bson_error_t error;
		bson_t *seed = bson_new_from_json((const uint8_t *)seeds[i], -1, &error);

		if (!seed) {
			fprintf(stderr, "replay: document %zu: %s\n", i, error.message);
			return false;
		}
		ok = folder ? replay_write_seed(folder, "document", i, bson_get_data(seed), seed->len)
			    : run_seed(seed);
		bson_destroy(seed);
	}
	return ok;
}
