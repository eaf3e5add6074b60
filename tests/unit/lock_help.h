/*
 * lock_help.h - another process that keeps an SQLite file locked: this program itself, started anew
 * with "--lock PATH", for which main() calls lock_until_told(PATH).
 */
#ifndef SUBFERRY_TESTS_UNIT_LOCK_HELP_H
#define SUBFERRY_TESTS_UNIT_LOCK_HELP_H

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

/* As a process of its own: it locks the file @path, says so, and lets go at the end of its input. */
static inline int lock_until_told(const char *path)
{
	sqlite3 *db;
	char byte;

	if (sqlite3_open(path, &db) != SQLITE_OK || sqlite3_busy_timeout(db, 5000) != SQLITE_OK ||
	    sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK || write(1, "", 1) != 1 ||
	    read(0, &byte, 1) != 0)
		return 1;
	return sqlite3_close(db) != SQLITE_OK;
}

/* SQLite's locks are of processes. Returns the other one's pid; it ends once *@release is closed. */
static inline pid_t lock_elsewhere(const char *path, int *release)
{
	int back[2], go[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe2(back, O_CLOEXEC) | pipe2(go, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		dup2(go[0], 0);
		dup2(back[1], 1);
		execl("/proc/self/exe", "elsewhere", "--lock", path, (char *)NULL);
		_exit(1);
	}
	close(back[1]);
	close(go[0]);
	assert_int_equal(read(back[0], &byte, 1), 1);
	close(back[0]);
	*release = go[1];
	return pid;
}

#endif
