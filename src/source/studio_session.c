#include "config.h"

#include "src/source/studio_session.h"

#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/secret.h"
#include "src/source/studio_jar.h"
#include "src/source/studio_words.h"

enum {
	MAX_BODY = 4 * 1024 * 1024,
	MAX_HOPS = 10,
	REFUSED_FOR = 5 * 60 * 1000, /* ms */
};

/* A page of Studio that nobody sees without having logged in. */
#define HOME "/home/"
#define TOKEN "csrftoken"

struct studio_session {
	struct http_endpoint *endpoint;
	struct clock *clock;
	char *url, *login_url, *user, *password; /* URLs without a last '/' */
	char *escaped; /* the password as forms have it */
	pthread_mutex_t lock; /* of what follows; held while logging in, so that others wait */
	struct studio_jar jar;
	bool logged_in;
	unsigned long logins; /* counts them */
	int64_t refused_until; /* monotonic ms; a login is not tried before */
	struct error refusal;
};

static enum result no_memory(struct error *err)
{
	return error_set(err, RESULT_NOMEM, "Studio: out of memory");
}

/* ---- answers ---- */

enum result studio_session_refusal(const struct studio_session *session,
				   struct http_answer *answer, const char *what,
				   struct error *err)
{
	const char *const secrets[] = {session->password, session->escaped, NULL};

	return studio_refusal(answer, what, secrets, err);
}

static bool is_trouble(const struct http_answer *answer)
{
	return answer->status == 408 || answer->status >= 500;
}

/* ---- requests, under the lock ---- */

/* "https://host:1" of an URL. */
static size_t origin_length(const char *url)
{
	const char *host = strstr(url, "://");

	return host ? (size_t)(host + 3 - url) + strcspn(host + 3, "/?#") : 0;
}

static bool same_origin(const char *a, const char *b)
{
	size_t len = origin_length(a);

	return len && len == origin_length(b) && !strncasecmp(a, b, len);
}

struct form {
	const char *type, *text; /* its Content-Type; NULL: no body */
	size_t len;
	const char *referer;
};

/* With the cookies for @url; takes those of the answer. */
static enum result send_form(struct studio_session *session, const char *method, const char *url,
			     const struct form *form, struct http_answer *out, struct error *err)
{
	const char *token = studio_jar_get(&session->jar, url, TOKEN);
	struct buf cookies = BUF_INIT;
	enum result st = RESULT_NOMEM;

	studio_jar_add(&session->jar, url, &cookies);
	if (cookies.failed) {
		no_memory(err);
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
		    .limit = MAX_BODY};

		st = http_request(session->endpoint, &request, out, err);
		if (st == RESULT_OK &&
		    !studio_jar_take(&session->jar, url, out, clock_wall(session->clock)))
			st = no_memory(err);
	}
	if (cookies.data)
		explicit_bzero(cookies.data, cookies.len);
	buf_clear(&cookies);
	return st;
}

/* Where @answer to @url sends us, if that is one of the two hosts; false else. */
static bool next_hop(const struct studio_session *session, const struct http_answer *answer,
		     const char *url, struct buf *out)
{
	const char *to = http_answer_header(answer, "location");

	buf_reset(out);
	if (answer->status / 100 != 3 || !to)
		return false;
	if (*to == '/' && to[1] != '/') {
		buf_add(out, url, origin_length(url));
		buf_add_text(out, to);
		return !out->failed;
	}
	if (!same_origin(to, session->url) && !same_origin(to, session->login_url))
		return false;
	buf_add_text(out, to);
	return !out->failed;
}

/*
 * Has Studio's own pages give their cookies. Where Studio logs in through the LMS, this is the
 * way there and back; it never leaves the two hosts.
 */
static enum result visit_home(struct studio_session *session, struct error *err)
{
	struct buf url = BUF_INIT, next = BUF_INIT;
	enum result st = RESULT_OK;
	bool more = true;

	buf_printf(&url, "%s" HOME, session->url);
	for (int hop = 0; st == RESULT_OK && more && hop < MAX_HOPS; hop++) {
		struct http_answer answer = {0};
		struct buf swap;

		st = url.failed ? no_memory(err)
				: send_form(session, "GET", buf_text(&url), NULL, &answer, err);
		if (st == RESULT_OK && is_trouble(&answer))
			st = studio_session_refusal(session, &answer, "Studio", err);
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

static enum result get_page(struct studio_session *session, const char *path, struct error *err)
{
	struct http_answer answer = {0};
	struct buf url = BUF_INIT;
	enum result st;

	buf_printf(&url, "%s%s", session->login_url, path);
	st = url.failed ? no_memory(err)
			: send_form(session, "GET", buf_text(&url), NULL, &answer, err);
	if (st == RESULT_OK && is_trouble(&answer))
		st = studio_session_refusal(session, &answer, "the login page", err);
	http_answer_clear(&answer);
	buf_clear(&url);
	return st;
}

/* The page one sees, else (where that is an application of its own) what takes the form. */
static enum result get_token(struct studio_session *session, struct error *err)
{
	enum result st = get_page(session, "/login", err);

	if (st == RESULT_OK && !studio_jar_get(&session->jar, session->login_url, TOKEN))
		st = get_page(session, doors[0].path, err);
	if (st == RESULT_OK && !studio_jar_get(&session->jar, session->login_url, TOKEN))
		st = get_page(session, doors[2].path, err);
	if (st == RESULT_OK && !studio_jar_get(&session->jar, session->login_url, TOKEN))
		st = error_set(err, RESULT_REFUSED, "%.200s/login sets no cookie " TOKEN
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

static enum result judge_login(struct studio_session *session, struct http_answer *answer,
			       struct error *err)
{
	bool failure = answer->status == 200 && says_failure(&answer->body);
	enum result st;

	if (answer->status == 200 && !failure)
		return RESULT_OK;
	st = studio_session_refusal(session, answer, "the login is refused", err);
	if (st != RESULT_REFUSED && !failure)
		return st;
	session->refused_until = clock_now(session->clock) + REFUSED_FOR;
	if (err)
		session->refusal = *err;
	session->refusal.result = RESULT_REFUSED;
	return RESULT_REFUSED;
}

/* *@missing: there is no such door here. */
static enum result knock(struct studio_session *session, const struct door *door, bool *missing,
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
		st = no_memory(err);
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

static enum result log_in(struct studio_session *session, struct error *err)
{
	bool missing = true;
	enum result st;

	if (session->refused_until > clock_now(session->clock))
		return error_set(err, RESULT_REFUSED, "%s", session->refusal.text);
	studio_jar_clear(&session->jar);
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

/* ---- asking ---- */

/* Studio does not know us: a page to log in at, or a token that is not of this session. */
static bool is_logged_out(const struct http_answer *answer)
{
	static const char *const words[] = {"login", "signin", "oauth2"};
	const char *to = http_answer_header(answer, "location");
	size_t len = to ? strcspn(to, "?#") : 0;

	if (answer->status == 401)
		return true;
	if (answer->status == 403)
		return memmem(buf_text(&answer->body), answer->body.len, "CSRF", 4) != NULL;
	if (answer->status / 100 != 3)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (to && memmem(to, len, words[i], strlen(words[i])))
			return true;
	return false;
}

/* What a request needs of the session, copied out of the lock. */
struct pass {
	struct buf cookies, token, referer;
	unsigned long login;
};

static void pass_clear(struct pass *pass)
{
	if (pass->cookies.data)
		explicit_bzero(pass->cookies.data, pass->cookies.len);
	buf_clear(&pass->cookies);
	buf_clear(&pass->token);
	buf_clear(&pass->referer);
}

static enum result get_pass(struct studio_session *session, struct pass *pass, struct error *err)
{
	enum result st = RESULT_OK;
	const char *token;

	*pass = (struct pass){BUF_INIT, BUF_INIT, BUF_INIT, 0};
	pthread_mutex_lock(&session->lock);
	if (!session->logged_in)
		st = log_in(session, err);
	token = studio_jar_get(&session->jar, session->url, TOKEN);
	studio_jar_add(&session->jar, session->url, &pass->cookies);
	buf_add_text(&pass->token, token ? token : "");
	buf_printf(&pass->referer, "%s/", session->url);
	pass->login = session->logins;
	pthread_mutex_unlock(&session->lock);
	if (pass->cookies.failed || pass->token.failed || pass->referer.failed)
		st = no_memory(err);
	return st;
}

static enum result send_json(struct studio_session *session, const struct pass *pass,
			     const char *method, const char *url, const char *body,
			     struct http_answer *out, struct error *err)
{
	const struct http_header headers[] = {
	    {"Accept", "application/json"},
	    {"Content-Type", body ? "application/json" : ""},
	    {"Referer", buf_text(&pass->referer)},
	    {"X-CSRFToken", buf_text(&pass->token)},
	    {"Cookie", buf_text(&pass->cookies)},
	};
	const struct http_request request = {.method = method, .url = url, .headers = headers,
					     .header_count = sizeof(headers) / sizeof(*headers),
					     .body = body, .body_len = body ? strlen(body) : 0,
					     .limit = MAX_BODY};

	return http_request(session->endpoint, &request, out, err);
}

/* Keeps what the answer sets; or sees that this login is over, unless there was a newer one. */
static enum result note_answer(struct studio_session *session, const struct pass *pass,
			       const struct http_answer *answer, bool over, struct error *err)
{
	bool ok = true;

	pthread_mutex_lock(&session->lock);
	if (pass->login == session->logins) {
		if (over)
			session->logged_in = false;
		else
			ok = studio_jar_take(&session->jar, session->url, answer,
					     clock_wall(session->clock));
	}
	pthread_mutex_unlock(&session->lock);
	return ok ? RESULT_OK : no_memory(err);
}

enum result studio_session_ask(struct studio_session *session, const char *method,
			       const char *path, const char *body, struct http_answer *out,
			       struct error *err)
{
	struct buf url = BUF_INIT;
	bool over = true;
	enum result st = RESULT_OK;

	buf_printf(&url, "%s%s", session->url, path);
	if (url.failed)
		st = no_memory(err);
	for (int turn = 0; st == RESULT_OK && over && turn < 2; turn++) {
		struct pass pass;

		http_answer_clear(out);
		st = get_pass(session, &pass, err);
		if (st == RESULT_OK)
			st = send_json(session, &pass, method, buf_text(&url), body, out, err);
		over = st == RESULT_OK && is_logged_out(out);
		if (st == RESULT_OK)
			st = note_answer(session, &pass, out, over, err);
		pass_clear(&pass);
	}
	buf_clear(&url);
	if (st == RESULT_OK && over)
		st = studio_session_refusal(session, out, "Studio does not take the login", err);
	return st;
}

/* ---- without logging in ---- */

static enum result touch(struct studio_session *session, const char *root, const char *path,
			 int64_t *date, struct error *err)
{
	struct http_answer answer = {0};
	struct buf url = BUF_INIT;
	enum result st;

	buf_printf(&url, "%s%s", root, path);
	if (url.failed) {
		st = no_memory(err);
	} else {
		const struct http_request request = {
		    .method = "GET", .url = buf_text(&url), .limit = MAX_BODY};

		st = http_request(session->endpoint, &request, &answer, err);
	}
	if (st == RESULT_OK && is_trouble(&answer))
		st = studio_session_refusal(session, &answer, root, err);
	if (date)
		*date = answer.date;
	http_answer_clear(&answer);
	buf_clear(&url);
	return st;
}

enum result studio_session_probe(struct studio_session *session, int64_t *date, struct error *err)
{
	enum result st = touch(session, session->url, "/", date, err);

	if (st == RESULT_OK && strcmp(session->url, session->login_url))
		st = touch(session, session->login_url, "/login", NULL, err);
	return st;
}

/* ---- life ---- */

static char *copy_url(const char *url)
{
	size_t len = strlen(url);

	while (len && url[len - 1] == '/')
		len--;
	return strndup(url, len);
}

static enum result copy_options(struct studio_session *session,
				const struct linker_studio_options *options, struct error *err)
{
	const struct http_endpoint_options endpoint = {"studio", options->ca_file,
						       options->unverified};
	bool apart = options->login_url && *options->login_url;
	struct buf escaped = BUF_INIT;

	buf_reserve(&escaped, 3 * strlen(options->password) + 1);
	http_add_escaped(&escaped, options->password, false);
	session->url = copy_url(options->url);
	session->login_url = copy_url(apart ? options->login_url : options->url);
	session->user = strdup(options->user);
	session->password = strdup(options->password);
	session->escaped = buf_take(&escaped);
	if (!session->url || !session->login_url || !session->user || !session->password ||
	    !session->escaped)
		return no_memory(err);
	if (!origin_length(session->url) || !origin_length(session->login_url))
		return error_set(err, RESULT_INVALID, "Studio: no URL with a scheme and a host");
	return http_endpoint_new(&session->endpoint, options->http, &endpoint, err);
}

enum result studio_session_new(struct studio_session **out,
			       const struct linker_studio_options *options, struct error *err)
{
	struct studio_session *session = calloc(1, sizeof(*session));
	enum result st;

	*out = NULL;
	if (!session)
		return no_memory(err);
	pthread_mutex_init(&session->lock, NULL);
	session->clock = options->clock ? options->clock : clock_system();
	st = copy_options(session, options, err);
	if (st == RESULT_OK)
		*out = session;
	else
		studio_session_free(session);
	return st;
}

void studio_session_free(struct studio_session *session)
{
	if (!session)
		return;
	studio_jar_clear(&session->jar);
	http_endpoint_free(session->endpoint);
	pthread_mutex_destroy(&session->lock);
	free(session->url);
	free(session->login_url);
	free(session->user);
	secret_free(session->password);
	secret_free(session->escaped);
	free(session);
}

const char *studio_session_url(const struct studio_session *session)
{
	return session->url;
}

const char *studio_session_login_url(const struct studio_session *session)
{
	return session->login_url;
}

const char *studio_session_user(const struct studio_session *session)
{
	return session->user;
}

struct clock *studio_session_clock(const struct studio_session *session)
{
	return session->clock;
}
