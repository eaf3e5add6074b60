/*
 * The OLX kind of source: which exports there are, and which key each has.
 *
 * A list looks at every path anew; what it learnt, the catalog, is kept for open(). A path
 * whose export cannot be read keeps the key it had before, so that a course is not taken for
 * gone when its file is only out of reach. list() builds its catalog without the lock and
 * swaps it in; the lock is held for look-ups and the swap only.
 */
#include "config.h"

#include "src/source/source.h"

#include <errno.h>
#include <glob.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/source/olx_course.h"
#include "src/source/olx_root.h"
#include "src/source/olx_tree.h"

struct export
{
	char *path;
	char *key, *name; /* NULL when it could not be read */
	char *problem;
	enum result trouble; /* why it could not be read: nobody knows which course is there */
	dev_t dev;
	ino_t ino;
	bool known; /* dev and ino are set */
};

struct catalog {
	struct export *items;
	size_t count, room;
};

struct olx_source {
	struct source source;
	char **paths;
	size_t path_count;
	bool slash_keys;
	pthread_mutex_t lock;	/* catalog */
	struct catalog catalog; /* by key, those without one last, by path */
	struct olx_digests *digests;
};

static struct olx_source *olx_of(struct source *src)
{
	return (struct olx_source *)src;
}

static enum result no_memory(struct error *err)
{
	return error_set(err, RESULT_NOMEM, "no memory to list the exports");
}

/* ---- the catalog ---- */

static void export_clear(struct export *export)
{
	free(export->path);
	free(export->key);
	free(export->name);
	free(export->problem);
}

static void catalog_clear(struct catalog *catalog)
{
	for (size_t i = 0; i < catalog->count; i++)
		export_clear(&catalog->items[i]);
	free(catalog->items);
	memset(catalog, 0, sizeof(*catalog));
}

static enum result catalog_add(struct catalog *catalog, const char *path, const char *problem,
			       struct error *err)
{
	struct export export = {.path = strdup(path), .problem = problem ? strdup(problem) : NULL};

	if (catalog->count == catalog->room) {
		size_t room = catalog->room ? catalog->room * 2 : 64;
		struct export *more = reallocarray(catalog->items, room, sizeof(*more));

		if (more) {
			catalog->items = more;
			catalog->room = room;
		}
	}
	if (!export.path || (problem && !export.problem) || catalog->count == catalog->room) {
		export_clear(&export);
		return no_memory(err);
	}
	catalog->items[catalog->count++] = export;
	return RESULT_OK;
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(((const struct export *)a)->path, ((const struct export *)b)->path);
}

/* Readable exports by key, of one key by path; behind them the others by path. */
static int compare_keys(const void *a, const void *b)
{
	const struct export *x = a, *y = b;
	int order;

	if (!x->problem != !y->problem)
		return x->problem ? 1 : -1;
	order = x->problem ? 0 : strcmp(x->key, y->key);
	return order ? order : strcmp(x->path, y->path);
}

/* ---- paths and globs ---- */

static enum result expand(struct catalog *catalog, const char *pattern, struct error *err)
{
	glob_t found;
	struct stat st;
	enum result result = RESULT_OK;
	int code;

	/* A name that is there is meant as it stands, even with a '[' in it. */
	if (!stat(pattern, &st) || !strpbrk(pattern, "*?["))
		return catalog_add(catalog, pattern, NULL, err);
	code = glob(pattern, GLOB_NOSORT, NULL, &found);
	if (code == GLOB_NOSPACE)
		return no_memory(err);
	if (code == GLOB_NOMATCH)
		return catalog_add(catalog, pattern, "no file or folder matches", err);
	if (code)
		return catalog_add(catalog, pattern, "cannot be searched", err);
	for (size_t i = 0; result == RESULT_OK && i < found.gl_pathc; i++)
		result = catalog_add(catalog, found.gl_pathv[i], NULL, err);
	globfree(&found);
	return result;
}

static int compare_files(const void *a, const void *b)
{
	const struct export *x = a, *y = b;

	if (x->known != y->known)
		return x->known ? -1 : 1;
	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	if (x->ino != y->ino)
		return x->ino < y->ino ? -1 : 1;
	return compare_paths(x, y);
}

/* One export found by two patterns, or under two names, is one. */
static void drop_repeated(struct catalog *catalog)
{
	size_t kept = 0;

	for (size_t i = 0; i < catalog->count; i++) {
		struct export *export = &catalog->items[i];
		struct stat st;

		if (stat(export->path, &st))
			continue;
		export->dev = st.st_dev;
		export->ino = st.st_ino;
		export->known = true;
	}
	if (catalog->count)
		qsort(catalog->items, catalog->count, sizeof(*catalog->items), compare_files);
	for (size_t i = 0; i < catalog->count; i++) {
		struct export *export = &catalog->items[i];
		const struct export *last = kept ? &catalog->items[kept - 1] : NULL;

		if (last && ((export->known && last->known && export->dev == last->dev &&
			      export->ino == last->ino) ||
			     !strcmp(export->path, last->path)))
			export_clear(export);
		else
			catalog->items[kept++] = *export;
	}
	catalog->count = kept;
}

/* ---- looking at the exports ---- */

/* The key that @path had in the last catalog, NULL if none; free(). */
static char *known_key(struct olx_source *src, const char *path)
{
	char *key = NULL;

	pthread_mutex_lock(&src->lock);
	for (size_t i = 0; !key && i < src->catalog.count; i++)
		if (src->catalog.items[i].key && !strcmp(src->catalog.items[i].path, path))
			key = strdup(src->catalog.items[i].key);
	pthread_mutex_unlock(&src->lock);
	return key;
}

/* A fault of one export is its problem; only our own want of memory ends the list. */
static enum result look_at(struct olx_source *src, struct export *export, struct error *err)
{
	struct olx_tree *tree = NULL;
	struct olx_root root = {NULL, NULL, NULL};
	struct error why = {RESULT_OK, ""};
	enum result st;

	if (export->problem)
		return RESULT_OK;
	st = olx_tree_open(&tree, export->path, false, &why);
	if (st == RESULT_OK)
		st = olx_root_read(tree, src->slash_keys, &root, &why);
	olx_tree_free(tree);
	if (st == RESULT_NOMEM)
		return error_set(err, st, "%s", why.text);
	if (st == RESULT_OK) {
		export->key = root.key;
		export->name = root.name;
		root.key = root.name = NULL;
		olx_root_clear(&root);
		return RESULT_OK;
	}
	export->trouble = st;
	export->problem = strdup(why.text);
	export->key = known_key(src, export->path);
	return export->problem ? RESULT_OK : no_memory(err);
}

/* The key an unreadable path had is void once a readable one has it: the export was moved. */
static void drop_moved_keys(struct catalog *catalog)
{
	for (size_t i = 0; i < catalog->count; i++) {
		struct export *export = &catalog->items[i];

		if (!export->problem || !export->key)
			continue;
		for (size_t k = 0; export->key && k < catalog->count; k++) {
			if (catalog->items[k].problem || strcmp(catalog->items[k].key, export->key))
				continue;
			free(export->key);
			export->key = NULL;
		}
	}
}

/* Of several exports with one key the first by path serves; the others say so. */
static enum result settle_doubles(struct catalog *catalog, struct error *err)
{
	for (size_t i = 1, first = 0; i < catalog->count && !catalog->items[i].problem; i++) {
		struct export *export = &catalog->items[i];
		struct buf text = BUF_INIT;

		if (strcmp(catalog->items[first].key, export->key)) {
			first = i;
			continue;
		}
		buf_printf(&text, "%s: a second export of %s; the one read is %s", export->path,
			   export->key, catalog->items[first].path);
		export->problem = buf_take(&text);
		if (!export->problem)
			return no_memory(err);
		free(export->key);
		export->key = NULL;
	}
	drop_moved_keys(catalog);
	return RESULT_OK;
}

static enum result build(struct olx_source *src, struct catalog *catalog, struct error *err)
{
	enum result st = RESULT_OK;

	for (size_t i = 0; st == RESULT_OK && i < src->path_count; i++)
		st = expand(catalog, src->paths[i], err);
	if (st != RESULT_OK)
		return st;
	drop_repeated(catalog);
	for (size_t i = 0; st == RESULT_OK && i < catalog->count; i++)
		st = look_at(src, &catalog->items[i], err);
	if (st != RESULT_OK || !catalog->count)
		return st;
	qsort(catalog->items, catalog->count, sizeof(*catalog->items), compare_keys);
	st = settle_doubles(catalog, err);
	qsort(catalog->items, catalog->count, sizeof(*catalog->items), compare_keys);
	return st;
}

static enum result catalog_copy(struct catalog *to, const struct catalog *from, struct error *err)
{
	enum result st = RESULT_OK;

	for (size_t i = 0; st == RESULT_OK && i < from->count; i++) {
		const struct export *item = &from->items[i];
		struct export *copy;

		st = catalog_add(to, item->path, item->problem, err);
		if (st != RESULT_OK)
			break;
		copy = &to->items[to->count - 1];
		copy->trouble = item->trouble;
		if ((item->key && !(copy->key = strdup(item->key))) ||
		    (item->name && !(copy->name = strdup(item->name))))
			st = no_memory(err);
	}
	return st;
}

/* Looks at everything anew; *@seen (may be NULL) gets a copy of what was found. */
static enum result renew(struct olx_source *src, struct catalog *seen, struct error *err)
{
	struct catalog fresh = {NULL, 0, 0}, old;
	enum result st = build(src, &fresh, err);

	if (st == RESULT_OK && seen)
		st = catalog_copy(seen, &fresh, err);
	if (st != RESULT_OK) {
		catalog_clear(&fresh);
		return st;
	}
	pthread_mutex_lock(&src->lock);
	old = src->catalog;
	src->catalog = fresh;
	pthread_mutex_unlock(&src->lock);
	catalog_clear(&old);
	return RESULT_OK;
}

/* ---- operations ---- */

static enum result olx_list(struct source *base, source_list_fn *fn, void *arg, struct error *err)
{
	struct catalog seen = {NULL, 0, 0};
	enum result st = renew(olx_of(base), &seen, err);

	for (size_t i = 0; st == RESULT_OK && i < seen.count; i++) {
		const struct export *export = &seen.items[i];
		struct source_entry entry = {
		    .key = export->key,
		    .name = export->name ? export->name : "",
		    .location = export->path,
		    .problem = export->problem,
		};

		st = fn(arg, &entry, err);
	}
	catalog_clear(&seen);
	return st;
}

/*
 * Sets *@path to where @key is read. RESULT_MISSING only if every export could be read: as long
 * as one cannot, it may be the one, and no course is to be taken for gone.
 */
static enum result locate(struct olx_source *src, const char *key, char **path, struct error *err)
{
	const struct export *found = NULL, *unread = NULL;
	enum result st = RESULT_OK;

	*path = NULL;
	pthread_mutex_lock(&src->lock);
	for (size_t i = 0; !found && i < src->catalog.count; i++) {
		const struct export *export = &src->catalog.items[i];

		if (export->key && !strcmp(export->key, key))
			found = export;
		if (export->trouble != RESULT_OK && export->trouble != RESULT_MISSING &&
		    (!unread || !result_is_transient(unread->trouble)))
			unread = export;
	}
	if (found && !(*path = strdup(found->path)))
		st = no_memory(err);
	else if (!found && unread)
		st = error_set(err, unread->trouble, "no export of %s can be read, but %s", key,
			       unread->problem);
	else if (!found)
		st = error_set(err, RESULT_MISSING, "no export of %s under the configured paths",
			       key);
	pthread_mutex_unlock(&src->lock);
	return st;
}

static enum result olx_open(struct source *base, const char *key, struct source_course **out,
			    struct error *err)
{
	struct olx_source *src = olx_of(base);
	enum result st = RESULT_MISSING;

	*out = NULL;
	/* Once by what is known, once more after looking anew. */
	for (int look = 0; look < 2; look++) {
		char *path = NULL;

		st = look ? renew(src, NULL, err) : RESULT_OK;
		if (st == RESULT_OK)
			st = locate(src, key, &path, err);
		if (path) {
			st = olx_course_open(out, path, src->slash_keys, key, src->digests, err);
			free(path);
			if (st != RESULT_MISSING)
				break;
		}
	}
	return st;
}

static void olx_free(struct source *base)
{
	struct olx_source *src = olx_of(base);

	for (size_t i = 0; i < src->path_count; i++)
		free(src->paths[i]);
	free(src->paths);
	catalog_clear(&src->catalog);
	olx_digests_free(src->digests);
	pthread_mutex_destroy(&src->lock);
	free(src);
}

/* Files have no server that could be away. */
static enum result olx_probe(struct source *base, struct error *err)
{
	(void)base, (void)err;
	return RESULT_OK;
}

static enum result olx_doctor(struct source *base, void (*say)(void *arg, const char *line), void *arg,
			      struct error *err)
{
	(void)say, (void)arg;
	return olx_probe(base, err);
}

static const struct source_ops olx_ops = {
    .kind = "olx",
    .list = olx_list,
    .open = olx_open,
    .probe = olx_probe,
    .doctor = olx_doctor,
    .free = olx_free,
};

enum result source_olx_new(struct source **out, const struct olx_options *options,
			   struct error *err)
{
	struct olx_source *src = calloc(1, sizeof(*src));
	size_t count = options->path_count;

	*out = NULL;
	if (!src || pthread_mutex_init(&src->lock, NULL)) {
		free(src);
		return error_set(err, RESULT_NOMEM, "no memory for the source");
	}
	src->source.ops = &olx_ops;
	src->slash_keys = options->slash_keys;
	src->digests = olx_digests_new();
	src->paths = calloc(count ? count : 1, sizeof(*src->paths));
	while (src->paths && src->path_count < count &&
	       (src->paths[src->path_count] = strdup(options->paths[src->path_count])))
		src->path_count++;
	if (!src->digests || !src->paths || src->path_count < count) {
		olx_free(&src->source);
		return error_set(err, RESULT_NOMEM, "no memory for the source");
	}
	*out = &src->source;
	return RESULT_OK;
}
