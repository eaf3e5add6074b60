/*
 * tally.h - what rows add up to (design 5, "Counting"). Inside src/status/ only.
 *
 * A video's sums stand in its row; a course's are those of its videos plus the findings of the
 * course itself. Rows and sums change in one transaction: an outcome adds the difference to
 * both, whatever the size of the course.
 */
#ifndef SUBFERRY_SRC_STATUS_TALLY_H
#define SUBFERRY_SRC_STATUS_TALLY_H

#include "src/status/db.h"
#include "src/status/rows.h"

/* clang-format off */
/* Columns of video and course, in this order. */
#define TALLY_LIST(X) \
	X(EXPECTED, expected) X(IN_VAL, in_val) X(UNKNOWN, unknown) X(EXTRA, extra) \
	X(DIFFERING, differing) X(ERRORS, errors) X(WARNINGS, warnings) X(NOTICES, notices) \
	X(WAIVED, waived) X(BYTES, bytes)
/* Of course only. */
#define TALLY_COURSE_LIST(X) X(VIDEOS, videos) X(TRIED, tried) X(FAILED, failed)
/* clang-format on */

#define X(id, column) TALLY_##id,
enum {
	TALLY_LIST(X) TALLY_SHARED,
	TALLY_LAST_SHARED = TALLY_SHARED - 1,
	TALLY_COURSE_LIST(X) TALLY_COUNT
};
#undef X

#define TALLY_COLUMNS                                                                              \
	"expected, in_val, unknown, extra, differing, errors, warnings, notices, waived, bytes"
#define TALLY_COURSE_COLUMNS "videos, tried, failed"

struct tally {
	int64_t n[TALLY_COUNT];
};

void tally_transcripts(struct tally *tally, const struct transcript_row *rows, size_t count);
void tally_finding(struct tally *tally, enum finding_severity severity, bool waived);
/* One video of this state. */
void tally_video(struct tally *tally, enum video_state state);
/* @to becomes @to - @from. */
void tally_subtract(struct tally *to, const struct tally *from);
/* Reads TALLY_COLUMNS, or with @course TALLY_COURSE_COLUMNS behind them too. */
void tally_read(struct tally *tally, struct columns *columns, bool course);
void tally_counts(const struct tally *tally, struct counts *counts);
/* Adds @delta to the course's sums, and marks it changed at @now. */
enum result tally_add_to_course(struct db *db, int64_t course, const struct tally *delta,
				int64_t now, struct error *err);
/* Sums the course up anew from its videos' sums and its own findings: O(videos). */
enum result tally_course(struct db *db, int64_t course, int64_t now, struct error *err);
const char *tally_name(int which); /* "in_val" */

#endif
