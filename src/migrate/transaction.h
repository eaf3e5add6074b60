/*
 * transaction.h - the migration of one video: every file read, converted and stored before the
 * first is registered (design 5, steps 1 to 6).
 *
 * A call is one try. It is idempotent: whatever an earlier try, an earlier run or another
 * program did is found by lookup and journal and kept. The order of writes is: journal, files,
 * video, rows; nothing is written when a finding stops it. It never waits for its own retry;
 * the engine calls again. One thread a try; tries of different videos run side by side.
 */
#ifndef SUBFERRY_SRC_MIGRATE_TRANSACTION_H
#define SUBFERRY_SRC_MIGRATE_TRANSACTION_H

#include "src/migrate/expect.h"
#include "src/migrate/forecast.h"
#include "src/migrate/gate.h"
#include "src/status/reader.h"
#include "src/status/status.h"
#include "src/store/store.h"
#include "src/val/val.h"

/* Where and how a transaction works. Everything is borrowed. */
struct ferry {
	struct val *val;
	struct store *store;
	struct status *status;
	struct reader *reader; /* of the calling thread */
	struct expect_options expect;
	struct gate *store_gate, *val_gate; /* how many may be at either at a time; NULL: no limit */
	bool dry;	       /* predict: no journal, no put, no register */
	bool first_try;	       /* of this video since the plan was made */
	bool last_try;	       /* none comes after this one: what cannot be read now stays unread */
	struct forecast *forecast; /* dry: what earlier blocks would give; may be NULL */
	bool final_read;       /* a second read: asset findings are final now */
	enum finding_code mend; /* retry --finding: VAL_REMOVED and OBJECT_MISSING allow mending */
};

enum transaction_end {
	TRANSACTION_DONE,
	TRANSACTION_FAILED, /* a finding that another try would not change */
	TRANSACTION_AGAIN,  /* a transient failure: worth another try */
	TRANSACTION_LOOK_AGAIN, /* asset findings: final only after a second read */
};

struct transaction {
	enum transaction_end end;
	const char *unreachable; /* static: "val", "store", "status" when that endpoint cannot be
				    reached, is locked, or denies us everything, else NULL */
	bool untried;		 /* with AGAIN: that is no fault of the video's, and was no try of it */
	struct error error;	 /* AGAIN, FAILED: why, in one line; else "" */
	int64_t registered;	 /* rows registered by this try; dry: that would be */
	int64_t untold;		 /* dry: rows that val may have already: it cannot tell */
	struct report report;
};

/*
 * Tries @video of @plan with its loaded @files. @out is filled on every path and cleared with
 * transaction_clear(). Without memory it ends in TRANSACTION_AGAIN.
 */
void transaction_run(const struct ferry *ferry, const struct plan *plan,
		     const struct plan_video *video, const struct video_files *files,
		     struct transaction *out);
void transaction_clear(struct transaction *transaction); /* may run twice */

#endif
