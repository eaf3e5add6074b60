#include "config.h"

#include "src/rollout/evidence.h"

#include <stdio.h>
#include <string.h>

#include "src/base/figures.h"
#include "src/migrate/plan.h"

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

enum result proof_look(struct proof *out, struct campus *campus, struct reader *reader,
		       const struct course_row *course, bool look_at_source, struct error *err)
{
	int64_t now = clock_wall(campus->clock);
	enum result st;

	memset(out, 0, sizeof(*out));
	st = reader_evidence(reader, course->id, &out->evidence, err);
	if (st != RESULT_OK && st != RESULT_MISSING)
		return st;
	out->fresh = evidence_told(&out->evidence, now, campus->conf->evidence_age * 1000, out->text,
				   sizeof(out->text)) == EVIDENCE_FRESH;
	if (!out->fresh || !look_at_source)
		return RESULT_OK;
	st = look_at(out, campus, course, now, err);
	if (st == RESULT_OK && out->fresh)
		snprintf(out->text + strlen(out->text), sizeof(out->text) - strlen(out->text),
			 ", source unchanged");
	if (st != RESULT_OK)
		proof_clear(out);
	return st;
}
