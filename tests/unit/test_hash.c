#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "src/base/hash.h"

#define SHA_EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

static void sha256_gives_the_standard_vectors(void **state)
{
	char hex[HASH_HEX];

	(void)state;
	hash_sha256("", 0, hex);
	assert_string_equal(hex, SHA_EMPTY);
	hash_sha256("abc", 3, hex);
	assert_string_equal(hex, SHA_ABC);
}

static void sha256_in_pieces_is_that_of_the_whole(void **state)
{
	struct hash *hash = hash_new();
	char hex[HASH_HEX];

	(void)state;
	assert_non_null(hash);
	hash_add(hash, "a", 1);
	hash_add(hash, "", 0);
	hash_add(hash, "bc", 2);
	hash_hex(hash, hex);
	hash_free(hash);
	hash_free(NULL);
	assert_string_equal(hex, SHA_ABC);
}

static void sha256_of_lines_has_no_last_newline(void **state)
{
	const char *const parts[] = {"a", "b", ""};
	char hex[HASH_HEX];

	(void)state;
	hash_sha256_lines(parts, 2, hex);
	assert_string_equal(hex, "7e18f737311b2dc3b2f269dd78396b0351f14fb66efa879f768cb23181883c78");
	hash_sha256_lines(parts, 3, hex);
	assert_string_equal(hex, "911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2");
	hash_sha256_lines(parts, 0, hex);
	assert_string_equal(hex, SHA_EMPTY);
}

/* The expected ones were made with Python's uuid.uuid5(). */
static void uuid5_gives_those_of_python(void **state)
{
	const char *const parts[] = {"course-v1:DemoX+DX101+2024", "video", "welcome"};
	char uuid[UUID_TEXT];

	(void)state;
	hash_uuid5("", 0, uuid);
	assert_string_equal(uuid, "c35155c5-4c3d-5c3d-b3b9-77e7b133201c");
	hash_uuid5("a\0b", 3, uuid);
	assert_string_equal(uuid, "502bbf59-f9cd-58ac-a937-b6d0aa9b2aa3");
	hash_uuid5_lines(parts, 3, uuid);
	assert_string_equal(uuid, "1d26c169-920e-533b-b8c7-046ccceabadd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_gives_the_standard_vectors),
		cmocka_unit_test(sha256_in_pieces_is_that_of_the_whole),
		cmocka_unit_test(sha256_of_lines_has_no_last_newline),
		cmocka_unit_test(uuid5_gives_those_of_python),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
