/*
 * What runs and courses took: the time at work, what a run itself has tried, and the rate of both.
 */
#include "config.h"

#include "tests/unit/runs_help.h"

#include "src/status/rollout.h"

#define SECOND INT64_C(1000000)

/* ---- an engine in a few words -------------------------------------------------------------*/

static void pass(int64_t microseconds)
{
	__atomic_add_fetch(&help_wall_time, microseconds, __ATOMIC_RELAXED);
}

static void about(struct help *help)
{
	struct run_about it = {RUN_MOCK, "ginkgo", "0.1", "workers 8"};

	assert_ok(status_run_about(help->status, &it, &help->err), help->err);
}

static int setup(void **state)
{
	help_setup(state);
	help_scan(*state, 3);
	about(*state);
	return 0;
}

/* As the next process finds it after a kill. */
static void start_anew(struct help *help)
{
	help_close(help);
	help_open(help);
	assert_ok(status_runs_settle(help->status, &help->err), help->err);
	about(help);
}

/* The courses of these ids; 0: none. */
static void say(struct help *help, bool works, int64_t one, int64_t other)
{
	struct at_work said = {.works = works, .now = clock_now(&help_clock)};

	if (one)
		said.courses[said.count++] = one;
	if (other)
		said.courses[said.count++] = other;
	status_at_work(help->status, &said);
	help_flush(help);
}

static void begin(struct help *help, int64_t course)
{
	int64_t pass;

	assert_ok(status_course_begin(help->status, course, false, &pass, NULL, &help->err), help->err);
}

static void launch(struct help *help, int64_t course)
{
	assert_true(help_wish(help, WISH_RUN, course, NULL, true).taken);
	begin(help, course);
}

static void end(struct help *help, int64_t course, enum course_status to)
{
	enum course_intent intent;
	int64_t number;

	assert_ok(reader_intent(help->reader, course, &intent, &number, &help->err), help->err);
	assert_ok(status_course_end(help->status, course, number, to, "", NULL, 0, &help->err),
		  help->err);
	assert_ok(status_check(help->reader, &help->err), help->err);
}

/* Two videos, the first in one language, the second in two. */
static void plan(struct help *help, int64_t course, int64_t ids[2])
{
	struct video_row videos[] = {help_video("a", 0), help_video("b", 1)};
	struct transcript_row rows[] = {help_transcript(0, "en"), help_transcript(1, "en"),
					help_transcript(1, "fr")};

	assert_ok(status_course_plan(help->status, course, help_row(help, course).pass, videos, 2, rows, 3,
				     NULL, 0, &help->err),
		  help->err);
	ids[0] = videos[0].id;
	ids[1] = videos[1].id;
}

static void try_video(struct help *help, int64_t course, int64_t video, enum video_state to, size_t languages)
{
	struct transcript_row rows[] = {help_migrated("en", 10), help_migrated("fr", 20)};
	struct video_outcome it = {
		.course_id = course, .video_id = video, .pass = help_row(help, course).pass,
		.attempt = true, .number = 1, .state = to, .text = "", .val_id = "id-1",
		.transcripts = rows, .transcript_count = languages,
	};

	for (size_t i = 0; i < languages; i++)
		rows[i].outcome = to == VIDEO_DONE ? OUTCOME_MIGRATED : OUTCOME_FAILED;
	status_video_outcome(help->status, &it);
	help_flush(help);
}

/* Without its strings. */
static struct run_row run_of(struct help *help, int64_t number)
{
	struct run_row row;

	assert_ok(reader_run(help->reader, number, &row, &help->err), help->err);
	run_row_clear(&row);
	return row;
}

/* Its clock moves by some microseconds whenever it is looked at. */
static void expect_span(int64_t span, int64_t seconds)
{
	if (span < seconds * SECOND || span >= seconds * SECOND + SECOND / 10)
		fail_msg("%lld microseconds are not %lld seconds", (long long)span, (long long)seconds);
}

static struct run_course_row course_of(struct help *help, int64_t run, const char *key)
{
	struct run_course_row *rows, found = {0};
	size_t count;

	assert_ok(reader_run_courses(help->reader, run, &rows, &count, &help->err), help->err);
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(rows[i].course, key))
			found = rows[i];
		run_course_row_clear(&rows[i]);
	}
	free(rows);
	assert_true(found.id);
	return found;
}

/* ---- time at work -------------------------------------------------------------------------*/

static void a_hold_is_no_time_at_work(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), videos[2];
	struct run_row run;

	say(help, true, a, 0); /* it is being opened */
	pass(SECOND); /* before the run: of nobody */
	launch(help, a);
	plan(help, a, videos);
	pass(2 * SECOND);
	say(help, true, a, 0);
	expect_span(run_of(help, 1).active, 2);
	try_video(help, a, videos[0], VIDEO_DONE, 1);
	pass(2 * SECOND);
	say(help, false, a, 0);
	pass(HELP_HOUR);
	say(help, true, a, 0);
	pass(SECOND);
	try_video(help, a, videos[1], VIDEO_DONE, 2);
	end(help, a, COURSE_MIGRATED);
	run = run_of(help, 1);
	expect_span(run.active, 5);
	expect_span(course_of(help, 1, "c0").active, 5);
	expect_span(run_row_elapsed(&run, 0), 3605);
	expect_span(run_row_waited(&run, 0), 3600);
	assert_int_equal(run.tried, 3);
	assert_true(run_row_rate(&run) > 0.59 && run_row_rate(&run) < 0.61);
	pass(SECOND);
	say(help, true, 0, 0); /* told too late: it has ended */
	expect_span(run_of(help, 1).active, 5);
}

static void a_course_that_was_paused_was_not_at_work(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), b = help_course(help, "c1");

	launch(help, a);
	launch(help, b);
	say(help, true, a, b);
	pass(2 * SECOND);
	say(help, true, a, 0); /* it left just before */
	pass(2 * SECOND);
	say(help, true, a, 0);
	pass(2 * SECOND);
	say(help, true, a, b);
	pass(SECOND);
	end(help, b, COURSE_MIGRATED);
	pass(SECOND);
	end(help, a, COURSE_MIGRATED);
	expect_span(run_of(help, 1).active, 8);
	expect_span(course_of(help, 1, "c0").active, 8);
	expect_span(course_of(help, 1, "c1").active, 1 + 2);
}

static void a_course_is_no_longer_at_work_than_since_it_began(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), b = help_course(help, "c1");

	launch(help, a);
	say(help, true, a, 0);
	pass(3 * SECOND);
	launch(help, b);
	pass(SECOND);
	end(help, b, COURSE_MIGRATED);
	expect_span(course_of(help, 1, "c1").active, 1);
	end(help, a, COURSE_MIGRATED);
	expect_span(course_of(help, 1, "c0").active, 4);
	expect_span(run_of(help, 1).active, 4);
}

static void a_killed_process_is_no_time_at_work(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0");
	struct run_row run;

	launch(help, a);
	pass(2 * SECOND);
	say(help, true, a, 0);
	pass(SECOND); /* lost with it */
	start_anew(help);
	pass(HELP_HOUR);
	say(help, false, 0, 0);
	begin(help, a);
	say(help, true, a, 0);
	pass(3 * SECOND);
	run = run_of(help, 1);
	expect_span(run.active, 2);
	end(help, a, COURSE_MIGRATED);
	run = run_of(help, 1);
	expect_span(run.active, 5);
	assert_true(run_row_elapsed(&run, 0) > HELP_HOUR);
}

/* A process that was stopped, or that nobody gave a processor. */
static void what_was_not_told_for_long_is_no_time_at_work(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0");

	launch(help, a);
	say(help, true, a, 0);
	pass(HELP_HOUR);
	say(help, true, a, 0);
	expect_span(run_of(help, 1).active, 10);
	pass(HELP_HOUR);
	end(help, a, COURSE_MIGRATED);
	expect_span(run_of(help, 1).active, 20);
	expect_span(course_of(help, 1, "c0").active, 20);
}

static void the_next_run_has_its_own_time(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0");

	launch(help, a);
	say(help, true, a, 0);
	pass(SECOND);
	end(help, a, COURSE_MIGRATED);
	launch(help, a);
	pass(2 * SECOND);
	say(help, true, a, 0);
	pass(2 * SECOND);
	end(help, a, COURSE_MIGRATED);
	expect_span(run_of(help, 1).active, 1);
	expect_span(run_of(help, 2).active, 4);
}

static void a_dry_run_has_its_time(void **state)
{
	struct help *help = *state;
	struct run_about it = {RUN_DRY, "ginkgo", "0.1", "workers 8"};
	struct dry_course dry = {.course = help_course(help, "c0"), .began = clock_wall(&help_clock),
				 .waited = 4 * SECOND, .problem = "", .status = COURSE_MIGRATED};

	assert_ok(status_dry_begin(help->status, &it, &dry.number, &help->err), help->err);
	say(help, true, dry.course, 0);
	pass(SECOND);
	say(help, false, dry.course, 0);
	pass(4 * SECOND);
	say(help, true, dry.course, 0);
	pass(2 * SECOND);
	assert_ok(status_dry_course(help->status, &dry, &help->err), help->err);
	pass(SECOND);
	assert_ok(status_dry_end(help->status, dry.number, false, &help->err), help->err);
	expect_span(run_of(help, dry.number).active, 4);
	expect_span(course_of(help, dry.number, "c0").active, 3);
}

/* ---- what a run has tried -----------------------------------------------------------------*/

static void a_retry_has_not_tried_what_was_done_before(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), videos[2];
	struct run_row run;

	launch(help, a);
	plan(help, a, videos);
	try_video(help, a, videos[0], VIDEO_FAILED, 1);
	try_video(help, a, videos[1], VIDEO_DONE, 2);
	end(help, a, COURSE_FAILED);
	assert_int_equal(run_of(help, 1).tried, 3);
	launch(help, a);
	pass(2 * SECOND);
	try_video(help, a, videos[0], VIDEO_DONE, 1);
	end(help, a, COURSE_MIGRATED);
	run = run_of(help, 2);
	assert_int_equal(run.sums.migrated, 3); /* of all that the course has now ... */
	assert_int_equal(run.tried, 1);		/* ... this is its own */
	assert_true(run_row_rate(&run) > 0.49 && run_row_rate(&run) < 0.51);
	assert_int_equal(course_of(help, 2, "c0").tried, 1);
}

static void what_is_launched_again_in_a_run_counts_once(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), b = help_course(help, "c1"), videos[2];

	launch(help, b); /* which keeps the run open */
	launch(help, a);
	plan(help, a, videos);
	try_video(help, a, videos[0], VIDEO_FAILED, 1);
	try_video(help, a, videos[1], VIDEO_DONE, 2);
	end(help, a, COURSE_FAILED);
	launch(help, a);
	try_video(help, a, videos[0], VIDEO_DONE, 1);
	end(help, a, COURSE_MIGRATED);
	assert_int_equal(run_of(help, 1).tried, 3);
}

static void a_run_that_goes_on_counts_what_it_has_tried(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), b = help_course(help, "c1"), videos[2];

	launch(help, b);
	plan(help, b, videos);
	try_video(help, b, videos[0], VIDEO_DONE, 1);
	end(help, b, COURSE_MIGRATED);
	launch(help, b); /* run 2: of run 1 it counts nothing */
	launch(help, a);
	plan(help, a, videos);
	assert_int_equal(run_of(help, 2).tried, 0);
	try_video(help, a, videos[1], VIDEO_WAITING, 2); /* to be tried again */
	assert_int_equal(run_of(help, 2).tried, 0);
	try_video(help, a, videos[1], VIDEO_DONE, 2);
	assert_int_equal(run_of(help, 2).tried, 2);
	try_video(help, a, videos[0], VIDEO_FAILED, 1);
	end(help, a, COURSE_FAILED);
	assert_int_equal(run_of(help, 2).tried, 3);
	assert_int_equal(run_of(help, 1).tried, 1);
}

/* ---- an older file ------------------------------------------------------------------------*/

static void no_time_at_work_is_longer_than_all(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0");

	launch(help, a);
	pass(SECOND);
	end(help, a, COURSE_MIGRATED);
	help_sql(help, "UPDATE run SET active = ended - began + 1;"
		       "UPDATE run_course SET active = ended - began + 1");
	assert_true(run_of(help, 1).active == run_of(help, 1).ended - run_of(help, 1).began);
	assert_true(course_of(help, 1, "c0").active ==
		    course_of(help, 1, "c0").ended - course_of(help, 1, "c0").began);
}

static void what_nobody_counted_is_not_known(void **state)
{
	struct help *help = *state;
	int64_t a = help_course(help, "c0"), b = help_course(help, "c1"), videos[2];
	struct run_row run;

	launch(help, a);
	plan(help, a, videos);
	try_video(help, a, videos[0], VIDEO_DONE, 1);
	help_close(help);
	help_without_run_figures(help);
	help_open(help);
	about(help);
	say(help, true, a, 0);
	begin(help, a);
	launch(help, b); /* in the same run: of this course it is known */
	pass(2 * SECOND);
	say(help, true, a, b);
	end(help, b, COURSE_MIGRATED);
	try_video(help, a, videos[1], VIDEO_DONE, 2);
	end(help, a, COURSE_MIGRATED);
	run = run_of(help, 1);
	assert_int_equal(run.active, -1);
	assert_int_equal(run.tried, -1);
	assert_true(run_row_rate(&run) < 0);
	assert_int_equal(run_row_waited(&run, 0), 0);
	assert_true(run_row_elapsed(&run, 0) > 2 * SECOND);
	assert_int_equal(course_of(help, 1, "c0").active, -1);
	expect_span(course_of(help, 1, "c1").active, 2);
	launch(help, a);
	pass(SECOND);
	try_video(help, a, videos[0], VIDEO_DONE, 1);
	end(help, a, COURSE_MIGRATED);
	expect_span(run_of(help, 2).active, 1);
	assert_int_equal(run_of(help, 2).tried, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, help_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_hold_is_no_time_at_work),
		TEST(a_course_that_was_paused_was_not_at_work),
		TEST(a_course_is_no_longer_at_work_than_since_it_began),
		TEST(a_killed_process_is_no_time_at_work),
		TEST(what_was_not_told_for_long_is_no_time_at_work),
		TEST(the_next_run_has_its_own_time),
		TEST(a_dry_run_has_its_time),
		TEST(a_retry_has_not_tried_what_was_done_before),
		TEST(what_is_launched_again_in_a_run_counts_once),
		TEST(a_run_that_goes_on_counts_what_it_has_tried),
		TEST(no_time_at_work_is_longer_than_all),
		TEST(what_nobody_counted_is_not_known),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
