/*
 * world.h - a small campus for tests of the transaction and the engine: a source in memory, the
 * real embedded val, directory store and status database in a folder of their own, and faults
 * that can be put between (a call that fails before or after it acts).
 */
#ifndef SUBFERRY_TESTS_UNIT_WORLD_H
#define SUBFERRY_TESTS_UNIT_WORLD_H

#include <stdatomic.h>

#include "src/campus.h"
#include "src/engine/engine.h"
#include "src/source/outline.h"

enum fault_point {
	FAULT_NONE, FAULT_LOOKUP, FAULT_CREATE, FAULT_REGISTER, FAULT_PUT, FAULT_FIND, FAULT_READ,
	FAULT_OPEN, FAULT_VAL_PROBE, FAULT_STORE_PROBE, FAULT_LOOK, FAULT_SOURCE_PROBE, FAULT_LINK,
	FAULT_READ_BACK, FAULT_POINTS
};

struct fault {
	enum result result; /* what is answered */
	int times;	    /* so many calls fail, -1 all */
	bool after;	    /* the act is done all the same: the answer was lost */
	int calls;	    /* counted; atomic */
	int delay;	    /* milliseconds that every call takes */
};

struct world_file {
	char *name, *bytes;
};

struct world {
	char folder[64];
	struct campus campus;
	struct conf conf;
	struct status *status;
	struct reader *reader;
	/* the source in memory */
	struct outline *outlines[16];
	size_t outline_count;
	struct world_file files[64];
	size_t file_count;
	pthread_mutex_t lock;
	struct fault faults[FAULT_POINTS];
	/* val cannot tell what it has, as some kinds cannot: lookups answer unknown */
	bool blind;
	/* so many looks still see nothing of val: they are of before somebody registered */
	atomic_int early_looks;
	bool nameless; /* val knows which rows there are, not what they name */
	bool list_broken; /* val fails to list the rows of the videos it has */
	/* what the linker of world_link() says of every block that does not name its id */
	enum link_state link_answer;
	int asked_in_step; /* so many requests said so */
	/* called after rows were registered, before the answer: somebody else acts now */
	void (*meanwhile)(struct world *world);
	/* called when a put @comes to the store, and when it leaves, from its thread; NULL: nobody */
	void (*at_store)(struct world *world, bool comes);
	/* called before a course is read back: somebody has acted since */
	void (*before_read_back)(struct world *world);
	struct val *real_val;
	struct store *real_store;
};

#define WORLD_PATIENCE 20000 /* ms: far more than any of this takes */

struct world *world_new(void);
void world_free(struct world *world);
/* The same as a test's fixtures. */
int world_set_up(void **state);
int world_tear_down(void **state);
/* How often that was called. */
int world_calls(struct world *world, enum fault_point point);
/* From now on val makes a video and its rows in one step, without faults, as the embedded one does. */
void world_registers_in_one_step(struct world *world);
/* A course whose outline takes blocks until world_scan(). */
struct outline *world_course(struct world *world, const char *key);
/* A published video with @transcripts "lang=file lang=file", and its fields for more. */
struct video_fields *world_video(struct outline *outline, const char *id, const char *val_id,
				 const char *transcripts);
/* The same for the draft branch. */
struct video_fields *world_draft(struct outline *outline, const char *id, const char *val_id,
				 const char *transcripts);
/* Adds or replaces a file; NULL @bytes: it is gone. Also while an engine runs. */
void world_file(struct world *world, const char *name, const char *bytes);
/* The same with SubRip of one cue. */
void world_subrip(struct world *world, const char *name, const char *words);
/* Gives the campus a linker, which writes into the outlines; linking is allowed. */
void world_link(struct world *world);
/* Finishes the outlines and reads the list into the status database. */
void world_scan(struct world *world);
int64_t world_course_id(struct world *world, const char *key);
void world_wish(struct world *world, enum wish wish, const char *key, const char *finding);
/* How many open findings of @code the course has. */
int64_t world_findings(struct world *world, const char *key, enum finding_code code);
/* Every row of val and every file of the store as sorted lines "id lang name" and "name
   sha256", for comparison (free()). */
char *world_state(struct world *world);


/* ---- engines ---- */

struct engine *world_start(struct world *world, bool held);
/* Runs whatever is wanted to its end. */
void world_run(struct world *world);
/* A dry run of the one course; what it says would be registered. */
int64_t world_rehearse(struct world *world, const char *key);
/* The course as it is now, all that was posted included; course_row_clear(). */
struct course_row world_row(struct world *world, const char *key);
void world_expect(struct world *world, const char *key, enum course_status status);
/* The transcript's row; transcript_row_clear(). */
struct transcript_row world_transcript(struct world *world, const char *key, const char *video,
				       const char *language);
struct counts world_verify(struct world *world, const char *key, enum verify_level level);
/* SQL on val, behind everybody's back. */
void world_on_val(struct world *world, const char *sql);
/* Every sum in the status database is what its rows say. */
void world_check(struct world *world);

#endif
