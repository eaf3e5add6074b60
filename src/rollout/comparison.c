#include "config.h"

#include "src/rollout/comparison.h"
