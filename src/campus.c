#include "config.h"

#include "src/campus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/secret.h"

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

static enum result open_source(struct campus *campus, struct error *err)
{
	enum result st = is_olx(campus->conf) ? open_olx(campus, err) : open_mongo(campus, err);

	if (st != RESULT_OK)
		error_prefix(err, "[source] %s", campus->conf->source_kind);
	return st;
}

bool campus_links(const struct campus *campus)
{
	return strcmp(campus->conf->link, "none");
}

void campus_allow_link(struct campus *campus, const char *how)
{
	char what[64];

	snprintf(what, sizeof(what), "allowed: link = %s", campus->conf->link);
	status_event(campus->status, FINDING_NOTICE, "link", campus->conf->name, what, how);
	atomic_store(&campus->link_allowed, true);
}

/* ---- the rest -----------------------------------------------------------------------------*/

static enum result open_val(struct campus *campus, bool read_only, struct error *err)
{
	const struct val_sqlite_options options = {
	    .path = campus->conf->val_path, .clock = campus->clock, .read_only = read_only};

	return val_sqlite_new(&campus->val, &options, err);
}

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
	}
	if ((parts & CAMPUS_SOURCE) && !campus->source) {
		st = open_source(campus, err);
		if (st != RESULT_OK)
			return st;
	}
	if ((parts & CAMPUS_VAL) && !campus->val) {
		st = open_val(campus, read_only, err);
		if (st != RESULT_OK) {
			error_prefix(err, "[val] %s", campus->conf->val_kind);
			return st;
		}
	}
	if ((parts & CAMPUS_STORE) && !campus->store) {
		st = store_directory_new(&campus->store, campus->conf->store_path, read_only, err);
		if (st != RESULT_OK)
			error_prefix(err, "[store] %s", campus->conf->store_kind);
	}
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
	campus->clock = clock_system();
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
	status_close(campus->status);
	conf_free(campus->conf);
	free(campus);
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
	struct buf text = BUF_INIT;
	bool failed;

	list->problems++;
	if (!list->problem)
		return RESULT_OK;
	buf_printf(&text, "%s%s%s: %s", entry->location ? entry->location : "",
		   entry->location && entry->key ? ": " : "", entry->key ? entry->key : "",
		   entry->problem);
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
