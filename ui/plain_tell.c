/*
 * plain_tell.c - a screen in words: its head, its rows, the selected row, and what can be done.
 */
#include "config.h"

#include "ui/plain_view.h"

#include <stdio.h>
#include <string.h>

#include "ui/plain_words.h"
#include "ui/widget.h"

static const struct plain_screen *const screens[] = {
	&plain_courses, &plain_course, &plain_findings, &plain_items, &plain_log, &plain_columns,
	&plain_diff, &plain_why, &plain_runs, &plain_compare, &plain_board,
};

static const struct plain_screen *screen_of(const struct view *view)
{
	for (size_t i = 0; i < sizeof(screens) / sizeof(screens[0]); i++)
		if (screens[i]->ops == view->ops)
			return screens[i];
	return NULL; /* help, which is told without being opened */
}

/* ---- what screens share -------------------------------------------------------------------*/

int64_t plain_selected(const struct view *view)
{
	return list_selected_row(&view->list, view->page);
}

void plain_add_order(const struct view *view, const char *order, struct buf *out)
{
	const struct list *list = &view->list;

	if (order)
		plain_add(out, "Sorted by %s%s", order, list->descending ? ", descending" : "");
	if (list->filter[0])
		plain_add(out, "Only what passes the filter \"%s\"", list->filter);
	if (list->search[0])
		plain_add(out, "Searched for \"%s\"", list->search);
	if (list_is_partial(list, view->page))
		plain_add(out, "Only the first %s of %s are looked through",
			  widget_number((int64_t)list->rows->count(view->page)).text,
			  widget_number(view->page->total).text);
}

void plain_add_findings(struct buf *out, const struct counts *counts)
{
	if (counts->errors)
		plain_add(out, "Findings %s", widget_number(counts->errors + counts->warnings).text);
	else if (counts->warnings)
		plain_add(out, "Warnings %s", widget_number(counts->warnings).text);
	else
		plain_add(out, "No findings");
}

void plain_say_finding(const struct finding_row *finding)
{
	plain_say("finding: %s %s%s%s: %s%s%s", finding_severity_name(finding->severity),
		  finding_info(finding->code)->name, finding->language[0] ? ", language " : "",
		  finding->language, finding->text, finding->waived ? ". Waived: " : "",
		  finding->waived ? finding->reason : "");
}

/* ---- telling ------------------------------------------------------------------------------*/

static bool say_row(const struct view *view, const struct plain_screen *screen, int64_t at)
{
	struct buf text = BUF_INIT;
	bool told = screen->row(view, at, &text);

	if (told) {
		plain_was_told(view, at);
		plain_say("%s of %s: %s", widget_number(at + 1).text,
			  widget_number(view->list.total).text, buf_text(&text));
	}
	buf_clear(&text);
	return told;
}

static void say_nothing(const struct view *view, const struct plain_screen *screen)
{
	const struct snapshot *page = view->page;

	if (page && page->problem[0])
		plain_say("error: %s", page->problem);
	else if (view->list.filter[0])
		plain_say("nothing passes the filter: \"filter\" and then an empty line shows all");
	else if (screen->nothing)
		plain_say("%s", screen->nothing);
}

int64_t plain_tell_rows(const struct view *view, int64_t from)
{
	const struct plain_screen *screen = screen_of(view);
	int64_t at = from, total = view->list.total;
	int told = 0;

	if (!screen)
		return 0;
	if (!total)
		say_nothing(view, screen);
	for (; at < total && told < PLAIN_ROWS; at++)
		told += say_row(view, screen, at);
	if (at < total)
		plain_say("%s more: type more.", widget_number(total - at).text);
	return at;
}

void plain_tell_row(const struct view *view, bool details)
{
	const struct plain_screen *screen = screen_of(view);

	if (!screen)
		return;
	if (!view->list.total || !say_row(view, screen, view->list.selected))
		say_nothing(view, screen);
	else if (details && screen->details)
		screen->details(view);
}

int64_t plain_tell(const struct view *view)
{
	const struct plain_screen *screen = screen_of(view);
	int64_t next;

	if (!screen)
		return 0;
	screen->head(view);
	next = plain_tell_rows(view, screen->from_selected ? view->list.selected : view->list.top);
	if (!view->list.total || !screen->details)
		return next;
	plain_say("selected: row %s.", widget_number(view->list.selected + 1).text);
	screen->details(view);
	return next;
}

int64_t plain_tell_again(const struct view *view)
{
	const struct plain_screen *screen = screen_of(view);

	if (screen)
		screen->head(view);
	plain_tell_row(view, false);
	return view->list.selected + 1;
}

bool plain_is_ready(const struct console *console)
{
	const struct view *view = console_top(console);
	const struct plain_screen *screen = screen_of(view);
	const struct list *list = &view->list;

	if (!console_has_page(console))
		return false;
	if (view->page->problem[0])
		return true;
	/* the selected row is here, with its details */
	if (list->rows->id && list->total > 0 && list_selected_row(list, view->page) < 0)
		return false;
	return !screen || !screen->ready || screen->ready(view);
}

/* ---- help ---------------------------------------------------------------------------------*/

static void say_action(const struct console *console, enum action action)
{
	const struct view *view = console_top(console);
	const char *why = dispatch_refusal(console, action);
	char key[16];

	keys_name(keys_first(action, view->ops->bit), key, sizeof(key));
	plain_say("%s, key %s: %s.%s%s", plain_name(view, action), key, action_infos[action].help,
		  why ? " Not now: " : "", why ? why : "");
}

void plain_tell_help(const struct console *console)
{
	const struct view *view = console_top(console);

	plain_say("help: type a name or a key, then Enter. This screen is called %s.", view->ops->name);
	plain_say("an empty line: the selected row, with all there is to tell of it");
	plain_say("a number: selects that row; a name and a number, as in \"open 3\": that with the row");
	plain_say("/TEXT, filter TEXT, go to TEXT: searches, filters, goes to a course");
	for (const struct plain_word *own = plain_own_words; own->word; own++)
		plain_say("%s: %s.", own->word, own->help);
	for (int action = 0; action < ACTION_COUNT; action++)
		if ((keys_views((enum action)action) & view->ops->bit) && action != ACTION_HELP &&
		    action != ACTION_PALETTE && action != ACTION_REDRAW)
			say_action(console, (enum action)action);
}
