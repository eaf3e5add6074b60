/* Linking by Studio's API: what is written, what is left alone, and a login that ends halfway. */
#include "config.h"

#include "tests/unit/little_studio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/http.h"
#include "src/source/link.h"

#define COURSE "course-v1:Org+C+2018"
#define KEY(id) "block-v1:Org+C+2018+type@video+block@" id
#define START INT64_C(1525228867000000)

/* A clock moved by hand; it never waits. */
struct hand {
	struct clock clock;
	int64_t now; /* ms */
};

static int64_t hand_now(struct clock *clock)
{
	return ((struct hand *)clock)->now;
}

static int64_t hand_wall(struct clock *clock)
{
	return START + ((struct hand *)clock)->now * 1000;
}

static void hand_wait(struct clock *clock, pthread_cond_t *cond, pthread_mutex_t *lock,
		      int64_t until)
{
	(void)clock;
	(void)until;
	clock_wait(clock_system(), cond, lock, clock_now(clock_system()) + 10);
}

static const struct clock_ops hand_ops = {hand_now, hand_wall, hand_wait};

struct world {
	struct little_studio studio;
	struct hand hand;
	struct http *http;
	struct linker *linker;
	struct error err;
};

static void start_as(struct world *world, const char *user, const char *password)
{
	const struct http_options options = {.in_flight = 4, .clock = clock_system()};
	struct linker_studio_options studio = {.user = user, .password = password, .login_url = "",
					       .clock = &world->hand.clock};
	char url[128];

	memset(world, 0, sizeof(*world));
	world->hand.clock.ops = &hand_ops;
	world->hand.now = 1000;
	little_start(&world->studio);
	assert_int_equal(http_new(&world->http, &options, &world->err), RESULT_OK);
	snprintf(url, sizeof(url), "%s/", web_url(world->studio.web));
	studio.url = url;
	studio.http = world->http;
	assert_int_equal(linker_studio_new(&world->linker, &studio, &world->err), RESULT_OK);
}

static void start(struct world *world)
{
	start_as(world, LITTLE_USER, LITTLE_PASSWORD);
}

static void stop(struct world *world)
{
	linker_free(world->linker);
	http_free(world->http);
	little_stop(&world->studio);
}

#define ASK(block_id, id)                                                                          \
	{                                                                                          \
		.type = "video", .block = block_id, .val_id = id                                   \
	}

static enum result run(struct world *world, const char *course, struct link_request *requests,
		       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		requests[i].state = LINK_OPEN;
		requests[i].written = false;
		requests[i].reason[0] = '\0';
	}
	return world->linker->ops->link(world->linker, course, requests, count, &world->err);
}

static void expect_run(struct world *world, struct link_request *requests, size_t count,
		       enum result result)
{
	enum result st = run(world, COURSE, requests, count);

	if (st != result)
		fail_msg("%s: %s", result_text(st), world->err.text);
}

static void expect(const struct link_request *request, enum link_state state, bool written,
		   const char *reason)
{
	if (request->state != state || !strstr(request->reason, reason))
		fail_msg("%s: state %d, %s", request->block, (int)request->state, request->reason);
	assert_int_equal(request->written, written);
}

/* ---- saving ---- */

static void a_block_is_saved_and_read_back(void **state)
{
	struct link_request requests[] = {ASK("v", "V")};
	struct world world;
	struct little_block *v;

	(void)state;
	start(&world);
	v = little_add(&world.studio, KEY("v"), "");
	expect_run(&world, requests, 1, RESULT_OK);
	expect(&requests[0], LINK_DONE, true, "");
	assert_string_equal(v->id, "V");
	assert_string_equal(v->published, "");
	assert_string_equal(world.studio.last_body, "{\"metadata\":{\"edx_video_id\":\"V\"}}");
	assert_int_equal(v->gets, 2);
	/* again: it is seen, and not written */
	expect_run(&world, requests, 1, RESULT_OK);
	expect(&requests[0], LINK_DONE, false, "");
	assert_int_equal(v->posts, 1);
	assert_int_equal(world.studio.logins, 1);
	stop(&world);
}

static void only_what_is_in_step_is_published(void **state)
{
	struct link_request requests[] = {ASK("in", "I"), ASK("edited", "E"), ASK("later", "L"),
					  ASK("known", "K")};
	struct world world;

	(void)state;
	start(&world);
	little_add(&world.studio, KEY("in"), "");
	little_add(&world.studio, KEY("edited"), "");
	little_add(&world.studio, KEY("later"), "")->changes = "true";
	little_add(&world.studio, KEY("known"), "K");
	requests[0].in_step = requests[2].in_step = requests[3].in_step = true;
	expect_run(&world, requests, 4, RESULT_OK);
	for (size_t i = 0; i < 4; i++)
		expect(&requests[i], LINK_DONE, i < 3, "");
	assert_string_equal(world.studio.blocks[0].published, "I");
	assert_string_equal(world.studio.blocks[1].published, "");
	assert_string_equal(world.studio.blocks[2].published, ""); /* edited since it was read */
	assert_int_equal(world.studio.publishes, 1);
	stop(&world);
}

static void another_id_is_left_alone(void **state)
{
	struct link_request requests[] = {ASK("other", "O"), ASK("blank", "B")};
	struct world world;

	(void)state;
	start(&world);
	little_add(&world.studio, KEY("other"), " theirs ");
	little_add(&world.studio, KEY("blank"), "  ");
	expect_run(&world, requests, 2, RESULT_OK);
	expect(&requests[0], LINK_REFUSED, false, "the block names theirs by now");
	expect(&requests[1], LINK_DONE, true, "");
	assert_int_equal(world.studio.blocks[0].posts, 0);
	assert_string_equal(world.studio.blocks[0].id, " theirs ");
	stop(&world);
}

static void keys_of_both_forms_are_asked_for(void **state)
{
	struct link_request old[] = {{.type = "videoalpha", .block = "v_1", .val_id = "V"}};
	struct link_request odd[] = {ASK("caf\xC3\xA9 100%?#", "V")};
	struct world world;

	(void)state;
	start(&world);
	little_add(&world.studio, "i4x://Org/C/videoalpha/v_1", "");
	little_add(&world.studio, KEY("caf\xC3\xA9 100%?#"), "");
	assert_int_equal(run(&world, "Org/C/2018", old, 1), RESULT_OK);
	expect(&old[0], LINK_DONE, true, "");
	expect_run(&world, odd, 1, RESULT_OK);
	expect(&odd[0], LINK_DONE, true, "");
	stop(&world);
}

static void a_refused_block_does_not_stop_the_others(void **state)
{
	struct link_request requests[] = {ASK("gone", "G"), ASK("bad", "B"), ASK("mine", "M"),
					  ASK("closed", "C"), ASK("lost", "L"), ASK("v", "V")};
	struct world world;
	struct little_block *block;

	(void)state;
	start(&world);
	block = little_add(&world.studio, KEY("bad"), "");
	block->post_status = 400;
	block->words = "{\"error\": \"Something wrong with\\nSubRip transcripts file\"}";
	block = little_add(&world.studio, KEY("mine"), "");
	block->post_status = 403;
	block->words = "{\"error\": \"not your course\"}";
	block = little_add(&world.studio, KEY("closed"), "");
	block->get_status = 403;
	block->words = "";
	little_add(&world.studio, KEY("lost"), "")->loses = true;
	little_add(&world.studio, KEY("v"), "");
	expect_run(&world, requests, 6, RESULT_OK);
	expect(&requests[0], LINK_REFUSED, false, "Studio does not have the block");
	expect(&requests[1], LINK_REFUSED, false,
	       "400 Bad Request: Something wrong with SubRip transcripts file");
	expect(&requests[2], LINK_REFUSED, false, "403 Forbidden: not your course");
	expect(&requests[3], LINK_REFUSED, false, "403 Forbidden");
	expect(&requests[4], LINK_REFUSED, false, "written, but read back without it");
	expect(&requests[5], LINK_DONE, true, "");
	assert_int_equal(world.studio.logins, 1);
	stop(&world);
}

/* ---- what is not known ---- */

static void a_lost_answer_is_asked_again(void **state)
{
	struct link_request requests[] = {ASK("lost", "L"), ASK("v", "V")};
	struct world world;
	struct little_block *lost;

	(void)state;
	start(&world);
	lost = little_add(&world.studio, KEY("lost"), "");
	lost->mischief = WEB_CLOSE;
	lost->times = 1;
	little_add(&world.studio, KEY("v"), "");
	expect_run(&world, requests, 2, RESULT_UNKNOWN);
	assert_int_equal(requests[0].state, LINK_OPEN);
	expect(&requests[1], LINK_DONE, true, ""); /* the other one is linked all the same */
	expect_run(&world, requests, 2, RESULT_OK);
	expect(&requests[0], LINK_DONE, true, "");
	expect(&requests[1], LINK_DONE, false, "");
	assert_int_equal(lost->posts, 1);
	stop(&world);
}

/* Studio saves, and fails to publish: the other half is made up for, and only then. */
static void a_half_done_save_is_published_later(void **state)
{
	static const int statuses[] = {500, 400};
	struct link_request requests[] = {ASK("v", "V")};

	(void)state;
	requests[0].in_step = true;
	for (size_t i = 0; i < 2; i++) {
		struct world world;
		struct little_block *v;

		start(&world);
		v = little_add(&world.studio, KEY("v"), "");
		v->post_status = statuses[i];
		v->words = "{\"error\": \"no parent\"}";
		v->half = true;
		v->times = 1;
		expect_run(&world, requests, 1, statuses[i] == 500 ? RESULT_UNKNOWN : RESULT_OK);
		assert_string_equal(v->id, "V");
		assert_string_equal(v->published, "");
		expect_run(&world, requests, 1, RESULT_OK);
		expect(&requests[0], LINK_DONE, true, "");
		assert_string_equal(v->published, "V");
		expect_run(&world, requests, 1, RESULT_OK);
		expect(&requests[0], LINK_DONE, false, "");
		assert_int_equal(v->posts, 2);
		stop(&world);
	}
}

static void a_studio_in_trouble_is_left_alone(void **state)
{
	struct link_request requests[] = {ASK("a", "A"), ASK("b", "B"), ASK("c", "C"), ASK("d", "D")};
	static const char *const keys[] = {KEY("a"), KEY("b"), KEY("c"), KEY("d")};
	struct world world;

	(void)state;
	start(&world);
	for (size_t i = 0; i < 4; i++) {
		struct little_block *block = little_add(&world.studio, keys[i], "");

		block->get_status = 500;
		block->words = "<html><title>Server Error</title></html>";
	}
	expect_run(&world, requests, 4, RESULT_RETRY);
	assert_non_null(strstr(world.err.text, "video@a"));
	assert_non_null(strstr(world.err.text, "500 Internal Server Error: Server Error"));
	assert_int_equal(world.studio.blocks[2].gets, 1);
	assert_int_equal(world.studio.blocks[3].gets, 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(requests[i].state, LINK_OPEN);
	stop(&world);
}

static void a_studio_that_is_away_is_unreachable(void **state)
{
	struct link_request requests[] = {ASK("a", "A")};
	struct world world;
	struct web *web;

	(void)state;
	start(&world);
	web = world.studio.web;
	world.studio.web = web_start(NULL, NULL); /* for stop() */
	web_stop(web);
	expect_run(&world, requests, 1, RESULT_UNREACHABLE);
	assert_int_equal(requests[0].state, LINK_OPEN);
	assert_int_equal(world.linker->ops->probe(world.linker, &world.err), RESULT_UNREACHABLE);
	stop(&world);
}

/* ---- the login ---- */

static void a_login_that_ends_is_renewed(void **state)
{
	(void)state;
	/* before each request: the look, the save, the look back; and of two blocks */
	for (int csrf = 0; csrf < 2; csrf++)
		for (int at = 1; at <= 6; at++) {
			struct link_request requests[] = {ASK("v", "V"), ASK("w", "W")};
			struct world world;

			start(&world);
			little_add(&world.studio, KEY("v"), "");
			little_add(&world.studio, KEY("w"), "");
			world.studio.expires_after = at;
			world.studio.expires_by_csrf = csrf;
			expect_run(&world, requests, 2, RESULT_OK);
			expect(&requests[0], LINK_DONE, true, "");
			expect(&requests[1], LINK_DONE, true, "");
			/* a token is looked at when saving only */
			assert_int_equal(world.studio.logins, csrf && at == 6 ? 1 : 2);
			assert_int_equal(world.studio.blocks[0].posts, 1);
			assert_int_equal(world.studio.blocks[1].posts, 1);
			stop(&world);
		}
}

static void a_login_that_never_lasts_is_refused(void **state)
{
	struct link_request requests[] = {ASK("v", "V"), ASK("w", "W")};
	struct world world;

	(void)state;
	start(&world);
	world.studio.deaf = true;
	expect_run(&world, requests, 2, RESULT_REFUSED);
	assert_non_null(strstr(world.err.text, "Studio does not take the login: 302 Found"));
	assert_int_equal(world.studio.logins, 2);
	stop(&world);
}

static void a_wrong_password_is_refused_once(void **state)
{
	struct link_request requests[] = {ASK("v", "V")};
	struct world world;

	(void)state;
	start_as(&world, LITTLE_USER, "not-this");
	little_add(&world.studio, KEY("v"), "");
	for (int i = 0; i < 3; i++) { /* the platform locks an account after a few */
		expect_run(&world, requests, 1, RESULT_REFUSED);
		assert_non_null(strstr(world.err.text, "Email or password is incorrect."));
		assert_null(strstr(world.err.text, "not-this"));
	}
	assert_int_equal(world.studio.refused, 1);
	world.hand.now += 5 * 60 * 1000;
	expect_run(&world, requests, 1, RESULT_REFUSED);
	assert_int_equal(world.studio.refused, 2);
	assert_int_equal(world.studio.asked, 0);
	stop(&world);
}

static void no_words_have_the_password(void **state)
{
	static const char *const words[] = {
	    "no: " LITTLE_PASSWORD,
	    "no: open%20%26%20%22shut%22%20100%25",
	    "{\"value\": \"no: open & \\\"shut\\\" 100%\"}",
	    /* where the end of it would be cut off */
	    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234"
	    "5678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
	    "012345678901234567890 " LITTLE_PASSWORD,
	};
	struct link_request requests[] = {ASK("v", "V")};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		struct world world;

		start(&world);
		world.studio.login_status = 403;
		world.studio.login_words = words[i];
		expect_run(&world, requests, 1, RESULT_REFUSED);
		assert_null(strstr(world.err.text, "open"));
		assert_null(strstr(world.err.text, "shut"));
		assert_non_null(strstr(world.err.text, "403 Forbidden: "));
		stop(&world);
	}
}

static void a_login_page_elsewhere_is_used(void **state)
{
	struct link_request requests[] = {ASK("v", "V")};
	struct linker_studio_options options = {.user = LITTLE_USER, .password = LITTLE_PASSWORD};
	struct world world;
	struct linker *linker;

	(void)state;
	start(&world);
	little_add(&world.studio, KEY("v"), "");
	options.http = world.http;
	options.url = web_url(world.studio.web);
	options.login_url = "http://127.0.0.1:1";
	assert_int_equal(linker_studio_new(&linker, &options, &world.err), RESULT_OK);
	assert_int_equal(linker->ops->link(linker, COURSE, requests, 1, &world.err),
			 RESULT_UNREACHABLE);
	assert_int_equal(linker->ops->probe(linker, &world.err), RESULT_UNREACHABLE);
	assert_int_equal(world.studio.asked, 0);
	linker_free(linker);
	stop(&world);
}

/* ---- its health ---- */

static void take_line(void *arg, const char *line)
{
	buf_printf(arg, "%s\n", line);
}

static void doctor_tells_what_works(void **state)
{
	struct buf lines = BUF_INIT;
	struct world world;

	(void)state;
	start(&world);
	assert_int_equal(world.linker->ops->probe(world.linker, &world.err), RESULT_OK);
	assert_int_equal(world.studio.logins, 0);
	if (world.linker->ops->doctor(world.linker, true, take_line, &lines, &world.err) !=
	    RESULT_OK)
		fail_msg("%s", world.err.text);
	assert_non_null(strstr(buf_text(&lines), "without TLS: the password can be read"));
	assert_non_null(strstr(buf_text(&lines), "takes the login of " LITTLE_USER));
	assert_null(strstr(buf_text(&lines), LITTLE_PASSWORD));
	assert_int_equal(world.studio.asked, 0);
	world.studio.deaf = true;
	assert_int_equal(world.linker->ops->doctor(world.linker, false, take_line, &lines,
						   &world.err),
			 RESULT_REFUSED);
	world.studio.home_status = 502;
	assert_int_equal(world.linker->ops->probe(world.linker, &world.err), RESULT_RETRY);
	buf_clear(&lines);
	stop(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_block_is_saved_and_read_back),
	    cmocka_unit_test(only_what_is_in_step_is_published),
	    cmocka_unit_test(another_id_is_left_alone),
	    cmocka_unit_test(keys_of_both_forms_are_asked_for),
	    cmocka_unit_test(a_refused_block_does_not_stop_the_others),
	    cmocka_unit_test(a_lost_answer_is_asked_again),
	    cmocka_unit_test(a_half_done_save_is_published_later),
	    cmocka_unit_test(a_studio_in_trouble_is_left_alone),
	    cmocka_unit_test(a_studio_that_is_away_is_unreachable),
	    cmocka_unit_test(a_login_that_ends_is_renewed),
	    cmocka_unit_test(a_login_that_never_lasts_is_refused),
	    cmocka_unit_test(a_wrong_password_is_refused_once),
	    cmocka_unit_test(no_words_have_the_password),
	    cmocka_unit_test(a_login_page_elsewhere_is_used),
	    cmocka_unit_test(doctor_tells_what_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
