#include "config.h"

#include "tests/unit/status_help.h"

#include <sys/wait.h>

/*
 * Every cell of design 5's table, written down a second time and independently: for a status and
 * an intent (idle, run, pause) what each wish leads to. I, R, P: taken, and the intent is idle,
 * run, pause; -: not taken.
 */
static const struct {
	const char *status;
	enum wish wish;
	bool named, finding;
	const char *after[3]; /* of intent idle, run, pause */
	const char *reason;   /* found in each refusal */
} table[] = {
	{"Not-Migrated", WISH_RUN, false, false, {"R", "-", "R"}, "launched already"},
	{"In-Progress", WISH_RUN, false, false, {"R", "-", "R"}, "running already"},
	{"Migrated", WISH_RUN, false, false, {"-", "-", "-"}, "Migrated: "},
	{"Migrated", WISH_RUN, true, false, {"R", "-", "R"}, "launched already"},
	{"Failed", WISH_RUN, false, false, {"R", "-", "R"}, "launched already"},
	{"Failed", WISH_RUN, true, true, {"R", "-", "R"}, "launched already"},
	{"Not-Migrated", WISH_PAUSE, false, false, {"P", "P", "-"}, "paused already"},
	{"In-Progress", WISH_PAUSE, true, false, {"P", "P", "-"}, "paused already"},
	{"Migrated", WISH_PAUSE, true, false, {"-", "I", "I"}, "Migrated: nothing to pause"},
	{"Failed", WISH_PAUSE, true, false, {"-", "I", "I"}, "Failed: nothing to pause"},
	{"Not-Migrated", WISH_RESUME, true, false, {"-", "-", "R"}, "not paused"},
	{"In-Progress", WISH_RESUME, false, false, {"-", "-", "R"}, "not paused"},
	{"Migrated", WISH_RESUME, true, false, {"-", "-", "R"}, "not paused"},
	{"Failed", WISH_RESUME, true, false, {"-", "-", "R"}, "not paused"},
	{"Not-Migrated", WISH_RETRY, true, false, {"-", "-", "-"}, "Not-Migrated: "},
	{"In-Progress", WISH_RETRY, true, false, {"-", "-", "-"}, "In-Progress: "},
	{"Migrated", WISH_RETRY, true, false, {"-", "-", "-"}, "Migrated: "},
	{"Failed", WISH_RETRY, false, false, {"R", "-", "R"}, "launched already"},
	{"Not-Migrated", WISH_RETRY, true, true, {"-", "-", "-"}, "Not-Migrated: "},
	{"In-Progress", WISH_RETRY, true, true, {"-", "-", "-"}, "In-Progress: "},
	{"Migrated", WISH_RETRY, false, true, {"R", "-", "R"}, "launched already"},
	{"Failed", WISH_RETRY, false, true, {"R", "-", "R"}, "launched already"},
};

static const char *const letters = "IRP";

static void set_course(struct help *help, int64_t id, const char *status, int intent)
{
	char sql[200];

	snprintf(sql, sizeof(sql), "UPDATE course SET status = '%s', intent = '%s' WHERE id = %lld",
		 status, course_intent_name((enum course_intent)intent), (long long)id);
	help_sql(help, sql);
}

static void wish_follows_the_table_in_every_cell(void **state)
{
	struct help *help = *state;
	struct finding_row note = help_finding(FINDING_SRT_INVALID, "video@v", "en", "");
	int64_t id, number;

	help_scan(help, 1);
	id = help_course(help, "c0");
	assert_ok(status_course_plan(help->status, id, 0, NULL, 0, NULL, 0, &note, 1, &help->err),
		  help->err);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		for (int intent = 0; intent < INTENT_COUNT; intent++) {
			const char *after = table[i].after[intent];
			struct wish_answer answer;
			struct course_row row;

			set_course(help, id, table[i].status, intent);
			number = help_row(help, id).intent_number;
			answer = help_wish(help, table[i].wish, id,
					   table[i].finding ? "srt-invalid" : NULL, table[i].named);
			row = help_row(help, id);
			print_message("row %zu, intent %d: %s\n", i, intent, answer.reason);
			assert_string_equal(course_status_name(row.status), table[i].status);
			assert_int_equal(answer.taken, *after != '-');
			if (!answer.taken) {
				assert_non_null(strstr(answer.reason, table[i].reason));
				assert_int_equal(row.intent, intent);
				assert_int_equal(row.intent_number, number);
				continue;
			}
			assert_string_equal(answer.reason, "");
			assert_int_equal(letters[row.intent], *after);
			assert_int_equal(row.intent_number, number + 1);
		}
	}
}

static void wish_with_finding_takes_only_courses_that_have_it(void **state)
{
	struct help *help = *state;
	struct finding_row note = help_finding(FINDING_VAL_REMOVED, "", "", "");
	struct wish_answer answer;
	struct course_row row;
	int64_t id;

	help_scan(help, 1);
	id = help_course(help, "c0");
	assert_ok(status_course_plan(help->status, id, 0, NULL, 0, NULL, 0, &note, 1, &help->err),
		  help->err);
	set_course(help, id, "Migrated", INTENT_IDLE);
	answer = help_wish(help, WISH_RETRY, id, "srt-invalid", false);
	assert_false(answer.taken);
	assert_string_equal(answer.reason, "Migrated: no open finding srt-invalid");
	assert_true(help_wish(help, WISH_RETRY, id, "val-removed", false).taken);
	assert_ok(reader_course_by_id(help->reader, id, &row, &help->err), help->err);
	assert_string_equal(row.intent_finding, "val-removed");
	course_row_clear(&row);
	set_course(help, id, "In-Progress", INTENT_RUN);
	/* The limit outlives a pause. */
	assert_true(help_wish(help, WISH_PAUSE, id, NULL, true).taken);
	assert_true(help_wish(help, WISH_RESUME, id, NULL, true).taken);
	assert_ok(reader_course_by_id(help->reader, id, &row, &help->err), help->err);
	assert_string_equal(row.intent_finding, "val-removed");
	course_row_clear(&row);
	/* Waived, it is no longer open. */
	set_course(help, id, "Migrated", INTENT_IDLE);
	assert_ok(status_waive(help->status, "c0", "-", "-", FINDING_VAL_REMOVED, "known",
			       &help->err),
		  help->err);
	assert_false(help_wish(help, WISH_RETRY, id, "val-removed", false).taken);
}

static void wish_refuses_courses_gone_but_pauses_them(void **state)
{
	struct help *help = *state;
	int64_t id;

	help_scan(help, 1);
	id = help_course(help, "c0");
	help_scan(help, 0);
	assert_string_equal(help_wish(help, WISH_RUN, id, NULL, true).reason,
			    "Not-Migrated: gone from the source");
	assert_true(help_wish(help, WISH_PAUSE, id, NULL, true).taken);
	assert_false(help_wish(help, WISH_RESUME, id, NULL, true).taken);
	assert_string_equal(help_wish(help, WISH_RUN, 4711, NULL, true).reason, "no such course");
}

static void wish_of_many_numbers_each_and_lists_them_in_order(void **state)
{
	enum { MANY = 1200 }; /* more than one commit takes */
	struct help *help = *state;
	struct course_query query = {.status = -1, .count = -1};
	struct wish_answer *answers = calloc(MANY, sizeof(*answers));
	struct wanted *wanted;
	int64_t *ids;
	size_t count;

	help_scan(help, MANY);
	assert_ok(reader_course_ids(help->reader, &query, &ids, &count, &help->err), help->err);
	assert_int_equal(count, MANY);
	assert_ok(status_wish(help->status, WISH_RUN, ids, count, NULL, false, answers, &help->err),
		  help->err);
	for (size_t i = 0; i < count; i++)
		assert_true(answers[i].taken);
	free(answers);
	free(ids);
	help_wish(help, WISH_PAUSE, help_course(help, "c7"), NULL, true);
	assert_ok(reader_wanted(help->reader, &wanted, &count, &help->err), help->err);
	assert_int_equal(count, MANY);
	for (size_t i = 1; i < count; i++)
		assert_true(wanted[i].number > wanted[i - 1].number);
	assert_int_equal(wanted[MANY - 1].intent, INTENT_PAUSE);
	assert_int_equal(wanted[MANY - 1].number, MANY + 1);
	free(wanted);
}

static void begin_does_not_overrun_a_pause(void **state)
{
	struct help *help = *state;
	int64_t id, pass;

	help_scan(help, 1);
	id = help_course(help, "c0");
	help_wish(help, WISH_RUN, id, NULL, false);
	help_wish(help, WISH_PAUSE, id, NULL, false);
	assert_int_equal(status_course_begin(help->status, id, false, &pass, NULL, &help->err),
			 RESULT_CANCELED);
	assert_int_equal(help_row(help, id).status, COURSE_NOT_MIGRATED);
	assert_ok(status_broken(help->status, &help->err), help->err); /* an answer, no failure */
	help_wish(help, WISH_RESUME, id, NULL, false);
	assert_ok(status_course_begin(help->status, id, false, &pass, NULL, &help->err), help->err);
	assert_int_equal(pass, 1);
	assert_int_equal(help_row(help, id).status, COURSE_IN_PROGRESS);
}

/* Whoever looked at the course before may have seen another wish. */
static void begin_tells_what_it_is_for(void **state)
{
	struct help *help = *state;
	struct course_taken taken;
	int64_t id, pass;

	help_scan(help, 1);
	id = help_course(help, "c0");
	help_wish(help, WISH_RUN, id, NULL, false);
	help_wish(help, WISH_PAUSE, id, NULL, false);
	help_wish(help, WISH_RESUME, id, NULL, false);
	assert_ok(status_course_begin(help->status, id, false, &pass, &taken, &help->err), help->err);
	assert_int_equal(taken.number, help_row(help, id).intent_number);
	assert_int_equal(taken.number, 3);
	assert_string_equal(taken.finding, "");
}

static void end_clears_only_the_intent_it_took(void **state)
{
	struct help *help = *state;
	enum course_intent intent;
	int64_t id, pass, number;

	help_scan(help, 1);
	id = help_course(help, "c0");
	help_wish(help, WISH_RUN, id, NULL, false);
	assert_ok(reader_intent(help->reader, id, &intent, &number, &help->err), help->err);
	assert_ok(status_course_begin(help->status, id, false, &pass, NULL, &help->err), help->err);
	help_wish(help, WISH_PAUSE, id, NULL, false);
	assert_int_equal(status_course_end(help->status, id, number, COURSE_MIGRATED, "", NULL, 0,
					   &help->err),
			 RESULT_CANCELED);
	assert_int_equal(help_row(help, id).status, COURSE_IN_PROGRESS);
	help_wish(help, WISH_RESUME, id, NULL, false);
	/* The run taken is over, another one came meanwhile: it stays. */
	assert_ok(status_course_end(help->status, id, number, COURSE_FAILED, "why", NULL, 0,
				    &help->err),
		  help->err);
	assert_int_equal(help_row(help, id).intent, INTENT_RUN);
	assert_ok(reader_intent(help->reader, id, &intent, &number, &help->err), help->err);
	assert_ok(status_course_begin(help->status, id, false, &pass, NULL, &help->err), help->err);
	assert_int_equal(pass, 2);
	assert_ok(status_course_end(help->status, id, number, COURSE_MIGRATED, "", NULL, 0,
				    &help->err),
		  help->err);
	assert_int_equal(help_row(help, id).intent, INTENT_IDLE);
	assert_int_equal(help_row(help, id).status, COURSE_MIGRATED);
}

/* ---- two processes ------------------------------------------------------------------------*/

enum { ROUNDS = 60 };

/* Wishes of another shell, while the engine writes. */
static int wish_elsewhere(const struct help *parent, int64_t course)
{
	struct help help = *parent;
	struct wish_answer answer;

	if (help_open_as(&help, "demo", &help.status) != RESULT_OK)
		return 1;
	for (int i = 0; i < ROUNDS; i++)
		if (status_wish(help.status, i % 2 ? WISH_RUN : WISH_PAUSE, &course, 1, NULL, true,
				&answer, &help.err) != RESULT_OK ||
		    !answer.taken)
			return 2;
	status_close(help.status);
	return 0;
}

static void post_outcomes(struct help *help, int64_t course, int64_t pass, int64_t *video)
{
	struct video_row row = help_video("v", 0);
	struct transcript_row planned = help_transcript(0, "en");
	struct transcript_row migrated = help_migrated("en", 5);
	struct video_outcome outcome = {.attempt = true,
					.state = VIDEO_DONE,
					.transcripts = &migrated,
					.transcript_count = 1};

	assert_ok(status_course_plan(help->status, course, pass, &row, 1, &planned, 1, NULL, 0,
				     &help->err),
		  help->err);
	outcome.course_id = course;
	outcome.video_id = *video = row.id;
	outcome.pass = pass;
	for (outcome.number = 1; outcome.number <= ROUNDS; outcome.number++) {
		status_video_outcome(help->status, &outcome);
		if (outcome.number % 4 == 0)
			help_flush(help);
	}
	help_flush(help);
}

static void intents_of_another_process_stand_beside_outcomes(void **state)
{
	struct help *help = *state, child;
	struct attempt_row *attempts;
	char head[HASH_HEX];
	int64_t a, b, pass, video;
	size_t count;
	pid_t pid;
	int code;

	help_scan(help, 2);
	a = help_course(help, "c0");
	b = help_course(help, "c1");
	help_wish(help, WISH_RUN, a, NULL, false);
	help_wish(help, WISH_RUN, b, NULL, false);
	assert_ok(status_course_begin(help->status, a, false, &pass, NULL, &help->err), help->err);
	/* No connection may be carried over a fork: the child opens its own. */
	help_close(help);
	child = *help;
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		_exit(wish_elsewhere(&child, b));
	help_open(help);
	post_outcomes(help, a, pass, &video);
	waitpid(pid, &code, 0);
	assert_int_equal(WEXITSTATUS(code), 0);
	assert_ok(reader_attempts(help->reader, video, &attempts, &count, &help->err), help->err);
	assert_int_equal(count, ROUNDS);
	for (size_t i = 0; i < count; i++)
		attempt_row_clear(&attempts[i]);
	free(attempts);
	assert_int_equal(help_row(help, b).intent_number, 2 + ROUNDS);
	assert_int_equal(help_row(help, a).counts.in_val, 1);
	assert_ok(status_check(help->reader, &help->err), help->err);
	assert_ok(status_check_events(help->reader, head, &help->err), help->err);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, help_setup, help_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(wish_follows_the_table_in_every_cell),
		TEST(wish_with_finding_takes_only_courses_that_have_it),
		TEST(wish_refuses_courses_gone_but_pauses_them),
		TEST(wish_of_many_numbers_each_and_lists_them_in_order),
		TEST(begin_does_not_overrun_a_pause),
		TEST(begin_tells_what_it_is_for),
		TEST(end_clears_only_the_intent_it_took),
		TEST(intents_of_another_process_stand_beside_outcomes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
