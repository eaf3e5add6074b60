#include "config.h"

#include "src/source/link.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "src/format/key.h"
#include "src/source/bson_value.h"
#include "src/source/link_task.h"
#include "src/source/mongo.h"

struct mongo_linker {
	struct linker linker;
	struct mongo *mongo;
	struct clock *clock;
	char *database;
	enum mongo_kind kind;
	int64_t quiet;
	pthread_mutex_t turn; /* one course at a time: its structures may have 16 MiB each */
};

static struct mongo_linker *of(struct linker *linker)
{
	return (struct mongo_linker *)linker;
}

/* ---- linking ---- */

/* A key that is no course's, or not one of this modulestore's, will be so for ever. */
static enum result link_key(struct mongo_linker *self, const char *key, struct link_task *task,
			    struct error *err)
{
	enum mongo_kind kind = strchr(key, '/') ? MONGO_DRAFT : MONGO_SPLIT;
	enum result st;

	task->course = key;
	if (!(self->kind & kind))
		return error_set(err, RESULT_INVALID, "%.200s is not a course of this modulestore",
				 key);
	if (kind == MONGO_DRAFT)
		return link_draft(task, err);
	pthread_mutex_lock(&self->turn);
	st = link_split(task, err);
	pthread_mutex_unlock(&self->turn);
	return st;
}

static enum result mongo_link(struct linker *linker, const char *course,
			      struct link_request *requests, size_t count, struct error *err)
{
	struct mongo_linker *self = of(linker);
	struct link_task task = {.mongo = self->mongo,
				 .clock = self->clock,
				 .quiet = self->quiet,
				 .requests = requests,
				 .count = count};
	struct error why = {RESULT_OK, ""};
	enum result st;
	char *key;

	st = key_parse_course(course, &key, &why);
	if (st == RESULT_OK && count)
		st = link_key(self, key, &task, &why);
	free(key);
	if (st == RESULT_INVALID) {
		for (size_t i = 0; i < count; i++)
			link_answer(&requests[i], LINK_REFUSED, "%s", why.text);
		st = RESULT_OK;
	}
	return st == RESULT_OK ? st : error_set(err, st, "%s", why.text);
}

static enum result mongo_probe(struct linker *linker, struct error *err)
{
	struct mongo_server server;

	return mongo_hello(of(linker)->mongo, &server, err);
}

/* ---- what the account may do ---- */

/* What linking does to a collection. */
struct need {
	enum mongo_kind kind;
	enum mongo_place place;
	const char *action;
};

static const struct need needs[] = {
    {MONGO_SPLIT, MONGO_STRUCTURES, "insert"},
    {MONGO_SPLIT, MONGO_INDEX, "update"},
    {MONGO_DRAFT, MONGO_MODULESTORE, "update"},
};

/* @resource is the collection, all collections of its database, of all of them, or anything. */
static bool covers(const bson_iter_t *resource, const char *database, const char *collection)
{
	bson_iter_t at;

	if (value_below(resource, "anyResource", &at))
		return bson_iter_as_bool(&at);
	if (!value_below(resource, "db", &at) || (!value_is(&at, database) && !value_is(&at, "")))
		return false;
	return value_below(resource, "collection", &at) &&
	       (value_is(&at, collection) || value_is(&at, ""));
}

static bool list_has(const bson_iter_t *list, const char *text)
{
	bson_iter_t at;

	if (!BSON_ITER_HOLDS_ARRAY(list) || !value_enter(list, &at))
		return false;
	while (bson_iter_next(&at))
		if (value_is(&at, text))
			return true;
	return false;
}

static bool may(const bson_iter_t *privileges, const char *database, const char *collection,
		const char *action)
{
	bson_iter_t privilege, resource, actions;

	if (!BSON_ITER_HOLDS_ARRAY(privileges) || !value_enter(privileges, &privilege))
		return false;
	while (bson_iter_next(&privilege))
		if (value_below(&privilege, "resource", &resource) &&
		    value_below(&privilege, "actions", &actions) && list_has(&actions, action) &&
		    covers(&resource, database, collection))
			return true;
	return false;
}

static enum result judge_privileges(struct mongo_linker *self, const bson_iter_t *privileges,
				    const struct link_speech *speech, struct error *err)
{
	for (size_t i = 0; i < sizeof(needs) / sizeof(*needs); i++) {
		const struct need *need = &needs[i];
		const char *name = mongo_place_name(self->mongo, need->place);
		const char *dot = strchr(name, '.');

		if (!(self->kind & need->kind))
			continue;
		if (!dot || !may(privileges, self->database, dot + 1, need->action))
			return error_set(err, RESULT_REFUSED,
					 "linking: the account may not %s in %.300s", need->action,
					 name);
		link_say(speech, "linking: the account may %s in %.300s", need->action, name);
	}
	return RESULT_OK;
}

static bool is_empty(const bson_iter_t *list)
{
	bson_iter_t at;

	return BSON_ITER_HOLDS_ARRAY(list) && value_enter(list, &at) && !bson_iter_next(&at);
}

static enum result ask_privileges(struct mongo_linker *self, const struct link_speech *speech,
				  struct error *err)
{
	bson_t *command =
	    BCON_NEW("connectionStatus", BCON_INT32(1), "showPrivileges", BCON_BOOL(true));
	struct error why = {RESULT_OK, ""};
	bson_iter_t info, users, privileges;
	bson_t reply = BSON_INITIALIZER;
	enum result st;

	st = mongo_command(self->mongo, command, &reply, &why);
	if (st == RESULT_REFUSED || st == RESULT_INVALID) {
		link_say(speech, "linking: whether the account may write cannot be told: %.400s",
			 why.text);
		st = RESULT_OK;
	} else if (st != RESULT_OK) {
		st = error_set(err, st, "%s", why.text);
	} else if (!value_find(&reply, "authInfo", &info) ||
		   !value_below(&info, "authenticatedUsers", &users)) {
		link_say(speech, "linking: whether the account may write cannot be told: "
				 "the server does not say who we are");
	} else if (is_empty(&users)) {
		link_say(speech, "linking: may write: nobody is logged in, the server asks for "
				 "no account or cannot be told");
	} else if (!value_below(&info, "authenticatedUserPrivileges", &privileges)) {
		link_say(speech, "linking: whether the account may write cannot be told: "
				 "the server does not say what it may do");
	} else {
		st = judge_privileges(self, &privileges, speech, err);
	}
	bson_destroy(command);
	bson_destroy(&reply);
	return st;
}

/* An update that no document can match: it takes the right to update, and leaves no trace. */
static enum result try_update(struct mongo_linker *self, enum mongo_place place, const char *field,
			      const struct link_speech *speech, struct error *err)
{
	bson_t filter = BSON_INITIALIZER;
	bson_t *update = BCON_NEW("$set", "{", field, BCON_NULL, "}");
	int64_t matched = 0;
	enum result st;
	bson_oid_t id;

	bson_oid_init(&id, NULL);
	bson_append_oid(&filter, "_id", -1, &id);
	st = mongo_update(self->mongo, place, &filter, update, &matched, err);
	if (st == RESULT_OK)
		link_say(speech, "linking: %.300s takes an update",
			 mongo_place_name(self->mongo, place));
	bson_destroy(&filter);
	bson_destroy(update);
	return st;
}

static enum result mongo_doctor(struct linker *linker, bool write,
				void (*line)(void *arg, const char *line), void *arg,
				struct error *err)
{
	struct mongo_linker *self = of(linker);
	const struct link_speech speech = {line, arg};
	enum result st = mongo_probe(linker, err);

	if (st == RESULT_OK)
		st = ask_privileges(self, &speech, err);
	if (st == RESULT_OK && write && (self->kind & MONGO_SPLIT))
		st = try_update(self, MONGO_INDEX, "last_update", &speech, err);
	if (st == RESULT_OK && write && (self->kind & MONGO_DRAFT))
		st = try_update(self, MONGO_MODULESTORE, "metadata.edx_video_id", &speech, err);
	return st;
}

/* ---- life ---- */

static void mongo_linker_free(struct linker *linker)
{
	struct mongo_linker *self = of(linker);

	mongo_free(self->mongo);
	pthread_mutex_destroy(&self->turn);
	free(self->database);
	free(self);
}

static const struct linker_ops mongo_ops = {
    .kind = "mongo",
    .link = mongo_link,
    .probe = mongo_probe,
    .doctor = mongo_doctor,
    .free = mongo_linker_free,
};

enum result linker_mongo_new(struct linker **out, const struct mongo_options *options,
			     int64_t quiet, struct error *err)
{
	struct mongo_linker *self = calloc(1, sizeof(*self));
	enum result st;

	*out = NULL;
	if (!self)
		return error_set(err, RESULT_NOMEM, "out of memory");
	pthread_mutex_init(&self->turn, NULL);
	self->linker.ops = &mongo_ops;
	self->kind = options->kind;
	self->quiet = quiet;
	self->clock = options->clock ? options->clock : clock_system();
	self->database = strdup(options->database);
	st = self->database ? mongo_new(&self->mongo, options, err)
			    : error_set(err, RESULT_NOMEM, "out of memory");
	if (st == RESULT_OK)
		*out = &self->linker;
	else
		mongo_linker_free(&self->linker);
	return st;
}
