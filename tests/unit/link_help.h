/*
 * link_help.h - a linker over a fake MongoDB: what the tests of both modulestores begin with.
 */
#ifndef SUBFERRY_TESTS_UNIT_LINK_HELP_H
#define SUBFERRY_TESTS_UNIT_LINK_HELP_H

#include "src/source/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/fake_mongo.h"

#define NOW INT64_C(1525228867000)
#define MINUTE INT64_C(60000)
#define QUIET (30 * MINUTE)
#define OLD (NOW - 60 * MINUTE) /* when everything was last edited: 1525225267000 */

struct world {
	struct fake *fake;
	struct linker *linker;
	struct error err;
};

static inline void start_kind(struct world *world, enum mongo_kind kind, int64_t quiet)
{
	struct mongo_options options = {.kind = kind,
					.uri = "mongodb://fake",
					.database = "edxapp",
					.collection = "modulestore"};

	memset(world, 0, sizeof(*world));
	world->fake = fake_new();
	options.clock = fake_clock(world->fake, NOW);
	assert_int_equal(linker_mongo_new(&world->linker, &options, quiet, &world->err), RESULT_OK);
}

static inline void start(struct world *world, int64_t quiet)
{
	start_kind(world, MONGO_BOTH, quiet);
}

static inline void stop(struct world *world)
{
	linker_free(world->linker);
	fake_free(world->fake);
}

/* What stands at @path, which must be there. */
static inline void get(const bson_t *document, const char *path, bson_iter_t *out)
{
	bson_iter_t at;

	if (!bson_iter_init(&at, document) || !bson_iter_find_descendant(&at, path, out))
		fail_msg("no %s", path);
}

/* ---- requests ---- */

#define ASK(block_id, id)                                                                          \
	{                                                                                          \
		.type = "video", .block = block_id, .val_id = id                                   \
	}

/* Links them; that must be possible, whatever the answers are. */
static inline void run(struct world *world, const char *course, struct link_request *requests,
		       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		requests[i].state = LINK_REFUSED;
		requests[i].written = true;
		requests[i].reason[0] = '\0';
	}
	if (world->linker->ops->link(world->linker, course, requests, count, &world->err) !=
	    RESULT_OK)
		fail_msg("%s", world->err.text);
}

static inline void expect(const struct link_request *request, enum link_state state, bool written,
			  const char *reason)
{
	if (request->state != state || !strstr(request->reason, reason))
		fail_msg("%s: state %d, %s", request->block, (int)request->state, request->reason);
	assert_int_equal(request->written, written);
}

#endif
