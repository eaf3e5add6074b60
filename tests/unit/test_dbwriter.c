#include "config.h"

#include "src/base/dbwriter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/clock.h"

struct room {
	char folder[64];
	char path[96];
	struct dbwriter *writer;
};

static sqlite3 *open_db(const char *path)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 100);
	assert_int_equal(sqlite3_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	return db;
}

static int64_t query(const char *path, const char *sql)
{
	sqlite3 *db = open_db(path);
	sqlite3_stmt *stmt;
	int64_t value;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	value = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return value;
}

static int setup(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	sqlite3 *db;

	snprintf(room->folder, sizeof(room->folder), "/tmp/dbwriter.XXXXXX");
	assert_non_null(mkdtemp(room->folder));
	snprintf(room->path, sizeof(room->path), "%s/db", room->folder);
	db = open_db(room->path);
	assert_int_equal(
	    sqlite3_exec(db, "CREATE TABLE t(n INTEGER UNIQUE, text TEXT)", NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(dbwriter_new(&room->writer, db, NULL), RESULT_OK);
	*state = room;
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;
	char path[112];

	dbwriter_free(room->writer);
	for (const char *const *end = (const char *const[]){"", "-wal", "-shm", NULL}; *end;
	     end++) {
		snprintf(path, sizeof(path), "%s%s", room->path, *end);
		unlink(path);
	}
	rmdir(room->folder);
	free(room);
	return 0;
}

static enum result insert(sqlite3 *db, void *arg, struct error *err)
{
	sqlite3_stmt *stmt = dbwriter_stmt(db, "INSERT INTO t(n) VALUES(?1)");
	int code;

	sqlite3_bind_int64(stmt, 1, (intptr_t)arg);
	code = sqlite3_step(stmt);
	return code == SQLITE_DONE ? RESULT_OK : dbwriter_error(db, code, "cannot insert", err);
}

/* Writes, then finds that it must not have. */
static enum result insert_and_fail(sqlite3 *db, void *arg, struct error *err)
{
	insert(db, arg, err);
	return error_set(err, RESULT_INVALID, "changed my mind about %d", (int)(intptr_t)arg);
}

static void run_commits_before_it_returns(void **state)
{
	struct room *room = *state;

	assert_int_equal(dbwriter_run(room->writer, insert, (void *)7, NULL), RESULT_OK);
	assert_int_equal(query(room->path, "SELECT n FROM t"), 7);
}

static void file_removed_underneath_takes_no_writes(void **state)
{
	struct room *room = *state;
	struct error err = {RESULT_OK, ""};
	char aside[112];

	assert_int_equal(dbwriter_run(room->writer, insert, (void *)1, NULL), RESULT_OK);
	snprintf(aside, sizeof(aside), "%s.aside", room->path);
	assert_int_equal(rename(room->path, aside), 0);
	assert_int_equal(dbwriter_run(room->writer, insert, (void *)2, &err), RESULT_UNREACHABLE);
	assert_non_null(strstr(err.text, room->path));
	assert_non_null(strstr(err.text, "removed or replaced"));
	assert_int_equal(rename(aside, room->path), 0);
	assert_int_equal(dbwriter_run(room->writer, insert, (void *)3, NULL), RESULT_OK);
	assert_int_equal(query(room->path, "SELECT sum(n) FROM t"), 4);
}

static void run_undoes_only_the_function_that_fails(void **state)
{
	struct room *room = *state;
	struct error err;

	dbwriter_post(room->writer, insert, (void *)1, NULL);
	dbwriter_post(room->writer, insert_and_fail, (void *)2, NULL);
	dbwriter_post(room->writer, insert, (void *)3, NULL);
	assert_int_equal(dbwriter_run(room->writer, insert_and_fail, (void *)4, &err),
			 RESULT_INVALID);
	assert_string_equal(err.text, "changed my mind about 4");
	assert_int_equal(dbwriter_flush(room->writer, &err), RESULT_INVALID);
	assert_string_equal(err.text, "changed my mind about 2");
	assert_int_equal(dbwriter_run(room->writer, insert, (void *)3, &err), RESULT_CONFLICT);
	assert_non_null(strstr(err.text, "UNIQUE"));
	assert_non_null(strstr(err.text, room->path));
	assert_int_equal(dbwriter_flush(room->writer, &err), RESULT_OK);
	assert_int_equal(query(room->path, "SELECT sum(n) FROM t"), 4);
}

struct pusher {
	struct room *room;
	pthread_t thread;
	int first, count;
	atomic_int done;
};

static void count_done(void *arg, enum result result, const struct error *err)
{
	(void)arg, (void)err;
	assert_int_equal(result, RESULT_OK);
}

static void *push(void *arg)
{
	struct pusher *pusher = arg;

	for (int i = 0; i < pusher->count; i++) {
		void *n = (void *)(intptr_t)(pusher->first + i);

		if (i % 10 == 9) {
			if (dbwriter_run(pusher->room->writer, insert_and_fail, n, NULL) ==
			    RESULT_INVALID)
				pusher->done++;
		} else if (i % 2) {
			if (dbwriter_run(pusher->room->writer, insert, n, NULL) == RESULT_OK)
				pusher->done++;
		} else {
			dbwriter_post(pusher->room->writer, insert, n, i % 4 ? count_done : NULL);
		}
	}
	return NULL;
}

static void run_and_post_from_eight_threads_lose_nothing(void **state)
{
	struct room *room = *state;
	struct pusher pushers[8];

	for (int i = 0; i < 8; i++) {
		pushers[i] = (struct pusher){.room = room, .first = i * 1000, .count = 400};
		assert_int_equal(pthread_create(&pushers[i].thread, NULL, push, &pushers[i]), 0);
	}
	for (int i = 0; i < 8; i++) {
		pthread_join(pushers[i].thread, NULL);
		assert_int_equal(pushers[i].done, 200);
	}
	assert_int_equal(dbwriter_flush(room->writer, NULL), RESULT_OK);
	assert_int_equal(query(room->path, "SELECT count(*) FROM t"), 8 * 360);
	assert_int_equal(query(room->path, "SELECT count(*) FROM t WHERE n % 10 = 9"), 0);
}

static void post_blocks_and_commits_many(void **state)
{
	struct room *room = *state;

	for (int i = 0; i < 20000; i++)
		dbwriter_post(room->writer, insert, (void *)(intptr_t)i, NULL);
	assert_int_equal(dbwriter_flush(room->writer, NULL), RESULT_OK);
	assert_int_equal(query(room->path, "SELECT count(*) FROM t"), 20000);
}

struct order {
	int seen[3];
	int count;
};
struct ordered {
	struct order *order;
	int number;
};

static enum result nothing(sqlite3 *db, void *arg, struct error *err)
{
	(void)db, (void)arg, (void)err;
	return RESULT_OK;
}

static void note_order(void *arg, enum result result, const struct error *err)
{
	struct ordered *item = arg;

	(void)result, (void)err;
	item->order->seen[item->order->count++] = item->number;
}

static void post_tells_in_order_before_flush_returns(void **state)
{
	struct room *room = *state;
	struct order order = {.count = 0};
	struct ordered items[3];

	for (int i = 0; i < 3; i++) {
		items[i] = (struct ordered){&order, i};
		dbwriter_post(room->writer, nothing, &items[i], note_order);
	}
	assert_int_equal(dbwriter_flush(room->writer, NULL), RESULT_OK);
	assert_int_equal(order.count, 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(order.seen[i], i);
}

static enum result write_blob(sqlite3 *db, void *arg, struct error *err)
{
	sqlite3_stmt *stmt = dbwriter_stmt(db, "INSERT INTO t(text) VALUES(zeroblob(?1))");
	int code;

	sqlite3_bind_int64(stmt, 1, (intptr_t)arg);
	code = sqlite3_step(stmt);
	return code == SQLITE_DONE ? RESULT_OK : dbwriter_error(db, code, "cannot insert", err);
}

static enum result set_limit(sqlite3 *db, void *arg, struct error *err)
{
	char sql[64];

	(void)err;
	snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %d", (int)(intptr_t)arg);
	sqlite3_exec(db, sql, NULL, NULL, NULL);
	return RESULT_OK;
}

static void run_reports_a_full_database_and_lives_on(void **state)
{
	struct room *room = *state;
	struct error err;

	assert_int_equal(dbwriter_run(room->writer, set_limit, (void *)20, NULL), RESULT_OK);
	assert_int_equal(dbwriter_run(room->writer, write_blob, (void *)(1 << 20), &err),
			 RESULT_UNREACHABLE);
	assert_non_null(strstr(err.text, "full"));
	assert_int_equal(dbwriter_run(room->writer, insert, (void *)1, &err), RESULT_OK);
	assert_int_equal(dbwriter_run(room->writer, set_limit, (void *)100000, NULL), RESULT_OK);
	assert_int_equal(dbwriter_run(room->writer, write_blob, (void *)(1 << 20), NULL),
			 RESULT_OK);
	assert_int_equal(query(room->path, "SELECT count(*) FROM t"), 2);
}

static int refuse_commit(void *arg)
{
	atomic_int *refusals = arg;

	if (*refusals == 0)
		return 0;
	--*refusals;
	return 1; /* turns the commit into a rollback */
}

static enum result hook_commit(sqlite3 *db, void *arg, struct error *err)
{
	(void)err;
	sqlite3_commit_hook(db, refuse_commit, arg);
	return RESULT_OK;
}

static void note_result(void *arg, enum result result, const struct error *err)
{
	(void)err;
	*(enum result *)arg = result;
}

static enum result insert_five(sqlite3 *db, void *arg, struct error *err)
{
	(void)arg;
	return insert(db, (void *)5, err);
}

static void run_tells_the_whole_group_when_the_commit_fails(void **state)
{
	struct room *room = *state;
	atomic_int refusals = 0;
	enum result posted = RESULT_OK;
	struct error err;

	assert_int_equal(dbwriter_run(room->writer, hook_commit, &refusals, NULL), RESULT_OK);
	refusals = 1;
	dbwriter_post(room->writer, insert_five, &posted, note_result);
	assert_int_not_equal(dbwriter_flush(room->writer, &err), RESULT_OK);
	assert_int_not_equal(posted, RESULT_OK);
	refusals = 1;
	assert_int_not_equal(dbwriter_run(room->writer, insert, (void *)6, &err), RESULT_OK);
	assert_string_not_equal(err.text, "");
	assert_int_equal(dbwriter_run(room->writer, insert, (void *)8, NULL), RESULT_OK);
	assert_int_equal(query(room->path, "SELECT sum(n) FROM t"), 8);
}

static void run_says_busy_while_another_process_writes(void **state)
{
	struct room *room = *state;
	sqlite3 *other = open_db(room->path);
	struct error err;

	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(dbwriter_run(room->writer, insert, (void *)1, &err), RESULT_BUSY);
	assert_non_null(strstr(err.text, "locked"));
	assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(other);
	assert_int_equal(dbwriter_run(room->writer, insert, (void *)1, NULL), RESULT_OK);
}

/* A statement that was not stepped to its end must not outlive its function. */
static enum result leave_open(sqlite3 *db, void *arg, struct error *err)
{
	sqlite3_stmt *stmt = dbwriter_stmt(db, "INSERT INTO t(n) VALUES(?1), (?1 + 1) RETURNING n");

	(void)err;
	sqlite3_bind_int64(stmt, 1, (intptr_t)arg);
	return sqlite3_step(stmt) == SQLITE_ROW ? RESULT_OK : RESULT_FATAL;
}

static void stmt_is_reset_after_its_function(void **state)
{
	struct room *room = *state;

	assert_int_equal(dbwriter_run(room->writer, leave_open, (void *)10, NULL), RESULT_OK);
	assert_int_equal(dbwriter_run(room->writer, leave_open, (void *)20, NULL), RESULT_OK);
	assert_int_equal(query(room->path, "SELECT sum(n) FROM t"), 10 + 11 + 20 + 21);
}

static void free_commits_what_was_posted(void **state)
{
	struct room *room = *state;

	for (int i = 0; i < 100; i++)
		dbwriter_post(room->writer, insert, (void *)(intptr_t)i, NULL);
	dbwriter_free(room->writer);
	room->writer = NULL;
	assert_int_equal(query(room->path, "SELECT count(*) FROM t"), 100);
}

static sem_t inside, go_on;

static enum result insert_slowly(sqlite3 *db, void *arg, struct error *err)
{
	sem_post(&inside);
	sem_wait(&go_on);
	return insert(db, arg, err);
}

/* Waits, but not for ever, until the writer rests. */
static bool comes_to_rest(struct dbwriter *writer)
{
	for (int i = 0; i < 1000; i++) {
		if (dbwriter_rest(writer, true))
			return true;
		usleep(10000);
	}
	return false;
}

static void rest_holds_no_lock_and_keeps_what_comes(void **state)
{
	struct room *room = *state;
	sqlite3 *other = open_db(room->path);

	sem_init(&inside, 0, 0);
	sem_init(&go_on, 0, 0);
	dbwriter_post(room->writer, insert_slowly, (void *)1, NULL);
	assert_false(dbwriter_rest(room->writer, true)); /* it waits to be written */
	sem_wait(&inside);
	assert_false(dbwriter_rest(room->writer, true)); /* it is being written */
	sem_post(&go_on);
	assert_true(comes_to_rest(room->writer));
	assert_int_equal(query(room->path, "SELECT count(*) FROM t"), 1);
	dbwriter_post(room->writer, insert, (void *)2, NULL);
	/* longer than a post lingers: it would be in the file, or its lock be held */
	for (int i = 0; i < 10; i++) {
		assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE; ROLLBACK", NULL, NULL, NULL),
				 SQLITE_OK);
		usleep(10000);
	}
	assert_true(dbwriter_rest(room->writer, true)); /* still, whatever has come meanwhile */
	assert_int_equal(query(room->path, "SELECT count(*) FROM t"), 1);
	assert_true(dbwriter_rest(room->writer, false));
	assert_int_equal(dbwriter_flush(room->writer, NULL), RESULT_OK);
	assert_int_equal(query(room->path, "SELECT count(*) FROM t"), 2);
	assert_true(comes_to_rest(room->writer));
	dbwriter_post(room->writer, insert, (void *)3, NULL);
	dbwriter_free(room->writer); /* ends though it rests, and nothing is lost */
	room->writer = NULL;
	assert_int_equal(query(room->path, "SELECT count(*) FROM t"), 3);
	sqlite3_close(other);
	sem_destroy(&inside);
	sem_destroy(&go_on);
}

static void error_names_what_can_be_mended(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(dbwriter_error(NULL, SQLITE_FULL, "cannot write", &err),
			 RESULT_UNREACHABLE);
	assert_string_equal(err.text, "cannot write: database or disk is full");
	assert_int_equal(dbwriter_error(NULL, SQLITE_IOERR_FSYNC, "x", &err), RESULT_UNREACHABLE);
	assert_int_equal(dbwriter_error(NULL, SQLITE_READONLY, "x", &err), RESULT_UNREACHABLE);
	assert_int_equal(dbwriter_error(NULL, SQLITE_BUSY_SNAPSHOT, "x", &err), RESULT_BUSY);
	assert_int_equal(dbwriter_error(NULL, SQLITE_NOTADB, "x", &err), RESULT_DAMAGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(run_commits_before_it_returns, setup, teardown),
	    cmocka_unit_test_setup_teardown(file_removed_underneath_takes_no_writes, setup,
					    teardown),
	    cmocka_unit_test_setup_teardown(run_undoes_only_the_function_that_fails, setup,
					    teardown),
	    cmocka_unit_test_setup_teardown(run_and_post_from_eight_threads_lose_nothing, setup,
					    teardown),
	    cmocka_unit_test_setup_teardown(post_blocks_and_commits_many, setup, teardown),
	    cmocka_unit_test_setup_teardown(post_tells_in_order_before_flush_returns, setup,
					    teardown),
	    cmocka_unit_test_setup_teardown(run_reports_a_full_database_and_lives_on, setup,
					    teardown),
	    cmocka_unit_test_setup_teardown(run_tells_the_whole_group_when_the_commit_fails, setup,
					    teardown),
	    cmocka_unit_test_setup_teardown(run_says_busy_while_another_process_writes, setup,
					    teardown),
	    cmocka_unit_test_setup_teardown(stmt_is_reset_after_its_function, setup, teardown),
	    cmocka_unit_test_setup_teardown(free_commits_what_was_posted, setup, teardown),
	    cmocka_unit_test_setup_teardown(rest_holds_no_lock_and_keeps_what_comes, setup,
					    teardown),
	    cmocka_unit_test(error_names_what_can_be_mended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
