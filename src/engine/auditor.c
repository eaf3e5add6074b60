/*
 * The auditor: validations of courses, one after the other, on a thread of its own.
 */
#include "config.h"

#include "src/engine/desk_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/verify/verify.h"

void auditor_take(struct desk *desk, const struct desk_act *act)
{
	struct desk_validation *queue;

	done_remember_validations(desk, act);
	pthread_mutex_lock(&desk->lock);
	queue = realloc(desk->to_validate, (desk->validate_count + act->count + 1) * sizeof(*queue));
	if (queue) {
		desk->to_validate = queue;
		for (size_t i = 0; i < act->count; i++)
			queue[desk->validate_count++] =
				(struct desk_validation){act->ids[i], act->serial};
		pthread_cond_broadcast(&desk->turn);
	}
	pthread_mutex_unlock(&desk->lock);
	if (!queue)
		desk_say(desk, FINDING_ERROR, "out of memory: nothing is validated");
}

/* Between two videos of a validation: a console that is being suspended stands still here. */
static void rest_between_videos(void *arg)
{
	struct desk *desk = arg;

	pthread_mutex_lock(&desk->lock);
	desk->audit_rests = true;
	while (desk->rests && !desk->stopping)
		clock_wait(desk->campus->clock, &desk->turn, &desk->lock, INT64_MAX);
	desk->audit_rests = false;
	pthread_mutex_unlock(&desk->lock);
}

/* Of many that are validated in one go, each is news. */
static bool is_last(struct desk *desk)
{
	bool last;

	pthread_mutex_lock(&desk->lock);
	last = !desk->validate_count;
	pthread_mutex_unlock(&desk->lock);
	return last;
}

static void validate(struct desk *desk, struct reader *reader, int64_t id)
{
	/* an engine is here, or elsewhere, or may come */
	struct verify_options options = {.level = LEVEL_BYTES, .engine_runs = true,
					 .pause = rest_between_videos, .pause_arg = desk,
					 .stop = &desk->stop_validation};
	struct course_row row = {0};
	struct counts counts;
	char unknown[48] = "";
	void (*say)(struct desk *, enum finding_severity, const char *, ...) SF_PRINTF(3, 4) =
		is_last(desk) ? desk_say : desk_say_news;
	struct error err = {0};
	enum result st = reader_course_by_id(reader, id, &row, &err);

	if (st == RESULT_OK)
		st = verify_course(desk->campus, reader, &row, &options, &counts, &err);
	if (st == RESULT_OK && counts.unknown) /* which is not "not in val" */
		snprintf(unknown, sizeof(unknown), " (%lld unknown)", (long long)counts.unknown);
	if (st == RESULT_OK)
		say(desk, counts.errors ? FINDING_ERROR : FINDING_NOTICE,
			 "validated %s, level bytes: %lld of %lld in val%s, %lld differing, %lld error%s",
			 row.key, (long long)counts.in_val, (long long)counts.expected, unknown,
			 (long long)counts.differing, (long long)counts.errors,
			 counts.errors == 1 ? "" : "s");
	else if (st != RESULT_CANCELED)
		desk_say(desk, FINDING_ERROR, "%s", err.text);
	course_row_clear(&row);
}

void *auditor_main(void *arg)
{
	struct desk *desk = arg;
	struct reader *reader = NULL;
	struct error err = {0};

	if (reader_open(&reader, status_path(desk->campus->status), &err) != RESULT_OK) {
		desk_say(desk, FINDING_ERROR, "%s", err.text);
		return NULL;
	}
	pthread_mutex_lock(&desk->lock);
	while (!desk->ends) {
		int64_t id;

		if (!desk->validate_count || desk->stopping || desk->rests) {
			clock_wait(desk->campus->clock, &desk->turn, &desk->lock, INT64_MAX);
			continue;
		}
		id = desk->to_validate[0].course;
		memmove(desk->to_validate, desk->to_validate + 1,
			--desk->validate_count * sizeof(*desk->to_validate));
		desk->validating = 1;
		pthread_mutex_unlock(&desk->lock);
		validate(desk, reader, id);
		gatekeeper_touch(desk, id);
		pthread_mutex_lock(&desk->lock);
		desk->validating = 0;
		pthread_cond_broadcast(&desk->turn);
	}
	pthread_mutex_unlock(&desk->lock);
	reader_close(reader);
	return NULL;
}
