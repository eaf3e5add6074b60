/*
 * rival.h - who keeps others from writing the status database.
 */
#ifndef SUBFERRY_SRC_STATUS_RIVAL_H
#define SUBFERRY_SRC_STATUS_RIVAL_H

#include <stddef.h>

/*
 * "pid 1234 (sqlite3)": the process that has SQLite's lock for writers of the database @path, in WAL,
 * as the kernel's list of locks on this machine has it; "" if it is this one or nobody can say.
 */
void rival_find(const char *path, char *out, size_t size);

#endif
