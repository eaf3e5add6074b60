#include "config.h"

#include "src/store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct room {
	char folder[64];
	char path[96];
	struct store *store;
};

/* A file system that knows no nameless files, on request: this program's openat() comes first. */
static bool without_tmpfile;

static int my_open(int at, const char *path, int flags, mode_t mode)
{
	if (without_tmpfile && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return (int)syscall(SYS_openat, at, path, flags, mode);
}

int openat(int at, const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
	va_end(args);
	return my_open(at, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
	va_end(args);
	return my_open(AT_FDCWD, path, flags, mode);
}

static int setup_folder(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	snprintf(room->folder, sizeof(room->folder), "/tmp/store.XXXXXX");
	assert_non_null(mkdtemp(room->folder));
	snprintf(room->path, sizeof(room->path), "%s/store", room->folder);
	*state = room;
	return 0;
}

static int setup(void **state)
{
	struct room *room;

	setup_folder(state);
	room = *state;
	assert_int_equal(store_directory_new(&room->store, room->path, false, NULL), RESULT_OK);
	return 0;
}

static int remove_item(const char *path, const struct stat *info, int flag, struct FTW *ftw)
{
	(void)info, (void)flag, (void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	struct room *room = *state;

	without_tmpfile = false;
	store_free(room->store);
	umount2(room->path, MNT_DETACH);
	nftw(room->folder, remove_item, 8, FTW_DEPTH | FTW_PHYS);
	free(room);
	return 0;
}

static enum result put(struct store *store, const char *name, const char *bytes, struct error *err)
{
	struct store_object object = {
	    .name = name, .bytes = bytes, .len = strlen(bytes), .sha256 = ""};
	enum result st = store->ops->put(store, &object, 1, err);

	return st == RESULT_OK ? object.result : st;
}

static void assert_holds(struct room *room, const char *name, const char *bytes)
{
	struct buf buf = BUF_INIT;

	assert_int_equal(room->store->ops->get(room->store, name, 1 << 20, &buf, NULL), RESULT_OK);
	assert_string_equal(buf_text(&buf), bytes);
	buf_clear(&buf);
}

static int count_below;

static int count_item(const char *path, const struct stat *info, int flag, struct FTW *ftw)
{
	(void)path, (void)info, (void)ftw;
	count_below += flag != FTW_D;
	return 0;
}

static int files_below(const char *path)
{
	count_below = 0;
	nftw(path, count_item, 8, FTW_PHYS);
	return count_below;
}

static void put_makes_a_file_as_django_lays_it_out(void **state)
{
	struct room *room = *state;
	struct store_info info;
	char path[160];
	struct stat st;
	mode_t mask = umask(0022);

	umask(mask);
	assert_int_equal(put(room->store, "video-transcripts/a.sjson", "{}", NULL), RESULT_OK);
	snprintf(path, sizeof(path), "%s/video-transcripts/a.sjson", room->path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644 & ~mask);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(
	    room->store->ops->head(room->store, "video-transcripts/a.sjson", &info, NULL),
	    RESULT_OK);
	assert_true(info.exists);
	assert_int_equal(info.size, 2);
	assert_string_equal(info.sha256, "");
	assert_holds(room, "video-transcripts/a.sjson", "{}");
}

static void put_answers_exists_and_conflict_untouched(void **state)
{
	struct room *room = *state;
	struct error err;

	assert_int_equal(put(room->store, "t/a", "same", NULL), RESULT_OK);
	assert_int_equal(put(room->store, "t/a", "same", NULL), RESULT_EXISTS);
	assert_int_equal(put(room->store, "t/a", "soma", &err), RESULT_CONFLICT);
	assert_non_null(strstr(err.text, "/t/a is there already"));
	assert_int_equal(put(room->store, "t/a", "longer", NULL), RESULT_CONFLICT);
	assert_int_equal(put(room->store, "t/a", "", NULL), RESULT_CONFLICT);
	assert_holds(room, "t/a", "same");
	assert_int_equal(put(room->store, "t/empty", "", NULL), RESULT_OK);
	assert_int_equal(put(room->store, "t/empty", "", NULL), RESULT_EXISTS);
	assert_int_equal(files_below(room->path), 2);
}

static void put_stops_at_the_first_that_fails(void **state)
{
	struct room *room = *state;
	struct store_object objects[] = {
	    {.name = "a/1", .bytes = "x", .len = 1},
	    {.name = "b/2", .bytes = "y", .len = 1},
	    {.name = "b/3", .bytes = "z", .len = 1},
	    {.name = "b/taken", .bytes = "other", .len = 5},
	    {.name = "b/5", .bytes = "w", .len = 1},
	};
	struct error err;

	assert_int_equal(put(room->store, "b/2", "y", NULL), RESULT_OK);
	assert_int_equal(put(room->store, "b/taken", "mine", NULL), RESULT_OK);
	assert_int_equal(room->store->ops->put(room->store, objects, 5, &err), RESULT_CONFLICT);
	assert_int_equal(objects[0].result, RESULT_OK);
	assert_int_equal(objects[1].result, RESULT_EXISTS);
	assert_int_equal(objects[2].result, RESULT_OK);
	assert_int_equal(objects[3].result, RESULT_CONFLICT);
	assert_string_not_equal(objects[3].reason, "");
	assert_int_equal(objects[4].result, RESULT_CANCELED);
	objects[3].name = "../escape";
	assert_int_equal(room->store->ops->put(room->store, objects, 5, &err), RESULT_INVALID);
	assert_int_equal(objects[2].result, RESULT_EXISTS);
	assert_int_equal(objects[3].result, RESULT_INVALID);
	assert_int_equal(files_below(room->path), 4);
}

struct racer {
	struct store *store;
	pthread_t thread;
	char bytes[40000];
	int made, conflicts, failed;
};

static void *race(void *arg)
{
	struct racer *racer = arg;
	char name[32];

	for (int i = 0; i < 60; i++) {
		enum result st;

		snprintf(name, sizeof(name), "video-transcripts/%d", i);
		st = put(racer->store, name, racer->bytes, NULL);
		racer->made += st == RESULT_OK;
		racer->conflicts += st == RESULT_CONFLICT;
		racer->failed += st != RESULT_OK && st != RESULT_CONFLICT;
	}
	return NULL;
}

static void race_for_names(struct room *room)
{
	struct racer *racers = calloc(8, sizeof(*racers));
	int made = 0, conflicts = 0;
	char name[32];

	for (int i = 0; i < 8; i++) {
		memset(racers[i].bytes, 'a' + i, sizeof(racers[i].bytes) - 1);
		racers[i].store = room->store;
		assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
	}
	for (int i = 0; i < 8; i++) {
		pthread_join(racers[i].thread, NULL);
		made += racers[i].made;
		conflicts += racers[i].conflicts;
		assert_int_equal(racers[i].failed, 0);
	}
	assert_int_equal(made, 60);
	assert_int_equal(conflicts, 7 * 60);
	for (int i = 0; i < 60; i++) { /* each is whole, and one racer's */
		struct buf buf = BUF_INIT;

		snprintf(name, sizeof(name), "video-transcripts/%d", i);
		assert_int_equal(room->store->ops->get(room->store, name, 1 << 20, &buf, NULL),
				 RESULT_OK);
		assert_int_equal(buf.len, sizeof(racers[0].bytes) - 1);
		assert_string_equal(buf_text(&buf), racers[buf.data[0] - 'a'].bytes);
		buf_clear(&buf);
	}
	assert_int_equal(files_below(room->folder), 60);
	free(racers);
}

static void put_is_exclusive_among_eight_threads(void **state)
{
	race_for_names(*state);
}

static void put_is_exclusive_without_nameless_files(void **state)
{
	without_tmpfile = true;
	race_for_names(*state);
}

static void put_uses_the_root_where_nothing_can_be_made_beside_it(void **state)
{
	struct room *room = *state;
	char path[96];

	/* The root is "." here: there is no name to make one beside it. */
	assert_non_null(getcwd(path, sizeof(path)));
	store_free(room->store);
	assert_int_equal(chdir(room->path), 0);
	without_tmpfile = true;
	assert_int_equal(store_directory_new(&room->store, ".", false, NULL), RESULT_OK);
	assert_int_equal(put(room->store, "t/a", "x", NULL), RESULT_OK);
	assert_int_equal(files_below(room->folder), 1);
	assert_int_equal(chdir(path), 0);
}

static void new_sweeps_leftovers_but_not_what_is_in_use(void **state)
{
	struct room *room = *state;
	char left[160], used[160], inside[160], other[160];
	int fd;

	snprintf(left, sizeof(left), "%s/.store.subferry-tmp-1-1", room->folder);
	snprintf(used, sizeof(used), "%s/.store.subferry-tmp-2-1", room->folder);
	snprintf(inside, sizeof(inside), "%s/.subferry-tmp-3-1", room->path);
	snprintf(other, sizeof(other), "%s/.another.subferry-tmp-1-1", room->folder);
	close(open(left, O_CREAT | O_WRONLY, 0644));
	close(open(inside, O_CREAT | O_WRONLY, 0644));
	close(open(other, O_CREAT | O_WRONLY, 0644));
	fd = open(used, O_CREAT | O_WRONLY, 0644);
	assert_int_equal(syscall(SYS_flock, fd, 2 /* LOCK_EX */), 0);
	store_free(room->store);
	without_tmpfile = true;
	assert_int_equal(store_directory_new(&room->store, room->path, false, NULL), RESULT_OK);
	assert_int_equal(access(left, F_OK), -1);
	assert_int_equal(access(inside, F_OK), -1);
	assert_int_equal(access(used, F_OK), 0);
	assert_int_equal(access(other, F_OK), 0);
	close(fd);
}

static void put_refuses_symbolic_links(void **state)
{
	struct room *room = *state;
	char outside[128], link[160];
	struct store_info info;
	struct buf buf = BUF_INIT;
	struct error err;

	snprintf(outside, sizeof(outside), "%s/outside", room->folder);
	assert_int_equal(mkdir(outside, 0755), 0);
	snprintf(link, sizeof(link), "%s/linked", room->path);
	assert_int_equal(symlink(outside, link), 0);
	assert_int_equal(put(room->store, "linked/a", "x", &err), RESULT_REFUSED);
	assert_non_null(strstr(err.text, "symbolic links"));
	assert_int_equal(room->store->ops->get(room->store, "linked/a", 10, &buf, NULL),
			 RESULT_REFUSED);
	assert_int_equal(put(room->store, "t/a", "x", NULL), RESULT_OK);
	snprintf(link, sizeof(link), "%s/t/link", room->path);
	assert_int_equal(symlink("/etc/passwd", link), 0);
	assert_int_equal(room->store->ops->get(room->store, "t/link", 1 << 20, &buf, NULL),
			 RESULT_REFUSED);
	assert_int_equal(room->store->ops->head(room->store, "t/link", &info, NULL),
			 RESULT_REFUSED);
	assert_int_equal(put(room->store, "t/link", "x", NULL), RESULT_CONFLICT);
	assert_int_equal(files_below(outside), 0);
	buf_clear(&buf);
}

static void get_is_bounded(void **state)
{
	struct room *room = *state;
	struct buf buf = BUF_INIT;

	assert_int_equal(put(room->store, "t/a", "0123456789", NULL), RESULT_OK);
	assert_int_equal(room->store->ops->get(room->store, "t/a", 9, &buf, NULL), RESULT_LIMIT);
	assert_int_equal(buf.len, 0);
	assert_int_equal(room->store->ops->get(room->store, "t/a", 10, &buf, NULL), RESULT_OK);
	assert_int_equal(room->store->ops->get(room->store, "t/b", 10, &buf, NULL), RESULT_MISSING);
	assert_int_equal(room->store->ops->get(room->store, "u/b", 10, &buf, NULL), RESULT_MISSING);
	assert_int_equal(room->store->ops->get(room->store, "../store/t/a", 10, &buf, NULL),
			 RESULT_INVALID);
	buf_clear(&buf);
}

static void read_only_on_a_missing_root_is_an_empty_store(void **state)
{
	struct room *room = *state;
	struct store_info info;
	struct buf buf = BUF_INIT;

	assert_int_equal(store_directory_new(&room->store, room->path, true, NULL), RESULT_OK);
	assert_int_equal(room->store->ops->head(room->store, "t/a", &info, NULL), RESULT_OK);
	assert_false(info.exists);
	assert_int_equal(room->store->ops->get(room->store, "t/a", 10, &buf, NULL), RESULT_MISSING);
	assert_int_equal(put(room->store, "t/a", "x", NULL), RESULT_REFUSED);
	assert_int_equal(room->store->ops->probe(room->store, NULL), RESULT_OK);
	assert_int_equal(access(room->path, F_OK), -1);
	buf_clear(&buf);
}

static void put_goes_on_after_the_root_vanished_and_came_back(void **state)
{
	struct room *room = *state;
	struct store_info info;
	struct error err;

	assert_int_equal(put(room->store, "t/a", "x", NULL), RESULT_OK);
	nftw(room->path, remove_item, 8, FTW_DEPTH | FTW_PHYS);
	assert_int_equal(put(room->store, "t/a", "x", &err), RESULT_UNREACHABLE);
	assert_non_null(strstr(err.text, room->path));
	assert_int_equal(room->store->ops->head(room->store, "t/a", &info, NULL),
			 RESULT_UNREACHABLE);
	assert_int_equal(room->store->ops->probe(room->store, &err), RESULT_UNREACHABLE);
	assert_int_equal(mkdir(room->path, 0755), 0);
	assert_int_equal(room->store->ops->probe(room->store, &err), RESULT_OK);
	assert_int_equal(put(room->store, "t/a", "x", NULL), RESULT_OK);
	assert_holds(room, "t/a", "x");
}

static void put_makes_a_removed_folder_again(void **state)
{
	struct room *room = *state;
	char path[160];

	assert_int_equal(put(room->store, "t/a", "x", NULL), RESULT_OK);
	snprintf(path, sizeof(path), "%s/t", room->path);
	nftw(path, remove_item, 8, FTW_DEPTH | FTW_PHYS);
	assert_int_equal(put(room->store, "t/a", "x", NULL), RESULT_OK);
	assert_holds(room, "t/a", "x");
}

static void put_on_a_full_disk_says_so_and_leaves_nothing(void **state)
{
	struct room *room = *state;
	char *large = calloc(1, 300001);
	struct error err;

	memset(large, 'x', 300000);
	assert_int_equal(mkdir(room->path, 0755), 0);
	if (mount("tmpfs", room->path, "tmpfs", 0, "size=400k")) {
		print_message("skipped: no right to mount a small tmpfs\n");
		free(large);
		skip();
	}
	assert_int_equal(store_directory_new(&room->store, room->path, false, NULL), RESULT_OK);
	assert_int_equal(put(room->store, "t/a", large, NULL), RESULT_OK);
	assert_int_equal(put(room->store, "t/b", large, &err), RESULT_UNREACHABLE);
	assert_non_null(strstr(err.text, room->path));
	assert_non_null(strstr(err.text, strerror(ENOSPC)));
	assert_int_equal(files_below(room->path), 1);
	/* There is room for a small file, yet not for the one that failed. */
	assert_int_equal(room->store->ops->probe(room->store, &err), RESULT_UNREACHABLE);
	assert_int_equal(mount(NULL, room->path, NULL, MS_REMOUNT, "size=2m"), 0);
	assert_int_equal(room->store->ops->probe(room->store, &err), RESULT_OK);
	assert_int_equal(put(room->store, "t/b", large, NULL), RESULT_OK);
	free(large);
}

static void put_into_an_unwritable_root_says_so(void **state)
{
	struct room *room = *state;
	struct error err;

	if (!geteuid()) {
		if (mount(room->path, room->path, NULL, MS_BIND, NULL) ||
		    mount(NULL, room->path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL)) {
			print_message(
			    "skipped: root writes everywhere, and mounting is not permitted\n");
			skip();
		}
		store_free(room->store);
		room->store = NULL;
		assert_int_equal(store_directory_new(&room->store, room->path, false, &err),
				 RESULT_OK);
	} else {
		chmod(room->path, 0555);
	}
	assert_int_equal(put(room->store, "t/a", "x", &err), RESULT_UNREACHABLE);
	assert_non_null(strstr(err.text, room->path));
	assert_int_equal(room->store->ops->probe(room->store, &err), RESULT_UNREACHABLE);
	if (!geteuid())
		assert_int_equal(mount(NULL, room->path, NULL, MS_BIND | MS_REMOUNT, NULL), 0);
	else
		chmod(room->path, 0755);
	assert_int_equal(room->store->ops->probe(room->store, &err), RESULT_OK);
	assert_int_equal(put(room->store, "t/a", "x", &err), RESULT_OK);
	assert_holds(room, "t/a", "x");
}

static void new_says_why_the_root_cannot_be_made(void **state)
{
	struct room *room = *state;
	char path[160];
	struct error err;

	snprintf(path, sizeof(path), "%s/not/there", room->folder);
	assert_int_equal(store_directory_new(&room->store, path, false, &err), RESULT_UNREACHABLE);
	assert_non_null(strstr(err.text, path));
	snprintf(path, sizeof(path), "%s/file", room->folder);
	close(open(path, O_CREAT | O_WRONLY, 0644));
	assert_int_equal(store_directory_new(&room->store, path, false, &err), RESULT_REFUSED);
}

static void name_valid_keeps_names_below_the_root(void **state)
{
	char part[258];

	(void)state;
	memset(part, 'x', 257);
	part[257] = '\0';
	assert_true(store_name_valid("a"));
	assert_true(store_name_valid("video-transcripts/0123.sjson"));
	assert_true(store_name_valid("a/..b/c."));
	assert_false(store_name_valid(NULL));
	assert_false(store_name_valid(""));
	assert_false(store_name_valid("/a"));
	assert_false(store_name_valid("a/"));
	assert_false(store_name_valid("a//b"));
	assert_false(store_name_valid("a/../b"));
	assert_false(store_name_valid(".."));
	assert_false(store_name_valid("./a"));
	assert_false(store_name_valid(part));
}

static void note_line(void *arg, const char *line)
{
	char *all = arg;
	size_t len = strlen(all);

	snprintf(all + len, 2048 - len, "%s\n", line);
}

static void doctor_tells_facts_and_leaves_nothing(void **state)
{
	struct room *room = *state;
	char all[2048] = "";

	assert_int_equal(room->store->ops->doctor(room->store, true, note_line, all, NULL),
			 RESULT_OK);
	assert_non_null(strstr(all, room->path));
	assert_non_null(strstr(all, "free space: "));
	assert_non_null(strstr(all, "written and synced"));
	assert_int_equal(files_below(room->folder), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define T_FOLDER(name) cmocka_unit_test_setup_teardown(name, setup_folder, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(put_makes_a_file_as_django_lays_it_out),
	    T(put_answers_exists_and_conflict_untouched),
	    T(put_stops_at_the_first_that_fails),
	    T(put_is_exclusive_among_eight_threads),
	    T(put_is_exclusive_without_nameless_files),
	    T(put_uses_the_root_where_nothing_can_be_made_beside_it),
	    T(new_sweeps_leftovers_but_not_what_is_in_use),
	    T(put_refuses_symbolic_links),
	    T(get_is_bounded),
	    T_FOLDER(read_only_on_a_missing_root_is_an_empty_store),
	    T(put_goes_on_after_the_root_vanished_and_came_back),
	    T(put_makes_a_removed_folder_again),
	    T_FOLDER(put_on_a_full_disk_says_so_and_leaves_nothing),
	    T(put_into_an_unwritable_root_says_so),
	    T_FOLDER(new_says_why_the_root_cannot_be_made),
	    T(doctor_tells_facts_and_leaves_nothing),
	    cmocka_unit_test(name_valid_keeps_names_below_the_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
