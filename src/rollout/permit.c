#include "config.h"

#include "src/rollout/permit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/release.h"
#include "src/base/text.h"
#include "src/status/transfer.h"

/* Of one course; @example becomes a course for which something is missing, errors first. */
static enum result look_at(struct permit *permit, struct reader *reader, int64_t id,
			   struct error *err)
{
	struct rehearsal rehearsal;
	bool short_of, first;
	struct course_row row = {0};
	enum result st = reader_rehearsal(reader, id, &rehearsal, err);

	if (st != RESULT_OK)
		return st;
	short_of = rehearsal.runs < permit->runs_needed;
	first = !*permit->example || (rehearsal.errors && !permit->errors);
	permit->covered += !short_of;
	permit->errors += rehearsal.errors;
	permit->errors_courses += rehearsal.errors > 0;
	if (!first || (!short_of && !rehearsal.errors))
		return RESULT_OK;
	st = reader_course_by_id(reader, id, &row, err);
	if (st == RESULT_OK)
		text_safe_to(permit->example, sizeof(permit->example), row.key);
	course_row_clear(&row);
	return st;
}

static const char *plural(int64_t count)
{
	return count == 1 ? "" : "s";
}

static void tell_missing(struct permit *p)
{
	struct buf text = BUF_INIT;

	if (p->runs < p->runs_needed)
		buf_printf(&text, "; %" PRId64 " of %" PRId64 " imported mock run%s", p->runs,
			   p->runs_needed, plural(p->runs_needed));
	if (p->coverage < p->coverage_needed)
		buf_printf(&text,
			   "; %" PRId64 " of %" PRId64 " course%s (%" PRId64 " %%, needed: %" PRId64
			   " %%) in %" PRId64 " of them",
			   p->covered, p->courses, plural(p->courses), p->coverage,
			   p->coverage_needed, p->runs_needed);
	if (p->errors)
		buf_printf(&text,
			   "; %" PRId64 " unwaived error%s of %" PRId64 " course%s in the last of them",
			   p->errors, plural(p->errors), p->errors_courses, plural(p->errors_courses));
	if (text.len)
		buf_printf(&text, "; for example %s", p->example);
	snprintf(p->missing, sizeof(p->missing), "%s", text.len ? text.data + 2 : "");
	buf_clear(&text);
}

enum result permit_look(struct permit *out, const struct conf *conf, struct reader *reader,
			const int64_t *courses, size_t count, struct error *err)
{
	enum result st;

	memset(out, 0, sizeof(*out));
	out->asked = !strcmp(conf->environment, "production");
	out->given = true;
	if (!out->asked || !count)
		return RESULT_OK;
	out->runs_needed = conf->mock_runs;
	out->coverage_needed = conf->coverage;
	out->courses = (int64_t)count;
	st = reader_begin(reader, err);
	if (st != RESULT_OK)
		return st;
	st = reader_imported(reader, &out->runs, err);
	for (size_t i = 0; i < count && st == RESULT_OK; i++)
		st = look_at(out, reader, courses[i], err);
	reader_end(reader);
	if (st != RESULT_OK)
		return st;
	out->coverage = out->covered * 100 / out->courses;
	out->given = out->runs >= out->runs_needed && out->coverage >= out->coverage_needed &&
		     !out->errors;
	if (!out->given)
		tell_missing(out);
	return RESULT_OK;
}

enum result permit_pass(struct status *status, const struct conf *conf, const struct permit *permit,
			const char *reason, const char *how, struct error *err)
{
	struct buf what = BUF_INIT;
	char *stripped = text_strip(reason);
	enum result st = RESULT_OK;

	buf_printf(&what, "%" PRId64 " course%s past the gate before production, which is not met: %s (%s)",
		   permit->courses, plural(permit->courses), permit->missing, how);
	if (!stripped || what.failed)
		st = error_set(err, RESULT_NOMEM, "out of memory");
	else if (!*stripped)
		st = error_set(err, RESULT_INVALID,
			       "to go on past the gate before production takes a reason");
	if (st == RESULT_OK) {
		status_event(status, FINDING_WARNING, "past gate", conf->name, buf_text(&what),
			     stripped);
		st = status_flush(status, err);
	}
	free(stripped);
	buf_clear(&what);
	return st;
}

const char *permit_launch_means(const struct conf *conf)
{
	/* A campus that does not say its release is not told what may not be so of it. */
	if (!*conf->release || release_against(conf->release, "hawthorn") == RELEASE_BEFORE)
		return conf_flips(conf) ? "flip = auto: once a course's gates are green the engine switches "
					  "its flag on, and learners see it"
					: "";
	return "from Hawthorn on each registered transcript is live at once: learners see it whatever "
	       "the flag says";
}
