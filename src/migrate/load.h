/*
 * load.h - the bytes of a video's files, read for many videos in one request to the source.
 *
 * Uses the plan's source course: one thread a plan at a time.
 */
#ifndef SUBFERRY_SRC_MIGRATE_LOAD_H
#define SUBFERRY_SRC_MIGRATE_LOAD_H

#include "src/migrate/plan.h"

struct video_file {
	const char *id; /* asset id; borrowed from the plan */
	struct asset_bytes content;
};

/* Every file that the languages of one video resolved to, each once. */
struct video_files {
	struct video_file *items;
	size_t count;
	size_t bytes; /* held in memory */
};

/* The sum of the sizes of the files of @video, as far as known, each at most @limit. */
size_t load_size(const struct plan_video *video, size_t limit);
/*
 * Reads the files of @count videos (indexes into the plan) into @out, one element each; each
 * file at most @limit bytes. On failure nothing is held.
 */
enum result load_videos(const struct plan *plan, const size_t *videos, size_t count, size_t limit,
			struct video_files *out, struct error *err);
void video_files_clear(struct video_files *files); /* may run twice */
/* The content of @id, or NULL. */
const struct asset_bytes *video_files_get(const struct video_files *files, const char *id);

#endif
