/*
 * null_writer.c - the least that a migration can cost: the same files and the same commits.
 *
 *	null_writer FOLDER SIZES [THREADS]
 *
 * SIZES holds a line a video: the sizes in bytes of its transcripts. For each video one of
 * THREADS (8) threads
 *
 *	1. commits one row a transcript to a journal (status.db),
 *	2. makes the files (O_TMPFILE, write, fsync, linkat) and syncs their folder,
 *	3. commits the video, its course link and its transcripts (val.db, edx-val's tables),
 *	4. posts one row with the outcome (status.db).
 *
 * It reads no course, converts nothing, hashes nothing and looks nothing up. Durability is what
 * subferry promises: SQLite in WAL mode with synchronous FULL, each file synced before it has a
 * name, the name synced before val has it. It groups as well as it can: one thread a database
 * commits whatever has come while the last commit was under way, and one sync of the folder
 * serves all who asked before it began.
 *
 * Prints one line of JSON: seconds, transcripts, bytes, cpu_seconds, max_rss_kib.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX 256
#define BODY_MAX (4 << 20)
#define PREFIX "video-transcripts/"
#define POSTED_MAX 1000
#define LANGUAGES 64

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("null_writer: ", stderr);
	vfprintf(stderr, fmt, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

/* ---- what is to be written ---------------------------------------------------------------- */

struct video {
	size_t first, count; /* into plan.sizes */
};

struct plan {
	size_t *sizes;
	size_t size_count, size_room;
	struct video *videos;
	size_t video_count, video_room;
	uint64_t bytes;
};

static void *grow(void *items, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return items;
	*room = *room ? *room * 2 : 1024;
	items = realloc(items, *room * size);
	if (!items)
		die("out of memory");
	return items;
}

static void read_line(struct plan *plan, const char *line)
{
	struct video video = {plan->size_count, 0};
	char *end;

	for (;; line = end) {
		unsigned long size = strtoul(line, &end, 10);

		if (end == line)
			break;
		if (size > BODY_MAX)
			die("a transcript of %lu bytes is more than this bench takes", size);
		plan->sizes = grow(plan->sizes, plan->size_count, &plan->size_room, sizeof(size_t));
		plan->sizes[plan->size_count++] = size;
		plan->bytes += size;
		video.count++;
	}
	if (!video.count)
		return;
	plan->videos = grow(plan->videos, plan->video_count, &plan->video_room, sizeof(video));
	plan->videos[plan->video_count++] = video;
}

static void plan_read(struct plan *plan, const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;

	if (!file)
		die("%s: %s", path, strerror(errno));
	while (getline(&line, &room, file) >= 0)
		read_line(plan, line);
	free(line);
	fclose(file);
	if (!plan->video_count)
		die("%s names no sizes", path);
}

/* 32 hex digits that look as random as a hash: they spread over the folder the same way. */
static void object_name(size_t transcript, char out[64])
{
	uint64_t words[2];

	for (int i = 0; i < 2; i++) {
		uint64_t z = (2 * transcript + (size_t)i + 1) * 0x9e3779b97f4a7c15u;

		z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
		z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
		words[i] = z ^ (z >> 31);
	}
	snprintf(out, 64, PREFIX "%016" PRIx64 "%016" PRIx64 ".sjson", words[0], words[1]);
}

/* ---- a database and the thread that writes it ----------------------------------------------*/

struct base;
struct request {
	void (*fn)(struct base *base, const struct plan *plan, size_t video);
	size_t video;
	bool posted, done;
	struct request *next;
};

enum { STATEMENTS = 3 };

struct base {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENTS];
	const struct plan *plan;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake, done;
	struct request *first, **last; /* lock */
	size_t posted;		       /* lock */
	bool ending;		       /* lock */
	size_t commits;		       /* the thread's */
};

static void exec(struct base *base, const char *sql)
{
	if (sqlite3_exec(base->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		die("%s: %s", sql, sqlite3_errmsg(base->db));
}

static void step(struct base *base, sqlite3_stmt *statement)
{
	if (sqlite3_step(statement) != SQLITE_DONE)
		die("%s", sqlite3_errmsg(base->db));
	sqlite3_reset(statement);
}

static void commit(struct base *base, struct request *requests)
{
	struct request *next;
	size_t posted = 0;

	exec(base, "BEGIN IMMEDIATE");
	for (struct request *r = requests; r; r = r->next)
		r->fn(base, base->plan, r->video);
	exec(base, "COMMIT");
	base->commits++;
	pthread_mutex_lock(&base->lock);
	for (struct request *r = requests; r; r = next) {
		next = r->next;
		if (r->posted) {
			posted++;
			free(r);
		} else {
			r->done = true; /* its owner may be gone from here on */
		}
	}
	base->posted -= posted;
	pthread_cond_broadcast(&base->done);
	pthread_mutex_unlock(&base->lock);
}

static void *base_run(void *arg)
{
	struct base *base = arg;

	for (;;) {
		struct request *requests;

		pthread_mutex_lock(&base->lock);
		while (!base->first && !base->ending)
			pthread_cond_wait(&base->wake, &base->lock);
		requests = base->first;
		base->first = NULL;
		base->last = &base->first;
		pthread_mutex_unlock(&base->lock);
		if (!requests)
			return NULL;
		commit(base, requests);
	}
}

static void base_open(struct base *base, const struct plan *plan, const char *path,
		      const char *schema, const char *const statements[STATEMENTS])
{
	if (sqlite3_open(path, &base->db) != SQLITE_OK)
		die("%s: %s", path, sqlite3_errmsg(base->db));
	exec(base, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
	exec(base, schema);
	for (int i = 0; i < STATEMENTS && statements[i]; i++)
		if (sqlite3_prepare_v3(base->db, statements[i], -1, SQLITE_PREPARE_PERSISTENT,
				       &base->statements[i], NULL) != SQLITE_OK)
			die("%s: %s", statements[i], sqlite3_errmsg(base->db));
	base->plan = plan;
	base->last = &base->first;
	pthread_mutex_init(&base->lock, NULL);
	pthread_cond_init(&base->wake, NULL);
	pthread_cond_init(&base->done, NULL);
	if (pthread_create(&base->thread, NULL, base_run, base))
		die("cannot start a thread");
}

static void base_close(struct base *base)
{
	pthread_mutex_lock(&base->lock);
	base->ending = true;
	pthread_cond_signal(&base->wake);
	pthread_mutex_unlock(&base->lock);
	pthread_join(base->thread, NULL);
	for (int i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(base->statements[i]);
	if (sqlite3_close(base->db) != SQLITE_OK)
		die("cannot close: %s", sqlite3_errmsg(base->db));
}

static void add(struct base *base, struct request *request)
{
	*base->last = request;
	base->last = &request->next;
	pthread_cond_signal(&base->wake);
}

/* Returns once @fn is committed. */
static void base_do(struct base *base, void (*fn)(struct base *, const struct plan *, size_t),
		    size_t video)
{
	struct request request = {.fn = fn, .video = video};

	pthread_mutex_lock(&base->lock);
	add(base, &request);
	while (!request.done)
		pthread_cond_wait(&base->done, &base->lock);
	pthread_mutex_unlock(&base->lock);
}

static void base_post(struct base *base, void (*fn)(struct base *, const struct plan *, size_t),
		      size_t video)
{
	struct request *request = calloc(1, sizeof(*request));

	if (!request)
		die("out of memory");
	request->fn = fn;
	request->video = video;
	request->posted = true;
	pthread_mutex_lock(&base->lock);
	while (base->posted >= POSTED_MAX)
		pthread_cond_wait(&base->done, &base->lock);
	base->posted++;
	add(base, request);
	pthread_mutex_unlock(&base->lock);
}

/* ---- the rows ------------------------------------------------------------------------------*/

static const char status_schema[] =
	"CREATE TABLE journal(id INTEGER PRIMARY KEY, video INTEGER NOT NULL, object TEXT NOT NULL)"
	" STRICT;"
	"CREATE TABLE outcome(video INTEGER PRIMARY KEY, state INTEGER NOT NULL) STRICT;";
static const char *const status_statements[STATEMENTS] = {
	"INSERT INTO journal(video, object) VALUES(?, ?)",
	"INSERT INTO outcome(video, state) VALUES(?, 1)",
};

static const char val_schema[] =
	"CREATE TABLE edxval_video(id integer NOT NULL PRIMARY KEY AUTOINCREMENT,"
	" created datetime NOT NULL, edx_video_id varchar(100) NOT NULL UNIQUE,"
	" client_video_id varchar(255) NOT NULL, duration real NOT NULL,"
	" status varchar(255) NOT NULL);"
	"CREATE INDEX v1 ON edxval_video(client_video_id);"
	"CREATE INDEX v2 ON edxval_video(status);"
	"CREATE TABLE edxval_coursevideo(id integer NOT NULL PRIMARY KEY AUTOINCREMENT,"
	" course_id varchar(255) NOT NULL, video_id integer NOT NULL REFERENCES edxval_video(id),"
	" is_hidden bool NOT NULL, UNIQUE(course_id, video_id));"
	"CREATE INDEX c1 ON edxval_coursevideo(video_id);"
	"CREATE TABLE edxval_videotranscript(id integer NOT NULL PRIMARY KEY AUTOINCREMENT,"
	" created datetime NOT NULL, modified datetime NOT NULL, transcript varchar(255),"
	" language_code varchar(50) NOT NULL, provider varchar(30) NOT NULL,"
	" file_format varchar(20) NOT NULL, video_id integer REFERENCES edxval_video(id),"
	" UNIQUE(video_id, language_code));"
	"CREATE INDEX t1 ON edxval_videotranscript(language_code);"
	"CREATE INDEX t2 ON edxval_videotranscript(file_format);"
	"CREATE INDEX t3 ON edxval_videotranscript(video_id);";
static const char *const val_statements[STATEMENTS] = {
	"INSERT INTO edxval_video(created, edx_video_id, client_video_id, duration, status)"
	" VALUES('2018-05-02 02:41:07.123456', ?, 'External Video', 0.0, 'external')",
	"INSERT INTO edxval_coursevideo(course_id, video_id, is_hidden) VALUES(?, ?, 0)",
	"INSERT INTO edxval_videotranscript(created, modified, transcript, language_code, provider,"
	" file_format, video_id) VALUES('2018-05-02 02:41:07.123456',"
	" '2018-05-02 02:41:07.123456', ?, ?, 'Custom', 'sjson', ?)",
};

static void write_journal(struct base *base, const struct plan *plan, size_t number)
{
	const struct video *video = &plan->videos[number];
	sqlite3_stmt *insert = base->statements[0];
	char name[64];

	for (size_t i = 0; i < video->count; i++) {
		object_name(video->first + i, name);
		sqlite3_bind_int64(insert, 1, (sqlite3_int64)number + 1);
		sqlite3_bind_text(insert, 2, name, -1, SQLITE_STATIC);
		step(base, insert);
	}
}

static void write_outcome(struct base *base, const struct plan *plan, size_t number)
{
	(void)plan;
	sqlite3_bind_int64(base->statements[1], 1, (sqlite3_int64)number + 1);
	step(base, base->statements[1]);
}

static void write_val(struct base *base, const struct plan *plan, size_t number)
{
	const struct video *video = &plan->videos[number];
	sqlite3_int64 id;
	char name[64];

	/* The length of a UUID, and of a usual course key. */
	snprintf(name, sizeof(name), "%08zx-0000-5000-8000-000000000000", number);
	sqlite3_bind_text(base->statements[0], 1, name, -1, SQLITE_STATIC);
	step(base, base->statements[0]);
	id = sqlite3_last_insert_rowid(base->db);
	snprintf(name, sizeof(name), "course-v1:DemoX+Course%05zu+2018", number / 25);
	sqlite3_bind_text(base->statements[1], 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(base->statements[1], 2, id);
	step(base, base->statements[1]);
	for (size_t i = 0; i < video->count; i++) {
		char language[8];

		snprintf(language, sizeof(language), "l%zu", i % LANGUAGES);
		object_name(video->first + i, name);
		sqlite3_bind_text(base->statements[2], 1, name, -1, SQLITE_STATIC);
		sqlite3_bind_text(base->statements[2], 2, language, -1, SQLITE_STATIC);
		sqlite3_bind_int64(base->statements[2], 3, id);
		step(base, base->statements[2]);
	}
}

/* ---- the files -----------------------------------------------------------------------------*/

struct folder {
	int fd;
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool syncing;		  /* lock */
	uint64_t begun, finished; /* lock: syncs */
};

/* Returns after a sync of the folder that began after the call did. */
static void folder_sync(struct folder *folder)
{
	uint64_t mine;

	pthread_mutex_lock(&folder->lock);
	mine = folder->begun + 1;
	while (folder->finished < mine) {
		uint64_t number;

		if (folder->syncing) {
			pthread_cond_wait(&folder->done, &folder->lock);
			continue;
		}
		folder->syncing = true;
		number = ++folder->begun;
		pthread_mutex_unlock(&folder->lock);
		if (fsync(folder->fd))
			die("cannot sync the store: %s", strerror(errno));
		pthread_mutex_lock(&folder->lock);
		folder->syncing = false;
		folder->finished = number;
		pthread_cond_broadcast(&folder->done);
	}
	pthread_mutex_unlock(&folder->lock);
}

static void write_file(struct folder *folder, size_t transcript, const char *body, size_t size)
{
	char name[64], self[64];
	int fd = openat(folder->fd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0644);

	if (fd < 0)
		die("O_TMPFILE: %s (bench on another file system)", strerror(errno));
	for (size_t at = 0; at < size;) {
		ssize_t put = write(fd, body + at, size - at);

		if (put < 0)
			die("write: %s", strerror(errno));
		at += (size_t)put;
	}
	if (fsync(fd))
		die("fsync: %s", strerror(errno));
	object_name(transcript, name);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	if (linkat(AT_FDCWD, self, folder->fd, name + strlen(PREFIX), AT_SYMLINK_FOLLOW))
		die("linkat: %s", strerror(errno));
	close(fd);
}

/* ---- the run -------------------------------------------------------------------------------*/

struct run {
	struct plan plan;
	struct base status, val;
	struct folder folder;
	char *body;
	atomic_size_t next;
};

static void *work(void *arg)
{
	struct run *run = arg;
	size_t number;

	while ((number = atomic_fetch_add(&run->next, 1)) < run->plan.video_count) {
		const struct video *video = &run->plan.videos[number];

		base_do(&run->status, write_journal, number);
		for (size_t i = video->first; i < video->first + video->count; i++)
			write_file(&run->folder, i, run->body, run->plan.sizes[i]);
		folder_sync(&run->folder);
		base_do(&run->val, write_val, number);
		base_post(&run->status, write_outcome, number);
	}
	return NULL;
}

static void run_open(struct run *run, const char *folder)
{
	if (mkdir(folder, 0755) || chdir(folder) || mkdir("store", 0755) ||
	    mkdir("store/" PREFIX, 0755))
		die("%s: %s (it must not be there yet)", folder, strerror(errno));
	run->folder.fd = open("store/" PREFIX, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (run->folder.fd < 0)
		die("store: %s", strerror(errno));
	pthread_mutex_init(&run->folder.lock, NULL);
	pthread_cond_init(&run->folder.done, NULL);
	base_open(&run->status, &run->plan, "status.db", status_schema, status_statements);
	base_open(&run->val, &run->plan, "val.db", val_schema, val_statements);
	run->body = malloc(BODY_MAX);
	if (!run->body)
		die("out of memory");
	for (size_t i = 0; i < BODY_MAX; i++)
		run->body[i] = (char)(' ' + i * 7 % 90);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	static struct run run;
	pthread_t threads[THREADS_MAX];
	unsigned long count = argc > 3 ? strtoul(argv[3], NULL, 10) : 8;
	struct rusage usage;
	double begun;

	if (argc < 3 || !count || count > THREADS_MAX)
		die("usage: null_writer FOLDER SIZES [THREADS]");
	plan_read(&run.plan, argv[2]);
	begun = now();
	run_open(&run, argv[1]);
	for (unsigned long i = 0; i < count; i++)
		if (pthread_create(&threads[i], NULL, work, &run))
			die("cannot start a thread");
	for (unsigned long i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	base_close(&run.val);
	base_close(&run.status);
	close(run.folder.fd);
	getrusage(RUSAGE_SELF, &usage);
	printf("{\"seconds\": %.3f, \"transcripts\": %zu, \"bytes\": %" PRIu64 ", "
	       "\"cpu_seconds\": %.3f, \"max_rss_kib\": %ld, \"val_commits\": %zu, "
	       "\"status_commits\": %zu, \"folder_syncs\": %" PRIu64 "}\n",
	       now() - begun, run.plan.size_count, run.plan.bytes,
	       seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), usage.ru_maxrss,
	       run.val.commits, run.status.commits, run.folder.finished);
	free(run.body);
	free(run.plan.sizes);
	free(run.plan.videos);
	return 0;
}
