#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/source/bson_value.h"
#include "src/source/gridfs.h"
#include "src/source/mongo_course.h"
#include "src/source/outline.h"

struct mongo_source {
	struct source source;
	struct mongo *mongo;
	enum mongo_kind kind;
};

static struct mongo_source *source_of(struct source *base)
{
	return (struct mongo_source *)base;
}

/* ---- a course -----------------------------------------------------------------------------*/

struct mongo_course {
	struct source_course course;
	struct outline *outline;
	struct gridfs *gridfs;
};

static struct mongo_course *course_of(struct source_course *base)
{
	return (struct mongo_course *)base;
}

static enum result course_find(struct source_course *base, const char *const *names, size_t count,
			       struct asset *out, struct error *err)
{
	return gridfs_find(course_of(base)->gridfs, names, count, out, err);
}

static enum result course_read(struct source_course *base, const char *const *ids, size_t count,
			       size_t limit, struct asset_bytes *out, struct error *err)
{
	return gridfs_read(course_of(base)->gridfs, ids, count, limit, out, err);
}

static void course_close(struct source_course *base)
{
	struct mongo_course *course = course_of(base);

	gridfs_free(course->gridfs);
	outline_free(course->outline);
	free(course);
}

static const struct source_course_ops course_ops = {
	.find = course_find,
	.read = course_read,
	.close = course_close,
};

enum result mongo_course_new(struct source_course **out, struct mongo *mongo, struct outline *outline,
			     struct error *err)
{
	struct mongo_course *course = calloc(1, sizeof(*course));
	enum result st;

	*out = NULL;
	if (!course) {
		outline_free(outline);
		return error_set(err, RESULT_NOMEM, "out of memory");
	}
	course->outline = outline;
	course->course.ops = &course_ops;
	course->course.outline = outline;
	st = gridfs_new(&course->gridfs, mongo, outline->key, err);
	if (st == RESULT_OK)
		*out = &course->course;
	else
		course_close(&course->course);
	return st;
}

/* ---- the list -----------------------------------------------------------------------------*/

void mongo_list_clear(struct mongo_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].key);
		free(list->items[i].name);
		free(list->items[i].problem);
		free(list->items[i].where);
	}
	free(list->items);
	memset(list, 0, sizeof(*list));
}

enum result mongo_list_add(struct mongo_list *list, const char *key, const char *name,
			   const char *where, const char *problem, struct error *err)
{
	struct mongo_entry *entry;

	if (list->count == list->size) {
		size_t size = list->size ? list->size * 2 : 64;

		entry = reallocarray(list->items, size, sizeof(*entry));
		if (!entry)
			goto no_memory;
		list->items = entry;
		list->size = size;
	}
	entry = &list->items[list->count++];
	entry->key = key ? strdup(key) : NULL;
	entry->name = strdup(name);
	entry->where = strdup(where);
	entry->problem = problem ? strdup(problem) : NULL;
	if (entry->name && entry->where && (!key || entry->key) && (!problem || entry->problem))
		return RESULT_OK;
no_memory:
	return error_set(err, RESULT_NOMEM, "cannot list the courses: out of memory");
}

static int compare_entries(const void *a, const void *b)
{
	const struct mongo_entry *left = a, *right = b;

	if (!left->key || !right->key)
		return !left->key - !right->key;
	return strcmp(left->key, right->key);
}

static enum result gather(struct mongo_source *source, struct mongo_list *list, struct error *err)
{
	enum result st = RESULT_OK;

	if (source->kind & MONGO_SPLIT)
		st = split_list(source->mongo, list, err);
	if (st == RESULT_OK && (source->kind & MONGO_DRAFT))
		st = draft_list(source->mongo, list, err);
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare_entries);
	return st;
}

/*
 * A collection that is not there reads as an empty one. No campus is without courses, but a name
 * is soon mistyped: then nothing is learnt, and no course that was known is taken for gone.
 */
static enum result no_courses(const struct mongo_source *source, struct error *err)
{
	const char *split = mongo_place_name(source->mongo, MONGO_INDEX);
	const char *draft = mongo_place_name(source->mongo, MONGO_MODULESTORE);
	bool both = source->kind == MONGO_BOTH;

	return error_set(err, RESULT_MISSING,
			 "there is no course in %s%s%s at %s: look at kind, database and collection",
			 source->kind & MONGO_SPLIT ? split : draft, both ? " or " : "",
			 both ? draft : "", mongo_name(source->mongo));
}

static enum result list_courses(struct source *base, source_list_fn *fn, void *arg, struct error *err)
{
	struct mongo_list list = {0};
	enum result st = gather(source_of(base), &list, err);

	if (st == RESULT_OK && !list.count)
		st = no_courses(source_of(base), err);
	for (size_t i = 0; i < list.count && st == RESULT_OK; i++) {
		const struct mongo_entry *item = &list.items[i];
		struct source_entry entry = {.key = item->key, .name = item->name,
					     .location = item->where, .problem = item->problem};

		if (item->key && i && list.items[i - 1].key && !strcmp(item->key, list.items[i - 1].key))
			entry.problem = "there is a second one with this key: they cannot be told apart";
		st = fn(arg, &entry, err);
	}
	mongo_list_clear(&list);
	return st;
}

static enum result open_course(struct source *base, const char *key, struct source_course **out,
			       struct error *err)
{
	struct mongo_source *source = source_of(base);
	struct key_parts parts;
	enum result st = key_take_apart(key, &parts, err);

	*out = NULL;
	if (st != RESULT_OK)
		return st;
	if (!(source->kind & (parts.slash ? MONGO_DRAFT : MONGO_SPLIT)))
		st = error_set(err, RESULT_MISSING, "%s is not a course of [source] kind = %s", key,
			       source->source.ops->kind);
	else
		st = parts.slash ? draft_open(source->mongo, key, &parts, out, err)
				 : split_open(source->mongo, key, &parts, out, err);
	key_parts_clear(&parts);
	return st;
}

/* ---- the server ---------------------------------------------------------------------------*/

static enum result nothing(void *arg, const bson_t *document, struct error *err)
{
	(void)arg, (void)document, (void)err;
	return RESULT_OK;
}

/* One document: shows that the place may be read. */
static enum result touch(struct mongo *mongo, enum mongo_place place, struct error *err)
{
	bson_t filter = BSON_INITIALIZER, *opts;
	enum result st;

	opts = BCON_NEW("limit", BCON_INT64(1), "projection", "{", "_id", BCON_INT32(1), "}");
	st = mongo_find(mongo, place, MONGO_AS_CONFIGURED, &filter, opts, nothing, NULL, err);
	bson_destroy(opts);
	return st;
}

/* Not only that it answers: that it lets us read. */
static enum result probe(struct source *base, struct error *err)
{
	struct mongo_source *source = source_of(base);

	return touch(source->mongo, source->kind & MONGO_SPLIT ? MONGO_INDEX : MONGO_MODULESTORE, err);
}

static enum result touch_all(struct mongo_source *source, struct error *err)
{
	enum result st = RESULT_OK;

	for (int place = 0; place < MONGO_PLACES && st == RESULT_OK; place++) {
		bool split = place == MONGO_INDEX || place == MONGO_STRUCTURES;

		if ((split && !(source->kind & MONGO_SPLIT)) ||
		    (place == MONGO_MODULESTORE && !(source->kind & MONGO_DRAFT)))
			continue;
		st = touch(source->mongo, (enum mongo_place)place, err);
	}
	return st;
}

#define SKEW_ALLOWED 300 /* s: more makes "edited in the last 30 minutes" meaningless */

static enum result check_clock(const struct mongo_source *source, const struct mongo_server *server,
			       int64_t before, void (*say)(void *arg, const char *line), void *arg,
			       struct error *err)
{
	int64_t now = clock_wall(mongo_clock(source->mongo)), skew;
	char line[160];

	if (!server->local_time)
		return RESULT_OK;
	skew = (server->local_time - before / 2 - now / 2) / 1000000;
	if (skew > SKEW_ALLOWED || skew < -SKEW_ALLOWED)
		return error_set(err, RESULT_INVALID,
				 "the server's clock and this machine's differ by %lld s: mend the clocks",
				 (long long)skew);
	snprintf(line, sizeof(line), "clock: %lld s from this machine's", (long long)skew);
	say(arg, line);
	return RESULT_OK;
}

static enum result count_draft(struct mongo *mongo, void (*say)(void *arg, const char *line), void *arg,
			       struct error *err)
{
	struct mongo_list list = {0};
	enum result st = draft_list(mongo, &list, err);
	char line[200];

	snprintf(line, sizeof(line), "%.150s: %zu courses", mongo_place_name(mongo, MONGO_MODULESTORE),
		 list.count);
	if (st == RESULT_OK)
		say(arg, line);
	mongo_list_clear(&list);
	return st;
}

static enum result doctor(struct source *base, void (*say)(void *arg, const char *line), void *arg,
			  struct error *err)
{
	struct mongo_source *source = source_of(base);
	struct mongo_server server;
	int64_t before = clock_wall(mongo_clock(source->mongo));
	enum result st = mongo_hello(source->mongo, &server, err), reads;
	struct error why = {0};
	struct buf line = BUF_INIT;
	const char *level;

	if (st != RESULT_OK)
		return st;
	reads = touch_all(source, &why);
	level = mongo_read_level(source->mongo);
	buf_printf(&line, "%s: MongoDB %s, %s%s", mongo_name(source->mongo), server.version,
		   *server.set_name ? "replica set " : server.majority ? "sharded" : "one server",
		   server.set_name);
	buf_printf(&line, "%s%s", *level ? ", read with concern " : "", level);
	buf_add_text(&line, mongo_unverified(source->mongo) ? "; TLS IS NOT VERIFIED" : "");
	say(arg, buf_text(&line));
	buf_clear(&line);
	st = check_clock(source, &server, before, say, arg, err);
	if (st == RESULT_OK && reads != RESULT_OK)
		st = error_set(err, reads, "%s", why.text);
	if (st == RESULT_OK)
		say(arg, "may read courses and files");
	if (st == RESULT_OK && (source->kind & MONGO_SPLIT))
		st = split_doctor(source->mongo, say, arg, err);
	if (st == RESULT_OK && (source->kind & MONGO_DRAFT))
		st = count_draft(source->mongo, say, arg, err);
	return st;
}

static void free_source(struct source *base)
{
	struct mongo_source *source = source_of(base);

	mongo_free(source->mongo);
	free(source);
}

#define OPS(name)                                                                                  \
	{.kind = name, .list = list_courses, .open = open_course, .probe = probe, .doctor = doctor,  \
	 .free = free_source}

static const struct source_ops kinds[] = {
	[MONGO_SPLIT] = OPS("split"),
	[MONGO_DRAFT] = OPS("draft"),
	[MONGO_BOTH] = OPS("mongo"),
};

enum result source_mongo_new(struct source **out, const struct mongo_options *options,
			     struct error *err)
{
	struct mongo_source *source = calloc(1, sizeof(*source));
	enum result st;

	*out = NULL;
	if (!source)
		return error_set(err, RESULT_NOMEM, "out of memory");
	source->kind = options->kind;
	source->source.ops = &kinds[options->kind];
	st = mongo_new(&source->mongo, options, err);
	if (st != RESULT_OK) {
		free(source);
		return st;
	}
	source->source.tls_unverified = mongo_unverified(source->mongo);
	*out = &source->source;
	return RESULT_OK;
}
