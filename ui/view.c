#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/glyph.h"
#include "ui/widget.h"

#define KEY_ROOM 36 /* cells in which nearly all keys fit */
#define MESSAGE_TIME 60000 /* ms a message stays that is no warning */

void view_init(struct view *view, struct console *console, const struct view_ops *ops,
	       const struct list_rows *rows, const struct place *place)
{
	view->ops = ops;
	view->console = console;
	view->list.rows = rows;
	if (place)
		view->place = *place;
	view->place.language = "";
}

void view_free(struct view *view)
{
	if (!view)
		return;
	list_clear(&view->list);
	snapshot_unref(view->page);
	free(view);
}

/* ---- keys ---------------------------------------------------------------------------------*/

void view_found(struct view *view, enum list_found found)
{
	const struct list_search *find = &view->list.find;
	const char *what = view->list.search[0] ? "match" : "difference";
	char place[128] = "";

	if (found == LIST_NOT_FOUND && view->list.search[0]) {
		console_note(view->console, ROLE_WARNING, "nothing here holds \"%s\"",
			     view->list.search);
		return;
	}
	if (found == LIST_NOT_FOUND) {
		console_note(view->console, ROLE_GOOD, "no difference here");
		return;
	}
	if (found == LIST_FOUND && find->hits)
		snprintf(place, sizeof(place), "%s %s of %s", what, widget_number(find->hit).text,
			 widget_number(find->hits).text);
	if (found == LIST_FOUND && (place[0] || find->wrapped))
		console_note(view->console, ROLE_NORMAL, "%s%s%s", find->wrapped ? "search wrapped" : "",
			     find->wrapped && place[0] ? ": " : "", place);
}

static void change_order(struct view *view, enum action action)
{
	struct list *list = &view->list;
	const struct list_rows *rows = list->rows;

	if (action == ACTION_REVERSE)
		list->descending = !list->descending;
	else if (rows->sorts > 1)
		list->sort = (list->sort + (action == ACTION_SORT ? 1 : rows->sorts - 1)) % rows->sorts;
	if (action != ACTION_REVERSE)
		list->descending = rows->most_first >> list->sort & 1;
	list_changed(list, view->page);
	if (rows->by_time)
		console_note(view->console, ROLE_NORMAL, "%s first", list->descending ? "oldest" : "newest");
	else
		console_note(view->console, ROLE_NORMAL, "sorted by %s%s",
			     rows->sorts ? rows->sort_names[list->sort] : "time",
			     list->descending ? ", descending" : "");
}

unsigned view_list_key(struct view *view, enum action action)
{
	struct list *list = &view->list;
	int64_t page = list->height > 1 ? list->height - 1 : 1;

	switch (action) {
	case ACTION_UP:
		list_move(list, view->page, list->selected - 1);
		break;
	case ACTION_DOWN:
		list_move(list, view->page, list->selected + 1);
		break;
	case ACTION_PAGE_UP:
		list->top -= page;
		list_move(list, view->page, list->selected - page);
		break;
	case ACTION_PAGE_DOWN:
		list->top += page;
		list_move(list, view->page, list->selected + page);
		break;
	case ACTION_TOP:
		list_move(list, view->page, 0);
		break;
	case ACTION_BOTTOM:
		list_move(list, view->page, list->total - 1);
		break;
	case ACTION_NEXT:
	case ACTION_PREVIOUS:
		if (!list->search[0] && !list->rows->differs)
			console_note(view->console, ROLE_NORMAL, "search with / first");
		else
			view_found(view, list_search(list, view->page,
						     action == ACTION_NEXT ? 1 : -1));
		break;
	case ACTION_SORT:
	case ACTION_SORT_BACK:
	case ACTION_REVERSE:
		change_order(view, action);
		break;
	default:
		return REACT_NONE;
	}
	return REACT_REDRAW;
}

/* ---- lines --------------------------------------------------------------------------------*/

enum role view_findings(const struct counts *counts, char *out, size_t size)
{
	if (counts->errors)
		snprintf(out, size, "%s %s", glyph(GLYPH_FAILED),
			 widget_number(counts->errors + counts->warnings).text);
	else if (counts->warnings)
		snprintf(out, size, "%s %s", glyph(GLYPH_WARNING),
			 widget_number(counts->warnings).text);
	else
		snprintf(out, size, "%s", glyph(GLYPH_NONE));
	return counts->errors ? ROLE_ERROR : counts->warnings ? ROLE_WARNING : ROLE_DIM;
}

enum role view_severity_role(enum finding_severity severity)
{
	return severity == FINDING_ERROR     ? ROLE_ERROR
	       : severity == FINDING_WARNING ? ROLE_WARNING
					     : ROLE_NORMAL;
}

enum glyph view_severity_glyph(enum finding_severity severity)
{
	return severity == FINDING_ERROR     ? GLYPH_FAILED
	       : severity == FINDING_WARNING ? GLYPH_WARNING
					     : GLYPH_NONE;
}

const char *view_of_course(const struct view *view, int room, char *out, size_t size)
{
	if (!view->place.course)
		return "all courses";
	if (!view->page || !view->page->course.key)
		return "one course";
	return widget_course_key(view->page->course.key, room, out, size);
}

int view_draw_sums(const struct snapshot *page, int y, int x, int limit)
{
	int64_t open[FINDING_ERROR + 1] = {0}, waived = 0;

	for (size_t i = 0; page && i < page->group_count; i++) {
		for (int severity = 0; severity <= FINDING_ERROR; severity++)
			open[severity] += page->groups[i].open[severity];
		waived += page->groups[i].waived;
	}
	x = widget_put(y, x, limit, open[FINDING_ERROR] ? ROLE_ERROR : ROLE_NORMAL, "errors %s",
		       widget_number(open[FINDING_ERROR]).text);
	x = widget_put(y, x + 2, limit, open[FINDING_WARNING] ? ROLE_WARNING : ROLE_NORMAL,
		       "warnings %s", widget_number(open[FINDING_WARNING]).text);
	x = widget_put(y, x + 2, limit, ROLE_NORMAL, "notices %s",
		       widget_number(open[FINDING_NOTICE]).text);
	return widget_put(y, x + 2, limit, ROLE_NORMAL, "waived %s", widget_number(waived).text);
}

/* What an act waits for, of which nothing shows yet. */
static const char *waiting_text(const struct desk_waiting *waiting)
{
	static char out[sizeof(*waiting) + 32];

	snprintf(out, sizeof(out), "%s: %s%s", waiting->act, waiting->what,
		 waiting->can_leave ? "; Esc gives it up" : "");
	return out;
}

/* What to say to the operator now: a word of ours, else what is waited for, else the engine's last
   message. */
static const char *current_message(const struct console *console, enum role *role)
{
	const struct snapshot *now = console->now;
	int64_t age = console_clock(console) - console->message_at;

	*role = console->note_role;
	if (console->note[0])
		return console->note;
	*role = ROLE_BUSY;
	if (now->waiting.act[0])
		return waiting_text(&now->waiting);
	*role = view_severity_role(console->message.severity);
	if (console->message_gone || (console->message.severity == FINDING_NOTICE && age > MESSAGE_TIME))
		return "";
	return console->message.text;
}

/* What always stands on the rule: how many are tagged, and the place in the list. */
static void add_essentials(const struct view *view, struct buf *out)
{
	const struct list *list = &view->list;

	if (view->console->tags.count && !(view->ops->bit & (VIEW_RUNS | VIEW_COMPARE))) /* courses */
		buf_printf(out, "%s tagged  ", widget_number((int64_t)view->console->tags.count).text);
	if (list->total > (list->text ? list->height : 0))
		buf_printf(out, "%s of %s", widget_number(list->selected + 1).text,
			   widget_number(list->total).text);
}

/* Instead of the filter itself, where a message leaves no room: never are rows missing unsaid. */
static const char *filtered_word(const struct view *view)
{
	return view->list.filter[0] ? "filtered  " : "";
}

static int essential_cells(const struct view *view)
{
	struct buf essentials = BUF_INIT;
	int cells;

	buf_add_text(&essentials, filtered_word(view));
	add_essentials(view, &essentials);
	cells = widget_cells(buf_text(&essentials));
	buf_clear(&essentials);
	return cells;
}

/* What restricts the list. */
static void add_reminders(const struct view *view, struct buf *out)
{
	const struct list *list = &view->list;

	if (list->search[0])
		buf_printf(out, "/%.40s  ", list->search);
	if (list->filter[0])
		buf_printf(out, "filter \"%.60s\"  ", list->filter);
}

static void add_place(const struct view *view, struct buf *out)
{
	const struct list *list = &view->list;

	if (list_is_partial(list, view->page))
		buf_printf(out, "first %s of %s: ",
			   widget_number((int64_t)list->rows->count(view->page)).text,
			   widget_number(view->page->total).text);
}

#define RULE_ENDS 8 /* cells between and around its texts */

int view_rule_room(const struct view *view)
{
	struct buf right = BUF_INIT;
	const char *message;
	enum role role;
	int room = view->area.w - RULE_ENDS;

	message = current_message(view->console, &role);
	room -= widget_rule_cells(role, message);
	add_reminders(view, &right);
	add_place(view, &right);
	add_essentials(view, &right);
	room -= widget_cells(buf_text(&right)) + 2;
	buf_clear(&right);
	return room > 0 ? room : 0;
}

void view_rule(const struct view *view, int y, const char *extra)
{
	struct buf right = BUF_INIT;
	enum role role;
	const char *message = current_message(view->console, &role);

	add_reminders(view, &right);
	buf_add_text(&right, extra);
	add_place(view, &right);
	add_essentials(view, &right);
	/* Where there is no room for all, the message and the essentials stay. */
	if (widget_rule_cells(role, message) + widget_cells(buf_text(&right)) + RULE_ENDS > view->area.w) {
		buf_clear(&right);
		buf_add_text(&right, filtered_word(view));
		add_essentials(view, &right);
	}
	widget_rule(y, view->area.w, role, message, buf_text(&right));
	buf_clear(&right);
}

/*
 * A warning or an error ends with what to do: where the rule is too short for it, it takes the
 * lines of the details until the next key.
 */
bool view_tell_whole(const struct view *view, int y, int lines)
{
	enum role role;
	const char *message = current_message(view->console, &role);

	if (!view->console->note[0] && !view->console->now->waiting.act[0] && view->console->message_seen)
		return false;
	if (role == ROLE_NORMAL || widget_rule_cells(role, message) + essential_cells(view) + 7 <= view->area.w)
		return false;
	widget_wrapped(y, 1, view->area.w - 2, lines, role, message);
	return true;
}

void view_draw_empty(const struct view *view, int y, int h, const char *nothing)
{
	const struct snapshot *page = view->page;
	const char *text = nothing;
	int cells;

	if (view->list.total > 0 || h <= 0)
		return;
	if (!page)
		text = "reading...";
	else if (page->problem[0])
		text = page->problem;
	else if (page->loading)
		text = "reading...";
	else if (view->list.filter[0])
		text = "nothing matches the filter: f changes it, an empty one shows all";
	cells = widget_cells(text);
	if (cells > view->area.w - 2)
		cells = view->area.w - 2;
	widget_text(y + (h - 1) / 2, (view->area.w - cells) / 2, cells,
		    page && page->problem[0] ? ROLE_ERROR : ROLE_DIM, text);
}

int64_t view_rows_begin(struct view *view, int y)
{
	view->rows_y = y;
	view->rows_first = view->list.rows->id ? list_top_to_draw(&view->list, view->page)
					       : view->list.top;
	return view->rows_first;
}

const char *view_sort_mark(const struct view *view, int sort)
{
	if (view->list.sort != sort)
		return "";
	return glyph(view->list.descending ? GLYPH_DOWNWARD : GLYPH_UPWARD);
}

const char *view_key(const char *key, int cells)
{
	static const char scheme[] = "course-v1:";
	size_t len = sizeof(scheme) - 1;

	/* By the column, not by the key: the keys of a list stand below each other. */
	return cells < KEY_ROOM && !strncmp(key, scheme, len) ? key + len : key;
}
