#include "config.h"

#include "ui/course_frame.h"

#include <string.h>

#include "src/val/val.h"
#include "tests/unit/blind_screen.h"

#define NOW INT64_C(1525228867000000) /* wall microseconds */
#define MINUTE INT64_C(60000000)

/* ---- a screen of 200x60 that nobody sees, on a course at a fixed time ---------------------*/

static int64_t no_time(struct clock *clock)
{
	(void)clock;
	return 0;
}

static int64_t fixed_time(struct clock *clock)
{
	(void)clock;
	return NOW;
}

static const struct clock_ops fixed_ops = {.now = no_time, .wall = fixed_time};
static struct clock fixed = {&fixed_ops};
static struct campus campus = {.clock = &fixed};
static struct console console = {.campus = &campus};

static int open_screen(void **state)
{
	(void)state;
	setenv("TZ", "JST-9", 1);
	return open_blind_screen("60", "200");
}

/* What stands on line @y, without the blanks at its end. */
static const char *line(int y)
{
	static char text[2048];
	size_t at = 0, end = 0;

	for (int x = 0; x < COLS; x++) {
		wchar_t first;

		at += read_cell(y, x, text + at, sizeof(text) - at, &first);
		if (first != L' ')
			end = at;
	}
	text[end] = '\0';
	return text;
}

#define SEES(y, words)                                                                  \
	do {                                                                            \
		if (!strstr(line(y), words))                                            \
			fail_msg("line %d is \"%s\", without \"%s\"", y, line(y), words); \
	} while (0)

static char key[] = "course-v1:Org+C+R", name[] = "A course of some name", none[] = "";

/* One selected video, French missing in val. */
struct fixture {
	struct snapshot page;
	struct video_row video;
	struct finding_row findings[8];
	struct language_row language;
	size_t from[2];
	struct view view;
};

static size_t one_row(const struct snapshot *page)
{
	return page->count;
}

static void prepare(struct fixture *f, int width)
{
	static const struct list_rows one = {.count = one_row};
	static char block[] = "b0", type[] = "video", id[] = "val-b0";

	memset(f, 0, sizeof(*f));
	f->page.course = (struct course_row){.key = key, .name = name, .problem = none,
					     .videos = 200, .tried = 50, .failed = 1,
					     .counts = {.expected = 400, .in_val = 90}};
	f->video = (struct video_row){.id = 1, .type = type, .block = block, .name = name,
				      .val_id = id, .state = VIDEO_FAILED,
				      .branches = IN_PUBLISHED};
	f->language = (struct language_row){.video_id = 1, .language = "fr", .expected = true,
					    .branches = IN_PUBLISHED, .in_val = VAL_ABSENT,
					    .outcome = OUTCOME_FAILED};
	f->from[1] = 1;
	f->page.videos = &f->video;
	f->page.count = 1;
	f->page.total = 1;
	f->page.languages = &f->language;
	f->page.language_count = 1;
	f->page.language_from = f->from;
	f->page.findings = f->findings;
	f->view.console = &console;
	f->view.page = &f->page;
	f->view.area = (struct area){0, 20, width};
	f->view.list.rows = &one;
	f->view.list.total = 1;
	erase();
}

static void add_finding(struct fixture *f, enum finding_code code, const char *text)
{
	f->findings[f->page.finding_count++] = (struct finding_row){
		.language = f->language.language, .code = code, .text = (char *)text,
		.severity = finding_info(code)->severity};
	f->page.finding_total++;
}

/* ---- above --------------------------------------------------------------------------------*/

static void a_course_that_runs_has_its_progress_in_the_title(void **state)
{
	struct fixture f;

	(void)state;
	prepare(&f, 80);
	course_draw_title(&f.view, 0);
	SEES(0, "course-v1:Org+C+R");
	SEES(0, "Not-Migrated  49 of 200 videos"); /* the failed one is not done */
	assert_null(strstr(line(0), "25 %")); /* nothing runs */
	prepare(&f, 80);
	f.page.course.intent = INTENT_RUN;
	f.page.course.status = COURSE_IN_PROGRESS;
	course_draw_title(&f.view, 0);
	/* a quarter of eight cells, of which one tells that something failed */
	SEES(0, "█✗······ 25 %");
	SEES(0, "In-Progress  49 of 200 videos");
	SEES(0, "course-v1:Org+C+R");
	prepare(&f, 80);
	f.page.course.intent = INTENT_PAUSE;
	f.page.course.status = COURSE_IN_PROGRESS;
	course_draw_title(&f.view, 0);
	SEES(0, "‖ In-Progress, paused");
	prepare(&f, 80);
	f.page.course.status = COURSE_MIGRATED;
	f.page.course.tried = 200;
	f.page.course.failed = 0;
	course_draw_title(&f.view, 0);
	SEES(0, "✓ Migrated  200 of 200 videos");
	assert_null(strstr(line(0), "100 %"));
}

static void a_course_that_was_never_read_has_no_figures(void **state)
{
	struct fixture f;

	(void)state;
	prepare(&f, 80);
	f.page.course.status = COURSE_FAILED;
	f.page.course.videos = f.page.course.tried = f.page.course.failed = 0;
	f.page.course.problem = (char *)"x.tar.gz: Unrecognized archive format";
	course_draw_title(&f.view, 0);
	SEES(0, "✗ Failed");
	assert_null(strstr(line(0), "0 of 0"));
	SEES(1, "expected ?  in val ?  missing ?");
}

/* The key is what says where one is: bar, then percent give way to it. */
static void a_narrow_title_keeps_the_key(void **state)
{
	struct fixture f;

	(void)state;
	prepare(&f, 66);
	f.page.course.intent = INTENT_RUN;
	f.page.course.status = COURSE_IN_PROGRESS;
	f.page.course.key = (char *)"course-v1:Organisation+C+R";
	course_draw_title(&f.view, 0);
	SEES(0, "…Organisation+C+R");
	SEES(0, " 25 %  ");
	assert_null(strstr(line(0), "█"));
	prepare(&f, 56);
	f.page.course.intent = INTENT_RUN;
	f.page.course.status = COURSE_IN_PROGRESS;
	f.page.course.key = (char *)"course-v1:Organisation+C+R";
	course_draw_title(&f.view, 0);
	SEES(0, "…Organisation+C+R");
	assert_null(strstr(line(0), "25 %"));
}

static void the_title_tells_when_the_course_was_validated(void **state)
{
	static const struct {
		int64_t age;
		const char *words;
	} cases[] = {
		{MINUTE / 2, "validated hash, just now"},
		{59 * MINUTE, "validated hash, 59 min ago"},
		{61 * MINUTE, "validated hash, 1 h ago"},
		{47 * 60 * MINUTE, "validated hash, 47 h ago"},
		{INT64_C(20) * 24 * 60 * MINUTE, "validated hash, 20 days ago"},
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		prepare(&f, 200);
		f.page.course.verified = NOW - cases[i].age;
		f.page.course.level = LEVEL_HASH;
		assert_true(course_draw_title(&f.view, 0));
		SEES(1, "expected 400  in val 90  missing 310  differing 0  extra 0  unknown 0");
		SEES(1, cases[i].words);
		SEES(0, name);
	}
	/* What it is worth: why not, where there is room for it. */
	prepare(&f, 200);
	f.page.course.verified = NOW - 3 * MINUTE;
	f.page.course.level = LEVEL_HASH;
	f.page.course.evidence = EVIDENCE_STALE;
	snprintf(f.page.stale, sizeof(f.page.stale), "the course was run again");
	assert_true(course_draw_title(&f.view, 0));
	SEES(1, "validated hash, 3 min ago, stale: the course was run again");
	prepare(&f, 110);
	f.page.course.verified = NOW - 3 * MINUTE;
	f.page.course.level = LEVEL_HASH;
	f.page.course.evidence = EVIDENCE_STALE;
	snprintf(f.page.stale, sizeof(f.page.stale), "the course was run again");
	assert_true(course_draw_title(&f.view, 0));
	SEES(1, "validated hash, 3 min ago, stale");
	prepare(&f, 200);
	f.page.course.verified = NOW - 61 * MINUTE;
	f.page.course.level = LEVEL_HASH;
	f.page.course.evidence = EVIDENCE_FRESH;
	f.page.evidence_age = 60 * MINUTE;
	assert_true(course_draw_title(&f.view, 0));
	SEES(1, "validated hash, 1 h ago, too old");
	/* Where the sums leave no room, it takes that of the name; or the rule is to tell. */
	prepare(&f, 80);
	f.page.course.verified = NOW;
	f.page.course.level = LEVEL_HASH;
	assert_true(course_draw_title(&f.view, 0));
	SEES(0, "course-v1:Org+C+R  validated hash, just now");
	SEES(1, "unknown 0");
	prepare(&f, 80);
	f.page.course.verified = NOW;
	f.page.course.level = LEVEL_HASH;
	f.page.course.intent = INTENT_RUN;
	assert_false(course_draw_title(&f.view, 0));
	assert_null(strstr(line(0), "valid"));
	prepare(&f, 200);
	course_draw_title(&f.view, 0);
	SEES(1, "never validated");
}

/* ---- below --------------------------------------------------------------------------------*/

#define LONG_TEXT "the file has many words, so many that they go over one line of a narrow screen"

static void findings_are_told_whole_where_there_is_room(void **state)
{
	struct fixture f;

	(void)state;
	prepare(&f, 80);
	f.page.last_try.pass = 2;
	f.page.last_try.number = 4;
	f.page.last_try.ended = NOW - MINUTE;
	snprintf(f.page.last_try.result, sizeof(f.page.last_try.result), "done");
	add_finding(&f, FINDING_SRT_INVALID, LONG_TEXT);
	course_draw_details(&f.view, 10, 5);
	SEES(10, "video@b0  val id val-b0  missing fr");
	/* in local time, as the clock of the first line */
	SEES(10, "attempt 2, try 4, 11:40: done");
	SEES(11, "fr  srt-invalid  the file has many words");
	SEES(12, "narrow screen");
}

static void findings_without_room_are_counted(void **state)
{
	struct fixture f;

	(void)state;
	prepare(&f, 80);
	for (int i = 0; i < 8; i++)
		add_finding(&f, i ? FINDING_ASSET_MISSING : FINDING_SRT_INVALID, LONG_TEXT);
	f.page.finding_total = 31; /* the page holds the first ones */
	course_draw_details(&f.view, 10, 5);
	SEES(11, "srt-invalid");
	SEES(13, "asset-missing");
	SEES(14, "asset-missing");
	SEES(14, "+27 more: F");
	assert_string_equal(line(15), "");
}

static void waived_findings_say_so_and_new_ids_too(void **state)
{
	struct fixture f;

	(void)state;
	prepare(&f, 200);
	add_finding(&f, FINDING_ASSET_MISSING, "gone");
	f.findings[0].waived = true;
	f.video.val_id_new = true;
	course_draw_details(&f.view, 10, 12);
	SEES(10, "val id val-b0 (new)");
	SEES(11, "fr  asset-missing  (waived)  gone");
}

static void a_tall_screen_has_more_lines_for_them(void **state)
{
	struct fixture f;

	(void)state;
	prepare(&f, 80);
	f.view.area.h = 12; /* of 60x15 */
	assert_int_equal(course_detail_lines(&f.view), 3);
	f.view.area.h = 56; /* of 200x60 */
	assert_true(course_detail_lines(&f.view) >= 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_course_that_runs_has_its_progress_in_the_title),
		cmocka_unit_test(a_course_that_was_never_read_has_no_figures),
		cmocka_unit_test(a_narrow_title_keeps_the_key),
		cmocka_unit_test(the_title_tells_when_the_course_was_validated),
		cmocka_unit_test(findings_are_told_whole_where_there_is_room),
		cmocka_unit_test(findings_without_room_are_counted),
		cmocka_unit_test(waived_findings_say_so_and_new_ids_too),
		cmocka_unit_test(a_tall_screen_has_more_lines_for_them),
	};

	return cmocka_run_group_tests(tests, open_screen, close_screen);
}
