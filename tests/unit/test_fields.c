#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "src/status/fields.h"

static const int64_t now = 1525228867000000;

static bool passes(const struct filter_language *language, filter_get *get, const void *row,
		   const char *text)
{
	struct filter *filter;
	struct error err = {0};
	bool result;

	if (filter_parse(&filter, language, text, &err) != RESULT_OK)
		fail_msg("\"%s\": %s", text, err.text);
	result = filter_passes(filter, get, row, now);
	filter_free(filter);
	return result;
}

/* Each of @texts lets @row through, and turned round does not; "-text" the other way. */
static void check(const struct filter_language *language, filter_get *get, const void *row,
		  const char *const *texts)
{
	char turned[128];

	for (; *texts; texts++) {
		snprintf(turned, sizeof(turned), "-%s", *texts);
		if (!passes(language, get, row, *texts))
			fail_msg("\"%s\" does not pass", *texts);
		if (passes(language, get, row, **texts == '-' ? *texts + 1 : turned))
			fail_msg("\"%s\" passes both ways", *texts);
	}
}

static void check_course(const struct course_facts *facts, const char *const *texts)
{
	check(&course_fields, course_field, facts, texts);
}
#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct course_facts some_course(void)
{
	return (struct course_facts){
	    .key = "course-v1:MITx+6.002x+2012_Fall",
	    .name = "Circuits",
	    .status = COURSE_FAILED,
	    .pass = 2,
	    .videos = 51,
	    .tried = 50,
	    .failed = 3,
	    .changed = now - 60 * (int64_t)1000000,
	    .counts = {.expected = 100,
		       .in_val = 90,
		       .unknown = 4,
		       .extra = 5,
		       .differing = 1,
		       .errors = 7,
		       .notices = 2,
		       .waived = 8},
	    .findings = UINT64_C(1) << FINDING_ASSET_MISSING | UINT64_C(1) << FINDING_STORE_REFUSED,
	};
}

static void a_course_has_its_status_as_it_is_shown(void **state)
{
	struct course_facts facts = some_course();

	(void)state;
	check_course(&facts, TEXTS("status:failed", "status=Failed", "-status:migrated",
				   "-status:launched", "-status:none"));
	facts.status = COURSE_NOT_MIGRATED;
	check_course(&facts, TEXTS("status:not", "-status:migrated", "status=not-migrated"));
	facts.intent = INTENT_RUN;
	check_course(&facts, TEXTS("status:launched", "status:not-migrated", "-status:paused"));
	facts.status = COURSE_IN_PROGRESS;
	check_course(&facts, TEXTS("-status:launched", "status:in"));
	facts.intent = INTENT_PAUSE;
	check_course(&facts, TEXTS("status:paused", "status:in-progress", "-status:gone"));
	facts.gone = true;
	check_course(&facts, TEXTS("status:gone", "-status:paused"));
}

static void a_course_has_the_parts_of_its_key(void **state)
{
	struct course_facts facts = some_course();

	(void)state;
	check_course(&facts, TEXTS("org=mitx", "course=6.002X", "run=2012_fall", "run:2012",
				   "key:mitx+6", "name:circ", "-run:mitx", "circuits 6.002",
				   "course-v1:MITx+6.002x+2012_Fall"));
	facts.key = "HarvardX/CB22x/2013_Spring";
	check_course(&facts, TEXTS("org=harvardx", "course=cb22x", "run=2013_spring"));
	facts.key = "c0";
	check_course(&facts, TEXTS("org=c0", "course:none", "run:none"));
	facts.key = "course-v1:A+B";
	check_course(&facts, TEXTS("org=a", "course=b", "run:none"));
}

static void a_course_has_its_open_findings(void **state)
{
	struct course_facts facts = some_course();

	(void)state;
	check_course(&facts, TEXTS("finding:asset-missing", "finding:store", "finding:error",
				   "finding:notice", "-finding:warning", "-finding:asset-damaged",
				   "finding:srt-invalid,asset", "-finding:none"));
	facts.findings = 0;
	facts.counts = (struct counts){0};
	check_course(&facts, TEXTS("finding:none", "findings=0"));
	/* all there can be have room */
	facts.findings = (UINT64_C(1) << FINDING_COUNT) - 1;
	facts.counts.errors = facts.counts.warnings = facts.counts.notices = 1;
	check_course(&facts,
		     TEXTS("finding=store-refused", "finding=asset-missing", "finding=notice"));
}

static void a_course_has_its_numbers(void **state)
{
	struct course_facts facts = some_course();

	(void)state;
	check_course(&facts, TEXTS("videos=51", "expected=100", "inval=90", "missing=6",
				   "differing=1", "unknown=4", "extra=5", "errors=7", "warnings=0",
				   "notices=2", "findings=9", "waived=8", "tried=50", "failed=3",
				   "attempts=2", "changed<61s", "-changed<60s"));
}

static void a_video_has_both_sides(void **state)
{
	const struct video_row row = {
	    .type = (char *)"video",
	    .block = (char *)"ab12",
	    .name = (char *)"Intro",
	    .val_id = (char *)"0f-1e",
	    .branches = IN_DRAFT,
	    .state = VIDEO_FAILED,
	    .attempts = 4,
	    .counts = {.expected = 3, .in_val = 1, .errors = 2, .warnings = 1},
	    .expected_languages = (char *)"en es-419 fr",
	    .val_languages = (char *)"en",
	};

	(void)state;
	check(&video_fields, video_field, &row,
	      TEXTS("intro", "video@ab", "0f-1e", "name:intro", "block=video@ab12", "id:0f",
		    "lang:es", "-lang=es", "vallang=en", "-vallang:fr", "state:failed",
		    "branch:draft", "-branch:published", "expected=3", "inval=1", "missing=2",
		    "findings=3", "errors=2", "attempts=4"));
}

static void a_finding_has_who_and_why(void **state)
{
	struct finding_row row = {
	    .course = (char *)"course-v1:A+B+C",
	    .block = (char *)"video@x",
	    .language = (char *)"",
	    .code = FINDING_SRT_INVALID,
	    .severity = FINDING_WARNING,
	    .text = (char *)"line 7 is no time",
	    .reason = (char *)"",
	    .who = (char *)"",
	    .at = now - 86400 * (int64_t)1000000,
	};

	(void)state;
	check(&finding_fields, finding_field, &row,
	      TEXTS("code:srt", "severity:warning", "finding:srt-invalid", "finding:warning",
		    "-finding:error", "course:a+b", "block:x", "lang:none", "text:\"line 7\"",
		    "waived:no", "who:none", "reason:none", "found<2d", "-found<1d", "srt-inv",
		    "\"is no time\""));
	row.waived = true;
	row.who = (char *)"ana";
	row.reason = (char *)"silent film";
	row.language = (char *)"es-419";
	check(&finding_fields, finding_field, &row,
	      TEXTS("waived:yes", "who=ana", "reason:silent", "lang:es"));
}

static void an_event_has_who_did_what(void **state)
{
	const struct event_row row = {
	    .at = now - 5 * (int64_t)1000000,
	    .who = (char *)"ana",
	    .action = (char *)"read back",
	    .object = (char *)"course-v1:A+B+C",
	    .what = (char *)"3 videos; asset-missing, srt-invalid",
	    .why = (char *)"night",
	    .severity = FINDING_ERROR,
	};

	(void)state;
	check(&event_fields, event_field, &row,
	      TEXTS("severity:error", "who=ana", "act=\"read back\"", "on:a+b", "what:videos",
		    "why:night", "age<6s", "-age<5s", "ana 3", "course-v1:A+B",
		    "course:a+b", "code:asset-missing", "code:srt", "-code:val-differs"));
}

static void a_mistaken_word_is_answered_with_its_neighbours(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
	    {"code:asst", "code: no \"asst\" among asset-missing asset-damaged asset-unused"},
	    {"severity:x", "severity: no \"x\" among error warning notice"},
	};
	struct filter *filter;
	struct error err;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(filter_parse(&filter, &finding_fields, cases[i].text, &err),
				 RESULT_INVALID);
		assert_string_equal(err.text, cases[i].words);
	}
	/* of a long list without neighbours, the beginning */
	assert_int_equal(filter_parse(&filter, &finding_fields, "code:q", &err), RESULT_INVALID);
	assert_string_equal(err.text + strlen(err.text) - 4, " ...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_course_has_its_status_as_it_is_shown),
	    cmocka_unit_test(a_course_has_the_parts_of_its_key),
	    cmocka_unit_test(a_course_has_its_open_findings),
	    cmocka_unit_test(a_course_has_its_numbers),
	    cmocka_unit_test(a_video_has_both_sides),
	    cmocka_unit_test(a_finding_has_who_and_why),
	    cmocka_unit_test(an_event_has_who_did_what),
	    cmocka_unit_test(a_mistaken_word_is_answered_with_its_neighbours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
