/*
 * footer.c - the last line: the keys that work here and now.
 */
#include "config.h"

#include "ui/view.h"

#include "ui/waive.h"
#include "ui/widget.h"

#define GAP 2	       /* cells between two keys */
#define PLACES_MOST 64 /* keys on one line */

/* Where each key was drawn last, for who points at it. */
static struct place_of_key {
	enum action action;
	int x, end;
} places[PLACES_MOST];
static size_t place_count;

static const char *word_of(const struct view *view, enum action action, bool paused)
{
	if (action == ACTION_WAIVE && waive_takes_back(view->console))
		return "unwaive";
	if (action == ACTION_OPEN)
		return view->ops->open_word;
	if (action == ACTION_NEXT)
		return view->list.search[0] ? "next match" : view->ops->next_word;
	if (action == ACTION_TAB)
		return view->ops->tab_word;
	if (action == ACTION_REHEARSE && act_rehearses(view->console))
		return "end dry run";
	return action == ACTION_PAUSE && paused ? "resume" : action_infos[action].word;
}

/* What the wish would be refused for, by the course as it is shown: no room for that. */
static bool suits(const struct course_row *course, enum action action)
{
	bool runs = course && course->intent == INTENT_RUN;

	if (!course)
		return true;
	switch (action) {
	case ACTION_RUN:
		return !runs;
	case ACTION_PAUSE:
		return course->intent != INTENT_IDLE || course->status == COURSE_NOT_MIGRATED ||
		       course->status == COURSE_IN_PROGRESS;
	case ACTION_RETRY:
		return !runs && (course->status == COURSE_FAILED ||
				 course->status == COURSE_MIGRATED);
	case ACTION_FLAG_OFF:
		return flag_may_be_on(course->flag);
	default:
		return true;
	}
}

static int key_cells(enum action action, unsigned bit, const char *word)
{
	char name[16];

	keys_name(keys_first(action, bit), name, sizeof(name));
	return widget_cells(name) + 1 + widget_cells(word);
}

/* Draws "r run"; returns where it ends. */
static int draw_key(int y, int x, int limit, enum action action, unsigned bit, const char *word)
{
	char name[16];
	int end;

	keys_name(keys_first(action, bit), name, sizeof(name));
	end = widget_put(y, x, limit, ROLE_KEY, "%s", name);
	end = widget_put(y, end, limit, ROLE_NORMAL, " %s", word);
	if (place_count < PLACES_MOST)
		places[place_count++] = (struct place_of_key){action, x, end};
	return end;
}

/* What always stands at the right end; returns where it begins. */
static int draw_ways(const struct console *console, int y, int cols)
{
	unsigned bit = console_top(console)->ops->bit;
	const enum action ways[] = {
		bit == VIEW_HELP ? ACTION_NONE : ACTION_HELP,
		console->depth > 1 ? ACTION_BACK : ACTION_QUIT,
		ACTION_PALETTE,
	};
	int x = cols + GAP - 1;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		const char *word;

		if (ways[i] == ACTION_NONE)
			continue;
		word = action_infos[ways[i]].word;
		x -= GAP + key_cells(ways[i], bit, word);
		draw_key(y, x, cols, ways[i], bit, word);
	}
	return x;
}

void footer_draw(const struct console *console, int y, int cols)
{
	static const enum action first[] = {ACTION_GO, ACTION_NONE};
	static const enum action rehearsing[] = {ACTION_GO, ACTION_REHEARSE, ACTION_NONE};
	const struct view *view = console_top(console);
	unsigned bit = view->ops->bit;
	bool rehearses = act_rehearses(console);
	const enum action *lists[] = {rehearses ? rehearsing : first, view->ops->footer};
	struct target target;
	bool has_target = act_target(console, &target);
	int limit, x = 1;

	place_count = 0;
	limit = draw_ways(console, y, cols) - GAP;
	for (int list = 0; list < 2; list++) {
		for (const enum action *at = lists[list]; at && *at != ACTION_NONE; at++) {
			const char *word = word_of(view, *at, has_target && target.paused);

			if (!word || (list && rehearses && *at == ACTION_REHEARSE) ||
			    dispatch_refusal(console, *at) ||
			    (*at == ACTION_FLAG_OFF && !flags_may_be_on(board_boards(view))) ||
			    (has_target && !suits(target.course, *at)) ||
			    x + key_cells(*at, bit, word) > limit)
				continue;
			x = draw_key(y, x, limit, *at, bit, word) + GAP;
		}
	}
}

enum action footer_action(int x)
{
	for (size_t i = 0; i < place_count; i++)
		if (x >= places[i].x && x < places[i].end)
			return places[i].action;
	return ACTION_NONE;
}
