#include "config.h"

/*
 * Linking in the split modulestore: new structures, then one move of both heads.
 *
 * A structure is never changed once it is written, and nobody sees one before a head names it.
 * So all blocks of a course get their ids at the very instant in which the index document is
 * updated, on condition that it still is the document that was read: its last_update, which
 * every editor rewrites, and both heads. Whoever comes between makes us miss; their heads stand,
 * our structures stay unused, and everything is read anew (domain 2.1, 2.2).
 */

#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/source/bson_value.h"
#include "src/source/link_task.h"
#include "src/source/split_edit.h"

#define INSERT_TRIES 4 /* of one structure whose answer is lost */

enum { DRAFT, PUBLISHED, HEADS };

static const char *const head_names[HEADS] = {"draft-branch", "published-branch"};
static const char *const head_paths[HEADS] = {"versions.draft-branch", "versions.published-branch"};

struct head {
	bool there;
	bson_oid_t id;
	bool read;
	int64_t edited;		    /* edited_on of its structure, 0 if none */
	struct split_block *blocks; /* one a request */
};

/* What was read in one round. */
struct view {
	struct buf index;
	size_t found; /* index documents of this key */
	struct head heads[HEADS];
};

struct work {
	const struct link_task *task;
	struct key_parts key;
	enum link_wrote *wrote;	      /* one a request */
	bool *wanted;		      /* one a request: to be written in this round */
	struct split_change *changes; /* room for all */
};

/* ---- reading ---- */

static void view_init(struct view *view)
{
	memset(view, 0, sizeof(*view));
}

static void view_clear(struct view *view, size_t count)
{
	for (int head = 0; head < HEADS; head++) {
		struct split_block *blocks = view->heads[head].blocks;

		for (size_t i = 0; blocks && i < count; i++)
			split_block_clear(&blocks[i]);
		free(blocks);
	}
	buf_clear(&view->index);
	view_init(view);
}

static enum result take_index(void *arg, const bson_t *document, struct error *err)
{
	struct view *view = arg;

	if (view->found++)
		return RESULT_OK;
	return link_keep(&view->index, document) ? RESULT_OK
						 : error_set(err, RESULT_NOMEM, "out of memory");
}

static enum result read_index(struct work *work, struct view *view, struct error *err)
{
	bson_t *filter = BCON_NEW("org", BCON_UTF8(work->key.org), "course",
				  BCON_UTF8(work->key.course), "run", BCON_UTF8(work->key.run));
	enum result st;
	bson_t index;
	bson_iter_t versions;

	st = mongo_find(work->task->mongo, MONGO_INDEX, MONGO_LATEST, filter, NULL, take_index,
			view, err);
	bson_destroy(filter);
	if (st != RESULT_OK || !link_view(&view->index, &index) ||
	    !value_find(&index, "versions", &versions))
		return st;
	for (int head = 0; head < HEADS; head++) {
		bson_iter_t at;

		view->heads[head].there = value_below(&versions, head_names[head], &at) &&
					  value_oid(&at, &view->heads[head].id);
	}
	return RESULT_OK;
}

/* A structure is read where it lies in the reply: it may have 16 MiB. */
struct looking {
	struct work *work;
	struct view *view;
};

static enum result read_blocks(struct work *work, struct head *head, const bson_t *structure,
			       struct error *err)
{
	const struct link_task *task = work->task;
	int64_t edited;
	enum result st;
	char hex[25];

	head->blocks = calloc(task->count ? task->count : 1, sizeof(*head->blocks));
	if (!head->blocks)
		return error_set(err, RESULT_NOMEM, "out of memory");
	for (size_t i = 0; i < task->count; i++) {
		head->blocks[i].type = task->requests[i].type;
		head->blocks[i].block = task->requests[i].block;
	}
	head->read = true;
	head->edited = value_date_of(structure, "edited_on", &edited) ? edited : 0;
	st = split_blocks_read(structure, head->blocks, task->count, err);
	if (st != RESULT_OK) {
		bson_oid_to_string(&head->id, hex);
		error_prefix(err, "structure %s", hex);
	}
	return st;
}

static enum result take_structure(void *arg, const bson_t *document, struct error *err)
{
	struct looking *looking = arg;
	enum result st = RESULT_OK;
	bson_oid_t id;

	if (!value_oid_of(document, "_id", &id))
		return RESULT_OK;
	for (int i = 0; i < HEADS && st == RESULT_OK; i++) {
		struct head *head = &looking->view->heads[i];

		if (head->there && !head->read && bson_oid_equal(&head->id, &id))
			st = read_blocks(looking->work, head, document, err);
	}
	return st;
}

/* What judging looks at, and not the megabytes beside it. */
static bson_t *looking_opts(void)
{
	return BCON_NEW("projection", "{", "edited_on", BCON_INT32(1), "blocks.block_type", BCON_INT32(1),
			"blocks.block_id", BCON_INT32(1), "blocks.fields.edx_video_id", BCON_INT32(1),
			"blocks.defaults.edx_video_id", BCON_INT32(1), "blocks.edit_info.source_version",
			BCON_INT32(1), "blocks.edit_info.update_version", BCON_INT32(1), "}");
}

static enum result find_structures(struct work *work, struct view *view, struct error *err)
{
	bson_t filter = BSON_INITIALIZER, *opts = looking_opts(), test, list;
	const struct head *draft = &view->heads[DRAFT], *published = &view->heads[PUBLISHED];
	bool two = draft->there && published->there && !bson_oid_equal(&draft->id, &published->id);
	struct looking looking = {work, view};
	enum result st;

	bson_append_document_begin(&filter, "_id", -1, &test);
	bson_append_array_begin(&test, "$in", -1, &list);
	bson_append_oid(&list, "0", 1, draft->there ? &draft->id : &published->id);
	if (two)
		bson_append_oid(&list, "1", 1, &published->id);
	bson_append_array_end(&test, &list);
	bson_append_document_end(&filter, &test);
	st = mongo_find(work->task->mongo, MONGO_STRUCTURES, MONGO_LATEST, &filter, opts,
			take_structure, &looking, err);
	bson_destroy(&filter);
	bson_destroy(opts);
	return st;
}

static enum result say_absent(const struct work *work, const struct view *view, int head,
			      struct error *err)
{
	char hex[25];

	bson_oid_to_string(&view->heads[head].id, hex);
	return error_set(err, RESULT_RETRY, "the structure %s, head of %s of %.200s, is not in %.100s",
			 hex, head_names[head], work->task->course,
			 mongo_place_name(work->task->mongo, MONGO_STRUCTURES));
}

static enum result read_heads(struct work *work, struct view *view, struct error *err)
{
	enum result st;

	if (!view->heads[DRAFT].there && !view->heads[PUBLISHED].there)
		return RESULT_OK;
	st = find_structures(work, view, err);
	for (int i = 0; i < HEADS && st == RESULT_OK; i++)
		if (view->heads[i].there && !view->heads[i].read)
			st = say_absent(work, view, i, err);
	return st;
}

/* ---- judging ---- */

/* The last edit that the course knows of, milliseconds since 1970; 0 when it knows of none. */
static int64_t last_edit(const struct view *view)
{
	int64_t last = 0, edited;
	bson_t document;

	if (link_view(&view->index, &document) && value_date_of(&document, "last_update", &edited))
		return edited > 0 ? edited : 0;
	for (int head = 0; head < HEADS; head++)
		if (view->heads[head].edited > last)
			last = view->heads[head].edited;
	return last;
}

static void refuse(struct work *work, bool all, const char *reason)
{
	for (size_t i = 0; i < work->task->count; i++)
		if (all || work->wanted[i])
			link_refuse(&work->task->requests[i], work->wrote[i], reason);
}

/* Answers what can be answered; true when something is left to be written. */
static bool judge(struct work *work, const struct view *view)
{
	const struct link_task *task = work->task;
	bool left = false;

	for (size_t i = 0; i < task->count; i++) {
		struct link_sight sight = {false, false, NULL};

		for (int head = 0; head < HEADS; head++) {
			const struct split_block *blocks = view->heads[head].blocks;

			if (blocks && blocks[i].there)
				link_look(&sight, blocks[i].video_id, &task->requests[i]);
		}
		work->wanted[i] = !link_settle(&task->requests[i], &sight, work->wrote[i]);
		left |= work->wanted[i];
	}
	return left;
}

/* True when the course was edited so lately that what is left waits. */
static bool put_off(struct work *work, const struct view *view)
{
	const struct link_task *task = work->task;
	int64_t edited = last_edit(view), now = link_now(task);

	if (!link_is_fresh(task, edited, now))
		return false;
	for (size_t i = 0; i < task->count; i++)
		if (work->wanted[i])
			link_put_off(task, &task->requests[i], edited, now);
	return true;
}

/* ---- writing ---- */

static bool lacks(const struct head *head, size_t i)
{
	return head->blocks && head->blocks[i].there && !*head->blocks[i].video_id;
}

/* The block has nothing unpublished, and nothing published that is not in draft (domain 2.3). */
static bool in_step(const struct view *view, size_t i)
{
	const struct split_block *draft = view->heads[DRAFT].blocks;
	const struct split_block *published = view->heads[PUBLISHED].blocks;

	if (!draft || !published || !draft[i].there || !published[i].there ||
	    draft[i].has_version != published[i].has_version)
		return false;
	return !draft[i].has_version || bson_oid_equal(&draft[i].version, &published[i].version);
}

/*
 * What @which has to change. A published block that was in step with its draft stays so: it
 * follows the draft's new version, or, if the draft needs no change, the one it has.
 */
static size_t list_changes(struct work *work, const struct view *view, int which,
			   const bson_oid_t *draft)
{
	size_t count = 0;

	for (size_t i = 0; i < work->task->count; i++) {
		const struct link_request *request = &work->task->requests[i];
		struct split_change *change = &work->changes[count];

		if (!work->wanted[i] || !lacks(&view->heads[which], i))
			continue;
		memset(change, 0, sizeof(*change));
		change->type = request->type;
		change->block = request->block;
		change->val_id = request->val_id;
		count++;
		if (which != PUBLISHED || !in_step(view, i))
			continue;
		if (lacks(&view->heads[DRAFT], i)) {
			change->follows = true;
			change->source = *draft;
		} else if (view->heads[DRAFT].blocks[i].has_version) {
			change->follows = true;
			change->source = view->heads[DRAFT].blocks[i].version;
		}
	}
	return count;
}

/* There already is as good: nobody else makes our ids, and a structure never changes. */
static enum result insert_structure(struct work *work, const struct buf *bytes, struct error *err)
{
	enum result st = RESULT_UNKNOWN;
	bson_t document;

	if (!link_view(bytes, &document))
		return error_set(err, RESULT_INVALID, "the new structure is no document");
	for (int i = 0; i < INSERT_TRIES && st == RESULT_UNKNOWN; i++)
		st = mongo_insert(work->task->mongo, MONGO_STRUCTURES, &document, err);
	return st == RESULT_EXISTS ? RESULT_OK : st;
}

/* The next version is made from the reply itself, so that there is no other copy of it. */
struct making {
	const struct split_edit *edit;
	struct buf out;
	bool there;
};

static enum result take_old(void *arg, const bson_t *document, struct error *err)
{
	struct making *making = arg;

	if (making->there)
		return RESULT_OK;
	making->there = true;
	return split_edit_write(document, making->edit, &making->out, err);
}

/* Structures never change: the head that is read here whole is the one that was judged. */
static enum result make_from_head(struct work *work, const struct view *view, int which,
				  struct making *making, struct error *err)
{
	bson_t filter = BSON_INITIALIZER;
	enum result st;

	bson_append_oid(&filter, "_id", -1, &view->heads[which].id);
	st = mongo_find(work->task->mongo, MONGO_STRUCTURES, MONGO_LATEST, &filter, NULL, take_old, making,
			err);
	bson_destroy(&filter);
	return st == RESULT_OK && !making->there ? say_absent(work, view, which, err) : st;
}

/* *@made: a new structure was needed, and is there. */
static enum result make_structure(struct work *work, const struct view *view, int which,
				  const bson_oid_t ids[HEADS], int64_t now, bool *made,
				  struct error *err)
{
	struct split_edit edit = {.id = ids[which], .edited_on = now, .changes = work->changes};
	struct making making = {.edit = &edit, .out = BUF_INIT};
	enum result st;

	edit.count = list_changes(work, view, which, &ids[DRAFT]);
	*made = false;
	if (!edit.count)
		return RESULT_OK;
	st = make_from_head(work, view, which, &making, err);
	if (st == RESULT_OK)
		st = insert_structure(work, &making.out, err);
	*made = st == RESULT_OK;
	buf_clear(&making.out);
	return st;
}

static bool unchanged_path(bson_t *filter, const bson_t *index, const char *path)
{
	bson_iter_t start, at;
	bool found = bson_iter_init(&start, index) && bson_iter_find_descendant(&start, path, &at);

	return link_unchanged(filter, path, found ? &at : NULL);
}

/* The index document exactly as it was read, as far as an edit changes it. */
static bool index_as_read(bson_t *filter, const bson_t *index)
{
	bson_iter_t id;

	return value_find(index, "_id", &id) && link_unchanged(filter, "_id", &id) &&
	       unchanged_path(filter, index, "last_update") &&
	       unchanged_path(filter, index, head_paths[DRAFT]) &&
	       unchanged_path(filter, index, head_paths[PUBLISHED]);
}

/* Later than the one that was read, even if the clocks disagree: it is the editors' lock too. */
static int64_t next_update(const bson_t *index, int64_t now)
{
	int64_t last;

	if (value_date_of(index, "last_update", &last) && last >= now && last < INT64_MAX)
		return last + 1;
	return now;
}

static enum result move_heads(struct work *work, const struct view *view,
			      const bson_oid_t ids[HEADS], const bool moved[HEADS], int64_t now,
			      int64_t *matched, struct error *err)
{
	bson_t filter = BSON_INITIALIZER, update = BSON_INITIALIZER, set, index;
	enum result st = RESULT_OK;

	if (!link_view(&view->index, &index) || !index_as_read(&filter, &index)) {
		st = error_set(err, RESULT_REFUSED, "an index document that cannot be named");
		goto out;
	}
	bson_append_document_begin(&update, "$set", -1, &set);
	for (int head = 0; head < HEADS; head++)
		if (moved[head])
			bson_append_oid(&set, head_paths[head], -1, &ids[head]);
	bson_append_date_time(&set, "last_update", -1, next_update(&index, now));
	bson_append_document_end(&update, &set);
	st = mongo_update(work->task->mongo, MONGO_INDEX, &filter, &update, matched, err);
out:
	bson_destroy(&filter);
	bson_destroy(&update);
	return st;
}

static void note_written(struct work *work, enum link_wrote wrote)
{
	for (size_t i = 0; i < work->task->count; i++)
		if (work->wanted[i] && work->wrote[i] < wrote)
			work->wrote[i] = wrote;
}

/* RESULT_LIMIT: the course's blocks cannot be linked at all. A miss is no failure. */
static enum result write_round(struct work *work, const struct view *view, struct error *err)
{
	int64_t now = link_now(work->task), matched = 0;
	bool moved[HEADS] = {false, false};
	enum result st = RESULT_OK;
	bson_oid_t ids[HEADS];

	for (int head = DRAFT; head < HEADS && st == RESULT_OK; head++) {
		bson_oid_init(&ids[head], NULL);
		st = make_structure(work, view, head, ids, now, &moved[head], err);
	}
	if (st != RESULT_OK)
		return st;
	st = move_heads(work, view, ids, moved, now, &matched, err);
	if (st == RESULT_UNKNOWN)
		note_written(work, LINK_WROTE_PERHAPS);
	else if (st == RESULT_OK && matched > 0)
		note_written(work, LINK_WROTE);
	return st == RESULT_UNKNOWN ? RESULT_OK : st;
}

/* ---- a course ---- */

/* One reading, and, if something is left, one writing; *@done when every request is answered. */
static enum result run_round(struct work *work, bool may_write, bool *done, struct error *err)
{
	struct view view;
	enum result st;

	view_init(&view);
	*done = true;
	st = read_index(work, &view, err);
	if (st == RESULT_OK && view.found == 1)
		st = read_heads(work, &view, err);
	if (st == RESULT_INVALID) { /* no structure, as far as we know them */
		refuse(work, true, err->text);
		st = RESULT_OK;
	} else if (st == RESULT_OK && view.found != 1) {
		refuse(work, true,
		       view.found ? "the modulestore has the course twice"
				  : "the course is no longer in the modulestore");
	} else if (st == RESULT_OK && judge(work, &view) && !put_off(work, &view)) {
		*done = false;
		st = may_write ? write_round(work, &view, err)
			       : error_set(err, RESULT_RETRY,
					   "%.200s is being edited, no new version could be put in "
					   "place in %d tries",
					   work->task->course, LINK_ROUNDS);
		if (st == RESULT_LIMIT || st == RESULT_INVALID) {
			refuse(work, false, err->text);
			*done = true;
			st = RESULT_OK;
		}
	}
	view_clear(&view, work->task->count);
	return st;
}

enum result link_split(const struct link_task *task, struct error *err)
{
	struct work work = {.task = task};
	struct error mine = {RESULT_OK, ""};
	size_t room = task->count ? task->count : 1;
	enum result st = link_take_key(task->course, false, &work.key, &mine);
	bool done = false;

	if (st != RESULT_OK)
		goto out;
	work.wrote = calloc(room, sizeof(*work.wrote));
	work.wanted = calloc(room, sizeof(*work.wanted));
	work.changes = calloc(room, sizeof(*work.changes));
	if (!work.wrote || !work.wanted || !work.changes) {
		st = error_set(&mine, RESULT_NOMEM, "out of memory");
		goto out;
	}
	for (int round = 0; st == RESULT_OK && !done; round++)
		st = run_round(&work, round < LINK_ROUNDS, &done, &mine);
out:
	free(work.wrote);
	free(work.wanted);
	free(work.changes);
	key_parts_clear(&work.key);
	return st == RESULT_OK ? st : error_set(err, st, "%s", mine.text);
}
