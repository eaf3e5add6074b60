/*
 * The gates before a flag, each looked at anew.
 *
 * What stands in the status database is read in one state of it; source and flag backend are asked
 * afterwards, without holding that state open.
 */
#include "config.h"

#include "src/rollout/board.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/figures.h"
#include "src/base/text.h"
#include "src/rollout/consequences.h"

#define WAIVED_NAMED 3 /* waived findings told by name */
#define WAIVED_LOOKED 64 /* findings of a code among which they are looked for */

/* What a board is made from. */
struct looking {
	struct board *board;
	struct campus *campus;
	struct reader *reader;
	int64_t now;
	const char *silent; /* NULL: the flag's backend is asked */
	struct course_row course;
	struct flag_row row; /* number 0 where nothing is known */
	int64_t open[FINDING_COUNT];
	int64_t errors; /* open ones */
	struct finding_row waived[WAIVED_NAMED]; /* some of them, the worst first */
	size_t waived_count;
	int64_t waived_all, links_waived;
	int64_t run, generation; /* run: that ended it; 0: not known */
	enum run_kind run_kind;
	char reasons[BOARD_GATES][100]; /* in short, for the verdict */
};

const char *board_gate_name(enum board_gate gate)
{
#define X(id, name) [BOARD_##id] = name,
	static const char *const names[] = {BOARD_GATE_LIST(X)};
#undef X

	return names[gate];
}

enum flag_step board_step(const struct flag_state *state)
{
	enum flag_value value = state->own != FLAG_UNKNOWN ? state->own : state->effective;

	return value == FLAG_ON ? STEP_ON : value == FLAG_OFF ? STEP_OFF : STEP_UNKNOWN;
}

void board_clear(struct board *board)
{
	for (size_t i = 0; i < board->consequence_count; i++)
		free(board->consequences[i]);
	free(board->consequences);
	free(board->key);
	memset(board, 0, sizeof(*board));
}

/* ---- a gate's colour and words ------------------------------------------------------------*/

static void set_gate(struct looking *l, enum board_gate gate, enum gate_color color, const char *fmt,
		     ...) SF_PRINTF(4, 5);

static void set_gate(struct looking *l, enum board_gate gate, enum gate_color color, const char *fmt,
		     ...)
{
	char *text = l->board->gates[gate].text;
	size_t size = sizeof(l->board->gates[gate].text);
	char line[600];
	size_t len;
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	len = text_cut(line, strlen(line), size - 1);
	memcpy(text, line, len);
	text[len] = '\0';
	l->board->gates[gate].color = color;
	if (color == GATE_RED && !*l->reasons[gate])
		snprintf(l->reasons[gate], sizeof(l->reasons[gate]), "%.99s", text);
}

static void reason(struct looking *l, enum board_gate gate, const char *fmt, ...) SF_PRINTF(3, 4);

static void reason(struct looking *l, enum board_gate gate, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(l->reasons[gate], sizeof(l->reasons[gate]), fmt, args);
	va_end(args);
}

/* ---- what the status database says --------------------------------------------------------*/

static void judge_migrated(struct looking *l)
{
	const struct course_row *course = &l->course;
	char run[48] = "", word[48];

	if (l->run)
		snprintf(run, sizeof(run), ", run %s %" PRId64, run_kind_name(l->run_kind), l->run);
	if (course->gone) {
		set_gate(l, BOARD_MIGRATED, GATE_RED, "it is not in the source any more");
	} else if (course->status != COURSE_MIGRATED || course->intent == INTENT_RUN) {
		reason(l, BOARD_MIGRATED, "it is %s", course_row_status(course, word, sizeof(word)));
		if (course->status == COURSE_FAILED && course->failed)
			set_gate(l, BOARD_MIGRATED, GATE_RED, "%s: %s of %s videos failed", word,
				 figure_number(course->failed).text,
				 figure_number(course->videos).text);
		else
			set_gate(l, BOARD_MIGRATED, GATE_RED, "%s: %s of %s videos tried", word,
				 figure_number(course->tried).text,
				 figure_number(course->videos).text);
	} else {
		set_gate(l, BOARD_MIGRATED, GATE_GREEN, "%s of %s videos%s, %s",
			 figure_number(course->tried).text, figure_number(course->videos).text, run,
			 figure_time(course->changed, l->now).text);
	}
}

static void judge_still(struct looking *l)
{
	if (l->course.intent == INTENT_PAUSE) {
		reason(l, BOARD_STILL, "it is paused");
		set_gate(l, BOARD_STILL, GATE_RED, "%s",
			 l->course.status == COURSE_IN_PROGRESS ? "it is paused: resume it, and let it end"
								: "it is held back: resume it");
	} else {
		set_gate(l, BOARD_STILL, GATE_GREEN, "nothing holds it back");
	}
}

static void judge_links(struct looking *l)
{
	int64_t pending = l->open[FINDING_LINK_PENDING], failed = l->open[FINDING_LINK_FAILED];

	if (failed) {
		reason(l, BOARD_LINKS, "%" PRId64 " link%s failed", failed, failed == 1 ? "" : "s");
		set_gate(l, BOARD_LINKS, GATE_RED,
			 "%" PRId64 " video%s could not be linked: retry --finding link-failed", failed,
			 failed == 1 ? "" : "s");
	} else if (pending) {
		reason(l, BOARD_LINKS, "%" PRId64 " link%s pending", pending, pending == 1 ? "" : "s");
		set_gate(l, BOARD_LINKS, GATE_RED, "%" PRId64 " %s do%s not name yet", pending,
			 pending == 1 ? "video has an id that its block" : "videos have ids that their blocks",
			 pending == 1 ? "es" : "");
	} else if (l->links_waived) {
		set_gate(l, BOARD_LINKS, GATE_GREEN, "%" PRId64 " pending, waived", l->links_waived);
	} else {
		set_gate(l, BOARD_LINKS, GATE_GREEN, "no link is pending");
	}
}

/* "1 waived: asset-missing, es, "never existed", ana, 21 Nov": so many as fit. */
static void tell_waived(struct looking *l)
{
	char text[400];
	size_t at = (size_t)snprintf(text, sizeof(text), "%" PRId64 " waived", l->waived_all);

	for (size_t i = 0; i < l->waived_count && at < sizeof(text); i++) {
		const struct finding_row *row = &l->waived[i];

		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s, %s%s\"%.60s\", %.40s, %s",
				       i ? "; " : ": ", finding_info(row->code)->name, row->language,
				       *row->language ? ", " : "", row->reason, row->who,
				       figure_time(row->at, l->now).text);
	}
	set_gate(l, BOARD_ERRORS, GATE_GREEN, "%s", text);
}

/* "3 open: asset-missing 2, srt-invalid 1". */
static void tell_errors(struct looking *l, const struct finding_group *groups, size_t count)
{
	char text[300];
	size_t at = (size_t)snprintf(text, sizeof(text), "%" PRId64 " open: ", l->errors);
	bool first = true;

	for (size_t i = 0; i < count && at < sizeof(text); i++) {
		int64_t open = groups[i].open[FINDING_ERROR];

		if (!open)
			continue;
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s %" PRId64, first ? "" : ", ",
				       finding_info(groups[i].code)->name, open);
		first = false;
	}
	reason(l, BOARD_ERRORS, "%" PRId64 " open error%s", l->errors, l->errors == 1 ? "" : "s");
	set_gate(l, BOARD_ERRORS, GATE_RED, "%s", text);
}

/* Open findings stand between them. */
static enum result name_waived(struct looking *l, enum finding_code code, struct error *err)
{
	const struct finding_query query = {.course = l->course.id, .code = code, .count = WAIVED_LOOKED,
					    .with_waived = true};
	struct finding_row *rows = NULL;
	size_t count = 0;
	enum result st = reader_findings(l->reader, &query, &rows, &count, NULL, err);

	for (size_t i = 0; i < count; i++) {
		if (rows[i].waived && l->waived_count < WAIVED_NAMED)
			l->waived[l->waived_count++] = rows[i];
		else
			finding_row_clear(&rows[i]);
	}
	free(rows);
	return st;
}

static enum result look_at_errors(struct looking *l, struct error *err)
{
	struct finding_group *groups = NULL;
	size_t count = 0;
	enum result st = reader_finding_groups(l->reader, l->course.id, 0, &groups, &count, err);

	for (size_t i = 0; i < count; i++) {
		l->open[groups[i].code] = finding_group_open(&groups[i]);
		l->errors += groups[i].open[FINDING_ERROR];
		l->waived_all += groups[i].waived;
		if (groups[i].code == FINDING_LINK_PENDING)
			l->links_waived = groups[i].waived;
	}
	for (size_t i = 0; i < count && st == RESULT_OK && l->waived_count < WAIVED_NAMED; i++)
		if (groups[i].waived)
			st = name_waived(l, groups[i].code, err);
	if (l->errors)
		tell_errors(l, groups, count);
	else if (l->waived_all)
		tell_waived(l);
	else
		set_gate(l, BOARD_ERRORS, GATE_GREEN, "none");
	free(groups);
	return st;
}

static enum result read_rows(struct looking *l, int64_t course, struct error *err)
{
	enum result st = reader_begin(l->reader, err);

	if (st != RESULT_OK)
		return st;
	st = reader_course_by_id(l->reader, course, &l->course, err);
	if (st == RESULT_OK)
		st = look_at_errors(l, err);
	if (st == RESULT_OK)
		st = reader_course_run(l->reader, l->course.key, &l->run, &l->run_kind, err);
	if (st == RESULT_OK)
		st = reader_generation(l->reader, &l->generation, err);
	if (st == RESULT_OK) {
		st = reader_flag(l->reader, course, &l->row, err);
		st = st == RESULT_MISSING ? RESULT_OK : st;
	}
	reader_end(l->reader);
	return st;
}

/* ---- evidence, and the source -------------------------------------------------------------*/

/* It is fresh; is it enough? */
static void judge_proof(struct looking *l, const struct proof *proof)
{
	const struct evidence *evidence = &proof->evidence;
	int64_t missing = evidence->counts.expected - evidence->counts.in_val;

	if (evidence->pass != l->course.pass || evidence->generation != l->generation) {
		reason(l, BOARD_EVIDENCE, "its evidence is stale");
		set_gate(l, BOARD_EVIDENCE, GATE_RED, "of an earlier run: validate it again");
		l->board->stale_on = true;
	} else if (evidence->level < LEVEL_HASH) {
		reason(l, BOARD_EVIDENCE, "validated at level %s only", verify_level_name(evidence->level));
		set_gate(l, BOARD_EVIDENCE, GATE_RED, "%s: validate it at level hash or better", proof->text);
	} else if (missing) {
		reason(l, BOARD_EVIDENCE, "%" PRId64 " transcripts not in val", missing);
		set_gate(l, BOARD_EVIDENCE, GATE_RED, "%" PRId64 " of %" PRId64 " transcripts are not in val",
			 missing, evidence->counts.expected);
	} else if (l->open[FINDING_VAL_UNREAD]) {
		reason(l, BOARD_EVIDENCE, "%" PRId64 " val-unread", l->open[FINDING_VAL_UNREAD]);
		set_gate(l, BOARD_EVIDENCE, GATE_RED,
			 "%" PRId64 " val-unread: what val holds is not known; validate it again",
			 l->open[FINDING_VAL_UNREAD]);
	} else {
		l->board->evidence = evidence->number;
		set_gate(l, BOARD_EVIDENCE, GATE_GREEN, "%s", proof->text);
	}
}

static void look_at_evidence(struct looking *l)
{
	struct error err = {0};
	struct proof proof;
	enum result st = proof_look(&proof, l->campus, l->reader, &l->course, l->campus->source != NULL,
				    &err);

	if (st == RESULT_MISSING) {
		reason(l, BOARD_EVIDENCE, "the source does not have it now");
		set_gate(l, BOARD_EVIDENCE, GATE_UNKNOWN,
			 "the source does not have the course now: %.100s; it counts again if seen as it was",
			 err.text);
		return;
	}
	if (st != RESULT_OK) {
		reason(l, BOARD_EVIDENCE, "the source cannot be read");
		set_gate(l, BOARD_EVIDENCE, GATE_UNKNOWN, "cannot be looked at: %s", err.text);
		return;
	}
	if (proof.fresh) {
		judge_proof(l, &proof);
	} else {
		reason(l, BOARD_EVIDENCE, proof.evidence.number ? "its evidence is stale" : "no evidence");
		set_gate(l, BOARD_EVIDENCE, GATE_RED, "%s: validate it%s", proof.text,
			 proof.evidence.number ? " again" : "");
		l->board->stale_on = true; /* if it is on */
	}
	proof_clear(&proof);
}

/* ---- the flag's backend -------------------------------------------------------------------*/

static enum result keep_flag(struct looking *l, struct error *err)
{
	const struct flag_state *state = &l->board->flag;
	const struct flag_seen seen = {
		.own = board_step(state),
		.effective = flag_value_name(state->effective),
		.own_word = flag_own_name(state),
		.global = flag_value_name(state->global),
		.text = state->note,
	};

	return status_flag_settle(l->campus->status, l->course.id, 0, &seen, err);
}

/* Asking for the next course, too, would be waiting once more; what answers that it is in trouble
   (RESULT_RETRY) does so at once. */
static bool is_silent(enum result st)
{
	return st == RESULT_CANCELED || (result_is_transient(st) && st != RESULT_RETRY);
}

static enum result ask_flag(struct looking *l, struct error *why)
{
	struct flag *flag = l->campus->flag;
	const char *key = l->course.key;

	if (!flag)
		return error_set(why, RESULT_FATAL, "%s",
				 *l->campus->flag_problem ? l->campus->flag_problem : "not opened");
	if (l->silent)
		return error_set(why, RESULT_UNREACHABLE, "not asked, after no answer for %.120s", l->silent);
	return flag_show(flag, &key, 1, &l->board->flag, why);
}

/* Also what is switched just now keeps its name: the look does not say what becomes of it. */
static enum result look_at_flag(struct looking *l, struct error *err)
{
	struct board *board = l->board;
	const char *kind = l->campus->conf->flag_kind;
	struct error why = {0};
	bool turning = flag_is_turning(l->row.state);
	enum result st;

	board->step = l->row.number || l->row.read ? l->row.state : STEP_UNKNOWN;
	if (!board->has_flag) {
		set_gate(l, BOARD_FLAG, GATE_ABSENT, "[flag] kind = none");
		return RESULT_OK;
	}
	st = ask_flag(l, &why);
	board->silent = is_silent(st) || (st == RESULT_OK && board->flag.silent);
	if (st != RESULT_OK) {
		memset(&board->flag, 0, sizeof(board->flag));
		reason(l, BOARD_FLAG, "the flag backend does not answer");
		set_gate(l, BOARD_FLAG, GATE_UNKNOWN, "%s: %s", kind, why.text);
		return RESULT_OK;
	}
	if (board_step(&board->flag) == STEP_UNKNOWN) {
		reason(l, BOARD_FLAG, "the flag of this course is not told");
		set_gate(l, BOARD_FLAG, GATE_UNKNOWN, "%s answers, and does not tell this course's flag%s%s",
			 kind, *board->flag.note ? ": " : "", board->flag.note);
		return RESULT_OK;
	}
	if (board->flag.absent) {
		reason(l, BOARD_FLAG, "the flag's tables are not there");
		set_gate(l, BOARD_FLAG, GATE_RED, "%s: %s", kind, board->flag.note);
		board->step = turning ? board->step : STEP_UNKNOWN;
		return RESULT_OK;
	}
	if (board->flag.own == FLAG_UNKNOWN)
		set_gate(l, BOARD_FLAG, GATE_GREEN, "%s answers: %s", kind,
			 flag_value_name(board->flag.effective));
	else
		set_gate(l, BOARD_FLAG, GATE_GREEN, "%s reachable, own row %s, global row %s%s", kind,
			 flag_own_name(&board->flag), flag_value_name(board->flag.global),
			 board->flag.for_all ? " for all courses" : "");
	if (!turning)
		board->step = board_step(&board->flag);
	return keep_flag(l, err);
}

/* ---- the whole ----------------------------------------------------------------------------*/

static void tell_on(struct looking *l)
{
	struct board *board = l->board;
	const char *by = *board->flag.by ? board->flag.by : l->row.who ? l->row.who : "";
	int64_t since = board->flag.changed ? board->flag.changed : l->row.began;
	char when[40] = "", who[56] = "", stale[64] = "";

	if (since)
		snprintf(when, sizeof(when), " since %.30s", figure_time(since, l->now).text);
	if (*by)
		snprintf(who, sizeof(who), " by %.50s", by);
	if (board->stale_on)
		snprintf(stale, sizeof(stale), "; %.30s: switch it off, or validate it",
			 l->reasons[BOARD_EVIDENCE]);
	else if (board->gates[BOARD_EVIDENCE].color == GATE_UNKNOWN)
		snprintf(stale, sizeof(stale), "; evidence not known: %.38s",
			 l->reasons[BOARD_EVIDENCE]);
	snprintf(board->verdict, sizeof(board->verdict), "on%s%s%s%s", when, who,
		 board->flag.effective == FLAG_OFF ? ", without effect: the global row is off" : "", stale);
}

static void judge(struct looking *l)
{
	struct board *board = l->board;
	const char *first = NULL;
	int more = 0;

	board->green = true;
	for (int i = 0; i < BOARD_GATES; i++) {
		if (board->gates[i].color == GATE_GREEN || board->gates[i].color == GATE_ABSENT)
			continue;
		board->green = false;
		more += first != NULL;
		first = first ? first : l->reasons[i];
	}
	board->stale_on = board->stale_on && board->step == STEP_ON;
	if (flag_is_turning(board->step))
		snprintf(board->verdict, sizeof(board->verdict), "being switched %s by %.60s since %.40s",
			 board->step == STEP_TURNING_ON ? "on" : "off", l->row.who,
			 figure_time(l->row.began, l->now).text);
	else if (board->has_flag && board->step == STEP_ON)
		tell_on(l);
	else if (board->green)
		snprintf(board->verdict, sizeof(board->verdict), "%s",
			 board->has_flag ? "can be flipped" : "validated");
	else if (more)
		snprintf(board->verdict, sizeof(board->verdict), "%s: %s, and %d more",
			 board->has_flag ? "cannot be flipped" : "not validated", first, more);
	else
		snprintf(board->verdict, sizeof(board->verdict), "%s: %s",
			 board->has_flag ? "cannot be flipped" : "not validated", first);
}

enum result board_look_unasked(struct board *out, struct campus *campus, struct reader *reader,
			       int64_t course, const char *silent, struct error *err)
{
	struct looking l = {.board = out, .campus = campus, .reader = reader, .silent = silent,
			    .now = clock_wall(campus->clock)};
	enum result st;

	memset(out, 0, sizeof(*out));
	st = read_rows(&l, course, err);
	if (st == RESULT_OK && !(out->key = strdup(l.course.key)))
		st = error_set(err, RESULT_NOMEM, "no memory to look at the gates of %s", l.course.key);
	if (st == RESULT_OK) {
		out->course = course;
		out->pass = l.course.pass;
		out->at = l.now;
		out->has_flag = strcmp(campus->conf->flag_kind, "none") != 0;
		judge_migrated(&l);
		judge_still(&l);
		judge_links(&l);
		look_at_evidence(&l);
		st = look_at_flag(&l, err);
	}
	if (st == RESULT_OK) {
		judge(&l);
		if (out->has_flag)
			st = consequences_add(out, campus->conf, &l.course.counts, l.waived_all, err);
	}
	for (size_t i = 0; i < l.waived_count; i++)
		finding_row_clear(&l.waived[i]);
	flag_row_clear(&l.row);
	course_row_clear(&l.course);
	if (st != RESULT_OK)
		board_clear(out);
	return st;
}

enum result board_look(struct board *out, struct campus *campus, struct reader *reader, int64_t course,
		       struct error *err)
{
	return board_look_unasked(out, campus, reader, course, NULL, err);
}
