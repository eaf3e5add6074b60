/*
 * Intents that are taken back: every cell of the table, begun and not begun, and what happened
 * meanwhile.
 */
#include "config.h"

#include "tests/unit/status_help.h"

/*
 * Written down a second time and independently of unwish.c: for a status, a wish, and the former
 * intent (idle, run, pause). B: taken back; x: refused; -: the wish itself was refused. @after:
 * the same once the engine has tried to begin the course.
 */
static const struct {
	const char *status;
	enum wish wish;
	bool finding;
	const char *before, *after;
} table[] = {
	{"Not-Migrated", WISH_RUN, false, "B-B", "x-x"},
	{"In-Progress", WISH_RUN, false, "x-x", "x-x"},
	{"Migrated", WISH_RUN, false, "B-B", "x-x"},
	{"Failed", WISH_RUN, false, "B-B", "x-x"},
	{"Failed", WISH_RUN, true, "B-B", "x-x"},
	{"Not-Migrated", WISH_PAUSE, false, "BB-", "BB-"},
	{"In-Progress", WISH_PAUSE, false, "BB-", "BB-"},
	{"Migrated", WISH_PAUSE, false, "-BB", "-BB"},
	{"Failed", WISH_PAUSE, false, "-BB", "-BB"},
	{"Not-Migrated", WISH_RESUME, false, "--B", "--x"},
	{"In-Progress", WISH_RESUME, false, "--x", "--x"},
	{"Migrated", WISH_RESUME, false, "--B", "--x"},
	{"Failed", WISH_RESUME, false, "--B", "--x"},
	{"Not-Migrated", WISH_RETRY, false, "---", "---"},
	{"In-Progress", WISH_RETRY, false, "---", "---"},
	{"Migrated", WISH_RETRY, false, "---", "---"},
	{"Failed", WISH_RETRY, false, "B-B", "x-x"},
	{"Migrated", WISH_RETRY, true, "B-B", "x-x"},
	{"Failed", WISH_RETRY, true, "B-B", "x-x"},
};

/* What a former run was limited to; another one than what is wished for. */
#define LIMIT "asset-missing"

static void set_course(struct help *help, int64_t id, const char *status, int intent)
{
	char sql[300];

	snprintf(sql, sizeof(sql),
		 "UPDATE course SET status = '%s', intent = '%s', intent_finding = '%s'"
		 " WHERE id = %lld",
		 status, course_intent_name((enum course_intent)intent),
		 intent == INTENT_IDLE ? "" : LIMIT, (long long)id);
	help_sql(help, sql);
}

static struct wish_answer unwish(struct help *help, const struct given_intent *given)
{
	struct wish_answer answer;

	assert_ok(status_unwish(help->status, given, 1, &answer, &help->err), help->err);
	return answer;
}

static void expect_limit(struct help *help, int64_t id, const char *limit)
{
	struct course_row row;

	assert_ok(reader_course_by_id(help->reader, id, &row, &help->err), help->err);
	assert_string_equal(row.intent_finding, limit);
	course_row_clear(&row);
}

static void expect_chain(struct help *help)
{
	char head[HASH_HEX];

	assert_ok(status_check(help->reader, &help->err), help->err);
	assert_ok(status_check_events(help->reader, head, &help->err), help->err);
}

static int64_t one_course(struct help *help)
{
	struct finding_row note = help_finding(FINDING_SRT_INVALID, "video@v", "en", "");
	int64_t id;

	help_scan(help, 1);
	id = help_course(help, "c0");
	assert_ok(status_course_plan(help->status, id, 0, NULL, 0, NULL, 0, &note, 1, &help->err),
		  help->err);
	return id;
}

static void try_cell(struct help *help, int64_t id, size_t i, int former, bool begun)
{
	char expected = (begun ? table[i].after : table[i].before)[former];
	struct course_row between, row;
	struct wish_answer answer;
	int64_t pass;

	print_message("row %zu, former intent %d%s\n", i, former, begun ? ", begun" : "");
	set_course(help, id, table[i].status, former);
	answer = help_wish(help, table[i].wish, id, table[i].finding ? "srt-invalid" : NULL, true);
	assert_int_equal(answer.taken, expected != '-');
	if (!answer.taken)
		return;
	assert_int_equal(answer.intent.former, former);
	if (begun)
		status_course_begin(help->status, id, false, &pass, NULL, &help->err);
	between = help_row(help, id);
	answer = unwish(help, &answer.intent);
	row = help_row(help, id);
	assert_int_equal(answer.taken, expected == 'B');
	assert_int_equal(row.status, between.status);
	if (answer.taken) {
		assert_string_equal(answer.reason, "");
		assert_string_equal(course_status_name(row.status), table[i].status);
		assert_int_equal(row.intent, former);
		assert_int_equal(row.intent_number, between.intent_number + 1);
		expect_limit(help, id, former == INTENT_IDLE ? "" : LIMIT);
	} else {
		assert_non_null(strstr(answer.reason, "In-Progress: "));
		assert_non_null(strstr(answer.reason, "under way already: pause it"));
		assert_int_equal(row.intent, between.intent);
		assert_int_equal(row.intent_number, between.intent_number);
	}
}

static void unwish_follows_the_table_in_every_cell(void **state)
{
	struct help *help = *state;
	int64_t id = one_course(help);

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		for (int former = 0; former < INTENT_COUNT; former++)
			for (int begun = 0; begun < 2; begun++)
				try_cell(help, id, i, former, begun);
	expect_chain(help);
}

/* It is Failed as it was, and its intent has the number it was given: only the intent tells. */
static void what_was_run_and_failed_again_is_not_taken_back(void **state)
{
	struct help *help = *state;
	int64_t id = one_course(help), pass;
	struct given_intent given;

	set_course(help, id, "Failed", INTENT_IDLE);
	given = help_wish(help, WISH_RETRY, id, NULL, true).intent;
	assert_ok(status_course_begin(help->status, id, false, &pass, NULL, &help->err), help->err);
	assert_ok(status_course_end(help->status, id, given.number, COURSE_FAILED, "", NULL, 0,
				    &help->err),
		  help->err);
	assert_string_equal(unwish(help, &given).reason, "Failed: was run already");
	assert_int_equal(help_row(help, id).intent, INTENT_IDLE);
	assert_int_equal(help_row(help, id).intent_number, given.number);
}

static void another_intent_since_stands(void **state)
{
	struct help *help = *state;
	int64_t id = one_course(help);
	struct given_intent launched = help_wish(help, WISH_RUN, id, NULL, true).intent;
	struct given_intent paused = help_wish(help, WISH_PAUSE, id, NULL, true).intent;

	assert_string_equal(unwish(help, &launched).reason,
			    "Not-Migrated: has another intent since");
	assert_int_equal(help_row(help, id).intent, INTENT_PAUSE);
	assert_true(unwish(help, &paused).taken);
	assert_int_equal(help_row(help, id).intent, INTENT_RUN);
	/* the launch has another number now: what was undone is not what was given */
	assert_false(unwish(help, &launched).taken);
	assert_false(unwish(help, &paused).taken);
	expect_chain(help);
}

static void a_course_gone_is_not_run_again(void **state)
{
	struct help *help = *state;
	int64_t id = one_course(help);
	struct given_intent given;

	help_wish(help, WISH_RUN, id, NULL, true);
	given = help_wish(help, WISH_PAUSE, id, NULL, true).intent;
	help_scan(help, 0);
	assert_string_equal(unwish(help, &given).reason, "Not-Migrated: gone from the source");
	assert_int_equal(help_row(help, id).intent, INTENT_PAUSE);
}

static void the_audit_tells_who_took_back_what(void **state)
{
	struct help *help = *state;
	int64_t id = one_course(help);
	struct event_row *events;
	struct given_intent given;
	size_t count;
	int64_t total;

	set_course(help, id, "Failed", INTENT_RUN);
	given = help_wish(help, WISH_PAUSE, id, NULL, true).intent;
	assert_int_equal(help_row(help, id).intent, INTENT_IDLE);
	expect_limit(help, id, "");
	assert_true(unwish(help, &given).taken);
	expect_limit(help, id, LIMIT);
	assert_ok(reader_events(help->reader, &(struct event_query){.count = 1}, &events, &count,
				&total, &help->err),
		  help->err);
	assert_int_equal(count, 1);
	assert_string_equal(events[0].who, "ana");
	assert_string_equal(events[0].action, "undo");
	assert_string_equal(events[0].object, "c0");
	assert_string_equal(events[0].what, "Failed: intent run again, was idle (number 2)");
	assert_string_equal(events[0].why, "takes back number 1; only blocks with " LIMIT);
	event_row_clear(&events[0]);
	free(events);
}

static void many_take_several_commits_and_each_has_its_answer(void **state)
{
	enum { MANY = 1200, GONE = 700 };
	struct help *help = *state;
	struct course_query query = {.status = -1, .count = -1};
	struct wish_answer *answers = calloc(MANY, sizeof(*answers));
	struct given_intent *given = calloc(MANY, sizeof(*given));
	struct wanted *wanted;
	int64_t *ids;
	size_t count;

	assert_true(answers && given);
	help_scan(help, MANY);
	assert_ok(reader_course_ids(help->reader, &query, &ids, &count, &help->err), help->err);
	assert_ok(status_wish(help->status, WISH_RUN, ids, count, NULL, false, answers, &help->err),
		  help->err);
	for (size_t i = 0; i < MANY; i++)
		given[i] = answers[i].intent;
	given[GONE].course = 4711000;
	assert_ok(status_unwish(help->status, given, MANY, answers, &help->err), help->err);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(answers[i].taken, i != GONE);
	assert_string_equal(answers[GONE].reason, "no such course");
	free(ids);
	assert_ok(reader_wanted(help->reader, &wanted, &count, &help->err), help->err);
	assert_int_equal(count, 1);
	free(wanted);
	free(answers);
	free(given);
	expect_chain(help);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, help_setup, help_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(unwish_follows_the_table_in_every_cell),
		TEST(what_was_run_and_failed_again_is_not_taken_back),
		TEST(another_intent_since_stands),
		TEST(a_course_gone_is_not_run_again),
		TEST(the_audit_tells_who_took_back_what),
		TEST(many_take_several_commits_and_each_has_its_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
