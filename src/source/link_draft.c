#include "config.h"

/*
 * Linking in the old modulestore: one field of one document at a time.
 *
 * A block has a document of revision null (published), one of revision "draft", or both. There
 * is no version and no lock, so the condition of each write is the old value of the very field
 * that is written; a miss reads that document anew. The published document comes first: a crash
 * between the two leaves what learners see linked, and the next run links the other.
 */

#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/text.h"
#include "src/source/block_names.h"
#include "src/source/bson_value.h"
#include "src/source/link_task.h"

#define ID_PATH "metadata.edx_video_id"

enum { PUBLISHED, DRAFT, REVISIONS }; /* in the order in which they are written */

/* One document of a block asked for. */
struct revision {
	size_t request;
	int branch;
	bool no_metadata_map; /* metadata is there, and is something else */
	struct buf id;	      /* a document with the raw _id alone: it is never put together anew */
	struct buf old;	      /* a document with the raw value of the field, or empty */
	char *video_id;	      /* stripped, "" if none */
};

struct work {
	const struct link_task *task;
	struct key_parts key;
	struct block_names names;
	enum link_wrote (*wrote)[REVISIONS]; /* one a request */
	bool *wanted;			     /* one a request: to be written */
	/* what was read */
	bool course_there;
	struct revision *revisions;
	size_t count, room;
};

static void revision_clear(struct revision *revision)
{
	buf_clear(&revision->id);
	buf_clear(&revision->old);
	free(revision->video_id);
	revision->video_id = NULL;
}

static void drop_revisions(struct work *work)
{
	for (size_t i = 0; i < work->count; i++)
		revision_clear(&work->revisions[i]);
	work->count = 0;
	work->course_there = false;
}

/* ---- reading ---- */

/* Every document of the course. */
static void add_course(const struct work *work, bson_t *filter)
{
	bson_append_utf8(filter, "_id.tag", -1, "i4x", -1);
	bson_append_utf8(filter, "_id.org", -1, work->key.org, -1);
	bson_append_utf8(filter, "_id.course", -1, work->key.course, -1);
}

/* -1: a revision that there is not. */
static int branch_of(const bson_t *id)
{
	bson_iter_t at;

	if (!value_find(id, "revision", &at) || BSON_ITER_HOLDS_NULL(&at))
		return PUBLISHED;
	return value_is(&at, "draft") ? DRAFT : -1;
}

/* Reads into @out what of @document is written, or makes the condition of a write. */
static bool read_revision(const bson_t *document, struct revision *out)
{
	bson_t keep = BSON_INITIALIZER, old = BSON_INITIALIZER;
	bson_iter_t metadata, at;
	bool failed = false, ok;
	char *text = NULL;

	revision_clear(out);
	ok = value_find(document, "_id", &at) && bson_append_iter(&keep, "_id", -1, &at) &&
	     link_keep(&out->id, &keep);
	out->no_metadata_map = false;
	if (value_find(document, "metadata", &metadata)) {
		out->no_metadata_map = !BSON_ITER_HOLDS_DOCUMENT(&metadata);
		if (value_below(&metadata, "edx_video_id", &at)) {
			ok &= bson_append_iter(&old, "old", -1, &at) && link_keep(&out->old, &old);
			text = value_text(&at, &failed);
		}
	}
	out->video_id = failed ? NULL : text_strip(text ? text : "");
	free(text);
	bson_destroy(&keep);
	bson_destroy(&old);
	return ok && out->video_id;
}

static bool add_revision(struct work *work, size_t request, int branch, const bson_t *document)
{
	struct revision *revision;

	if (work->count == work->room) {
		size_t room = work->room ? 2 * work->room : 64;
		struct revision *more = realloc(work->revisions, room * sizeof(*more));

		if (!more)
			return false;
		work->revisions = more;
		work->room = room;
	}
	revision = &work->revisions[work->count++];
	memset(revision, 0, sizeof(*revision));
	revision->request = request;
	revision->branch = branch;
	return read_revision(document, revision);
}

static enum result take_document(void *arg, const bson_t *document, struct error *err)
{
	struct work *work = arg;
	const struct block_name *name;
	bson_iter_t at, category, block;
	uint32_t size;
	int branch;
	bson_t id;

	if (!value_find(document, "_id", &at) || !value_document(&at, &id) ||
	    !value_find(&id, "category", &category) || !BSON_ITER_HOLDS_UTF8(&category) ||
	    !value_find(&id, "name", &block) || !BSON_ITER_HOLDS_UTF8(&block))
		return RESULT_OK;
	if (value_is(&category, "course") && value_is(&block, work->key.run))
		work->course_there = true;
	branch = branch_of(&id);
	if (branch < 0)
		return RESULT_OK;
	name = block_names_find(&work->names, bson_iter_utf8(&category, &size),
				bson_iter_utf8(&block, &size));
	for (; name; name = block_names_next(&work->names, name))
		if (!add_revision(work, name->at, branch, document))
			return error_set(err, RESULT_NOMEM, "out of memory");
	return RESULT_OK;
}

/* All documents of all blocks asked for, and the course's own, in one query. */
static enum result read_all(struct work *work, struct error *err)
{
	bson_t filter = BSON_INITIALIZER, test, list;
	bson_t *opts = BCON_NEW("projection", "{", "metadata", BCON_INT32(1), "}");
	const char *last = NULL;
	uint32_t count = 0;
	enum result st;

	drop_revisions(work);
	add_course(work, &filter);
	bson_append_document_begin(&filter, "_id.name", -1, &test);
	bson_append_array_begin(&test, "$in", -1, &list);
	bson_append_utf8(&list, "0", 1, work->key.run, -1);
	for (size_t i = 0; i < work->names.count; i++) {
		const char *block = work->names.items[i].block, *index;
		char number[16];

		if (last && strcmp(last, block) == 0)
			continue;
		bson_uint32_to_string(++count, &index, number, sizeof(number));
		bson_append_utf8(&list, index, -1, block, -1);
		last = block;
	}
	bson_append_array_end(&test, &list);
	bson_append_document_end(&filter, &test);
	st = mongo_find(work->task->mongo, MONGO_MODULESTORE, MONGO_LATEST, &filter, opts,
			take_document, work, err);
	bson_destroy(&filter);
	bson_destroy(opts);
	return st;
}

/* ---- judging ---- */

/* The most that is known of any revision. */
static enum link_wrote wrote_any(const struct work *work, size_t i)
{
	const enum link_wrote *wrote = work->wrote[i];

	return wrote[PUBLISHED] > wrote[DRAFT] ? wrote[PUBLISHED] : wrote[DRAFT];
}

static void refuse_all(struct work *work, const char *reason)
{
	for (size_t i = 0; i < work->task->count; i++)
		link_refuse(&work->task->requests[i], wrote_any(work, i), reason);
}

/* Of one request. */
struct judged {
	struct link_sight sight;
	bool taken_back; /* a revision that was written names no id */
};

static void look(const struct work *work, const struct revision *revision, struct judged *out)
{
	link_look(&out->sight, revision->video_id, &work->task->requests[revision->request]);
	out->taken_back |= !*revision->video_id &&
			   work->wrote[revision->request][revision->branch] == LINK_WROTE;
}

/* Answers what can be answered from what was read; true when something is left. */
static enum result judge(struct work *work, bool *left, struct error *err)
{
	size_t count = work->task->count;
	struct judged *all = calloc(count ? count : 1, sizeof(*all));

	if (!all)
		return error_set(err, RESULT_NOMEM, "out of memory");
	*left = false;
	for (size_t i = 0; i < work->count; i++)
		look(work, &work->revisions[i], &all[work->revisions[i].request]);
	for (size_t i = 0; i < count; i++) {
		enum link_wrote wrote = wrote_any(work, i);

		/* one that was made after the other was written is yet to be written itself */
		if (all[i].sight.lacking && !all[i].sight.other && !all[i].taken_back &&
		    wrote == LINK_WROTE)
			wrote = LINK_WROTE_PERHAPS;
		work->wanted[i] = !link_settle(&work->task->requests[i], &all[i].sight, wrote);
		*left |= work->wanted[i];
	}
	free(all);
	return RESULT_OK;
}

/* ---- a course that was edited just now ---- */

struct newest {
	const char *key; /* of edit_info */
	int64_t edited;	 /* the newest so far; INT64_MIN: none */
};

static enum result take_edit(void *arg, const bson_t *document, struct error *err)
{
	struct newest *newest = arg;
	bson_iter_t info, at;

	(void)err;
	if (value_find(document, "edit_info", &info) && value_below(&info, newest->key, &at) &&
	    BSON_ITER_HOLDS_DATE_TIME(&at) && bson_iter_date_time(&at) > newest->edited)
		newest->edited = bson_iter_date_time(&at);
	return RESULT_OK;
}

/* The newest document of the course whose edit_info.@key is after @since. */
static enum result find_edit(struct work *work, const char *path, int64_t since,
			     struct newest *newest, struct error *err)
{
	bson_t filter = BSON_INITIALIZER, test;
	bson_t *opts = BCON_NEW("projection", "{", "edit_info", BCON_INT32(1), "}", "sort", "{",
				path, BCON_INT32(-1), "}", "limit", BCON_INT64(1));
	enum result st;

	newest->key = strchr(path, '.') + 1;
	add_course(work, &filter);
	bson_append_document_begin(&filter, path, -1, &test);
	bson_append_date_time(&test, "$gt", -1, since);
	bson_append_document_end(&filter, &test);
	st = mongo_find(work->task->mongo, MONGO_MODULESTORE, MONGO_LATEST, &filter, opts,
			take_edit, newest, err);
	bson_destroy(&filter);
	bson_destroy(opts);
	return st;
}

/* *@fresh: what is left waits, and is answered. */
static enum result put_off(struct work *work, bool *fresh, struct error *err)
{
	const struct link_task *task = work->task;
	struct newest newest = {NULL, INT64_MIN};
	int64_t now = link_now(task), since = now - task->quiet;
	enum result st;

	*fresh = false;
	if (task->quiet <= 0)
		return RESULT_OK;
	st = find_edit(work, "edit_info.edited_on", since, &newest, err);
	if (st == RESULT_OK)
		st = find_edit(work, "edit_info.subtree_edited_on", since, &newest, err);
	if (st != RESULT_OK || newest.edited == INT64_MIN ||
	    !link_is_fresh(task, newest.edited, now))
		return st;
	*fresh = true;
	for (size_t i = 0; i < task->count; i++)
		if (work->wanted[i])
			link_put_off(task, &task->requests[i], newest.edited, now);
	return RESULT_OK;
}

/* ---- writing ---- */

/* The document with this very _id, and with the value that was read. */
static bool as_read(bson_t *filter, const struct revision *revision)
{
	bson_t view;
	bson_iter_t at;

	if (!link_view(&revision->id, &view) || !value_find(&view, "_id", &at) ||
	    !bson_append_iter(filter, "_id", -1, &at))
		return false;
	if (!link_view(&revision->old, &view) || !value_find(&view, "old", &at))
		return bson_append_null(filter, ID_PATH, -1); /* absent, or null */
	return bson_append_iter(filter, ID_PATH, -1, &at);
}

static enum result set_id(struct work *work, const struct revision *revision, int64_t *matched,
			  struct error *err)
{
	const char *val_id = work->task->requests[revision->request].val_id;
	bson_t *update = BCON_NEW("$set", "{", ID_PATH, BCON_UTF8(val_id), "}");
	bson_t filter = BSON_INITIALIZER;
	enum result st;

	if (as_read(&filter, revision))
		st = mongo_update(work->task->mongo, MONGO_MODULESTORE, &filter, update, matched,
				  err);
	else
		st = error_set(err, RESULT_NOMEM, "out of memory");
	bson_destroy(&filter);
	bson_destroy(update);
	return st;
}

struct reread {
	struct revision *revision;
	bool there;
};

static enum result take_again(void *arg, const bson_t *document, struct error *err)
{
	struct reread *reread = arg;

	reread->there = true;
	return read_revision(document, reread->revision)
		   ? RESULT_OK
		   : error_set(err, RESULT_NOMEM, "out of memory");
}

/* Reads one document anew; *@there: it still exists. */
static enum result read_again(struct work *work, struct revision *revision, bool *there,
			      struct error *err)
{
	struct reread reread = {revision, false};
	bson_t *opts = BCON_NEW("projection", "{", "metadata", BCON_INT32(1), "}");
	bson_t filter;
	struct buf id = revision->id; /* kept: reading replaces what the filter views */
	enum result st = RESULT_OK;

	buf_init(&revision->id);
	if (link_view(&id, &filter))
		st = mongo_find(work->task->mongo, MONGO_MODULESTORE, MONGO_LATEST, &filter, opts,
				take_again, &reread, err);
	if (st == RESULT_OK && !reread.there)
		revision->id = id;
	else
		buf_clear(&id);
	bson_destroy(opts);
	*there = reread.there;
	return st;
}

/*
 * Writes one document; when it is gone or names an id by now, the final reading tells. With
 * another id the block is somebody else's: what it has beside this document is left alone too.
 */
static enum result write_revision(struct work *work, struct revision *revision, struct error *err)
{
	const struct link_request *request = &work->task->requests[revision->request];
	enum link_wrote *wrote = &work->wrote[revision->request][revision->branch];
	bool there = true;

	for (int i = 0; i < LINK_ROUNDS; i++) {
		int64_t matched = 0;
		enum result st = set_id(work, revision, &matched, err);

		if (st == RESULT_OK && matched > 0) {
			*wrote = LINK_WROTE;
			return RESULT_OK;
		}
		if (st == RESULT_UNKNOWN && *wrote == LINK_WROTE_NOTHING)
			*wrote = LINK_WROTE_PERHAPS;
		if (st != RESULT_OK && st != RESULT_UNKNOWN)
			return st;
		st = read_again(work, revision, &there, err);
		if (st == RESULT_OK && there && *revision->video_id &&
		    strcmp(revision->video_id, request->val_id) != 0)
			work->wanted[revision->request] = false;
		if (st != RESULT_OK || !there || *revision->video_id || revision->no_metadata_map)
			return st;
	}
	return error_set(err, RESULT_RETRY,
			 "%.100s of %.200s is being edited, it could not be linked in %d tries",
			 request->block, work->task->course, LINK_ROUNDS);
}

/* Blocks whose settings are no map cannot be told anything: $set would be refused. */
static void refuse_odd(struct work *work)
{
	for (size_t i = 0; i < work->count; i++) {
		size_t request = work->revisions[i].request;

		if (!work->revisions[i].no_metadata_map || !work->wanted[request])
			continue;
		work->wanted[request] = false;
		link_answer(&work->task->requests[request], LINK_REFUSED,
			    "the block's metadata is not a map");
	}
}

static enum result write_all(struct work *work, bool *any, struct error *err)
{
	enum result st = RESULT_OK;

	*any = false;
	refuse_odd(work);
	for (int branch = PUBLISHED; branch < REVISIONS && st == RESULT_OK; branch++)
		for (size_t i = 0; i < work->count && st == RESULT_OK; i++) {
			struct revision *revision = &work->revisions[i];

			if (revision->branch != branch || !work->wanted[revision->request] ||
			    *revision->video_id)
				continue;
			*any = true;
			st = write_revision(work, revision, err);
		}
	return st;
}

/* ---- a course ---- */

static enum result run_round(struct work *work, bool *done, struct error *err)
{
	bool left = false, fresh = false;
	enum result st = read_all(work, err);

	*done = true;
	if (st != RESULT_OK)
		return st;
	if (!work->course_there) {
		refuse_all(work, "the course is no longer in the modulestore");
		return RESULT_OK;
	}
	st = judge(work, &left, err);
	if (st == RESULT_OK && left)
		st = put_off(work, &fresh, err);
	if (st != RESULT_OK || !left || fresh)
		return st;
	st = write_all(work, &left, err);
	*done = !left;
	return st;
}

static enum result sort_names(struct work *work, struct error *err)
{
	const struct link_request *requests = work->task->requests;

	if (!block_names_init(&work->names, work->task->count))
		return error_set(err, RESULT_NOMEM, "out of memory");
	for (size_t i = 0; i < work->task->count; i++)
		work->names.items[i] = (struct block_name){requests[i].type, requests[i].block, i};
	block_names_sort(&work->names);
	return RESULT_OK;
}

enum result link_draft(const struct link_task *task, struct error *err)
{
	struct work work = {.task = task};
	struct error mine = {RESULT_OK, ""};
	size_t room = task->count ? task->count : 1;
	enum result st = link_take_key(task->course, true, &work.key, &mine);
	bool done = false;

	if (st == RESULT_OK)
		st = sort_names(&work, &mine);
	work.wrote = calloc(room, sizeof(*work.wrote));
	work.wanted = calloc(room, sizeof(*work.wanted));
	if (st == RESULT_OK && (!work.wrote || !work.wanted))
		st = error_set(&mine, RESULT_NOMEM, "out of memory");
	for (int round = 0; st == RESULT_OK && !done; round++)
		st = round <= LINK_ROUNDS
			 ? run_round(&work, &done, &mine)
			 : error_set(&mine, RESULT_RETRY, "%.200s is being edited", task->course);
	drop_revisions(&work);
	free(work.revisions);
	block_names_clear(&work.names);
	free(work.wrote);
	free(work.wanted);
	key_parts_clear(&work.key);
	return st == RESULT_OK ? st : error_set(err, st, "%s", mine.text);
}
