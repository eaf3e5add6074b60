/*
 * sqlite.h - the inside of the embedded edx-val, shared by sqlite.c (creating, registering),
 * sqlite_lookup.c and sqlite_doctor.c, and by nobody else.
 */
#ifndef SUBFERRY_SRC_VAL_SQLITE_H
#define SUBFERRY_SRC_VAL_SQLITE_H

#include "src/val/connect.h"
#include "src/val/val.h"

struct val_sqlite {
	struct val base;
	struct clock *clock;
	struct dbwriter *writer; /* NULL if opened for reading only */
	struct readers readers;
};

/* Operations of struct val_ops. */
enum result sqlite_lookup(struct val *val, const char *course, const char *const *ids, size_t count,
			  struct val_video *out, struct error *err);
enum result sqlite_probe(struct val *val, struct error *err);
enum result sqlite_doctor(struct val *val, bool write, void (*say)(void *arg, const char *line),
			  void *arg, struct error *err);

/* What every attempt to write is answered where it is opened for reading only. */
enum result sqlite_refuse_writing(const struct val_sqlite *self, struct error *err);

static inline struct val_sqlite *self_of(struct val *val)
{
	return (struct val_sqlite *)val; /* @base is the first member */
}

#endif
