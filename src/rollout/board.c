/*
 * The gates before a flag, each looked at anew.
 *
 * What stands in the status database is read in one state of it; source and flag backend are asked
 * afterwards, without holding that state open.
 */
#include "config.h"

#include "src/rollout/board_inside.h"

#include <stdlib.h>
#include <string.h>

#include "src/rollout/consequences.h"

#define WAIVED_LOOKED 64 /* findings of a code among which waived ones are looked for */

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

/* ---- what the status database says --------------------------------------------------------*/

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
	board_judge_errors(l, groups, count);
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

static void look_at_evidence(struct looking *l)
{
	struct error err = {0};
	struct proof proof;
	enum result st = proof_look(&proof, l->campus, l->reader, &l->course, l->campus->source != NULL,
				    &err);

	if (st == RESULT_MISSING) {
		board_reason(l, BOARD_EVIDENCE, "the source does not have it now");
		board_set_gate(l, BOARD_EVIDENCE, GATE_UNKNOWN,
			 "the source does not have the course now: %.100s; it counts again if seen as it was",
			 err.text);
		return;
	}
	if (st != RESULT_OK) {
		board_reason(l, BOARD_EVIDENCE, "the source cannot be read");
		board_set_gate(l, BOARD_EVIDENCE, GATE_UNKNOWN, "cannot be looked at: %s", err.text);
		return;
	}
	if (proof.fresh) {
		board_judge_proof(l, &proof);
	} else {
		board_reason(l, BOARD_EVIDENCE, proof.evidence.number ? "its evidence is stale" : "no evidence");
		board_set_gate(l, BOARD_EVIDENCE, GATE_RED, "%s: validate it%s", proof.text,
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
		board_set_gate(l, BOARD_FLAG, GATE_ABSENT, "[flag] kind = none");
		return RESULT_OK;
	}
	st = ask_flag(l, &why);
	board->silent = is_silent(st) || (st == RESULT_OK && board->flag.silent);
	if (st != RESULT_OK) {
		memset(&board->flag, 0, sizeof(board->flag));
		board_reason(l, BOARD_FLAG, "the flag backend does not answer");
		board_set_gate(l, BOARD_FLAG, GATE_UNKNOWN, "%s: %s", kind, why.text);
		return RESULT_OK;
	}
	if (board_step(&board->flag) == STEP_UNKNOWN) {
		board_reason(l, BOARD_FLAG, "the flag of this course is not told");
		board_set_gate(l, BOARD_FLAG, GATE_UNKNOWN, "%s answers, and does not tell this course's flag%s%s",
			 kind, *board->flag.note ? ": " : "", board->flag.note);
		return RESULT_OK;
	}
	if (board->flag.absent) {
		board_reason(l, BOARD_FLAG, "the flag's tables are not there");
		board_set_gate(l, BOARD_FLAG, GATE_RED, "%s: %s", kind, board->flag.note);
		board->step = turning ? board->step : STEP_UNKNOWN;
		return RESULT_OK;
	}
	if (board->flag.own == FLAG_UNKNOWN)
		board_set_gate(l, BOARD_FLAG, GATE_GREEN, "%s answers: %s", kind,
			 flag_value_name(board->flag.effective));
	else
		board_set_gate(l, BOARD_FLAG, GATE_GREEN, "%s reachable, own row %s, global row %s%s", kind,
			 flag_own_name(&board->flag), flag_value_name(board->flag.global),
			 board->flag.for_all ? " for all courses" : "");
	if (!turning)
		board->step = board_step(&board->flag);
	return keep_flag(l, err);
}

/* ---- the whole ----------------------------------------------------------------------------*/

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
		board_judge_migrated(&l);
		board_judge_still(&l);
		board_judge_links(&l);
		look_at_evidence(&l);
		st = look_at_flag(&l, err);
	}
	if (st == RESULT_OK) {
		board_judge(&l);
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
