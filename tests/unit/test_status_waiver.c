#include "config.h"

#include "tests/unit/status_help.h"

static int64_t course, video, pass;

/* One course with one video that promises en and fr. */
static int setup(void **state)
{
	struct video_row row = help_video("v", 0);
	struct transcript_row planned[] = {help_transcript(0, "en"), help_transcript(0, "fr")};
	struct help *help;

	help_setup(state);
	help = *state;
	help_scan(help, 1);
	course = help_course(help, "c0");
	help_wish(help, WISH_RUN, course, NULL, false);
	assert_ok(status_course_begin(help->status, course, false, &pass, NULL, &help->err), help->err);
	assert_ok(status_course_plan(help->status, course, pass, &row, 1, planned, 2, NULL, 0,
				     &help->err),
		  help->err);
	video = row.id;
	return 0;
}

static void fail_video(struct help *help, const char *seen)
{
	struct transcript_row rows[] = {help_migrated("en", 10), help_transcript(0, "fr")};
	struct finding_row finding = help_finding(FINDING_SRT_INVALID, "video@v", "fr", seen);
	struct video_outcome outcome = {
		.course_id = course,
		.video_id = video,
		.pass = pass,
		.attempt = true,
		.number = 1,
		.state = VIDEO_FAILED,
		.text = "srt-invalid",
		.transcripts = rows,
		.transcript_count = 2,
		.findings = &finding,
		.finding_count = 1,
	};

	rows[1].outcome = OUTCOME_FAILED;
	status_video_outcome(help->status, &outcome);
	help_flush(help);
	assert_ok(status_check(help->reader, &help->err), help->err);
}

static struct counts counts(struct help *help)
{
	return help_row(help, course).counts;
}

static void waive_covers_the_content_seen_and_later_findings_of_it(void **state)
{
	struct help *help = *state;
	struct finding_query query = {.video = video, .code = -1, .count = -1, .with_waived = true};
	struct finding_row *rows;
	int64_t total;
	size_t count;

	fail_video(help, "aaaa");
	assert_int_equal(counts(help).errors, 1);
	assert_ok(status_waive(help->status, "c0", "video@v", "fr", FINDING_SRT_INVALID,
			       "an intro without "
			       "speech",
			       &help->err),
		  help->err);
	assert_int_equal(counts(help).errors, 0);
	assert_int_equal(counts(help).waived, 1);
	assert_ok(status_check(help->reader, &help->err), help->err);
	fail_video(help, "aaaa"); /* the same content again: waived at once */
	assert_int_equal(counts(help).errors, 0);
	assert_int_equal(counts(help).waived, 1);
	assert_ok(reader_findings(help->reader, &query, &rows, &count, &total, &help->err),
		  help->err);
	assert_int_equal(count, 1);
	assert_true(rows[0].waived);
	assert_string_equal(rows[0].reason, "an intro without speech");
	assert_string_equal(rows[0].who, "ana");
	assert_string_equal(rows[0].course, "c0");
	finding_row_clear(&rows[0]);
	free(rows);
	query.with_waived = false;
	assert_ok(reader_findings(help->reader, &query, &rows, &count, &total, &help->err),
		  help->err);
	assert_int_equal(total, 0);
	free(rows);
	fail_video(help, "bbbb"); /* other content: nobody accepted that */
	assert_int_equal(counts(help).errors, 1);
	assert_int_equal(counts(help).waived, 0);
}

static void unwaive_opens_them_again(void **state)
{
	struct help *help = *state;
	struct waiver_row *rows;
	size_t count;

	fail_video(help, "aaaa");
	assert_ok(status_waive(help->status, "c0", "video@v", "fr", FINDING_SRT_INVALID, "why",
			       &help->err),
		  help->err);
	assert_ok(reader_waivers(help->reader, "c0", &rows, &count, &help->err), help->err);
	assert_int_equal(count, 1);
	assert_string_equal(rows[0].block, "video@v");
	assert_string_equal(rows[0].seen, "aaaa");
	assert_int_equal(rows[0].code, FINDING_SRT_INVALID);
	waiver_row_clear(&rows[0]);
	free(rows);
	assert_ok(status_unwaive(help->status, "c0", "video@v", "fr", FINDING_SRT_INVALID,
				 &help->err),
		  help->err);
	assert_int_equal(counts(help).errors, 1);
	assert_int_equal(counts(help).waived, 0);
	assert_ok(status_check(help->reader, &help->err), help->err);
	assert_int_equal(status_unwaive(help->status, "c0", "video@v", "fr", FINDING_SRT_INVALID,
					&help->err),
			 RESULT_MISSING);
	assert_ok(reader_waivers(help->reader, "c0", &rows, &count, &help->err), help->err);
	assert_int_equal(count, 0);
	free(rows);
}

static void waive_of_the_courses_own_finding_names_no_block(void **state)
{
	struct help *help = *state;
	struct finding_row note = help_finding(FINDING_VAL_LIST_BROKEN, "", "", "");

	assert_ok(status_course_end(help->status, course, 0, COURSE_MIGRATED, "", &note, 1,
				    &help->err),
		  help->err);
	assert_int_equal(counts(help).warnings, 1);
	assert_ok(status_waive(help->status, "c0", "-", "-", FINDING_VAL_LIST_BROKEN,
			       "being mended", &help->err),
		  help->err);
	assert_int_equal(counts(help).warnings, 0);
	assert_int_equal(counts(help).waived, 1);
	/* Written anew it stays waived. */
	assert_ok(status_course_end(help->status, course, 0, COURSE_MIGRATED, "", &note, 1,
				    &help->err),
		  help->err);
	assert_int_equal(counts(help).waived, 1);
	assert_ok(status_check(help->reader, &help->err), help->err);
}

static void waive_refuses_what_cannot_be_waived(void **state)
{
	struct help *help = *state;
	struct event_row *rows;
	int64_t total;
	size_t count;

	assert_int_equal(status_waive(help->status, "c0", "video@v", "en", FINDING_STORE_CONFLICT,
				      "why", &help->err),
			 RESULT_REFUSED);
	assert_says(help->err, "store-conflict cannot be waived");
	assert_int_equal(status_waive(help->status, "c0", "video@v", "en", FINDING_SRT_INVALID,
				      "why", &help->err),
			 RESULT_MISSING);
	assert_int_equal(status_waive(help->status, "c9", "video@v", "en", FINDING_SRT_INVALID,
				      "why", &help->err),
			 RESULT_MISSING);
	fail_video(help, "aaaa");
	assert_int_equal(status_waive(help->status, "c0", "video@v", "fr", FINDING_SRT_INVALID, "",
				      &help->err),
			 RESULT_INVALID);
	assert_ok(status_broken(help->status, &help->err), help->err);
	assert_ok(reader_events(help->reader, &(struct event_query){"c0 video@v", 0, -1, NULL, 0},
				&rows, &count, &total, &help->err),
		  help->err);
	assert_int_equal(count, 0); /* nothing was done, so nothing is said */
	free(rows);
	assert_ok(status_waive(help->status, "c0", "video@v", "fr", FINDING_SRT_INVALID, "why",
			       &help->err),
		  help->err);
	assert_ok(reader_events(help->reader, &(struct event_query){"c0 video@v", 0, -1, NULL, 0},
				&rows, &count, &total, &help->err),
		  help->err);
	assert_int_equal(count, 1);
	assert_string_equal(rows[0].action, "waive");
	assert_string_equal(rows[0].object, "c0 video@v fr");
	assert_string_equal(rows[0].what, "srt-invalid");
	assert_string_equal(rows[0].why, "why");
	event_row_clear(&rows[0]);
	free(rows);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, help_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(waive_covers_the_content_seen_and_later_findings_of_it),
		TEST(unwaive_opens_them_again),
		TEST(waive_of_the_courses_own_finding_names_no_block),
		TEST(waive_refuses_what_cannot_be_waived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
