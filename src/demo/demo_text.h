/*
 * demo_text.h - what the demo's teachers say: sentences of a lecture in many scripts.
 */
#ifndef SUBFERRY_SRC_DEMO_DEMO_TEXT_H
#define SUBFERRY_SRC_DEMO_DEMO_TEXT_H

#include "src/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct demo_language {
	const char *code, *name;
	const char *const *phrases;
	size_t phrase_count;
	bool latin1; /* every phrase can be written in Windows-1252 */
};

/* The languages, English first; *@count rows. */
const struct demo_language *demo_languages(size_t *count);

/* A small generator of numbers: the same seed, the same numbers, on every machine. */
struct demo_dice {
	uint64_t state;
};
void demo_dice_init(struct demo_dice *dice, uint64_t seed);
uint32_t demo_dice_roll(struct demo_dice *dice, uint32_t sides); /* 0..sides-1; sides > 0 */
/* Mixes two numbers into a seed. */
uint64_t demo_mix(uint64_t a, uint64_t b);

/* About @cues cues of SubRip, or of SJSON as Studio indents it, that no other seed gives. */
void demo_subrip(struct buf *out, const struct demo_language *language, size_t cues, uint64_t seed);
void demo_sjson(struct buf *out, const struct demo_language *language, size_t cues, uint64_t seed);
/* A phrase of @language by number, whatever the number. */
const char *demo_phrase(const struct demo_language *language, uint64_t number);

#endif
