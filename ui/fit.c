#include "config.h"

#include "ui/fit.h"

#include <string.h>

#include "ui/widget.h"

/* The most needed first, each that still has room; they stay in their order. Returns the cells left. */
static int choose(const unsigned char *which, size_t count, int room, struct fit *out)
{
	bool chosen[FIT_MOST] = {false};

	for (int rank = 0; rank < FIT_MOST; rank++) {
		for (size_t i = 0; i < count; i++) {
			const struct fit_column *column = &out->columns[which[i]];

			if (column->rank != rank || column->width > room)
				continue;
			chosen[i] = true;
			room -= column->width;
		}
	}
	for (size_t i = 0; i < count; i++)
		if (chosen[i])
			out->shown[out->count++] = which[i];
	return room;
}

void fit_columns(const struct fit_column *columns, const unsigned char *which, size_t count, int x,
		 int limit, struct fit *out)
{
	int rest, growing = 0;

	memset(out, 0, sizeof(*out));
	out->columns = columns;
	rest = choose(which, count, limit - x, out);
	for (size_t i = 0; i < out->count; i++)
		growing += columns[out->shown[i]].grows;
	for (size_t i = 0; i < out->count; i++) {
		const struct fit_column *column = &columns[out->shown[i]];
		int more = column->grows ? rest / growing : 0;

		rest -= more;
		growing -= column->grows;
		out->x[i] = x;
		out->width[i] = column->width + more - 1;
		x += column->width + more;
	}
}

void fit_draw(const struct fit *fit, size_t at, int y, enum role role, const char *text)
{
	bool right = fit->columns[fit->shown[at]].right;

	widget_aligned(y, fit->x[at], fit->width[at], role, right ? ALIGN_RIGHT : ALIGN_LEFT, text);
}

void fit_draw_headings(const struct fit *fit, int y)
{
	for (size_t i = 0; i < fit->count; i++)
		fit_draw(fit, i, y, ROLE_DIM, fit->columns[fit->shown[i]].heading);
}
