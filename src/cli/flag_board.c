/*
 * flag board: the gates before the flag of courses, and what follows from switching it on.
 */
#include "config.h"

#include "src/cli/flagging.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/cli/out.h"

static const char *color_name(enum gate_color color)
{
	static const char *const names[] = {[GATE_UNKNOWN] = "unknown", [GATE_GREEN] = "green",
					    [GATE_RED] = "red", [GATE_ABSENT] = "absent"};

	return names[color];
}

static void tell_board(const struct board *board)
{
	out_line("%s: %s", board->key, board->verdict);
	for (int i = 0; i < BOARD_GATES; i++)
		if (board->gates[i].color != GATE_ABSENT)
			out_line("  %-7s %-15s %s", color_name(board->gates[i].color),
				 board_gate_name((enum board_gate)i), board->gates[i].text);
	out_flush();
}

int flagging_look(struct flagging *w)
{
	const char *silent = NULL;

	for (size_t i = 0; i < w->count; i++) {
		struct flagged *course = &w->courses[i];
		struct error err = {0};

		if (board_look_unasked(&course->board, w->cli->campus, w->cli->reader, course->id, silent,
				       &err) != RESULT_OK)
			return cli_fail(&err);
		if (course->board.silent && !silent)
			silent = course->key;
		course->state = course->board.flag;
		if (!w->json)
			tell_board(&course->board);
	}
	return -1;
}

static cJSON *gate_json(const struct board *board, enum board_gate gate)
{
	cJSON *object = object_new("gate");

	member_text(object, "name", board_gate_name(gate));
	member_text(object, "color", color_name(board->gates[gate].color));
	member_text(object, "text", board->gates[gate].text);
	return object;
}

static cJSON *board_json(const struct board *board)
{
	cJSON *object = object_new("board"), *array;
	const char *const *lines;
	size_t count;

	member_text(object, "course", board->key);
	member_flag(object, "green", board->green);
	member_text(object, "verdict", board->verdict);
	member_text(object, "state", flag_step_name(board->step));
	member_flag(object, "stale_on", board->stale_on);
	member_number(object, "evidence", board->evidence);
	member_time(object, "at", board->at);
	array = member_array(object, "gates");
	for (int i = 0; i < BOARD_GATES && array; i++)
		cJSON_AddItemToArray(array, gate_json(board, (enum board_gate)i));
	lines = board_consequences(board, &count);
	array = member_array(object, "consequences");
	for (size_t i = 0; i < count && array; i++)
		array_text(array, lines[i]);
	return object;
}

void flagging_print_boards(const struct flagging *w)
{
	const struct conf *conf = w->cli->campus->conf;
	cJSON *document = object_new("flag_boards"), *boards;

	member_text(document, "campus", conf->name);
	member_text(document, "environment", conf->environment);
	member_text(document, "kind", conf->flag_kind);
	boards = member_array(document, "boards");
	for (size_t i = 0; i < w->count && boards; i++)
		cJSON_AddItemToArray(boards, board_json(&w->courses[i].board));
	out_json_document(document);
}

/* ---- what follows -------------------------------------------------------------------------*/

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Lines of the same words stand together after sorting. */
static void print_lines(const char **lines, size_t count, size_t courses)
{
	qsort(lines, count, sizeof(*lines), by_text);
	for (size_t i = 0, n; i < count; i += n) {
		for (n = 1; i + n < count && !strcmp(lines[i], lines[i + n]);)
			n++;
		if (n == courses)
			out_complain("  %s", lines[i]);
		else
			out_complain("  %s (%zu of %zu courses)", lines[i], n, courses);
	}
}

/* Those of the boards that are green (free()); *@courses of them. NULL without memory. */
static const char **collect_lines(const struct flagging *w, size_t *count, size_t *courses)
{
	const char **lines = NULL;
	size_t most = 1, more;

	*count = *courses = 0;
	for (size_t i = 0; i < w->count; i++) {
		board_consequences(&w->courses[i].board, &more);
		most += more;
	}
	lines = calloc(most, sizeof(*lines));
	for (size_t i = 0; i < w->count && lines; i++) {
		const struct board *board = &w->courses[i].board;
		const char *const *texts = board_consequences(board, &more);

		if (!board->green || board->step == STEP_ON)
			continue;
		++*courses;
		for (size_t n = 0; n < more; n++)
			lines[(*count)++] = texts[n];
	}
	return lines;
}

int flagging_print_consequences(const struct flagging *w)
{
	size_t count, courses;
	const char **lines = collect_lines(w, &count, &courses);
	struct error err = {0};

	if (!lines) {
		error_set(&err, RESULT_NOMEM, "no memory to tell what follows: nothing was switched");
		return cli_fail(&err);
	}
	if (courses == 1)
		for (size_t i = 0; i < count; i++)
			out_complain("  %s", lines[i]);
	else
		print_lines(lines, count, courses);
	free(lines);
	return -1;
}
