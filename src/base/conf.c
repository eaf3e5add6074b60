#include "config.h"

#include "src/base/conf.h"

#include <ini.h>
#include <limits.h>
#include <pwd.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/buf.h"
#include "src/base/conf_check.h"
#include "src/base/conf_keys.h"
#include "src/base/conf_set.h"
#include "src/base/text.h"

#define CONF_FILE_MAX                                                                              \
	(1 << 20) /* far above any real file; keeps a mistaken -c from eating memory */
#define CONF_LINE_MAX 8192

void conf_free(struct conf *conf)
{
	if (!conf)
		return;
	for (size_t i = 0; i < CONF_KEY_COUNT; i++)
		if (conf_is_text(i))
			free(*(char **)conf_field(conf, i));
	for (size_t i = 0; i < conf->path_count; i++)
		free(conf->paths[i]);
	free(conf->paths);
	free(conf->file);
	free(conf);
}

bool conf_flips(const struct conf *conf)
{
	return strcmp(conf->flag_kind, "none") != 0 && !strncmp(conf->flag_flip, "auto", 4);
}

/* ---- lines: what inih would take wrongly or cut in silence is refused before it sees it ----*/

static void check_section_line(struct conf_parser *p, const char *line, size_t len)
{
	const char *end = memchr(line, ']', len);

	if (!end) {
		conf_fail(p, "the section's ] is missing");
		return;
	}
	for (end++; end < line + len && (*end == ' ' || *end == '\t' || *end == '\r'); end++)
		;
	if (end < line + len && *end != ';' && *end != '#')
		conf_fail(p, "text behind the section's ]: give each key a line of its own");
}

static void check_line(struct conf_parser *p, const char *line, size_t len, size_t room)
{
	size_t blanks = 0;

	if (len >= room) {
		conf_fail(p, "the line is longer than %zu bytes", room - 1);
		return;
	}
	if (!text_is_utf8(line, len)) {
		conf_fail(p, "the line is not UTF-8");
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
	struct conf_parser *p = arg;
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

/* ---- keys ---------------------------------------------------------------------------------*/

static void fail_unknown(struct conf_parser *p, const char *section, const char *name)
{
	struct buf known = BUF_INIT;
	bool has_section = false;

	for (size_t i = 0; i < CONF_KEY_COUNT; i++)
		has_section |= !strcmp(conf_key_at(i)->section, section);
	for (size_t i = 0; i < CONF_KEY_COUNT; i++) {
		if (has_section && !strcmp(conf_key_at(i)->section, section))
			buf_printf(&known, " %s", conf_key_at(i)->name);
		else if (!has_section &&
			 (!i || strcmp(conf_key_at(i)->section, conf_key_at(i - 1)->section)))
			buf_printf(&known, " [%s]", conf_key_at(i)->section);
	}
	if (!*section)
		conf_fail(p, "%s stands before the first section; sections are:%s", name,
			  buf_text(&known));
	else if (!has_section)
		conf_fail(p, "this version knows no section [%s]; it knows:%s", section,
			  buf_text(&known));
	else
		conf_fail(p, "this version knows no key \"%s\" in [%s]; it knows:%s", name, section,
			  buf_text(&known));
	buf_clear(&known);
}

/* An indented line goes on with the value above; only a list of paths has any use for that. */
static void continue_value(struct conf_parser *p, const char *section, const char *value)
{
	size_t len = strcspn(value, " \t=:");

	if (conf_find_key(section, value, len) >= 0 &&
	    value[len + strspn(value + len, " \t")] == '=')
		conf_fail(
		    p,
		    "%.*s is indented, so it would belong to the value above: begin it at the "
		    "margin",
		    (int)len, value);
	else if (p->current < 0 || conf_rule((size_t)p->current)->type != CONF_PATHS)
		conf_fail(p,
			  "an indented line continues the value above: only [source] path may have "
			  "several");
	else
		conf_add_paths(p, value);
}

/* inih's handler; 1 lets it go on. Continued lines come with the name of the first. */
static int take_pair(void *arg, const char *section, const char *name, const char *value)
{
	struct conf_parser *p = arg;
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
		conf_fail(p, "%s is given twice, first on line %lu", name, p->first[key]);
	else
		conf_set(p, (size_t)key, value);
	if (key >= 0)
		p->first[key] = p->line;
	return 1;
}

/* ---- defaults -----------------------------------------------------------------------------*/

static enum result set_operator(struct conf_parser *p)
{
	static const char *const names[] = {"SUDO_USER", "USER"};
	const struct passwd *user;
	char uid[32];

	for (size_t i = 0; i < 2; i++) {
		const char *value = getenv(names[i]);

		if (value && *value && strlen(value) < 64 && text_is_utf8(value, strlen(value))) {
			p->conf->operator_name = strdup(value);
			return p->conf->operator_name ? RESULT_OK : conf_no_memory(p);
		}
	}
	snprintf(uid, sizeof(uid), "uid %lu", (unsigned long)getuid());
	user = getpwuid(getuid());
	p->conf->operator_name = strdup(user && *user->pw_name ? user->pw_name : uid);
	return p->conf->operator_name ? RESULT_OK : conf_no_memory(p);
}

static enum result set_copy(struct conf_parser *p, size_t key, const char *value)
{
	char **field = conf_field(p->conf, key);

	*field = strdup(value);
	return *field ? RESULT_OK : conf_no_memory(p);
}

/* Numbers are 0 and lists empty from the start. */
static enum result set_nothing(struct conf_parser *p, size_t key)
{
	return conf_is_text(key) ? set_copy(p, key, "") : RESULT_OK;
}

/* What has a default only beside another key, or one that stands in words in the table. */
static bool has_no_default(const struct conf_parser *p, size_t key)
{
	size_t field = conf_rule(key)->field;
	bool from_file = p->conf->credentials_file && *p->conf->credentials_file;

	if (field == offsetof(struct conf, credentials_env))
		return from_file;
	if (field == offsetof(struct conf, credentials_profile))
		return !from_file;
	return !*conf_key_at(key)->fallback || conf_rule(key)->type == CONF_URL;
}

static enum result fill_defaults(struct conf_parser *p)
{
	enum result st = RESULT_OK;

	for (size_t i = 0; i < CONF_KEY_COUNT && st == RESULT_OK; i++) {
		if (p->first[i])
			continue;
		if (!conf_is_for_kind(p->conf, i))
			st = set_nothing(p, i);
		else if (conf_key_at(i)->required)
			st = error_set(p->err, RESULT_INVALID, "%s: [%s] %s is missing (%s): %s",
				       p->conf->file, conf_key_at(i)->section, conf_key_at(i)->name,
				       conf_key_at(i)->type, conf_key_at(i)->help);
		else if (conf_rule(i)->field == offsetof(struct conf, operator_name))
			st = set_operator(p);
		else if (conf_rule(i)->field == offsetof(struct conf, contentstore_database))
			st = set_copy(p, i, p->conf->database);
		else if (has_no_default(p, i))
			st = set_nothing(p, i);
		else
			st = conf_set(p, i, conf_key_at(i)->fallback);
	}
	return st;
}

/* ---- entrance -----------------------------------------------------------------------------*/

static enum result parse(struct conf_parser *p)
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
		return conf_fail(p, "neither \"[section]\" nor \"key = value\" nor a comment");
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
	struct conf_parser p = {
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
