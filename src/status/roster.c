#include "config.h"

#include "src/status/roster.h"

#include <stdlib.h>
#include <string.h>

#include "src/status/read.h"
#include "src/status/roster_inside.h"
#include "src/status/tally.h"

/* From so many changed rows on the list is sorted anew as a whole. */
#define MANY 2000

enum result roster_new(struct roster **out, struct error *err)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return error_set(err, RESULT_NOMEM, "no memory for the list of courses");
	(*out)->status = -1;
	(*out)->revision = -1;
	return RESULT_OK;
}

static void drop_entry(struct entry *entry)
{
	free((char *)entry->facts.key);
	entry->facts.key = NULL;
}

void roster_free(struct roster *roster)
{
	if (!roster)
		return;
	for (size_t i = 0; i < roster->count; i++)
		drop_entry(&roster->entries[i]);
	filter_free(roster->filter);
	free(roster->text);
	free(roster->order);
	free(roster->list);
	free(roster->entries);
	free(roster);
}

bool roster_is_loaded(const struct roster *roster)
{
	return roster->loaded;
}

void roster_totals(const struct roster *roster, struct totals *out)
{
	*out = roster->totals;
}

/* ---- sums ---------------------------------------------------------------------------------*/

static void count_in(struct roster *roster, const struct course_facts *facts, int64_t sign)
{
	struct totals *totals = &roster->totals;
	struct counts *to = &totals->counts;
	const struct counts *from = &facts->counts;

	if (facts->gone) {
		totals->gone += sign;
		return;
	}
	totals->courses[facts->status] += sign;
	totals->paused += facts->intent == INTENT_PAUSE ? sign : 0;
	totals->videos += sign * facts->videos;
	totals->tried += sign * facts->tried;
	totals->failed += sign * facts->failed;
#define X(id, column) to->column += sign * from->column;
	X(, expected) X(, in_val) X(, unknown) X(, extra) X(, differing)
	X(, errors) X(, warnings) X(, notices) X(, waived)
#undef X
	if (facts->intent != INTENT_RUN)
		return;
	totals->wanted += sign;
	totals->wanted_videos += sign * facts->videos;
	totals->wanted_tried += facts->status == COURSE_IN_PROGRESS ? sign * facts->tried : 0;
	totals->wanted_unplanned +=
		!facts->videos && facts->status == COURSE_NOT_MIGRATED ? sign : 0;
}

/* ---- reading ------------------------------------------------------------------------------*/

#define ROSTER_COLUMNS                                                                             \
	"id, revision, key, name, status, intent, gone, pass, changed, verified, flag, evidence, " TALLY_COLUMNS   \
	", " TALLY_COURSE_COLUMNS

static enum result no_memory(struct error *err)
{
	return error_set(err, RESULT_NOMEM, "no memory for the list of courses");
}

static enum result read_entry(struct columns *columns, struct entry *out, int64_t *revision,
			      struct error *err)
{
	struct course_facts *facts = &out->facts;
	struct tally tally = {{0}};
	const char *key, *name;
	size_t key_size, name_size;
	char *both;

	memset(out, 0, sizeof(*out));
	out->id = col_int(columns);
	*revision = col_int(columns);
	key = col_peek(columns);
	name = col_peek(columns);
	key_size = strlen(key ? key : "") + 1;
	name_size = strlen(name ? name : "") + 1;
	both = malloc(key_size + name_size);
	if (!both)
		return no_memory(err);
	memcpy(both, key ? key : "", key_size);
	memcpy(both + key_size, name ? name : "", name_size);
	facts->key = both;
	facts->name = both + key_size;
	COL_WORD(columns, course_status_read, &facts->status);
	COL_WORD(columns, course_intent_read, &facts->intent);
	facts->gone = col_bool(columns);
	facts->pass = col_int(columns);
	facts->changed = col_int(columns);
	out->verified = col_int(columns);
	COL_WORD(columns, flag_step_read, &facts->flag);
	COL_WORD(columns, evidence_state_read, &facts->evidence);
	tally_read(&tally, columns, true);
	tally_counts(&tally, &facts->counts);
	facts->videos = tally.n[TALLY_VIDEOS];
	facts->tried = tally.n[TALLY_TRIED];
	facts->failed = tally.n[TALLY_FAILED];
	return RESULT_OK;
}

/* Where the course is, or would be. */
static size_t place_of(const struct roster *roster, int64_t id)
{
	size_t low = 0, high = roster->count;

	if (high && roster->entries[high - 1].id < id)
		return high; /* the newest come last */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (roster->entries[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_there(const struct roster *roster, size_t place, int64_t id)
{
	return place < roster->count && roster->entries[place].id == id;
}

static enum result reserve(struct roster *roster, struct error *err)
{
	size_t room = roster->room ? roster->room * 2 : 256;
	struct entry *entries;

	if (roster->count < roster->room)
		return RESULT_OK;
	if (room > UINT32_MAX)
		return no_memory(err);
	entries = reallocarray(roster->entries, room, sizeof(*entries));
	if (!entries)
		return no_memory(err);
	roster->entries = entries;
	roster->room = room;
	return roster_list_reserve(roster, room, err);
}

static void add_finding(struct entry *entry, const char *name)
{
	enum finding_code code = finding_by_name(name ? name : "");

	if (code != FINDING_NONE)
		entry->facts.findings |= UINT64_C(1) << code;
}

/* ---- everything, once ---------------------------------------------------------------------*/

static enum result load_findings(struct roster *roster, struct reader *reader, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st;

	st = db_first(&reader->db, err,
		      "SELECT DISTINCT course_id, code FROM finding INDEXED BY finding_in_order"
		      " WHERE waived = 0",
		      NULL, 0, &stmt);
	for (; st == RESULT_OK; st = db_next(&reader->db, err, stmt)) {
		int64_t id = sqlite3_column_int64(stmt, 0);
		size_t place = place_of(roster, id);

		if (is_there(roster, place, id))
			add_finding(&roster->entries[place],
				    (const char *)sqlite3_column_text(stmt, 1));
	}
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

static enum result load_courses(struct roster *roster, struct reader *reader, struct error *err)
{
	struct columns columns = {0};
	int64_t revision;
	enum result st;

	st = db_first(&reader->db, err, "SELECT " ROSTER_COLUMNS " FROM course ORDER BY id", NULL, 0,
		      &columns.stmt);
	for (; st == RESULT_OK; st = db_next(&reader->db, err, columns.stmt)) {
		columns.next = 0;
		st = reserve(roster, err);
		if (st == RESULT_OK)
			st = read_entry(&columns, &roster->entries[roster->count], &revision, err);
		if (st == RESULT_OK) {
			count_in(roster, &roster->entries[roster->count++].facts, 1);
			st = col_result(&reader->db, &columns, err);
		}
		if (st != RESULT_OK)
			break;
		roster->revision = revision > roster->revision ? revision : roster->revision;
	}
	db_done(columns.stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

static enum result load(struct roster *roster, struct reader *reader, struct error *err)
{
	enum result st = load_courses(roster, reader, err);

	if (st == RESULT_OK)
		st = load_findings(roster, reader, err);
	if (st == RESULT_OK) {
		roster->loaded = true;
		roster_list_rebuild(roster);
		return RESULT_OK;
	}
	while (roster->count)
		drop_entry(&roster->entries[--roster->count]);
	memset(&roster->totals, 0, sizeof(roster->totals));
	roster->revision = -1;
	return st;
}

/* ---- what has changed since ---------------------------------------------------------------*/

struct change {
	struct entry *entries; /* those that changed */
	size_t count, room;
	int64_t revision;
};

static enum result read_changes(const struct roster *roster, struct reader *reader,
				struct change *change, struct error *err)
{
	struct columns columns = {0};
	int64_t revision;
	enum result st;

	st = db_first(&reader->db, err,
		      "SELECT " ROSTER_COLUMNS " FROM course WHERE revision > ?1",
		      DB_VALUES(INT(roster->revision)), &columns.stmt);
	for (; st == RESULT_OK; st = db_next(&reader->db, err, columns.stmt)) {
		columns.next = 0;
		if (change->count == change->room) {
			size_t room = change->room ? change->room * 2 : 16;
			struct entry *more = reallocarray(change->entries, room, sizeof(*more));

			if (!more) {
				st = no_memory(err);
				break;
			}
			change->entries = more;
			change->room = room;
		}
		st = read_entry(&columns, &change->entries[change->count], &revision, err);
		if (st != RESULT_OK)
			break;
		change->count++;
		st = col_result(&reader->db, &columns, err);
		if (st != RESULT_OK)
			break;
		change->revision = revision > change->revision ? revision : change->revision;
	}
	db_done(columns.stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

static enum result read_findings(struct reader *reader, struct entry *entry, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	enum result st = db_first(&reader->db, err,
				  "SELECT DISTINCT code FROM finding"
				  " WHERE course_id = ?1 AND waived = 0",
				  DB_VALUES(INT(entry->id)), &stmt);

	for (; st == RESULT_OK; st = db_next(&reader->db, err, stmt))
		add_finding(entry, (const char *)sqlite3_column_text(stmt, 0));
	db_done(stmt);
	return st == RESULT_END ? RESULT_OK : st;
}

/* The course takes its place among the others; only ids that grow leave the places as they are. */
static enum result put_entry(struct roster *roster, struct entry *entry, bool *moved,
			     bool one_by_one, struct error *err)
{
	size_t place = place_of(roster, entry->id);
	bool known = is_there(roster, place, entry->id);

	if (!known && reserve(roster, err) != RESULT_OK)
		return RESULT_NOMEM;
	if (known) {
		if (one_by_one)
			roster_list_remove(roster, place);
		count_in(roster, &roster->entries[place].facts, -1);
		drop_entry(&roster->entries[place]);
	} else {
		*moved |= place < roster->count;
		memmove(roster->entries + place + 1, roster->entries + place,
			(roster->count++ - place) * sizeof(*entry));
	}
	roster->entries[place] = *entry;
	entry->facts.key = NULL; /* it has gone over */
	count_in(roster, &roster->entries[place].facts, 1);
	if (one_by_one && !*moved)
		roster_list_insert(roster, place);
	return RESULT_OK;
}

static enum result take_changes(struct roster *roster, struct change *change, struct error *err)
{
	bool one_by_one = change->count < MANY, moved = false;
	enum result st = RESULT_OK;

	for (size_t i = 0; i < change->count && st == RESULT_OK; i++)
		st = put_entry(roster, &change->entries[i], &moved, one_by_one && !moved, err);
	if (!one_by_one || moved || st != RESULT_OK)
		roster_list_rebuild(roster);
	if (st == RESULT_OK && change->count)
		roster->revision = change->revision;
	return st;
}

enum result roster_refresh(struct roster *roster, struct reader *reader, struct error *err)
{
	struct change change = {0};
	enum result st;

	if (!roster->loaded)
		return load(roster, reader, err);
	st = read_changes(roster, reader, &change, err);
	for (size_t i = 0; i < change.count && st == RESULT_OK; i++)
		st = read_findings(reader, &change.entries[i], err);
	if (st == RESULT_OK)
		st = take_changes(roster, &change, err);
	for (size_t i = 0; i < change.count; i++)
		drop_entry(&change.entries[i]);
	free(change.entries);
	return st;
}

/* ---- by id --------------------------------------------------------------------------------*/

const char *roster_key(const struct roster *roster, int64_t course)
{
	size_t place = place_of(roster, course);

	return is_there(roster, place, course) ? roster->entries[place].facts.key : "";
}
