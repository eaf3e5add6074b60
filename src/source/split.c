/*
 * The split modulestore: a course is a document of active_versions, which names the structures
 * of its branches; structures are immutable and read by their ids only (domain 1).
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/source/bson_value.h"
#include "src/source/mongo_course.h"
#include "src/source/outline.h"
#include "src/source/split_tree.h"

#define DRAFT_BRANCH "draft-branch"
#define PUBLISHED_BRANCH "published-branch"

struct heads {
	bool found, has[2]; /* by enum branch */
	bson_oid_t id[2];
};

/* The heads that the index document names. */
static void read_heads(const bson_t *document, struct heads *out)
{
	static const char *const names[] = {[BRANCH_PUBLISHED] = PUBLISHED_BRANCH,
					    [BRANCH_DRAFT] = DRAFT_BRANCH};
	bson_iter_t versions, at;

	memset(out, 0, sizeof(*out));
	if (!value_find(document, "versions", &versions))
		return;
	for (int i = 0; i < 2; i++)
		out->has[i] = value_below(&versions, names[i], &at) && value_oid(&at, &out->id[i]);
	out->found = true;
}

/* ---- the list -----------------------------------------------------------------------------*/

struct listing {
	struct mongo *mongo;
	struct mongo_list *list;
};

static enum result list_one(void *arg, const bson_t *document, struct error *err)
{
	struct listing *listing = arg;
	const char *where = mongo_place_name(listing->mongo, MONGO_INDEX);
	char *org = value_text_of(document, "org", ""), *course = value_text_of(document, "course", "");
	char *run = value_text_of(document, "run", ""), *key = NULL;
	struct error why = {0};
	struct heads heads;
	enum result st = RESULT_OK;

	read_heads(document, &heads);
	if (!org || !course || !run)
		st = error_set(err, RESULT_NOMEM, "cannot list the courses: out of memory");
	else if (heads.has[BRANCH_DRAFT] || heads.has[BRANCH_PUBLISHED]) {
		st = key_make_course(true, org, course, run, &key, &why);
		if (st == RESULT_INVALID)
			st = mongo_list_add(listing->list, NULL, "", where, why.text, err);
		else if (st == RESULT_OK)
			st = mongo_list_add(listing->list, key, "", where, NULL, err);
		else
			error_set(err, st, "%s", why.text);
	}
	free(key);
	free(org);
	free(course);
	free(run);
	return st;
}

/* Libraries have one branch, named so: what has neither branch of a course is none. */
enum result split_list(struct mongo *mongo, struct mongo_list *list, struct error *err)
{
	struct listing listing = {mongo, list};
	bson_t *filter = BCON_NEW("$or", "[",
		"{", "versions." DRAFT_BRANCH, "{", "$exists", BCON_BOOL(true), "}", "}",
		"{", "versions." PUBLISHED_BRANCH, "{", "$exists", BCON_BOOL(true), "}", "}", "]");
	bson_t *opts = BCON_NEW("projection", "{", "org", BCON_INT32(1), "course", BCON_INT32(1),
				"run", BCON_INT32(1), "versions", BCON_INT32(1), "}");
	enum result st = mongo_find(mongo, MONGO_INDEX, MONGO_AS_CONFIGURED, filter, opts, list_one,
				    &listing, err);

	bson_destroy(filter);
	bson_destroy(opts);
	return st;
}

/* ---- opening ------------------------------------------------------------------------------*/

struct opening {
	struct mongo *mongo;
	const char *key;
	struct heads heads;
	struct outline *outline;
	bool read[2];
};

static enum result take_index(void *arg, const bson_t *document, struct error *err)
{
	struct opening *o = arg;

	if (o->heads.found)
		return error_set(err, RESULT_INVALID, "%s: %s has two documents for it",
				 o->key, mongo_place_name(o->mongo, MONGO_INDEX));
	read_heads(document, &o->heads);
	o->heads.found = true;
	return RESULT_OK;
}

static enum result read_index(struct opening *o, const struct key_parts *parts, struct error *err)
{
	bson_t *filter = BCON_NEW("org", BCON_UTF8(parts->org), "course", BCON_UTF8(parts->course),
				  "run", BCON_UTF8(parts->run));
	bson_t *opts = BCON_NEW("projection", "{", "versions", BCON_INT32(1), "}", "limit", BCON_INT64(2));
	enum result st = mongo_find(o->mongo, MONGO_INDEX, MONGO_AS_CONFIGURED, filter, opts, take_index,
				    o, err);

	bson_destroy(filter);
	bson_destroy(opts);
	if (st == RESULT_OK && !o->heads.has[BRANCH_DRAFT] && !o->heads.has[BRANCH_PUBLISHED])
		st = error_set(err, RESULT_MISSING, "%s is not in %s (any more)", o->key,
			       mongo_place_name(o->mongo, MONGO_INDEX));
	return st;
}

static enum result take_branch(struct opening *o, const bson_t *document, int branch, struct error *err)
{
	char *name = NULL, hex[25];
	enum result st = split_tree_read(document, (enum branch)branch, o->outline, &name, err);

	if (st == RESULT_OK) {
		o->read[branch] = true;
		/* the published course's name, else the draft's */
		if (*name && (branch == BRANCH_PUBLISHED || !*o->outline->name)) {
			free(o->outline->name);
			o->outline->name = name;
			name = NULL;
		}
	} else if (st == RESULT_INVALID) {
		/* a server never stores a broken document: then the answer was garbled */
		if (!bson_validate(document, BSON_VALIDATE_NONE, NULL))
			st = error_set(err, RESULT_RETRY, "a structure that is no document");
		bson_oid_to_string(&o->heads.id[branch], hex);
		error_prefix(err, "%s: structure %s in %s", o->key, hex,
			     mongo_place_name(o->mongo, MONGO_STRUCTURES));
	}
	free(name);
	return st;
}

/* Both branches may have the same head, and then one document is both. */
static enum result take_structure(void *arg, const bson_t *document, struct error *err)
{
	struct opening *o = arg;
	enum result st = RESULT_OK;
	bson_oid_t id;

	if (!value_oid_of(document, "_id", &id))
		return RESULT_OK;
	for (int branch = 0; branch < 2 && st == RESULT_OK; branch++)
		if (o->heads.has[branch] && !o->read[branch] && bson_oid_equal(&id, &o->heads.id[branch]))
			st = take_branch(o, document, branch, err);
	return st;
}

static bool make_query(const struct heads *heads, bson_t *filter, bson_t *opts)
{
	bson_t in, ids;
	bool ok = bson_append_document_begin(filter, "_id", -1, &in) &&
		  bson_append_array_begin(&in, "$in", -1, &ids);
	int count = 0;

	for (int branch = 0; branch < 2; branch++) {
		char index[2] = {(char)('0' + count), '\0'};

		if (!heads->has[branch])
			continue;
		if (branch == 1 && count && bson_oid_equal(&heads->id[0], &heads->id[1]))
			continue;
		ok = ok && bson_append_oid(&ids, index, 1, &heads->id[branch]);
		count++;
	}
	return ok && bson_append_array_end(&in, &ids) && bson_append_document_end(filter, &in) &&
	       split_tree_projection(opts);
}

static enum result read_structures(struct opening *o, struct error *err)
{
	bson_t filter = BSON_INITIALIZER, opts = BSON_INITIALIZER;
	enum result st = make_query(&o->heads, &filter, &opts)
				 ? mongo_find(o->mongo, MONGO_STRUCTURES, MONGO_AS_CONFIGURED, &filter, &opts,
					      take_structure, o, err)
				 : error_set(err, RESULT_NOMEM, "out of memory");

	bson_destroy(&filter);
	bson_destroy(&opts);
	for (int branch = 0; branch < 2 && st == RESULT_OK; branch++) {
		char hex[25];

		if (!o->heads.has[branch] || o->read[branch])
			continue;
		/* a secondary may not have it yet */
		bson_oid_to_string(&o->heads.id[branch], hex);
		st = error_set(err, RESULT_RETRY, "%s: %s lacks structure %s, which the index names",
			       o->key, mongo_place_name(o->mongo, MONGO_STRUCTURES), hex);
	}
	return st;
}

static bool set_version(const struct opening *o)
{
	char published[25] = "-", draft[25] = "-", version[64];

	if (o->heads.has[BRANCH_PUBLISHED])
		bson_oid_to_string(&o->heads.id[BRANCH_PUBLISHED], published);
	if (o->heads.has[BRANCH_DRAFT])
		bson_oid_to_string(&o->heads.id[BRANCH_DRAFT], draft);
	snprintf(version, sizeof(version), "split %s %s", published, draft);
	return outline_set_version(o->outline, version);
}

enum result split_open(struct mongo *mongo, const char *key, const struct key_parts *parts,
		       struct source_course **out, struct error *err)
{
	struct opening o = {.mongo = mongo, .key = key};
	enum result st = read_index(&o, parts, err);

	*out = NULL;
	if (st != RESULT_OK)
		return st;
	o.outline = outline_new(key, "");
	st = o.outline && set_version(&o) ? read_structures(&o, err)
					  : error_set(err, RESULT_NOMEM, "cannot open %s: out of memory", key);
	if (st != RESULT_OK) {
		outline_free(o.outline);
		return st;
	}
	outline_finish(o.outline);
	return mongo_course_new(out, mongo, o.outline, err);
}

/* ---- doctor -------------------------------------------------------------------------------*/

/*
 * A structure newer than every head is nothing by itself: its save may have collided, its course
 * may be gone, or it is being saved. Edits of more than an hour that no head follows are.
 */
#define BEHIND_TOO_LONG 3600 /* s */

struct ages {
	int64_t courses, libraries;
	bool heads;
	bson_oid_t newest_head;
	int64_t newest; /* structure: seconds since 1970 */
};

static enum result take_head(void *arg, const bson_t *document, struct error *err)
{
	struct ages *ages = arg;
	bson_iter_t versions, at;
	bool course = false;
	bson_oid_t id;

	(void)err;
	if (!value_find(document, "versions", &versions) || !bson_iter_recurse(&versions, &at))
		return RESULT_OK;
	while (bson_iter_next(&at)) {
		course |= !strcmp(bson_iter_key(&at), DRAFT_BRANCH) ||
			  !strcmp(bson_iter_key(&at), PUBLISHED_BRANCH);
		if (!value_oid(&at, &id))
			continue;
		if (!ages->heads || bson_oid_compare(&id, &ages->newest_head) > 0)
			ages->newest_head = id;
		ages->heads = true;
	}
	ages->courses += course;
	ages->libraries += !course;
	return RESULT_OK;
}

static enum result take_age(void *arg, const bson_t *document, struct error *err)
{
	struct ages *ages = arg;
	bson_oid_t id;

	(void)err;
	if (!value_oid_of(document, "_id", &id))
		return RESULT_OK;
	ages->newest = bson_oid_get_time_t(&id);
	return RESULT_OK;
}

static enum result judge_ages(struct mongo *mongo, const struct ages *ages, struct error *err)
{
	int64_t head = ages->heads ? (int64_t)bson_oid_get_time_t(&ages->newest_head) : 0;
	int64_t behind = ages->newest - head;

	if (!ages->heads || behind <= BEHIND_TOO_LONG)
		return RESULT_OK;
	return error_set(err, RESULT_INVALID,
			 "the newest structure is %lld h newer than every head in %s: the course index seems"
			 " to live elsewhere (MySQL, from nutmeg on), and what is read here may be old;"
			 " or the course edited last was deleted", (long long)(behind / 3600),
			 mongo_place_name(mongo, MONGO_INDEX));
}

enum result split_doctor(struct mongo *mongo, void (*say)(void *arg, const char *line), void *arg,
			 struct error *err)
{
	bson_t all = BSON_INITIALIZER;
	bson_t *heads = BCON_NEW("projection", "{", "versions", BCON_INT32(1), "}");
	bson_t *newest = BCON_NEW("projection", "{", "_id", BCON_INT32(1), "}", "limit", BCON_INT64(1),
				  "sort", "{", "_id", BCON_INT32(-1), "}");
	struct ages ages = {0};
	enum result st = mongo_find(mongo, MONGO_INDEX, MONGO_AS_CONFIGURED, &all, heads, take_head, &ages,
				    err);
	char line[200];

	if (st == RESULT_OK)
		st = mongo_find(mongo, MONGO_STRUCTURES, MONGO_AS_CONFIGURED, &all, newest, take_age, &ages,
				err);
	bson_destroy(heads);
	bson_destroy(newest);
	if (st != RESULT_OK)
		return st;
	snprintf(line, sizeof(line), "%s: %lld courses, %lld libraries", mongo_place_name(mongo, MONGO_INDEX),
		 (long long)ages.courses, (long long)ages.libraries);
	say(arg, line);
	return judge_ages(mongo, &ages, err);
}
