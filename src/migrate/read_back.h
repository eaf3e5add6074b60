/*
 * read_back.h - the rows a course has registered, looked at once more when it is closed.
 *
 * Where the later of two simultaneous requests wins in val (domain 7.5), a transaction that reads
 * back at once may still see its own row, and what it sees may be remembered. So all rows of a
 * pass are asked for anew, together, before the course is linked and its status follows.
 */
#ifndef SUBFERRY_SRC_MIGRATE_READ_BACK_H
#define SUBFERRY_SRC_MIGRATE_READ_BACK_H

#include "src/status/reader.h"
#include "src/status/status.h"
#include "src/store/store.h"
#include "src/val/val.h"

/* Everything is borrowed. */
struct read_back {
	struct val *val;
	struct store *store;
	struct status *status;
	struct reader *reader;
	int64_t course_id, pass;
	const char *course;
	int64_t begun; /* the pass, wall microseconds */
	size_t max_transcript;
};

/*
 * Does nothing for a kind of val without read_back(). Commits what differs from what was
 * registered: val-overtaken for a row that names another object, which is kept and compared; and
 * val-removed for one that is gone. Both leave the video as it ended. A transient code: to be
 * repeated; *@who_failed then says "val" or "status".
 */
enum result read_back(const struct read_back *what, const char **who_failed, struct error *err);

#endif
