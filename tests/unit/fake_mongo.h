/*
 * fake_mongo.h - a modulestore in memory, behind the calls of src/source/mongo.h.
 *
 * A program that links it has no other mongo_*(): it answers equality (dotted paths too), $in,
 * $exists, $gt, sort and limit on one key, and $set. What a test wants to happen between two
 * calls happens exactly there: an editor comes before the N-th call, the N-th call fails, or is
 * carried out and its answer lost. Not thread-safe.
 */
#ifndef SUBFERRY_TESTS_UNIT_FAKE_MONGO_H
#define SUBFERRY_TESTS_UNIT_FAKE_MONGO_H

#include "src/base/clock.h"
#include "src/source/mongo.h"

enum fake_call { FAKE_FIND, FAKE_INSERT, FAKE_UPDATE, FAKE_COMMAND, FAKE_HELLO, FAKE_CALLS };

struct fake;

/* The next mongo_new() hands out this one; fake_free() when the linker is freed. */
struct fake *fake_new(void);
void fake_free(struct fake *fake);

/* ---- its documents, in extended JSON, where ' stands for " ---- */

bson_t *fake_json(const char *json); /* bson_destroy() */
void fake_put(struct fake *fake, enum mongo_place place, const char *json);
void fake_put_bson(struct fake *fake, enum mongo_place place, const bson_t *document);
size_t fake_count(const struct fake *fake, enum mongo_place place);
/* The @nth document, from 0; borrowed until the next change. */
const bson_t *fake_at(const struct fake *fake, enum mongo_place place, size_t nth);
/* The first document whose @path has the value that @json's "v" has; fails the test without. */
const bson_t *fake_get(const struct fake *fake, enum mongo_place place, const char *path,
		       const char *json);
/* Sets @path of the document fake_get() finds to the "v" of @json. */
void fake_set(struct fake *fake, enum mongo_place place, const char *path, const char *json,
	      const char *set_path, const char *set_json);
void fake_drop(struct fake *fake, enum mongo_place place, size_t nth);

/* ---- what happens ---- */

/* Before the @nth call (from 1) of its kind; "editor". */
void fake_before(struct fake *fake, enum fake_call call, int nth,
		 void (*fn)(struct fake *fake, void *arg), void *arg);
/* The @nth call does nothing and says @result. */
void fake_fail(struct fake *fake, enum fake_call call, int nth, enum result result);
/* The @nth call is carried out, and says RESULT_UNKNOWN. */
void fake_lose(struct fake *fake, enum fake_call call, int nth);
int fake_calls(const struct fake *fake, enum fake_call call);
/* What every command is answered with, in extended JSON. */
void fake_reply(struct fake *fake, const char *json);
/* It serves a source: reads may be of any kind. */
void fake_only_read(struct fake *fake);
/* A wall clock that stands at @milliseconds. */
struct clock *fake_clock(struct fake *fake, int64_t milliseconds);

#endif
