/*
 * rows.h - the rows of the status database as the program sees them.
 *
 * Plain data, shared by the planner and the transaction (which fill them), the database (which
 * keeps them) and screens and commands (which show them). Strings are owned by the row and
 * never NULL in a row that was read; *_clear() frees them and may run twice.
 */
#ifndef SUBFERRY_SRC_STATUS_ROWS_H
#define SUBFERRY_SRC_STATUS_ROWS_H

#include "src/base/finding.h"
#include "src/base/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* clang-format off */
#define COURSE_STATUS_LIST(X) \
	X(NOT_MIGRATED, "Not-Migrated") X(IN_PROGRESS, "In-Progress") \
	X(MIGRATED, "Migrated") X(FAILED, "Failed")
#define COURSE_INTENT_LIST(X) X(IDLE, "idle") X(RUN, "run") X(PAUSE, "pause")
/* What became of one video in the pass under way. */
#define VIDEO_STATE_LIST(X) X(WAITING, "waiting") X(DONE, "done") X(FAILED, "failed")
/* What became of one expected transcript, or why it is not expected. */
#define TRANSCRIPT_OUTCOME_LIST(X) \
	X(PLANNED,  "planned")        /* not tried yet */ \
	X(MIGRATED, "migrated")       /* registered by us, in this attempt or an earlier one */ \
	X(KEPT,     "kept")           /* val had it already */ \
	X(WOULD,    "would-migrate")  /* dry run: would be registered */ \
	X(FAILED,   "failed")         /* not in val, because of a finding */ \
	X(LEFT_OUT, "left-out")       /* not expected: no cues, or implicit and unreadable */ \
	X(WAIVED,   "waived")         /* not expected: an operator accepted its finding */ \
	X(EXTRA,    "extra")          /* not expected, but val has it */ \
	X(UNTOLD,   "untold")         /* dry run: val cannot tell whether it has it: unknown until tried */
/* Source compared with val and store. */
#define TRANSCRIPT_COMPARE_LIST(X) \
	X(NONE, "not compared") X(SAME, "same") X(DIFFERS, "differs") X(UNKNOWN, "unknown") \
	X(MISSING, "missing")
#define VERIFY_LEVEL_LIST(X) \
	X(NONE, "none") X(COUNT, "count") X(SIZE, "size") X(HASH, "hash") X(BYTES, "bytes") \
	X(CUES, "cues")
/* The flag of a course as we know it: between a journalled switch and what reads back it is turning. */
#define FLAG_STEP_LIST(X) \
	X(UNKNOWN, "unknown") /* never read */ \
	X(OFF, "off") X(TURNING_ON, "turning-on") X(ON, "on") X(TURNING_OFF, "turning-off")
/* What the last validation is worth. Age does not count here: compare course_row.verified. */
#define EVIDENCE_STATE_LIST(X) X(NONE, "none") X(FRESH, "fresh") X(STALE, "stale")
#define RUN_KIND_LIST(X) X(DRY, "dry") X(MOCK, "mock") X(REAL, "real")
/* clang-format on */

#define X(id, name) COURSE_##id,
enum course_status { COURSE_STATUS_LIST(X) COURSE_STATUS_COUNT };
#undef X
#define X(id, name) INTENT_##id,
enum course_intent { COURSE_INTENT_LIST(X) INTENT_COUNT };
#undef X
#define X(id, name) VIDEO_##id,
enum video_state { VIDEO_STATE_LIST(X) VIDEO_STATE_COUNT };
#undef X
#define X(id, name) OUTCOME_##id,
enum transcript_outcome { TRANSCRIPT_OUTCOME_LIST(X) OUTCOME_COUNT };
#undef X
#define X(id, name) COMPARE_##id,
enum transcript_compare { TRANSCRIPT_COMPARE_LIST(X) COMPARE_COUNT };
#undef X
#define X(id, name) LEVEL_##id,
enum verify_level { VERIFY_LEVEL_LIST(X) VERIFY_LEVELS };
#undef X

#define X(id, name) STEP_##id,
enum flag_step { FLAG_STEP_LIST(X) FLAG_STEPS };
#undef X
#define X(id, name) EVIDENCE_##id,
enum evidence_state { EVIDENCE_STATE_LIST(X) EVIDENCE_STATES };
#undef X
#define X(id, name) RUN_##id,
enum run_kind { RUN_KIND_LIST(X) RUN_KINDS };
#undef X

/* Why an engine starts nothing new; of several, the last is told. */
#define HOLD_REASON_LIST(X)                                                                        \
	X(HOLD_NONE, "")                                                                           \
	X(HOLD_ENDPOINT, "endpoint") /* it cannot be reached; ends by itself */                    \
	X(HOLD_JOURNAL, "journal")   /* it cannot be written; ends by itself */                    \
	X(HOLD_RESTART, "restart")   /* an earlier session's courses wait for "go on" */           \
	X(HOLD_OPERATOR, "operator") /* somebody said so, until somebody says "go on" */           \
	X(HOLD_REST, "rest")	     /* the process that has the engine is suspended */
/* What can be wished of an engine that runs, in any process. */
#define STEER_LIST(X)                                                                              \
	X(STEER_HOLD, "hold") /* 1: nothing new starts; 0: go on */                                \
	X(STEER_WORKERS, "workers")                                                                \
	X(STEER_RATE, "rate") /* transactions started a second; 0: no limit */

#define X(id, name) id,
enum hold_reason { HOLD_REASON_LIST(X) HOLD_REASONS };
enum steer { STEER_LIST(X) STEER_COUNT };
#undef X

const char *course_status_name(enum course_status status);
const char *course_intent_name(enum course_intent intent);
const char *video_state_name(enum video_state state);
const char *transcript_outcome_name(enum transcript_outcome outcome);
const char *transcript_compare_name(enum transcript_compare compare);
const char *verify_level_name(enum verify_level level);
/* The readers of the same words; false for any other. Case counts in none of them. */
const char *hold_reason_name(enum hold_reason reason);
const char *steer_name(enum steer what);
const char *flag_step_name(enum flag_step step);
const char *evidence_state_name(enum evidence_state state);
const char *run_kind_name(enum run_kind kind);
bool course_status_read(const char *name, enum course_status *out);
bool course_intent_read(const char *name, enum course_intent *out);
bool video_state_read(const char *name, enum video_state *out);
bool transcript_outcome_read(const char *name, enum transcript_outcome *out);
bool transcript_compare_read(const char *name, enum transcript_compare *out);
bool verify_level_read(const char *name, enum verify_level *out);
bool hold_reason_read(const char *name, enum hold_reason *out);
bool steer_read(const char *name, enum steer *out);
bool flag_step_read(const char *name, enum flag_step *out);
bool evidence_state_read(const char *name, enum evidence_state *out);
bool run_kind_read(const char *name, enum run_kind *out);

/* It is on, and what it was switched on for does not count any more. */
static inline bool flag_is_stale(enum flag_step flag, enum evidence_state evidence)
{
	return flag == STEP_ON && evidence != EVIDENCE_FRESH;
}
/* A switch has begun that was not read back yet. */
static inline bool flag_is_turning(enum flag_step flag)
{
	return flag == STEP_TURNING_ON || flag == STEP_TURNING_OFF;
}
/* It is on, or may be: there is something to switch off. */
static inline bool flag_may_be_on(enum flag_step flag)
{
	return flag == STEP_ON || flag_is_turning(flag);
}

/* Whose promise a transcript is, by bits; both: in both branches. */
enum branch_bits { BRANCHES_NONE = 0, IN_PUBLISHED = 1, IN_DRAFT = 2 };

/* Sets of (block, language), summed up: design 5, "Counting". */
struct counts {
	int64_t expected;
	int64_t in_val;	   /* of the expected */
	int64_t unknown;   /* of the expected: val could not tell */
	int64_t extra;	   /* rows of our val ids that nothing promises */
	int64_t differing; /* in val and compared unequal */
	int64_t errors, warnings, notices, waived; /* open findings, and waived ones */
};

struct course_row {
	int64_t id;
	char *key, *name, *location;
	enum course_status status;
	enum course_intent intent;
	int64_t intent_number;	/* grows with every intent of the campus */
	char *intent_finding;	/* "" or: only blocks with this finding */
	bool gone;		/* no longer in the source */
	int64_t pass;		/* counts the times a run was begun from the start */
	int64_t videos, tried, failed; /* tried: done or failed in this pass */
	struct counts counts;
	int64_t bytes;		/* of the transcripts in val that we know the size of */
	char *problem;		/* "" or why the course as a whole failed */
	int64_t begun, changed; /* wall microseconds, 0 never */
	enum verify_level level; /* of the last validation, NONE if there was none */
	int64_t verified;	/* when, wall microseconds */
	enum flag_step flag;	/* as read or switched last */
	enum evidence_state evidence;
};

struct video_row {
	int64_t id, course_id;
	char *type, *block, *name;
	int64_t position;     /* order in the plan: by type and block as bytes */
	char *val_id;	      /* "" until there is something to migrate */
	bool val_id_new;      /* made by us for a block without one */
	unsigned branches;    /* enum branch_bits: where the block exists */
	enum video_state state;
	int64_t attempts;     /* of this pass */
	struct counts counts;
	char *expected_languages, *val_languages; /* "en es fr", for screens */
	bool gone;	      /* no longer in the course */
};

struct transcript_row {
	int64_t id, video_id;
	char *language;
	bool expected;
	bool implicit;
	unsigned branches;    /* enum branch_bits: which promise it */
	unsigned taken;	      /* the branch whose text is migrated: one bit, or both when equal */
	char *source;	      /* asset id of the taken text; "" if none */
	char *source_sha256;  /* of its raw bytes; "" when it could not be read */
	char *encoding;	      /* "" or what it was converted from */
	char *format;	      /* "SubRip", "SJSON", "" */
	char *sha256;	      /* of the converted bytes; "" when there are none */
	int64_t size, cues;   /* of the converted bytes; -1 unknown */
	char *object;	      /* the name our bytes have in the store; "" */
	enum transcript_outcome outcome;
	int in_val;	      /* enum val_presence (src/val/val.h) */
	char *val_object;     /* the name val has; "" unknown or none */
	enum transcript_compare compare;
	enum verify_level level; /* at which compare was seen */
	char *detail;	      /* what differs, in a few words; "" */
};

/* One language of a video in short, for a screen that shows those of many videos. */
struct language_row {
	int64_t video_id;
	char language[24];    /* cut, on a character, where it is longer */
	bool expected, implicit;
	unsigned branches;    /* enum branch_bits */
	int in_val;	      /* enum val_presence */
	enum transcript_compare compare;
	enum transcript_outcome outcome;
};

struct finding_row {
	int64_t id, course_id, video_id; /* video_id 0: of the course itself */
	char *course, *block, *language; /* for people; block "type@id" or "", language "" */
	enum finding_code code;
	enum finding_severity severity;
	char *text;
	char *seen;   /* hash of the source content it was made from; "" if none was readable */
	bool waived;
	char *reason; /* of the waiver; "" */
	char *who;    /* who waived; "" */
	int64_t at;   /* wall microseconds */
};

/* A line of the audit and of the engine's acts, hash-chained. */
struct event_row {
	int64_t id, at;
	char *who, *action, *object, *what, *why, *hash;
	enum finding_severity severity; /* NOTICE for acts that went as they should */
};

/* What an event is of, as far as its object names something that is there. */
struct event_item {
	int64_t course, video; /* 0: none */
	char language[56];
};

struct attempt_row {
	int64_t id, video_id, pass, number, begun, ended;
	char *result; /* "done", "failed", "again" */
	char *text;
};

/* One line of the journal: an act on val or store, intended or done. */
struct journal_row {
	int64_t id, at, course_id, video_id;
	const char *kind; /* static: "intent", "put", "create", "register", "confirm", "link" */
	char *val_id, *language, *object, *sha256;
	int64_t size;
};

struct waiver_row {
	int64_t id;
	char *course, *block, *language; /* block and language "-" when the finding has none */
	enum finding_code code;
	char *seen, *reason, *who;
	int64_t at;
};

/* Who runs the engine on this status database. */
struct holder_row {
	bool held;	   /* a process holds the engine lock, as last written by it */
	char *who, *host;
	int64_t pid, since, beat; /* wall microseconds */
	char *hold;	   /* "" or why the engine stands still */
	int64_t hold_since;
	int64_t under_way; /* transactions */
	enum hold_reason reason;
	int64_t workers, rate; /* rate 0: no limit */
	int64_t began; /* wishes of this number and below are of engines before */
};

/* What an operator wishes of the engine that runs. */
struct steering_row {
	enum steer what;
	int64_t value, number;
	char who[64];
};

/* What a person sees of the row holds @text, whatever the case of ASCII letters. */
bool finding_row_holds(const struct finding_row *row, const char *text);
bool event_row_holds(const struct event_row *row, const char *text);
/* "Migrated", "In-Progress, paused", "Failed, launched", ... into @out; returns @out. */
const char *course_row_status(const struct course_row *row, char *out, size_t size);

void course_row_clear(struct course_row *row);
void video_row_clear(struct video_row *row);
void transcript_row_clear(struct transcript_row *row);
void finding_row_clear(struct finding_row *row);
void event_row_clear(struct event_row *row);
void attempt_row_clear(struct attempt_row *row);
void journal_row_clear(struct journal_row *row);
void waiver_row_clear(struct waiver_row *row);
void holder_row_clear(struct holder_row *row);

#endif
