#include "config.h"

#include "ui/waive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "ui/ask.h"
#include "ui/undo.h"
#include "ui/widget.h"

/* ---- what can be waived -------------------------------------------------------------------*/

const char *waive_code_refusal(enum finding_code code)
{
#define X(id, name, severity, flags, help) name " cannot be waived: " help,
	static const char *const refusals[] = {FINDING_LIST(X)};
#undef X

	return finding_info(code)->flags & FINDING_WAIVABLE ? NULL : refusals[code];
}

static bool page_has_language(const struct snapshot *page, const char *language)
{
	for (size_t i = 0; i < page->finding_count; i++)
		if (!strcmp(page->findings[i].language, language))
			return true;
	return false;
}

const char *waive_page_refusal(const struct snapshot *page, const char *language, bool *back)
{
	const char *of = *language && !page_has_language(page, language) ? "" : language;
	const char *refusal = *language ? "no finding of this language, nor of the video as a whole"
					: "the selected video has no finding";

	*back = true;
	for (size_t i = 0; i < page->finding_count; i++) {
		const struct finding_row *row = &page->findings[i];
		const char *why = row->waived ? NULL : waive_code_refusal(row->code);

		if (*language && strcmp(row->language, of) != 0)
			continue;
		*back = *back && row->waived;
		refusal = !why || !refusal ? NULL : why;
	}
	*back = *back && !refusal && (int64_t)page->finding_count == page->finding_total;
	/* a page has not more of them than a screen is for */
	return (int64_t)page->finding_count < page->finding_total ? NULL : refusal;
}

/* What the screen would waive; why nothing. */
static const char *look(const struct console *console, enum action action, struct waiving *out)
{
	const struct view *view = console_top(console);

	memset(out, 0, sizeof(*out));
	out->question.ask = ASK_FINDINGS;
	out->question.code = FINDING_NONE;
	if (!view->ops->waives || (action == ACTION_WAIVE_ALL && view->ops != &screen_items))
		return "not on this screen: F shows the findings";
	if (!view->page)
		return "the list is still being read: try again";
	return view->ops->waives(view, action == ACTION_WAIVE_ALL, out);
}

const char *waive_refusal(const struct console *console, enum action action)
{
	struct waiving waiving;

	return look(console, action, &waiving);
}

bool waive_takes_back(const struct console *console)
{
	struct waiving waiving;

	return !look(console, ACTION_WAIVE, &waiving) && waiving.back;
}

/* ---- the question -------------------------------------------------------------------------*/

static enum pick_kind kind_of(enum act act)
{
	return act == ACT_WAIVE ? PICK_WAIVABLE : PICK_WAIVED;
}

/* "asset-missing", or "findings" where there are several. */
static const char *name_of(const struct picks *picks, enum pick_kind kind)
{
	enum finding_code code = picks_code(picks, kind);

	return code == FINDING_NONE ? "findings" : finding_info(code)->name;
}

static void ask_key(struct console *console, size_t count)
{
	struct prompt *prompt = &console->prompt;
	struct picks *picks = prompt->act.picks;
	enum pick_kind kind = kind_of(prompt->act.act);
	size_t courses = 0;
	int64_t *ids;
	struct error err = {0};

	if (picks_courses(picks, kind, &ids, &courses, &err) != RESULT_OK) {
		console_note(console, ROLE_ERROR, "%s: nothing was done", err.text);
		prompt_close(prompt);
		return;
	}
	free(ids);
	prompt->kind = PROMPT_CONFIRM;
	snprintf(prompt->question, sizeof(prompt->question), "%s %s%s%s of %s course%s? y/n ",
		 kind == PICK_WAIVABLE ? "waive the"
		 : count == 1	       ? "take back the waiver of"
				       : "take back the waivers of",
		 widget_number((int64_t)count).text, kind == PICK_WAIVED ? " " : " open ",
		 name_of(picks, kind), widget_number((int64_t)courses).text, courses == 1 ? "" : "s");
}

static void ask_reason(struct console *console)
{
	struct prompt *prompt = &console->prompt;
	const struct picks *picks = prompt->act.picks;
	const struct pick *first = picks_first(picks, PICK_WAIVABLE);
	struct pick_item item = picks_item(picks, first);
	size_t count = picks_count(picks, PICK_WAIVABLE);
	const char *name = name_of(picks, PICK_WAIVABLE);

	if (count > 1)
		snprintf(prompt->question, sizeof(prompt->question), "waive %s %s, reason: ",
			 widget_number((int64_t)count).text, name);
	else if (*item.language)
		snprintf(prompt->question, sizeof(prompt->question), "waive %s of %.20s, reason: ",
			 name, item.language);
	else
		snprintf(prompt->question, sizeof(prompt->question), "waive %s of the %s, reason: ",
			 name, *item.block ? "video" : "course");
	prompt_reason(prompt);
}

static void carry_out(struct console *console, const char *reason)
{
	const struct pending_act *pending = &console->prompt.act;

	desk_act(console->desk, pending->act,
		 &(struct act_target){.picks = pending->picks, .reason = reason});
	undo_waived(console);
	prompt_close(&console->prompt);
}

/* ---- the act ------------------------------------------------------------------------------*/

static void begin(struct console *console, enum act act, struct picks *picks)
{
	struct prompt *prompt = &console->prompt;
	size_t count = picks_count(picks, kind_of(act));

	prompt_close(prompt);
	prompt->act.act = act;
	prompt->act.picks = picks_ref(picks);
	/* Where the screen did not say so, somebody else has waived it meanwhile, perhaps. */
	if (count > 1 || (act == ACT_UNWAIVE && !console->asking.back))
		ask_key(console, count);
	else
		waive_confirmed(console);
}

/* What cannot be waived, in words: the first of them, and how many there are. */
static void tell_fixed(struct console *console, const struct picks *picks, size_t fixed)
{
	for (size_t i = 0; i < picks->count; i++) {
		const struct pick *pick = &picks->list[i];
		const char *why = pick->waived ? NULL : waive_code_refusal(pick->code);

		if (!why)
			continue;
		if (fixed == picks->count)
			console_note(console, ROLE_WARNING, "%s", why);
		else
			console_note(console, ROLE_WARNING, "%s cannot be waived and stay%s open: %s",
				     widget_number((int64_t)fixed).text, fixed == 1 ? "s" : "",
				     finding_info(pick->code)->name);
		return;
	}
}

static void take_picks(struct console *console, const struct snapshot *answer)
{
	struct picks *picks = answer->picks;
	size_t open = picks_count(picks, PICK_WAIVABLE);
	size_t fixed = picks_count(picks, PICK_OPEN) - open;

	console->dirty = true;
	if (open)
		begin(console, ACT_WAIVE, picks);
	else if (!fixed && picks->count && console->asking.action == ACTION_WAIVE)
		begin(console, ACT_UNWAIVE, picks);
	else if (!fixed)
		console_note(console, ROLE_WARNING, "%s", picks->count ? "all that is shown is waived already"
						       : "no finding is there to be waived");
	if (fixed)
		tell_fixed(console, picks, fixed);
}

void waive_begin(struct console *console, enum action action)
{
	struct waiving waiving;

	if (look(console, action, &waiving))
		return;
	ask_desk(console, &waiving.question, action, take_picks);
	console->asking.back = waiving.back;
}

void waive_confirmed(struct console *console)
{
	if (console->prompt.act.act == ACT_WAIVE)
		ask_reason(console);
	else
		carry_out(console, NULL);
}

void waive_reason(struct console *console)
{
	char *reason = text_strip(console->prompt.text);

	if (!reason) {
		console_note(console, ROLE_ERROR, "out of memory: nothing was done");
		prompt_close(&console->prompt);
	} else if (!*reason) {
		console_note(console, ROLE_WARNING, "a waiver needs a reason: type why, or Esc");
	} else {
		carry_out(console, reason);
	}
	free(reason);
}
