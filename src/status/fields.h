/*
 * fields.h - what can be filtered by: the fields of courses, videos, findings and events.
 *
 * One table a kind of row, read by the parser, the commands, the help screen and the manual.
 */
#ifndef SUBFERRY_SRC_STATUS_FIELDS_H
#define SUBFERRY_SRC_STATUS_FIELDS_H

#include "src/base/filter.h"
#include "src/status/rows.h"

/* What a filter knows of a course; its row, or the roster's entry (roster.h), filled in. */
struct course_facts {
	const char *key, *name;
	enum course_status status;
	enum course_intent intent;
	bool gone;
	enum flag_step flag;
	enum evidence_state evidence;
	int64_t pass, videos, tried, failed, changed;
	struct counts counts;
	uint64_t findings; /* open ones: bit 1 << enum finding_code */
};

extern const struct filter_language course_fields, video_fields, finding_fields, event_fields;

/* The getters for filter_passes(). */
void course_field(const void *course_facts, size_t field, struct filter_value *out);
void video_field(const void *video_row, size_t field, struct filter_value *out);
void finding_field(const void *finding_row, size_t field, struct filter_value *out);
void event_field(const void *event_row, size_t field, struct filter_value *out);

#endif
