#include "config.h"

#include "tests/unit/status_help.h"

#include "src/status/rollout.h"
#include "src/status/runs.h"

/*
 * A long random life of three courses: plans, outcomes, waivers, passes, runs in any order. After
 * each step every sum must be what its rows add up to.
 */

enum { COURSES = 3, VIDEOS = 8, STEPS = 400 };

static uint64_t seed = 20180502;

static unsigned pick(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

static const char *const blocks[VIDEOS] = {"a", "b", "c", "d", "e", "f", "g", "h"};
static const char *const languages[] = {"ar", "en", "es", "fr", "hi", "zh"};

struct life {
	int64_t course, pass, videos[VIDEOS];
	size_t count;
};

static size_t random_rows(struct transcript_row *rows, int64_t video)
{
	size_t count = 0;

	for (unsigned i = 0; i < 6; i++) {
		if (pick(2))
			continue;
		rows[count] = help_transcript(video, languages[i]);
		rows[count].outcome = (enum transcript_outcome)pick(OUTCOME_COUNT);
		rows[count].expected = rows[count].outcome <= OUTCOME_FAILED ||
				       rows[count].outcome == OUTCOME_UNTOLD;
		rows[count].in_val = (int)pick(3);
		rows[count].compare = (enum transcript_compare)pick(COMPARE_COUNT);
		rows[count++].size = (int64_t)pick(100) - 1;
	}
	return count;
}

static size_t random_findings(struct finding_row *rows)
{
	size_t count = pick(4);

	for (size_t i = 0; i < count; i++)
		rows[i] = help_finding((enum finding_code)pick(FINDING_COUNT),
				       pick(2) ? "video@a" : "", languages[pick(6)],
				       pick(2) ? "aa" : "");
	return count;
}

static void random_plan(struct help *help, struct life *life)
{
	struct video_row videos[VIDEOS];
	struct transcript_row rows[VIDEOS * 6];
	struct finding_row notes[4];
	size_t count = 0, row_count = 0;

	for (unsigned i = 0; i < VIDEOS; i++) {
		if (!pick(4))
			continue;
		videos[count] = help_video(blocks[i], i);
		row_count += random_rows(rows + row_count, (int64_t)count++);
	}
	assert_ok(status_course_plan(help->status, life->course, life->pass, videos, count, rows,
				     row_count, notes, random_findings(notes), &help->err),
		  help->err);
	for (size_t i = 0; i < count; i++)
		life->videos[i] = videos[i].id;
	life->count = count;
}

static void random_outcome(struct help *help, struct life *life)
{
	struct transcript_row rows[6];
	struct finding_row findings[4];
	struct video_outcome outcome = {
		.course_id = life->course,
		.pass = life->pass,
		.attempt = pick(3) > 0,
		.number = 1 + pick(4),
		.state = (enum video_state)pick(VIDEO_STATE_COUNT),
		.val_id = pick(2) ? "id" : NULL,
		.transcripts = rows,
		.findings = findings,
	};

	if (!life->count)
		return;
	outcome.video_id = life->videos[pick((unsigned)life->count)];
	outcome.transcript_count = random_rows(rows, 0);
	outcome.finding_count = random_findings(findings);
	status_video_outcome(help->status, &outcome);
}

static void random_waiver(struct help *help, const char *key)
{
	enum finding_code code = (enum finding_code)pick(FINDING_COUNT);
	const char *block = pick(2) ? "video@a" : "-", *language = languages[pick(6)];

	if (pick(3))
		status_waive(help->status, key, block, language, code, "why", NULL);
	else
		status_unwaive(help->status, key, block, language, code, NULL);
}

static void random_prediction(struct help *help, struct life *life)
{
	struct dry_course dry = {.course = life->course, .began = 1, .problem = pick(4) ? "" : "why",
				 .status = COURSE_FAILED, .failed = pick(3)};
	struct run_about about = {RUN_DRY, "ginkgo", "0.1", ""};

	assert_ok(status_dry_begin(help->status, &about, &dry.number, &help->err), help->err);
	assert_ok(status_dry_course(help->status, &dry, &help->err), help->err);
	assert_ok(status_dry_end(help->status, dry.number, pick(2), &help->err), help->err);
}

static void random_end(struct help *help, const struct life *life)
{
	int64_t number;
	enum course_intent intent;

	assert_ok(reader_intent(help->reader, life->course, &intent, &number, &help->err), help->err);
	status_course_end(help->status, life->course, number - pick(2), COURSE_FAILED, "", NULL, 0, NULL);
}

static void sums_equal_the_rows_through_a_random_life(void **state)
{
	struct help *help = *state;
	struct life lives[COURSES] = {{0}};
	struct run_about about = {RUN_MOCK, "ginkgo", "0.1", ""};
	struct refreshed refreshed;
	int64_t pass;
	char key[8];

	help_scan(help, COURSES);
	assert_ok(status_run_about(help->status, &about, &help->err), help->err);
	for (int step = 0; step < STEPS; step++) {
		unsigned which = pick(COURSES);
		struct life *life = &lives[which];

		snprintf(key, sizeof(key), "c%u", which);
		life->course = help_course(help, key);
		switch (pick(12)) {
		case 0:
			help_wish(help, WISH_RUN, life->course, NULL, true);
			if (status_course_begin(help->status, life->course, pick(2), &pass, NULL, NULL) ==
			    RESULT_OK)
				life->pass = pass;
			break;
		case 1:
		case 2:
			random_plan(help, life);
			break;
		case 3:
			random_end(help, life);
			break;
		case 4:
		case 5:
			random_waiver(help, key);
			break;
		case 6:
			random_prediction(help, life);
			break;
		case 7:
			if (pick(4))
				break;
			assert_ok(status_refresh(help->status, "", &refreshed, &help->err), help->err);
			for (unsigned i = 0; i < COURSES; i++)
				lives[i].pass += lives[i].pass > 0;
			break;
		default:
			random_outcome(help, life);
			break;
		}
		help_flush(help);
		if (status_check(help->reader, &help->err) != RESULT_OK)
			fail_msg("step %d: %s", step, help->err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sums_equal_the_rows_through_a_random_life,
						help_setup, help_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
