/*
 * finding.h - the table of findings: every difference or failure subferry can report.
 *
 * Screens, commands, the manual and the engine read this one table (design 4). It stands at
 * the bottom of the house, not in verify/, because the planner, the transaction and the
 * status database all name findings, and arrows point down only.
 */
#ifndef SUBFERRY_SRC_BASE_FINDING_H
#define SUBFERRY_SRC_BASE_FINDING_H

#include <stdbool.h>

enum finding_severity { FINDING_NOTICE, FINDING_WARNING, FINDING_ERROR };

enum finding_flags {
	FINDING_STOPS = 1,	   /* ends the transaction before anything is written */
	FINDING_TRANSIENT = 2,	   /* another try may succeed */
	FINDING_WAIVABLE = 4,	   /* an operator may accept it, with a reason */
	FINDING_EVIDENCE = 8,	   /* an error for evidence only: the course is not Failed by it */
	FINDING_SECOND_READ = 16,  /* final only when a second read agrees */
	FINDING_SOFT_IMPLICIT = 32, /* of an implicit language: a warning, and left out */
};

/* clang-format off */
#define FINDING_LIST(X) \
/* code, name, severity, flags, help */ \
X(ASSET_MISSING,        "asset-missing",        ERROR, FINDING_STOPS | FINDING_WAIVABLE | FINDING_SECOND_READ | FINDING_SOFT_IMPLICIT, \
  "The file the video names is not in the course's files: upload it in Studio, remove the language, or waive it") \
X(ASSET_DAMAGED,        "asset-damaged",        ERROR, FINDING_STOPS | FINDING_WAIVABLE | FINDING_SECOND_READ | FINDING_SOFT_IMPLICIT, \
  "The file cannot be read whole: upload it again in Studio, or waive it") \
X(SRT_INVALID,          "srt-invalid",          ERROR, FINDING_STOPS | FINDING_WAIVABLE | FINDING_SOFT_IMPLICIT, \
  "The SubRip file has a block the platform cannot read: mend that line and upload it again, or waive it") \
X(SJSON_INVALID,        "sjson-invalid",        ERROR, FINDING_STOPS | FINDING_WAIVABLE | FINDING_SOFT_IMPLICIT, \
  "The SJSON file is not what the platform's player can read: upload a SubRip file in Studio, or waive it") \
X(TRANSCRIPT_TOO_LARGE, "transcript-too-large", ERROR, FINDING_STOPS | FINDING_WAIVABLE | FINDING_SOFT_IMPLICIT, \
  "The transcript is larger than [engine] max_transcript: raise the limit, shorten the file, or waive it") \
X(TRANSCRIPT_EMPTY,     "transcript-empty",     WARNING, FINDING_WAIVABLE, \
  "The transcript has no cues: it is left out") \
X(VIDEO_ID_INVALID,     "video-id-invalid",     ERROR, FINDING_STOPS, \
  "edx-val accepts letters, digits, - and _ only, at most 100: correct the video id in Studio") \
X(VIDEO_ID_CASE,        "video-id-case",        ERROR, FINDING_STOPS, \
  "Two video ids differ only in upper and lower case, which MySQL takes for one: correct one in Studio") \
X(STORE_CONFLICT,       "store-conflict",       ERROR, FINDING_STOPS, \
  "Another object stands under our name in the store: find out who wrote it; it is never replaced") \
X(VAL_DIFFERS,          "val-differs",          ERROR, FINDING_WAIVABLE | FINDING_EVIDENCE, \
  "edx-val holds another text than the course: it is kept; compare the two, and mend it in Studio or waive it") \
X(SHARED_ID_DIFFERS,    "shared-id-differs",    ERROR, FINDING_WAIVABLE | FINDING_EVIDENCE, \
  "Blocks sharing one video id promise different texts: the first is kept; give one block its own id, or waive it") \
X(SOURCE_CHANGED,       "source-changed",       ERROR, FINDING_WAIVABLE | FINDING_EVIDENCE, \
  "The course's file changed after it was migrated: what was stored is kept; mend it in Studio or waive it") \
X(VAL_REMOVED,          "val-removed",          ERROR, FINDING_WAIVABLE | FINDING_EVIDENCE, \
  "A row we registered is gone from edx-val: retry --finding val-removed registers it again") \
X(LINK_FAILED,          "link-failed",          ERROR, 0, \
  "The new video id could not be written into its block: retry when the cause is mended") \
X(LINK_PENDING,         "link-pending",         NOTICE, FINDING_WAIVABLE, \
  "The block does not name its new video id yet: learners see the transcript once it is linked") \
X(OBJECT_MISSING,       "object-missing",       ERROR, FINDING_WAIVABLE | FINDING_EVIDENCE, \
  "edx-val has the row but the store lacks its file: retry --finding object-missing puts it again") \
X(VAL_UNREAD,           "val-unread",           WARNING, FINDING_WAIVABLE, \
  "edx-val or the store could not be read, so what it holds is unknown: validate again later") \
X(VAL_OVERTAKEN,        "val-overtaken",        WARNING, FINDING_WAIVABLE, \
  "Somebody else registered this transcript at the same moment: see whose text is there") \
X(VAL_LIST_BROKEN,      "val-list-broken",      WARNING, FINDING_WAIVABLE, \
  "edx-val cannot list this course's transcripts (a file is missing in its storage)") \
X(DRAFT_ID_DIFFERS,     "draft-id-differs",     WARNING, FINDING_WAIVABLE, \
  "Draft and published name different video ids: the published one is used, and the block is not linked") \
X(BLOCK_UNNAMED,        "block-unnamed",        WARNING, FINDING_WAIVABLE, \
  "An inline video block without any name cannot be told from others: it is not migrated") \
X(TRANSCRIPTS_NOT_A_MAP, "transcripts-not-a-map", WARNING, FINDING_WAIVABLE, \
  "The block's transcripts value is no map of languages to files: read as empty") \
X(ENCODING_CONVERTED,   "encoding-converted",   NOTICE, FINDING_WAIVABLE, \
  "The file was not plain UTF-8 and was converted: look at a cue to see that its letters are right") \
X(DRAFT_DIFFERS,        "draft-differs",        NOTICE, FINDING_WAIVABLE, \
  "Draft and published hold different texts: the published one is migrated") \
X(OBJECT_UNUSED,        "object-unused",        NOTICE, FINDING_WAIVABLE, \
  "A stored file that no row names: left by an attempt that was not completed") \
X(ASSET_UNUSED,         "asset-unused",         NOTICE, FINDING_WAIVABLE, \
  "A transcript file that no video names") \
X(SOURCE_UNREACHABLE,   "source-unreachable",   ERROR, FINDING_STOPS | FINDING_TRANSIENT, \
  "The course could not be read: mend the cause and retry") \
X(SOURCE_INVALID,       "source-invalid",       ERROR, FINDING_STOPS, \
  "The source has the course, and it cannot be read: read the words, mend or export it again") \
X(VAL_UNREACHABLE,      "val-unreachable",      ERROR, FINDING_STOPS | FINDING_TRANSIENT, \
  "edx-val could not be reached: mend the cause and retry") \
X(VAL_REFUSED,          "val-refused",          ERROR, FINDING_STOPS, \
  "edx-val refused the request: read its words, mend the cause and retry") \
X(STORE_UNREACHABLE,    "store-unreachable",    ERROR, FINDING_STOPS | FINDING_TRANSIENT, \
  "The store could not be reached or written: mend the cause and retry") \
X(STORE_REFUSED,        "store-refused",        ERROR, FINDING_STOPS, \
  "The store refused the request: read its words, mend the cause and retry")
/* clang-format on */
#define X(id, name, severity, flags, help) FINDING_##id,
enum finding_code { FINDING_NONE = -1, FINDING_LIST(X) FINDING_COUNT };
#undef X

struct finding_info {
	const char *name;
	enum finding_severity severity;
	unsigned flags; /* enum finding_flags */
	const char *help; /* one line: what to do */
};

/* The row of @code; never NULL for 0 <= @code < FINDING_COUNT. */
const struct finding_info *finding_info(enum finding_code code);
/* FINDING_NONE for a name that is not in the table. */
enum finding_code finding_by_name(const char *name);
/* Severity of @code for an explicit or implicit language. */
enum finding_severity finding_severity(enum finding_code code, bool implicit);
/* The finding ends its transaction (an implicit language is left out instead). */
bool finding_stops(enum finding_code code, bool implicit);
const char *finding_severity_name(enum finding_severity severity); /* "error", ... */

#endif
