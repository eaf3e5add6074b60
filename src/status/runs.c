#include "config.h"

#include "src/status/runs.h"

#include "src/status/write.h"
