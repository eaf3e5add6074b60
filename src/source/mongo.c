#include "config.h"

#include "src/source/mongo.h"

#include <mongoc/mongoc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/source/mongo_error.h"
#include "src/source/mongo_uri.h"

/* Replica sets of old may have majority reads switched off: ReadConcernMajorityNotEnabled. */
#define NO_MAJORITY_READS 148

enum majority { MAJORITY_UNASKED, MAJORITY_NO, MAJORITY_YES };

struct mongo {
	mongoc_client_pool_t *pool;
	mongoc_uri_t *uri;
	char *name, *database;
	char *databases[MONGO_PLACES], *collections[MONGO_PLACES], *names[MONGO_PLACES];
	mongoc_read_concern_t *majority_concern, *local_concern;
	mongoc_read_prefs_t *primary;
	mongoc_write_concern_t *majority_write;
	atomic_int majority; /* enum majority */
	atomic_bool no_majority_reads; /* the server has a majority, and will not read from it */
	struct clock *clock;
};

/* ---- opening ------------------------------------------------------------------------------*/

/* libmongoc writes to standard error, on which a console draws; what matters comes as errors. */
static void drop_log(mongoc_log_level_t level, const char *domain, const char *message, void *arg)
{
	(void)level, (void)domain, (void)message, (void)arg;
}

static void init_library(void)
{
	mongoc_log_set_handler(drop_log, NULL);
	mongoc_init();
}

static void init_once(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, init_library);
}

static char *SF_PRINTF(1, 2) text_of(const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	char line[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	buf_add_text(&text, line);
	return buf_take(&text);
}

static bool name_place(struct mongo *mongo, enum mongo_place place, const char *database,
		       const char *collection, const char *suffix)
{
	mongo->databases[place] = strdup(database);
	mongo->collections[place] = text_of("%s%s", collection, suffix);
	mongo->names[place] = text_of("%s.%s%s", database, collection, suffix);
	return mongo->databases[place] && mongo->collections[place] && mongo->names[place];
}

static bool name_places(struct mongo *mongo, const struct mongo_options *o)
{
	return name_place(mongo, MONGO_INDEX, o->database, o->collection, ".active_versions") &&
	       name_place(mongo, MONGO_STRUCTURES, o->database, o->collection, ".structures") &&
	       name_place(mongo, MONGO_MODULESTORE, o->database, o->collection, "") &&
	       name_place(mongo, MONGO_FILES, o->contentstore_database, o->contentstore_bucket, ".files") &&
	       name_place(mongo, MONGO_CHUNKS, o->contentstore_database, o->contentstore_bucket, ".chunks") &&
	       (mongo->database = strdup(o->database)) && (mongo->name = mongo_uri_name(mongo->uri, o->database));
}

static void make_concerns(struct mongo *mongo)
{
	mongo->majority_concern = mongoc_read_concern_new();
	mongoc_read_concern_set_level(mongo->majority_concern, MONGOC_READ_CONCERN_LEVEL_MAJORITY);
	mongo->local_concern = mongoc_read_concern_new();
	mongoc_read_concern_set_level(mongo->local_concern, MONGOC_READ_CONCERN_LEVEL_LOCAL);
	mongo->primary = mongoc_read_prefs_new(MONGOC_READ_PRIMARY);
	mongo->majority_write = mongoc_write_concern_new();
	mongoc_write_concern_set_wmajority(mongo->majority_write, MONGO_SOCKET_TIMEOUT);
}

enum result mongo_new(struct mongo **out, const struct mongo_options *options, struct error *err)
{
	struct mongo *mongo = calloc(1, sizeof(*mongo));
	bson_error_t error = {0};
	enum result st = RESULT_NOMEM;

	*out = NULL;
	init_once();
	if (!mongo)
		return error_set(err, st, "cannot connect to MongoDB: out of memory");
	mongo->clock = options->clock;
	st = mongo_uri_read(options->uri, &mongo->uri, err);
	if (st == RESULT_OK && !name_places(mongo, options))
		st = error_set(err, RESULT_NOMEM, "cannot connect to MongoDB: out of memory");
	if (st != RESULT_OK)
		goto out;
	make_concerns(mongo);
	mongo->pool = mongoc_client_pool_new_with_error(mongo->uri, &error);
	if (!mongo->pool) {
		st = mongo_error(&error, mongo->name, mongoc_uri_get_password(mongo->uri), false, err);
		goto out;
	}
	mongoc_client_pool_set_error_api(mongo->pool, MONGOC_ERROR_API_VERSION_2);
	*out = mongo;
	mongo = NULL;
out:
	mongo_free(mongo);
	return st;
}

void mongo_free(struct mongo *mongo)
{
	if (!mongo)
		return;
	if (mongo->pool)
		mongoc_client_pool_destroy(mongo->pool);
	if (mongo->uri)
		mongoc_uri_destroy(mongo->uri);
	mongoc_read_concern_destroy(mongo->majority_concern);
	mongoc_read_concern_destroy(mongo->local_concern);
	mongoc_read_prefs_destroy(mongo->primary);
	mongoc_write_concern_destroy(mongo->majority_write);
	for (int i = 0; i < MONGO_PLACES; i++) {
		free(mongo->databases[i]);
		free(mongo->collections[i]);
		free(mongo->names[i]);
	}
	free(mongo->database);
	free(mongo->name);
	free(mongo);
}

const char *mongo_place_name(const struct mongo *mongo, enum mongo_place place)
{
	return mongo->names[place];
}

const char *mongo_name(const struct mongo *mongo)
{
	return mongo->name;
}

struct clock *mongo_clock(const struct mongo *mongo)
{
	return mongo->clock;
}

bool mongo_unverified(const struct mongo *mongo)
{
	return mongo_uri_unverified(mongo->uri);
}

/* ---- requests -----------------------------------------------------------------------------*/

static enum result fail(const struct mongo *mongo, const bson_error_t *error, const char *where,
			bool wrote, struct error *err)
{
	return mongo_error(error, where, mongoc_uri_get_password(mongo->uri), wrote, err);
}

static enum result take_client(struct mongo *mongo, mongoc_client_t **out, const char *where,
			       struct error *err)
{
	*out = mongoc_client_pool_pop(mongo->pool);
	if (*out)
		return RESULT_OK;
	return error_set(err, RESULT_RETRY,
			 "%s: all connections are in use (maxPoolSize and waitQueueTimeoutMS of the URI)",
			 where);
}

/* Learns whether the server is one of several, so that there is a majority; false: none is there. */
static bool ask_majority(struct mongo *mongo, mongoc_client_t *client, bson_error_t *error)
{
	mongoc_server_description_t *server;

	if (atomic_load(&mongo->majority) != MAJORITY_UNASKED)
		return true;
	server = mongoc_client_select_server(client, false, mongoc_uri_get_read_prefs_t(mongo->uri), error);
	if (!server)
		return false;
	atomic_store(&mongo->majority, !strcmp(mongoc_server_description_type(server), "Standalone")
					       ? MAJORITY_NO : MAJORITY_YES);
	mongoc_server_description_destroy(server);
	return true;
}

static const char *uri_level(const struct mongo *mongo)
{
	return mongoc_read_concern_get_level(mongoc_uri_get_read_concern(mongo->uri));
}

const char *mongo_read_level(const struct mongo *mongo)
{
	const char *level = uri_level(mongo);

	if (level)
		return level;
	return atomic_load(&mongo->majority) == MAJORITY_YES && !atomic_load(&mongo->no_majority_reads)
		       ? MONGOC_READ_CONCERN_LEVEL_MAJORITY : "";
}

/* How this collection is to be read. *@ours: with a majority that the URI does not ask for. */
static bool set_reading(struct mongo *mongo, mongoc_client_t *client, mongoc_collection_t *collection,
			enum mongo_reading reading, bool *ours, bson_error_t *error)
{
	*ours = false;
	if (reading == MONGO_LATEST) {
		mongoc_collection_set_read_prefs(collection, mongo->primary);
		if (uri_level(mongo))
			mongoc_collection_set_read_concern(collection, mongo->local_concern);
		return true;
	}
	if (uri_level(mongo))
		return true;
	if (!ask_majority(mongo, client, error))
		return false;
	*ours = *mongo_read_level(mongo);
	if (*ours)
		mongoc_collection_set_read_concern(collection, mongo->majority_concern);
	return true;
}

/* A find, as its caller asks for it. */
struct find {
	enum mongo_place place;
	enum mongo_reading reading;
	const bson_t *filter, *opts;
	mongo_document_fn *fn;
	void *arg;
};

/* *@again: the server does not read from the majority, which is known from now on. */
static enum result find_once(struct mongo *mongo, mongoc_client_t *client, const struct find *find,
			     bool *again, struct error *err)
{
	mongoc_collection_t *collection = mongoc_client_get_collection(
		client, mongo->databases[find->place], mongo->collections[find->place]);
	mongoc_cursor_t *cursor = NULL;
	const bson_t *document;
	bson_error_t error = {0};
	bool failed, ours;
	enum result st = RESULT_OK;

	*again = false;
	failed = !set_reading(mongo, client, collection, find->reading, &ours, &error);
	if (!failed) {
		cursor = mongoc_collection_find_with_opts(collection, find->filter, find->opts, NULL);
		while (st == RESULT_OK && mongoc_cursor_next(cursor, &document))
			st = find->fn(find->arg, document, err);
		failed = st == RESULT_OK && mongoc_cursor_error(cursor, &error);
	}
	if (failed && ours && error.domain == MONGOC_ERROR_SERVER && error.code == NO_MAJORITY_READS) {
		atomic_store(&mongo->no_majority_reads, true);
		*again = true;
	} else if (failed) {
		st = fail(mongo, &error, mongo->names[find->place], false, err);
	}
	mongoc_cursor_destroy(cursor);
	mongoc_collection_destroy(collection);
	return st;
}

enum result mongo_find(struct mongo *mongo, enum mongo_place place, enum mongo_reading reading,
		       const bson_t *filter, const bson_t *opts, mongo_document_fn *fn, void *arg,
		       struct error *err)
{
	const struct find find = {place, reading, filter, opts, fn, arg};
	mongoc_client_t *client;
	enum result st = take_client(mongo, &client, mongo->names[place], err);
	bool again;

	if (st != RESULT_OK)
		return st;
	do
		st = find_once(mongo, client, &find, &again, err);
	while (again);
	mongoc_client_pool_push(mongo->pool, client);
	return st;
}

/* What a write must be known by: as the URI says, else by a majority where there is one. */
static bool set_writing(struct mongo *mongo, mongoc_client_t *client, mongoc_collection_t *collection,
			bson_error_t *error)
{
	if (mongoc_uri_has_option(mongo->uri, MONGOC_URI_W))
		return true;
	if (!ask_majority(mongo, client, error))
		return false;
	if (atomic_load(&mongo->majority) == MAJORITY_YES)
		mongoc_collection_set_write_concern(collection, mongo->majority_write);
	return true;
}

/* A structure goes in as it came out: libmongoc itself turns down what servers hold, empty keys. */
static enum result insert_with(struct mongo *mongo, mongoc_client_t *client, enum mongo_place place,
			       const bson_t *document, struct error *err)
{
	mongoc_collection_t *collection = mongoc_client_get_collection(
		client, mongo->databases[place], mongo->collections[place]);
	bson_t *opts = BCON_NEW("validate", BCON_BOOL(false));
	bson_error_t error = {0};
	enum result st = RESULT_OK;

	if (!set_writing(mongo, client, collection, &error))
		st = fail(mongo, &error, mongo->names[place], false, err); /* nothing was sent */
	else if (!mongoc_collection_insert_one(collection, document, opts, NULL, &error))
		st = fail(mongo, &error, mongo->names[place], true, err);
	bson_destroy(opts);
	mongoc_collection_destroy(collection);
	return st;
}

enum result mongo_insert(struct mongo *mongo, enum mongo_place place, const bson_t *document,
			 struct error *err)
{
	mongoc_client_t *client;
	enum result st = take_client(mongo, &client, mongo->names[place], err);

	if (st != RESULT_OK)
		return st;
	st = insert_with(mongo, client, place, document, err);
	mongoc_client_pool_push(mongo->pool, client);
	return st;
}

static enum result update_with(struct mongo *mongo, mongoc_client_t *client, enum mongo_place place,
			       const bson_t *filter, const bson_t *update, int64_t *matched,
			       struct error *err)
{
	mongoc_collection_t *collection = mongoc_client_get_collection(
		client, mongo->databases[place], mongo->collections[place]);
	bson_error_t error = {0};
	bson_iter_t at;
	bson_t reply = BSON_INITIALIZER;
	enum result st = RESULT_OK;

	if (!set_writing(mongo, client, collection, &error))
		st = fail(mongo, &error, mongo->names[place], false, err); /* nothing was sent */
	else if (!mongoc_collection_update_one(collection, filter, update, NULL, &reply, &error))
		st = fail(mongo, &error, mongo->names[place], true, err);
	else if (!bson_iter_init_find(&at, &reply, "matchedCount") || !BSON_ITER_HOLDS_INT(&at))
		st = error_set(err, RESULT_UNKNOWN, "%s: the server did not say what it matched",
			       mongo->names[place]);
	else
		*matched = bson_iter_as_int64(&at);
	bson_destroy(&reply);
	mongoc_collection_destroy(collection);
	return st;
}

enum result mongo_update(struct mongo *mongo, enum mongo_place place, const bson_t *filter,
			 const bson_t *update, int64_t *matched, struct error *err)
{
	mongoc_client_t *client;
	enum result st = take_client(mongo, &client, mongo->names[place], err);

	*matched = 0;
	if (st != RESULT_OK)
		return st;
	st = update_with(mongo, client, place, filter, update, matched, err);
	mongoc_client_pool_push(mongo->pool, client);
	return st;
}

enum result mongo_command(struct mongo *mongo, const bson_t *command, bson_t *reply, struct error *err)
{
	mongoc_client_t *client;
	bson_error_t error = {0};
	enum result st = take_client(mongo, &client, mongo->name, err);

	if (st != RESULT_OK) {
		bson_init(reply);
		return st;
	}
	if (!mongoc_client_command_simple(client, mongo->database, command,
					  mongoc_uri_get_read_prefs_t(mongo->uri), reply, &error))
		st = fail(mongo, &error, mongo->name, false, err);
	mongoc_client_pool_push(mongo->pool, client);
	return st;
}

/* ---- who is there -------------------------------------------------------------------------*/

static void copy_text(const bson_t *reply, const char *key, char *out, size_t size)
{
	bson_iter_t at;

	if (bson_iter_init_find(&at, reply, key) && BSON_ITER_HOLDS_UTF8(&at))
		snprintf(out, size, "%s", bson_iter_utf8(&at, NULL));
}

static enum result ask_build(struct mongo *mongo, struct mongo_server *out, struct error *err)
{
	bson_t *command = BCON_NEW("buildInfo", BCON_INT32(1)), reply;
	enum result st = mongo_command(mongo, command, &reply, err);

	if (st == RESULT_OK)
		copy_text(&reply, "version", out->version, sizeof(out->version));
	bson_destroy(&reply);
	bson_destroy(command);
	return st;
}

enum result mongo_hello(struct mongo *mongo, struct mongo_server *out, struct error *err)
{
	bson_t *command = BCON_NEW("isMaster", BCON_INT32(1)), reply;
	enum result st;
	bson_iter_t at;
	char message[32] = "";

	memset(out, 0, sizeof(*out));
	st = mongo_command(mongo, command, &reply, err);
	if (st == RESULT_OK) {
		copy_text(&reply, "setName", out->set_name, sizeof(out->set_name));
		copy_text(&reply, "msg", message, sizeof(message));
		out->majority = *out->set_name || !strcmp(message, "isdbgrid");
		if (bson_iter_init_find(&at, &reply, "localTime") && BSON_ITER_HOLDS_DATE_TIME(&at))
			out->local_time = bson_iter_date_time(&at) * 1000;
	}
	bson_destroy(&reply);
	bson_destroy(command);
	return st == RESULT_OK ? ask_build(mongo, out, err) : st;
}
