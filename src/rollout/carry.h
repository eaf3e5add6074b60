/*
 * carry.h - mock runs, with their findings and waivers, from one status database to another's.
 *
 * The file is lines of JSON, one object each with a member "type": a header, run, course,
 * transcript, finding, waiver, and last an end with the counts and the SHA-256 of all bytes before
 * it: what is cut or changed is refused whole. It is input: nothing in it is believed without check.
 */
#ifndef SUBFERRY_SRC_ROLLOUT_CARRY_H
#define SUBFERRY_SRC_ROLLOUT_CARRY_H

#include "src/base/conf.h"
#include "src/status/reader.h"
#include "src/status/runs.h"

struct carried {
	int64_t runs, courses, transcripts, findings, waivers; /* written */
	int64_t known;	 /* import: runs and waivers that were there already */
	int64_t cleared; /* import: runs that one which was broken off had left, taken away first */
};

/*
 * Writes all mock runs that ended and ran here, and all waivers, to @file ("-": standard output),
 * beside it first and renamed when durable. What was waived since its run is waived in the file.
 * RESULT_EXISTS: the file is there; RESULT_MISSING: there is no such run; UNREACHABLE: it cannot be
 * written.
 */
enum result carry_export(struct reader *reader, const char *file, struct carried *out,
			 struct error *err);
/*
 * Commits the runs of @file that are not there yet (by uid), with new numbers, and its waivers, all or
 * nothing and with one event; others write meanwhile (status_import()). RESULT_BUSY: another import is
 * under way. RESULT_DAMAGED: cut, changed, or not what it claims; RESULT_INVALID:
 * no such file of ours, or a newer one; RESULT_REFUSED: a run that is not mock, or of an environment
 * called production; RESULT_MISSING, UNREACHABLE: it cannot be read. The file is read twice ("-",
 * standard input, through a temporary one), a row at a time.
 */
enum result carry_import(struct status *status, const char *file, struct carried *out,
			 struct error *err);

#endif
