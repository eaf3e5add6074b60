/*
 * choose.h - which branch's text is migrated: the table of design 4, "Blocks". Pure.
 */
#ifndef SUBFERRY_SRC_MIGRATE_CHOOSE_H
#define SUBFERRY_SRC_MIGRATE_CHOOSE_H

#include "src/status/rows.h"

enum version_state {
	VERSION_NONE,	/* the branch does not promise the language */
	VERSION_TEXT,	/* readable, with cues */
	VERSION_EMPTY,	/* readable, without cues */
	VERSION_BROKEN, /* missing, damaged, invalid or too large */
};

/*
 * The branch whose text, or whose finding, stands: enum branch_bits, both when they agree.
 * @same: both have text and their bytes to be stored are equal. *@differs: draft-differs.
 */
unsigned choose_branch(enum version_state published, enum version_state draft, bool same,
		       bool *differs);

#endif
