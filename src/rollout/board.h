/*
 * board.h - the gates before a course's flag: each green or red, with what it rests on.
 */
#ifndef SUBFERRY_SRC_ROLLOUT_BOARD_H
#define SUBFERRY_SRC_ROLLOUT_BOARD_H

#include "src/campus.h"
#include "src/rollout/evidence.h"

/* clang-format off */
#define BOARD_GATE_LIST(X) \
	X(MIGRATED, "migrated")      /* Migrated, nothing launched */ \
	X(EVIDENCE, "evidence")      /* level hash or better, fresh, everything in val and the same */ \
	X(ERRORS,   "no open errors") /* none unwaived; waived ones are named */ \
	X(LINKS,    "links")         /* no open link-pending, no link-failed */ \
	X(STILL,    "not paused")    /* neither paused nor held back */ \
	X(FLAG,     "flag backend")  /* it answers, and tells this course's flag */
/* clang-format on */
#define X(id, name) BOARD_##id,
enum board_gate { BOARD_GATE_LIST(X) BOARD_GATES };
#undef X
const char *board_gate_name(enum board_gate gate);

enum gate_color {
	GATE_UNKNOWN, /* could not be looked at: not green */
	GATE_GREEN,
	GATE_RED,
	GATE_ABSENT, /* there is no such gate: [flag] kind = none */
};

struct board {
	int64_t course, pass;
	char *key; /* owned */
	struct {
		enum gate_color color;
		char text[200]; /* what it rests on, or why it is red; untrusted */
	} gates[BOARD_GATES];
	bool green;	  /* all that there are */
	bool has_flag;	  /* else the rollout of this campus ends at validated */
	int64_t evidence; /* number; 0: none that counts */
	enum flag_step step; /* as known; with has_flag as just read */
	struct flag_state flag;
	bool silent;	  /* the flag's backend did not answer in time, or could not be asked */
	bool stale_on;	  /* it is on, and its evidence does not count any more: offered for off */
	char verdict[200]; /* "can be flipped", "cannot: 2 links pending", "validated", "on since ..." */
	char **consequences; /* owned; board_consequences() */
	size_t consequence_count;
	int64_t at;	  /* when it was looked at: wall microseconds */
};
void board_clear(struct board *board); /* may run twice */

/*
 * Looks at all gates of a course, live: status database, source, flag backend (campus->flag; NULL
 * with kind = none). What cannot be looked at is GATE_UNKNOWN with the reason, so RESULT_OK; an error
 * only where the status database cannot be read (RESULT_MISSING: no such course). On one thread;
 * takes a few requests. What was read of the flag is kept (status_flag_settle() as a look).
 */
enum result board_look(struct board *out, struct campus *campus, struct reader *reader, int64_t course,
		       struct error *err);
/* The same for many courses, where the backend was silent for an earlier one and is not asked again:
   @silent is that one's key. */
enum result board_look_unasked(struct board *out, struct campus *campus, struct reader *reader,
			       int64_t course, const char *silent, struct error *err);
/* What follows from switching it on, a line each, for whoever types the word; *@count of them, none
   without a flag. Valid as long as @board is. */
const char *const *board_consequences(const struct board *board, size_t *count);

/* ON or OFF of what is ours to switch, the course's own row; where that is not known, of the whole. */
enum flag_step board_step(const struct flag_state *state);

#endif
