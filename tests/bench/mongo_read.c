/*
 * mongo_read.c - how fast a server gives what a migration must read: a loop that only reads.
 *
 *	mongo_read DATABASE LIST [THREADS]
 *
 * LIST holds a line a course: org, course, run and the ids of its files, by tabs. For each course
 * one of THREADS (2) threads asks for
 *
 *	1. its document of active_versions,
 *	2. the structures of both heads, in one query,
 *	3. the documents of all its files, in one query,
 *	4. their chunks, as many in a query as fit into a reply,
 *
 * and throws everything away. It knows beforehand which files there are, looks for no others and
 * decodes nothing. The server is named by SUBFERRY_BENCH_URI.
 *
 * Prints one line of JSON: seconds, files, chunks, bytes, queries, cpu_seconds.
 */
#include "config.h"

#include <inttypes.h>
#include <mongoc/mongoc.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define THREADS_MAX 64
#define PARTS 3		 /* org, course, run */
#define CHUNKS_QUERY 500 /* of 12 kB: what a reply holds, and some room */
#define BATCH 10000

struct line {
	char **words; /* into one text */
	size_t count;
};

static struct line *lines;
static size_t line_count;
static atomic_size_t next_line;
static atomic_long files, chunks, bytes, queries;
static const char *database;
static mongoc_client_pool_t *pool;

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("mongo_read: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

/* ---- what is to be read ------------------------------------------------------------------- */

static void split_line(struct line *line, char *text)
{
	size_t size = 1;
	char *save = NULL;

	for (const char *at = text; *at; at++)
		size += *at == '\t';
	line->words = calloc(size, sizeof(*line->words));
	if (!line->words)
		die("out of memory");
	for (char *word = strtok_r(text, "\t\n", &save); word; word = strtok_r(NULL, "\t\n", &save))
		line->words[line->count++] = word;
	if (line->count < PARTS)
		die("a line without a course");
}

static void read_list(const char *path)
{
	FILE *in = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (!in)
		die("cannot read %s", path);
	while (getline(&text, &size, in) > 0) {
		lines = reallocarray(lines, line_count + 1, sizeof(*lines));
		if (!lines)
			die("out of memory");
		lines[line_count] = (struct line){0};
		split_line(&lines[line_count++], text);
		text = NULL; /* the words stay in it */
		size = 0;
	}
	free(text);
	fclose(in);
}

static void free_list(void)
{
	for (size_t i = 0; i < line_count; i++) {
		free(lines[i].words[0]); /* the line's text */
		free(lines[i].words);
	}
	free(lines);
}

/* ---- reading ------------------------------------------------------------------------------ */

/* Asks, and counts what comes. The first document's `versions` go to @heads, if it is wanted. */
static long ask(mongoc_client_t *client, const char *name, const bson_t *filter, bson_t *heads)
{
	mongoc_collection_t *collection = mongoc_client_get_collection(client, database, name);
	bson_t *opts = BCON_NEW("batchSize", BCON_INT32(BATCH));
	mongoc_cursor_t *cursor = mongoc_collection_find_with_opts(collection, filter, opts, NULL);
	const bson_t *document;
	bson_error_t error;
	bson_iter_t at, below;
	long count = 0;

	while (mongoc_cursor_next(cursor, &document)) {
		count++;
		atomic_fetch_add(&bytes, (long)document->len);
		if (heads && bson_iter_init_find(&at, document, "versions") &&
		    bson_iter_recurse(&at, &below))
			for (char key[2] = "0"; *key <= '9' && bson_iter_next(&below); ++*key)
				bson_append_iter(heads, key, 1, &below);
	}
	if (mongoc_cursor_error(cursor, &error))
		die("%s: %s", name, error.message);
	atomic_fetch_add(&queries, 1);
	mongoc_cursor_destroy(cursor);
	bson_destroy(opts);
	mongoc_collection_destroy(collection);
	return count;
}

/* Of @key one of @words. */
static long ask_some(mongoc_client_t *client, const char *name, const char *key, char *const *words,
		     size_t count)
{
	bson_t filter = BSON_INITIALIZER, in, list;
	char number[16];
	const char *index;
	long got;

	BSON_APPEND_DOCUMENT_BEGIN(&filter, key, &in);
	BSON_APPEND_ARRAY_BEGIN(&in, "$in", &list);
	for (size_t i = 0; i < count; i++) {
		bson_uint32_to_string((uint32_t)i, &index, number, sizeof(number));
		BSON_APPEND_UTF8(&list, index, words[i]);
	}
	bson_append_array_end(&in, &list);
	bson_append_document_end(&filter, &in);
	got = ask(client, name, &filter, NULL);
	bson_destroy(&filter);
	return got;
}

static void read_structures(mongoc_client_t *client, const struct line *line)
{
	bson_t *index = BCON_NEW("org", BCON_UTF8(line->words[0]), "course",
				 BCON_UTF8(line->words[1]), "run", BCON_UTF8(line->words[2]));
	bson_t heads = BSON_INITIALIZER, *filter;

	if (ask(client, "modulestore.active_versions", index, &heads) != 1)
		die("%s is not there", line->words[1]);
	filter = BCON_NEW("_id", "{", "$in", BCON_ARRAY(&heads), "}");
	ask(client, "modulestore.structures", filter, NULL);
	bson_destroy(filter);
	bson_destroy(&heads);
	bson_destroy(index);
}

static void read_course(mongoc_client_t *client, const struct line *line)
{
	char **ids = line->words + PARTS;
	size_t count = line->count - PARTS;

	read_structures(client, line);
	atomic_fetch_add(&files, ask_some(client, "fs.files", "_id", ids, count));
	for (size_t at = 0; at < count; at += CHUNKS_QUERY)
		atomic_fetch_add(&chunks,
				 ask_some(client, "fs.chunks", "files_id", ids + at,
					  count - at < CHUNKS_QUERY ? count - at : CHUNKS_QUERY));
}

static void *reader_main(void *arg)
{
	mongoc_client_t *client = mongoc_client_pool_pop(pool);
	size_t at;

	(void)arg;
	while ((at = atomic_fetch_add(&next_line, 1)) < line_count)
		read_course(client, &lines[at]);
	mongoc_client_pool_push(pool, client);
	return NULL;
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void open_pool(void)
{
	const char *text = getenv("SUBFERRY_BENCH_URI");
	bson_error_t error;
	mongoc_uri_t *uri;

	if (!text)
		die("SUBFERRY_BENCH_URI names no server");
	uri = mongoc_uri_new_with_error(text, &error);
	if (!uri)
		die("SUBFERRY_BENCH_URI: %s", error.message);
	pool = mongoc_client_pool_new(uri);
	mongoc_uri_destroy(uri);
	if (!pool)
		die("no client for SUBFERRY_BENCH_URI");
}

int main(int argc, char **argv)
{
	pthread_t threads[THREADS_MAX];
	long count = argc > 3 ? strtol(argv[3], NULL, 10) : 2;
	double begun;

	if (argc < 3 || count < 1 || count > THREADS_MAX)
		die("usage: mongo_read DATABASE LIST [THREADS]");
	database = argv[1];
	read_list(argv[2]);
	mongoc_init();
	begun = seconds_now();
	open_pool();
	for (long i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, reader_main, NULL))
			die("no thread");
	for (long i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	printf("{\"seconds\": %.6f, \"files\": %ld, \"chunks\": %ld, \"bytes\": %ld, \"queries\": "
	       "%ld, "
	       "\"cpu_seconds\": %.6f}\n",
	       seconds_now() - begun, atomic_load(&files), atomic_load(&chunks),
	       atomic_load(&bytes), atomic_load(&queries), cpu_seconds());
	mongoc_client_pool_destroy(pool);
	mongoc_cleanup();
	free_list();
	return 0;
}
