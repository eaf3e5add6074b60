/*
 * keys.h - what an operator can do, and with which key: one list, many readers.
 *
 * The help screen, the footer and dispatch read these two tables. NEEDS_* is tested once, in
 * dispatch; the footer shows only what would be done here and now.
 */
#ifndef SUBFERRY_UI_KEYS_H
#define SUBFERRY_UI_KEYS_H

#include <stddef.h>

enum view_bit {
	VIEW_COURSES = 1, VIEW_COURSE = 2, VIEW_DIFF = 4, VIEW_FINDINGS = 8, VIEW_LOG = 16,
	VIEW_HELP = 32, VIEW_COLUMNS = 64, VIEW_ITEMS = 128, VIEW_WHY = 256,
	VIEW_ACTS = VIEW_COURSES | VIEW_COURSE | VIEW_DIFF | VIEW_FINDINGS | VIEW_ITEMS | VIEW_WHY,
	VIEW_WAIVES = VIEW_COURSE | VIEW_DIFF | VIEW_FINDINGS | VIEW_ITEMS | VIEW_WHY,
	VIEW_LISTS = VIEW_COURSES | VIEW_COURSE | VIEW_FINDINGS | VIEW_ITEMS | VIEW_LOG,
	VIEW_ANY = 511,
};

enum needs {
	NEEDS_ROW = 1,	   /* a selected row */
	NEEDS_COURSE = 2,  /* a course to act on: tagged, selected, or the one shown */
	NEEDS_SERVICE = 4, /* the engine is not being stopped */
	NEEDS_GO = 8,	   /* work of an earlier session waits, or the operator holds all */
	NEEDS_WORK = 16,   /* all is not held yet */
	NEEDS_FINDING = 32, /* findings that can be waived, or are waived */
};

/* clang-format off */
/* action, needs, word in the footer (NULL: none, or the screen has one of its own), help */
#define ACTION_LIST(X) \
	X(GO,       NEEDS_GO | NEEDS_SERVICE, "go on", "Go on: with the work of an earlier session, or after a hold") \
	X(RUN,      NEEDS_COURSE | NEEDS_SERVICE, "run",      "Launch the tagged courses, else the selected one") \
	X(PAUSE,    NEEDS_COURSE | NEEDS_SERVICE, "pause",    "Pause; a single paused course: resume") \
	X(RESUME,   NEEDS_COURSE | NEEDS_SERVICE, NULL,       "Resume what is paused") \
	X(RETRY,    NEEDS_COURSE | NEEDS_SERVICE, "retry",    "Retry what failed") \
	X(VALIDATE, NEEDS_COURSE | NEEDS_SERVICE, "validate", "Compare the source with edx-val and the store") \
	X(WAIVE,    NEEDS_FINDING | NEEDS_SERVICE, "waive", "Waive a finding, with a reason; a waived one: take that back") \
	X(WAIVE_ALL, NEEDS_FINDING | NEEDS_SERVICE, "waive all", "Waive all findings shown, with one reason") \
	X(HOLD,     NEEDS_WORK | NEEDS_SERVICE, "hold all", "Hold all: nothing new starts until you go on") \
	X(MORE,     NEEDS_SERVICE, NULL, "One worker more") \
	X(FEWER,    NEEDS_SERVICE, NULL, "One worker fewer") \
	X(RATE,     NEEDS_SERVICE, NULL, "Limit on transactions a second") \
	X(UNDO,     0,         "undo",   "Undo: tags, a filter, a launch or pause not taken up yet") \
	X(OPEN,     NEEDS_ROW, NULL,     "Open the selected row") \
	X(WHY,      0,         "why",    "Why: the whole life of the selected item") \
	X(NEXT,     0,         NULL,     "Next match of the search; without one: next difference") \
	X(PREVIOUS, 0,         NULL,     "Previous match or difference") \
	X(TAB,      0,         NULL,     "Next language (diff), code (items), severity (log)") \
	X(BACKTAB,  0,         NULL,     "Previous language, code or severity") \
	X(SEARCH,   0,         "search", "Search as you type; Esc goes back, an empty text ends it") \
	X(FILTER,   0,         "filter", "Show only rows that pass a filter; an empty one shows all") \
	X(TAG,      NEEDS_ROW, "tag",    "Tag or untag the course") \
	X(TAG_ALL,  0,         "tag all",   "Tag all courses shown, beside those tagged already") \
	X(UNTAG,    0,         NULL,     "Untag all") \
	X(GOTO,     0,         "go to",  "Go to a course by a part of its key or name") \
	X(SORT,     0,         "sort",   "Sort by the next column") \
	X(SORT_BACK, 0,        NULL,     "Sort by the column before") \
	X(REVERSE,  0,         NULL,     "Reverse the order") \
	X(SORT_THIS, 0,        "sort by it", "Choice of columns: sort by the selected one") \
	X(COLUMNS,  0,         "columns", "Choose the columns of the list of courses") \
	X(CHOOSE,   0,         "show or hide", "Choice of columns: show or hide the selected one") \
	X(RESTORE,  0,         "default", "Choice of columns: as many as fit, sorted by key") \
	X(FINDINGS, 0,         "findings", "Findings: of all, or of the course shown") \
	X(PLOTS,    0,         NULL,     "Plots of the last minute, or of the last hour") \
	X(LOG,      0,         "log",    "Log of acts and of the engine") \
	X(SHOW_1,   0,         NULL,     "Show only Not-Migrated; again: all") \
	X(SHOW_2,   0,         NULL,     "Show only In-Progress; again: all") \
	X(SHOW_3,   0,         NULL,     "Show only Migrated; again: all") \
	X(SHOW_4,   0,         NULL,     "Show only Failed; again: all") \
	X(SHOW_5,   0,         NULL,     "Show only paused courses; again: all") \
	X(SHOW_ALL, 0,         NULL,     "Show courses of every status") \
	X(UP,       0,         NULL,     "Previous row") \
	X(DOWN,     0,         NULL,     "Next row") \
	X(PAGE_UP,  0,         NULL,     "One page up") \
	X(PAGE_DOWN, 0,        NULL,     "One page down") \
	X(TOP,      0,         NULL,     "First row") \
	X(BOTTOM,   0,         NULL,     "Last row") \
	X(MOUSE,    0,         NULL,     "The mouse: take it, or leave it to the terminal") \
	X(THEME,    0,         NULL,     "Next theme of colours") \
	X(DUMP,     0,         NULL,     "Write this screen into a file") \
	X(REDRAW,   0,         NULL,     "Draw the screen again") \
	X(BACK,     0,         "back",   "Back; on the first screen: show all courses again") \
	X(QUIT,     0,         "quit",   "Back, or leave: work under way finishes; again: at once") \
	X(SUSPEND,  0,         NULL,     "Hold, let transactions finish, and give the shell the terminal") \
	X(PALETTE,  0,         "actions", "Every action, found by typing its name") \
	X(HELP,     0,         "help",   "This list")
/* clang-format on */

#define X(id, needs, word, help) ACTION_##id,
enum action { ACTION_LIST(X) ACTION_COUNT, ACTION_NONE = -1 };
#undef X

struct action_info {
	unsigned needs;
	const char *word, *help;
};
extern const struct action_info action_infos[ACTION_COUNT];

struct key_binding {
	int key; /* a character, or a KEY_ code of curses */
	unsigned views;
	enum action action;
};
extern const struct key_binding key_bindings[];
extern const size_t key_binding_count;

/* What @key does on @view; ACTION_NONE. */
enum action keys_action(int key, unsigned view);
/* The views on which @action has a key. */
unsigned keys_views(enum action action);
/* "Enter", "^L", "r": into @out. */
void keys_name(int key, char *out, size_t size);
/* The first key of @action on @view; 0 if it has none there. */
int keys_first(enum action action, unsigned view);

#endif
