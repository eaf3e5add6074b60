#include "config.h"

#include "src/flag/flag.h"

#include <stdio.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/flag/flag_kinds.h"

static const struct {
	const char *kind;
	enum result (*open)(struct flag **out, const struct conf *conf, struct http *http,
			    struct error *err);
} kinds[] = {
	{"sqlite", flag_sqlite_open},
	{"admin", flag_admin_open},
	{"command", flag_command_open},
};

enum flag_value flag_effective(const struct flag_state *state)
{
	if (state->global != FLAG_ON)
		return state->global;
	if (state->for_all)
		return FLAG_ON;
	return state->own;
}

const char *flag_value_name(enum flag_value value)
{
	static const char *const names[] = {
		[FLAG_UNKNOWN] = "unknown", [FLAG_OFF] = "off", [FLAG_ON] = "on"};

	return names[value];
}

const char *flag_own_name(const struct flag_state *state)
{
	if (state->own != FLAG_UNKNOWN && !state->has_row)
		return "none";
	return flag_value_name(state->own);
}

/* ---- calls --------------------------------------------------------------------------------*/

/* Of several at a time the first is told; true: this is it. */
static bool begin(struct flag *flag)
{
	int64_t none = 0;

	return atomic_compare_exchange_strong(&flag->since, &none, clock_now(clock_system()) + 1);
}

static void end(struct flag *flag, bool first)
{
	if (first)
		atomic_store(&flag->since, 0);
}

enum result flag_show(struct flag *flag, const char *const *courses, size_t count,
		      struct flag_state *out, struct error *err)
{
	bool first = begin(flag);
	enum result st = flag->ops->show(flag, courses, count, out, err);

	end(flag, first);
	return st;
}

enum result flag_set(struct flag *flag, const char *course, bool on, struct error *err)
{
	bool first = begin(flag);
	enum result st = flag->ops->set(flag, course, on, err);

	end(flag, first);
	return st;
}

int64_t flag_waits(const struct flag *flag)
{
	int64_t since = atomic_load(&flag->since);
	int64_t now = clock_now(clock_system()) + 1;

	return since && now > since ? now - since : 0;
}

/* ---- open, close --------------------------------------------------------------------------*/

static void name_it(struct flag *flag, const struct conf *conf)
{
	const char *where = !strcmp(conf->flag_kind, "sqlite")	? conf->flag_path
			    : !strcmp(conf->flag_kind, "admin") ? conf->flag_url
								: conf->flag_program;

	snprintf(flag->name, sizeof(flag->name), "%s %s", conf->flag_kind, where ? where : "");
}

enum result flag_open(struct flag **out, const struct conf *conf, struct http *http,
		      struct error *err)
{
	enum result st = RESULT_INVALID;

	*out = NULL;
	if (!strcmp(conf->flag_kind, "none"))
		return RESULT_OK;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kinds[i].kind, conf->flag_kind))
			continue;
		st = kinds[i].open(out, conf, http, err);
		if (st == RESULT_OK)
			name_it(*out, conf);
		return st;
	}
	return error_set(err, st, "no flag of kind %s", conf->flag_kind);
}

void flag_free(struct flag *flag)
{
	if (flag)
		flag->ops->free(flag);
}
