#include "config.h"

#include "tests/unit/status_help.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "src/status/lock.h"
#include "src/status/place.h"
#include "src/status/roster.h"
#include "src/status/schema.h"

/* ---- a file system that can be full -------------------------------------------------------*/

static int disk_full; /* atomic: the writer thread reads it */
static sqlite3_vfs vfs, *real_vfs;
/* SQLite has one table of functions for a database, another for its log; the writing is one. */
static const sqlite3_io_methods *real_methods[4];
static sqlite3_io_methods methods[4];

static int write_or_full(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
	if (__atomic_load_n(&disk_full, __ATOMIC_SEQ_CST))
		return SQLITE_FULL;
	return real_methods[0]->xWrite(file, bytes, len, at);
}

/* Opens the real file and puts our write in the place of its own. */
static int open_patched(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags,
			int *out)
{
	int code = real_vfs->xOpen(real_vfs, name, file, flags, out);

	(void)self;
	for (int i = 0; i < 4 && code == SQLITE_OK && file->pMethods; i++) {
		if (!real_methods[i]) {
			real_methods[i] = file->pMethods;
			methods[i] = *file->pMethods;
			methods[i].xWrite = write_or_full;
		}
		if (file->pMethods != real_methods[i])
			continue;
		file->pMethods = &methods[i];
		break;
	}
	return code;
}

static void patch_vfs(void)
{
	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs;
	vfs.zName = "sometimes-full";
	vfs.xOpen = open_patched;
	sqlite3_vfs_register(&vfs, 1);
}

/* ---- opening ------------------------------------------------------------------------------*/

static void open_makes_the_file_and_opens_it_again(void **state)
{
	struct help *help = *state;
	struct totals totals;

	assert_string_equal(status_path(help->status), help->path);
	help_scan(help, 3);
	help_close(help);
	help_open(help);
	assert_ok(reader_totals(help->reader, &totals, &help->err), help->err);
	assert_int_equal(totals.courses[COURSE_NOT_MIGRATED], 3);
	help_sql(help, "SELECT id, created, modified, task_name, task_id, args, kwargs, exc,"
		       " datetime_resolved FROM failed_task");
}

static void open_refuses_the_file_of_another_campus(void **state)
{
	struct help *help = *state;
	struct status *other;

	assert_int_equal(help_open_as(help, "prod", &other), RESULT_INVALID);
	assert_null(other);
	assert_says(help->err, "is of campus \"demo\", not \"prod\"");
	assert_says(help->err, help->path);
}

/* Before anything was run it is only a word that was corrected. */
static void open_keeps_production_apart(void **state)
{
	struct help *help = *state;
	struct status_options options = {.path = help->path, .campus = "demo", .environment = "production",
					 .operator_name = "ana", .clock = &help_clock};
	struct status *status;
	int64_t pass;

	help_scan(help, 1);
	help_close(help);
	assert_ok(status_open(&status, &options, &help->err), help->err);
	status_close(status);
	help_open(help);
	help_wish(help, WISH_RUN, help_course(help, "c0"), NULL, true);
	assert_ok(status_course_begin(help->status, help_course(help, "c0"), false, &pass, NULL, &help->err),
		  help->err);
	help_close(help);
	assert_int_equal(status_open(&status, &options, &help->err), RESULT_INVALID);
	assert_null(status);
	assert_says(help->err, "production needs a file of its own");
	options.environment = "another-staging";
	assert_ok(status_open(&status, &options, &help->err), help->err);
	status_close(status);
	help_sql(help, "UPDATE campus SET environment = 'production'");
	assert_int_equal(status_open(&status, &options, &help->err), RESULT_INVALID);
	assert_says(help->err, "is of production");
	help_sql(help, "UPDATE campus SET environment = 'staging'");
	help_open(help);
}

static void open_refuses_a_newer_version(void **state)
{
	struct help *help = *state;
	struct status *other;
	struct reader *reader;

	help_close(help);
	help_sql(help, "PRAGMA user_version=99");
	assert_int_equal(help_open_as(help, "demo", &other), RESULT_INVALID);
	assert_says(help->err, "newer subferry");
	assert_int_equal(reader_open(&reader, help->path, &help->err), RESULT_INVALID);
	assert_null(reader);
}

/* What the first release wrote. */
static void make_old(struct help *help)
{
	help_without_runs(help);
	help_sql(help, "DROP TRIGGER course_is_new; DROP TRIGGER course_has_changed;"
		       "DROP INDEX course_by_revision; ALTER TABLE course DROP COLUMN revision;");
	help_sql(help, "DROP TABLE steering; ALTER TABLE holder DROP COLUMN held_by;"
		       "ALTER TABLE holder DROP COLUMN workers; ALTER TABLE holder DROP COLUMN rate;"
		       "ALTER TABLE holder DROP COLUMN began; PRAGMA user_version=1;"
		       "INSERT INTO holder VALUES(1, 1, 'ana', 'host', 12, 34, 56, '', 0, 9)");
}

static void open_brings_an_older_file_up_to_date(void **state)
{
	struct help *help = *state;
	struct roster *roster;
	struct reader *reader;
	struct totals totals;
	struct holder_row holder;

	help_scan(help, 3);
	help_close(help);
	make_old(help);
	assert_int_equal(reader_open(&reader, help->path, &help->err), RESULT_OLD);
	assert_null(reader);
	assert_says(help->err, "brought up to date");
	help_open(help);
	assert_ok(roster_new(&roster, &help->err), help->err);
	assert_ok(roster_refresh(roster, help->reader, &help->err), help->err);
	help_scan(help, 5); /* new courses and changed ones are seen */
	assert_ok(roster_refresh(roster, help->reader, &help->err), help->err);
	roster_totals(roster, &totals);
	assert_int_equal(totals.courses[COURSE_NOT_MIGRATED], 5);
	roster_free(roster);
	assert_ok(reader_holder(help->reader, &holder, &help->err), help->err);
	assert_int_equal(holder.under_way, 9);
	assert_int_equal(holder.reason, HOLD_NONE);
	assert_int_equal(holder.workers, 0);
	holder_row_clear(&holder);
}

/* What it writes would not fit into new tables. */
static void an_older_engine_keeps_its_tables(void **state)
{
	struct help *help = *state;
	struct status *other;
	struct reader *reader;
	struct lock *lock;

	help_close(help);
	make_old(help);
	assert_ok(lock_take(help->path, &lock, &help->err), help->err);
	assert_int_equal(help_open_as(help, "demo", &other), RESULT_BUSY);
	assert_null(other);
	assert_says(help->err, "older subferry's");
	help_sql(help, "INSERT OR REPLACE INTO holder VALUES(1, 1, 'ana', 'host', 12, 34, 56, '', 0, 9)");
	assert_int_equal(reader_open(&reader, help->path, &help->err), RESULT_OLD);
	lock_free(lock);
	help_open(help);
	assert_ok(lock_take(help->path, &lock, &help->err), help->err);
	assert_ok(help_open_as(help, "demo", &other), help->err); /* up to date: who has it is no matter */
	status_close(other);
	lock_free(lock);
}

static void open_leaves_another_programs_database_alone(void **state)
{
	struct help help;
	struct status *other;
	unsigned char mode = 0;
	int fd;

	(void)state;
	help_folder(&help);
	help_sql(&help, "CREATE TABLE theirs(x)");
	assert_int_equal(help_open_as(&help, "demo", &other), RESULT_INVALID);
	assert_says(help.err, "another program's file");
	fd = open(help.path, O_RDONLY);
	assert_int_equal(pread(fd, &mode, 1, 18), 1); /* the journal mode in the file's header */
	close(fd);
	assert_int_equal(mode, 1);
	help_remove(&help);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void open_refuses_a_file_that_is_no_database(void **state)
{
	struct help help;
	struct status *status;
	struct reader *reader;

	(void)state;
	help_folder(&help);
	write_file(help.path,
		   "[campus]\nname = demo\n# this is a configuration, and long enough "
		   "that nobody takes it for a file that has just been begun. Really. It is "
		   "a text.\n");
	assert_int_equal(help_open_as(&help, "demo", &status), RESULT_INVALID);
	assert_says(help.err, "is not a status database");
	assert_int_equal(reader_open(&reader, help.path, &help.err), RESULT_INVALID);
	help_remove(&help);
}

static void open_tells_a_truncated_file(void **state)
{
	struct help *help = *state;
	struct status *status;
	struct stat file;

	help_scan(help, 2000);
	help_close(help);
	assert_int_equal(stat(help->path, &file), 0);
	assert_int_equal(truncate(help->path, file.st_size / 2), 0);
	assert_int_equal(help_open_as(help, "demo", &status), RESULT_FATAL);
	assert_says(help->err, "is damaged");
	assert_says(help->err, help->path);
}

static void open_tells_a_malformed_page(void **state)
{
	struct help *help = *state;
	char noise[4096];
	struct status *status;
	struct stat file;
	int fd;

	help_scan(help, 2000);
	help_close(help);
	memset(noise, 0xA5, sizeof(noise));
	assert_int_equal(stat(help->path, &file), 0);
	fd = open(help->path, O_WRONLY);
	assert_int_equal(pwrite(fd, noise, sizeof(noise), file.st_size / 4096 / 2 * 4096), 4096);
	close(fd);
	assert_int_equal(help_open_as(help, "demo", &status), RESULT_FATAL);
	assert_says(help->err, "is damaged");
	assert_says(help->err, "a new one finds what was migrated");
}

static void open_says_that_the_folder_is_missing(void **state)
{
	struct help help;
	struct status *status;

	(void)state;
	help_folder(&help);
	snprintf(help.path, sizeof(help.path), "%s/no/status.db", help.folder);
	assert_int_equal(help_open_as(&help, "demo", &status), RESULT_MISSING);
	assert_says(help.err, "make the folder");
	snprintf(help.path, sizeof(help.path), "%s", help.folder);
	assert_int_equal(help_open_as(&help, "demo", &status), RESULT_REFUSED);
	assert_says(help.err, "no plain file");
	help_remove(&help);
}

static void place_knows_network_file_systems(void **state)
{
	(void)state;
	assert_string_equal(place_network(0x6969), "NFS");
	assert_string_equal(place_network(0xFF534D42), "CIFS");
	assert_non_null(place_network(0x517B));
	assert_non_null(place_network(0x5346414F));
	assert_non_null(place_network(0x73757245));
	assert_non_null(place_network(0x00C36400));
	assert_null(place_network(0xEF53));	/* ext4 */
	assert_null(place_network(0x01021994)); /* tmpfs */
}

/* ---- rights: tried as nobody, since root may do everything -----------------------------------*/

static int as_nobody(struct help *help, int (*try)(struct help *help))
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		if (!geteuid() && (setgid(65534) || setuid(65534)))
			_exit(99);
		_exit(try(help));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int try_open(struct help *help)
{
	struct status *status;
	enum result st = help_open_as(help, "demo", &status);

	return st == RESULT_UNREACHABLE && strstr(help->err.text, help->path) &&
			       strstr(help->err.text, "the right to write")
		       ? 0
		       : 1;
}

static void open_says_that_the_folder_is_not_writable(void **state)
{
	struct help help;

	(void)state;
	help_folder(&help);
	assert_int_equal(chmod(help.folder, 0555), 0);
	assert_int_equal(as_nobody(&help, try_open), 0);
	help_remove(&help);
}

static int try_read(struct help *help)
{
	struct reader *reader;
	struct totals totals;
	enum result st = reader_open(&reader, help->path, &help->err);

	if (st == RESULT_OK)
		st = reader_totals(reader, &totals, &help->err);
	if (st == RESULT_OK && reader_was_overtaken(reader))
		st = RESULT_DAMAGED;
	reader_close(reader);
	return st == RESULT_OK && totals.courses[COURSE_NOT_MIGRATED] == 2 ? 0 : 1;
}

/* Nobody has it open: it is read as a file that stays as it is. */
static void reader_needs_no_right_to_write(void **state)
{
	struct help *help = *state;

	help_scan(help, 2);
	help_close(help);
	assert_int_equal(chmod(help->path, 0444), 0);
	assert_int_equal(chmod(help->folder, 0555), 0);
	assert_int_equal(as_nobody(help, try_read), 0);
	assert_int_equal(chmod(help->folder, 0755), 0);
}

static void reader_works_while_nobody_writes(void **state)
{
	struct help *help = *state;
	struct reader *reader;

	help_scan(help, 2);
	help_close(help);
	assert_ok(reader_open(&reader, help->path, &help->err), help->err);
	help->reader = reader;
	assert_true(help_course(help, "c1") > 0);
	reader_close(reader);
	help->reader = NULL;
	unlink(help->path);
	assert_int_equal(reader_open(&reader, help->path, &help->err), RESULT_MISSING);
}

/* ---- others at the file -------------------------------------------------------------------*/

/* A child that runs @sql on the file and stays until the pipe is closed. */
static pid_t occupy(struct help *help, const char *sql, int *leave)
{
	int ready[2], go[2];
	char byte = 0;
	sqlite3 *db;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(go), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		close(go[1]);
		if (sqlite3_open(help->path, &db) != SQLITE_OK ||
		    sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
			_exit(1);
		(void)!write(ready[1], "x", 1);
		(void)!read(go[0], &byte, 1);
		_exit(0);
	}
	close(ready[1]);
	close(go[0]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	*leave = go[1];
	return child;
}

static void open_says_that_the_file_is_locked(void **state)
{
	struct help *help = *state;
	struct status *status;
	int leave;
	pid_t child;

	help_close(help);
	child = occupy(help,
		       "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE;"
		       "UPDATE campus SET created = created",
		       &leave);
	assert_int_equal(help_open_as(help, "demo", &status), RESULT_BUSY);
	assert_says(help->err, "is locked by pid ");
	assert_says(help->err, help->path);
	close(leave);
	waitpid(child, NULL, 0);
	assert_ok(help_open_as(help, "demo", &help->status), help->err);
}

static void a_file_that_is_moved_away_is_noticed_and_a_vacuum_is_none(void **state)
{
	struct help *help = *state;
	char aside[300];
	sqlite3 *db;
	FILE *other;

	assert_int_equal(sqlite3_open(help->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_ok(status_in_place(help->status, &help->err), help->err);
	snprintf(aside, sizeof(aside), "%s.aside", help->path);
	assert_int_equal(rename(help->path, aside), 0);
	assert_int_equal(status_in_place(help->status, &help->err), RESULT_UNREACHABLE);
	assert_says(help->err, "was removed");
	assert_int_equal(status_remember(help->status, "a", "1", &help->err), RESULT_UNREACHABLE);
	assert_non_null(other = fopen(help->path, "w"));
	assert_int_equal(fclose(other), 0);
	assert_int_equal(status_in_place(help->status, &help->err), RESULT_UNREACHABLE);
	assert_says(help->err, "was replaced");
	assert_says(help->err, help->path);
	assert_int_equal(rename(aside, help->path), 0);
	assert_ok(status_in_place(help->status, &help->err), help->err);
	assert_ok(status_mended(help->status, &help->err), help->err);
}

static void locked_writer_is_broken_until_it_is_free_again(void **state)
{
	struct help *help = *state;
	int leave;
	pid_t child;

	child = occupy(help, "BEGIN IMMEDIATE", &leave);
	assert_int_equal(status_remember(help->status, "a", "1", &help->err), RESULT_BUSY);
	assert_says(help->err, "is locked by pid ");
	assert_int_equal(status_broken(help->status, &help->err), RESULT_BUSY);
	close(leave);
	waitpid(child, NULL, 0);
	assert_ok(status_mended(help->status, &help->err), help->err);
	assert_ok(status_broken(help->status, &help->err), help->err);
}

static void open_at_once_by_many_makes_one_database(void **state)
{
	enum { MANY = 6 };
	struct help help;
	struct status *status;
	pid_t children[MANY];
	int code;

	(void)state;
	help_folder(&help);
	for (int i = 0; i < MANY; i++) {
		children[i] = fork();
		if (!children[i]) {
			enum result st = help_open_as(&help, "demo", &status);

			if (st == RESULT_OK)
				st = status_remember(status, "x", "y", &help.err);
			if (st != RESULT_OK)
				fprintf(stderr, "%s\n", help.err.text);
			status_close(st == RESULT_OK ? status : NULL);
			_exit(st != RESULT_OK);
		}
	}
	for (int i = 0; i < MANY; i++) {
		waitpid(children[i], &code, 0);
		assert_true(WIFEXITED(code) && !WEXITSTATUS(code));
	}
	help_remove(&help);
}

static void full_disk_breaks_and_mends(void **state)
{
	struct help *help = *state;
	char *value;

	__atomic_store_n(&disk_full, 1, __ATOMIC_SEQ_CST);
	assert_int_equal(status_remember(help->status, "a", "1", &help->err), RESULT_UNREACHABLE);
	assert_says(help->err, help->path);
	assert_says(help->err, "full");
	status_event(help->status, FINDING_NOTICE, "test", "c0", "lost", "");
	assert_int_equal(status_flush(help->status, &help->err), RESULT_UNREACHABLE);
	assert_int_equal(status_broken(help->status, &help->err), RESULT_UNREACHABLE);
	assert_int_equal(status_mended(help->status, &help->err), RESULT_UNREACHABLE);
	assert_int_equal(status_broken(help->status, NULL), RESULT_UNREACHABLE);
	__atomic_store_n(&disk_full, 0, __ATOMIC_SEQ_CST);
	assert_ok(status_mended(help->status, &help->err), help->err);
	assert_ok(status_broken(help->status, &help->err), help->err);
	assert_ok(status_remember(help->status, "a", "2", &help->err), help->err);
	assert_ok(reader_recall(help->reader, "a", &value, &help->err), help->err);
	assert_string_equal(value, "2");
	free(value);
}

/* ---- what is remembered -------------------------------------------------------------------*/

static void recall_gives_what_was_remembered(void **state)
{
	struct help *help = *state;
	char *value;

	assert_ok(reader_recall(help->reader, "scan", &value, &help->err), help->err);
	assert_string_equal(value, "");
	free(value);
	assert_ok(status_remember(help->status, "scan", "one", &help->err), help->err);
	assert_ok(status_remember(help->status, "scan", "two", &help->err), help->err);
	assert_ok(reader_recall(help->reader, "scan", &value, &help->err), help->err);
	assert_string_equal(value, "two");
	free(value);
}

static void holder_is_kept_as_posted(void **state)
{
	struct help *help = *state;
	struct holder_row row = {
		true, (char *)"ana", (char *)"host", 12, 34, 56, (char *)"brake", 78, 9,
		HOLD_OPERATOR, 7, 5, 3};
	struct holder_row seen;

	assert_ok(reader_holder(help->reader, &seen, &help->err), help->err);
	assert_false(seen.held);
	assert_string_equal(seen.who, "");
	holder_row_clear(&seen);
	status_holder(help->status, &row);
	help_flush(help);
	assert_ok(reader_holder(help->reader, &seen, &help->err), help->err);
	assert_true(seen.held);
	assert_string_equal(seen.hold, "brake");
	assert_int_equal(seen.pid, 12);
	assert_int_equal(seen.under_way, 9);
	assert_int_equal(seen.reason, HOLD_OPERATOR);
	assert_int_equal(seen.workers, 7);
	assert_int_equal(seen.rate, 5);
	assert_int_equal(seen.began, 3);
	holder_row_clear(&seen);
	holder_row_clear(&seen);
}

static void version_grows_with_commits(void **state)
{
	struct help *help = *state;
	int64_t before = reader_version(help->reader);

	assert_int_equal(reader_version(help->reader), before);
	help_scan(help, 1);
	assert_true(reader_version(help->reader) > before);
}

static void words_are_read_back(void **state)
{
	enum course_status status;
	enum verify_level level;

	(void)state;
	for (int i = 0; i < COURSE_STATUS_COUNT; i++) {
		assert_true(course_status_read(course_status_name((enum course_status)i), &status));
		assert_int_equal(status, i);
	}
	assert_true(course_status_read("not-MIGRATED", &status));
	assert_int_equal(status, COURSE_NOT_MIGRATED);
	assert_false(course_status_read("migrate", &status));
	assert_true(verify_level_read("Bytes", &level));
	assert_int_equal(level, LEVEL_BYTES);
	assert_string_equal(transcript_outcome_name(OUTCOME_LEFT_OUT), "left-out");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, help_setup, help_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(open_makes_the_file_and_opens_it_again),
		TEST(open_refuses_the_file_of_another_campus),
		TEST(open_keeps_production_apart),
		TEST(open_refuses_a_newer_version),
		TEST(open_brings_an_older_file_up_to_date),
		TEST(an_older_engine_keeps_its_tables),
		cmocka_unit_test(open_leaves_another_programs_database_alone),
		cmocka_unit_test(open_refuses_a_file_that_is_no_database),
		TEST(open_tells_a_truncated_file),
		TEST(open_tells_a_malformed_page),
		cmocka_unit_test(open_says_that_the_folder_is_missing),
		cmocka_unit_test(place_knows_network_file_systems),
		cmocka_unit_test(open_says_that_the_folder_is_not_writable),
		TEST(reader_needs_no_right_to_write),
		TEST(reader_works_while_nobody_writes),
		TEST(open_says_that_the_file_is_locked),
		TEST(a_file_that_is_moved_away_is_noticed_and_a_vacuum_is_none),
		TEST(locked_writer_is_broken_until_it_is_free_again),
		cmocka_unit_test(open_at_once_by_many_makes_one_database),
		TEST(full_disk_breaks_and_mends),
		TEST(recall_gives_what_was_remembered),
		TEST(holder_is_kept_as_posted),
		TEST(version_grows_with_commits),
		cmocka_unit_test(words_are_read_back),
	};

	patch_vfs();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
