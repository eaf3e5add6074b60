#include "config.h"

#include "src/base/release.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* In order of their time, which is that of the alphabet. */
/* clang-format off */
static const char *const names[] = {
	"aspen", "birch", "cypress", "dogwood", "eucalyptus", "ficus", "ginkgo", "hawthorn",
	"ironwood", "juniper", "koa", "lilac", "maple", "nutmeg", "olive", "palm", "quince",
	"redwood", "sumac", "teak", "ulmo",
};
/* clang-format on */

#define NAMES (int)(sizeof(names) / sizeof(*names))

static int find(const char *name, size_t len)
{
	for (int i = 0; i < NAMES; i++)
		if (strlen(names[i]) == len && !strncasecmp(names[i], name, len))
			return i;
	return -1;
}

/* What follows a name: ".2", "-rc1", ".master". */
static int is_suffix(const char *text)
{
	if (!*text)
		return 1;
	return strchr(".-", *text) && text[1] &&
	       !text[strspn(text,
			    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")];
}

enum release_age release_against(const char *release, const char *named)
{
	static const char *const folders[] = {"open-release/", "release/"};
	int limit = find(named, strlen(named)), at;
	size_t len;

	assert(limit >= 0);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		len = strlen(folders[i]);
		if (!strncasecmp(release, folders[i], len)) {
			release += len;
			break;
		}
	}
	len = strcspn(release, ".-");
	at = is_suffix(release + len) ? find(release, len) : -1;
	if (at < 0)
		return RELEASE_UNKNOWN;
	return at < limit ? RELEASE_BEFORE : RELEASE_SINCE;
}
