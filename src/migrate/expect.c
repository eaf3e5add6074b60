#include "config.h"

#include "src/migrate/expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/migrate/choose.h"

/* One branch's file of one language, as read. */
struct version {
	enum version_state state;
	struct transcript converted;
	enum finding_code code; /* BROKEN, EMPTY */
	char seen[HASH_HEX];	/* hash of the raw bytes, or of the names tried */
	char text[600];		/* BROKEN, EMPTY: for the finding */
};

struct expecting {
	const struct plan_video *video;
	const struct video_files *files;
	const struct expect_options *options;
	struct report *report;
	struct error *err;
	char *block;
};

static void broken(struct version *v, enum finding_code code, const char *name, const char *why)
{
	v->state = code == FINDING_TRANSCRIPT_EMPTY ? VERSION_EMPTY : VERSION_BROKEN;
	v->code = code;
	snprintf(v->text, sizeof(v->text), "%s: %s", name, why);
}

/* No file: the names that were tried are what the finding has seen. */
static void missing_version(const struct plan_side *side, struct version *v)
{
	struct buf names = BUF_INIT;
	const struct promise *promise = side->promise;

	for (size_t i = 0; i < promise->name_count; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", promise->names[i]);
	hash_sha256(buf_text(&names), names.len, v->seen);
	broken(v, FINDING_ASSET_MISSING, names.len ? buf_text(&names) : "(no name)",
	       promise->name_count > 1 ? "none of these files is there" : "the file is not there");
	buf_clear(&names);
}

static enum result convert_version(struct expecting *e, const char *name,
				   const struct asset_bytes *content, struct version *v)
{
	struct transcript *t = &v->converted;
	const char *bytes = buf_text(&content->bytes);
	char why[400];
	enum result st;

	hash_sha256(bytes, content->bytes.len, v->seen);
	st = transcript_convert(t, bytes, content->bytes.len, e->options->max_transcript, e->err);
	if (st != RESULT_OK)
		return st;
	v->state = VERSION_TEXT;
	if (t->finding == FINDING_NONE)
		return RESULT_OK;
	if (t->line)
		snprintf(why, sizeof(why), "line %lu: %s", t->line, t->reason);
	else
		snprintf(why, sizeof(why), "%s",
			 t->finding == FINDING_TRANSCRIPT_EMPTY ? "the file has no cues" : t->reason);
	broken(v, t->finding, name, why);
	return RESULT_OK;
}

static enum result read_version(struct expecting *e, const struct plan_side *side, struct version *v)
{
	const struct asset_bytes *content;
	char hash_of[64];
	char why[200];

	transcript_init(&v->converted);
	v->code = FINDING_NONE;
	if (!side->promised)
		return RESULT_OK;
	content = side->asset ? video_files_get(e->files, side->asset) : NULL;
	if (!content || content->state == ASSET_MISSING) {
		missing_version(side, v);
		return RESULT_OK;
	}
	if (content->state == ASSET_FOUND)
		return convert_version(e, side->asset, content, v);
	/* unreadable: its name and size stand for its content */
	snprintf(hash_of, sizeof(hash_of), "%lld", (long long)side->size);
	hash_sha256(hash_of, strlen(hash_of), v->seen);
	if (content->state == ASSET_LARGE) {
		snprintf(why, sizeof(why), "%lld bytes, the limit is %zu", (long long)side->size,
			 e->options->max_transcript);
		broken(v, FINDING_TRANSCRIPT_TOO_LARGE, side->asset, why);
	} else {
		broken(v, FINDING_ASSET_DAMAGED, side->asset, content->reason);
	}
	return RESULT_OK;
}

bool expect_waived(const struct expect_options *options, const char *block, const char *language,
		   enum finding_code code, const char *seen)
{
	for (size_t i = 0; i < options->waiver_count; i++) {
		const struct waiver_row *w = &options->waivers[i];

		if (w->code == code && !strcmp(w->block, *block ? block : "-") &&
		    !strcmp(w->language, *language ? language : "-") && !strcmp(w->seen, seen))
			return true;
	}
	return false;
}

static bool same_bytes(const struct version *a, const struct version *b)
{
	return a->state == VERSION_TEXT && b->state == VERSION_TEXT &&
	       a->converted.sjson.len == b->converted.sjson.len &&
	       !memcmp(buf_text(&a->converted.sjson), buf_text(&b->converted.sjson),
		       a->converted.sjson.len);
}

/* The taken version is text: it is what val and store should hold. */
static void expect_text(struct expecting *e, const struct plan_side *side, struct version *v,
			struct expectation *x)
{
	struct transcript_row *row = &e->report->transcripts[x->row];

	x->text = true;
	x->converted = v->converted;
	transcript_init(&v->converted);
	hash_sha256(buf_text(&x->converted.sjson), x->converted.sjson.len, x->sha256);
	key_object_name(e->video->val_id, x->language, x->sha256, x->object);
	report_set(e->report, &row->sha256, x->sha256);
	report_set(e->report, &row->object, x->object);
	report_set(e->report, &row->format,
		   x->converted.format == TRANSCRIPT_SJSON ? "SJSON" : "SubRip");
	row->size = (int64_t)x->converted.sjson.len;
	row->cues = (int64_t)x->converted.cues;
	row->expected = true;
	if (x->converted.encoding) {
		report_set(e->report, &row->encoding, x->converted.encoding);
		report_finding(e->report, FINDING_ENCODING_CONVERTED, x->implicit, e->block,
			       x->language, v->seen, "%s: read as %s", side->asset,
			       x->converted.encoding);
	}
}

/* The taken version has a finding: error, or left out, or waived. */
static void expect_nothing(struct expecting *e, struct version *v, struct expectation *x,
			   struct expectations *out)
{
	struct transcript_row *row = &e->report->transcripts[x->row];
	bool stops = finding_stops(v->code, x->implicit);
	bool waived = expect_waived(e->options, e->block, x->language, v->code, v->seen);

	if (!waived && (finding_info(v->code)->flags & FINDING_SECOND_READ))
		out->second_read = true;
	report_finding(e->report, v->code, x->implicit, e->block, x->language, v->seen, "%s",
		       v->text);
	if (!stops) {
		row->outcome = OUTCOME_LEFT_OUT;
	} else if (waived) {
		row->outcome = OUTCOME_WAIVED;
		if (!e->report->failed)
			e->report->findings[e->report->finding_count - 1].waived = true;
	} else {
		row->expected = true;
		row->outcome = OUTCOME_FAILED;
		x->stops = true;
	}
}

static enum result expect_language(struct expecting *e, const struct plan_transcript *plan,
				   struct expectation *x, struct expectations *out)
{
	struct version published = {0}, draft = {0}, *taken;
	const struct plan_side *side;
	struct transcript_row *row;
	bool one_file, differs;
	unsigned branch;
	enum result st;

	x->language = plan->language;
	x->implicit = plan->implicit;
	transcript_init(&x->converted);
	one_file = plan->published.promised && plan->draft.promised && plan->published.asset &&
		   plan->draft.asset && !strcmp(plan->published.asset, plan->draft.asset);
	st = read_version(e, &plan->published, &published);
	if (st == RESULT_OK)
		st = read_version(e, one_file ? &(struct plan_side){0} : &plan->draft, &draft);
	if (st != RESULT_OK)
		goto out;
	branch = choose_branch(published.state, draft.state, same_bytes(&published, &draft), &differs);
	if (one_file)
		branch = IN_PUBLISHED | IN_DRAFT;
	taken = branch & IN_PUBLISHED ? &published : &draft;
	side = branch & IN_PUBLISHED ? &plan->published : &plan->draft;
	x->row = e->report->transcript_count;
	row = report_transcript(e->report, plan->language);
	if (!row) {
		st = RESULT_NOMEM;
		goto out;
	}
	row->implicit = plan->implicit;
	row->branches = (plan->published.promised ? IN_PUBLISHED : 0) |
			(plan->draft.promised ? IN_DRAFT : 0);
	row->taken = branch;
	report_set(e->report, &row->source, side->asset ? side->asset : "");
	report_set(e->report, &row->source_sha256, side->asset ? taken->seen : "");
	if (taken->state == VERSION_TEXT)
		expect_text(e, side, taken, x);
	else
		expect_nothing(e, taken, x, out);
	if (differs)
		report_finding(e->report, FINDING_DRAFT_DIFFERS, plan->implicit, e->block, plan->language,
			       taken->seen, "draft %s %s", plan->draft.asset ? plan->draft.asset : "",
			       draft.state == VERSION_TEXT ? "holds another text"
							   : "cannot be read or has no cues");
out:
	transcript_clear(&published.converted);
	transcript_clear(&draft.converted);
	return st;
}

/* Findings of the video itself, not of one language. */
static void expect_structure(struct expecting *e, struct expectations *out)
{
	const struct plan_video *video = e->video;
	const struct video_fields *fields[] = {video->block->published, video->block->draft};

	for (int i = 0; i < 2; i++) {
		if (fields[i] && fields[i]->transcripts_not_a_map) {
			report_finding(e->report, FINDING_TRANSCRIPTS_NOT_A_MAP, false, e->block, "", "",
				       "the transcripts of the %s block are no map",
				       i ? "draft" : "published");
			break;
		}
	}
	if (video->ids_differ)
		report_finding(e->report, FINDING_DRAFT_ID_DIFFERS, false, e->block, "", "",
			       "published names %s, draft %s", video->val_id, video->other_id);
	if (video->transcript_count && *video->val_id && !key_video_id_valid(video->val_id)) {
		report_finding(e->report, FINDING_VIDEO_ID_INVALID, false, e->block, "", "",
			       "video id \"%s\"", video->val_id);
		out->stops = true;
	}
}

enum result expect_video(const struct plan_video *video, const struct video_files *files,
			 const struct expect_options *options, struct expectations *out,
			 struct report *report, struct error *err)
{
	struct expecting e = {video, files, options, report, err, plan_block_name(video->block)};
	enum result st = RESULT_OK;

	memset(out, 0, sizeof(*out));
	out->items = calloc(video->transcript_count + 1, sizeof(*out->items));
	if (!e.block || !out->items) {
		st = RESULT_NOMEM;
		goto out;
	}
	for (size_t i = 0; i < video->transcript_count && st == RESULT_OK; i++)
		st = expect_language(&e, &video->transcripts[i], &out->items[out->count++], out);
	if (st == RESULT_OK)
		expect_structure(&e, out);
	if (report->failed)
		st = RESULT_NOMEM;
out:
	free(e.block);
	if (st != RESULT_OK) {
		expectations_clear(out);
		error_set(err, st, "out of memory while reading transcripts");
	}
	return st;
}

void expectations_clear(struct expectations *expectations)
{
	for (size_t i = 0; i < expectations->count; i++)
		transcript_clear(&expectations->items[i].converted);
	free(expectations->items);
	memset(expectations, 0, sizeof(*expectations));
}
