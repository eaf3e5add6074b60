#include "config.h"

#include "src/rollout/refresh.h"

#include <stdio.h>
#include <string.h>

#include "src/status/lock.h"
#include "src/status/rollout.h"

const char *refresh_refusal(const struct conf *conf)
{
	return strcmp(conf->environment, "production")
		       ? ""
		       : "this is production: nothing is restored or refreshed here";
}

enum result refresh_campus(struct campus *campus, const char *how, char *summary, size_t size,
			   struct error *err)
{
	const char *refusal = refresh_refusal(campus->conf);
	struct refreshed refreshed;
	const char *path = status_path(campus->status);
	struct lock *lock = NULL, *flip = NULL;
	enum result st;

	summary[0] = '\0';
	if (*refusal)
		return error_set(err, RESULT_REFUSED, "%s", refusal);
	st = lock_take(path, &lock, err);
	if (st == RESULT_OK)
		st = lock_take_flip(path, campus->conf->operator_name, &flip, err);
	if (st == RESULT_OK)
		st = status_refresh(campus->status, how, &refreshed, err);
	if (st == RESULT_OK)
		refreshed_text(&refreshed, summary, size);
	lock_free(flip);
	lock_free(lock);
	return st;
}
