#include "config.h"

#include "src/migrate/load.h"

#include <stdlib.h>
#include <string.h>

static bool has_file(const struct video_files *files, const char *id)
{
	for (size_t i = 0; i < files->count; i++)
		if (!strcmp(files->items[i].id, id))
			return true;
	return false;
}

/* Names the files of @video, each once. */
static enum result name_files(const struct plan_video *video, struct video_files *files)
{
	files->items = calloc(2 * video->transcript_count + 1, sizeof(*files->items));
	if (!files->items)
		return RESULT_NOMEM;
	for (size_t t = 0; t < video->transcript_count; t++) {
		const struct plan_side *sides[] = {&video->transcripts[t].published,
						   &video->transcripts[t].draft};

		for (int s = 0; s < 2; s++)
			if (sides[s]->asset && !has_file(files, sides[s]->asset))
				files->items[files->count++].id = sides[s]->asset;
	}
	return RESULT_OK;
}

size_t load_size(const struct plan_video *video, size_t limit)
{
	size_t sum = 0;

	for (size_t t = 0; t < video->transcript_count; t++) {
		const struct plan_side *a = &video->transcripts[t].published;
		const struct plan_side *b = &video->transcripts[t].draft;

		if (a->asset && a->size > 0)
			sum += (size_t)a->size < limit ? (size_t)a->size : limit;
		if (b->asset && b->size > 0 && (!a->asset || strcmp(a->asset, b->asset)))
			sum += (size_t)b->size < limit ? (size_t)b->size : limit;
	}
	return sum;
}

/* Moves what was read into the files of each video, in the order it was asked for. */
static void hand_out(struct video_files *out, size_t count, struct asset_bytes *read)
{
	for (size_t v = 0, at = 0; v < count; v++) {
		for (size_t i = 0; i < out[v].count; i++, at++) {
			out[v].items[i].content = read[at];
			memset(&read[at], 0, sizeof(read[at]));
			out[v].bytes += out[v].items[i].content.bytes.len;
		}
	}
}

enum result load_videos(const struct plan *plan, const size_t *videos, size_t count, size_t limit,
			struct video_files *out, struct error *err)
{
	struct asset_bytes *read = NULL;
	const char **ids = NULL;
	size_t total = 0, at = 0;
	enum result st = RESULT_OK;

	memset(out, 0, count * sizeof(*out));
	for (size_t v = 0; v < count && st == RESULT_OK; v++) {
		st = name_files(&plan->videos[videos[v]], &out[v]);
		total += out[v].count;
	}
	if (st == RESULT_OK && total) {
		ids = calloc(total, sizeof(*ids));
		read = calloc(total, sizeof(*read));
		st = ids && read ? RESULT_OK : RESULT_NOMEM;
	}
	if (st == RESULT_NOMEM)
		error_set(err, st, "out of memory while reading files of %s", plan->course);
	if (st != RESULT_OK || !total)
		goto out;
	for (size_t v = 0; v < count; v++)
		for (size_t i = 0; i < out[v].count; i++)
			ids[at++] = out[v].items[i].id;
	st = plan->source->ops->read(plan->source, ids, total, limit, read, err);
	if (st == RESULT_OK)
		hand_out(out, count, read);
out:
	for (size_t i = 0; read && i < total; i++)
		asset_bytes_clear(&read[i]);
	free(read);
	free(ids);
	for (size_t v = 0; st != RESULT_OK && v < count; v++)
		video_files_clear(&out[v]);
	return st;
}

void video_files_clear(struct video_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		asset_bytes_clear(&files->items[i].content);
	free(files->items);
	memset(files, 0, sizeof(*files));
}

const struct asset_bytes *video_files_get(const struct video_files *files, const char *id)
{
	for (size_t i = 0; i < files->count; i++)
		if (!strcmp(files->items[i].id, id))
			return &files->items[i].content;
	return NULL;
}
