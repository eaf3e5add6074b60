/*
 * The desk: acts and their answers, pages, diffs, validation, viewers and who takes over. Real
 * threads, on a small campus.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/http.h"
#include "tests/unit/desk_help.h"
#include "tests/unit/web.h"

#define KEY "course-v1:Test+Desk+1"
#define OTHER "course-v1:Test+Desk+2"

static int set_up(void **state)
{
	struct world *world = world_new();
	struct outline *outline = world_course(world, KEY);

	world_video(outline, "a", "vid-a", "en=a_en.srt es=a_es.srt");
	world_video(outline, "b", "vid-b", "fr=b_fr.srt");
	world_video(world_course(world, OTHER), "c", "vid-c", "en=gone.srt");
	world_subrip(world, "a_en.srt", "hello");
	world_subrip(world, "a_es.srt", "hola");
	world_subrip(world, "b_fr.srt", "salut");
	world_scan(world);
	*state = world;
	return 0;
}

static void act(struct world *world, struct desk *desk, enum act act, const char *key)
{
	int64_t ids[] = {world_course_id(world, key ? key : KEY), world_course_id(world, OTHER)};
	struct act_target target = {.ids = ids, .count = key ? 1 : 2, .named = key};

	desk_act(desk, act, &target);
}

static bool has_ended(const struct snapshot *snap, const void *arg)
{
	(void)arg;
	return snap->totals.courses[COURSE_MIGRATED] + snap->totals.courses[COURSE_FAILED] == 2 &&
	       !snap->totals.wanted && !snap->under_way;
}

static void acts_are_answered_and_followed(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_desk(world);
	struct snapshot *snap;

	act(world, desk, ACT_PAUSE, OTHER);
	wait_message(desk, "paused 1 course");
	act(world, desk, ACT_RETRY, KEY);
	wait_message(desk, "nothing to retry");
	act(world, desk, ACT_RESUME, OTHER);
	wait_message(desk, "resumed 1 course");
	wait_message(desk, "Failed");
	act(world, desk, ACT_RUN, NULL);
	snap = wait_for(desk, has_ended, NULL, "both courses ended");
	assert_string_equal(snap->eta_reason, "all ended");
	assert_int_equal(snap->totals.courses[COURSE_MIGRATED], 1);
	assert_int_equal(snap->totals.counts.in_val, 3);
	assert_string_equal(snap->mode, "mock");
	assert_true(snap->engine_here);
	snapshot_unref(snap);
	desk_stop(desk);
	desk_free(desk);
	world_expect(world, KEY, COURSE_MIGRATED);
	world_check(world);
}

static void acts_on_nothing_say_so(void **state)
{
	struct act_target target = {0};
	struct desk *desk = open_desk(*state);

	desk_act(desk, ACT_PAUSE, &target);
	wait_message(desk, "no course");
	desk_free(desk);
}

static bool is_newer(const struct snapshot *snap, const void *than)
{
	return snap->generation > ((const struct snapshot *)than)->generation + 2;
}

static void pages_show_what_was_asked(void **state)
{
	struct world *world = *state;
	struct page_request request = {.kind = PAGE_COURSES, .status = -1, .code = -1, .count = 10};
	struct desk *desk = open_desk(world);
	struct snapshot *snap;

	act(world, desk, ACT_RUN, NULL);
	snapshot_unref(wait_for(desk, has_ended, NULL, "both courses ended"));
	snap = page(desk, &request);
	assert_int_equal(snap->total, 2);
	assert_string_equal(snap->courses[0].key, KEY);
	snapshot_unref(snap);
	request.kind = PAGE_VIDEOS;
	request.course = world_course_id(world, KEY);
	snap = page(desk, &request);
	assert_int_equal(snap->count, 2);
	assert_string_equal(snap->videos[0].block, "a");
	assert_non_null(strstr(snap->last_try.result, "done"));
	assert_int_equal(snap->last_try.pass, 1);
	assert_int_equal(snap->last_try.number, 1);
	/* the languages of each video, one video behind the other */
	assert_int_equal(snap->language_from[0], 0);
	assert_int_equal(snap->language_from[2], snap->language_count);
	assert_true(snap->language_count > 0);
	for (size_t i = 0; i < 2; i++)
		for (size_t at = snap->language_from[i]; at < snap->language_from[i + 1]; at++)
			assert_int_equal(snap->languages[at].video_id, snap->videos[i].id);
	request.first = 1; /* of the page's videos alone */
	snapshot_unref(snap);
	snap = page(desk, &request);
	assert_int_equal(snap->count, 1);
	assert_int_equal(snap->language_from[1], snap->language_count);
	for (size_t at = 0; at < snap->language_count; at++)
		assert_int_equal(snap->languages[at].video_id, snap->videos[0].id);
	request.first = 0;
	snapshot_unref(snap);
	snap = page(desk, &request);
	request.video = snap->videos[0].id;
	snapshot_unref(snap);
	request.kind = PAGE_LOG;
	request.video = 0;
	snap = page(desk, &request);
	assert_true(snap->count >= 2);
	assert_string_equal(snap->events[0].action, "end");
	snapshot_unref(snap);
	request.kind = PAGE_FINDINGS;
	request.course = 0;
	snap = page(desk, &request);
	assert_int_equal(snap->group_count, 1);
	assert_int_equal(snap->groups[0].code, FINDING_ASSET_MISSING);
	assert_int_equal(snap->groups[0].open[FINDING_ERROR], 1);
	assert_int_equal(snap->finding_count, 1);
	snapshot_unref(snap);
	request.kind = PAGE_VIDEOS;
	request.course = 4711;
	snap = page(desk, &request);
	assert_string_not_equal(snap->problem, "");
	/* what was in the way may have gone: it is tried again though nothing tells of a change */
	snapshot_unref(wait_for(desk, is_newer, snap, "another try"));
	snapshot_unref(snap);
	desk_free(desk);
}

static bool has_story(const struct snapshot *snap, const void *arg)
{
	return answers(snap, arg) && snap->story;
}

static bool tells(const struct story *story, const char *words)
{
	for (size_t i = 0; i < story->count; i++)
		if (strstr(story_line(story, i), words))
			return true;
	return false;
}

static void a_story_is_told_as_far_as_it_can_be(void **state)
{
	struct world *world = *state;
	struct desk *desk;
	struct page_request request = {.kind = PAGE_WHY, .status = -1, .code = -1, .language = "es",
				       .find_serial = 1};
	struct transcript_row row;
	struct snapshot *snap;

	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	row = world_transcript(world, KEY, "a", "es");
	request.course = world_course_id(world, KEY);
	request.video = row.video_id;
	transcript_row_clear(&row);
	desk = open_desk(world);
	desk_ask(desk, &request);
	snap = wait_for(desk, has_story, &request, "a story of a language");
	assert_string_equal(snap->course.key, KEY);
	assert_string_equal(snap->video.block, "a");
	assert_string_equal(snap->story->problem, "");
	assert_string_equal(story_line(snap->story, 0), KEY " \"" KEY "\"");
	assert_true(tells(snap->story, "      found     a_es.srt   <- this one"));
	assert_true(tells(snap->story, "  Journal:"));
	assert_true(tells(snap->story, "    es: migrated; expected by published"));
	assert_false(tells(snap->story, "a_en.srt")); /* another language */
	snapshot_unref(snap);
	request.video = 0;
	request.language[0] = '\0';
	desk_ask(desk, &request);
	snap = wait_for(desk, has_story, &request, "a story of a course");
	assert_true(tells(snap->story, "    done    video@b"));
	assert_true(tells(snap->story, "  What was done, newest first:"));
	snapshot_unref(snap);
	request.course = 4711;
	desk_ask(desk, &request);
	snap = wait_for(desk, has_story, &request, "a story of nothing");
	assert_string_not_equal(snap->story->problem, "");
	assert_int_equal(snap->story->count, 0);
	snapshot_unref(snap);
	desk_free(desk);
}

static bool has_diff(const struct snapshot *snap, const void *arg)
{
	return answers(snap, arg) && snap->diff && !snap->diff->loading;
}

static struct snapshot *diff(struct world *world, struct desk *desk, const char *language)
{
	struct page_request request = {.kind = PAGE_DIFF, .status = -1, .code = -1,
				       .course = world_course_id(world, KEY)};
	struct video_row video = {0};
	static uint64_t serial;

	request.find_serial = ++serial;
	assert_int_equal(reader_find_video(world->reader, request.course, "a", &video, NULL), RESULT_OK);
	request.video = video.id;
	snprintf(request.language, sizeof(request.language), "%s", language);
	video_row_clear(&video);
	/* another page first: a diff is read when it is come to */
	desk_ask(desk, &(struct page_request){.status = -1, .code = -1});
	desk_ask(desk, &request);
	return wait_for(desk, has_diff, &request, "the diff");
}

static void a_diff_shows_both_sides(void **state)
{
	struct world *world = *state;
	struct snapshot *snap;
	struct desk *desk;

	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	desk = open_desk(world);
	snap = diff(world, desk, "en");
	assert_int_equal(snap->diff->first_difference, -1);
	assert_int_equal(snap->diff->line_count, 1);
	assert_string_equal(snap->diff->left_sha256, snap->diff->right_sha256);
	snapshot_unref(snap);
	world_subrip(world, "a_en.srt", "good bye");
	snap = diff(world, desk, "en");
	assert_int_equal(snap->diff->first_difference, 0);
	assert_true(snap->diff->lines[0].differs);
	snapshot_unref(snap);
	snap = diff(world, desk, "de");
	assert_non_null(strstr(snap->diff->left_problem, "promises no de"));
	assert_non_null(strstr(snap->diff->right_problem, "no row"));
	assert_int_equal(snap->diff->first_difference, -1);
	snapshot_unref(snap);
	desk_free(desk);
}

static void a_diff_without_its_source_shows_what_is_stored(void **state)
{
	struct world *world = *state;
	struct snapshot *snap;
	struct desk *desk;

	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	world->faults[FAULT_OPEN] = (struct fault){RESULT_UNREACHABLE, -1, false, 0, 0};
	desk = open_desk(world);
	snap = diff(world, desk, "en");
	assert_string_not_equal(snap->diff->left_problem, "");
	assert_string_equal(snap->diff->right_problem, "");
	assert_int_equal(snap->diff->right.count, 1);
	assert_int_equal(snap->diff->line_count, 1);
	snapshot_unref(snap);
	desk_free(desk);
}

static bool reads_the_course(const struct snapshot *snap, const void *arg)
{
	return answers(snap, arg) && snap->diff && snap->diff->loading &&
	       !strcmp(snap->diff->stage, "the course");
}

static void a_slow_diff_says_what_it_reads_and_keeps_no_act_waiting(void **state)
{
	struct world *world = *state;
	struct page_request request = {.kind = PAGE_DIFF, .status = -1, .code = -1, .language = "en",
				       .course = world_course_id(world, KEY)};
	struct video_row video = {0};
	struct desk *desk;

	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	assert_int_equal(reader_find_video(world->reader, request.course, "a", &video, NULL), RESULT_OK);
	request.video = video.id;
	video_row_clear(&video);
	desk = open_desk(world);
	world->faults[FAULT_OPEN] = (struct fault){RESULT_OK, 0, false, 0, 3000};
	desk_ask(desk, &request);
	snapshot_unref(wait_for(desk, reads_the_course, &request, "what is read"));
	/* done while the source still thinks */
	act(world, desk, ACT_PAUSE, KEY);
	wait_message(desk, "paused");
	snapshot_unref(wait_for(desk, reads_the_course, &request, "the course, still"));
	snapshot_unref(wait_for(desk, has_diff, &request, "the diff"));
	desk_free(desk);
}

/* What is stored of "en", as a file; @bytes NULL: it is gone. */
static void change_stored(struct world *world, const struct snapshot *snap, const char *bytes, size_t len)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/store/%s", world->folder, snap->diff->right_name);
	assert_int_equal(remove(path), 0);
	if (!bytes)
		return;
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static struct snapshot *diff_after(struct world *world, struct desk *desk, struct snapshot *before,
				   const char *bytes, size_t len)
{
	change_stored(world, before, bytes, len);
	snapshot_unref(before);
	return diff(world, desk, "en");
}

static void a_diff_tells_bytes_formatting_and_damage_apart(void **state)
{
	const char *other = "{\"start\":[0],\"end\":[1000],\"text\":[\"hello\"]}";
	struct world *world = *state;
	struct snapshot *snap;
	struct desk *desk;

	world_file(world, "a_en.srt", "1\n00:00:00,000 --> 00:00:01,000\nhello\n");
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	desk = open_desk(world);
	snap = diff(world, desk, "en");
	assert_true(snap->diff->same_bytes);
	assert_string_equal(snap->diff->left_object, snap->diff->right_name);
	assert_string_equal(snap->diff->left_format, "SubRip");
	assert_string_equal(snap->diff->right_format, "sjson");
	assert_true(snap->diff->left_size > 0 && snap->diff->left_size == snap->diff->right_size);
	/* the same cues in other bytes */
	snap = diff_after(world, desk, snap, other, strlen(other));
	assert_false(snap->diff->same_bytes);
	assert_int_equal(snap->diff->right_size, strlen(other));
	assert_int_equal(snap->diff->differences, 0);
	/* no transcript: nothing is called different, and both sides are told */
	snap = diff_after(world, desk, snap, "{", 1);
	assert_non_null(strstr(snap->diff->right_problem, "what is stored is no transcript"));
	assert_string_equal(snap->diff->left_problem, "");
	assert_int_equal(snap->diff->right_size, 1);
	assert_int_equal(snap->diff->left.count, 1);
	assert_int_equal(snap->diff->differences, 0);
	snap = diff_after(world, desk, snap, NULL, 0);
	assert_non_null(strstr(snap->diff->right_problem, "object missing"));
	assert_string_not_equal(snap->diff->right_name, "");
	snapshot_unref(snap);
	world->faults[FAULT_LOOKUP] = (struct fault){RESULT_UNREACHABLE, -1, false, 0, 0};
	snap = diff(world, desk, "en");
	assert_non_null(strstr(snap->diff->right_problem, "edx-val cannot be reached"));
	snapshot_unref(snap);
	desk_free(desk);
}

static void a_diff_bounds_what_it_reads(void **state)
{
	struct world *world = *state;
	struct snapshot *snap;
	struct desk *desk;
	size_t len = 4 * (size_t)world->conf.max_transcript + 1;
	char *large = calloc(1, len);

	assert_non_null(large);
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	desk = open_desk(world);
	snap = diff_after(world, desk, diff(world, desk, "en"), large, len);
	assert_non_null(strstr(snap->diff->right_problem, "too large"));
	assert_int_equal(snap->diff->right_size, -1);
	snapshot_unref(snap);
	/* a source that cannot be converted, and one that is gone */
	world_file(world, "a_en.srt", "this is no transcript");
	snap = diff(world, desk, "en");
	assert_non_null(strstr(snap->diff->left_problem, "srt-invalid: "));
	snapshot_unref(snap);
	free(large);
	desk_free(desk);
}

static void a_validation_says_what_it_found(void **state)
{
	struct world *world = *state;
	struct desk *desk;

	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	world_on_val(world, "DELETE FROM edxval_videotranscript WHERE language_code = 'es'");
	desk = open_desk(world);
	act(world, desk, ACT_VALIDATE, KEY);
	wait_message(desk, "validated " KEY ", level bytes: 2 of 3 in val, 0 differing, 1 error");
	desk_free(desk);
	assert_int_equal(world_findings(world, KEY, FINDING_VAL_REMOVED), 1);
}

static bool lost_its_engine(const struct snapshot *snap, const void *arg)
{
	(void)arg;
	return snap->engine_here || !strcmp(snap->engine, "no engine");
}

static void a_viewer_writes_intents_and_takes_over(void **state)
{
	struct world *world = *state;
	struct desk *first = open_desk(world), *second;
	struct snapshot *snap;

	snapshot_unref(wait_for(first, is_here, NULL, "the engine here"));
	second = open_desk(world);
	wait_message(second, "viewer");
	snapshot_unref(wait_for(second, has_mode, "viewer", "viewer"));
	act(world, second, ACT_RUN, NULL);
	snapshot_unref(wait_for(second, has_ended, NULL, "followed by the other's engine"));
	/* there is nothing to go on with: the key is not remembered for later */
	desk_go(second);
	desk_free(first);
	snap = wait_for(second, lost_its_engine, NULL, "the engine gone");
	if (!snap->engine_here) /* it may be here already */
		assert_string_equal(snap->eta_reason, "no engine");
	snapshot_unref(snap);
	world_wish(world, WISH_RUN, KEY, NULL);
	snap = wait_for(second, is_here, NULL, "the engine taken over");
	assert_true(snap->waits_for_go);
	assert_string_not_equal(snap->hold, "");
	assert_int_equal(snap->totals.wanted, 1);
	snapshot_unref(snap);
	usleep(200000);
	snap = desk_acquire(second);
	assert_true(snap->waits_for_go);
	snapshot_unref(snap);
	desk_go(second);
	snapshot_unref(wait_for(second, has_ended, NULL, "gone on"));
	desk_free(second);
	world_expect(world, KEY, COURSE_MIGRATED);
}

static bool has_allowed(const struct snapshot *snap, const void *arg)
{
	(void)arg;
	for (size_t i = 0; snap->request.kind == PAGE_LOG && i < snap->count; i++)
		if (!strcmp(snap->events[i].action, "link"))
			return !strcmp(snap->events[i].object, "world") &&
			       !strcmp(snap->events[i].what, "allowed: link = mongo") &&
			       !strcmp(snap->events[i].who, "tester") &&
			       !strcmp(snap->events[i].why, "the campus name was typed in the console");
	return false;
}

static void links_take_a_word_where_the_engine_is(void **state)
{
	static const struct linker_ops no_ops;
	struct page_request request = {.kind = PAGE_LOG, .status = -1, .code = -1, .count = 10};
	struct linker linker = {.ops = &no_ops}, *before;
	struct world *world = *state;
	struct desk *first, *second;

	before = world->campus.linker;
	world->campus.linker = NULL;
	first = open_desk(world);
	assert_false(desk_needs_word(first));
	desk_free(first);
	world->campus.linker = &linker;
	world->conf.link = (char *)"mongo";
	/* at once: before anybody knows where the engine is */
	first = open_desk(world);
	assert_true(desk_needs_word(first));
	snapshot_unref(wait_for(first, is_here, NULL, "the engine here"));
	assert_true(desk_needs_word(first));
	/* a viewer's acts are for another process's engine */
	second = open_desk(world);
	wait_message(second, "viewer");
	assert_false(desk_needs_word(second));
	desk_free(first);
	snapshot_unref(wait_for(second, is_here, NULL, "the engine taken over"));
	assert_true(desk_needs_word(second));
	desk_allow_link(second);
	assert_false(desk_needs_word(second));
	desk_ask(second, &request);
	snapshot_unref(wait_for(second, has_allowed, NULL, "who allowed it, in the log"));
	desk_stop(second);
	while (!atomic_load(&world->campus.link_allowed))
		usleep(1000);
	desk_free(second);
	world->campus.linker = before;
}

/* 503 SlowDown, *@arg times. */
static void answer_request(void *arg, const struct web_request *request, struct web_answer *answer)
{
	(void)request;
	if (__atomic_fetch_sub((int *)arg, 1, __ATOMIC_RELAXED) <= 0)
		return;
	answer->status = 503;
	buf_add_text(&answer->body, "<Error><Code>SlowDown</Code></Error>");
}

static void ask_server(struct http *http, struct web *web, int times, enum result expected)
{
	const struct http_endpoint_options options = {.name = "store"};
	const struct http_request request = {.method = "GET", .url = web_url(web), .limit = 1000};
	struct http_endpoint *endpoint;
	struct error err = {0};

	assert_int_equal(http_endpoint_new(&endpoint, http, &options, &err), RESULT_OK);
	for (int i = 0; i < times; i++) {
		struct http_answer answer;

		assert_int_equal(http_request(endpoint, &request, &answer, &err), expected);
		http_answer_clear(&answer);
	}
	http_endpoint_free(endpoint);
}

static bool is_slowed(const struct snapshot *snap, const void *arg)
{
	return snap->allowed == *(const int *)arg && *snap->engine;
}

static void a_server_that_asks_to_slow_down_is_shown(void **state)
{
	struct world *world = *state;
	struct http_options options = {.in_flight = 4, .clock = clock_system()};
	int slow = 1;
	struct web *web = web_start(answer_request, &slow);
	struct desk *desk;
	struct snapshot *snap;
	struct error err = {0};

	assert_int_equal(http_new(&world->campus.http, &options, &err), RESULT_OK);
	desk = open_desk(world);
	/* an engine that begins lets requests wait: only then they can be hurried */
	snapshot_unref(wait_for(desk, is_here, NULL, "the engine"));
	snapshot_unref(wait_for(desk, is_slowed, &(int){0}, "full speed"));
	/* hurried, a request is given up at once */
	http_hurry(world->campus.http, true);
	ask_server(world->campus.http, web, 1, RESULT_RETRY);
	http_hurry(world->campus.http, false);
	snap = wait_for(desk, is_slowed, &(int){2}, "half of the requests");
	assert_int_equal(snap->most, 4);
	assert_string_equal(snap->slowed_by, "store answers 503 Slow Down");
	snapshot_unref(snap);
	ask_server(world->campus.http, web, 5, RESULT_OK);
	snap = wait_for(desk, is_slowed, &(int){0}, "full speed again");
	assert_string_equal(snap->slowed_by, "");
	snapshot_unref(snap);
	desk_free(desk);
	web_stop(web);
	http_free(world->campus.http);
	world->campus.http = NULL;
}

/* An engine that ends lets no request wait; one that never began leaves them alone. */
static void only_an_engine_that_ran_hurries_requests(void **state)
{
	struct world *world = *state;
	struct http_options options = {.in_flight = 4, .clock = clock_system()};
	struct engine_options none = {0};
	struct engine *engine = NULL, *second = NULL;
	int slow = 1;
	struct web *web = web_start(answer_request, &slow);
	struct error err = {0};

	assert_int_equal(http_new(&world->campus.http, &options, &err), RESULT_OK);
	engine = world_start(world, true);
	assert_int_equal(engine_new(&second, &world->campus, &none, &err), RESULT_BUSY);
	/* asked to slow down, it asks again */
	ask_server(world->campus.http, web, 1, RESULT_OK);
	assert_int_equal(web_requests(web), 2);
	engine_stop(engine);
	__atomic_store_n(&slow, 1, __ATOMIC_RELAXED);
	ask_server(world->campus.http, web, 1, RESULT_RETRY);
	engine_free(engine);
	/* the next one takes its time again */
	engine = world_start(world, true);
	__atomic_store_n(&slow, 1, __ATOMIC_RELAXED);
	ask_server(world->campus.http, web, 1, RESULT_OK);
	engine_free(engine);
	web_stop(web);
	http_free(world->campus.http);
	world->campus.http = NULL;
}

static void a_launch_tells_what_to_know_of_the_store(void **state)
{
	struct world *world = *state;
	struct desk *desk;

	world->campus.store->warning = "this bucket refuses nothing";
	desk = open_desk(world);
	act(world, desk, ACT_PAUSE, KEY);
	wait_message(desk, "paused 1 course");
	act(world, desk, ACT_RUN, KEY);
	wait_message(desk, "launched 1 course; this bucket refuses nothing");
	desk_free(desk);
}

static void a_desk_that_stops_lets_what_is_under_way_finish(void **state)
{
	struct world *world = *state;
	struct desk *desk = open_desk(world);
	struct course_row row;

	world->faults[FAULT_PUT].delay = 300;
	act(world, desk, ACT_RUN, KEY);
	while (!world_calls(world, FAULT_PUT))
		usleep(1000);
	desk_stop(desk);
	for (int i = 0; i < WORLD_PATIENCE / 20 && !desk_idle(desk); i++)
		usleep(20000);
	assert_true(desk_idle(desk));
	desk_free(desk);
	row = world_row(world, KEY);
	assert_int_equal(row.counts.in_val, 3);
	assert_int_equal(row.failed, 0);
	course_row_clear(&row);
	world_check(world);
}

static void desks_come_and_go(void **state)
{
	struct world *world = *state;

	for (int i = 0; i < 20; i++) {
		struct desk *desk = open_desk(world);

		act(world, desk, i % 2 ? ACT_RUN : ACT_VALIDATE, NULL);
		usleep((useconds_t)(i % 5) * 3000);
		if (i % 3)
			desk_stop(desk);
		desk_free(desk);
	}
	world_check(world);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(acts_are_answered_and_followed),
		TEST(acts_on_nothing_say_so),
		TEST(pages_show_what_was_asked),
		TEST(a_story_is_told_as_far_as_it_can_be),
		TEST(a_diff_shows_both_sides),
		TEST(a_diff_without_its_source_shows_what_is_stored),
		TEST(a_diff_tells_bytes_formatting_and_damage_apart),
		TEST(a_diff_bounds_what_it_reads),
		TEST(a_slow_diff_says_what_it_reads_and_keeps_no_act_waiting),
		TEST(a_validation_says_what_it_found),
		TEST(a_viewer_writes_intents_and_takes_over),
		TEST(links_take_a_word_where_the_engine_is),
		TEST(a_server_that_asks_to_slow_down_is_shown),
		TEST(only_an_engine_that_ran_hurries_requests),
		TEST(a_launch_tells_what_to_know_of_the_store),
		TEST(a_desk_that_stops_lets_what_is_under_way_finish),
		TEST(desks_come_and_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
