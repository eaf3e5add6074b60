/*
 * status_help.h - what the tests of the status database share: a folder with a database in it,
 * a clock moved by hand, courses and videos in a few words.
 */
#ifndef SUBFERRY_TESTS_UNIT_STATUS_HELP_H
#define SUBFERRY_TESTS_UNIT_STATUS_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/status/reader.h"
#include "src/status/status.h"
#include "src/val/val.h"

#define assert_ok(call, err)                                                                       \
	do {                                                                                       \
		enum result assert_st = (call);                                                    \
		if (assert_st != RESULT_OK)                                                        \
			fail_msg("%s: %s: %s", #call, result_text(assert_st), (err).text);         \
	} while (0)
#define assert_says(err, words)                                                                    \
	do {                                                                                       \
		if (!strstr((err).text, words))                                                    \
			fail_msg("\"%s\" does not say \"%s\"", (err).text, words);                 \
	} while (0)

struct help {
	char folder[64], path[128];
	struct status *status;
	struct reader *reader;
	struct error err;
};

static int64_t help_wall_time = 1525228867000000; /* 2018-05-02T02:41:07 */

static inline int64_t help_now(struct clock *clock)
{
	(void)clock;
	return __atomic_load_n(&help_wall_time, __ATOMIC_RELAXED) / 1000;
}

static inline int64_t help_wall(struct clock *clock)
{
	(void)clock;
	return __atomic_add_fetch(&help_wall_time, 1, __ATOMIC_RELAXED);
}

static const struct clock_ops help_clock_ops = {.now = help_now, .wall = help_wall};
static struct clock help_clock = {&help_clock_ops};

static inline enum result help_open_as(struct help *help, const char *campus, struct status **out)
{
	struct status_options options = {
		.path = help->path,
		.campus = campus,
		.environment = "staging",
		.operator_name = "ana",
		.clock = &help_clock,
	};

	return status_open(out, &options, &help->err);
}

static inline void help_folder(struct help *help)
{
	memset(help, 0, sizeof(*help));
	snprintf(help->folder, sizeof(help->folder), "/tmp/subferry-status-XXXXXX");
	assert_non_null(mkdtemp(help->folder));
	snprintf(help->path, sizeof(help->path), "%s/status.db", help->folder);
}

static inline void help_open(struct help *help)
{
	assert_ok(help_open_as(help, "demo", &help->status), help->err);
	assert_ok(reader_open(&help->reader, help->path, &help->err), help->err);
}

static inline void help_close(struct help *help)
{
	reader_close(help->reader);
	help->reader = NULL;
	status_close(help->status);
	help->status = NULL;
}

static inline void help_remove(struct help *help)
{
	DIR *dir = opendir(help->folder);
	char name[400];

	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		snprintf(name, sizeof(name), "%s/%s", help->folder, entry->d_name);
		unlink(name);
	}
	if (dir)
		closedir(dir);
	rmdir(help->folder);
}

/* A fixture: an open database in an own folder, removed afterwards. */
static inline int help_setup(void **state)
{
	struct help *help = malloc(sizeof(*help));

	assert_non_null(help);
	help_folder(help);
	help_open(help);
	*state = help;
	return 0;
}

static inline int help_teardown(void **state)
{
	struct help *help = *state;

	help_close(help);
	help_remove(help);
	free(help);
	return 0;
}

static inline void help_flush(struct help *help)
{
	assert_ok(status_flush(help->status, &help->err), help->err);
	assert_ok(status_broken(help->status, &help->err), help->err);
}

/* SQL behind the program's back. */
static inline void help_sql(struct help *help, const char *sql)
{
	char *words = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(help->path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	if (sqlite3_exec(db, sql, NULL, NULL, &words) != SQLITE_OK)
		fail_msg("%s: %s", sql, words);
	sqlite3_close(db);
}

/* A closed file as it was before there were runs (schema 3). */
static inline void help_without_runs(struct help *help)
{
	help_sql(help, "DROP TABLE run_finding; DROP TABLE run_transcript; DROP TABLE run_course;"
		       "DROP TABLE run; DROP TABLE course_source; DROP TABLE evidence;"
		       "DROP TABLE flag; DROP TABLE former_journal;"
		       "ALTER TABLE course DROP COLUMN flag; ALTER TABLE course DROP COLUMN evidence;"
		       "DROP INDEX event_by_time; PRAGMA user_version = 3");
}

/* A closed file as it was before runs were timed (schema 4). */
static inline void help_without_run_figures(struct help *help)
{
	help_sql(help, "ALTER TABLE run DROP COLUMN active; ALTER TABLE run DROP COLUMN attempts;"
		       "ALTER TABLE run_course DROP COLUMN active;"
		       "ALTER TABLE run_course DROP COLUMN tried;"
		       "ALTER TABLE evidence DROP COLUMN places; DROP INDEX event_by_time;"
		       "PRAGMA user_version = 4");
}

/* Scans @count courses "c0", "c1", ...; returns nothing, ids come from help_course(). */
static inline void help_scan(struct help *help, int count)
{
	struct scan_entry *entries = calloc((size_t)count + 1, sizeof(*entries));
	struct scan_result result;
	char(*keys)[16] = calloc((size_t)count + 1, sizeof(*keys));

	assert_true(entries && keys);
	for (int i = 0; i < count; i++) {
		snprintf(keys[i], sizeof(keys[i]), "c%d", i);
		entries[i] = (struct scan_entry){keys[i], keys[i], "here"};
	}
	assert_ok(status_scan(help->status, entries, (size_t)count, true, &result, &help->err),
		  help->err);
	free(entries);
	free(keys);
}

static inline int64_t help_course(struct help *help, const char *key)
{
	struct course_row row;
	int64_t id;

	assert_ok(reader_course(help->reader, key, &row, &help->err), help->err);
	id = row.id;
	course_row_clear(&row);
	return id;
}

/* The row without its strings. */
static inline struct course_row help_row(struct help *help, int64_t id)
{
	struct course_row row;

	assert_ok(reader_course_by_id(help->reader, id, &row, &help->err), help->err);
	course_row_clear(&row);
	return row;
}

static inline struct wish_answer help_wish(struct help *help, enum wish wish, int64_t course,
					   const char *finding, bool named)
{
	struct wish_answer answer;

	assert_ok(status_wish(help->status, wish, &course, 1, finding, named, &answer, &help->err),
		  help->err);
	return answer;
}

static inline struct video_row help_video(const char *block, int64_t position)
{
	return (struct video_row){
		.type = (char *)"video",
		.block = (char *)block,
		.name = (char *)"A video",
		.position = position,
		.val_id = (char *)"",
		.branches = IN_PUBLISHED,
	};
}

/* An expected transcript of video number @video of a plan. */
static inline struct transcript_row help_transcript(int64_t video, const char *language)
{
	return (struct transcript_row){
		.video_id = video,
		.language = (char *)language,
		.expected = true,
		.branches = IN_PUBLISHED,
		.size = -1,
		.cues = -1,
		.in_val = VAL_ABSENT,
	};
}

static inline struct finding_row help_finding(enum finding_code code, const char *block,
					      const char *language, const char *seen)
{
	return (struct finding_row){
		.block = (char *)block,
		.language = (char *)language,
		.code = code,
		.severity = finding_info(code)->severity,
		.text = (char *)"what was seen",
		.seen = (char *)seen,
	};
}

/* The transcript as it is once it was migrated. */
static inline struct transcript_row help_migrated(const char *language, int64_t size)
{
	struct transcript_row row = help_transcript(0, language);

	row.outcome = OUTCOME_MIGRATED;
	row.in_val = VAL_PRESENT;
	row.size = size;
	row.cues = 3;
	row.sha256 = (char *)"00ff";
	row.object = (char *)"video-transcripts/x.sjson";
	return row;
}

#endif
