#include "config.h"

#include "src/base/release.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct {
	const char *release, *named;
	enum release_age age;
} cases[] = {
    {"aspen", "nutmeg", RELEASE_BEFORE},
    {"ginkgo", "hawthorn", RELEASE_BEFORE},
    {"hawthorn", "hawthorn", RELEASE_SINCE},
    {"maple", "nutmeg", RELEASE_BEFORE},
    {"nutmeg", "nutmeg", RELEASE_SINCE},
    {"olive", "nutmeg", RELEASE_SINCE},
    {"ulmo", "nutmeg", RELEASE_SINCE},
    /* as people and branches write them */
    {"Lilac", "nutmeg", RELEASE_BEFORE},
    {"NUTMEG", "nutmeg", RELEASE_SINCE},
    {"lilac.3", "nutmeg", RELEASE_BEFORE},
    {"open-release/lilac.3", "nutmeg", RELEASE_BEFORE},
    {"open-release/Olive.master", "nutmeg", RELEASE_SINCE},
    {"release/teak.1", "nutmeg", RELEASE_SINCE},
    {"koa-rc1", "nutmeg", RELEASE_BEFORE},
    {"koa.1-rc.2", "nutmeg", RELEASE_BEFORE},
    /* nothing that could be taken for another one */
    {"", "nutmeg", RELEASE_UNKNOWN},
    {"master", "nutmeg", RELEASE_UNKNOWN},
    {"vanilla", "nutmeg", RELEASE_UNKNOWN},
    {"lila", "nutmeg", RELEASE_UNKNOWN},
    {"lilacs", "nutmeg", RELEASE_UNKNOWN},
    {"lilac3", "nutmeg", RELEASE_UNKNOWN},
    {"lilac.", "nutmeg", RELEASE_UNKNOWN},
    {"lilac.3/nutmeg", "nutmeg", RELEASE_UNKNOWN},
    {"lilac or nutmeg", "nutmeg", RELEASE_UNKNOWN},
    {"open-release/", "nutmeg", RELEASE_UNKNOWN},
    {"open-release/release/lilac", "nutmeg", RELEASE_UNKNOWN},
    {".lilac", "nutmeg", RELEASE_UNKNOWN},
};

static void release_against_tells_what_came_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (release_against(cases[i].release, cases[i].named) != cases[i].age)
			fail_msg("\"%s\" against %s", cases[i].release, cases[i].named);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(release_against_tells_what_came_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
