/*
 * --completion: the words that the tables know, and which script is made of them.
 */
#include "config.h"

#include "src/cli/complete.h"

#include <string.h>

#include "src/base/finding.h"
#include "src/cli/out.h"
#include "src/status/fields.h"

static void add_filter(struct buf *out, const struct filter_language *language)
{
	for (size_t i = 0; i < language->count; i++)
		buf_printf(out, " %s:", language->fields[i].name);
}

void completion_words(enum cli_value value, struct buf *out)
{
	switch (value) {
	case VALUE_FINDING:
		for (int i = 0; i < FINDING_COUNT; i++)
			buf_printf(out, " %s", finding_info((enum finding_code)i)->name);
		break;
	case VALUE_LEVEL:
		for (int i = LEVEL_NONE + 1; i < VERIFY_LEVELS; i++)
			buf_printf(out, " %s", verify_level_name((enum verify_level)i));
		break;
	case VALUE_STATUS:
		for (int i = 0; i < COURSE_STATUS_COUNT; i++)
			buf_printf(out, " %s", course_status_name((enum course_status)i));
		break;
	case VALUE_SORT:
		for (int i = 0; i < SORT_COUNT; i++)
			buf_printf(out, " %s %s,desc", cli_sorts[i], cli_sorts[i]);
		break;
	case VALUE_FINDING_FILTER:
		add_filter(out, &finding_fields);
		break;
	case VALUE_COURSE_FILTER:
		add_filter(out, &course_fields);
		break;
	case VALUE_FLAG:
		buf_add_text(out, " show board on off");
		break;
	case VALUE_TEXT:
	case VALUE_FILE:
	case VALUE_COURSE:
	case VALUE_ITEM:
	case VALUE_RUN:
	case VALUE_COUNT:
		break;
	}
}

bool completion_print(const char *shell)
{
	struct buf script = BUF_INIT;

	if (!strcmp(shell, "bash"))
		completion_bash(&script);
	else if (!strcmp(shell, "zsh"))
		completion_zsh(&script);
	else
		return false;
	/* the tables are ours, and a script has lines: nothing here is to be made harmless */
	if (script.failed)
		out_note("out of memory");
	else
		out_bytes(script.data, script.len);
	buf_clear(&script);
	return true;
}
