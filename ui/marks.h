/*
 * marks.h - modulestore beside edx-val: what a language is on both sides, in a few cells.
 *
 * A mark says how the two sides agree. It has a sign, a word and a role of its own, so that it
 * can be told by any one of them. A pair is a language as it stands left and right, in as many
 * cells on both sides; a sign before it says what to know of it there. Pure: nothing is drawn.
 */
#ifndef SUBFERRY_UI_MARKS_H
#define SUBFERRY_UI_MARKS_H

#include "src/engine/snapshot.h"
#include "ui/glyph.h"
#include "ui/theme.h"

/* clang-format off */
/* id, sign, role, word: from harmless to worst, so that a video has the largest of its languages */
#define MARK_LIST(X) \
	X(NOTHING,   NONE,     DIM,     "nothing expected") \
	X(SAME,      SAME,     GOOD,    "same") \
	X(WAITING,   LAUNCHED, DIM,     "waiting")   /* not tried yet: no fault */ \
	X(EXTRA,     EXTRA,    WARNING, "extra")     /* val has what nothing promises */ \
	X(UNKNOWN,   UNKNOWN,  WARNING, "unknown")   /* whether val has it, or what it has there */ \
	X(MISSING,   MISSING,  ERROR,   "missing")   /* val lacks it, or the store lacks its file */ \
	X(DIFFERING, DIFFERS,  ERROR,   "differing") /* val has another text */
/* Signs before a language on the left; IMPLICIT stands behind it. */
#define SIDE_LIST(X) \
	X(DRAFT,     DRAFT,     "draft only") \
	X(PUBLISHED, PUBLISHED, "published only") /* of a block that has a draft, too */ \
	X(IMPLICIT,  IMPLICIT,  "implicit") \
	X(LEFT_OUT,  WARNING,   "left out")       /* named by the block, and not expected */
/* clang-format on */

#define X(id, sign, role, word) MARK_##id,
enum mark { MARK_LIST(X) MARK_COUNT };
#undef X
#define X(id, sign, word) SIDE_##id,
enum side { SIDE_LIST(X) SIDE_COUNT };
#undef X

enum glyph mark_glyph(enum mark mark);
enum role mark_role(enum mark mark);
const char *mark_word(enum mark mark);

/* NOTHING for a language that is not expected and not extra. */
enum mark mark_of_language(const struct video_row *video, const struct language_row *row);
/* The worst of row @video of @page (PAGE_VIDEOS). */
enum mark mark_of_video(const struct snapshot *page, size_t video);
bool mark_is_difference(enum mark mark);

/* ---- languages side by side ---------------------------------------------------------------*/

#define PAIRS_MAX 48
#define PAIR_TEXT 32

struct pair {
	const struct language_row *row; /* borrowed */
	enum mark mark;
	int cells; /* of each side, with the sign before and the cell behind */
};

/* The pairs of one video that fit on @width cells a side. */
struct pairs {
	struct pair pair[PAIRS_MAX];
	size_t count;
	size_t left_more, right_more; /* languages that did not: "+12" */
};

/* Promised ones by language, then those left out, then extra ones. Where they do not all fit,
   what is wrong comes first and is not hidden among the rest. */
void pairs_make(struct pairs *out, const struct video_row *video, const struct language_row *rows,
		size_t count, int width);
/* A side of a pair: sign and language, "" when it is not there. */
void pair_left(const struct pair *pair, const struct video_row *video, char out[PAIR_TEXT]);
void pair_right(const struct pair *pair, char out[PAIR_TEXT]);

/* ---- words --------------------------------------------------------------------------------*/

/* Which signs a screen uses: bits 1 << enum mark, and 1 << (MARK_COUNT + enum side). */
unsigned marks_used(const struct snapshot *page, size_t video);
/* "= same  ≠ differing  ° draft only" of what @used names, the worst first, in at most @width
   cells. */
void marks_legend(unsigned used, int width, char *out, size_t size);
/* "missing es pt, differing fr" of row @video: its differences, the worst first, and what was left
   out; "" when there is nothing to say. */
void marks_tell(const struct snapshot *page, size_t video, char *out, size_t size);

#endif
