/*
 * rank.h - which actions fit what is typed, best first.
 *
 * All words that are typed must fit, in any order; capitals do not matter. The name counts most,
 * and beside it the word that stands for the action in the footer: as a whole, from its beginning,
 * by beginnings of words, by parts of words. Then its help, by beginnings and parts of words; at
 * last letters of the name, some left out. Equals stay in the order of the table, but what has no
 * key on the screen comes after what has one, and movement after all else.
 */
#ifndef SUBFERRY_UI_RANK_H
#define SUBFERRY_UI_RANK_H

#include "ui/keys.h"

/* Into @out all actions that fit @typed ("": all), for the screen @view; returns how many. */
size_t rank_actions(const char *typed, unsigned view, enum action out[ACTION_COUNT]);

#endif
