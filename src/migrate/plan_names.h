/*
 * plan_names.h - all names that the promises of a course try, with the source's answer to each.
 *
 * Inside src/migrate/ only; one thread at a time.
 */
#ifndef SUBFERRY_SRC_MIGRATE_PLAN_NAMES_H
#define SUBFERRY_SRC_MIGRATE_PLAN_NAMES_H

#include "src/base/hash.h"
#include "src/source/resolve.h"
#include "src/source/source.h"

struct plan_names;

struct plan_names *plan_names_new(void); /* NULL without memory */
void plan_names_free(struct plan_names *table); /* accepts NULL */
/* Borrows the names of @promises; false without memory. */
bool plan_names_add(struct plan_names *table, const struct promises *promises);
/* Asks the source for all of them, each once. No more are added afterwards. */
enum result plan_names_find(struct plan_names *table, struct source_course *source,
			    struct error *err);
/* The answer to @name, one of them; borrowed, and without its identity. */
const struct asset *plan_names_asset(const struct plan_names *table, const char *name);
/* Frees the answers but for what identifies the files: a course has a hundred thousand names. */
void plan_names_forget(struct plan_names *table);
/* @name, one of them, was asked again: what is there @now (its identity is taken) takes the place of
   what was there; what is not found now stays as it was. False without memory. */
bool plan_names_again(struct plan_names *table, const char *name, struct asset *now);
/* plan_assets() of what is known now. */
enum result plan_names_hash(const struct plan_names *table, char out[HASH_HEX], struct error *err);

#endif
