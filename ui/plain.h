/*
 * plain.h - the console as lines: for a screen reader, a pipe, a log.
 *
 * The same views, lists, actions, prompts and desk as on the screen, and nothing is drawn: lines are
 * read from standard input (a name or a key of an action, the number of a row, an answer), and
 * what is there is told on standard output, one labelled line a thing, with neither control
 * characters nor anything aligned. What happens meanwhile is told as it comes. UI thread only.
 */
#ifndef SUBFERRY_UI_PLAIN_H
#define SUBFERRY_UI_PLAIN_H

struct console;
struct plain;
struct view;

#define PLAIN_ROWS 10 /* of a list that are told at a time */

/* @console is borrowed; its desk and its first snapshot are there. NULL without memory. */
struct plain *plain_new(struct console *console);
void plain_free(struct plain *plain); /* accepts NULL */
/* Until the operator leaves, the input ends or a signal says so; returns the exit status. */
int plain_run(struct plain *plain);
/* Lays @view out as if there were a screen of ordinary size. */
void plain_layout(struct view *view);
/* Forgets lines that were read ahead; input that nobody types is at its end then. */
void plain_drop(struct plain *plain);

#endif
