#include "config.h"

#include "src/campus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/http.h"
#include "src/base/secret.h"
#include "src/store/credentials.h"

/* One client for all that is asked over HTTP: its limit is for the workers of both ends. */
static enum result need_http(struct campus *campus, struct error *err)
{
	const struct http_options options = {
	    .in_flight = CAMPUS_REQUESTS(campus->conf->workers),
	    .throttled_too_long = campus->conf->throttled_too_long,
	    .clock = campus->clock,
	};

	return campus->http ? RESULT_OK : http_new(&campus->http, &options, err);
}

/* ---- source and linker --------------------------------------------------------------------*/

static bool is_olx(const struct conf *conf)
{
	return !strcmp(conf->source_kind, "olx");
}

static enum mongo_kind mongo_kind_of(const struct conf *conf)
{
	if (!strcmp(conf->source_kind, "split"))
		return MONGO_SPLIT;
	return strcmp(conf->source_kind, "draft") ? MONGO_BOTH : MONGO_DRAFT;
}

static enum result open_olx(struct campus *campus, struct error *err)
{
	const struct conf *conf = campus->conf;
	const struct olx_options options = {
	    .paths = (const char *const *)conf->paths,
	    .path_count = conf->path_count,
	    .slash_keys = conf->slash_keys,
	};

	return source_olx_new(&campus->source, &options, err);
}

/* Our copy of the URI lives no longer than this. */
static enum result open_mongo(struct campus *campus, struct error *err)
{
	const struct conf *conf = campus->conf;
	struct mongo_options options = {
	    .kind = mongo_kind_of(conf),
	    .database = conf->database,
	    .collection = conf->collection,
	    .contentstore_database = conf->contentstore_database,
	    .contentstore_bucket = conf->contentstore_bucket,
	    .clock = campus->clock,
	};
	char *uri = NULL;
	enum result st = secret_read(conf->uri_env, conf->uri_file, "uri", &uri, err);

	options.uri = uri;
	if (st == RESULT_OK)
		st = source_mongo_new(&campus->source, &options, err);
	if (st == RESULT_OK && campus_links(campus))
		st = linker_mongo_new(&campus->linker, &options, conf->link_quiet, err);
	secret_free(uri);
	return st;
}

static enum result open_studio(struct campus *campus, struct error *err)
{
	const struct conf *conf = campus->conf;
	struct linker_studio_options options = {
	    .url = conf->studio_url,
	    .login_url = conf->studio_login_url,
	    .user = conf->studio_user,
	    .ca_file = conf->studio_ca_file,
	    .unverified = conf->studio_unverified,
	};
	char *password = NULL;
	enum result st = secret_read(conf->studio_password_env, conf->studio_password_file,
				     "studio_password", &password, err);

	if (st == RESULT_OK)
		st = need_http(campus, err);
	options.http = campus->http;
	options.password = password;
	if (st == RESULT_OK)
		st = linker_studio_new(&campus->linker, &options, err);
	secret_free(password);
	return st;
}

static enum result open_source(struct campus *campus, struct error *err)
{
	enum result st = is_olx(campus->conf) ? open_olx(campus, err) : open_mongo(campus, err);

	if (st != RESULT_OK) {
		error_prefix(err, "[source] %s", campus->conf->source_kind);
	} else if (!strcmp(campus->conf->link, "studio")) {
		st = open_studio(campus, err);
		if (st != RESULT_OK)
			error_prefix(err, "[source] link = studio");
	}
	/* never a source alone where links are wanted */
	if (st != RESULT_OK) {
		source_free(campus->source);
		campus->source = NULL;
	}
	return st;
}

bool campus_links(const struct campus *campus)
{
	return strcmp(campus->conf->link, "none");
}

bool campus_flips(const struct campus *campus)
{
	return conf_flips(campus->conf);
}

void campus_allow_link(struct campus *campus, const char *how)
{
	char what[64];

	snprintf(what, sizeof(what), "allowed: link = %s", campus->conf->link);
	status_event(campus->status, FINDING_NOTICE, "link", campus->conf->name, what, how);
	atomic_store(&campus->link_allowed, true);
}

/* ---- val ----------------------------------------------------------------------------------*/

static enum result open_rest(struct campus *campus, bool read_only, struct error *err)
{
	const struct conf *conf = campus->conf;
	struct val_rest_options options = {
	    .url = conf->val_url,
	    .token_url = conf->val_token_url,
	    .client_id = conf->val_client_id,
	    .ca_file = conf->val_ca_file,
	    .unverified = conf->val_unverified,
	    .read_only = read_only,
	    .clock = campus->clock,
	};
	char *secret = NULL;
	enum result st =
	    secret_read(conf->val_secret_env, conf->val_secret_file, "client_secret", &secret, err);

	if (st == RESULT_OK)
		st = need_http(campus, err);
	options.http = campus->http;
	options.client_secret = secret;
	if (st == RESULT_OK)
		st = val_rest_new(&campus->val, &options, err);
	secret_free(secret);
	return st;
}

static enum result open_val(struct campus *campus, bool read_only, struct error *err)
{
	const struct val_sqlite_options options = {
	    .path = campus->conf->val_path, .clock = campus->clock, .read_only = read_only};
	enum result st = strcmp(campus->conf->val_kind, "rest")
			     ? val_sqlite_new(&campus->val, &options, err)
			     : open_rest(campus, read_only, err);

	if (st != RESULT_OK)
		error_prefix(err, "[val] %s", campus->conf->val_kind);
	return st;
}

/* ---- store --------------------------------------------------------------------------------*/

static const char *const condition_names[] = {
    [CONDITION_UNKNOWN] = "", [CONDITION_HOLDS] = "holds", [CONDITION_FAILS] = "fails"};

static bool is_s3(const struct conf *conf)
{
	return !strcmp(conf->store_kind, "s3");
}

/* A bucket of AWS is the same one whatever region it is asked through. */
static void name_condition(const struct conf *conf, char *out, size_t size)
{
	snprintf(out, size, "If-None-Match %s %s",
		 *conf->store_endpoint ? conf->store_endpoint : "aws", conf->bucket);
}

/* What cannot be read is unknown: then HEAD comes before every PUT, which is safe. */
static enum store_condition recall_condition(const struct campus *campus)
{
	enum store_condition condition = CONDITION_UNKNOWN;
	struct reader *reader = NULL;
	char name[1400], *value = NULL;

	name_condition(campus->conf, name, sizeof(name));
	if (reader_open(&reader, campus->conf->status_db, NULL) == RESULT_OK &&
	    reader_check_campus(reader, campus->conf->name, NULL) == RESULT_OK &&
	    reader_recall(reader, name, &value, NULL) == RESULT_OK) {
		if (!strcmp(value, condition_names[CONDITION_HOLDS]))
			condition = CONDITION_HOLDS;
		else if (!strcmp(value, condition_names[CONDITION_FAILS]))
			condition = CONDITION_FAILS;
	}
	free(value);
	reader_close(reader);
	return condition;
}

/* A failure costs a later process its knowledge, and that one is safe without. */
static void remember_condition(struct campus *campus)
{
	enum store_condition condition = (enum store_condition)atomic_load(&campus->condition);
	char name[1400], bucket[300];

	if (!campus->status || !atomic_exchange(&campus->condition_is_new, false))
		return;
	name_condition(campus->conf, name, sizeof(name));
	if (status_remember(campus->status, name, condition_names[condition], NULL) != RESULT_OK) {
		atomic_store(&campus->condition_is_new, true);
		return;
	}
	snprintf(bucket, sizeof(bucket), "bucket %s", campus->conf->bucket);
	if (condition == CONDITION_HOLDS)
		status_event(campus->status, FINDING_NOTICE, "store", bucket,
			     "refuses a second PUT under If-None-Match", "shown by a probe");
	else
		status_event(campus->status, FINDING_WARNING, "store", bucket,
			     "does not refuse a second PUT under If-None-Match: HEAD comes before "
			     "every PUT",
			     "shown by a probe");
}

/* Of whatever thread probed. */
static void learn_condition(void *arg, enum store_condition condition)
{
	struct campus *campus = arg;

	if (condition == CONDITION_UNKNOWN ||
	    atomic_exchange(&campus->condition, (int)condition) == (int)condition)
		return;
	atomic_store(&campus->condition_is_new, true);
	remember_condition(campus);
}

static enum result open_s3(struct campus *campus, bool read_only, struct error *err)
{
	const struct conf *conf = campus->conf;
	struct credentials credentials = {0};
	struct store_s3_options options = {
	    .endpoint = conf->store_endpoint,
	    .region = conf->region,
	    .bucket = conf->bucket,
	    .location = conf->location,
	    .path_style = conf->path_style,
	    .storage_class = conf->storage_class,
	    .sse = conf->sse,
	    .sse_key = conf->sse_key,
	    .ca_file = conf->store_ca_file,
	    .unverified = conf->store_unverified,
	    .read_only = read_only,
	    .learned = learn_condition,
	    .arg = campus,
	};
	enum result st = credentials_read(&credentials, conf->credentials_env, conf->credentials_file,
					  conf->credentials_profile, err);

	if (st == RESULT_OK)
		st = need_http(campus, err);
	options.http = campus->http;
	options.key = credentials.key;
	options.secret = credentials.secret;
	options.token = credentials.token;
	options.condition = recall_condition(campus);
	atomic_store(&campus->condition, (int)options.condition);
	if (st == RESULT_OK)
		st = store_s3_new(&campus->store, &options, err);
	credentials_clear(&credentials);
	return st;
}

static enum result open_store(struct campus *campus, bool read_only, struct error *err)
{
	const struct conf *conf = campus->conf;
	enum result st =
	    is_s3(conf) ? open_s3(campus, read_only, err)
			: store_directory_new(&campus->store, conf->store_path, read_only, err);

	if (st != RESULT_OK)
		error_prefix(err, "[store] %s", conf->store_kind);
	return st;
}

/* ---- flag ---------------------------------------------------------------------------------*/

static enum result open_flag(struct campus *campus, struct error *err)
{
	bool over_http = !strcmp(campus->conf->flag_kind, "admin");
	enum result st = over_http ? need_http(campus, err) : RESULT_OK;

	if (st == RESULT_OK)
		st = flag_open(&campus->flag, campus->conf, campus->http, err);
	campus->flag_problem[0] = '\0';
	if (st != RESULT_OK) {
		error_prefix(err, "[flag] %s", campus->conf->flag_kind);
		snprintf(campus->flag_problem, sizeof(campus->flag_problem), "%.250s", err->text);
	}
	return st;
}

/* ---- the whole ----------------------------------------------------------------------------*/

static enum result open_status(struct campus *campus, struct error *err)
{
	const struct status_options options = {
	    .path = campus->conf->status_db,
	    .campus = campus->conf->name,
	    .environment = campus->conf->environment,
	    .operator_name = campus->conf->operator_name,
	    .clock = campus->clock,
	};

	return status_open(&campus->status, &options, err);
}

enum result campus_add(struct campus *campus, unsigned parts, struct error *err)
{
	bool read_only = parts & CAMPUS_READ_ONLY;
	enum result st = RESULT_OK;

	/* the status database first: when it is another campus's, nothing else is touched */
	if ((parts & CAMPUS_STATUS) && !campus->status) {
		st = open_status(campus, err);
		if (st != RESULT_OK)
			return st; /* its words name it */
		remember_condition(campus);
	}
	if ((parts & CAMPUS_SOURCE) && !campus->source)
		st = open_source(campus, err);
	if (st == RESULT_OK && (parts & CAMPUS_VAL) && !campus->val)
		st = open_val(campus, read_only, err);
	if (st == RESULT_OK && (parts & CAMPUS_STORE) && !campus->store)
		st = open_store(campus, read_only, err);
	if (st == RESULT_OK && (parts & CAMPUS_FLAG) && !campus->flag)
		st = open_flag(campus, err);
	return st;
}

enum result campus_open(struct campus **out, struct conf *conf, unsigned parts, struct error *err)
{
	struct campus *campus = calloc(1, sizeof(*campus));
	enum result st;

	*out = NULL;
	if (!campus) {
		conf_free(conf);
		return error_set(err, RESULT_NOMEM, "cannot open the campus: out of memory");
	}
	campus->conf = conf;
	campus->clock = clock_of_process();
	st = campus_add(campus, parts, err);
	if (st != RESULT_OK)
		goto out;
	*out = campus;
	campus = NULL;
out:
	campus_close(campus);
	return st;
}

void campus_close(struct campus *campus)
{
	if (!campus)
		return;
	linker_free(campus->linker);
	source_free(campus->source);
	val_free(campus->val);
	store_free(campus->store);
	flag_free(campus->flag);
	status_close(campus->status);
	http_free(campus->http);
	conf_free(campus->conf);
	free(campus);
}

bool campus_tls_unverified(const struct campus *campus)
{
	return (campus->source && campus->source->tls_unverified) ||
	       (campus->val && campus->val->tls_unverified) ||
	       (campus->store && campus->store->tls_unverified) ||
	       (campus->flag && campus->flag->tls_unverified) ||
	       (campus->linker && campus->conf->studio_unverified);
}

const char *campus_mode(const struct campus *campus, bool dry)
{
	if (dry)
		return "dry";
	return strcmp(campus->conf->environment, "production") ? "mock" : "real";
}

/* ---- scan ---------------------------------------------------------------------------------*/

struct listing {
	struct scan_entry *entries; /* their strings are ours */
	size_t count, size, problems;
	void (*problem)(void *arg, const char *text);
	void *arg;
};

static void listing_clear(struct listing *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free((char *)list->entries[i].key);
		free((char *)list->entries[i].name);
		free((char *)list->entries[i].location);
	}
	free(list->entries);
}

static enum result report_problem(struct listing *list, const struct source_entry *entry,
				  struct error *err)
{
	const char *location = entry->location ? entry->location : "";
	const char *problem = entry->problem;
	struct buf text = BUF_INIT;
	bool failed;

	list->problems++;
	if (!list->problem)
		return RESULT_OK;
	/* most problems begin with the place themselves */
	if (*location && !strncmp(problem, location, strlen(location)) &&
	    !strncmp(problem + strlen(location), ": ", 2))
		problem += strlen(location) + 2;
	buf_printf(&text, "%s%s%s: %s", location, *location && entry->key ? ": " : "",
		   entry->key ? entry->key : "", problem);
	failed = text.failed;
	if (!failed)
		list->problem(list->arg, buf_text(&text));
	buf_clear(&text);
	return failed ? error_set(err, RESULT_NOMEM, "cannot list the courses: out of memory")
		      : RESULT_OK;
}

static enum result take_entry(void *arg, const struct source_entry *entry, struct error *err)
{
	struct listing *list = arg;
	struct scan_entry *row;

	if (entry->problem)
		return report_problem(list, entry, err);
	if (list->count == list->size) {
		size_t size = list->size ? list->size * 2 : 64;

		row = reallocarray(list->entries, size, sizeof(*row));
		if (!row)
			goto no_memory;
		list->entries = row;
		list->size = size;
	}
	row = &list->entries[list->count++];
	row->key = strdup(entry->key);
	row->name = strdup(entry->name ? entry->name : "");
	row->location = strdup(entry->location ? entry->location : "");
	if (row->key && row->name && row->location)
		return RESULT_OK;
no_memory:
	return error_set(err, RESULT_NOMEM, "cannot list the courses: out of memory");
}

enum result campus_scan(struct campus *campus, struct scan_result *out,
			void (*problem)(void *arg, const char *text), void *arg, struct error *err)
{
	struct listing list = {.problem = problem, .arg = arg};
	enum result st;

	memset(out, 0, sizeof(*out));
	st = campus->source->ops->list(campus->source, take_entry, &list, err);
	/* a part of a list must not mark the other courses as gone */
	if (st == RESULT_OK)
		st = status_scan(campus->status, list.entries, list.count, !list.problems, out, err);
	listing_clear(&list);
	return st;
}
