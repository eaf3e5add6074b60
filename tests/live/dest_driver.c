/*
 * dest_driver - fills an edx-val file and a directory store through the real rooms.
 *
 *   dest_driver VAL STORE
 *
 * Prints one line for each transcript: video id, language, name and text, tab-separated.
 * tests/live/edxval.sh lets the real edxval package read it all back.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/store/store.h"
#include "src/val/val.h"

#define COURSE "course-v1:DemoX+Live+2024"

static const struct {
	const char *video, *language, *text;
} transcripts[] = {
    {"58b73b98-ab4f-5060-b1e1-4e63ff5201cc", "ar", "مرحبا بالعالم"},
    {"58b73b98-ab4f-5060-b1e1-4e63ff5201cc", "en", "Hello, world"},
    {"58b73b98-ab4f-5060-b1e1-4e63ff5201cc", "hi", "नमस्ते दुनिया"},
    {"58b73b98-ab4f-5060-b1e1-4e63ff5201cc", "zh-Hans", "你好,世界"},
    {"Second_Video", "el", "Γειά σου Κόσμε"},
    {"Second_Video", "he", "שלום עולם"},
    {"Second_Video", "ko", "안녕 🌍 세계"},
    {"third", "ta", "வணக்கம் உலகம்"},
};

#define COUNT (sizeof(transcripts) / sizeof(transcripts[0]))

static int complain(const char *doing, enum result st, const struct error *err)
{
	fprintf(stderr, "dest_driver: %s: %s: %s\n", doing, result_text(st), err->text);
	return 1;
}

static int carry(struct val *val, struct store *store, size_t i)
{
	char name[64], bytes[512];
	struct store_object object = {.name = name, .bytes = bytes, .sha256 = ""};
	struct val_entry entry = {.language = transcripts[i].language, .name = name};
	const char *id = transcripts[i].video;
	struct val_video video;
	struct error err = {RESULT_OK, ""};
	enum result st;

	snprintf(name, sizeof(name), "video-transcripts/%032x.sjson", (unsigned)i + 1);
	snprintf(bytes, sizeof(bytes), "{\"start\": [0], \"end\": [1500], \"text\": [\"%s\"]}",
		 transcripts[i].text);
	object.len = strlen(bytes);
	st = store->ops->put(store, &object, 1, &err);
	if (st != RESULT_OK)
		return complain("put", st, &err);
	st = val->ops->lookup(val, COURSE, &id, 1, &video, &err);
	if (st == RESULT_OK && video.presence == VAL_ABSENT)
		st = val->ops->create(val, COURSE, id, &err);
	val_video_clear(&video);
	if (st == RESULT_OK)
		st = val->ops->register_rows(val, id, &entry, 1, &err);
	if (st != RESULT_OK)
		return complain("register", st, &err);
	printf("%s\t%s\t%s\t%s\n", id, entry.language, name, transcripts[i].text);
	return 0;
}

int main(int argc, char **argv)
{
	struct val_sqlite_options options = {.clock = clock_system()};
	struct store *store = NULL;
	struct val *val = NULL;
	struct error err = {RESULT_OK, ""};
	enum result st;
	int code = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: dest_driver VAL STORE\n");
		return 2;
	}
	options.path = argv[1];
	st = val_sqlite_new(&val, &options, &err);
	if (st == RESULT_OK)
		st = store_directory_new(&store, argv[2], false, &err);
	if (st != RESULT_OK)
		code = complain("open", st, &err);
	for (size_t i = 0; i < COUNT && !code; i++)
		code = carry(val, store, i);
	store_free(store);
	val_free(val);
	return code;
}
