/*
 * The configuration of servers that are asked over HTTP: S3, edx-val's REST service, Studio, and
 * of the flag's backends.
 */
#include "config.h"

#include "tests/unit/conf_help.h"

#include <stdio.h>
#include <string.h>

#include "src/base/url.h"

#define REST "[val]\nkind = rest\nurl = https://lms.example.org\nclient_id = ferry\n"
#define S3 "[store]\nkind = s3\nbucket = subs\n"
#define FLAG_ADMIN                                                                                 \
	"[flag]\nkind = admin\nurl = https://lms.example.org/\nuser = ana@example.org\n"
#define STUDIO                                                                                     \
	"link = studio\nstudio_url = https://studio.example.org\nstudio_user = ana@example.org\n"

/* ---- what is read -------------------------------------------------------------------------*/

static void conf_fills_defaults_of_s3(void **state)
{
	struct conf *conf = parse(CAMPUS OLX VAL S3);

	(void)state;
	assert_string_equal(conf->store_kind, "s3");
	assert_string_equal(conf->store_path, "");
	assert_string_equal(conf->bucket, "subs");
	assert_string_equal(conf->region, "us-east-1");
	assert_string_equal(conf->store_endpoint, "");
	assert_false(conf->path_style);
	assert_string_equal(conf->location, "");
	assert_string_equal(conf->storage_class, "");
	assert_string_equal(conf->sse, "");
	assert_string_equal(conf->sse_key, "");
	assert_string_equal(conf->credentials_env, "AWS");
	assert_string_equal(conf->credentials_file, "");
	assert_string_equal(conf->credentials_profile, "");
	assert_string_equal(conf->store_ca_file, "");
	assert_false(conf->store_unverified);
	assert_int_equal(conf->throttled_too_long, 60000);
	conf_free(conf);
}

static void conf_takes_every_key_of_s3(void **state)
{
	struct conf *conf = parse(
	    CAMPUS OLX VAL "[store]\nbucket = subs.eu\nregion = eu-west-1\npath_style = yes\n"
			   "endpoint = http://127.0.0.1:8333/\nlocation = media/a b\n"
			   "storage_class = STANDARD_IA\nsse = aws:kms:dsse\nsse_key = alias/subs\n"
			   "credentials_file = aws/credentials\ncredentials_profile = the ferry\n"
			   "ca_file = ca.pem\ntls_verify = no\nkind = s3\n"
			   "[engine]\nthrottle_timeout = 1500ms\n");

	(void)state;
	assert_string_equal(conf->bucket, "subs.eu");
	assert_string_equal(conf->region, "eu-west-1");
	assert_true(conf->path_style);
	/* the same endpoint however it is written */
	assert_string_equal(conf->store_endpoint, "http://127.0.0.1:8333");
	assert_string_equal(conf->location, "media/a b/");
	assert_string_equal(conf->storage_class, "STANDARD_IA");
	assert_string_equal(conf->sse, "aws:kms:dsse");
	assert_string_equal(conf->sse_key, "alias/subs");
	/* a file in place of the environment, not beside it */
	assert_string_equal(conf->credentials_env, "");
	assert_string_equal(conf->credentials_file, "/etc/sf/aws/credentials");
	assert_string_equal(conf->credentials_profile, "the ferry");
	assert_string_equal(conf->store_ca_file, "/etc/sf/ca.pem");
	assert_true(conf->store_unverified);
	assert_int_equal(conf->throttled_too_long, 1500);
	conf_free(conf);
	conf = parse(CAMPUS OLX VAL S3 "credentials_file = c\nlocation = media/\npath_style = no\n"
				       "tls_verify = yes\n");
	assert_string_equal(conf->credentials_profile, "default");
	assert_string_equal(conf->location, "media/");
	assert_false(conf->path_style);
	assert_false(conf->store_unverified);
	conf_free(conf);
	conf = parse(CAMPUS OLX VAL S3 "credentials_env = SUBS\nlocation =\n");
	assert_string_equal(conf->credentials_env, "SUBS");
	assert_string_equal(conf->location, "");
	conf_free(conf);
}

static void conf_takes_every_key_of_rest(void **state)
{
	struct conf *conf = parse(CAMPUS OLX STORE REST "client_secret_env = VAL_SECRET\n");

	(void)state;
	assert_string_equal(conf->val_kind, "rest");
	assert_string_equal(conf->val_path, "");
	assert_string_equal(conf->val_url, "https://lms.example.org");
	assert_string_equal(conf->val_token_url, "");
	assert_string_equal(conf->val_client_id, "ferry");
	assert_string_equal(conf->val_secret_env, "VAL_SECRET");
	assert_string_equal(conf->val_secret_file, "");
	assert_string_equal(conf->val_ca_file, "");
	assert_false(conf->val_unverified);
	conf_free(conf);
	conf = parse(CAMPUS OLX STORE REST
		     "token_url = https://id.example.org/oauth2/access_token\n"
		     "client_secret_file = secrets/val\nca_file = /ca.pem\ntls_verify = no\n");
	assert_string_equal(conf->val_token_url, "https://id.example.org/oauth2/access_token");
	assert_string_equal(conf->val_secret_env, "");
	assert_string_equal(conf->val_secret_file, "/etc/sf/secrets/val");
	assert_string_equal(conf->val_ca_file, "/ca.pem");
	assert_true(conf->val_unverified);
	assert_false(conf->store_unverified);
	conf_free(conf);
}

static void conf_takes_every_key_of_studio(void **state)
{
	struct conf *conf =
	    parse(CAMPUS VAL STORE SPLIT STUDIO
		  "studio_password_file = pass\nstudio_login_url = https://lms.example.org/\n"
		  "studio_ca_file = ca.pem\nstudio_tls_verify = no\n");

	(void)state;
	assert_string_equal(conf->link, "studio");
	assert_string_equal(conf->studio_url, "https://studio.example.org");
	assert_string_equal(conf->studio_login_url, "https://lms.example.org");
	assert_string_equal(conf->studio_user, "ana@example.org");
	assert_string_equal(conf->studio_password_env, "");
	assert_string_equal(conf->studio_password_file, "/etc/sf/pass");
	assert_string_equal(conf->studio_ca_file, "/etc/sf/ca.pem");
	assert_true(conf->studio_unverified);
	conf_free(conf);
	/* Studio writes the campus's own course, wherever it was read: here an export of it */
	conf = parse(CAMPUS VAL STORE OLX "key_form = course-v1\n" STUDIO
					  "studio_password_env = STUDIO_PASSWORD\n");
	assert_string_equal(conf->studio_password_env, "STUDIO_PASSWORD");
	assert_string_equal(conf->studio_login_url, "");
	assert_false(conf->studio_unverified);
	conf_free(conf);
	/* without it there is nothing of it */
	conf = parse(CAMPUS VAL STORE SPLIT);
	assert_string_equal(conf->studio_url, "");
	assert_string_equal(conf->studio_user, "");
	assert_false(conf->studio_unverified);
	conf_free(conf);
}

static void conf_takes_every_key_of_each_flag(void **state)
{
	struct conf *conf = parse(CAMPUS OLX VAL STORE);

	(void)state;
	/* whatever the release: a flag is only touched where it is configured */
	assert_string_equal(conf->flag_kind, "none");
	assert_string_equal(conf->flag_path, "");
	assert_string_equal(conf->flag_program, "");
	assert_int_equal(conf->flag_timeout, 0);
	assert_string_equal(conf->flag_password_env, "");
	conf_free(conf);
	conf_free(parse(CAMPUS OLX VAL STORE "[flag]\nkind = none\n"));
	conf = parse(CAMPUS OLX VAL STORE "[flag]\npath = edxapp.db\nkind = sqlite\n");
	assert_string_equal(conf->flag_kind, "sqlite");
	assert_string_equal(conf->flag_path, "/etc/sf/edxapp.db");
	conf_free(conf);
	conf = parse(CAMPUS OLX VAL STORE "[flag]\nkind = command\nprogram = bin/the flag\n");
	assert_string_equal(conf->flag_program, "/etc/sf/bin/the flag");
	assert_int_equal(conf->flag_timeout, 30000);
	conf_free(conf);
	conf = parse(CAMPUS OLX VAL STORE FLAG_ADMIN "password_env = ADMIN_PASSWORD\n");
	assert_string_equal(conf->flag_url, "https://lms.example.org");
	assert_string_equal(conf->flag_login_url, "");
	assert_string_equal(conf->flag_user, "ana@example.org");
	assert_string_equal(conf->flag_password_env, "ADMIN_PASSWORD");
	assert_string_equal(conf->flag_password_file, "");
	assert_string_equal(conf->flag_ca_file, "");
	assert_false(conf->flag_unverified);
	conf_free(conf);
	conf = parse(CAMPUS OLX VAL STORE FLAG_ADMIN
		     "password_file = pass\nlogin_url = https://id.example.org/\n"
		     "ca_file = ca.pem\ntls_verify = no\n");
	assert_string_equal(conf->flag_login_url, "https://id.example.org");
	assert_string_equal(conf->flag_password_file, "/etc/sf/pass");
	assert_string_equal(conf->flag_ca_file, "/etc/sf/ca.pem");
	assert_true(conf->flag_unverified);
	assert_false(conf->val_unverified);
	conf_free(conf);
}

/* ---- what is refused ----------------------------------------------------------------------*/

#define AWS_SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYpwSECRTKEY"
#define DJANGO_SECRET "Q1w2E3r4T5y6U7i8O9p0pwA1s2D3f4G5h6J7k8L9Q1w2E3r4T5y6"

static const struct mistake bad[] = {
    /* what is missing */
    {CAMPUS OLX VAL "[store]\nkind = s3\n", "x.conf: ", "[store] bucket is missing (word)"},
    {CAMPUS OLX STORE "[val]\nkind = rest\nclient_id = a\nclient_secret_env = A\n",
     "x.conf: ", "[val] url is missing (url)"},
    {CAMPUS OLX STORE "[val]\nkind = rest\nurl = https://a\nclient_secret_env = A\n",
     "x.conf: ", "[val] client_id is missing"},
    {CAMPUS OLX STORE REST,
     "x.conf: ", "[val] client_secret_env or client_secret_file is missing: the environment "},
    {CAMPUS OLX VAL "[store]\nkind = directory\n", "x.conf: ", "[store] path is missing"},
    {CAMPUS OLX STORE "[val]\nkind = sqlite\n", "x.conf: ", "[val] path is missing"},
    {CAMPUS VAL STORE SPLIT "link = studio\nstudio_user = a\nstudio_password_env = A\n",
     "x.conf: ", "[source] studio_url is missing"},
    {CAMPUS VAL STORE SPLIT "link = studio\nstudio_url = https://a\nstudio_password_env = A\n",
     "x.conf: ", "[source] studio_user is missing"},
    {CAMPUS VAL STORE SPLIT STUDIO,
     "x.conf: ", "[source] studio_password_env or studio_password_file is missing"},
    {CAMPUS OLX VAL STORE "[flag]\nkind = sqlite\n", "x.conf: ", "[flag] path is missing"},
    {CAMPUS OLX VAL STORE "[flag]\nkind = command\n", "x.conf: ", "[flag] program is missing"},
    {CAMPUS OLX VAL STORE "[flag]\nkind = admin\nuser = a\npassword_env = A\n",
     "x.conf: ", "[flag] url is missing"},
    {CAMPUS OLX VAL STORE "[flag]\nkind = admin\nurl = https://a\npassword_env = A\n",
     "x.conf: ", "[flag] user is missing"},
    {CAMPUS OLX VAL STORE FLAG_ADMIN,
     "x.conf: ", "[flag] password_env or password_file is missing"},
    /* too much */
    {CAMPUS OLX VAL STORE FLAG_ADMIN "password_env = A\npassword_file = f\n",
     "x.conf:18: ", "[flag] password_env and password_file: give one of them"},
    {CAMPUS OLX STORE REST "client_secret_env = A\nclient_secret_file = f\n",
     "x.conf:15: ", "client_secret_env and client_secret_file: give one of them, not both"},
    {CAMPUS VAL STORE SPLIT STUDIO "studio_password_file = f\nstudio_password_env = A\n",
     "x.conf:17: ", "studio_password_env and studio_password_file: give one of them"},
    {CAMPUS OLX VAL S3 "credentials_env = A\ncredentials_file = f\n",
     "x.conf:14: ", "credentials_env and credentials_file: give one of them"},
    {CAMPUS OLX VAL S3 "credentials_profile = a\n",
     "x.conf:13: ", "credentials_profile is one of a credentials_file"},
    {CAMPUS OLX VAL S3 "sse_key = a\n", "x.conf:13: ", "sse_key is for sse = aws:kms"},
    {CAMPUS OLX VAL S3 "sse_key = a\nsse = AES256\n",
     "x.conf:13: ", "sse_key is for sse = aws:kms"},
    /* keys of other kinds */
    {"[store]\nkind = directory\nbucket = a\n", "x.conf:3: ", "[store] bucket is for kind = s3"},
    {"[store]\npath = a\nkind = s3\n", "x.conf:2: ", "[store] path is for kind = directory"},
    {"[val]\nkind = rest\npath = a\n", "x.conf:3: ", "[val] path is for kind = sqlite"},
    {"[val]\nurl = https://a\nkind = sqlite\n", "x.conf:2: ", "[val] url is for kind = rest"},
    {"[source]\nkind = split\nlink = mongo\nstudio_url = https://a\n",
     "x.conf:4: ", "[source] studio_url is for link = studio"},
    {"[flag]\nkind = sqlite\nprogram = a\n", "x.conf:3: ", "[flag] program is for kind = command"},
    {"[flag]\nkind = command\nurl = https://a\n", "x.conf:3: ", "[flag] url is for kind = admin"},
    /* none is what stands there unless something else does */
    {"[flag]\npath = a\n", "x.conf:2: ", "[flag] path is for kind = sqlite"},
    /* link = none is what stands there unless something else does */
    {"[source]\nkind = split\nstudio_tls_verify = no\n",
     "x.conf:3: ", "[source] studio_tls_verify is for link = studio"},
    {CAMPUS VAL STORE OLX STUDIO "studio_password_env = A\n",
     "x.conf:13: ", "link = studio needs key_form in writing for kind = olx"},
    /* values */
    {"[store]\nkind = gcs\n", "x.conf:2: ", "knows: directory s3"},
    {"[val]\nkind = mysql\n", "x.conf:2: ", "knows: sqlite rest"},
    {"[source]\nlink = cms\n", "x.conf:2: ", "knows: none mongo studio"},
    {"[flag]\nkind = mysql\n", "x.conf:2: ", "knows: none sqlite admin command"},
    {"[flag]\ntimeout = 30\n", "x.conf:2: ", "unit"},
    {"[flag]\ntimeout = 99ms\n", "x.conf:2: ", "100ms to 10m"},
    {"[flag]\ntimeout = 11m\n", "x.conf:2: ", "out of range"},
    {"[flag]\nurl = https://h/admin/\n", "x.conf:2: ", "url: write the host"},
    {"[flag]\nlogin_url = https://ana:pw@h/\n", "x.conf:2: ", "without user and password"},
    {"[store]\nbucket = a/b\n", "x.conf:2: ", "bucket = a/b: letters, digits"},
    {"[store]\nbucket = s3://KEY:pw@b\n", "x.conf:2: ", "bucket = ...: letters, digits"},
    {"[store]\nregion = eu west\n", "x.conf:2: ", "letters, digits"},
    {"[store]\npath_style = true\n", "x.conf:2: ", "path_style = true: write one of: no yes"},
    {"[store]\ntls_verify = off\n", "x.conf:2: ", "tls_verify = off: write one of: yes no"},
    {"[val]\ntls_verify = ye\n", "x.conf:2: ", "write one of: yes no"},
    {"[store]\nsse = AES\n", "x.conf:2: ", "knows: AES256 aws:kms aws:kms:dsse"},
    {"[store]\nsse = aws:kms aws:kms:dsse\n", "x.conf:2: ", "knows: AES256"},
    {CAMPUS OLX VAL S3 "storage_class = GLACIER\n",
     "x.conf:13: ", "the platform could not read what is archived"},
    {CAMPUS OLX VAL S3 "storage_class = DEEP_ARCHIVE\n", "x.conf:13: ", "storage_class = DEEP_A"},
    {CAMPUS OLX VAL S3 "location = /media\n", "x.conf:13: ", "begins with no '/'"},
    {CAMPUS OLX VAL S3 "location = a//b\n", "x.conf:13: ", "no part of it is empty"},
    {CAMPUS OLX VAL S3 "location = a/../b\n", "x.conf:13: ", "or \"..\""},
    {CAMPUS OLX VAL S3 "location = .\n", "x.conf:13: ", "or \"..\""},
    {"[engine]\nthrottle_timeout = 0\n", "x.conf:2: ", "1ms to 1h"},
    {"[engine]\nthrottle_timeout = 60\n", "x.conf:2: ", "unit"},
    /* URLs */
    {"[val]\nurl = lms.example.org\n", "x.conf:2: ", "url: write a URL that begins with http"},
    {"[val]\nurl = ftp://h\n", "x.conf:2: ", "begins with http:// or https://"},
    {"[val]\nurl = https://ana:pw@h/\n", "x.conf:2: ", "a URL without user and password"},
    {"[val]\nurl = https://h/?token=pw\n", "x.conf:2: ", "a URL without a query"},
    {"[val]\ntoken_url = https://h/#pw\n", "x.conf:2: ", "a URL without a query"},
    {"[val]\nurl = https:///a\n", "x.conf:2: ", "a URL of a host"},
    {"[val]\nurl = https://h:0\n", "x.conf:2: ", "a URL of a host"},
    {"[val]\nurl =\n", "x.conf:2: ", "url: 1 to 1023 bytes"},
    {"[store]\nendpoint = https://h/bucket\n", "x.conf:2: ", "endpoint: write the host"},
    {"[store]\nendpoint = https://ana:pw@h\n", "x.conf:2: ", "without user and password"},
    {"[source]\nstudio_url = https://h/course\n", "x.conf:2: ", "studio_url: write the host"},
    {"[source]\nstudio_login_url = https://h/login\n", "x.conf:2: ", "without a path"},
    /* a secret in the place of its name */
    {"[val]\nclient_secret_env = pw-of-mine\n", "x.conf:2: ", "name of an environment variable"},
    {"[val]\nclient_secret_env = " DJANGO_SECRET "\n", "x.conf:2: ", "looks like a secret itself"},
    {"[val]\nclient_secret_file = " DJANGO_SECRET "\n",
     "x.conf:2: ", "looks like a secret itself: write the path"},
    {"[val]\nclient_secret = pw\n", "x.conf:2: ", "no key \"client_secret\" in [val]; it knows"},
    {"[val]\npassword = pw\n", "x.conf:2: ", "no key \"password\""},
    {"[flag]\npassword_env = pw!\n", "x.conf:2: ", "name of an environment variable"},
    {"[flag]\npassword_file = 0123456789abcdef0123456789abpw45\n",
     "x.conf:2: ", "looks like a secret itself"},
    {"[source]\nstudio_password_env = pw!\n", "x.conf:2: ", "name of an environment variable"},
    {"[source]\nstudio_password_file = 0123456789abcdef0123456789abpw45\n",
     "x.conf:2: ", "looks like a secret itself"},
    {"[source]\nuri_file = mongodb://a:pw@h/\n", "x.conf:2: ", "path of a file, not a URI"},
    {"[store]\ncredentials_env = AKIAIOSFODNN7EXAMPLE\n",
     "x.conf:2: ", "looks like a secret itself: write the name"},
    {"[store]\ncredentials_env = " AWS_SECRET "\n",
     "x.conf:2: ", "name of an environment variable"},
    {"[store]\ncredentials_file = " AWS_SECRET "\n", "x.conf:2: ", "looks like a secret itself"},
    {"[store]\naccess_key = AKIApw\n", "x.conf:2: ", "no key \"access_key\" in [store]"},
    {CAMPUS OLX VAL S3 "credentials_env = AWS_ACCESS_KEY_ID\n",
     "x.conf:13: ", "what the names of the variables begin with: AWS for"},
    {CAMPUS OLX VAL S3 "credentials_env = X_SECRET_ACCESS_KEY\n",
     "x.conf:13: ", "what the names of the variables begin with"},
};

static void conf_names_line_and_remedy_of_each_mistake(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct error err;

		expect_refusal(&bad[i], &err);
		/* every secret of the table has it within; "password" has not */
		if (strstr(err.text, "pw") || strstr(err.text, "AKIA"))
			fail_msg("case %zu shows a secret: %s", i, err.text);
	}
}

/* Names that people give to variables and files are not taken for secrets. */
static void conf_takes_usual_names_for_names(void **state)
{
	static const char *const lines[] = {
	    "client_secret_env = EDX_VAL_OAUTH2_CLIENT_SECRET_FOR_PRODUCTION",
	    "client_secret_env = VALSECRET2",
	    "client_secret_env = valClientSecret",
	    "client_secret_file = secrets/Production/val2",
	    "client_secret_file = /run/secrets/Q1w2E3r4T5y6U7i8O9p0",
	    "client_secret_file = ./Q1w2E3r4T5y6U7i8O9p0",
	    "client_secret_file = edxval-client-secret-Production-2.txt",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		char text[1024];

		snprintf(text, sizeof(text), "%s%s\n", CAMPUS OLX STORE REST, lines[i]);
		conf_free(parse(text));
	}
}

/* ---- URLs ---------------------------------------------------------------------------------*/

static void url_tells_what_travels_in_the_open(void **state)
{
	static const struct {
		const char *url;
		bool exposed, host;
	} cases[] = {
	    {"https://lms.example.org", false, true},
	    {"http://lms.example.org", true, true},
	    {"http://lms.example.org:8000/api/", true, false},
	    {"http://localhost", false, true},
	    {"http://localhost:8000/", false, true},
	    {"http://localhost.example.org", true, true},
	    {"http://127.0.0.1:8333", false, true},
	    {"http://127.1.2.3/a", false, false},
	    {"http://127.0.0.1.example.org", true, true},
	    {"http://10.0.0.1", true, true},
	    {"http://[::1]:80", false, true},
	    {"http://[::2]", true, true},
	    {"http://[fe80::1]/x", true, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *why = NULL;

		if (!url_is_valid(cases[i].url, &why))
			fail_msg("%s: write %s", cases[i].url, why);
		if (url_is_exposed(cases[i].url) != cases[i].exposed)
			fail_msg("%s is taken for %s", cases[i].url,
				 cases[i].exposed ? "private" : "exposed");
		if (url_is_host(cases[i].url) != cases[i].host)
			fail_msg("%s is taken for %s", cases[i].url,
				 cases[i].host ? "one with a path" : "one without a path");
	}
}

static void url_refuses_what_is_no_url_of_a_server(void **state)
{
	static const char *const urls[] = {"",
					   "h",
					   "//h",
					   "HTTP://h",
					   "http:/h",
					   "http://",
					   "http:///p",
					   "https://a b",
					   "http://h/a b",
					   "http://h/\x01",
					   "http://h:",
					   "http://h:65536",
					   "http://h:8a",
					   "http://h:-1",
					   "http://[::1",
					   "http://[]",
					   "http://[::1]x",
					   "http://u@h",
					   "http://h/@",
					   "http://h?q",
					   "http://h/p#f",
					   "http://h\\p",
					   "http://h/<a>",
					   "http://h,i",
					   "http://h/\xC3\xA9",
					   "http://h:123456"};

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
		const char *why = NULL;

		if (url_is_valid(urls[i], &why))
			fail_msg("%s is accepted", urls[i]);
		assert_non_null(why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(conf_fills_defaults_of_s3),
	    cmocka_unit_test(conf_takes_every_key_of_s3),
	    cmocka_unit_test(conf_takes_every_key_of_rest),
	    cmocka_unit_test(conf_takes_every_key_of_studio),
	    cmocka_unit_test(conf_takes_every_key_of_each_flag),
	    cmocka_unit_test(conf_names_line_and_remedy_of_each_mistake),
	    cmocka_unit_test(conf_takes_usual_names_for_names),
	    cmocka_unit_test(url_tells_what_travels_in_the_open),
	    cmocka_unit_test(url_refuses_what_is_no_url_of_a_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
