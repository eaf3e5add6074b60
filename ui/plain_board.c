/*
 * plain_board.c - the gate board in words.
 */
#include "config.h"

#include "ui/plain_view.h"

#include <stdio.h>

#include "ui/board_lines.h"
#include "ui/widget.h"

static void say_consequences(const struct boards *boards)
{
	const struct board *ready = flags_ready_one(boards, NULL);
	const char *const *texts;
	size_t count;

	if (!ready)
		return;
	texts = board_consequences(ready, &count);
	for (size_t i = 0; i < count; i++)
		plain_say("what follows from switching on %s: %s", ready->key, texts[i]);
}

static void board_head(const struct view *view)
{
	const struct boards *boards = board_boards(view);
	const struct board *one = board_selected(view);

	if (!boards)
		return;
	if (boards->problem[0])
		plain_say("error: %s", boards->problem);
	if (board_is_of_several(view)) {
		plain_say("gate board: %s courses, %s can be switched on",
			  widget_number((int64_t)boards->wanted).text,
			  widget_number((int64_t)flags_ready(boards, NULL)).text);
		say_consequences(boards);
		return;
	}
	if (!one)
		return;
	plain_say("gate board: %s", one->key);
	plain_say("verdict: %s", one->verdict);
}

/* "KEY. Red: links, flag backend. Flag off. VERDICT" */
static bool several_row(const struct view *view, int64_t position, struct buf *out)
{
	const struct boards *boards = board_boards(view);
	int64_t row = list_row(&view->list, view->page, position);
	const struct board *board;
	char flag[32];
	int red = 0;

	if (!boards || row < 0)
		return false;
	board = &boards->items[row];
	buf_add_text(out, board->key ? board->key : "");
	for (int gate = 0; gate < BOARD_GATES; gate++) {
		enum gate_color color = board->gates[gate].color;

		if (color == GATE_GREEN || color == GATE_ABSENT)
			continue;
		buf_printf(out, "%s%s", red++ ? ", " : ". Not green: ",
			   board_gate_name((enum board_gate)gate));
	}
	board_flag_word(board, flag, sizeof(flag));
	if (board->has_flag)
		plain_add(out, "Flag %s", board->stale_on ? "on, its evidence is stale" : flag);
	plain_add(out, "%s", board->verdict);
	return true;
}

static bool board_row(const struct view *view, int64_t position, struct buf *out)
{
	const char *text;

	if (board_is_of_several(view))
		return several_row(view, position, out);
	text = board_line(view, position);
	if (text)
		buf_add_text(out, text);
	return text != NULL;
}

static void board_details(const struct view *view)
{
	const struct board *board = board_selected(view);

	if (!board || !board_is_of_several(view))
		return;
	for (int gate = 0; gate < BOARD_GATES; gate++)
		if (board->gates[gate].color != GATE_ABSENT)
			plain_say("%s: %s. %s", board_gate_name((enum board_gate)gate),
				  board_color_word(board->gates[gate].color), board->gates[gate].text);
}

static bool board_ready(const struct view *view)
{
	const struct boards *boards = board_boards(view);

	return boards && !boards->looking;
}

const struct plain_screen plain_board = {
	.ops = &screen_board, .head = board_head, .row = board_row, .details = board_details,
	.ready = board_ready, .nothing = "there is no board.",
};
