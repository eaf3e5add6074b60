/*
 * board_inside.h - the inside of a gate board, shared by board.c, which looks, and board_judge.c, which
 * says what that means, and by nobody else.
 */
#ifndef SUBFERRY_SRC_ROLLOUT_BOARD_INSIDE_H
#define SUBFERRY_SRC_ROLLOUT_BOARD_INSIDE_H

#include "src/rollout/board.h"

#define WAIVED_NAMED 3 /* waived findings told by name */

/* What a board is made from. */
struct looking {
	struct board *board;
	struct campus *campus;
	struct reader *reader;
	int64_t now;
	const char *silent; /* NULL: the flag's backend is asked */
	struct course_row course;
	struct flag_row row; /* number 0 where nothing is known */
	int64_t open[FINDING_COUNT];
	int64_t errors; /* open ones */
	struct finding_row waived[WAIVED_NAMED]; /* some of them, the worst first */
	size_t waived_count;
	int64_t waived_all, links_waived;
	int64_t run, generation; /* run: that ended it; 0: not known */
	enum run_kind run_kind;
	char reasons[BOARD_GATES][100]; /* in short, for the verdict */
};

/* A gate's colour and its words, cut on a character; a red one's reason is these, if it has none. */
void board_set_gate(struct looking *l, enum board_gate gate, enum gate_color color, const char *fmt, ...)
	SF_PRINTF(4, 5);
/* In short, for the verdict; before board_set_gate(). */
void board_reason(struct looking *l, enum board_gate gate, const char *fmt, ...) SF_PRINTF(3, 4);

/* Each a gate, from what was read: */
void board_judge_migrated(struct looking *l);
void board_judge_still(struct looking *l);
void board_judge_links(struct looking *l);
void board_judge_errors(struct looking *l, const struct finding_group *groups, size_t count);
void board_judge_proof(struct looking *l, const struct proof *proof);
/* Of all gates: green, stale_on, the verdict. */
void board_judge(struct looking *l);

#endif
