/*
 * report.h - what a try or a validation of one video found: rows, findings, journal lines.
 *
 * Collected in memory while the transaction runs, handed to the status database at its end.
 * A failed allocation sets @failed; callers look once. Not thread-safe.
 */
#ifndef SUBFERRY_SRC_MIGRATE_REPORT_H
#define SUBFERRY_SRC_MIGRATE_REPORT_H

#include "src/base/error.h"
#include "src/status/rows.h"

struct report {
	struct transcript_row *transcripts;
	size_t transcript_count, transcript_size;
	struct finding_row *findings;
	size_t finding_count, finding_size;
	struct journal_row *journal;
	size_t journal_count, journal_size;
	bool failed;
};

void report_clear(struct report *report); /* may run twice; a zeroed report is empty */
/* A new row with empty texts, or NULL; valid until the next one is added. */
struct transcript_row *report_transcript(struct report *report, const char *language);
/* Replaces a text of a row. */
void report_set(struct report *report, char **field, const char *value);
/* @block "type@id", @language and @seen may be "". */
void report_finding(struct report *report, enum finding_code code, bool implicit, const char *block,
		    const char *language, const char *seen, const char *fmt, ...) SF_PRINTF(7, 8);
/* @kind is static; @language, @object, @sha256 may be "". */
void report_journal(struct report *report, const char *kind, const char *val_id,
		    const char *language, const char *object, const char *sha256, int64_t size);
/* The first finding that stops (its row), or NULL. */
const struct finding_row *report_stopping(const struct report *report);

#endif
