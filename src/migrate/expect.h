/*
 * expect.h - what val and store should hold for one video: every language read, converted,
 * chosen between the branches, and waived or left out where that is so.
 *
 * The transaction stores and registers what is expected, a validation compares with it, a dry
 * run only tells it. No I/O: the files were loaded before.
 */
#ifndef SUBFERRY_SRC_MIGRATE_EXPECT_H
#define SUBFERRY_SRC_MIGRATE_EXPECT_H

#include "src/format/transcript.h"
#include "src/format/key.h"
#include "src/migrate/load.h"
#include "src/migrate/plan.h"
#include "src/migrate/report.h"

struct expectation {
	const char *language; /* borrowed from the plan */
	size_t row;	      /* index into report.transcripts */
	bool text;	      /* there are bytes to be in store and val */
	bool implicit;
	bool stops;	      /* no text, and that ends the transaction unless val has the language */
	struct transcript converted;
	char sha256[HASH_HEX];
	char object[OBJECT_NAME_SIZE];
};

struct expectations {
	struct expectation *items; /* by language as bytes, as in the plan */
	size_t count;
	bool stops;	  /* a finding of the video itself ends the transaction */
	bool second_read; /* a file could not be had, which is final only after a second read */
};

struct expect_options {
	size_t max_transcript; /* bytes */
	const struct waiver_row *waivers; /* of the course; borrowed */
	size_t waiver_count;
};

/*
 * Fills @out and adds rows and findings to @report: one transcript row a planned language, in
 * order, and the findings of the video's structure. RESULT_OK or RESULT_NOMEM.
 */
enum result expect_video(const struct plan_video *video, const struct video_files *files,
			 const struct expect_options *options, struct expectations *out,
			 struct report *report, struct error *err);
/* The options' waivers accept this finding for the content it has seen. */
bool expect_waived(const struct expect_options *options, const char *block, const char *language,
		   enum finding_code code, const char *seen);
void expectations_clear(struct expectations *expectations); /* may run twice */

#endif
