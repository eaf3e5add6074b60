#include "config.h"

#include "src/val/schema.h"

#include <string.h>

#include "src/base/dbwriter.h"

/* Django writes the primary key and foreign keys of every table alike. */
#define ID "\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT"
#define STAMPS "\"created\" datetime NOT NULL, \"modified\" datetime NOT NULL"
#define REFERENCES(table) "REFERENCES \"" table "\" (\"id\") DEFERRABLE INITIALLY DEFERRED"
#define UNSIGNED(name) "\"" name "\" integer unsigned NOT NULL CHECK (\"" name "\" >= 0)"

#define INDEX(name, table, columns) "CREATE INDEX \"" name "\" ON \"" table "\" (" columns ")"
#define UNIQUE(name, table, columns)                                                               \
	"CREATE UNIQUE INDEX \"" name "\" ON \"" table "\" (" columns ")"

/* clang-format off */
static const char *const statements[] = {
	"BEGIN IMMEDIATE",
	"CREATE TABLE \"edxval_profile\" (" ID ", \"profile_name\" varchar(50) NOT NULL UNIQUE)",
	"CREATE TABLE \"edxval_video\" (" ID ", \"created\" datetime NOT NULL,"
	" \"edx_video_id\" varchar(100) NOT NULL UNIQUE,"
	" \"client_video_id\" varchar(255) NOT NULL, \"duration\" real NOT NULL,"
	" \"status\" varchar(255) NOT NULL, \"error_description\" text NULL)",
	"CREATE TABLE \"edxval_encodedvideo\" (" ID ", " STAMPS ","
	" \"url\" varchar(200) NOT NULL, " UNSIGNED("file_size") ", " UNSIGNED("bitrate") ","
	" \"profile_id\" integer NOT NULL " REFERENCES("edxval_profile") ","
	" \"video_id\" integer NOT NULL " REFERENCES("edxval_video") ")",
	"CREATE TABLE \"edxval_coursevideo\" (" ID ", \"course_id\" varchar(255) NOT NULL,"
	" \"video_id\" integer NOT NULL " REFERENCES("edxval_video") ","
	" \"is_hidden\" bool NOT NULL)",
	"CREATE TABLE \"edxval_videoimage\" (" ID ", " STAMPS ", \"image\" varchar(500) NULL,"
	" \"generated_images\" text NOT NULL,"
	" \"course_video_id\" integer NOT NULL UNIQUE " REFERENCES("edxval_coursevideo") ")",
	"CREATE TABLE \"edxval_transcriptpreference\" (" ID ", " STAMPS ","
	" \"course_id\" varchar(255) NOT NULL UNIQUE, \"provider\" varchar(20) NOT NULL,"
	" \"cielo24_fidelity\" varchar(20) NULL, \"cielo24_turnaround\" varchar(20) NULL,"
	" \"three_play_turnaround\" varchar(20) NULL, \"preferred_languages\" text NOT NULL,"
	" \"video_source_language\" varchar(50) NULL)",
	"CREATE TABLE \"edxval_videotranscript\" (" ID ", " STAMPS ","
	" \"transcript\" varchar(255) NULL, \"language_code\" varchar(50) NOT NULL,"
	" \"provider\" varchar(30) NOT NULL, \"file_format\" varchar(20) NOT NULL,"
	" \"video_id\" integer NULL " REFERENCES("edxval_video") ")",
	"CREATE TABLE \"edxval_thirdpartytranscriptcredentialsstate\" (" ID ", " STAMPS ","
	" \"org\" varchar(32) NOT NULL, \"provider\" varchar(20) NOT NULL,"
	" \"has_creds\" bool NOT NULL)",

	INDEX("edxval_video_client_video_id_2b668312", "edxval_video", "\"client_video_id\""),
	INDEX("edxval_video_status_5f33a104", "edxval_video", "\"status\""),
	INDEX("edxval_encodedvideo_profile_id_d9f3e086", "edxval_encodedvideo", "\"profile_id\""),
	INDEX("edxval_encodedvideo_video_id_d8857acb", "edxval_encodedvideo", "\"video_id\""),
	UNIQUE("edxval_coursevideo_course_id_video_id_ebd82f35_uniq", "edxval_coursevideo",
	       "\"course_id\", \"video_id\""),
	INDEX("edxval_coursevideo_video_id_85dfcf76", "edxval_coursevideo", "\"video_id\""),
	UNIQUE("edxval_videotranscript_video_id_language_code_37532906_uniq",
	       "edxval_videotranscript", "\"video_id\", \"language_code\""),
	INDEX("edxval_videotranscript_language_code_d78ce3d1", "edxval_videotranscript",
	      "\"language_code\""),
	INDEX("edxval_videotranscript_file_format_3adddaf7", "edxval_videotranscript",
	      "\"file_format\""),
	INDEX("edxval_videotranscript_video_id_6ffdfb56", "edxval_videotranscript", "\"video_id\""),
	UNIQUE("edxval_thirdpartytranscriptcredentialsstate_org_provider_188f7ddf_uniq",
	       "edxval_thirdpartytranscriptcredentialsstate", "\"org\", \"provider\""),

	("INSERT INTO edxval_profile(profile_name) VALUES ('audio_mp3'), ('hls'), ('desktop_mp4'),"
	 " ('desktop_webm'), ('mobile_high'), ('mobile_low'), ('youtube')"),
	"COMMIT",
};
/* clang-format on */

/* What we read or write. The type of a number tells the edx-vals of before and after apart. */
static const struct column {
	const char *table, *name;
	bool is_number;
} columns[] = {
    {"edxval_video", "id", true},
    {"edxval_video", "created", false},
    {"edxval_video", "edx_video_id", false},
    {"edxval_video", "client_video_id", false},
    {"edxval_video", "duration", false},
    {"edxval_video", "status", false},
    {"edxval_videotranscript", "id", true},
    {"edxval_videotranscript", "created", false},
    {"edxval_videotranscript", "modified", false},
    {"edxval_videotranscript", "transcript", false},
    {"edxval_videotranscript", "language_code", false},
    {"edxval_videotranscript", "provider", false},
    {"edxval_videotranscript", "file_format", false},
    {"edxval_videotranscript", "video_id", true},
    {"edxval_coursevideo", "id", true},
    {"edxval_coursevideo", "course_id", false},
    {"edxval_coursevideo", "video_id", true},
    {"edxval_coursevideo", "is_hidden", false},
};

enum result schema_create(sqlite3 *db, struct error *err)
{
	enum result st = RESULT_OK;

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]) && st == RESULT_OK; i++) {
		int code = sqlite3_exec(db, statements[i], NULL, NULL, NULL);

		if (code != SQLITE_OK)
			st = dbwriter_error(db, code, "cannot make edx-val's tables", err);
	}
	if (st != RESULT_OK && !sqlite3_get_autocommit(db))
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return st;
}

enum result schema_add_index(sqlite3 *db, struct error *err)
{
	int code = sqlite3_exec(db,
				"CREATE INDEX IF NOT EXISTS subferry_video_nocase"
				" ON edxval_video(edx_video_id COLLATE NOCASE)",
				NULL, NULL, NULL);

	return code == SQLITE_OK ? RESULT_OK : dbwriter_error(db, code, "cannot add an index", err);
}

/* ---- is it edx-val? -----------------------------------------------------------------------*/

static enum result check_number(sqlite3 *db, const struct column *column, const char *type,
				struct error *err)
{
	const char *file = sqlite3_db_filename(db, "main");

	if (type && (!sqlite3_strnicmp(type, "int", 3) || !sqlite3_strnicmp(type, "bigint", 6)))
		return RESULT_OK;
	if (!strcmp(column->table, "edxval_videotranscript") && !strcmp(column->name, "video_id"))
		return error_set(
		    err, RESULT_INVALID,
		    "%s: edxval_videotranscript.video_id is \"%s\": this is an edx-val"
		    " before 0.1.8, whose rows name videos by text; upgrade edx-val first",
		    file, type ? type : "");
	return error_set(err, RESULT_INVALID, "%s: %s.%s is \"%s\", not integer", file,
			 column->table, column->name, type ? type : "");
}

/* One column, by its declaration. */
static enum result check_column(sqlite3 *db, const struct column *column, struct error *err)
{
	const char *file = sqlite3_db_filename(db, "main");
	sqlite3_stmt *stmt = NULL;
	enum result st = RESULT_OK;
	int code;

	code = sqlite3_prepare_v2(db, "SELECT type FROM pragma_table_info(?1) WHERE name = ?2", -1,
				  &stmt, NULL);
	if (code == SQLITE_OK) {
		sqlite3_bind_text(stmt, 1, column->table, -1, SQLITE_STATIC);
		sqlite3_bind_text(stmt, 2, column->name, -1, SQLITE_STATIC);
		code = sqlite3_step(stmt);
	}
	if (code == SQLITE_DONE) {
		st = error_set(err, RESULT_INVALID, "%s: not edx-val's tables: %s.%s is missing",
			       file, column->table, column->name);
	} else if (code != SQLITE_ROW) {
		st = dbwriter_error(db, code, "cannot read edx-val's tables", err);
	} else if (column->is_number) {
		st = check_number(db, column, (const char *)sqlite3_column_text(stmt, 0), err);
	}
	sqlite3_finalize(stmt);
	return st;
}

/* A column that we do not know and that wants a value would refuse each of our rows. */
static enum result check_unknown(sqlite3 *db, const char *table, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = RESULT_OK;
	int code;

	code = sqlite3_prepare_v2(db,
				  "SELECT name FROM pragma_table_info(?1)"
				  " WHERE \"notnull\" AND dflt_value IS NULL AND NOT pk",
				  -1, &stmt, NULL);
	if (code == SQLITE_OK) {
		sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC);
		code = sqlite3_step(stmt);
	}
	for (; code == SQLITE_ROW && st == RESULT_OK; code = sqlite3_step(stmt)) {
		const char *name = (const char *)sqlite3_column_text(stmt, 0);
		bool known = false;

		for (size_t i = 0; name && i < sizeof(columns) / sizeof(columns[0]); i++)
			known |= !strcmp(columns[i].table, table) && !strcmp(columns[i].name, name);
		if (!known)
			st = error_set(err, RESULT_INVALID,
				       "%s: %s wants a value for \"%s\": a newer edx-val"
				       " than this program knows",
				       sqlite3_db_filename(db, "main"), table, name ? name : "");
	}
	if (st == RESULT_OK && code != SQLITE_DONE)
		st = dbwriter_error(db, code, "cannot read edx-val's tables", err);
	sqlite3_finalize(stmt);
	return st;
}

/* Some table's name, or RESULT_MISSING if there is none. */
static enum result first_table(sqlite3 *db, char *out, size_t size, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = RESULT_OK;
	int code;

	code = sqlite3_prepare_v2(
	    db,
	    "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
	    " ORDER BY name <> 'edxval_video', name LIMIT 1",
	    -1, &stmt, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	if (code == SQLITE_DONE)
		st = RESULT_MISSING;
	else if (code == SQLITE_ROW)
		sqlite3_snprintf((int)size, out, "%s", sqlite3_column_text(stmt, 0));
	else
		st = dbwriter_error(db, code, "cannot open edx-val", err);
	sqlite3_finalize(stmt);
	return st;
}

enum result schema_check(sqlite3 *db, struct error *err)
{
	static const char *const filled[] = {"edxval_video", "edxval_videotranscript",
					     "edxval_coursevideo"};
	char name[100];
	enum result st = first_table(db, name, sizeof(name), err);

	if (st == RESULT_MISSING)
		return error_set(err, st, "%s: no tables", sqlite3_db_filename(db, "main"));
	if (st == RESULT_OK && strcmp(name, "edxval_video"))
		return error_set(err, RESULT_INVALID, "%s: holds other tables (%s), not edx-val's",
				 sqlite3_db_filename(db, "main"), name);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]) && st == RESULT_OK; i++)
		st = check_column(db, &columns[i], err);
	for (size_t i = 0; i < sizeof(filled) / sizeof(filled[0]) && st == RESULT_OK; i++)
		st = check_unknown(db, filled[i], err);
	return st;
}
