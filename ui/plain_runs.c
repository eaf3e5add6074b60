/*
 * plain_runs.c - runs, and two of them compared, in words.
 */
#include "config.h"

#include "ui/plain_view.h"

#include <stdio.h>
#include <string.h>

#include "ui/compare_view.h"
#include "ui/run_text.h"
#include "ui/widget.h"

#define FAILED_TOLD 5 /* courses of the selected run */

static const char *plural(int64_t count)
{
	return count == 1 ? "" : "s";
}

/* ---- runs ---------------------------------------------------------------------------------*/

static const struct run_row *run_at(const struct view *view, int64_t position)
{
	int64_t row = list_row(&view->list, view->page, position);

	return row >= 0 && view->page->runs ? &view->page->runs[row] : NULL;
}

static void runs_head(const struct view *view)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "runs of %s: %s, %s first", view->console->now->campus,
		   widget_number(view->list.total).text, view->list.descending ? "oldest" : "newest");
	plain_add_order(view, NULL, &text);
	plain_say("%s.", buf_text(&text));
	buf_clear(&text);
}

static bool runs_row(const struct view *view, int64_t position, struct buf *out)
{
	const struct run_row *run = run_at(view, position);
	int64_t now = console_wall(view->console);
	struct buf transcripts = BUF_INIT;
	char name[128];

	if (!run)
		return false;
	buf_printf(out, "%s, began %s, took %s", run_row_name(run, name, sizeof(name)),
		   widget_time(run->began, now).text, run_text_took(run, now).text);
	plain_add(out, "%s", !run->ended ? "Running" : run->broken_off ? "Broken off" : "");
	if (run->imported)
		plain_add(out, "Imported %s", widget_time(run->imported, now).text);
	plain_add(out, "Courses %s, failed %s", widget_number(run->sums.ended).text,
		  widget_number(run->sums.failed).text);
	run_text_transcripts(&run->sums, false, &transcripts);
	plain_add(out, "Transcripts: %s", buf_text(&transcripts));
	plain_add(out, "Errors %s", widget_number(run->sums.counts.errors).text);
	plain_add(out, "Generation %s", widget_number(run->generation).text);
	buf_clear(&transcripts);
	buf_add_char(out, '.');
	return true;
}

static void say_failed(const struct snapshot *page)
{
	size_t told = 0;

	for (size_t i = 0; i < page->run_course_count && told < FAILED_TOLD; i++) {
		const struct run_course_row *course = &page->run_courses[i];

		if (course->status != COURSE_FAILED)
			continue;
		plain_say("failed: %s%s%s", course->course, *course->problem ? ": " : "",
			  course->problem);
		told++;
	}
}

static void runs_details(const struct view *view)
{
	const struct run_row *run = run_at(view, view->list.selected);

	if (!run)
		return;
	plain_say("who: %s on %s", run->who, run->host);
	plain_say("where: campus %s, environment %s, release %s", run->campus, run->environment,
		  run->release);
	plain_say("how: subferry %s, %s", run->version, run->options);
	plain_say("rate: %s", run_text_rate(run).text);
	if (list_has_details(&view->list, view->page))
		say_failed(view->page);
}

const struct plain_screen plain_runs = {
	.ops = &screen_runs, .head = runs_head, .row = runs_row, .details = runs_details,
	.nothing = "no run yet: a launch or a dry run begins one.",
};

/* ---- two runs compared --------------------------------------------------------------------*/

static void say_run(const char *letter, const struct run_row *run, int64_t now)
{
	struct buf transcripts = BUF_INIT;
	const char *state = run_text_state(run);
	char name[128];

	run_text_transcripts(&run->sums, false, &transcripts);
	plain_say("run %s: %s, began %s, took %s%s%s. Courses %s, failed %s. Transcripts: %s. Errors %s.",
		  letter, run_row_name(run, name, sizeof(name)), widget_time(run->began, now).text,
		  run_text_took(run, now).text, *state ? ", " : "", state,
		  widget_number(run->sums.courses).text, widget_number(run->sums.failed).text,
		  buf_text(&transcripts), widget_number(run->sums.counts.errors).text);
	buf_clear(&transcripts);
}

static void say_lists(const struct comparison *comparison)
{
	struct buf text = BUF_INIT;

	for (int list = 0; list < COMPARED_COUNT; list++)
		buf_printf(&text, "%s%s %s", list ? ", " : "", compared_name((enum compared)list),
			   widget_number((int64_t)comparison->counts[list]).text);
	plain_say("lists: %s. \"next list\" goes through them.", buf_text(&text));
	buf_clear(&text);
}

static void compare_head(const struct view *view)
{
	const struct comparison *comparison = view->page->comparison;
	int64_t now = console_wall(view->console);
	struct buf text = BUF_INIT;
	enum compared list;

	if (!comparison)
		return;
	list = compare_list(view->page);
	say_run("A", &comparison->a, now);
	say_run("B", &comparison->b, now);
	if (comparison->has_predictions) {
		compare_predictions(comparison, &text);
		plain_say("predictions: %s.", buf_text(&text));
		buf_reset(&text);
	}
	say_lists(comparison);
	buf_printf(&text, "list: %s, %s row%s", compared_heading(list),
		   widget_number(view->list.total).text, plural(view->list.total));
	plain_add_order(view, NULL, &text);
	plain_say("%s.", buf_text(&text));
	buf_clear(&text);
	if (!comparison->counts[list])
		plain_say("%s.", compare_nothing(comparison, list));
}

static void add_what(enum compared list, const struct compared_row *row, struct buf *out)
{
	char cause[64];

	switch (list) {
	case COMPARED_MISSED:
		if (*row->block)
			buf_printf(out, "predicted %s, came as %s, because ",
				   compare_outcome(row->predicted), compare_outcome(row->actual));
		buf_add_text(out, compared_cause(row, cause, sizeof(cause)));
		break;
	case COMPARED_CHANGED:
		buf_add_text(out, row->text);
		break;
	case COMPARED_COURSES:
		buf_printf(out, "%s", row->course);
		plain_add(out, "A %s, %s", row->in_a ? course_status_name(row->status_a) : "not run",
			  run_text_span(row->time_a).text);
		plain_add(out, "B %s, %s", row->in_b ? course_status_name(row->status_b) : "not run",
			  run_text_span(row->time_b).text);
		plain_add(out, "Errors %s and %s", widget_number(row->errors_a).text,
			  widget_number(row->errors_b).text);
		break;
	default:
		buf_printf(out, "%s %s", finding_severity_name(row->severity),
			   finding_info(row->code)->name);
	}
}

static bool compare_told(const struct view *view, int64_t position, struct buf *out)
{
	const struct compared_row *row =
		compare_row(view->page, list_row(&view->list, view->page, position));
	enum compared list = compare_list(view->page);

	if (!row)
		return false;
	add_what(list, row, out);
	if (list == COMPARED_COURSES)
		return true;
	if (*row->language)
		plain_add(out, "Language %s", row->language);
	plain_add(out, "Course %s", row->course);
	if (*row->block)
		plain_add(out, "Video %s", row->block);
	if (list <= COMPARED_NEW)
		plain_add(out, "%s", row->text);
	if (row->waived)
		plain_add(out, "Waived");
	return true;
}

static void say_why(const struct compared_row *row)
{
	struct buf why = BUF_INIT;

	compare_why(row, &why);
	plain_say("why: %s", buf_text(&why));
	buf_clear(&why);
}

static void compare_details(const struct view *view)
{
	const struct compared_row *row =
		compare_row(view->page, list_selected_row(&view->list, view->page));
	enum compared list = compare_list(view->page);

	if (!row)
		return;
	if (list == COMPARED_MISSED)
		say_why(row);
	else if (list == COMPARED_CHANGED)
		plain_say("outcome: %s in A, %s in B",
			  row->in_a ? compare_outcome(row->predicted) : "not there",
			  row->in_b ? compare_outcome(row->actual) : "not there");
	else if (list != COMPARED_COURSES)
		plain_say("what to do: %s", finding_info(row->code)->help);
}

/* Until it is known what a row is of nothing can be opened. */
static bool compare_ready(const struct view *view)
{
	return view->page->comparison && (!view->list.total || list_has_details(&view->list, view->page));
}

const struct plain_screen plain_compare = {
	.ops = &screen_compare, .head = compare_head, .row = compare_told,
	.details = compare_details, .ready = compare_ready,
};
