/*
 * SQLite's answers in our results and words.
 */
#include "config.h"

#include "src/base/dbwriter.h"

#include <string.h>

#include "src/base/rival.h"

static enum result result_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return RESULT_OK;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
		return RESULT_BUSY;
	case SQLITE_FULL:
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return RESULT_UNREACHABLE;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return RESULT_DAMAGED;
	case SQLITE_NOMEM:
		return RESULT_NOMEM;
	case SQLITE_TOOBIG:
		return RESULT_LIMIT;
	case SQLITE_CONSTRAINT:
		return RESULT_CONFLICT;
	case SQLITE_INTERRUPT:
		return RESULT_CANCELED;
	default:
		return RESULT_FATAL;
	}
}

enum result dbwriter_error(sqlite3 *db, int code, const char *doing, struct error *err)
{
	const char *file = db ? sqlite3_db_filename(db, "main") : NULL;
	int extended = db ? sqlite3_extended_errcode(db) : code;
	const char *words, *system = NULL;
	char rival[64];
	int number;

	if (result_of(code) == RESULT_BUSY && file && *file)
		return error_set(err, RESULT_BUSY, "locked by %s: end that program or wait (%s: %s)",
				 rival_name(file, rival, sizeof(rival)), doing, file);

	/* The connection's own words, unless something else has gone wrong there since. */
	if (db && (extended & 0xff) == (code & 0xff)) {
		words = sqlite3_errmsg(db);
		number = sqlite3_system_errno(db);
		if (number && ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN))
			system = strerror(number);
	} else {
		words = sqlite3_errstr(code);
	}
	return error_set(err, result_of(code), "%s: %s%s%s%s%s", doing, file && *file ? file : "",
			 file && *file ? ": " : "", words, system ? ": " : "",
			 system ? system : "");
}
