#include "config.h"

#include "src/base/platform_login.h"

#include <cjson/cJSON.h>
#include <string.h>
#include <strings.h>

#include "src/base/platform_words.h"

enum {
	MAX_HOPS = 10,
	REFUSED_FOR = 5 * 60 * 1000, /* ms */
};

/* A page of Studio that nobody sees without having logged in; the LMS has none there (404). */
#define HOME "/home/"

static enum result no_memory(const struct platform_session *session, struct error *err)
{
	return error_set(err, RESULT_NOMEM, "%s: out of memory", session->name);
}

/* ---- requests ---- */

size_t platform_origin_length(const char *url)
{
	const char *host = strstr(url, "://");

	return host ? (size_t)(host + 3 - url) + strcspn(host + 3, "/?#") : 0;
}

bool platform_same_origin(const char *a, const char *b)
{
	size_t len = platform_origin_length(a);

	return len && len == platform_origin_length(b) && !strncasecmp(a, b, len);
}

struct form {
	const char *type, *text; /* its Content-Type; NULL: no body */
	size_t len;
	const char *referer;
};

/* With the cookies for @url; takes those of the answer. */
static enum result send_form(struct platform_session *session, const char *method, const char *url,
			     const struct form *form, struct http_answer *out, struct error *err)
{
	const char *token = platform_jar_get(&session->jar, url, PLATFORM_TOKEN);
	struct buf cookies = BUF_INIT;
	enum result st = RESULT_NOMEM;

	platform_jar_add(&session->jar, url, &cookies);
	if (cookies.failed) {
		no_memory(session, err);
	} else {
		const struct http_header headers[] = {
		    {"Accept", "text/html, application/json"},
		    {"Content-Type", form ? form->type : ""},
		    {"Referer", form ? form->referer : ""},
		    {"X-CSRFToken", form && token ? token : ""},
		    {"Cookie", buf_text(&cookies)},
		};
		const struct http_request request = {
		    .method = method, .url = url, .headers = headers,
		    .header_count = sizeof(headers) / sizeof(*headers),
		    .body = form ? form->text : NULL, .body_len = form ? form->len : 0,
		    .limit = PLATFORM_MAX_BODY};

		st = http_request(session->endpoint, &request, out, err);
		if (st == RESULT_OK &&
		    !platform_jar_take(&session->jar, url, out, clock_wall(session->clock)))
			st = no_memory(session, err);
	}
	if (cookies.data)
		explicit_bzero(cookies.data, cookies.len);
	buf_clear(&cookies);
	return st;
}

/* Where @answer to @url sends us, if that is one of the two hosts; false else. */
static bool next_hop(const struct platform_session *session, const struct http_answer *answer,
		     const char *url, struct buf *out)
{
	const char *to = http_answer_header(answer, "location");

	buf_reset(out);
	if (answer->status / 100 != 3 || !to)
		return false;
	if (*to == '/' && to[1] != '/') {
		buf_add(out, url, platform_origin_length(url));
		buf_add_text(out, to);
		return !out->failed;
	}
	if (!platform_same_origin(to, session->url) && !platform_same_origin(to, session->login_url))
		return false;
	buf_add_text(out, to);
	return !out->failed;
}

/*
 * Has the server's own pages give their cookies. Where Studio logs in through the LMS, this is the
 * way there and back; it never leaves the two hosts.
 */
static enum result visit_home(struct platform_session *session, struct error *err)
{
	struct buf url = BUF_INIT, next = BUF_INIT;
	enum result st = RESULT_OK;
	bool more = true;

	buf_printf(&url, "%s" HOME, session->url);
	for (int hop = 0; st == RESULT_OK && more && hop < MAX_HOPS; hop++) {
		struct http_answer answer = {0};
		struct buf swap;

		st = url.failed ? no_memory(session, err)
				: send_form(session, "GET", buf_text(&url), NULL, &answer, err);
		if (st == RESULT_OK && platform_is_trouble(&answer))
			st = platform_session_refusal(session, &answer, session->name, err);
		more = st == RESULT_OK && next_hop(session, &answer, buf_text(&url), &next);
		swap = url;
		url = next;
		next = swap;
		http_answer_clear(&answer);
	}
	buf_clear(&url);
	buf_clear(&next);
	return st;
}

/* ---- the login ---- */

/* By name one logs in at newer releases only. */
static const struct door {
	const char *path, *field;
} doors[] = {
    {"/user_api/v1/account/login_session/", "email"},
    {"/api/user/v1/account/login_session/", "email"},
    {"/api/user/v2/account/login_session/", "email_or_username"},
};

static enum result get_page(struct platform_session *session, const char *path, struct error *err)
{
	struct http_answer answer = {0};
	struct buf url = BUF_INIT;
	enum result st;

	buf_printf(&url, "%s%s", session->login_url, path);
	st = url.failed ? no_memory(session, err)
			: send_form(session, "GET", buf_text(&url), NULL, &answer, err);
	if (st == RESULT_OK && platform_is_trouble(&answer))
		st = platform_session_refusal(session, &answer, "the login page", err);
	http_answer_clear(&answer);
	buf_clear(&url);
	return st;
}

/* The page one sees, else (where that is an application of its own) what takes the form. */
static enum result get_token(struct platform_session *session, struct error *err)
{
	enum result st = get_page(session, "/login", err);

	if (st == RESULT_OK && !platform_jar_get(&session->jar, session->login_url, PLATFORM_TOKEN))
		st = get_page(session, doors[0].path, err);
	if (st == RESULT_OK && !platform_jar_get(&session->jar, session->login_url, PLATFORM_TOKEN))
		st = get_page(session, doors[2].path, err);
	if (st == RESULT_OK && !platform_jar_get(&session->jar, session->login_url, PLATFORM_TOKEN))
		st = error_set(err, RESULT_REFUSED, "%.200s/login sets no cookie " PLATFORM_TOKEN
			       ": is that where one logs in?", session->login_url);
	return st;
}

/* Early releases answer with nothing, newer ones with {"success": true}. */
static bool says_failure(const struct buf *body)
{
	cJSON *root = cJSON_ParseWithLength(buf_text(body), body->len);
	bool failure = cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(root, "success"));

	cJSON_Delete(root);
	return failure;
}

static enum result judge_login(struct platform_session *session, struct http_answer *answer,
			       struct error *err)
{
	bool failure = answer->status == 200 && says_failure(&answer->body);
	enum result st;

	if (answer->status == 200 && !failure)
		return RESULT_OK;
	st = platform_session_refusal(session, answer, "the login is refused", err);
	if (st != RESULT_REFUSED && !failure)
		return st;
	session->refused_until = clock_now(session->clock) + REFUSED_FOR;
	if (err)
		session->refusal = *err;
	session->refusal.result = RESULT_REFUSED;
	return RESULT_REFUSED;
}

/* *@missing: there is no such door here. */
static enum result knock(struct platform_session *session, const struct door *door, bool *missing,
			 struct error *err)
{
	struct buf url = BUF_INIT, text = BUF_INIT, referer = BUF_INIT;
	struct http_answer answer = {0};
	enum result st;

	buf_printf(&url, "%s%s", session->login_url, door->path);
	buf_printf(&referer, "%s/login", session->login_url);
	/* in one piece, so that no half of the password stays behind */
	buf_reserve(&text, 3 * strlen(session->user) + strlen(session->escaped) + 64);
	buf_printf(&text, "%s=", door->field);
	http_add_escaped(&text, session->user, false);
	buf_printf(&text, "&password=%s", session->escaped);
	if (url.failed || text.failed || referer.failed) {
		st = no_memory(session, err);
	} else {
		const struct form form = {"application/x-www-form-urlencoded", buf_text(&text),
					  text.len, buf_text(&referer)};

		st = send_form(session, "POST", buf_text(&url), &form, &answer, err);
	}
	*missing = st == RESULT_OK && answer.status == 404;
	if (st == RESULT_OK && !*missing)
		st = judge_login(session, &answer, err);
	if (text.data)
		explicit_bzero(text.data, text.len);
	http_answer_clear(&answer);
	buf_clear(&url);
	buf_clear(&text);
	buf_clear(&referer);
	return st;
}

enum result platform_log_in(struct platform_session *session, struct error *err)
{
	bool missing = true;
	enum result st;

	if (session->refused_until > clock_now(session->clock))
		return error_set(err, RESULT_REFUSED, "%s", session->refusal.text);
	platform_jar_clear(&session->jar);
	st = get_token(session, err);
	for (size_t i = strchr(session->user, '@') ? 0 : 2;
	     st == RESULT_OK && missing && i < sizeof(doors) / sizeof(*doors); i++)
		st = knock(session, &doors[i], &missing, err);
	if (st == RESULT_OK && missing)
		st = error_set(err, RESULT_REFUSED, "%.200s has none of the platform's login URLs",
			       session->login_url);
	if (st == RESULT_OK)
		st = visit_home(session, err);
	session->logged_in = st == RESULT_OK;
	session->logins += session->logged_in;
	return st;
}
