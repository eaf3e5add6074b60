/*
 * undo.h - one key takes the last step back: tags, what a list shows, or an intent that nobody has
 * taken up yet (inside ui/ only; UI thread).
 *
 * Whoever changes one of these tells it here, and it becomes a step: the newest UNDO_STEPS are
 * kept. A step of tags holds the courses whose tag it turned, not all that are tagged, so that
 * steps over a hundred thousand courses stay small; together they hold no more than UNDO_IDS, the
 * newest step excepted. A step of a screen goes when the screen is closed. Which intents an act
 * gave is remembered by the desk; its step holds the act's serial.
 */
#ifndef SUBFERRY_UI_UNDO_H
#define SUBFERRY_UI_UNDO_H

#include "src/engine/desk.h"
#include "ui/tags.h"

#define UNDO_STEPS 32
#define UNDO_IDS 200000

struct console;
struct view;

/* Which rows of a list are shown. */
struct undo_rows {
	char filter[128];
	int only; /* view->only */
};

enum undo_kind { UNDO_TAGS, UNDO_ROWS, UNDO_ACT, UNDO_WAIVER };

struct undo_step {
	enum undo_kind kind;
	char what[96]; /* what is undone: "12 tags" */
	int64_t *ids;  /* UNDO_TAGS: whose tags were turned, ascending; owned */
	size_t count;
	bool swept;    /* tags.swept before */
	struct view *view; /* UNDO_ROWS */
	struct undo_rows rows; /* before */
	uint64_t serial; /* UNDO_ACT */
};

struct undo {
	struct undo_step steps[UNDO_STEPS]; /* oldest first */
	size_t count, ids;
};

/* What the key does; the answer to an act that is taken back comes as a message, later. */
void undo_last(struct console *console);
/* Why it can do nothing now; NULL: it can. */
const char *undo_refusal(const struct console *console);

/* Tags change only so. False without memory: they stay as they are, which is told. */
bool undo_toggle_tag(struct console *console, int64_t course);
bool undo_add_tags(struct console *console, const int64_t *courses, size_t count);
void undo_clear_tags(struct console *console);

/* What @view shows, for undo_shown() once it shows something else. */
struct undo_rows undo_rows_of(const struct view *view);
/* @view shows other rows than @before, because of @what ("filter "lang:es""); where it does not,
   nothing is kept. */
void undo_shown(struct view *view, const struct undo_rows *before, const char *what);
/* The filter that is being typed stays as it is; prompt.before is how it was. */
void undo_filter_typed(struct console *console);

/* An act ("launch") on @count courses was given to the desk, which gave it @serial (0: none). */
void undo_acted(struct console *console, uint64_t serial, const char *verb, size_t count);

/* Waivers were given or taken back, which w does and this key does not: it says so before it goes
   on with older steps. */
void undo_waived(struct console *console);
/* @view is about to be closed. */
void undo_forget(struct console *console, const struct view *view);
void undo_clear(struct undo *undo);

#endif
