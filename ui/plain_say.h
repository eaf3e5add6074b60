/*
 * plain_say.h - lines out: what plain.h tells, and the question behind which one types.
 *
 * Everything passes src/cli/out.h and is harmless. A line that comes while a question stands there
 * begins on a line of its own. One output a process; UI thread only.
 */
#ifndef SUBFERRY_UI_PLAIN_SAY_H
#define SUBFERRY_UI_PLAIN_SAY_H

#include <stdbool.h>

#include "src/base/buf.h"

void plain_say(const char *fmt, ...) SF_PRINTF(1, 2);
/* Puts @question there to be answered, unless one stands there already. */
void plain_ask(const char *question);
/* @line was read as its answer; with @echo it is written, too: nobody sees what a pipe says. */
void plain_answered(const char *line, bool echo);
/* Adds ". " between sentences, the text, and nothing where it is empty. */
void plain_add(struct buf *out, const char *fmt, ...) SF_PRINTF(2, 3);

#endif
