/*
 * What was looked at means for each gate, and for the whole. Nothing is read here.
 */
#include "config.h"

#include "src/rollout/board_inside.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/figures.h"
#include "src/base/text.h"

/* ---- a gate's colour and words ------------------------------------------------------------*/

void board_set_gate(struct looking *l, enum board_gate gate, enum gate_color color, const char *fmt, ...)
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

void board_reason(struct looking *l, enum board_gate gate, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(l->reasons[gate], sizeof(l->reasons[gate]), fmt, args);
	va_end(args);
}

/* ---- each gate ----------------------------------------------------------------------------*/

void board_judge_migrated(struct looking *l)
{
	const struct course_row *course = &l->course;
	char run[48] = "", word[48];

	if (l->run)
		snprintf(run, sizeof(run), ", run %s %" PRId64, run_kind_name(l->run_kind), l->run);
	if (course->gone) {
		board_set_gate(l, BOARD_MIGRATED, GATE_RED, "it is not in the source any more");
	} else if (course->status != COURSE_MIGRATED || course->intent == INTENT_RUN) {
		board_reason(l, BOARD_MIGRATED, "it is %s", course_row_status(course, word, sizeof(word)));
		if (course->status == COURSE_FAILED && course->failed)
			board_set_gate(l, BOARD_MIGRATED, GATE_RED, "%s: %s of %s videos failed", word,
				 figure_number(course->failed).text,
				 figure_number(course->videos).text);
		else
			board_set_gate(l, BOARD_MIGRATED, GATE_RED, "%s: %s of %s videos tried", word,
				 figure_number(course->tried).text,
				 figure_number(course->videos).text);
	} else {
		board_set_gate(l, BOARD_MIGRATED, GATE_GREEN, "%s of %s videos%s, %s",
			 figure_number(course->tried).text, figure_number(course->videos).text, run,
			 figure_time(course->begun, l->now).text); /* changed: when it was validated */
	}
}

void board_judge_still(struct looking *l)
{
	if (l->course.intent == INTENT_PAUSE) {
		board_reason(l, BOARD_STILL, "it is paused");
		board_set_gate(l, BOARD_STILL, GATE_RED, "%s",
			 l->course.status == COURSE_IN_PROGRESS ? "it is paused: resume it, and let it end"
								: "it is held back: resume it");
	} else {
		board_set_gate(l, BOARD_STILL, GATE_GREEN, "nothing holds it back");
	}
}

void board_judge_links(struct looking *l)
{
	int64_t pending = l->open[FINDING_LINK_PENDING], failed = l->open[FINDING_LINK_FAILED];

	if (failed) {
		board_reason(l, BOARD_LINKS, "%" PRId64 " link%s failed", failed, failed == 1 ? "" : "s");
		board_set_gate(l, BOARD_LINKS, GATE_RED,
			 "%" PRId64 " video%s could not be linked: retry --finding link-failed", failed,
			 failed == 1 ? "" : "s");
	} else if (pending) {
		board_reason(l, BOARD_LINKS, "%" PRId64 " link%s pending", pending, pending == 1 ? "" : "s");
		board_set_gate(l, BOARD_LINKS, GATE_RED, "%" PRId64 " %s do%s not name yet", pending,
			 pending == 1 ? "video has an id that its block" : "videos have ids that their blocks",
			 pending == 1 ? "es" : "");
	} else if (l->links_waived) {
		board_set_gate(l, BOARD_LINKS, GATE_GREEN, "%" PRId64 " pending, waived", l->links_waived);
	} else {
		board_set_gate(l, BOARD_LINKS, GATE_GREEN, "no link is pending");
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
	board_set_gate(l, BOARD_ERRORS, GATE_GREEN, "%s", text);
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
	board_reason(l, BOARD_ERRORS, "%" PRId64 " open error%s", l->errors, l->errors == 1 ? "" : "s");
	board_set_gate(l, BOARD_ERRORS, GATE_RED, "%s", text);
}

void board_judge_errors(struct looking *l, const struct finding_group *groups, size_t count)
{
	if (l->errors)
		tell_errors(l, groups, count);
	else if (l->waived_all)
		tell_waived(l);
	else
		board_set_gate(l, BOARD_ERRORS, GATE_GREEN, "none");
}

/* It is fresh; is it enough? */
void board_judge_proof(struct looking *l, const struct proof *proof)
{
	const struct evidence *evidence = &proof->evidence;
	int64_t missing = evidence->counts.expected - evidence->counts.in_val;

	if (evidence->pass != l->course.pass || evidence->generation != l->generation) {
		board_reason(l, BOARD_EVIDENCE, "its evidence is stale");
		board_set_gate(l, BOARD_EVIDENCE, GATE_RED, "of an earlier run: validate it again");
		l->board->stale_on = true;
	} else if (evidence->level < LEVEL_HASH) {
		board_reason(l, BOARD_EVIDENCE, "validated at level %s only", verify_level_name(evidence->level));
		board_set_gate(l, BOARD_EVIDENCE, GATE_RED, "%s: validate it at level hash or better", proof->text);
	} else if (missing) {
		board_reason(l, BOARD_EVIDENCE, "%" PRId64 " transcripts not in val", missing);
		board_set_gate(l, BOARD_EVIDENCE, GATE_RED, "%" PRId64 " of %" PRId64 " transcripts are not in val",
			 missing, evidence->counts.expected);
	} else if (l->open[FINDING_VAL_UNREAD]) {
		board_reason(l, BOARD_EVIDENCE, "%" PRId64 " val-unread", l->open[FINDING_VAL_UNREAD]);
		board_set_gate(l, BOARD_EVIDENCE, GATE_RED,
			 "%" PRId64 " val-unread: what val holds is not known; validate it again",
			 l->open[FINDING_VAL_UNREAD]);
	} else {
		l->board->evidence = evidence->number;
		board_set_gate(l, BOARD_EVIDENCE, GATE_GREEN, "%s", proof->text);
	}
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

void board_judge(struct looking *l)
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

