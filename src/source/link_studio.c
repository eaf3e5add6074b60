/*
 * link = studio: block by block, as an author would save it in Studio (domain 9).
 *
 * Every block is read before it is written, and read back after: what names its id by now is
 * done, what names another is left alone. A POST whose answer was lost, or that Studio refused
 * after it may have saved, is remembered: only then is a block published that names its id by
 * now, since what is unpublished of it may be our own half.
 */
#include "config.h"

#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/platform_session.h"
#include "src/base/platform_words.h"
#include "src/base/text.h"
#include "src/format/key.h"
#include "src/source/link_task.h"
#include "src/source/names.h"

enum {
	MAX_TROUBLE = 3, /* failures of a call before the other blocks are left for the next one */
	SKEW_ALLOWED = 300, /* s */
};

struct studio_linker {
	struct linker linker;
	struct platform_session *session;
	bool unverified;
	pthread_mutex_t lock; /* of what follows */
	struct names sent; /* paths of blocks: what a POST has done to them is not known */
};

static struct studio_linker *of(struct linker *linker)
{
	return (struct studio_linker *)linker;
}

static enum result no_memory(struct error *err)
{
	return error_set(err, RESULT_NOMEM, "Studio: out of memory");
}

/* ---- what was sent ---- */

static bool is_open(struct studio_linker *self, const char *path)
{
	bool open;

	pthread_mutex_lock(&self->lock);
	open = names_get(&self->sent, path, NULL);
	pthread_mutex_unlock(&self->lock);
	return open;
}

/* False without memory. */
static bool note_sent(struct studio_linker *self, const char *path)
{
	bool ok;

	pthread_mutex_lock(&self->lock);
	ok = names_add(&self->sent, path, 0, NULL);
	pthread_mutex_unlock(&self->lock);
	return ok;
}

static void note_known(struct studio_linker *self, const char *path)
{
	pthread_mutex_lock(&self->lock);
	names_drop(&self->sent, path);
	pthread_mutex_unlock(&self->lock);
}

/* ---- a block, as Studio has it ---- */

enum seen { SEEN_BLOCK, SEEN_ANSWER };

struct look {
	enum seen seen; /* SEEN_ANSWER: there is no block to be seen, the request is answered */
	char *video_id; /* stripped, "" if none */
	bool changed;	/* Studio itself says that something of it is unpublished */
};

static char *video_id_of(const cJSON *metadata)
{
	const cJSON *id = cJSON_GetObjectItemCaseSensitive(metadata, "edx_video_id");

	return text_strip(cJSON_IsString(id) ? id->valuestring : "");
}

static enum result read_block(const struct http_answer *answer, struct look *out, struct error *err)
{
	cJSON *root = cJSON_ParseWithLength(buf_text(&answer->body), answer->body.len);
	const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(root, "metadata");
	enum result st = RESULT_OK;

	if (!cJSON_IsObject(metadata)) {
		st = error_set(err, RESULT_RETRY, "Studio's answer has no metadata");
	} else {
		out->video_id = video_id_of(metadata);
		out->changed =
		    cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(root, "has_changes"));
		if (!out->video_id)
			st = no_memory(err);
	}
	cJSON_Delete(root);
	return st;
}

/* Any status but 200: the request is answered with it, or the call has to be made again. */
static enum result refuse(struct studio_linker *self, struct http_answer *answer, bool posted,
			  struct link_request *request, struct error *err)
{
	struct error why = {0};
	enum result st;

	if (answer->status == 404) {
		link_answer(request, LINK_REFUSED, "Studio does not have the block");
		return RESULT_OK;
	}
	st = platform_session_refusal(self->session, answer, "Studio", &why);
	if (st != RESULT_REFUSED)
		return error_set(err, posted ? RESULT_UNKNOWN : st, "%s", why.text);
	link_answer(request, LINK_REFUSED, "%s", why.text);
	return RESULT_OK;
}

static enum result look(struct studio_linker *self, const char *path, struct link_request *request,
			struct look *out, struct error *err)
{
	const struct platform_ask ask = {.method = "GET", .path = path};
	struct http_answer answer = {0};
	enum result st = platform_session_ask(self->session, &ask, &answer, err);

	*out = (struct look){SEEN_BLOCK, NULL, false};
	if (st == RESULT_OK && answer.status == 200) {
		st = read_block(&answer, out, err);
	} else if (st == RESULT_OK) {
		st = refuse(self, &answer, false, request, err);
		out->seen = SEEN_ANSWER;
	}
	http_answer_clear(&answer);
	return st;
}

/* ---- one block ---- */

static char *make_body(const char *val_id, bool publish)
{
	cJSON *root = cJSON_CreateObject();
	cJSON *metadata = cJSON_AddObjectToObject(root, "metadata");
	char *text = NULL;

	if (cJSON_AddStringToObject(metadata, "edx_video_id", val_id) &&
	    (!publish || cJSON_AddStringToObject(root, "publish", "make_public")))
		text = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	return text;
}

/* *@saved: Studio says it has it. Else the request is answered, or the call fails. */
static enum result save(struct studio_linker *self, const char *path, bool publish,
			struct link_request *request, bool *saved, struct error *err)
{
	char *body = make_body(request->val_id, publish);
	const struct platform_ask ask = {.method = "POST", .path = path, .body = body};
	struct http_answer answer = {0};
	enum result st;

	*saved = false;
	if (!body || !note_sent(self, path)) {
		cJSON_free(body);
		return no_memory(err);
	}
	st = platform_session_ask(self->session, &ask, &answer, err);
	*saved = st == RESULT_OK && answer.status == 200;
	if (st == RESULT_OK && !*saved)
		st = refuse(self, &answer, true, request, err);
	http_answer_clear(&answer);
	cJSON_free(body);
	return st;
}

/* Answers @request, or says why it cannot be answered now. */
static enum result link_block(struct studio_linker *self, const char *path,
			      struct link_request *request, struct error *err)
{
	enum link_wrote wrote = is_open(self, path) ? LINK_WROTE_PERHAPS : LINK_WROTE_NOTHING;
	struct link_sight before = {false, false, NULL}, after = {false, false, NULL};
	struct look was, is = {SEEN_BLOCK, NULL, false};
	bool publish, again, saved = false;
	enum result st = look(self, path, request, &was, err);

	if (st != RESULT_OK || was.seen != SEEN_BLOCK)
		goto out;
	link_look(&before, was.video_id, request);
	publish = request->in_step && !was.changed;
	again = publish && wrote == LINK_WROTE_PERHAPS && !before.other && !before.lacking;
	if (!again && link_settle(request, &before, wrote)) {
		note_known(self, path);
		goto out;
	}
	st = save(self, path, publish, request, &saved, err);
	if (!saved)
		goto out;
	st = look(self, path, request, &is, err);
	if (st != RESULT_OK || is.seen != SEEN_BLOCK)
		goto out;
	note_known(self, path);
	link_look(&after, is.video_id, request);
	link_settle(request, &after, LINK_WROTE);
out:
	free(was.video_id);
	free(is.video_id);
	return st;
}

/* ---- a course ---- */

/* "/xblock/" and the block's key, its slashes left as they are. */
static void add_path(struct buf *out, const struct key_parts *course,
		     const struct link_request *request)
{
	struct buf key = BUF_INIT;

	if (course->slash)
		buf_printf(&key, "i4x://%s/%s/%s/%s", course->org, course->course, request->type,
			   request->block);
	else
		buf_printf(&key, "block-v1:%s+%s+%s+type@%s+block@%s", course->org, course->course,
			   course->run, request->type, request->block);
	out->failed |= key.failed;
	buf_add_text(out, "/xblock/");
	http_add_escaped(out, buf_text(&key), true);
	buf_clear(&key);
}

static enum result link_one(struct studio_linker *self, const struct key_parts *course,
			    struct link_request *request, struct error *err)
{
	struct buf path = BUF_INIT;
	enum result st;

	add_path(&path, course, request);
	st = path.failed ? no_memory(err) : link_block(self, buf_text(&path), request, err);
	buf_clear(&path);
	return st == RESULT_OK ? st : error_prefix(err, "%s@%s", request->type, request->block);
}

/* What hinders this block need not hinder the next one. */
static bool is_its_own(enum result st)
{
	return st == RESULT_UNKNOWN || st == RESULT_RETRY;
}

static enum result studio_link(struct linker *linker, const char *key,
			       struct link_request *requests, size_t count, struct error *err)
{
	struct studio_linker *self = of(linker);
	struct error why = {0};
	struct key_parts course;
	enum result st = key_take_apart(key, &course, err), first = RESULT_OK;
	int trouble = 0;

	if (st != RESULT_OK)
		return st;
	for (size_t i = 0; i < count && trouble < MAX_TROUBLE; i++) {
		st = link_one(self, &course, &requests[i], &why);
		if (st == RESULT_LIMIT) {
			link_answer(&requests[i], LINK_REFUSED, "%s", why.text);
			st = RESULT_OK;
		}
		if (st == RESULT_OK)
			continue;
		if (first == RESULT_OK)
			first = error_set(err, st, "%s", why.text);
		trouble += is_its_own(st) ? 1 : MAX_TROUBLE;
	}
	key_parts_clear(&course);
	return first;
}

/* ---- its health ---- */

static enum result studio_probe(struct linker *linker, struct error *err)
{
	return platform_session_probe(of(linker)->session, NULL, err);
}

static const char *safety(const struct studio_linker *self)
{
	if (strncmp(platform_session_url(self->session), "https://", 8) ||
	    strncmp(platform_session_login_url(self->session), "https://", 8))
		return "without TLS: the password can be read on its way";
	return self->unverified ? "TLS IS NOT VERIFIED" : "TLS verified";
}

static enum result check_clock(const struct studio_linker *self, int64_t date,
			       const struct link_speech *speech, struct error *err)
{
	int64_t now = clock_wall(platform_session_clock(self->session));
	int64_t skew = date / 1000000 - now / 1000000;

	if (!date) {
		link_say(speech, "linking: Studio does not say what time it is");
		return RESULT_OK;
	}
	if (skew > SKEW_ALLOWED || skew < -SKEW_ALLOWED)
		return error_set(err, RESULT_INVALID,
				 "linking: Studio's clock and this machine's differ by %lld s: mend "
				 "the clocks", (long long)skew);
	link_say(speech, "linking: clock: %lld s from this machine's", (long long)skew);
	return RESULT_OK;
}

/* Whether the account may write a course, only a write would show. */
static enum result check_login(struct studio_linker *self, const struct link_speech *speech,
			       struct error *err)
{
	const struct platform_ask ask = {.method = "GET", .path = "/home/"};
	struct http_answer answer = {0};
	enum result st = platform_session_ask(self->session, &ask, &answer, err);

	if (st == RESULT_OK && platform_is_trouble(&answer))
		st = platform_session_refusal(self->session, &answer, "Studio", err);
	if (st == RESULT_OK)
		link_say(speech, "linking: Studio takes the login of %s at %s",
			 platform_session_user(self->session),
			 platform_session_login_url(self->session));
	http_answer_clear(&answer);
	return st;
}

static enum result studio_doctor(struct linker *linker, bool write,
				 void (*line)(void *arg, const char *line), void *arg,
				 struct error *err)
{
	struct studio_linker *self = of(linker);
	const struct link_speech speech = {line, arg};
	int64_t date = 0;
	enum result st = platform_session_probe(self->session, &date, err);

	(void)write; /* no save leaves no trace: there is none to try */
	if (st != RESULT_OK)
		return st;
	link_say(&speech, "linking: %s answers, %s", platform_session_url(self->session),
		 safety(self));
	st = check_clock(self, date, &speech, err);
	return st == RESULT_OK ? check_login(self, &speech, err) : st;
}

/* ---- life ---- */

static void studio_free(struct linker *linker)
{
	struct studio_linker *self = of(linker);

	platform_session_free(self->session);
	names_clear(&self->sent);
	pthread_mutex_destroy(&self->lock);
	free(self);
}

static const struct linker_ops studio_ops = {
    .kind = "studio",
    .link = studio_link,
    .probe = studio_probe,
    .doctor = studio_doctor,
    .free = studio_free,
};

enum result linker_studio_new(struct linker **out, const struct linker_studio_options *options,
			      struct error *err)
{
	struct studio_linker *self = calloc(1, sizeof(*self));
	const struct platform_options session = {
	    .http = options->http, .clock = options->clock,
	    .name = "Studio", .endpoint = "studio",
	    .url = options->url, .login_url = options->login_url,
	    .user = options->user, .password = options->password,
	    .ca_file = options->ca_file, .unverified = options->unverified};
	enum result st;

	*out = NULL;
	if (!self)
		return no_memory(err);
	self->linker.ops = &studio_ops;
	self->unverified = options->unverified;
	self->sent = (struct names)NAMES_INIT;
	pthread_mutex_init(&self->lock, NULL);
	st = platform_session_new(&self->session, &session, err);
	if (st == RESULT_OK)
		*out = &self->linker;
	else
		studio_free(&self->linker);
	return st;
}
