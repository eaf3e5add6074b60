/*
 * flagging.h - the command flag from inside: flag.c, flag_board.c, flag_switch.c and
 * flag_wait.c.
 *
 * Functions that return int: -1 to go on, else the exit status.
 */
#ifndef SUBFERRY_SRC_CLI_FLAGGING_H
#define SUBFERRY_SRC_CLI_FLAGGING_H

#include "src/base/patience.h"
#include "src/cli/cli.h"
#include "src/rollout/flip.h"

/* One course, and what became of it. */
struct flagged {
	int64_t id;
	char *key;
	struct flag_state state;     /* as read last */
	enum flag_step step;	     /* as the status database has it */
	enum evidence_state evidence;
	const char *outcome; /* of on and off; NULL: it was only shown */
	char text[512];	     /* the whole of it, for people */
	bool done;	     /* it is as it was asked for */
	struct board board;  /* of on and board; key NULL: not looked at */
};

struct flagging {
	struct cli *cli;
	bool all, json;
	char how[64]; /* it was confirmed, for the audit */
	bool told;    /* what is waited for was told */
	int failed;   /* a course could not be switched, and was told: the exit status; 0 */
	struct flagged *courses;
	size_t count;
};

/* ---- flag_wait.c --------------------------------------------------------------------------*/

/* From now on a wait for the flag's backend says what for, until flagging_waits_no_more(). */
void flagging_waits(struct flagging *w);
void flagging_waits_no_more(void);
/* From now on ^C, TERM and HUP end that patience instead of the process; the second one does end it. */
void flagging_heeds_signals(void);

/* ---- flag_board.c -------------------------------------------------------------------------*/

/* Looks at the boards of all courses, telling each as it comes (not with --json). */
int flagging_look(struct flagging *w);
/* One document: type flag_boards, campus, environment, kind, boards. */
void flagging_print_boards(const struct flagging *w);
/* What follows from switching on those whose board is green, on standard error: each line once, and all
   of them, or none and the exit status. */
int flagging_print_consequences(const struct flagging *w);

/* ---- flag_switch.c ------------------------------------------------------------------------*/

/* Before anything is opened or made: --word is the right one, or there is a terminal to ask on. */
int flagging_check_word(struct flagging *w, const char *verb);
/* Asks on the terminal, unless the word was given: y for off, the word itself for on. */
int flagging_ask(struct flagging *w, bool on);
/* Tells what became of switches that were cut short. Somebody else's, under way, is told too, and
   is the end of it if one is @to_switch: before anything is asked. */
int flagging_settle(struct flagging *w, bool to_switch);
/* Switches all that are to be switched: of on, only those whose board is green. One that fails is told
   and kept in @failed; what would fail for the others, too, ends it, and leaves them without outcome. */
int flagging_switch(struct flagging *w, bool on);

#endif
