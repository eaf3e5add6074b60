/*
 * carry_file.h - walks through a file of runs, believing nothing. Inside src/rollout/ only.
 *
 * Each line is one of ours (carry_line.h), in the order of transfer.h and strictly ascending where
 * that has an order, so that nothing is there twice; a course's sums are those of its findings and
 * transcripts, as status_check() wants them; only what can be waived is waived; and the last line says
 * how many there were, and the hash of all bytes before it. Whoever takes rows undoes what he did with
 * them unless RESULT_END came.
 */
#ifndef SUBFERRY_SRC_ROLLOUT_CARRY_FILE_H
#define SUBFERRY_SRC_ROLLOUT_CARRY_FILE_H

#include <stdio.h>

#include "src/base/hash.h"
#include "src/rollout/carry_line.h"

struct carry_file;

/* @file (borrowed, at its beginning) is told of as @name (borrowed). */
enum result carry_file_new(struct carry_file **out, FILE *file, const char *name,
			   struct error *err);
void carry_file_free(struct carry_file *file); /* accepts NULL */
/* The next row; RESULT_END: the last line came, and all is as it says. Else as carry_import(). */
enum result carry_file_next(struct carry_file *file, struct transfer *row, struct error *err);
/* Of the first line, once there was a row. */
const struct carry_header *carry_file_header(const struct carry_file *file);
/* The hash that the last line gives, after RESULT_END. */
const char *carry_file_sha256(const struct carry_file *file);

#endif
