#include "config.h"

#include "ui/rank.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum fit {
	FIT_NAME, FIT_WORD, FIT_NAME_BEGINS, FIT_WORD_BEGINS, FIT_BEGINNINGS, FIT_PARTS,
	FIT_HELP_BEGINNINGS, FIT_HELP_PARTS, FIT_LETTERS, FIT_NOT,
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_letter(char c)
{
	return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') ||
	       ((unsigned char)c & 0x80);
}

/* @token stands in @text; with @begins at the beginning of a word. */
static bool holds(const char *text, const char *token, size_t len, bool begins)
{
	for (const char *at = text; *at; at++)
		if (!strncasecmp(at, token, len) && (!begins || at == text || !is_letter(at[-1])))
			return true;
	return false;
}

/* Every word of @typed stands in one of @texts. */
static bool all_held(const char *const *texts, size_t count, const char *typed, bool begins)
{
	for (const char *at = typed + strspn(typed, " "); *at; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");
		bool held = false;

		for (size_t i = 0; i < count && !held; i++)
			held = holds(texts[i], at, len, begins);
		if (!held)
			return false;
		at += len;
	}
	return true;
}

/* The letters of @typed stand in @text one after the other. */
static bool has_letters(const char *text, const char *typed)
{
	for (; *typed; typed++) {
		if (*typed == ' ')
			continue;
		while (*text && lower(*text) != lower(*typed))
			text++;
		if (!*text)
			return false;
		text++;
	}
	return true;
}

static enum fit fit_of(const struct action_info *info, const char *typed, size_t len)
{
	const char *texts[] = {info->name, info->word ? info->word : "", info->help};

	for (int i = 0; i < 2; i++)
		if (!strncasecmp(texts[i], typed, len) && !texts[i][len])
			return i ? FIT_WORD : FIT_NAME;
	for (int i = 0; i < 2; i++)
		if (!strncasecmp(texts[i], typed, len))
			return i ? FIT_WORD_BEGINS : FIT_NAME_BEGINS;
	if (all_held(texts, 2, typed, true))
		return FIT_BEGINNINGS;
	if (all_held(texts, 2, typed, false))
		return FIT_PARTS;
	if (all_held(texts, 3, typed, true))
		return FIT_HELP_BEGINNINGS;
	if (all_held(texts, 3, typed, false))
		return FIT_HELP_PARTS;
	return has_letters(info->name, typed) ? FIT_LETTERS : FIT_NOT;
}

static bool moves(enum action action)
{
	return action >= ACTION_UP && action <= ACTION_BOTTOM;
}

size_t rank_actions(const char *typed, unsigned view, enum action out[ACTION_COUNT])
{
	int ranks[ACTION_COUNT];
	size_t len, count = 0;

	typed += strspn(typed, " ");
	for (len = strlen(typed); len > 0 && typed[len - 1] == ' '; len--)
		;
	for (int action = 0; action < ACTION_COUNT; action++) {
		/* before anything is typed all are equal */
		enum fit fit = len ? fit_of(&action_infos[action], typed, len) : FIT_NAME;
		bool here = keys_views((enum action)action) & view;
		int rank = (int)fit * 4 + (here ? 0 : 1) + (moves((enum action)action) ? 2 : 0);
		size_t at = count;

		if (fit == FIT_NOT)
			continue;
		for (; at > 0 && ranks[at - 1] > rank; at--) {
			ranks[at] = ranks[at - 1];
			out[at] = out[at - 1];
		}
		ranks[at] = rank;
		out[at] = (enum action)action;
		count++;
	}
	return count;
}
