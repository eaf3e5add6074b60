/*
 * demo_sink.h - where the files of a demo course go: an archive, a folder, or nowhere any more.
 *
 * The writer of a course names every file once. One sink packs them, one lays them out, and
 * one removes exactly them again, so that a reset never touches a file the demo did not make.
 */
#ifndef SUBFERRY_SRC_DEMO_DEMO_SINK_H
#define SUBFERRY_SRC_DEMO_DEMO_SINK_H

#include "src/base/error.h"

#include <stddef.h>

struct demo_sink {
	/* One file; @path is relative, with '/' between its parts. */
	enum result (*add)(struct demo_sink *sink, const char *path, const void *bytes, size_t len,
			   struct error *err);
	/* Completes what was added when @ok, else gives it up. Frees the sink. */
	enum result (*close)(struct demo_sink *sink, int ok, struct error *err);
};

/* A .tar.gz @path; it appears with its whole content or not at all. */
enum result demo_sink_archive(struct demo_sink **out, const char *path, struct error *err);
/* A folder @path, which appears in the same way. */
enum result demo_sink_folder(struct demo_sink **out, const char *path, struct error *err);
/* Removes the files below @path and the folders they leave empty. */
enum result demo_sink_remove(struct demo_sink **out, const char *path, struct error *err);
/* "<folder>/.<name>.part" for "<folder>/<name>" (free()). */
char *demo_part_name(const char *path);
/* mkdir -p of the folders above the last '/' of @path. */
enum result demo_make_parents(const char *path, struct error *err);

#endif
