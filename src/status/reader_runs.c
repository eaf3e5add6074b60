#include "config.h"

#include "src/status/runs.h"

#include "src/status/read.h"
