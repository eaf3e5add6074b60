/*
 * The campus: which parts need the HTTP client, what they are opened with, and what is
 * remembered of an S3 store's conditional requests. The three kinds over HTTP are stand-ins here,
 * which note what they were given; of an archive's members only those are linked that something
 * still lacks.
 */
#include "config.h"

#include "src/campus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OLX "[source]\nkind = olx\npath = none.tar.gz\nkey_form = course-v1\n"
#define SQLITE "[val]\nkind = sqlite\npath = val.db\n"
#define REST                                                                                       \
	"[val]\nkind = rest\nurl = https://lms.test\nclient_id = ferry\nclient_secret_env = CS\n"
#define DIRECTORY "[store]\nkind = directory\npath = store\n"
#define S3(endpoint, bucket)                                                                       \
	"[store]\nkind = s3\nendpoint = " endpoint "\nbucket = " bucket "\n"
#define HERE S3("http://127.0.0.1:9", "subs")
#define STUDIO "link = studio\nstudio_url = https://cms.test\nstudio_user = ana\n"

/* ---- stand-ins ----------------------------------------------------------------------------*/

static struct {
	struct store_s3_options s3;
	struct val_rest_options rest;
	struct linker_studio_options studio;
	char secrets[4][32]; /* those are wiped after the call */
	struct store store;
	struct val val;
	struct linker linker;
} seen;

static void free_store(struct store *store)
{
	assert_ptr_equal(store, &seen.store);
}

static void free_val(struct val *val)
{
	assert_ptr_equal(val, &seen.val);
}

static void free_linker(struct linker *linker)
{
	assert_ptr_equal(linker, &seen.linker);
}

static const struct store_ops store_ops = {.kind = "s3", .free = free_store};
static const struct val_ops val_ops = {.kind = "rest", .free = free_val};
static const struct linker_ops linker_ops = {.kind = "studio", .free = free_linker};

static void note(int place, const char *secret)
{
	snprintf(seen.secrets[place], sizeof(seen.secrets[place]), "%s", secret);
}

enum result store_s3_new(struct store **out, const struct store_s3_options *options,
			 struct error *err)
{
	(void)err;
	seen.s3 = *options;
	note(0, options->key);
	note(1, options->secret);
	seen.store = (struct store){.ops = &store_ops, .tls_unverified = options->unverified};
	*out = &seen.store;
	return RESULT_OK;
}

enum result val_rest_new(struct val **out, const struct val_rest_options *options,
			 struct error *err)
{
	(void)err;
	seen.rest = *options;
	note(2, options->client_secret);
	seen.val = (struct val){.ops = &val_ops, .tls_unverified = options->unverified};
	*out = &seen.val;
	return RESULT_OK;
}

enum result linker_studio_new(struct linker **out, const struct linker_studio_options *options,
			      struct error *err)
{
	(void)err;
	seen.studio = *options;
	note(3, options->password);
	seen.linker = (struct linker){.ops = &linker_ops};
	*out = &seen.linker;
	return RESULT_OK;
}

/* ---- a folder, and campuses in it ---------------------------------------------------------*/

static char folder[64];

static int set_up(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	snprintf(folder, sizeof(folder), "/tmp/subferry-campus-XXXXXX");
	setenv("AWS_ACCESS_KEY_ID", "the-key", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "the-secret", 1);
	setenv("CS", "client-secret", 1);
	setenv("SP", "studio-password", 1);
	return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	DIR *dir = opendir(folder);
	char name[400];

	(void)state;
	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		snprintf(name, sizeof(name), "%s/%s", folder, entry->d_name);
		if (unlink(name))
			rmdir(name);
	}
	if (dir)
		closedir(dir);
	return rmdir(folder);
}

static enum result open_as(const char *name, const char *text, unsigned parts, struct campus **out,
			   struct error *err)
{
	struct conf *conf = NULL;
	char whole[2048];

	snprintf(whole, sizeof(whole),
		 "[campus]\nname = %s\nenvironment = test\noperator = ana\nstatus_db = s.db\n%s",
		 name, text);
	if (conf_parse(&conf, whole, "x.conf", folder, err) != RESULT_OK)
		fail_msg("%s", err->text);
	return campus_open(out, conf, parts, err);
}

static struct campus *open_campus(const char *text, unsigned parts)
{
	struct campus *campus = NULL;
	struct error err = {0};

	if (open_as("demo", text, parts, &campus, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	return campus;
}

static void learn(enum store_condition condition)
{
	seen.s3.learned(seen.s3.arg, condition);
}

/* What the store of such a campus is told, with the @parts beside it. */
static enum store_condition told(const char *text, unsigned parts)
{
	struct campus *campus = open_campus(text, CAMPUS_STORE | parts);
	enum store_condition condition = seen.s3.condition;

	campus_close(campus);
	return condition;
}

static int64_t events(const char *what)
{
	struct event_row *rows = NULL;
	struct reader *reader = NULL;
	struct error err = {0};
	size_t count = 0;
	int64_t total, found = 0;
	char path[128];

	snprintf(path, sizeof(path), "%s/s.db", folder);
	assert_int_equal(reader_open(&reader, path, &err), RESULT_OK);
	assert_int_equal(reader_events(reader,
				       &(struct event_query){"bucket subs", 0, 100, NULL, 0}, &rows,
				       &count, &total, &err),
			 RESULT_OK);
	for (size_t i = 0; i < count; i++) {
		found += strstr(rows[i].what, what) && !strcmp(rows[i].action, "store");
		event_row_clear(&rows[i]);
	}
	free(rows);
	reader_close(reader);
	return found;
}

/* ---- conditional requests -----------------------------------------------------------------*/

static void campus_remembers_a_condition_by_endpoint_and_bucket(void **state)
{
	struct campus *campus = open_campus(OLX SQLITE HERE, CAMPUS_STATUS | CAMPUS_STORE);

	(void)state;
	assert_int_equal(seen.s3.condition, CONDITION_UNKNOWN);
	learn(CONDITION_HOLDS);
	campus_close(campus);
	assert_int_equal(told(OLX SQLITE HERE, CAMPUS_STATUS), CONDITION_HOLDS);
	/* with the status database closed it is read all the same */
	assert_int_equal(told(OLX SQLITE HERE, CAMPUS_READ_ONLY), CONDITION_HOLDS);
	assert_int_equal(told(OLX SQLITE S3("http://127.0.0.1:9/", "subs"), 0), CONDITION_HOLDS);
	assert_int_equal(told(OLX SQLITE S3("http://127.0.0.1:9", "other"), 0), CONDITION_UNKNOWN);
	assert_int_equal(told(OLX SQLITE S3("http://127.0.0.1:10", "subs"), 0), CONDITION_UNKNOWN);
	assert_int_equal(told(OLX SQLITE "[store]\nkind = s3\nbucket = subs\n", 0),
			 CONDITION_UNKNOWN);
	assert_int_equal(events("refuses a second PUT"), 1);
}

static void campus_tells_a_condition_once_and_its_change(void **state)
{
	struct campus *campus = open_campus(OLX SQLITE HERE, CAMPUS_STATUS | CAMPUS_STORE);

	(void)state;
	learn(CONDITION_UNKNOWN);
	learn(CONDITION_HOLDS);
	learn(CONDITION_HOLDS);
	campus_close(campus);
	campus = open_campus(OLX SQLITE HERE, CAMPUS_STATUS | CAMPUS_STORE);
	learn(CONDITION_HOLDS);
	campus_close(campus);
	assert_int_equal(events("refuses a second PUT"), 1);
	assert_int_equal(events("does not refuse"), 0);
	campus = open_campus(OLX SQLITE HERE, CAMPUS_STATUS | CAMPUS_STORE);
	learn(CONDITION_FAILS);
	campus_close(campus);
	assert_int_equal(events("does not refuse"), 1);
	assert_int_equal(told(OLX SQLITE HERE, 0), CONDITION_FAILS);
}

static void campus_writes_a_condition_once_it_can(void **state)
{
	struct campus *campus = open_campus(OLX SQLITE HERE, CAMPUS_STORE);
	struct error err = {0};
	char path[128];

	(void)state;
	learn(CONDITION_HOLDS);
	campus_close(campus);
	/* for the process only: nothing was made for it */
	snprintf(path, sizeof(path), "%s/s.db", folder);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(told(OLX SQLITE HERE, 0), CONDITION_UNKNOWN);
	/* doctor --write: the store is asked before the status database is made */
	campus = open_campus(OLX SQLITE HERE, CAMPUS_STORE);
	learn(CONDITION_HOLDS);
	assert_int_equal(campus_add(campus, CAMPUS_STATUS, &err), RESULT_OK);
	campus_close(campus);
	assert_int_equal(told(OLX SQLITE HERE, 0), CONDITION_HOLDS);
	assert_int_equal(events("refuses a second PUT"), 1);
}

static void campus_does_not_believe_another_campus(void **state)
{
	struct campus *campus = open_campus(OLX SQLITE HERE, CAMPUS_STATUS | CAMPUS_STORE);
	struct error err = {0};

	(void)state;
	learn(CONDITION_HOLDS);
	campus_close(campus);
	assert_int_equal(open_as("other", OLX SQLITE HERE, CAMPUS_STORE, &campus, &err), RESULT_OK);
	assert_int_equal(seen.s3.condition, CONDITION_UNKNOWN);
	campus_close(campus);
}

/* ---- what is opened, and with what --------------------------------------------------------*/

static void campus_opens_one_client_for_all_that_need_it(void **state)
{
	struct campus *campus = open_campus(OLX SQLITE DIRECTORY, CAMPUS_ALL);

	(void)state;
	assert_null(campus->http);
	assert_null(campus->linker);
	campus_close(campus);
	campus = open_campus(OLX STUDIO "studio_password_env = SP\n" REST HERE, CAMPUS_ALL);
	assert_non_null(campus->http);
	assert_ptr_equal(seen.s3.http, campus->http);
	assert_ptr_equal(seen.rest.http, campus->http);
	assert_ptr_equal(seen.studio.http, campus->http);
	assert_string_equal(seen.secrets[0], "the-key");
	assert_string_equal(seen.secrets[1], "the-secret");
	assert_string_equal(seen.secrets[2], "client-secret");
	assert_string_equal(seen.secrets[3], "studio-password");
	assert_string_equal(seen.s3.bucket, "subs");
	assert_string_equal(seen.rest.client_id, "ferry");
	assert_string_equal(seen.studio.user, "ana");
	assert_false(seen.s3.read_only || seen.rest.read_only);
	campus_close(campus);
	campus = open_campus(OLX REST HERE, CAMPUS_VAL | CAMPUS_STORE | CAMPUS_READ_ONLY);
	assert_true(seen.s3.read_only && seen.rest.read_only);
	campus_close(campus);
}

static void campus_names_the_secret_that_is_not_there(void **state)
{
	static const struct {
		const char *variable, *text, *begins;
	} cases[] = {
	    {"CS", OLX REST HERE, "[val] rest: client_secret_env = CS: there is no such"},
	    {"SP", OLX STUDIO "studio_password_env = SP\n" SQLITE DIRECTORY,
	     "[source] link = studio: studio_password_env = SP: there is no such"},
	    {"AWS_SECRET_ACCESS_KEY", OLX SQLITE HERE, "[store] s3: "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct campus *campus = NULL;
		struct error err = {0};
		enum result st;

		unsetenv(cases[i].variable);
		st = open_as("demo", cases[i].text, CAMPUS_ALL & ~CAMPUS_STATUS, &campus, &err);
		if (st == RESULT_OK || strncmp(err.text, cases[i].begins, strlen(cases[i].begins)))
			fail_msg("case %zu: \"%s\"", i, err.text);
		if (!strstr(err.text, cases[i].variable))
			fail_msg("case %zu does not name the variable: %s", i, err.text);
		assert_null(campus);
		setenv(cases[i].variable, "again", 1);
	}
}

/* A linker that cannot be opened takes the source with it: what is opened again is both. */
static void campus_never_has_a_source_without_its_linker(void **state)
{
	struct campus *campus =
	    open_campus(OLX STUDIO "studio_password_env = SP\n" SQLITE DIRECTORY, 0);
	struct error err = {0};

	(void)state;
	unsetenv("SP");
	assert_int_equal(campus_add(campus, CAMPUS_SOURCE, &err), RESULT_MISSING);
	assert_null(campus->source);
	setenv("SP", "again", 1);
	assert_int_equal(campus_add(campus, CAMPUS_SOURCE, &err), RESULT_OK);
	assert_non_null(campus->source);
	assert_ptr_equal(campus->linker, &seen.linker);
	campus_close(campus);
}

static void campus_tells_whether_any_part_is_unverified(void **state)
{
	static const struct {
		const char *text;
		bool unverified;
	} cases[] = {
	    {OLX REST HERE, false},
	    {OLX REST "tls_verify = no\n" HERE, true},
	    {OLX REST HERE "tls_verify = no\n", true},
	    {OLX STUDIO "studio_password_env = SP\n" REST HERE, false},
	    {OLX STUDIO "studio_password_env = SP\nstudio_tls_verify = no\n" REST HERE, true},
	    {OLX SQLITE DIRECTORY, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct campus *campus = open_campus(cases[i].text, CAMPUS_ALL);

		if (campus_tls_unverified(campus) != cases[i].unverified)
			fail_msg("case %zu", i);
		campus_close(campus);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(campus_remembers_a_condition_by_endpoint_and_bucket),
	    TEST(campus_tells_a_condition_once_and_its_change),
	    TEST(campus_writes_a_condition_once_it_can),
	    TEST(campus_does_not_believe_another_campus),
	    TEST(campus_opens_one_client_for_all_that_need_it),
	    TEST(campus_names_the_secret_that_is_not_there),
	    TEST(campus_never_has_a_source_without_its_linker),
	    TEST(campus_tells_whether_any_part_is_unverified),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
