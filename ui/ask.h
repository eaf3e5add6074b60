/*
 * ask.h - what an act has to ask the desk first: all that it will be of (inside ui/ only; UI
 * thread).
 *
 * One question at a time. The answer comes with a snapshot, a moment later; keys typed ahead wait
 * for it (find_waits()), so that "R y" answers what the question says. What is done afterwards is
 * of these ids, whatever has changed meanwhile.
 */
#ifndef SUBFERRY_UI_ASK_H
#define SUBFERRY_UI_ASK_H

#include "ui/view.h"

/* Asks @question (its serial is filled in) for @action; @take gets the snapshot that answers. */
void ask_desk(struct console *console, const struct page_question *question, enum action action,
	      void (*take)(struct console *console, const struct snapshot *answer));
/* Adds the question to @request; looks for the answer in the newest snapshot. */
void ask_fill(const struct console *console, struct page_request *request);
void ask_answer(struct console *console);
void ask_give_up(struct console *console);

#endif
