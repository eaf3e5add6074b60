#include "config.h"

#include "tests/unit/status_help.h"

#include <signal.h>
#include <sys/wait.h>

#include "src/status/lock.h"

static int setup(void **state)
{
	struct help *help = malloc(sizeof(*help));

	assert_non_null(help);
	help_folder(help);
	*state = help;
	return 0;
}

static void take_excludes_and_free_releases(void **state)
{
	struct help *help = *state;
	struct lock *lock, *other;

	assert_ok(lock_take(help->path, &lock, &help->err), help->err);
	assert_int_equal(lock_take(help->path, &other, &help->err), RESULT_BUSY);
	assert_null(other);
	assert_says(help->err, "another engine works on status database");
	lock_free(lock);
	assert_ok(lock_take(help->path, &lock, &help->err), help->err);
	lock_free(lock);
	lock_free(NULL);
}

static void take_names_the_holder_and_its_death_releases(void **state)
{
	struct help *help = *state;
	struct lock *lock;
	char words[40], byte = 0;
	int ready[2], code;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		if (lock_take(help->path, &lock, &help->err) != RESULT_OK)
			_exit(1);
		(void)!write(ready[1], "x", 1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(lock_take(help->path, &lock, &help->err), RESULT_BUSY);
	snprintf(words, sizeof(words), "(pid %ld on ", (long)child);
	assert_says(help->err, words);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &code, 0), child);
	assert_ok(lock_take(help->path, &lock, &help->err), help->err);
	lock_free(lock);
	close(ready[0]);
	close(ready[1]);
}

static void take_says_that_the_folder_is_missing(void **state)
{
	struct help *help = *state;
	struct lock *lock;

	snprintf(help->path, sizeof(help->path), "%s/no/status.db", help->folder);
	assert_int_equal(lock_take(help->path, &lock, &help->err), RESULT_MISSING);
	assert_says(help->err, help->path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, help_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(take_excludes_and_free_releases),
		TEST(take_names_the_holder_and_its_death_releases),
		TEST(take_says_that_the_folder_is_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
