#include "config.h"

#include "src/base/platform_session.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/platform_login.h"
#include "src/base/platform_words.h"
#include "src/base/secret.h"

static enum result no_memory(const struct platform_session *session, struct error *err)
{
	return error_set(err, RESULT_NOMEM, "%s: out of memory", session->name);
}

/* ---- answers ---- */

enum result platform_session_refusal(const struct platform_session *session,
				   struct http_answer *answer, const char *what,
				   struct error *err)
{
	const char *const secrets[] = {session->password, session->escaped, NULL};

	return platform_refusal(answer, what, secrets, err);
}

void platform_session_clean(const struct platform_session *session, struct buf *words)
{
	const char *const secrets[] = {session->password, session->escaped, NULL};

	platform_clean(words, secrets);
}

/* ---- asking ---- */

/* It does not know us: a page to log in at, or a token that is not of this session. */
static bool is_logged_out(const struct platform_session *session, const struct http_answer *answer)
{
	static const char *const words[] = {"login", "signin", "oauth2"};
	const char *to = http_answer_header(answer, "location");
	size_t len;

	if (answer->status == 401)
		return true;
	if (answer->status == 403)
		return memmem(buf_text(&answer->body), answer->body.len, "CSRF", 4) != NULL;
	if (answer->status / 100 != 3 || !to)
		return false;
	if (platform_same_origin(to, session->url)) /* a host's name says nothing then */
		to += platform_origin_length(to);
	len = strcspn(to, "?#");
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (memmem(to, len, words[i], strlen(words[i])))
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

static enum result get_pass(struct platform_session *session, struct pass *pass, struct error *err)
{
	enum result st = RESULT_OK;
	const char *token;

	*pass = (struct pass){BUF_INIT, BUF_INIT, BUF_INIT, 0};
	pthread_mutex_lock(&session->lock);
	if (!session->logged_in)
		st = platform_log_in(session, err);
	token = platform_jar_get(&session->jar, session->url, PLATFORM_TOKEN);
	platform_jar_add(&session->jar, session->url, &pass->cookies);
	buf_add_text(&pass->token, token ? token : "");
	buf_printf(&pass->referer, "%s/", session->url);
	pass->login = session->logins;
	pthread_mutex_unlock(&session->lock);
	if (pass->cookies.failed || pass->token.failed || pass->referer.failed)
		st = no_memory(session, err);
	return st;
}

static enum result send_ask(struct platform_session *session, const struct pass *pass,
			    const struct platform_ask *ask, const char *url,
			    struct http_answer *out, struct error *err)
{
	const char *body = ask->body;
	const struct http_header headers[] = {
	    {"Accept", ask->page ? "text/html" : "application/json"},
	    {"Content-Type", !body	 ? ""
			     : ask->page ? "application/x-www-form-urlencoded"
					 : "application/json"},
	    {"Referer", ask->page ? url : buf_text(&pass->referer)},
	    {"X-CSRFToken", buf_text(&pass->token)},
	    {"Cookie", buf_text(&pass->cookies)},
	};
	const struct http_request request = {.method = ask->method, .url = url, .headers = headers,
					     .header_count = sizeof(headers) / sizeof(*headers),
					     .body = body, .body_len = body ? strlen(body) : 0,
					     .limit = PLATFORM_MAX_BODY};

	return http_request(session->endpoint, &request, out, err);
}

/* Keeps what the answer sets; or sees that this login is over, unless there was a newer one. */
static enum result note_answer(struct platform_session *session, const struct pass *pass,
			       const struct http_answer *answer, bool over, struct error *err)
{
	bool ok = true;

	pthread_mutex_lock(&session->lock);
	if (pass->login == session->logins) {
		if (over)
			session->logged_in = false;
		else
			ok = platform_jar_take(&session->jar, session->url, answer,
					     clock_wall(session->clock));
	}
	pthread_mutex_unlock(&session->lock);
	return ok ? RESULT_OK : no_memory(session, err);
}

enum result platform_session_try(struct platform_session *session, const struct platform_ask *ask,
				 bool *over, struct http_answer *out, struct error *err)
{
	struct buf url = BUF_INIT;
	struct pass pass;
	enum result st;

	*over = false;
	http_answer_clear(out);
	buf_printf(&url, "%s%s", session->url, ask->path);
	if (url.failed) {
		buf_clear(&url);
		return no_memory(session, err);
	}
	st = get_pass(session, &pass, err);
	if (st == RESULT_OK)
		st = send_ask(session, &pass, ask, buf_text(&url), out, err);
	*over = st == RESULT_OK && is_logged_out(session, out);
	if (st == RESULT_OK)
		st = note_answer(session, &pass, out, *over, err);
	pass_clear(&pass);
	buf_clear(&url);
	return st;
}

enum result platform_session_over(const struct platform_session *session,
				  struct http_answer *answer, struct error *err)
{
	char what[120];

	snprintf(what, sizeof(what), "%s does not take the login", session->name);
	return platform_session_refusal(session, answer, what, err);
}

enum result platform_session_ask(struct platform_session *session, const struct platform_ask *ask,
				 struct http_answer *out, struct error *err)
{
	bool over = true;
	enum result st = RESULT_OK;

	for (int turn = 0; st == RESULT_OK && over && turn < 2; turn++)
		st = platform_session_try(session, ask, &over, out, err);
	return st == RESULT_OK && over ? platform_session_over(session, out, err) : st;
}

/* ---- without logging in ---- */

static enum result touch(struct platform_session *session, const char *root, const char *path,
			 int64_t *date, struct error *err)
{
	struct http_answer answer = {0};
	struct buf url = BUF_INIT;
	enum result st;

	buf_printf(&url, "%s%s", root, path);
	if (url.failed) {
		st = no_memory(session, err);
	} else {
		const struct http_request request = {
		    .method = "GET", .url = buf_text(&url), .limit = PLATFORM_MAX_BODY};

		st = http_request(session->endpoint, &request, &answer, err);
	}
	if (st == RESULT_OK && platform_is_trouble(&answer))
		st = platform_session_refusal(session, &answer, root, err);
	if (date)
		*date = answer.date;
	http_answer_clear(&answer);
	buf_clear(&url);
	return st;
}

enum result platform_session_probe(struct platform_session *session, int64_t *date, struct error *err)
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

static enum result copy_options(struct platform_session *session,
				const struct platform_options *options, struct error *err)
{
	const struct http_endpoint_options endpoint = {options->endpoint, options->ca_file,
						       options->unverified};
	bool apart = options->login_url && *options->login_url;
	struct buf escaped = BUF_INIT;

	buf_reserve(&escaped, 3 * strlen(options->password) + 1);
	http_add_escaped(&escaped, options->password, false);
	session->name = strdup(options->name);
	session->url = copy_url(options->url);
	session->login_url = copy_url(apart ? options->login_url : options->url);
	session->user = strdup(options->user);
	session->password = strdup(options->password);
	session->escaped = buf_take(&escaped);
	if (!session->name || !session->url || !session->login_url || !session->user ||
	    !session->password || !session->escaped)
		return error_set(err, RESULT_NOMEM, "%s: out of memory", options->name);
	if (!platform_origin_length(session->url) || !platform_origin_length(session->login_url))
		return error_set(err, RESULT_INVALID, "%s: no URL with a scheme and a host",
				 session->name);
	return http_endpoint_new(&session->endpoint, options->http, &endpoint, err);
}

enum result platform_session_new(struct platform_session **out,
				 const struct platform_options *options, struct error *err)
{
	struct platform_session *session = calloc(1, sizeof(*session));
	enum result st;

	*out = NULL;
	if (!session)
		return error_set(err, RESULT_NOMEM, "%s: out of memory", options->name);
	pthread_mutex_init(&session->lock, NULL);
	session->clock = options->clock ? options->clock : clock_system();
	st = copy_options(session, options, err);
	if (st == RESULT_OK)
		*out = session;
	else
		platform_session_free(session);
	return st;
}

void platform_session_free(struct platform_session *session)
{
	if (!session)
		return;
	platform_jar_clear(&session->jar);
	http_endpoint_free(session->endpoint);
	pthread_mutex_destroy(&session->lock);
	free(session->name);
	free(session->url);
	free(session->login_url);
	free(session->user);
	secret_free(session->password);
	secret_free(session->escaped);
	free(session);
}

const char *platform_session_url(const struct platform_session *session)
{
	return session->url;
}

const char *platform_session_login_url(const struct platform_session *session)
{
	return session->login_url;
}

const char *platform_session_user(const struct platform_session *session)
{
	return session->user;
}

struct clock *platform_session_clock(const struct platform_session *session)
{
	return session->clock;
}
