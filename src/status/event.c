#include "config.h"

#include "src/status/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"

/* ---- the chain ----------------------------------------------------------------------------*/

static void add_field(struct buf *buf, const char *text)
{
	char length[24];

	snprintf(length, sizeof(length), "%zu:", strlen(text));
	buf_add_text(buf, length);
	buf_add_text(buf, text);
	buf_add_char(buf, ',');
}

enum result event_hash(const char *previous, const struct event_row *row, char out[HASH_HEX],
		       struct error *err)
{
	struct buf buf = BUF_INIT;
	char at[24];

	snprintf(at, sizeof(at), "%lld", (long long)row->at);
	add_field(&buf, previous);
	add_field(&buf, at);
	add_field(&buf, finding_severity_name(row->severity));
	add_field(&buf, row->who);
	add_field(&buf, row->action);
	add_field(&buf, row->object);
	add_field(&buf, row->what);
	add_field(&buf, row->why);
	if (buf.failed) {
		buf_clear(&buf);
		return error_set(err, RESULT_NOMEM, "no memory for an event");
	}
	hash_sha256(buf.data, buf.len, out);
	buf_clear(&buf);
	return RESULT_OK;
}

/* Read anew each time: another process may have written the newest event. */
static enum result newest_hash(struct db *db, char out[HASH_HEX], struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st;

	out[0] = '\0';
	st = db_first(db, err, "SELECT hash FROM event ORDER BY id DESC LIMIT 1", NULL, 0, &stmt);
	if (st == RESULT_OK)
		snprintf(out, HASH_HEX, "%s", (const char *)sqlite3_column_text(stmt, 0));
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

static enum result append(struct status *status, const struct event_row *row, struct error *err)
{
	char previous[HASH_HEX], hash[HASH_HEX];
	enum result st = newest_hash(&status->db, previous, err);

	if (st == RESULT_OK)
		st = event_hash(previous, row, hash, err);
	if (st != RESULT_OK)
		return st;
	return db_run(&status->db, err,
		      "INSERT INTO event(at, severity, who, action, object, what, why, hash)"
		      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		      DB_VALUES(INT(row->at), INT(row->severity), TEXT(row->who), TEXT(row->action),
				TEXT(row->object), TEXT(row->what), TEXT(row->why), TEXT(hash)));
}

/* The row only gathers the fields; nothing writes to its strings. */
static struct event_row event_of(struct status *status, enum finding_severity severity,
				 const char *action, const char *object, const char *what,
				 const char *why)
{
	return (struct event_row){
		.at = clock_wall(status->clock),
		.severity = severity,
		.who = status->who,
		.action = (char *)action,
		.object = (char *)object,
		.what = (char *)what,
		.why = (char *)why,
	};
}

enum result event_add(struct status *status, enum finding_severity severity, const char *action,
		      const char *object, const char *what, const char *why, struct error *err)
{
	struct event_row row = event_of(status, severity, action, object, what, why);

	return append(status, &row, err);
}

/* ---- posted events ------------------------------------------------------------------------*/

static enum result write_event(struct status *status, void *arg, struct error *err)
{
	return append(status, arg, err);
}

static void lay_out_event(struct arena *arena, const void *from)
{
	const struct event_row *row = from;
	struct event_row copy = *row, *to = arena_copy(arena, row, sizeof(*row));

	copy.who = arena_text(arena, row->who);
	copy.action = arena_text(arena, row->action);
	copy.object = arena_text(arena, row->object);
	copy.what = arena_text(arena, row->what);
	copy.why = arena_text(arena, row->why);
	if (to)
		*to = copy;
}

void status_event(struct status *status, enum finding_severity severity, const char *action,
		  const char *object, const char *what, const char *why)
{
	struct event_row row = event_of(status, severity, action, object, what, why);

	write_post(status, write_event, arena_clone(lay_out_event, &row));
}
