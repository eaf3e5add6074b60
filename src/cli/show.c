#include "config.h"

#include "src/cli/show.h"

#include <stdio.h>
#include <string.h>

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

const char *show_status(const struct course_row *row, char *out, size_t size)
{
	const char *more = "";

	if (row->gone)
		more = ", gone";
	else if (row->intent == INTENT_PAUSE)
		more = ", paused";
	else if (row->intent == INTENT_RUN && row->status != COURSE_IN_PROGRESS)
		more = ", launched";
	snprintf(out, size, "%s%s", course_status_name(row->status), more);
	return out;
}

const char *show_time(int64_t wall, char *out, size_t size)
{
	char *dot;

	if (!wall) {
		snprintf(out, size, "-");
		return out;
	}
	clock_format(wall, out, size);
	dot = strchr(out, '.');
	if (dot)
		snprintf(dot, size - (size_t)(dot - out), "Z");
	return out;
}

void show_counts_json(cJSON *object, const struct counts *counts)
{
	json_number(object, "expected", counts->expected);
	json_number(object, "in_val", counts->in_val);
	json_number(object, "unknown", counts->unknown);
	json_number(object, "extra", counts->extra);
	json_number(object, "differing", counts->differing);
	json_number(object, "errors", counts->errors);
	json_number(object, "warnings", counts->warnings);
	json_number(object, "notices", counts->notices);
	json_number(object, "waived", counts->waived);
}

cJSON *show_course_json(const struct course_row *row)
{
	cJSON *object = json_object("course");

	json_text(object, "key", row->key);
	json_text(object, "name", row->name);
	json_text(object, "location", row->location);
	json_text(object, "status", course_status_name(row->status));
	json_text(object, "intent", course_intent_name(row->intent));
	json_flag(object, "gone", row->gone);
	json_number(object, "pass", row->pass);
	json_number(object, "videos", row->videos);
	json_number(object, "tried", row->tried);
	json_number(object, "failed", row->failed);
	show_counts_json(object, &row->counts);
	json_number(object, "bytes", row->bytes);
	json_text(object, "problem", row->problem);
	json_time(object, "begun", row->begun);
	json_time(object, "changed", row->changed);
	json_time(object, "verified", row->verified);
	json_text(object, "level", verify_level_name(row->level));
	return object;
}

cJSON *show_finding_json(const struct finding_row *row)
{
	cJSON *object = json_object("finding");

	json_text(object, "course", row->course);
	json_text(object, "video", row->block);
	json_text(object, "language", row->language);
	json_text(object, "code", finding_info(row->code)->name);
	json_text(object, "severity", finding_severity_name(row->severity));
	json_text(object, "text", row->text);
	json_text(object, "help", finding_info(row->code)->help);
	json_text(object, "seen", row->seen);
	json_flag(object, "waived", row->waived);
	json_text(object, "reason", row->reason);
	json_text(object, "who", row->who);
	json_time(object, "at", row->at);
	return object;
}
