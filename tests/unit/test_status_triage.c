/*
 * What the triage list and the log ask: findings by code, what an event is of, the next row that
 * holds a text.
 */
#include "config.h"

#include "tests/unit/status_help.h"

#define ONE "course-v1:T+Triage+1"
#define TWO "course-v1:T+Triage+2"

/* Of two courses: asset-missing as an error in one and as a warning in both, two waived ones. */
static void two_courses(struct help *help)
{
	help_sql(help,
		 "INSERT INTO course(id, key, name, location) VALUES"
		 " (11, '" ONE "', 'one', ''), (12, '" TWO "', 'two', '');"
		 "INSERT INTO video(id, course_id, type, block, name, position, val_id, val_id_new,"
		 "  branches, state, pass) VALUES"
		 " (21, 11, 'video', 'a', 'A', 0, '', 0, 1, 'failed', 1),"
		 " (22, 12, 'video', 'b', 'B', 0, '', 0, 1, 'failed', 1);"
		 "INSERT INTO finding(course_id, video_id, block, language, code, severity, text, seen,"
		 "  waived, reason, who, at) VALUES"
		 " (11, 21, 'video@a', 'en', 'asset-missing', 1, 'x.srt', '', 0, '', '', 1),"
		 " (11, 21, 'video@a', 'es', 'asset-missing', 2, 'y.srt', '', 0, '', '', 1),"
		 " (11, 21, 'video@a', 'fr', 'asset-missing', 2, 'z.srt', '', 0, '', '', 1),"
		 " (12, 22, 'video@b', 'en', 'asset-missing', 1, 'y.srt', '', 0, '', '', 1),"
		 " (12, 22, 'video@b', 'es', 'srt-invalid', 2, 'line 3', '', 1, 'known', 'ana', 1),"
		 " (12, 22, 'video@b', 'fr', 'val-differs', 2, 'cue 1', '', 0, '', '', 1),"
		 " (12, 22, 'video@b', 'de', 'val-differs', 2, 'cue 1', '', 1, 'known', 'ana', 1),"
		 " (11, NULL, '', '', 'asset-unused', 0, 'old.srt', '', 0, '', '', 1)");
}

static void assert_group(const struct finding_group *group, enum finding_code code, int64_t errors,
			 int64_t warnings, int64_t waived, int64_t courses)
{
	assert_int_equal(group->code, code);
	assert_int_equal(group->open[FINDING_ERROR], errors);
	assert_int_equal(group->open[FINDING_WARNING], warnings);
	assert_int_equal(group->waived, waived);
	assert_int_equal(group->courses, courses);
}

static void groups_are_counted_and_stand_worst_first(void **state)
{
	struct help *help = *state;
	struct finding_group *groups;
	size_t count;

	two_courses(help);
	for (int again = 0; again < 2; again++) { /* read, and from what was kept */
		assert_ok(reader_finding_groups(help->reader, 0, 0, &groups, &count, &help->err),
			  help->err);
		assert_int_equal(count, 4);
		/* a course with both severities is one course */
		assert_group(&groups[0], FINDING_ASSET_MISSING, 2, 2, 0, 2);
		assert_group(&groups[1], FINDING_VAL_DIFFERS, 1, 0, 1, 1);
		assert_group(&groups[2], FINDING_ASSET_UNUSED, 0, 0, 0, 1);
		assert_int_equal(groups[2].open[FINDING_NOTICE], 1);
		/* all waived: known, and last */
		assert_group(&groups[3], FINDING_SRT_INVALID, 0, 0, 1, 0);
		assert_int_equal(finding_group_open(&groups[3]), 0);
		free(groups);
	}
	assert_ok(reader_finding_groups(help->reader, 12, 0, &groups, &count, &help->err), help->err);
	assert_int_equal(count, 3);
	assert_group(&groups[0], FINDING_VAL_DIFFERS, 1, 0, 1, 1);
	assert_group(&groups[1], FINDING_ASSET_MISSING, 0, 1, 0, 1);
	assert_int_equal(finding_group_severity(&groups[1]), FINDING_WARNING);
	free(groups);
	assert_ok(reader_finding_groups(help->reader, 11, 21, &groups, &count, &help->err), help->err);
	assert_int_equal(count, 1);
	assert_group(&groups[0], FINDING_ASSET_MISSING, 2, 1, 0, 1);
	free(groups);
}

static void groups_follow_what_is_written(void **state)
{
	struct help *help = *state;
	struct finding_group *groups;
	size_t count;

	two_courses(help);
	assert_ok(reader_finding_groups(help->reader, 0, 0, &groups, &count, &help->err), help->err);
	free(groups);
	help_sql(help, "DELETE FROM finding WHERE code <> 'val-differs'");
	assert_ok(reader_finding_groups(help->reader, 0, 0, &groups, &count, &help->err), help->err);
	assert_int_equal(count, 1);
	assert_group(&groups[0], FINDING_VAL_DIFFERS, 1, 0, 1, 1);
	free(groups);
}

static void a_code_that_is_not_ours_is_damage(void **state)
{
	struct help *help = *state;
	struct finding_group *groups;
	size_t count;

	two_courses(help);
	help_sql(help, "UPDATE finding SET code = 'asset-mislaid' WHERE id = 2");
	assert_int_equal(reader_finding_groups(help->reader, 0, 0, &groups, &count, &help->err),
			 RESULT_FATAL);
	assert_null(groups);
}

static void an_event_leads_to_what_it_names(void **state)
{
	static const struct {
		const char *object;
		struct event_item item;
	} cases[] = {
		{"", {0, 0, ""}},
		{"demo", {0, 0, ""}},
		{ONE, {11, 0, ""}},
		{TWO " video@b fr", {12, 22, "fr"}},
		{TWO " b fr", {12, 22, "fr"}},
		{TWO " video@b -", {12, 22, ""}},
		{TWO " - -", {12, 0, ""}},
		{TWO " video@gone en", {12, 0, "en"}},
		{ONE " video@b", {11, 0, ""}},
		{"course-v1:T+Triage+3 video@b fr", {0, 0, ""}},
		{" ", {0, 0, ""}},
	};
	struct help *help = *state;

	two_courses(help);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event_item item;

		assert_ok(reader_event_item(help->reader, cases[i].object, &item, &help->err),
			  help->err);
		print_message("\"%s\"\n", cases[i].object);
		assert_int_equal(item.course, cases[i].item.course);
		assert_int_equal(item.video, cases[i].item.video);
		assert_string_equal(item.language, cases[i].item.language);
	}
}

static int64_t find(struct help *help, const char *text, int64_t from, int direction)
{
	const struct finding_query query = {.code = -1, .with_waived = true};
	int64_t found = -2;

	assert_ok(reader_find_finding(help->reader, &query, text, from, direction, &found, &help->err),
		  help->err);
	return found;
}

static void the_next_finding_that_holds_a_text_is_found(void **state)
{
	struct help *help = *state;

	/* in order: 0 asset-missing es, 1 fr, 2 srt-invalid, 3 4 val-differs, 5 6 warnings, 7 */
	two_courses(help);
	assert_int_equal(find(help, "Y.SRT", 0, 1), 6);
	assert_int_equal(find(help, "y.srt", 6, 1), 0);
	assert_int_equal(find(help, "y.srt", 0, -1), 6);
	assert_int_equal(find(help, "y.srt", 5, -1), 0);
	assert_int_equal(find(help, "line 3", 2, 1), 2);
	assert_int_equal(find(help, "line 3", 2, -1), 2);
	assert_int_equal(find(help, "VIDEO@B", 3, 1), 4);
	assert_int_equal(find(help, "triage+1", 7, 1), 0);
	assert_int_equal(find(help, "nobody", 3, 1), -1);
	assert_int_equal(find(help, "nobody", 3, -1), -1);
	help_sql(help, "DELETE FROM finding");
	assert_int_equal(find(help, "y.srt", 0, 1), -1);
}

/* More rows than are read at a time, the only hit far from where the search begins. */
static void an_event_is_found_among_many(void **state)
{
	struct help *help = *state;
	const struct event_query query = {.object = ""};
	int64_t found;

	help_sql(help,
		 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)"
		 " INSERT INTO event(id, at, severity, who, action, object, what, why, hash)"
		 " SELECT i, i, 0, 'ana', 'launch', 'c', CASE i WHEN 7 THEN 'needle' ELSE 'hay' END, '',"
		 " '' FROM n");
	assert_ok(reader_find_event(help->reader, &query, "needle", 0, 1, &found, &help->err), help->err);
	assert_int_equal(found, 50000 - 7);
	assert_ok(reader_find_event(help->reader, &query, "needle", 10, -1, &found, &help->err),
		  help->err);
	assert_int_equal(found, 50000 - 7);
	assert_ok(reader_find_event(help->reader, &query, "straw", 10, 1, &found, &help->err), help->err);
	assert_int_equal(found, -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, help_setup, help_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(groups_are_counted_and_stand_worst_first),
		TEST(groups_follow_what_is_written),
		TEST(a_code_that_is_not_ours_is_damage),
		TEST(an_event_leads_to_what_it_names),
		TEST(the_next_finding_that_holds_a_text_is_found),
		TEST(an_event_is_found_among_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
