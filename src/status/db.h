/*
 * db.h - a connection to the status database, and short words for talking to it.
 *
 * Inside src/status/ only. The writing connection is used on its writer thread (its statements
 * are cached by dbwriter.h), a reading one by one thread at a time (cached here). SQL must be a
 * literal: statements are found again by its address.
 */
#ifndef SUBFERRY_SRC_STATUS_DB_H
#define SUBFERRY_SRC_STATUS_DB_H

#include "src/base/error.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>
#include <stdint.h>

#define DB_CACHE 128 /* a power of two */

struct db {
	sqlite3 *handle;
	char *path;
	bool on_writer; /* the connection belongs to a dbwriter */
	/* It is read as a file that nobody writes: what it was when it was opened. */
	struct {
		bool it;
		int64_t size;
		struct timespec at;
	} still;
	struct {
		const char *sql;
		sqlite3_stmt *stmt;
	} cache[DB_CACHE];
};

/* A value to bind. Texts are borrowed until the statement is over; NULL binds "". */
struct db_value {
	enum { DB_NULL, DB_INT, DB_TEXT } kind;
	int64_t number;
	const char *text;
};
/* clang-format off */
#define INT(x)	{DB_INT, (x), NULL}
#define TEXT(x) {DB_TEXT, 0, (x)}
#define ID(x)	{(x) ? DB_INT : DB_NULL, (x), NULL} /* 0 is NULL */
#define DB_VALUES(...) \
	(const struct db_value[]){__VA_ARGS__}, \
	sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value)
/* clang-format on */

enum db_mode {
	DB_WRITE, /* read and write, made if it is not there */
	DB_READ, /* as DB_LOOK where its folder cannot be written */
	DB_LOOK, /* the same, but no file is made beside it: who begins to write is not noticed */
};
/* Opens the file @path (copied). Nothing is read from it yet. @db is cleared with db_close() in every
   case. */
enum result db_open(struct db *db, const char *path, enum db_mode mode, struct error *err);
/* What nobody was to write has been written since it was opened: two reads of it, or one, may have seen
   two states. */
bool db_was_written(const struct db *db);
/* Finalises the statements cached here. */
void db_forget(struct db *db);
void db_close(struct db *db); /* may run twice */

/* SQLite's answer @code in words: names the file and what to do. */
enum result db_fail(const struct db *db, int code, const char *doing, struct error *err);
/* The same for a result of dbwriter.h, whose own words are in @err. */
enum result db_explain(const char *path, enum result st, struct error *err);

/* Runs statements without parameters and results. */
enum result db_exec(struct db *db, const char *sql, const char *doing, struct error *err);
/* Runs one statement to its end; rows it gives are not looked at. */
enum result db_run(struct db *db, struct error *err, const char *sql, const struct db_value *values,
		   size_t count);
/* Runs until the first row: RESULT_OK, to be ended by db_done(); RESULT_END if there is none. */
enum result db_first(struct db *db, struct error *err, const char *sql,
		     const struct db_value *values, size_t count, sqlite3_stmt **out);
/* The next row, or RESULT_END. */
enum result db_next(struct db *db, struct error *err, sqlite3_stmt *stmt);
void db_done(sqlite3_stmt *stmt); /* accepts NULL, may run twice */
/* One number: @out is @otherwise if there is no row. */
enum result db_number(struct db *db, struct error *err, const char *sql,
		      const struct db_value *values, size_t count, int64_t otherwise, int64_t *out);

/* ---- reading a row's columns from left to right -------------------------------------------*/

struct columns {
	sqlite3_stmt *stmt;
	int next;
	enum result st; /* RESULT_NOMEM, or RESULT_DAMAGED for a word that is none of ours */
};

int64_t col_int(struct columns *columns);
bool col_bool(struct columns *columns);
char *col_text(struct columns *columns);       /* a copy; NULL without memory */
const char *col_peek(struct columns *columns); /* borrowed until the next step */
/* Reads a word by one of the *_read() functions of rows.h. */
#define COL_WORD(columns, read, out)                                                               \
	do {                                                                                       \
		if (!read(col_peek(columns), out))                                                 \
			(columns)->st = RESULT_DAMAGED;                                            \
	} while (0)
/* What @columns->st means, in words. */
enum result col_result(const struct db *db, const struct columns *columns, struct error *err);

#endif
