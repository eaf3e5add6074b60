/*
 * source.h - where courses are read: a modulestore and its contentstore.
 *
 * A source lists courses; an opened course offers its video blocks (an outline, complete and
 * immutable) and its files: find() tells which of many names exist, read() fetches the bytes
 * of many. Both take batches, because a server, and an archive, answer a hundred names in the
 * time of one. OLX exports (olx.c) are one kind; MongoDB's two modulestores, alone or together
 * (mongo_source.c), the others.
 *
 * A source never writes what it reads. A struct source may be used by several threads at
 * once; a struct source_course by one at a time.
 */
#ifndef SUBFERRY_SRC_SOURCE_SOURCE_H
#define SUBFERRY_SRC_SOURCE_SOURCE_H

#include "src/base/buf.h"
#include "src/base/clock.h"
#include "src/base/error.h"
#include "src/base/finding.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- the outline of a course: pure data -------------------------------------------------- */

struct language_file {
	char *language; /* verbatim, case-sensitive */
	char *file;	/* as written, "" if empty; NULL in asset_languages */
};

/* One branch of a video block: what transcripts depend on. Strings are never NULL. */
struct video_fields {
	char *display_name;
	char *edx_video_id; /* stripped */
	char *sub;	    /* stripped */
	char *youtube_id;   /* stripped; "" when not set or a default of the platform */
	char **html5_ids;   /* key_html5_id() of each source, in order; none empty */
	size_t html5_count;
	struct language_file *transcripts; /* the map, in its order, each language once */
	size_t transcript_count;
	struct language_file *asset_languages; /* <video_asset>'s languages (OLX only) */
	size_t asset_language_count;
	bool transcripts_not_a_map;
};

struct video_block {
	char *type; /* "video", "videoalpha" */
	char *id;
	struct video_fields *published; /* NULL where the branch lacks the block; one is set */
	struct video_fields *draft;
	/* Draft and published are one version, or the source keeps a draft only as long as it
	   differs, and has none: nothing of the block is unpublished. False where the source
	   cannot tell, and where nothing is published. */
	bool in_step;
};

/* A finding about the structure itself. */
struct outline_note {
	enum finding_code code;
	char *block; /* "type@id" or NULL */
	char *text;
};

struct outline {
	char *key;
	char *name; /* display name, may be "" */
	/*
	 * Identifies what evidence rests on. The first word says how: "split" and the ids of the
	 * structures; "draft" and a SHA-256 over _id and metadata of the video documents; "archive"
	 * and the SHA-256 of the whole file, as sha256sum(1) has it, so that no byte of it changes
	 * unseen; "folder" and one over the XML and JSON read and name, size and time (ns) of all
	 * files: reading every file of a folder for each look would cost as much as migrating it.
	 */
	char *version;
	struct video_block *blocks; /* by (type, id) as bytes, each once */
	size_t block_count;
	struct outline_note *notes;
	size_t note_count;
};

/* ---- files ---- */

enum asset_state {
	ASSET_FOUND,
	ASSET_MISSING,
	ASSET_DAMAGED, /* there, but not readable whole: @reason */
	ASSET_LARGE,   /* larger than the limit given to read(); nothing was read */
};

struct asset {
	enum asset_state state;
	char *id;     /* what names the file at the source, "static/x.srt"; NULL when missing */
	int64_t size; /* bytes; -1 unknown */
	/* What changes when the file is saved anew, one line; NULL when missing. GridFS: _id,
	   uploadDate, length and md5 ("-" where drivers no longer write one). A folder: name, size
	   and time (ns). An archive: name and size; its bytes are all in outline.version. */
	char *identity;
	char reason[160];
};

struct asset_bytes {
	enum asset_state state;
	struct buf bytes;
	char reason[160];
};

/* ---- operations ---- */

struct source;
struct source_course;

struct source_entry {
	const char *key, *name;
	const char *location; /* where it is read, for people: a path, a database */
	const char *problem;  /* NULL, or why this entry cannot be read as a course (then key
				 may be NULL): it is reported, the others go on */
};

/* Every string is borrowed for the call. Anything but RESULT_OK ends the list with it. */
typedef enum result source_list_fn(void *arg, const struct source_entry *entry, struct error *err);

struct source_course_ops {
	/* Fills @out for @count @names. RESULT_OK even if none exists; transient codes say that
	   nothing was learnt. Clear with asset_clear(). */
	enum result (*find)(struct source_course *course, const char *const *names, size_t count,
			    struct asset *out, struct error *err);
	/* Reads the whole files of @count @ids (asset.id); each at most @limit bytes. */
	enum result (*read)(struct source_course *course, const char *const *ids, size_t count,
			    size_t limit, struct asset_bytes *out, struct error *err);
	void (*close)(struct source_course *course);
};

struct source_course {
	const struct source_course_ops *ops;
	const struct outline *outline; /* valid until close */
};

struct source_ops {
	const char *kind; /* "olx", "split", "draft", "mongo" */
	/* Lists all courses, in order of their keys as bytes. RESULT_MISSING where a source knows
	   that it looked in the wrong place: nothing was learnt of what is there. */
	enum result (*list)(struct source *src, source_list_fn *fn, void *arg, struct error *err);
	/* Opens one course: RESULT_MISSING when the source does not have it (any more),
	   RESULT_INVALID when it is there and refused, transient codes when it cannot be told. */
	enum result (*open)(struct source *src, const char *key, struct source_course **out,
			    struct error *err);
	/* A harmless request that shows the source answers: for probing while the engine holds. */
	enum result (*probe)(struct source *src, struct error *err);
	/* One line a fact for `doctor`, beyond what list() shows; what is wrong is the error. */
	enum result (*doctor)(struct source *src, void (*say)(void *arg, const char *line), void *arg,
			      struct error *err);
	void (*free)(struct source *src);
};

struct source {
	const struct source_ops *ops;
	bool tls_unverified; /* configured so; shown wherever the campus's name is */
};

/* Frees what a find() or read() filled in; may run twice. */
void asset_clear(struct asset *asset);
void asset_bytes_clear(struct asset_bytes *bytes);
void source_free(struct source *src);			/* accepts NULL */
void source_course_close(struct source_course *course); /* accepts NULL */

/* ---- kinds ---- */

struct olx_options {
	const char *const *paths; /* folders, .tar.gz archives, or globs of them */
	size_t path_count;
	bool slash_keys; /* key_form = slash */
};

/*
 * Copies @options. The paths are looked at when the source is listed, not here; opening a key
 * that no list has seen lists first. As long as an export cannot be read, an unknown key is
 * not RESULT_MISSING but that export's failure: it may be the course in question.
 */
enum result source_olx_new(struct source **out, const struct olx_options *options,
			   struct error *err);

enum mongo_kind {
	MONGO_SPLIT = 1, /* course-v1 courses: active_versions and structures */
	MONGO_DRAFT = 2, /* slash courses: the old modulestore */
	MONGO_BOTH = 3,	 /* told apart by their keys */
};

/* Where a MongoDB server keeps courses. Strings are borrowed for the call. */
struct mongo_options {
	enum mongo_kind kind;
	const char *uri;	/* a secret: it never appears in an error */
	const char *database;	/* "edxapp" */
	const char *collection; /* "modulestore"; split appends its suffixes */
	const char *contentstore_database;
	const char *contentstore_bucket; /* "fs" */
	struct clock *clock;		 /* for clock skew, and for linking */
};

/*
 * Checks the URI (RESULT_INVALID) and connects at the first request, not here. A source only
 * reads: plain finds, with the URI's read preference, and read concern majority where the server
 * is a replica set or a sharded cluster and the URI names none.
 */
enum result source_mongo_new(struct source **out, const struct mongo_options *options,
			     struct error *err);

#endif
