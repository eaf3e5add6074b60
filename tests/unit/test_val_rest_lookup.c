/*
 * Edx-val over REST: what lookups know and do not, every status and every mischief at each of
 * their requests, and lists that workers share.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/edxval_help.h"

/* ---- what lookups know ------------------------------------------------------------------- */

static void lookup_reads_a_list_once(void **state)
{
	static const char *const ids[] = {"b", "a", "gone", "c"};
	struct bench *bench = *state;
	struct edxval *e = bench->edxval;
	struct val_video out[4];
	char text[128];

	edxval_video(e, "a", KEY);
	edxval_video(e, "b", KEY);
	edxval_video(e, "c", KEY);
	edxval_row(e, "b", "sv", "n2");
	edxval_row(e, "b", "en", "n1");
	edxval_row(e, "c", "en", "");
	assert_int_equal(bench->val->ops->lookup(bench->val, KEY, ids, 4, out, NULL), RESULT_OK);
	assert_string_equal(told(&out[0], text, sizeof(text)), "present complete en=n1 sv=n2");
	assert_string_equal(out[0].rows[0].format, "sjson");
	assert_string_equal(told(&out[1], text, sizeof(text)), "present complete");
	assert_string_equal(told(&out[2], text, sizeof(text)), "absent complete");
	assert_string_equal(told(&out[3], text, sizeof(text)), "present complete en=");
	assert_int_equal(requests(bench, LIST "course-v1%3ATest%2BFerry%2B1/"), 1);
	assert_int_equal(requests(bench, VIDEO "gone"), 1);
	assert_int_equal(requests(bench, "GET"), 2);
	assert_int_equal(requests(bench, "POST"), 1); /* the token */
	for (int i = 0; i < 4; i++)
		val_video_clear(&out[i]);
}

static void lookup_finds_rows_where_the_video_is_linked(void **state)
{
	struct bench *bench = *state;
	struct edxval *e = bench->edxval;

	edxval_video(e, "lost", NULL);
	edxval_row(e, "lost", "en", "n");
	edxval_video(e, "else", OTHER);
	edxval_row(e, "else", "en", "n");
	edxval_video(e, "slash", "Org/Course/Run");
	edxval_row(e, "slash", "en", "n");
	for (int plain = 0; plain < 2; plain++) {
		EDXVAL(e, e->plain_courses = plain);
		expect(bench, KEY, "lost", "present");
		expect(bench, KEY, "else", "present complete en=n");
		expect(bench, KEY, "slash", "present");
		/* a key with slashes cannot be asked for, the other courses can */
		expect(bench, "Org/Course/Run", "slash", "present");
		expect(bench, "Org/Course/Run", "else", "present complete en=n");
		expect(bench, "Org/Course/Run", "none", "absent complete");
	}
	assert_int_equal(requests(bench, LIST "Org"), 0);
	assert_int_equal(requests(bench, LIST), 2);
}

static void lookup_tells_another_case(void **state)
{
	struct bench *bench = *state;
	struct edxval *e = bench->edxval;

	edxval_video(e, "Video-A", KEY);
	edxval_row(e, "Video-A", "en", "n");
	expect(bench, KEY, "video-a", "absent complete");
	EDXVAL(e, e->any_case = true);
	expect(bench, KEY, "video-a", "present complete as Video-A en=n");
	expect(bench, KEY, "Video-A", "present complete en=n");
}

static void lookup_asks_for_no_impossible_id(void **state)
{
	static const char *const ids[] = {"", ".", "..", "a/b", "a b", "a%2Fb", "a?b", "a\nb", "x.mp4"};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
		expect(bench, KEY, ids[i], "absent complete");
	assert_int_equal(requests(bench, VIDEO "course-transcripts/"), 1);
	assert_int_equal(requests(bench, "GET"), 1);
	expect(bench, KEY, "vid\xc3\xa9o", "absent complete");
	assert_int_equal(requests(bench, VIDEO "vid%C3%A9o"), 1);
}

static void lookup_of_an_old_service_knows_no_rows(void **state)
{
	struct bench *bench = *state;
	struct edxval *e = bench->edxval;

	edxval_video(e, "a", KEY);
	edxval_video(e, "b", OTHER);
	EDXVAL(e, e->unlisted = true);
	for (int i = 0; i < 3; i++) {
		expect(bench, KEY, "a", "present");
		expect(bench, KEY, "b", "present");
		expect(bench, OTHER, "b", "present");
		expect(bench, KEY, "none", "absent complete");
		move_on(bench, 60000);
	}
	assert_int_equal(requests(bench, LIST), 2);
	/* it may be replaced by a newer one while we run */
	EDXVAL(e, e->unlisted = false);
	move_on(bench, 600000);
	expect(bench, KEY, "a", "present complete");
}

/* A proxy's page is none of edx-val's words, for the list as little as for a video. */
static void a_page_in_front_of_lists_makes_no_old_service(void **state)
{
	static const struct edxval_fault pages[] = {
		{.request = LIST, .times = 1, .status = 404, .body = "<html>default backend"},
		{.request = LIST, .times = 1, .status = 404, .body = "{\"message\":\"no Route\"}"},
	};
	struct bench *bench = *state;
	struct val_video video;
	struct error err = {0};

	edxval_video(bench->edxval, "a", KEY);
	edxval_row(bench->edxval, "a", "en", "n");
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		edxval_fault(bench->edxval, pages[i]);
		expect(bench, KEY, "a", "present complete en=n");
		move_on(bench, 60000);
	}
	/* nothing behind it answers: nothing is learnt */
	edxval_fault(bench->edxval, (struct edxval_fault){.request = "GET ", .times = -1, .status = 404,
							  .body = "<html>default backend"});
	assert_int_equal(look(bench, KEY, "a", &video, &err), RESULT_RETRY);
	assert_non_null(strstr(err.text, "course-transcripts"));
	assert_int_equal(video.presence, VAL_UNKNOWN);
	val_video_clear(&video);
	edxval_fault(bench->edxval, (struct edxval_fault){0});
	expect(bench, KEY, "a", "present complete en=n");
}

static void lookup_tells_a_broken_list(void **state)
{
	struct bench *bench = *state;
	struct edxval *e = bench->edxval;

	edxval_video(e, "a", KEY);
	edxval_video(e, "free", NULL);
	EDXVAL(e, e->list_broken = true);
	expect(bench, KEY, "a", "present broken");
	expect(bench, KEY, "free", "present");
	expect(bench, KEY, "none", "absent complete");
	assert_int_equal(requests(bench, LIST), 1);
	/* one course's list breaks; another's tells */
	EDXVAL(e, {
		snprintf(e->videos[0].courses[1], sizeof(e->videos[0].courses[1]), OTHER);
		e->videos[0].course_count = 2;
		e->list_broken = false;
	});
	expect(bench, KEY, "a", "present complete");
}

/* ---- statuses and mischief at lookups ---------------------------------------------------- */

static void lookup_of_a_list_meets_every_answer(void **state)
{
	static const struct {
		struct edxval_fault fault;
		enum result result;
		const char *told;
	} rows[] = {
		{{.status = 202}, RESULT_RETRY, ""},
		{{.status = 301, .headers = "Location: https://x/\r\n"}, RESULT_REFUSED, ""},
		{{.status = 400}, RESULT_REFUSED, ""},
		{{.status = 401}, RESULT_DENIED, ""},
		{{.status = 403, .body = "{\"detail\":\"no\"}"}, RESULT_REFUSED, ""},
		{{.status = 404, .body = "{\"detail\":\"Not found.\"}"}, RESULT_OK, "present"},
		{{.status = 404, .body = "<html>"}, RESULT_OK, "present"},
		{{.status = 408}, RESULT_RETRY, ""},
		{{.status = 409}, RESULT_REFUSED, ""},
		{{.status = 429}, RESULT_UNREACHABLE, ""},
		{{.status = 500}, RESULT_OK, "present broken"},
		{{.status = 502}, RESULT_RETRY, ""},
		{{.status = 503}, RESULT_RETRY, ""},
		{{.status = 503, .headers = "Retry-After: 0\r\n"}, RESULT_UNREACHABLE, ""},
		{{.status = 504}, RESULT_RETRY, ""},
		{{.status = 200, .body = ""}, RESULT_RETRY, ""},
		{{.status = 200, .body = "<html>log in</html>"}, RESULT_RETRY, ""},
		{{.status = 200, .body = "[]"}, RESULT_RETRY, ""},
		{{.status = 200, .body = "{\"a\":[]}"}, RESULT_RETRY, ""},
		{{.status = 200, .body = "{\"a\":{\"en\":1}}"}, RESULT_RETRY, ""},
		{{.status = 200, .body = "{\"a\":{\"en\":{\"file_format\":\"srt\"}}}"}, RESULT_RETRY, ""},
		{{.status = 200, .body = "{} {}"}, RESULT_RETRY, ""},
		{{.status = 200, .body = "{\"a\":{\"en\":{\"name\":null}}}"}, RESULT_OK,
		 "present complete en="},
		{{.mischief = WEB_CLOSE}, RESULT_RETRY, ""},
		{{.mischief = WEB_RESET}, RESULT_RETRY, ""},
		{{.mischief = WEB_TRUNCATE}, RESULT_RETRY, ""},
		{{.mischief = WEB_STALL}, RESULT_RETRY, ""},
	};
	struct bench *bench = *state;

	edxval_video(bench->edxval, "a", KEY);
	edxval_row(bench->edxval, "a", "en", "n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct edxval_fault fault = rows[i].fault;
		struct val_video video;
		struct error err = {0};
		enum result st;
		char text[128];

		val_free(bench->val);
		bench->val = val_with(bench, web_url(bench->edxval->web), false);
		fault.request = LIST;
		fault.times = -1;
		edxval_fault(bench->edxval, fault);
		st = look(bench, KEY, "a", &video, &err);
		if (st != rows[i].result)
			fail_msg("row %zu: %s: %s", i, result_text(st), err.text);
		assert_string_equal(told(&video, text, sizeof(text)), *rows[i].told ? rows[i].told : "unknown");
		assert_null(strstr(err.text, "token1"));
		val_video_clear(&video);
		/* a failure is not remembered */
		edxval_fault(bench->edxval, (struct edxval_fault){0});
		if (st != RESULT_OK)
			expect(bench, KEY, "a", "present complete en=n");
	}
}

static void lookup_of_a_video_meets_every_answer(void **state)
{
	static const struct {
		struct edxval_fault fault;
		enum result result;
		const char *words;
	} rows[] = {
		{{.status = 302, .headers = "Location: https://x/login\r\n"}, RESULT_REFUSED, "https://x/login"},
		{{.status = 400, .body = "{\"detail\":\"head.token1.sign is odd\"}"}, RESULT_REFUSED,
		 "*** is odd"},
		{{.status = 200, .body = "Authorization: JWT head.token1.sign"}, RESULT_RETRY, "not a video"},
		{{.status = 401, .body = "{\"detail\":\"too old\"}"}, RESULT_DENIED, "too old"},
		{{.status = 403, .body = "{\"detail\":\"not you\"}"}, RESULT_REFUSED, "not you"},
		{{.status = 404, .body = "<html>"}, RESULT_RETRY, "is the url right"},
		{{.status = 404, .body = "{\"message\":\"no Route\"}"}, RESULT_RETRY, "is the url right"},
		{{.status = 404}, RESULT_RETRY, "is the url right"},
		{{.status = 408}, RESULT_RETRY, "408"},
		{{.status = 429}, RESULT_UNREACHABLE, "429"},
		{{.status = 500}, RESULT_RETRY, "500"},
		{{.status = 502}, RESULT_RETRY, "502"},
		{{.status = 503}, RESULT_RETRY, "503"},
		{{.status = 200}, RESULT_RETRY, "not a video"},
		{{.status = 200, .body = "<html>log in"}, RESULT_RETRY, "log in"},
		{{.status = 200, .body = "[]"}, RESULT_RETRY, "not a video"},
		{{.status = 200, .body = "{\"edx_video_id\":\"v\"}"}, RESULT_RETRY, "not a video"},
		{{.status = 200, .body = "{\"edx_video_id\":\"v\",\"courses\":[1]}"}, RESULT_RETRY, "a video"},
		{{.status = 200, .body = "{\"edx_video_id\":\"v\",\"courses\":[{}]}"}, RESULT_RETRY, "a video"},
		{{.status = 200, .body = "{\"edx_video_id\":\"w\",\"courses\":[]}"}, RESULT_RETRY, "that video"},
		{{.mischief = WEB_CLOSE}, RESULT_RETRY, ""},
		{{.mischief = WEB_RESET}, RESULT_RETRY, ""},
		{{.mischief = WEB_TRUNCATE}, RESULT_RETRY, ""},
		{{.mischief = WEB_STALL}, RESULT_RETRY, ""},
	};
	struct bench *bench = *state;

	edxval_video(bench->edxval, "v", NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct edxval_fault fault = rows[i].fault;
		struct val_video video;
		struct error err = {0};
		enum result st;

		fault.request = VIDEO "v";
		fault.times = -1;
		edxval_fault(bench->edxval, fault);
		st = look(bench, KEY, "v", &video, &err);
		if (st != rows[i].result || !strstr(err.text, rows[i].words))
			fail_msg("row %zu: %s: %s", i, result_text(st), err.text);
		assert_int_equal(video.presence, VAL_UNKNOWN);
		assert_int_equal(video.rows_complete, false);
		assert_null(strstr(err.text, ".token"));
		val_video_clear(&video);
		edxval_fault(bench->edxval, (struct edxval_fault){0});
		expect(bench, KEY, "v", "present");
	}
}

static void lookup_of_an_absent_server_is_unreachable(void **state)
{
	struct bench *bench = *state;
	struct val *val = val_with(bench, "http://127.0.0.1:1", false);
	struct val_video video;
	const char *id = "a";

	assert_int_equal(val->ops->lookup(val, KEY, &id, 1, &video, NULL), RESULT_UNREACHABLE);
	assert_int_equal(video.presence, VAL_UNKNOWN);
	val_video_clear(&video);
	val_free(val);
}

/* ---- many at a time, and lists that are kept --------------------------------------------- */

static void lookup_of_many_asks_for_each_and_ends_at_a_failure(void **state)
{
	enum { MANY = 200 };
	struct bench *bench = *state;
	struct edxval *e = bench->edxval;
	struct val_video out[MANY];
	char names[MANY][16];
	const char *ids[MANY];

	for (int i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "v%d", i);
		ids[i] = names[i];
		if (i % 4 == 0)
			edxval_video(e, names[i], NULL);
	}
	assert_int_equal(bench->val->ops->lookup(bench->val, KEY, ids, MANY, out, NULL), RESULT_OK);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(out[i].presence, i % 4 ? VAL_ABSENT : VAL_PRESENT);
		val_video_clear(&out[i]);
	}
	assert_int_equal(requests(bench, VIDEO "v"), MANY);
	assert_int_equal(requests(bench, LIST), 1);
	edxval_fault(e, (struct edxval_fault){.request = VIDEO "v", .times = -1, .after = 20,
					      .status = 500});
	assert_int_equal(bench->val->ops->lookup(bench->val, KEY, ids, MANY, out, NULL), RESULT_RETRY);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(out[i].presence, VAL_UNKNOWN);
		val_video_clear(&out[i]);
	}
	assert_in_range(requests(bench, VIDEO "v"), MANY + 21, MANY + 29);
}

static void lookup_keeps_a_list_for_a_while(void **state)
{
	static const char *const both[] = {"a", "b"};
	struct bench *bench = *state;
	struct val_video out[2];

	edxval_video(bench->edxval, "a", KEY);
	edxval_video(bench->edxval, "b", KEY);
	expect(bench, KEY, "a", "present complete");
	move_on(bench, 30000);
	expect(bench, KEY, "b", "present complete");
	assert_int_equal(requests(bench, LIST), 1);
	move_on(bench, 1);
	expect(bench, KEY, "a", "present complete");
	assert_int_equal(requests(bench, LIST), 2);
	move_on(bench, 1); /* a whole course is asked for anew */
	assert_int_equal(bench->val->ops->lookup(bench->val, KEY, both, 2, out, NULL), RESULT_OK);
	assert_int_equal(requests(bench, LIST), 3);
	for (int i = 0; i < 2; i++)
		val_video_clear(&out[i]);
}

static void *look_at_a(void *arg)
{
	expect(arg, KEY, "a", "present complete");
	return NULL;
}

/* It is old when it comes, and would be asked for again for every video. */
static void lookup_keeps_a_slow_list_for_longer(void **state)
{
	struct bench *bench = *state;
	struct http_load load = {0};
	pthread_t thread;

	edxval_video(bench->edxval, "a", KEY);
	edxval_video(bench->edxval, "b", KEY);
	expect(bench, KEY, "a", "present complete");
	move_on(bench, 60000);
	EDXVAL(bench->edxval, {
		assert_int_equal(pthread_create(&thread, NULL, look_at_a, bench), 0);
		for (; !load.in_flight; http_load(bench->http, &load))
			;
		move_on(bench, 40000);
	});
	pthread_join(thread, NULL);
	assert_int_equal(requests(bench, LIST), 2);
	move_on(bench, 300000);
	expect(bench, KEY, "b", "present complete");
	assert_int_equal(requests(bench, LIST), 2);
	move_on(bench, 100000);
	expect(bench, KEY, "b", "present complete");
	assert_int_equal(requests(bench, LIST), 3);
}

/* The later of two simultaneous registrations wins: only a list asked for since shows it. */
static void read_back_sees_who_overtook_us(void **state)
{
	struct bench *bench = *state;
	struct val_entry entry = {.language = "en", .name = NAME};
	struct val_video video;
	const char *id = "a";
	char text[256];

	edxval_video(bench->edxval, "a", KEY);
	expect(bench, KEY, "a", "present complete");
	assert_int_equal(bench->val->ops->register_rows(bench->val, "a", &entry, 1, NULL), RESULT_OK);
	EDXVAL(bench->edxval, snprintf(bench->edxval->videos[0].rows[0].name, 256, "theirs"));
	move_on(bench, 1);
	expect(bench, KEY, "a", "present complete en=" NAME);
	assert_int_equal(bench->val->ops->read_back(bench->val, KEY, &id, 1, &video, NULL), RESULT_OK);
	assert_string_equal(told(&video, text, sizeof(text)), "present complete en=theirs");
	val_video_clear(&video);
	assert_int_equal(requests(bench, LIST), 2);
	move_on(bench, 1);
	EDXVAL(bench->edxval, bench->edxval->videos[0].row_count = 0);
	assert_int_equal(bench->val->ops->read_back(bench->val, KEY, &id, 1, &video, NULL), RESULT_OK);
	assert_string_equal(told(&video, text, sizeof(text)), "present complete");
	val_video_clear(&video);
	/* where nothing lists, nothing is asked */
	EDXVAL(bench->edxval, bench->edxval->unlisted = true);
	move_on(bench, 60000);
	expect(bench, KEY, "a", "present");
	assert_int_equal(requests(bench, VIDEO "a"), 1);
	assert_int_equal(bench->val->ops->read_back(bench->val, KEY, &id, 1, &video, NULL), RESULT_OK);
	assert_int_equal(video.presence, VAL_UNKNOWN);
	val_video_clear(&video);
	assert_int_equal(requests(bench, VIDEO "a"), 1);
}

static void lookup_asks_anew_for_a_link_of_somebody_else(void **state)
{
	struct bench *bench = *state;

	expect(bench, KEY, "none", "absent complete");
	move_on(bench, 10);
	edxval_video(bench->edxval, "new", KEY);
	edxval_row(bench->edxval, "new", "en", "theirs");
	expect(bench, KEY, "new", "present complete en=theirs");
	assert_int_equal(requests(bench, LIST), 2);
}

static void *look_on(void *arg)
{
	struct bench *bench = arg;
	intptr_t good = 0;

	for (int i = 0; i < 20; i++) {
		struct val_video video;

		good += look(bench, i % 2 ? KEY : OTHER, "a", &video, NULL) == RESULT_OK &&
			video.presence == VAL_PRESENT && video.rows_complete;
		val_video_clear(&video);
		if (i % 7 == 0)
			move_on(bench, 9000);
	}
	return (void *)good;
}

static void workers_share_lists_and_tokens(void **state)
{
	struct bench *bench = *state;
	pthread_t threads[8];
	void *good;

	edxval_video(bench->edxval, "a", KEY);
	for (int i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, look_on, bench), 0);
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], &good);
		assert_int_equal((intptr_t)good, 20);
	}
	assert_int_equal(requests(bench, "POST /oauth2"), 1);
}

static void *ferry(void *arg)
{
	static int ferries; /* atomic */
	struct bench *bench = arg;
	int ferry = __atomic_add_fetch(&ferries, 1, __ATOMIC_RELAXED);
	intptr_t good = 0;

	for (int i = 0; i < 6; i++) {
		struct val_entry entry = {.language = "en", .name = "n"};
		struct val_video before, after;
		char id[32], text[128];

		snprintf(id, sizeof(id), "f%d-%d", ferry, i);
		if (look(bench, KEY, id, &before, NULL) == RESULT_OK && before.presence == VAL_ABSENT &&
		    bench->val->ops->create(bench->val, KEY, id, NULL) == RESULT_OK &&
		    bench->val->ops->register_rows(bench->val, id, &entry, 1, NULL) == RESULT_OK &&
		    look(bench, KEY, id, &after, NULL) == RESULT_OK) {
			good += !strcmp(told(&after, text, sizeof(text)), "present complete en=n");
			val_video_clear(&after);
		}
		val_video_clear(&before);
		move_on(bench, 4000);
	}
	return (void *)good;
}

/* Lists grow old, are asked for, and kept, while others register. */
static void workers_never_miss_what_they_registered(void **state)
{
	struct bench *bench = *state;
	pthread_t threads[8];
	void *good;

	for (int i = 0; i < 8; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ferry, bench), 0);
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], &good);
		assert_int_equal((intptr_t)good, 6);
	}
	assert_int_equal(requests(bench, "POST /oauth2"), 1);
	/* one list for some videos, though each was looked at twice */
	assert_in_range(requests(bench, LIST), 2, 24);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(lookup_reads_a_list_once),
		TEST(lookup_finds_rows_where_the_video_is_linked),
		TEST(lookup_tells_another_case),
		TEST(lookup_asks_for_no_impossible_id),
		TEST(lookup_of_an_old_service_knows_no_rows),
		TEST(a_page_in_front_of_lists_makes_no_old_service),
		TEST(lookup_tells_a_broken_list),
		TEST(lookup_of_a_list_meets_every_answer),
		TEST(lookup_of_a_video_meets_every_answer),
		TEST(lookup_of_an_absent_server_is_unreachable),
		TEST(lookup_of_many_asks_for_each_and_ends_at_a_failure),
		TEST(lookup_keeps_a_list_for_a_while),
		TEST(lookup_keeps_a_slow_list_for_longer),
		TEST(read_back_sees_who_overtook_us),
		TEST(lookup_asks_anew_for_a_link_of_somebody_else),
		TEST(workers_share_lists_and_tokens),
		TEST(workers_never_miss_what_they_registered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
