/*
 * footer.c - the last line: the keys that work here and now.
 */
#include "config.h"

#include "ui/view.h"

#include "ui/waive.h"
#include "ui/widget.h"

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
	return action == ACTION_PAUSE && paused ? "resume" : action_infos[action].word;
}

/* Draws "r run" at @x if it fits before @limit; returns where the next one may stand. */
static int draw_key(int y, int x, int limit, enum action action, unsigned bit, const char *word)
{
	int key = keys_first(action, bit), end;
	char name[16];

	if (!key || !word)
		return x;
	keys_name(key, name, sizeof(name));
	if (x + widget_cells(name) + 1 + widget_cells(word) > limit)
		return x;
	end = widget_put(y, x, limit, ROLE_KEY, "%s", name);
	end = widget_put(y, end, limit, ROLE_NORMAL, " %s", word);
	if (place_count < PLACES_MOST)
		places[place_count++] = (struct place_of_key){action, x, end};
	return end + 2;
}

void footer_draw(const struct console *console, int y, int cols)
{
	static const enum action first[] = {ACTION_GO, ACTION_NONE};
	const struct view *view = console_top(console);
	unsigned bit = view->ops->bit;
	const enum action *lists[] = {first, view->ops->footer};
	enum action back = console->depth > 1 ? ACTION_BACK : ACTION_QUIT;
	bool help = bit != VIEW_HELP;
	struct target target;
	bool has_target = act_target(console, &target);
	int limit, x;

	place_count = 0;
	if (help)
		draw_key(y, cols - 7, cols, ACTION_HELP, bit, action_infos[ACTION_HELP].word);
	x = console->depth > 1 ? cols - (help ? 17 : 9) : cols - 15;
	draw_key(y, x, cols, back, bit, action_infos[back].word);
	limit = x - 2;
	x = 1;
	for (int list = 0; list < 2; list++) {
		for (const enum action *at = lists[list]; at && *at != ACTION_NONE; at++)
			if (!dispatch_refusal(console, *at))
				x = draw_key(y, x, limit, *at, bit,
					     word_of(view, *at, has_target && target.paused));
	}
}

enum action footer_action(int x)
{
	for (size_t i = 0; i < place_count; i++)
		if (x >= places[i].x && x < places[i].end)
			return places[i].action;
	return ACTION_NONE;
}
