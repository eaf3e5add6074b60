#include "config.h"

#include "src/status/schema.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/status/lock.h"

enum {
	APPLICATION_ID = 0x73756266, /* "subf" */
	CHECK_PAGES = 2048,	     /* files up to so many pages are looked through when opened */
	TRIES = 50,		     /* of changing to WAL while others open the file too */
};

/*
 * Words are stored as words, so that the file can be read with any SQLite shell and no order of
 * an enumeration is frozen. Sums stand in the rows they belong to (tally.h).
 *
 * Indexes cost a write each at every outcome: each one below serves a question asked per video
 * or per screen. video_by_val_id ignores case to answer both "who has this id" and "who has one
 * that MySQL takes for it".
 *
 * The journal is asked by val id, but has no index of val ids: these are random, so that every
 * line would dirty another page, as much to write as the transcript itself. The way leads over
 * the videos that have the id, or had it (former_id), to their lines, which lie together.
 */
static const char first_tables[] =
	"CREATE TABLE campus("
	" id INTEGER PRIMARY KEY CHECK(id = 1),"
	" name TEXT NOT NULL,"
	" environment TEXT NOT NULL,"
	" generation INTEGER NOT NULL,"	   /* grows when staging was restored */
	" intent_number INTEGER NOT NULL," /* the newest given to an intent */
	" created INTEGER NOT NULL"
	") STRICT;"

	"CREATE TABLE course("
	" id INTEGER PRIMARY KEY,"
	" key TEXT NOT NULL UNIQUE,"
	" name TEXT NOT NULL,"
	" location TEXT NOT NULL,"
	" status TEXT NOT NULL DEFAULT 'Not-Migrated',"
	" intent TEXT NOT NULL DEFAULT 'idle',"
	" intent_number INTEGER NOT NULL DEFAULT 0,"
	" intent_finding TEXT NOT NULL DEFAULT '',"
	" gone INTEGER NOT NULL DEFAULT 0,"
	" pass INTEGER NOT NULL DEFAULT 0,"
	" videos INTEGER NOT NULL DEFAULT 0,"
	" tried INTEGER NOT NULL DEFAULT 0,"
	" failed INTEGER NOT NULL DEFAULT 0,"
	" expected INTEGER NOT NULL DEFAULT 0,"
	" in_val INTEGER NOT NULL DEFAULT 0,"
	" unknown INTEGER NOT NULL DEFAULT 0,"
	" extra INTEGER NOT NULL DEFAULT 0,"
	" differing INTEGER NOT NULL DEFAULT 0,"
	" errors INTEGER NOT NULL DEFAULT 0,"
	" warnings INTEGER NOT NULL DEFAULT 0,"
	" notices INTEGER NOT NULL DEFAULT 0,"
	" waived INTEGER NOT NULL DEFAULT 0,"
	" bytes INTEGER NOT NULL DEFAULT 0,"
	" problem TEXT NOT NULL DEFAULT '',"
	" begun INTEGER NOT NULL DEFAULT 0,"
	" changed INTEGER NOT NULL DEFAULT 0,"
	" level TEXT NOT NULL DEFAULT 'none',"
	" verified INTEGER NOT NULL DEFAULT 0"
	") STRICT;"
	"CREATE INDEX course_by_status ON course(status, intent);"
	"CREATE INDEX course_wanted ON course(intent_number) WHERE intent <> 'idle';"

	"CREATE TABLE video("
	" id INTEGER PRIMARY KEY,"
	" course_id INTEGER NOT NULL REFERENCES course,"
	" type TEXT NOT NULL,"
	" block TEXT NOT NULL,"
	" name TEXT NOT NULL,"
	" position INTEGER NOT NULL,"
	" val_id TEXT NOT NULL,"
	" val_id_new INTEGER NOT NULL,"
	" branches INTEGER NOT NULL,"
	" state TEXT NOT NULL,"
	" attempts INTEGER NOT NULL DEFAULT 0,"
	" pass INTEGER NOT NULL," /* in which state and attempts came to be */
	" expected INTEGER NOT NULL DEFAULT 0,"
	" in_val INTEGER NOT NULL DEFAULT 0,"
	" unknown INTEGER NOT NULL DEFAULT 0,"
	" extra INTEGER NOT NULL DEFAULT 0,"
	" differing INTEGER NOT NULL DEFAULT 0,"
	" errors INTEGER NOT NULL DEFAULT 0,"
	" warnings INTEGER NOT NULL DEFAULT 0,"
	" notices INTEGER NOT NULL DEFAULT 0,"
	" waived INTEGER NOT NULL DEFAULT 0,"
	" bytes INTEGER NOT NULL DEFAULT 0,"
	" expected_languages TEXT NOT NULL DEFAULT '',"
	" val_languages TEXT NOT NULL DEFAULT '',"
	" gone INTEGER NOT NULL DEFAULT 0,"
	" UNIQUE(course_id, type, block)"
	") STRICT;"
	"CREATE INDEX video_in_order ON video(course_id, position);"
	"CREATE INDEX video_by_val_id ON video(val_id COLLATE NOCASE) WHERE val_id <> '';"

	"CREATE TABLE transcript("
	" id INTEGER PRIMARY KEY,"
	" video_id INTEGER NOT NULL REFERENCES video,"
	" language TEXT NOT NULL,"
	" expected INTEGER NOT NULL,"
	" implicit INTEGER NOT NULL,"
	" branches INTEGER NOT NULL,"
	" taken INTEGER NOT NULL,"
	" source TEXT NOT NULL,"
	" source_sha256 TEXT NOT NULL,"
	" encoding TEXT NOT NULL,"
	" format TEXT NOT NULL,"
	" sha256 TEXT NOT NULL,"
	" size INTEGER NOT NULL,"
	" cues INTEGER NOT NULL,"
	" object TEXT NOT NULL,"
	" outcome TEXT NOT NULL,"
	" in_val INTEGER NOT NULL," /* 0 unknown, 1 absent, 2 present */
	" val_object TEXT NOT NULL,"
	" compare TEXT NOT NULL,"
	" level TEXT NOT NULL,"
	" detail TEXT NOT NULL,"
	" UNIQUE(video_id, language)"
	") STRICT;"

	"CREATE TABLE journal("
	" id INTEGER PRIMARY KEY,"
	" at INTEGER NOT NULL,"
	" course_id INTEGER NOT NULL REFERENCES course,"
	" video_id INTEGER REFERENCES video,"
	" kind TEXT NOT NULL,"
	" val_id TEXT NOT NULL,"
	" language TEXT NOT NULL,"
	" object TEXT NOT NULL,"
	" sha256 TEXT NOT NULL,"
	" size INTEGER NOT NULL"
	") STRICT;"
	"CREATE INDEX journal_by_video ON journal(video_id);"
	/* Ids under which the journal has lines of a video, and which are not its present one. */
	"CREATE TABLE former_id("
	" val_id TEXT NOT NULL,"
	" video_id INTEGER NOT NULL REFERENCES video,"
	" PRIMARY KEY(val_id, video_id)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE finding("
	" id INTEGER PRIMARY KEY,"
	" course_id INTEGER NOT NULL REFERENCES course,"
	" video_id INTEGER REFERENCES video," /* NULL: of the course itself */
	" block TEXT NOT NULL,"
	" language TEXT NOT NULL,"
	" code TEXT NOT NULL,"
	" severity INTEGER NOT NULL," /* 0 notice, 1 warning, 2 error: they are sorted by it */
	" text TEXT NOT NULL,"
	" seen TEXT NOT NULL,"
	" waived INTEGER NOT NULL,"
	" reason TEXT NOT NULL,"
	" who TEXT NOT NULL,"
	" at INTEGER NOT NULL"
	") STRICT;"
	"CREATE INDEX finding_in_order ON finding(severity DESC, code, course_id, block, language,"
	" waived);"
	"CREATE INDEX finding_by_course ON finding(course_id, code);"
	"CREATE INDEX finding_by_video ON finding(video_id);"

	/* By key, so that a waiver outlives the course's rows. */
	"CREATE TABLE waiver("
	" id INTEGER PRIMARY KEY,"
	" course TEXT NOT NULL,"
	" block TEXT NOT NULL,"
	" language TEXT NOT NULL,"
	" code TEXT NOT NULL,"
	" seen TEXT NOT NULL,"
	" reason TEXT NOT NULL,"
	" who TEXT NOT NULL,"
	" at INTEGER NOT NULL,"
	" UNIQUE(course, block, language, code, seen)"
	") STRICT;"

	"CREATE TABLE attempt("
	" id INTEGER PRIMARY KEY,"
	" video_id INTEGER NOT NULL REFERENCES video,"
	" pass INTEGER NOT NULL,"
	" number INTEGER NOT NULL,"
	" begun INTEGER NOT NULL,"
	" ended INTEGER NOT NULL,"
	" result TEXT NOT NULL,"
	" text TEXT NOT NULL"
	") STRICT;"
	"CREATE INDEX attempt_by_video ON attempt(video_id);"

	"CREATE TABLE event("
	" id INTEGER PRIMARY KEY,"
	" at INTEGER NOT NULL,"
	" severity INTEGER NOT NULL,"
	" who TEXT NOT NULL,"
	" action TEXT NOT NULL,"
	" object TEXT NOT NULL,"
	" what TEXT NOT NULL,"
	" why TEXT NOT NULL,"
	" hash TEXT NOT NULL" /* event.h */
	") STRICT;"
	"CREATE INDEX event_by_object ON event(object);"

	"CREATE TABLE holder("
	" id INTEGER PRIMARY KEY CHECK(id = 1),"
	" held INTEGER NOT NULL,"
	" who TEXT NOT NULL,"
	" host TEXT NOT NULL,"
	" pid INTEGER NOT NULL,"
	" since INTEGER NOT NULL,"
	" beat INTEGER NOT NULL,"
	" hold TEXT NOT NULL,"
	" hold_since INTEGER NOT NULL,"
	" under_way INTEGER NOT NULL"
	") STRICT;"

	"CREATE TABLE memory("
	" name TEXT PRIMARY KEY,"
	" value TEXT NOT NULL"
	") STRICT, WITHOUT ROWID;"

	/*
	 * The columns of domain 12.4, for whoever knows the peer's table: a row a video that
	 * failed and has not been mended. Times are Django's, words longer than 255 lose their
	 * middle, and commas as there.
	 */
	"CREATE VIEW failed_task(id, created, modified, task_name, task_id, args, kwargs, exc,"
	" datetime_resolved) AS"
	" SELECT id,"
	"  strftime('%Y-%m-%d %H:%M:%S', begun / 1000000, 'unixepoch')"
	"   || printf('.%06d', begun % 1000000),"
	"  strftime('%Y-%m-%d %H:%M:%S', ended / 1000000, 'unixepoch')"
	"   || printf('.%06d', ended % 1000000),"
	"  'subferry.migrate_video',"
	"  printf('subferry-%d-%d', generation, id),"
	"  json_array(key, block),"
	"  json_object('course', key, 'video', block, 'edx_video_id', val_id, 'pass', pass,"
	"   'attempts', attempts),"
	"  CASE WHEN length(exc) > 255"
	"   THEN substr(exc, 1, 126) || '...' || substr(exc, -126) ELSE exc END,"
	"  NULL"
	" FROM (SELECT v.id, c.key, v.type || '@' || v.block AS block, v.val_id, v.pass,"
	"   v.attempts, coalesce(f.begun, c.begun) AS begun, coalesce(l.ended, c.changed) AS ended,"
	"   replace(coalesce(l.text, ''), ',', '') AS exc,"
	"   (SELECT generation FROM campus) AS generation"
	"  FROM video v JOIN course c ON c.id = v.course_id"
	"  LEFT JOIN attempt f ON f.id ="
	"   (SELECT min(id) FROM attempt WHERE video_id = v.id AND pass = v.pass)"
	"  LEFT JOIN attempt l ON l.id = (SELECT max(id) FROM attempt WHERE video_id = v.id)"
	"  WHERE v.state = 'failed' AND v.gone = 0);";

/*
 * Whoever keeps a picture of all courses asks for those that have changed since: every change of
 * a row, whoever makes it, gives the course the highest revision.
 */
#define NEWEST "UPDATE course SET revision = (SELECT max(revision) FROM course) + 1 WHERE id = NEW.id;"
static const char course_revisions[] =
	"ALTER TABLE course ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;"
	"UPDATE course SET revision = id;"
	"CREATE INDEX course_by_revision ON course(revision);"
	"CREATE TRIGGER course_is_new AFTER INSERT ON course BEGIN " NEWEST " END;"
	"CREATE TRIGGER course_has_changed AFTER UPDATE ON course WHEN NEW.revision = OLD.revision"
	" BEGIN " NEWEST " END;";

/*
 * The engine is steered from any console: what is wished of it stands in a row a thing, with a number
 * of the same count as the intents'; those up to holder.began are of engines before.
 */
static const char steered_engine[] =
	"ALTER TABLE holder ADD COLUMN held_by TEXT NOT NULL DEFAULT '';" /* HOLD_REASON_LIST */
	"ALTER TABLE holder ADD COLUMN workers INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE holder ADD COLUMN rate INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE holder ADD COLUMN began INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE steering("
	" name TEXT PRIMARY KEY,"
	" value INTEGER NOT NULL,"
	" number INTEGER NOT NULL,"
	" who TEXT NOT NULL"
	") STRICT, WITHOUT ROWID;";

/* Applied in order to files whose user_version is lower; never changed once released. */
static const char *const migrations[] = {first_tables, course_revisions, steered_engine,
					 schema_rollout, schema_figures, schema_places, schema_times};

int schema_version(void)
{
	return sizeof(migrations) / sizeof(migrations[0]);
}

static enum result refuse_other(const struct db *db, struct error *err)
{
	return error_set(err, RESULT_INVALID,
			 "%s is not a status database but another program's file: "
			 "correct [campus] status_db",
			 db->path);
}

static enum result quick_check(struct db *db, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	const char *words;
	int64_t pages = 0;
	enum result st;

	st = db_number(db, err, "PRAGMA page_count", NULL, 0, 0, &pages);
	if (st != RESULT_OK || pages > CHECK_PAGES)
		return st;
	st = db_first(db, err, "PRAGMA quick_check(1)", NULL, 0, &stmt);
	words = st == RESULT_OK ? (const char *)sqlite3_column_text(stmt, 0) : "ok";
	if (words && strcmp(words, "ok"))
		st = error_set(err, RESULT_FATAL,
			       "status database %s is damaged (%s): move it away; a "
			       "new one finds what was migrated",
			       db->path, words);
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

static enum result look(struct db *db, int *version, struct error *err)
{
	int64_t id = 0, number = 0, objects = 0;
	enum result st;

	*version = 0;
	st = db_number(db, err, "PRAGMA application_id", NULL, 0, 0, &id);
	if (st == RESULT_OK)
		st = db_number(db, err, "PRAGMA user_version", NULL, 0, 0, &number);
	if (st == RESULT_OK)
		st = db_number(db, err, "SELECT count(*) FROM sqlite_schema", NULL, 0, 0, &objects);
	if (st != RESULT_OK) /* a file that is no database at all is no damage */
		return (sqlite3_errcode(db->handle) & 0xff) == SQLITE_NOTADB
			       ? error_set(err, RESULT_INVALID,
					   "%s is not a status database (%s): correct "
					   "[campus] status_db, or move the file away",
					   db->path, sqlite3_errmsg(db->handle))
			       : st;
	if (!id && !number && !objects)
		return RESULT_OK;
	if (id != APPLICATION_ID || number < 1)
		return refuse_other(db, err);
	if (number > schema_version())
		return error_set(err, RESULT_INVALID,
				 "status database %s was written by a newer subferry "
				 "(version %lld, this one knows %d): use that program",
				 db->path, (long long)number, schema_version());
	*version = (int)number;
	return quick_check(db, err);
}

/* One state of the file is looked at, or one that is just being made looks like another's. */
enum result schema_look(struct db *db, int *version, struct error *err)
{
	bool alone = sqlite3_get_autocommit(db->handle);
	enum result st = alone ? db_exec(db, "BEGIN", "cannot read it", err) : RESULT_OK;

	*version = 0;
	if (st == RESULT_OK)
		st = look(db, version, err);
	if (alone && !sqlite3_get_autocommit(db->handle))
		db_exec(db, "ROLLBACK", "cannot read it", NULL);
	return st;
}

/* WAL cannot be entered while others look at the file, and SQLite does not always wait then. */
static enum result enter_wal(struct db *db, struct error *err)
{
	enum result st = RESULT_BUSY;

	for (int i = 0; i < TRIES && st == RESULT_BUSY; i++) {
		if (i)
			usleep(100000);
		st = db_exec(db, "PRAGMA journal_mode=WAL", "cannot begin a write-ahead log", err);
	}
	if (st == RESULT_OK)
		st = db_exec(db,
			     "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
			     "PRAGMA cache_size=-8192; PRAGMA journal_size_limit=67108864;"
			     "PRAGMA temp_store=MEMORY" /* of savepoints: no file of their own */,
			     "cannot set it up", err);
	return st;
}

/* An engine of an older program would go on writing rows that new tables refuse. One of ours has
   brought the file up to date before it took the lock. */
static enum result look_for_engine(const struct db *db, struct error *err)
{
	struct lock *lock = NULL;
	struct error why = {0};
	enum result st = lock_take(db->path, &lock, &why);

	lock_free(lock);
	if (st != RESULT_OK)
		error_set(err, st, "%s%s", why.text,
			  st == RESULT_BUSY ? ": it is an older subferry's, let it end first" : "");
	return st;
}

static enum result migrate(struct db *db, int version, struct error *err)
{
	enum result st = RESULT_OK;
	char mark[96];

	if (version == schema_version())
		return RESULT_OK;
	if (version)
		st = look_for_engine(db, err);
	for (int i = version; i < schema_version() && st == RESULT_OK; i++)
		st = db_exec(db, migrations[i], "cannot make its tables", err);
	if (st != RESULT_OK)
		return st;
	snprintf(mark, sizeof(mark), "PRAGMA application_id=%d; PRAGMA user_version=%d",
		 APPLICATION_ID, schema_version());
	return db_exec(db, mark, "cannot mark its version", err);
}

enum result schema_check_campus(struct db *db, const char *campus, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = db_first(db, err, "SELECT name FROM campus", NULL, 0, &stmt);

	if (st == RESULT_OK && strcmp((const char *)sqlite3_column_text(stmt, 0), campus))
		st = error_set(err, RESULT_INVALID,
			       "status database %s is of campus \"%s\", not \"%s\": "
			       "correct [campus] name, or name another status_db",
			       db->path, (const char *)sqlite3_column_text(stmt, 0), campus);
	db_done(stmt);
	return st;
}

enum result schema_check_environment(struct db *db, const char *environment, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = db_first(db, err,
				  "SELECT environment FROM campus"
				  " WHERE (environment = 'production') <> (?1 = 'production')"
				  " AND (EXISTS(SELECT 1 FROM run WHERE kind <> 'dry' AND imported = 0)"
				  "  OR EXISTS(SELECT 1 FROM journal)"
				  "  OR EXISTS(SELECT 1 FROM course WHERE status <> 'Not-Migrated'))",
				  DB_VALUES(TEXT(environment)), &stmt);

	if (st == RESULT_OK)
		st = error_set(err, RESULT_INVALID,
			       "status database %s is of %s, and courses were run in it; %s needs a file of its "
			       "own: correct [campus] environment, or name another status_db",
			       db->path, (const char *)sqlite3_column_text(stmt, 0), environment);
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

/* The file's campus is ours, or becomes ours when it is new. */
static enum result settle(struct db *db, const char *campus, const char *environment, int64_t now,
			  struct error *err)
{
	enum result st;

	st = db_run(db, err, "INSERT OR IGNORE INTO campus VALUES(1, ?1, ?2, 1, 0, ?3)",
		    DB_VALUES(TEXT(campus), TEXT(environment), INT(now)));
	if (st == RESULT_OK)
		st = schema_check_campus(db, campus, err);
	if (st == RESULT_OK)
		st = schema_check_environment(db, environment, err);
	if (st == RESULT_OK)
		st = db_run(db, err, "UPDATE campus SET environment = ?1 WHERE environment <> ?1",
			    DB_VALUES(TEXT(environment)));
	return st;
}

enum result schema_enter(struct db *db, const char *campus, const char *environment, int64_t now,
			 struct error *err)
{
	enum result st = enter_wal(db, err);
	int version;

	if (st == RESULT_OK)
		st = db_exec(db, "BEGIN IMMEDIATE", "cannot write", err);
	if (st != RESULT_OK)
		return st;
	st = schema_look(db, &version, err); /* again: perhaps somebody else made the tables */
	if (st == RESULT_OK)
		st = migrate(db, version, err);
	if (st == RESULT_OK)
		st = settle(db, campus, environment, now, err);
	if (st == RESULT_OK)
		st = db_exec(db, "COMMIT", "cannot commit", err);
	if (st != RESULT_OK && !sqlite3_get_autocommit(db->handle))
		db_exec(db, "ROLLBACK", "cannot undo", NULL);
	return st;
}
