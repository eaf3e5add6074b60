#include "config.h"

#include "src/rollout/evidence.h"
