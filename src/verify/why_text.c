/*
 * The story of an item as lines for people.
 */
#include "config.h"

#include "src/verify/why.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"
#include "src/base/figures.h"

static void say(const struct why_lines *to, const char *fmt, ...) SF_PRINTF(2, 3);

static void say(const struct why_lines *to, const char *fmt, ...)
{
	char *text;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0) {
		to->line(to->arg, "  (out of memory)");
		return;
	}
	to->line(to->arg, text);
	free(text);
}

static const char *or_dash(const char *text)
{
	return *text ? text : "-";
}

/* ---- a course -----------------------------------------------------------------------------*/

static void tell_course(void *to, const struct course_row *row)
{
	char status[64];

	say(to, "%s \"%s\"", row->key, row->name);
	say(to, "  %s; pass %" PRId64, course_row_status(row, status, sizeof(status)), row->pass);
	say(to, "  begun %s, changed %s", figure_instant(row->begun).text,
	    figure_instant(row->changed).text);
	say(to, "  read from %s", or_dash(row->location));
	say(to,
	    "  %" PRId64 " of %" PRId64 " videos tried, %" PRId64 " failed; %" PRId64
	    " transcripts expected, %" PRId64 " in val, %" PRId64 " unknown, %" PRId64 " extra",
	    row->tried, row->videos, row->failed, row->counts.expected, row->counts.in_val,
	    row->counts.unknown, row->counts.extra);
	if (*row->problem)
		say(to, "  %s", row->problem);
}

static void tell_evidence(void *to, const struct evidence *evidence, enum evidence_state state,
			  const char *text)
{
	say(to, "  validated %s at level %s; evidence %s", figure_instant(evidence->at).text,
	    verify_level_name(evidence->level), state == EVIDENCE_FRESH ? "fresh" : text);
}

static void tell_section(void *to, const char *title)
{
	say(to, "  %s", title);
}

static void tell_listed(void *to, const struct video_row *row)
{
	say(to, "    %-7s %s@%s \"%s\": expected %s; in val %s", video_state_name(row->state),
	    row->type, row->block, row->name, or_dash(row->expected_languages),
	    or_dash(row->val_languages));
}

static void tell_event(void *to, const struct event_row *row)
{
	say(to, "    %s %s: %s %s%s%s", figure_instant(row->at).text, row->who,
	    row->action, row->what, *row->why ? ": " : "", row->why);
}

/* ---- in the source ------------------------------------------------------------------------*/

static void tell_branch(void *to, const char *branch, const struct video_fields *fields)
{
	struct buf ids = BUF_INIT;

	for (size_t i = 0; i < fields->html5_count; i++)
		buf_printf(&ids, "%s%s", i ? " " : "", fields->html5_ids[i]);
	say(to, "    %s \"%s\": edx_video_id %s, sub %s, youtube %s, html5 %s", branch,
	    fields->display_name, or_dash(fields->edx_video_id), or_dash(fields->sub),
	    or_dash(fields->youtube_id), or_dash(buf_text(&ids)));
	buf_clear(&ids);
}

static void tell_promise(void *to, const char *branch, const struct promise *promise,
			 const struct asset *assets)
{
	/* names behind the first that exists never count: telling them would only confuse */
	size_t count = why_names(promise, assets);

	say(to, "    %s %s, %s%s", branch, promise->language, why_promise_kind(promise->kind),
	    count ? ":" : ": no name to try");
	for (size_t i = 0; i < count; i++) {
		const char *name = promise->names[i];
		bool other = assets[i].id && strcmp(assets[i].id, name) != 0;

		say(to, "      %-9s %s%s%s%s%s", why_asset_state(assets[i].state), name,
		    other ? " as " : "", other ? assets[i].id : "",
		    assets[i].state != ASSET_MISSING ? "   <- this one" : "", assets[i].reason);
	}
}

static void tell_no_promise(void *to, const char *branch, const char *language)
{
	say(to, "    %s: names no %s", branch, language ? language : "transcript");
}

static void tell_problem(void *to, const char *text)
{
	say(to, "  The source cannot be read now: %s", text);
}

/* ---- what became of it --------------------------------------------------------------------*/

static void tell_video(void *to, const struct video_row *row)
{
	say(to, "  %s@%s \"%s\"", row->type, row->block, row->name);
	say(to, "    %s; in %s; val id %s%s", video_state_name(row->state),
	    why_branches(row->branches), or_dash(row->val_id),
	    row->val_id_new ? " (new, made for this block)" : "");
}

static void tell_transcript(void *to, const struct transcript_row *row)
{
	say(to, "    %s: %s; %s%s by %s", row->language, transcript_outcome_name(row->outcome),
	    row->expected ? "expected" : "not expected", row->implicit ? ", implicitly," : "",
	    why_branches(row->branches));
	if (*row->source)
		say(to, "      source  %s (%s%s%s) sha256 %s", row->source, or_dash(row->format),
		    *row->encoding ? ", from " : "", row->encoding, or_dash(row->source_sha256));
	if (*row->sha256)
		say(to, "      SJSON   %" PRId64 " bytes, %" PRId64 " cues, sha256 %s", row->size,
		    row->cues, row->sha256);
	if (*row->object)
		say(to, "      object  %s", row->object);
	say(to, "      in val  %s%s%s; %s%s%s%s%s", why_presence(row->in_val),
	    *row->val_object ? " as " : "", row->val_object, transcript_compare_name(row->compare),
	    row->level != LEVEL_NONE ? " at level " : "",
	    row->level != LEVEL_NONE ? verify_level_name(row->level) : "",
	    *row->detail ? ": " : "", row->detail);
}

static void tell_attempt(void *to, const struct attempt_row *row)
{
	say(to, "    pass %" PRId64 ", try %" PRId64 ", %s: %s%s%s", row->pass, row->number,
	    figure_instant(row->begun).text, row->result,
	    *row->text ? ": " : "", row->text);
}

static void tell_finding(void *to, const struct finding_row *row)
{
	say(to, "    %s %s %s %s: %s",
	    row->waived ? "waived" : finding_severity_name(row->severity),
	    finding_info(row->code)->name, or_dash(row->block), or_dash(row->language), row->text);
	if (row->waived)
		say(to, "      by %s: %s", row->who, row->reason);
	else
		say(to, "      %s", finding_info(row->code)->help);
}

static void tell_journal(void *to, const struct journal_row *row)
{
	say(to, "    %s %-8s %s %s %s", figure_instant(row->at).text, row->kind,
	    row->val_id, or_dash(row->language), or_dash(row->object));
}

const struct why_teller why_text = {
	.course = tell_course, .evidence = tell_evidence, .section = tell_section, .listed = tell_listed, .video = tell_video,
	.branch = tell_branch, .promise = tell_promise, .no_promise = tell_no_promise,
	.transcript = tell_transcript, .attempt = tell_attempt, .finding = tell_finding,
	.journal = tell_journal, .event = tell_event, .problem = tell_problem,
};
