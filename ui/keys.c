#include "config.h"

#include "ui/keys.h"

#include <curses.h>
#include <stdio.h>

#define CONTROL(c) ((c) & 31)
#define ESCAPE 27
#define ENTER '\r' /* nonl() leaves it as it comes */

const struct action_info action_infos[ACTION_COUNT] = {
#define X(id, needs, name, word, help) {needs, name, word, help},
	ACTION_LIST(X)
#undef X
};

/* clang-format off */
/* The first binding of an action is the one the footer shows. */
const struct key_binding key_bindings[] = {
	{ 'c',           VIEW_ANY,      ACTION_GO },
	{ 'r',           VIEW_ACTS,     ACTION_RUN },
	{ 'p',           VIEW_ACTS,     ACTION_PAUSE },
	{ 'P',           VIEW_ACTS,     ACTION_RESUME },
	{ 'R',           VIEW_ACTS,     ACTION_RETRY },
	{ 'v',           VIEW_ACTS,     ACTION_VALIDATE },
	{ 'd',           VIEW_ACTS,     ACTION_REHEARSE },
	{ 'B',           VIEW_ACTS & ~VIEW_BOARD, ACTION_BOARD },
	{ 'O',           VIEW_BOARD,    ACTION_FLAG_ON },
	{ 'X',           VIEW_COURSES | VIEW_COURSE | VIEW_BOARD, ACTION_FLAG_OFF },
	{ '.',           VIEW_BOARD,    ACTION_LOOK },
	{ 'w',           VIEW_WAIVES,   ACTION_WAIVE },
	{ 'W',           VIEW_ITEMS,    ACTION_WAIVE_ALL },
	{ 'H',           VIEW_ANY,      ACTION_HOLD },
	{ '+',           VIEW_ANY,      ACTION_MORE },
	{ '-',           VIEW_ANY,      ACTION_FEWER },
	{ 'L',           VIEW_ANY,      ACTION_RATE },
	{ 'z',           VIEW_ANY,      ACTION_UNDO },
	{ ENTER,         VIEW_LISTS | VIEW_BOARD, ACTION_OPEN },
	{ '\n',          VIEW_LISTS | VIEW_BOARD, ACTION_OPEN },
	{ KEY_ENTER,     VIEW_LISTS | VIEW_BOARD, ACTION_OPEN },
	{ 'i',           (VIEW_LISTS & ~VIEW_RUNS) | VIEW_DIFF | VIEW_BOARD, ACTION_WHY },
	{ 'n',           VIEW_LISTS | VIEW_DIFF | VIEW_WHY, ACTION_NEXT },
	{ 'N',           VIEW_LISTS | VIEW_DIFF | VIEW_WHY, ACTION_PREVIOUS },
	{ '\t',          VIEW_TABS,     ACTION_TAB },
	{ KEY_RIGHT,     VIEW_TABS,     ACTION_TAB },
	{ KEY_BTAB,      VIEW_TABS,     ACTION_BACKTAB },
	{ KEY_LEFT,      VIEW_TABS,     ACTION_BACKTAB },
	{ 'b',           VIEW_TABS,     ACTION_BACKTAB },
	{ '/',           VIEW_LISTS | VIEW_DIFF | VIEW_WHY, ACTION_SEARCH },
	{ 'f',           VIEW_LISTS,    ACTION_FILTER },
	{ ' ',           VIEW_COURSES | VIEW_ITEMS | VIEW_RUNS, ACTION_TAG },
	{ ':',           VIEW_COURSES,  ACTION_TAG_ALL },
	{ 't',           VIEW_COURSES,  ACTION_TAG_ALL },
	{ 'u',           VIEW_COURSES | VIEW_FINDINGS | VIEW_ITEMS, ACTION_UNTAG },
	{ 'o',           VIEW_ANY,      ACTION_GOTO },
	{ 's',           VIEW_LISTS,    ACTION_SORT },
	{ '>',           VIEW_LISTS,    ACTION_SORT },
	{ '<',           VIEW_LISTS,    ACTION_SORT_BACK },
	{ 'S',           VIEW_LISTS | VIEW_COLUMNS, ACTION_REVERSE },
	{ 's',           VIEW_COLUMNS,  ACTION_SORT_THIS },
	{ 'C',           VIEW_COURSES,  ACTION_COLUMNS },
	{ ' ',           VIEW_COLUMNS,  ACTION_CHOOSE },
	{ 'r',           VIEW_COLUMNS,  ACTION_RESTORE },
	{ 'F',           VIEW_ANY & ~(VIEW_FINDINGS | VIEW_ITEMS), ACTION_FINDINGS },
	{ 'm',           VIEW_COURSES,  ACTION_PLOTS },
	{ 'l',           VIEW_ANY & ~VIEW_LOG, ACTION_LOG },
	{ 'A',           VIEW_ANY & ~VIEW_RUNS, ACTION_RUNS },
	{ 'E',           VIEW_RUNS,     ACTION_REFRESH },
	{ '1',           VIEW_COURSES,  ACTION_SHOW_1 },
	{ '2',           VIEW_COURSES,  ACTION_SHOW_2 },
	{ '3',           VIEW_COURSES,  ACTION_SHOW_3 },
	{ '4',           VIEW_COURSES,  ACTION_SHOW_4 },
	{ '5',           VIEW_COURSES,  ACTION_SHOW_5 },
	{ '0',           VIEW_COURSES,  ACTION_SHOW_ALL },
	{ KEY_UP,        VIEW_ANY,      ACTION_UP },
	{ 'k',           VIEW_ANY,      ACTION_UP },
	{ KEY_DOWN,      VIEW_ANY,      ACTION_DOWN },
	{ 'j',           VIEW_ANY,      ACTION_DOWN },
	{ KEY_PPAGE,     VIEW_ANY,      ACTION_PAGE_UP },
	{ CONTROL('b'),  VIEW_ANY,      ACTION_PAGE_UP },
	{ KEY_NPAGE,     VIEW_ANY,      ACTION_PAGE_DOWN },
	{ CONTROL('f'),  VIEW_ANY,      ACTION_PAGE_DOWN },
	{ KEY_HOME,      VIEW_ANY,      ACTION_TOP },
	{ 'g',           VIEW_ANY,      ACTION_TOP },
	{ KEY_END,       VIEW_ANY,      ACTION_BOTTOM },
	{ 'G',           VIEW_ANY,      ACTION_BOTTOM },
	{ 'M',           VIEW_ANY,      ACTION_MOUSE },
	{ 'T',           VIEW_ANY,      ACTION_THEME },
	{ 'D',           VIEW_ANY,      ACTION_DUMP },
	{ CONTROL('z'),  VIEW_ANY,      ACTION_SUSPEND },
	{ 'a',           VIEW_ANY,      ACTION_PALETTE },
	{ CONTROL('p'),  VIEW_ANY,      ACTION_PALETTE },
	{ CONTROL('l'),  VIEW_ANY,      ACTION_REDRAW },
	{ ESCAPE,        VIEW_ANY,      ACTION_BACK },
	{ KEY_BACKSPACE, VIEW_ANY,      ACTION_BACK },
	{ ENTER,         VIEW_COLUMNS,  ACTION_BACK },
	{ '\n',          VIEW_COLUMNS,  ACTION_BACK },
	{ KEY_ENTER,     VIEW_COLUMNS,  ACTION_BACK },
	{ 'q',           VIEW_ANY,      ACTION_QUIT },
	{ '?',           VIEW_ANY,      ACTION_HELP },
};
/* clang-format on */
const size_t key_binding_count = sizeof(key_bindings) / sizeof(key_bindings[0]);

enum action keys_action(int key, unsigned view)
{
	for (size_t i = 0; i < key_binding_count; i++)
		if (key_bindings[i].key == key && (key_bindings[i].views & view))
			return key_bindings[i].action;
	return ACTION_NONE;
}

unsigned keys_views(enum action action)
{
	unsigned views = 0;

	for (size_t i = 0; i < key_binding_count; i++)
		if (key_bindings[i].action == action)
			views |= key_bindings[i].views;
	return views;
}

int keys_first(enum action action, unsigned view)
{
	for (size_t i = 0; i < key_binding_count; i++)
		if (key_bindings[i].action == action && (key_bindings[i].views & view))
			return key_bindings[i].key;
	return 0;
}

void keys_name(int key, char *out, size_t size)
{
	/* clang-format off */
	static const struct { int key; const char *name; } names[] = {
		{ ' ', "Space" }, { ENTER, "Enter" }, { ESCAPE, "Esc" }, { '\t', "Tab" },
		{ KEY_BTAB, "Shift-Tab" }, { KEY_UP, "Up" }, { KEY_DOWN, "Down" },
		{ KEY_LEFT, "Left" }, { KEY_RIGHT, "Right" }, { KEY_PPAGE, "PgUp" },
		{ KEY_NPAGE, "PgDn" }, { KEY_HOME, "Home" }, { KEY_END, "End" },
		{ KEY_BACKSPACE, "Backspace" },
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].key != key)
			continue;
		snprintf(out, size, "%s", names[i].name);
		return;
	}
	if (key == KEY_ENTER || key == '\n')
		out[0] = '\0'; /* another way to say Enter: named once */
	else if (key > 0 && key < 32)
		snprintf(out, size, "^%c", key + '@');
	else
		snprintf(out, size, "%c", key < 127 ? key : '?');
}

void keys_names(enum action action, unsigned views, char *out, size_t size)
{
	size_t at = 0;
	char name[16];

	out[0] = '\0';
	for (size_t i = 0; i < key_binding_count && at < size; i++) {
		const struct key_binding *binding = &key_bindings[i];

		if (binding->action != action || !(binding->views & views))
			continue;
		keys_name(binding->key, name, sizeof(name));
		if (name[0])
			at += (size_t)snprintf(out + at, size - at, "%s%s", at ? " " : "", name);
	}
}

void keys_views_text(unsigned views, char *out, size_t size)
{
	/* clang-format off: in the order in which one comes to them */
	static const struct { unsigned bit; const char *name; } names[] = {
		{VIEW_COURSES, "courses"}, {VIEW_COURSE, "course"}, {VIEW_DIFF, "diff"},
		{VIEW_FINDINGS, "findings"}, {VIEW_ITEMS, "items"}, {VIEW_WHY, "why"},
		{VIEW_LOG, "log"}, {VIEW_RUNS, "runs"}, {VIEW_COMPARE, "compare"}, {VIEW_BOARD, "board"},
		{VIEW_COLUMNS, "columns"}, {VIEW_HELP, "help"},
	};
	/* clang-format on */
	unsigned others = VIEW_ANY & ~views, named = views;
	size_t at = 0;

	/* what has a key even there has one nearly everywhere */
	if ((views & VIEW_HELP) && (views & VIEW_COLUMNS)) {
		at = (size_t)snprintf(out, size, "every screen%s", others ? " but " : "");
		named = others;
	}
	for (size_t i = 0, count = 0; i < sizeof(names) / sizeof(names[0]) && at < size; i++)
		if (named & names[i].bit)
			at += (size_t)snprintf(out + at, size - at, "%s%s", count++ ? ", " : "",
					       names[i].name);
}
