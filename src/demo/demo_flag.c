#include "config.h"

#include "src/demo/demo_flag.h"

#include <sqlite3.h>
#include <stddef.h>

#include "src/base/dbwriter.h"
#include "src/flag/flag_tables.h"

/* As long ago as the demo's courses: no cache of the platform goes by a former row. */
static const char global_row[] =
	"INSERT INTO " FLAG_GLOBAL_TABLE "(change_date, enabled, enabled_for_all_courses, changed_by_id)"
	" VALUES('2018-05-02 02:41:07', 1, 0, NULL)";

static enum result run(sqlite3 *db, const char *sql, struct error *err)
{
	int code = sqlite3_exec(db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? RESULT_OK : dbwriter_error(db, code, "cannot make the demo's flag", err);
}

static enum result fill(sqlite3 *db, struct error *err)
{
	enum result st = run(db, "BEGIN IMMEDIATE", err);

	if (st == RESULT_OK)
		st = flag_tables_check(db, err);
	if (st != RESULT_MISSING)
		return st;
	st = flag_tables_create(db, err);
	if (st == RESULT_OK)
		st = run(db, global_row, err);
	return st == RESULT_OK ? run(db, "COMMIT", err) : st;
}

enum result demo_make_flag(const char *path, struct error *err)
{
	enum { BUSY_MS = 5000 };
	sqlite3 *db = NULL;
	enum result st;
	int code;

	dbwriter_setup();
	code = sqlite3_open_v2(path, &db,
			       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (code == SQLITE_OK)
		sqlite3_busy_timeout(db, BUSY_MS);
	st = code == SQLITE_OK ? fill(db, err)
			       : dbwriter_error(db, code, "cannot make the demo's flag", err);
	sqlite3_close(db); /* and with it what was not committed */
	return st;
}
