#include "config.h"

#include "src/status/rollout.h"

#include "src/status/write.h"
