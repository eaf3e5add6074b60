/*
 * compare_rows.c - the lists of a comparison: which rows, what stands in them, why there are none.
 */
#include "config.h"

#include "ui/compare_view.h"

#include <stdio.h>
#include <string.h>

#include "ui/run_text.h"
#include "ui/widget.h"

enum compared compare_list(const struct snapshot *page)
{
	return page->compared_list;
}

const struct compared_row *compare_row(const struct snapshot *page, int64_t row)
{
	enum compared list = compare_list(page);

	return page->comparison && row >= 0 && row < (int64_t)page->comparison->counts[list]
		       ? &page->comparison->rows[list][row]
		       : NULL;
}

/* ---- rows ---------------------------------------------------------------------------------*/

static size_t row_count(const struct snapshot *page)
{
	return page->comparison ? page->comparison->counts[compare_list(page)] : 0;
}

static uint64_t mix(uint64_t hash, const char *text)
{
	do {
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	} while (*text++);
	return hash;
}

static uint64_t hash_of(const struct compared_row *row)
{
	uint64_t hash = mix(UINT64_C(14695981039346656037) + (uint64_t)row->code, row->course);

	return mix(mix(mix(hash, row->block), row->language), row->text);
}

/* By what it says, as a comparison that is read anew has other rows before it; those that say the
   same stand behind each other, and are counted. */
static int64_t row_id(const struct snapshot *page, size_t row)
{
	const struct compared_row *rows = page->comparison->rows[compare_list(page)];
	uint64_t hash = hash_of(&rows[row]), before = 0;

	while (before < row && hash_of(&rows[row - before - 1]) == hash)
		before++;
	hash = (hash + before) & INT64_MAX;
	return hash ? (int64_t)hash : 1;
}

static bool row_match(const struct snapshot *page, size_t row, const char *text)
{
	const struct compared_row *at = compare_row(page, (int64_t)row);
	enum compared list = compare_list(page);

	if (strcasestr(at->course, text) || strcasestr(at->block, text) ||
	    strcasestr(at->language, text) || strcasestr(at->text, text))
		return true;
	if (list == COMPARED_COURSES)
		return (at->in_a && strcasestr(course_status_name(at->status_a), text)) ||
		       (at->in_b && strcasestr(course_status_name(at->status_b), text));
	if (at->code != FINDING_NONE && list != COMPARED_CHANGED &&
	    strcasestr(finding_info(at->code)->name, text))
		return true;
	return list == COMPARED_MISSED && (strcasestr(miss_cause_name(at->cause), text) ||
					   strcasestr(compare_outcome(at->predicted), text) ||
					   strcasestr(compare_outcome(at->actual), text));
}

static const char *const sort_names[] = {"importance"};
const struct list_rows compare_rows = {
	.count = row_count, .id = row_id, .match = row_match, .sort_names = sort_names, .sorts = 1,
};

/* ---- in words -----------------------------------------------------------------------------*/

const char *compare_nothing(const struct comparison *comparison, enum compared list)
{
	static const char *const words[COMPARED_COUNT] = {
		[COMPARED_FIXED] = "nothing fixed, of the courses that are in both",
		[COMPARED_STILL] = "nothing still there, of the courses that are in both",
		[COMPARED_NEW] = "nothing new, of the courses that are in both",
		[COMPARED_CHANGED] = "nothing changed at the source: B saw what A saw",
		[COMPARED_MISSED] = "no prediction was missed",
		[COMPARED_COURSES] = "no course ended in A or in B",
	};

	if (list == COMPARED_MISSED && !comparison->has_predictions)
		return "nothing was predicted: A is to be a dry run, and B none";
	return words[list];
}

void compare_predictions(const struct comparison *comparison, struct buf *out)
{
	buf_printf(out, "%s of %s prediction%s came true, %s missed",
		   widget_percent(comparison->met, comparison->predicted).text,
		   widget_number(comparison->predicted).text, comparison->predicted == 1 ? "" : "s",
		   widget_number(comparison->predicted - comparison->met).text);
	if (comparison->untold)
		buf_printf(out, ", %s unknown until tried", widget_number(comparison->untold).text);
}

const char *compare_outcome(enum transcript_outcome outcome)
{
	return outcome == OUTCOME_PLANNED ? "not run" : transcript_outcome_name(outcome);
}

void compare_why(const struct compared_row *row, struct buf *out)
{
	if (row->cause == MISS_OTHER_RUN)
		buf_printf(out, "run %lld, between the two, had given it", (long long)row->run);
	else
		buf_add_text(out, miss_cause_help(row->cause));
}

/* ---- columns ------------------------------------------------------------------------------*/

enum cell {
	CELL_CODE, CELL_CHANGE, CELL_CAUSE, CELL_OUTCOMES, CELL_LANGUAGE, CELL_COURSE, CELL_BLOCK,
	CELL_TEXT, CELL_STATUS_A, CELL_STATUS_B, CELL_TIME_A, CELL_TIME_B, CELL_ERRORS, CELLS
};

/* clang-format off */
static const struct fit_column cells[CELLS] = {
	[CELL_CODE]     = {"CODE",      20, 0, false, false},
	[CELL_CHANGE]   = {"CHANGE",    13, 0, false, false},
	[CELL_CAUSE]    = {"WHY",       15, 0, false, false},
	[CELL_OUTCOMES] = {"PREDICTED, CAME", 24, 4, false, false},
	[CELL_LANGUAGE] = {"LANG",       7, 2, false, false},
	[CELL_COURSE]   = {"COURSE",    17, 1, false, true},
	[CELL_BLOCK]    = {"BLOCK",     12, 3, false, true},
	[CELL_TEXT]     = {"WHAT",      30, 5, false, true},
	[CELL_STATUS_A] = {"A",         13, 3, false, false},
	[CELL_STATUS_B] = {"B",         13, 0, false, false},
	[CELL_TIME_A]   = {"A TIME",     9, 5, true,  false},
	[CELL_TIME_B]   = {"B TIME",     9, 2, true,  false},
	[CELL_ERRORS]   = {" ERRORS",   11, 4, false, false},
};
/* clang-format on */

#define FINDING_CELLS {CELL_CODE, CELL_LANGUAGE, CELL_COURSE, CELL_BLOCK, CELL_TEXT}
static const struct {
	unsigned char cells[7];
	size_t count;
} tables[COMPARED_COUNT] = {
	[COMPARED_FIXED] = {FINDING_CELLS, 5},
	[COMPARED_STILL] = {FINDING_CELLS, 5},
	[COMPARED_NEW] = {FINDING_CELLS, 5},
	[COMPARED_CHANGED] = {{CELL_CHANGE, CELL_LANGUAGE, CELL_COURSE, CELL_BLOCK}, 4},
	[COMPARED_MISSED] = {{CELL_CAUSE, CELL_OUTCOMES, CELL_LANGUAGE, CELL_COURSE, CELL_BLOCK}, 5},
	[COMPARED_COURSES] = {{CELL_COURSE, CELL_STATUS_A, CELL_STATUS_B, CELL_TIME_A, CELL_TIME_B,
			       CELL_ERRORS}, 6},
};

void compare_fit(enum compared list, int x, int limit, struct fit *out)
{
	fit_columns(cells, tables[list].cells, tables[list].count, x, limit, out);
}

static const char *status(bool is_in, enum course_status status)
{
	return is_in ? course_status_name(status) : "-";
}

static const char *errors(const struct compared_row *row, char *out, size_t size)
{
	if (row->in_a && row->in_b)
		snprintf(out, size, " %s, %s", widget_number(row->errors_a).text,
			 widget_number(row->errors_b).text);
	else
		snprintf(out, size, " %s%s%s", row->in_a ? "" : "-, ",
			 widget_number(row->in_a ? row->errors_a : row->errors_b).text,
			 row->in_a ? ", -" : "");
	return out;
}

const char *compare_cell(const struct compared_row *row, unsigned column, int width, char *out,
			 size_t size)
{
	switch ((enum cell)column) {
	case CELL_CODE:
		return finding_info(row->code)->name;
	case CELL_CHANGE:
	case CELL_TEXT:
		return row->text;
	case CELL_CAUSE:
		return compared_cause(row, out, size);
	case CELL_OUTCOMES:
		if (!*row->block)
			return "all of the course";
		snprintf(out, size, "%s, %s", compare_outcome(row->predicted),
			 compare_outcome(row->actual));
		return out;
	case CELL_LANGUAGE:
		return row->language;
	case CELL_COURSE:
		return widget_course_key(view_key(row->course, width), width, out, size);
	case CELL_BLOCK:
		return *row->block ? row->block : "the course itself";
	case CELL_STATUS_A:
		return status(row->in_a, row->status_a);
	case CELL_STATUS_B:
		return status(row->in_b, row->status_b);
	case CELL_TIME_A:
	case CELL_TIME_B:
		snprintf(out, size, "%s",
			 run_text_span(column == CELL_TIME_A ? row->time_a : row->time_b).text);
		return out;
	default:
		return errors(row, out, size);
	}
}

enum role compare_role(enum compared list, const struct compared_row *row)
{
	switch (list) {
	case COMPARED_FIXED:
		return ROLE_GOOD;
	case COMPARED_STILL:
	case COMPARED_NEW:
		return row->waived ? ROLE_DIM : view_severity_role(row->severity);
	case COMPARED_MISSED:
		return row->cause == MISS_UNEXPLAINED ? ROLE_ERROR : ROLE_WARNING;
	case COMPARED_COURSES:
		return row->in_b && row->status_b == COURSE_FAILED ? ROLE_ERROR : ROLE_NORMAL;
	default:
		return ROLE_NORMAL;
	}
}

enum glyph compare_sign(enum compared list, const struct compared_row *row)
{
	switch (list) {
	case COMPARED_FIXED:
		return GLYPH_DONE;
	case COMPARED_STILL:
	case COMPARED_NEW:
		return row->waived ? GLYPH_DONE : view_severity_glyph(row->severity);
	case COMPARED_MISSED:
		return row->cause == MISS_UNEXPLAINED ? GLYPH_FAILED : GLYPH_WARNING;
	case COMPARED_CHANGED:
		return !row->in_a ? GLYPH_EXTRA : !row->in_b ? GLYPH_MISSING : GLYPH_DIFFERS;
	default:
		return !row->in_a ? GLYPH_EXTRA : !row->in_b ? GLYPH_MISSING
		       : row->status_b == COURSE_FAILED ? GLYPH_FAILED
		       : row->status_b == COURSE_MIGRATED ? GLYPH_DONE : GLYPH_BUSY;
	}
}
