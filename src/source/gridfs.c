#include "config.h"

#include "src/source/gridfs.h"

#include <stdlib.h>
#include <string.h>

#include "src/format/key.h"
#include "src/source/gridfs_ask.h"
#include "src/source/gridfs_file.h"
#include "src/source/gridfs_known.h"

/*
 * A query's chunks together, as they travel: what fits into one reply of the server (16 MiB)
 * is one round trip. CHUNK_EXTRA is what a chunk's document needs beside its data and id.
 */
enum { QUERY_BYTES = 15 << 20, CHUNK_EXTRA = 64 };
/* Names in one query; a batch of the engine is far below. */
enum { NAMES_BYTES = 1 << 20 };
/* A document of fs.files names its file at least three times, and has at most 16 MiB. */
enum { NAME_MAX_BYTES = 6 << 20 };

struct gridfs {
	struct mongo *mongo;
	struct gridfs_names names;
	struct gridfs_table known; /* the files that find() met */
};

static enum result no_memory(struct error *err)
{
	return error_set(err, RESULT_NOMEM, "no memory for files of the contentstore");
}

enum result gridfs_new(struct gridfs **out, struct mongo *mongo, const char *key, struct error *err)
{
	struct gridfs *gridfs = calloc(1, sizeof(*gridfs));
	enum result st;

	*out = NULL;
	if (!gridfs)
		return no_memory(err);
	gridfs->mongo = mongo;
	st = gridfs_names_init(&gridfs->names, key, err);
	if (st != RESULT_OK) {
		gridfs_free(gridfs);
		return st;
	}
	*out = gridfs;
	return RESULT_OK;
}

void gridfs_free(struct gridfs *gridfs)
{
	if (!gridfs)
		return;
	gridfs_table_clear(&gridfs->known);
	gridfs_names_clear(&gridfs->names);
	free(gridfs);
}

/* ---- find -------------------------------------------------------------------------------- */

/* A name that is asked for, and the best file of this name so far. */
struct asked {
	const char *name;
	struct gridfs_known *met; /* owned, until it is remembered */
};

struct search {
	struct gridfs *gridfs;
	char **clean; /* the asset names of the caller's names, in their order */
	size_t clean_count;
	struct asked *asked; /* by name, each once */
	size_t count;
};

static int asked_compare(const void *a, const void *b)
{
	const struct asked *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static struct asked *search_get(const struct search *search, const char *name)
{
	struct asked key = {name, NULL};

	if (!search->count)
		return NULL;
	return bsearch(&key, search->asked, search->count, sizeof(key), asked_compare);
}

static void search_clear(struct search *search)
{
	for (size_t i = 0; i < search->count; i++)
		gridfs_known_free(search->asked[i].met);
	for (size_t i = 0; search->clean && i < search->clean_count; i++)
		free(search->clean[i]);
	free(search->asked);
	free(search->clean);
}

/* Two names may clean to one asset: it is asked for once. */
static bool search_fill(struct search *search, const char *const *names, size_t count)
{
	size_t kept = 0, used = 0;

	search->clean = calloc(count ? count : 1, sizeof(*search->clean));
	search->asked = calloc(count ? count : 1, sizeof(*search->asked));
	search->clean_count = count;
	if (!search->clean || !search->asked)
		return false;
	for (size_t i = 0; i < count; i++) {
		char *clean = search->clean[i] = key_asset_name(names[i]);

		if (!clean)
			return false;
		if (*clean && strlen(clean) <= NAME_MAX_BYTES)
			search->asked[used++].name = clean;
	}
	qsort(search->asked, used, sizeof(*search->asked), asked_compare);
	for (size_t i = 0; i < used; i++)
		if (!kept || strcmp(search->asked[kept - 1].name, search->asked[i].name))
			search->asked[kept++] = search->asked[i];
	search->count = kept;
	return true;
}

/* A mongo_document_fn. What nobody asked for is passed over. */
static enum result meet_file(void *arg, const bson_t *document, struct error *err)
{
	struct search *search = arg;
	const char *name = gridfs_names_of(&search->gridfs->names, document);
	struct asked *asked = name ? search_get(search, name) : NULL;
	struct gridfs_known *known;

	if (!asked)
		return RESULT_OK;
	known = gridfs_known_new(&search->gridfs->names, asked->name, document);
	if (!known)
		return no_memory(err);
	if (!asked->met || gridfs_known_better(known, asked->met)) {
		struct gridfs_known *worse = asked->met;

		asked->met = known;
		known = worse;
	}
	gridfs_known_free(known);
	return RESULT_OK;
}

/* Asks for names from *@at on, as many as go into a query; *@at is then behind them. */
static enum result ask_some(struct search *search, bool anyhow, size_t *at, struct error *err)
{
	struct gridfs *gridfs = search->gridfs;
	bson_t list = BSON_INITIALIZER, filter = BSON_INITIALIZER, opts = BSON_INITIALIZER;
	size_t bytes = 0;
	uint32_t count = 0;
	enum result st = RESULT_OK;

	for (; *at < search->count; ++*at) {
		const struct asked *asked = &search->asked[*at];

		if (anyhow && asked->met)
			continue;
		bytes += strlen(asked->name);
		if (count && bytes > NAMES_BYTES)
			break;
		gridfs_names_add(&gridfs->names, &list, count++, asked->name, anyhow);
	}
	if (count) {
		gridfs_names_filter(&gridfs->names, &filter, &list, anyhow);
		gridfs_file_opts(&opts, count);
		st = mongo_find(gridfs->mongo, MONGO_FILES, MONGO_AS_CONFIGURED, &filter, &opts,
				meet_file, search, err);
	}
	bson_destroy(&opts);
	bson_destroy(&filter);
	bson_destroy(&list);
	return st;
}

static enum result ask_all(struct search *search, bool anyhow, struct error *err)
{
	enum result st = RESULT_OK;

	for (size_t at = 0; st == RESULT_OK && at < search->count;)
		st = ask_some(search, anyhow, &at, err);
	return st;
}

/* What was met takes the place of what is remembered; what was not met is forgotten. */
static bool remember(struct search *search)
{
	struct gridfs_table *known = &search->gridfs->known;

	for (size_t i = 0; i < search->count; i++) {
		struct asked *asked = &search->asked[i];

		if (!asked->met) {
			gridfs_table_drop(known, asked->name);
			continue;
		}
		if (!gridfs_table_put(known, asked->met))
			return false;
		asked->met = NULL;
	}
	return true;
}

static bool answer(const struct search *search, struct asset *out)
{
	for (size_t i = 0; i < search->clean_count; i++) {
		const struct asked *asked = search_get(search, search->clean[i]);

		if (!asked || !asked->met)
			continue;
		out[i].id = strdup(asked->met->id);
		out[i].identity = gridfs_info_identity(&asked->met->info);
		if (!out[i].id || !out[i].identity)
			return false;
		out[i].state = ASSET_FOUND;
		out[i].size = asked->met->info.length;
	}
	return true;
}

enum result gridfs_find(struct gridfs *gridfs, const char *const *names, size_t count,
			struct asset *out, struct error *err)
{
	struct search search = {.gridfs = gridfs};
	enum result st = RESULT_OK;

	for (size_t i = 0; i < count; i++)
		out[i] = (struct asset){.state = ASSET_MISSING, .size = -1};
	if (!search_fill(&search, names, count))
		st = no_memory(err);
	if (st == RESULT_OK)
		st = ask_all(&search, false, err);
	if (st == RESULT_OK && gridfs->names.org)
		st = ask_all(&search, true, err);
	if (st == RESULT_OK && (!answer(&search, out) || !remember(&search)))
		st = no_memory(err);
	for (size_t i = 0; st != RESULT_OK && i < count; i++)
		asset_clear(&out[i]);
	search_clear(&search);
	return st;
}

/* ---- read -------------------------------------------------------------------------------- */

/* A file to be read. */
struct wish {
	const struct gridfs_known *known;
	struct gridfs_file *file;
	size_t at; /* in the caller's arrays */
};

struct reading {
	struct wish *wishes; /* by raw id; of those of one id only the first is read */
	size_t count;
};

static int wish_compare(const void *a, const void *b)
{
	const struct wish *x = a, *y = b;
	int order = gridfs_id_compare(&x->known->info.id, &y->known->info.id);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

static const struct gridfs_known *known_get(const struct gridfs *gridfs, const char *id)
{
	size_t len = strlen(gridfs->names.prefix);

	return strncmp(id, gridfs->names.prefix, len) ? NULL
						      : gridfs_table_get(&gridfs->known, id + len);
}

/* The wishes that can be granted, sorted; the others have their answer. */
static void make_wishes(struct reading *reading, const struct gridfs *gridfs,
			const char *const *ids, size_t count, size_t limit, struct asset_bytes *out)
{
	for (size_t i = 0; i < count; i++) {
		const struct gridfs_known *known = known_get(gridfs, ids[i]);

		if (known && known->info.length >= 0 && (uint64_t)known->info.length > limit)
			out[i].state = ASSET_LARGE;
		else if (known)
			reading->wishes[reading->count++] = (struct wish){known, NULL, i};
	}
	if (reading->count)
		qsort(reading->wishes, reading->count, sizeof(*reading->wishes), wish_compare);
}

static enum result saw_one(void *arg, const bson_t *document, struct error *err)
{
	(void)document, (void)err;
	*(bool *)arg = true;
	return RESULT_OK;
}

/*
 * A length above the limit may be wrong, and then the file is damaged, not large: the last chunk
 * that it promises tells, without a byte of it.
 */
static enum result check_large(struct gridfs *gridfs, const struct gridfs_info *info,
			       struct asset_bytes *out, struct error *err)
{
	bson_t filter = BSON_INITIALIZER, opts = BSON_INITIALIZER;
	int64_t chunks = gridfs_info_chunks(info);
	bool there = false;
	enum result st = RESULT_OK;

	if (chunks > 0) {
		gridfs_one_chunk(&filter, &opts, &info->id, chunks - 1);
		st = mongo_find(gridfs->mongo, MONGO_CHUNKS, MONGO_AS_CONFIGURED, &filter, &opts, saw_one,
				&there, err);
	}
	if (st == RESULT_OK && !there) {
		out->state = ASSET_DAMAGED;
		snprintf(out->reason, sizeof(out->reason),
			 "length is %lld, and chunk %lld, the last by that and chunkSize %lld, is missing",
			 (long long)info->length, (long long)chunks - 1, (long long)info->chunk_size);
	}
	bson_destroy(&filter);
	bson_destroy(&opts);
	return st;
}

static enum result check_all_large(struct gridfs *gridfs, const char *const *ids, size_t count,
				   struct asset_bytes *out, struct error *err)
{
	enum result st = RESULT_OK;

	for (size_t i = 0; i < count && st == RESULT_OK; i++)
		if (out[i].state == ASSET_LARGE)
			st = check_large(gridfs, &known_get(gridfs, ids[i])->info, &out[i], err);
	return st;
}

static size_t wish_bytes(const struct wish *wish)
{
	const struct gridfs_info *info = &wish->known->info;
	int64_t chunks = gridfs_info_chunks(info);
	size_t each = CHUNK_EXTRA + gridfs_id_length(&info->id);

	/* An id alone takes room in the query. */
	if (info->length >= QUERY_BYTES || chunks >= (int64_t)(QUERY_BYTES / each))
		return QUERY_BYTES;
	return chunks < 0 ? each : (size_t)info->length + (size_t)(chunks + 1) * each;
}

/* A mongo_document_fn. */
static enum result take_chunk(void *arg, const bson_t *document, struct error *err)
{
	struct reading *query = arg;
	size_t low = 0, high = query->count;
	bson_iter_t at;
	const bson_value_t *id;

	if (!bson_iter_init_find(&at, document, "files_id"))
		return RESULT_OK;
	id = bson_iter_value(&at);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (gridfs_id_compare(&query->wishes[middle].known->info.id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == query->count || gridfs_id_compare(&query->wishes[low].known->info.id, id))
		return RESULT_OK;
	return gridfs_file_add(query->wishes[low].file, document, err);
}

/* Opens the files of a query, each once, and lists the ids of those that can be whole. */
static enum result open_files(struct reading *query, bson_t *list, uint32_t *ids, int64_t *chunks,
			      struct error *err)
{
	enum result st = RESULT_OK;

	*ids = 0;
	*chunks = 0;
	for (size_t i = 0; i < query->count && st == RESULT_OK; i++) {
		struct wish *wish = &query->wishes[i];
		int64_t more = gridfs_info_chunks(&wish->known->info);

		if (i && wish->known == query->wishes[i - 1].known)
			continue;
		st = gridfs_file_open(&wish->file, &wish->known->info, err);
		if (st == RESULT_OK && more >= 0) {
			gridfs_id_add(list, (*ids)++, &wish->known->info.id);
			*chunks += more < INT32_MAX ? more : INT32_MAX;
		}
	}
	return st;
}

static enum result copy_bytes(struct asset_bytes *to, const struct asset_bytes *from,
			      struct error *err)
{
	to->state = from->state;
	memcpy(to->reason, from->reason, sizeof(to->reason));
	buf_add(&to->bytes, buf_text(&from->bytes), from->bytes.len);
	return to->bytes.failed ? no_memory(err) : RESULT_OK;
}

static enum result close_files(struct reading *query, struct asset_bytes *out, struct error *err)
{
	const struct wish *first = NULL;
	enum result st = RESULT_OK;

	for (size_t i = 0; i < query->count && st == RESULT_OK; i++) {
		struct wish *wish = &query->wishes[i];

		if (wish->file) {
			gridfs_file_close(wish->file, &out[wish->at]);
			first = wish;
		} else {
			st = copy_bytes(&out[wish->at], &out[first->at], err);
		}
	}
	return st;
}

/* One query for the chunks of all files in it. */
static enum result read_some(struct gridfs *gridfs, struct reading *query, struct asset_bytes *out,
			     struct error *err)
{
	bson_t list = BSON_INITIALIZER, filter = BSON_INITIALIZER, opts = BSON_INITIALIZER;
	int64_t chunks;
	uint32_t ids;
	enum result st = open_files(query, &list, &ids, &chunks, err);

	if (st == RESULT_OK && ids) {
		gridfs_chunk_filter(&filter, &list);
		gridfs_chunk_opts(&opts, chunks);
		st = mongo_find(gridfs->mongo, MONGO_CHUNKS, MONGO_AS_CONFIGURED, &filter, &opts,
				take_chunk, query, err);
	}
	if (st == RESULT_OK)
		st = close_files(query, out, err);
	for (size_t i = 0; i < query->count; i++) {
		gridfs_file_free(query->wishes[i].file);
		query->wishes[i].file = NULL;
	}
	bson_destroy(&opts);
	bson_destroy(&filter);
	bson_destroy(&list);
	return st;
}

/* How many wishes from @first on are read in one query: at least one, with all of its id. */
static size_t query_count(const struct reading *all, size_t first)
{
	size_t bytes = 0, i = first;

	for (; i < all->count; i++) {
		if (i > first && all->wishes[i].known == all->wishes[i - 1].known)
			continue;
		bytes += wish_bytes(&all->wishes[i]);
		if (i > first && bytes > QUERY_BYTES)
			break;
	}
	return i - first;
}

enum result gridfs_read(struct gridfs *gridfs, const char *const *ids, size_t count, size_t limit,
			struct asset_bytes *out, struct error *err)
{
	struct reading all = {calloc(count ? count : 1, sizeof(*all.wishes)), 0};
	enum result st = RESULT_OK;

	for (size_t i = 0; i < count; i++)
		out[i] = (struct asset_bytes){.state = ASSET_MISSING, .bytes = BUF_INIT};
	if (!all.wishes)
		return no_memory(err);
	make_wishes(&all, gridfs, ids, count, limit, out);
	st = check_all_large(gridfs, ids, count, out, err);
	for (size_t first = 0; st == RESULT_OK && first < all.count;) {
		struct reading query = {all.wishes + first, query_count(&all, first)};

		st = read_some(gridfs, &query, out, err);
		first += query.count;
	}
	for (size_t i = 0; st != RESULT_OK && i < count; i++)
		asset_bytes_clear(&out[i]);
	free(all.wishes);
	return st;
}
