/*
 * screen_why.c - the whole life of a course, a video or a language, as `subferry why` tells it.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "ui/glyph.h"
#include "ui/widget.h"

#define TITLE_LINES 1

/* A line of the screen: a piece of a line of the story. */
struct piece {
	const char *text; /* in @safe */
	size_t len;
	int indent;
	bool title;
};

struct why_view {
	struct view view;
	char language[56];
	const struct story *told; /* whose pieces these are; the page holds it */
	int width;		  /* they were broken for */
	char **safe;		  /* the lines, made harmless */
	size_t safe_count;
	struct piece *pieces;
	size_t count, size;
	bool lost; /* memory ended before the lines did */
};

/* Pieces are counted here, not in the page. */
static size_t row_count(const struct snapshot *page)
{
	(void)page;
	return 0;
}

static const struct list_rows rows = {.count = row_count};

/* ---- from lines to pieces -----------------------------------------------------------------*/

static void drop_pieces(struct why_view *why)
{
	free(why->pieces);
	why->pieces = NULL;
	why->count = why->size = 0;
}

static void drop_lines(struct why_view *why)
{
	for (size_t i = 0; i < why->safe_count; i++)
		free(why->safe[i]);
	free(why->safe);
	why->safe = NULL;
	why->safe_count = 0;
	why->told = NULL;
}

static bool add_piece(struct why_view *why, const struct piece *piece)
{
	if (why->count == why->size) {
		size_t size = 2 * why->size + 64;
		struct piece *pieces = realloc(why->pieces, size * sizeof(*pieces));

		if (!pieces)
			return false;
		why->pieces = pieces;
		why->size = size;
	}
	why->pieces[why->count++] = *piece;
	return true;
}

/* "  Findings:" begins a section; the first line says whose story it is. */
static bool is_title(const char *line, size_t number)
{
	size_t len = strlen(line);

	return !number || (len > 3 && !strncmp(line, "  ", 2) && line[2] != ' ' && line[len - 1] == ':');
}

/* What does not fit goes on below, a little further to the right. */
static bool break_line(struct why_view *why, size_t number)
{
	const char *at = why->safe[number];
	int first = (int)strspn(at, " ");
	struct piece piece = {.indent = first > 20 ? 20 : first, .title = is_title(at, number)};

	at += first;
	do {
		piece.text = at;
		piece.len = widget_fitting(at, why->width - piece.indent);
		if (!add_piece(why, &piece))
			return false;
		if (at == why->safe[number] + first)
			piece.indent += 2;
		at += piece.len;
		at += strspn(at, " ");
	} while (*at);
	return true;
}

static void break_lines(struct why_view *why)
{
	drop_pieces(why);
	why->width = why->view.area.w - 3;
	for (size_t i = 0; i < why->safe_count && !why->lost; i++)
		why->lost = !break_line(why, i);
	why->view.list.total = (int64_t)why->count;
}

static void take_lines(struct why_view *why, const struct story *story)
{
	drop_pieces(why);
	drop_lines(why);
	why->told = story;
	why->safe = calloc(story->count ? story->count : 1, sizeof(*why->safe));
	why->lost = !why->safe;
	while (!why->lost && why->safe_count < story->count) {
		char *safe = text_safe(story_line(story, why->safe_count));

		why->lost = !safe;
		if (safe)
			why->safe[why->safe_count++] = safe;
	}
	break_lines(why);
}

/* ---- life ---------------------------------------------------------------------------------*/

static struct view *why_open(struct console *console, const struct place *place)
{
	struct why_view *why = calloc(1, sizeof(*why));

	if (!why)
		return NULL;
	view_init(&why->view, console, &screen_why, &rows, place);
	snprintf(why->language, sizeof(why->language), "%s",
		 place->video && place->language ? place->language : "");
	return &why->view;
}

static void why_layout(struct view *view)
{
	struct why_view *why = (struct why_view *)view;

	if (why->told && why->width != view->area.w - 3)
		break_lines(why);
	list_resize(&view->list, view->area.h - TITLE_LINES - 1);
}

static void why_ask(const struct view *view, struct page_request *request)
{
	const struct why_view *why = (const struct why_view *)view;

	request->course = view->place.course;
	request->video = view->place.video;
	snprintf(request->language, sizeof(request->language), "%s", why->language);
}

static void why_take(struct view *view)
{
	struct why_view *why = (struct why_view *)view;

	if (view->page->story && view->page->story != why->told)
		take_lines(why, view->page->story);
	list_resize(&view->list, view->list.height);
}

static void why_close(struct view *view)
{
	struct why_view *why = (struct why_view *)view;

	drop_pieces(why);
	drop_lines(why);
	view_free(view);
}

/* ---- keys ---------------------------------------------------------------------------------*/

/* Pieces are parts of one string: what is looked for may stand across a break. */
static bool piece_holds(const struct piece *piece, const char *text)
{
	const char *hit = strcasestr(piece->text, text);

	return hit && hit < piece->text + piece->len;
}

static void find(struct why_view *why, int direction)
{
	struct list *list = &why->view.list;
	int64_t count = (int64_t)why->count;

	if (!list->search[0]) {
		console_note(why->view.console, ROLE_NORMAL, "search with / first");
		return;
	}
	for (int64_t step = 1; step <= count; step++) {
		int64_t at = (list->selected + direction * step % count + count) % count;

		if (piece_holds(&why->pieces[at], list->search)) {
			list_jump(list, why->view.page, at);
			return;
		}
	}
	view_found(&why->view, LIST_NOT_FOUND);
}

static unsigned why_key(struct view *view, enum action action)
{
	if (action != ACTION_NEXT && action != ACTION_PREVIOUS)
		return view_list_key(view, action);
	find((struct why_view *)view, action == ACTION_NEXT ? 1 : -1);
	return REACT_REDRAW;
}

static bool why_target(const struct view *view, struct target *target)
{
	target->one = view->place.course;
	target->paused = view->page && view->page->course.intent == INTENT_PAUSE;
	target->course = view->page && view->page->course.id ? &view->page->course : NULL;
	return true;
}

/* Those of the item whose story it is; what it has is not on the page. */
static const char *why_waives(const struct view *view, bool all, struct waiving *waiving)
{
	struct page_question *question = &waiving->question;

	(void)all;
	question->course = view->place.course;
	question->video = view->place.video;
	snprintf(question->language, sizeof(question->language), "%s",
		 ((const struct why_view *)view)->language);
	return NULL;
}

const char *why_line(const struct view *view, int64_t at, size_t *len)
{
	const struct why_view *why = (const struct why_view *)view;

	if (at < 0 || at >= (int64_t)why->count)
		return NULL;
	*len = why->pieces[at].len;
	return why->pieces[at].text;
}

/* ---- drawing ------------------------------------------------------------------------------*/

static void draw_title(const struct why_view *why, int y)
{
	const struct snapshot *page = why->view.page;
	int width = why->view.area.w - 1;
	int x = widget_put(y, 1, width, ROLE_TITLE, "why");

	if (!page)
		return;
	if (page->video.block)
		x = widget_put(y, x + 1, width, ROLE_NORMAL, "%s@%s%s%s", page->video.type,
			       page->video.block, why->language[0] ? ", " : "", why->language);
	if (page->course.key)
		widget_put(y, x + 1, width, ROLE_DIM, "%s%s", x > 4 ? " " : "", page->course.key);
}

static void draw_piece(const struct why_view *why, int y, int64_t at)
{
	const struct piece *piece = &why->pieces[at];
	bool selected = at == why->view.list.selected;
	enum role role = selected ? ROLE_SELECTED : piece->title ? ROLE_TITLE : ROLE_NORMAL;
	int width = why->view.area.w;

	widget_text(y, 0, width, selected ? ROLE_SELECTED : ROLE_NORMAL, "");
	widget_text(y, 0, 1, role, selected ? glyph(GLYPH_CURSOR) : " ");
	widget_text_len(y, 2 + piece->indent, width - 2 - piece->indent, role, piece->text, piece->len);
}

static void why_draw(struct view *view, const struct snapshot *now)
{
	const struct why_view *why = (const struct why_view *)view;
	const struct story *story = view->page ? view->page->story : NULL;
	int y = view->area.y, height = (int)view->list.height;
	const char *end = "";

	(void)now;
	draw_title(why, y++);
	view_rows_begin(view, y);
	for (int i = 0; i < height && view->list.top + i < view->list.total; i++)
		draw_piece(why, y + i, view->list.top + i);
	if (view->page && view->page->problem[0])
		widget_wrapped(y + height / 2, 2, view->area.w - 3, 2, ROLE_ERROR, view->page->problem);
	else if (!story)
		widget_text(y + height / 2, 2, view->area.w - 3, ROLE_DIM,
			    "reading what the source and the status database say...");
	if (story && story->problem[0])
		end = story->problem;
	else if (story && (story->cut || why->lost))
		end = "there is more than a screen is for: subferry why tells all  ";
	view_rule(view, y + height, end);
}

const struct view_ops screen_why = {
	.name = "why", .bit = VIEW_WHY, .kind = PAGE_WHY,
	.footer = (const enum action[]){ACTION_RETRY, ACTION_WAIVE, ACTION_VALIDATE, ACTION_SEARCH,
					ACTION_NEXT, ACTION_RUN, ACTION_PAUSE, ACTION_FINDINGS,
					ACTION_LOG, ACTION_HOLD, ACTION_GOTO, ACTION_UNDO,
					ACTION_NONE},
	.next_word = "next match",
	.open = why_open, .layout = why_layout, .ask = why_ask, .take = why_take,
	.draw = why_draw, .key = why_key, .target = why_target, .waives = why_waives, .close = why_close,
};
