/*
 * link_task.h - linking the blocks of one course: what both modulestores share, and what all
 * linkers do.
 *
 * Both read what their branches have of every block asked for, answer what can be answered,
 * write the rest on condition that nothing has changed, and read everything anew: to see that
 * it is there, or, after a miss, what to write now.
 *
 * Inside src/source/ only.
 */
#ifndef SUBFERRY_SRC_SOURCE_LINK_TASK_H
#define SUBFERRY_SRC_SOURCE_LINK_TASK_H

#include "src/base/buf.h"
#include "src/format/key.h"
#include "src/source/link.h"
#include "src/source/mongo.h"

#define LINK_ROUNDS 5 /* writes tried of one course, or of one document, before it is RETRY */

struct link_task {
	struct mongo *mongo;
	struct clock *clock;
	int64_t quiet;	    /* milliseconds */
	const char *course; /* the canonical key */
	struct link_request *requests;
	size_t count;
};

/* The ends of linker->link() for a course of either modulestore; @task is borrowed. */
enum result link_split(const struct link_task *task, struct error *err);
enum result link_draft(const struct link_task *task, struct error *err);

/* ---- one request ---- */

/* What all branches together say of a block; all zero before the first look. */
struct link_sight {
	bool there;	   /* in one branch at least */
	bool lacking;	   /* one of them names no id */
	const char *other; /* another id that one of them names; borrowed from link_look() */
};

/* How far this call has come with a request. */
enum link_wrote {
	LINK_WROTE_NOTHING,
	LINK_WROTE_PERHAPS, /* an answer was lost */
	LINK_WROTE,
};

void link_answer(struct link_request *request, enum link_state state, const char *fmt, ...)
    SF_PRINTF(3, 4);
/* LINK_REFUSED for @reason, before which it says what this call has done all the same. */
void link_refuse(struct link_request *request, enum link_wrote wrote, const char *reason);
/* Adds a branch that has the block and names @video_id (stripped, "" if none). */
void link_look(struct link_sight *sight, const char *video_id, const struct link_request *request);
/* Answers @request if @sight decides; false: it is still to be written. */
bool link_settle(struct link_request *request, const struct link_sight *sight,
		 enum link_wrote wrote);

/* ---- what a doctor says ---- */

/* linker->doctor()'s @say and its @arg. */
struct link_speech {
	void (*say)(void *arg, const char *line);
	void *arg;
};

/* A line of facts, cut to 1023 bytes. */
void link_say(const struct link_speech *speech, const char *fmt, ...) SF_PRINTF(2, 3);

/* ---- a course that was edited just now ---- */

/* Milliseconds since 1970, of the task's clock. */
int64_t link_now(const struct link_task *task);
/* An edit at @edited is too young; one in the future happens now. */
bool link_is_fresh(const struct link_task *task, int64_t edited, int64_t now);
void link_put_off(const struct link_task *task, struct link_request *request, int64_t edited,
		  int64_t now);

/* ---- a key's parts ---- */

/* Of a course of this form; RESULT_INVALID for any other. key_parts_clear(@out) in every case. */
enum result link_take_key(const char *course, bool slash, struct key_parts *out, struct error *err);

/* ---- a document kept beyond its find ---- */

/* Copies @document's bytes to the end of @out; false without memory. */
bool link_keep(struct buf *out, const bson_t *document);
/* A view of the document whose bytes @bytes holds. */
bool link_view(const struct buf *bytes, bson_t *out);
/* Adds "@name: @value, as read" to a filter; where @at is NULL, that it does not exist. */
bool link_unchanged(bson_t *filter, const char *name, const bson_iter_t *at);

#endif
