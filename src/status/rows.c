#include "config.h"

#include "src/status/rows.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/base/filter.h"

/* One table of words, a name function and its reader for each enumeration of the rows. */
#define X(id, name) name,
#define WORDS(prefix, type, LIST)                                                                  \
	static const char *const prefix##_words[] = {LIST(X)};                                     \
	const char *prefix##_name(enum type value)                                                 \
	{                                                                                          \
		size_t count = sizeof(prefix##_words) / sizeof(prefix##_words[0]);                 \
                                                                                                   \
		return (size_t)value < count ? prefix##_words[value] : "?";                        \
	}                                                                                          \
	bool prefix##_read(const char *name, enum type *out)                                       \
	{                                                                                          \
		size_t count = sizeof(prefix##_words) / sizeof(prefix##_words[0]);                 \
		size_t found = find_word(prefix##_words, count, name);                             \
                                                                                                   \
		if (found < count)                                                                 \
			*out = (enum type)found;                                                   \
		return found < count;                                                              \
	}

/* @count if @name is none of @words. ASCII case only, whatever the locale. */
static size_t find_word(const char *const *words, size_t count, const char *name)
{
	size_t i = 0;

	if (!name)
		return count;
	while (i < count && sqlite3_stricmp(words[i], name))
		i++;
	return i;
}

WORDS(course_status, course_status, COURSE_STATUS_LIST)
WORDS(course_intent, course_intent, COURSE_INTENT_LIST)
WORDS(video_state, video_state, VIDEO_STATE_LIST)
WORDS(transcript_outcome, transcript_outcome, TRANSCRIPT_OUTCOME_LIST)
WORDS(transcript_compare, transcript_compare, TRANSCRIPT_COMPARE_LIST)
WORDS(verify_level, verify_level, VERIFY_LEVEL_LIST)
WORDS(hold_reason, hold_reason, HOLD_REASON_LIST)
WORDS(steer, steer, STEER_LIST)
WORDS(flag_step, flag_step, FLAG_STEP_LIST)
WORDS(evidence_state, evidence_state, EVIDENCE_STATE_LIST)
WORDS(run_kind, run_kind, RUN_KIND_LIST)
#undef WORDS
#undef X

/* Frees the string and forgets it, so that a row may be cleared twice. */
static void drop(char **text)
{
	free(*text);
	*text = NULL;
}

bool finding_row_holds(const struct finding_row *row, const char *text)
{
	return filter_finds(finding_info(row->code)->name, text) || filter_finds(row->course, text) ||
	       filter_finds(row->block, text) || filter_finds(row->language, text) ||
	       filter_finds(row->text, text);
}

bool event_row_holds(const struct event_row *row, const char *text)
{
	return filter_finds(row->who, text) || filter_finds(row->action, text) ||
	       filter_finds(row->object, text) || filter_finds(row->what, text) ||
	       filter_finds(row->why, text);
}

const char *course_row_status(const struct course_row *row, char *out, size_t size)
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

void course_row_clear(struct course_row *row)
{
	drop(&row->key);
	drop(&row->name);
	drop(&row->location);
	drop(&row->intent_finding);
	drop(&row->problem);
}

void video_row_clear(struct video_row *row)
{
	drop(&row->type);
	drop(&row->block);
	drop(&row->name);
	drop(&row->val_id);
	drop(&row->expected_languages);
	drop(&row->val_languages);
}

void transcript_row_clear(struct transcript_row *row)
{
	drop(&row->language);
	drop(&row->source);
	drop(&row->source_sha256);
	drop(&row->encoding);
	drop(&row->format);
	drop(&row->sha256);
	drop(&row->object);
	drop(&row->val_object);
	drop(&row->detail);
}

void finding_row_clear(struct finding_row *row)
{
	drop(&row->course);
	drop(&row->block);
	drop(&row->language);
	drop(&row->text);
	drop(&row->seen);
	drop(&row->reason);
	drop(&row->who);
}

void event_row_clear(struct event_row *row)
{
	drop(&row->who);
	drop(&row->action);
	drop(&row->object);
	drop(&row->what);
	drop(&row->why);
	drop(&row->hash);
}

void attempt_row_clear(struct attempt_row *row)
{
	drop(&row->result);
	drop(&row->text);
}

void journal_row_clear(struct journal_row *row)
{
	drop(&row->val_id);
	drop(&row->language);
	drop(&row->object);
	drop(&row->sha256);
}

void waiver_row_clear(struct waiver_row *row)
{
	drop(&row->course);
	drop(&row->block);
	drop(&row->language);
	drop(&row->seen);
	drop(&row->reason);
	drop(&row->who);
}

void holder_row_clear(struct holder_row *row)
{
	drop(&row->who);
	drop(&row->host);
	drop(&row->hold);
}
