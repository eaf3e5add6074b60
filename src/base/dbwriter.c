#include "config.h"

#include "src/base/dbwriter.h"

#include "src/base/clock.h"
#include "src/base/signals.h"
#include "src/base/stmt_cache.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	GROUP_MS = 30,	   /* no job joins an older group: with its commit it stays under 50 ms */
	GROUP_JOBS = 512,  /* nor grows larger */
	LINGER_MS = 20,	   /* work that nobody waits for gathers so long */
	GATHER_US = 300,   /* awaited jobs gather so long at most: see next_group() */
	POST_LIMIT = 1000, /* posted jobs under way before dbwriter_post() blocks */
};

struct job {
	struct job *next;
	dbwriter_fn *fn;
	void *arg;
	void (*done)(void *arg, enum result result, const struct error *err);
	bool waited; /* of dbwriter_run(): lives on its stack, @finished is signalled */
	int64_t since; /* posted: when, monotonic ms */
	bool over;   /* under the lock */
	bool undone; /* its savepoint was rolled back; @result says why */
	enum result result;
	struct error err;
	pthread_cond_t finished; /* if @waited */
};

struct job_list {
	struct job *first, **end;
};

struct dbwriter {
	sqlite3 *db;
	struct stmt_cache cache;
	pthread_t thread;
	_Atomic int64_t begins; /* when it began to wait for the file's lock (now_ms()); 0: it has it */

	pthread_mutex_t lock;	/* guards all below; never held during SQLite or callbacks */
	pthread_cond_t work;	/* the queue got something, or somebody waits now */
	pthread_cond_t drained; /* a group is over */
	/*
	 * Somebody waits for each job in @awaited; @posted ones gather until the oldest is
	 * LINGER_MS old. Kept apart, a short commit that a worker waits for does not write the
	 * many pages of all that was posted, and these are written once for many jobs.
	 */
	struct job_list awaited, posts;
	uint64_t posted, told; /* posted jobs that came, and that are over */
	int flushes;	       /* who waits for what was posted */
	size_t awaiting;       /* jobs in @awaited */
	size_t gathered;       /* of these, how many the group before was opened with */
	bool stop;
	bool at_work;	       /* a group is being written */
	bool rests;	       /* dbwriter_rest(): no group begins */
	bool has_failure; /* of a posted job, since the last flush */
	struct error failure;
};

static void set_up_sqlite(void)
{
	/* refused once SQLite runs already: then it is as it is */
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

void dbwriter_setup(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, set_up_sqlite);
}

/* ---- the writer's thread ------------------------------------------------------------------*/

static enum result run_sql(sqlite3 *db, const char *sql, const char *doing, struct error *err)
{
	sqlite3_stmt *stmt = dbwriter_stmt(db, sql);
	int code = stmt ? sqlite3_step(stmt) : sqlite3_errcode(db);
	enum result st = RESULT_OK;

	if (code != SQLITE_DONE && code != SQLITE_ROW)
		st = dbwriter_error(db, code, doing, err);
	sqlite3_reset(stmt);
	return st;
}

static int64_t now_ms(void)
{
	return clock_now(clock_system());
}

static void list_init(struct job_list *list)
{
	list->first = NULL;
	list->end = &list->first;
}

/* What was posted is due: its time has come, or somebody waits for it. Under the lock. */
static bool posts_due(const struct dbwriter *writer, int64_t now)
{
	return writer->posts.first &&
	       (writer->flushes || writer->stop || writer->posted - writer->told >= POST_LIMIT / 2 ||
		now - writer->posts.first->since >= LINGER_MS);
}

static size_t take_list(struct job_list *from, struct job_list *group, size_t limit)
{
	size_t taken = 0;

	while (from->first && taken < limit) {
		struct job *job = from->first;

		from->first = job->next;
		if (!from->first)
			from->end = &from->first;
		job->next = NULL;
		*group->end = job;
		group->end = &job->next;
		taken++;
	}
	return taken;
}

/* Takes up to @limit jobs, awaited ones first. Under the lock. */
static void take(struct dbwriter *writer, struct job_list *group, size_t limit)
{
	if (writer->awaited.first)
		writer->awaiting -= take_list(&writer->awaited, group, limit);
	else if (posts_due(writer, now_ms()))
		take_list(&writer->posts, group, limit);
}

static void take_more(struct dbwriter *writer, struct job_list *group, size_t limit)
{
	pthread_mutex_lock(&writer->lock);
	take(writer, group, limit);
	pthread_mutex_unlock(&writer->lock);
}

/*
 * Runs one job in its savepoint. False when SQLite gave up the whole transaction (it may, on a
 * full disk or an I/O error): then the group is lost, and @job's error is the reason.
 */
static bool run_job(struct dbwriter *writer, struct job *job)
{
	sqlite3 *db = writer->db;
	struct error err = {RESULT_OK, ""};

	job->result = run_sql(db, "SAVEPOINT job", "cannot begin", &job->err);
	if (job->result == RESULT_OK) {
		job->result = job->fn(db, job->arg, &job->err);
		stmt_cache_reset(&writer->cache);
		if (sqlite3_get_autocommit(db))
			goto lost;
		if (job->result != RESULT_OK) {
			job->undone = true;
			if (run_sql(db, "ROLLBACK TO job", "cannot undo", &err) != RESULT_OK)
				goto lost;
		}
		/* A release failing leaves the savepoint open; harmless, the commit ends it. */
		run_sql(db, "RELEASE job", "cannot go on", &err);
	} else {
		job->undone = true;
	}
	return !sqlite3_get_autocommit(db);
lost:
	if (job->result == RESULT_OK)
		job->result =
		    error_set(&job->err, RESULT_UNREACHABLE, "%s",
			      err.result != RESULT_OK ? err.text : "the transaction was undone");
	job->undone = true;
	return false;
}

/* All of @group that was not undone by itself ends with @why: its transaction is gone. */
static void fail_group(struct job_list *group, enum result result, const struct error *why)
{
	for (struct job *job = group->first; job; job = job->next) {
		if (job->undone)
			continue;
		job->result = result;
		job->err = *why;
	}
}

/*
 * A file that was removed or replaced underneath takes writes as before, and keeps them from
 * everybody: nothing that is written there counts.
 */
static enum result still_in_place(sqlite3 *db, struct error *err)
{
	const char *path = sqlite3_db_filename(db, "main");
	int moved = 0;

	if (sqlite3_file_control(db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || !moved)
		return RESULT_OK;
	return error_set(err, RESULT_UNREACHABLE,
			 "cannot write: %s was removed or replaced while it is in use: put it back, or "
			 "start again with the one that is there", path ? path : "the file");
}

/* Runs @group, and what comes meanwhile while the group may grow; commits, or undoes all. */
static void run_group(struct dbwriter *writer, struct job_list *group)
{
	sqlite3 *db = writer->db;
	struct job *job = group->first;
	struct error err = {RESULT_OK, ""};
	int64_t opened;
	size_t count = 0;
	enum result st;

	atomic_store(&writer->begins, now_ms());
	st = run_sql(db, "BEGIN IMMEDIATE", "cannot write", &err);
	atomic_store(&writer->begins, 0);
	if (st != RESULT_OK) {
		/* Perhaps after ten seconds of waiting for a lock: nobody shall wait in turn. */
		take_more(writer, group, SIZE_MAX);
		fail_group(group, st, &err);
		return;
	}
	opened = now_ms();
	st = still_in_place(db, &err);
	if (st != RESULT_OK) {
		fail_group(group, st, &err);
		goto undo;
	}
	for (; job; job = job->next) {
		if (!run_job(writer, job)) {
			fail_group(group, job->result, &job->err);
			goto undo;
		}
		if (++count < GROUP_JOBS && now_ms() - opened < GROUP_MS)
			take_more(writer, group, 1);
	}
	st = run_sql(db, "COMMIT", "cannot commit", &err);
	if (st == RESULT_OK)
		return;
	fail_group(group, st, &err);
undo:
	if (!sqlite3_get_autocommit(db))
		run_sql(db, "ROLLBACK", "cannot undo", NULL);
}

static void note_failure(struct dbwriter *writer, const struct job *job)
{
	if (writer->has_failure)
		return;
	writer->has_failure = true;
	writer->failure = job->err;
	writer->failure.result = job->result;
}

/* Tells everybody, in order: callbacks unlocked, then the waiting threads. */
static void tell_group(struct dbwriter *writer, struct job_list *group)
{
	struct job *job, *next;

	for (job = group->first; job; job = job->next)
		if (job->done)
			job->done(job->arg, job->result, &job->err);
	pthread_mutex_lock(&writer->lock);
	for (job = group->first; job; job = next) {
		next = job->next;
		if (job->waited) { /* gone as soon as the lock is free */
			job->over = true;
			pthread_cond_signal(&job->finished);
			continue;
		}
		writer->told++;
		if (job->result != RESULT_OK)
			note_failure(writer, job);
		free(job);
	}
	writer->at_work = false;
	pthread_cond_broadcast(&writer->drained);
	pthread_mutex_unlock(&writer->lock);
}

/*
 * Workers that were answered together come back together: a moment's wait for as many as came
 * last time makes one commit of what would be several. One that works alone never waits.
 */
static void gather(struct dbwriter *writer)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += GATHER_US * 1000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	while (writer->awaiting < writer->gathered && !writer->stop &&
	       pthread_cond_timedwait(&writer->work, &writer->lock, &until) != ETIMEDOUT)
		;
	/* one more than came: a group that has shrunk can grow again */
	writer->gathered = writer->awaiting + (writer->awaiting > 1);
}

/* Waits for work and takes the first of it; false once there is none and the writer ends. */
static bool next_group(struct dbwriter *writer, struct job_list *group)
{
	list_init(group);
	pthread_mutex_lock(&writer->lock);
	while (writer->rests || (!writer->awaited.first && !posts_due(writer, now_ms()))) {
		if (writer->stop && !writer->posts.first)
			break;
		clock_wait(clock_system(), &writer->work, &writer->lock,
			   writer->posts.first && !writer->rests
				   ? writer->posts.first->since + LINGER_MS
				   : INT64_MAX);
	}
	if (writer->awaited.first)
		gather(writer);
	take(writer, group, 1);
	writer->at_work = group->first;
	pthread_mutex_unlock(&writer->lock);
	return group->first;
}

static void *writer_main(void *arg)
{
	struct dbwriter *writer = arg;
	struct job_list group;

	stmt_cache_use(&writer->cache);
	while (next_group(writer, &group)) {
		run_group(writer, &group);
		tell_group(writer, &group);
	}
	return NULL;
}

int64_t dbwriter_waits(const struct dbwriter *writer)
{
	int64_t begins = atomic_load(&writer->begins);

	return begins ? now_ms() - begins : 0;
}

/* ---- from other threads -------------------------------------------------------------------*/

static enum result start_thread(struct dbwriter *writer)
{
	sigset_t all, old;
	int code;

	signals_for_threads(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old); /* signals are the main thread's affair */
	code = pthread_create(&writer->thread, NULL, writer_main, writer);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return code ? RESULT_FATAL : RESULT_OK;
}

enum result dbwriter_new(struct dbwriter **out, sqlite3 *db, struct error *err)
{
	struct dbwriter *writer = calloc(1, sizeof(*writer));

	*out = NULL;
	if (!writer) {
		sqlite3_close(db);
		return error_set(err, RESULT_NOMEM, "no memory for a database writer");
	}
	writer->db = db;
	writer->cache.db = db;
	list_init(&writer->awaited);
	list_init(&writer->posts);
	pthread_mutex_init(&writer->lock, NULL);
	clock_cond_init(&writer->work);
	clock_cond_init(&writer->drained);
	if (start_thread(writer) != RESULT_OK) {
		writer->thread = pthread_self();
		dbwriter_free(writer);
		return error_set(err, RESULT_FATAL, "cannot start the database writer's thread");
	}
	*out = writer;
	return RESULT_OK;
}

void dbwriter_free(struct dbwriter *writer)
{
	if (!writer)
		return;
	pthread_mutex_lock(&writer->lock);
	writer->stop = true;
	writer->rests = false;
	pthread_cond_signal(&writer->work);
	pthread_mutex_unlock(&writer->lock);
	if (!pthread_equal(writer->thread, pthread_self())) /* else it never started */
		pthread_join(writer->thread, NULL);
	stmt_cache_clear(&writer->cache);
	sqlite3_close(writer->db);
	pthread_cond_destroy(&writer->drained);
	pthread_cond_destroy(&writer->work);
	pthread_mutex_destroy(&writer->lock);
	free(writer);
}

/* Under the lock. */
static void enqueue(struct dbwriter *writer, struct job *job)
{
	struct job_list *list = job->waited ? &writer->awaited : &writer->posts;

	assert(!writer->stop);
	*list->end = job;
	list->end = &job->next;
	writer->awaiting += job->waited;
	pthread_cond_signal(&writer->work);
}

enum result dbwriter_run(struct dbwriter *writer, dbwriter_fn *fn, void *arg, struct error *err)
{
	struct job job = {.fn = fn, .arg = arg, .waited = true};

	assert(!pthread_equal(writer->thread, pthread_self()));
	pthread_cond_init(&job.finished, NULL);
	pthread_mutex_lock(&writer->lock);
	enqueue(writer, &job);
	while (!job.over)
		pthread_cond_wait(&job.finished, &writer->lock);
	pthread_mutex_unlock(&writer->lock);
	pthread_cond_destroy(&job.finished);
	if (job.result != RESULT_OK && err) {
		*err = job.err;
		err->result = job.result;
	}
	return job.result;
}

void dbwriter_post(struct dbwriter *writer, dbwriter_fn *fn, void *arg,
		   void (*done)(void *arg, enum result result, const struct error *err))
{
	struct job *job = calloc(1, sizeof(*job));
	struct job lost = {.result = RESULT_NOMEM};

	if (!job) {
		error_set(&lost.err, RESULT_NOMEM, "no memory to write to the database");
		if (done)
			done(arg, RESULT_NOMEM, &lost.err);
		pthread_mutex_lock(&writer->lock);
		note_failure(writer, &lost);
		pthread_mutex_unlock(&writer->lock);
		return;
	}
	job->fn = fn;
	job->arg = arg;
	job->done = done;
	job->since = now_ms();
	pthread_mutex_lock(&writer->lock);
	/* A callback that posts runs on the thread that drains: it must not wait for itself. */
	while (writer->posted - writer->told >= POST_LIMIT &&
	       !pthread_equal(writer->thread, pthread_self()))
		pthread_cond_wait(&writer->drained, &writer->lock);
	writer->posted++;
	enqueue(writer, job);
	pthread_mutex_unlock(&writer->lock);
}

bool dbwriter_rest(struct dbwriter *writer, bool rest)
{
	bool still;

	pthread_mutex_lock(&writer->lock);
	still = writer->rests || (!writer->awaited.first && !writer->posts.first && !writer->at_work);
	if (!rest || still)
		writer->rests = rest && !writer->stop;
	pthread_cond_signal(&writer->work);
	pthread_mutex_unlock(&writer->lock);
	return !rest || still;
}

enum result dbwriter_flush(struct dbwriter *writer, struct error *err)
{
	enum result st = RESULT_OK;
	uint64_t upto;

	assert(!pthread_equal(writer->thread, pthread_self()));
	pthread_mutex_lock(&writer->lock);
	upto = writer->posted;
	writer->flushes++;
	pthread_cond_signal(&writer->work);
	while (writer->told < upto)
		pthread_cond_wait(&writer->drained, &writer->lock);
	writer->flushes--;
	if (writer->has_failure) {
		st = writer->failure.result;
		if (err)
			*err = writer->failure;
		writer->has_failure = false;
	}
	pthread_mutex_unlock(&writer->lock);
	return st;
}
