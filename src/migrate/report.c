#include "config.h"

#include "src/migrate/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for one more element of @size bytes; NULL, and @failed, without memory. */
static void *grow(struct report *report, void **items, size_t *count, size_t *room, size_t size)
{
	char *item;

	if (*count == *room) {
		size_t more = *room ? 2 * *room : 4;
		void *bigger = realloc(*items, more * size);

		if (!bigger) {
			report->failed = true;
			return NULL;
		}
		*items = bigger;
		*room = more;
	}
	item = (char *)*items + (*count)++ * size;
	memset(item, 0, size);
	return item;
}

static char *copy(struct report *report, const char *text)
{
	char *copied = strdup(text ? text : "");

	if (!copied)
		report->failed = true;
	return copied;
}

struct transcript_row *report_transcript(struct report *report, const char *language)
{
	struct transcript_row *row =
		grow(report, (void **)&report->transcripts, &report->transcript_count,
		     &report->transcript_size, sizeof(*row));

	if (!row)
		return NULL;
	row->language = copy(report, language);
	row->source = copy(report, "");
	row->source_sha256 = copy(report, "");
	row->encoding = copy(report, "");
	row->format = copy(report, "");
	row->sha256 = copy(report, "");
	row->object = copy(report, "");
	row->val_object = copy(report, "");
	row->detail = copy(report, "");
	row->size = row->cues = -1;
	return row;
}

void report_set(struct report *report, char **field, const char *value)
{
	char *copied = copy(report, value);

	free(*field);
	*field = copied;
}

void report_finding(struct report *report, enum finding_code code, bool implicit, const char *block,
		    const char *language, const char *seen, const char *fmt, ...)
{
	struct finding_row *row = grow(report, (void **)&report->findings, &report->finding_count,
				       &report->finding_size, sizeof(*row));
	char line[1024];
	va_list args;

	if (!row)
		return;
	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	row->code = code;
	row->severity = finding_severity(code, implicit);
	row->course = copy(report, "");
	row->block = copy(report, block);
	row->language = copy(report, language);
	row->seen = copy(report, seen);
	row->reason = copy(report, "");
	row->who = copy(report, "");
	row->text = copy(report, line);
}

void report_journal(struct report *report, const char *kind, const char *val_id,
		    const char *language, const char *object, const char *sha256, int64_t size)
{
	struct journal_row *row = grow(report, (void **)&report->journal, &report->journal_count,
				       &report->journal_size, sizeof(*row));

	if (!row)
		return;
	row->kind = kind;
	row->val_id = copy(report, val_id);
	row->language = copy(report, language);
	row->object = copy(report, object);
	row->sha256 = copy(report, sha256);
	row->size = size;
}

const struct finding_row *report_stopping(const struct report *report)
{
	for (size_t i = 0; i < report->finding_count; i++) {
		const struct finding_row *row = &report->findings[i];

		if (row->severity == FINDING_ERROR && !row->waived &&
		    (finding_info(row->code)->flags & FINDING_STOPS))
			return row;
	}
	return NULL;
}

void report_clear(struct report *report)
{
	for (size_t i = 0; i < report->transcript_count; i++)
		transcript_row_clear(&report->transcripts[i]);
	for (size_t i = 0; i < report->finding_count; i++)
		finding_row_clear(&report->findings[i]);
	for (size_t i = 0; i < report->journal_count; i++)
		journal_row_clear(&report->journal[i]);
	free(report->transcripts);
	free(report->findings);
	free(report->journal);
	memset(report, 0, sizeof(*report));
}
