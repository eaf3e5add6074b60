#include "config.h"

#include "src/engine/snapshot.h"

#include <stdlib.h>

#include "src/engine/diff.h"

struct snapshot *snapshot_ref(struct snapshot *snap)
{
	__atomic_add_fetch(&snap->refs, 1, __ATOMIC_RELAXED);
	return snap;
}

bool snapshot_is_shared(const struct snapshot *snap)
{
	return __atomic_load_n(&snap->refs, __ATOMIC_ACQUIRE) > 1;
}

/* Frees @count rows and their array; @clear frees what a row owns. */
#define FREE_ROWS(rows, count, clear)                                 \
	do {                                                          \
		for (size_t row_ = 0; (rows) && row_ < (count); row_++) \
			clear(&(rows)[row_]);                         \
		free(rows);                                           \
	} while (0)

void snapshot_unref(struct snapshot *snap)
{
	if (!snap || __atomic_sub_fetch(&snap->refs, 1, __ATOMIC_ACQ_REL))
		return;
	FREE_ROWS(snap->courses, snap->count, course_row_clear);
	FREE_ROWS(snap->videos, snap->count, video_row_clear);
	free(snap->languages);
	free(snap->language_from);
	FREE_ROWS(snap->transcripts, snap->count, transcript_row_clear);
	FREE_ROWS(snap->findings, snap->finding_count, finding_row_clear);
	free(snap->groups);
	free(snap->event_items);
	FREE_ROWS(snap->events, snap->count, event_row_clear);
	course_row_clear(&snap->course);
	video_row_clear(&snap->video);
	diff_unref(snap->diff);
	story_unref(snap->story);
	FREE_ROWS(snap->runs, snap->count, run_row_clear);
	FREE_ROWS(snap->run_courses, snap->run_course_count, run_course_row_clear);
	comparison_unref(snap->comparison);
	boards_unref(snap->boards);
	free(snap->ids);
	picks_unref(snap->picks);
	free(snap);
}
