/*
 * The flag behind an operator's own program: it is given show, on or off, and the key of a course.
 */
#include "config.h"

#include "src/flag/flag_kinds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/conf_keys.h"
#include "src/base/patience.h"
#include "src/base/text.h"
#include "src/flag/program.h"

struct flag_command {
	struct flag base;
	char *program;
	char **env; /* ended by NULL */
	int64_t timeout;
};

static struct flag_command *self_of(struct flag *flag)
{
	return (struct flag_command *)flag; /* @base is the first member */
}

/* ---- its environment: ours, without what the configuration calls secret -------------------*/

/* @entry is "NAME=value" of a variable called @name, or @name and what credentials_env adds. */
static bool is_entry_of(const char *entry, const char *name)
{
	static const char *const ends[] = {"=", "_ACCESS_KEY_ID=", "_SECRET_ACCESS_KEY=",
					   "_SESSION_TOKEN="};
	size_t len = strlen(name);

	if (!len || strncmp(entry, name, len))
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (!strncmp(entry + len, ends[i], strlen(ends[i])))
			return true;
	return false;
}

static bool is_secret(const struct conf *conf, const char *entry)
{
	size_t count;

	conf_keys(&count);
	for (size_t i = 0; i < count; i++) {
		const struct conf_rule *rule = conf_rule(i);

		if (rule->type == CONF_VARIABLE &&
		    is_entry_of(entry, *(char *const *)((const char *)conf + rule->field)))
			return true;
	}
	return false;
}

static bool copy_environment(struct flag_command *self, const struct conf *conf)
{
	size_t count = 0, kept = 0;

	while (environ && environ[count])
		count++;
	self->env = calloc(count + 1, sizeof(*self->env));
	for (size_t i = 0; self->env && i < count; i++) {
		if (is_secret(conf, environ[i]))
			continue;
		self->env[kept] = strdup(environ[i]);
		if (!self->env[kept++])
			return false;
	}
	return self->env;
}

/* ---- its words ----------------------------------------------------------------------------*/

static bool is_space(char c)
{
	return c && strchr(" \t\r\n", c);
}

/* All it said, on one harmless line; "" if nothing. The caller frees; NULL without memory. */
static char *words_of(const struct program_end *end)
{
	struct buf line = BUF_INIT;

	for (size_t i = 0; i < end->words_len;) {
		size_t from = i;

		while (i < end->words_len && !is_space(end->words[i]))
			i++;
		if (i > from) {
			buf_add_text(&line, line.len ? " " : "");
			text_add_safe(&line, end->words + from, i - from);
		}
		while (i < end->words_len && is_space(end->words[i]))
			i++;
	}
	if (!line.len && !line.failed)
		return strdup("");
	return buf_take(&line);
}

/* "@first exit status 3: what it said", cut on a character. */
static void tell_end(const struct flag_command *self, const struct program_end *end,
		     const char *first, char *out, size_t size)
{
	char *words = words_of(end);
	char how[64], *all = NULL;

	if (end->given_up)
		snprintf(how, sizeof(how), "given up before it was done, so it was stopped");
	else if (end->timed_out)
		snprintf(how, sizeof(how), "not done within %g s, so it was stopped",
			 (double)self->timeout / 1000);
	else if (end->signal)
		snprintf(how, sizeof(how), "ended by signal %d", end->signal);
	else if (end->status >= 0)
		snprintf(how, sizeof(how), "exit status %d", end->status);
	else
		snprintf(how, sizeof(how), "nobody can tell how it ended");
	if (asprintf(&all, "%s%s%s%s", first, how, words && *words ? ": " : "",
		     words ? words : "") < 0)
		all = NULL;
	text_safe_to(out, size, all ? all : how);
	free(all);
	free(words);
}

static enum flag_value read_answer(const struct program_end *end)
{
	size_t from = 0, to;

	while (from < end->answer_len && strchr(" \t", end->answer[from]) && end->answer[from])
		from++;
	for (to = from; to < end->answer_len && !is_space(end->answer[to]);)
		to++;
	if (to - from == 2 && !memcmp(end->answer + from, "on", 2))
		return FLAG_ON;
	if (to - from == 3 && !memcmp(end->answer + from, "off", 3))
		return FLAG_OFF;
	return FLAG_UNKNOWN;
}

/* ---- the calls ----------------------------------------------------------------------------*/

static enum result call(struct flag_command *self, const char *verb, const char *course,
			struct program_end *end, struct error *err)
{
	/* exec does not write to them, whatever its prototype says */
	char *const argv[] = {self->program, (char *)verb, (char *)course, NULL};

	return program_run(argv, self->env, self->timeout, end, err);
}

static bool has_ended_well(const struct program_end *end)
{
	return !end->timed_out && !end->given_up && !end->status;
}

static void take_state(const struct flag_command *self, const struct program_end *end,
		       struct flag_state *state)
{
	bool well = has_ended_well(end);

	if (well)
		state->effective = read_answer(end);
	if (state->effective == FLAG_UNKNOWN)
		tell_end(self, end, well ? "neither on nor off, " : "", state->note,
			 sizeof(state->note));
}

/* Whoever hangs is not asked again for each of many courses: those behind are not known. */
static void leave_out(const char *hung, struct flag_state *out, size_t count)
{
	char note[sizeof(out->note)];

	snprintf(note, sizeof(note), "not asked, after no answer for %.100s", hung);
	for (size_t i = 0; i < count; i++) {
		memset(&out[i], 0, sizeof(out[i]));
		out[i].silent = true;
		text_safe_to(out[i].note, sizeof(out[i].note), note);
	}
}

static enum result command_show(struct flag *flag, const char *const *courses, size_t count,
				struct flag_state *out, struct error *err)
{
	struct flag_command *self = self_of(flag);
	struct program_end end;

	for (size_t i = 0; i < count; i++) {
		enum result st;

		/* whose row it is, and since when, it does not tell */
		memset(&out[i], 0, sizeof(out[i]));
		st = patience_over() ? error_set(err, RESULT_CANCELED, "given up")
				     : call(self, "show", courses[i], &end, err);
		if (st == RESULT_OK && end.given_up)
			st = error_set(err, RESULT_CANCELED, "%s: given up", self->program);
		if (st != RESULT_OK)
			return st;
		take_state(self, &end, &out[i]);
		out[i].silent = end.timed_out;
		if (end.timed_out) {
			leave_out(courses[i], out + i + 1, count - i - 1);
			break;
		}
	}
	return RESULT_OK;
}

static enum result command_set(struct flag *flag, const char *course, bool on, struct error *err)
{
	struct flag_command *self = self_of(flag);
	struct program_end end;
	char said[400];
	enum result st = call(self, on ? "on" : "off", course, &end, err);

	if (st != RESULT_OK || has_ended_well(&end))
		return st;
	tell_end(self, &end, "", said, sizeof(said));
	return error_set(err,
			 !end.timed_out && !end.given_up && end.status == 1 ? RESULT_REFUSED : RESULT_UNKNOWN,
			 "%s: %s", self->program, said);
}

/* It is not started: what it would do without a course only its author knows. */
static enum result command_probe(struct flag *flag, struct error *err)
{
	const char *program = self_of(flag)->program;
	struct stat info;

	if (stat(program, &info))
		return error_set(err, errno == ENOENT ? RESULT_MISSING : RESULT_REFUSED, "%s: %s",
				 program, strerror(errno));
	if (!S_ISREG(info.st_mode))
		return error_set(err, RESULT_INVALID, "%s: no plain file", program);
	if (access(program, X_OK))
		return error_set(err, RESULT_REFUSED, "%s cannot be executed: %s", program,
				 strerror(errno));
	return RESULT_OK;
}

static void command_free(struct flag *flag)
{
	struct flag_command *self = self_of(flag);

	for (size_t i = 0; self->env && self->env[i]; i++)
		free(self->env[i]);
	free(self->env);
	free(self->program);
	free(self);
}

static const struct flag_ops command_ops = {
	.kind = "command",
	.show = command_show,
	.set = command_set,
	.probe = command_probe,
	.free = command_free,
};

enum result flag_command_open(struct flag **out, const struct conf *conf, struct http *http,
			      struct error *err)
{
	struct flag_command *self = calloc(1, sizeof(*self));

	(void)http;
	*out = NULL;
	if (!self)
		return error_set(err, RESULT_NOMEM, "no memory for the flag");
	self->base.ops = &command_ops;
	self->timeout = conf->flag_timeout;
	self->program = strdup(conf->flag_program);
	if (!self->program || !copy_environment(self, conf)) {
		command_free(&self->base);
		return error_set(err, RESULT_NOMEM, "no memory for the flag");
	}
	*out = &self->base;
	return RESULT_OK;
}
