#include "config.h"

#include "src/rollout/refresh.h"
