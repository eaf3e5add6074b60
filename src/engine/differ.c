/*
 * The differ: reads what takes long for a screen, the cues of a diff, the story of an item and the
 * comparison of two runs, on a thread of its own, so that a slow store keeps no act of the operator
 * waiting.
 */
#include "config.h"

#include "src/engine/desk_internal.h"
#include "src/engine/story.h"

#include <stdio.h>
#include <string.h>

/* No further step of a reading begins after so long; each is bounded by its own timeouts. */
#define READ_TIME 60000 /* ms */

struct asked {
	struct desk *desk;
	const struct page_request *request;
	int64_t until;
};

/* Lock held: these are the cues that the screen still waits for. */
static bool is_wanted(const struct desk *desk, const struct page_request *request)
{
	return !desk->ends && !desk->diff_wanted && desk->diff_for.video == request->video &&
	       !strcmp(desk->diff_for.language, request->language) && !desk->diff;
}

static bool go_on(void *arg, const char *stage)
{
	const struct asked *asked = arg;
	struct desk *desk = asked->desk;
	bool wanted;

	pthread_mutex_lock(&desk->lock);
	wanted = is_wanted(desk, asked->request);
	if (wanted) {
		snprintf(desk->diff_stage, sizeof(desk->diff_stage), "%s", stage);
		desk->diff_serial++;
		pthread_cond_broadcast(&desk->turn);
	}
	pthread_mutex_unlock(&desk->lock);
	return wanted && clock_now(desk->campus->clock) < asked->until;
}

static void show_diff(struct desk *desk, struct reader *reader, const struct page_request *request)
{
	struct asked asked = {desk, request, clock_now(desk->campus->clock) + READ_TIME};
	struct diff *diff = diff_new();
	struct course_row course = {0};
	struct video_row video = {0};
	struct error err = {0};
	enum result st = reader_course_by_id(reader, request->course, &course, &err);

	if (st == RESULT_OK)
		st = reader_video(reader, request->video, &video, &err);
	if (diff && st == RESULT_OK)
		diff_read(desk->campus, &course, &video, request->language, go_on, &asked, diff);
	else if (diff)
		snprintf(diff->left_problem, sizeof(diff->left_problem), "%.250s", err.text);
	course_row_clear(&course);
	video_row_clear(&video);
	pthread_mutex_lock(&desk->lock);
	if (is_wanted(desk, request)) {
		desk->diff = diff;
		desk->diff_serial++;
		diff = NULL;
		pthread_cond_broadcast(&desk->turn);
	}
	pthread_mutex_unlock(&desk->lock);
	diff_unref(diff);
}

void *differ_main(void *arg)
{
	struct desk *desk = arg;
	struct reader *reader = NULL;
	struct error err = {0};

	if (reader_open(&reader, status_path(desk->campus->status), &err) != RESULT_OK) {
		desk_say(desk, FINDING_ERROR, "%s", err.text);
		return NULL;
	}
	pthread_mutex_lock(&desk->lock);
	while (!desk->ends) {
		struct page_request request = desk->diff_for;

		if (story_serve(desk, reader) || compared_serve(desk, reader))
			continue;
		if (!desk->diff_wanted) {
			clock_wait(desk->campus->clock, &desk->turn, &desk->lock, INT64_MAX);
			continue;
		}
		desk->diff_wanted = false;
		desk->diff_stage[0] = '\0';
		pthread_mutex_unlock(&desk->lock);
		show_diff(desk, reader, &request);
		pthread_mutex_lock(&desk->lock);
	}
	pthread_mutex_unlock(&desk->lock);
	reader_close(reader);
	return NULL;
}
