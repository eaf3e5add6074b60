#include "config.h"

#include "src/base/filter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/filter_term.h"

/*
 * One piece of memory holds it all, sized by the text: no term or operand is shorter than a
 * character and the blank or comma behind it, and folding makes nothing longer.
 */
struct parser {
	struct filter *filter;
	struct filter_operand *operands; /* the next free one */
	char *room;			 /* the next free byte */
	const char *at;
	const char *term, *op, *value; /* where these begin, for words about them */
	struct error *err;
};

enum { SHORT_LIST = 120, SHOWN = 40 };

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_end(char c)
{
	return !c || is_blank(c);
}

static const char *skip_blanks(const char *at)
{
	while (is_blank(*at))
		at++;
	return at;
}

static bool is_last(const struct parser *p)
{
	return !*skip_blanks(p->at);
}

/* The last thing in the text is still being typed; anywhere else it is a mistake. */
static enum result wants(struct parser *p, const char *end, const char *what)
{
	return error_set(p->err, is_last(p) ? RESULT_END : RESULT_INVALID, "%.*s wants %s",
			 (int)(end - p->term < SHOWN ? end - p->term : SHOWN), p->term, what);
}

/* What was typed can no longer become right. */
static enum result refuse(struct parser *p, const char *end, const char *what)
{
	return error_set(p->err, RESULT_INVALID, "%.*s wants %s",
			 (int)(end - p->term < SHOWN ? end - p->term : SHOWN), p->term, what);
}

/* ---- operands by kind of field ------------------------------------------------------------*/

static enum result read_number(struct parser *p, const struct filter_field *field,
			       struct filter_operand *operand)
{
	const char *digits = operand->text + (*operand->text == '-');

	(void)field;
	if (!*digits)
		return wants(p, p->value, "a number");
	if (strlen(digits) > 18 || strspn(digits, "0123456789") != strlen(digits))
		return refuse(p, p->value, "a number");
	operand->number = strtoll(operand->text, NULL, 10);
	return RESULT_OK;
}

/* Microseconds, 0 if there is no such unit. */
static int64_t unit_length(char unit)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (units[i].unit == unit)
			return units[i].seconds * 1000000;
	return 0;
}

static enum result read_age(struct parser *p, const struct filter_field *field,
			    struct filter_operand *operand)
{
	static const char what[] = "an age: a number and s, m, h, d or w, as 2h";
	struct filter_term *term = &p->filter->terms[p->filter->count];
	const char *text = operand->text;
	size_t digits = strspn(text, "0123456789");
	int64_t length = unit_length(text[digits]);

	(void)field;
	if (term->op == OP_HOLDS || term->op == OP_IS) {
		if (!strcmp(text, "never")) {
			operand->number = AGE_NEVER;
			return RESULT_OK;
		}
		if (*text && !strncmp("never", text, strlen(text)))
			return wants(p, p->value, "an age, or never");
	}
	if (digits == strlen(text) && digits <= 6)
		return wants(p, p->value, what);
	if (!digits || digits > 6 || !length || text[digits + 1])
		return refuse(p, p->value, what);
	if (term->op == OP_IS)
		return refuse(p, p->value, "never: before an age stands <, >, <=, >= or :");
	operand->number = strtoll(text, NULL, 10) * length;
	return RESULT_OK;
}

static size_t common(const char *word, const char *text)
{
	size_t len = 0;

	while (text[len] && filter_fold[(unsigned char)word[len]] == (unsigned char)text[len])
		len++;
	return len;
}

/* The next of @words' words into *@word; false at the end. */
static bool next_word(const char **words, const char **word, size_t *len)
{
	*word = *words + strspn(*words, " ");
	*len = strcspn(*word, " ");
	*words = *word + *len;
	return *len > 0;
}

/* Of a long list only the words that are nearest to what was typed. */
static enum result refuse_word(struct parser *p, const struct filter_field *field, const char *text)
{
	const char *words = field->words, *word;
	size_t best = 0, len, used = 0;
	char list[240] = "";

	while (strlen(field->words) > SHORT_LIST && next_word(&words, &word, &len))
		best = common(word, text) > best ? common(word, text) : best;
	words = field->words;
	while (next_word(&words, &word, &len)) {
		if (common(word, text) < best)
			continue;
		if (used + len + sizeof("  ...") > sizeof(list)) {
			memcpy(list + used, " ...", sizeof(" ..."));
			break;
		}
		used += (size_t)snprintf(list + used, sizeof(list) - used, " %.*s", (int)len, word);
	}
	return error_set(p->err, RESULT_INVALID, "%.*s: no \"%.*s\" among%s",
			 (int)(p->op - p->term), p->term, SHOWN, text, list);
}

static enum result read_word(struct parser *p, const struct filter_field *field,
			     struct filter_operand *operand)
{
	struct filter_term *term = &p->filter->terms[p->filter->count];
	const char *words = field->words ? field->words : "", *word;
	size_t len, typed = strlen(operand->text);
	bool begun = !strncmp("none", operand->text, typed);

	if (strchr(operand->text, ' '))
		return refuse(p, p->value, "one word, or several with commas between");
	while (next_word(&words, &word, &len)) {
		if (common(word, operand->text) < typed)
			continue;
		begun = true;
		if (len == typed || term->op == OP_HOLDS)
			return RESULT_OK;
	}
	if (!field->words || (begun && term->op == OP_HOLDS))
		return RESULT_OK;
	return begun && is_last(p) ? wants(p, p->value, "a whole word")
				   : refuse_word(p, field, operand->text);
}

static enum result read_text(struct parser *p, const struct filter_field *field,
			     struct filter_operand *operand)
{
	(void)p;
	(void)field;
	(void)operand;
	return RESULT_OK;
}

/* ---- operands -----------------------------------------------------------------------------*/

/* Copies in small letters what stands at p->at, to a blank or one of @stops; what begins with a
   quote to the quote that closes it, and what follows. */
static const char *read_value(struct parser *p, const char *stops, bool *quoted)
{
	char *to = p->room;

	*quoted = *p->at == '"';
	p->value = p->at;
	if (*quoted)
		for (p->at++; *p->at && *p->at != '"'; p->at++)
			*to++ = (char)filter_fold[(unsigned char)*p->at];
	if (*quoted && *p->at)
		p->at++;
	while (!is_end(*p->at) && !strchr(stops, *p->at))
		*to++ = (char)filter_fold[(unsigned char)*p->at++];
	*to++ = '\0';
	stops = p->room;
	p->room = to;
	return stops;
}

static enum result read_operand(struct parser *p, const struct filter_field *field,
				struct filter_term *term)
{
	static enum result (*const read[])(struct parser *, const struct filter_field *,
					   struct filter_operand *) = {
	    [FILTER_TEXT] = read_text,
	    [FILTER_WORDS] = read_word,
	    [FILTER_NUMBER] = read_number,
	    [FILTER_AGE] = read_age,
	};
	static const char *const what[] = {
	    [FILTER_TEXT] = "a text",
	    [FILTER_WORDS] = "a word",
	    [FILTER_NUMBER] = "a number",
	    [FILTER_AGE] = "an age: a number and s, m, h, d or w, as 2h",
	};
	struct filter_operand *operand = p->operands;
	enum result st = RESULT_OK;
	bool quoted;

	operand->text = read_value(p, ",", &quoted);
	if (!*operand->text && (!quoted || field->kind != FILTER_TEXT))
		return wants(p, p->value, what[field->kind]);
	operand->none = !quoted && field->kind <= FILTER_WORDS && !strcmp(operand->text, "none");
	if (!operand->none)
		st = read[field->kind](p, field, operand);
	if (st != RESULT_OK)
		return st;
	p->operands++;
	term->count++;
	return RESULT_OK;
}

/* ---- terms --------------------------------------------------------------------------------*/

/* Length of the operator at @at, 0 if there is none. */
static size_t read_op(const char *at, enum filter_op *op, bool *differs)
{
	static const struct {
		const char *text;
		enum filter_op op;
	} ops[] = {
	    {":", OP_HOLDS}, {"=", OP_IS},	  {"!=", OP_IS},  {"<=", OP_AT_MOST},
	    {"<", OP_LESS},  {">=", OP_AT_LEAST}, {">", OP_MORE},
	};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		size_t len = strlen(ops[i].text);

		if (strncmp(at, ops[i].text, len))
			continue;
		*op = ops[i].op;
		*differs = *at == '!';
		return len;
	}
	return 0;
}

static size_t name_length(const char *at)
{
	size_t len = 0;

	while ((at[len] >= 'a' && at[len] <= 'z') || (at[len] >= 'A' && at[len] <= 'Z'))
		len++;
	return len;
}

static int find_field(const struct filter_language *language, const char *name, size_t len)
{
	for (size_t i = 0; i < language->count; i++) {
		const char *field = language->fields[i].name;

		if (strlen(field) != len)
			continue;
		for (size_t n = 0; filter_fold[(unsigned char)name[n]] == (unsigned char)field[n];)
			if (++n == len)
				return (int)i;
	}
	return -1;
}

static enum result refuse_field(struct parser *p, const char *name, size_t len)
{
	const struct filter_language *language = p->filter->language;
	char list[320] = "";
	size_t used = 0;

	for (size_t i = 0; i < language->count && used < sizeof(list); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, " %s",
					 language->fields[i].name);
	return error_set(p->err, RESULT_INVALID, "unknown field \"%.*s\" (text goes in quotes):%s",
			 (int)(len < SHOWN ? len : SHOWN), name, list);
}

static enum result parse_field(struct parser *p, struct filter_term *term, size_t name,
			       size_t op_length)
{
	const struct filter_field *field;
	bool number;
	enum result st;

	p->op = p->at + name;
	term->field = find_field(p->filter->language, p->at, name);
	if (term->field < 0)
		return refuse_field(p, p->at, name);
	field = &p->filter->language->fields[term->field];
	number = field->kind == FILTER_NUMBER || field->kind == FILTER_AGE;
	p->at += name + op_length;
	if (!number && term->op > OP_IS)
		return refuse(p, p->op, ":, = or != behind it: it is no number");
	for (;;) {
		st = read_operand(p, field, term);
		if (st != RESULT_OK || *p->at != ',')
			break;
		p->at++;
	}
	if (number && term->op == OP_HOLDS)
		term->op = field->kind == FILTER_NUMBER ? OP_IS : OP_AT_MOST;
	return st;
}

static enum result parse_text(struct parser *p, struct filter_term *term)
{
	bool quoted;

	term->field = FIELD_PLAIN;
	p->operands->text = read_value(p, "", &quoted);
	if (!*p->operands->text)
		return wants(p, p->at, "a text between its quotes");
	p->operands++;
	term->count = 1;
	return RESULT_OK;
}

static enum result parse_term(struct parser *p)
{
	struct filter_term *term = &p->filter->terms[p->filter->count];
	size_t name, op;
	bool differs = false;
	enum result st;

	*term = (struct filter_term){.operands = p->operands};
	p->term = p->at;
	if ((*p->at == '-' || *p->at == '!') && !is_blank(p->at[1])) {
		term->negated = true;
		p->at++;
		if (!*p->at)
			return wants(p, p->at, "a term behind it");
	}
	name = name_length(p->at);
	op = name ? read_op(p->at + name, &term->op, &differs) : 0;
	if (name && !op && !strcmp(p->at + name, "!") &&
	    find_field(p->filter->language, p->at, name) >= 0) {
		p->at += name + 1;
		return wants(p, p->at, "= behind it");
	}
	term->negated ^= differs;
	st = op ? parse_field(p, term, name, op) : parse_text(p, term);
	/* of an unfinished list the beginning counts */
	if (term->count && (st == RESULT_OK || st == RESULT_END))
		p->filter->count++;
	return st;
}

static enum result parse(struct parser *p)
{
	enum result st = RESULT_OK;

	for (p->at = skip_blanks(p->at); st == RESULT_OK && *p->at; p->at = skip_blanks(p->at))
		st = parse_term(p);
	return st;
}

enum result filter_parse(struct filter **out, const struct filter_language *language,
			 const char *text, struct error *err)
{
	struct parser p = {.at = text ? text : "", .err = err};
	size_t len = strlen(p.at), parts = len / 2 + 1;
	enum result st;

	*out = NULL;
	if (len > FILTER_LONGEST)
		return error_set(err, RESULT_LIMIT, "a filter has at most %d bytes",
				 FILTER_LONGEST);
	if (!*skip_blanks(p.at))
		return RESULT_OK;
	/* texts: every operand's bytes, and a NUL for the character behind it or the end */
	p.filter =
	    calloc(1, sizeof(*p.filter) +
			  parts * (sizeof(struct filter_term) + sizeof(struct filter_operand)) +
			  len + parts + 1 + len + 1);
	if (!p.filter)
		return error_set(err, RESULT_NOMEM, "no memory for a filter");
	p.filter->language = language;
	p.filter->terms = (struct filter_term *)(p.filter + 1);
	p.operands = (struct filter_operand *)(p.filter->terms + parts);
	p.room = (char *)(p.operands + parts);
	p.filter->text = memcpy(p.room, p.at, len + 1);
	p.room += len + 1;
	st = parse(&p);
	/* what stood in quotes may be quoted there */
	for (char *at = st != RESULT_OK && err ? err->text : NULL; at && *at; at++)
		*at = is_blank(*at) ? ' ' : *at;
	if ((st == RESULT_OK || st == RESULT_END) && p.filter->count) {
		*out = p.filter;
		return st;
	}
	free(p.filter);
	return st;
}

void filter_free(struct filter *filter)
{
	free(filter);
}

const char *filter_text(const struct filter *filter)
{
	return filter ? filter->text : "";
}

bool filter_asks(const struct filter *filter, size_t field)
{
	for (size_t i = 0; filter && i < filter->count; i++)
		if (filter->terms[i].field == (int)field ||
		    (filter->terms[i].field == FIELD_PLAIN &&
		     filter->language->fields[field].plain))
			return true;
	return false;
}

bool filter_is_timed(const struct filter *filter)
{
	for (size_t i = 0; filter && i < filter->language->count; i++)
		if (filter->language->fields[i].kind == FILTER_AGE && filter_asks(filter, i))
			return true;
	return false;
}
