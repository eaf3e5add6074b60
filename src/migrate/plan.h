/*
 * plan.h - what one course promises, resolved: the plan a migration and a validation work from.
 *
 * A plan is made from an opened source course, what val knows of its video ids, and nothing
 * else; it writes nowhere. It is immutable once made, except for what its readers fill in
 * (ids of the status database). One thread at a time opens and reads the source course through
 * load.h; the rest may be read by many.
 */
#ifndef SUBFERRY_SRC_MIGRATE_PLAN_H
#define SUBFERRY_SRC_MIGRATE_PLAN_H

#include "src/source/resolve.h"
#include "src/source/source.h"
#include "src/status/rows.h"
#include "src/val/val.h"

/* What one branch promises for one language. */
struct plan_side {
	bool promised;
	bool implicit;
	char *asset;	  /* asset.id of the first name that exists; NULL: none does (explicit) */
	int64_t size;	  /* bytes, -1 unknown */
	const struct promise *promise; /* the names tried; borrowed from the plan */
};

struct plan_transcript {
	char *language;
	bool implicit; /* no branch promises it explicitly */
	struct plan_side published, draft;
};

struct plan_video {
	const struct video_block *block;
	int64_t id;	       /* in the status database; 0 until saved */
	char *val_id;	       /* "" when nothing is promised and the block names none */
	bool val_id_new;       /* made by us */
	bool link;	       /* the block has to be told its new id */
	bool ids_differ;       /* draft and published name different ids */
	char *other_id;	       /* of these, the draft's; "" */
	int64_t before;	       /* index of the video before with the same val id, or -1 */
	struct promises published, draft;
	struct plan_transcript *transcripts; /* by language as bytes */
	size_t transcript_count;
	struct val_video val;  /* what val knew when the plan was made */
};

struct plan_names;

struct plan {
	char *course;	       /* key */
	int64_t course_id;
	struct source_course *source; /* owned */
	struct plan_video *videos;    /* in the order of the outline: by type and id */
	size_t video_count;
	struct plan_names *names; /* what the source answered to each name that is tried */
	char assets[HASH_HEX]; /* plan_assets() */
};

/*
 * Makes the plan of the course @source (taken in every case). A failure of find() or of val's
 * lookup is passed on; @who_failed (may be NULL) then says "source" or "val".
 */
enum result plan_new(struct plan **out, struct source_course *source, struct val *val,
		     const char **who_failed, struct error *err);
/* The half of it that asks the source alone: as a plan of a course of whose ids val knows nothing.
   Enough to tell whether the source is still what it was. */
enum result plan_resolve(struct plan **out, struct source_course *source, struct error *err);
void plan_free(struct plan *plan); /* accepts NULL */

/*
 * A SHA-256 over what the resolution saw of the contentstore: of every file that it found its name and
 * asset.identity, and every name that it tried and did not find; whatever the order of asking. With
 * outline.version it is what evidence rests on. plan_look_again() makes it anew.
 */
const char *plan_assets(const struct plan *plan);

/*
 * Looks again for the files of video @index: the platform re-saves a file by deleting it and
 * inserting another, and the plan may have been made between the two. What is not found now
 * stays as it was. On the thread that reads the source course, while nobody tries the video.
 */
enum result plan_look_again(struct plan *plan, size_t index, struct error *err);

/* "type@id", the way a block is shown (free()); NULL without memory. */
char *plan_block_name(const struct video_block *block);
/* The published fields, or the draft's where there are none. */
const struct video_fields *plan_fields(const struct video_block *block);
/* Another video of this plan with the same val id promises @language. */
bool plan_sibling_promises(const struct plan *plan, const struct plan_video *video,
			   const char *language);

/*
 * The rows that status_course_plan() keeps: *@videos one per plan video in order, *@transcripts
 * with video_id an index into them, *@notes the structure's findings (of the course itself).
 * Free with plan_rows_free(). RESULT_NOMEM.
 */
struct plan_rows {
	struct video_row *videos;
	size_t video_count;
	struct transcript_row *transcripts;
	size_t transcript_count;
	struct finding_row *notes;
	size_t note_count;
};
enum result plan_rows(const struct plan *plan, struct plan_rows *out, struct error *err);
void plan_rows_free(struct plan_rows *rows);

#endif
