/*
 * widget.h - what screens are made of: text in cells, bars, sparklines, rules.
 *
 * All text is untrusted UTF-8: control characters become visible marks, characters are
 * measured with wcwidth() and never cut in the middle, and nothing is drawn outside the given
 * cells or the screen. What has no width that all terminals agree about is left out (variation
 * selectors, joiners and skin tones of emoji) or marked (soft hyphens, zero width spaces, tags);
 * right-to-left text is kept from taking along what stands beside it. UI thread only.
 */
#ifndef SUBFERRY_UI_WIDGET_H
#define SUBFERRY_UI_WIDGET_H

#include "src/base/error.h"
#include "src/base/figures.h"
#include "ui/theme.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum align { ALIGN_LEFT, ALIGN_RIGHT };

/* Draws @text into exactly @width cells, cut with a mark or filled with blanks; returns the
   cells the text itself took. */
int widget_text(int y, int x, int width, enum role role, const char *text);
int widget_text_len(int y, int x, int width, enum role role, const char *text, size_t len);
int widget_aligned(int y, int x, int width, enum role role, enum align align, const char *text);
int widget_printf(int y, int x, int width, enum role role, const char *fmt, ...) SF_PRINTF(5, 6);
/* Draws as many cells as the text takes, not beyond column @limit; returns the column behind. */
int widget_put(int y, int x, int limit, enum role role, const char *fmt, ...) SF_PRINTF(5, 6);
/* Draws @text into up to @lines lines, broken between words; returns the lines used. */
int widget_wrapped(int y, int x, int width, int lines, enum role role, const char *text);
/* Bytes of @safe (text_safe()) that fit into @width cells, if possible up to a blank; more than 0
   unless it is empty. */
size_t widget_fitting(const char *safe, int width);
/*
 * The same of a text of which a part is to be seen: it is underlined from byte @from on, which
 * begins a character; @len: behind the end, more than @len: nowhere. widget_marked() draws one
 * line of exactly @width cells, begins later where the part would be out of sight, and returns
 * the cells before it; the other one wraps, and returns the lines used.
 */
#define WIDGET_NOWHERE SIZE_MAX
int widget_marked(int y, int x, int width, enum role role, const char *text, size_t len, size_t from);
int widget_wrapped_marked(int y, int x, int width, int lines, enum role role, const char *text,
			  size_t len, size_t from);
/* Cells that @text takes on the screen. */
int widget_cells(const char *text);
/* @text for @width cells: where it is too long without its middle, for what an error text ends
   with is why. Returns @out. */
const char *widget_middle(const char *text, int width, char *out, size_t size);
/* The key of a course for @room cells: where it is too long, without the "course-v1:" that all
   have in common, so that its end, the run, is still there. Returns @key or @out; other texts
   stay as they are. */
const char *widget_course_key(const char *key, int room, char *out, size_t size);

/* A horizontal line over the whole width; @left and @right (may be NULL or "") stand on it. A
   warning or an error has its sign before it, as colour alone would tell nobody who sees none. */
void widget_rule(int y, int width, enum role left_role, const char *left, const char *right);
/* Cells that @left takes there, with its sign. */
int widget_rule_cells(enum role left_role, const char *left);
/* A bar of @width cells: @done, then @failed, of @total. */
void widget_bar(int y, int x, int width, int64_t done, int64_t failed, int64_t total);
/* The newest @width of @count values, newest last. */
void widget_spark(int y, int x, int width, enum role role, const double *values, size_t count);

/* ---- small texts by value, for use inside printf arguments --------------------------------*/

struct small_text widget_number(int64_t number);	      /* "31,204" */
struct small_text widget_percent(int64_t part, int64_t whole); /* "65 %"; never 100 before all */
struct small_text widget_rate(double rate);		      /* "6.2/s" */
/* Local time of a wall clock in microseconds: "03:12:41", "03:12", or "21 Nov 03:12" when it is
   more than 18 hours from @now; "-" for 0. */
struct small_text widget_clock(int64_t wall);
struct small_text widget_zone(int64_t wall); /* "+0200", what is local then */
struct small_text widget_time(int64_t wall, int64_t now);

#endif
