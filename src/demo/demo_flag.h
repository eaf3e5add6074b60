/*
 * demo_flag.h - the flag of the demo's platform: its two tables, with the global row on.
 */
#ifndef SUBFERRY_SRC_DEMO_DEMO_FLAG_H
#define SUBFERRY_SRC_DEMO_DEMO_FLAG_H

#include "src/base/error.h"

/* Makes the file @path, or does nothing to one that has the tables. */
enum result demo_make_flag(const char *path, struct error *err);

#endif
