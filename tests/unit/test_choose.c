/* Which branch's text is migrated: the table of design 4, cell by cell. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "src/migrate/choose.h"

#define BOTH (IN_PUBLISHED | IN_DRAFT)

static const struct {
	enum version_state published, draft;
	bool same;
	unsigned branch;
	bool differs;
} cells[] = {
	{VERSION_TEXT, VERSION_NONE, false, IN_PUBLISHED, false},
	{VERSION_NONE, VERSION_TEXT, false, IN_DRAFT, false},
	{VERSION_BROKEN, VERSION_NONE, false, IN_PUBLISHED, false},
	{VERSION_NONE, VERSION_BROKEN, false, IN_DRAFT, false},
	{VERSION_NONE, VERSION_EMPTY, false, IN_DRAFT, false},
	{VERSION_TEXT, VERSION_TEXT, true, BOTH, false},
	{VERSION_TEXT, VERSION_TEXT, false, IN_PUBLISHED, true},
	{VERSION_TEXT, VERSION_BROKEN, false, IN_PUBLISHED, true},
	{VERSION_TEXT, VERSION_EMPTY, false, IN_PUBLISHED, true},
	{VERSION_BROKEN, VERSION_TEXT, false, IN_PUBLISHED, false},
	{VERSION_BROKEN, VERSION_EMPTY, false, IN_PUBLISHED, false},
	{VERSION_BROKEN, VERSION_BROKEN, false, IN_PUBLISHED, false},
	{VERSION_EMPTY, VERSION_TEXT, false, IN_DRAFT, false},
	{VERSION_EMPTY, VERSION_EMPTY, false, BOTH, false},
	{VERSION_EMPTY, VERSION_BROKEN, false, IN_PUBLISHED, true},
};

static void choose_branch_follows_every_cell(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++) {
		bool differs = !cells[i].differs;

		assert_int_equal(choose_branch(cells[i].published, cells[i].draft, cells[i].same, &differs),
				 cells[i].branch);
		assert_int_equal(differs, cells[i].differs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(choose_branch_follows_every_cell)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
