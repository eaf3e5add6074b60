#include "config.h"

#include "src/status/arrival.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "src/status/event.h"
#include "src/status/lock.h"
#include "src/status/transfer.h"
#include "src/status/write.h"

enum {
	PIECE_MS = 25,
	PIECE_STATEMENTS = 5000, /* no more than a slow disk syncs at once */
	REST_MS = 15,
	ROWS = 1000, /* that one statement takes away */
};

/* ---- pieces -------------------------------------------------------------------------------*/

struct piece piece_begin(void)
{
	return (struct piece){clock_now(clock_system()) + PIECE_MS, PIECE_STATEMENTS};
}

bool piece_goes_on(struct piece *piece)
{
	bool first = piece->left == PIECE_STATEMENTS;

	return first + (piece->left-- > 0 && clock_now(clock_system()) < piece->until);
}

void piece_rest(void)
{
	nanosleep(&(struct timespec){.tv_nsec = REST_MS * 1000000L}, NULL);
}

/* ---- taking away --------------------------------------------------------------------------*/

struct clearing {
	bool told, over;
	int64_t runs;
};

static enum result take_rows(struct status *status, int64_t course, struct error *err)
{
	struct db *db = &status->db;
	enum result st = db_run(db, err,
				"DELETE FROM run_transcript WHERE run_course = ?1 AND (block, language) IN"
				" (SELECT block, language FROM run_transcript WHERE run_course = ?1 LIMIT ?2)",
				DB_VALUES(INT(course), INT(ROWS)));

	if (st != RESULT_OK || sqlite3_changes(db->handle))
		return st;
	st = db_run(db, err,
		    "DELETE FROM run_finding WHERE id IN"
		    " (SELECT id FROM run_finding WHERE run_course = ?1 LIMIT ?2)",
		    DB_VALUES(INT(course), INT(ROWS)));
	if (st != RESULT_OK || sqlite3_changes(db->handle))
		return st;
	return db_run(db, err, "DELETE FROM run_course WHERE id = ?1", DB_VALUES(INT(course)));
}

/* Nothing belongs to them any more. */
static enum result take_runs(struct status *status, struct clearing *clearing, struct error *err)
{
	char what[160];
	enum result st = db_run(&status->db, err, "DELETE FROM run WHERE kind = '" RUN_ARRIVING "'",
				NULL, 0);

	clearing->over = st == RESULT_OK;
	clearing->runs = sqlite3_changes(status->db.handle);
	if (st != RESULT_OK || !clearing->runs || !clearing->told)
		return st;
	snprintf(what, sizeof(what),
		 "%" PRId64 " run%s of an import that was broken off taken away again: nothing of %s counted",
		 clearing->runs, clearing->runs == 1 ? "" : "s", clearing->runs == 1 ? "it" : "them");
	return event_add(status, FINDING_WARNING, "import", "", what, "", err);
}

static enum result take_piece(struct status *status, void *arg, struct error *err)
{
	struct clearing *clearing = arg;
	struct piece piece = piece_begin();
	int64_t course = 1;
	enum result st = RESULT_OK;

	while (st == RESULT_OK && course && piece_goes_on(&piece)) {
		st = db_number(&status->db, err,
			       "SELECT c.id FROM run r JOIN run_course c ON c.run = r.number"
			       " WHERE r.kind = '" RUN_ARRIVING "' LIMIT 1",
			       NULL, 0, 0, &course);
		if (st == RESULT_OK)
			st = course ? take_rows(status, course, err)
				    : take_runs(status, clearing, err);
	}
	return st;
}

enum result arrival_clear(struct status *status, bool told, int64_t *runs, struct error *err)
{
	struct clearing clearing = {.told = told};
	enum result st = RESULT_OK;

	while (st == RESULT_OK && !clearing.over) {
		st = write_run(status, take_piece, &clearing, err);
		if (st == RESULT_OK && !clearing.over)
			piece_rest();
	}
	if (runs)
		*runs = st == RESULT_OK ? clearing.runs : 0;
	return st;
}

static enum result look(struct status *status, void *arg, struct error *err)
{
	return db_number(&status->db, err,
			 "SELECT count(*) FROM run WHERE kind = '" RUN_ARRIVING "'", NULL, 0, 0, arg);
}

enum result status_import_clear(struct status *status, int64_t *runs, struct error *err)
{
	struct lock *lock = NULL;
	int64_t arriving = 0;
	enum result st = write_run(status, look, &arriving, err);

	*runs = 0;
	if (st != RESULT_OK || !arriving) /* nearly always: no file of a lock is made for it */
		return st;
	st = lock_take_import(status_path(status), status->who, &lock, err);
	if (st == RESULT_OK)
		st = arrival_clear(status, true, runs, err);
	lock_free(lock);
	return st;
}
