/*
 * refresh.h - the next generation, after staging was restored from production (design 6).
 */
#ifndef SUBFERRY_SRC_ROLLOUT_REFRESH_H
#define SUBFERRY_SRC_ROLLOUT_REFRESH_H

#include "src/campus.h"

/* Why it cannot be: a line for people, or "". In production never. */
const char *refresh_refusal(const struct conf *conf);
/*
 * Takes the engine lock, and that of whoever switches flags, for the time of it. RESULT_REFUSED:
 * production; RESULT_BUSY: an engine runs, or a flag is being switched: whose. @how the word was given is for the audit. @summary: "generation 2: 1,240 courses are
 * Not-Migrated again, 47,806 lines of the journal set aside".
 */
enum result refresh_campus(struct campus *campus, const char *how, char *summary, size_t size,
			   struct error *err);

#endif
