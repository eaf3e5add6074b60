/*
 * What stands where edx-val's answers should be: any bytes, and good answers with some bytes
 * changed. Nothing crashes; what is taken is whole and in order, the rest is told in words.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/val/rest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void check_listed(const struct listed *item)
{
	must(item->id);
	for (size_t i = 0; i < item->row_count; i++) {
		must(item->rows[i].language && item->rows[i].name);
		must(!i || strcmp(item->rows[i - 1].language, item->rows[i].language) <= 0);
	}
}

static void read_list(const struct http_answer *answer)
{
	struct list *list = calloc(1, sizeof(*list));
	struct error err = {0};
	struct lists lists;

	if (!list)
		return;
	if (rest_list_parse(list, answer, "GET list", &err) == RESULT_OK) {
		for (size_t i = 0; i < list->count; i++) {
			check_listed(&list->items[i]);
			must(!i || strcmp(list->items[i - 1].id, list->items[i].id) <= 0);
			must(list_find(list, list->items[i].id) != NULL);
		}
	} else {
		must(err.result == RESULT_RETRY && *err.text);
	}
	lists_init(&lists);
	lists.all = list; /* freed with them */
	lists_clear(&lists);
}

static void read_answer(const void *bytes, size_t len)
{
	struct http_answer answer = {.status = 200};
	struct rest_video video;
	struct error err = {0};

	buf_add(&answer.body, bytes, len);
	if (rest_video_parse(&video, &answer, "GET video", &err) == RESULT_OK) {
		must(video.id != NULL);
		for (size_t i = 0; i < video.course_count; i++)
			must(video.courses[i] != NULL);
	} else {
		must(err.result == RESULT_RETRY && *err.text && !video.id);
	}
	rest_video_clear(&video);
	read_list(&answer);
	answer.status = 400;
	rest_says_exists(&answer);
	rest_names_field(&answer, "edx_video_id");
	must(rest_status_error(&answer, "POST", &err) == RESULT_REFUSED && *err.text);
	http_answer_clear(&answer);
}

/* Pairs of a place and what is put there. */
static void read_changed(const char *good, const uint8_t *data, size_t size)
{
	char bytes[512];
	size_t len = strlen(good);

	memcpy(bytes, good, len);
	for (size_t i = 0; i + 1 < size; i += 2)
		bytes[data[i] % len] = (char)data[i + 1];
	read_answer(bytes, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const good[] = {
		"{\"edx_video_id\":\"v\",\"courses\":[{\"course-v1:a+b+c\":null},\"a/b/c\"],\"url\":1}",
		"{\"v\":{\"en\":{\"name\":\"n\",\"file_format\":\"srt\"},\"de\":{\"name\":null}},\"a\":{}}",
		"{\"message\":\"Can not override existing transcript\",\"edx_video_id\":[\"exists\"]}",
	};

	if (!size)
		return 0;
	if (data[0] % 4 < 3)
		read_changed(good[data[0] % 4], data + 1, size - 1);
	else
		read_answer(data + 1, size - 1);
	return 0;
}
