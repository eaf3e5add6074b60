#include "config.h"

#include "tests/unit/conf_help.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WHOLE CAMPUS OLX VAL STORE
#define OLD_CAMPUS "[campus]\nname = demo\nenvironment = staging\nrelease = lilac.3\n"
#define MONGO VAL STORE SPLIT

static void conf_fills_defaults_when_only_required_keys_are_given(void **state)
{
	struct conf *conf = parse(WHOLE);

	(void)state;
	assert_string_equal(conf->name, "demo");
	assert_string_equal(conf->environment, "staging");
	assert_string_equal(conf->release, "");
	assert_string_equal(conf->status_db, "/etc/sf/subferry.db");
	assert_string_equal(conf->link, "none");
	assert_string_equal(conf->uri_env, "");
	assert_string_equal(conf->uri_file, "");
	assert_string_equal(conf->database, "");
	assert_string_equal(conf->index, "");
	assert_int_equal(conf->link_quiet, 0);
	assert_string_equal(conf->val_path, "/etc/sf/val.db");
	assert_string_equal(conf->store_path, "/etc/sf/store");
	assert_false(conf->slash_keys);
	assert_int_equal(conf->path_count, 1);
	assert_string_equal(conf->paths[0], "/etc/sf/a.tar.gz");
	assert_int_equal(conf->workers, 8);
	assert_int_equal(conf->rate, 0);
	assert_int_equal(conf->retry_delay, 2000);
	assert_int_equal(conf->max_retries, 3);
	assert_int_equal(conf->max_transcript, 3 * 1048576);
	conf_free(conf);
}

static void conf_takes_operator_from_environment(void **state)
{
	struct conf *conf;

	(void)state;
	setenv("SUDO_USER", "ana", 1);
	setenv("USER", "root", 1);
	conf = parse(WHOLE);
	assert_string_equal(conf->operator_name, "ana");
	conf_free(conf);
	unsetenv("SUDO_USER");
	conf = parse(WHOLE);
	assert_string_equal(conf->operator_name, "root");
	conf_free(conf);
	unsetenv("USER");
	conf = parse(WHOLE);
	assert_string_equal(conf->operator_name, getpwuid(getuid())->pw_name);
	conf_free(conf);
	conf =
	    parse("[campus]\noperator = Ana Lopez ; comment\nname = d\nenvironment = x\n" OLX VAL
		      STORE);
	assert_string_equal(conf->operator_name, "Ana Lopez");
	conf_free(conf);
}

static void conf_keeps_globs_quotes_and_continued_lines(void **state)
{
	static const char *const expected[] = {"/etc/sf/../a.tar.gz", "/etc/sf/my course",
					       "/abs/*.tar.gz", "/etc/sf/say \"x\"",
					       "/etc/sf/b ; c"};
	struct conf *conf =
	    parse("\xEF\xBB\xBF" CAMPUS VAL STORE "[source]\r\nkind = olx\r\n"
		  "path = ../a.tar.gz \"my course\" /abs/*.tar.gz ; comment\r\n"
		  "   \"say \"\"x\"\"\" ; comment\r\n\t\"b ; c\"\r\nkey_form = slash\r\n");

	(void)state;
	assert_int_equal(conf->path_count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(conf->paths[i], expected[i]);
	assert_true(conf->slash_keys);
	conf_free(conf);
}

static void conf_reads_units(void **state)
{
	static const struct {
		const char *line;
		int64_t delay, size;
	} cases[] = {
	    {"retry_delay = 500ms\nmax_transcript = 500kB\n", 500, 500000},
	    {"retry_delay = 1m\nmax_transcript = 3145728\n", 60000, 3145728},
	    {"retry_delay = 1h\nmax_transcript = 2 MiB\n", 3600000, 2097152},
	    {"retry_delay = 0\nmax_transcript = 1B\n", 0, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[1024];
		struct conf *conf;

		snprintf(text, sizeof(text), "%s[engine]\nworkers = 64\n%s", WHOLE, cases[i].line);
		conf = parse(text);
		assert_int_equal(conf->workers, 64);
		assert_int_equal(conf->retry_delay, cases[i].delay);
		assert_int_equal(conf->max_transcript, cases[i].size);
		conf_free(conf);
	}
}

/* ---- MongoDB ------------------------------------------------------------------------------*/

static void conf_fills_defaults_of_mongodb(void **state)
{
	struct conf *conf = parse(CAMPUS MONGO);

	(void)state;
	assert_string_equal(conf->source_kind, "split");
	assert_string_equal(conf->uri_env, "MODULESTORE_URI");
	assert_string_equal(conf->uri_file, "");
	assert_string_equal(conf->database, "edxapp");
	assert_string_equal(conf->collection, "modulestore");
	assert_string_equal(conf->contentstore_database, "edxapp");
	assert_string_equal(conf->contentstore_bucket, "fs");
	assert_string_equal(conf->index, "");
	assert_string_equal(conf->link, "none");
	assert_int_equal(conf->link_quiet, 30 * 60000);
	assert_int_equal(conf->path_count, 0);
	assert_false(conf->slash_keys);
	conf_free(conf);
}

static void conf_takes_every_key_of_mongodb(void **state)
{
	struct conf *conf = parse(
	    OLD_CAMPUS VAL STORE
	    "[source]\nlink = mongo\nlink_quiet = 168h\nindex = mongo\nuri_file = secrets/uri\n"
	    "database = cms\ncollection = store.old\ncontentstore_bucket = files\nkind = mongo\n");

	(void)state;
	assert_string_equal(conf->uri_file, "/etc/sf/secrets/uri");
	assert_string_equal(conf->uri_env, "");
	assert_string_equal(conf->database, "cms");
	assert_string_equal(conf->collection, "store.old");
	/* the default is the database, whatever it is called */
	assert_string_equal(conf->contentstore_database, "cms");
	assert_string_equal(conf->contentstore_bucket, "files");
	assert_string_equal(conf->index, "mongo");
	assert_string_equal(conf->link, "mongo");
	assert_int_equal(conf->link_quiet, INT64_C(7) * 24 * 3600000);
	conf_free(conf);
	conf = parse(CAMPUS MONGO "contentstore_database = files\nlink_quiet = 0\nindex = mysql\n");
	assert_string_equal(conf->contentstore_database, "files");
	assert_string_equal(conf->index, "mysql");
	assert_int_equal(conf->link_quiet, 0);
	conf_free(conf);
}

/* link = mongo where it would have no effect, or nobody can tell: [campus] name, environment,
   release on line 4; link on 14, index on 15. */
static const struct {
	const char *release, *kind, *link_and_index, *begins, *mentions;
} unlinked[] = {
    {"release = lilac\n", "split", "link = mongo\n",
     "x.conf:14: ", "needs index = mongo in writing"},
    {"release = lilac\n", "draft", "link = mongo\n",
     "x.conf:14: ", "needs index = mongo in writing"},
    {"release = lilac\n", "split", "link = mongo\nindex = mysql\n",
     "x.conf:15: ", "index = mysql, and link = mongo"},
    {"; none\n", "split", "link = mongo\nindex = mongo\n", "x.conf:14: ", "needs [campus] release"},
    {"release = nutmeg.2\n", "split", "link = mongo\nindex = mongo\n",
     "x.conf:4: ", "from nutmeg on"},
    {"release = nutmeg.2\n", "draft", "link = mongo\nindex = mongo\n",
     "x.conf:4: ", "from nutmeg on"},
    {"release = open-release/Quince.1\n", "mongo", "link = mongo\nindex = mongo\n",
     "x.conf:4: ", "has no effect"},
    {"release = master\n", "split", "link = mongo\nindex = mongo\n",
     "x.conf:4: ", "release master is not known to be older than nutmeg"},
};

static void conf_refuses_to_link_where_it_has_no_effect(void **state)
{
	char text[1024];
	struct conf *conf;
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(unlinked) / sizeof(*unlinked); i++) {
		snprintf(text, sizeof(text),
			 "%s%s" VAL STORE "[source]\nkind = %s\nuri_env = U\n%s", CAMPUS,
			 unlinked[i].release, unlinked[i].kind, unlinked[i].link_and_index);
		if (conf_parse(&conf, text, "x.conf", "/", &err) != RESULT_INVALID)
			fail_msg("case %zu is accepted", i);
		assert_null(conf);
		if (strncmp(err.text, unlinked[i].begins, strlen(unlinked[i].begins)) ||
		    !strstr(err.text, unlinked[i].mentions))
			fail_msg("case %zu: \"%s\" instead of \"%s... %s\"", i, err.text,
				 unlinked[i].begins, unlinked[i].mentions);
	}
	assert_int_equal(
	    conf_parse(&conf, CAMPUS OLX "link = mongo\n" VAL STORE, "x.conf", "/", &err),
	    RESULT_INVALID);
	assert_non_null(
	    strstr(err.text, "x.conf:7: [source] link = mongo is for kind = split, draft or"));
}

static const struct mistake bad[] = {
    {"", "x.conf: ", "[campus] name is missing"},
    {"[campus]\nname = demo\n" OLX VAL STORE, "x.conf: ", "environment is missing"},
    {CAMPUS OLX VAL, "x.conf: ", "[store] kind is missing"},
    {"name = demo\n", "x.conf:1: ", "before the first section"},
    {"[campus]\nnmae = demo\n", "x.conf:2: ", "no key \"nmae\" in [campus]; it knows: name"},
    {"[rollouts]\nruns = 2\n", "x.conf:2: ", "no section [rollouts]"},
    {"# c\n\n[campus]\nname = a\nname = b\n", "x.conf:5: ", "twice, first on line 4"},
    {"[campus]\nname\n", "x.conf:2: ", "key = value"},
    {"[campus\nname = x\n", "x.conf:1: ", "]"},
    {"[campus]\nname\nnmae = x\n", "x.conf:2: ", "key = value"},
    {"[campus] name = demo\n", "x.conf:1: ", "line of its own"},
    {"[campus]\nname = a b\n", "x.conf:2: ", "letters"},
    {"[campus]\nname =\n", "x.conf:2: ", "1 to 63"},
    {"[campus]\nenvironment = Production\n", "x.conf:2: ", "\"production\""},
    {"[campus]\nenvironment = prod\n", "x.conf:2: ", "\"production\""},
    {"[campus]\nname = x\n  environment = y\n", "x.conf:3: ", "margin"},
    {"[campus]\nname = x\n  more\n", "x.conf:3: ", "only [source] path"},
    {"[source]\npath = a\n  key_form = slash\n", "x.conf:3: ", "margin"},
    {"[source]\nkind = git\n", "x.conf:2: ", "knows: olx split draft mongo"},
    {"[source]\nindex = sqlite\n", "x.conf:2: ", "knows: mongo mysql"},
    {"[source]\nuri = mongodb://a:pw@h\n",
     "x.conf:2: ", "no key \"uri\" in [source]; it knows: kind"},
    {"[source]\nlink_quiet = 30\n", "x.conf:2: ", "unit"},
    {"[source]\nlink_quiet = 169h\n", "x.conf:2: ", "0 to 168h"},
    {"[source]\ndatabase = a b\n", "x.conf:2: ", "letters"},
    /* a secret in the place of its name */
    {"[source]\nuri_env = mongodb://a:pw@h/\n", "x.conf:2: ", "name of an environment variable"},
    {"[source]\nuri_env = pw-of-mine\n", "x.conf:2: ", "name of an environment variable"},
    {"[source]\nuri_env = 1pw\n", "x.conf:2: ", "name of an environment variable"},
    {"[source]\nuri_env =\n", "x.conf:2: ", "name of an environment variable"},
    {"[source]\nuri_file = mongodb://a:pw@h/\n", "x.conf:2: ", "path of a file, not a URI"},
    /* keys of other kinds, wherever kind itself stands */
    {"[source]\nkind = split\npath = a\n", "x.conf:3: ", "[source] path is for kind = olx"},
    {"[source]\nkey_form = slash\nkind = draft\n",
     "x.conf:2: ", "[source] key_form is for kind = olx"},
    {"[source]\nuri_env = X\nindex = mongo\nkind = olx\n",
     "x.conf:2: ", "[source] uri_env is for kind = split, draft or mongo"},
    {"[source]\nkind = olx\n\nlink_quiet = 1h\n",
     "x.conf:4: ", "link_quiet is for kind = split, draft or mongo"},
    {CAMPUS VAL STORE "[source]\nkind = olx\n", "x.conf: ", "[source] path is missing"},
    {CAMPUS VAL STORE "[source]\nkind = mongo\n",
     "x.conf: ", "[source] uri_env or uri_file is missing"},
    {CAMPUS MONGO "uri_file = u\n",
     "x.conf:13: ", "uri_env and uri_file: give one of them, not both"},
    {"[source]\nkey_form = slashes\n", "x.conf:2: ", "course-v1 slash"},
    {"[source]\npath = \"a b\n", "x.conf:2: ", "\"...\""},
    {"[source]\npath = a\"b\"\n", "x.conf:2: ", "\"...\""},
    {"[source]\npath = \"\"\n", "x.conf:2: ", "names"},
    {CAMPUS VAL STORE "[source]\nkind = olx\npath =\n", "x.conf: ", "names nothing"},
    {"[engine]\nworkers = 0\n", "x.conf:2: ", "1 to 64"},
    {"[engine]\nworkers = 65\n", "x.conf:2: ", "1 to 64"},
    {"[engine]\nrate = 10001\n", "x.conf:2: ", "0 to 10000"},
    {"[engine]\nrate = 2.5\n", "x.conf:2: ", "whole number"},
    {"[engine]\nrate = 5/s\n", "x.conf:2: ", "whole number"},
    {"[engine]\nworkers = -1\n", "x.conf:2: ", "whole number"},
    {"[engine]\nworkers = 8.0\n", "x.conf:2: ", "whole number"},
    {"[engine]\nworkers = 99999999999999999999\n", "x.conf:2: ", "whole number"},
    {"[engine]\nretry_delay = 2\n", "x.conf:2: ", "unit"},
    {"[engine]\nretry_delay = 2 weeks\n", "x.conf:2: ", "unit"},
    {"[engine]\nretry_delay = 2h\n", "x.conf:2: ", "out of range"},
    {"[engine]\nmax_transcript = 3 mib\n", "x.conf:2: ", "3MiB"},
    {"[engine]\nmax_transcript = 9223372036854775807GiB\n", "x.conf:2: ", "3MiB"},
    {"[engine]\nmax_transcript = 0\n", "x.conf:2: ", "out of range"},
    {"[campus]\nname = x\xFFy\n", "x.conf:2: ", "UTF-8"},
    {"[campus]\n\n\n; c\noperator = \n", "x.conf:5: ", "1 to 63"},
};

/* Whatever is told, the password of a URI that was put where it must not be is not. */
static void check_quiet(size_t i, const struct error *err)
{
	if (strstr(bad[i].text, "pw") && strstr(err->text, "pw"))
		fail_msg("case %zu shows a secret: %s", i, err->text);
}

static void conf_names_line_and_remedy_of_each_mistake(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct error err;

		expect_refusal(&bad[i], &err);
		check_quiet(i, &err);
	}
}

static void conf_refuses_lines_longer_than_it_reads(void **state)
{
	char *text = malloc(20000);
	struct conf *conf = NULL;
	struct error err = {0};
	size_t len;

	(void)state;
	assert_non_null(text);
	len = (size_t)snprintf(text, 20000, "%s[engine]\n# ", WHOLE);
	memset(text + len, 'x', 10000);
	snprintf(text + len + 10000, 9000 - len, "\n");
	assert_int_equal(conf_parse(&conf, text, "x.conf", "/", &err), RESULT_INVALID);
	assert_non_null(strstr(err.text, "x.conf:14: the line is longer than"));
	free(text);
}

static void conf_reads_paths_of_several_hundred_bytes(void **state)
{
#if defined(HAVE_DECL_INI_MAX_LINE) && HAVE_DECL_INI_MAX_LINE
	char text[2048], name[701];
	struct conf *conf;

	memset(name, 'n', 700);
	name[700] = '\0';
	snprintf(text, sizeof(text), CAMPUS OLX STORE "[val]\nkind = sqlite\npath = %s\n", name);
	conf = parse(text);
	assert_int_equal(strlen(conf->val_path), strlen("/etc/sf/") + 700);
	conf_free(conf);
#else
	skip();
#endif
	(void)state;
}

/* ---- files --------------------------------------------------------------------------------*/

static char folder[64];

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/test_conf.XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/a.conf", folder);
	unlink(path);
	return rmdir(folder);
}

static void write_file(const char *bytes, size_t len, char *path, size_t size)
{
	FILE *file;

	snprintf(path, size, "%s/a.conf", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void conf_read_takes_paths_relative_to_the_file(void **state)
{
	char path[128], expected[256], cwd[1024];
	struct conf *conf = NULL;
	struct error err = {0};

	(void)state;
	write_file(WHOLE, strlen(WHOLE), path, sizeof(path));
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(conf_read(&conf, "a.conf", &err), RESULT_OK);
	assert_int_equal(chdir(cwd), 0);
	snprintf(expected, sizeof(expected), "%s/subferry.db", folder);
	assert_string_equal(conf->status_db, expected);
	assert_string_equal(conf->file, "a.conf");
	conf_free(conf);
}

static void conf_read_names_the_line_of_a_nul(void **state)
{
	char path[128];
	struct conf *conf = NULL;
	struct error err = {0};

	(void)state;
	write_file("[campus]\nname = a\0b\n", 20, path, sizeof(path));
	assert_int_equal(conf_read(&conf, path, &err), RESULT_INVALID);
	assert_non_null(strstr(err.text, "a.conf:2: a NUL"));
}

static void conf_read_tells_why_a_file_cannot_be_read(void **state)
{
	struct conf *conf = NULL;
	struct error err = {0};

	(void)state;
	assert_int_equal(conf_read(&conf, "/nowhere/x.conf", &err), RESULT_MISSING);
	assert_non_null(strstr(err.text, "/nowhere/x.conf"));
	assert_int_equal(conf_read(&conf, folder, &err), RESULT_FATAL);
	assert_null(conf);
}

static void conf_keys_documents_every_key(void **state)
{
	static const char *const kinds[] = {"",	      "olx",  "split draft mongo", "link = studio",
					    "sqlite", "rest", "directory",	   "s3",
					    "admin",  "command", "sqlite admin command"};
	const struct conf_key *keys;
	size_t count;

	(void)state;
	keys = conf_keys(&count);
	assert_int_equal(count, 69);
	for (size_t i = 0; i < count; i++) {
		bool known = false;

		assert_true(strlen(keys[i].help) > 10);
		assert_true(keys[i].required == !keys[i].fallback);
		for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
			known |= !strcmp(keys[i].kinds, kinds[k]);
		assert_true(known);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(conf_fills_defaults_when_only_required_keys_are_given),
	    cmocka_unit_test(conf_takes_operator_from_environment),
	    cmocka_unit_test(conf_keeps_globs_quotes_and_continued_lines),
	    cmocka_unit_test(conf_reads_units),
	    cmocka_unit_test(conf_names_line_and_remedy_of_each_mistake),
	    cmocka_unit_test(conf_fills_defaults_of_mongodb),
	    cmocka_unit_test(conf_takes_every_key_of_mongodb),
	    cmocka_unit_test(conf_refuses_to_link_where_it_has_no_effect),
	    cmocka_unit_test(conf_refuses_lines_longer_than_it_reads),
	    cmocka_unit_test(conf_reads_paths_of_several_hundred_bytes),
	    cmocka_unit_test_setup_teardown(conf_read_takes_paths_relative_to_the_file, make_folder,
					    remove_folder),
	    cmocka_unit_test_setup_teardown(conf_read_names_the_line_of_a_nul, make_folder,
					    remove_folder),
	    cmocka_unit_test_setup_teardown(conf_read_tells_why_a_file_cannot_be_read, make_folder,
					    remove_folder),
	    cmocka_unit_test(conf_keys_documents_every_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
