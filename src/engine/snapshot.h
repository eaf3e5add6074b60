/*
 * snapshot.h - what a screen draws: complete, immutable, counted.
 *
 * The desk (desk.h) publishes a new snapshot when something that is shown has changed. A
 * snapshot holds the counters of the campus and the visible page of the screen asked for.
 * Whoever holds a reference reads it with no lock.
 */
#ifndef SUBFERRY_SRC_ENGINE_SNAPSHOT_H
#define SUBFERRY_SRC_ENGINE_SNAPSHOT_H

#include "src/engine/boards.h"
#include "src/engine/message.h"
#include "src/engine/story.h"
#include "src/format/cues.h"
#include "src/format/key.h"
#include "src/rollout/comparison.h"
#include "src/status/reader.h"

#define HISTORY_POINTS 60 /* one a second, or one a minute, newest last */
#define FILTER_BYTES 256   /* bytes of a filter's text with the NUL */

enum page_kind {
	PAGE_COURSES,  /* course_row */
	PAGE_VIDEOS,   /* of one course: video_row, and its findings of the selected video */
	PAGE_DIFF,     /* of one video: transcript_row, and the cues of one language */
	PAGE_GROUPS,   /* finding_group, of all or one course */
	PAGE_FINDINGS, /* finding_row, of all, one course, or one code; and the groups */
	PAGE_LOG,      /* event_row */
	PAGE_WHY,      /* of a course, a video or a language: its story */
	PAGE_RUNS,     /* run_row, newest first; of the selected one its courses */
	PAGE_COMPARE,  /* two runs: the whole comparison, paged by the screen itself */
	PAGE_BOARD,    /* the boards of desk_show_boards(), which returned @video */
};

/* What an act waits for: it is kept until desk_answer(), and nothing is done before. */
enum question_kind {
	QUESTION_NONE,
	QUESTION_VANISHED, /* our rows are gone from val in bulk: y goes on all the same */
	QUESTION_PERMIT,   /* the gate before production: the campus name, and a reason */
};
struct desk_question {
	enum question_kind kind;
	uint64_t serial; /* of the act */
	char act[64];	 /* "launch 12 courses" */
	char text[512];	 /* what is amiss or missing */
};

/* An act of which nothing shows yet, and that it has waited for a moment already. */
struct desk_waiting {
	char act[64];	/* "launch 12 courses"; "": none waits */
	char what[160]; /* "edx-val is asked for our rows" */
	bool can_leave; /* desk_give_up() takes it back */
};

/*
 * What is wanted once, beside the page: all ids that an act is to be of. An act waits for the
 * answer, so that it is of what was there when its key was pressed, and can say how many.
 */
enum page_ask {
	ASK_NOTHING,
	ASK_COURSES,  /* of all rows of PAGE_COURSES: snapshot.ids */
	ASK_FINDINGS, /* whatever page is shown: snapshot.picks */
};
struct page_question {
	enum page_ask ask;
	uint64_t serial; /* not 0; comes back with the answer */
	/* ASK_FINDINGS: which; reader_picks() */
	int64_t course, video; /* 0: any */
	int code;	       /* enum finding_code or -1 */
	char language[56];     /* or "" */
	char filter[FILTER_BYTES];
	int64_t like;	       /* or 0 */
};

/* What a screen wants to see. Plain data, copied. */
struct page_request {
	enum page_kind kind;
	int64_t course, video; /* ids; 0: any */
	char language[56];     /* PAGE_DIFF: whose cues; PAGE_WHY: "" is all */
	int status;	       /* PAGE_COURSES: enum course_status or -1 */
	int code;	       /* PAGE_FINDINGS: enum finding_code; PAGE_COMPARE: enum compared; or -1 */
	char filter[FILTER_BYTES]; /* filter.h, in the fields of the kind of row; an invalid one: "" */
	enum course_sort sort;
	bool descending;
	int64_t run_a, run_b; /* PAGE_COMPARE: numbers */
	int64_t first;	  /* first row of the page */
	int64_t count;	  /* rows that fit */
	int64_t selected; /* row under the cursor, absolute; its details come with the page */
	/* a search: position of the next row with @find from @find_from */
	char find[64];
	int64_t find_from;
	int find_direction;  /* 1, -1; 0: no search */
	uint64_t find_serial; /* comes back with the answer */
	/* a course by a part of its key, whatever page is shown; "" : none is looked for */
	char guess[64];
	int64_t guess_step; /* 0: the best one, 1: the next ... around */
	struct page_question question;
};

/* How the two cues of a line of a diff differ, in bits. */
enum diff_how {
	DIFF_START = 1, DIFF_END = 2, DIFF_TEXT = 4,
	DIFF_HERE = 8,	  /* only the source has this cue */
	DIFF_THERE = 16,  /* only the store has it */
	DIFF_SPLIT = 32,  /* of a group: one cue of the source is several in the store ... */
	DIFF_JOINED = 64, /* ... several cues of the source are one in the store; same text */
};

/* The cues of one transcript, source as converted and as stored. Immutable once it is shared. */
struct diff {
	int refs; /* atomic */
	bool loading;
	char stage[64]; /* while it is read: what of it, "the stored file" */
	char left_name[256]; /* asset of the source */
	char right_name[256]; /* of the stored object, as val has it */
	char left_object[OBJECT_NAME_SIZE]; /* the name our bytes have or would have; "" */
	char left_sha256[HASH_HEX], right_sha256[HASH_HEX];
	int64_t left_size, right_size; /* bytes as converted and as stored; -1 unknown */
	char left_format[16], right_format[16]; /* of the source, "SubRip"; as val says, "sjson" */
	char left_problem[256], right_problem[256]; /* why a side is empty */
	bool same_bytes; /* both sides are known, to the byte */
	struct cues left, right;
	/* aligned lines: index of the cue on each side or -1; @differs marks lines unlike, and
	   none does while a side has a problem */
	struct diff_line {
		int32_t left, right;
		bool differs;
		unsigned char how; /* enum diff_how */
	} *lines;
	size_t line_count;
	int64_t first_difference; /* a line, -1 none */
	int64_t differences;	  /* lines that differ */
};

struct snapshot {
	uint64_t generation;
	/* ---- always there ---- */
	char campus[64], environment[32];
	bool tls_unverified;  /* an endpoint is configured so */
	char mode[16];	      /* "dry", "mock", "real", "viewer" */
	int64_t evidence_age; /* evidence that is older counts no more; microseconds, 0: not known */
	int64_t run;	      /* number of the run that is open, else of the newest one here; 0: none yet */
	enum run_kind run_kind; /* of it */
	bool run_open;
	int64_t dry_run;      /* the engine, here or elsewhere, is that of this dry run; 0: it is none */
	char launch_means[160]; /* "" or what launching means for learners (permit.h) */
	struct desk_question question; /* an act waits for its answer */
	struct desk_waiting waiting;
	/* "engine here, 8 workers", "engine: dry run 4 of ana@host since 02:10, 8 workers, pid 12" */
	char engine[160];
	bool engine_here;
	bool waits_for_go;    /* intents of an earlier session wait for one key (go on) */
	char hold[320];	      /* "", or after "work waits" the one reason: "since 03:12:41: store: ..." */
	bool held_by_operator; /* then @hold is "held by ana since 03:12:41", and one key goes on */
	int64_t workers;      /* 0: no engine */
	int64_t rate_limit;   /* transactions started a second; 0: no limit */
	/* fewer requests at a time than configured, because a server asked to slow down; 0: full
	   speed */
	int allowed, most;
	char slowed_by[64];   /* "store answers 503 Slow Down" */
	/* so long (s) somebody here has waited for the flag's backend; 0: not, or for a moment only */
	int64_t flag_waits;
	char flag_name[160];  /* "admin https://..." */
	int64_t under_way;    /* transactions */
	int64_t pausing;      /* of these, of paused courses */
	bool counted;	      /* the totals are known; false only for the first page(s) */
	bool scanned;	      /* the source's course list was read by this process, or could not be */
	struct totals totals;
	double rate;	      /* transcripts a second over the last 10 s */
	double history[HISTORY_POINTS], errors[HISTORY_POINTS]; /* a second each */
	double minutes[HISTORY_POINTS], minute_errors[HISTORY_POINTS]; /* a minute each */
	/* wall microseconds; 0 and 0: see eta_reason; high 0: not before low, and no end can be told */
	int64_t eta_low, eta_high;
	int64_t left_low, left_high; /* the same in seconds of work, from when a hold ends */
	char eta_reason[64];  /* "nothing launched", "held", "too early to say" */
	struct messages messages; /* what the engine and acts said to the operator */
	/* ---- the page ---- */
	struct page_request request; /* what this page answers */
	bool loading;		     /* the page is still being read: rows are of before */
	int64_t total;		     /* rows that match */
	size_t count;		     /* rows here */
	struct course_row *courses;  /* one of these by request.kind */
	struct video_row *videos;
	/* PAGE_VIDEOS: those of videos[i] are languages[language_from[i]] to, exclusive,
	   languages[language_from[i + 1]] */
	struct language_row *languages;
	size_t language_count, *language_from;
	struct transcript_row *transcripts;
	struct finding_row *findings; /* the page, or the findings of the selected row */
	size_t finding_count;
	int64_t finding_total;	     /* of the selected row: how many there are */
	struct event_row *events;
	struct event_item *event_items; /* what each of them is of */
	struct finding_group *groups; /* PAGE_GROUPS, PAGE_FINDINGS */
	size_t group_count;
	struct course_row course;    /* of pages of one course: whose */
	char stale[120];	     /* PAGE_VIDEOS: "" or why its evidence does not count any more */
	struct video_row video;	     /* PAGE_DIFF: whose */
	struct {
		int64_t pass, number; /* 0: none */
		int64_t ended;	      /* wall */
		char result[160];     /* "done", "failed, ..." */
	} last_try;		     /* PAGE_VIDEOS, PAGE_DIFF: of the selected row */
	struct diff *diff;	     /* PAGE_DIFF or NULL */
	struct story *story;	     /* PAGE_WHY; NULL while it is read */
	struct run_row *runs;	     /* PAGE_RUNS */
	struct run_course_row *run_courses; /* of the selected run, by key */
	size_t run_course_count;
	struct comparison *comparison; /* PAGE_COMPARE; NULL while it is read, or @problem */
	enum compared compared_list;   /* of it: request.code, or if that is -1 the one to begin with */
	struct boards *boards;	     /* PAGE_BOARD; NULL before the first */
	int64_t found;		     /* answer to the search: a row, -1 none */
	uint64_t found_serial;
	int64_t guessed;	     /* answer to the guess: a course, 0 none ... */
	char guessed_key[256];
	int64_t guess_count;	     /* ... of so many that fit */
	uint64_t answered;	     /* serial of the question that is answered here; 0 none */
	int64_t *ids;		     /* ASK_COURSES, or NULL */
	size_t id_count;
	struct picks *picks;	     /* ASK_FINDINGS, or NULL */
	char problem[256];	     /* the page could not be read: why */
	int refs;		     /* atomic */
};

struct snapshot *snapshot_ref(struct snapshot *snap);
void snapshot_unref(struct snapshot *snap); /* accepts NULL */
/* Somebody beside the caller has a reference. */
bool snapshot_is_shared(const struct snapshot *snap);

#endif
