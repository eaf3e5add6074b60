#include "config.h"

#include "src/cli/out.h"

#include <assert.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uniwidth.h>

#include "src/base/buf.h"
#include "src/base/text.h"

/* A longer cell pushes only its own row to the right: one course with a name of thousands of
   characters must not fill the rows of all others with as many blanks. */
#define WIDEST 80

static bool told;

void out_plain(bool plain)
{
	told = plain;
}

static void add_cell(struct table *table, char *text)
{
	char *safe = text ? text_safe(text) : NULL;
	char **grown;

	free(text);
	if (table->count == table->size) {
		size_t size = table->size ? table->size * 2 : 256;

		grown = reallocarray(table->cells, size, sizeof(*grown));
		if (!grown) {
			table->failed = true;
			free(safe);
			return;
		}
		table->cells = grown;
		table->size = size;
	}
	table->failed |= !safe;
	table->cells[table->count++] = safe;
}

void table_init(struct table *table, const char *const *headings, unsigned right)
{
	memset(table, 0, sizeof(*table));
	table->right = right;
	for (; headings[table->columns]; table->columns++)
		add_cell(table, strdup(headings[table->columns]));
	assert(table->columns && table->columns <= TABLE_COLUMNS);
}

void table_add(struct table *table, const char *fmt, ...)
{
	char *text = NULL;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	text = len < 0 ? NULL : malloc((size_t)len + 1);
	if (text) {
		va_start(args, fmt);
		vsnprintf(text, (size_t)len + 1, fmt, args);
		va_end(args);
	}
	add_cell(table, text);
}

/* In every locale: the cells a terminal gives to UTF-8 text, as wcwidth() counts them. */
static size_t cells_of(const char *text)
{
	return (size_t)u8_strwidth((const uint8_t *)text, "UTF-8");
}

static void print_row(const struct table *table, char *const *row, const size_t *widths)
{
	struct buf line = BUF_INIT;

	for (size_t i = 0; i < table->columns; i++) {
		size_t cells = cells_of(row[i]), pad = cells < widths[i] ? widths[i] - cells : 0;
		bool last = i + 1 == table->columns;

		if (table->right & 1u << i)
			for (size_t n = 0; n < pad; n++)
				buf_add_char(&line, ' ');
		buf_add_text(&line, row[i]);
		if (!(table->right & 1u << i) && !last)
			for (size_t n = 0; n < pad; n++)
				buf_add_char(&line, ' ');
		if (!last)
			buf_add_text(&line, "  ");
	}
	while (line.len && line.data[line.len - 1] == ' ')
		line.data[--line.len] = '\0';
	out_line("%s", buf_text(&line));
	buf_clear(&line);
}

/* "IN VAL" as it is told: "In val". */
static void tell_cell(const char *before, const char *heading, const char *text)
{
	char label[64];

	snprintf(label, sizeof(label), "%s", heading);
	for (char *c = label + 1; *label && *c; c++)
		*c = *c == '_' ? ' ' : (char)tolower((unsigned char)*c);
	*label = (char)toupper((unsigned char)*label);
	out_line("%s%s: %s", before, label, text);
}

static void tell_row(const struct table *table, char *const *row)
{
	tell_cell("", table->cells[table->name], row[table->name]);
	for (size_t i = 0; i < table->columns; i++)
		if (i != table->name && *row[i])
			tell_cell("  ", table->cells[i], row[i]);
}

void table_clear(struct table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
	memset(table, 0, sizeof(*table));
}

void table_print(struct table *table)
{
	size_t widths[TABLE_COLUMNS] = {0};

	for (size_t i = 0; i < table->count && !table->failed; i++) {
		size_t cells = cells_of(table->cells[i]), *width = &widths[i % table->columns];

		if (cells > *width && cells <= WIDEST)
			*width = cells;
	}
	if (table->failed)
		out_note("out of memory: the list is not printed");
	for (size_t i = told ? table->columns : 0; i + table->columns <= table->count && !table->failed;
	     i += table->columns)
		if (told)
			tell_row(table, table->cells + i);
		else
			print_row(table, table->cells + i, widths);
	table_clear(table);
}
