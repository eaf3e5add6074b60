/*
 * edxval_help.h - the little edx-val with a client in front of it, and a clock moved by hand.
 */
#ifndef SUBFERRY_TESTS_UNIT_EDXVAL_HELP_H
#define SUBFERRY_TESTS_UNIT_EDXVAL_HELP_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/edxval.h"

#define KEY "course-v1:Test+Ferry+1"
#define OTHER "course-v1:Test+Ferry+2"
#define LIST "GET /api/val/v0/videos/course-transcripts/"
#define VIDEO "GET /api/val/v0/videos/"
#define CREATE "POST /api/val/v0/videos/"
#define REGISTER "POST /api/val/v0/videos/video-transcripts/create/"
#define NAME "video-transcripts/0123456789abcdef0123456789abcdef.sjson"

/* Tokens and lists see this one; the network keeps the system's. */
struct hand_clock {
	struct clock clock;
	int64_t now; /* milliseconds; atomic */
};

static inline int64_t hand_now(struct clock *clock)
{
	return __atomic_load_n(&((struct hand_clock *)clock)->now, __ATOMIC_SEQ_CST);
}

static inline int64_t hand_wall(struct clock *clock)
{
	(void)clock;
	return clock_wall(clock_system());
}

static inline void hand_wait(struct clock *clock, pthread_cond_t *cond, pthread_mutex_t *lock,
			     int64_t until)
{
	(void)clock;
	(void)until;
	pthread_cond_wait(cond, lock);
}

static const struct clock_ops hand_ops = {hand_now, hand_wall, hand_wait};

struct bench {
	struct edxval *edxval;
	struct http *http;
	struct hand_clock clock;
	struct val *val;
};

static inline void move_on(struct bench *bench, int64_t ms)
{
	__atomic_add_fetch(&bench->clock.now, ms, __ATOMIC_SEQ_CST);
}

static inline struct bench *bench_new(void)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	struct http_options options = {.in_flight = 32, .stall_timeout = 400, .total_timeout = 2000,
				       .throttled_too_long = 200, .clock = clock_system()};
	struct error err = {0};

	assert_non_null(bench);
	bench->clock.clock.ops = &hand_ops;
	bench->clock.now = 1000000;
	bench->edxval = edxval_new();
	if (http_new(&bench->http, &options, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	return bench;
}

static inline void bench_free(struct bench *bench)
{
	val_free(bench->val);
	http_free(bench->http);
	edxval_free(bench->edxval);
	free(bench);
}

static inline struct val *val_with(struct bench *bench, const char *url, bool read_only)
{
	struct val_rest_options options = {
		.http = bench->http, .url = url, .token_url = "", .client_id = EDXVAL_CLIENT,
		.client_secret = EDXVAL_SECRET, .ca_file = "", .read_only = read_only,
		.clock = &bench->clock.clock};
	struct val *val;
	struct error err = {0};

	if (val_rest_new(&val, &options, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	return val;
}

static inline int bench_set_up(void **state)
{
	struct bench *bench = bench_new();

	bench->val = val_with(bench, web_url(bench->edxval->web), false);
	*state = bench;
	return 0;
}

static inline int bench_tear_down(void **state)
{
	struct bench *bench = *state;
	int forbidden = edxval_count(bench->edxval, "PUT") + edxval_count(bench->edxval, "PATCH") +
			edxval_count(bench->edxval, "DELETE");

	bench_free(bench);
	return forbidden;
}

static inline enum result look(struct bench *bench, const char *course, const char *id,
			struct val_video *out, struct error *err)
{
	return bench->val->ops->lookup(bench->val, course, &id, 1, out, err);
}

/* "present complete en=name sv=?", "absent complete", "present broken", "unknown", ... */
static inline const char *told(const struct val_video *video, char *out, size_t size)
{
	static const char *const presence[] = {"unknown", "absent", "present"};
	int len = snprintf(out, size, "%s%s%s%s%s", presence[video->presence],
			   video->rows_complete ? " complete" : "", video->list_broken ? " broken" : "",
			   video->actual_id ? " as " : "", video->actual_id ? video->actual_id : "");

	for (size_t i = 0; i < video->row_count; i++)
		len += snprintf(out + len, size - (size_t)len, " %s=%s", video->rows[i].language,
				video->rows[i].name ? video->rows[i].name : "?");
	return out;
}

static inline void expect(struct bench *bench, const char *course, const char *id,
			  const char *wanted)
{
	struct val_video video;
	struct error err = {0};
	char text[512];

	if (look(bench, course, id, &video, &err) != RESULT_OK)
		fail_msg("%s: %s", id, err.text);
	assert_string_equal(video.id, id);
	assert_string_equal(told(&video, text, sizeof(text)), wanted);
	val_video_clear(&video);
}

static inline int requests(struct bench *bench, const char *begin)
{
	return edxval_count(bench->edxval, begin);
}

#endif
