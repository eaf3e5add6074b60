/* The flag over the platform's admin: what is sent, what is read, and what is not guessed. */
#include "config.h"

#include "tests/unit/little_admin.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/http.h"
#include "src/base/patience.h"
#include "src/flag/flag_kinds.h"

#define COURSE "course-v1:Org+C+2018"
#define OTHER "Org/C/2017"

struct world {
	struct little_admin admin;
	struct http *http;
	struct flag *flag;
	struct error err;
};

static void open_at(struct world *world, const char *url, const char *password)
{
	static char kind[] = "admin", user[] = LITTLE_USER, env[] = "LITTLE_SECRET", none[] = "";
	char copy[128];
	struct conf conf = {.flag_kind = kind, .flag_url = copy, .flag_login_url = none,
			    .flag_user = user, .flag_password_env = env,
			    .flag_password_file = none, .flag_ca_file = none};

	snprintf(copy, sizeof(copy), "%s", url);
	flag_free(world->flag);
	world->flag = NULL;
	setenv("LITTLE_SECRET", password, 1);
	if (flag_admin_open(&world->flag, &conf, world->http, &world->err) != RESULT_OK)
		fail_msg("%s", world->err.text);
	unsetenv("LITTLE_SECRET");
}

static void start(struct world *world)
{
	const struct http_options options = {.in_flight = 4, .clock = clock_system()};
	char url[128];

	memset(world, 0, sizeof(*world));
	little_start(&world->admin);
	assert_int_equal(http_new(&world->http, &options, &world->err), RESULT_OK);
	snprintf(url, sizeof(url), "%s/", web_url(world->admin.web));
	open_at(world, url, LITTLE_PASSWORD);
}

static void stop(struct world *world)
{
	flag_free(world->flag);
	http_free(world->http);
	little_stop(&world->admin);
}

static void expect_set(struct world *world, const char *course, bool on, enum result result,
		       const char *words)
{
	enum result st;

	world->err = (struct error){0};
	web_requests(world->admin.web); /* in order with what the server reads and writes */
	st = world->flag->ops->set(world->flag, course, on, &world->err);
	web_requests(world->admin.web);
	if (st != result || !strstr(world->err.text, words))
		fail_msg("%s: %s", result_text(st), world->err.text);
	assert_int_equal(world->err.result, result);
	assert_null(strstr(world->err.text, "shut"));
}

static enum result ask(struct world *world, const char *const *courses, size_t count,
		       struct flag_state *out)
{
	enum result st;

	world->err = (struct error){0};
	web_requests(world->admin.web);
	st = world->flag->ops->show(world->flag, courses, count, out, &world->err);
	web_requests(world->admin.web);
	return st;
}

static struct flag_state show(struct world *world, const char *course)
{
	struct flag_state state;

	if (ask(world, &course, 1, &state) != RESULT_OK)
		fail_msg("%s", world->err.text);
	return state;
}

static void expect_words(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("\"%s\" without \"%s\"", text, words);
}

/* ---- adding ---- */

static void a_row_is_added(void **state)
{
	struct world world;

	(void)state;
	start(&world);
	expect_set(&world, COURSE, true, RESULT_OK, "");
	assert_int_equal(world.admin.count, 1);
	assert_string_equal(world.admin.rows[0].course, COURSE);
	assert_true(world.admin.rows[0].enabled);
	assert_string_equal(world.admin.last_body,
			    "csrfmiddlewaretoken=f%261&course_id=course-v1%3AOrg%2BC%2B2018"
			    "&enabled=on&_save=Save");
	expect_set(&world, OTHER, false, RESULT_OK, "");
	assert_false(world.admin.rows[1].enabled);
	assert_string_equal(world.admin.last_body,
			    "csrfmiddlewaretoken=f%262&course_id=Org%2FC%2F2017&_save=Save");
	assert_int_equal(world.admin.logins, 1);
	stop(&world);
}

static void a_form_with_errors_is_refused_in_its_words(void **state)
{
	struct world world;

	(void)state;
	start(&world);
	world.admin.unknown_course = "course-v1:No+Such+Course";
	expect_set(&world, "course-v1:No+Such+Course", true, RESULT_REFUSED,
		   "admin: Course not found. Entered course id was: \"x\". [31m");
	world.admin.post_body = "<form method=post><input name=csrfmiddlewaretoken value=a>"
				"<input name=course_id></form>";
	expect_set(&world, COURSE, true, RESULT_REFUSED, "does not say why");
	world.admin.post_body = "<form><input name=csrfmiddlewaretoken value=a><input name=course_id>"
				"<ul class=errorlist><li>One.</li><li>is: open &amp; \"shut\" 100%"
				"</li></ul></form>";
	expect_set(&world, COURSE, true, RESULT_REFUSED, "One.; is: ***");
	assert_int_equal(world.admin.count, 0);
	stop(&world);
}

static void what_is_no_answer_leaves_it_open(void **state)
{
	static const struct {
		int status;
		const char *location, *body;
		enum result result;
		const char *words;
	} cases[] = {
	    {500, NULL, "<title>Server Error</title>", RESULT_UNKNOWN, "Server Error"},
	    {502, NULL, "", RESULT_UNKNOWN, "502 Bad Gateway"},
	    {408, NULL, "", RESULT_UNKNOWN, "408"},
	    {200, NULL, "<html><body>We are back soon</body></html>", RESULT_UNKNOWN, "200 OK"},
	    {200, NULL, "", RESULT_UNKNOWN, "200 OK"},
	    {201, NULL, "", RESULT_UNKNOWN, "201"},
	    {403, NULL, "<title>403 Forbidden</title>", RESULT_REFUSED, "the permission"},
	    {404, NULL, "", RESULT_REFUSED, "404 Not Found"},
	    {405, NULL, "", RESULT_REFUSED, "405"},
	    /* elsewhere: this is not how it says that it has saved */
	    {302, LITTLE_COURSES "add/", "", RESULT_REFUSED, "302 Found, to"},
	    {302, "https://127.0.0.1:1" LITTLE_COURSES, "", RESULT_REFUSED, "https://127.0.0.1:1"},
	    {302, "/maintenance", "", RESULT_REFUSED, "/maintenance"},
	    {301, LITTLE_COURSES, "", RESULT_REFUSED, "301"},
	    {302, "/admin/", "", RESULT_OK, ""}, /* one who may add, and not view */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct world world;

		start(&world);
		world.admin.post_status = cases[i].status;
		world.admin.post_location = cases[i].location;
		world.admin.post_body = cases[i].body;
		expect_set(&world, COURSE, true, cases[i].result, cases[i].words);
		assert_int_equal(world.admin.posts, 1);
		stop(&world);
	}
}

static void a_lost_answer_is_not_repeated(void **state)
{
	static const enum web_mischief mischiefs[] = {WEB_CLOSE, WEB_RESET};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct world world;

		start(&world);
		world.admin.mischief = mischiefs[i];
		expect_set(&world, COURSE, true, RESULT_UNKNOWN, "");
		assert_int_equal(world.admin.posts, 1);
		assert_int_equal(world.admin.count, 1);
		world.admin.mischief = WEB_NONE;
		assert_int_equal(show(&world, COURSE).own, FLAG_ON); /* whoever calls reads it back */
		stop(&world);
	}
}

static void an_admin_behind_a_name_like_login_is_one(void **state)
{
	struct world world;
	char url[128], to[256];

	(void)state;
	start(&world);
	snprintf(url, sizeof(url), "http://login.localhost%s", strrchr(web_url(world.admin.web), ':'));
	snprintf(to, sizeof(to), "%s" LITTLE_COURSES, url); /* as Django before 1.9 */
	open_at(&world, url, LITTLE_PASSWORD);
	world.admin.post_status = 302;
	world.admin.post_location = to;
	expect_set(&world, COURSE, true, RESULT_OK, "");
	assert_int_equal(world.admin.logins, 1);
	stop(&world);
}

/* ---- rights, sessions ---- */

static void rights_are_told(void **state)
{
	struct world world;
	struct flag_state shown;

	(void)state;
	start(&world);
	assert_int_equal(world.flag->ops->probe(world.flag, &world.err), RESULT_OK);
	assert_int_equal(world.admin.posts, 0);
	world.admin.add_status = 403;
	assert_int_equal(world.flag->ops->probe(world.flag, &world.err), RESULT_REFUSED);
	expect_words(world.err.text, "video_config.add_coursevideotranscriptenabledflag");
	expect_set(&world, COURSE, true, RESULT_REFUSED, "403 Forbidden");
	assert_int_equal(world.admin.posts, 0);
	/* the global flag may be closed alone: then it alone is unknown, and what it decides */
	little_add(&world.admin, COURSE, true, false);
	world.admin.global_status = 403;
	shown = show(&world, COURSE);
	assert_int_equal(shown.own, FLAG_ON);
	assert_int_equal(shown.global, FLAG_UNKNOWN);
	assert_int_equal(shown.effective, FLAG_UNKNOWN);
	expect_words(shown.note, "403 Forbidden");
	world.admin.global_status = 0;
	world.admin.list_status = 403;
	assert_int_equal(ask(&world, (const char *const[]){COURSE}, 1, &shown), RESULT_REFUSED);
	stop(&world);
}

static void who_is_not_staff_is_refused(void **state)
{
	struct world world;

	(void)state;
	start(&world);
	world.admin.stranger = true;
	expect_set(&world, COURSE, true, RESULT_REFUSED, "is " LITTLE_USER " staff?");
	expect_words(world.err.text, "does not take the login: 302 Found");
	assert_int_equal(world.admin.logins, 2);
	assert_int_equal(world.admin.posts, 0);
	stop(&world);
}

static void a_session_that_ends_is_renewed(void **state)
{
	(void)state;
	for (int csrf = 0; csrf < 2; csrf++)
		for (int at = 1; at <= 4; at++) {
			struct world world;

			start(&world);
			world.admin.expires_after = at;
			world.admin.expires_by_csrf = csrf;
			expect_set(&world, COURSE, true, RESULT_OK, "");
			expect_set(&world, COURSE, false, RESULT_OK, "");
			/* each time saved once */
			assert_int_equal(world.admin.count, 2);
			assert_true(world.admin.rows[0].enabled);
			assert_false(world.admin.rows[1].enabled);
			assert_int_equal(world.admin.logins, 2);
			stop(&world);
		}
}

static void always_out(struct little_admin *admin, const char *path)
{
	(void)path;
	if (admin->asked % 2 == 0)
		admin->token++;
}

static void a_session_that_never_lasts_is_refused(void **state)
{
	struct world world;

	(void)state;
	start(&world);
	world.admin.before = always_out;
	expect_set(&world, COURSE, true, RESULT_REFUSED, "CSRF verification failed");
	assert_int_equal(world.admin.posts, 2);
	assert_int_equal(world.admin.count, 0);
	stop(&world);
}

static void a_wrong_password_is_refused_once(void **state)
{
	struct world world;

	(void)state;
	start(&world);
	open_at(&world, web_url(world.admin.web), "not-this");
	for (int i = 0; i < 3; i++)
		expect_set(&world, COURSE, true, RESULT_REFUSED,
			   "Email or password is incorrect.");
	assert_null(strstr(world.err.text, "not-this"));
	assert_int_equal(world.admin.refused, 1);
	assert_int_equal(world.admin.asked, 0);
	stop(&world);
}

static void a_form_without_a_token_is_not_sent(void **state)
{
	static const char *const pages[] = {
	    "<html><body><form action=/login><input name=csrfmiddlewaretoken value=x></form>",
	    "<form><input name=course_id></form><input name=csrfmiddlewaretoken value=x>",
	    "<form><input name=course_id><input name=csrfmiddlewaretoken value=''></form>",
	    "plain words", "<!DOCTYPE html>", "{\"x\": 1}"};
	struct world world;

	(void)state;
	start(&world);
	world.admin.no_token = true;
	expect_set(&world, COURSE, true, RESULT_REFUSED, "csrfmiddlewaretoken: is it");
	assert_int_equal(world.flag->ops->probe(world.flag, &world.err), RESULT_REFUSED);
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++) {
		world.admin.page = pages[i];
		world.flag->ops->set(world.flag, COURSE, true, &world.err);
		assert_true(world.err.result == RESULT_REFUSED || world.err.result == RESULT_DAMAGED);
	}
	assert_int_equal(world.admin.posts, 0);
	stop(&world);
}

struct hand {
	pthread_t thread;
	struct world *world;
	char course[64];
	bool ok;
};

static void *use(void *arg)
{
	struct hand *hand = arg;
	const char *course = hand->course;
	struct flag *flag = hand->world->flag;
	struct flag_state shown;

	hand->ok = true;
	for (int i = 0; i < 4; i++)
		hand->ok &= flag->ops->set(flag, course, i % 2 == 0, NULL) == RESULT_OK &&
			    flag->ops->show(flag, &course, 1, &shown, NULL) == RESULT_OK &&
			    shown.own == (i % 2 ? FLAG_OFF : FLAG_ON);
	return NULL;
}

static void threads_share_one_login(void **state)
{
	struct hand hands[4];
	struct world world;

	(void)state;
	start(&world);
	web_requests(world.admin.web);
	for (size_t i = 0; i < 4; i++) {
		hands[i].world = &world;
		snprintf(hands[i].course, sizeof(hands[i].course), "course-v1:Org+C%zu+2018", i);
		assert_int_equal(pthread_create(&hands[i].thread, NULL, use, &hands[i]), 0);
	}
	for (size_t i = 0; i < 4; i++) {
		pthread_join(hands[i].thread, NULL);
		assert_true(hands[i].ok);
	}
	web_requests(world.admin.web);
	assert_int_equal(world.admin.logins, 1);
	assert_int_equal(world.admin.count, 16);
	stop(&world);
}

/* ---- reading ---- */

static void states_follow_from_both_flags(void **state)
{
	struct world world;
	struct flag_state shown;

	(void)state;
	start(&world);
	shown = show(&world, COURSE);
	assert_false(shown.has_row);
	assert_int_equal(shown.own, FLAG_OFF);
	assert_int_equal(shown.global, FLAG_OFF);
	assert_int_equal(shown.effective, FLAG_OFF);
	assert_string_equal(shown.note, "");

	little_add(&world.admin, COURSE, true, false);
	little_add(&world.admin, COURSE "x", false, false);
	shown = show(&world, COURSE);
	assert_true(shown.has_row);
	assert_int_equal(shown.own, FLAG_ON);
	assert_int_equal(shown.effective, FLAG_OFF);
	assert_string_equal(shown.by, "staff");
	assert_int_equal(shown.changed, 0);
	assert_string_equal(shown.note, "changed Nov. 23, 2026, 3:00 a.m., as the admin shows it");

	little_add(&world.admin, "", true, false);
	shown = show(&world, COURSE);
	assert_int_equal(shown.global, FLAG_ON);
	assert_false(shown.for_all);
	assert_int_equal(shown.effective, FLAG_ON);

	little_add(&world.admin, COURSE, false, false);
	world.admin.rows[3].by[0] = '\0';
	shown = show(&world, COURSE);
	assert_int_equal(shown.own, FLAG_OFF);
	assert_int_equal(shown.effective, FLAG_OFF);
	assert_string_equal(shown.by, "");

	little_add(&world.admin, "", true, true);
	shown = show(&world, COURSE);
	assert_true(shown.for_all);
	assert_int_equal(shown.effective, FLAG_ON);
	little_add(&world.admin, "", false, true);
	assert_int_equal(show(&world, COURSE).effective, FLAG_OFF);
	stop(&world);
}

static void fill(struct world *world, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char course[64];

		snprintf(course, sizeof(course), "course-v1:Org+C%zu+2018", i);
		little_add(&world->admin, course, i % 3 == 0, false);
	}
}

static void all_pages_of_many_courses_are_read(void **state)
{
	const char *courses[12];
	char names[12][64];

	(void)state;
	for (int from_zero = 0; from_zero < 2; from_zero++) {
		struct flag_state shown[12];
		struct world world;

		start(&world);
		fill(&world, 40);
		world.admin.page_size = 7;
		world.admin.from_zero = from_zero;
		for (size_t i = 0; i < 12; i++) {
			snprintf(names[i], sizeof(names[i]), "course-v1:Org+C%zu+2018", i * 4);
			courses[i] = names[i];
		}
		assert_int_equal(ask(&world, courses, 12, shown), RESULT_OK);
		for (size_t i = 0; i < 12; i++) {
			assert_int_equal(shown[i].has_row, i < 10);
			assert_int_equal(shown[i].own, i < 10 && i * 4 % 3 == 0 ? FLAG_ON : FLAG_OFF);
		}
		assert_int_equal(world.admin.lists, 8); /* global, six pages, the first one again */
		stop(&world);
	}
}

/* Two courses are switched while the list is read: one had a row, on a later page; one had none. */
static void switch_two(struct little_admin *admin, const char *path)
{
	if (strstr(path, "p=3") && admin->count == 40) {
		little_add(admin, "course-v1:Org+C0+2018", true, false);
		little_add(admin, COURSE, true, false);
	}
}

static void what_moves_while_it_is_read_is_unknown(void **state)
{
	const char *courses[12] = {"course-v1:Org+C0+2018", "course-v1:Org+C30+2018", COURSE};

	(void)state;
	for (size_t i = 3; i < 12; i++)
		courses[i] = "course-v1:No+Such+Course";
	for (int no_filters = 0; no_filters < 2; no_filters++) {
		struct flag_state shown[12];
		struct world world;

		start(&world);
		fill(&world, 40);
		world.admin.page_size = 7;
		world.admin.before = switch_two;
		world.admin.no_filters = no_filters;
		assert_int_equal(ask(&world, courses, 12, shown), RESULT_OK);
		/* in the history its older row is still there */
		assert_int_equal(shown[0].own, no_filters ? FLAG_UNKNOWN : FLAG_ON);
		assert_int_equal(shown[1].own, FLAG_ON);
		assert_int_equal(shown[2].own, FLAG_UNKNOWN);
		expect_words(shown[2].note, "look again");
		assert_int_equal(shown[3].own, FLAG_UNKNOWN);
		assert_int_equal(ask(&world, courses, 12, shown), RESULT_OK);
		assert_int_equal(shown[0].own, FLAG_ON);
		assert_int_equal(shown[2].own, FLAG_ON);
		assert_false(shown[3].has_row);
		stop(&world);
	}
}

static void an_admin_without_filters_shows_its_whole_list(void **state)
{
	struct world world;

	(void)state;
	start(&world);
	fill(&world, 20);
	little_add(&world.admin, COURSE, true, false);
	little_add(&world.admin, COURSE, false, false);
	world.admin.no_filters = true;
	world.admin.page_size = 7;
	assert_int_equal(show(&world, COURSE).own, FLAG_OFF);
	assert_true(show(&world, "course-v1:Org+C0+2018").has_row);
	assert_false(show(&world, OTHER).has_row);
	stop(&world);
}

static void an_order_that_is_not_known_is_not_trusted(void **state)
{
	struct world world;
	struct flag_state shown;

	(void)state;
	start(&world);
	world.admin.oldest_first = true;
	little_add(&world.admin, COURSE, true, false);
	little_add(&world.admin, "", true, false);
	assert_int_equal(show(&world, COURSE).effective, FLAG_ON); /* of one there is no order */
	little_add(&world.admin, COURSE, false, false);
	shown = show(&world, COURSE);
	assert_int_equal(shown.own, FLAG_UNKNOWN);
	assert_int_equal(shown.global, FLAG_ON);
	expect_words(shown.note, "newest row first");
	little_add(&world.admin, "", false, false);
	shown = show(&world, COURSE);
	assert_int_equal(shown.global, FLAG_UNKNOWN);
	assert_int_equal(shown.effective, FLAG_UNKNOWN);
	stop(&world);
}

#define LIST(table) "<div id=changelist><table id=result_list>" table "</table>" PAGES
#define PAGES "<p class=paginator>1 flag</p></div>"
#define CELLS(enabled) "<td class=field-course_id>" COURSE "</td><td class=field-enabled>" enabled "</td>"

static void lists_that_are_not_understood_are_unknown(void **state)
{
	static const char *const lists[] = {
	    "<html><body>Welcome</body></html>",
	    "<div id=changelist>" PAGES,
	    "<div id=changelist><p class=paginator>10 flags</p></div>",
	    "<div id=changelist><p class=paginator>flags</p></div>",
	    "<div id=changelist></div><p class=paginator>0 flags</p>",
	    LIST("<tr><td>" COURSE "</td><td>True</td></tr>"),
	    LIST("<tr><td class=field-course_id>" COURSE "</td></tr>"),
	    LIST("<tr>" CELLS("True") "</tr>"),
	    LIST("<tr>" CELLS("<img alt=None>") "</tr>"),
	    LIST("<tr>" CELLS("<img alt=Wahr>") "</tr>"),
	    LIST("<tr>" CELLS("<img alt>") "</tr>"),
	    LIST("<tr><td class=field-enabled><img alt=True></td></tr>"),
	    LIST("<tr>" CELLS("<img alt=True>") "</tr><tr><td>?</td></tr>"),
	    LIST("<tr>" CELLS("<img alt=True>") "</tr><tr>" CELLS("<img alt=False>") "</tr>"),
	    /* the table's end never comes */
	    "<div id=changelist><table id=result_list><tr>" CELLS("<img alt=True>") "</tr>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
		struct flag_state shown;
		struct world world;

		start(&world);
		world.admin.list = lists[i];
		shown = show(&world, COURSE);
		if (shown.own != FLAG_UNKNOWN || shown.effective != FLAG_UNKNOWN || !*shown.note)
			fail_msg("%s: %s %s", lists[i], flag_value_name(shown.own), shown.note);
		stop(&world);
	}
}

static void hostile_pages_are_bounded(void **state)
{
	static const char *const parts[] = {"<div>", "<b><p>", "&amp;", "</x>", "<", "<table><tr><td>",
					    "<ul class=errorlist><li>x", "<!--", "\x01\xff\xc0",
					    "<form><input name=course_id>", "<p a='"};

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		for (size_t size = 200000; size < 6000000; size *= 5) {
			struct buf page = BUF_INIT;
			struct flag_state shown;
			struct world world;
			enum result st;

			start(&world);
			while (page.len < size)
				buf_add_text(&page, parts[i]);
			world.admin.page = buf_text(&page);
			st = ask(&world, (const char *const[]){COURSE}, 1, &shown);
			assert_true(st == RESULT_OK || st == RESULT_DAMAGED || st == RESULT_LIMIT);
			assert_true(st != RESULT_OK || shown.own == FLAG_UNKNOWN);
			assert_int_not_equal(world.flag->ops->set(world.flag, COURSE, true, &world.err),
					     RESULT_OK);
			world.admin.page = NULL;
			world.admin.post_body = buf_text(&page);
			assert_int_not_equal(world.flag->ops->set(world.flag, COURSE, true, &world.err),
					     RESULT_OK);
			stop(&world);
			buf_clear(&page);
		}
}

/* The parser gives up where elements are nested too deeply: what stands behind is not seen. */
static void a_page_that_is_not_read_whole_says_nothing(void **state)
{
	struct buf page = BUF_INIT;
	struct flag_state shown;
	struct world world;

	(void)state;
	start(&world);
	buf_add_text(&page, "<div id=changelist><p class=paginator>0 flags</p>");
	world.admin.list = buf_text(&page);
	assert_int_equal(show(&world, COURSE).own, FLAG_OFF); /* up to here it would be an answer */
	for (int i = 0; i < 300; i++)
		buf_add_text(&page, "<div>");
	buf_add_text(&page, LIST("<tr>" CELLS("<img alt=True>") "</tr>"));
	world.admin.list = buf_text(&page);
	assert_int_equal(ask(&world, (const char *const[]){COURSE}, 1, &shown), RESULT_DAMAGED);
	stop(&world);
	buf_clear(&page);
}

static void what_is_shown_is_harmless(void **state)
{
	struct world world;
	struct flag_state shown;

	(void)state;
	start(&world);
	little_add(&world.admin, COURSE, true, false);
	snprintf(world.admin.rows[0].by, sizeof(world.admin.rows[0].by), "e\xe2\x80\xae&#27;<b>vil</b>");
	shown = show(&world, COURSE);
	assert_null(strchr(shown.by, 27));
	assert_null(strstr(shown.by, "\xe2\x80\xae"));
	expect_words(shown.by, "vil");
	stop(&world);
}

static void an_admin_that_is_away_is_unreachable(void **state)
{
	struct world world;
	struct flag_state shown;
	struct web *web;

	(void)state;
	start(&world);
	web = world.admin.web;
	world.admin.web = web_start(NULL, NULL); /* for stop() */
	web_stop(web);
	assert_int_equal(ask(&world, (const char *const[]){COURSE}, 1, &shown), RESULT_UNREACHABLE);
	assert_int_equal(world.flag->ops->probe(world.flag, &world.err), RESULT_UNREACHABLE);
	assert_int_equal(world.flag->ops->set(world.flag, COURSE, true, &world.err),
			 RESULT_UNREACHABLE);
	stop(&world);
}

static void an_admin_in_trouble_is_asked_again_later(void **state)
{
	struct world world;
	struct flag_state shown;

	(void)state;
	start(&world);
	world.admin.global_status = 502;
	assert_int_equal(ask(&world, (const char *const[]){COURSE}, 1, &shown), RESULT_RETRY);
	world.admin.add_status = 500;
	expect_set(&world, COURSE, true, RESULT_RETRY, "500");
	assert_int_equal(world.admin.posts, 0);
	stop(&world);
}

/* ---- patience ---- */

struct waiting {
	struct world *world;
	struct patience patience;
	bool sets;
	enum result result;
	struct error err;
};

static void *wait_for_admin(void *arg)
{
	struct waiting *w = arg;
	struct flag *flag = w->world->flag;
	const char *course = COURSE;
	struct flag_state shown;

	patience_heed(&w->patience);
	w->result = w->sets ? flag->ops->set(flag, COURSE, true, &w->err)
			    : flag->ops->show(flag, &course, 1, &shown, &w->err);
	patience_heed(NULL);
	return NULL;
}

/* Ends the patience once the request has come that is not answered; how long it took then, in ms. */
static int64_t give_up(struct waiting *w, int request)
{
	pthread_t thread;
	int64_t begin;

	pthread_create(&thread, NULL, wait_for_admin, w);
	while (web_requests(w->world->admin.web) < request)
		usleep(1000);
	begin = clock_now(clock_system());
	patience_end(&w->patience);
	pthread_join(thread, NULL);
	return clock_now(clock_system()) - begin;
}

static void who_waits_for_an_admin_may_give_up(void **state)
{
	struct world world;
	struct waiting shows = {.world = &world}, sets = {.world = &world, .sets = true};
	struct flag_state shown;

	(void)state;
	start(&world);
	shown = show(&world, COURSE); /* logged in */
	assert_int_equal(shown.own, FLAG_OFF);
	world.admin.mischief = WEB_STALL;
	/* the form is asked for, then sent: that one is saved, and not answered */
	assert_true(give_up(&sets, web_requests(world.admin.web) + 2) < 5000);
	assert_int_equal(sets.result, RESULT_UNKNOWN);
	expect_words(sets.err.text, "given up");
	world.admin.stall_get = true;
	assert_true(give_up(&shows, web_requests(world.admin.web) + 1) < 5000);
	assert_int_equal(shows.result, RESULT_CANCELED);
	expect_words(shows.err.text, "given up");
	assert_int_equal(world.admin.posts, 1);
	stop(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_row_is_added),
	    cmocka_unit_test(a_form_with_errors_is_refused_in_its_words),
	    cmocka_unit_test(what_is_no_answer_leaves_it_open),
	    cmocka_unit_test(a_lost_answer_is_not_repeated),
	    cmocka_unit_test(an_admin_behind_a_name_like_login_is_one),
	    cmocka_unit_test(rights_are_told),
	    cmocka_unit_test(who_is_not_staff_is_refused),
	    cmocka_unit_test(a_session_that_ends_is_renewed),
	    cmocka_unit_test(a_session_that_never_lasts_is_refused),
	    cmocka_unit_test(a_wrong_password_is_refused_once),
	    cmocka_unit_test(a_form_without_a_token_is_not_sent),
	    cmocka_unit_test(threads_share_one_login),
	    cmocka_unit_test(states_follow_from_both_flags),
	    cmocka_unit_test(all_pages_of_many_courses_are_read),
	    cmocka_unit_test(what_moves_while_it_is_read_is_unknown),
	    cmocka_unit_test(an_admin_without_filters_shows_its_whole_list),
	    cmocka_unit_test(an_order_that_is_not_known_is_not_trusted),
	    cmocka_unit_test(lists_that_are_not_understood_are_unknown),
	    cmocka_unit_test(hostile_pages_are_bounded),
	    cmocka_unit_test(a_page_that_is_not_read_whole_says_nothing),
	    cmocka_unit_test(what_is_shown_is_harmless),
	    cmocka_unit_test(an_admin_that_is_away_is_unreachable),
	    cmocka_unit_test(an_admin_in_trouble_is_asked_again_later),
	    cmocka_unit_test(who_waits_for_an_admin_may_give_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
