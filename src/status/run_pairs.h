/*
 * run_pairs.h - the rows of one course in two runs, side by side: what a comparison is made of.
 *
 * Courses are named by run_course_row.id. Each function goes along an index of one course or of one
 * run, and what is the same in both runs is not handed out.
 */
#ifndef SUBFERRY_SRC_STATUS_RUN_PAIRS_H
#define SUBFERRY_SRC_STATUS_RUN_PAIRS_H

#include "src/status/reader.h"
#include "src/status/runs.h"

/* A transcript in either run; where it is not, texts are "" and its outcome is OUTCOME_PLANNED. */
struct run_pair {
	const char *block, *language;
	bool in_a, in_b;
	enum transcript_outcome outcome_a, outcome_b;
	const char *source_a, *source_b; /* SHA-256 of the raw bytes; "" unread or not there */
	const char *val_id_a, *val_id_b;
};

/*
 * Calls @fn for each transcript of the courses @a and @b whose outcome or source differs (what would
 * migrate and did is the same), that is in one of them only, or failed in both; by block and language.
 * Texts are borrowed for the call. @fn returns false without memory.
 */
enum result run_pairs_read(struct reader *reader, int64_t a, int64_t b,
			   bool (*fn)(void *arg, const struct run_pair *pair), void *arg,
			   struct error *err);
/* Findings of a course in its run, by block, language and code; course_id, video_id and course are
   empty. Clear each, free(). */
enum result run_pairs_findings(struct reader *reader, int64_t run_course, struct finding_row **rows,
			       size_t *count, struct error *err);
/* How many transcripts a dry run predicted for a course; @untold are not among them. */
enum result run_pairs_predicted(struct reader *reader, int64_t run_course, int64_t *predicted,
				int64_t *untold, struct error *err);
/* Calls @fn for each (val id, language) that several blocks of @run promise. Reads the whole run. */
enum result run_pairs_shared(struct reader *reader, int64_t run,
			     bool (*fn)(void *arg, const char *val_id, const char *language), void *arg,
			     struct error *err);
/* What a course of a run gave to edx-val, or had given before. */
struct run_given {
	const char *val_id, *language;
	int64_t run, began, ended; /* of the course in that run */
};
/* Calls @fn for each of the runs that ran here, not dry, in the generation of @b, and were neither @a
   nor @b, of courses that were under way after @a began and before @b ended; the later run last. */
enum result run_pairs_given(struct reader *reader, const struct run_row *a, const struct run_row *b,
			    void (*fn)(void *arg, const struct run_given *given), void *arg,
			    struct error *err);
/* The newest run before @number that has a course of it: no real one before a mock; 0: none. */
enum result run_pairs_before(struct reader *reader, int64_t number, int64_t *out, struct error *err);

#endif
