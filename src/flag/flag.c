#include "config.h"

#include "src/flag/flag.h"

#include <string.h>

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

enum result flag_open(struct flag **out, const struct conf *conf, struct http *http,
		      struct error *err)
{
	*out = NULL;
	if (!strcmp(conf->flag_kind, "none"))
		return RESULT_OK;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].kind, conf->flag_kind))
			return kinds[i].open(out, conf, http, err);
	return error_set(err, RESULT_INVALID, "no flag of kind %s", conf->flag_kind);
}

void flag_free(struct flag *flag)
{
	if (flag)
		flag->ops->free(flag);
}
