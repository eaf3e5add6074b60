/*
 * rival.h - who keeps others from writing an SQLite file: a message that says "end that program"
 * should say which one.
 */
#ifndef SUBFERRY_SRC_BASE_RIVAL_H
#define SUBFERRY_SRC_BASE_RIVAL_H

#include <stddef.h>

/*
 * "pid 1234 (sqlite3)": the process that has SQLite's lock for writers of the database @path, as the
 * kernel's list of locks on this machine has it; "" if it is this one or nobody can say. Opens neither
 * the file nor what is beside it: closing them would let go of this process's own locks.
 */
void rival_find(const char *path, char *out, size_t size);
/* The same for "locked by %s": "another program" where nobody can say. */
const char *rival_name(const char *path, char *out, size_t size);

#endif
