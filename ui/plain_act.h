/*
 * plain_act.h - the console as lines: what one line does, and the state that plain.c keeps of it
 * (inside ui/ only; UI thread).
 *
 * A number names the row that was told with it, not the one that stands there by now: where that is
 * another one nothing is done, and it is told.
 */
#ifndef SUBFERRY_UI_PLAIN_ACT_H
#define SUBFERRY_UI_PLAIN_ACT_H

#include "ui/plain_lines.h"
#include "ui/plain_view.h"

#define PLAIN_READ_TIME 5000 /* ms that a line waits for what the one before asked for */
#define PLAIN_TOLD 256 /* rows that are remembered as told */

/* What a screen shows, to be compared with what it shows after a line. */
struct plain_look {
	const struct view_ops *ops;
	int depth;
	struct page_request asked; /* without the place in the list */
	int64_t selected, id;
	size_t tags;
	unsigned columns;
};

/* What is to be told once it has been read. */
enum plain_owed { OWED_NOTHING, OWED_NEWS, OWED_SCREEN, OWED_ROWS, OWED_ROW };

/* A row was told as number @position + 1. */
struct plain_told {
	const struct view *view; /* only compared */
	int64_t position, id;
};

struct plain {
	struct console *console;
	struct plain_seen seen;
	struct plain_lines lines;
	bool echo;	   /* nobody types them: they are written as they are taken */
	bool started;	   /* the course list and the engine's place are known */
	enum plain_owed owed;
	int64_t owed_since; /* monotonic, ms; as all times here */
	struct plain_look before; /* the line whose news is owed */
	int64_t rows_from;  /* of OWED_ROWS */
	int64_t told_to;    /* the row behind the last one told */
	enum action then;   /* with the row that was named; ACTION_NONE */
	/* Rows that were told, the oldest forgotten: what a number names. */
	struct plain_told told[PLAIN_TOLD];
	size_t told_count;
	int64_t slid_told; /* view->slid_at, of which it was said that another row is selected */
	uint64_t unanswered; /* the newest answer before an act ... */
	int64_t answer_until; /* ... whose answer is waited for; 0: none */
	int64_t question_until; /* a question may come until then; 0: none is on its way */
	bool waits;	   /* for the work under way */
	int64_t quiet_since; /* 0: there is news */
};

/* What @console shows now. */
void plain_look(const struct console *console, struct plain_look *out);
void plain_owe(struct plain *plain, enum plain_owed owed);
/* Obeys @line, or takes it as the answer to what is asked; what is to be told of it is owed. */
void plain_take_line(struct plain *plain, const char *line);
/* The row that a line named is there: does with it what was meant (plain->then). */
void plain_act_on_row(struct plain *plain);
/* @view is a new one: nothing of it was told. */
void plain_forget(struct plain *plain, const struct view *view);

#endif
