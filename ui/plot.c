#include "config.h"

#include "ui/plot.h"

#include <math.h>
#include <stdio.h>

#include "ui/glyph.h"
#include "ui/widget.h"

#define COLUMNS_MIN 6  /* fewer show nothing */
#define LABEL_CELLS 10 /* left of a tall plot */

/* The values that @width columns show. */
static const double *newest(const struct plot *plot, int *width, double *peak)
{
	const double *from;

	if (*width > (int)plot->count)
		*width = (int)plot->count;
	from = plot->values + plot->count - (size_t)*width;
	*peak = 0;
	for (int i = 0; i < *width; i++)
		*peak = from[i] > *peak ? from[i] : *peak;
	return from;
}

static const char *span(const struct plot *plot)
{
	return plot->minutes ? "60 min" : "60 s";
}

static struct small_text peak_text(const struct plot *plot, double peak)
{
	struct small_text out;

	snprintf(out.text, sizeof(out.text), "%.30s/%s", widget_number((int64_t)ceil(peak)).text,
		 plot->minutes ? "min" : "s");
	return out;
}

void plot_line(const struct plot *plot, int y, int x, int width)
{
	struct small_text top;
	char label[64];
	int columns, cells;
	double peak;

	snprintf(label, sizeof(label), "%s %s%s", plot->name, plot->beside ? "" : span(plot),
		 plot->beside ? "" : " ");
	columns = (int)plot->count;
	newest(plot, &columns, &peak);
	top = peak_text(plot, peak);
	cells = widget_cells(label);
	columns = width - cells;
	if (columns < COLUMNS_MIN)
		return;
	if (peak > 0 && columns - widget_cells(top.text) - 1 >= COLUMNS_MIN)
		columns -= widget_cells(top.text) + 1;
	else
		top.text[0] = '\0';
	x = widget_put(y, x, x + cells, ROLE_DIM, "%s", label);
	newest(plot, &columns, &peak);
	if (top.text[0]) /* of the columns shown */
		top = peak_text(plot, peak);
	widget_spark(y, x, columns, plot->role, plot->values, plot->count);
	if (peak > 0 && top.text[0])
		widget_put(y, x + columns + 1, x + columns + 1 + widget_cells(top.text), ROLE_DIM, "%s",
			   top.text);
}

void plot_tall(const struct plot *plot, int y, int x, int width, int height)
{
	int columns = width - LABEL_CELLS;
	const double *values;
	double peak;

	if (columns < COLUMNS_MIN || height < 2)
		return;
	values = newest(plot, &columns, &peak);
	/* Further left is longer ago: what is not filled stays empty. */
	widget_aligned(y, x, LABEL_CELLS - 1, ROLE_NORMAL, ALIGN_RIGHT,
		       peak > 0 ? peak_text(plot, peak).text : "0");
	widget_aligned(y + 1, x, LABEL_CELLS - 1, ROLE_DIM, ALIGN_RIGHT, plot->name);
	if (height > 2)
		widget_aligned(y + height - 1, x, LABEL_CELLS - 1, ROLE_DIM, ALIGN_RIGHT, span(plot));
	x += LABEL_CELLS;
	for (int i = 0; i < columns; i++) {
		int filled = peak > 0 && values[i] > 0 ? (int)ceil(values[i] / peak * 8 * height) : 0;

		for (int line = 0; line < height; line++) {
			int part = filled - 8 * (height - 1 - line);

			if (part > 0 || line == height - 1)
				widget_text(y + line, x + i, 1, part > 0 ? plot->role : ROLE_DIM,
					    glyph_level(part > 8 ? 8 : part));
		}
	}
}
