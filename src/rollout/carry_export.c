#include "config.h"

#include "src/rollout/carry.h"
