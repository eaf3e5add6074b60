/*
 * view.h - the screens and the console they stand in (inside ui/ only).
 *
 * A screen is a struct view_ops and a struct that begins with a struct view. The console keeps
 * them on a stack, asks the desk for the page the top one wants, and hands it the newest
 * snapshot that answers. A key handler changes state and returns REACT_ bits; the loop alone
 * draws. Everything here belongs to the UI thread.
 */
#ifndef SUBFERRY_UI_VIEW_H
#define SUBFERRY_UI_VIEW_H

#include <wchar.h>

#include "src/engine/desk.h"
#include "ui/console.h"
#include "ui/course_layout.h"
#include "ui/glyph.h"
#include "ui/keys.h"
#include "ui/list.h"
#include "ui/prompt.h"
#include "ui/tags.h"
#include "ui/theme.h"
#include "ui/undo.h"

#define VIEW_DEPTH 8
#define SCREEN_MIN_ROWS 15
#define SCREEN_MIN_COLS 60

enum react { REACT_NONE = 0, REACT_REDRAW = 1, REACT_RELAYOUT = 2 };

/* The lines a screen may draw on: @h from @y, @w cells each. */
struct area {
	int y, h, w;
};

/* What a screen is opened on. */
struct place {
	int64_t course, video;
	const char *language; /* or "" */
	const char *code;     /* of findings: name of the only one, static; NULL: all */
	int64_t run_a, run_b; /* of a comparison; run_a 0: the run before */
};

/* What an act is for. */
struct target {
	const int64_t *ids;
	size_t count;
	bool named;  /* one by one */
	int64_t one; /* storage for @ids of a single course */
	bool paused; /* a single course that is paused */
	const struct course_row *course; /* a single one, borrowed from the page; NULL: not known */
	/* The screen is of this finding: it is what ACTION_RETRY retries. Static; NULL: of none. */
	const char *finding;
	bool having;	    /* all courses that have it open: the desk is asked for their ids */
	const char *filter; /* of these; borrowed */
	const char *why;    /* there is nothing to act on because ...; static, or NULL */
};

/* What ACTION_WAIVE is for. */
struct waiving {
	struct page_question question;
	bool back; /* all of it is waived, as far as the screen knows */
};

struct view;
struct console;

struct view_ops {
	const char *name;
	enum view_bit bit;
	enum page_kind kind;
	bool dashboard; /* wants the tall head */
	/* What the footer shows, as far as there is room; ends with ACTION_NONE. Going on, the
	   palette, going back and help are there on every screen. */
	const enum action *footer;
	const char *open_word, *next_word, *tab_word; /* how the footer calls these here */
	/* NULL without memory. */
	struct view *(*open)(struct console *console, const struct place *place);
	void (*layout)(struct view *view);
	/* Fills @request (zeroed, kind set) with the page it wants. */
	void (*ask)(const struct view *view, struct page_request *request);
	/* view->page is a newer one. May be NULL. */
	void (*take)(struct view *view);
	/* list.filter or only has changed. May be NULL. */
	void (*filtered)(struct view *view);
	void (*draw)(struct view *view, const struct snapshot *now);
	/* Actions the console does not handle itself. */
	unsigned (*key)(struct view *view, enum action action);
	/* The item under the cursor, for its story; false if there is none. NULL: what the screen
	   was opened on. */
	bool (*item)(const struct view *view, struct place *place);
	/* False if there is nothing to act on. May be NULL. */
	bool (*target)(const struct view *view, struct target *target);
	/* Says in @waiving (no code, nothing else either) which findings ACTION_WAIVE is for, or with
	   @all ACTION_WAIVE_ALL; view->page is there. Why there are none, or NULL. May be NULL. */
	const char *(*waives)(const struct view *view, bool all, struct waiving *waiving);
	void (*close)(struct view *view);
};

struct view {
	const struct view_ops *ops;
	struct console *console;
	struct snapshot *page; /* newest that answers this screen; NULL before the first */
	struct area area;
	struct list list;
	int64_t slid_at; /* another row came under the cursor by itself (monotonic ms); 0: not yet */
	int rows_y; /* where the first row in sight was last drawn, and which one it is: for the mouse */
	int64_t rows_first; /* rows_y 0: there are none to select */
	int only; /* what one key restricts the rows to, as the screen counts it */
	struct place place;
};

/* A course that is looked for by a part of its key. */
struct guessing {
	int64_t step;	       /* which of those that fit is asked for */
	int64_t course, count; /* as last answered: its id, 0 none; of how many */
	bool answered;	       /* the answer is to what is typed now */
	bool enter;	       /* open it as soon as it is known */
};

/* mouse.c */
struct mouse {
	bool taken;
	int64_t opened; /* when a click opened a row (monotonic ms), and on which line */
	int opened_y;
	int report;	/* TERM_MOUSE, TERM_MOUSE_OLD: one has begun; 0 */
	char bytes[16]; /* of it */
	size_t len;
};

/* The palette while it is open. */
struct palette {
	enum action found[ACTION_COUNT]; /* what fits the text, best first */
	int count, selected;		 /* -1: none */
	int64_t since;			 /* when it was opened (monotonic ms) */
	bool taken;			 /* what was chosen is being done */
};

/* What the desk was asked for (ask.h). */
struct asking {
	struct page_question question;
	enum action action; /* that waits for it */
	bool back;	    /* of ACTION_WAIVE: the screen said that it takes waivers back */
	/* NULL: nothing waits */
	void (*take)(struct console *console, const struct snapshot *answer);
};

/* A number of workers, a limit on the rate, that was wished and may not have come about yet. */
struct tuning {
	int64_t workers; /* 0: none */
	int64_t at;	 /* monotonic ms */
	int64_t rate;
	int64_t rate_at; /* 0: none was wished */
};

struct console {
	const struct console_options *options;
	struct campus *campus;
	struct desk *desk;
	struct plain *plain; /* lines instead of a screen (plain.h), or NULL */
	struct snapshot *now; /* newest snapshot; never NULL while the loop runs */
	struct page_request asked;
	bool has_asked;
	struct view *views[VIEW_DEPTH];
	int depth;
	uint64_t opened; /* counts screens opened and closed */
	uint64_t drawn;	 /* what that was when the top one was last drawn; 0: with a prompt */
	struct prompt prompt;
	mbstate_t half; /* of a character whose bytes have not all been read */
	struct tags tags; /* changed through undo.h */
	struct undo undo;
	struct guessing guessing; /* while the prompt asks where to go */
	struct palette palette;
	struct asking asking;
	struct tuning tuning;
	struct desk_question question; /* the newest of the desk's that was shown */
	const struct view *boards_of;  /* whose boards the desk looks at; only compared */
	bool plots_of_hour;	  /* the plots show an hour, not a minute */
	struct column_choice columns; /* of the list of courses */
	char note[576]; /* a word of the console itself, until the next key or message */
	enum role note_role;
	int64_t note_at; /* when it was said (monotonic ms); 0: it stands for an answer to come */
	bool note_hid;	      /* it hid what an act waits for when the newest key was pressed */
	struct message message; /* of the desk, the one that is shown */
	int64_t message_at;	/* since when (monotonic ms) */
	bool message_gone;
	bool message_seen; /* a key was pressed since it came */
	int64_t suspend_since; /* ^Z waits for work under way to finish (monotonic ms); 0: it does not */
	int stopping;	 /* 0, 1: transactions finish, 2: at once */
	bool hung_up;	 /* nobody sees us: draw nothing more */
	struct mouse mouse;
	struct dump_job *dump; /* a screen that is being written into a file, or NULL */
	bool screen_is_old;    /* keys have come since it was drawn, or it was drawn with a prompt */
	int64_t row_since; /* since when keys wait for the selected row (monotonic ms); 0: they do not */
	bool keys_wait;	 /* some may be left inside curses, where poll() does not see them */
	int64_t pasted_at; /* when the last key of a paste came (monotonic ms); 0: none goes on */
	bool running, dirty, too_small;
};

/* ---- console.c, for screens ---------------------------------------------------------------*/

struct view *console_top(const struct console *console);
/* Opens a screen on top of the present one. */
void console_push(struct console *console, const struct view_ops *ops, const struct place *place);
void console_pop(struct console *console); /* the first screen stays */
/* The terminal or the stack has changed. */
void console_relayout(struct console *console);
/* The screen as it is to be now. */
void console_draw(struct console *console);
/* Takes the newest snapshot, gives it to the top screen, and asks for what that wants. */
void console_look(struct console *console);
/* What the top screen asks for now. */
void console_request(const struct console *console, struct page_request *request);
/* The top screen has the page it asks for, read to its end. */
bool console_has_page(const struct console *console);
/* Keys wait, not for ever: for the row they are meant for, or for the answer to a search. */
bool console_waits(struct console *console);
/* Forgets what was typed and has not been looked at. */
void console_drop_keys(struct console *console);
/* Signals: ^C and its like, ^Z, another size. */
void console_take_events(struct console *console);
/* What is shown is the answer to an older question (another order, another filter): no act is meant
   for its rows. */
bool console_rows_are_old(const struct console *console);
/* Nobody knows yet what the selected row is: those rows, or a part of the list that has not come. */
bool console_row_is_unread(const struct console *console);
/* The first time lets what is under way finish, the second ends at once. */
void console_stop(struct console *console);
int64_t console_wall(const struct console *console);  /* microseconds */
int64_t console_clock(const struct console *console); /* monotonic, milliseconds */

/* ---- messages.c ---------------------------------------------------------------------------*/

/* A word of the console's own, before all that the desk says. */
void console_note(struct console *console, enum role role, const char *fmt, ...) SF_PRINTF(3, 4);
/* Shows the desk's next message, once what is shown can have been read: to be called now and then. */
void messages_look(struct console *console);
/* There is one that has to wait for that. */
bool messages_wait(const struct console *console);

/* ---- dispatch.c ---------------------------------------------------------------------------*/

/* @key is a character, or with @code a KEY_ code of curses. */
void dispatch_key(struct console *console, int key, bool code);
/* Does @action here and now, as its key would; what is not possible is told. */
void dispatch_action(struct console *console, enum action action);
/* Why @action is not possible here and now; NULL: it is. On a screen where no key does it, it is
   not. What NEEDS_* ask for is looked at here and nowhere else; footer, palette and keys ask it.
   The text is valid until the next call. */
const char *dispatch_refusal(const struct console *console, enum action action);

/* ---- find.c -------------------------------------------------------------------------------*/

/* Opens the prompt of ACTION_SEARCH, ACTION_FILTER or ACTION_GOTO. */
void find_open(struct console *console, enum action action);
/* The text of a filter has changed: says behind it which fields there are. */
void find_filter_typed(struct console *console);
/* What a key did in it; true: the prompt has closed itself, or stays until an answer comes. */
bool find_key(struct console *console, enum prompt_answer answer);
/* Tags all courses that are shown, as soon as their ids are there. */
void find_tag_all(struct console *console);
/* Adds questions to @request; looks for answers in the newest snapshot. */
void find_ask(const struct console *console, struct page_request *request);
void find_answer(struct console *console);
/* Keys wait for an answer; it does not come. */
bool find_waits(const struct console *console);
void find_give_up(struct console *console);

/* ---- view.c: what screens share -----------------------------------------------------------*/

void view_init(struct view *view, struct console *console, const struct view_ops *ops,
	       const struct list_rows *rows, const struct place *place);
/* Frees what view_init() and the loop put there, and the view. */
void view_free(struct view *view);
/* Up, down, pages, ends, search, sort and filter of the list. */
unsigned view_list_key(struct view *view, enum action action);
void view_found(struct view *view, enum list_found found);
/* Cells that the lower rule has for @extra now. */
int view_rule_room(const struct view *view);
/* The lower rule: the newest message, and what restricts the list (@extra may be ""). */
void view_rule(const struct view *view, int y, const char *extra);
/* Draws a warning or an error that the rule cuts short on @lines lines from @y; false: it does
   not have to. */
bool view_tell_whole(const struct view *view, int y, int lines);
/* Why there are no rows, in the middle of the list; nothing when there are. */
void view_draw_empty(const struct view *view, int y, int h, const char *nothing);
/* The rows are drawn from line @y on: returns the one that stands there. */
int64_t view_rows_begin(struct view *view, int y);
/* What stands after the heading of the column @sort: the sign of the order, or "". */
const char *view_sort_mark(const struct view *view, int sort);
/* A course's key for a column of @cells: where that is narrow, without the "course-v1:" that says
   nothing and takes the run's place. Borrowed from @key. */
const char *view_key(const char *key, int cells);
/* "x 3": open errors and warnings in a few cells. */
enum role view_findings(const struct counts *counts, char *out, size_t size);
enum role view_severity_role(enum finding_severity severity);
enum glyph view_severity_glyph(enum finding_severity severity);
/* Whose findings the screen @view shows: "all courses", or the key of the one, for @room cells.
   The text is borrowed: of the page, or in @out. */
const char *view_of_course(const struct view *view, int room, char *out, size_t size);
/* "errors 3  warnings 1  notices 0  waived 2" from column @x of line @y; returns the column
   behind. */
int view_draw_sums(const struct snapshot *page, int y, int x, int limit);

/* ---- head.c: the lines that are always there ----------------------------------------------*/

/* What a filter says for "only paused ones". */
#define HEAD_PAUSED_TERM "status:paused"
/* Courses of every status. */
#define HEAD_MODE 40
/* "mock 2" once a run of this mode is the newest here, else "mock"; into @out, which is returned. */
const char *head_mode(const struct snapshot *now, char *out, size_t size);
int64_t head_courses(const struct snapshot *now);
int head_rows(const struct console *console, bool dashboard, int rows);
void head_draw(const struct console *console, bool dashboard, int rows, int cols);
/* What is left of all that on a screen too small for more. */
void head_draw_small(const struct console *console, int rows, int cols);

/* ---- footer.c -----------------------------------------------------------------------------*/

/* The keys that work here and now. */
void footer_draw(const struct console *console, int y, int cols);
/* What the key does that was drawn last at column @x; ACTION_NONE. */
enum action footer_action(int x);

/* ---- act.c --------------------------------------------------------------------------------*/

bool act_target(const struct console *console, struct target *target);
/* Acts at once, or asks first when it is for several, or writes links into the source. */
void act_begin(struct console *console, enum action action);
/* A dry run is under way in this process. */
bool act_rehearses(const struct console *console);
/* Goes on with the work of an earlier session, or after a hold; asks as above. */
void act_go(struct console *console);
/* The confirming key came: acts, and closes the prompt; or asks for the word with it. */
void act_confirmed(struct console *console);
/* A word was entered: acts if it is the right one; the prompt is closed. */
void act_word(struct console *console);

/* ---- flags.c ------------------------------------------------------------------------------*/

/* Asks for the typed word, or for one key; what cannot be is told. */
void flags_begin(struct console *console, enum action action);
/* Why flags cannot be switched on here and now, and which gate is red; NULL: they can. The text is
   valid until the next call. */
const char *flags_refusal(const struct console *console);
/* The confirming key, or the word, came. */
void flags_confirmed(struct console *console);
void flags_word(struct console *console);
/* Courses of the board that would be switched on: green, and not on yet; @ids may be NULL. */
size_t flags_ready(const struct boards *boards, int64_t *ids);
/* As far as is known; NULL: nothing is. */
bool flags_may_be_on(const struct boards *boards);
/* One of them, @best if that is; NULL: there is none. */
const struct board *flags_ready_one(const struct boards *boards, const struct board *best);

/* ---- questions.c --------------------------------------------------------------------------*/

/* The desk asks before it does what it was told: opens the prompt as soon as none is open. */
void questions_look(struct console *console);
/* The confirming key, the word, the reason came, or (_drop) anything else. */
/* While one is asked, all of it, in the lines above @bottom. */
void questions_draw(const struct console *console, int bottom, int width);
void questions_confirmed(struct console *console);
void questions_word(struct console *console);
void questions_reason(struct console *console);
void questions_drop(struct console *console);

/* ---- the screens --------------------------------------------------------------------------*/

/* A line of the story of screen_why, made harmless. Borrowed. */
const char *why_line(const struct view *view, int64_t at, size_t *len);
extern const struct view_ops screen_courses, screen_course, screen_diff, screen_findings,
	screen_items, screen_why, screen_log, screen_help, screen_columns, screen_runs,
	screen_compare, screen_board;

/* The boards that @view shows, as far as they were looked at; NULL before the first. */
const struct boards *board_boards(const struct view *view);
/* It is of several courses. */
bool board_is_of_several(const struct view *view);
/* The board under the cursor, or the only one; NULL. */
const struct board *board_selected(const struct view *view);
/* The key of the course under the cursor, or of the only one, before its first look, too; NULL: not
   known. Borrowed. */
const char *board_key_of(const struct view *view);
/* Line @at of the board of one course, harmless; NULL. Borrowed. */
const char *board_line(const struct view *view, int64_t at);
/* The sign of a gate, and its colour. */
enum glyph board_sign(enum gate_color color, enum role *role);

/* What there is to say of @course (NULL: nothing), two lines from @y. */
void course_details_draw(const struct view *view, int y, const struct course_row *course);
/* The order of the first screen, the courses; it is remembered, and said. _first: with the end
   first that one looks for in that column. */
void courses_sort(struct console *console, enum course_sort sort, bool descending);
void courses_sort_first(struct console *console, enum course_sort sort);

#endif
