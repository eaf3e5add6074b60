/*
 * plain_view.h - what each screen says of itself, for plain.c (inside ui/ only).
 *
 * A screen has a head, rows that are told one line each, and details of the selected row. All of
 * it comes from the view and the page it has. UI thread only.
 */
#ifndef SUBFERRY_UI_PLAIN_VIEW_H
#define SUBFERRY_UI_PLAIN_VIEW_H

#include "ui/plain.h"
#include "ui/plain_say.h"
#include "ui/view.h"

struct plain_screen {
	const struct view_ops *ops;
	void (*head)(const struct view *view);
	/* Appends the row at @position; false: it is not to be told, or not here. */
	bool (*row)(const struct view *view, int64_t position, struct buf *out);
	void (*details)(const struct view *view); /* or NULL */
	/* All there is to tell has been read, beside the page. NULL: the page is all. */
	bool (*ready)(const struct view *view);
	const char *nothing; /* why there are no rows */
	bool from_selected;  /* told from the selected row on, not from the first in sight */
};

extern const struct plain_screen plain_courses, plain_course, plain_findings, plain_items, plain_log,
	plain_columns, plain_diff, plain_why, plain_runs, plain_compare, plain_board;

/* The row under the cursor in view->page, or -1. */
int64_t plain_selected(const struct view *view);
/* "sorted by key, descending. Filter "x"." and the like, into a head. */
void plain_add_order(const struct view *view, const char *order, struct buf *out);
/* "error asset-missing, language es: TEXT", and whose waiver it has. */
void plain_say_finding(const struct finding_row *finding);
/* "Findings 3", "Warnings 2", "no findings" */
void plain_add_findings(struct buf *out, const struct counts *counts);

/* ---- plain_tell.c -------------------------------------------------------------------------*/

/* Head, rows, details; returns the position behind the last row that was told. */
int64_t plain_tell(const struct view *view);
/* Head and selected row, of a screen that one has heard before; returns as above. */
int64_t plain_tell_again(const struct view *view);
/* Up to PLAIN_ROWS rows from @from on; returns the position behind them. */
int64_t plain_tell_rows(const struct view *view, int64_t from);
/* The selected row, and with @details what there is to tell of it. */
void plain_tell_row(const struct view *view, bool details);
/* The row at @position has been told with its number (plain_act.c). */
void plain_was_told(const struct view *view, int64_t position);
/* Everything of the top screen has been read that would be told. */
bool plain_is_ready(const struct console *console);
/* What can be done on the top screen. */
void plain_tell_help(const struct console *console);

/* ---- plain_events.c -----------------------------------------------------------------------*/

/* What was told last, so that only what has changed is told. */
struct plain_seen {
	bool begun, waits_for_go, slowed, wanted;
	uint64_t message;
	char waiting[sizeof(((struct desk_waiting *)0)->act)]; /* the act that waits ... */
	int64_t waiting_at; /* ... since this (monotonic ms); 0: that was told */
	char engine[160], mode[HEAD_MODE], hold[160];
	struct totals totals; /* of the last line of progress */
	int64_t progress_at; /* monotonic, ms */
};

void plain_tell_state(const struct console *console);
/* Messages, holds, the engine, and how far the work is; the first time nothing. */
void plain_tell_events(const struct console *console, struct plain_seen *seen);
/* Nothing is launched and nothing is under way. */
bool plain_work_is_over(const struct console *console);

#endif
