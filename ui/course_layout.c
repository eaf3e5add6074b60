#include "config.h"

#include "ui/course_layout.h"

#include <stdio.h>
#include <string.h>

#include "ui/glyph.h"

#define LEFT_CELLS 3  /* tag, cursor, a blank */
#define RIGHT_CELLS 1 /* the last cell stays free */
#define KEY_LEAST 24  /* what a key has at least ... */
#define KEY_ENOUGH 36 /* ... and where it does not make way for columns that nobody chose */
#define KEY_MOST 48   /* beside a name, which gets the rest */
#define NAME_ENOUGH 24

static bool has(unsigned columns, int column)
{
	return columns >> column & 1;
}

/* ---- words --------------------------------------------------------------------------------*/

/* The column whose word begins @text and ends at a blank or at the end; -1. */
static int column_at(const char *text, size_t len)
{
	for (int column = 0; column < COLUMN_COUNT; column++)
		if (strlen(column_infos[column].word) == len &&
		    !memcmp(column_infos[column].word, text, len))
			return column;
	return -1;
}

struct column_choice columns_read(const char *words)
{
	struct column_choice choice = {0};
	size_t len;

	for (words += strspn(words, " "); *words; words += len + strspn(words + len, " ")) {
		int column;

		len = strcspn(words, " ");
		column = column_at(words, len);
		if (column >= 0)
			choice.wanted |= 1U << column | 1U << COLUMN_KEY;
	}
	return choice;
}

void columns_write(struct column_choice choice, char *out, size_t size)
{
	size_t at = 0;

	out[0] = '\0';
	for (int column = 0; column < COLUMN_COUNT && at < size; column++)
		if (has(choice.wanted, column))
			at += (size_t)snprintf(out + at, size - at, "%s%s", at ? " " : "",
					       column_infos[column].word);
}

void columns_read_order(const char *words, enum course_sort *sort, bool *descending)
{
	size_t len = strcspn(words, " ");
	int column = column_at(words, len);

	if (column < 0)
		return;
	*sort = column_infos[column].sort;
	*descending = !strcmp(words + len, " desc");
}

void columns_write_order(enum course_sort sort, bool descending, char *out, size_t size)
{
	snprintf(out, size, "%s%s", column_infos[column_of_sort(sort)].word,
		 descending ? " desc" : "");
}

/* ---- what fits ----------------------------------------------------------------------------*/

/* The column that comes after @rank; COLUMN_COUNT after the last. */
static int next_by_rank(int rank)
{
	int next = COLUMN_COUNT;

	for (int column = 0; column < COLUMN_COUNT; column++)
		if (column_infos[column].rank > rank &&
		    (next == COLUMN_COUNT || column_infos[column].rank < column_infos[next].rank))
			next = column;
	return next;
}

/* Cells that @column must have. What nobody chose leaves room for keys that can be read. */
static int least_cells(int column, bool chosen, int width)
{
	int key = width * 3 / 8;

	if (chosen || (column != COLUMN_KEY && column != COLUMN_NAME))
		return column_infos[column].width;
	if (column == COLUMN_NAME)
		return NAME_ENOUGH;
	return key < KEY_LEAST ? KEY_LEAST : key > KEY_ENOUGH ? KEY_ENOUGH : key;
}

/* Key and name share what the others leave. */
static void share(struct column_layout *layout, int room)
{
	int both, key;

	if (!has(layout->shown, COLUMN_NAME)) {
		layout->cells[COLUMN_KEY] += room;
		return;
	}
	both = layout->cells[COLUMN_KEY] + layout->cells[COLUMN_NAME] + room;
	key = both / 2 > KEY_MOST ? KEY_MOST : both / 2;
	if (key < layout->cells[COLUMN_KEY])
		key = layout->cells[COLUMN_KEY];
	layout->cells[COLUMN_KEY] = key;
	layout->cells[COLUMN_NAME] = both - key;
}

void columns_fit(struct column_choice choice, int width, struct column_layout *out)
{
	bool chosen = choice.wanted != 0;
	int room = width - LEFT_CELLS - RIGHT_CELLS, x = LEFT_CELLS;

	memset(out, 0, sizeof(*out));
	out->width = width;
	for (int column = COLUMN_KEY; column < COLUMN_COUNT;
	     column = next_by_rank(column_infos[column].rank)) {
		int cells = least_cells(column, chosen, width);
		int cost = cells + column_infos[column].gap;

		if (chosen && column != COLUMN_KEY && !has(choice.wanted, column))
			continue;
		if (!chosen && has(choice.without, column))
			continue;
		/* What nobody chose comes and goes in one order only, as the width changes. */
		if (cost > room && column != COLUMN_KEY && !chosen)
			break;
		if (cost > room && column != COLUMN_KEY)
			continue;
		out->shown |= 1U << column;
		out->cells[column] = cells;
		room -= cost;
	}
	share(out, room);
	for (int column = 0; column < COLUMN_COUNT; column++) {
		if (!has(out->shown, column))
			continue;
		out->x[column] = x += column_infos[column].gap;
		x += out->cells[column];
	}
}

void columns_toggle(struct column_choice *choice, const struct column_layout *layout,
		    enum course_column column)
{
	if (!choice->wanted)
		choice->wanted = layout->shown;
	if (column != COLUMN_KEY)
		choice->wanted ^= 1U << column;
}

enum course_sort columns_sort_beside(const struct column_layout *layout, enum course_sort sort,
				     int steps)
{
	int column = column_of_sort(sort);

	if (!has(layout->shown, column))
		return column_infos[COLUMN_KEY].sort;
	do
		column = (column + steps + COLUMN_COUNT) % COLUMN_COUNT;
	while (!has(layout->shown, column));
	return column_infos[column].sort;
}

/* ---- drawing ------------------------------------------------------------------------------*/

void columns_draw_heading(const struct column_layout *layout, int y, enum course_sort sort,
			  bool descending)
{
	char text[64];

	for (int column = 0; column < COLUMN_COUNT; column++) {
		const struct column_info *info = &column_infos[column];
		bool sorts = info->sort == sort;

		if (!has(layout->shown, column))
			continue;
		snprintf(text, sizeof(text), "%s%s", info->heading,
			 !sorts ? "" : glyph(descending ? GLYPH_DOWNWARD : GLYPH_UPWARD));
		widget_aligned(y, layout->x[column], layout->cells[column],
			       sorts ? ROLE_TITLE : ROLE_DIM, info->align, text);
	}
}

void columns_draw_row(const struct column_layout *layout, int y, const struct course_row *course,
		      int64_t wall, bool selected, bool tagged)
{
	enum role base = selected ? ROLE_SELECTED : course->gone ? ROLE_DIM : ROLE_NORMAL;
	struct course_look look = {
		.course = course, .wall = wall,
		.short_status = has(layout->shown, COLUMN_PROGRESS),
	};

	widget_text(y, 0, layout->width, base, "");
	widget_text(y, 0, 1, selected ? base : ROLE_KEY, tagged ? glyph(GLYPH_TAG) : " ");
	widget_text(y, 1, 1, base, selected ? glyph(GLYPH_CURSOR) : " ");
	for (int column = 0; column < COLUMN_COUNT; column++) {
		struct course_cell cell = {.role = base};

		if (!has(layout->shown, column))
			continue;
		cell.text = cell.room;
		look.width = layout->cells[column];
		column_infos[column].cell(&look, &cell);
		widget_aligned(y, layout->x[column], look.width, selected ? base : cell.role,
			       column_infos[column].align, cell.text);
	}
}
