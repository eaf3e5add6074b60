#include "config.h"

#include "src/status/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/status/event.h"
#include "src/status/ids.h"
#include "src/status/write.h"

struct scan {
	const struct scan_entry **entries; /* sorted by key, each key once */
	size_t count;
	struct ids seen; /* the courses found */
	struct scan_result result;
	bool whole;
};

static int by_key(const void *a, const void *b)
{
	const struct scan_entry *const *x = a, *const *y = b;

	return strcmp((*x)->key, (*y)->key);
}

/* Adds or refreshes one course. Only what the source says of it is written. */
static enum result scan_entry(struct status *status, const struct scan_entry *entry, int64_t now,
			      struct scan *scan, struct error *err)
{
	struct db *db = &status->db;
	sqlite3_stmt *stmt = NULL;
	bool gone, same;
	enum result st;
	int64_t id;

	st = db_first(db, err,
		      "SELECT id, gone, (name = ?2 OR ?2 = '') AND location = ?3 FROM course"
		      " WHERE key = ?1",
		      DB_VALUES(TEXT(entry->key), TEXT(entry->name), TEXT(entry->location)), &stmt);
	if (st == RESULT_END) {
		st = db_run(db, err,
			    "INSERT INTO course(key, name, location, changed)"
			    " VALUES(?1, ?2, ?3, ?4)",
			    DB_VALUES(TEXT(entry->key), TEXT(entry->name), TEXT(entry->location),
				      INT(now)));
		id = sqlite3_last_insert_rowid(db->handle);
		scan->result.added++;
		return st == RESULT_OK ? ids_add(&scan->seen, &id, 1, err) : st;
	}
	if (st != RESULT_OK)
		return st;
	id = sqlite3_column_int64(stmt, 0);
	gone = sqlite3_column_int(stmt, 1) != 0;
	same = sqlite3_column_int(stmt, 2) != 0;
	db_done(stmt);
	scan->result.back += gone;
	st = ids_add(&scan->seen, &id, 1, err);
	if (st != RESULT_OK || (same && !gone))
		return st;
	return db_run(db, err,
		      "UPDATE course SET name = CASE ?2 WHEN '' THEN name ELSE ?2 END,"
		      " location = ?3, gone = 0 WHERE id = ?1",
		      DB_VALUES(INT(id), TEXT(entry->name), TEXT(entry->location)));
}

/* Marks the courses that were not seen. */
static enum result mark_gone(struct status *status, struct scan *scan, struct error *err)
{
	struct db *db = &status->db;
	sqlite3_stmt *stmt = NULL;
	struct ids present = {0};
	enum result st;

	ids_sort(&scan->seen);
	st = db_first(db, err, "SELECT id FROM course WHERE gone = 0", NULL, 0, &stmt);
	st = ids_read(&present, db, st, stmt, err);
	for (size_t i = 0; i < present.count && st == RESULT_OK; i++) {
		if (ids_have(&scan->seen, present.list[i]))
			continue;
		st = db_run(db, err, "UPDATE course SET gone = 1 WHERE id = ?1",
			    DB_VALUES(INT(present.list[i])));
		scan->result.gone++;
	}
	ids_clear(&present);
	return st;
}

static enum result write_scan(struct status *status, void *arg, struct error *err)
{
	struct scan *scan = arg;
	struct scan_result *result = &scan->result;
	int64_t now = clock_wall(status->clock);
	enum result st = RESULT_OK;
	char what[160];

	*result = (struct scan_result){.found = (int64_t)scan->count};
	for (size_t i = 0; i < scan->count && st == RESULT_OK; i++)
		st = scan_entry(status, scan->entries[i], now, scan, err);
	if (st == RESULT_OK && scan->whole)
		st = mark_gone(status, scan, err);
	if (st == RESULT_OK && result->gone)
		st = run_end_if_over(status, err);
	if (st != RESULT_OK)
		return st;
	snprintf(what, sizeof(what), "%lld course%s: %lld new, %lld gone, %lld back",
		 (long long)result->found, result->found == 1 ? "" : "s", (long long)result->added, (long long)result->gone,
		 (long long)result->back);
	return event_add(status, FINDING_NOTICE, "scan", "", what, "", err);
}

enum result status_scan(struct status *status, const struct scan_entry *entries, size_t count,
			bool whole, struct scan_result *out, struct error *err)
{
	struct scan scan = {.whole = whole};
	enum result st;

	*out = scan.result;
	scan.entries = calloc(count + 1, sizeof(*scan.entries));
	if (!scan.entries) {
		st = error_set(err, RESULT_NOMEM, "no memory for %zu courses", count);
		goto out;
	}
	for (size_t i = 0; i < count; i++)
		scan.entries[i] = &entries[i];
	qsort(scan.entries, count, sizeof(*scan.entries), by_key);
	/* A source that lists a key twice has one such course. */
	for (size_t i = 0; i < count; i++)
		if (!scan.count || strcmp(scan.entries[i]->key, scan.entries[scan.count - 1]->key))
			scan.entries[scan.count++] = scan.entries[i];
	st = write_run(status, write_scan, &scan, err);
	if (st == RESULT_OK)
		*out = scan.result;
out:
	free(scan.entries);
	ids_clear(&scan.seen);
	return st;
}

struct naming {
	int64_t course;
	char *name;
};

static enum result write_name(struct status *status, void *arg, struct error *err)
{
	const struct naming *naming = arg;

	return db_run(&status->db, err, "UPDATE course SET name = ?2 WHERE id = ?1",
		      DB_VALUES(INT(naming->course), TEXT(naming->name)));
}

static void lay_out_naming(struct arena *arena, const void *from)
{
	const struct naming *naming = from;
	struct naming *to = arena_copy(arena, naming, sizeof(*naming));
	char *name = arena_text(arena, naming->name);

	if (to)
		to->name = name;
}

void status_course_name(struct status *status, int64_t course, const char *name)
{
	struct naming naming = {course, (char *)name};

	write_post(status, write_name, arena_clone(lay_out_naming, &naming));
}
