#include "config.h"

#include "src/base/conf_keys.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

/* clang-format off */
#define MONGO "split draft mongo"
#define STUDIO "link = studio"
#define KEY_LIST(X) \
/* section, name, type for people, default, required, kinds, type, field, low, high, choices, help */ \
X("campus", "name", "word", NULL, true, "", NAME, name, 1, 63, NULL, \
  "What this campus is called; written into the status database, which refuses any other") \
X("campus", "environment", "word", NULL, true, "", NAME, environment, 1, 31, NULL, \
  "\"production\" for the real thing; any other word (staging, test) makes every run a mock run") \
X("campus", "release", "text", "", false, "", TEXT, release, 1, 63, NULL, \
  "The campus's Open edX release: ginkgo, lilac.3, open-release/lilac.3, ...") \
X("campus", "status_db", "path", "subferry.db", false, "", FILE, status_db, 1, PATH_MAX - 1, NULL, \
  "The status database: what subferry knows and intends; made if it is missing") \
X("campus", "operator", "text", "the user's name", false, "", TEXT, operator_name, 1, 63, NULL, \
  "Who acts, in the log and in waivers; default: $SUDO_USER, else $USER, else the user id") \
X("source", "kind", "choice", NULL, true, "", CHOICE, source_kind, 0, 0, "olx split draft mongo", \
  "Where courses are read: olx, course exports as folders or .tar.gz archives; in MongoDB split, " \
  "course-v1 courses; draft, slash courses; mongo, both") \
X("source", "path", "paths", NULL, true, "olx", PATHS, paths, 1, PATH_MAX - 1, NULL, \
  "Folders, archives, or globs of them, separated by blanks; \"...\" around names with blanks; " \
  "indented lines continue it") \
X("source", "key_form", "choice", "course-v1", false, "olx", FLAG, slash_keys, 0, 0, "course-v1 slash", \
  "How keys of exports are written: course-v1:ORG+COURSE+RUN or ORG/COURSE/RUN") \
X("source", "uri_env", "variable", "", false, MONGO, VARIABLE, uri_env, 1, 255, NULL, \
  "The environment variable that holds the MongoDB URI; this or uri_file") \
X("source", "uri_file", "path", "", false, MONGO, SECRET, uri_file, 1, PATH_MAX - 1, NULL, \
  "The file that holds the MongoDB URI, which only its owner may open; this or uri_env") \
X("source", "database", "word", "edxapp", false, MONGO, NAME, database, 1, 63, NULL, \
  "The database of the modulestore") \
X("source", "collection", "word", "modulestore", false, MONGO, NAME, collection, 1, 63, NULL, \
  "The collection of slash courses; with .active_versions and .structures behind it, those of " \
  "course-v1 courses") \
X("source", "contentstore_database", "word", "the database", false, MONGO, NAME, \
  contentstore_database, 1, 63, NULL, "The database of the contentstore, the files of courses") \
X("source", "contentstore_bucket", "word", "fs", false, MONGO, NAME, contentstore_bucket, 1, 63, NULL, \
  "The GridFS bucket of the contentstore") \
X("source", "index", "choice", "", false, MONGO, CHOICE, index, 0, 0, "mongo mysql", \
  "Where the platform reads the course index: MongoDB, or (from nutmeg on) MySQL") \
X("source", "link", "choice", "none", false, "", CHOICE, link, 0, 0, "none mongo studio", \
  "How a new video id gets into its block: none leaves it to somebody else (link-pending); mongo " \
  "writes it into the modulestore; studio has the campus's Studio write it") \
X("source", "link_quiet", "duration", "30m", false, MONGO, DURATION, link_quiet, 0, 604800000, NULL, \
  "A course edited less than this ago is not linked now but put off, 0 to 168h") \
X("source", "studio_url", "url", NULL, true, STUDIO, URL, studio_url, 1, 1023, "host", \
  "Where the campus's Studio answers") \
X("source", "studio_login_url", "url", "the same host", false, STUDIO, URL, studio_login_url, 1, 1023, "host", \
  "Where one logs in, the LMS, if it is not Studio itself") \
X("source", "studio_user", "text", NULL, true, STUDIO, TEXT, studio_user, 1, 254, NULL, \
  "Who logs in, an e-mail address or a name: somebody who may edit the courses") \
X("source", "studio_password_env", "variable", "", false, STUDIO, VARIABLE, studio_password_env, 1, 255, NULL, \
  "The environment variable that holds the password; this or studio_password_file") \
X("source", "studio_password_file", "path", "", false, STUDIO, SECRET, studio_password_file, 1, PATH_MAX - 1, NULL, \
  "The file that holds the password, which only its owner may open; this or studio_password_env") \
X("source", "studio_ca_file", "path", "", false, STUDIO, FILE, studio_ca_file, 1, PATH_MAX - 1, NULL, \
  "Certificates (PEM) that Studio's must be signed by, in place of the system's") \
X("source", "studio_tls_verify", "choice", "yes", false, STUDIO, FLAG, studio_unverified, 0, 0, "yes no", \
  "Whether Studio must prove who it is; with no the title bar says so") \
X("val", "kind", "choice", NULL, true, "", CHOICE, val_kind, 0, 0, "sqlite rest", \
  "What edx-val is: sqlite, a file with edx-val's own tables; rest, the service of the campus") \
X("val", "path", "path", NULL, true, "sqlite", FILE, val_path, 1, PATH_MAX - 1, NULL, \
  "The SQLite file; made if it is missing") \
X("val", "url", "url", NULL, true, "rest", URL, val_url, 1, 1023, NULL, \
  "Where the LMS or Studio answers; /api/val/v0/ is added unless it is there") \
X("val", "token_url", "url", "/oauth2/access_token there", false, "rest", URL, val_token_url, 1, 1023, NULL, \
  "Where tokens are made, of the LMS") \
X("val", "client_id", "text", NULL, true, "rest", TEXT, val_client_id, 1, 255, NULL, \
  "The OAuth application, of a user who may read and add videos") \
X("val", "client_secret_env", "variable", "", false, "rest", VARIABLE, val_secret_env, 1, 255, NULL, \
  "The environment variable that holds the application's secret; this or client_secret_file") \
X("val", "client_secret_file", "path", "", false, "rest", SECRET, val_secret_file, 1, PATH_MAX - 1, NULL, \
  "The file that holds the application's secret, which only its owner may open; this or " \
  "client_secret_env") \
X("val", "ca_file", "path", "", false, "rest", FILE, val_ca_file, 1, PATH_MAX - 1, NULL, \
  "Certificates (PEM) that the server's must be signed by, in place of the system's") \
X("val", "tls_verify", "choice", "yes", false, "rest", FLAG, val_unverified, 0, 0, "yes no", \
  "Whether the server must prove who it is; with no the title bar says so") \
X("store", "kind", "choice", NULL, true, "", CHOICE, store_kind, 0, 0, "directory s3", \
  "Where transcript files end up: directory, laid out as Django's FileSystemStorage does; s3, a " \
  "bucket") \
X("store", "path", "path", NULL, true, "directory", FILE, store_path, 1, PATH_MAX - 1, NULL, \
  "The folder; made if it is missing") \
X("store", "bucket", "word", NULL, true, "s3", NAME, bucket, 1, 255, NULL, \
  "The bucket of edx-val's storage; it must be there") \
X("store", "region", "word", "us-east-1", false, "s3", NAME, region, 1, 63, NULL, \
  "The region that requests are signed for") \
X("store", "endpoint", "url", "that of AWS in the region", false, "s3", URL, store_endpoint, 1, 1023, "host", \
  "Where S3 answers") \
X("store", "path_style", "choice", "no", false, "s3", FLAG, path_style, 0, 0, "no yes", \
  "Whether the bucket stands in the path and not in the name of the host") \
X("store", "location", "text", "", false, "s3", PREFIX, location, 0, 512, NULL, \
  "What stands before every name in the bucket: Django's location") \
X("store", "storage_class", "word", "", false, "s3", NAME, storage_class, 1, 63, NULL, \
  "The storage class of new files: STANDARD_IA, ...; default: the bucket's own") \
X("store", "sse", "choice", "", false, "s3", CHOICE, sse, 0, 0, "AES256 aws:kms aws:kms:dsse", \
  "How the server encrypts new files; default: as the bucket says") \
X("store", "sse_key", "text", "", false, "s3", TEXT, sse_key, 1, 2048, NULL, \
  "The KMS key's id or ARN, for sse = aws:kms and aws:kms:dsse; default: the account's own") \
X("store", "credentials_env", "variable", "AWS", false, "s3", VARIABLE, credentials_env, 1, 128, NULL, \
  "What the names of the environment variables begin with that hold the credentials: " \
  "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN; this or credentials_file") \
X("store", "credentials_file", "path", "", false, "s3", SECRET, credentials_file, 1, PATH_MAX - 1, NULL, \
  "A file of credentials as the AWS tools write it, which only its owner may open") \
X("store", "credentials_profile", "text", "default", false, "s3", TEXT, credentials_profile, 1, 255, NULL, \
  "The profile in credentials_file") \
X("store", "ca_file", "path", "", false, "s3", FILE, store_ca_file, 1, PATH_MAX - 1, NULL, \
  "Certificates (PEM) that the server's must be signed by, in place of the system's") \
X("store", "tls_verify", "choice", "yes", false, "s3", FLAG, store_unverified, 0, 0, "yes no", \
  "Whether the server must prove who it is; with no the title bar says so") \
X("flag", "kind", "choice", "none", false, "", CHOICE, flag_kind, 0, 0, "none sqlite admin command", \
  "The flag that lets learners have a course's transcripts from edx-val, before Hawthorn: none, " \
  "nobody touches it; sqlite, a file with the platform's own tables; admin, the platform's Django " \
  "admin; command, a program of yours") \
X("flag", "path", "path", NULL, true, "sqlite", FILE, flag_path, 1, PATH_MAX - 1, NULL, \
  "The SQLite file; made by the first row that is written, if it is missing") \
X("flag", "program", "path", NULL, true, "command", FILE, flag_program, 1, PATH_MAX - 1, NULL, \
  "The program, which is given show, on or off, and a course key") \
X("flag", "timeout", "duration", "30s", false, "command", DURATION, flag_timeout, 100, 600000, NULL, \
  "Time that the program has for one course, 100ms to 10m") \
X("flag", "url", "url", NULL, true, "admin", URL, flag_url, 1, 1023, "host", \
  "Where the LMS or Studio answers whose /admin/ has the flag") \
X("flag", "login_url", "url", "the same host", false, "admin", URL, flag_login_url, 1, 1023, "host", \
  "Where one logs in, the LMS, if that is another host") \
X("flag", "user", "text", NULL, true, "admin", TEXT, flag_user, 1, 254, NULL, \
  "Who logs in, an e-mail address or a name: staff with the right to add such rows") \
X("flag", "password_env", "variable", "", false, "admin", VARIABLE, flag_password_env, 1, 255, NULL, \
  "The environment variable that holds the password; this or password_file") \
X("flag", "password_file", "path", "", false, "admin", SECRET, flag_password_file, 1, PATH_MAX - 1, NULL, \
  "The file that holds the password, which only its owner may open; this or password_env") \
X("flag", "ca_file", "path", "", false, "admin", FILE, flag_ca_file, 1, PATH_MAX - 1, NULL, \
  "Certificates (PEM) that the server's must be signed by, in place of the system's") \
X("flag", "tls_verify", "choice", "yes", false, "admin", FLAG, flag_unverified, 0, 0, "yes no", \
  "Whether the server must prove who it is; with no the title bar says so") \
X("flag", "flip", "text", "manual", false, "sqlite admin command", TEXT, flag_flip, 1, 127, NULL, \
  "Who switches a course's flag on: manual, an operator; auto, the engine by itself when its evidence " \
  "is complete; in production auto and the campus's name behind it") \
X("rollout", "mock_runs", "number", "2", false, "", NUMBER, mock_runs, 0, 100, NULL, \
  "Imported mock runs that a real run in production needs, 0 to 100") \
X("rollout", "coverage", "number", "95", false, "", NUMBER, coverage, 0, 100, NULL, \
  "Percent of its courses that must be in that many of them, 0 to 100") \
X("rollout", "evidence_age", "duration", "168h", false, "", DURATION, evidence_age, 60000, 31536000000, NULL, \
  "Time after which a validation is too old to flip a flag on, 1m to 8760h") \
X("engine", "workers", "number", "8", false, "", NUMBER, workers, 1, 64, NULL, \
  "Videos that may be at the store at a time, and as many at edx-val, 1 to 64; 1: one video at a time") \
X("engine", "rate", "number", "0", false, "", NUMBER, rate, 0, 10000, NULL, \
  "Transactions started a second at most, retries included, 0 to 10000; 0: no limit") \
X("engine", "retry_delay", "duration", "2s", false, "", DURATION, retry_delay, 0, 3600000, NULL, \
  "Time between two tries of one video, 0 to 1h") \
X("engine", "max_retries", "number", "3", false, "", NUMBER, max_retries, 0, 100, NULL, \
  "Further tries of a video after a failure that may pass, 0 to 100") \
X("engine", "max_transcript", "size", "3MiB", false, "", SIZE, max_transcript, 1, 268435456, NULL, \
  "Largest transcript, as found and as converted, up to 256MiB") \
X("engine", "throttle_timeout", "duration", "60s", false, "", DURATION, throttled_too_long, 1, 3600000, NULL, \
  "A server that only asks to slow down for so long counts as unreachable, 1ms to 1h")
/* clang-format on */

#define X(section, name, type, fallback, required, kinds, kind, field, low, high, choices, help)   \
	{section, name, type, fallback, help, kinds, required},
static const struct conf_key keys[] = {KEY_LIST(X)};
#undef X
#define X(section, name, type, fallback, required, kinds, kind, field, low, high, choices, help)   \
	{CONF_##kind, offsetof(struct conf, field), low, high, choices},
static const struct conf_rule rules[] = {KEY_LIST(X)};
#undef X
_Static_assert(sizeof(keys) / sizeof(*keys) == CONF_KEY_COUNT, "CONF_KEY_COUNT counts the table");

const struct conf_key *conf_keys(size_t *count)
{
	*count = CONF_KEY_COUNT;
	return keys;
}

const struct conf_rule *conf_rule(size_t key)
{
	return &rules[key];
}

bool conf_is_text(size_t key)
{
	return rules[key].type <= CONF_SECRET;
}

bool conf_has_word(const char *words, const char *word)
{
	size_t len = strcspn(word, " ");

	if (word[len])
		return false; /* that would be several */
	for (const char *at = words; len && at; at = strchr(at, ' ')) {
		at += *at == ' ';
		if (!strncmp(at, word, len) && (at[len] == ' ' || !at[len]))
			return true;
	}
	return false;
}

int conf_find_key(const char *section, const char *name, size_t len)
{
	for (size_t i = 0; i < CONF_KEY_COUNT; i++)
		if (!strcmp(keys[i].section, section) && strlen(keys[i].name) == len &&
		    !strncmp(keys[i].name, name, len))
			return (int)i;
	return -1;
}
