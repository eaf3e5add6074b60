#include "config.h"

#include "src/rollout/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/figures.h"
#include "src/migrate/plan.h"
#include "src/verify/places.h"

void proof_clear(struct proof *proof)
{
	evidence_clear(&proof->evidence);
	memset(proof, 0, sizeof(*proof));
}

enum evidence_state proof_state(const struct course_row *course, int64_t now, int64_t most_age)
{
	return course->evidence == EVIDENCE_FRESH && evidence_aged(course->verified, now, most_age)
		       ? EVIDENCE_STALE
		       : course->evidence;
}

static void find_stale(struct proof *proof, struct campus *campus, const char *why, int64_t now)
{
	const struct evidence *evidence = &proof->evidence;

	proof->looked = true;
	proof->fresh = false;
	snprintf(proof->text, sizeof(proof->text), "stale: %s, since %s", why,
		 figure_time(evidence->began, now).text);
	status_evidence_stale(campus->status, evidence->course_id, evidence->number, why);
}

/* Reads the source as a plan does, and compares; what has changed is told to the status database. */
static enum result look_at(struct proof *proof, struct campus *campus, const struct course_row *course,
			   int64_t now, struct error *err)
{
	const struct evidence *evidence = &proof->evidence;
	struct source_course *opened = NULL;
	struct plan *plan = NULL;
	struct source_seen seen;
	char why[100];
	enum result st = campus->source->ops->open(campus->source, course->key, &opened, err);

	if (st == RESULT_OK)
		st = plan_resolve(&plan, opened, err);
	if (st != RESULT_OK)
		return st;
	proof->looked = true;
	seen = (struct source_seen){plan->source->outline->version, plan_assets(plan)};
	if (evidence_outdated(evidence, &seen, why, sizeof(why)))
		find_stale(proof, campus, why, now);
	plan_free(plan);
	return RESULT_OK;
}

/* It was made with the val and the store of this configuration, as far as is known. */
static bool is_of_these_places(const struct evidence *evidence, const struct conf *conf)
{
	const char *known = evidence->places && *evidence->places ? evidence->places : NULL;
	char *places = known ? verify_places(conf) : NULL;
	bool same = !known || (places && !strcmp(places, known));

	free(places);
	return same;
}

/* All but the source. */
static enum result weigh(struct proof *proof, struct campus *campus, struct reader *reader,
			 const struct course_row *course, int64_t now, struct error *err)
{
	int64_t most_age = campus->conf->evidence_age * 1000;
	bool outlived = false;
	enum result st = RESULT_OK;

	proof->fresh = evidence_told(&proof->evidence, now, most_age, proof->text, sizeof(proof->text)) ==
		       EVIDENCE_FRESH;
	if (proof->fresh)
		st = reader_evidence_outlived(reader, &proof->evidence, course->key, most_age, &outlived, err);
	if (outlived)
		snprintf(proof->text, sizeof(proof->text), "too old: the clock was set back since");
	else if (proof->fresh && !is_of_these_places(&proof->evidence, campus->conf))
		snprintf(proof->text, sizeof(proof->text),
			 "of another edx-val or store than is configured now");
	else
		return st;
	proof->fresh = false;
	return st;
}

enum result proof_look(struct proof *out, struct campus *campus, struct reader *reader,
		       const struct course_row *course, bool look_at_source, struct error *err)
{
	int64_t now = clock_wall(campus->clock);
	enum result st;

	memset(out, 0, sizeof(*out));
	st = reader_evidence(reader, course->id, &out->evidence, err);
	if (st == RESULT_OK || st == RESULT_MISSING)
		st = weigh(out, campus, reader, course, now, err);
	if (st == RESULT_OK && out->fresh && look_at_source) {
		st = look_at(out, campus, course, now, err);
		if (st == RESULT_OK && out->fresh)
			snprintf(out->text + strlen(out->text), sizeof(out->text) - strlen(out->text),
				 ", source unchanged");
	}
	if (st != RESULT_OK)
		proof_clear(out);
	return st;
}
