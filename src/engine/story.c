#include "config.h"

#include "src/engine/story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/engine/desk_internal.h"
#include "src/verify/why.h"

/* ---- a story ------------------------------------------------------------------------------*/

const char *story_line(const struct story *story, size_t line)
{
	return buf_text(&story->text) + story->lines[line];
}

struct story *story_ref(struct story *story)
{
	if (story)
		__atomic_add_fetch(&story->refs, 1, __ATOMIC_RELAXED);
	return story;
}

void story_unref(struct story *story)
{
	if (!story || __atomic_sub_fetch(&story->refs, 1, __ATOMIC_ACQ_REL))
		return;
	buf_clear(&story->text);
	free(story->lines);
	free(story);
}

static struct story *story_new(const struct page_request *request)
{
	struct story *story = calloc(1, sizeof(*story));

	if (!story)
		return NULL;
	story->refs = 1;
	story->course = request->course;
	story->video = request->video;
	memcpy(story->language, request->language, sizeof(story->language));
	return story;
}

static bool is_of(const struct story *story, const struct page_request *request)
{
	return story && story->course == request->course && story->video == request->video &&
	       !strcmp(story->language, request->language);
}

/* ---- reading it ---------------------------------------------------------------------------*/

static bool has_room(struct story *story)
{
	size_t size = 2 * story->size + 64;
	size_t *lines;

	if (story->count < story->size)
		return true;
	lines = realloc(story->lines, size * sizeof(*lines));
	if (!lines)
		return false;
	story->lines = lines;
	story->size = size;
	return true;
}

static void add_line(void *arg, const char *text)
{
	struct story *story = arg;
	size_t at = story->text.len, len = strlen(text) + 1;

	if (story->cut || story->count == STORY_LINES || len > STORY_BYTES - at || !has_room(story) ||
	    !buf_reserve(&story->text, len)) {
		story->cut = true;
		return;
	}
	buf_add(&story->text, text, len);
	story->lines[story->count++] = at;
}

static void read_story(struct campus *campus, struct reader *reader, struct story *story)
{
	struct why_lines lines = {add_line, story};
	struct why why = {.reader = reader, .now = clock_wall(campus->clock),
			  .most_age = campus->conf->evidence_age * 1000, .teller = &why_text,
			  .to = &lines};
	struct video_row video = {0};
	struct buf name = BUF_INIT;
	struct error err = {0};
	enum result st = reader_course_by_id(reader, story->course, &why.course, &err);

	if (st == RESULT_OK && story->video)
		st = reader_video(reader, story->video, &video, &err);
	if (st == RESULT_OK && story->video) {
		buf_printf(&name, "%s@%s", video.type, video.block);
		why.video_name = buf_text(&name);
		why.language = *story->language ? story->language : NULL;
		st = why_find_video(&why, &err);
		if (st == RESULT_OK)
			why_open_source(&why, campus->source);
	}
	if (st == RESULT_OK)
		st = why_tell(&why, &err);
	if (st != RESULT_OK)
		snprintf(story->problem, sizeof(story->problem), "%.250s", err.text);
	why_clear(&why);
	video_row_clear(&video);
	buf_clear(&name);
}

/* ---- of the desk --------------------------------------------------------------------------*/

void story_want(struct desk *desk, const struct page_request *request)
{
	/* coming back to a story tells it as it is then, not as it was */
	if (request->kind != PAGE_WHY) {
		story_unref(desk->story);
		desk->story = NULL;
		desk->story_wanted = false;
		return;
	}
	if (is_of(desk->story, request))
		return;
	story_unref(desk->story);
	desk->story = NULL;
	desk->story_for = *request;
	desk->story_wanted = true;
}

bool story_serve(struct desk *desk, struct reader *reader)
{
	struct page_request request = desk->story_for;
	struct story *story;

	if (!desk->story_wanted)
		return false;
	desk->story_wanted = false;
	pthread_mutex_unlock(&desk->lock);
	story = story_new(&request);
	if (story)
		read_story(desk->campus, reader, story);
	pthread_mutex_lock(&desk->lock);
	/* it may have taken long: what is wanted now? */
	if (story && !desk->story && desk->request.kind == PAGE_WHY && is_of(story, &desk->request)) {
		desk->story = story_ref(story);
		desk->story_serial++;
		desk->story_wanted = false;
		pthread_cond_broadcast(&desk->turn);
	}
	story_unref(story);
	return true;
}

void story_show(struct desk *desk, struct snapshot *snap)
{
	if (snap->request.kind != PAGE_WHY)
		return;
	pthread_mutex_lock(&desk->lock);
	if (is_of(desk->story, &snap->request))
		snap->story = story_ref(desk->story);
	pthread_mutex_unlock(&desk->lock);
}
