/*
 * comparison_inside.h - a comparison while it is made. comparison*.c only.
 */
#ifndef SUBFERRY_SRC_ROLLOUT_COMPARISON_INSIDE_H
#define SUBFERRY_SRC_ROLLOUT_COMPARISON_INSIDE_H

#include "src/rollout/comparison.h"
#include "src/status/run_pairs.h"

/* (val id, language) that several blocks of a run promise. */
struct shared_id {
	const char *val_id, *language;
};

/* A missed prediction of a row that edx-val did not have and then had, which is told as MISSED[row]. */
struct doubtful {
	const char *val_id, *language;
	int64_t since, until; /* the course was looked at in A, and ended in B */
	size_t row;
};

struct comparing {
	struct comparison *out;
	struct reader *reader;
	size_t room[COMPARED_COUNT];
	/* of both runs, sorted; read when the first miss asks for them */
	struct shared_id *shared;
	size_t shared_count, shared_room;
	bool shared_read;
	struct text_pool shared_texts;
	/* which a run between may have given */
	struct doubtful *doubtful;
	size_t doubtful_count, doubtful_room;
	struct text_pool doubtful_texts;
};

/* What one run says of a course. */
struct course_side {
	const struct run_course_row *row;
	struct finding_row *findings; /* by block, language, code */
	size_t count;
	bool broken; /* it could not be read at all, or a server failed for it as a whole */
};

/* A course that ended in both runs. */
struct course_pair {
	const char *course;
	struct course_side a, b;
	/* transcripts that may be told of, by block and language */
	struct run_pair *pairs;
	size_t count, room;
	struct text_pool texts; /* of the pairs */
};

enum result comparing_no_memory(struct error *err);
/* Copies @row and its texts behind the others of the list. */
bool comparing_add(struct comparing *c, enum compared list, const struct compared_row *row);
/* The findings of @block ("": of the course itself): *@count of them. */
const struct finding_row *course_side_of(const struct course_side *side, const char *block,
					 size_t *count);
/* Source, edx-val or store failed for this block, or for the whole course. */
bool course_side_broken(const struct course_side *side, const char *block);

/* The last row of MISSED is such a one; then, with all of them there, what a run between had given is
   told so. False: no memory (comparison_between.c). */
bool comparing_doubt(struct comparing *c, const struct course_pair *course,
		     const struct run_pair *pair);
enum result comparing_between(struct comparing *c, struct error *err);
/* Adds to CHANGED and MISSED, and counts the predictions (comparison_miss.c). */
enum result comparing_transcripts(struct comparing *c, struct course_pair *pair, struct error *err);

#endif
