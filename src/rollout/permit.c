#include "config.h"

#include "src/rollout/permit.h"
