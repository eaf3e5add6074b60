#include "config.h"

#include "src/rollout/vanished.h"
