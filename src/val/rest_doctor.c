/*
 * Is the service there, may we use it, and what can its version do. Nothing here writes.
 */
#include "config.h"

#include "src/val/rest.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/secret.h"

/* No such course: the answer is small, and only somebody with credentials has it. */
#define PROBE "videos/?course=subferry-probe"

enum { SKEW_MOST = 60 }; /* seconds that clocks may differ before it is worth a word */

/* A line of facts. */
struct saying {
	void (*say)(void *arg, const char *line);
	void *arg;
};

static void say(const struct saying *saying, const char *fmt, ...) SF_PRINTF(2, 3);
static void say(const struct saying *saying, const char *fmt, ...)
{
	char line[640];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	saying->say(saying->arg, line);
}

/* GET videos/: edx-val's permissions guard it, so that 200 is proof of the credentials. */
static enum result read_videos(struct rest *rest, int64_t *date, struct error *err)
{
	struct http_answer answer = {0};
	enum result st = rest_get(rest, PROBE, REST_ANSWER_MAX, &answer, err);
	cJSON *json = NULL;
	struct error what;

	if (st == RESULT_OK && answer.status == 200) {
		json = rest_json(&answer);
		if (!cJSON_IsArray(json))
			st = rest_garbage(&answer, "GET videos/", "a list of videos", err);
	} else if (st == RESULT_OK && answer.status == 403) {
		st = rest_status_error(&answer, "GET videos/ (edx-val asks for the right to change "
						"videos, edxval.change_video)",
				       err);
	} else if (st == RESULT_OK && (answer.status / 100 == 3 || answer.status == 404)) {
		error_set(&what, RESULT_OK, "GET videos/ (is %.160s right?)", rest->api);
		st = rest_status_error(&answer, what.text, err);
	} else if (st == RESULT_OK) {
		st = rest_status_error(&answer, "GET videos/", err);
	}
	*date = answer.date;
	cJSON_Delete(json);
	http_answer_clear(&answer);
	return st;
}

enum result rest_probe(struct val *val, struct error *err)
{
	int64_t date;

	return read_videos(rest_of(val), &date, err);
}

static void say_ends(const struct rest *rest, const struct saying *saying)
{
	bool tls = !strncmp(rest->api, "https:", 6) && !strncmp(rest->token_url, "https:", 6);

	say(saying, "url: %s", rest->api);
	say(saying, "token url: %s", rest->token_url);
	say(saying, "TLS: %s",
	    !tls ? "none: secret and token travel in the clear"
	    : rest->base.tls_unverified ? "not verified (tls_verify = no)"
					: "verified");
}

static void say_token(struct rest *rest, const struct saying *saying)
{
	int64_t lifetime = token_lifetime(rest->token);

	if (lifetime)
		say(saying, "token: JWT, good for %lld s", (long long)lifetime);
	else
		say(saying, "token: JWT, of unknown life time");
}

static void say_clock(struct rest *rest, int64_t date, const struct saying *saying)
{
	int64_t skew = date ? (date - clock_wall(rest->clock)) / 1000000 : 0;

	if (!date)
		say(saying, "clock: the server does not say its time");
	else if (skew < -SKEW_MOST || skew > SKEW_MOST)
		say(saying, "clock: %lld s %s the server's: set one of them right",
		    (long long)llabs(skew), skew > 0 ? "behind" : "ahead of");
	else
		say(saying, "clock: as the server's");
}

/* What the version can do shows itself; there is no request that asks for it. */
static enum result say_lists(struct rest *rest, const struct saying *saying, struct error *err)
{
	struct list *list = NULL;
	enum result st =
		lists_get(rest, "course-v1:subferry+probe+probe", clock_now(rest->clock), &list, err);

	if (st == RESULT_OK && list->state == LIST_ANSWERED)
		say(saying, "course-transcripts: there (edx-val 2.4.3 or newer)");
	else if (st == RESULT_OK && list->state == LIST_BROKEN)
		say(saying, "course-transcripts: answers 500, even for a course without videos");
	else if (st == RESULT_OK)
		say(saying,
		    "course-transcripts: not there, it needs edx-val 2.4.3: which languages a video has "
		    "is only learnt by registering them, and validations say unknown");
	lists_drop(&rest->lists, list);
	return st;
}

enum result rest_doctor(struct val *val, bool write, void (*line)(void *arg, const char *line),
			void *arg, struct error *err)
{
	struct rest *rest = rest_of(val);
	struct saying saying = {line, arg};
	char *token = NULL;
	uint64_t serial;
	int64_t date = 0;
	enum result st;

	(void)write; /* nothing can be tried that would not stay */
	say_ends(rest, &saying);
	st = token_get(rest->token, &token, &serial, err);
	secret_free(token);
	if (st != RESULT_OK)
		return st;
	say_token(rest, &saying);
	st = read_videos(rest, &date, err);
	if (st == RESULT_OK)
		say(&saying, "videos: may be read (GET videos/)");
	if (date || st == RESULT_OK)
		say_clock(rest, date, &saying);
	if (st == RESULT_OK)
		st = say_lists(rest, &saying, err);
	if (st == RESULT_OK)
		say(&saying, "adding: whether this user may add videos (edxval.add_video) is only seen when "
			     "the first is made; transcripts edx-val lets anyone add");
	return st;
}
