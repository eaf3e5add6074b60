/*
 * connect.h - connections to edx-val's SQLite file: one that writes, several that read.
 */
#ifndef SUBFERRY_SRC_VAL_CONNECT_H
#define SUBFERRY_SRC_VAL_CONNECT_H

#include "src/base/error.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Makes the file and its tables if there are none (WAL, synchronous FULL); never changes a
 * file that holds something else. */
enum result connect_writing(const char *path, sqlite3 **out, struct error *err);
/* With @read_only without any right to write; a file on a read-only medium can be read too.
 * SQLite makes a write-ahead log and its index even to read, and only a connection with the
 * right to write takes them away again: readers that found none keep that right (struct
 * readers, @tidy), and never use it for more. */
enum result connect_reading(const char *path, bool read_only, sqlite3 **out, struct error *err);

enum { READER_BATCH = 32 };

/* A connection that only reads. Each lookup takes one for itself; WAL lets them all read at once.
 */
struct reader {
	struct reader *next;
	sqlite3 *db;
	sqlite3_stmt *one, *many; /* lookup of one id, of READER_BATCH ids; columns: the video's
				     number and id, the row's language, name and format */
};

/* The readers of one file. Thread-safe. */
struct readers {
	char *path;
	bool read_only;
	bool tidy;	      /* @read_only: there was no log, so none is left behind */
	atomic_bool checked;  /* @read_only: the tables are edx-val's */
	pthread_mutex_t lock; /* guards the two below */
	struct reader *idle;
	int idle_count;
};

enum result readers_init(struct readers *readers, const char *path, bool read_only,
			 struct error *err);
void readers_clear(struct readers *readers);
/* @empty: opened for reading only, and there is no file, or none with tables. Else it is edx-val's.
 */
enum result readers_check(struct readers *readers, bool *empty, struct error *err);
enum result readers_take(struct readers *readers, struct reader **out, struct error *err);
/* Takes @reader back; one that failed is closed, so that the next lookup looks afresh. */
void readers_give(struct readers *readers, struct reader *reader, bool failed);

#endif
