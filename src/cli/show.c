#include "config.h"

#include "src/cli/show.h"

#include <stdio.h>
#include <string.h>

#include "src/rollout/evidence.h"

int show_courses(struct cli *cli, int status, struct course_row **rows, size_t *count)
{
	const struct course_query query = {.status = status, .sort = SORT_KEY, .count = -1};
	struct error err = {0};
	int64_t total;

	*rows = NULL;
	*count = 0;
	if (reader_courses(cli->reader, &query, rows, count, &total, &err) != RESULT_OK)
		return cli_fail(&err);
	return -1;
}

void show_counts_json(cJSON *object, const struct counts *counts)
{
	member_number(object, "expected", counts->expected);
	member_number(object, "in_val", counts->in_val);
	member_number(object, "unknown", counts->unknown);
	member_number(object, "extra", counts->extra);
	member_number(object, "differing", counts->differing);
	member_number(object, "errors", counts->errors);
	member_number(object, "warnings", counts->warnings);
	member_number(object, "notices", counts->notices);
	member_number(object, "waived", counts->waived);
}

/* Why the evidence does not count any more: asked only of the courses whose it is. */
static void add_stale(cJSON *object, const struct course_row *row, struct cli *cli)
{
	struct evidence evidence = {0};
	char text[256] = "";

	if (reader_evidence(cli->reader, row->id, &evidence, NULL) == RESULT_OK)
		evidence_told(&evidence, clock_wall(cli->campus->clock),
			      cli->campus->conf->evidence_age * 1000, text, sizeof(text));
	member_text(object, "stale", *text && *evidence.stale ? evidence.stale : text);
	evidence_clear(&evidence);
}

static void add_evidence(cJSON *object, const struct course_row *row, struct cli *cli)
{
	enum evidence_state state = row->evidence;

	if (cli)
		state = proof_state(row, clock_wall(cli->campus->clock),
				    cli->campus->conf->evidence_age * 1000);
	member_text(object, "evidence", evidence_state_name(state));
	if (cli && state == EVIDENCE_STALE)
		add_stale(object, row, cli);
	else
		member_text(object, "stale", "");
}

cJSON *show_course_json(const struct course_row *row, struct cli *cli)
{
	cJSON *object = object_new("course");

	member_text(object, "key", row->key);
	member_text(object, "name", row->name);
	member_text(object, "location", row->location);
	member_text(object, "status", course_status_name(row->status));
	member_text(object, "intent", course_intent_name(row->intent));
	member_flag(object, "gone", row->gone);
	member_number(object, "pass", row->pass);
	member_number(object, "videos", row->videos);
	member_number(object, "tried", row->tried);
	member_number(object, "failed", row->failed);
	show_counts_json(object, &row->counts);
	member_number(object, "bytes", row->bytes);
	member_text(object, "problem", row->problem);
	member_time(object, "begun", row->begun);
	member_time(object, "changed", row->changed);
	member_time(object, "verified", row->verified);
	member_text(object, "level", verify_level_name(row->level));
	add_evidence(object, row, cli);
	member_text(object, "flag", flag_step_name(row->flag));
	return object;
}

cJSON *show_finding_json(const struct finding_row *row)
{
	cJSON *object = object_new("finding");

	member_text(object, "course", row->course);
	member_text(object, "video", row->block);
	member_text(object, "language", row->language);
	member_text(object, "code", finding_info(row->code)->name);
	member_text(object, "severity", finding_severity_name(row->severity));
	member_text(object, "text", row->text);
	member_text(object, "help", finding_info(row->code)->help);
	member_text(object, "seen", row->seen);
	member_flag(object, "waived", row->waived);
	member_text(object, "reason", row->reason);
	member_text(object, "who", row->who);
	member_time(object, "at", row->at);
	return object;
}
