#include "config.h"

#include "src/base/conf_keys.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

/* clang-format off */
#define MONGO "split draft mongo"
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
X("source", "key_form", "choice", "course-v1", false, "olx", KEYS, slash_keys, 0, 0, "course-v1 slash", \
  "How keys of exports are written: course-v1:ORG+COURSE+RUN or ORG/COURSE/RUN") \
X("source", "uri_env", "variable", "", false, MONGO, VARIABLE, uri_env, 1, 255, NULL, \
  "The environment variable that holds the MongoDB URI; this or uri_file") \
X("source", "uri_file", "path", "", false, MONGO, FILE, uri_file, 1, PATH_MAX - 1, NULL, \
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
X("source", "link", "choice", "none", false, "", CHOICE, link, 0, 0, "none mongo", \
  "How a new video id gets into its block: none leaves it to somebody else (link-pending); mongo " \
  "writes it into the modulestore") \
X("source", "link_quiet", "duration", "30m", false, MONGO, DURATION, link_quiet, 0, 604800000, NULL, \
  "A course edited less than this ago is not linked now but put off, 0 to 168h") \
X("val", "kind", "choice", NULL, true, "", CHOICE, val_kind, 0, 0, "sqlite", \
  "What edx-val is: sqlite, a file with edx-val's own tables") \
X("val", "path", "path", NULL, true, "", FILE, val_path, 1, PATH_MAX - 1, NULL, \
  "The SQLite file; made if it is missing") \
X("store", "kind", "choice", NULL, true, "", CHOICE, store_kind, 0, 0, "directory", \
  "Where transcript files end up: directory, laid out as Django's FileSystemStorage does") \
X("store", "path", "path", NULL, true, "", FILE, store_path, 1, PATH_MAX - 1, NULL, \
  "The folder; made if it is missing") \
X("engine", "workers", "number", "8", false, "", NUMBER, workers, 1, 64, NULL, \
  "Videos that may be at the store at a time, and as many at edx-val, 1 to 64; 1: one video at a time") \
X("engine", "retry_delay", "duration", "2s", false, "", DURATION, retry_delay, 0, 3600000, NULL, \
  "Time between two tries of one video, 0 to 1h") \
X("engine", "max_retries", "number", "3", false, "", NUMBER, max_retries, 0, 100, NULL, \
  "Further tries of a video after a failure that may pass, 0 to 100") \
X("engine", "max_transcript", "size", "3MiB", false, "", SIZE, max_transcript, 1, 268435456, NULL, \
  "Largest transcript, as found and as converted, up to 256MiB")
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

bool conf_has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

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
