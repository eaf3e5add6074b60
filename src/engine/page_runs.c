#include "config.h"

#include "src/engine/desk_internal.h"
