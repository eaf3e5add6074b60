/*
 * verify.h - compares modulestore, contentstore, val and store, for every video and language.
 *
 * Reads everything anew: the course is planned from the source, each file converted, val looked
 * up, the stored object compared at the level asked for (count < size < hash < bytes; cues
 * explains a bytes difference). Writes only the status database: rows, findings, counters.
 * Sequential, on the calling thread; courses may be validated side by side with others.
 */
#ifndef SUBFERRY_SRC_VERIFY_VERIFY_H
#define SUBFERRY_SRC_VERIFY_VERIFY_H

#include "src/campus.h"
#include "src/migrate/plan.h"
#include "src/migrate/report.h"

/* One video compared; @block "": the notes of the course itself. Borrowed for the call. */
typedef void verify_video_fn(void *arg, const char *course, const char *block,
			     const struct report *report);

struct verify_options {
	enum verify_level level;
	bool engine_runs;	/* an engine may be at work: what it has under way is left alone */
	verify_video_fn *video; /* NULL: none */
	void *arg;
	/* Called before each video and may wait, for a process that is to stand still; NULL: none. */
	void (*pause)(void *arg);
	void *pause_arg;
	const int *stop; /* atomic; not 0: end soon with RESULT_CANCELED; NULL: never */
};

/*
 * Validates the course @row of @campus. @counts sums up what was found. Not RESULT_OK: the
 * course could not be validated, and why; what was compared before stays recorded.
 */
enum result verify_course(struct campus *campus, struct reader *reader, const struct course_row *row,
			  const struct verify_options *options, struct counts *counts,
			  struct error *err);

#endif
