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

bool conf_is_for_kind(const struct conf *conf, size_t key)
{
	const char *kinds = key_at(key)->kinds, *kind;

	if (!*kinds)
		return true;
	kind = *(char *const *)((const char *)conf +
				conf_rule(find(key_at(key)->section, "kind"))->field);
	return !kind || conf_has_word(kinds, kind);
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
	char kinds[64];

	for (size_t i = 0; i < CONF_KEY_COUNT; i++)
		if (lines[i] && !conf_is_for_kind(conf, i) &&
		    (first == CONF_KEY_COUNT || lines[i] < lines[first]))
			first = i;
	if (first == CONF_KEY_COUNT)
		return RESULT_OK;
	list_kinds(key_at(first)->kinds, kinds, sizeof(kinds));
	return fail(conf, lines[first], err, "[%s] %s is for kind = %s", key_at(first)->section,
		    key_at(first)->name, kinds);
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
			    "has no modulestore to write into");
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
	if (*conf->uri_env && *conf->uri_file) {
		unsigned long env = lines[find("source", "uri_env")];
		unsigned long file = lines[find("source", "uri_file")];

		return fail(conf, env > file ? env : file, err,
			    "[source] uri_env and uri_file: give one of them, not both");
	}
	if (!*conf->uri_env && !*conf->uri_file)
		return error_set(err, RESULT_INVALID,
				 "%s: [source] uri_env or uri_file is missing: the environment "
				 "variable, or the file only its owner may open, that holds the "
				 "MongoDB URI",
				 conf->file);
	return RESULT_OK;
}

enum result conf_check_source(const struct conf *conf, const unsigned long *lines,
			      struct error *err)
{
	enum result st = check_place(conf, lines, err);

	return st == RESULT_OK ? check_link(conf, lines, err) : st;
}
