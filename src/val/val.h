/*
 * val.h - edx-val, which owns the metadata of videos and their transcripts.
 *
 * Two kinds: an embedded SQLite file with edx-val's own tables (sqlite.c), and the service
 * over REST. The interface is shaped by what REST can and cannot tell: lookup() answers
 * present, absent or unknown, and only a kind that can know says absent; register() may answer
 * EXISTS or "outcome unknown". Nothing here ever changes or deletes a row.
 *
 * Thread-safe: several workers call one struct val.
 */
#ifndef SUBFERRY_SRC_VAL_VAL_H
#define SUBFERRY_SRC_VAL_VAL_H

#include "src/base/clock.h"
#include "src/base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct http;

enum val_presence { VAL_UNKNOWN, VAL_ABSENT, VAL_PRESENT };

struct val_row {
	char *language;
	char *name;   /* of the stored object, "" without one; NULL when the kind cannot tell */
	char *format; /* "sjson", "srt"; NULL when unknown */
};

/* What val knows of one video id. */
struct val_video {
	char *id;		    /* as asked */
	enum val_presence presence; /* of the video itself */
	char *actual_id; /* its id as val spells it, when it differs in case; else NULL */
	struct val_row *rows;	    /* by language as bytes */
	size_t row_count;
	bool list_broken;   /* val fails to list the rows (a file is missing in its storage) */
	bool rows_complete; /* a language not among the rows is absent; else it is unknown */
};

/* One transcript to register; the answer is written into it. */
struct val_entry {
	const char *language, *name; /* borrowed; the format is always "sjson" */
	enum result result;	     /* OK registered now, EXISTS val had it, else why not */
	char reason[256];	     /* when neither */
};

struct val;

struct val_ops {
	const char *kind; /* "sqlite" */
	/*
	 * Fills @out for @count @ids of one @course. A transient result means that nothing was
	 * learnt (all unknown). Clear each with val_video_clear().
	 */
	enum result (*lookup)(struct val *val, const char *course, const char *const *ids, size_t count,
			      struct val_video *out, struct error *err);
	/*
	 * Optional: lookup() of what was registered by this process, with nothing remembered: for
	 * a kind where the later of two simultaneous requests wins. NULL: none is ever overtaken.
	 */
	enum result (*read_back)(struct val *val, const char *course, const char *const *ids,
				 size_t count, struct val_video *out, struct error *err);
	/*
	 * Makes the video @id as an external one linked to @course (domain 7.3). OK; EXISTS when
	 * somebody made it meanwhile; UNKNOWN: the same call again.
	 */
	enum result (*create)(struct val *val, const char *course, const char *id, struct error *err);
	/*
	 * Registers @count entries of the existing video @id in the order given, and stops at the
	 * first that is neither OK nor EXISTS, whose result is returned with @err filled;
	 * those behind it keep RESULT_CANCELED. RESULT_MISSING: val does not know the video.
	 * When it returns, what is OK is durable.
	 */
	enum result (*register_rows)(struct val *val, const char *id, struct val_entry *entries,
				     size_t count, struct error *err);
	/*
	 * Optional: create() (EXISTS is as good) and register_rows() in one durable step, for a
	 * kind where each would wait for a commit of its own. NULL: they are two requests.
	 */
	enum result (*register_new)(struct val *val, const char *course, const char *id,
				    struct val_entry *entries, size_t count, struct error *err);
	/* A harmless request that shows the endpoint answers: for probing while the engine holds. */
	enum result (*probe)(struct val *val, struct error *err);
	/* One line a fact for `doctor`; @write allows trying to write. Fills @err on failure. */
	enum result (*doctor)(struct val *val, bool write, void (*say)(void *arg, const char *line),
			      void *arg, struct error *err);
	void (*free)(struct val *val);
};

struct val {
	const struct val_ops *ops;
	bool tls_unverified; /* configured so */
};

void val_video_clear(struct val_video *video); /* may run twice */
/* Of each of @count videos only the id stays: nothing was learnt. */
void val_video_forget(struct val_video *videos, size_t count);
/* The row of @language or NULL. */
const struct val_row *val_video_row(const struct val_video *video, const char *language);
/* Presence of @language by @video's rows and rows_complete. */
enum val_presence val_video_has(const struct val_video *video, const char *language);
void val_free(struct val *val); /* accepts NULL */

/* ---- kinds --------------------------------------------------------------------------------*/

struct val_sqlite_options {
	const char *path;
	struct clock *clock; /* for created and modified */
	bool read_only;	     /* never creates the file: a missing one is an empty val */
};

/* Makes the file and edx-val's tables if they are not there; RESULT_INVALID for other tables. */
enum result val_sqlite_new(struct val **out, const struct val_sqlite_options *options, struct error *err);

/* Strings are borrowed for the call. */
struct val_rest_options {
	struct http *http;     /* borrowed: outlives the val */
	const char *url;       /* of the LMS or of Studio; "/api/val/v0/" is appended unless there */
	const char *token_url; /* "": the same host's /oauth2/access_token */
	const char *client_id, *client_secret;
	const char *ca_file;
	bool unverified;
	bool read_only;	       /* nothing is created or registered: those are refused */
	struct clock *clock;
};

/* No request is made here. */
enum result val_rest_new(struct val **out, const struct val_rest_options *options, struct error *err);

#endif
