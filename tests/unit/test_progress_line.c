#include "config.h"

#include "src/cli/progress_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/cli/out.h"
#include "tests/unit/hand_clock.h"

#define WALL (INT64_C(1800000000) * 1000000) /* 15 January 2027, 08:00 UTC */
#define MINUTE (INT64_C(60) * 1000000)

static const struct progress_figures busy = {
	.done = 812, .courses = 1240, .in_val = 31204, .expected = 47806, .failed = 7, .rate = 6.2,
	.low = WALL + 50 * MINUTE, .high = WALL + 65 * MINUTE};

#define assert_text(figures, cells, ascii, want)                                                   \
	do {                                                                                       \
		char text[256];                                                                    \
		progress_text((figures), WALL, (cells), (ascii), text, sizeof(text));              \
		assert_string_equal(text, (want));                                                 \
	} while (0)

static void text_tells_how_far_it_is(void **state)
{
	struct progress_figures figures = busy;

	(void)state;
	assert_text(&busy, 200, false,
		    "812 of 1,240 courses  31,204 of 47,806 transcripts  6.2/s  7 failed  "
		    "done 08:50 – 09:05");
	assert_text(&busy, 200, true,
		    "812 of 1,240 courses  31,204 of 47,806 transcripts  6.2/s  7 failed  "
		    "done 08:50 - 09:05");
	figures.low = figures.high = figures.failed = 0;
	figures.unknown = "too early to say";
	assert_text(&figures, 200, false,
		    "812 of 1,240 courses  31,204 of 47,806 transcripts  6.2/s  end: too early to say");
	figures.unknown = NULL;
	figures.rate = -1;
	assert_text(&figures, 200, false, "812 of 1,240 courses  31,204 of 47,806 transcripts");
	figures.courses = 1;
	figures.done_as = "predicted";
	figures.done = 0;
	assert_text(&figures, 200, false, "predicted 0 of 1 course");
}

static void text_leaves_whole_figures_out(void **state)
{
	(void)state;
	assert_text(&busy, 80, false,
		    "812 of 1,240 courses  31,204 of 47,806 transcripts  7 failed  done 08:50 – 09:05");
	assert_text(&busy, 79, false, "812 of 1,240 courses  7 failed  done 08:50 – 09:05");
	assert_text(&busy, 50, false, "812 of 1,240 courses  7 failed  done 08:50 – 09:05");
	assert_text(&busy, 49, false, "812 of 1,240 courses  done 08:50 – 09:05");
	assert_text(&busy, 39, false, "812 of 1,240 courses");
	assert_text(&busy, 10, false, "812 of 1,2");
	assert_text(&busy, 0, false, "");
}

static void text_gives_the_reason_why_work_waits(void **state)
{
	struct progress_figures figures = busy;

	(void)state;
	snprintf(figures.waits, sizeof(figures.waits), "store: caf\xC3\xA9\x1b[2J");
	assert_text(&figures, 200, false,
		    "812 of 1,240 courses  31,204 of 47,806 transcripts  7 failed  "
		    "store: caf\xC3\xA9\xE2\x90\x9B[2J");
	assert_text(&figures, 200, true,
		    "812 of 1,240 courses  31,204 of 47,806 transcripts  7 failed  store: caf??[2J");
	assert_text(&figures, 42, false, "812 of 1,240 courses  7 failed  store: caf");
	assert_text(&figures, 43, false, "812 of 1,240 courses  7 failed  store: caf\xC3\xA9");
}

/* Standard error goes into a file from here on. */
static int begin_capture(FILE **file)
{
	int saved = dup(STDERR_FILENO);

	*file = tmpfile();
	assert_non_null(*file);
	dup2(fileno(*file), STDERR_FILENO);
	return saved;
}

static void end_capture(FILE *file, int saved, char *text, size_t size)
{
	size_t len;

	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	len = fread(text, 1, size - 1, file);
	text[len] = '\0';
	fclose(file);
}

static void elsewhere_a_minute_has_one_line_and_only_of_news(void **state)
{
	struct hand_clock hand = HAND_CLOCK;
	struct progress_figures figures = {.courses = 3, .rate = -1};
	struct progress_line line;
	char text[2048];
	FILE *file;
	int saved = begin_capture(&file), shown = 0;

	(void)state;
	progress_line_open(&line, &hand.clock);
	for (int second = 0; second < 600; second++) {
		figures.done = second < 300 ? second / 100 : 3;
		figures.low = figures.high = WALL + second * 1000000; /* the end alone is no news */
		if (progress_line_is_due(&line)) {
			progress_line_show(&line, &figures);
			shown++;
		}
		hand.now += 1000;
	}
	progress_line_close(&line);
	out_note("the end");
	end_capture(file, saved, text, sizeof(text));
	assert_int_equal(shown, 9);
	assert_string_equal(text, "progress: 0 of 3 courses  0 of 0 transcripts  done about 08:01\n"
				  "progress: 1 of 3 courses  0 of 0 transcripts  done about 08:02\n"
				  "progress: 2 of 3 courses  0 of 0 transcripts  done about 08:04\n"
				  "progress: 3 of 3 courses  0 of 0 transcripts  done about 08:05\n"
				  "subferry: the end\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_tells_how_far_it_is),
		cmocka_unit_test(text_leaves_whole_figures_out),
		cmocka_unit_test(text_gives_the_reason_why_work_waits),
		cmocka_unit_test(elsewhere_a_minute_has_one_line_and_only_of_news),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
