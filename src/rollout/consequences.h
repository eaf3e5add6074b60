/*
 * consequences.h - what follows from switching a flag on, in lines for whoever types the word. Inside
 * src/rollout/ only; board_consequences() shows them.
 */
#ifndef SUBFERRY_SRC_ROLLOUT_CONSEQUENCES_H
#define SUBFERRY_SRC_ROLLOUT_CONSEQUENCES_H

#include "src/rollout/board.h"

/* Of a board that has none yet and whose flag was read. @counts of its course; @waived: findings.
   RESULT_NOMEM: some may be missing, so nobody is to be shown the others. */
enum result consequences_add(struct board *board, const struct conf *conf, const struct counts *counts,
			     int64_t waived, struct error *err);

#endif
