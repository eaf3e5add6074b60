#include "config.h"

#include "src/status/status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "src/status/schema.h"
#include "src/status/write.h"

/* ---- open and close -----------------------------------------------------------------------*/

static enum result open_file(struct status *status, const struct status_options *options,
			     struct error *err)
{
	enum result st = db_open(&status->db, options->path, DB_WRITE, err);
	int version;

	/* Look first: another program's file must not even be turned into a WAL database. */
	if (st == RESULT_OK)
		st = schema_look(&status->db, &version, err);
	if (st == RESULT_OK)
		st = schema_enter(&status->db, options->campus, options->environment,
				  clock_wall(status->clock), err);
	return st;
}

enum result status_open(struct status **out, const struct status_options *options,
			struct error *err)
{
	struct status *status = calloc(1, sizeof(*status));
	struct stat file;
	enum result st;

	*out = NULL;
	if (!status)
		return error_set(err, RESULT_NOMEM, "no memory to open status database %s",
				 options->path);
	pthread_mutex_init(&status->lock, NULL);
	status->clock = options->clock ? options->clock : clock_system();
	status->who = strdup(options->operator_name ? options->operator_name : "");
	st = status->who ? open_file(status, options, err)
			 : error_set(err, RESULT_NOMEM, "no memory to open status database %s",
				     options->path);
	if (st != RESULT_OK)
		goto out;
	db_forget(&status->db); /* from here on statements are the writer's */
	status->db.on_writer = true;
	st = dbwriter_new(&status->writer, status->db.handle, err);
	if (st == RESULT_OK && stat(status->db.path, &file))
		st = error_set(err, RESULT_UNREACHABLE, "status database %s: %s", status->db.path,
			       strerror(errno));
	if (st != RESULT_OK)
		goto out;
	status->inode = file.st_ino;
	status->device = file.st_dev;
	*out = status;
	status = NULL;
out:
	status_close(status);
	return st;
}

void status_close(struct status *status)
{
	if (!status)
		return;
	dbwriter_free(status->writer);
	db_close(&status->db);
	pthread_mutex_destroy(&status->lock);
	run_about_clear(&status->about);
	free(status->who);
	free(status);
}

const char *status_path(const struct status *status)
{
	return status->db.path;
}

/* ---- writing, and remembering what could not be written -----------------------------------*/

static void remember_failure(struct status *status, enum result st, const struct error *err)
{
	pthread_mutex_lock(&status->lock);
	if (!status->is_broken) {
		status->is_broken = true;
		status->broken = *err;
		status->broken.result = st;
	}
	pthread_mutex_unlock(&status->lock);
}

/* The writer's function said no; the database itself is well. */
static bool is_answer(enum result st)
{
	return st == RESULT_MISSING || st == RESULT_INVALID || st == RESULT_REFUSED ||
	       st == RESULT_CANCELED;
}

struct task {
	struct status *status;
	write_fn *fn;
	void *arg;
};

static enum result run_task(sqlite3 *handle, void *arg, struct error *err)
{
	struct task *task = arg;

	(void)handle; /* status->db has it, and the path for errors */
	return task->fn(task->status, task->arg, err);
}

enum result write_run(struct status *status, write_fn *fn, void *arg, struct error *err)
{
	struct task task = {status, fn, arg};
	struct error why = {RESULT_OK, ""};
	enum result st = dbwriter_run(status->writer, run_task, &task, &why);

	if (st != RESULT_OK && !is_answer(st)) {
		st = db_explain(status->db.path, st, &why);
		remember_failure(status, st, &why);
	}
	if (st != RESULT_OK && err)
		*err = why;
	return st;
}

static void end_post(void *arg, enum result st, const struct error *err)
{
	struct task *task = arg;
	struct error why;

	if (st != RESULT_OK) {
		why = *err;
		db_explain(task->status->db.path, st, &why);
		remember_failure(task->status, st, &why);
	}
	free(task->arg);
	free(task);
}

void write_post(struct status *status, write_fn *fn, void *arg)
{
	struct task *task = malloc(sizeof(*task));
	struct error why;

	if (!task || !arg) {
		error_set(&why, RESULT_NOMEM, "no memory to write to status database %s",
			  status->db.path);
		remember_failure(status, RESULT_NOMEM, &why);
		free(task);
		free(arg);
		return;
	}
	*task = (struct task){status, fn, arg};
	dbwriter_post(status->writer, run_task, task, end_post);
}

enum result status_broken(struct status *status, struct error *err)
{
	enum result st = RESULT_OK;

	pthread_mutex_lock(&status->lock);
	if (status->is_broken) {
		st = status->broken.result;
		if (err)
			*err = status->broken;
	}
	pthread_mutex_unlock(&status->lock);
	return st;
}

static enum result try_write(struct status *status, void *arg, struct error *err)
{
	int64_t now = clock_wall(status->clock);

	(void)arg;
	/* Another value each time, and a page's worth, or a full disk might not show. */
	return db_run(&status->db, err,
		      "INSERT INTO memory VALUES('tried', ?1 || hex(zeroblob(2048)))"
		      " ON CONFLICT DO UPDATE SET value = excluded.value",
		      DB_VALUES(INT(now)));
}

enum result status_mended(struct status *status, struct error *err)
{
	enum result st = write_run(status, try_write, NULL, err);

	if (st != RESULT_OK)
		return st;
	pthread_mutex_lock(&status->lock);
	status->is_broken = false;
	pthread_mutex_unlock(&status->lock);
	return RESULT_OK;
}

enum result status_in_place(const struct status *status, struct error *err)
{
	struct stat now;
	bool there = !stat(status->db.path, &now);

	if (there ? now.st_ino == status->inode && now.st_dev == status->device : errno != ENOENT)
		return RESULT_OK;
	return error_set(err, RESULT_UNREACHABLE,
			 "status database was %s while it is in use, nothing is written: leave and start "
			 "again (%s)", there ? "replaced" : "removed", status->db.path);
}

int64_t status_waits(const struct status *status)
{
	return dbwriter_waits(status->writer);
}

bool status_rest(struct status *status, bool rest)
{
	return dbwriter_rest(status->writer, rest);
}

enum result status_flush(struct status *status, struct error *err)
{
	struct error why = {RESULT_OK, ""};
	enum result st = dbwriter_flush(status->writer, &why);

	if (st != RESULT_OK) {
		db_explain(status->db.path, st, &why);
		if (err)
			*err = why;
	}
	return st;
}

/* ---- the holder and what is remembered ----------------------------------------------------*/

static enum result write_holder(struct status *status, void *arg, struct error *err)
{
	const struct holder_row *row = arg;

	/* clang-format off */
	return db_run(&status->db, err,
		      "INSERT OR REPLACE INTO holder(id, held, who, host, pid, since, beat, hold,"
		      " hold_since, under_way, held_by, workers, rate, began)"
		      " VALUES(1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
		      DB_VALUES(INT(row->held), TEXT(row->who), TEXT(row->host), INT(row->pid),
				INT(row->since), INT(row->beat), TEXT(row->hold),
				INT(row->hold_since), INT(row->under_way),
				TEXT(hold_reason_name(row->reason)), INT(row->workers),
				INT(row->rate), INT(row->began)));
	/* clang-format on */
}

static void lay_out_holder(struct arena *arena, const void *from)
{
	const struct holder_row *row = from;
	struct holder_row copy = *row, *to = arena_copy(arena, row, sizeof(*row));

	copy.who = arena_text(arena, row->who);
	copy.host = arena_text(arena, row->host);
	copy.hold = arena_text(arena, row->hold);
	if (to)
		*to = copy;
}

void status_holder(struct status *status, const struct holder_row *row)
{
	write_post(status, write_holder, arena_clone(lay_out_holder, row));
}

struct remember {
	const char *name, *value;
};

static enum result write_memory(struct status *status, void *arg, struct error *err)
{
	const struct remember *remember = arg;

	return db_run(
		&status->db, err,
		"INSERT INTO memory VALUES(?1, ?2)"
		" ON CONFLICT DO UPDATE SET value = excluded.value",
		DB_VALUES(TEXT(remember->name), TEXT(remember->value)));
}

enum result status_remember(struct status *status, const char *name, const char *value,
			    struct error *err)
{
	struct remember remember = {name, value};

	return write_run(status, write_memory, &remember, err);
}

enum result write_next_number(struct status *status, const char *name, int64_t *out, struct error *err)
{
	enum result st;

	st = db_run(&status->db, err,
		    "INSERT INTO memory VALUES(?1, '1') ON CONFLICT DO UPDATE"
		    " SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)",
		    DB_VALUES(TEXT(name)));
	return st == RESULT_OK ? db_number(&status->db, err,
					   "SELECT CAST(value AS INTEGER) FROM memory WHERE name = ?1",
					   DB_VALUES(TEXT(name)), 0, out)
			       : st;
}
