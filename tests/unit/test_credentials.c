#include "config.h"

#include "src/store/credentials.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In every value; no error may have it. */
#define HUSH "h/u+s=h"

static char path[] = "/tmp/credentials.XXXXXX";

static int setup(void **state)
{
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "/tmp/credentials.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	unsetenv("AWS_SESSION_TOKEN");
	unsetenv("MY_ACCESS_KEY_ID");
	unsetenv("MY_SECRET_ACCESS_KEY");
	return 0;
}

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void environment_is_read_by_its_prefix(void **state)
{
	struct credentials c;

	(void)state;
	setenv("AWS_ACCESS_KEY_ID", "K1", 1);
	setenv("AWS_SECRET_ACCESS_KEY", HUSH "1", 1);
	setenv("AWS_SESSION_TOKEN", HUSH "t", 1);
	setenv("MY_ACCESS_KEY_ID", "K2", 1);
	setenv("MY_SECRET_ACCESS_KEY", HUSH "2", 1);
	for (int i = 0; i < 3; i++) {
		static const char *const prefixes[] = {"AWS", "", NULL};

		assert_int_equal(credentials_read(&c, prefixes[i], "", "", NULL), RESULT_OK);
		assert_string_equal(c.key, "K1");
		assert_string_equal(c.secret, HUSH "1");
		assert_string_equal(c.token, HUSH "t");
		credentials_clear(&c);
		credentials_clear(&c);
		assert_null(c.secret);
	}
	assert_int_equal(credentials_read(&c, "MY", NULL, NULL, NULL), RESULT_OK);
	assert_string_equal(c.key, "K2");
	assert_string_equal(c.secret, HUSH "2");
	assert_string_equal(c.token, "");
	credentials_clear(&c);
}

static void environment_refuses_what_cannot_be_a_key(void **state)
{
	static const struct {
		const char *key, *secret, *token;
		enum result result;
		const char *words;
	} rows[] = {
	    {NULL, HUSH, NULL, RESULT_MISSING, "AWS_ACCESS_KEY_ID"},
	    {"K", NULL, NULL, RESULT_MISSING, "AWS_SECRET_ACCESS_KEY"},
	    {"", HUSH, NULL, RESULT_INVALID, "AWS_ACCESS_KEY_ID is empty"},
	    {"K", "", NULL, RESULT_INVALID, "AWS_SECRET_ACCESS_KEY is empty"},
	    {"K", HUSH "\n", NULL, RESULT_INVALID, "control character"},
	    {"K ", HUSH, NULL, RESULT_INVALID, "blank"},
	    {"K", HUSH, HUSH "\r\nx: y", RESULT_INVALID, "AWS_SESSION_TOKEN"},
	    {"K", HUSH, "", RESULT_OK, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct credentials c;
		struct error err = {0};

		teardown(NULL);
		if (rows[i].key)
			setenv("AWS_ACCESS_KEY_ID", rows[i].key, 1);
		if (rows[i].secret)
			setenv("AWS_SECRET_ACCESS_KEY", rows[i].secret, 1);
		if (rows[i].token)
			setenv("AWS_SESSION_TOKEN", rows[i].token, 1);
		assert_int_equal(credentials_read(&c, "AWS", "", "", &err), rows[i].result);
		assert_null(strstr(err.text, HUSH));
		if (rows[i].words) {
			assert_non_null(strstr(err.text, rows[i].words));
			assert_null(c.key);
			assert_null(c.secret);
		}
		credentials_clear(&c);
	}
}

static void file_is_read_by_its_profile(void **state)
{
	struct credentials c;

	(void)state;
	write_file(
	    "# a comment\n; another = one\nstray = 1\n\n"
	    "[default]\naws_access_key_id=K1\naws_secret_access_key = " HUSH "1\nregion = x y\n"
	    "[ production ]\r\n  AWS_Access_Key_Id =  K2  \r\n"
	    "aws_secret_access_key=" HUSH "2\r\naws_session_token = " HUSH "==\r\n"
	    "[last]\naws_access_key_id=K3\naws_session_token=\naws_secret_access_key=" HUSH "3");
	assert_int_equal(credentials_read(&c, "AWS", path, NULL, NULL), RESULT_OK);
	assert_string_equal(c.key, "K1");
	assert_string_equal(c.secret, HUSH "1");
	assert_string_equal(c.token, "");
	credentials_clear(&c);
	assert_int_equal(credentials_read(&c, "", path, "production", NULL), RESULT_OK);
	assert_string_equal(c.key, "K2");
	assert_string_equal(c.secret, HUSH "2");
	assert_string_equal(c.token, HUSH "==");
	credentials_clear(&c);
	assert_int_equal(credentials_read(&c, "", path, "last", NULL), RESULT_OK);
	assert_string_equal(c.secret, HUSH "3");
	assert_string_equal(c.token, "");
	credentials_clear(&c);
}

static void file_refuses_what_is_not_whole(void **state)
{
	static const struct {
		const char *text;
		enum result result;
		const char *words;
	} rows[] = {
	    {"", RESULT_INVALID, "empty"},
	    {"[other]\naws_access_key_id=K\naws_secret_access_key=" HUSH "\n", RESULT_MISSING,
	     "[default]"},
	    {"aws_access_key_id=K\naws_secret_access_key=" HUSH "\n", RESULT_MISSING, "[default]"},
	    {"[default]\naws_access_key_id=K\n", RESULT_INVALID, "no aws_secret_access_key"},
	    {"[default]\naws_secret_access_key=" HUSH "\n", RESULT_INVALID, "no aws_access_key_id"},
	    {"[default]\naws_access_key_id=\naws_secret_access_key=" HUSH "\n", RESULT_INVALID,
	     "is empty"},
	    {"[default]\naws_access_key_id=K\naws_secret_access_key=" HUSH " # my key\n",
	     RESULT_INVALID, "blank"},
	    {"[default]\naws_access_key_id=K\naws_secret_access_key=" HUSH
	     "\naws_access_key_id=K\n",
	     RESULT_INVALID, "twice"},
	    {"[default]\naws_access_key_id=K\naws_secret_access_key=" HUSH "\n[default]\n",
	     RESULT_INVALID, "twice"},
	    {"[default\naws_access_key_id=K\naws_secret_access_key=" HUSH "\n", RESULT_MISSING,
	     "[default]"},
	    {"[default]\naws_access_key_id=K\naws_secret_access_key=" HUSH "\xc3\xa9\n",
	     RESULT_INVALID, "control"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct credentials c;
		struct error err = {0};

		write_file(rows[i].text);
		if (credentials_read(&c, "AWS", path, "", &err) != rows[i].result)
			fail_msg("row %zu: %s", i, err.text);
		assert_non_null(strstr(err.text, rows[i].words));
		assert_null(strstr(err.text, HUSH));
		assert_null(c.key);
		assert_null(c.token);
		credentials_clear(&c);
	}
}

static void file_is_its_owners_alone(void **state)
{
	struct credentials c;
	struct error err = {0};

	(void)state;
	write_file("[default]\naws_access_key_id=K\naws_secret_access_key=" HUSH "\n");
	chmod(path, 0640);
	assert_int_equal(credentials_read(&c, "AWS", path, "", &err), RESULT_REFUSED);
	assert_non_null(strstr(err.text, "credentials_file"));
	chmod(path, 0600);
	assert_int_equal(credentials_read(&c, "AWS", path, "", &err), RESULT_OK);
	credentials_clear(&c);
	assert_int_equal(credentials_read(&c, "AWS", "/tmp", "", &err), RESULT_REFUSED);
	assert_int_equal(credentials_read(&c, "AWS", "/tmp/no/such/file", "", &err),
			 RESULT_MISSING);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(environment_is_read_by_its_prefix), TEST(environment_refuses_what_cannot_be_a_key),
	    TEST(file_is_read_by_its_profile),	     TEST(file_refuses_what_is_not_whole),
	    TEST(file_is_its_owners_alone),
	};

	return cmocka_run_group_tests_name("credentials", tests, NULL, NULL);
}
