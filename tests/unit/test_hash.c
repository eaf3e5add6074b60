#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* As in FIPS mode. In a child that has computed no MD5 yet: a process asks libcrypto once. */
static void md5_is_refused_where_it_is_not_approved(void **state)
{
	pid_t child = fork();
	int status = 0;

	(void)state;
	assert_true(child >= 0);
	if (!child) {
		char hex[MD5_HEX] = "x", sha[HASH_HEX];
		bool ok;

		hash_sha256("abc", 3, sha);
		ok = EVP_set_default_properties(NULL, "fips=yes") == 1;
		ok = ok && !hash_md5("a", 1, hex) && !*hex && !ERR_peek_error();
		hash_sha256("abc", 3, sha);
		_exit(ok && !strcmp(sha, SHA_ABC) ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void md5_gives_the_standard_vectors(void **state)
{
	static const struct {
		const char *text, *hex;
	} table[] = {
	    {"", "d41d8cd98f00b204e9800998ecf8427e"},
	    {"a", "0cc175b9c0f1b6a831c399e269772661"},
	    {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
	    {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
	    {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
	     "57edf4a22be3c955ac49da2e2107b67a"},
	};
	char hex[MD5_HEX];

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (!hash_md5(table[i].text, strlen(table[i].text), hex)) {
			assert_string_equal(hex, "");
			skip(); /* libcrypto refuses MD5 here */
		}
		assert_string_equal(hex, table[i].hex);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_gives_the_standard_vectors),
		cmocka_unit_test(sha256_in_pieces_is_that_of_the_whole),
		cmocka_unit_test(sha256_of_lines_has_no_last_newline),
		cmocka_unit_test(uuid5_gives_those_of_python),
		cmocka_unit_test(md5_is_refused_where_it_is_not_approved), /* the first with MD5 */
		cmocka_unit_test(md5_gives_the_standard_vectors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
