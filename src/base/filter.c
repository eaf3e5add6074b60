#include "config.h"

#include "src/base/filter.h"

#include <string.h>

#include "src/base/filter_term.h"

/* clang-format off */
#define ROW(n) (n), (n) + 1, (n) + 2, (n) + 3, (n) + 4, (n) + 5, (n) + 6, (n) + 7, \
	(n) + 8, (n) + 9, (n) + 10, (n) + 11, (n) + 12, (n) + 13, (n) + 14, (n) + 15
/* A hundred thousand rows are looked through at each key: a table is the quickest way. */
const unsigned char filter_fold[256] = {
	ROW(0x00), ROW(0x10), ROW(0x20), ROW(0x30),
	'@', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
	'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', '[', '\\', ']', '^', '_',
	ROW(0x60), ROW(0x70), ROW(0x80), ROW(0x90), ROW(0xA0), ROW(0xB0), ROW(0xC0), ROW(0xD0),
	ROW(0xE0), ROW(0xF0),
};
#undef ROW
/* clang-format on */

/* ---- texts --------------------------------------------------------------------------------*/

/* @text holds @folded, which is in small letters. */
static bool finds(const char *text, const char *folded)
{
	unsigned char first = (unsigned char)*folded;

	if (!first)
		return true;
	for (; *text; text++)
		if (filter_fold[(unsigned char)*text] == first && filter_begins(text, folded))
			return true;
	return false;
}

bool filter_finds(const char *text, const char *needle)
{
	unsigned char first = filter_fold[(unsigned char)*needle];
	size_t i;

	if (!first)
		return true;
	for (; *text; text++) {
		if (filter_fold[(unsigned char)*text] != first)
			continue;
		for (i = 1; needle[i]; i++)
			if (filter_fold[(unsigned char)text[i]] !=
			    filter_fold[(unsigned char)needle[i]])
				break;
		if (!needle[i])
			return true;
	}
	return false;
}

static bool text_is(const char *text, const char *folded)
{
	return filter_begins(text, folded) && !text[strlen(folded)];
}

static bool text_holds(const struct filter_operand *operand, enum filter_op op, const char *text)
{
	if (operand->none)
		return !*text;
	return op == OP_IS ? text_is(text, operand->text) : finds(text, operand->text);
}

static bool words_hold(const struct filter_operand *operand, enum filter_op op, const char *words)
{
	words += strspn(words, " ");
	if (operand->none)
		return !*words;
	for (size_t len; *words; words += len, words += strspn(words, " ")) {
		len = strcspn(words, " ");
		if (filter_begins(words, operand->text) &&
		    (op != OP_IS || strlen(operand->text) == len))
			return true;
	}
	return false;
}

/* ---- numbers ------------------------------------------------------------------------------*/

static bool number_holds(const struct filter_operand *operand, enum filter_op op, int64_t number)
{
	switch (op) {
	case OP_LESS:
		return number < operand->number;
	case OP_AT_MOST:
		return number <= operand->number;
	case OP_MORE:
		return number > operand->number;
	case OP_AT_LEAST:
		return number >= operand->number;
	default:
		return number == operand->number;
	}
}

/* What lies ahead (another machine's clock) happened just now. */
static int64_t age(int64_t at, int64_t now)
{
	if (!at)
		return AGE_NEVER;
	return at < now ? now - at : 0;
}

/* ---- rows ---------------------------------------------------------------------------------*/

static bool operand_holds(const struct filter_operand *operand, const struct filter_term *term,
			  enum filter_kind kind, const struct filter_value *value, int64_t now)
{
	switch (kind) {
	case FILTER_WORDS:
		return words_hold(operand, term->op, value->text ? value->text : "");
	case FILTER_NUMBER:
		return number_holds(operand, term->op, value->number);
	case FILTER_AGE:
		if (operand->number == AGE_NEVER)
			return !value->number;
		return number_holds(operand, term->op, age(value->number, now));
	default:
		return text_holds(operand, term->op, value->text ? value->text : "");
	}
}

static bool plain_holds(const struct filter *filter, const struct filter_term *term,
			filter_get *get, const void *row, struct filter_value *value)
{
	const struct filter_language *language = filter->language;

	for (size_t i = 0; i < language->count; i++) {
		if (!language->fields[i].plain)
			continue;
		value->text = NULL;
		get(row, i, value);
		if (value->text && finds(value->text, term->operands->text))
			return true;
	}
	return false;
}

static bool term_holds(const struct filter *filter, const struct filter_term *term, filter_get *get,
		       const void *row, int64_t now)
{
	struct filter_value value;
	enum filter_kind kind;

	if (term->field == FIELD_PLAIN)
		return plain_holds(filter, term, get, row, &value);
	kind = filter->language->fields[term->field].kind;
	value.text = NULL;
	value.number = 0;
	get(row, (size_t)term->field, &value);
	for (size_t i = 0; i < term->count; i++)
		if (operand_holds(&term->operands[i], term, kind, &value, now))
			return true;
	return false;
}

bool filter_passes(const struct filter *filter, filter_get *get, const void *row, int64_t now)
{
	for (size_t i = 0; filter && i < filter->count; i++)
		if (term_holds(filter, &filter->terms[i], get, row, now) ==
		    filter->terms[i].negated)
			return false;
	return true;
}
