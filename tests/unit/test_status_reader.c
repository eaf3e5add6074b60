#include "config.h"

#include "tests/unit/status_help.h"

/* ---- courses: pages, order, filter, search ------------------------------------------------*/

static const struct scan_entry entries[] = {
	{"course-v1:Uni+CS101+2015", "Computing", ""},
	{"course-v1:Uni+Bio+2016", "Biology", ""},
	{"course-v1:Lab+CS202+2016", "algorithms", ""},
	{"course-v1:Lab+Art+2017",
	 "Art \xC3\x84"
	 "lter",
	 ""},
};

static int setup(void **state)
{
	struct scan_result result;
	struct help *help;

	help_setup(state);
	help = *state;
	assert_ok(status_scan(help->status, entries, 4, true, &result, &help->err), help->err);
	return 0;
}

/* The first letters behind the + of the keys of the page, in order: "ABC". */
static const char *page(struct help *help, const struct course_query *query, int64_t *total)
{
	static char letters[16];
	struct course_row *rows;
	size_t count;

	assert_ok(reader_courses(help->reader, query, &rows, &count, total, &help->err), help->err);
	assert_true(count < sizeof(letters));
	letters[count] = '\0';
	for (size_t i = 0; i < count; i++) {
		letters[i] = strchr(rows[i].key, '+')[1];
		if (letters[i] == 'C') /* 1 for CS101, 2 for CS202 */
			letters[i] = strchr(rows[i].key, '+')[3];
		course_row_clear(&rows[i]);
	}
	free(rows);
	return letters;
}

static void courses_come_sorted_filtered_and_in_pages(void **state)
{
	struct help *help = *state;
	struct course_query query = {.status = -1, .count = -1};
	int64_t total;

	assert_string_equal(page(help, &query, &total), "A2B1");
	assert_int_equal(total, 4);
	query.descending = true;
	assert_string_equal(page(help, &query, &total), "1B2A");
	query = (struct course_query){.status = -1, .count = -1, .sort = SORT_NAME};
	assert_string_equal(page(help, &query, &total), "2AB1");
	query.first = 1;
	query.count = 2;
	assert_string_equal(page(help, &query, &total), "AB");
	assert_int_equal(total, 4);
	query = (struct course_query){.status = -1, .count = -1, .text = "cs"};
	assert_string_equal(page(help, &query, &total), "21");
	assert_int_equal(total, 2);
	query.text = "ALGO"; /* of the name, case ignored */
	assert_string_equal(page(help, &query, &total), "2");
	query.text = "%"; /* no pattern */
	assert_string_equal(page(help, &query, &total), "");
	query.text = "\xC3\x84lt";
	assert_string_equal(page(help, &query, &total), "A");
}

static void courses_sort_by_each_column(void **state)
{
	struct help *help = *state;
	struct course_query query = {.status = -1, .count = -1, .descending = true};
	int64_t total;

	help_sql(help,
		 "UPDATE course SET status = 'Failed', errors = 2, videos = 5, expected = 9,"
		 " in_val = 8, differing = 2, changed = 1e17, pass = 3, tried = 5, verified = 1e17"
		 " WHERE key LIKE '%CS101%';"
		 "UPDATE course SET status = 'In-Progress', warnings = 7, videos = 4, expected = 8,"
		 " in_val = 7, changed = 1e16, pass = 2, tried = 1, verified = 1e16"
		 " WHERE key LIKE '%Bio%'");
	for (int sort = SORT_STATUS; sort < SORT_COUNT; sort++) {
		query.sort = (enum course_sort)sort;
		assert_memory_equal(page(help, &query, &total), "1B", 2);
	}
	query.descending = false;
	query.sort = SORT_STATUS;
	assert_string_equal(page(help, &query, &total), "A2B1");
	query.status = COURSE_FAILED;
	assert_string_equal(page(help, &query, &total), "1");
	assert_int_equal(total, 1);
}

/* What is not known yet is less than nought, and what val could not tell more than that. */
static void courses_sort_by_difference_with_the_unplanned_first(void **state)
{
	struct help *help = *state;
	struct course_query query = {.status = -1, .count = -1, .sort = SORT_DIFFERENCE};
	int64_t total;

	help_sql(help,
		 "UPDATE course SET pass = 1, videos = 3, tried = 2, expected = 9, in_val = 9"
		 " WHERE key LIKE '%CS101%';"
		 "UPDATE course SET pass = 1, videos = 3, tried = 1, expected = 9, in_val = 8,"
		 " unknown = 1 WHERE key LIKE '%Bio%';"
		 "UPDATE course SET pass = 1, videos = 3, expected = 9, in_val = 8"
		 " WHERE key LIKE '%Algo%' OR key LIKE '%CS202%'");
	assert_string_equal(page(help, &query, &total), "A1B2");
	query.sort = SORT_PROGRESS;
	assert_string_equal(page(help, &query, &total), "A2B1");
}

static void begin_holds_one_state(void **state)
{
	struct help *help = *state;
	struct totals totals;

	assert_ok(reader_begin(help->reader, &help->err), help->err);
	help_scan(help, 1);
	assert_ok(reader_totals(help->reader, &totals, &help->err), help->err);
	assert_int_equal(totals.courses[COURSE_NOT_MIGRATED], 4);
	reader_end(help->reader);
	assert_ok(reader_totals(help->reader, &totals, &help->err), help->err);
	assert_int_equal(totals.courses[COURSE_NOT_MIGRATED], 1);
	assert_int_equal(totals.gone, 4);
}

static void missing_rows_say_so(void **state)
{
	struct help *help = *state;
	struct course_row course;
	struct video_row video;

	assert_int_equal(reader_course(help->reader, "x", &course, &help->err), RESULT_MISSING);
	assert_null(course.key);
	course_row_clear(&course);
	assert_int_equal(reader_video(help->reader, 9, &video, &help->err), RESULT_MISSING);
	assert_int_equal(reader_find_video(help->reader, 1, "x", &video, &help->err),
			 RESULT_MISSING);
	video_row_clear(&video);
}

/* ---- below a course -----------------------------------------------------------------------*/

static void find_video_takes_id_or_type_and_id(void **state)
{
	struct help *help = *state;
	struct video_row videos[] = {help_video("same", 0), help_video("same", 1),
				     help_video("v@1", 2)};
	int64_t course = help_course(help, entries[0].key);
	struct video_row row;

	videos[1].type = (char *)"videoalpha";
	assert_ok(status_course_plan(help->status, course, 0, videos, 3, NULL, 0, NULL, 0,
				     &help->err),
		  help->err);
	assert_int_equal(reader_find_video(help->reader, course, "same", &row, &help->err),
			 RESULT_INVALID);
	assert_says(help->err, "video@same or videoalpha@same");
	assert_ok(reader_find_video(help->reader, course, "videoalpha@same", &row, &help->err),
		  help->err);
	assert_int_equal(row.id, videos[1].id);
	video_row_clear(&row);
	assert_ok(reader_find_video(help->reader, course, "v@1", &row, &help->err), help->err);
	assert_int_equal(row.id, videos[2].id);
	video_row_clear(&row);
}

static void videos_come_in_plan_order_and_pages(void **state)
{
	struct help *help = *state;
	struct video_row videos[] = {help_video("c", 2), help_video("a", 0), help_video("b", 1)},
			 *rows;
	int64_t course = help_course(help, entries[0].key), total;
	size_t count;

	assert_ok(status_course_plan(help->status, course, 0, videos, 3, NULL, 0, NULL, 0,
				     &help->err),
		  help->err);
	assert_ok(reader_videos(help->reader, course, 1, 2, &rows, &count, &total, &help->err),
		  help->err);
	assert_int_equal(total, 3);
	assert_int_equal(count, 2);
	assert_string_equal(rows[0].block, "b");
	assert_string_equal(rows[1].block, "c");
	for (size_t i = 0; i < count; i++)
		video_row_clear(&rows[i]);
	free(rows);
}

static void languages_come_by_video_and_in_the_pages_of_videos(void **state)
{
	struct help *help = *state;
	struct video_row videos[] = {help_video("c", 2), help_video("a", 0), help_video("b", 1),
				     help_video("none", 3)};
	/* umlauts of two bytes: cut where a character ends */
	char name[64] = "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4"
			"\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4";
	struct transcript_row planned[] = {
		help_transcript(0, "fr"), help_transcript(1, "en"), help_transcript(0, "en"),
		help_transcript(2, name), help_transcript(2, "de"),
	};
	int64_t course = help_course(help, entries[0].key);
	struct language_row *rows;
	size_t count;

	planned[0].implicit = true;
	planned[0].branches = IN_DRAFT;
	planned[2].in_val = VAL_PRESENT;
	planned[2].compare = COMPARE_DIFFERS;
	planned[2].outcome = OUTCOME_KEPT;
	assert_ok(status_course_plan(help->status, course, 0, videos, 4, planned, 5, NULL, 0,
				     &help->err),
		  help->err);
	assert_ok(reader_languages(help->reader, course, 1, 2, &rows, &count, &help->err),
		  help->err);
	assert_int_equal(count, 4); /* of b and c, not of a */
	assert_int_equal(rows[0].video_id, videos[2].id);
	assert_string_equal(rows[0].language, "de");
	assert_int_equal(strlen(rows[1].language), 22);
	assert_memory_equal(rows[1].language, name, 22);
	assert_int_equal(rows[2].video_id, videos[0].id);
	assert_string_equal(rows[2].language, "en");
	assert_true(rows[2].expected && !rows[2].implicit);
	assert_int_equal(rows[2].branches, IN_PUBLISHED);
	assert_int_equal(rows[2].in_val, VAL_PRESENT);
	assert_int_equal(rows[2].compare, COMPARE_DIFFERS);
	assert_int_equal(rows[2].outcome, OUTCOME_KEPT);
	assert_string_equal(rows[3].language, "fr");
	assert_true(rows[3].implicit);
	assert_int_equal(rows[3].branches, IN_DRAFT);
	assert_int_equal(rows[3].outcome, OUTCOME_PLANNED);
	free(rows);
	help_sql(help, "UPDATE video SET gone = 1 WHERE block = 'c'");
	assert_ok(reader_languages(help->reader, course, 0, 3, &rows, &count, &help->err),
		  help->err);
	assert_int_equal(count, 3);
	assert_string_equal(rows[0].language, "en");
	free(rows);
}

static void findings_come_errors_first(void **state)
{
	struct help *help = *state;
	struct finding_row notes[] = {
		help_finding(FINDING_ENCODING_CONVERTED, "video@a", "en", ""),
		help_finding(FINDING_SRT_INVALID, "video@b", "en", ""),
		help_finding(FINDING_VAL_UNREAD, "video@c", "en", ""),
		help_finding(FINDING_ASSET_MISSING, "video@d", "en", ""),
		help_finding(FINDING_SRT_INVALID, "video@a", "fr", ""),
	};
	struct finding_query query = {.code = -1, .count = 3};
	int64_t course = help_course(help, entries[0].key), total, counts[FINDING_COUNT];
	struct finding_row *rows;
	size_t count;

	assert_ok(
		status_course_plan(help->status, course, 0, NULL, 0, NULL, 0, notes, 5, &help->err),
		help->err);
	for (int i = 0; i < 2; i++) {
		query.course = i ? course : 0;
		assert_ok(reader_findings(help->reader, &query, &rows, &count, &total, &help->err),
			  help->err);
		assert_int_equal(total, 5);
		assert_int_equal(count, 3);
		assert_int_equal(rows[0].code, FINDING_ASSET_MISSING);
		assert_int_equal(rows[1].code, FINDING_SRT_INVALID);
		assert_string_equal(rows[1].block, "video@a");
		assert_string_equal(rows[2].block, "video@b");
		assert_string_equal(rows[2].course, entries[0].key);
		assert_int_equal(rows[0].video_id, 0);
		while (count)
			finding_row_clear(&rows[--count]);
		free(rows);
	}
	query.code = FINDING_SRT_INVALID;
	query.first = 1;
	assert_ok(reader_findings(help->reader, &query, &rows, &count, &total, &help->err),
		  help->err);
	assert_int_equal(total, 2);
	assert_int_equal(count, 1);
	finding_row_clear(&rows[0]);
	free(rows);
	for (int i = 0; i < 2; i++) {
		assert_ok(reader_finding_counts(help->reader, i ? course : 0, counts, &help->err),
			  help->err);
		assert_int_equal(counts[FINDING_SRT_INVALID], 2);
		assert_int_equal(counts[FINDING_VAL_UNREAD], 1);
		assert_int_equal(counts[FINDING_VAL_DIFFERS], 0);
	}
}

/* ---- what the transaction asks ------------------------------------------------------------*/

static void plan_one(struct help *help, int64_t course, struct video_row *video)
{
	assert_ok(
		status_course_plan(help->status, course, 0, video, 1, NULL, 0, NULL, 0, &help->err),
		help->err);
}

static void assert_object(struct help *help, bool registered, const char *object)
{
	enum result (*ask)(struct reader *, const char *, const char *, struct journal_row *,
			   struct error *) = registered ? reader_registered : reader_announced;
	struct journal_row row;

	assert_ok(ask(help->reader, "id", "en", &row, &help->err), help->err);
	assert_string_equal(row.object, object);
	assert_true(row.at > 0);
	journal_row_clear(&row);
	assert_int_equal(ask(help->reader, "ID", "en", &row, &help->err), RESULT_MISSING);
	assert_int_equal(ask(help->reader, "id", "fr", &row, &help->err), RESULT_MISSING);
}

static void journal_answers_by_val_id_whatever_became_of_it(void **state)
{
	struct help *help = *state;
	int64_t course = help_course(help, entries[0].key);
	struct journal_row line = {.course_id = course,
				   .kind = "intent",
				   .val_id = (char *)"id",
				   .language = (char *)"en",
				   .object = (char *)"one",
				   .size = 1};
	struct video_row video = help_video("v", 0);
	struct journal_row row, *rows;
	size_t count;

	assert_int_equal(reader_announced(help->reader, "id", "en", &row, &help->err),
			 RESULT_MISSING);
	/* Before the video has the id. */
	plan_one(help, course, &video);
	line.video_id = video.id;
	assert_ok(status_journal(help->status, &line, 1, &help->err), help->err);
	assert_object(help, false, "one");
	assert_int_equal(reader_registered(help->reader, "id", "en", &row, &help->err),
			 RESULT_MISSING);
	/* While it has it. */
	video.val_id = (char *)"id";
	plan_one(help, course, &video);
	line.kind = "put";
	line.object = (char *)"two";
	assert_ok(status_journal(help->status, &line, 1, &help->err), help->err);
	line.kind = "register";
	line.object = (char *)"three";
	assert_ok(status_journal(help->status, &line, 1, &help->err), help->err);
	assert_object(help, false, "two");
	assert_object(help, true, "three");
	/* Once it has another. */
	help_sql(help, "DELETE FROM former_id");
	video.val_id = (char *)"other";
	plan_one(help, course, &video);
	assert_object(help, false, "two");
	assert_object(help, true, "three");
	/* And once it is gone. */
	assert_ok(
		status_course_plan(help->status, course, 0, NULL, 0, NULL, 0, NULL, 0, &help->err),
		help->err);
	assert_object(help, true, "three");
	assert_ok(reader_journal(help->reader, video.id, &rows, &count, &help->err), help->err);
	assert_int_equal(count, 3);
	assert_string_equal(rows[0].kind, "intent");
	assert_string_equal(rows[2].kind, "register");
	while (count)
		journal_row_clear(&rows[--count]);
	free(rows);
}

static void case_twin_is_found_across_courses(void **state)
{
	struct help *help = *state;
	struct video_row a = help_video("a", 0), b = help_video("b", 0);
	char *twin, *block;

	a.val_id = (char *)"Intro-1";
	b.val_id = (char *)"INTRO-1";
	assert_ok(status_course_plan(help->status, help_course(help, entries[0].key), 0, &a, 1,
				     NULL, 0, NULL, 0, &help->err),
		  help->err);
	assert_int_equal(reader_case_twin(help->reader, "Intro-1", &twin, &block, &help->err),
			 RESULT_MISSING);
	assert_null(twin);
	assert_ok(status_course_plan(help->status, help_course(help, entries[1].key), 0, &b, 1,
				     NULL, 0, NULL, 0, &help->err),
		  help->err);
	assert_ok(reader_case_twin(help->reader, "Intro-1", &twin, &block, &help->err), help->err);
	assert_string_equal(twin, "INTRO-1");
	assert_string_equal(block, "video@b of course-v1:Uni+Bio+2016");
	free(twin);
	free(block);
}

static void siblings_begin_with_earlier_ones_of_the_course(void **state)
{
	struct help *help = *state;
	struct video_row here[] = {help_video("a", 0), help_video("b", 1), help_video("c", 2)};
	struct video_row there = help_video("x", 0);
	struct transcript_row rows[3], other;
	char(*sha256s)[HASH_HEX];
	size_t count;

	for (int i = 0; i < 3; i++) {
		here[i].val_id = (char *)"shared";
		rows[i] = help_transcript(i, "en");
	}
	rows[0].sha256 = (char *)"aa";
	rows[2].sha256 = (char *)"cc";
	there.val_id = (char *)"shared";
	other = help_transcript(0, "en");
	other.sha256 = (char *)"xx";
	assert_ok(status_course_plan(help->status, help_course(help, entries[1].key), 0, &there, 1,
				     &other, 1, NULL, 0, &help->err),
		  help->err);
	assert_ok(status_course_plan(help->status, help_course(help, entries[0].key), 0, here, 3,
				     rows, 3, NULL, 0, &help->err),
		  help->err);
	assert_ok(reader_siblings(help->reader, here[1].id, "shared", "en", &sha256s, &count,
				  &help->err),
		  help->err);
	assert_int_equal(count, 3);
	assert_string_equal(sha256s[0], "aa");
	assert_string_equal(sha256s[1], "cc");
	assert_string_equal(sha256s[2], "xx");
	free(sha256s);
	assert_ok(reader_siblings(help->reader, here[1].id, "shared", "fr", &sha256s, &count,
				  &help->err),
		  help->err);
	assert_int_equal(count, 0);
	free(sha256s);
}

/* The questions asked per video and per screen go along an index, not through a table. */
static void questions_use_their_indexes(void **state)
{
	static const struct {
		const char *sql, *index;
	} questions[] = {
		{"SELECT 1 FROM journal WHERE video_id IN (SELECT id FROM video WHERE val_id = ?1 "
		 "COLLATE"
		 " NOCASE AND val_id <> '' UNION ALL"
		 " SELECT video_id FROM former_id WHERE val_id = ?1)",
		 "journal_by_video"},
		{"SELECT 1 FROM video v WHERE v.val_id = ?1 COLLATE NOCASE AND v.val_id <> '' AND"
		 " v.val_id = ?1",
		 "video_by_val_id"},
		{"SELECT id FROM course WHERE intent <> 'idle' AND gone = 0 ORDER BY intent_number",
		 "course_wanted"},
		{"SELECT f.id FROM finding f WHERE ?1 = 0 AND (?2 = '' OR f.code = ?2) ORDER BY"
		 " f.severity DESC, f.code, f.course_id, f.block, f.language, f.waived, f.id"
		 " LIMIT 5",
		 "finding_in_order"},
		{"SELECT 1 FROM finding WHERE course_id = ?1 AND +video_id IS NULL",
		 "finding_by_course"},
		{"SELECT 1 FROM video WHERE course_id = ?1 AND gone = 0 ORDER BY position, id",
		 "video_in_order"},
	};
	struct help *help = *state;
	sqlite3_stmt *stmt;
	sqlite3 *db;
	char sql[600], plan[600];

	assert_int_equal(sqlite3_open(help->path, &db), SQLITE_OK);
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", questions[i].sql);
		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
		plan[0] = '\0';
		while (sqlite3_step(stmt) == SQLITE_ROW)
			snprintf(plan + strlen(plan), sizeof(plan) - strlen(plan), "%s; ",
				 (const char *)sqlite3_column_text(stmt, 3));
		sqlite3_finalize(stmt);
		print_message("%s\n", plan);
		assert_non_null(strstr(plan, questions[i].index));
		assert_null(strstr(plan, "TEMP B-TREE"));
	}
	sqlite3_close(db);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, help_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(courses_come_sorted_filtered_and_in_pages),
		TEST(courses_sort_by_each_column),
		TEST(courses_sort_by_difference_with_the_unplanned_first),
		TEST(begin_holds_one_state),
		TEST(missing_rows_say_so),
		TEST(find_video_takes_id_or_type_and_id),
		TEST(videos_come_in_plan_order_and_pages),
		TEST(languages_come_by_video_and_in_the_pages_of_videos),
		TEST(findings_come_errors_first),
		TEST(journal_answers_by_val_id_whatever_became_of_it),
		TEST(case_twin_is_found_across_courses),
		TEST(siblings_begin_with_earlier_ones_of_the_course),
		TEST(questions_use_their_indexes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
