/*
 * conf_help.h - configurations in pieces, and those that are refused: what their tests share.
 */
#ifndef SUBFERRY_TESTS_UNIT_CONF_HELP_H
#define SUBFERRY_TESTS_UNIT_CONF_HELP_H

#include "src/base/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#define CAMPUS "[campus]\nname = demo\nenvironment = staging\n"
#define OLX "[source]\nkind = olx\npath = a.tar.gz\n"
#define SPLIT "[source]\nkind = split\nuri_env = MODULESTORE_URI\n"
#define VAL "[val]\nkind = sqlite\npath = val.db\n"
#define STORE "[store]\nkind = directory\npath = store\n"

static struct conf *parse(const char *text)
{
	struct conf *conf = NULL;
	struct error err = {0};

	if (conf_parse(&conf, text, "x.conf", "/etc/sf", &err) != RESULT_OK)
		fail_msg("%s", err.text);
	return conf;
}

/* What is wrong, and how the error begins and what it mentions. */
struct mistake {
	const char *text, *begins, *mentions;
};

/* It is refused as it says; @err has the words. */
static void expect_refusal(const struct mistake *bad, struct error *err)
{
	struct conf *conf = NULL;

	*err = (struct error){0};
	if (conf_parse(&conf, bad->text, "x.conf", "/", err) != RESULT_INVALID)
		fail_msg("accepted: %s", bad->text);
	assert_null(conf);
	if (strncmp(err->text, bad->begins, strlen(bad->begins)) ||
	    !strstr(err->text, bad->mentions))
		fail_msg("\"%s\" instead of \"%s... %s\" of: %s", err->text, bad->begins,
			 bad->mentions, bad->text);
}

#endif
