#include "config.h"

#include "src/migrate/choose.h"

unsigned choose_branch(enum version_state published, enum version_state draft, bool same,
		       bool *differs)
{
	*differs = false;
	if (published == VERSION_NONE)
		return IN_DRAFT;
	if (draft == VERSION_NONE)
		return IN_PUBLISHED;
	if (published == VERSION_BROKEN)
		return IN_PUBLISHED;
	if (published == VERSION_EMPTY && draft == VERSION_TEXT)
		return IN_DRAFT;
	if (published == draft && (published == VERSION_EMPTY || same))
		return IN_PUBLISHED | IN_DRAFT;
	*differs = true;
	return IN_PUBLISHED;
}
