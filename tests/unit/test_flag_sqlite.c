/*
 * The flag in an SQLite file: what is in effect, that rows are only added, and files of others.
 */
#include "config.h"

#include "src/flag/flag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/patience.h"

#define COURSE "course-v1:DemoX+Sub+2024"
#define OTHER "DemoX/Sub/2015"
#define GLOBAL "video_config_videotranscriptenabledflag"
#define ROWS "video_config_coursevideotranscriptenabledflag"

struct room {
	char folder[64], path[96];
	struct conf conf;
	struct flag *flag;
};

static char kind[] = "sqlite";

static int setup(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	struct error err = {0};

	assert_non_null(room);
	snprintf(room->folder, sizeof(room->folder), "/tmp/flag.XXXXXX");
	assert_non_null(mkdtemp(room->folder));
	snprintf(room->path, sizeof(room->path), "%s/flag.db", room->folder);
	room->conf.flag_kind = kind;
	room->conf.flag_path = room->path;
	if (flag_open(&room->flag, &room->conf, NULL, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	*state = room;
	return 0;
}

static int teardown(void **state)
{
	static const char *const ends[] = {"", "-journal", "-wal", "-shm"};
	struct room *room = *state;
	char path[128];

	flag_free(room->flag);
	chmod(room->folder, 0700);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		snprintf(path, sizeof(path), "%s%s", room->path, ends[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(room->folder), 0);
	free(room);
	return 0;
}

/* ---- the file, from outside ---------------------------------------------------------------*/

static sqlite3 *open_file(const struct room *room)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(room->path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 2000);
	return db;
}

static void sql(const struct room *room, const char *text)
{
	sqlite3 *db = open_file(room);
	char *message = NULL;

	if (sqlite3_exec(db, text, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%s: %s", message, text);
	sqlite3_close(db);
}

/* All cells of @query, each behind its length and type: equal texts are equal bytes. */
static char *dump(const struct room *room, const char *query)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	sqlite3 *db = open_file(room);
	sqlite3_stmt *stmt = NULL;

	assert_int_equal(sqlite3_prepare_v2(db, query, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			int type = sqlite3_column_type(stmt, i);
			const void *bytes = sqlite3_column_blob(stmt, i);
			size_t len = (size_t)sqlite3_column_bytes(stmt, i);

			fprintf(out, "%d:%zu:", type, len);
			if (len)
				fwrite(bytes, 1, len, out);
			fputc('|', out);
		}
		fputc('\n', out);
	}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	fclose(out);
	return text;
}

/* The tables and indexes as Django's migrations make them, with the user they refer to. */
static void make_django(const struct room *room)
{
	sql(room,
	    "CREATE TABLE auth_user (id integer NOT NULL PRIMARY KEY AUTOINCREMENT,"
	    " username varchar(150) NOT NULL UNIQUE);"
	    "INSERT INTO auth_user VALUES(7, 'ana'), (8, 'ben');"
	    "CREATE TABLE django_migrations (id integer PRIMARY KEY);"
	    "CREATE TABLE \"" GLOBAL "\" (\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT,"
	    " \"change_date\" datetime NOT NULL, \"enabled\" bool NOT NULL,"
	    " \"enabled_for_all_courses\" bool NOT NULL, \"changed_by_id\" integer NULL"
	    " REFERENCES \"auth_user\" (\"id\") DEFERRABLE INITIALLY DEFERRED);"
	    "CREATE TABLE \"" ROWS "\" (\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT,"
	    " \"change_date\" datetime NOT NULL, \"enabled\" bool NOT NULL,"
	    " \"course_id\" varchar(255) NOT NULL, \"changed_by_id\" integer NULL"
	    " REFERENCES \"auth_user\" (\"id\") DEFERRABLE INITIALLY DEFERRED);"
	    "CREATE INDEX \"" GLOBAL "_changed_by_id_9f0afd7f\" ON \"" GLOBAL
	    "\" (\"changed_by_id\");"
	    "CREATE INDEX \"" ROWS "_course_id_fcfacf5b\" ON \"" ROWS "\" (\"course_id\");"
	    "CREATE INDEX \"" ROWS "_changed_by_id_3bdcf2a6\" ON \"" ROWS
	    "\" (\"changed_by_id\");");
}

static void add_global(const struct room *room, const char *date, int enabled, int all)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "INSERT INTO " GLOBAL "(change_date, enabled, enabled_for_all_courses)"
		 " VALUES('%s', %d, %d)",
		 date, enabled, all);
	sql(room, text);
}

static void add_row(const struct room *room, const char *course, const char *date, int enabled,
		    const char *user)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "INSERT INTO " ROWS "(change_date, enabled, course_id, changed_by_id)"
		 " VALUES('%s', %d, '%s', %s)",
		 date, enabled, course, user);
	sql(room, text);
}

/* ---- the backend --------------------------------------------------------------------------*/

static struct flag_state show(const struct room *room, const char *course)
{
	struct flag_state state;
	struct error err = {0};

	memset(&state, 0xAA, sizeof(state));
	if (room->flag->ops->show(room->flag, &course, 1, &state, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	return state;
}

static void set(const struct room *room, const char *course, bool on)
{
	struct error err = {0};

	if (room->flag->ops->set(room->flag, course, on, &err) != RESULT_OK)
		fail_msg("%s", err.text);
}

/* show, set and probe all fail so, and say it. */
static void expect_failure(const struct room *room, enum result result, const char *words)
{
	const char *course = COURSE;
	struct flag_state state;
	struct error err[3] = {{0}};

	assert_int_equal(room->flag->ops->show(room->flag, &course, 1, &state, &err[0]), result);
	assert_int_equal(room->flag->ops->set(room->flag, course, false, &err[1]), result);
	assert_int_equal(room->flag->ops->probe(room->flag, &err[2]), result);
	for (int i = 0; i < 3; i++)
		if (!strstr(err[i].text, words) || !strstr(err[i].text, room->path))
			fail_msg("%d: \"%s\" without \"%s\"", i, err[i].text, words);
}

/* ---- what is in effect --------------------------------------------------------------------*/

/* Cell by cell: the global row is missing, off, off for all, on, on for all; the course's row is
   missing, off, on. */
static void effective_state_follows_both_rows(void **state)
{
	static const struct {
		int row, enabled, all;
		enum flag_value effective[3];
	} cases[] = {
	    {0, 0, 0, {FLAG_OFF, FLAG_OFF, FLAG_OFF}},
	    {1, 0, 0, {FLAG_OFF, FLAG_OFF, FLAG_OFF}},
	    {1, 0, 1, {FLAG_OFF, FLAG_OFF, FLAG_OFF}},
	    {1, 1, 0, {FLAG_OFF, FLAG_OFF, FLAG_ON}},
	    {1, 1, 1, {FLAG_ON, FLAG_ON, FLAG_ON}},
	};
	static const char *const courses[] = {"a/b/none", "a/b/off", "a/b/on"};
	struct room *room = *state;

	make_django(room);
	add_row(room, courses[1], "2018-05-02 02:41:07.123456", 0, "NULL");
	add_row(room, courses[2], "2018-05-02 02:41:07", 1, "7");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct flag_state states[3];

		sql(room, "DELETE FROM " GLOBAL);
		if (cases[i].row)
			add_global(room, "2018-01-01 00:00:00", cases[i].enabled, cases[i].all);
		assert_int_equal(room->flag->ops->show(room->flag, courses, 3, states, NULL),
				 RESULT_OK);
		for (int k = 0; k < 3; k++) {
			if (states[k].effective != cases[i].effective[k])
				fail_msg("case %zu, %s: %s", i, courses[k],
					 flag_value_name(states[k].effective));
			assert_int_equal(states[k].global, cases[i].enabled ? FLAG_ON : FLAG_OFF);
			assert_int_equal(states[k].has_row, k > 0);
			assert_int_equal(states[k].own, k == 2 ? FLAG_ON : FLAG_OFF);
			assert_string_equal(states[k].note, "");
		}
		assert_int_equal(states[0].changed, 0);
		assert_int_equal(states[1].changed, INT64_C(1525228867123456));
		assert_int_equal(states[2].changed, INT64_C(1525228867000000));
		assert_string_equal(states[1].by, "");
		assert_string_equal(states[2].by, "ana");
	}
}

static void effective_is_unknown_where_it_depends_on_what_is(void **state)
{
	struct flag_state s = {.own = FLAG_ON};

	(void)state;
	assert_int_equal(flag_effective(&s), FLAG_UNKNOWN);
	s.global = FLAG_ON;
	assert_int_equal(flag_effective(&s), FLAG_ON);
	s.own = FLAG_UNKNOWN;
	assert_int_equal(flag_effective(&s), FLAG_UNKNOWN);
	s.for_all = true;
	assert_int_equal(flag_effective(&s), FLAG_ON);
	s.global = FLAG_OFF;
	assert_int_equal(flag_effective(&s), FLAG_OFF);
}

static void newest_row_counts_and_of_equals_the_last(void **state)
{
	struct room *room = *state;
	struct flag_state s;

	make_django(room);
	add_global(room, "2018-05-02 00:00:00.000002", 1, 0);
	add_global(room, "2018-05-02 00:00:00.000001", 0, 1);
	add_row(room, COURSE, "2018-05-02 02:41:07.000002", 1, "8");
	add_row(room, COURSE, "2018-05-02 02:41:07.000001", 0, "7");
	add_row(room, COURSE, "2018-05-02 02:41:07", 0, "7");
	add_row(room, OTHER, "2018-06-02 02:41:07", 1, "NULL");
	add_row(room, OTHER, "2018-06-02 02:41:07", 0, "99");
	s = show(room, COURSE);
	assert_int_equal(s.effective, FLAG_ON);
	assert_string_equal(s.by, "ben");
	assert_int_equal(s.changed % 1000000, 2);
	s = show(room, OTHER);
	assert_int_equal(s.effective, FLAG_OFF);
	assert_string_equal(s.by, "user 99");
}

static void show_takes_many_courses_in_their_order(void **state)
{
	enum { COUNT = 20011 };
	struct room *room = *state;
	const char **courses = calloc(COUNT, sizeof(*courses));
	char(*keys)[32] = calloc(COUNT, sizeof(*keys));
	struct flag_state *states = calloc(COUNT, sizeof(*states));

	assert_true(courses && keys && states);
	make_django(room);
	add_global(room, "2018-05-02 00:00:00", 1, 0);
	sql(room, "WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL SELECT i + 3 FROM n WHERE i < 20000)"
		  " INSERT INTO " ROWS "(change_date, enabled, course_id)"
		  " SELECT '2018-05-02 00:00:00', 1, 'O/C/' || i FROM n");
	for (int i = 0; i < COUNT; i++) {
		snprintf(keys[i], sizeof(keys[i]), "O/C/%d", COUNT - 1 - i);
		courses[i] = keys[i];
	}
	assert_int_equal(room->flag->ops->show(room->flag, courses, COUNT, states, NULL),
			 RESULT_OK);
	for (int i = 0; i < COUNT; i++) {
		bool on = (COUNT - 1 - i) % 3 == 0 && COUNT - 1 - i <= 20001;

		if (states[i].effective != (on ? FLAG_ON : FLAG_OFF))
			fail_msg("%s is wrong", keys[i]);
	}
	assert_int_equal(room->flag->ops->show(room->flag, courses, 0, states, NULL), RESULT_OK);
	free(states);
	free(keys);
	free(courses);
}

static void new_global_row_is_said_to_be_cached(void **state)
{
	struct room *room = *state;

	make_django(room);
	sql(room, "INSERT INTO " GLOBAL "(change_date, enabled, enabled_for_all_courses)"
		  " VALUES(strftime('%Y-%m-%d %H:%M:%f', 'now', '-3 minutes'), 1, 0)");
	assert_non_null(strstr(show(room, COURSE).note, "minutes more"));
	add_row(room, COURSE, "2018-05-02 02:41:07", 1, "NULL");
	sql(room, "DELETE FROM " GLOBAL);
	add_global(room, "2018-05-02 00:00:00", 1, 0);
	assert_string_equal(show(room, COURSE).note, "");
}

/* ---- rows are added -----------------------------------------------------------------------*/

static void set_adds_one_row_and_touches_no_other(void **state)
{
	struct room *room = *state;
	char *global, *rows, *after, *last;
	int64_t before, now;

	make_django(room);
	add_global(room, "2018-05-02 00:00:00", 1, 0);
	add_row(room, COURSE, "2018-05-02 02:41:07.123456", 1, "7");
	add_row(room, COURSE, "2018-05-02 02:41:08", 0, "8");
	add_row(room, OTHER, "2018-05-02 02:41:09", 1, "NULL");
	global = dump(room, "SELECT * FROM " GLOBAL " ORDER BY id");
	for (int i = 0; i < 5; i++) {
		char query[128];

		rows = dump(room, "SELECT * FROM " ROWS " ORDER BY id");
		before = clock_wall(clock_system());
		set(room, COURSE, i % 2 == 0);
		now = clock_wall(clock_system());
		after = dump(room, "SELECT * FROM " ROWS " ORDER BY id");
		/* all former rows, byte for byte, and one behind them */
		assert_int_equal(strncmp(after, rows, strlen(rows)), 0);
		assert_ptr_equal(strchr(after + strlen(rows), '\n'), after + strlen(after) - 1);
		snprintf(query, sizeof(query),
			 "SELECT enabled, course_id, changed_by_id FROM " ROWS " WHERE id = %d",
			 4 + i);
		last = dump(room, query);
		assert_string_equal(last, i % 2 ? "1:1:0|3:24:" COURSE "|5:0:|\n"
						: "1:1:1|3:24:" COURSE "|5:0:|\n");
		assert_int_equal(show(room, COURSE).effective, i % 2 ? FLAG_OFF : FLAG_ON);
		assert_true(show(room, COURSE).changed >= before - i - 1);
		assert_true(show(room, COURSE).changed <= now + i + 1);
		assert_int_equal(show(room, OTHER).effective, FLAG_ON);
		free(last);
		free(rows);
		free(after);
	}
	after = dump(room, "SELECT * FROM " GLOBAL " ORDER BY id");
	assert_string_equal(after, global);
	free(after);
	free(global);
	after = dump(room, "SELECT typeof(change_date), length(change_date) IN (19, 26),"
			   " change_date GLOB '20[0-9][0-9]-[01][0-9]-[0-3][0-9] *' FROM " ROWS
			   " WHERE id > 3 GROUP BY 1, 2, 3");
	assert_string_equal(after, "3:4:text|1:1:1|1:1:1|\n");
	free(after);
}

/* A clock that was ahead of ours must not make a switch without effect. */
static void set_is_newer_than_a_row_of_the_future(void **state)
{
	struct room *room = *state;
	char *date;

	make_django(room);
	add_global(room, "2018-05-02 00:00:00", 1, 0);
	add_row(room, COURSE, "2097-12-31 23:59:59.999999", 1, "7");
	set(room, COURSE, false);
	assert_int_equal(show(room, COURSE).effective, FLAG_OFF);
	date = dump(room, "SELECT change_date FROM " ROWS " ORDER BY id DESC LIMIT 1");
	assert_string_equal(date, "3:19:2098-01-01 00:00:00|\n");
	free(date);
	set(room, COURSE, true);
	assert_int_equal(show(room, COURSE).effective, FLAG_ON);
}

static void set_says_when_no_row_could_count(void **state)
{
	struct room *room = *state;
	struct error err = {0};
	char *rows, *after;

	make_django(room);
	add_row(room, COURSE, "tomorrow", 1, "7");
	rows = dump(room, "SELECT * FROM " ROWS);
	assert_int_equal(room->flag->ops->set(room->flag, COURSE, false, &err), RESULT_REFUSED);
	assert_non_null(strstr(err.text, "nothing was written"));
	after = dump(room, "SELECT * FROM " ROWS);
	assert_string_equal(rows, after);
	free(rows);
	free(after);
}

static void set_refuses_a_key_that_the_column_cannot_hold(void **state)
{
	struct room *room = *state;
	struct error err = {0};
	char key[400];

	memset(key, 'x', sizeof(key));
	key[256] = '\0';
	assert_int_equal(room->flag->ops->set(room->flag, key, false, &err), RESULT_REFUSED);
	assert_non_null(strstr(err.text, "255"));
	assert_int_not_equal(access(room->path, F_OK), 0);
}

/* ---- the file -----------------------------------------------------------------------------*/

static void missing_file_is_made_by_the_first_row_alone(void **state)
{
	struct room *room = *state, django = *room;
	char *made, *meant;

	assert_int_equal(show(room, COURSE).effective, FLAG_OFF);
	assert_non_null(strstr(show(room, COURSE).note, "is this the right path"));
	assert_int_equal(room->flag->ops->probe(room->flag, NULL), RESULT_OK);
	assert_int_not_equal(access(room->path, F_OK), 0);
	set(room, COURSE, true);
	assert_int_equal(show(room, COURSE).own, FLAG_ON);
	assert_int_equal(show(room, COURSE).effective, FLAG_OFF);
	assert_string_equal(show(room, COURSE).note, "");
	made = dump(room, "SELECT name, sql FROM sqlite_schema WHERE name LIKE 'video%'"
			  " ORDER BY name");
	/* exactly Django's */
	snprintf(django.path, sizeof(django.path), "%s/django.db", room->folder);
	make_django(&django);
	meant = dump(&django, "SELECT name, sql FROM sqlite_schema WHERE name LIKE 'video%'"
			      " ORDER BY name");
	assert_string_equal(made, meant);
	unlink(django.path);
	free(made);
	free(meant);
}

static void empty_file_counts_as_none(void **state)
{
	struct room *room = *state;

	fclose(fopen(room->path, "w"));
	assert_non_null(strstr(show(room, COURSE).note, "is this the right path"));
	assert_int_equal(room->flag->ops->probe(room->flag, NULL), RESULT_OK);
	set(room, COURSE, true);
	assert_int_equal(show(room, COURSE).own, FLAG_ON);
}

static void probe_changes_no_byte(void **state)
{
	struct room *room = *state;
	struct stat before, after;
	char *rows, *same;

	make_django(room);
	add_row(room, COURSE, "2018-05-02 02:41:07", 1, "7");
	rows = dump(room, "SELECT * FROM " ROWS);
	assert_int_equal(stat(room->path, &before), 0);
	assert_int_equal(room->flag->ops->probe(room->flag, NULL), RESULT_OK);
	assert_int_equal(stat(room->path, &after), 0);
	assert_int_equal(before.st_mtim.tv_sec, after.st_mtim.tv_sec);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	same = dump(room, "SELECT * FROM " ROWS);
	assert_string_equal(rows, same);
	free(rows);
	free(same);
}

/* The journal mode of the platform's database is the platform's. */
static void journal_mode_is_left_alone(void **state)
{
	struct room *room = *state;
	char *mode;

	make_django(room);
	set(room, COURSE, true);
	mode = dump(room, "PRAGMA journal_mode");
	assert_string_equal(mode, "3:6:delete|\n");
	free(mode);
	sql(room, "PRAGMA journal_mode = WAL");
	set(room, COURSE, false);
	assert_int_equal(show(room, COURSE).own, FLAG_OFF);
	assert_int_equal(room->flag->ops->probe(room->flag, NULL), RESULT_OK);
	mode = dump(room, "PRAGMA journal_mode");
	assert_string_equal(mode, "3:3:wal|\n");
	free(mode);
	sql(room, "PRAGMA journal_mode = DELETE");
}

static void foreign_and_damaged_files_are_named_and_left_alone(void **state)
{
	struct room *room = *state;
	char *schema, *after;
	FILE *file = fopen(room->path, "w");

	for (int i = 0; i < 2000; i++)
		fputs("not a database\n", file);
	fclose(file);
	expect_failure(room, RESULT_DAMAGED, "no SQLite database");
	unlink(room->path);

	sql(room, "CREATE TABLE edxval_video(id)");
	schema = dump(room, "SELECT * FROM sqlite_schema");
	expect_failure(room, RESULT_INVALID, "holds other tables (edxval_video)");
	after = dump(room, "SELECT * FROM sqlite_schema");
	assert_string_equal(schema, after);
	free(schema);
	free(after);
	unlink(room->path);

	make_django(room);
	sql(room, "DROP TABLE " GLOBAL);
	expect_failure(room, RESULT_INVALID, GLOBAL ".id is missing");
	unlink(room->path);

	make_django(room);
	sql(room, "ALTER TABLE " ROWS " DROP COLUMN enabled");
	expect_failure(room, RESULT_INVALID, ROWS ".enabled is missing");
	unlink(room->path);

	make_django(room);
	sql(room, "DROP TABLE " ROWS "; CREATE TABLE " ROWS
		  "(id integer PRIMARY KEY, change_date datetime NOT NULL, enabled bool NOT NULL,"
		  " course_id varchar(255) NOT NULL, changed_by_id integer, why text NOT NULL)");
	expect_failure(room, RESULT_INVALID, "wants a value for \"why\"");
}

static void missing_folder_is_told(void **state)
{
	struct room *room = *state;
	struct conf conf = room->conf;
	struct flag *flag = NULL;
	const char *course = COURSE;
	struct flag_state s;
	struct error err = {0};
	char path[128];

	snprintf(path, sizeof(path), "%s/none/flag.db", room->folder);
	conf.flag_path = path;
	assert_int_equal(flag_open(&flag, &conf, NULL, NULL), RESULT_OK);
	assert_int_equal(flag->ops->show(flag, &course, 1, &s, &err), RESULT_MISSING);
	assert_non_null(strstr(err.text, "No such file or directory"));
	assert_int_equal(flag->ops->probe(flag, &err), RESULT_MISSING);
	assert_int_not_equal(flag->ops->set(flag, course, true, &err), RESULT_OK);
	assert_non_null(strstr(err.text, path));
	flag_free(flag);
}

static void probe_tells_what_cannot_be_written(void **state)
{
	struct room *room = *state;
	struct error err = {0};

	if (!geteuid())
		skip(); /* root may write everywhere */
	make_django(room);
	chmod(room->path, 0400);
	assert_int_equal(show(room, COURSE).effective, FLAG_OFF);
	assert_int_not_equal(room->flag->ops->probe(room->flag, &err), RESULT_OK);
	assert_non_null(strstr(err.text, room->path));
	assert_int_not_equal(room->flag->ops->set(room->flag, COURSE, true, &err), RESULT_OK);
	chmod(room->path, 0600);
	chmod(room->folder, 0500);
	assert_int_equal(room->flag->ops->probe(room->flag, &err), RESULT_REFUSED);
}

/* ---- others at work -----------------------------------------------------------------------*/

struct holding {
	const struct room *room;
	sqlite3 *db;
};

static void *let_go(void *arg)
{
	struct holding *holding = arg;

	usleep(300000);
	assert_int_equal(sqlite3_exec(holding->db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	return NULL;
}

static void busy_file_is_waited_for(void **state)
{
	struct room *room = *state;
	struct holding holding = {.room = room};
	pthread_t thread;

	make_django(room);
	add_global(room, "2018-05-02 00:00:00", 1, 0);
	holding.db = open_file(room);
	assert_int_equal(sqlite3_exec(holding.db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	pthread_create(&thread, NULL, let_go, &holding);
	set(room, COURSE, true);
	pthread_join(thread, NULL);
	assert_int_equal(show(room, COURSE).effective, FLAG_ON);
	assert_int_equal(sqlite3_exec(holding.db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	pthread_create(&thread, NULL, let_go, &holding);
	assert_int_equal(show(room, COURSE).effective, FLAG_ON);
	pthread_join(thread, NULL);
	sqlite3_close(holding.db);
}

static void file_that_stays_busy_is_told(void **state)
{
	struct room *room = *state;
	struct error err = {0};
	sqlite3 *db;
	char *rows;

	make_django(room);
	db = open_file(room);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(room->flag->ops->set(room->flag, COURSE, true, &err), RESULT_BUSY);
	assert_non_null(strstr(err.text, "locked"));
	sqlite3_close(db);
	rows = dump(room, "SELECT * FROM " ROWS);
	assert_string_equal(rows, "");
	free(rows);
}

/* ---- patience -----------------------------------------------------------------------------*/

struct waiting {
	struct room *room;
	struct patience patience;
	enum result show, set, late;
	struct error err;
};

static void *wait_for_lock(void *arg)
{
	struct waiting *w = arg;
	struct flag *flag = w->room->flag;
	const char *course = COURSE;
	struct flag_state state;

	patience_heed(&w->patience);
	w->show = flag->ops->show(flag, &course, 1, &state, NULL);
	w->set = flag->ops->set(flag, COURSE, true, &w->err);
	patience_grant(60000);
	w->late = flag->ops->set(flag, COURSE, true, NULL);
	patience_heed(NULL);
	return NULL;
}

/* Who waits for a lock is in its busy handler, and gives up there; with a grace it waits on. */
static void who_waits_for_a_lock_may_give_up(void **state)
{
	struct waiting w = {.room = *state};
	int64_t begin, took;
	pthread_t thread;
	sqlite3 *db;

	make_django(w.room);
	db = open_file(w.room);
	assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	begin = clock_now(clock_system());
	pthread_create(&thread, NULL, wait_for_lock, &w);
	usleep(300000); /* it waits, or has not come so far: both are given up */
	patience_end(&w.patience);
	pthread_join(thread, NULL);
	took = clock_now(clock_system()) - begin;
	assert_int_equal(w.show, RESULT_CANCELED);
	assert_int_equal(w.set, RESULT_CANCELED);
	assert_int_equal(w.err.result, RESULT_CANCELED);
	assert_int_equal(w.late, RESULT_BUSY);
	assert_true(took >= 5000 && took < 9500); /* one whole wait, and not two */
	sqlite3_close(db);
}

struct writer {
	const struct room *room;
	int number;
};

static void *write_rows(void *arg)
{
	const struct writer *writer = arg;
	char course[64];

	for (int i = 0; i < 10; i++) {
		snprintf(course, sizeof(course), "O/C/%d", i % 3);
		set(writer->room, course, (writer->number + i) % 2);
		show(writer->room, course);
	}
	return NULL;
}

static void several_threads_lose_no_row(void **state)
{
	struct room *room = *state;
	struct writer writers[4];
	pthread_t threads[4];
	char *rows;

	for (int i = 0; i < 4; i++) {
		writers[i] = (struct writer){.room = room, .number = i};
		pthread_create(&threads[i], NULL, write_rows, &writers[i]);
	}
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	/* each row is newer than all before it of its course */
	rows = dump(room, "SELECT count(*), (SELECT count(*) FROM " ROWS " a JOIN " ROWS " b"
			  " ON a.course_id = b.course_id AND a.id < b.id"
			  " AND a.change_date >= b.change_date) FROM " ROWS);
	assert_string_equal(rows, "1:2:40|1:1:0|\n");
	free(rows);
}

/* ---- opening ------------------------------------------------------------------------------*/

static void kind_none_is_no_backend(void **state)
{
	char none[] = "none";
	struct conf conf = {.flag_kind = none};
	struct flag *flag = (struct flag *)&conf;

	(void)state;
	assert_int_equal(flag_open(&flag, &conf, NULL, NULL), RESULT_OK);
	assert_null(flag);
	flag_free(NULL);
}

int main(void)
{
#define IN_ROOM(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    IN_ROOM(effective_state_follows_both_rows),
	    cmocka_unit_test(effective_is_unknown_where_it_depends_on_what_is),
	    IN_ROOM(newest_row_counts_and_of_equals_the_last),
	    IN_ROOM(show_takes_many_courses_in_their_order),
	    IN_ROOM(new_global_row_is_said_to_be_cached),
	    IN_ROOM(set_adds_one_row_and_touches_no_other),
	    IN_ROOM(set_is_newer_than_a_row_of_the_future),
	    IN_ROOM(set_says_when_no_row_could_count),
	    IN_ROOM(set_refuses_a_key_that_the_column_cannot_hold),
	    IN_ROOM(missing_file_is_made_by_the_first_row_alone),
	    IN_ROOM(empty_file_counts_as_none),
	    IN_ROOM(probe_changes_no_byte),
	    IN_ROOM(journal_mode_is_left_alone),
	    IN_ROOM(foreign_and_damaged_files_are_named_and_left_alone),
	    IN_ROOM(missing_folder_is_told),
	    IN_ROOM(probe_tells_what_cannot_be_written),
	    IN_ROOM(busy_file_is_waited_for),
	    IN_ROOM(file_that_stays_busy_is_told),
	    IN_ROOM(who_waits_for_a_lock_may_give_up),
	    IN_ROOM(several_threads_lose_no_row),
	    cmocka_unit_test(kind_none_is_no_backend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
