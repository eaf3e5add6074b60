#include "config.h"

#include "src/base/secret.h"

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

#define SECRET "mongodb://ana:top%40secret@db/"
#define VARIABLE "TEST_SECRET_URI"

static char folder[64], path[128];

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/test_secret.XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/uri", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	remove(path);
	return rmdir(folder);
}

static void write_file(const char *bytes, size_t len, mode_t mode)
{
	FILE *file;

	unlink(path);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

/* It is refused with @result, in words that have @mentions and no secret. */
static void refuses(const char *env, const char *file, enum result result, const char *mentions)
{
	char *secret = (char *)"untouched";
	struct error err = {0};

	assert_int_equal(secret_read(env, file, "uri", &secret, &err), result);
	assert_null(secret);
	if (!strstr(err.text, mentions))
		fail_msg("\"%s\" instead of \"%s\"", err.text, mentions);
	assert_null(strstr(err.text, "top%40secret"));
}

static void takes(const char *env, const char *file, const char *expected)
{
	char *secret = NULL;
	struct error err = {0};

	if (secret_read(env, file, "uri", &secret, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	assert_string_equal(secret, expected);
	secret_free(secret);
}

static void secret_read_takes_a_variable(void **state)
{
	(void)state;
	setenv(VARIABLE, SECRET, 1);
	takes(VARIABLE, "", SECRET);
	takes(VARIABLE, NULL, SECRET);
	setenv(VARIABLE, "", 1);
	refuses(VARIABLE, "", RESULT_INVALID, "uri_env = " VARIABLE ": the variable is empty");
	unsetenv(VARIABLE);
	refuses(VARIABLE, "", RESULT_MISSING, "uri_env = " VARIABLE ": there is no such");
}

static void secret_read_wants_exactly_one_place(void **state)
{
	(void)state;
	refuses("", "", RESULT_INVALID, "uri_env or uri_file");
	refuses(NULL, NULL, RESULT_INVALID, "uri_env or uri_file");
	refuses(VARIABLE, "/x", RESULT_INVALID, "not both");
}

static void secret_read_takes_a_file_of_ours(void **state)
{
	static const struct {
		const char *bytes, *secret;
	} cases[] = {
	    {SECRET, SECRET},
	    {SECRET "\n", SECRET},
	    {SECRET "\r\n", SECRET},
	    {SECRET "\n\n", SECRET "\n"},
	    {" " SECRET " \n", " " SECRET " "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		write_file(cases[i].bytes, strlen(cases[i].bytes), i % 2 ? 0400 : 0600);
		takes("", path, cases[i].secret);
	}
}

static void secret_read_refuses_a_file_that_others_may_open(void **state)
{
	static const mode_t modes[] = {0640, 0604, 0620, 0602, 0644, 0610};

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		write_file(SECRET, strlen(SECRET), modes[i]);
		refuses("", path, RESULT_REFUSED, "others than its owner may open");
	}
}

static void secret_read_refuses_a_file_of_somebody_else(void **state)
{
	(void)state;
	write_file(SECRET, strlen(SECRET), 0600);
	if (geteuid() || chown(path, 12345, 12345) < 0)
		skip();
	refuses("", path, RESULT_REFUSED, "belongs to uid 12345");
}

static void secret_read_refuses_what_is_no_plain_file(void **state)
{
	(void)state;
	refuses("", folder, RESULT_REFUSED, "no plain file");
	/* nobody writes into it: reading it would wait for ever */
	assert_int_equal(mkfifo(path, 0600), 0);
	refuses("", path, RESULT_REFUSED, "no plain file");
	assert_int_equal(unlink(path), 0);
	refuses("", path, RESULT_MISSING, path);
	refuses("", "/nowhere/uri", RESULT_MISSING, "/nowhere/uri");
}

static void secret_read_refuses_bytes_that_are_no_secret(void **state)
{
	char *large = malloc(16386);

	(void)state;
	write_file("", 0, 0600);
	refuses("", path, RESULT_INVALID, "is empty");
	write_file("\n", 1, 0600);
	refuses("", path, RESULT_INVALID, "is empty");
	write_file(SECRET "\0x", strlen(SECRET) + 2, 0600);
	refuses("", path, RESULT_INVALID, "a NUL byte");
	write_file(SECRET "\0\n", strlen(SECRET) + 2, 0600);
	refuses("", path, RESULT_INVALID, "a NUL byte");
	assert_non_null(large);
	memset(large, 'x', 16385);
	large[16384] = '\0';
	write_file(large, 16384, 0600);
	takes("", path, large);
	large[16384] = 'x';
	write_file(large, 16385, 0600);
	refuses("", path, RESULT_INVALID, "larger than");
	free(large);
}

static void secret_hide_leaves_no_occurrence(void **state)
{
	static const struct {
		const char *text, *secret, *hidden;
	} cases[] = {
	    {"for ana:topsecret@db", "topsecret", "for ana:***@db"},
	    {"topsecret", "topsecret", "***"},
	    {"topsecrettopsecret!", "topsecret", "******!"},
	    {"x topsecre y", "topsecret", "x topsecre y"},
	    {"abababa", "aba", "***b***"},
	    {"pw pw", "pw", "** **"},
	    {"xyx", "x", "*y*"},
	    {"text", "", "text"},
	    {"text", NULL, "text"},
	    {"", "x", ""},
	    {"a star is **", "*", "a star is **"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		/* exactly as large as the text: what became longer would be seen */
		char *text = strdup(cases[i].text);

		assert_non_null(text);
		secret_hide(text, cases[i].secret);
		assert_string_equal(text, cases[i].hidden);
		free(text);
	}
	secret_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(secret_read_takes_a_variable),
	    cmocka_unit_test(secret_read_wants_exactly_one_place),
	    TEST(secret_read_takes_a_file_of_ours),
	    TEST(secret_read_refuses_a_file_that_others_may_open),
	    TEST(secret_read_refuses_a_file_of_somebody_else),
	    TEST(secret_read_refuses_what_is_no_plain_file),
	    TEST(secret_read_refuses_bytes_that_are_no_secret),
	    cmocka_unit_test(secret_hide_leaves_no_occurrence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
