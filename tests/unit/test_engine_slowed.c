/*
 * Pausing while a server asks to slow down: what waits to be sent again is given up, and taken up
 * when the course is resumed. The store's requests go to a real server, which answers 429.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/http.h"
#include "tests/unit/web.h"
#include "tests/unit/world.h"

#define KEY "course-v1:Test+Ferry+1"
#define OTHER "course-v1:Test+Ferry+2"
#define WAIT "60" /* seconds that the server asks for: nobody could wait for it here */

/* A store whose every put asks the server first. */
struct slow_store {
	struct store base;
	struct store_ops ops;
	struct store *store;
	struct http_endpoint *endpoint;
	struct web *web;
	bool slow; /* atomic */
};

struct room {
	struct world *world;
	struct slow_store store;
	struct engine *engine;
};

static void answer(void *arg, const struct web_request *request, struct web_answer *out)
{
	struct room *room = arg;

	(void)request;
	if (!__atomic_load_n(&room->store.slow, __ATOMIC_SEQ_CST))
		return;
	out->status = 429;
	buf_add_text(&out->headers, "Retry-After: " WAIT "\r\n");
}

static enum result slow_put(struct store *base, struct store_object *objects, size_t count,
			    struct error *err)
{
	struct slow_store *store = (struct slow_store *)base;
	struct http_request request = {.method = "PUT", .url = web_url(store->web), .limit = 4096};
	struct http_answer got;
	enum result st = http_request(store->endpoint, &request, &got, err);

	http_answer_clear(&got);
	for (size_t i = 0; i < count; i++)
		objects[i].result = RESULT_CANCELED;
	return st == RESULT_OK ? store->store->ops->put(store->store, objects, count, err) : st;
}

static void add_course(struct world *world, const char *key, const char *video)
{
	world_video(world_course(world, key), video, video, "en=en.srt");
	world_subrip(world, "en.srt", "hello");
}

static int set_up(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	struct http_options options = {.in_flight = 8, .clock = clock_system()};
	struct http_endpoint_options endpoint = {.name = "store"};

	room->world = world_new();
	room->world->conf.max_retries = 0; /* a try more would be the last one too */
	room->store.slow = true;
	room->store.web = web_start(answer, room);
	assert_int_equal(http_new(&room->world->campus.http, &options, NULL), RESULT_OK);
	assert_int_equal(http_endpoint_new(&room->store.endpoint, room->world->campus.http,
					   &endpoint, NULL), RESULT_OK);
	room->store.store = room->world->campus.store;
	room->store.ops = *room->store.store->ops;
	room->store.ops.put = slow_put;
	room->store.base.ops = &room->store.ops;
	add_course(room->world, KEY, "a");
	add_course(room->world, OTHER, "b");
	world_scan(room->world);
	world_wish(room->world, WISH_RUN, KEY, NULL);
	*state = room;
	return 0;
}

static int tear_down(void **state)
{
	struct room *room = *state;

	engine_free(room->engine);
	room->world->campus.store = room->store.store;
	http_endpoint_free(room->store.endpoint);
	http_free(room->world->campus.http);
	room->world->campus.http = NULL;
	web_stop(room->store.web);
	world_free(room->world);
	free(room);
	return 0;
}

/* Until so many videos are under way, and wait for a server that asks for a minute. */
static void begin(struct room *room, int64_t under_way)
{
	struct engine_state now = {0};

	room->world->campus.store = &room->store.base;
	room->engine = world_start(room->world, false);
	engine_go(room->engine);
	while (!web_requests(room->store.web) || now.under_way < under_way) {
		usleep(1000);
		engine_state(room->engine, &now);
	}
}

static void resume(struct room *room)
{
	struct http_load load;

	__atomic_store_n(&room->store.slow, false, __ATOMIC_SEQ_CST);
	http_load(room->world->campus.http, &load);
	assert_string_equal(load.slowed_by, "store answers 429 Too Many Requests");
	/* the minute is still not over: another client has not been asked to wait */
	http_endpoint_free(room->store.endpoint);
	http_free(room->world->campus.http);
	assert_int_equal(http_new(&room->world->campus.http,
				  &(struct http_options){.in_flight = 8, .clock = clock_system()},
				  NULL), RESULT_OK);
	assert_int_equal(http_endpoint_new(&room->store.endpoint, room->world->campus.http,
					   &(struct http_endpoint_options){.name = "store"}, NULL),
			 RESULT_OK);
	world_wish(room->world, WISH_RESUME, KEY, NULL);
	room->engine = world_start(room->world, false);
	engine_go(room->engine);
	assert_true(engine_wait(room->engine, WORLD_PATIENCE));
	engine_free(room->engine);
	room->engine = NULL;
}

static void a_pause_waits_for_no_server_that_asks_to_slow_down(void **state)
{
	struct room *room = *state;

	begin(room, 1);
	world_wish(room->world, WISH_PAUSE, KEY, NULL);
	assert_true(engine_wait(room->engine, 5000));
	engine_free(room->engine);
	room->engine = NULL;
	world_expect(room->world, KEY, COURSE_IN_PROGRESS);
	resume(room);
	world_expect(room->world, KEY, COURSE_MIGRATED);
	assert_int_equal(world_findings(room->world, KEY, FINDING_STORE_UNREACHABLE), 0);
}

static void a_pause_hurries_its_own_course_only(void **state)
{
	struct room *room = *state;
	struct engine_state now = {0};

	world_wish(room->world, WISH_RUN, OTHER, NULL);
	begin(room, 2);
	world_wish(room->world, WISH_PAUSE, KEY, NULL);
	for (int i = 0; i < 5000 && now.under_way != 1; i++) {
		usleep(1000);
		engine_state(room->engine, &now);
	}
	assert_int_equal(now.under_way, 1);
	assert_int_equal(now.pausing, 0);
	assert_false(engine_wait(room->engine, 200));
	engine_state(room->engine, &now);
	assert_int_equal(now.under_way, 1);
	engine_stop(room->engine);
	assert_true(engine_wait(room->engine, 5000));
	world_expect(room->world, OTHER, COURSE_IN_PROGRESS);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_pause_waits_for_no_server_that_asks_to_slow_down),
		TEST(a_pause_hurries_its_own_course_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
