/*
 * events.h - what an operator, a cat or a broken line could send to the console next.
 *
 * The keys are those of the key table itself, as the terminal at hand spells them: a new key is
 * played as soon as it is in the table. Everything follows from the seed.
 */
#ifndef SUBFERRY_TESTS_MONKEY_EVENTS_H
#define SUBFERRY_TESTS_MONKEY_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_BYTES 700

enum event_kind {
	EVENT_TYPE,    /* bytes */
	EVENT_RESIZE,  /* the terminal is another size */
	EVENT_SUSPEND, /* ^Z, or the signal of another process */
	EVENT_LEAVE,   /* ^C, ^\ or a signal: the session ends */
};

struct event {
	enum event_kind kind;
	char bytes[EVENT_BYTES];
	size_t len;
	int rows, cols;
	int signal;	/* SUSPEND, LEAVE: 0, or this one instead of the bytes */
	const char *of; /* what it was made as, for the report */
};

struct events {
	uint64_t random;
	bool calm; /* nothing that acts, says yes, or changes what is tagged */
	int type;  /* index of the terminal's type */
	int rows, cols;
};

/* Reads how the types of terminal spell the keys of the table; false: one has no spelling. */
bool events_init(struct events *events, uint64_t seed);
uint64_t events_random(struct events *events, uint64_t below);
/* Chooses a type of terminal for the next session. */
const char *events_terminal(struct events *events);
void events_next(struct events *events, struct event *out);
/* A key of the table that launches, resumes, retries or validates. */
void events_act(struct events *events, struct event *out);

#endif
