#include "config.h"

#include "ui/run_text.h"

#include <stdio.h>

#define SECOND INT64_C(1000000)
#define HOUR INT64_C(3600)
#define HOURS_MOST 100
#define TENTHS_MOST 10 /* seconds */

struct small_text run_text_name(const struct run_row *run)
{
	struct small_text out;

	snprintf(out.text, sizeof(out.text), "%s %lld", run_kind_name(run->kind),
		 (long long)run->number);
	return out;
}

struct small_text run_text_span(int64_t span)
{
	int64_t seconds = (span + SECOND / 2) / SECOND;
	struct small_text out = {"-"};

	if (span <= 0)
		return out;
	if (span < TENTHS_MOST * SECOND)
		snprintf(out.text, sizeof(out.text), "%.1f s", (double)span / (double)SECOND);
	else if (seconds < 60)
		snprintf(out.text, sizeof(out.text), "%d s", (int)seconds);
	else if (seconds < HOURS_MOST * HOUR)
		snprintf(out.text, sizeof(out.text), "%d:%02d:%02d", (int)(seconds / HOUR),
			 (int)(seconds / 60 % 60), (int)(seconds % 60));
	else
		snprintf(out.text, sizeof(out.text), "%lld d %02d h", (long long)(seconds / (24 * HOUR)),
			 (int)(seconds / HOUR % 24));
	return out;
}

struct small_text run_text_took(const struct run_row *run, int64_t now)
{
	struct small_text all = run_text_span(run_row_elapsed(run, now)), out = run_text_span(run->active);

	if (run->active < 0)
		snprintf(out.text, sizeof(out.text), "%.30s in all", all.text);
	else if (run_row_waited(run, now))
		snprintf(out.text, sizeof(out.text), "%.20s of %.20s", run_text_span(run->active).text,
			 all.text);
	return out;
}

const char *run_text_state(const struct run_row *run)
{
	return !run->ended ? "running" : run->broken_off ? "broken off" : "";
}

struct small_text run_text_rate(const struct run_row *run)
{
	double rate = run_row_rate(run);
	struct small_text none = {"-"};

	return rate < 0 ? none : figure_rate(rate);
}

void run_text_transcripts(const struct run_sums *sums, bool brief, struct buf *out)
{
	const struct {
		const char *word;
		int64_t number;
	} parts[] = {
		{"migrated", sums->migrated}, {brief ? "would" : "would migrate", sums->would},
		{"kept", sums->kept},
		{"unknown", sums->untold}, {brief ? "not" : "not migrated", sums->not_migrated},
	};
	const char *before = "";

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!parts[i].number)
			continue;
		buf_printf(out, "%s%s %s", before, figure_number(parts[i].number).text, parts[i].word);
		before = ", ";
	}
	if (!*before)
		buf_add_text(out, "none");
}
