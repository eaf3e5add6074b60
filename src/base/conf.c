#include "config.h"

#include "src/base/conf.h"

#include <ini.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/conf_check.h"
#include "src/base/conf_keys.h"
#include "src/base/conf_value.h"
#include "src/base/text.h"
#include "src/base/url.h"

#define CONF_FILE_MAX                                                                              \
	(1 << 20) /* far above any real file; keeps a mistaken -c from eating memory */
#define CONF_LINE_MAX 8192

struct parser {
	struct conf *conf;
	const char *folder;
	const char *next;		     /* the text not yet handed to inih */
	unsigned long line;		     /* the one handed over last, from 1 */
	unsigned long first[CONF_KEY_COUNT]; /* line of each key, 0: not yet seen */
	int current;			     /* key of the line above, for continuations; -1 none */
	bool indented;			     /* the line begins with a blank */
	bool stopped; /* @err is filled: the reader hands over nothing more */
	struct error *err;
};

static const struct conf_key *key_at(size_t key)
{
	size_t count;

	return &conf_keys(&count)[key];
}

static void *field_of(struct conf *conf, size_t key)
{
	return (char *)conf + conf_rule(key)->field;
}

void conf_free(struct conf *conf)
{
	if (!conf)
		return;
	for (size_t i = 0; i < CONF_KEY_COUNT; i++)
		if (conf_is_text(i))
			free(*(char **)field_of(conf, i));
	for (size_t i = 0; i < conf->path_count; i++)
		free(conf->paths[i]);
	free(conf->paths);
	free(conf->file);
	free(conf);
}

static enum result SF_PRINTF(2, 3) fail(struct parser *p, const char *fmt, ...)
{
	struct error inner;
	va_list args;

	p->stopped = true;
	va_start(args, fmt);
	vsnprintf(inner.text, sizeof(inner.text), fmt, args);
	va_end(args);
	return error_set(p->err, RESULT_INVALID, "%s:%lu: %s", p->conf->file, p->line, inner.text);
}

static enum result no_memory(struct parser *p)
{
	p->stopped = true;
	return error_set(p->err, RESULT_NOMEM, "cannot read %s: out of memory", p->conf->file);
}

/* ---- lines: what inih would take wrongly or cut in silence is refused before it sees it ----*/

static void check_section_line(struct parser *p, const char *line, size_t len)
{
	const char *end = memchr(line, ']', len);

	if (!end) {
		fail(p, "the section's ] is missing");
		return;
	}
	for (end++; end < line + len && (*end == ' ' || *end == '\t' || *end == '\r'); end++)
		;
	if (end < line + len && *end != ';' && *end != '#')
		fail(p, "text behind the section's ]: give each key a line of its own");
}

static void check_line(struct parser *p, const char *line, size_t len, size_t room)
{
	size_t blanks = 0;

	if (len >= room) {
		fail(p, "the line is longer than %zu bytes", room - 1);
		return;
	}
	if (!text_is_utf8(line, len)) {
		fail(p, "the line is not UTF-8");
		return;
	}
	while (blanks < len && (line[blanks] == ' ' || line[blanks] == '\t'))
		blanks++;
	p->indented = blanks > 0;
	if (blanks < len && line[blanks] == '[' && !p->indented)
		check_section_line(p, line + blanks, len - blanks);
}

/* In a continued line inih keeps "; comment" as part of the value: cut it as it does elsewhere. */
static size_t without_comment(const char *line, size_t len)
{
	bool quoted = false;

	for (size_t i = 0; i < len; i++) {
		if (line[i] == '"')
			quoted = !quoted;
		else if (line[i] == ';' && !quoted &&
			 (!i || line[i - 1] == ' ' || line[i - 1] == '\t'))
			return i;
	}
	return len;
}

/* inih's fgets(). */
static char *read_line(char *out, int room, void *arg)
{
	struct parser *p = arg;
	size_t len;

	if (p->stopped || !*p->next)
		return NULL;
	len = strcspn(p->next, "\n");
	p->line++;
	check_line(p, p->next, len, room > 2 ? (size_t)room - 1 : 1);
	if (p->stopped)
		return NULL;
	memcpy(out, p->next, len);
	p->next += len + (p->next[len] == '\n');
	if (p->indented)
		len = without_comment(out, len);
	out[len++] = '\n';
	out[len] = '\0';
	return out;
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
static enum result check_indirect(struct parser *p, size_t key, const char *value)
{
	enum conf_type type = conf_rule(key)->type;
	const char *name = key_at(key)->name;

	if (type == CONF_VARIABLE) {
		if (value[strspn(value, LETTERS DIGITS "_")] || strchr(DIGITS, *value))
			return fail(p,
				    "%s: write the name of an environment variable (letters, "
				    "digits, _), not what it holds",
				    name);
		if (looks_like_secret(value, ""))
			return fail(p,
				    "%s: this looks like a secret itself: write the name of the "
				    "environment variable that holds it",
				    name);
	}
	if ((type == CONF_FILE || type == CONF_SECRET) && strstr(value, "://"))
		return fail(p, "%s: write the path of a file, not a URI", name);
	/* AWS's secrets are 40 long, and may have slashes */
	if (type == CONF_SECRET && *value != '/' &&
	    looks_like_secret(value, strlen(value) == 40 ? "+/=" : "+="))
		return fail(p,
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

static enum result check_text(struct parser *p, size_t key, const char *value)
{
	const struct conf_rule *rule = conf_rule(key);
	const char *name = key_at(key)->name, *why = NULL;
	size_t len = strlen(value);

	if (check_indirect(p, key, value) != RESULT_OK)
		return RESULT_INVALID;
	if (rule->type == CONF_CHOICE)
		return conf_has_word(rule->choices, value)
			   ? RESULT_OK
			   : fail(p, "%s = %s: this version knows: %s", name, shown(value),
				  rule->choices);
	if ((int64_t)len < rule->low || (int64_t)len > rule->high)
		return fail(p, "%s: %" PRId64 " to %" PRId64 " bytes are allowed, not %zu", name,
			    rule->low, rule->high, len);
	if (rule->type == CONF_NAME && !is_name(value))
		return fail(p, "%s = %s: letters, digits, '.', '_' and '-' are allowed", name,
			    shown(value));
	if (rule->type == CONF_URL && !url_is_valid(value, &why))
		return fail(p, "%s: write %s", name, why);
	if (rule->type == CONF_URL && rule->choices && !url_is_host(value))
		return fail(p, "%s: write the host and perhaps the port, without a path", name);
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

static enum result set_text(struct parser *p, size_t key, const char *value)
{
	const struct conf_rule *rule = conf_rule(key);
	char **field = field_of(p->conf, key);

	if (check_text(p, key, value) != RESULT_OK)
		return RESULT_INVALID;
	free(*field);
	if (rule->type == CONF_FILE || rule->type == CONF_SECRET)
		*field = absolute(p->folder, value);
	else if (rule->type == CONF_PREFIX || (rule->type == CONF_URL && rule->choices))
		*field = with_slash(value, rule->type == CONF_PREFIX);
	else
		*field = strdup(value);
	return *field ? RESULT_OK : no_memory(p);
}

static enum result set_flag(struct parser *p, size_t key, const char *value)
{
	const char *choices = conf_rule(key)->choices;

	if (!conf_has_word(choices, value))
		return fail(p, "%s = %s: write one of: %s", key_at(key)->name, shown(value),
			    choices);
	*(bool *)field_of(p->conf, key) = !strcmp(value, strchr(choices, ' ') + 1);
	return RESULT_OK;
}

/* "Production" or "prod" would quietly be a mock run on the real campus. */
static enum result check_environment(struct parser *p)
{
	const char *value = p->conf->environment;

	if (strcmp(value, "production") &&
	    (!strncasecmp(value, "prod", 4) || !strcasecmp(value, "live")))
		return fail(p, "environment = %s: the real thing is written \"production\"", value);
	return RESULT_OK;
}

static enum result set_number(struct parser *p, size_t key, const char *value)
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
		return fail(p, "%s = %s: write %s", key_at(key)->name, value, why);
	if (number < rule->low || number > rule->high)
		return fail(p, "%s = %s is out of range: %s", key_at(key)->name, value,
			    key_at(key)->help);
	*(int64_t *)field_of(p->conf, key) = number;
	return RESULT_OK;
}

static enum result add_paths(struct parser *p, const char *value)
{
	struct conf *conf = p->conf;
	size_t from = conf->path_count;
	const char *why = NULL;
	enum result st = value_words(value, &conf->paths, &conf->path_count, &why);

	if (st == RESULT_INVALID)
		return fail(p, "path: write %s (a ';' behind a blank begins a comment)", why);
	for (size_t i = from; st == RESULT_OK && i < conf->path_count; i++) {
		char *full = absolute(p->folder, conf->paths[i]);

		if (!full)
			return no_memory(p);
		free(conf->paths[i]);
		conf->paths[i] = full;
	}
	return st == RESULT_OK ? st : no_memory(p);
}

static enum result set_value(struct parser *p, size_t key, const char *value)
{
	enum result st;

	switch (conf_rule(key)->type) {
	case CONF_NUMBER:
	case CONF_DURATION:
	case CONF_SIZE:
		return set_number(p, key, value);
	case CONF_PATHS:
		return add_paths(p, value);
	case CONF_FLAG:
		return set_flag(p, key, value);
	default:
		st = set_text(p, key, value);
		if (st == RESULT_OK && conf_rule(key)->field == offsetof(struct conf, environment))
			st = check_environment(p);
		return st;
	}
}

/* ---- keys ---------------------------------------------------------------------------------*/

static void fail_unknown(struct parser *p, const char *section, const char *name)
{
	struct buf known = BUF_INIT;
	bool has_section = false;

	for (size_t i = 0; i < CONF_KEY_COUNT; i++)
		has_section |= !strcmp(key_at(i)->section, section);
	for (size_t i = 0; i < CONF_KEY_COUNT; i++) {
		if (has_section && !strcmp(key_at(i)->section, section))
			buf_printf(&known, " %s", key_at(i)->name);
		else if (!has_section && (!i || strcmp(key_at(i)->section, key_at(i - 1)->section)))
			buf_printf(&known, " [%s]", key_at(i)->section);
	}
	if (!*section)
		fail(p, "%s stands before the first section; sections are:%s", name,
		     buf_text(&known));
	else if (!has_section)
		fail(p, "this version knows no section [%s]; it knows:%s", section,
		     buf_text(&known));
	else
		fail(p, "this version knows no key \"%s\" in [%s]; it knows:%s", name, section,
		     buf_text(&known));
	buf_clear(&known);
}

/* An indented line goes on with the value above; only a list of paths has any use for that. */
static void continue_value(struct parser *p, const char *section, const char *value)
{
	size_t len = strcspn(value, " \t=:");

	if (conf_find_key(section, value, len) >= 0 &&
	    value[len + strspn(value + len, " \t")] == '=')
		fail(p,
		     "%.*s is indented, so it would belong to the value above: begin it at the "
		     "margin",
		     (int)len, value);
	else if (p->current < 0 || conf_rule((size_t)p->current)->type != CONF_PATHS)
		fail(p, "an indented line continues the value above: only [source] path may have "
			"several");
	else
		add_paths(p, value);
}

/* inih's handler; 1 lets it go on. Continued lines come with the name of the first. */
static int take_pair(void *arg, const char *section, const char *name, const char *value)
{
	struct parser *p = arg;
	int key = conf_find_key(section, name, strlen(name));

	if (p->stopped)
		return 1;
	if (p->indented && p->current >= 0 && key == p->current) {
		continue_value(p, section, value);
		return 1;
	}
	p->current = key;
	if (key < 0)
		fail_unknown(p, section, name);
	else if (p->first[key])
		fail(p, "%s is given twice, first on line %lu", name, p->first[key]);
	else
		set_value(p, (size_t)key, value);
	if (key >= 0)
		p->first[key] = p->line;
	return 1;
}

/* ---- defaults -----------------------------------------------------------------------------*/

static enum result set_operator(struct parser *p)
{
	static const char *const names[] = {"SUDO_USER", "USER"};
	const struct passwd *user;
	char uid[32];

	for (size_t i = 0; i < 2; i++) {
		const char *value = getenv(names[i]);

		if (value && *value && strlen(value) < 64 && text_is_utf8(value, strlen(value))) {
			p->conf->operator_name = strdup(value);
			return p->conf->operator_name ? RESULT_OK : no_memory(p);
		}
	}
	snprintf(uid, sizeof(uid), "uid %lu", (unsigned long)getuid());
	user = getpwuid(getuid());
	p->conf->operator_name = strdup(user && *user->pw_name ? user->pw_name : uid);
	return p->conf->operator_name ? RESULT_OK : no_memory(p);
}

static enum result set_copy(struct parser *p, size_t key, const char *value)
{
	char **field = field_of(p->conf, key);

	*field = strdup(value);
	return *field ? RESULT_OK : no_memory(p);
}

/* Numbers are 0 and lists empty from the start. */
static enum result set_nothing(struct parser *p, size_t key)
{
	return conf_is_text(key) ? set_copy(p, key, "") : RESULT_OK;
}

/* What has a default only beside another key, or one that stands in words in the table. */
static bool has_no_default(const struct parser *p, size_t key)
{
	size_t field = conf_rule(key)->field;
	bool from_file = p->conf->credentials_file && *p->conf->credentials_file;

	if (field == offsetof(struct conf, credentials_env))
		return from_file;
	if (field == offsetof(struct conf, credentials_profile))
		return !from_file;
	return !*key_at(key)->fallback || conf_rule(key)->type == CONF_URL;
}

static enum result fill_defaults(struct parser *p)
{
	enum result st = RESULT_OK;

	for (size_t i = 0; i < CONF_KEY_COUNT && st == RESULT_OK; i++) {
		if (p->first[i])
			continue;
		if (!conf_is_for_kind(p->conf, i))
			st = set_nothing(p, i);
		else if (key_at(i)->required)
			st = error_set(p->err, RESULT_INVALID, "%s: [%s] %s is missing (%s): %s",
				       p->conf->file, key_at(i)->section, key_at(i)->name,
				       key_at(i)->type, key_at(i)->help);
		else if (conf_rule(i)->field == offsetof(struct conf, operator_name))
			st = set_operator(p);
		else if (conf_rule(i)->field == offsetof(struct conf, contentstore_database))
			st = set_copy(p, i, p->conf->database);
		else if (has_no_default(p, i))
			st = set_nothing(p, i);
		else
			st = set_value(p, i, key_at(i)->fallback);
	}
	return st;
}

/* ---- entrance -----------------------------------------------------------------------------*/

static enum result parse(struct parser *p)
{
	enum result st;
	int rc;

#if defined(HAVE_DECL_INI_MAX_LINE) && HAVE_DECL_INI_MAX_LINE
	ini_max_line = CONF_LINE_MAX;
#endif
	if (!strncmp(p->next, "\xEF\xBB\xBF", 3))
		p->next += 3;
	rc = ini_parse_stream(read_line, p, take_pair, p);
	/* inih goes on behind its own errors, so ours may come from a later line; the first one
	   counts. One call of the reader is one line, so inih's number is ours. */
	if (p->stopped && (rc <= 0 || (unsigned long)rc >= p->line))
		return p->err->result;
	if (rc) {
		p->line = rc > 0 ? (unsigned long)rc : p->line;
		return fail(p, "neither \"[section]\" nor \"key = value\" nor a comment");
	}
	if (conf_check_kinds(p->conf, p->first, p->err) != RESULT_OK)
		return RESULT_INVALID;
	st = fill_defaults(p);
	return st == RESULT_OK ? conf_check_parts(p->conf, p->first, p->err) : st;
}

enum result conf_parse(struct conf **out, const char *text, const char *file, const char *folder,
		       struct error *err)
{
	struct error local;
	struct parser p = {
	    .folder = folder, .next = text, .current = -1, .err = err ? err : &local};
	enum result st = RESULT_NOMEM;

	*out = NULL;
	p.conf = calloc(1, sizeof(*p.conf));
	if (!p.conf || !(p.conf->file = strdup(file))) {
		error_set(err, st, "cannot read %s: out of memory", file);
		goto out;
	}
	st = parse(&p);
	if (st != RESULT_OK)
		goto out;
	*out = p.conf;
	p.conf = NULL;
out:
	conf_free(p.conf);
	return st;
}
