#include "config.h"

#include "src/demo/demo.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/demo/demo_course.h"
#include "src/demo/demo_flag.h"
#include "src/demo/demo_olx.h"
#include "src/demo/demo_sink.h"
#include "src/status/lock.h"

/* Grows whenever the same options make other courses: an older demo then wants --demo-reset. */
#define DEMO_VERSION 1
#define STATUS_DB "subferry.db"
#define FLAG_DB "flag.db"
#define STAMP "demo.stamp"
#define STAMP_TEXT "subferry demo %d\ncourses %" PRId64 "\ncues %" PRId64 "\n"
#define COURSES_MAX 100000
#define CUES_MAX 10000

static const char conf_text[] =
    "[campus]\nname = demo\nenvironment = staging\nrelease = ginkgo\nstatus_db = " STATUS_DB "\n"
    "[source]\nkind = olx\npath = courses/*\nkey_form = course-v1\n"
    "[val]\nkind = sqlite\npath = val.db\n"
    "[store]\nkind = directory\npath = store\n"
    "[flag]\nkind = sqlite\npath = " FLAG_DB "\n"
    "[engine]\nretry_delay = 2s\n";

/* The databases, and what SQLite and the locks keep beside them. */
static const char *const state_files[] = {
    "subferry.db", "subferry.db-wal", "subferry.db-shm", "subferry.db-journal", "subferry.db.lock",
    "val.db",	   "val.db-wal",      "val.db-shm",	 "val.db-journal",	"val.db.lock",
    FLAG_DB,	   FLAG_DB "-journal", "subferry.db.flip", "subferry.db.import",
};

struct stamp {
	bool there;
	int version;
	int64_t courses, cues;
};

static enum result failed(const char *what, const char *path, struct error *err)
{
	return error_set(err, RESULT_FATAL, "cannot %s %s: %s", what, path, strerror(errno));
}

static enum result no_memory(struct error *err)
{
	return error_set(err, RESULT_NOMEM, "cannot make the demo: out of memory");
}

static char *SF_PRINTF(1, 2) text_of(const char *fmt, ...)
{
	struct buf out = BUF_INIT;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0 || !buf_reserve(&out, (size_t)len)) {
		buf_clear(&out);
		return NULL;
	}
	va_start(args, fmt);
	vsnprintf(out.data, (size_t)len + 1, fmt, args);
	va_end(args);
	out.len = (size_t)len;
	return buf_take(&out);
}

/* ---- the folder ---------------------------------------------------------------------------*/

static enum result find_folder(const struct demo_options *options, char **out, struct error *err)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	*out = NULL;
	if (options->folder)
		*out = strdup(options->folder);
	else if (state && *state == '/') /* the XDG rules: a relative one is to be ignored */
		*out = text_of("%s/subferry/demo", state);
	else if (home && *home == '/')
		*out = text_of("%s/.local/state/subferry/demo", home);
	else
		return error_set(err, RESULT_INVALID,
				 "no place for the demo: neither XDG_STATE_HOME nor HOME is set");
	return *out ? RESULT_OK : no_memory(err);
}

char *demo_status_db(void)
{
	const struct demo_options options = {0};
	char *folder, *out = NULL;

	if (find_folder(&options, &folder, NULL) == RESULT_OK)
		out = text_of("%s/" STATUS_DB, folder);
	free(folder);
	return out;
}

static enum result make_folder(const char *folder, struct error *err)
{
	char *inside = text_of("%s/", folder);
	enum result st;

	if (!inside)
		return no_memory(err);
	st = demo_make_parents(inside, err);
	free(inside);
	return st;
}

/* One process at a time makes or resets a demo; the lock goes with the descriptor. */
static enum result lock_folder(const char *folder, int *fd, struct error *err)
{
	*fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0)
		return failed("open the folder", folder, err);
	while (flock(*fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return failed("lock the folder", folder, err);
	return RESULT_OK;
}

static enum result folder_is_empty(int folder, const char *name, bool *empty, struct error *err)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;

	if (!dir) {
		failed("read the folder", name, err);
		if (fd >= 0)
			close(fd);
		return RESULT_FATAL;
	}
	*empty = true;
	while ((entry = readdir(dir)))
		*empty &= !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") ||
			  !strcmp(entry->d_name, "." STAMP ".part");
	closedir(dir);
	return RESULT_OK;
}

/* ---- the stamp: whose folder this is, and what it holds -----------------------------------*/

static enum result read_stamp(int folder, const char *name, struct stamp *out, struct error *err)
{
	char text[256];
	ssize_t len;
	int fd = openat(folder, STAMP, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	memset(out, 0, sizeof(*out));
	if (fd < 0 && errno == ENOENT)
		return RESULT_OK;
	if (fd < 0)
		return failed("read the stamp in", name, err);
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len < 0)
		return failed("read the stamp in", name, err);
	text[len] = '\0';
	if (sscanf(text, "subferry demo %d\ncourses %" SCNd64 "\ncues %" SCNd64 "\n", &out->version,
		   &out->courses, &out->cues) != 3 ||
	    out->courses < 1 || out->courses > COURSES_MAX)
		return error_set(
		    err, RESULT_DAMAGED,
		    "%s/" STAMP " is not what the demo wrote: remove the folder by hand", name);
	out->there = true;
	return RESULT_OK;
}

static enum result write_stamp(int folder, const char *name, int64_t courses, int64_t cues,
			       struct error *err)
{
	static const char part[] = "." STAMP ".part";
	int fd = openat(folder, part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return failed("write the stamp in", name, err);
	if (dprintf(fd, STAMP_TEXT, DEMO_VERSION, courses, cues) < 0 || fsync(fd) < 0) {
		failed("write the stamp in", name, err);
		close(fd);
		return RESULT_FATAL;
	}
	if (close(fd) < 0 || renameat(folder, part, folder, STAMP) < 0)
		return failed("write the stamp in", name, err);
	return RESULT_OK;
}

/* ---- reset --------------------------------------------------------------------------------*/

static enum result remove_file(const char *folder, const char *name, struct error *err)
{
	char *path = text_of("%s/%s", folder, name);
	enum result st = RESULT_OK;

	if (!path)
		return no_memory(err);
	if (unlink(path) < 0 && errno != ENOENT && errno != ENOTDIR)
		st = failed("remove", path, err);
	free(path);
	return st;
}

/* "<32 hex>.sjson": what the directory store was given by subferry, and nothing else. */
static bool is_object_name(const char *name)
{
	size_t hex = strspn(name, "0123456789abcdef");

	return hex == 32 && !strcmp(name + hex, ".sjson");
}

static enum result remove_store(const char *folder, struct error *err)
{
	char *objects = text_of("%s/store/video-transcripts", folder);
	char *store = text_of("%s/store", folder);
	enum result st = RESULT_OK;
	struct dirent *entry;
	DIR *dir = NULL;

	if (!objects || !store) {
		st = no_memory(err);
		goto out;
	}
	dir = opendir(objects);
	while (dir && st == RESULT_OK && (entry = readdir(dir)))
		if (is_object_name(entry->d_name))
			st = remove_file(objects, entry->d_name, err);
	rmdir(objects); /* stays when somebody put something else there */
	rmdir(store);
out:
	if (dir)
		closedir(dir);
	free(objects);
	free(store);
	return st;
}

static enum result remove_folder_course(const struct demo_course *course, const char *path,
					struct error *err)
{
	struct demo_sink *sink = NULL;
	enum result st = demo_sink_remove(&sink, path, err);

	if (st != RESULT_OK)
		return st;
	st = demo_olx_write(course, sink, err);
	sink->close(sink, st == RESULT_OK, NULL);
	return st;
}

static enum result remove_course(const struct demo_course *course, const char *folder,
				 struct error *err)
{
	char *path = text_of("%s/courses/%s", folder, course->file);
	char *part = path ? demo_part_name(path) : NULL;
	enum result st = RESULT_OK;

	if (!part) {
		st = no_memory(err);
	} else if (course->folder) {
		st = remove_folder_course(course, path, err);
		if (st == RESULT_OK)
			st = remove_folder_course(course, part, err);
	} else if ((unlink(path) < 0 && errno != ENOENT) || (unlink(part) < 0 && errno != ENOENT)) {
		st = failed("remove", path, err);
	}
	free(part);
	free(path);
	return st;
}

/* Held while the demo's files are removed, so that no engine works on them meanwhile. */
static enum result take_engine_lock(const char *folder, struct lock **lock, struct error *err)
{
	char *path = text_of("%s/%s", folder, state_files[0]);
	enum result st = path ? lock_take(path, lock, err) : no_memory(err);

	free(path);
	if (st == RESULT_BUSY)
		error_prefix(err, "the demo is in use, end that first");
	/* refused: locks do not work on this file system, so no engine runs here either */
	return st == RESULT_REFUSED ? RESULT_OK : st;
}

/* The stamp goes last: a reset that is interrupted is carried on by the next. */
static enum result remove_all(int fd, const char *folder, const struct stamp *stamp,
			      struct error *err)
{
	struct demo_options made = {.courses = stamp->courses, .cues = stamp->cues};
	enum result st = RESULT_OK;
	char *courses;

	for (size_t i = 0; i < sizeof(state_files) / sizeof(*state_files) && st == RESULT_OK; i++)
		st = remove_file(folder, state_files[i], err);
	if (st == RESULT_OK)
		st = remove_store(folder, err);
	for (int64_t i = 0; i < stamp->courses && st == RESULT_OK; i++) {
		struct demo_course course;

		demo_course_plan(&course, i, &made);
		st = remove_course(&course, folder, err);
	}
	if (st != RESULT_OK)
		return st;
	courses = text_of("%s/courses", folder);
	if (!courses)
		return no_memory(err);
	rmdir(courses);
	free(courses);
	if (unlinkat(fd, STAMP, 0) < 0 && errno != ENOENT)
		return failed("remove the stamp in", folder, err);
	return RESULT_OK;
}

static enum result reset(int fd, const char *folder, const struct stamp *stamp, struct error *err)
{
	struct lock *lock = NULL;
	enum result st = take_engine_lock(folder, &lock, err);

	if (st == RESULT_OK)
		st = remove_all(fd, folder, stamp, err);
	lock_free(lock);
	return st;
}

/* ---- making -------------------------------------------------------------------------------*/

static enum result make_course(const struct demo_course *course, const char *folder,
			       struct error *err)
{
	char *path = text_of("%s/courses/%s", folder, course->file);
	char *proof = path ? text_of("%s%s", path, course->folder ? "/course.xml" : "") : NULL;
	struct demo_sink *sink = NULL;
	enum result st = RESULT_OK, closed;

	if (!proof) {
		st = no_memory(err);
		goto out;
	}
	if (!access(proof, F_OK))
		goto out;
	st = course->folder ? demo_sink_folder(&sink, path, err)
			    : demo_sink_archive(&sink, path, err);
	if (st == RESULT_OK) {
		st = demo_olx_write(course, sink, err);
		closed = sink->close(sink, st == RESULT_OK, st == RESULT_OK ? err : NULL);
		st = st == RESULT_OK ? closed : st;
	}
out:
	free(proof);
	free(path);
	return st;
}

static enum result make_courses(const char *folder, const struct demo_options *options,
				struct error *err)
{
	char *courses = text_of("%s/courses/", folder);
	enum result st;

	if (!courses)
		return no_memory(err);
	st = demo_make_parents(courses, err);
	for (int64_t i = 0; i < options->courses && st == RESULT_OK; i++) {
		struct demo_course course;

		demo_course_plan(&course, i, options);
		st = make_course(&course, folder, err);
	}
	free(courses);
	return st;
}

/* A demo of before the flag gets it, too. */
static enum result make_flag(const char *folder, struct error *err)
{
	char *path = text_of("%s/" FLAG_DB, folder);
	enum result st = path ? demo_make_flag(path, err) : no_memory(err);

	free(path);
	return st;
}

static enum result check_folder(int fd, const char *folder, const struct stamp *stamp,
				const struct demo_options *options, struct error *err)
{
	bool empty = true;
	enum result st;

	if (stamp->there && (stamp->version != DEMO_VERSION || stamp->courses != options->courses ||
			     stamp->cues != options->cues))
		return error_set(err, RESULT_INVALID,
				 "%s holds a demo of another size or version (%" PRId64
				 " courses): --demo-reset removes it and starts over",
				 folder, stamp->courses);
	if (stamp->there)
		return RESULT_OK;
	st = folder_is_empty(fd, folder, &empty, err);
	if (st == RESULT_OK && !empty)
		st = error_set(
		    err, RESULT_INVALID,
		    "%s holds files the demo did not make: move them away, or set XDG_STATE_HOME",
		    folder);
	return st;
}

static enum result make_in(const char *folder, const struct demo_options *options,
			   struct error *err)
{
	struct demo_options full = *options;
	bool was_ours = false;
	struct stamp stamp;
	enum result st;
	int fd = -1;

	st = make_folder(folder, err);
	if (st == RESULT_OK)
		st = lock_folder(folder, &fd, err);
	if (st == RESULT_OK)
		st = read_stamp(fd, folder, &stamp, err);
	if (st == RESULT_OK && options->reset && stamp.there) {
		st = reset(fd, folder, &stamp, err);
		stamp.there = false;
		was_ours = true;
	}
	if (st == RESULT_OK && !full.courses && !full.cues && stamp.there) {
		full.courses = stamp.courses;
		full.cues = stamp.cues;
	}
	if (!full.courses)
		full.courses = DEMO_COURSES;
	/* after a reset, what is left in the folder is somebody else's, and may stay */
	if (st == RESULT_OK && !was_ours)
		st = check_folder(fd, folder, &stamp, &full, err);
	if (st == RESULT_OK && !stamp.there)
		st = write_stamp(fd, folder, full.courses, full.cues, err);
	if (st == RESULT_OK)
		st = make_courses(folder, &full, err);
	if (st == RESULT_OK)
		st = make_flag(folder, err);
	if (fd >= 0)
		close(fd);
	return st;
}

enum result demo_make(struct conf **out, const struct demo_options *options, struct error *err)
{
	char *folder = NULL, *real = NULL;
	enum result st;

	*out = NULL;
	if (options->courses < 0 || options->courses > COURSES_MAX || options->cues < 0 ||
	    options->cues > CUES_MAX)
		return error_set(err, RESULT_INVALID, "a demo has 1 to %d courses", COURSES_MAX);
	st = find_folder(options, &folder, err);
	if (st == RESULT_OK)
		st = make_in(folder, options, err);
	if (st != RESULT_OK)
		goto out;
	real = realpath(folder, NULL);
	st = real ? conf_parse(out, conf_text, "(demo)", real, err) : failed("find", folder, err);
out:
	free(real);
	free(folder);
	return st;
}
