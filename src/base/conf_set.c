/*
 * conf_set.c - values into fields: checked, made absolute, in the unit of their field.
 */
#include "config.h"

#include "src/base/conf_set.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/buf.h"
#include "src/base/conf_value.h"
#include "src/base/url.h"

const struct conf_key *conf_key_at(size_t key)
{
	size_t count;

	return &conf_keys(&count)[key];
}

void *conf_field(struct conf *conf, size_t key)
{
	return (char *)conf + conf_rule(key)->field;
}

/* ---- problems -----------------------------------------------------------------------------*/

enum result conf_fail(struct conf_parser *p, const char *fmt, ...)
{
	struct error inner;
	va_list args;

	p->stopped = true;
	va_start(args, fmt);
	vsnprintf(inner.text, sizeof(inner.text), fmt, args);
	va_end(args);
	return error_set(p->err, RESULT_INVALID, "%s:%lu: %s", p->conf->file, p->line, inner.text);
}

enum result conf_no_memory(struct conf_parser *p)
{
	p->stopped = true;
	return error_set(p->err, RESULT_NOMEM, "cannot read %s: out of memory", p->conf->file);
}

/* ---- values -------------------------------------------------------------------------------*/

static char *absolute(const char *folder, const char *path)
{
	struct buf out = BUF_INIT;

	if (*path != '/') {
		buf_add_text(&out, folder);
		if (!out.len || out.data[out.len - 1] != '/')
			buf_add_char(&out, '/');
	}
	buf_add_text(&out, path);
	return buf_take(&out);
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

static bool is_name(const char *value)
{
	return !value[strspn(value, LETTERS DIGITS "._-")];
}

/*
 * Long, of nothing but letters and digits: as keys and passwords are made, and as nobody names a
 * variable or a file. An AWS key id, 32 and more with a digit among them, or 16 with both cases.
 */
static bool looks_like_secret(const char *value, const char *others)
{
	bool digit = strpbrk(value, DIGITS), upper = false, lower = false;
	size_t len = strlen(value);

	for (size_t i = 0; i < len; i++) {
		upper |= value[i] >= 'A' && value[i] <= 'Z';
		lower |= value[i] >= 'a' && value[i] <= 'z';
		if (!strchr(LETTERS DIGITS, value[i]) && !strchr(others, value[i]))
			return false;
	}
	if (len == 20 && !lower && (!strncmp(value, "AKIA", 4) || !strncmp(value, "ASIA", 4)))
		return true;
	return digit && (upper || lower) && (len >= 32 || (len >= 16 && upper && lower));
}

/* Who writes a secret itself in the place of its name must not find it in a log. */
static enum result check_indirect(struct conf_parser *p, size_t key, const char *value)
{
	enum conf_type type = conf_rule(key)->type;
	const char *name = conf_key_at(key)->name;

	if (type == CONF_VARIABLE) {
		if (value[strspn(value, LETTERS DIGITS "_")] || strchr(DIGITS, *value))
			return conf_fail(p,
					 "%s: write the name of an environment variable (letters, "
					 "digits, _), not what it holds",
					 name);
		if (looks_like_secret(value, ""))
			return conf_fail(
			    p,
			    "%s: this looks like a secret itself: write the name of the "
			    "environment variable that holds it",
			    name);
	}
	if ((type == CONF_FILE || type == CONF_SECRET) && strstr(value, "://"))
		return conf_fail(p, "%s: write the path of a file, not a URI", name);
	/* AWS's secrets are 40 long, and may have slashes */
	if (type == CONF_SECRET && *value != '/' &&
	    looks_like_secret(value, strlen(value) == 40 ? "+/=" : "+="))
		return conf_fail(
		    p,
		    "%s: this looks like a secret itself: write the path of the file that "
		    "holds it (./NAME, if it is one)",
		    name);
	return RESULT_OK;
}

/* No error shows a URL, which may have a password in it. */
static const char *shown(const char *value)
{
	return strchr(value, '@') || strstr(value, "://") ? "..." : value;
}

static enum result check_text(struct conf_parser *p, size_t key, const char *value)
{
	const struct conf_rule *rule = conf_rule(key);
	const char *name = conf_key_at(key)->name, *why = NULL;
	size_t len = strlen(value);

	if (check_indirect(p, key, value) != RESULT_OK)
		return RESULT_INVALID;
	if (rule->type == CONF_CHOICE)
		return conf_has_word(rule->choices, value)
			   ? RESULT_OK
			   : conf_fail(p, "%s = %s: this version knows: %s", name, shown(value),
				       rule->choices);
	if ((int64_t)len < rule->low || (int64_t)len > rule->high)
		return conf_fail(p, "%s: %" PRId64 " to %" PRId64 " bytes are allowed, not %zu",
				 name, rule->low, rule->high, len);
	if (rule->type == CONF_NAME && !is_name(value))
		return conf_fail(p, "%s = %s: letters, digits, '.', '_' and '-' are allowed", name,
				 shown(value));
	if (rule->type == CONF_URL && !url_is_valid(value, &why))
		return conf_fail(p, "%s: write %s", name, why);
	if (rule->type == CONF_URL && rule->choices && !url_is_host(value))
		return conf_fail(p, "%s: write the host and perhaps the port, without a path",
				 name);
	return RESULT_OK;
}

/* "https://h" of "https://h/", "a/b/" of "a/b". */
static char *with_slash(const char *value, bool slash)
{
	struct buf out = BUF_INIT;
	size_t len = strlen(value);
	bool has = len && value[len - 1] == '/';

	buf_add(&out, value, has && !slash ? len - 1 : len);
	if (slash && len && !has)
		buf_add_char(&out, '/');
	return buf_take(&out);
}

static enum result set_text(struct conf_parser *p, size_t key, const char *value)
{
	const struct conf_rule *rule = conf_rule(key);
	char **field = conf_field(p->conf, key);

	if (check_text(p, key, value) != RESULT_OK)
		return RESULT_INVALID;
	free(*field);
	if (rule->type == CONF_FILE || rule->type == CONF_SECRET)
		*field = absolute(p->folder, value);
	else if (rule->type == CONF_PREFIX || (rule->type == CONF_URL && rule->choices))
		*field = with_slash(value, rule->type == CONF_PREFIX);
	else
		*field = strdup(value);
	return *field ? RESULT_OK : conf_no_memory(p);
}

static enum result set_flag(struct conf_parser *p, size_t key, const char *value)
{
	const char *choices = conf_rule(key)->choices;

	if (!conf_has_word(choices, value))
		return conf_fail(p, "%s = %s: write one of: %s", conf_key_at(key)->name,
				 shown(value), choices);
	*(bool *)conf_field(p->conf, key) = !strcmp(value, strchr(choices, ' ') + 1);
	return RESULT_OK;
}

/* "Production" or "prod" would quietly be a mock run on the real campus. */
static enum result check_environment(struct conf_parser *p)
{
	const char *value = p->conf->environment;

	if (strcmp(value, "production") &&
	    (!strncasecmp(value, "prod", 4) || !strcasecmp(value, "live")))
		return conf_fail(p, "environment = %s: the real thing is written \"production\"",
				 value);
	return RESULT_OK;
}

static enum result set_number(struct conf_parser *p, size_t key, const char *value)
{
	const struct conf_rule *rule = conf_rule(key);
	const char *why = NULL;
	int64_t number = 0;
	bool ok;

	if (rule->type == CONF_DURATION)
		ok = value_duration(value, &number, &why);
	else if (rule->type == CONF_SIZE)
		ok = value_size(value, &number, &why);
	else
		ok = value_number(value, &number, &why);
	if (!ok)
		return conf_fail(p, "%s = %s: write %s", conf_key_at(key)->name, value, why);
	if (number < rule->low || number > rule->high)
		return conf_fail(p, "%s = %s is out of range: %s", conf_key_at(key)->name, value,
				 conf_key_at(key)->help);
	*(int64_t *)conf_field(p->conf, key) = number;
	return RESULT_OK;
}

enum result conf_add_paths(struct conf_parser *p, const char *value)
{
	struct conf *conf = p->conf;
	size_t from = conf->path_count;
	const char *why = NULL;
	enum result st = value_words(value, &conf->paths, &conf->path_count, &why);

	if (st == RESULT_INVALID)
		return conf_fail(p, "path: write %s (a ';' behind a blank begins a comment)", why);
	for (size_t i = from; st == RESULT_OK && i < conf->path_count; i++) {
		char *full = absolute(p->folder, conf->paths[i]);

		if (!full)
			return conf_no_memory(p);
		free(conf->paths[i]);
		conf->paths[i] = full;
	}
	return st == RESULT_OK ? st : conf_no_memory(p);
}

enum result conf_set(struct conf_parser *p, size_t key, const char *value)
{
	enum result st;

	switch (conf_rule(key)->type) {
	case CONF_NUMBER:
	case CONF_DURATION:
	case CONF_SIZE:
		return set_number(p, key, value);
	case CONF_PATHS:
		return conf_add_paths(p, value);
	case CONF_FLAG:
		return set_flag(p, key, value);
	default:
		st = set_text(p, key, value);
		if (st == RESULT_OK && conf_rule(key)->field == offsetof(struct conf, environment))
			st = check_environment(p);
		return st;
	}
}
