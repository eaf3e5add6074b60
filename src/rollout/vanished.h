/*
 * vanished.h - were the rows that we registered taken away in bulk? Then staging was restored, and
 * `refresh` is wanted before anything is launched, validated or rehearsed.
 */
#ifndef SUBFERRY_SRC_ROLLOUT_VANISHED_H
#define SUBFERRY_SRC_ROLLOUT_VANISHED_H

#include "src/campus.h"

struct vanished {
	int64_t looked, gone; /* rows of a sample; those that val says it does not have */
	bool bulk;	      /* so many that it was no author */
	char text[256];	      /* then: what was seen, and what to do; else "" */
};

/* Asks val for a sample of what the journal says is registered: a few requests. Where val cannot tell,
   nothing is gone. A journal without rows asks nothing. */
enum result vanished_look(struct vanished *out, struct campus *campus, struct reader *reader,
			  struct error *err);

#endif
