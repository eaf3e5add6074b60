#include "config.h"

#include "ui/marks.h"

#include <stdio.h>
#include <string.h>

#include "src/val/val.h"
#include "ui/widget.h"

static const struct {
	enum glyph sign;
	enum role role;
	const char *word;
} marks[MARK_COUNT] = {
#define X(id, sign, role, word) {GLYPH_##sign, ROLE_##role, word},
	MARK_LIST(X)
#undef X
};

static const struct {
	enum glyph sign;
	const char *word;
} sides[SIDE_COUNT] = {
#define X(id, sign, word) {GLYPH_##sign, word},
	SIDE_LIST(X)
#undef X
};

enum glyph mark_glyph(enum mark mark)
{
	return marks[mark].sign;
}

enum role mark_role(enum mark mark)
{
	return marks[mark].role;
}

const char *mark_word(enum mark mark)
{
	return marks[mark].word;
}

bool mark_is_difference(enum mark mark)
{
	return mark >= MARK_EXTRA;
}

/* ---- how a language and a video stand -----------------------------------------------------*/

static bool in_val(const struct language_row *row)
{
	return row->in_val == VAL_PRESENT || row->outcome == OUTCOME_EXTRA;
}

/* Nothing was done for it yet; a dry run has not, either. */
static bool is_untried(const struct video_row *video, const struct language_row *row)
{
	if (row->outcome == OUTCOME_WOULD)
		return true;
	/* a dry run, where an earlier block of the same id would have brought it */
	if (row->outcome == OUTCOME_KEPT && row->in_val == VAL_ABSENT &&
	    row->compare == COMPARE_SAME)
		return true;
	return row->outcome == OUTCOME_PLANNED && video->state == VIDEO_WAITING;
}

enum mark mark_of_language(const struct video_row *video, const struct language_row *row)
{
	if (row->outcome == OUTCOME_EXTRA)
		return MARK_EXTRA;
	if (!row->expected)
		return MARK_NOTHING;
	if (row->compare == COMPARE_DIFFERS)
		return MARK_DIFFERING;
	if (row->in_val == VAL_PRESENT && row->compare == COMPARE_MISSING)
		return MARK_MISSING;
	if (row->compare == COMPARE_UNKNOWN)
		return MARK_UNKNOWN;
	if (is_untried(video, row))
		return row->in_val == VAL_PRESENT && row->compare == COMPARE_SAME ? MARK_SAME
										  : MARK_WAITING;
	return row->in_val == VAL_UNKNOWN  ? MARK_UNKNOWN
	       : row->in_val == VAL_ABSENT ? MARK_MISSING
					   : MARK_SAME;
}

static const struct language_row *languages_of(const struct snapshot *page, size_t video,
					       size_t *count)
{
	if (!page->language_from) {
		*count = 0;
		return NULL;
	}
	*count = page->language_from[video + 1] - page->language_from[video];
	return page->languages + page->language_from[video];
}

enum mark mark_of_video(const struct snapshot *page, size_t video)
{
	enum mark worst = MARK_NOTHING;
	size_t count;
	const struct language_row *rows = languages_of(page, video, &count);

	for (size_t i = 0; i < count; i++) {
		enum mark mark = mark_of_language(&page->videos[video], &rows[i]);

		if (mark > worst)
			worst = mark;
	}
	return worst;
}

/* ---- pairs --------------------------------------------------------------------------------*/

static int pair_cells(const struct language_row *row)
{
	return 1 + widget_cells(row->language) + 1;
}

static bool stands_left(const struct language_row *row)
{
	return row->outcome != OUTCOME_EXTRA;
}

/* In which group a language is shown; the groups come in this order. */
static int group_of(const struct language_row *row, enum mark mark, bool worst_first)
{
	if (worst_first && mark_is_difference(mark))
		return MARK_COUNT - mark;
	return MARK_COUNT + (mark == MARK_EXTRA ? 2 : !row->expected);
}

/* Those of a group that still fit; false at the first that does not. */
static bool add_group(struct pairs *out, const struct video_row *video,
		      const struct language_row *rows, size_t count, int group, bool worst_first,
		      int *room)
{
	for (size_t i = 0; i < count; i++) {
		enum mark mark = mark_of_language(video, &rows[i]);
		int cells = pair_cells(&rows[i]);

		if (group_of(&rows[i], mark, worst_first) != group)
			continue;
		if (cells > *room || out->count == PAIRS_MAX)
			return false;
		*room -= cells;
		out->pair[out->count++] = (struct pair){&rows[i], mark, cells};
		out->left_more -= stands_left(&rows[i]);
		out->right_more -= in_val(&rows[i]);
	}
	return true;
}

void pairs_make(struct pairs *out, const struct video_row *video, const struct language_row *rows,
		size_t count, int width)
{
	int cells = 0, room = width + 1; /* the cell behind the last one is not needed */
	bool cut;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < count; i++) {
		cells += pair_cells(&rows[i]);
		out->left_more += stands_left(&rows[i]);
		out->right_more += in_val(&rows[i]);
	}
	cut = cells > room || count > PAIRS_MAX;
	if (cut)
		room -= snprintf(NULL, 0, "+%zu ", count);
	for (int group = 0; group <= MARK_COUNT + 2; group++)
		if (!add_group(out, video, rows, count, group, cut, &room))
			return;
}

/* What the sign before the language says; SIDE_COUNT: nothing. */
static enum side side_of(const struct video_row *video, const struct language_row *row)
{
	if (!row->expected)
		return SIDE_LEFT_OUT;
	if (row->branches == IN_DRAFT)
		return SIDE_DRAFT;
	if (row->branches == IN_PUBLISHED && video->branches == (IN_PUBLISHED | IN_DRAFT))
		return SIDE_PUBLISHED;
	return SIDE_COUNT;
}

void pair_left(const struct pair *pair, const struct video_row *video, char out[PAIR_TEXT])
{
	const struct language_row *row = pair->row;
	enum side side = side_of(video, row);

	out[0] = '\0';
	if (stands_left(row))
		snprintf(out, PAIR_TEXT, "%s%s%s", side < SIDE_COUNT ? glyph(sides[side].sign) : " ",
			 row->language, row->implicit ? glyph(GLYPH_IMPLICIT) : "");
}

void pair_right(const struct pair *pair, char out[PAIR_TEXT])
{
	const struct language_row *row = pair->row;

	out[0] = '\0';
	if (mark_is_difference(pair->mark))
		snprintf(out, PAIR_TEXT, "%s%s", glyph(mark_glyph(pair->mark)), row->language);
	else if (in_val(row))
		snprintf(out, PAIR_TEXT, " %s", row->language);
}

/* ---- words --------------------------------------------------------------------------------*/

unsigned marks_used(const struct snapshot *page, size_t video)
{
	const struct video_row *row = &page->videos[video];
	unsigned used = 1U << mark_of_video(page, video);
	size_t count;
	const struct language_row *rows = languages_of(page, video, &count);

	for (size_t i = 0; i < count; i++) {
		enum side side = side_of(row, &rows[i]);
		enum mark mark = mark_of_language(row, &rows[i]);

		if (mark_is_difference(mark))
			used |= 1U << mark;
		if (!stands_left(&rows[i]))
			continue;
		if (side < SIDE_COUNT)
			used |= 1U << (MARK_COUNT + side);
		if (rows[i].implicit)
			used |= 1U << (MARK_COUNT + SIDE_IMPLICIT);
	}
	return used;
}

static void add_entry(char *out, size_t size, int width, enum glyph sign, const char *word)
{
	char entry[64];
	size_t len = strlen(out);

	snprintf(entry, sizeof(entry), "%s%s %s", len ? "  " : "", glyph(sign), word);
	if (widget_cells(out) + widget_cells(entry) <= width)
		snprintf(out + len, size - len, "%s", entry);
}

void marks_legend(unsigned used, int width, char *out, size_t size)
{
	out[0] = '\0';
	for (int mark = MARK_COUNT - 1; mark >= 0; mark--)
		if (used >> mark & 1)
			add_entry(out, size, width, marks[mark].sign, marks[mark].word);
	for (int side = 0; side < SIDE_COUNT; side++)
		if (used >> (MARK_COUNT + side) & 1)
			add_entry(out, size, width, sides[side].sign, sides[side].word);
}

/* ", word en fr": those of @rows that @tells is true for. */
struct telling {
	const struct video_row *video;
	char *out;
	size_t size;
};

static void tell(const struct telling *telling, const struct language_row *rows, size_t count,
		 bool (*is_meant)(const struct video_row *video, const struct language_row *row,
				  int what), int what, const char *word)
{
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(telling->out);

		if (!is_meant(telling->video, &rows[i], what))
			continue;
		snprintf(telling->out + len, telling->size - len, "%s%s %s",
			 any || !len ? "" : ", ", any ? "" : word, rows[i].language);
		any = true;
	}
}

static bool has_mark(const struct video_row *video, const struct language_row *row, int what)
{
	return (int)mark_of_language(video, row) == what;
}

static bool has_outcome(const struct video_row *video, const struct language_row *row, int what)
{
	(void)video;
	return !row->expected && (int)row->outcome == what;
}

void marks_tell(const struct snapshot *page, size_t video, char *out, size_t size)
{
	struct telling telling = {&page->videos[video], out, size};
	size_t count;
	const struct language_row *rows = languages_of(page, video, &count);

	out[0] = '\0';
	for (int mark = MARK_DIFFERING; mark >= MARK_EXTRA; mark--)
		tell(&telling, rows, count, has_mark, mark, marks[mark].word);
	tell(&telling, rows, count, has_outcome, OUTCOME_LEFT_OUT, "left out");
	tell(&telling, rows, count, has_outcome, OUTCOME_WAIVED, "waived");
}
