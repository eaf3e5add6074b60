/*
 * find.c - finding things: a search as it is typed, a course by a part of its key, and the ids of
 * all courses shown. Some answers come from the desk, a moment later: keys typed ahead wait for
 * them, so that they mean what they would have meant to who waits.
 */
#include "config.h"

#include "ui/view.h"

#include <stdio.h>
#include <string.h>

#include "src/status/fields.h"
#include "ui/ask.h"
#include "ui/widget.h"

/* ---- search -------------------------------------------------------------------------------*/

/* The view's list searches its rows, or lets the desk do it; else the screen searches itself. */
static bool searches_rows(const struct view *view)
{
	return view->list.rows->by_desk || view->list.rows->match;
}

/* What is known of the text so far, behind the prompt. */
static void tell_typed(struct console *console)
{
	const struct list *list = &console_top(console)->list;
	const struct list_search *find = &list->find;
	struct prompt *prompt = &console->prompt;

	if (find->found == LIST_PENDING && list->search[0])
		return; /* what was said last stays until there is an answer */
	prompt->aside[0] = '\0';
	prompt->doubtful = list->search[0] && find->found == LIST_NOT_FOUND;
	if (!list->search[0])
		return;
	if (prompt->doubtful)
		snprintf(prompt->aside, sizeof(prompt->aside), "no match");
	else if (find->hits)
		snprintf(prompt->aside, sizeof(prompt->aside), "match %s of %s%s",
			 widget_number(find->hit).text, widget_number(find->hits).text,
			 find->wrapped ? ", search wrapped" : "");
	else
		snprintf(prompt->aside, sizeof(prompt->aside), "%s",
			 find->wrapped ? "found, search wrapped" : "found");
}

static void search_open(struct console *console)
{
	struct list *list = &console_top(console)->list;

	prompt_text(&console->prompt, PROMPT_SEARCH, list->search, sizeof(list->search));
	if (searches_rows(console_top(console)))
		list_search_open(list);
}

static void search_typed(struct console *console)
{
	struct view *view = console_top(console);

	if (!searches_rows(view))
		return;
	list_search_typed(&view->list, view->page, console->prompt.text);
	tell_typed(console);
}

static void search_taken(struct console *console)
{
	struct view *view = console_top(console);
	struct list *list = &view->list;

	if (searches_rows(view)) {
		if (!console->prompt.text[0])
			list->search[0] = '\0';
		list_search_keep(list);
		if (list->search[0])
			view_found(view, list->find.found);
		return;
	}
	/* The prompt has kept it short enough. */
	snprintf(list->search, sizeof(list->search), "%.63s", console->prompt.text);
	if (list->search[0])
		view->ops->key(view, ACTION_NEXT);
}

/* ---- filter -------------------------------------------------------------------------------*/

static const struct filter_language *language_of(const struct view *view)
{
	return view->ops == &screen_courses ? &course_fields : view->list.rows->language;
}

/* Behind the prompt: the fields that the term being typed may be of. Before anything is typed
   these are all, as far as there is room; once the field is there, the words it may have. */
void find_filter_typed(struct console *console)
{
	const struct filter_language *language = language_of(console_top(console));
	struct prompt *prompt = &console->prompt;
	const char *term = strrchr(prompt->text, ' ');
	size_t at = 0, room = sizeof(prompt->aside);

	prompt->aside[0] = '\0';
	prompt->doubtful = false;
	term = term ? term + 1 : prompt->text;
	term += *term == '!' || *term == '-';
	for (size_t i = 0; language && i < language->count && at < room; i++) {
		const struct filter_field *field = &language->fields[i];
		size_t len = strlen(field->name);

		if (field->words && !strncasecmp(field->name, term, len) && term[len] == ':')
			at += (size_t)snprintf(prompt->aside + at, room - at, "%s", field->words);
		if (!strncasecmp(field->name, term, strlen(term)))
			at += (size_t)snprintf(prompt->aside + at, room - at, "%s%s%s",
					       at ? " " : "fields: ", field->name,
					       field->kind == FILTER_NUMBER ? ">"
					       : field->kind == FILTER_AGE  ? "<" : ":");
	}
}

/* ---- a course by a part of its key --------------------------------------------------------*/

static void goto_enter(struct console *console)
{
	struct guessing *guessing = &console->guessing;
	struct place place = {.course = guessing->course, .language = ""};

	guessing->enter = false;
	if (!place.course) {
		console_note(console, ROLE_WARNING, "no course has \"%s\" in its key or name",
			     console->prompt.text);
		prompt_close(&console->prompt);
		return;
	}
	prompt_close(&console->prompt);
	if (console->depth == VIEW_DEPTH)
		console_pop(console);
	console_push(console, &screen_course, &place);
}

static void goto_typed(struct console *console, int64_t step)
{
	struct guessing *guessing = &console->guessing;

	guessing->step = step;
	guessing->answered = !console->prompt.text[0];
	if (!guessing->answered)
		return; /* the course shown stays until there is an answer */
	guessing->course = guessing->count = 0;
	console->prompt.aside[0] = '\0';
}

static void goto_step(struct console *console, int64_t by)
{
	struct guessing *guessing = &console->guessing;

	if (guessing->count > 1)
		goto_typed(console, (guessing->step + by + guessing->count) % guessing->count);
}

static void goto_answer(struct console *console)
{
	struct guessing *guessing = &console->guessing;
	const struct snapshot *now = console->now;
	struct prompt *prompt = &console->prompt;

	/* before the courses are counted nobody has looked */
	if (prompt->kind != PROMPT_GOTO || guessing->answered || !now->counted ||
	    strcmp(now->request.guess, prompt->text) != 0 ||
	    now->request.guess_step != guessing->step)
		return;
	guessing->answered = true;
	guessing->course = now->guessed;
	guessing->count = now->guess_count;
	prompt->doubtful = !now->guessed;
	if (now->guessed)
		snprintf(prompt->aside, sizeof(prompt->aside), "%.200s  %.40s of %.40s", now->guessed_key,
			 widget_number(guessing->step + 1).text,
			 widget_number(guessing->count).text);
	else
		snprintf(prompt->aside, sizeof(prompt->aside), "no course");
	console->dirty = true;
	if (guessing->enter)
		goto_enter(console);
}

/* ---- all that is shown --------------------------------------------------------------------*/

static void take_ids(struct console *console, const struct snapshot *answer)
{
	size_t before = console->tags.count;

	if (!undo_add_tags(console, answer->ids, answer->id_count))
		return;
	console_note(console, ROLE_NORMAL, "%s more tagged",
		     widget_number((int64_t)(console->tags.count - before)).text);
}

void find_tag_all(struct console *console)
{
	ask_desk(console, &(struct page_question){.ask = ASK_COURSES}, ACTION_TAG_ALL, take_ids);
}

/* ---- for the prompt -----------------------------------------------------------------------*/

void find_open(struct console *console, enum action action)
{
	struct list *list = &console_top(console)->list;

	if (action == ACTION_SEARCH) {
		search_open(console);
	} else if (action == ACTION_GOTO) {
		prompt_text(&console->prompt, PROMPT_GOTO, "", sizeof(console->asked.guess));
		console->guessing = (struct guessing){.answered = true};
	} else {
		prompt_text(&console->prompt, PROMPT_FILTER, list->filter, sizeof(list->filter));
		find_filter_typed(console);
	}
}

bool find_key(struct console *console, enum prompt_answer answer)
{
	struct view *view = console_top(console);
	enum prompt_kind kind = console->prompt.kind;

	if (kind == PROMPT_SEARCH && answer == PROMPT_CHANGED) {
		search_typed(console);
	} else if (kind == PROMPT_SEARCH && answer == PROMPT_TAKEN) {
		search_taken(console);
	} else if (kind == PROMPT_SEARCH && answer == PROMPT_CANCELED) {
		if (searches_rows(view))
			list_search_cancel(&view->list, view->page);
	} else if (kind == PROMPT_GOTO && answer == PROMPT_CHANGED) {
		goto_typed(console, 0);
	} else if (kind == PROMPT_GOTO && (answer == PROMPT_NEXT || answer == PROMPT_PREVIOUS)) {
		goto_step(console, answer == PROMPT_NEXT ? 1 : -1);
	} else if (kind == PROMPT_GOTO && answer == PROMPT_TAKEN && console->prompt.text[0]) {
		console->guessing.enter = true;
		if (console->guessing.answered)
			goto_enter(console);
		return true;
	}
	return false;
}

/* ---- for the loop -------------------------------------------------------------------------*/

void find_ask(const struct console *console, struct page_request *request)
{
	ask_fill(console, request);
	if (console->prompt.kind != PROMPT_GOTO)
		return;
	snprintf(request->guess, sizeof(request->guess), "%.63s", console->prompt.text);
	request->guess_step = console->guessing.step;
}

void find_answer(struct console *console)
{
	struct view *view;

	goto_answer(console);
	ask_answer(console);
	view = console_top(console); /* where one went to, perhaps */
	if (!list_search_news(&view->list))
		return;
	console->dirty = true;
	if (console->prompt.kind == PROMPT_SEARCH)
		tell_typed(console);
	else
		view_found(view, view->list.find.found);
}

bool find_waits(const struct console *console)
{
	const struct list *list = &console_top(console)->list;

	return console->asking.take || (console->prompt.kind == PROMPT_GOTO && console->guessing.enter) ||
	       (list->find.pending && console->prompt.kind != PROMPT_SEARCH);
}

void find_give_up(struct console *console)
{
	ask_give_up(console);
	list_search_drop(&console_top(console)->list);
	if (console->prompt.kind == PROMPT_GOTO)
		prompt_close(&console->prompt);
	/* They were typed for an answer that has not come. */
	console_drop_keys(console);
	console_note(console, ROLE_WARNING, "no answer yet: nothing was found or done; try again");
}
