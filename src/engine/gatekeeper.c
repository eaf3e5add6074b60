#include "config.h"

/*
 * The gatekeeper: looks at boards, flips flags, and asks before an act, on a thread of its own.
 */
#include "src/engine/desk_internal.h"
