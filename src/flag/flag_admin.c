/*
 * [flag] kind = admin: the platform's Django admin over HTTP, as a person uses it (domain 8.4).
 *
 * A row is added by the add form: its page is fetched for the token, the form is sent once, and
 * 302 to another page of the admin says that it is saved. admin_show.c reads the lists of rows.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/secret.h"
#include "src/flag/admin.h"
#include "src/flag/admin_page.h"
#include "src/flag/flag_kinds.h"

#define PERMISSION "video_config.add_coursevideotranscriptenabledflag"

static struct flag_admin *of(struct flag *flag)
{
	return (struct flag_admin *)flag;
}

static enum result no_memory(struct error *err)
{
	return error_set(err, RESULT_NOMEM, ADMIN_NAME ": out of memory");
}

/* ---- refusals ---- */

enum result admin_refuse(struct flag_admin *self, struct http_answer *answer, struct error *err)
{
	const char *user = platform_session_user(self->session);
	bool forbidden = answer->status == 403;
	struct error why = {0};
	enum result st = platform_session_refusal(self->session, answer, ADMIN_NAME, &why);

	if (forbidden)
		return error_set(err, st, "%s: has %s the permission " PERMISSION
				 ", and those to view both flags?", why.text, user);
	return error_set(err, st, "%s", why.text);
}

static enum result refuse_login(struct flag_admin *self, struct http_answer *answer,
				struct error *err)
{
	struct error why = {0};
	enum result st = platform_session_over(self->session, answer, &why);

	return error_set(err, st, "%s: is %s staff?", why.text,
			 platform_session_user(self->session));
}

enum result admin_get(struct flag_admin *self, const char *path, struct http_answer *out,
		       struct error *err)
{
	const struct platform_ask ask = {.method = "GET", .path = path, .page = true};
	bool over = true;
	enum result st = RESULT_OK;

	for (int turn = 0; st == RESULT_OK && over && turn < 2; turn++)
		st = platform_session_try(self->session, &ask, &over, out, err);
	return st == RESULT_OK && over ? refuse_login(self, out, err) : st;
}

/* ---- adding a row ---- */

static enum result get_token(struct flag_admin *self, struct buf *token, struct error *err)
{
	struct admin_page *page = NULL;
	struct http_answer answer = {0};
	enum result st = admin_get(self, ADMIN_COURSES "add/", &answer, err);

	if (st == RESULT_OK && answer.status != 200)
		st = admin_refuse(self, &answer, err);
	else if (st == RESULT_OK)
		st = admin_page_read(&page, &answer.body, err);
	buf_reset(token);
	if (st == RESULT_OK && !admin_page_token(page, "course_id", token))
		st = error_set(err, RESULT_REFUSED,
			       ADMIN_NAME ": %.200s" ADMIN_COURSES "add/ has no form with course_id "
			       "and csrfmiddlewaretoken: is it the platform's?",
			       platform_session_url(self->session));
	admin_page_free(page);
	http_answer_clear(&answer);
	return st;
}

static void make_form(struct buf *out, const char *token, const char *course, bool on)
{
	buf_reset(out);
	buf_add_text(out, "csrfmiddlewaretoken=");
	http_add_escaped(out, token, false);
	buf_add_text(out, "&course_id=");
	http_add_escaped(out, course, false);
	buf_printf(out, "%s&_save=Save", on ? "&enabled=on" : "");
}

/* To a page of the admin, and not back to the form: another scheme or host is no answer to it. */
static bool is_saved(struct flag_admin *self, const struct http_answer *answer)
{
	const char *url = platform_session_url(self->session);
	const char *to = http_answer_header(answer, "location");
	size_t len = strlen(url);

	if (answer->status != 302 || !to)
		return false;
	if (!strncasecmp(to, url, len))
		to += len;
	return !strncmp(to, ADMIN_PATH, strlen(ADMIN_PATH)) &&
	       strncmp(to, ADMIN_COURSES "add/", strlen(ADMIN_COURSES "add/"));
}

/* 200: the form once more, with what is wrong with it. */
static enum result read_complaint(struct flag_admin *self, const struct http_answer *answer,
				  struct error *err)
{
	struct buf words = BUF_INIT, token = BUF_INIT;
	struct admin_page *page = NULL;
	enum result st = admin_page_read(&page, &answer->body, err);
	bool is_form = st == RESULT_OK && admin_page_token(page, "course_id", &token);

	if (is_form)
		admin_page_errors(page, &words);
	platform_session_clean(self->session, &words);
	if (!is_form)
		st = error_set(err, RESULT_UNKNOWN, ADMIN_NAME ": 200 OK, and not with the form again");
	else
		st = error_set(err, RESULT_REFUSED, ADMIN_NAME ": %s",
			       words.len ? buf_text(&words)
					 : "it gives the form back, and does not say why");
	buf_clear(&words);
	buf_clear(&token);
	admin_page_free(page);
	return st;
}

static enum result judge(struct flag_admin *self, struct http_answer *answer, struct error *err)
{
	enum result st;

	if (is_saved(self, answer))
		return RESULT_OK;
	if (answer->status == 200)
		return read_complaint(self, answer, err);
	if (answer->status / 100 == 2)
		return error_set(err, RESULT_UNKNOWN, ADMIN_NAME ": %d, which no form answers",
				 answer->status);
	st = admin_refuse(self, answer, err);
	if (st != RESULT_REFUSED && err)
		err->result = RESULT_UNKNOWN;
	return st == RESULT_REFUSED ? st : RESULT_UNKNOWN;
}

/* Sends the form once; *@over: not taken, since one has to log in again, says @login. */
static enum result send_form(struct flag_admin *self, const char *form, bool *over,
			     struct error *login, struct error *err)
{
	const struct platform_ask ask = {
	    .method = "POST", .path = ADMIN_COURSES "add/", .body = form, .page = true};
	struct http_answer answer = {0};
	enum result st = platform_session_try(self->session, &ask, over, &answer, err);

	if (st == RESULT_LIMIT) /* of an answer: the form was there */
		st = error_prefix(err, ADMIN_NAME);
	else if (st == RESULT_OK && *over)
		refuse_login(self, &answer, login);
	else if (st == RESULT_OK)
		st = judge(self, &answer, err);
	http_answer_clear(&answer);
	return st;
}

static enum result admin_set(struct flag *flag, const char *course, bool on, struct error *err)
{
	struct flag_admin *self = of(flag);
	struct buf token = BUF_INIT, form = BUF_INIT;
	struct error login = {0};
	bool over = true;
	enum result st = RESULT_OK;

	for (int turn = 0; st == RESULT_OK && over && turn < 2; turn++) {
		st = get_token(self, &token, err);
		if (st != RESULT_OK)
			break;
		make_form(&form, buf_text(&token), course, on);
		st = token.failed || form.failed
			 ? no_memory(err)
			 : send_form(self, buf_text(&form), &over, &login, err);
	}
	buf_clear(&token);
	buf_clear(&form);
	return st == RESULT_OK && over ? error_set(err, login.result, "%s", login.text) : st;
}

/* ---- its health, its life ---- */

static enum result admin_probe(struct flag *flag, struct error *err)
{
	struct buf token = BUF_INIT;
	enum result st = get_token(of(flag), &token, err);

	buf_clear(&token);
	return st;
}

static void admin_free(struct flag *flag)
{
	struct flag_admin *self = of(flag);

	platform_session_free(self->session);
	free(self);
}

static const struct flag_ops admin_ops = {
    .kind = "admin",
    .show = admin_show,
    .set = admin_set,
    .probe = admin_probe,
    .free = admin_free,
};

enum result flag_admin_open(struct flag **out, const struct conf *conf, struct http *http,
			    struct error *err)
{
	struct flag_admin *self = calloc(1, sizeof(*self));
	struct platform_options options = {.http = http,
					   .name = ADMIN_NAME,
					   .endpoint = "flag",
					   .url = conf->flag_url,
					   .login_url = conf->flag_login_url,
					   .user = conf->flag_user,
					   .ca_file = conf->flag_ca_file,
					   .unverified = conf->flag_unverified};
	char *password = NULL;
	enum result st;

	*out = NULL;
	if (!self)
		return no_memory(err);
	self->flag.ops = &admin_ops;
	self->flag.tls_unverified = conf->flag_unverified;
	st = secret_read(conf->flag_password_env, conf->flag_password_file, "password", &password,
			 err);
	options.password = password;
	if (st == RESULT_OK)
		st = platform_session_new(&self->session, &options, err);
	secret_free(password);
	if (st == RESULT_OK)
		*out = &self->flag;
	else
		admin_free(&self->flag);
	return st;
}
