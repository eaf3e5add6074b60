/* Whether a file was read for its digest shows by a descriptor that cannot be read: O_PATH. */
#include "config.h"

#include "src/source/olx_digest.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define OLD "/bin/sh" /* changed long ago */

static enum result get(struct olx_digests *digests, const char *path, int flags, char out[HASH_HEX])
{
	int fd = open(path, flags);
	enum result st;

	assert_true(fd >= 0);
	st = olx_digests_get(digests, fd, path, out, NULL);
	close(fd);
	return st;
}

static void digest_of_a_settled_file_is_kept(void **state)
{
	struct olx_digests *digests = olx_digests_new();
	char first[HASH_HEX], second[HASH_HEX];

	(void)state;
	assert_int_not_equal(get(digests, OLD, O_PATH, first), RESULT_OK);
	assert_int_equal(get(digests, OLD, O_RDONLY, first), RESULT_OK);
	assert_int_equal(get(digests, OLD, O_PATH, second), RESULT_OK);
	assert_string_equal(first, second);
	olx_digests_free(digests);
}

static void digest_of_a_file_of_just_now_is_made_anew(void **state)
{
	struct olx_digests *digests = olx_digests_new();
	char path[] = "/tmp/subferry-digest-XXXXXX", hex[HASH_HEX], expected[HASH_HEX];
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, "abc", 3), 3);
	assert_int_equal(get(digests, path, O_RDONLY, hex), RESULT_OK);
	hash_sha256("abc", 3, expected);
	assert_string_equal(hex, expected);
	assert_int_not_equal(get(digests, path, O_PATH, hex), RESULT_OK);
	assert_int_equal(pwrite(fd, "d", 1, 2), 1);
	assert_int_equal(get(digests, path, O_RDONLY, hex), RESULT_OK);
	hash_sha256("abd", 3, expected);
	assert_string_equal(hex, expected);
	close(fd);
	unlink(path);
	olx_digests_free(digests);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digest_of_a_settled_file_is_kept),
		cmocka_unit_test(digest_of_a_file_of_just_now_is_made_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
