/*
 * complete.h - what shells ask for while a command line is typed.
 *
 * subferry --completion bash|zsh prints a script made of the tables of options, commands, findings
 * and fields. That script asks for what only the status database knows by
 *
 *	subferry [-c FILE | --demo] --complete courses [PREFIX]
 *	subferry [-c FILE | --demo] --complete videos COURSE [PREFIX]
 *	subferry [-c FILE | --demo] --complete runs [PREFIX]
 *
 * which reads the database alone, makes and changes nothing, is silent about errors, and prints
 * nothing that a shell could take for more than a word: keys are untrusted.
 */
#ifndef SUBFERRY_SRC_CLI_COMPLETE_H
#define SUBFERRY_SRC_CLI_COMPLETE_H

#include "src/base/buf.h"
#include "src/cli/cli.h"

/* Prints the script for @shell; false if there is none. */
bool completion_print(const char *shell);
/* The words that an argument of this kind can be, each behind a blank; nothing where they are many. */
void completion_words(enum cli_value value, struct buf *out);
/* The two scripts. */
void completion_bash(struct buf *out);
void completion_zsh(struct buf *out);

/* Answers cli->complete for these operands; the exit status. */
int complete_answer(struct cli *cli, int count, char **operands);

#endif
