#include "config.h"

#include "src/val/val.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define COURSE "course-v1:DemoX+Sub+2024"

struct room {
	char folder[64];
	char path[96];
	struct val *val;
};

/* 2018-05-02 02:41:07.123456 UTC, for ever. */
static int64_t fixed_wall(struct clock *clock)
{
	(void)clock;
	return INT64_C(1525228867123456);
}

static const struct clock_ops fixed_ops = {.wall = fixed_wall};
static struct clock fixed_clock = {&fixed_ops};

static enum result open_val(struct val **out, const char *path, bool read_only, struct error *err)
{
	struct val_sqlite_options options = {
	    .path = path, .clock = &fixed_clock, .read_only = read_only};

	return val_sqlite_new(out, &options, err);
}

static int setup_folder(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	snprintf(room->folder, sizeof(room->folder), "/tmp/val.XXXXXX");
	assert_non_null(mkdtemp(room->folder));
	snprintf(room->path, sizeof(room->path), "%s/val.db", room->folder);
	*state = room;
	return 0;
}

static int setup(void **state)
{
	struct room *room;

	setup_folder(state);
	room = *state;
	assert_int_equal(open_val(&room->val, room->path, false, NULL), RESULT_OK);
	return 0;
}

static int remove_item(const char *path, const struct stat *info, int flag, struct FTW *ftw)
{
	(void)info, (void)flag, (void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	struct room *room = *state;

	val_free(room->val);
	umount2(room->folder, MNT_DETACH);
	nftw(room->folder, remove_item, 8, FTW_DEPTH | FTW_PHYS);
	free(room);
	return 0;
}

static void sql(const char *path, const char *text)
{
	sqlite3 *db;
	char *words = NULL;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, &words) != SQLITE_OK)
		fail_msg("%s", words);
	sqlite3_close(db);
}

/* The first column of the first row as text; static. */
static const char *query(const char *path, const char *text)
{
	static char out[256];
	sqlite3_stmt *stmt;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, text, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	snprintf(out, sizeof(out), "%s", sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return out;
}

static enum result add(struct val *val, const char *id, const char *language, const char *name)
{
	struct val_entry entry = {.language = language, .name = name};
	enum result st = val->ops->register_rows(val, id, &entry, 1, NULL);

	return st == RESULT_OK ? entry.result : st;
}

static enum result look(struct val *val, const char *id, struct val_video *out)
{
	return val->ops->lookup(val, COURSE, &id, 1, out, NULL);
}

static void create_makes_an_external_video_as_the_platform_does(void **state)
{
	struct room *room = *state;
	struct error err;

	assert_int_equal(room->val->ops->create(room->val, COURSE, "v-1", &err), RESULT_OK);
	assert_string_equal(query(room->path,
				  "SELECT created || '|' || edx_video_id || '|' || client_video_id"
				  " || '|' || duration || '|' || status || '|' ||"
				  " coalesce(error_description, 'null') FROM edxval_video"),
			    "2018-05-02 02:41:07.123456|v-1|external-video|0.0|external|null");
	assert_string_equal(
	    query(room->path, "SELECT course_id || '|' || is_hidden FROM edxval_coursevideo"),
	    COURSE "|0");
	assert_int_equal(room->val->ops->create(room->val, COURSE, "v-1", &err), RESULT_EXISTS);
	assert_int_equal(room->val->ops->create(room->val, COURSE, "V-1", &err), RESULT_REFUSED);
	assert_non_null(strstr(err.text, "already exists, as v-1"));
	assert_string_equal(query(room->path, "SELECT count(*) FROM edxval_video"), "1");
}

static void create_refuses_ids_that_edxval_refuses(void **state)
{
	struct room *room = *state;
	struct error err;
	char id[102];

	memset(id, 'x', 101);
	id[101] = '\0';
	assert_int_equal(room->val->ops->create(room->val, COURSE, id, &err), RESULT_REFUSED);
	assert_non_null(strstr(err.text, "no more than 100 characters"));
	assert_int_equal(room->val->ops->create(room->val, COURSE, "a b", &err), RESULT_REFUSED);
	assert_non_null(strstr(err.text, "invalid characters"));
	assert_int_equal(room->val->ops->create(room->val, COURSE, "\xc3\xa4", &err),
			 RESULT_REFUSED);
	assert_int_equal(
	    room->val->ops->create(room->val, COURSE, "a'; DROP TABLE edxval_video", &err),
	    RESULT_REFUSED);
	assert_int_equal(room->val->ops->create(room->val, COURSE, "", &err), RESULT_REFUSED);
	id[100] = '\0';
	assert_int_equal(room->val->ops->create(room->val, COURSE, id, &err), RESULT_OK);
}

static void register_writes_rows_and_keeps_what_is_there(void **state)
{
	struct room *room = *state;
	struct val_entry entries[] = {
	    {.language = "de", .name = "video-transcripts/a.sjson"},
	    {.language = "en", .name = "video-transcripts/b.sjson"},
	};
	struct val_video video;

	assert_int_equal(room->val->ops->create(room->val, COURSE, "v", NULL), RESULT_OK);
	assert_int_equal(add(room->val, "v", "en", "video-transcripts/old.sjson"), RESULT_OK);
	assert_int_equal(room->val->ops->register_rows(room->val, "v", entries, 2, NULL),
			 RESULT_OK);
	assert_int_equal(entries[0].result, RESULT_OK);
	assert_int_equal(entries[1].result, RESULT_EXISTS);
	assert_string_equal(
	    query(room->path, "SELECT created || '|' || modified || '|' || provider || '|' ||"
			      " file_format || '|' || typeof(video_id)"
			      " FROM edxval_videotranscript WHERE language_code = 'de'"),
	    "2018-05-02 02:41:07.123456|2018-05-02 02:41:07.123456|Custom|sjson|integer");
	assert_int_equal(look(room->val, "v", &video), RESULT_OK);
	assert_int_equal(video.row_count, 2);
	assert_string_equal(val_video_row(&video, "en")->name, "video-transcripts/old.sjson");
	assert_string_equal(val_video_row(&video, "de")->format, "sjson");
	assert_int_equal(val_video_has(&video, "fr"), VAL_ABSENT);
	val_video_clear(&video);
	val_video_clear(&video);
}

static void register_says_missing_for_an_unknown_video(void **state)
{
	struct room *room = *state;

	assert_int_equal(add(room->val, "nobody", "en", "x"), RESULT_MISSING);
	assert_int_equal(room->val->ops->create(room->val, COURSE, "v", NULL), RESULT_OK);
	assert_int_equal(add(room->val, "V", "en", "x"), RESULT_MISSING);
}

static void register_keeps_those_before_a_refused_one(void **state)
{
	struct room *room = *state;
	char language[52], name[257];
	struct val_entry entries[] = {
	    {.language = "de", .name = "a"},
	    {.language = language, .name = "b"},
	    {.language = "fr", .name = "c"},
	};
	struct error err;

	memset(language, 'x', 51);
	language[51] = '\0';
	assert_int_equal(room->val->ops->create(room->val, COURSE, "v", NULL), RESULT_OK);
	assert_int_equal(room->val->ops->register_rows(room->val, "v", entries, 3, &err),
			 RESULT_REFUSED);
	assert_non_null(strstr(err.text, "no more than 50 characters"));
	assert_int_equal(entries[0].result, RESULT_OK);
	assert_int_equal(entries[1].result, RESULT_REFUSED);
	assert_non_null(strstr(entries[1].reason, "language_code"));
	assert_int_equal(entries[2].result, RESULT_CANCELED);
	assert_string_equal(
	    query(room->path, "SELECT group_concat(language_code) FROM edxval_videotranscript"),
	    "de");
	memset(name, 'x', 256);
	name[256] = '\0';
	assert_int_equal(add(room->val, "v", "fr", name), RESULT_REFUSED);
	assert_int_equal(add(room->val, "v", "fr", ""), RESULT_REFUSED);
	assert_int_equal(add(room->val, "v", "", "x"), RESULT_REFUSED);
	name[255] = '\0';
	assert_int_equal(add(room->val, "v", "fr", name), RESULT_OK);
}

static void lookup_answers_a_batch_larger_than_a_statement(void **state)
{
	struct room *room = *state;
	const char *ids[100];
	char text[100][24];
	struct val_video videos[100];

	for (int i = 0; i < 100; i++) {
		snprintf(text[i], sizeof(text[i]), "video-%d", i);
		ids[i] = text[i];
		if (i % 3)
			continue;
		assert_int_equal(room->val->ops->create(room->val, COURSE, ids[i], NULL),
				 RESULT_OK);
		if (i % 2) {
			assert_int_equal(add(room->val, ids[i], "zh", "z"), RESULT_OK);
			assert_int_equal(add(room->val, ids[i], "ar", "a"), RESULT_OK);
		}
	}
	assert_int_equal(room->val->ops->lookup(room->val, COURSE, ids, 100, videos, NULL),
			 RESULT_OK);
	for (int i = 0; i < 100; i++) {
		assert_string_equal(videos[i].id, ids[i]);
		assert_int_equal(videos[i].presence, i % 3 ? VAL_ABSENT : VAL_PRESENT);
		assert_int_equal(videos[i].row_count, i % 3 || !(i % 2) ? 0 : 2);
		assert_true(videos[i].rows_complete);
		assert_null(videos[i].actual_id);
		if (videos[i].row_count) {
			assert_string_equal(videos[i].rows[0].language, "ar");
			assert_string_equal(videos[i].rows[1].language, "zh");
		}
		val_video_clear(&videos[i]);
	}
}

static void lookup_finds_another_case_and_prefers_the_same(void **state)
{
	struct room *room = *state;
	const char *ids[] = {"ABC", "abc", "Abc", "xyz", "abc"};
	struct val_video videos[5];

	assert_int_equal(room->val->ops->create(room->val, COURSE, "Abc", NULL), RESULT_OK);
	assert_int_equal(add(room->val, "Abc", "en", "one"), RESULT_OK);
	/* SQLite keeps ids apart that MySQL does not: made by somebody else. */
	sql(room->path,
	    "INSERT INTO edxval_video(created, edx_video_id, client_video_id, duration, status)"
	    " VALUES('2018-05-02 02:41:07', 'abc', '', 0.0, 'external')");
	assert_int_equal(add(room->val, "abc", "en", "two"), RESULT_OK);
	assert_int_equal(room->val->ops->lookup(room->val, COURSE, ids, 5, videos, NULL),
			 RESULT_OK);
	assert_string_equal(videos[0].actual_id, "Abc");
	assert_int_equal(videos[0].presence, VAL_PRESENT);
	assert_string_equal(videos[0].rows[0].name, "one");
	for (int i = 1; i < 5; i += 3) {
		assert_null(videos[i].actual_id);
		assert_int_equal(videos[i].row_count, 1);
		assert_string_equal(videos[i].rows[0].name, "two");
	}
	assert_null(videos[2].actual_id);
	assert_string_equal(videos[2].rows[0].name, "one");
	assert_int_equal(videos[3].presence, VAL_ABSENT);
	for (int i = 0; i < 5; i++)
		val_video_clear(&videos[i]);
}

struct racer {
	struct val *val;
	pthread_t thread;
	int made, there, failed;
};

static void *race(void *arg)
{
	struct racer *racer = arg;
	char id[16], name[32];

	for (int i = 0; i < 50; i++) {
		enum result st;

		snprintf(id, sizeof(id), "v%d", i);
		snprintf(name, sizeof(name), "%p", arg);
		st = racer->val->ops->create(racer->val, COURSE, id, NULL);
		if (st == RESULT_OK || st == RESULT_EXISTS)
			st = add(racer->val, id, "en", name);
		racer->made += st == RESULT_OK;
		racer->there += st == RESULT_EXISTS;
		racer->failed += st != RESULT_OK && st != RESULT_EXISTS;
	}
	return NULL;
}

static void two_vals_on_one_file_make_one_row_each(void **state)
{
	struct room *room = *state;
	struct racer racers[8] = {{0}};
	struct val *other;
	int made = 0, there = 0;

	assert_int_equal(open_val(&other, room->path, false, NULL), RESULT_OK);
	for (int i = 0; i < 8; i++) {
		racers[i].val = i % 2 ? other : room->val;
		assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
	}
	for (int i = 0; i < 8; i++) {
		pthread_join(racers[i].thread, NULL);
		made += racers[i].made;
		there += racers[i].there;
		assert_int_equal(racers[i].failed, 0);
	}
	val_free(other);
	assert_int_equal(made, 50);
	assert_int_equal(there, 350);
	assert_string_equal(query(room->path, "SELECT count(*) FROM edxval_videotranscript"), "50");
	assert_string_equal(query(room->path, "SELECT count(*) FROM edxval_coursevideo"), "50");
}

static void lookup_sees_what_another_val_committed(void **state)
{
	struct room *room = *state;
	struct val_video video;
	struct val *other;

	assert_int_equal(look(room->val, "v", &video), RESULT_OK);
	assert_int_equal(video.presence, VAL_ABSENT);
	val_video_clear(&video);
	assert_int_equal(open_val(&other, room->path, false, NULL), RESULT_OK);
	assert_int_equal(other->ops->create(other, COURSE, "v", NULL), RESULT_OK);
	assert_int_equal(look(room->val, "v", &video), RESULT_OK);
	assert_int_equal(video.presence, VAL_PRESENT);
	val_video_clear(&video);
	val_free(other);
}

static void read_only_neither_makes_nor_writes(void **state)
{
	struct room *room = *state;
	struct val_video video;
	struct error err;

	assert_int_equal(open_val(&room->val, room->path, true, NULL), RESULT_OK);
	assert_int_equal(look(room->val, "v", &video), RESULT_OK);
	assert_int_equal(video.presence, VAL_ABSENT);
	assert_true(video.rows_complete);
	val_video_clear(&video);
	assert_int_equal(room->val->ops->create(room->val, COURSE, "v", &err), RESULT_REFUSED);
	assert_non_null(strstr(err.text, room->path));
	assert_int_equal(add(room->val, "v", "en", "x"), RESULT_REFUSED);
	assert_int_equal(room->val->ops->probe(room->val, NULL), RESULT_OK);
	assert_int_equal(access(room->path, F_OK), -1);
}

static void read_only_sees_a_file_that_comes_later(void **state)
{
	struct room *room = *state;
	struct val_video video;
	struct val *other;

	close(open(room->path, O_CREAT | O_WRONLY, 0644)); /* a maker killed at once left this */
	assert_int_equal(open_val(&room->val, room->path, true, NULL), RESULT_OK);
	assert_int_equal(open_val(&other, room->path, false, NULL), RESULT_OK);
	assert_int_equal(other->ops->create(other, COURSE, "v", NULL), RESULT_OK);
	assert_int_equal(look(room->val, "v", &video), RESULT_OK);
	assert_int_equal(video.presence, VAL_PRESENT);
	val_video_clear(&video);
	val_free(other);
}

static void new_refuses_other_tables_and_leaves_them_alone(void **state)
{
	struct room *room = *state;
	struct error err;

	sql(room->path, "CREATE TABLE course(id)");
	for (int read_only = 0; read_only < 2; read_only++) {
		assert_int_equal(open_val(&room->val, room->path, read_only, &err), RESULT_INVALID);
		assert_non_null(strstr(err.text, "other tables (course)"));
		assert_non_null(strstr(err.text, room->path));
	}
	assert_string_equal(query(room->path, "SELECT group_concat(name) FROM sqlite_schema"),
			    "course");
	assert_string_equal(query(room->path, "PRAGMA journal_mode"), "delete");
}

static void new_refuses_the_shape_of_2017(void **state)
{
	struct room *room = *state;
	struct error err;

	val_free(room->val);
	room->val = NULL;
	sql(room->path,
	    "DROP TABLE edxval_videotranscript; CREATE TABLE edxval_videotranscript(id integer NOT "
	    "NULL"
	    " PRIMARY KEY AUTOINCREMENT, created datetime NOT NULL, modified datetime NOT NULL,"
	    " video_id varchar(255) NOT NULL, transcript varchar(255), language_code varchar(50) "
	    "NOT NULL,"
	    " provider varchar(30) NOT NULL, file_format varchar(20) NOT NULL)");
	assert_int_equal(open_val(&room->val, room->path, false, &err), RESULT_INVALID);
	assert_non_null(strstr(err.text, "before 0.1.8"));
}

static void new_refuses_a_column_it_could_not_fill(void **state)
{
	struct room *room = *state;
	struct error err;

	val_free(room->val);
	room->val = NULL;
	sql(room->path,
	    "DROP TABLE edxval_coursevideo; CREATE TABLE edxval_coursevideo(id integer PRIMARY KEY,"
	    " course_id varchar(255) NOT NULL, video_id integer NOT NULL, is_hidden bool NOT NULL,"
	    " shade varchar(9) NOT NULL)");
	assert_int_equal(open_val(&room->val, room->path, false, &err), RESULT_INVALID);
	assert_non_null(strstr(err.text, "\"shade\""));
}

static void new_says_damaged_for_a_file_that_is_no_database(void **state)
{
	struct room *room = *state;
	FILE *file = fopen(room->path, "w");
	struct error err;

	for (int i = 0; i < 1000; i++)
		fputs("this is a shopping list\n", file);
	fclose(file);
	assert_int_equal(open_val(&room->val, room->path, false, &err), RESULT_DAMAGED);
	assert_non_null(strstr(err.text, room->path));
	assert_non_null(strstr(err.text, "not a database"));
}

static void lookup_says_damaged_and_learns_nothing(void **state)
{
	struct room *room = *state;
	struct val_video video;
	char zeros[4096];
	struct error err;
	const char *id = "v";
	int fd, page;

	assert_int_equal(room->val->ops->create(room->val, COURSE, id, NULL), RESULT_OK);
	val_free(room->val);
	room->val = NULL;
	page = (int)strtol(query(room->path, "SELECT rootpage FROM sqlite_schema WHERE name ="
					     " 'subferry_video_nocase'"),
			   NULL, 10);
	memset(zeros, 0x5a, sizeof(zeros));
	fd = open(room->path, O_WRONLY);
	assert_int_equal(pwrite(fd, zeros, sizeof(zeros), (page - 1) * 4096), 4096);
	close(fd);
	assert_int_equal(open_val(&room->val, room->path, true, NULL), RESULT_OK);
	assert_int_equal(room->val->ops->lookup(room->val, COURSE, &id, 1, &video, &err),
			 RESULT_DAMAGED);
	assert_non_null(strstr(err.text, room->path));
	assert_int_equal(video.presence, VAL_UNKNOWN);
	assert_false(video.rows_complete);
	assert_int_equal(val_video_has(&video, "en"), VAL_UNKNOWN);
	val_video_clear(&video);
}

static void new_says_where_no_file_can_be_made(void **state)
{
	struct room *room = *state;
	char path[128];
	struct error err;

	snprintf(path, sizeof(path), "%s/nowhere/val.db", room->folder);
	assert_int_equal(open_val(&room->val, path, false, &err), RESULT_UNREACHABLE);
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, "No such file"));
}

static void register_on_a_full_disk_undoes_all_and_works_once_mended(void **state)
{
	struct room *room = *state;
	char filler[96], *zeros;
	struct error err;
	struct val_entry entries[] = {{.language = "de", .name = "a"},
				      {.language = "en", .name = "b"}};
	int fd;

	if (mount("tmpfs", room->folder, "tmpfs", 0, "size=1m")) {
		print_message("skipped: no right to mount a small tmpfs\n");
		skip();
	}
	assert_int_equal(open_val(&room->val, room->path, false, &err), RESULT_OK);
	assert_int_equal(room->val->ops->create(room->val, COURSE, "v", NULL), RESULT_OK);
	snprintf(filler, sizeof(filler), "%s/filler", room->folder);
	fd = open(filler, O_CREAT | O_WRONLY, 0644);
	zeros = calloc(1, 4096);
	while (write(fd, zeros, 4096) > 0)
		;
	close(fd);
	free(zeros);
	assert_int_equal(room->val->ops->probe(room->val, &err), RESULT_UNREACHABLE);
	assert_int_equal(room->val->ops->register_rows(room->val, "v", entries, 2, &err),
			 RESULT_UNREACHABLE);
	assert_non_null(strstr(err.text, "full"));
	assert_non_null(strstr(err.text, room->path));
	assert_int_equal(entries[0].result, RESULT_UNREACHABLE);
	assert_string_not_equal(entries[0].reason, "");
	assert_int_equal(entries[1].result, RESULT_CANCELED);
	unlink(filler);
	assert_int_equal(room->val->ops->probe(room->val, &err), RESULT_OK);
	assert_int_equal(room->val->ops->register_rows(room->val, "v", entries, 2, &err),
			 RESULT_OK);
	assert_int_equal(entries[0].result, RESULT_OK);
	assert_int_equal(entries[1].result, RESULT_OK);
}

static void note_line(void *arg, const char *line)
{
	char *all = arg;
	size_t len = strlen(all);

	snprintf(all + len, 2048 - len, "%s\n", line);
}

static void doctor_tells_facts_and_writes_only_if_told(void **state)
{
	struct room *room = *state;
	char all[2048] = "";

	assert_int_equal(room->val->ops->create(room->val, COURSE, "v", NULL), RESULT_OK);
	assert_int_equal(add(room->val, "v", "en", "x"), RESULT_OK);
	assert_int_equal(room->val->ops->doctor(room->val, false, note_line, all, NULL), RESULT_OK);
	assert_non_null(strstr(all, room->path));
	assert_non_null(strstr(all, "holds: 1 videos, 1 transcripts"));
	assert_non_null(strstr(all, "free space: "));
	assert_null(strstr(all, "committed"));
	all[0] = '\0';
	assert_int_equal(room->val->ops->doctor(room->val, true, note_line, all, NULL), RESULT_OK);
	assert_non_null(strstr(all, "committed"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define T_FOLDER(name) cmocka_unit_test_setup_teardown(name, setup_folder, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(create_makes_an_external_video_as_the_platform_does),
	    T(create_refuses_ids_that_edxval_refuses),
	    T(register_writes_rows_and_keeps_what_is_there),
	    T(register_says_missing_for_an_unknown_video),
	    T(register_keeps_those_before_a_refused_one),
	    T(lookup_answers_a_batch_larger_than_a_statement),
	    T(lookup_finds_another_case_and_prefers_the_same),
	    T(two_vals_on_one_file_make_one_row_each),
	    T(lookup_sees_what_another_val_committed),
	    T_FOLDER(read_only_neither_makes_nor_writes),
	    T_FOLDER(read_only_sees_a_file_that_comes_later),
	    T_FOLDER(new_refuses_other_tables_and_leaves_them_alone),
	    T(new_refuses_the_shape_of_2017),
	    T(new_refuses_a_column_it_could_not_fill),
	    T_FOLDER(new_says_damaged_for_a_file_that_is_no_database),
	    T(lookup_says_damaged_and_learns_nothing),
	    T_FOLDER(new_says_where_no_file_can_be_made),
	    T_FOLDER(register_on_a_full_disk_undoes_all_and_works_once_mended),
	    T(doctor_tells_facts_and_writes_only_if_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
