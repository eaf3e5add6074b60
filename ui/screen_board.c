/*
 * screen_board.c - the gates before the flag: of one course each with what it rests on, of several
 * a column a gate and those of the selected course below.
 *
 * The gates are looked at anew each time the screen comes to the top; those of one course stay in
 * sight meanwhile, as what they are: what was seen before. While the word for switching on is asked
 * for, the screen shows what follows from it.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/board_lines.h"
#include "ui/glyph.h"
#include "ui/widget.h"

#define TITLE_LINES 1
#define HEADING_LINES 1
#define VERDICT_LINES 2
#define GATE_CELLS 4  /* of a gate's column */
#define FLAG_CELLS 9
#define WIDE 150      /* cells from which gates have their names in full */
#define KEY_MOST 50   /* of a course, where there are verdicts */
#define VERDICT_MIN 30 /* cells that a column of verdicts must have */

struct board_view {
	struct view view;
	int64_t *ids; /* owned */
	size_t count;
	char *key; /* of the one course, owned; NULL: several, or not known before the first look */
	struct boards *former; /* of one course, while it is looked at anew; owned, or NULL */
	uint64_t serial; /* of the newest desk_show_boards() of this view */
	struct board_lines lines; /* of one course */
};

/* ---- what the desk has --------------------------------------------------------------------*/

static size_t board_count(const struct snapshot *page)
{
	return page->boards ? page->boards->count : 0;
}

static int64_t board_id(const struct snapshot *page, size_t row)
{
	return page->boards->items[row].course;
}

/* Lines are counted here, not in the page. */
static size_t no_count(const struct snapshot *page)
{
	(void)page;
	return 0;
}

static const struct list_rows rows_of_several = {.count = board_count, .id = board_id};
static const struct list_rows rows_of_one = {.count = no_count};

const struct boards *board_boards(const struct view *view)
{
	return view->ops == &screen_board && view->page ? view->page->boards : NULL;
}

bool board_is_of_several(const struct view *view)
{
	return ((const struct board_view *)view)->count > 1;
}

const struct board *board_selected(const struct view *view)
{
	const struct boards *boards = board_boards(view);
	int64_t row = board_is_of_several(view) ? list_selected_row(&view->list, view->page) : 0;

	return boards && row >= 0 && row < (int64_t)boards->count ? &boards->items[row] : NULL;
}

/* What is in sight of one course: its board, or the one before until that is there. */
static const struct board *board_in_sight(const struct board_view *board)
{
	const struct board *now = board_selected(&board->view);

	return now || !board->former || !board->former->count ? now : &board->former->items[0];
}

const char *board_key_of(const struct view *view)
{
	const struct board_view *board = (const struct board_view *)view;
	const struct board *selected = board_in_sight(board);

	return selected && selected->key ? selected->key : board->key;
}

const char *board_line(const struct view *view, int64_t at)
{
	const struct board_lines *lines = &((const struct board_view *)view)->lines;

	return at >= 0 && at < (int64_t)lines->count ? lines->list[at].text : NULL;
}

/* ---- life ---------------------------------------------------------------------------------*/

/* The key of the one course, as the screen below has it, for the time before the first look. */
static char *key_below(const struct console *console, const struct target *target)
{
	const struct view *below = console_top(console);
	const char *key = target->course ? target->course->key : NULL;

	if (!key && below->ops == &screen_board)
		key = board_key_of(below);
	return key && target->count == 1 ? strdup(key) : NULL;
}

static struct view *board_open(struct console *console, const struct place *place)
{
	struct board_view *board = calloc(1, sizeof(*board));
	struct target target = {.count = 1};
	size_t size;

	if (!board)
		return NULL;
	/* what the screen below is about: it is still on top */
	if (place)
		target.one = place->course;
	else
		act_target(console, &target);
	target.ids = place ? &target.one : target.ids;
	size = target.count * sizeof(*board->ids);
	board->ids = malloc(size + 1);
	if (!board->ids) {
		free(board);
		return NULL;
	}
	memcpy(board->ids, target.ids, size);
	board->count = target.count;
	board->key = key_below(console, &target);
	view_init(&board->view, console, &screen_board,
		  target.count > 1 ? &rows_of_several : &rows_of_one, place);
	board->view.list.text = target.count == 1;
	if (target.count == 1)
		board->view.place.course = board->ids[0];
	return &board->view;
}

static void look(struct board_view *board)
{
	struct console *console = board->view.console;
	const struct boards *boards = board_boards(&board->view);

	if (board->count == 1 && boards && boards->count) {
		boards_unref(board->former);
		board->former = boards_ref(board->view.page->boards);
	}
	board->serial = desk_show_boards(console->desk, board->ids, board->count);
	console->boards_of = &board->view;
}

static void break_lines(struct board_view *board)
{
	struct view *view = &board->view;

	board_lines_make(&board->lines, board_in_sight(board), view->area.w, view->console->plain != NULL);
	view->list.total = (int64_t)board->lines.count;
	list_resize(&view->list, view->list.height);
}

/* Lines below the list of several: the gates of the selected one. */
static int gate_lines(const struct area *area)
{
	int room = area->h - TITLE_LINES - HEADING_LINES - 1 - VERDICT_LINES;

	return room >= 2 * BOARD_GATES ? BOARD_GATES : room / 2;
}

static void board_layout(struct view *view)
{
	struct board_view *board = (struct board_view *)view;
	int height = view->area.h - TITLE_LINES - 1 - VERDICT_LINES;

	if (view->console->boards_of != view)
		look(board);
	if (board->count > 1) {
		list_resize(&view->list, height - HEADING_LINES - gate_lines(&view->area));
		return;
	}
	list_resize(&view->list, height);
	break_lines(board);
}

static void board_ask(const struct view *view, struct page_request *request)
{
	const struct board_view *board = (const struct board_view *)view;

	list_ask(&view->list, request);
	request->first = 0; /* they are all here */
	request->selected = 0;
	request->video = (int64_t)board->serial;
}

static void board_take(struct view *view)
{
	struct board_view *board = (struct board_view *)view;
	const struct boards *boards = board_boards(view);

	if (boards && !boards->looking) {
		boards_unref(board->former);
		board->former = NULL;
	}
	if (board->count > 1)
		list_take(&view->list, view->page);
	else
		break_lines(board);
}

static void board_close(struct view *view)
{
	struct board_view *board = (struct board_view *)view;

	if (view->console->boards_of == view)
		view->console->boards_of = NULL;
	board_lines_clear(&board->lines);
	boards_unref(board->former);
	free(board->key);
	free(board->ids);
	view_free(view);
}

/* ---- keys ---------------------------------------------------------------------------------*/

static unsigned board_key(struct view *view, enum action action)
{
	struct board_view *board = (struct board_view *)view;
	const struct board *selected = board_in_sight(board);

	switch (action) {
	case ACTION_LOOK:
		look(board);
		console_note(view->console, ROLE_NORMAL, "every gate is looked at anew");
		break;
	case ACTION_OPEN:
		if (selected)
			console_push(view->console,
				     board->count > 1 ? &screen_board : &screen_course,
				     &(struct place){.course = selected->course, .language = ""});
		break;
	default:
		return view_list_key(view, action);
	}
	return REACT_REDRAW;
}

static bool board_item(const struct view *view, struct place *place)
{
	const struct board *board = board_in_sight((const struct board_view *)view);

	if (board)
		*place = (struct place){.course = board->course, .language = ""};
	return board != NULL;
}

static bool board_target(const struct view *view, struct target *target)
{
	const struct board_view *board = (const struct board_view *)view;

	target->ids = board->ids;
	target->count = board->count;
	return board->count > 0;
}

/* ---- drawing ------------------------------------------------------------------------------*/

static void draw_title(const struct board_view *board, int y)
{
	const struct view *view = &board->view;
	const struct boards *boards = board_boards(view);
	const char *one = board_key_of(view);
	int width = view->area.w - 1;
	char key[512];
	int x;

	if (board->count == 1) {
		x = widget_put(y, 1, width, ROLE_TITLE, "gate board");
		if (one)
			widget_put(y, x + 2, width, ROLE_NORMAL, "%s",
				   widget_course_key(one, width - x - 2, key, sizeof(key)));
		return;
	}
	x = widget_put(y, 1, width, ROLE_TITLE, "gate board of %s courses",
		       widget_number((int64_t)board->count).text);
	if (boards && boards->looking)
		widget_put(y, x + 2, width, ROLE_BUSY, "%s looked at",
			   widget_number((int64_t)boards->count).text);
	else if (boards)
		widget_put(y, x + 2, width, ROLE_NORMAL, "%s can be switched on",
			   widget_number((int64_t)flags_ready(boards, NULL)).text);
}

static void draw_lines(const struct board_view *board, int y)
{
	const struct view *view = &board->view;
	int height = (int)view->list.height;

	if (board->lines.failed)
		widget_text(y, 1, view->area.w - 2, ROLE_ERROR, "out of memory: what the gates say cannot be shown");
	for (int i = 0; i < height && view->list.top + i < view->list.total; i++)
		board_lines_draw(&board->lines, (size_t)(view->list.top + i), y + i, view->area.w,
				 view->list.total > height && view->list.top + i == view->list.selected);
}

/* Where the columns of several boards stand. */
struct columns {
	int key, gates, flag, verdict, width;
	int gate[BOARD_GATES];
	bool whole; /* gates have their names in full */
};

/* In short, as they come on the lines below. */
static const char *const gate_words[BOARD_GATES] = {
	[BOARD_MIGRATED] = "mig", [BOARD_EVIDENCE] = "evd", [BOARD_ERRORS] = "err",
	[BOARD_LINKS] = "lnk", [BOARD_STILL] = "psd", [BOARD_FLAG] = "flg",
};

static const char *gate_heading(const struct columns *at, int gate)
{
	return at->whole ? board_gate_name((enum board_gate)gate) : gate_words[gate];
}

/* Of all gates. */
static int gates_cells(const struct columns *at)
{
	int cells = 0;

	for (int gate = 0; gate < BOARD_GATES; gate++)
		cells += at->whole ? widget_cells(gate_heading(at, gate)) + 2 : GATE_CELLS;
	return cells;
}

static struct columns columns_for(int width)
{
	struct columns at = {.key = 2, .width = width, .whole = width >= WIDE};
	int fixed = gates_cells(&at) + FLAG_CELLS + 1;
	int key = width - fixed - at.key - VERDICT_MIN, x;

	key = key >= KEY_MOST ? KEY_MOST : key >= 40 ? key : width - fixed - at.key;
	at.gates = x = at.key + key;
	for (int gate = 0; gate < BOARD_GATES; gate++) {
		at.gate[gate] = x;
		x += at.whole ? widget_cells(gate_heading(&at, gate)) + 2 : GATE_CELLS;
	}
	at.flag = x;
	at.verdict = at.flag + FLAG_CELLS;
	return at;
}

static void draw_heading(const struct columns *at, int y)
{
	widget_text(y, at->key, at->gates - at->key - 1, ROLE_DIM, "COURSE");
	for (int gate = 0; gate < BOARD_GATES; gate++)
		widget_text(y, at->gate[gate], widget_cells(gate_heading(at, gate)), ROLE_DIM,
			    gate_heading(at, gate));
	widget_text(y, at->flag, FLAG_CELLS - 1, ROLE_DIM, "FLAG");
	if (at->width - at->verdict >= VERDICT_MIN)
		widget_text(y, at->verdict, at->width - at->verdict - 1, ROLE_DIM, "VERDICT");
}

static void draw_row(const struct columns *at, int y, const struct board *board, bool selected)
{
	enum role base = selected ? ROLE_SELECTED : ROLE_NORMAL, role;
	char key[512], flag[32];
	int cells = at->gates - at->key - 1;

	widget_text(y, 0, at->width, base, "");
	widget_text(y, 0, 1, base, selected ? glyph(GLYPH_CURSOR) : " ");
	widget_text(y, at->key, cells, base,
		    widget_course_key(view_key(board->key ? board->key : "", cells), cells, key, sizeof(key)));
	for (int gate = 0; gate < BOARD_GATES; gate++) {
		enum glyph sign = board_sign(board->gates[gate].color, &role);

		widget_text(y, at->gate[gate] + widget_cells(gate_heading(at, gate)) / 2, 1, selected ? base : role,
			    glyph(sign));
	}
	role = board_flag_word(board, flag, sizeof(flag));
	widget_text(y, at->flag, FLAG_CELLS - 1, selected ? base : role, flag);
	if (at->width - at->verdict >= VERDICT_MIN)
		widget_text(y, at->verdict, at->width - at->verdict - 1, base, board->verdict);
}

/* Of the selected course: with little room those that are not green. */
static void draw_gates(const struct board *board, int y, int lines, int width)
{
	static const enum gate_color order[] = {GATE_RED, GATE_UNKNOWN, GATE_GREEN};
	bool all = lines >= BOARD_GATES;
	int line = 0;

	for (size_t round = 0; round < (all ? 1 : sizeof(order) / sizeof(order[0])); round++)
		for (int gate = 0; gate < BOARD_GATES && line < lines; gate++)
			if (board->gates[gate].color != GATE_ABSENT &&
			    (all || board->gates[gate].color == order[round]))
				board_gate_draw(board, (enum board_gate)gate, y + line++, width);
}

static void draw_several(const struct board_view *board, int y)
{
	const struct view *view = &board->view;
	const struct boards *boards = board_boards(view);
	struct columns at = columns_for(view->area.w);
	const struct board *selected = board_selected(view);
	int height = (int)view->list.height, lines = gate_lines(&view->area);
	int64_t top;

	draw_heading(&at, y++);
	top = view_rows_begin((struct view *)view, y);
	for (int i = 0; i < height; i++) {
		int64_t row = boards ? list_row(&view->list, view->page, top + i) : -1;

		if (row >= 0)
			draw_row(&at, y + i, &boards->items[row], top + i == view->list.selected);
	}
	if (selected)
		draw_gates(selected, y + height, lines, view->area.w);
}

/* What is known as a whole: of the selected course, or why there is nothing. */
static void draw_verdict(const struct board_view *of, int y)
{
	const struct view *view = &of->view;
	const struct boards *boards = board_boards(view);
	const struct board *board = board_selected(view);
	int width = view->area.w - 2;

	if (view_tell_whole(view, y, VERDICT_LINES))
		return;
	if (board)
		widget_wrapped(y, 1, width, VERDICT_LINES, board_verdict_role(board), board->verdict);
	else if (boards && boards->problem[0])
		widget_wrapped(y, 1, width, VERDICT_LINES, ROLE_ERROR, boards->problem);
	else if (of->former)
		widget_text(y, 1, width, ROLE_BUSY, "as seen before; looking again at status database, source and flag...");
	else
		widget_text(y, 1, width, ROLE_BUSY, "looking at status database, source and flag...");
}

/* While the word for the green ones is asked for: what becomes of the @count others. */
static void draw_others(const struct board_view *board, size_t count, int y)
{
	widget_printf(y, 1, board->view.area.w - 2, ROLE_NORMAL, "the other %s stay%s as %s: not green, or on",
		      count == 1 ? "one" : widget_number((int64_t)count).text, count == 1 ? "s" : "",
		      count == 1 ? "it is" : "they are");
}

static void board_draw(struct view *view, const struct snapshot *now)
{
	const struct board_view *board = (const struct board_view *)view;
	const struct prompt *prompt = &view->console->prompt;
	bool asks = prompt->kind == PROMPT_WORD && prompt->act.act == ACT_FLAG_ON && !prompt->act.question;
	int y = view->area.y, height = view->area.h - TITLE_LINES - 1 - VERDICT_LINES;
	const struct board *ready = flags_ready_one(board_boards(view), board_selected(view));

	(void)now;
	view->rows_y = 0;
	draw_title(board, y++);
	if (asks && ready)
		board_consequences_draw(board_boards(view), ready, prompt->act.ids, prompt->act.count, y,
					height, view->area.w);
	else if (board->count > 1)
		draw_several(board, y);
	else
		draw_lines(board, y);
	view_rule(view, y + height, "");
	if (asks && board->count > prompt->act.count)
		draw_others(board, board->count - prompt->act.count, y + height + 1);
	else
		draw_verdict(board, y + height + 1);
}

const struct view_ops screen_board = {
	.name = "board", .bit = VIEW_BOARD, .kind = PAGE_BOARD,
	.footer = (const enum action[]){ACTION_FLAG_ON, ACTION_FLAG_OFF, ACTION_LOOK, ACTION_VALIDATE,
					ACTION_RUN, ACTION_OPEN, ACTION_RETRY, ACTION_REHEARSE, ACTION_WHY,
					ACTION_FINDINGS,
					ACTION_LOG, ACTION_HOLD, ACTION_NONE},
	.open_word = "open",
	.open = board_open, .layout = board_layout, .ask = board_ask, .take = board_take,
	.draw = board_draw, .key = board_key, .item = board_item, .target = board_target,
	.close = board_close,
};
