/*
 * run_text.h - what the screens of runs, and the console as lines, say of a run (inside ui/ only).
 */
#ifndef SUBFERRY_UI_RUN_TEXT_H
#define SUBFERRY_UI_RUN_TEXT_H

#include "src/base/buf.h"
#include "src/base/figures.h"
#include "src/status/runs.h"

/* "mock 2", wherever it ran. */
struct small_text run_text_name(const struct run_row *run);
/* "0:41:12" of microseconds, "3.2 s" and "5 d 03 h" of what is very short or long, "-" of 0. */
struct small_text run_text_span(int64_t span);
/* "0:41:12": how long it was at work, and where it waited too, "0:41:12 of 9:12:03" until its end, or
   @now. Where nobody counted that, "9:12:03 in all". */
struct small_text run_text_took(const struct run_row *run, int64_t now);
/* "running", "broken off", "" */
const char *run_text_state(const struct run_row *run);
/* "6.2/s", "-" where it is not known. */
struct small_text run_text_rate(const struct run_row *run);
/* Appends "31,204 migrated, 12 kept, 3 not migrated" (@brief: "3 not", "949 would"): all that is there, or "none". */
void run_text_transcripts(const struct run_sums *sums, bool brief, struct buf *out);

#endif
