#include "config.h"

#include "tests/unit/little_studio.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int hex(char c)
{
	return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

static void unescape(const char *text, size_t len, char *out, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < len && used + 1 < size; i++) {
		if (text[i] == '%' && i + 2 < len) {
			out[used++] = (char)(hex(text[i + 1]) * 16 + hex(text[i + 2]));
			i += 2;
		} else {
			out[used++] = text[i];
		}
	}
	out[used] = '\0';
}

/* The number behind "@name=", of a cookie or a header. */
static int number_of(const char *text, const char *name)
{
	const char *at = text ? strstr(text, name) : NULL;

	return at ? (int)strtol(at + strlen(name), NULL, 10) : 0;
}

static void say(struct web_answer *answer, int status, const char *type, const char *text)
{
	answer->status = status;
	buf_printf(&answer->headers, "Content-Type: %s\r\n", type);
	buf_add_text(&answer->body, text);
}

/* ---- who is it ---- */

static bool has_token(struct little_studio *studio, const struct web_request *request)
{
	char cookies[2048], header[256], referer[512];

	if (!web_header(request, "cookie", cookies, sizeof(cookies)) ||
	    !web_header(request, "x-csrftoken", header, sizeof(header)) ||
	    !web_header(request, "referer", referer, sizeof(referer)))
		return false;
	return studio->token && number_of(cookies, "csrftoken=t") == studio->token &&
	       number_of(header, "t") == studio->token;
}

static bool has_session(struct little_studio *studio, const struct web_request *request)
{
	char cookies[2048];

	return studio->session && web_header(request, "cookie", cookies, sizeof(cookies)) &&
	       number_of(cookies, "sessionid=s") == studio->session;
}

static void set_token(struct little_studio *studio, struct web_answer *answer)
{
	studio->token += 10;
	buf_printf(&answer->headers, "Set-Cookie: csrftoken=t%d; Path=/; Max-Age=31449600\r\n",
		   studio->token);
}

static bool field_is(const struct web_request *request, const char *name, const char *value)
{
	const char *at = strstr(request->body, name);
	char text[256];

	if (!at)
		return false;
	at += strlen(name);
	unescape(at, strcspn(at, "&"), text, sizeof(text));
	return !strcmp(text, value);
}

static void log_in(struct little_studio *studio, const struct web_request *request,
		   struct web_answer *answer)
{
	if (!has_token(studio, request)) {
		say(answer, 403, "text/html", "<h1>Forbidden</h1><p>CSRF verification failed.</p>");
		return;
	}
	if (studio->login_status) {
		say(answer, studio->login_status, "text/html", studio->login_words);
		return;
	}
	if (!field_is(request, "email=", LITTLE_USER) ||
	    !field_is(request, "password=", LITTLE_PASSWORD)) {
		studio->refused++;
		say(answer, 400, "application/json",
		    "{\"success\": false, \"value\": \"Email or password is incorrect.\"}");
		return;
	}
	studio->logins++;
	studio->session = studio->logins;
	buf_printf(&answer->headers, "Set-Cookie: sessionid=s%d; Path=/; HttpOnly\r\n",
		   studio->session);
	set_token(studio, answer);
	say(answer, 200, "application/json", "{\"success\": true}");
}

static void send_to_login(struct web_answer *answer)
{
	answer->status = 302;
	buf_add_text(&answer->headers, "Location: /login?next=/home/\r\n");
}

/* ---- blocks ---- */

static struct little_block *find(struct little_studio *studio, const char *path)
{
	char key[512];

	unescape(path, strlen(path), key, sizeof(key));
	for (size_t i = 0; i < studio->count; i++)
		if (!strcmp(studio->blocks[i].key, key))
			return &studio->blocks[i];
	return NULL;
}

static void show(const struct little_block *block, struct web_answer *answer)
{
	say(answer, 200, "application/json", "");
	buf_printf(&answer->body,
		   "{\"id\": \"x\", \"data\": \"\", \"has_changes\": %s, \"metadata\": "
		   "{\"display_name\": \"V\"%s%s%s}}",
		   block->changes ? block->changes : "null",
		   *block->id ? ", \"edx_video_id\": \"" : "", block->id, *block->id ? "\"" : "");
}

/* Whether this time the trouble of the block comes. */
static bool strikes(struct little_block *block, bool trouble)
{
	if (!trouble)
		return false;
	if (block->times && !--block->times) {
		block->times = -1;
		return true;
	}
	return block->times >= 0;
}

static void save(struct little_studio *studio, struct little_block *block,
		 const struct web_request *request, struct web_answer *answer)
{
	cJSON *root = cJSON_ParseWithLength(request->body, request->body_len);
	const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(root, "metadata");
	const char *id = cJSON_GetStringValue(cJSON_GetObjectItem(metadata, "edx_video_id"));
	const char *publish = cJSON_GetStringValue(cJSON_GetObjectItem(root, "publish"));
	bool struck = strikes(block, block->post_status || block->mischief);

	block->posts++;
	snprintf(studio->last_body, sizeof(studio->last_body), "%.*s", (int)request->body_len,
		 request->body);
	if (!id || (publish && strcmp(publish, "make_public")))
		studio->fault = "a body that Studio does not understand";
	if (id && !block->loses && (!struck || block->mischief || block->half))
		snprintf(block->id, sizeof(block->id), "%s", id);
	if (publish && !(struck && block->half)) {
		studio->publishes++;
		snprintf(block->published, sizeof(block->published), "%s", block->id);
	}
	cJSON_Delete(root);
	if (struck && block->post_status) {
		say(answer, block->post_status, "application/json", block->words);
		return;
	}
	show(block, answer);
	answer->mischief = struck ? block->mischief : WEB_NONE;
}

static void serve_block(struct little_studio *studio, const struct web_request *request,
			struct web_answer *answer)
{
	struct little_block *block = find(studio, request->path + strlen("/xblock/"));
	bool post = !strcmp(request->method, "POST");
	char accept[128] = "";

	studio->asked++;
	if (studio->asked == studio->expires_after && studio->expires_by_csrf)
		studio->token += 1;
	else if (studio->asked == studio->expires_after || studio->deaf)
		studio->session = 0;
	web_header(request, "accept", accept, sizeof(accept));
	if (!has_session(studio, request)) {
		send_to_login(answer);
	} else if (post && !has_token(studio, request)) {
		say(answer, 403, "text/html",
		    "<html><body><p>CSRF verification failed. Request aborted.</p></body></html>");
	} else if (strcmp(accept, "application/json")) {
		say(answer, 406, "text/plain", "");
	} else if (!block) {
		say(answer, 404, "text/html", "<html><title>Page not found</title></html>");
	} else if (post) {
		save(studio, block, request, answer);
	} else {
		block->gets++;
		if (strikes(block, block->get_status))
			say(answer, block->get_status, "application/json", block->words);
		else
			show(block, answer);
	}
}

static void serve(void *arg, const struct web_request *request, struct web_answer *answer)
{
	struct little_studio *studio = arg;
	const char *path = request->path;

	if (!strcmp(path, "/login")) {
		set_token(studio, answer);
		say(answer, studio->home_status ? studio->home_status : 200, "text/html", "<html/>");
	} else if (!strcmp(path, "/user_api/v1/account/login_session/") &&
		   !strcmp(request->method, "POST")) {
		log_in(studio, request, answer);
	} else if (!strcmp(path, "/")) {
		say(answer, studio->home_status ? studio->home_status : 200, "text/html", "<html/>");
	} else if (!strcmp(path, "/home/")) {
		if (studio->deaf || !has_session(studio, request)) {
			send_to_login(answer);
		} else {
			set_token(studio, answer);
			say(answer, 200, "text/html", "<html/>");
		}
	} else if (!strncmp(path, "/xblock/", 8)) {
		serve_block(studio, request, answer);
	} else {
		say(answer, 404, "text/html", "<html/>");
	}
}

void little_start(struct little_studio *studio)
{
	memset(studio, 0, sizeof(*studio));
	studio->web = web_start(serve, studio);
}

void little_stop(struct little_studio *studio)
{
	web_stop(studio->web);
	if (studio->fault)
		fail_msg("%s", studio->fault);
}

struct little_block *little_add(struct little_studio *studio, const char *key, const char *id)
{
	struct little_block *block = &studio->blocks[studio->count++];

	assert_true(studio->count <= sizeof(studio->blocks) / sizeof(*studio->blocks));
	block->key = key;
	snprintf(block->id, sizeof(block->id), "%s", id);
	return block;
}
