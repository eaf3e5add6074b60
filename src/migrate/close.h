/*
 * close.h - the last step of a course: its new video ids are linked (design 5, step 7).
 *
 * Called once all videos of a course were tried, before its status follows from the rows. What
 * became of each link is committed; a crash anywhere is mended by the next run, which finds the
 * same blocks with the same ids.
 */
#ifndef SUBFERRY_SRC_MIGRATE_CLOSE_H
#define SUBFERRY_SRC_MIGRATE_CLOSE_H

#include "src/migrate/plan.h"
#include "src/source/link.h"
#include "src/status/reader.h"
#include "src/status/status.h"

struct closing {
	const struct plan *plan;
	struct linker *linker; /* NULL: link = none */
	bool allowed;	       /* the word for linking was typed */
	bool last;	       /* no further try after this one: what fails now is link-failed */
	struct status *status;
	struct reader *reader;
};

/*
 * Links the blocks that need it and whose transcripts are in val, and commits what became of
 * them; *@failed counts those that are link-failed. A transient code: nothing is known of the
 * links, and the call is to be repeated; *@who_failed then says "source" (the linker) or
 * "status". With @last what the linker says becomes the finding instead.
 */
enum result close_links(const struct closing *closing, int64_t *failed, const char **who_failed,
			struct error *err);

#endif
