#include "config.h"

#include "src/status/fields.h"

#include <stdio.h>
#include <string.h>

#define X(id, name, severity, flags, help) " " name
static const char finding_codes[] = FINDING_LIST(X);
static const char finding_words[] = "error warning notice" FINDING_LIST(X);
#undef X
_Static_assert(sizeof(finding_words) < FILTER_ROOM, "a course that has all findings");

/* clang-format off */
#define COURSE_FIELDS(F) \
	F(STATUS,    "status",    WORDS,  false, "Not-Migrated In-Progress Migrated Failed paused launched gone", \
	  "status and what is shown beside it") \
	F(ORG,       "org",       TEXT,   false, NULL, "organisation, from the key") \
	F(COURSE,    "course",    TEXT,   false, NULL, "course, from the key") \
	F(RUN,       "run",       TEXT,   false, NULL, "run, from the key") \
	F(KEY,       "key",       TEXT,   true,  NULL, "the course key") \
	F(NAME,      "name",      TEXT,   true,  NULL, "the course's name") \
	F(FINDING,   "finding",   WORDS,  false, finding_words, \
	  "codes and severities of its open findings") \
	F(VIDEOS,    "videos",    NUMBER, false, NULL, "videos") \
	F(EXPECTED,  "expected",  NUMBER, false, NULL, "expected transcripts") \
	F(INVAL,     "inval",     NUMBER, false, NULL, "of the expected, those in val") \
	F(MISSING,   "missing",   NUMBER, false, NULL, "of the expected, those val does not have") \
	F(DIFFERING, "differing", NUMBER, false, NULL, "in val with another text") \
	F(UNKNOWN,   "unknown",   NUMBER, false, NULL, "of the expected, those val could not tell") \
	F(EXTRA,     "extra",     NUMBER, false, NULL, "in val and not expected") \
	F(ERRORS,    "errors",    NUMBER, false, NULL, "open errors") \
	F(WARNINGS,  "warnings",  NUMBER, false, NULL, "open warnings") \
	F(NOTICES,   "notices",   NUMBER, false, NULL, "open notices") \
	F(FINDINGS,  "findings",  NUMBER, false, NULL, "open findings of all severities") \
	F(WAIVED,    "waived",    NUMBER, false, NULL, "waived findings") \
	F(TRIED,     "tried",     NUMBER, false, NULL, "videos tried in the present pass") \
	F(FAILED,    "failed",    NUMBER, false, NULL, "videos that failed in it") \
	F(ATTEMPTS,  "attempts",  NUMBER, false, NULL, "passes begun") \
	F(CHANGED,   "changed",   AGE,    false, NULL, "time since its last change") \
	F(FLAG,      "flag",      WORDS,  false, "unknown off on turning stale", \
	  "its flag; stale: on, and its evidence does not count any more")
#define VIDEO_FIELDS(F) \
	F(NAME,      "name",      TEXT,   true,  NULL, "the video's name") \
	F(BLOCK,     "block",     TEXT,   true,  NULL, "type@id of its block") \
	F(ID,        "id",        TEXT,   true,  NULL, "its video id in val") \
	F(LANG,      "lang",      WORDS,  false, NULL, "languages expected") \
	F(VALLANG,   "vallang",   WORDS,  false, NULL, "languages that val has") \
	F(STATE,     "state",     WORDS,  false, "waiting done failed", \
	  "what became of it in the present pass") \
	F(BRANCH,    "branch",    WORDS,  false, "draft published", "branches that have it") \
	F(EXPECTED,  "expected",  NUMBER, false, NULL, "expected transcripts") \
	F(INVAL,     "inval",     NUMBER, false, NULL, "of the expected, those in val") \
	F(MISSING,   "missing",   NUMBER, false, NULL, "of the expected, those val does not have") \
	F(DIFFERING, "differing", NUMBER, false, NULL, "in val with another text") \
	F(UNKNOWN,   "unknown",   NUMBER, false, NULL, "of the expected, those val could not tell") \
	F(EXTRA,     "extra",     NUMBER, false, NULL, "in val and not expected") \
	F(ERRORS,    "errors",    NUMBER, false, NULL, "open errors") \
	F(WARNINGS,  "warnings",  NUMBER, false, NULL, "open warnings") \
	F(NOTICES,   "notices",   NUMBER, false, NULL, "open notices") \
	F(FINDINGS,  "findings",  NUMBER, false, NULL, "open findings of all severities") \
	F(WAIVED,    "waived",    NUMBER, false, NULL, "waived findings") \
	F(ATTEMPTS,  "attempts",  NUMBER, false, NULL, "tries in the present pass")
#define FINDING_FIELDS(F) \
	F(CODE,      "code",      WORDS,  true,  finding_codes, "its code") \
	F(SEVERITY,  "severity",  WORDS,  false, "error warning notice", "its severity") \
	F(FINDING,   "finding",   WORDS,  false, finding_words, \
	  "code or severity, as in a filter of courses") \
	F(COURSE,    "course",    TEXT,   true,  NULL, "the course key") \
	F(BLOCK,     "block",     TEXT,   true,  NULL, "type@id of the block") \
	F(LANG,      "lang",      WORDS,  false, NULL, "language") \
	F(TEXT,      "text",      TEXT,   true,  NULL, "what was found") \
	F(WAIVED,    "waived",    WORDS,  false, "yes no", "it is accepted") \
	F(WHO,       "who",       TEXT,   false, NULL, "who waived it") \
	F(REASON,    "reason",    TEXT,   false, NULL, "why it was waived") \
	F(FOUND,     "found",     AGE,    false, NULL, "time since it was found")
#define EVENT_FIELDS(F) \
	F(SEVERITY,  "severity",  WORDS,  false, "error warning notice", "its severity") \
	F(WHO,       "who",       TEXT,   true,  NULL, "operator or engine") \
	F(ACT,       "act",       TEXT,   true,  NULL, "the act, in a word") \
	F(ON,        "on",        TEXT,   true,  NULL, \
	  "the course, block or part of the campus it was done to") \
	F(COURSE,    "course",    TEXT,   false, NULL, "the course key") \
	F(CODE,      "code",      WORDS,  false, finding_codes, "finding it speaks of") \
	F(WHAT,      "what",      TEXT,   true,  NULL, "what was done or seen") \
	F(WHY,       "why",       TEXT,   true,  NULL, "reason") \
	F(AGE,       "age",       AGE,    false, NULL, "time since it happened")

#define FIELD(id, name, kind, plain, words, help) {name, FILTER_##kind, plain, words, help},
#define LANGUAGE(kind, rows) \
	static const struct filter_field kind##_table[] = {rows(FIELD)}; \
	const struct filter_language kind##_fields = { \
		kind##_table, sizeof(kind##_table) / sizeof(kind##_table[0])};
/* clang-format on */
LANGUAGE(course, COURSE_FIELDS)
LANGUAGE(video, VIDEO_FIELDS)
LANGUAGE(finding, FINDING_FIELDS)
LANGUAGE(event, EVENT_FIELDS)

#define ID(id, name, kind, plain, words, help) COURSE_FIELD_##id,
enum { COURSE_FIELDS(ID) };
#undef ID
#define ID(id, name, kind, plain, words, help) VIDEO_FIELD_##id,
enum { VIDEO_FIELDS(ID) };
#undef ID
#define ID(id, name, kind, plain, words, help) FINDING_FIELD_##id,
enum { FINDING_FIELDS(ID) };
#undef ID
#define ID(id, name, kind, plain, words, help) EVENT_FIELD_##id,
enum { EVENT_FIELDS(ID) };
#undef ID

static void add_word(struct filter_value *out, size_t *used, const char *word)
{
	size_t len = strlen(word);

	if (*used + len + 2 > sizeof(out->room))
		return;
	if (*used)
		out->room[(*used)++] = ' ';
	memcpy(out->room + *used, word, len + 1);
	*used += len;
}

static void two_words(struct filter_value *out, const char *first, const char *second)
{
	size_t used = 0;

	out->room[0] = '\0';
	out->text = out->room;
	if (first)
		add_word(out, &used, first);
	if (second)
		add_word(out, &used, second);
}

/* ---- courses ------------------------------------------------------------------------------*/

/* As it is shown: one word more at most. */
static void course_status_words(const struct course_facts *facts, struct filter_value *out)
{
	const char *more = NULL;

	if (facts->gone)
		more = "gone";
	else if (facts->intent == INTENT_PAUSE)
		more = "paused";
	else if (facts->intent == INTENT_RUN && facts->status != COURSE_IN_PROGRESS)
		more = "launched";
	out->text = course_status_name(facts->status);
	if (more)
		two_words(out, out->text, more);
}

/* What is on with evidence that does not count is stale, too. */
static void flag_words(const struct course_facts *facts, struct filter_value *out)
{
	static const char *const words[FLAG_STEPS] = {
		[STEP_UNKNOWN] = "unknown", [STEP_OFF] = "off", [STEP_TURNING_ON] = "turning",
		[STEP_ON] = "on", [STEP_TURNING_OFF] = "turning",
	};

	out->text = words[facts->flag];
	if (flag_is_stale(facts->flag, facts->evidence))
		two_words(out, out->text, "stale");
}

/* Part @which of course-v1:ORG+COURSE+RUN or ORG/COURSE/RUN, "" where the key has no such. */
static void key_part(const char *key, int which, struct filter_value *out)
{
	const char *at = strchr(key, ':'), *separators = at ? "+" : "/";
	size_t len;

	at = at ? at + 1 : key;
	for (; which > 0 && *at; which--) {
		at += strcspn(at, separators);
		at += *at != '\0';
	}
	len = strcspn(at, separators);
	len = len < sizeof(out->room) ? len : sizeof(out->room) - 1;
	memcpy(out->room, at, len);
	out->room[len] = '\0';
	out->text = out->room;
}

static void finding_mask_words(const struct course_facts *facts, struct filter_value *out)
{
	size_t used = 0;

	out->room[0] = '\0';
	out->text = out->room;
	if (facts->counts.errors)
		add_word(out, &used, finding_severity_name(FINDING_ERROR));
	if (facts->counts.warnings)
		add_word(out, &used, finding_severity_name(FINDING_WARNING));
	if (facts->counts.notices)
		add_word(out, &used, finding_severity_name(FINDING_NOTICE));
	for (int code = 0; code < FINDING_COUNT && facts->findings >> code; code++)
		if (facts->findings >> code & 1)
			add_word(out, &used, finding_info((enum finding_code)code)->name);
}

static int64_t missing(const struct counts *counts)
{
	return counts->expected - counts->in_val - counts->unknown;
}

static int64_t open_findings(const struct counts *counts)
{
	return counts->errors + counts->warnings + counts->notices;
}

void course_field(const void *course_facts, size_t field, struct filter_value *out)
{
	const struct course_facts *facts = course_facts;
	const struct counts *counts = &facts->counts;

	/* clang-format off */
	switch (field) {
	case COURSE_FIELD_STATUS:    course_status_words(facts, out); break;
	case COURSE_FIELD_ORG:       key_part(facts->key, 0, out); break;
	case COURSE_FIELD_COURSE:    key_part(facts->key, 1, out); break;
	case COURSE_FIELD_RUN:       key_part(facts->key, 2, out); break;
	case COURSE_FIELD_KEY:       out->text = facts->key; break;
	case COURSE_FIELD_NAME:      out->text = facts->name; break;
	case COURSE_FIELD_FINDING:   finding_mask_words(facts, out); break;
	case COURSE_FIELD_VIDEOS:    out->number = facts->videos; break;
	case COURSE_FIELD_EXPECTED:  out->number = counts->expected; break;
	case COURSE_FIELD_INVAL:     out->number = counts->in_val; break;
	case COURSE_FIELD_MISSING:   out->number = missing(counts); break;
	case COURSE_FIELD_DIFFERING: out->number = counts->differing; break;
	case COURSE_FIELD_UNKNOWN:   out->number = counts->unknown; break;
	case COURSE_FIELD_EXTRA:     out->number = counts->extra; break;
	case COURSE_FIELD_ERRORS:    out->number = counts->errors; break;
	case COURSE_FIELD_WARNINGS:  out->number = counts->warnings; break;
	case COURSE_FIELD_NOTICES:   out->number = counts->notices; break;
	case COURSE_FIELD_FINDINGS:  out->number = open_findings(counts); break;
	case COURSE_FIELD_WAIVED:    out->number = counts->waived; break;
	case COURSE_FIELD_TRIED:     out->number = facts->tried; break;
	case COURSE_FIELD_FAILED:    out->number = facts->failed; break;
	case COURSE_FIELD_ATTEMPTS:  out->number = facts->pass; break;
	case COURSE_FIELD_CHANGED:   out->number = facts->changed; break;
	case COURSE_FIELD_FLAG:      flag_words(facts, out); break;
	default: break;
	}
	/* clang-format on */
}

/* ---- videos -------------------------------------------------------------------------------*/

void video_field(const void *video_row, size_t field, struct filter_value *out)
{
	const struct video_row *row = video_row;
	const struct counts *counts = &row->counts;

	/* clang-format off */
	switch (field) {
	case VIDEO_FIELD_NAME:      out->text = row->name; break;
	case VIDEO_FIELD_BLOCK:
		snprintf(out->room, sizeof(out->room), "%s@%s", row->type, row->block);
		out->text = out->room;
		break;
	case VIDEO_FIELD_ID:        out->text = row->val_id; break;
	case VIDEO_FIELD_LANG:      out->text = row->expected_languages; break;
	case VIDEO_FIELD_VALLANG:   out->text = row->val_languages; break;
	case VIDEO_FIELD_STATE:     out->text = video_state_name(row->state); break;
	case VIDEO_FIELD_BRANCH:
		two_words(out, row->branches & IN_DRAFT ? "draft" : NULL,
			  row->branches & IN_PUBLISHED ? "published" : NULL);
		break;
	case VIDEO_FIELD_EXPECTED:  out->number = counts->expected; break;
	case VIDEO_FIELD_INVAL:     out->number = counts->in_val; break;
	case VIDEO_FIELD_MISSING:   out->number = missing(counts); break;
	case VIDEO_FIELD_DIFFERING: out->number = counts->differing; break;
	case VIDEO_FIELD_UNKNOWN:   out->number = counts->unknown; break;
	case VIDEO_FIELD_EXTRA:     out->number = counts->extra; break;
	case VIDEO_FIELD_ERRORS:    out->number = counts->errors; break;
	case VIDEO_FIELD_WARNINGS:  out->number = counts->warnings; break;
	case VIDEO_FIELD_NOTICES:   out->number = counts->notices; break;
	case VIDEO_FIELD_FINDINGS:  out->number = open_findings(counts); break;
	case VIDEO_FIELD_WAIVED:    out->number = counts->waived; break;
	case VIDEO_FIELD_ATTEMPTS:  out->number = row->attempts; break;
	default: break;
	}
	/* clang-format on */
}

/* ---- findings and events ------------------------------------------------------------------*/

void finding_field(const void *finding_row, size_t field, struct filter_value *out)
{
	const struct finding_row *row = finding_row;

	/* clang-format off */
	switch (field) {
	case FINDING_FIELD_CODE:     out->text = finding_info(row->code)->name; break;
	case FINDING_FIELD_SEVERITY: out->text = finding_severity_name(row->severity); break;
	case FINDING_FIELD_FINDING:
		two_words(out, finding_info(row->code)->name, finding_severity_name(row->severity));
		break;
	case FINDING_FIELD_COURSE:   out->text = row->course; break;
	case FINDING_FIELD_BLOCK:    out->text = row->block; break;
	case FINDING_FIELD_LANG:     out->text = row->language; break;
	case FINDING_FIELD_TEXT:     out->text = row->text; break;
	case FINDING_FIELD_WAIVED:   out->text = row->waived ? "yes" : "no"; break;
	case FINDING_FIELD_WHO:      out->text = row->who; break;
	case FINDING_FIELD_REASON:   out->text = row->reason; break;
	case FINDING_FIELD_FOUND:    out->number = row->at; break;
	default: break;
	}
	/* clang-format on */
}

/* The findings that an event names in what it tells. */
static void codes_told(const struct event_row *row, struct filter_value *out)
{
	size_t used = 0;

	out->room[0] = '\0';
	for (int code = 0; code < FINDING_COUNT; code++) {
		const char *name = finding_info((enum finding_code)code)->name;

		if (strstr(row->what, name) || strstr(row->why, name))
			add_word(out, &used, name);
	}
	out->text = out->room;
}

void event_field(const void *event_row, size_t field, struct filter_value *out)
{
	const struct event_row *row = event_row;

	/* clang-format off */
	switch (field) {
	case EVENT_FIELD_SEVERITY: out->text = finding_severity_name(row->severity); break;
	case EVENT_FIELD_WHO:      out->text = row->who; break;
	case EVENT_FIELD_ACT:      out->text = row->action; break;
	case EVENT_FIELD_ON:       out->text = row->object; break;
	case EVENT_FIELD_COURSE:   out->text = row->object; break; /* its key comes first there */
	case EVENT_FIELD_CODE:     codes_told(row, out); break;
	case EVENT_FIELD_WHAT:     out->text = row->what; break;
	case EVENT_FIELD_WHY:      out->text = row->why; break;
	case EVENT_FIELD_AGE:      out->number = row->at; break;
	default: break;
	}
	/* clang-format on */
}
