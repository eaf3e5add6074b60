#include "config.h"

#include "src/val/val.h"

#include <stdlib.h>
#include <string.h>

void val_video_clear(struct val_video *video)
{
	for (size_t i = 0; i < video->row_count; i++) {
		free(video->rows[i].language);
		free(video->rows[i].name);
		free(video->rows[i].format);
	}
	free(video->rows);
	free(video->id);
	free(video->actual_id);
	memset(video, 0, sizeof(*video));
}

void val_video_forget(struct val_video *videos, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *id = videos[i].id;

		videos[i].id = NULL;
		val_video_clear(&videos[i]);
		videos[i].id = id;
	}
}

const struct val_row *val_video_row(const struct val_video *video, const char *language)
{
	size_t from = 0, to = video->row_count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = strcmp(video->rows[middle].language, language);

		if (!order)
			return &video->rows[middle];
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}

enum val_presence val_video_has(const struct val_video *video, const char *language)
{
	if (val_video_row(video, language))
		return VAL_PRESENT;
	return video->rows_complete ? VAL_ABSENT : VAL_UNKNOWN;
}

void val_free(struct val *val)
{
	if (val)
		val->ops->free(val);
}
