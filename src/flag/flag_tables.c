#include "config.h"

#include "src/flag/flag_tables.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "src/base/clock.h"
#include "src/base/dbwriter.h"

#define ID "\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT"
#define STATE "\"change_date\" datetime NOT NULL, \"enabled\" bool NOT NULL"
#define CHANGED_BY                                                                                 \
	"\"changed_by_id\" integer NULL REFERENCES \"auth_user\" (\"id\")"                         \
	" DEFERRABLE INITIALLY DEFERRED"
/* The digits are Django's digest of the table's and the column's name. */
#define INDEX(table, column, digest)                                                               \
	"CREATE INDEX \"" table "_" column "_" digest "\" ON \"" table "\" (\"" column "\")"

static const char *const statements[] = {
	"CREATE TABLE \"" FLAG_GLOBAL_TABLE "\" (" ID ", " STATE ","
	" \"enabled_for_all_courses\" bool NOT NULL, " CHANGED_BY ")",
	"CREATE TABLE \"" FLAG_COURSE_TABLE "\" (" ID ", " STATE ","
	" \"course_id\" varchar(255) NOT NULL, " CHANGED_BY ")",
	INDEX(FLAG_GLOBAL_TABLE, "changed_by_id", "9f0afd7f"),
	INDEX(FLAG_COURSE_TABLE, "course_id", "fcfacf5b"),
	INDEX(FLAG_COURSE_TABLE, "changed_by_id", "3bdcf2a6"),
};

static const char *const tables[] = {FLAG_GLOBAL_TABLE, FLAG_COURSE_TABLE};

static const struct column {
	const char *table, *name;
} columns[] = {
	{FLAG_GLOBAL_TABLE, "id"},
	{FLAG_GLOBAL_TABLE, "change_date"},
	{FLAG_GLOBAL_TABLE, "enabled"},
	{FLAG_GLOBAL_TABLE, "enabled_for_all_courses"},
	{FLAG_GLOBAL_TABLE, "changed_by_id"},
	{FLAG_COURSE_TABLE, "id"},
	{FLAG_COURSE_TABLE, "change_date"},
	{FLAG_COURSE_TABLE, "enabled"},
	{FLAG_COURSE_TABLE, "course_id"},
	{FLAG_COURSE_TABLE, "changed_by_id"},
};

enum result flag_tables_create(sqlite3 *db, struct error *err)
{
	for (size_t i = 0; i < sizeof(statements) / sizeof(*statements); i++) {
		int code = sqlite3_exec(db, statements[i], NULL, NULL, NULL);

		if (code != SQLITE_OK)
			return dbwriter_error(db, code, "cannot make the flag's tables", err);
	}
	return RESULT_OK;
}

/* ---- are they the platform's? -------------------------------------------------------------*/

/* The first cell of @sql, whose parameters are @a and @b: OK with *@stmt to be finalized, or END. */
static enum result ask(sqlite3 *db, const char *sql, const char *a, const char *b,
		       sqlite3_stmt **stmt, struct error *err)
{
	int code = sqlite3_prepare_v2(db, sql, -1, stmt, NULL);

	if (code == SQLITE_OK) {
		sqlite3_bind_text(*stmt, 1, a, -1, SQLITE_STATIC);
		sqlite3_bind_text(*stmt, 2, b, -1, SQLITE_STATIC);
		code = sqlite3_step(*stmt);
	}
	if (code == SQLITE_ROW)
		return RESULT_OK;
	return code == SQLITE_DONE ? RESULT_END
				   : dbwriter_error(db, code, "cannot read the flag", err);
}

/* Some table that is there, ours if it is; RESULT_MISSING: none at all. */
static enum result check_file(sqlite3 *db, struct error *err)
{
	const char *file = sqlite3_db_filename(db, "main");
	sqlite3_stmt *stmt = NULL;
	enum result st = ask(db,
			     "SELECT name FROM sqlite_schema"
			     " WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
			     " ORDER BY name NOT IN (?1, ?2), name LIMIT 1",
			     tables[0], tables[1], &stmt, err);

	if (st == RESULT_END) {
		st = error_set(err, RESULT_MISSING, "%s: no tables", file);
	} else if (st == RESULT_OK) {
		const char *name = (const char *)sqlite3_column_text(stmt, 0);

		if (!name || (strcmp(name, tables[0]) && strcmp(name, tables[1])))
			st = error_set(err, RESULT_INVALID,
				       "%s: holds other tables (%s), and not the platform's flag "
				       "(" FLAG_COURSE_TABLE ")",
				       file, name ? name : "?");
	}
	sqlite3_finalize(stmt);
	return st;
}

static enum result check_column(sqlite3 *db, const struct column *column, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = ask(db, "SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2",
			     column->table, column->name, &stmt, err);

	if (st == RESULT_END)
		st = error_set(err, RESULT_INVALID,
			       "%s: not the platform's flag: %s.%s is missing",
			       sqlite3_db_filename(db, "main"), column->table, column->name);
	sqlite3_finalize(stmt);
	return st;
}

/* A column that we do not know and that wants a value would refuse each of our rows. */
static enum result check_unknown(sqlite3 *db, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = ask(db,
			     "SELECT name FROM pragma_table_info(?1) WHERE \"notnull\""
			     " AND dflt_value IS NULL AND NOT pk AND name NOT IN"
			     " ('change_date', 'enabled', ?2) LIMIT 1",
			     FLAG_COURSE_TABLE, "course_id", &stmt, err);

	if (st == RESULT_OK)
		st = error_set(err, RESULT_INVALID,
			       "%s: " FLAG_COURSE_TABLE " wants a value for \"%s\": a newer "
			       "platform than this program knows",
			       sqlite3_db_filename(db, "main"),
			       (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

enum result flag_tables_check(sqlite3 *db, struct error *err)
{
	enum result st = check_file(db, err);

	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns) && st == RESULT_OK; i++)
		st = check_column(db, &columns[i], err);
	return st == RESULT_OK ? check_unknown(db, err) : st;
}

/* ---- times --------------------------------------------------------------------------------*/

void flag_stamp_format(int64_t wall, char out[FLAG_STAMP_SIZE])
{
	clock_format(wall, out, FLAG_STAMP_SIZE);
	out[10] = ' ';
	out[wall % 1000000 ? 26 : 19] = '\0'; /* the Z; the fraction too if it is 0 */
}

int64_t flag_stamp_read(const char *text)
{
	int64_t micros = 0, unit = 100000;
	struct tm tm;
	const char *at;

	memset(&tm, 0, sizeof(tm));
	at = text ? strptime(text, "%Y-%m-%d %H:%M:%S", &tm) : NULL;
	if (!at)
		return 0;
	if (*at == '.')
		for (at++; *at >= '0' && *at <= '9' && unit; at++, unit /= 10)
			micros += (*at - '0') * unit;
	return *at ? 0 : (int64_t)timegm(&tm) * 1000000 + micros;
}
