#include "config.h"

#include "src/rollout/board.h"
