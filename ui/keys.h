/*
 * keys.h - what an operator can do, and with which key: one list, many readers.
 *
 * The help screen, the footer, the palette, dispatch and the check of the manual read these two
 * tables. NEEDS_* is tested once, in dispatch; the footer shows only what would be done here and
 * now.
 */
#ifndef SUBFERRY_UI_KEYS_H
#define SUBFERRY_UI_KEYS_H

#include <stddef.h>

enum view_bit {
	VIEW_COURSES = 1, VIEW_COURSE = 2, VIEW_DIFF = 4, VIEW_FINDINGS = 8, VIEW_LOG = 16,
	VIEW_HELP = 32, VIEW_COLUMNS = 64, VIEW_ITEMS = 128, VIEW_WHY = 256,
	VIEW_RUNS = 512, VIEW_COMPARE = 1024, VIEW_BOARD = 2048,
	VIEW_ACTS = VIEW_COURSES | VIEW_COURSE | VIEW_DIFF | VIEW_FINDINGS | VIEW_ITEMS | VIEW_WHY |
		    VIEW_BOARD,
	VIEW_WAIVES = VIEW_COURSE | VIEW_DIFF | VIEW_FINDINGS | VIEW_ITEMS | VIEW_WHY,
	VIEW_LISTS = VIEW_COURSES | VIEW_COURSE | VIEW_FINDINGS | VIEW_ITEMS | VIEW_LOG | VIEW_RUNS |
		     VIEW_COMPARE,
	VIEW_TABS = VIEW_DIFF | VIEW_ITEMS | VIEW_LOG | VIEW_COMPARE,
	VIEW_ANY = 4095,
};

enum needs {
	NEEDS_ROW = 1,	   /* a selected row */
	NEEDS_COURSE = 2,  /* a course to act on: tagged, selected, or the one shown */
	NEEDS_SERVICE = 4, /* the engine is not being stopped */
	NEEDS_GO = 8,	   /* work of an earlier session waits, or the operator holds all */
	NEEDS_WORK = 16,   /* all is not held yet */
	NEEDS_FINDING = 32, /* findings that can be waived, or are waived */
	NEEDS_ENGINE = 64, /* one runs, here or elsewhere */
	NEEDS_FLAG = 128,  /* the campus has one */
};

/* clang-format off */
/* action, needs, name, word in the footer (NULL: none, or the screen has one of its own), help */
#define ACTION_LIST(X) \
	X(GO,        NEEDS_GO | NEEDS_SERVICE,     "go on",                 "go on",        "Go on: with the work of an earlier session, or after a hold") \
	X(RUN,       NEEDS_COURSE | NEEDS_SERVICE, "launch",                "run",          "Launch the tagged courses, else the selected one") \
	X(PAUSE,     NEEDS_COURSE | NEEDS_SERVICE, "pause or resume",       "pause",        "Pause; a single paused course: resume") \
	X(RESUME,    NEEDS_COURSE | NEEDS_SERVICE, "resume",                NULL,           "Resume what is paused") \
	X(RETRY,     NEEDS_COURSE | NEEDS_SERVICE, "retry",                 "retry",        "Retry what failed") \
	X(VALIDATE,  NEEDS_COURSE | NEEDS_SERVICE, "validate",              "validate",     "Compare the source with edx-val and the store") \
	X(REHEARSE,  NEEDS_COURSE | NEEDS_SERVICE, "dry run",               "dry run",      "Dry run: what a migration would do, written nowhere; during one: end it") \
	X(WAIVE,     NEEDS_FINDING | NEEDS_SERVICE, "waive",                "waive",        "Waive a finding, with a reason; a waived one: take that back") \
	X(WAIVE_ALL, NEEDS_FINDING | NEEDS_SERVICE, "waive all shown",       "waive all",    "Waive all findings shown, with one reason") \
	X(BOARD,     NEEDS_COURSE,                 "gate board",            "board",        "The gates before the flag, of the tagged courses or the selected one") \
	X(FLAG_ON,   NEEDS_COURSE | NEEDS_FLAG | NEEDS_SERVICE, "flag on",  "flag on",      "Switch the flag on, where all gates are green; a word is asked for") \
	X(FLAG_OFF,  NEEDS_COURSE | NEEDS_FLAG | NEEDS_SERVICE, "flag off", "flag off",     "Switch the flag off; one key confirms it") \
	X(LOOK,      0,                            "look again",            "look again",   "Gate board: look at every gate anew") \
	X(HOLD,      NEEDS_WORK | NEEDS_ENGINE | NEEDS_SERVICE, "hold all",   "hold all",     "Hold all: nothing new starts until you go on") \
	X(MORE,      NEEDS_ENGINE | NEEDS_SERVICE, "more workers",          NULL,           "One worker more") \
	X(FEWER,     NEEDS_ENGINE | NEEDS_SERVICE, "fewer workers",         NULL,           "One worker fewer") \
	X(RATE,      NEEDS_ENGINE | NEEDS_SERVICE, "limit the rate",        NULL,           "Limit on transactions a second") \
	X(UNDO,      0,                            "undo",                  "undo",         "Undo: tags, a filter, a launch or pause not taken up yet") \
	X(OPEN,      NEEDS_ROW,                    "open",                  NULL,           "Open the selected row") \
	X(WHY,       0,                            "why",                   "why",          "Why: the whole life of the selected item") \
	X(NEXT,      0,                            "next match",            NULL,           "Next match of the search; without one: next difference") \
	X(PREVIOUS,  0,                            "previous match",        NULL,           "Previous match or difference") \
	X(TAB,       0,                            "next language",         NULL,           "Next language (diff), code (items), severity (log), list (compare)") \
	X(BACKTAB,   0,                            "previous language",     NULL,           "Previous language, code, severity or list") \
	X(SEARCH,    0,                            "search",                "search",       "Search as you type; Esc goes back, an empty text ends it") \
	X(FILTER,    0,                            "filter",                "filter",       "Show only rows that pass a filter; an empty one shows all") \
	X(TAG,       NEEDS_ROW,                    "tag",                   "tag",          "Tag or untag the course; a run, to compare two") \
	X(TAG_ALL,   0,                            "tag all shown",         "tag all",      "Tag all courses shown, beside those tagged already") \
	X(UNTAG,     0,                            "untag all",             NULL,           "Take the tags from all courses") \
	X(GOTO,      0,                            "go to course",          "go to",        "Go to a course by a part of its key or name") \
	X(SORT,      0,                            "sort by next column",   "sort",         "Sort by the next column") \
	X(SORT_BACK, 0,                            "sort by column before",  NULL,           "Sort by the column before") \
	X(REVERSE,   0,                            "reverse order",         NULL,           "Reverse the order") \
	X(SORT_THIS, 0,                            "sort by this column",   "sort by it",   "Choice of columns: sort by the selected one") \
	X(COLUMNS,   0,                            "choose columns",        "columns",      "Choose the columns of the list of courses") \
	X(CHOOSE,    0,                            "show or hide column",   "show or hide", "Choice of columns: show or hide the selected one") \
	X(RESTORE,   0,                            "default columns",       "default",      "Choice of columns: as many as fit, sorted by key") \
	X(FINDINGS,  0,                            "findings",              "findings",     "Findings: of all, or of the course shown") \
	X(PLOTS,     0,                            "plots",                 NULL,           "Plots of the last minute, or of the last hour") \
	X(LOG,       0,                            "log",                   "log",          "Log of acts and of the engine") \
	X(RUNS,      0,                            "runs",                  "runs",         "Runs: every pass, dry, mock or real, and what it did") \
	X(REFRESH,   NEEDS_SERVICE,                "refresh",               "refresh",      "Staging was restored: the next generation; asks for the campus name") \
	X(SHOW_1,    0,                            "show Not-Migrated",     NULL,           "Show only Not-Migrated; again: all") \
	X(SHOW_2,    0,                            "show In-Progress",      NULL,           "Show only In-Progress; again: all") \
	X(SHOW_3,    0,                            "show Migrated",         NULL,           "Show only Migrated; again: all") \
	X(SHOW_4,    0,                            "show Failed",           NULL,           "Show only Failed; again: all") \
	X(SHOW_5,    0,                            "show paused",           NULL,           "Show only paused courses; again: all") \
	X(SHOW_ALL,  0,                            "show all",              NULL,           "Show courses of every status") \
	X(UP,        0,                            "up",                    NULL,           "Previous row") \
	X(DOWN,      0,                            "down",                  NULL,           "Next row") \
	X(PAGE_UP,   0,                            "page up",               NULL,           "One page up") \
	X(PAGE_DOWN, 0,                            "page down",             NULL,           "One page down") \
	X(TOP,       0,                            "first row",             NULL,           "First row") \
	X(BOTTOM,    0,                            "last row",              NULL,           "Last row") \
	X(MOUSE,     0,                            "mouse",                 NULL,           "The mouse: take it, or leave it to the terminal") \
	X(THEME,     0,                            "next theme",            NULL,           "Next theme of colours") \
	X(DUMP,      0,                            "dump screen",           NULL,           "Write this screen into a file") \
	X(REDRAW,    0,                            "redraw",                NULL,           "Draw the screen again") \
	X(BACK,      0,                            "back",                  "back",         "Back; on the first screen: show all courses again") \
	X(QUIT,      0,                            "quit",                  "quit",         "Back, or leave: work under way finishes; again: at once") \
	X(SUSPEND,   0,                            "suspend",               NULL,           "Hold, let transactions finish, and give the shell the terminal") \
	X(PALETTE,   0,                            "actions",               "actions",      "Every action, found by typing its name") \
	X(HELP,      0,                            "help",                  "help",         "This list")
/* clang-format on */

#define X(id, needs, name, word, help) ACTION_##id,
enum action { ACTION_LIST(X) ACTION_COUNT, ACTION_NONE = -1 };
#undef X

struct action_info {
	unsigned needs;
	const char *name; /* no other action has it */
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

/* What @key does on @view, or on the first of several; ACTION_NONE. */
enum action keys_action(int key, unsigned view);
/* The views on which @action has a key. */
unsigned keys_views(enum action action);
/* "Enter", "^L", "r": into @out; "" for a key that is another way to say one that has a name. */
void keys_name(int key, char *out, size_t size);
/* "Up k": all keys of @action on one of @views. */
void keys_names(enum action action, unsigned views, char *out, size_t size);
/* "courses, course", "every screen but log": into @out. */
void keys_views_text(unsigned views, char *out, size_t size);
/* The first key of @action on @view; 0 if it has none there. */
int keys_first(enum action action, unsigned view);

#endif
