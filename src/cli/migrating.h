/*
 * migrating.h - one run of the command migrate. Inside src/cli/ only.
 *
 * migrate.c runs it, migrate_tell.c tells it: lines and JSON on standard output, how far it is on
 * standard error.
 */
#ifndef SUBFERRY_SRC_CLI_MIGRATING_H
#define SUBFERRY_SRC_CLI_MIGRATING_H

#include <pthread.h>

#include "src/cli/cli.h"
#include "src/cli/progress_line.h"
#include "src/engine/engine.h"

struct migrating {
	struct cli *cli;
	bool dry, json, all;
	int64_t *ids;
	size_t count;
	pthread_mutex_t lock; /* standard output and error, and what follows */
	int64_t registered, untold; /* untold: dry, of which val cannot tell whether it has them */
	int64_t predicted; /* dry: courses */
	int64_t unread;	 /* dry: courses that could not be read */
	int64_t refused; /* named, and not taken */
	int64_t run; /* number of the run that was begun or gone on with; 0: none */
	int64_t newest_run; /* before that */
	enum run_kind run_kind;
	enum hold_reason held; /* as it was told */
	bool launched, followed; /* by us; what another process has the engine for */
	struct progress_line line;
	int64_t version, counted; /* of the database, and when (ms), that @figures are of */
	int64_t pause;		  /* ms, until they are counted again */
	struct chosen_totals figures;
	struct error failure; /* why the command could not go on */
};

/* ---- lines (the lock is taken inside, as below) --------------------------------------------*/

/* @m as the engine's event function. */
void migrate_on_event(void *m, const struct engine_event *event);
void migrate_trouble(struct migrating *m, const char *text);
/* A hold that begins, and that it is over; once each. */
void migrate_tell_hold(struct migrating *m, const struct engine_state *state);
/* That it was interrupted, unless that goes to a program. */
void migrate_tell_ending(struct migrating *m);

/* ---- how far it is (main thread) -----------------------------------------------------------*/

/* Rewrites the line where that is due. @engine: NULL where another process has it. */
void migrate_progress(struct migrating *m, struct engine *engine, bool ending);

/* ---- the end (no engine runs any more) -----------------------------------------------------*/

struct migrate_sums {
	int64_t status[COURSE_STATUS_COUNT], paused, videos;
	struct counts counts;
};
/* Tells each course and adds it up; -1, or the exit status. */
int migrate_tell_courses(struct migrating *m, struct migrate_sums *sums);
void migrate_tell_summary(const struct migrating *m, const struct migrate_sums *sums, bool interrupted);

#endif
