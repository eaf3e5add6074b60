#include "config.h"

#include "src/rollout/flip.h"
