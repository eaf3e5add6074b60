/*
 * olx_tree.h - the files of an OLX export, be it a folder or an archive.
 *
 * A tree is opened once, read only, and never unpacked to disk. Names are relative to the
 * course's own top folder ("static/x.srt"): an export may be wrapped in a folder of any name.
 * Whatever would lead out of it (links, "..", absolute names, devices) is refused in an archive
 * and not followed in a folder. The file or folder stays open as long as the tree, so that one
 * that is moved away meanwhile is still read whole. One thread at a time.
 */
#ifndef SUBFERRY_SRC_SOURCE_OLX_TREE_H
#define SUBFERRY_SRC_SOURCE_OLX_TREE_H

#include "src/source/olx_digest.h"
#include "src/source/source.h"

/* clang-format off */
#define OLX_NAME_MAX     1024			 /* bytes of one name */
#define OLX_FILES_MAX    200000			 /* files of one export */
#define OLX_NAMES_MAX    ((size_t)32 << 20)	 /* bytes of all names */
#define OLX_TEXT_MAX     ((size_t)8 << 20)	 /* bytes of one XML or JSON file */
#define OLX_TEXTS_MAX    ((size_t)64 << 20)	 /* bytes of all XML files of an archive */
#define OLX_FILE_MAX     ((int64_t)4 << 30)	 /* bytes of any one file */
#define OLX_TOTAL_MAX    ((int64_t)32 << 30)	 /* bytes of an archive, unpacked */
/* clang-format on */

struct olx_file {
	char *name;
	int64_t size, mtime;
	char *text; /* kept by an archive between open and olx_tree_forget(), or NULL */
	size_t text_len;
};

struct olx_tree;

struct olx_tree_ops {
	/* Appends a whole small file: RESULT_MISSING if there is none of that name. */
	enum result (*text)(struct olx_tree *tree, const char *name, struct buf *out,
			    struct error *err);
	/* As source_course_ops.read; @files are of this tree, NULL for one it does not have. */
	enum result (*read)(struct olx_tree *tree, const struct olx_file *const *files,
			    size_t count, size_t limit, struct asset_bytes *out, struct error *err);
	/* Of an archive, the SHA-256 of all its bytes into tree->digest; a folder has none. */
	enum result (*digest)(struct olx_tree *tree, struct olx_digests *digests, struct error *err);
	void (*free)(struct olx_tree *tree);
};

struct olx_tree {
	const struct olx_tree_ops *ops;
	char *path;		/* as configured, for people */
	char *top;		/* name of the folder that holds course.xml */
	bool mtimes;		/* the files' times tell whether they changed */
	char digest[HASH_HEX];	/* "" until asked for, and of a folder */
	struct olx_file *files; /* by name as bytes */
	size_t count, room, name_bytes;
};

/*
 * Opens what is at @path. Without @whole only as much is read as the course's key and name
 * need: course.xml and the root block. RESULT_MISSING when nothing is there, RESULT_RETRY when
 * it cannot be told, RESULT_INVALID when it is no course or refused, naming the file.
 */
enum result olx_tree_open(struct olx_tree **out, const char *path, bool whole, struct error *err);
void olx_tree_free(struct olx_tree *tree); /* accepts NULL */
/* The file of that name, or NULL. */
const struct olx_file *olx_tree_find(const struct olx_tree *tree, const char *name);
/* Index of the first file whose name is not before @name. */
size_t olx_tree_lower(const struct olx_tree *tree, const char *name);
/* Frees the texts an archive kept; text() reads them anew. */
void olx_tree_forget(struct olx_tree *tree);

/* ---- for the kinds of tree ---- */

enum result olx_archive_open(struct olx_tree **out, const char *path, bool whole,
			     struct error *err);
enum result olx_folder_open(struct olx_tree **out, const char *path, bool whole, struct error *err);
bool olx_tree_init(struct olx_tree *tree, const struct olx_tree_ops *ops, const char *path);
void olx_tree_clear(struct olx_tree *tree);
/* Adds a file at the end; RESULT_INVALID past the limits. olx_tree_sort() follows. */
enum result olx_tree_add(struct olx_tree *tree, const char *name, int64_t size, int64_t mtime,
			 struct error *err);
/* Sorts by name; RESULT_INVALID if two files have one name. */
enum result olx_tree_sort(struct olx_tree *tree, struct error *err);
/* Names nobody means: "._x" and ".DS_Store" of macOS, and what lies below such a folder. */
bool olx_name_skipped(const char *name);
/* "cannot open PATH: why", with the code that system error @number means. */
enum result olx_error(struct error *err, int number, const char *doing, const char *path);

#endif
