#include "config.h"

#include "src/status/read.h"
#include "src/status/rollout.h"

#include "tests/unit/status_help.h"

static int64_t one_course(struct help *help)
{
	help_scan(help, 2);
	return help_course(help, "c0");
}

static struct evidence make(struct help *help, int64_t course, char hash[HASH_HEX])
{
	assert_ok(reader_waivers_hash(help->reader, "c0", hash, &help->err), help->err);
	return (struct evidence){
		.course_id = course,
		.pass = help_row(help, course).pass,
		.level = LEVEL_HASH,
		.began = 1000,
		.source_version = (char *)"split 1 2",
		.source_assets = (char *)"a1",
		.counts = {.expected = 5, .in_val = 4, .unknown = 1, .extra = 2, .differing = 3,
			   .errors = 0, .warnings = 7, .waived = 8},
		.places = (char *)"sqlite val.db, directory store",
		.waivers = hash,
	};
}

/* Evidence of "split 1 2" and "a1"; its number. */
static int64_t prove(struct help *help, int64_t course)
{
	char hash[HASH_HEX];
	struct evidence evidence = make(help, course, hash);

	evidence.began = clock_wall(&help_clock);
	assert_ok(status_course_proved(help->status, &evidence, "level hash: ...", &help->err),
		  help->err);
	return evidence.number;
}

static struct evidence stored(struct help *help, int64_t course)
{
	struct evidence evidence;

	help_flush(help);
	assert_ok(reader_evidence(help->reader, course, &evidence, &help->err), help->err);
	return evidence;
}

/* The evidence counts (@why NULL) or not, in the table and in the course's row. */
static void expect_stale(struct help *help, int64_t course, const char *why)
{
	struct evidence evidence = stored(help, course);

	assert_string_equal(evidence.stale, why ? why : "");
	assert_int_equal(evidence.stale_at != 0, why != NULL);
	assert_int_equal(help_row(help, course).evidence, why ? EVIDENCE_STALE : EVIDENCE_FRESH);
	evidence_clear(&evidence);
	evidence_clear(&evidence);
}

static int64_t events(struct help *help, const char *action)
{
	struct event_query query = {.object = "c0", .count = -1};
	struct event_row *rows;
	int64_t total, found = 0;
	size_t count;

	help_flush(help);
	assert_ok(reader_events(help->reader, &query, &rows, &count, &total, &help->err), help->err);
	for (size_t i = 0; i < count; i++) {
		found += !strcmp(rows[i].action, action);
		event_row_clear(&rows[i]);
	}
	free(rows);
	return found;
}

static void see(struct help *help, int64_t course, const char *version, const char *assets)
{
	status_course_source(help->status, course, &(struct source_seen){version, assets});
}

static void evidence_is_kept_as_it_was_proved(void **state)
{
	struct help *help = *state;
	int64_t course = one_course(help), number;
	struct evidence evidence;

	assert_int_equal(reader_evidence(help->reader, course, &evidence, &help->err), RESULT_MISSING);
	assert_int_equal(help_row(help, course).evidence, EVIDENCE_NONE);
	number = prove(help, course);
	evidence = stored(help, course);
	assert_int_equal(evidence.number, number);
	assert_int_equal(evidence.course_id, course);
	assert_int_equal(evidence.generation, 1);
	assert_int_equal(evidence.level, LEVEL_HASH);
	assert_in_range(evidence.began, 1, evidence.at);
	assert_string_equal(evidence.source_version, "split 1 2");
	assert_string_equal(evidence.source_assets, "a1");
	assert_int_equal(evidence.counts.expected, 5);
	assert_int_equal(evidence.counts.in_val, 4);
	assert_int_equal(evidence.counts.unknown, 1);
	assert_int_equal(evidence.counts.extra, 2);
	assert_int_equal(evidence.counts.differing, 3);
	assert_int_equal(evidence.counts.errors, 0);
	assert_int_equal(evidence.counts.warnings, 7);
	assert_int_equal(evidence.counts.waived, 8);
	assert_int_equal(strlen(evidence.waivers), 64);
	assert_string_equal(evidence.places, "sqlite val.db, directory store");
	assert_int_equal(help_row(help, course).level, LEVEL_HASH);
	assert_int_equal(help_row(help, course).verified, evidence.at);
	evidence_clear(&evidence);
	expect_stale(help, course, NULL);
	assert_int_equal(events(help, "verify"), 1);
}

static void evidence_numbers_are_never_given_twice(void **state)
{
	struct help *help = *state;
	int64_t course = one_course(help), first = prove(help, course), second = prove(help, course);

	assert_true(second > first);
	help_sql(help, "DELETE FROM evidence");
	assert_true(prove(help, course) > second);
}

/* By a dry run, say, while it was validated; what was seen before is of before. */
static void another_state_that_was_seen_meanwhile_counts(void **state)
{
	struct help *help = *state;
	int64_t course = one_course(help);
	char hash[HASH_HEX];
	struct evidence evidence = make(help, course, hash);

	see(help, course, "split 1 2", "a1");
	see(help, course, "split 1 2", "a2");
	help_flush(help);
	assert_ok(status_course_proved(help->status, &evidence, "level hash", &help->err), help->err);
	expect_stale(help, course, "the source has changed while it was validated");
	prove(help, course);
	expect_stale(help, course, NULL);
	see(help, course, "split 1 2", "a1");
	help_flush(help);
	evidence = make(help, course, hash);
	assert_ok(status_course_proved(help->status, &evidence, "level hash", &help->err), help->err);
	expect_stale(help, course, NULL);
}

static void evidence_goes_stale_when_the_source_is_seen_changed(void **state)
{
	struct help *help = *state;
	int64_t course = one_course(help);

	prove(help, course);
	see(help, course, "split 1 2", "a1");
	expect_stale(help, course, NULL);
	see(help, course, "split 1 3", "a1");
	expect_stale(help, course, "the source has changed: structure");
	/* that it is seen as it was does not bring it back, and is no news either */
	see(help, course, "split 1 2", "a1");
	see(help, course, "split 1 4", "a2");
	expect_stale(help, course, "the source has changed: structure");
	assert_int_equal(events(help, "evidence"), 1);
	prove(help, course);
	see(help, course, "split 1 2", "a2");
	expect_stale(help, course, "the source has changed: files of the contentstore");
	prove(help, course);
	see(help, course, "split 7 2", "a2");
	expect_stale(help, course, "the source has changed: structure and files of the contentstore");
	prove(help, course);
	see(help, course, "archive 99", "a1");
	expect_stale(help, course, "the source has changed: its export");
	assert_int_equal(events(help, "evidence"), 4);
}

static void evidence_of_another_course_is_left_alone(void **state)
{
	struct help *help = *state;
	int64_t course = one_course(help), other = help_course(help, "c1");

	prove(help, course);
	see(help, other, "split 8 8", "a8");
	see(help, 4711, "split 8 8", "a8");
	expect_stale(help, course, NULL);
	help_flush(help);
}

static void source_seen_is_remembered_as_seen_last(void **state)
{
	struct help *help = *state;
	int64_t course = one_course(help);

	see(help, course, "split 1 2", "a1");
	see(help, course, "split 1 3", "a2");
	help_flush(help);
	help_sql(help, "CREATE TABLE seen AS SELECT 1/(count(*) = 1) FROM course_source"
		       " WHERE version = 'split 1 3' AND assets = 'a2' AND at > 0");
}

static void evidence_goes_stale_when_a_pass_begins(void **state)
{
	struct help *help = *state;
	int64_t course = one_course(help), pass;

	prove(help, course);
	help_wish(help, WISH_RUN, course, NULL, true);
	expect_stale(help, course, NULL);
	assert_ok(status_course_begin(help->status, course, true, &pass, NULL, &help->err), help->err);
	expect_stale(help, course, "the course was run again");
	prove(help, course);
	/* an engine that died goes on in the pass: nothing began */
	assert_ok(status_course_begin(help->status, course, false, &pass, NULL, &help->err), help->err);
	expect_stale(help, course, NULL);
}

static void evidence_of_an_earlier_pass_is_not_kept(void **state)
{
	struct help *help = *state;
	int64_t course = one_course(help), pass, number = prove(help, course);
	char hash[HASH_HEX];
	struct evidence late = make(help, course, hash), evidence;

	help_wish(help, WISH_RUN, course, NULL, true);
	assert_ok(status_course_begin(help->status, course, true, &pass, NULL, &help->err), help->err);
	assert_int_equal(status_course_proved(help->status, &late, "too late", &help->err),
			 RESULT_CANCELED);
	evidence = stored(help, course);
	assert_int_equal(evidence.number, number);
	evidence_clear(&evidence);
	expect_stale(help, course, "the course was run again");
	assert_int_equal(events(help, "verify"), 2);
}

static void stale_is_only_the_number_that_was_meant(void **state)
{
	struct help *help = *state;
	int64_t course = one_course(help), first = prove(help, course), second = prove(help, course);

	status_evidence_stale(help->status, course, first, "of the one before");
	expect_stale(help, course, NULL);
	status_evidence_stale(help->status, course, second, "this one");
	status_evidence_stale(help->status, course, second, "again");
	expect_stale(help, course, "this one");
	assert_int_equal(events(help, "evidence"), 1);
}

/* The course has an open finding of @code for the whole course. */
static void find(struct help *help, int64_t course)
{
	struct finding_row notes[] = {
		help_finding(FINDING_VAL_LIST_BROKEN, "", "", "s"),
		help_finding(FINDING_BLOCK_UNNAMED, "", "", "s"),
	};

	assert_ok(status_course_plan(help->status, course, 0, NULL, 0, NULL, 0, notes, 2, &help->err),
		  help->err);
}

static void waive(struct help *help, enum finding_code code)
{
	assert_ok(status_waive(help->status, "c0", "-", "-", code, "known", &help->err), help->err);
}

static void unwaive(struct help *help, enum finding_code code)
{
	assert_ok(status_unwaive(help->status, "c0", "-", "-", code, &help->err), help->err);
}

static void evidence_goes_stale_when_its_waiver_is_taken_back(void **state)
{
	struct help *help = *state;
	int64_t course = one_course(help);

	find(help, course);
	waive(help, FINDING_VAL_LIST_BROKEN);
	prove(help, course);
	/* one more takes nothing away, nor does taking that one back */
	waive(help, FINDING_BLOCK_UNNAMED);
	expect_stale(help, course, NULL);
	unwaive(help, FINDING_BLOCK_UNNAMED);
	expect_stale(help, course, NULL);
	unwaive(help, FINDING_VAL_LIST_BROKEN);
	expect_stale(help, course, "a waiver was taken back");
}

static void evidence_goes_stale_when_many_waivers_are_taken_back(void **state)
{
	struct help *help = *state;
	int64_t course = one_course(help), done;
	struct finding_query query = {.course = course, .code = -1, .count = -1, .with_waived = true};
	struct picks *picks;

	find(help, course);
	waive(help, FINDING_VAL_LIST_BROKEN);
	waive(help, FINDING_BLOCK_UNNAMED);
	prove(help, course);
	assert_ok(reader_picks(help->reader, &query, "", 0, &picks, &help->err), help->err);
	assert_ok(status_unwaive_picks(help->status, picks, NULL, &done, &help->err), help->err);
	assert_int_equal(done, 2);
	picks_unref(picks);
	expect_stale(help, course, "a waiver was taken back");
	assert_int_equal(events(help, "evidence"), 1);
}

static void waivers_that_change_while_it_is_validated_make_it_stale(void **state)
{
	struct help *help = *state;
	int64_t course = one_course(help);
	char hash[HASH_HEX];
	struct evidence evidence;

	find(help, course);
	waive(help, FINDING_VAL_LIST_BROKEN);
	evidence = make(help, course, hash);
	unwaive(help, FINDING_VAL_LIST_BROKEN);
	assert_ok(status_course_proved(help->status, &evidence, "level hash", &help->err), help->err);
	expect_stale(help, course, "waivers have changed while it was validated");
}

/* ---- what it found, and another look did not ---- */

/* What a look at the only video of the course found: @count findings. */
static void look(struct help *help, int64_t course, struct finding_row *found, size_t count)
{
	static struct video_row video;
	struct transcript_row row = help_migrated("en", 10);
	struct video_outcome outcome = {.course_id = course, .text = "", .transcripts = &row,
					.transcript_count = 1, .findings = found, .finding_count = count};

	if (!help_row(help, course).videos) {
		video = help_video("a", 0);
		row = help_transcript(0, "en");
		assert_ok(status_course_plan(help->status, course, 0, &video, 1, &row, 1, NULL, 0,
					     &help->err), help->err);
		row = help_migrated("en", 10);
	}
	outcome.video_id = video.id;
	status_video_outcome(help->status, &outcome);
	help_flush(help);
}

static void prove_with_errors(struct help *help, int64_t course, int64_t errors)
{
	char hash[HASH_HEX];
	struct evidence evidence = make(help, course, hash);

	evidence.counts.errors = errors;
	assert_ok(status_course_proved(help->status, &evidence, "level hash", &help->err), help->err);
}

static void an_error_that_a_later_look_does_not_find_makes_it_stale(void **state)
{
	static const enum finding_code codes[] = {FINDING_VAL_DIFFERS, FINDING_LINK_PENDING,
						  FINDING_VAL_UNREAD};
	struct help *help = *state;
	int64_t course = one_course(help);

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		struct finding_row found[] = {help_finding(codes[i], "video@a", "en", "s"),
					      help_finding(FINDING_ENCODING_CONVERTED, "video@a", "en", "s")};

		look(help, course, found, 2);
		prove_with_errors(help, course, codes[i] == FINDING_VAL_DIFFERS);
		/* the same once more, and what stands in no flag's way */
		look(help, course, found, 2);
		look(help, course, found, 1);
		expect_stale(help, course, NULL);
		/* another one is not the same */
		found[0] = help_finding(FINDING_OBJECT_MISSING, "video@a", "en", "s");
		look(help, course, found, 1);
		expect_stale(help, course, "a later look did not find what it had found");
	}
}

/* Waived, not found, and the waiver taken back: it had been made without that waiver. */
static void a_waived_error_is_not_lost_either(void **state)
{
	struct help *help = *state;
	int64_t course = one_course(help);
	struct finding_row found = help_finding(FINDING_VAL_DIFFERS, "video@a", "en", "s");

	look(help, course, &found, 1);
	prove_with_errors(help, course, 1);
	assert_ok(status_waive(help->status, "c0", "video@a", "en", FINDING_VAL_DIFFERS, "known", &help->err),
		  help->err);
	expect_stale(help, course, NULL);
	look(help, course, NULL, 0);
	expect_stale(help, course, "a later look did not find what it had found");
}

static void two_validations_at_a_time_prove_no_more_than_both_found(void **state)
{
	struct help *help = *state;
	int64_t course = one_course(help);
	struct finding_row found = help_finding(FINDING_VAL_DIFFERS, "video@a", "en", "s");

	look(help, course, &found, 1);
	look(help, course, NULL, 0); /* the other one, less closely */
	prove_with_errors(help, course, 1);
	expect_stale(help, course,
		     "it was validated twice at a time, and one did not find what the other had found");
}

static void evidence_of_a_course_under_way_ends_with_its_run(void **state)
{
	struct help *help = *state;
	int64_t course = one_course(help), pass;

	help_wish(help, WISH_RUN, course, NULL, true);
	assert_ok(status_course_begin(help->status, course, true, &pass, NULL, &help->err), help->err);
	prove(help, course);
	expect_stale(help, course, NULL);
	assert_ok(status_course_end(help->status, course, help_row(help, course).intent_number,
				    COURSE_MIGRATED, "", NULL, 0, &help->err), help->err);
	expect_stale(help, course, "the course was run to its end after it");
}

static bool outlived(struct help *help, int64_t course, int64_t most_age)
{
	struct evidence evidence = stored(help, course);
	bool out;

	assert_ok(reader_evidence_outlived(help->reader, &evidence, "c0", most_age, &out, &help->err),
		  help->err);
	evidence_clear(&evidence);
	return out;
}

/* The clock of this test stands still: what was ahead of it is told by events. */
static void evidence_is_as_old_as_anybody_has_seen(void **state)
{
	struct help *help = *state;
	int64_t course = one_course(help), number, flip;

	status_event(help->status, FINDING_NOTICE, "note", "c1", "a clock that was ahead", "");
	help_flush(help);
	help_sql(help, "UPDATE event SET at = at + 9000000");
	number = prove(help, course);
	assert_false(outlived(help, course, 1000000));
	status_event(help->status, FINDING_NOTICE, "note", "c1", "later", "");
	help_flush(help);
	help_sql(help, "UPDATE event SET at = at + 2000000 WHERE what = 'later';"
		       "UPDATE course SET status = 'Migrated'");
	assert_true(outlived(help, course, 1000000));
	assert_false(outlived(help, course, 3000000));
	/* nor is a flag switched on by whoever has not looked */
	assert_int_equal(status_flag_begin(help->status, course, true, number, 1000000, "typed", &flip,
					   &help->err), RESULT_REFUSED);
	assert_says(help->err, "too old");
	assert_int_equal(status_flag_begin(help->status, course, true, number, 3000000, "typed", &flip,
					   &help->err), RESULT_REFUSED);
	assert_says(help->err, "not in val");
}

/* What SQLite has done for @reader so far. */
static int64_t steps_of(const struct reader *reader)
{
	sqlite3_stmt *stmt = NULL;
	int64_t steps = 0;

	while ((stmt = sqlite3_next_stmt(reader->db.handle, stmt)))
		steps += sqlite3_stmt_status(stmt, SQLITE_STMTSTATUS_VM_STEP, 0);
	return steps;
}

/* A board of all courses asks it of each. */
static void how_old_it_is_costs_the_same_after_many_events(void **state)
{
	struct help *help = *state;
	int64_t course = one_course(help), before;

	prove(help, course);
	help_sql(help, "INSERT INTO event(at, severity, who, action, object, what, why, hash)"
		       " WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
		       " SELECT (SELECT max(at) FROM event) + i, 0, 'ana', 'note', 'c1', '', '', '' FROM n");
	before = steps_of(help->reader);
	assert_true(outlived(help, course, 4000));
	assert_true(steps_of(help->reader) > before);
	assert_true(steps_of(help->reader) < before + 1000);
}

static void a_flag_that_is_on_makes_it_a_warning(void **state)
{
	struct help *help = *state;
	int64_t course = one_course(help);
	struct event_query query = {.object = "c0", .count = 1};
	struct event_row *rows;
	int64_t total;
	size_t count;

	prove(help, course);
	help_sql(help, "UPDATE course SET flag = 'on'");
	see(help, course, "split 1 3", "a1");
	help_flush(help);
	assert_ok(reader_events(help->reader, &query, &rows, &count, &total, &help->err), help->err);
	assert_string_equal(rows[0].action, "evidence");
	assert_int_equal(rows[0].severity, FINDING_WARNING);
	assert_non_null(strstr(rows[0].what, "the flag is on"));
	event_row_clear(&rows[0]);
	free(rows);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, help_setup, help_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(evidence_is_kept_as_it_was_proved),
		TEST(evidence_numbers_are_never_given_twice),
		TEST(another_state_that_was_seen_meanwhile_counts),
		TEST(evidence_goes_stale_when_the_source_is_seen_changed),
		TEST(evidence_of_another_course_is_left_alone),
		TEST(source_seen_is_remembered_as_seen_last),
		TEST(evidence_goes_stale_when_a_pass_begins),
		TEST(evidence_of_an_earlier_pass_is_not_kept),
		TEST(stale_is_only_the_number_that_was_meant),
		TEST(evidence_goes_stale_when_its_waiver_is_taken_back),
		TEST(evidence_goes_stale_when_many_waivers_are_taken_back),
		TEST(waivers_that_change_while_it_is_validated_make_it_stale),
		TEST(an_error_that_a_later_look_does_not_find_makes_it_stale),
		TEST(a_waived_error_is_not_lost_either),
		TEST(two_validations_at_a_time_prove_no_more_than_both_found),
		TEST(evidence_of_a_course_under_way_ends_with_its_run),
		TEST(evidence_is_as_old_as_anybody_has_seen),
		TEST(how_old_it_is_costs_the_same_after_many_events),
		TEST(a_flag_that_is_on_makes_it_a_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
