/*
 * Edx-val over REST: what is made and registered, every status and every mischief at every call
 * and the same call again, tokens, doctor, and that nothing but GET and two kinds of POST is sent.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/edxval_help.h"

/* ---- create ------------------------------------------------------------------------------ */

static enum result create(struct bench *bench, const char *id, struct error *err)
{
	return bench->val->ops->create(bench->val, KEY, id, err);
}

static void create_makes_a_linked_external_video(void **state)
{
	struct bench *bench = *state;
	struct edxval *e = bench->edxval;

	expect(bench, KEY, "v", "absent complete");
	move_on(bench, 10);
	assert_int_equal(create(bench, "v", NULL), RESULT_OK);
	move_on(bench, 10);
	EDXVAL(e, {
		assert_int_equal(e->video_count, 1);
		assert_string_equal(e->videos[0].id, "v");
		assert_string_equal(e->videos[0].status, "external");
		assert_string_equal(e->videos[0].client_video_id, "external-video");
		assert_int_equal(e->videos[0].course_count, 1);
		assert_string_equal(e->videos[0].courses[0], KEY);
	});
	/* and the list of before does not have to be asked for again */
	expect(bench, KEY, "v", "present complete");
	assert_int_equal(requests(bench, LIST), 1);
	assert_int_equal(bench->val->ops->create(bench->val, "Org/Course/Run", "w", NULL), RESULT_OK);
	EDXVAL(e, assert_string_equal(e->videos[1].courses[0], "Org/Course/Run"));
}

static void create_tells_what_is_there(void **state)
{
	struct bench *bench = *state;
	struct edxval *e = bench->edxval;
	struct error err = {0};

	edxval_video(e, "Vid", KEY);
	assert_int_equal(create(bench, "Vid", &err), RESULT_EXISTS);
	EDXVAL(e, e->taken = "video mit diesem edx video id existiert bereits.");
	assert_int_equal(create(bench, "Vid", &err), RESULT_EXISTS);
	EDXVAL(e, e->any_case = true);
	assert_int_equal(create(bench, "vid", &err), RESULT_REFUSED);
	assert_non_null(strstr(err.text, "as Vid"));
	assert_int_equal(create(bench, "not.good", &err), RESULT_REFUSED);
	assert_non_null(strstr(err.text, "invalid characters"));
	EDXVAL(e, assert_int_equal(e->video_count, 1));
}

/* What a POST answers, and whether it is done all the same: the next same call must end well. */
static const struct post_row {
	struct edxval_fault fault;
	enum result create, enlist;
	const char *words;
} post_rows[] = {
	{{.status = 202}, RESULT_UNKNOWN, RESULT_UNKNOWN, "202"},
	{{.status = 200, .body = "<html>log in</html>"}, RESULT_UNKNOWN, RESULT_UNKNOWN, "log in"},
	{{.status = 201, .body = "<html>log in</html>"}, RESULT_UNKNOWN, RESULT_UNKNOWN, "log in"},
	{{.status = 201, .body = "{\"edx_video_id\":\"x\"}"}, RESULT_UNKNOWN, RESULT_UNKNOWN, "201"},
	{{.status = 301, .headers = "Location: https://x/\r\n"}, RESULT_REFUSED, RESULT_REFUSED,
	 "https://x/"},
	{{.status = 400, .body = "{\"message\":\"name must be specified.\"}"}, RESULT_REFUSED,
	 RESULT_REFUSED, "must be specified"},
	{{.status = 400, .body = "{\"courses\":[\"no such thing\"]}"}, RESULT_REFUSED, RESULT_REFUSED,
	 "courses: no such thing"},
	{{.status = 400, .body = "no JSON"}, RESULT_REFUSED, RESULT_REFUSED, "400"},
	{{.status = 401}, RESULT_DENIED, RESULT_DENIED, "401"},
	{{.status = 403, .body = "{\"detail\":\"not you\"}"}, RESULT_REFUSED, RESULT_REFUSED, "not you"},
	{{.status = 404, .body = "<html>"}, RESULT_REFUSED, RESULT_REFUSED, "404"},
	{{.status = 405}, RESULT_REFUSED, RESULT_REFUSED, "405"},
	{{.status = 408}, RESULT_RETRY, RESULT_RETRY, "408"},
	{{.status = 409}, RESULT_REFUSED, RESULT_REFUSED, "409"},
	{{.status = 412}, RESULT_REFUSED, RESULT_REFUSED, "412"},
	{{.status = 429}, RESULT_UNREACHABLE, RESULT_UNREACHABLE, "429"},
	{{.status = 500, .body = "<html>"}, RESULT_UNKNOWN, RESULT_UNKNOWN, "500"},
	{{.status = 500, .acts = true}, RESULT_UNKNOWN, RESULT_UNKNOWN, "500"},
	{{.status = 502, .acts = true}, RESULT_UNKNOWN, RESULT_UNKNOWN, "502"},
	{{.status = 503}, RESULT_UNKNOWN, RESULT_UNKNOWN, "503"},
	{{.status = 504, .acts = true}, RESULT_UNKNOWN, RESULT_UNKNOWN, "504"},
	{{.status = 200, .body = "{}", .acts = true}, RESULT_UNKNOWN, RESULT_UNKNOWN, "200"},
	{{.mischief = WEB_CLOSE}, RESULT_UNKNOWN, RESULT_UNKNOWN, ""},
	{{.mischief = WEB_RESET}, RESULT_UNKNOWN, RESULT_UNKNOWN, ""},
	{{.mischief = WEB_STALL}, RESULT_UNKNOWN, RESULT_UNKNOWN, ""},
	{{.mischief = WEB_TRUNCATE}, RESULT_UNKNOWN, RESULT_OK /* its answer has no body */, ""},
};

static void create_meets_every_answer(void **state)
{
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(post_rows) / sizeof(*post_rows); i++) {
		struct edxval_fault fault = post_rows[i].fault;
		struct error err = {0};
		enum result st;
		bool made;
		char id[16];

		snprintf(id, sizeof(id), "v%zu", i);
		fault.request = CREATE;
		fault.times = fault.mischief ? 1 : -1;
		edxval_fault(bench->edxval, fault);
		st = create(bench, id, &err);
		if (st != post_rows[i].create || !strstr(err.text, post_rows[i].words))
			fail_msg("row %zu: %s: %s", i, result_text(st), err.text);
		assert_null(strstr(err.text, ".token"));
		edxval_fault(bench->edxval, (struct edxval_fault){0});
		made = fault.acts || !fault.status;
		st = create(bench, id, &err);
		if (st != (made ? RESULT_EXISTS : RESULT_OK))
			fail_msg("row %zu, again: %s: %s", i, result_text(st), err.text);
		expect(bench, KEY, id, "present complete");
	}
	EDXVAL(bench->edxval, assert_int_equal(bench->edxval->video_count,
					       sizeof(post_rows) / sizeof(*post_rows)));
}

/* ---- register ---------------------------------------------------------------------------- */

static enum result enlist(struct bench *bench, const char *id, struct val_entry *entries,
			  size_t count, struct error *err)
{
	return bench->val->ops->register_rows(bench->val, id, entries, count, err);
}

static void register_writes_rows_in_order(void **state)
{
	struct bench *bench = *state;
	struct val_entry entries[] = {{.language = "de", .name = "n1"}, {.language = "en", .name = "n2"},
				      {.language = "zh-Hant", .name = "n3"}};
	char rows[256];

	edxval_video(bench->edxval, "v", KEY);
	expect(bench, KEY, "v", "present complete");
	assert_int_equal(enlist(bench, "v", entries, 3, NULL), RESULT_OK);
	for (int i = 0; i < 3; i++)
		assert_int_equal(entries[i].result, RESULT_OK);
	assert_string_equal(edxval_rows(bench->edxval, "v", rows, sizeof(rows)),
			    "de=n1,en=n2,zh-Hant=n3");
	assert_int_equal(requests(bench, VIDEO "v"), 0); /* the list had it */
	/* what was registered is never read as absent, though the list is of before */
	expect(bench, KEY, "v", "present complete de=n1 en=n2 zh-Hant=n3");
	assert_int_equal(requests(bench, LIST), 1);
	move_on(bench, 40000);
	expect(bench, KEY, "v", "present complete de=n1 en=n2 zh-Hant=n3");
	assert_int_equal(requests(bench, LIST), 2);
}

static void register_looks_before_the_first_post(void **state)
{
	struct bench *bench = *state;
	struct val_entry entry[2] = {{.language = "en", .name = "n"}, {.language = "sv", .name = "m"}};
	struct error err = {0};
	char rows[64];

	assert_int_equal(enlist(bench, "v", entry, 2, &err), RESULT_MISSING);
	assert_int_equal(entry[0].result, RESULT_MISSING);
	assert_true(*entry[0].reason);
	assert_int_equal(entry[1].result, RESULT_CANCELED);
	assert_int_equal(requests(bench, REGISTER), 0);
	edxval_video(bench->edxval, "v", NULL);
	assert_int_equal(enlist(bench, "v", entry, 1, &err), RESULT_OK);
	assert_int_equal(enlist(bench, "v", entry + 1, 1, &err), RESULT_OK);
	assert_int_equal(requests(bench, VIDEO "v"), 2); /* seen once is enough */
	assert_string_equal(edxval_rows(bench->edxval, "v", rows, sizeof(rows)), "en=n,sv=m");
	expect(bench, KEY, "v", "present en=n sv=m"); /* linked nowhere: the rest is unknown */
	EDXVAL(bench->edxval, bench->edxval->any_case = true);
	assert_int_equal(enlist(bench, "V", entry, 1, &err), RESULT_REFUSED);
	assert_non_null(strstr(err.text, "as v"));
}

static void register_meets_what_is_there(void **state)
{
	struct bench *bench = *state;
	struct val_entry entries[] = {{.language = "en", .name = "ours"}, {.language = "sv", .name = "m"}};
	struct val_entry again = {.language = "sv", .name = "m"};

	edxval_video(bench->edxval, "v", KEY);
	edxval_video(bench->edxval, "w", NULL);
	expect(bench, KEY, "v", "present complete");
	move_on(bench, 5);
	edxval_row(bench->edxval, "v", "en", "theirs"); /* somebody was faster */
	edxval_row(bench->edxval, "w", "en", "theirs");
	assert_int_equal(enlist(bench, "v", entries, 2, NULL), RESULT_OK);
	assert_int_equal(entries[0].result, RESULT_EXISTS);
	assert_int_equal(entries[1].result, RESULT_OK);
	move_on(bench, 5);
	expect(bench, KEY, "v", "present complete en=theirs sv=m");
	assert_int_equal(requests(bench, LIST), 2);
	assert_int_equal(enlist(bench, "w", entries, 1, NULL), RESULT_OK);
	expect(bench, KEY, "w", "present en=?"); /* there, and nobody tells what */
	assert_int_equal(enlist(bench, "w", &again, 1, NULL), RESULT_OK);
	assert_int_equal(enlist(bench, "w", &again, 1, NULL), RESULT_OK);
	assert_int_equal(again.result, RESULT_EXISTS);
	expect(bench, KEY, "w", "present en=? sv=m"); /* our own is known */
	move_on(bench, 30001); /* and nobody knows for how long */
	expect(bench, KEY, "w", "present");
}

static void register_meets_every_answer(void **state)
{
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(post_rows) / sizeof(*post_rows); i++) {
		struct val_entry entries[] = {{.language = "de", .name = "n1"},
					      {.language = "en", .name = NAME},
					      {.language = "sv", .name = "n3"}};
		struct edxval_fault fault = post_rows[i].fault;
		enum result st, wanted = post_rows[i].enlist;
		struct error err = {0};
		char id[16], rows[256];
		bool done;

		if (wanted == RESULT_OK || (fault.status == 200 && fault.acts))
			continue; /* not a fault of this call */
		snprintf(id, sizeof(id), "v%zu", i);
		edxval_video(bench->edxval, id, KEY);
		fault.request = REGISTER;
		fault.after = 1;
		fault.times = fault.mischief ? 1 : -1;
		edxval_fault(bench->edxval, fault);
		st = enlist(bench, id, entries, 3, &err);
		if (st != wanted || !strstr(err.text, post_rows[i].words))
			fail_msg("row %zu: %s: %s", i, result_text(st), err.text);
		assert_int_equal(entries[0].result, RESULT_OK);
		assert_int_equal(entries[1].result, wanted);
		assert_non_null(strstr(entries[1].reason, post_rows[i].words));
		assert_int_equal(entries[2].result, RESULT_CANCELED);
		edxval_fault(bench->edxval, (struct edxval_fault){0});
		done = fault.acts || !fault.status;
		st = enlist(bench, id, entries + 1, 2, &err);
		if (st != RESULT_OK || entries[1].result != (done ? RESULT_EXISTS : RESULT_OK))
			fail_msg("row %zu, again: %s: %s", i, result_text(st), err.text);
		assert_int_equal(entries[2].result, RESULT_OK);
		assert_string_equal(edxval_rows(bench->edxval, id, rows, sizeof(rows)),
				    "de=n1,en=" NAME ",sv=n3");
		move_on(bench, 1);
		expect(bench, KEY, id, "present complete de=n1 en=" NAME " sv=n3");
	}
}

static void register_refuses_what_has_no_room(void **state)
{
	struct bench *bench = *state;
	char longest[64], longer[64];
	struct val_entry entries[] = {{.language = longest, .name = "n"},
				      {.language = longer, .name = "m"},
				      {.language = "en", .name = "o"}};
	struct error err = {0};

	/* 50 characters of two bytes each would be as good: characters are counted */
	memset(longest, 'a', 50);
	memcpy(longest + 48, "\xc3\xa9" "b", 4);
	memset(longer, 'b', 51);
	longer[51] = '\0';
	edxval_video(bench->edxval, "v", KEY);
	assert_int_equal(enlist(bench, "v", entries, 3, &err), RESULT_REFUSED);
	assert_int_equal(entries[0].result, RESULT_OK);
	assert_int_equal(entries[1].result, RESULT_REFUSED);
	assert_non_null(strstr(err.text, "50 characters"));
	assert_int_equal(entries[2].result, RESULT_CANCELED);
	assert_int_equal(requests(bench, REGISTER), 1);
}

static void register_that_was_lost_is_seen_by_the_next_look(void **state)
{
	struct bench *bench = *state;
	struct val_entry entry = {.language = "en", .name = "n"};

	edxval_video(bench->edxval, "v", KEY);
	expect(bench, KEY, "v", "present complete");
	move_on(bench, 5);
	edxval_fault(bench->edxval, (struct edxval_fault){.request = REGISTER, .times = 1,
							  .mischief = WEB_CLOSE});
	assert_int_equal(enlist(bench, "v", &entry, 1, NULL), RESULT_UNKNOWN);
	move_on(bench, 5);
	expect(bench, KEY, "v", "present complete en=n");
}

static void nothing_is_written_when_opened_for_reading(void **state)
{
	struct bench *bench = *state;
	struct val *val = val_with(bench, web_url(bench->edxval->web), true);
	struct val_entry entry = {.language = "en", .name = "n"};
	const char *id = "v";
	struct val_video video;

	edxval_video(bench->edxval, "v", KEY);
	assert_int_equal(val->ops->create(val, KEY, "w", NULL), RESULT_REFUSED);
	assert_int_equal(val->ops->register_rows(val, "v", &entry, 1, NULL), RESULT_REFUSED);
	assert_int_equal(entry.result, RESULT_REFUSED);
	assert_int_equal(val->ops->lookup(val, KEY, &id, 1, &video, NULL), RESULT_OK);
	assert_int_equal(val->ops->probe(val, NULL), RESULT_OK);
	assert_int_equal(requests(bench, CREATE), 0);
	val_video_clear(&video);
	val_free(val);
}

/* ---- tokens ------------------------------------------------------------------------------ */

static void a_refused_token_is_renewed_once(void **state)
{
	struct bench *bench = *state;
	struct edxval *e = bench->edxval;
	struct val_entry entry = {.language = "en", .name = "n"};
	struct error err = {0};
	char rows[64];

	edxval_video(e, "v", KEY);
	expect(bench, KEY, "v", "present complete");
	EDXVAL(e, e->oldest = e->tokens + 1); /* the platform's keys were changed */
	assert_int_equal(enlist(bench, "v", &entry, 1, &err), RESULT_OK);
	EDXVAL(e, e->oldest = e->tokens + 1);
	assert_int_equal(create(bench, "w", &err), RESULT_OK);
	EDXVAL(e, assert_int_equal(e->tokens, 3));
	assert_int_equal(requests(bench, REGISTER), 2);
	assert_string_equal(edxval_rows(e, "v", rows, sizeof(rows)), "en=n");
	/* a service that takes none is not asked for tokens without end */
	edxval_fault(e, (struct edxval_fault){.request = VIDEO, .times = -1, .status = 401});
	for (int i = 0; i < 20; i++)
		assert_int_equal(bench->val->ops->probe(bench->val, &err), RESULT_DENIED);
	EDXVAL(e, assert_int_equal(e->tokens, 4));
}

static void a_token_that_ends_is_renewed_before(void **state)
{
	struct bench *bench = *state;

	edxval_video(bench->edxval, "v", KEY);
	for (int i = 0; i < 4; i++) {
		expect(bench, KEY, "v", "present complete");
		move_on(bench, 1800000);
	}
	EDXVAL(bench->edxval, assert_int_equal(bench->edxval->tokens, 2));
}

/* ---- probe, doctor, new ------------------------------------------------------------------ */

static void add_line(void *arg, const char *line)
{
	buf_printf(arg, "%s\n", line);
}

static enum result examine(struct bench *bench, struct buf *lines, struct error *err)
{
	buf_reset(lines);
	return bench->val->ops->doctor(bench->val, true, add_line, lines, err);
}

static void doctor_tells_what_the_service_can(void **state)
{
	struct bench *bench = *state;
	struct buf lines = BUF_INIT;
	struct error err = {0};

	assert_int_equal(examine(bench, &lines, &err), RESULT_OK);
	assert_non_null(strstr(buf_text(&lines), "/api/val/v0/\n"));
	assert_non_null(strstr(buf_text(&lines), "TLS: none"));
	assert_non_null(strstr(buf_text(&lines), "token: JWT, good for 3600 s"));
	assert_non_null(strstr(buf_text(&lines), "videos: may be read"));
	assert_non_null(strstr(buf_text(&lines), "course-transcripts: there"));
	assert_non_null(strstr(buf_text(&lines), "only seen when the first is made"));
	EDXVAL(bench->edxval, bench->edxval->unlisted = true);
	move_on(bench, 1);
	assert_int_equal(examine(bench, &lines, &err), RESULT_OK);
	assert_non_null(strstr(buf_text(&lines), "course-transcripts: not there"));
	assert_int_equal(requests(bench, CREATE), 0);
	edxval_fault(bench->edxval,
		     (struct edxval_fault){.request = VIDEO "?course", .times = -1, .status = 200,
					   .body = "[]", .headers = "Date: Tue, 01 Jan 2019 00:00:00 GMT\r\n"});
	assert_int_equal(examine(bench, &lines, &err), RESULT_OK);
	assert_non_null(strstr(buf_text(&lines), "ahead of the server's"));
	edxval_fault(bench->edxval, (struct edxval_fault){.request = VIDEO, .times = -1, .status = 403,
							  .body = "{\"detail\":\"not you\"}"});
	assert_int_equal(examine(bench, &lines, &err), RESULT_REFUSED);
	assert_non_null(strstr(err.text, "change_video"));
	assert_non_null(strstr(err.text, "not you"));
	assert_null(strstr(buf_text(&lines), "token1"));
	buf_clear(&lines);
}

static void probe_meets_every_answer(void **state)
{
	static const struct {
		struct edxval_fault fault;
		enum result result;
	} rows[] = {
		{{.status = 200, .body = "[]"}, RESULT_OK},
		{{.status = 200, .body = "<html>"}, RESULT_RETRY},
		{{.status = 200, .body = "{}"}, RESULT_RETRY},
		{{.status = 302}, RESULT_REFUSED},
		{{.status = 401}, RESULT_DENIED},
		{{.status = 403}, RESULT_REFUSED},
		{{.status = 404}, RESULT_REFUSED},
		{{.status = 429}, RESULT_UNREACHABLE},
		{{.status = 500}, RESULT_RETRY},
		{{.mischief = WEB_CLOSE}, RESULT_RETRY},
		{{.mischief = WEB_TRUNCATE}, RESULT_RETRY},
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct edxval_fault fault = rows[i].fault;
		struct error err = {0};
		enum result st;

		fault.request = VIDEO "?course=subferry-probe";
		fault.times = -1;
		edxval_fault(bench->edxval, fault);
		st = bench->val->ops->probe(bench->val, &err);
		if (st != rows[i].result)
			fail_msg("row %zu: %s: %s", i, result_text(st), err.text);
		if (rows[i].fault.status == 404 || rows[i].fault.status == 302)
			assert_non_null(strstr(err.text, "/api/val/v0/ right?"));
	}
	assert_int_equal(requests(bench, CREATE), 0);
}

static void new_takes_urls_in_every_form(void **state)
{
	static const char *const good[] = {"", "/", "//", "/api/val/v0", "/api/val/v0/"};
	static const char *const bad[] = {"", "example.org", "ftp://h/", "https://", "https://u:p@h/",
					  "https://h/?a=b", "https://h/#a", "https://h /"};
	struct bench *bench = *state;
	struct val_rest_options options = {.http = bench->http, .token_url = "", .client_id = "a",
					   .client_secret = "s3cret", .ca_file = "",
					   .clock = &bench->clock.clock};
	struct val *val;
	char url[128];

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		snprintf(url, sizeof(url), "%s%s", web_url(bench->edxval->web), good[i]);
		val = val_with(bench, url, true);
		assert_int_equal(val->ops->probe(val, NULL), RESULT_OK);
		val_free(val);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct error err = {0};

		options.url = bad[i];
		assert_int_equal(val_rest_new(&val, &options, &err), RESULT_INVALID);
		assert_null(val);
		assert_null(strstr(err.text, "u:p"));
	}
	options.url = "https://h";
	options.token_url = "h/oauth2";
	assert_int_equal(val_rest_new(&val, &options, NULL), RESULT_INVALID);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(create_makes_a_linked_external_video),
		TEST(create_tells_what_is_there),
		TEST(create_meets_every_answer),
		TEST(register_writes_rows_in_order),
		TEST(register_looks_before_the_first_post),
		TEST(register_meets_what_is_there),
		TEST(register_meets_every_answer),
		TEST(register_refuses_what_has_no_room),
		TEST(register_that_was_lost_is_seen_by_the_next_look),
		TEST(nothing_is_written_when_opened_for_reading),
		TEST(a_refused_token_is_renewed_once),
		TEST(a_token_that_ends_is_renewed_before),
		TEST(doctor_tells_what_the_service_can),
		TEST(probe_meets_every_answer),
		TEST(new_takes_urls_in_every_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
