#include "config.h"

#include "tests/unit/fake_mongo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define MAX_EVENTS 16

struct event {
	enum fake_call call;
	int nth;
	void (*fn)(struct fake *fake, void *arg);
	void *arg;
	enum result fail; /* RESULT_OK: none */
	bool lose;
};

struct shelf {
	bson_t **items;
	size_t count;
};

struct fake {
	struct clock clock; /* first: what fake_clock() hands out */
	int64_t now;
	struct shelf shelves[MONGO_PLACES];
	struct event events[MAX_EVENTS];
	size_t event_count;
	int calls[FAKE_CALLS];
	char *reply;
	bool only_read;
};

static struct fake *current;

struct fake *fake_new(void)
{
	current = calloc(1, sizeof(*current));
	assert_non_null(current);
	return current;
}

void fake_free(struct fake *fake)
{
	for (int place = 0; place < MONGO_PLACES; place++) {
		for (size_t i = 0; i < fake->shelves[place].count; i++)
			bson_destroy(fake->shelves[place].items[i]);
		free(fake->shelves[place].items);
	}
	free(fake->reply);
	free(fake);
	current = NULL;
}

/* ---- values ---- */

bson_t *fake_json(const char *json)
{
	char *text = strdup(json);
	bson_error_t why;
	bson_t *document;

	assert_non_null(text);
	for (char *at = text; *at; at++)
		if (*at == '\'')
			*at = '"';
	document = bson_new_from_json((const uint8_t *)text, -1, &why);
	if (!document)
		fail_msg("%s: %s", why.message, text);
	free(text);
	return document;
}

static bool same_value(const bson_iter_t *a, const bson_iter_t *b)
{
	bson_t left = BSON_INITIALIZER, right = BSON_INITIALIZER;
	bool same;

	bson_append_iter(&left, "v", 1, a);
	bson_append_iter(&right, "v", 1, b);
	same = bson_equal(&left, &right);
	bson_destroy(&left);
	bson_destroy(&right);
	return same;
}

static bool look_up(const bson_t *document, const char *path, bson_iter_t *out)
{
	bson_iter_t start;

	return bson_iter_init(&start, document) && bson_iter_find_descendant(&start, path, out);
}

static bool later(const bson_iter_t *a, const bson_iter_t *b)
{
	assert_true(BSON_ITER_HOLDS_DATE_TIME(b));
	return BSON_ITER_HOLDS_DATE_TIME(a) && bson_iter_date_time(a) > bson_iter_date_time(b);
}

static bool is_in(const bson_iter_t *value, const bson_iter_t *list)
{
	bson_iter_t at;

	assert_true(bson_iter_recurse(list, &at));
	while (bson_iter_next(&at))
		if (same_value(value, &at))
			return true;
	return false;
}

static bool passes(const bson_iter_t *value, const bson_iter_t *test)
{
	bson_iter_t op;

	if (BSON_ITER_HOLDS_DOCUMENT(test) && bson_iter_recurse(test, &op) && bson_iter_next(&op) &&
	    bson_iter_key(&op)[0] == '$') {
		if (strcmp(bson_iter_key(&op), "$exists") == 0)
			return bson_iter_as_bool(&op) == (value != NULL);
		if (strcmp(bson_iter_key(&op), "$in") == 0)
			return value && is_in(value, &op);
		if (strcmp(bson_iter_key(&op), "$gt") == 0)
			return value && later(value, &op);
		fail_msg("the fake does not know %s", bson_iter_key(&op));
	}
	if (BSON_ITER_HOLDS_NULL(test))
		return !value || BSON_ITER_HOLDS_NULL(value);
	return value && same_value(value, test);
}

static bool matches(const bson_t *document, const bson_t *filter)
{
	bson_iter_t test, value;

	assert_true(bson_iter_init(&test, filter));
	while (bson_iter_next(&test))
		if (!passes(look_up(document, bson_iter_key(&test), &value) ? &value : NULL, &test))
			return false;
	return true;
}

/* ---- documents ---- */

void fake_put_bson(struct fake *fake, enum mongo_place place, const bson_t *document)
{
	struct shelf *shelf = &fake->shelves[place];

	shelf->items = realloc(shelf->items, (shelf->count + 1) * sizeof(*shelf->items));
	assert_non_null(shelf->items);
	shelf->items[shelf->count++] = bson_copy(document);
}

void fake_put(struct fake *fake, enum mongo_place place, const char *json)
{
	bson_t *document = fake_json(json);

	fake_put_bson(fake, place, document);
	bson_destroy(document);
}

size_t fake_count(const struct fake *fake, enum mongo_place place)
{
	return fake->shelves[place].count;
}

const bson_t *fake_at(const struct fake *fake, enum mongo_place place, size_t nth)
{
	assert_true(nth < fake->shelves[place].count);
	return fake->shelves[place].items[nth];
}

static size_t position(const struct fake *fake, enum mongo_place place, const char *path,
		       const char *json)
{
	bson_t *wanted = fake_json(json);
	const struct shelf *shelf = &fake->shelves[place];
	bson_iter_t value, want;
	size_t i = 0;

	assert_true(look_up(wanted, "v", &want));
	while (i < shelf->count &&
	       !(look_up(shelf->items[i], path, &value) && same_value(&value, &want)))
		i++;
	bson_destroy(wanted);
	if (i == shelf->count)
		fail_msg("no document with %s %s", path, json);
	return i;
}

const bson_t *fake_get(const struct fake *fake, enum mongo_place place, const char *path,
		       const char *json)
{
	return fake->shelves[place].items[position(fake, place, path, json)];
}

/* A copy of @document (may be NULL) with @value at @path; NULL where the server would refuse. */
static bson_t *with(const bson_t *document, const char *path, const bson_iter_t *value)
{
	const char *dot = strchr(path, '.');
	char key[128];
	bson_t none = BSON_INITIALIZER, *out = bson_new(), *inner;
	bool seen = false;
	bson_iter_t at;

	snprintf(key, sizeof(key), "%.*s", (int)(dot ? dot - path : (long)strlen(path)), path);
	assert_true(bson_iter_init(&at, document ? document : &none));
	for (bool more = true; more;) {
		const bool here = (more = bson_iter_next(&at)) && !strcmp(bson_iter_key(&at), key);
		const uint8_t *bytes;
		uint32_t size;
		bson_t old;

		if (more && !here) {
			bson_append_iter(out, NULL, 0, &at);
		} else if (!here && seen) {
			break;
		} else if (!dot) {
			bson_append_iter(out, key, -1, value);
		} else if (here && !BSON_ITER_HOLDS_DOCUMENT(&at)) {
			bson_destroy(out);
			return NULL;
		} else {
			if (here) {
				bson_iter_document(&at, &size, &bytes);
				assert_true(bson_init_static(&old, bytes, size));
			}
			inner = with(here ? &old : NULL, dot + 1, value);
			if (!inner) {
				bson_destroy(out);
				return NULL;
			}
			bson_append_document(out, key, -1, inner);
			bson_destroy(inner);
		}
		seen |= !more || here;
	}
	return out;
}

static bool change(bson_t **document, const char *path, const bson_iter_t *value)
{
	bson_t *changed = with(*document, path, value);

	if (!changed)
		return false;
	bson_destroy(*document);
	*document = changed;
	return true;
}

void fake_set(struct fake *fake, enum mongo_place place, const char *path, const char *json,
	      const char *set_path, const char *set_json)
{
	size_t at = position(fake, place, path, json);
	bson_t *set = fake_json(set_json);
	bson_iter_t value;

	assert_true(look_up(set, "v", &value));
	assert_true(change(&fake->shelves[place].items[at], set_path, &value));
	bson_destroy(set);
}

void fake_drop(struct fake *fake, enum mongo_place place, size_t nth)
{
	struct shelf *shelf = &fake->shelves[place];

	assert_true(nth < shelf->count);
	bson_destroy(shelf->items[nth]);
	shelf->count--;
	memmove(&shelf->items[nth], &shelf->items[nth + 1],
		(shelf->count - nth) * sizeof(*shelf->items));
}

/* ---- what happens ---- */

static struct event *add_event(struct fake *fake, enum fake_call call, int nth)
{
	struct event *event = &fake->events[fake->event_count++];

	assert_true(fake->event_count <= MAX_EVENTS);
	event->call = call;
	event->nth = nth;
	return event;
}

void fake_before(struct fake *fake, enum fake_call call, int nth,
		 void (*fn)(struct fake *fake, void *arg), void *arg)
{
	struct event *event = add_event(fake, call, nth);

	event->fn = fn;
	event->arg = arg;
}

void fake_fail(struct fake *fake, enum fake_call call, int nth, enum result result)
{
	add_event(fake, call, nth)->fail = result;
}

void fake_lose(struct fake *fake, enum fake_call call, int nth)
{
	add_event(fake, call, nth)->lose = true;
}

int fake_calls(const struct fake *fake, enum fake_call call)
{
	return fake->calls[call];
}

/* A call begins: RESULT_OK when it is to be carried out, and *@lost when its answer is not. */
static enum result begin(struct fake *fake, enum fake_call call, bool *lost, struct error *err)
{
	enum result st = RESULT_OK;
	int nth = ++fake->calls[call];

	*lost = false;
	for (size_t i = 0; i < fake->event_count; i++) {
		struct event event = fake->events[i];

		if (event.call != call || event.nth != nth)
			continue;
		if (event.fn)
			event.fn(fake, event.arg);
		if (event.fail != RESULT_OK)
			st = error_set(err, event.fail, "the fake fails");
		*lost |= event.lose;
	}
	return st;
}

void fake_reply(struct fake *fake, const char *json)
{
	free(fake->reply);
	fake->reply = strdup(json);
	assert_non_null(fake->reply);
}

static int64_t fake_wall(struct clock *clock)
{
	return ((struct fake *)clock)->now * 1000;
}

void fake_only_read(struct fake *fake)
{
	fake->only_read = true;
}

struct clock *fake_clock(struct fake *fake, int64_t milliseconds)
{
	static const struct clock_ops ops = {.wall = fake_wall};

	fake->clock.ops = &ops;
	fake->now = milliseconds;
	return &fake->clock;
}

/* ---- mongo.h ---- */

enum result mongo_new(struct mongo **out, const struct mongo_options *options, struct error *err)
{
	(void)options;
	(void)err;
	assert_non_null(current);
	*out = (struct mongo *)current;
	return RESULT_OK;
}

void mongo_free(struct mongo *mongo)
{
	(void)mongo; /* fake_free() */
}

static struct fake *of(const struct mongo *mongo)
{
	return (struct fake *)mongo;
}

const char *mongo_place_name(const struct mongo *mongo, enum mongo_place place)
{
	static const char *const names[] = {
	    [MONGO_INDEX] = "edxapp.modulestore.active_versions",
	    [MONGO_STRUCTURES] = "edxapp.modulestore.structures",
	    [MONGO_MODULESTORE] = "edxapp.modulestore",
	    [MONGO_FILES] = "edxapp.fs.files",
	    [MONGO_CHUNKS] = "edxapp.fs.chunks",
	};

	(void)mongo;
	return names[place];
}

const char *mongo_name(const struct mongo *mongo)
{
	(void)mongo;
	return "mongodb://fake/edxapp";
}

bool mongo_unverified(const struct mongo *mongo)
{
	(void)mongo;
	return false;
}

const char *mongo_read_level(const struct mongo *mongo)
{
	(void)mongo;
	return "";
}

struct clock *mongo_clock(const struct mongo *mongo)
{
	return &of(mongo)->clock;
}

/* The one document that comes first by the one key of @sort, which must be descending. */
static bson_t *first_by(bson_t **found, size_t count, const bson_iter_t *sort)
{
	bson_iter_t key, best, value;
	bson_t *first = NULL;

	assert_true(bson_iter_recurse(sort, &key) && bson_iter_next(&key));
	assert_int_equal(bson_iter_as_int64(&key), -1);
	for (size_t i = 0; i < count; i++)
		if (look_up(found[i], bson_iter_key(&key), &value) &&
		    (!first || later(&value, &best))) {
			first = found[i];
			best = value;
		}
	return first;
}

enum result mongo_find(struct mongo *mongo, enum mongo_place place, enum mongo_reading reading,
		       const bson_t *filter, const bson_t *opts, mongo_document_fn *fn, void *arg,
		       struct error *err)
{
	struct fake *fake = of(mongo);
	struct shelf found = {NULL, 0};
	bson_iter_t option;
	bool lost;
	enum result st = begin(fake, FAKE_FIND, &lost, err);

	if (st != RESULT_OK)
		return st;
	if (!fake->only_read)
		assert_int_equal(reading, MONGO_LATEST); /* a write will rest on it */
	found.items = calloc(fake->shelves[place].count + 1, sizeof(*found.items));
	assert_non_null(found.items);
	for (size_t i = 0; i < fake->shelves[place].count; i++)
		if (matches(fake->shelves[place].items[i], filter))
			found.items[found.count++] = fake->shelves[place].items[i];
	if (opts && found.count && bson_iter_init_find(&option, opts, "sort")) {
		found.items[0] = first_by(found.items, found.count, &option);
		assert_true(bson_iter_init_find(&option, opts, "limit"));
		assert_int_equal(bson_iter_as_int64(&option), 1);
		found.count = 1;
	}
	for (size_t i = 0; i < found.count && st == RESULT_OK; i++)
		st = fn(arg, found.items[i], err);
	free(found.items);
	return st;
}

enum result mongo_insert(struct mongo *mongo, enum mongo_place place, const bson_t *document,
			 struct error *err)
{
	struct fake *fake = of(mongo);
	bson_iter_t id, other;
	bool lost;
	enum result st = begin(fake, FAKE_INSERT, &lost, err);

	if (st != RESULT_OK)
		return st;
	assert_true(bson_validate(document, BSON_VALIDATE_NONE, NULL));
	assert_true(look_up(document, "_id", &id));
	for (size_t i = 0; i < fake->shelves[place].count; i++)
		if (look_up(fake->shelves[place].items[i], "_id", &other) &&
		    same_value(&id, &other))
			return error_set(err, RESULT_EXISTS, "duplicate key");
	fake_put_bson(fake, place, document);
	return lost ? error_set(err, RESULT_UNKNOWN, "the answer is lost") : RESULT_OK;
}

static enum result apply(bson_t **document, const bson_t *update, struct error *err)
{
	bson_iter_t op, value;

	assert_true(bson_iter_init(&op, update) && bson_iter_next(&op));
	assert_string_equal(bson_iter_key(&op), "$set");
	assert_true(bson_iter_recurse(&op, &value));
	while (bson_iter_next(&value))
		if (!change(document, bson_iter_key(&value), &value))
			return error_set(err, RESULT_REFUSED, "cannot create a field there");
	assert_false(bson_iter_next(&op));
	return RESULT_OK;
}

enum result mongo_update(struct mongo *mongo, enum mongo_place place, const bson_t *filter,
			 const bson_t *update, int64_t *matched, struct error *err)
{
	struct fake *fake = of(mongo);
	bool lost;
	enum result st = begin(fake, FAKE_UPDATE, &lost, err);

	*matched = 0;
	if (st != RESULT_OK)
		return st;
	for (size_t i = 0; i < fake->shelves[place].count && !*matched; i++)
		if (matches(fake->shelves[place].items[i], filter)) {
			*matched = 1;
			st = apply(&fake->shelves[place].items[i], update, err);
		}
	if (!lost)
		return st;
	*matched = 0;
	return error_set(err, RESULT_UNKNOWN, "the answer is lost");
}

enum result mongo_command(struct mongo *mongo, const bson_t *command, bson_t *reply,
			  struct error *err)
{
	struct fake *fake = of(mongo);
	bson_t *parsed;
	bool lost;
	enum result st = begin(fake, FAKE_COMMAND, &lost, err);

	bson_init(reply);
	assert_true(bson_has_field(command, "connectionStatus"));
	if (st != RESULT_OK)
		return st;
	if (!fake->reply)
		return error_set(err, RESULT_REFUSED, "no such command");
	parsed = fake_json(fake->reply);
	bson_concat(reply, parsed);
	bson_destroy(parsed);
	return RESULT_OK;
}

enum result mongo_hello(struct mongo *mongo, struct mongo_server *out, struct error *err)
{
	bool lost;

	memset(out, 0, sizeof(*out));
	return begin(of(mongo), FAKE_HELLO, &lost, err);
}
