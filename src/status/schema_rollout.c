/*
 * The tables of the rollout: runs and what they found, evidence, flags (schema 4), and what runs and
 * courses took (schema 5), where evidence was made (schema 6), and how old it has become (schema 7).
 */
#include "config.h"

#include "src/status/schema.h"

/*
 * What a run found stands in rows of its own, by course key and block name: the rows of video,
 * transcript and finding are of now, and an imported run is of a campus whose courses this one may
 * not have. They are written in the commit that ends the course (runs.c), so a run never has half
 * a course.
 *
 * course.flag and course.evidence repeat what the tables flag and evidence say, for lists.
 */
const char schema_rollout[] =
	"CREATE TABLE run("
	" number INTEGER PRIMARY KEY," /* counts every pass of this file, imported ones too */
	" uid TEXT NOT NULL UNIQUE,"   /* 32 hex digits, by which an imported run is known again */
	" kind TEXT NOT NULL,"	       /* dry, mock, real */
	" generation INTEGER NOT NULL,"
	" campus TEXT NOT NULL,"
	" environment TEXT NOT NULL,"
	" release TEXT NOT NULL,"
	" version TEXT NOT NULL," /* of the program */
	" options TEXT NOT NULL,"
	" who TEXT NOT NULL,"
	" host TEXT NOT NULL,"
	" began INTEGER NOT NULL,"
	" ended INTEGER NOT NULL,"	   /* 0: it goes on */
	" broken_off INTEGER NOT NULL,"	   /* it ended without having come to its end */
	" imported INTEGER NOT NULL,"	   /* when; 0: a run of this file */
	" origin_number INTEGER NOT NULL"  /* imported: its number where it ran; else 0 */
	") STRICT;"
	"CREATE INDEX run_open ON run(ended) WHERE ended = 0;"

	"CREATE TABLE run_course("
	" id INTEGER PRIMARY KEY,"
	" run INTEGER NOT NULL REFERENCES run(number),"
	" course TEXT NOT NULL,"
	" status TEXT NOT NULL," /* In-Progress, Migrated, Failed; of a dry run Migrated: nothing stops it */
	" began INTEGER NOT NULL,"
	" ended INTEGER NOT NULL," /* 0: not yet */
	" problem TEXT NOT NULL,"
	" source_version TEXT NOT NULL,"
	" source_assets TEXT NOT NULL,"
	" videos INTEGER NOT NULL, failed INTEGER NOT NULL,"
	" expected INTEGER NOT NULL, in_val INTEGER NOT NULL, unknown INTEGER NOT NULL,"
	" extra INTEGER NOT NULL, differing INTEGER NOT NULL,"
	" errors INTEGER NOT NULL, warnings INTEGER NOT NULL, notices INTEGER NOT NULL,"
	" waived INTEGER NOT NULL, bytes INTEGER NOT NULL,"
	/* transcripts by outcome */
	" migrated INTEGER NOT NULL, kept INTEGER NOT NULL, would INTEGER NOT NULL,"
	" untold INTEGER NOT NULL, not_migrated INTEGER NOT NULL,"
	" UNIQUE(run, course)"
	") STRICT;"
	"CREATE INDEX run_course_by_course ON run_course(course, run);"

	"CREATE TABLE run_transcript("
	" run_course INTEGER NOT NULL REFERENCES run_course(id),"
	" block TEXT NOT NULL," /* type@id */
	" language TEXT NOT NULL,"
	" val_id TEXT NOT NULL,"
	" outcome TEXT NOT NULL,"
	" source_sha256 TEXT NOT NULL,"
	" sha256 TEXT NOT NULL,"
	" PRIMARY KEY(run_course, block, language)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE run_finding("
	" id INTEGER PRIMARY KEY,"
	" run_course INTEGER NOT NULL REFERENCES run_course(id),"
	" block TEXT NOT NULL,"
	" language TEXT NOT NULL,"
	" code TEXT NOT NULL,"
	" severity INTEGER NOT NULL,"
	" text TEXT NOT NULL,"
	" seen TEXT NOT NULL,"
	" waived INTEGER NOT NULL,"
	" reason TEXT NOT NULL,"
	" who TEXT NOT NULL,"
	" at INTEGER NOT NULL"
	") STRICT;"
	"CREATE INDEX run_finding_in_order ON run_finding(run_course, code, block, language);"

	/* What was seen of a course's source when it was last planned. */
	"CREATE TABLE course_source("
	" course_id INTEGER PRIMARY KEY REFERENCES course,"
	" version TEXT NOT NULL,"
	" assets TEXT NOT NULL,"
	" at INTEGER NOT NULL"
	") STRICT;"

	/* The newest validation of a course, and the state that it saw. */
	"CREATE TABLE evidence("
	" course_id INTEGER PRIMARY KEY REFERENCES course,"
	" number INTEGER NOT NULL UNIQUE," /* grows with every evidence of the file */
	" generation INTEGER NOT NULL,"
	" pass INTEGER NOT NULL,"
	" level TEXT NOT NULL,"
	" began INTEGER NOT NULL," /* what it saw is no older than this */
	" at INTEGER NOT NULL,"
	" source_version TEXT NOT NULL,"
	" source_assets TEXT NOT NULL,"
	" expected INTEGER NOT NULL, in_val INTEGER NOT NULL, unknown INTEGER NOT NULL,"
	" extra INTEGER NOT NULL, differing INTEGER NOT NULL,"
	" errors INTEGER NOT NULL, warnings INTEGER NOT NULL, waived INTEGER NOT NULL,"
	" waivers TEXT NOT NULL," /* hash over the waivers it was made with */
	" stale TEXT NOT NULL,"	  /* \"\" or why it does not count any more */
	" stale_at INTEGER NOT NULL"
	") STRICT;"

	/* The last switch of a course's flag, and what was read back last. */
	"CREATE TABLE flag("
	" course_id INTEGER PRIMARY KEY REFERENCES course,"
	" state TEXT NOT NULL,"	      /* FLAG_STEP_LIST */
	" number INTEGER NOT NULL,"   /* grows with every switch of the file */
	" evidence INTEGER NOT NULL," /* evidence.number the last switch on rests on; 0 */
	" who TEXT NOT NULL,"
	" host TEXT NOT NULL,"
	" began INTEGER NOT NULL," /* when it was journalled */
	" effective TEXT NOT NULL, own TEXT NOT NULL, global TEXT NOT NULL," /* as read last */
	" read INTEGER NOT NULL,"      /* when; 0 never */
	" text TEXT NOT NULL,"	       /* what the backend said last, or what is amiss */
	" auto_pass INTEGER NOT NULL"  /* the pass after which flip = auto has had its turn */
	") STRICT;"
	"CREATE INDEX flag_under_way ON flag(state) WHERE state LIKE 'turning-%';"

	/* Lines of the journal of generations before: what they tell of is gone. */
	"CREATE TABLE former_journal("
	" id INTEGER PRIMARY KEY,"
	" generation INTEGER NOT NULL,"
	" at INTEGER NOT NULL,"
	" course_id INTEGER NOT NULL,"
	" video_id INTEGER,"
	" kind TEXT NOT NULL,"
	" val_id TEXT NOT NULL,"
	" language TEXT NOT NULL,"
	" object TEXT NOT NULL,"
	" sha256 TEXT NOT NULL,"
	" size INTEGER NOT NULL"
	") STRICT;"

	"ALTER TABLE course ADD COLUMN flag TEXT NOT NULL DEFAULT 'unknown';"
	"ALTER TABLE course ADD COLUMN evidence TEXT NOT NULL DEFAULT 'none';";

/*
 * Of what was run before nobody counted how long it was at work, nor what a run itself had tried: -1
 * stays -1. attempts is how far attempt.id was when the run began: what is above it is of this run.
 */
const char schema_figures[] =
	"ALTER TABLE run ADD COLUMN active INTEGER NOT NULL DEFAULT -1;" /* microseconds at work */
	"ALTER TABLE run ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE run_course ADD COLUMN active INTEGER NOT NULL DEFAULT -1;"
	/* transcripts of the videos that this run tried; 0 until the course ends */
	"ALTER TABLE run_course ADD COLUMN tried INTEGER NOT NULL DEFAULT -1;";

/* Which val and store evidence was made with. */
const char schema_places[] = "ALTER TABLE evidence ADD COLUMN places TEXT NOT NULL DEFAULT '';";

/* A clock that was set back is told by the newest time of many events: evidence_newest_time(). */
const char schema_times[] = "CREATE INDEX event_by_time ON event(at);";
