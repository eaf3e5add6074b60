#include "config.h"

#include "src/base/conf_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/conf_keys.h"
#include "src/base/release.h"

/* From this release on the platform reads the course index from MySQL, and from there alone. */
#define FIRST_WITHOUT_INDEX "nutmeg"

static const struct conf_key *key_at(size_t key)
{
	size_t count;

	return &conf_keys(&count)[key];
}

static size_t find(const char *section, const char *name)
{
	return (size_t)conf_find_key(section, name, strlen(name));
}

static enum result SF_PRINTF(4, 5)
    fail(const struct conf *conf, unsigned long line, struct error *err, const char *fmt, ...)
{
	struct error inner;
	va_list args;

	va_start(args, fmt);
	vsnprintf(inner.text, sizeof(inner.text), fmt, args);
	va_end(args);
	return error_set(err, RESULT_INVALID, "%s:%lu: %s", conf->file, line, inner.text);
}

/* ---- kinds --------------------------------------------------------------------------------*/

/* The key whose words @kinds lists, and *@words: "link" and "studio" of "link = studio". */
static const char *selector_of(const char *kinds, const char **words, char *name, size_t size)
{
	const char *equals = strstr(kinds, " = ");

	*words = equals ? equals + 3 : kinds;
	snprintf(name, size, "%.*s", equals ? (int)(equals - kinds) : 4, equals ? kinds : "kind");
	return name;
}

bool conf_is_for_kind(const struct conf *conf, size_t key)
{
	const char *kinds = key_at(key)->kinds, *words, *word;
	char name[32];
	size_t selector;

	if (!*kinds)
		return true;
	selector = find(key_at(key)->section, selector_of(kinds, &words, name, sizeof(name)));
	word = *(char *const *)((const char *)conf + conf_rule(selector)->field);
	if (!word)
		word = key_at(selector)->fallback;
	return !word || conf_has_word(words, word);
}

/* "split draft mongo" as "split, draft or mongo". */
static void list_kinds(const char *kinds, char *out, size_t size)
{
	size_t at = 0;

	out[0] = '\0';
	while (*kinds && at < size) {
		size_t len = strcspn(kinds, " ");
		const char *rest = kinds + len + (kinds[len] == ' ');
		const char *glue = !*rest ? "" : strchr(rest, ' ') ? ", " : " or ";

		at += (size_t)snprintf(out + at, size - at, "%.*s%s", (int)len, kinds, glue);
		kinds = rest;
	}
}

enum result conf_check_kinds(const struct conf *conf, const unsigned long *lines, struct error *err)
{
	size_t first = CONF_KEY_COUNT;
	char kinds[64], name[32];
	const char *words;

	for (size_t i = 0; i < CONF_KEY_COUNT; i++)
		if (lines[i] && !conf_is_for_kind(conf, i) &&
		    (first == CONF_KEY_COUNT || lines[i] < lines[first]))
			first = i;
	if (first == CONF_KEY_COUNT)
		return RESULT_OK;
	selector_of(key_at(first)->kinds, &words, name, sizeof(name));
	list_kinds(words, kinds, sizeof(kinds));
	return fail(conf, lines[first], err, "[%s] %s is for %s = %s", key_at(first)->section,
		    key_at(first)->name, name, kinds);
}

/* ---- secrets ------------------------------------------------------------------------------*/

/* A secret that comes from @env or from @file, one of them; @what it is, for people. */
static enum result check_secret(const struct conf *conf, const unsigned long *lines,
				const char *section, const char *env, const char *file,
				const char *what, struct error *err)
{
	unsigned long at_env = lines[find(section, env)], at_file = lines[find(section, file)];

	if (at_env && at_file)
		return fail(conf, at_env > at_file ? at_env : at_file, err,
			    "[%s] %s and %s: give one of them, not both", section, env, file);
	if (!at_env && !at_file)
		return error_set(err, RESULT_INVALID,
				 "%s: [%s] %s or %s is missing: the environment variable, or the "
				 "file only its owner may open, that holds %s",
				 conf->file, section, env, file, what);
	return RESULT_OK;
}

/* ---- [source] -----------------------------------------------------------------------------*/

static enum result check_release(const struct conf *conf, const unsigned long *lines,
				 struct error *err)
{
	const char *why =
	    "from " FIRST_WITHOUT_INDEX " on the platform reads the course index from "
	    "MySQL, where moving heads in MongoDB reads back well and has no effect";
	unsigned long line = lines[find("campus", "release")];

	if (!*conf->release)
		return fail(conf, lines[find("source", "link")], err,
			    "link = mongo needs [campus] release: it is for releases "
			    "before " FIRST_WITHOUT_INDEX "; %s",
			    why);
	switch (release_against(conf->release, FIRST_WITHOUT_INDEX)) {
	case RELEASE_BEFORE:
		return RESULT_OK;
	case RELEASE_SINCE:
		return fail(conf, line, err,
			    "release = %s, and [source] link = mongo: %s; use link = "
			    "none",
			    conf->release, why);
	default:
		return fail(conf, line, err,
			    "release %s is not known to be older than " FIRST_WITHOUT_INDEX
			    ", and [source] link = mongo is for those: %s",
			    conf->release, why);
	}
}

static enum result check_link(const struct conf *conf, const unsigned long *lines,
			      struct error *err)
{
	unsigned long link = lines[find("source", "link")];

	if (strcmp(conf->link, "mongo"))
		return RESULT_OK;
	if (!strcmp(conf->source_kind, "olx"))
		return fail(conf, link, err,
			    "[source] link = mongo is for kind = split, draft or mongo: an export "
			    "has no modulestore to write into; link = studio has Studio do it");
	if (!strcmp(conf->index, "mysql"))
		return fail(
		    conf, lines[find("source", "index")], err,
		    "index = mysql, and link = mongo: the platform would never see the heads "
		    "that are moved in MongoDB, though they read back well; use link = none");
	if (strcmp(conf->index, "mongo"))
		return fail(
		    conf, link, err,
		    "link = mongo needs index = mongo in writing: where the course index is in "
		    "MySQL (from " FIRST_WITHOUT_INDEX " on), moving heads in MongoDB reads back "
		    "well and has no effect");
	return check_release(conf, lines, err);
}

/* A configuration without a line to name: what is missing. */
static enum result check_place(const struct conf *conf, const unsigned long *lines,
			       struct error *err)
{
	if (!strcmp(conf->source_kind, "olx"))
		return conf->path_count ? RESULT_OK
					: error_set(err, RESULT_INVALID,
						    "%s: [source] path names nothing", conf->file);
	return check_secret(conf, lines, "source", "uri_env", "uri_file", "the MongoDB URI", err);
}

static enum result check_studio(const struct conf *conf, const unsigned long *lines,
				struct error *err)
{
	if (!strcmp(conf->source_kind, "olx") && !lines[find("source", "key_form")])
		return fail(conf, lines[find("source", "link")], err,
			    "link = studio needs key_form in writing for kind = olx: an export "
			    "does not tell its key, and Studio writes the course that has it");
	return check_secret(conf, lines, "source", "studio_password_env", "studio_password_file",
			    "the password", err);
}

static enum result check_source(const struct conf *conf, const unsigned long *lines,
				struct error *err)
{
	enum result st = check_place(conf, lines, err);

	if (st != RESULT_OK)
		return st;
	return strcmp(conf->link, "studio") ? check_link(conf, lines, err)
					    : check_studio(conf, lines, err);
}

/* ---- [store] ------------------------------------------------------------------------------*/

/* Parts as the names behind it have them: none empty, none "." or "..". */
static bool is_prefix(const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "/");

		if (!len || (len <= 2 && !strncmp(text, "..", len)))
			return false;
		text += len + (text[len] == '/');
	}
	return true;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

static enum result check_credentials(const struct conf *conf, const unsigned long *lines,
				     struct error *err)
{
	unsigned long env = lines[find("store", "credentials_env")];
	unsigned long file = lines[find("store", "credentials_file")];
	unsigned long profile = lines[find("store", "credentials_profile")];

	if (env && file)
		return fail(conf, env > file ? env : file, err,
			    "[store] credentials_env and credentials_file: give one of them, not "
			    "both");
	if (profile && !file)
		return fail(conf, profile, err,
			    "[store] credentials_profile is one of a credentials_file, which is "
			    "missing");
	if (ends_with(conf->credentials_env, "_ACCESS_KEY_ID") ||
	    ends_with(conf->credentials_env, "_SECRET_ACCESS_KEY"))
		return fail(conf, env, err,
			    "credentials_env: write what the names of the variables begin with: "
			    "AWS for AWS_ACCESS_KEY_ID and the others");
	return RESULT_OK;
}

static enum result check_store(const struct conf *conf, const unsigned long *lines,
			       struct error *err)
{
	const char *class = conf->storage_class;

	if (!is_prefix(conf->location))
		return fail(conf, lines[find("store", "location")], err,
			    "location: it begins with no '/', and no part of it is empty, \".\" or "
			    "\"..\"");
	if (!strcmp(class, "GLACIER") || !strcmp(class, "DEEP_ARCHIVE"))
		return fail(
		    conf, lines[find("store", "storage_class")], err,
		    "storage_class = %s: the platform could not read what is archived there",
		    class);
	if (*conf->sse_key && strncmp(conf->sse, "aws:kms", 7))
		return fail(conf, lines[find("store", "sse_key")], err,
			    "sse_key is for sse = aws:kms or aws:kms:dsse");
	return check_credentials(conf, lines, err);
}

/* Where learners are, who lets the engine flip by itself has said of which campus. */
static enum result check_flip(const struct conf *conf, const unsigned long *lines, struct error *err)
{
	const char *flip = conf->flag_flip, *campus = strncmp(flip, "auto ", 5) ? "" : flip + 5;
	unsigned long line = lines[find("flag", "flip")];

	if (!*flip || !strcmp(flip, "manual"))
		return RESULT_OK;
	if (*campus && strcmp(campus, conf->name))
		return fail(conf, line, err, "flip = %s: this campus is %s", flip, conf->name);
	if (!*campus && strcmp(flip, "auto"))
		return fail(conf, line, err,
			    "flip = %s: manual, auto, or auto and the campus's name are allowed", flip);
	if (!*campus && !strcmp(conf->environment, "production"))
		return fail(conf, line, err,
			    "flip = auto lets the engine switch flags on by itself: in production the "
			    "campus's name is repeated: flip = auto %s",
			    conf->name);
	return RESULT_OK;
}

enum result conf_check_parts(const struct conf *conf, const unsigned long *lines, struct error *err)
{
	enum result st = check_source(conf, lines, err);

	if (st == RESULT_OK && !strcmp(conf->val_kind, "rest"))
		st = check_secret(conf, lines, "val", "client_secret_env", "client_secret_file",
				  "the application's secret", err);
	if (st == RESULT_OK)
		st = check_store(conf, lines, err);
	if (st == RESULT_OK && !strcmp(conf->flag_kind, "admin"))
		st = check_secret(conf, lines, "flag", "password_env", "password_file",
				  "the password", err);
	return st == RESULT_OK ? check_flip(conf, lines, err) : st;
}
