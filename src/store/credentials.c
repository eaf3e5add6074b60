#include "config.h"

#include "src/store/credentials.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "src/base/secret.h"

#define LONGEST_NAME 256 /* of an environment variable */

/* ---- values -------------------------------------------------------------------------------*/

/* A value travels in a header: anything but printable ASCII would be a mistake, or an attack. */
static bool is_value(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] >= 0x7f)
			return false;
	return len > 0;
}

static enum result keep(char **out, const char *text, size_t len, struct error *err)
{
	*out = strndup(text, len);
	return *out ? RESULT_OK : error_set(err, RESULT_NOMEM, "credentials: out of memory");
}

/* ---- the environment ----------------------------------------------------------------------*/

static enum result read_variable(const char *prefix, const char *rest, bool required, char **out,
				 struct error *err)
{
	char name[LONGEST_NAME];
	const char *value;

	if ((size_t)snprintf(name, sizeof(name), "%s%s", prefix, rest) >= sizeof(name))
		return error_set(err, RESULT_INVALID, "credentials_env: the name is too long");
	value = getenv(name);
	if (!value && required)
		return error_set(err, RESULT_MISSING,
				 "credentials: there is no environment variable %s", name);
	if (!value || (!*value && !required))
		value = "";
	else if (!is_value(value, strlen(value)))
		return error_set(err, RESULT_INVALID, "credentials: the environment variable %s %s",
				 name, *value ? "has a blank or a control character" : "is empty");
	return keep(out, value, strlen(value), err);
}

static enum result read_environment(struct credentials *out, const char *prefix, struct error *err)
{
	enum result st = read_variable(prefix, "_ACCESS_KEY_ID", true, &out->key, err);

	if (st == RESULT_OK)
		st = read_variable(prefix, "_SECRET_ACCESS_KEY", true, &out->secret, err);
	if (st == RESULT_OK)
		st = read_variable(prefix, "_SESSION_TOKEN", false, &out->token, err);
	return st;
}

/* ---- a file -------------------------------------------------------------------------------*/

struct line {
	const char *name, *value; /* name = value, or [name] with no value */
	size_t name_len, value_len;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void trim(const char **text, size_t *len)
{
	while (*len && is_blank(**text)) {
		(*text)++;
		(*len)--;
	}
	while (*len && is_blank((*text)[*len - 1]))
		(*len)--;
}

/* Takes @text, one line, apart; false for empty ones, comments, and what is neither form. */
static bool take_line(const char *text, size_t len, struct line *line)
{
	const char *equals;

	memset(line, 0, sizeof(*line));
	trim(&text, &len);
	if (!len || *text == '#' || *text == ';')
		return false;
	if (*text == '[') {
		if (text[len - 1] != ']' || len < 2)
			return false;
		line->name = text + 1;
		line->name_len = len - 2;
		trim(&line->name, &line->name_len);
		return true;
	}
	equals = memchr(text, '=', len);
	if (!equals)
		return false;
	line->name = text;
	line->name_len = (size_t)(equals - text);
	line->value = equals + 1;
	line->value_len = len - line->name_len - 1;
	trim(&line->name, &line->name_len);
	trim(&line->value, &line->value_len);
	return true;
}

static bool is_name(const struct line *line, const char *name)
{
	return strlen(name) == line->name_len && !strncasecmp(line->name, name, line->name_len);
}

struct place {
	const char *file, *profile; /* for errors */
	struct error *err;
};

/* One line of the profile. */
static enum result take_value(struct credentials *out, const struct line *line,
			      const struct place *at)
{
	char **field = is_name(line, "aws_access_key_id")	? &out->key
		       : is_name(line, "aws_secret_access_key") ? &out->secret
		       : is_name(line, "aws_session_token")	? &out->token
								: NULL;

	if (!field)
		return RESULT_OK; /* region, output, ...: not ours */
	if (*field)
		return error_set(at->err, RESULT_INVALID,
				 "credentials_file: [%s] of %s has %.*s twice", at->profile,
				 at->file, (int)line->name_len, line->name);
	if (field == &out->token && !line->value_len)
		return RESULT_OK;
	if (!is_value(line->value, line->value_len))
		return error_set(at->err, RESULT_INVALID, "credentials_file: [%s] of %s: %.*s %s",
				 at->profile, at->file, (int)line->name_len, line->name,
				 line->value_len ? "has a blank or a control character"
						 : "is empty");
	return keep(field, line->value, line->value_len, at->err);
}

static enum result take_profile(struct credentials *out, const char *text, const struct place *at)
{
	bool inside = false, seen = false;
	enum result st = RESULT_OK;
	struct line line;

	while (*text && st == RESULT_OK) {
		size_t len = strcspn(text, "\n");

		if (!take_line(text, len, &line)) {
			/* nothing in it */
		} else if (!line.value) {
			inside = strlen(at->profile) == line.name_len &&
				 !memcmp(line.name, at->profile, line.name_len);
			if (inside && seen)
				st = error_set(at->err, RESULT_INVALID,
					       "credentials_file: %s has [%s] twice", at->file,
					       at->profile);
			seen = seen || inside;
		} else if (inside) {
			st = take_value(out, &line, at);
		}
		text += len + (text[len] == '\n');
	}
	if (st == RESULT_OK && !seen)
		st = error_set(at->err, RESULT_MISSING, "credentials_file: %s has no profile [%s]",
			       at->file, at->profile);
	return st;
}

static enum result read_file(struct credentials *out, const char *file, const char *profile,
			     struct error *err)
{
	struct place at = {file, profile, err};
	char *text = NULL;
	enum result st = secret_read(NULL, file, "credentials", &text, err);

	if (st != RESULT_OK)
		return st;
	st = take_profile(out, text, &at);
	secret_free(text);
	if (st == RESULT_OK && (!out->key || !out->secret))
		st = error_set(err, RESULT_INVALID, "credentials_file: [%s] of %s has no %s",
			       profile, file,
			       out->key ? "aws_secret_access_key" : "aws_access_key_id");
	if (st == RESULT_OK && !out->token)
		st = keep(&out->token, "", 0, err);
	return st;
}

/* ---- entrance -----------------------------------------------------------------------------*/

enum result credentials_read(struct credentials *out, const char *env, const char *file,
			     const char *profile, struct error *err)
{
	enum result st;

	memset(out, 0, sizeof(*out));
	if (file && *file)
		st = read_file(out, file, profile && *profile ? profile : "default", err);
	else
		st = read_environment(out, env && *env ? env : "AWS", err);
	if (st != RESULT_OK)
		credentials_clear(out);
	return st;
}

void credentials_clear(struct credentials *credentials)
{
	secret_free(credentials->key);
	secret_free(credentials->secret);
	secret_free(credentials->token);
	memset(credentials, 0, sizeof(*credentials));
}
