/*
 * replay.h - what runs a fuzz entry point where there is no libFuzzer, over seeds and over some
 * thousand mutations of them, the same ones every time.
 *
 * usage: replay              the seeds and their mutations
 *        replay FILE...      those files (what a fuzzer found)
 *        replay --seeds DIR  writes the seeds into DIR, for a fuzzer to begin with
 *
 * main() is in replay_main.c; the seeds are replay.c's, or for documents replay_structure.c's.
 * Where a function fails it has said why.
 */
#ifndef SUBFERRY_TESTS_FUZZ_REPLAY_H
#define SUBFERRY_TESTS_FUZZ_REPLAY_H

#include <stdbool.h>
#include <stddef.h>

/* Of the seeds' file: all of them and their mutations, or the seeds alone into @folder. */
bool replay_seeds(const char *folder);

/* ---- what that calls ---- */

/* 0 to @limit - 1, the same ones in every run; 0 for 0. */
size_t replay_random(size_t limit);
bool replay_run(const void *bytes, size_t len);
/* A seed as @folder/@name-@number. */
bool replay_write_seed(const char *folder, const char *name, size_t number, const void *bytes,
		       size_t len);

#endif
