#include "config.h"

#include "src/base/finding.h"

#include <assert.h>
#include <string.h>

#define X(id, name, severity, flags, help) {name, FINDING_##severity, flags, help},
static const struct finding_info table[] = {FINDING_LIST(X)};
#undef X

const struct finding_info *finding_info(enum finding_code code)
{
	assert(code >= 0 && code < FINDING_COUNT);
	return &table[code];
}

enum finding_code finding_by_name(const char *name)
{
	for (int code = 0; code < FINDING_COUNT; code++)
		if (!strcmp(table[code].name, name))
			return (enum finding_code)code;
	return FINDING_NONE;
}

enum finding_severity finding_severity(enum finding_code code, bool implicit)
{
	const struct finding_info *info = finding_info(code);

	if (implicit && (info->flags & FINDING_SOFT_IMPLICIT))
		return FINDING_WARNING;
	return info->severity;
}

bool finding_stops(enum finding_code code, bool implicit)
{
	const struct finding_info *info = finding_info(code);

	if (implicit && (info->flags & FINDING_SOFT_IMPLICIT))
		return false;
	return info->flags & FINDING_STOPS;
}

const char *finding_severity_name(enum finding_severity severity)
{
	static const char *const names[] = {"notice", "warning", "error"};

	return names[severity];
}
