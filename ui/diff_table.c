/*
 * diff_table.c - the upper part of the diff screen: languages, and the figures of one.
 */
#include "config.h"

#include "ui/diff_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/val/val.h"
#include "ui/glyph.h"
#include "ui/widget.h"

#define LANGUAGE_WIDTH 7
#define BYTES_WIDTH 9
#define HASH_WIDTH 8
#define FORMAT_WIDTH 6
#define NAME_LEAST 10 /* less of a name says nothing */

/* What is known of one side of a language. */
struct side {
	int64_t size; /* -1 unknown */
	const char *sha256, *format, *name; /* "" unknown */
	const char *word; /* instead of all that, or NULL */
	enum role role;
};

/* @name as far as @room cells go: without its folder, then without its middle. */
static const char *short_name(const char *name, int room, char *out, size_t size)
{
	const char *leaf = strrchr(name, '/');
	int len;

	if (widget_cells(name) <= room)
		leaf = name;
	else
		leaf = leaf ? leaf + 1 : name;
	len = (int)strlen(leaf);
	for (int i = 0; i < len; i++)
		if ((unsigned char)leaf[i] >= 0x80)
			room = len; /* no place to cut bytes: the widget cuts characters */
	if (len <= room || room < 5)
		snprintf(out, size, "%s", leaf);
	else
		snprintf(out, size, "%.*s%s%s", room / 2 - 1, leaf, glyph(GLYPH_CUT),
			 leaf + len - (room - room / 2));
	return out;
}

static enum role look_of(const struct transcript_row *row, enum glyph *sign)
{
	if (row->compare == COMPARE_DIFFERS) {
		*sign = GLYPH_DIFFERS;
		return ROLE_ERROR;
	}
	/* as on the screen of the course, whatever the reason is: the left side tells that */
	if (row->compare == COMPARE_MISSING ||
	    (row->outcome == OUTCOME_FAILED && row->in_val == VAL_ABSENT)) {
		*sign = GLYPH_MISSING;
		return ROLE_ERROR;
	}
	if (row->outcome == OUTCOME_FAILED) {
		*sign = GLYPH_FAILED;
		return ROLE_ERROR;
	}
	if (row->outcome == OUTCOME_EXTRA) {
		*sign = GLYPH_EXTRA;
		return ROLE_NORMAL;
	}
	if (row->compare == COMPARE_UNKNOWN || row->outcome == OUTCOME_UNTOLD) {
		*sign = GLYPH_UNKNOWN;
		return ROLE_WARNING;
	}
	if (row->in_val == VAL_PRESENT) {
		*sign = GLYPH_SAME;
		return ROLE_GOOD;
	}
	*sign = GLYPH_NONE;
	return ROLE_DIM;
}

/* The cues that were read are of this language: they know better than the status database. */
static const struct diff *read_for(const struct diff_view *diff, const struct transcript_row *row)
{
	const struct snapshot *page = diff->view.page;

	return page->diff && !page->diff->loading && !strcmp(page->request.language, row->language)
		       ? page->diff
		       : NULL;
}

static struct side left_side(const struct transcript_row *row, const struct diff *cues)
{
	struct side side = {row->size, row->sha256, row->format, row->source, NULL, ROLE_NORMAL};

	if (cues && cues->left_size >= 0) {
		side.size = cues->left_size;
		side.sha256 = cues->left_sha256;
		side.format = cues->left_format;
		side.name = cues->left_name;
	} else if (row->size < 0) {
		side.role = row->outcome == OUTCOME_FAILED ? ROLE_ERROR : ROLE_DIM;
		side.word = row->expected || row->outcome != OUTCOME_EXTRA
				    ? transcript_outcome_name(row->outcome)
				    : "not promised";
	}
	return side;
}

static struct side right_side(const struct transcript_row *row, const struct diff *cues)
{
	bool same = row->compare == COMPARE_SAME;
	struct side side = {-1, "", "", row->val_object, NULL, ROLE_NORMAL};

	if (same && row->level >= LEVEL_SIZE)
		side.size = row->size;
	if (same && row->level >= LEVEL_HASH)
		side.sha256 = row->sha256;
	if (cues && (cues->right_size >= 0 || *cues->right_name)) {
		side.size = cues->right_size;
		side.sha256 = cues->right_sha256;
		side.format = cues->right_format;
		side.name = cues->right_name;
		if (side.size < 0)
			side.role = ROLE_ERROR;
	} else if (row->in_val == VAL_ABSENT) {
		side.word = "not in edx-val";
		side.role = row->expected ? ROLE_WARNING : ROLE_DIM;
	} else if (row->in_val != VAL_PRESENT) {
		side.word = "unknown";
		side.role = ROLE_DIM;
	}
	return side;
}

static void draw_side(int y, int x, int width, bool selected, const struct side *side)
{
	enum role role = selected ? ROLE_SELECTED : side->role;
	char name[512];
	int room;

	if (side->word) {
		widget_text(y, x, width, role, side->word);
		return;
	}
	widget_aligned(y, x, BYTES_WIDTH, role, ALIGN_RIGHT,
		       side->size < 0 ? glyph(GLYPH_EMPTY) : widget_number(side->size).text);
	widget_printf(y, x + BYTES_WIDTH + 1, HASH_WIDTH, role, "%.8s",
		      *side->sha256 ? side->sha256 : glyph(GLYPH_EMPTY));
	x += BYTES_WIDTH + HASH_WIDTH + 2;
	room = width - (BYTES_WIDTH + HASH_WIDTH + 2);
	if (room < FORMAT_WIDTH)
		return;
	widget_text(y, x, FORMAT_WIDTH, role, side->format);
	x += FORMAT_WIDTH + 1;
	room -= FORMAT_WIDTH + 1;
	if (room >= NAME_LEAST)
		widget_text(y, x, room, role, short_name(side->name, room, name, sizeof(name)));
}

static void draw_language(const struct diff_view *diff, int y, const struct transcript_row *row)
{
	bool selected = !strcmp(row->language, diff->language);
	const struct diff *cues = read_for(diff, row);
	struct side left = left_side(row, cues), right = right_side(row, cues);
	int half = diff_half(&diff->view);
	enum glyph sign;
	enum role role = look_of(row, &sign);

	if (cues && cues->left_size >= 0 && cues->right_size >= 0) {
		sign = cues->differences ? GLYPH_DIFFERS : GLYPH_SAME;
		role = cues->differences ? ROLE_ERROR : ROLE_GOOD;
	}
	widget_text(y, 0, diff->view.area.w, selected ? ROLE_SELECTED : ROLE_NORMAL, "");
	if (selected)
		widget_text(y, 0, 1, ROLE_SELECTED, glyph(GLYPH_CURSOR));
	widget_text(y, 1, LANGUAGE_WIDTH, selected ? ROLE_SELECTED : ROLE_NORMAL, row->language);
	draw_side(y, LANGUAGE_WIDTH + 2, half - LANGUAGE_WIDTH - 1, selected, &left);
	widget_text(y, half + 2, 1, selected ? ROLE_SELECTED : role, glyph(sign));
	draw_side(y, half + 4, half, selected, &right);
}

static void draw_table_heading(const struct diff_view *diff, int y, size_t shown)
{
	int half = diff_half(&diff->view), behind = BYTES_WIDTH + HASH_WIDTH + FORMAT_WIDTH + 3;
	size_t count = diff->view.page->count;

	for (int side = 0; side < 2; side++) {
		int x = side ? half + 4 : LANGUAGE_WIDTH + 2;
		int room = (side ? half : half - LANGUAGE_WIDTH - 1) - behind;

		widget_aligned(y, x, BYTES_WIDTH, ROLE_DIM, ALIGN_RIGHT, side ? "STORED" : "SIZE");
		widget_text(y, x + BYTES_WIDTH + 1, HASH_WIDTH, ROLE_DIM, "SHA256");
		widget_text(y, x + BYTES_WIDTH + HASH_WIDTH + 2, FORMAT_WIDTH, ROLE_DIM, "FORMAT");
		if (room >= NAME_LEAST)
			widget_text(y, x + behind, room, ROLE_DIM, side ? "OBJECT" : "SOURCE");
	}
	if (count > shown)
		widget_printf(y, 1, LANGUAGE_WIDTH + 1, ROLE_DIM, "%zu of %zu", shown, count);
	else
		widget_text(y, 1, LANGUAGE_WIDTH, ROLE_DIM, "LANG");
}

void diff_draw_table(const struct diff_view *diff, int y)
{
	const struct snapshot *page = diff->view.page;
	size_t rows = (size_t)diff->table, at = 0, first;

	if (!page->transcripts || !page->count)
		return;
	for (size_t i = 0; i < page->count; i++)
		if (!strcmp(page->transcripts[i].language, diff->language))
			at = i;
	rows = rows < page->count ? rows : page->count;
	/* the one shown in the middle, so that both neighbours are seen */
	first = at > rows / 2 ? at - rows / 2 : 0;
	if (first + rows > page->count)
		first = page->count - rows;
	if (diff->table_heading)
		draw_table_heading(diff, y++, rows);
	for (size_t i = 0; i < rows; i++)
		draw_language(diff, y + (int)i, &page->transcripts[first + i]);
}

/* ---- the language shown -------------------------------------------------------------------*/

static const struct transcript_row *shown_transcript(const struct diff_view *diff)
{
	const struct snapshot *page = diff->view.page;

	for (size_t i = 0; page->transcripts && i < page->count; i++)
		if (!strcmp(page->transcripts[i].language, diff->language))
			return &page->transcripts[i];
	return NULL;
}

/* What is told of the comparison, without the name that stands in the table. */
static const char *detail_of(const struct transcript_row *row)
{
	size_t len = strlen(row->val_object);

	if (len && !strncmp(row->detail, row->val_object, len) && !strncmp(row->detail + len, ": ", 2))
		return row->detail + len + 2;
	return row->detail;
}

void diff_draw_outcome(const struct diff_view *diff, int y)
{
	const struct transcript_row *row = shown_transcript(diff);
	const struct diff *cues = row ? read_for(diff, row) : NULL;
	int width = diff->view.area.w - 1, x;
	enum glyph sign;

	if (!row)
		return;
	x = widget_put(y, 1, width, look_of(row, &sign), "%s", transcript_outcome_name(row->outcome));
	if (row->compare != COMPARE_NONE)
		x = widget_put(y, x, width, ROLE_NORMAL, ", %s (%s)",
			       transcript_compare_name(row->compare), verify_level_name(row->level));
	if (row->implicit)
		x = widget_put(y, x, width, ROLE_DIM, ", implicit");
	if (row->encoding[0])
		x = widget_put(y, x, width, ROLE_DIM, ", from %s", row->encoding);
	if (cues && *cues->left_object && *cues->right_name) {
		bool same = !strcmp(cues->left_object, cues->right_name);
		char name[512];

		x = widget_put(y, x, width, same ? ROLE_NORMAL : ROLE_WARNING, "%s%s",
			       same ? ", under our name" : ", our name would be ",
			       same ? "" : short_name(cues->left_object, width - x - 20, name,
						      sizeof(name)));
	}
	if (row->detail[0])
		widget_put(y, x, width, ROLE_NORMAL, ": %s", detail_of(row));
}

static int draw_verdict(const struct diff *cues, int y, int width)
{
	if (cues->loading || *cues->left_problem || *cues->right_problem)
		return 1;
	if (cues->same_bytes)
		return widget_put(y, 1, width, ROLE_GOOD, "same bytes") + 2;
	if (!cues->differences && *cues->right_format && strcmp(cues->right_format, "sjson") != 0)
		return widget_put(y, 1, width, ROLE_GOOD, "same cues, stored as %s", cues->right_format) + 2;
	if (!cues->differences)
		return widget_put(y, 1, width, ROLE_GOOD, "same cues, other bytes: only formatting differs") + 2;
	return widget_put(y, 1, width, ROLE_ERROR, "%s of %s lines differ",
			  widget_number(cues->differences).text,
			  widget_number((int64_t)cues->line_count).text) + 2;
}

/* Of a side that could not be read nobody knows how many it has. */
static struct small_text cue_count(const struct cues *side, const char *problem)
{
	struct small_text out;

	if (*problem)
		snprintf(out.text, sizeof(out.text), "%s", glyph(GLYPH_EMPTY));
	else
		snprintf(out.text, sizeof(out.text), "%.20s cue%s", widget_number((int64_t)side->count).text,
			 side->count == 1 ? "" : "s");
	return out;
}

void diff_draw_sums(const struct diff_view *diff, int y)
{
	const struct diff *cues = diff->view.page->diff;
	int width = diff->view.area.w - 1, x;
	char bytes[128];

	if (!cues || cues->loading)
		return;
	x = draw_verdict(cues, y, width);
	if (*cues->left_sha256 && *cues->right_sha256)
		x = widget_put(y, x, width, ROLE_NORMAL, "sha256 %.6s%s %s %.6s%s",
			       cues->left_sha256, glyph(GLYPH_CUT),
			       glyph(strcmp(cues->left_sha256, cues->right_sha256) ? GLYPH_DIFFERS
										   : GLYPH_SAME),
			       cues->right_sha256, glyph(GLYPH_CUT)) + 2;
	if (!*cues->left_problem || !*cues->right_problem)
		x = widget_put(y, x, width, ROLE_NORMAL, "%s %s %s",
			       cue_count(&cues->left, cues->left_problem).text, glyph(GLYPH_WALL),
			       cue_count(&cues->right, cues->right_problem).text) + 2;
	if (cues->left_size < 0 || cues->right_size < 0)
		return;
	/* The table has the sizes, too: better none than half of them. */
	snprintf(bytes, sizeof(bytes), "%s bytes %s %s", widget_number(cues->left_size).text,
		 glyph(GLYPH_WALL), widget_number(cues->right_size).text);
	if (x + widget_cells(bytes) <= width)
		widget_put(y, x, width, ROLE_NORMAL, "%s", bytes);
}

void diff_draw_heading(const struct diff_view *diff, int y)
{
	const struct diff *cues = diff->view.page->diff;
	int half = diff_half(&diff->view), x;
	const char *right = "EDX-VAL";
	char name[512];

	x = widget_put(y, 1, half + 1, ROLE_DIM, half > 60 ? "MODULESTORE (as converted) " : "MODULESTORE ");
	if (cues)
		widget_text(y, x, half + 1 - x, ROLE_NORMAL,
			    short_name(cues->left_name, half + 1 - x, name, sizeof(name)));
	widget_text(y, half + 2, 1, ROLE_DIM, glyph(GLYPH_WALL));
	x = widget_put(y, half + 4, 2 * half + 4, ROLE_DIM, half > 60 ? "%s (as stored) " : "%s ", right);
	if (cues)
		widget_text(y, x, 2 * half + 4 - x, ROLE_NORMAL,
			    short_name(cues->right_name, 2 * half + 4 - x, name, sizeof(name)));
}
