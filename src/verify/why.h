/*
 * why.h - one item's whole life: what the source promises, what became of it, who did what.
 *
 * The story is read here and told to a teller, one thing at a time: why_text makes lines of it
 * for people, in a terminal or on a screen; `why --json` has a teller of its own. Reads the
 * status database and the source as it is now. Of one thread, that of its reader.
 */
#ifndef SUBFERRY_SRC_VERIFY_WHY_H
#define SUBFERRY_SRC_VERIFY_WHY_H

#include "src/source/resolve.h"
#include "src/source/source.h"
#include "src/status/reader.h"
#include "src/status/rollout.h"

/* Who listens. Every function is required; what it is given is borrowed for the call. */
struct why_teller {
	void (*course)(void *to, const struct course_row *row);
	/* what its last validation is worth now, and why */
	void (*evidence)(void *to, const struct evidence *evidence, enum evidence_state state,
			 const char *text);
	void (*section)(void *to, const char *title); /* a heading for people */
	void (*listed)(void *to, const struct video_row *row); /* one of the course's videos */
	void (*video)(void *to, const struct video_row *row);  /* the one asked for */
	void (*branch)(void *to, const char *branch, const struct video_fields *fields);
	/* @assets: what the promise's names, in order, turned out to be */
	void (*promise)(void *to, const char *branch, const struct promise *promise,
			const struct asset *assets);
	/* the branch names no transcript at all (@language NULL), or none of that language */
	void (*no_promise)(void *to, const char *branch, const char *language);
	void (*transcript)(void *to, const struct transcript_row *row);
	void (*attempt)(void *to, const struct attempt_row *row);
	void (*finding)(void *to, const struct finding_row *row);
	void (*journal)(void *to, const struct journal_row *row);
	void (*event)(void *to, const struct event_row *row);
	void (*problem)(void *to, const char *text); /* the source cannot be read now */
};

/* What is told: a course, one of its videos, one language of it. Set up by the caller as far as
   the first seven; the rest is filled in here. */
struct why {
	struct reader *reader;
	int64_t now, most_age; /* of evidence; wall microseconds */
	const struct why_teller *teller;
	void *to;
	const char *video_name; /* "id" or "type@id", borrowed; NULL: the course */
	const char *language;	/* borrowed; NULL: all */
	struct course_row course; /* filled in by the caller, cleared by why_clear() */
	struct video_row video;	  /* of the status database, when @planned */
	bool planned;
	char *block; /* "type@id" once it is known from either side */
	/* the source as it is now: NULL where it cannot be read or lacks the video */
	struct source_course *source;
	const struct video_block *source_block;
	char source_problem[512]; /* "" or why it cannot be read: part of the story */
};

/* Looks for the video in the status database; that it is not there yet is no error. RESULT_INVALID:
   two blocks have that name, and the text says how to tell them apart. */
enum result why_find_video(struct why *why, struct error *err);
/* Opens the course in the source and looks for the video; a source that cannot be read is part of
   the story. Afterwards somebody knows the video if @planned or @source_block is set. */
void why_open_source(struct why *why, struct source *source);
enum result why_tell(struct why *why, struct error *err);
void why_clear(struct why *why); /* may run twice */

/* ---- for people ---------------------------------------------------------------------------*/

/* The teller that makes lines; its @to is a struct why_lines. Texts are untrusted: whoever shows
   a line makes it harmless as a whole. */
struct why_lines {
	void (*line)(void *arg, const char *text);
	void *arg;
};
extern const struct why_teller why_text;

/* ---- words for every teller ---------------------------------------------------------------*/

const char *why_branches(unsigned bits);	   /* "published and draft" */
const char *why_promise_kind(enum promise_kind kind); /* "explicit" */
const char *why_asset_state(enum asset_state state);  /* "found" */
const char *why_presence(int in_val);		   /* "unknown", "absent", "present" */
/* How many of the promise's names count: names behind the first that exists never do. */
size_t why_names(const struct promise *promise, const struct asset *assets);

#endif
