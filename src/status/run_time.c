#include "config.h"

#include "src/status/run_time.h"

#include <stdlib.h>

#include "src/status/write.h"

/* Microseconds. The engine says every two seconds that it works: what is longer is time in which this
   process did not run. */
#define PASSED_MOST INT64_C(10000000)

static int64_t passed_until(const struct status *status, int64_t now)
{
	int64_t passed = status->works_since ? (now - status->works_since) * 1000 : 0;

	return passed < 0 ? 0 : passed < PASSED_MOST ? passed : PASSED_MOST;
}

#define ADD_PASSED "active = min(active + ?2, max(active, ?3 - began))"

static enum result add_to_run(struct status *status, int64_t run, int64_t passed, struct error *err)
{
	return db_run(&status->db, err,
		      "UPDATE run SET " ADD_PASSED " WHERE number = ?1 AND ended = 0 AND active >= 0",
		      DB_VALUES(INT(run), INT(passed), INT(clock_wall(status->clock))));
}

void run_time_of(struct status *status, int64_t run, bool is_new)
{
	status->run_at_work = run;
	if (is_new)
		status->works_since = clock_now(status->clock);
}

enum result run_time_course_ends(struct status *status, int64_t id, struct error *err)
{
	int64_t passed = passed_until(status, clock_now(status->clock));

	return db_run(&status->db, err,
		      "UPDATE run_course SET " ADD_PASSED
		      " WHERE id = ?1 AND ended = 0 AND active >= 0 AND run = ?4",
		      DB_VALUES(INT(id), INT(passed), INT(clock_wall(status->clock)),
				INT(status->run_at_work)));
}

enum result run_time_ends(struct status *status, int64_t run, struct error *err)
{
	int64_t now = clock_now(status->clock);

	return run == status->run_at_work ? add_to_run(status, run, passed_until(status, now), err)
					  : RESULT_OK;
}

static enum result write_at_work(struct status *status, void *arg, struct error *err)
{
	const struct at_work *said = arg;
	int64_t run = status->run_at_work, passed = passed_until(status, said->now);
	int64_t wall = clock_wall(status->clock);
	enum result st = passed && run ? add_to_run(status, run, passed, err) : RESULT_OK;

	for (size_t i = 0; i < said->count && passed && run && st == RESULT_OK; i++)
		st = db_run(&status->db, err,
			    "UPDATE run_course SET " ADD_PASSED " WHERE run = ?4 AND ended = 0"
			    " AND active >= 0 AND course = (SELECT key FROM course WHERE id = ?1)",
			    DB_VALUES(INT(said->courses[i]), INT(passed), INT(wall), INT(run)));
	/* what began since then has a later beginning than this, and keeps it */
	if (st == RESULT_OK && said->now >= status->works_since)
		status->works_since = said->works ? said->now : 0;
	return st;
}

void status_at_work(struct status *status, const struct at_work *at_work)
{
	struct at_work *copy = malloc(sizeof(*copy));

	if (copy)
		*copy = *at_work;
	write_post(status, write_at_work, copy);
}
