/*
 * run_time.h - how long runs and their courses were at work. Inside src/status/ only, on the writer
 * thread.
 *
 * The engine says when it is at work, and for which courses (status_at_work()); the commits that begin
 * and end runs and courses add what has passed since it said so last. None is ever longer at work than
 * from its begin until now.
 */
#ifndef SUBFERRY_SRC_STATUS_RUN_TIME_H
#define SUBFERRY_SRC_STATUS_RUN_TIME_H

#include "src/status/status.h"

/* What this process does from now on it does for @run; @is_new: which begins with work, this instant. */
void run_time_of(struct status *status, int64_t run, bool is_new);
/* Before the course of run_course.id @id ends in its run, and before @run does. */
enum result run_time_course_ends(struct status *status, int64_t id, struct error *err);
enum result run_time_ends(struct status *status, int64_t run, struct error *err);

#endif
