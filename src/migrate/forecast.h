/*
 * forecast.h - what a dry run has promised so far: the text each (video id, language) would get.
 *
 * Blocks share video ids, within a course and between courses, and the first that succeeds
 * gives a language (design 4). A dry run registers nothing, so its later blocks look here for
 * what val would have by then. It lives as long as the dry run and is written nowhere: about
 * 80 bytes a transcript. Thread-safe.
 */
#ifndef SUBFERRY_SRC_MIGRATE_FORECAST_H
#define SUBFERRY_SRC_MIGRATE_FORECAST_H

#include <stdbool.h>

struct forecast;

struct forecast *forecast_new(void); /* NULL without memory */
void forecast_free(struct forecast *forecast); /* accepts NULL */

enum forecast_answer { FORECAST_NOTHING, FORECAST_SAME, FORECAST_OTHER };

/* What the language of the id would have by now: nothing, the text of @sha256, another one. */
enum forecast_answer forecast_look(struct forecast *forecast, const char *val_id,
				   const char *language, const char *sha256);
/* It would get the text of @sha256, unless it has one. False without memory. */
bool forecast_add(struct forecast *forecast, const char *val_id, const char *language,
		  const char *sha256);

#endif
