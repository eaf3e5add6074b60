/*
 * figures.h - figures as people read them: "31,204", "6.2/s", "03:50 – 04:05".
 *
 * The console and the commands tell the same things in the same words. All functions are pure, but
 * for the time zone of the process.
 */
#ifndef SUBFERRY_SRC_BASE_FIGURES_H
#define SUBFERRY_SRC_BASE_FIGURES_H

#include <stddef.h>
#include <stdint.h>

/* A short text by value, so that several fit into one expression. */
struct small_text {
	char text[48];
};

struct small_text figure_number(int64_t number); /* "31,204" */
struct small_text figure_rate(double rate);	 /* "6.2/s" */
/* Local time: "03:50", or with its day where that is not near @now. Wall microseconds. */
struct small_text figure_time(int64_t wall, int64_t now);
/* "03:12:41"; "-" for 0, never. */
struct small_text figure_clock(int64_t wall);
/* "+0200": what is local then. */
struct small_text figure_zone(int64_t wall);
/* The same whole, with the zone it is in: "2018-05-02 04:41:07 +0200"; "-" for 0, never. */
struct small_text figure_instant(int64_t wall);
/* "20 – 50 min" of seconds, with @dash between; @high 0: "at least 20 min". */
void figure_durations(int64_t low, int64_t high, const char *dash, char *out, size_t size);
/*
 * When something ends, between @low and @high (wall microseconds; @high 0: nobody can say):
 * "03:50 – 04:05", "about 03:50", "not before 03:50", "in 3 – 5 days". Never before @now.
 */
void figure_end(int64_t low, int64_t high, int64_t now, const char *dash, char *out, size_t size);

#endif
