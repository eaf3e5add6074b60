/*
 * progress_line.h - how far a command is, on standard error.
 *
 * On a terminal it is one line, rewritten in place a few times a second, and gone before any other
 * line is written to that terminal (out.h asks for it), at the end, and when the process is stopped
 * or interrupted. The cursor stays at its beginning: what the terminal echoes, as ^C, and a window
 * made narrower leave nothing of it behind. In the background nothing is drawn.
 *
 * Elsewhere (pipes, files, TERM=dumb) it is a plain line "progress: ..." a minute, and none while
 * nothing has changed.
 *
 * One a process at a time, and one thread at a time: whoever writes lines of out.h meanwhile holds
 * the same lock.
 */
#ifndef SUBFERRY_SRC_CLI_PROGRESS_LINE_H
#define SUBFERRY_SRC_CLI_PROGRESS_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/clock.h"

struct progress_figures {
	const char *done_as; /* "predicted": "predicted 12 of 40 courses", and nothing else; or NULL */
	int64_t done, courses;
	int64_t in_val, expected; /* transcripts */
	int64_t failed;		  /* videos */
	char waits[320];	  /* "" or the reason why work waits: told in place of what follows */
	double rate;		  /* transcripts a second; negative: not known here */
	int64_t low, high;	  /* when it ends, wall microseconds; 0: cannot be known */
	const char *unknown;	  /* why it cannot; NULL or "": no word of the end */
};

/*
 * "812 of 1,240 courses  31,204 of 47,806 transcripts  6/s  7 failed  done 03:50 – 04:05" in at
 * most @cells cells. Figures that have no room are left out whole, the rate first: half of one would
 * be a lie.
 */
void progress_text(const struct progress_figures *figures, int64_t wall, int cells, bool ascii,
		   char *out, size_t size);

struct progress_line {
	struct clock *clock;
	bool terminal, ascii;
	int64_t every, next; /* milliseconds; now() */
	struct progress_figures last;
	char text[512];
};

/* @clock is borrowed until progress_line_close(). */
void progress_line_open(struct progress_line *line, struct clock *clock);
/* It is time for progress_line_show(): figures need not be gathered before. */
bool progress_line_is_due(struct progress_line *line);
void progress_line_show(struct progress_line *line, const struct progress_figures *figures);
/* May run twice, and where it was never opened. */
void progress_line_close(struct progress_line *line);
/* For a handler of signals that ends the process at once. */
void progress_line_wipe(void);

#endif
