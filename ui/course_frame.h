/*
 * course_frame.h - what stands around the videos of a course: the course above, the selected
 * video below. Of screen_course.c, on views of its kind.
 */
#ifndef SUBFERRY_UI_COURSE_FRAME_H
#define SUBFERRY_UI_COURSE_FRAME_H

#include "ui/view.h"

/* Expected, and val is known not to have it. */
int64_t course_missing(const struct counts *counts);
/* Two lines from @y: key, status, progress; then the sums of the course and
   when it was validated. False: there was no room for the latter. */
bool course_draw_title(const struct view *view, int y);
/* "validated hash, 2 h ago", "validated hash, 2 h ago, stale" (@whole: and why), "..., too old", "never
   validated"; "" without a page. */
void course_validated(const struct view *view, bool whole, char *out, size_t size);
/* Lines for the selected video: more on a tall screen. */
int course_detail_lines(const struct view *view);
/* Which block it is, how it stands, its findings one by one. */
void course_draw_details(const struct view *view, int y, int lines);

#endif
