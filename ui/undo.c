#include "config.h"

#include "ui/undo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/view.h"
#include "ui/widget.h"

/* ---- the steps ----------------------------------------------------------------------------*/

static void drop(struct undo *undo, size_t at)
{
	undo->ids -= undo->steps[at].count;
	free(undo->steps[at].ids);
	memmove(undo->steps + at, undo->steps + at + 1,
		(--undo->count - at) * sizeof(*undo->steps));
}

/* Takes step->ids. */
static void push(struct undo *undo, const struct undo_step *step)
{
	while (undo->count == UNDO_STEPS || (undo->count && undo->ids + step->count > UNDO_IDS))
		drop(undo, 0);
	undo->steps[undo->count++] = *step;
	undo->ids += step->count;
}

static bool is_open(const struct console *console, const struct undo_step *step)
{
	return step->kind != UNDO_ACT || desk_can_undo(console->desk, step->serial);
}

/* What is being taken back may not come about: until that is known its step stays. */
static bool is_undoing(const struct console *console, const struct undo_step *step)
{
	return step->kind == UNDO_ACT && desk_is_undoing(console->desk, step->serial);
}

void undo_forget(struct console *console, const struct view *view)
{
	for (size_t i = console->undo.count; i-- > 0;)
		if (console->undo.steps[i].kind == UNDO_ROWS && console->undo.steps[i].view == view)
			drop(&console->undo, i);
}

void undo_clear(struct undo *undo)
{
	while (undo->count)
		drop(undo, 0);
}

/* ---- tags ---------------------------------------------------------------------------------*/

/* Room for @count courses whose tags are to be turned. */
static struct undo_step begin_tags(const struct console *console, size_t count)
{
	/* one more, so that NULL means: no memory */
	return (struct undo_step){.kind = UNDO_TAGS, .swept = console->tags.swept,
				  .ids = calloc(count + 1, sizeof(int64_t))};
}

/* @done: the tags of step->count courses were turned. */
static bool end_tags(struct console *console, struct undo_step *step, bool done, bool removed)
{
	if (!done)
		console_note(console, ROLE_ERROR, "out of memory: tags stay as they are");
	if (!done || !step->count) {
		free(step->ids);
		return done;
	}
	snprintf(step->what, sizeof(step->what), "%s%s tag%s", removed ? "removal of " : "",
		 widget_number((int64_t)step->count).text, step->count == 1 ? "" : "s");
	push(&console->undo, step);
	return true;
}

bool undo_toggle_tag(struct console *console, int64_t course)
{
	bool tagged = tags_has(&console->tags, course);
	struct undo_step step = begin_tags(console, 1);

	if (step.ids)
		step.ids[step.count++] = course;
	return end_tags(console, &step, step.ids && tags_toggle(&console->tags, course), tagged);
}

bool undo_add_tags(struct console *console, const int64_t *courses, size_t count)
{
	struct undo_step step = begin_tags(console, count);

	if (step.ids)
		step.count = tags_missing(&console->tags, courses, count, step.ids);
	return end_tags(console, &step, step.ids && tags_add(&console->tags, courses, count), false);
}

void undo_clear_tags(struct console *console)
{
	struct tags *tags = &console->tags;
	struct undo_step step = begin_tags(console, tags->count);

	if (step.ids && tags->count)
		memcpy(step.ids, tags->ids, tags->count * sizeof(*step.ids));
	step.count = tags->count;
	if (step.ids)
		tags_clear(tags);
	end_tags(console, &step, step.ids, true);
}

/* ---- what is shown ------------------------------------------------------------------------*/

struct undo_rows undo_rows_of(const struct view *view)
{
	struct undo_rows rows = {.only = view->only};

	snprintf(rows.filter, sizeof(rows.filter), "%s", view->list.filter);
	return rows;
}

void undo_shown(struct view *view, const struct undo_rows *before, const char *what)
{
	struct undo_step step = {.kind = UNDO_ROWS, .view = view, .rows = *before};

	if (view->only == before->only && !strcmp(view->list.filter, before->filter))
		return;
	snprintf(step.what, sizeof(step.what), "%s", what);
	push(&view->console->undo, &step);
}

void undo_filter_typed(struct console *console)
{
	struct view *view = console_top(console);
	struct undo_rows before = undo_rows_of(view);
	char what[96];

	/* the prompt has kept it short enough */
	snprintf(before.filter, sizeof(before.filter), "%.127s", console->prompt.before);
	if (view->list.filter[0])
		snprintf(what, sizeof(what), "filter \"%.80s\"", view->list.filter);
	else
		snprintf(what, sizeof(what), "showing all");
	undo_shown(view, &before, what);
}

static void show_again(const struct undo_step *step)
{
	struct view *view = step->view;

	view->only = step->rows.only;
	list_filter(&view->list, view->page, step->rows.filter, console_wall(view->console), NULL);
	if (view->ops->filtered)
		view->ops->filtered(view);
	list_changed(&view->list, view->page);
}

/* ---- acts ---------------------------------------------------------------------------------*/

void undo_acted(struct console *console, uint64_t serial, const char *verb, size_t count)
{
	struct undo_step step = {.kind = UNDO_ACT, .serial = serial};

	snprintf(step.what, sizeof(step.what), "%s of %s course%s", verb,
		 widget_number((int64_t)count).text, count == 1 ? "" : "s");
	if (serial)
		push(&console->undo, &step);
}

void undo_waived(struct console *console)
{
	struct undo_step step = {.kind = UNDO_WAIVER};

	push(&console->undo, &step);
}

/* ---- the key ------------------------------------------------------------------------------*/

const char *undo_refusal(const struct console *console)
{
	const struct undo *undo = &console->undo;
	bool undoing = false;

	for (size_t i = undo->count; i-- > 0;) {
		undoing = undoing || is_undoing(console, &undo->steps[i]);
		if (!is_open(console, &undo->steps[i]))
			continue;
		return undo->steps[i].kind == UNDO_ACT && console->stopping
			       ? "the engine is being stopped" : NULL;
	}
	return undoing ? "nothing else to undo: the last act is still being undone" : "nothing to undo";
}

/* The newest step that can be taken back; an act that was refused wholly, or was undone, has left
   nothing, and goes. NULL: there is none. */
static struct undo_step *newest(struct console *console)
{
	struct undo *undo = &console->undo;

	for (size_t i = undo->count; i-- > 0;) {
		bool undoing = is_undoing(console, &undo->steps[i]);

		if (is_open(console, &undo->steps[i]))
			return &undo->steps[i];
		if (!undoing)
			drop(undo, i);
	}
	return NULL;
}

static void undo_tags(struct console *console, const struct undo_step *step)
{
	if (!tags_toggle_many(&console->tags, step->ids, step->count)) {
		console_note(console, ROLE_ERROR, "out of memory: not undone");
		return;
	}
	console->tags.swept = step->swept;
	console_note(console, ROLE_NORMAL, "undone: %s", step->what);
	drop(&console->undo, (size_t)(step - console->undo.steps));
}

void undo_last(struct console *console)
{
	struct undo *undo = &console->undo;
	struct undo_step *step = newest(console);
	bool elsewhere;

	if (!step)
		return; /* undo_refusal() has said so */
	switch (step->kind) {
	case UNDO_TAGS:
		undo_tags(console, step);
		break;
	case UNDO_ROWS:
		show_again(step);
		elsewhere = step->view != console_top(console);
		console_note(console, ROLE_NORMAL, "undone: %s%s%s", step->what,
			     elsewhere ? ", on the screen " : "",
			     elsewhere ? step->view->ops->name : "");
		drop(undo, (size_t)(step - undo->steps));
		break;
	case UNDO_ACT: /* its step goes once the desk has done it */
		console_note(console, ROLE_NORMAL, "undoing %s", step->what);
		console->note_at = 0;
		desk_undo(console->desk, step->serial);
		break;
	case UNDO_WAIVER:
		drop(undo, (size_t)(step - undo->steps));
		console_note(console, ROLE_WARNING, "not undone: waivers change with w%s",
			     undo->count ? "; again: what was before" : "");
		break;
	}
}
