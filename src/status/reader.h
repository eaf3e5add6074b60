/*
 * reader.h - reading the status database: one read-only connection a thread.
 *
 * Not thread-safe; rows are copied out and belong to the caller (*_row_clear()). Lists come in
 * pages, so that a million rows cost what is shown.
 */
#ifndef SUBFERRY_SRC_STATUS_READER_H
#define SUBFERRY_SRC_STATUS_READER_H

#include "src/base/filter.h"
#include "src/status/status.h"

struct reader;

/* RESULT_MISSING: no such file yet; RESULT_OLD: status_open() has to bring its tables up to date
   first; otherwise as status_open(). Works while somebody writes. SQLite makes files beside it, where
   the folder lets it; where it does not, and nobody has the database open, this is
   reader_open_to_look(). */
enum result reader_open(struct reader **out, const char *path, struct error *err);
/* For one quick look that must not make a file: whoever begins to write meanwhile is not noticed. */
enum result reader_open_to_look(struct reader **out, const char *path, struct error *err);
/* After such a look: the file was written since it was opened, and what was read may be of two states. */
bool reader_was_overtaken(const struct reader *reader);
void reader_close(struct reader *reader);
/* RESULT_INVALID where the file is of another campus than @campus. */
enum result reader_check_campus(struct reader *reader, const char *campus, struct error *err);
/* RESULT_INVALID where status_open() would refuse it for @environment; reading it is no harm. */
enum result reader_check_environment(struct reader *reader, const char *environment, struct error *err);
/* Grows whenever another connection has committed (PRAGMA data_version). */
int64_t reader_version(struct reader *reader);
/* All reads until reader_end() see one state. */
enum result reader_begin(struct reader *reader, struct error *err);
void reader_end(struct reader *reader);

/*
 * From now on every reading function asks @stale(@arg) every few hundred microseconds whether
 * its answer is still wanted, and gives up with RESULT_CANCELED once it is not; the reader stays
 * as good as it was. @stale is called on the reader's thread and must not call the reader. NULL:
 * no more asking.
 */
void reader_interrupt_when(struct reader *reader, bool (*stale)(void *arg), void *arg);

/* ---- courses ------------------------------------------------------------------------------*/

/*
 * Equal ones are in the order of their keys. A course that was never planned (no pass begun and no
 * video known) has no difference and no progress yet: it comes before one with nought.
 */
enum course_sort {
	SORT_KEY, SORT_NAME, SORT_STATUS, SORT_VIDEOS, SORT_EXPECTED, SORT_IN_VAL, SORT_FINDINGS,
	SORT_CHANGED,
	SORT_DIFFERENCE, /* expected - in_val - unknown + differing; then unknown */
	SORT_ATTEMPTS,	 /* pass */
	SORT_PROGRESS,	 /* tried * 10000 / videos */
	SORT_VERIFIED,
	SORT_FLAG,	 /* unknown, off, on, turning, on with evidence that does not count */
	SORT_COUNT
};

struct course_query {
	int status;	    /* enum course_status, or -1 for all */
	const char *text;   /* part of key or name, ASCII case ignored; NULL or "": all */
	enum course_sort sort;
	bool descending;
	int64_t first, count; /* the page; count -1: all */
};

/* Some course was listed, at some time. */
enum result reader_has_courses(struct reader *reader, bool *out, struct error *err);
/* Runs may be known where no course is: those that were imported before the first scan. */
enum result reader_has_runs(struct reader *reader, bool *out, struct error *err);
/* Row of @key; RESULT_MISSING. */
enum result reader_course(struct reader *reader, const char *key, struct course_row *out,
			  struct error *err);
enum result reader_course_by_id(struct reader *reader, int64_t id, struct course_row *out,
				struct error *err);
/* A page into a new array *@rows (free each, then the array); *@total counts all that match. */
enum result reader_courses(struct reader *reader, const struct course_query *query,
			   struct course_row **rows, size_t *count, int64_t *total,
			   struct error *err);
/* Ids of all that match, in the order of the query (free()). */
enum result reader_course_ids(struct reader *reader, const struct course_query *query,
			      int64_t **ids, size_t *count, struct error *err);
struct totals {
	int64_t courses[COURSE_STATUS_COUNT]; /* without those gone */
	int64_t paused, wanted;		      /* intents pause; intents run */
	int64_t gone;
	int64_t videos, tried, failed;
	struct counts counts;
	/* of courses with the intent run, for the time that is left */
	int64_t wanted_videos, wanted_tried;
	int64_t wanted_unplanned; /* such courses whose videos are not known yet */
};
enum result reader_totals(struct reader *reader, struct totals *out, struct error *err);
/* The same of some courses, by their ids; those gone are not counted at all. */
struct chosen_totals {
	struct totals totals;
	int64_t ended;	/* Migrated or Failed, and not wished for anew */
	int64_t failed; /* videos, without those of an earlier pass that is to be begun anew */
};
enum result reader_totals_of(struct reader *reader, const int64_t *ids, size_t count,
			     struct chosen_totals *out, struct error *err);

/* Courses with an intent other than idle, without those gone, by intent number: the engine's
   work list. */
struct wanted {
	int64_t id, number;
	enum course_intent intent;
	enum course_status status;
};
enum result reader_wanted(struct reader *reader, struct wanted **out, size_t *count,
			  struct error *err);
/* The number of the newest intent of the campus, 0 before the first: quick enough to ask forty
   times a second whether another process wished for something. */
enum result reader_intent_number(struct reader *reader, int64_t *out, struct error *err);
/* The course's intent alone, quick. */
enum result reader_intent(struct reader *reader, int64_t course, enum course_intent *intent,
			  int64_t *number, struct error *err);

/* ---- below a course -----------------------------------------------------------------------*/

enum result reader_video(struct reader *reader, int64_t id, struct video_row *out,
			 struct error *err);
/* By "id" or "type@id" in a course; RESULT_MISSING, or RESULT_INVALID when two types have it. */
enum result reader_find_video(struct reader *reader, int64_t course, const char *name,
			      struct video_row *out, struct error *err);
/* Videos of a course in plan order, without gone ones; count -1: all. */
enum result reader_videos(struct reader *reader, int64_t course, int64_t first, int64_t count,
			  struct video_row **rows, size_t *got, int64_t *total, struct error *err);
/* The languages of all videos of a course at the positions @first to @last (video_row.position),
   without gone ones: by video, in plan order, and by language (free()). One statement. */
enum result reader_languages(struct reader *reader, int64_t course, int64_t first, int64_t last,
			     struct language_row **rows, size_t *got, struct error *err);
/* Transcripts of a video, by language. */
enum result reader_transcripts(struct reader *reader, int64_t video, struct transcript_row **rows,
			       size_t *count, struct error *err);

struct finding_query {
	int64_t course, video; /* 0: any */
	int code;	       /* enum finding_code or -1 */
	int64_t first, count;  /* count -1: all */
	bool with_waived;
	const struct filter *filter; /* finding_fields; NULL: all. Borrowed for the call */
	int64_t now;		     /* wall microseconds, for its ages */
};
/*
 * By severity (errors first), code, course (in the order they were first listed), block,
 * language. With a filter the whole list is looked through once; the reader keeps which pass, so
 * that other pages of the same list cost what is shown until somebody commits.
 */
enum result reader_findings(struct reader *reader, const struct finding_query *query,
			    struct finding_row **rows, size_t *count, int64_t *total,
			    struct error *err);
/*
 * All findings that @query is about (but for its page), in its order, as new @picks. With @like, a
 * finding's id: only those that a waiver of it covers; none if it is not there any more. With
 * @language: only those of it, or, where it has none, those without a language.
 */
enum result reader_picks(struct reader *reader, const struct finding_query *query,
			 const char *language, int64_t like, struct picks **out, struct error *err);
/* The findings of one code. */
struct finding_group {
	enum finding_code code;
	int64_t open[FINDING_ERROR + 1]; /* by severity: of an implicit language it is a lesser one */
	int64_t waived;
	int64_t courses; /* that have an open one */
};
int64_t finding_group_open(const struct finding_group *group);
/* The worst of the open ones; where all are waived, the code's own. */
enum finding_severity finding_group_severity(const struct finding_group *group);
/* Groups of all findings, of a course's or of a video's (0: any), worst first, into a new array
   *@groups (free()). Costs a walk along an index, and nothing while nothing has changed. */
enum result reader_finding_groups(struct reader *reader, int64_t course, int64_t video,
				  struct finding_group **groups, size_t *count, struct error *err);
/* Open findings by code into @counts (FINDING_COUNT elements). */
enum result reader_finding_counts(struct reader *reader, int64_t course, int64_t *counts,
				  struct error *err);
enum result reader_attempts(struct reader *reader, int64_t video, struct attempt_row **rows,
			    size_t *count, struct error *err);

struct event_query {
	const char *object; /* NULL, "" or a course key: what was done to it or below it */
	int64_t first, count; /* count -1: all */
	const struct filter *filter; /* event_fields; NULL: all. Borrowed for the call */
	int64_t now;		     /* wall microseconds, for its ages */
};
/*
 * Newest first. With a filter all events are looked through once, afterwards only those that are
 * new: the reader keeps which pass, eight bytes each (of one filter; one that asks for an age
 * starts anew with each second). What was looked through stays so where it is given up.
 */
enum result reader_events(struct reader *reader, const struct event_query *query,
			  struct event_row **rows, size_t *got, int64_t *total, struct error *err);
/* @object: a course's key, or that with a block and a language behind ("-": none). Whatever it
   is, an object that names no course leaves @out empty. */
enum result reader_event_item(struct reader *reader, const char *object, struct event_item *out,
			      struct error *err);
/* Position of the next row of the query's list (direction 1) or the previous (-1) from @from,
   exclusive, that holds @text; wraps around; -1 if there is none. Walks through the list. */
enum result reader_find_finding(struct reader *reader, const struct finding_query *query,
				const char *text, int64_t from, int direction, int64_t *out,
				struct error *err);
enum result reader_find_event(struct reader *reader, const struct event_query *query,
			      const char *text, int64_t from, int direction, int64_t *out,
			      struct error *err);
/* The journal of a video, oldest first. */
enum result reader_journal(struct reader *reader, int64_t video, struct journal_row **rows,
			   size_t *count, struct error *err);
enum result reader_waivers(struct reader *reader, const char *course, struct waiver_row **rows,
			   size_t *count, struct error *err);
enum result reader_holder(struct reader *reader, struct holder_row *out, struct error *err);
/* What is wished of the engine (status_steer()) with a number above @after, in their order. */
enum result reader_steering(struct reader *reader, int64_t after,
			    struct steering_row rows[STEER_COUNT], size_t *count, struct error *err);
/* What status_remember() kept (free()); "" when nothing. */
enum result reader_recall(struct reader *reader, const char *name, char **out, struct error *err);

/* ---- what the transaction asks ------------------------------------------------------------*/

/* The newest registered row of the journal for (val id, language) of any video:
   RESULT_MISSING if we never registered it. */
enum result reader_registered(struct reader *reader, const char *val_id, const char *language,
			      struct journal_row *out, struct error *err);
/* Lines "register" since @since (wall microseconds) of the course's videos, whose transcripts are
   migrated under the name and id of the line; by video, in plan order (clear each, free()). */
enum result reader_registered_since(struct reader *reader, int64_t course, int64_t since,
				    struct journal_row **rows, size_t *count, struct error *err);
/* The newest name the journal announced or put for it ("intent", "put"): RESULT_MISSING. */
enum result reader_announced(struct reader *reader, const char *val_id, const char *language,
			     struct journal_row *out, struct error *err);
/* Another val id of a planned video that differs from @val_id in ASCII case only (free()), with
   the block that has it, "video@x of <course key>"; RESULT_MISSING if none. */
enum result reader_case_twin(struct reader *reader, const char *val_id, char **twin, char **block,
			     struct error *err);
/* The planned transcripts of (val id, language) of other videos than @video, whose text is
   known: their sha256 in *@sha256s (array of HASH_HEX strings; free()), of this course those at
   an earlier position first. */
enum result reader_siblings(struct reader *reader, int64_t video, const char *val_id,
			    const char *language, char (**sha256s)[HASH_HEX], size_t *count,
			    struct error *err);

/* ---- is it true? --------------------------------------------------------------------------*/

/* Adds up every row anew. RESULT_DAMAGED: a sum of a video, a course or a course in a run is not
   what its rows say, and the text names the first. */
enum result status_check(struct reader *reader, struct error *err);
/* Recomputes the chain of events (event.h); *@head is the newest hash ("" without events).
   RESULT_DAMAGED: an event is not what was written, and the text names the first. */
enum result status_check_events(struct reader *reader, char head[HASH_HEX], struct error *err);

#endif
