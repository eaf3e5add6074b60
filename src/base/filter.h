/*
 * filter.h - the filter language: "status:failed org:MITx videos>50 -demo text".
 *
 * A filter is a list of terms separated by blanks; a row passes when every term holds. Case
 * counts nowhere (ASCII). A term is
 *
 *	text		one of the plain fields holds it
 *	"two words"	the same, blanks and all; a quote begins a text or a value and may be left
 *			open at the end
 *	field:text	that field holds it; of a field of words: a word begins with it
 *	field=text	that field is it; a word is it; != is not
 *	field:a,b	one of these holds
 *	field:none	a field of words has none; a text is empty
 *	number>50	also < >= <= = != and : for =
 *	changed<2h	an age: less than two hours ago (s m h d w), : for <=; never is older than
 *			any age
 *	changed:never	it never happened
 *	-term, !term	the term does not hold
 *
 * A field's name is made of letters: "course-v1:X+Y+Z" is text, so that a key can be pasted as it
 * is; an unknown name of letters before an operator is an error that names the known ones.
 *
 * While somebody types, the last term is often not finished: "status:", "videos>", "changed<2",
 * "-", "org:MITx,". It has its own result and yields the filter without what is missing, so that
 * a live list shows what is sure already, and does not jump; a command refuses it.
 *
 * Pure: no I/O, no clock.
 */
#ifndef SUBFERRY_SRC_BASE_FILTER_H
#define SUBFERRY_SRC_BASE_FILTER_H

#include "src/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum filter_kind {
	FILTER_TEXT,   /* value.text: any text */
	FILTER_WORDS,  /* value.text: words separated by blanks */
	FILTER_NUMBER, /* value.number */
	FILTER_AGE,    /* value.number: wall microseconds, 0 never */
};

struct filter_field {
	const char *name;
	enum filter_kind kind;
	bool plain;	   /* words without a field look here */
	const char *words; /* FILTER_WORDS: all there can be, for errors and help; NULL: many */
	const char *help;  /* what it is, in a few words, for the manual and the help screen */
};

/* The fields that rows of one kind have. */
struct filter_language {
	const struct filter_field *fields;
	size_t count;
};

enum { FILTER_ROOM = 1024, FILTER_LONGEST = 4096 };

/* What a row has in a field. @text lives as long as the row or is made in @room; NULL is "". */
struct filter_value {
	const char *text;
	int64_t number;
	char room[FILTER_ROOM]; /* for texts that a row does not have as such: not initialised */
};

struct filter; /* immutable once parsed: any thread may use it */

/*
 * *@out is NULL for a text without terms (or a NULL one): everything passes. @language is
 * borrowed for the filter's life.
 *
 * RESULT_INVALID: @err says which term is wrong and what would be right, in one line.
 * RESULT_END: the last term is not finished and @err says what it waits for; *@out is the filter
 * of what stands before (to be freed). RESULT_LIMIT: longer than FILTER_LONGEST bytes.
 */
enum result filter_parse(struct filter **out, const struct filter_language *language,
			 const char *text, struct error *err);
void filter_free(struct filter *filter); /* accepts NULL */
/* The text it was made of, "" of a NULL filter: two with the same let the same rows pass, unless
   they are timed and time goes on between. */
const char *filter_text(const struct filter *filter);
bool filter_is_timed(const struct filter *filter);
/* A term needs the field with this index. */
bool filter_asks(const struct filter *filter, size_t field);
/* @get fills in the value of the field with this index; it is asked only for fields that terms
   name. @now: wall microseconds, for ages. A NULL filter lets everything pass. */
typedef void filter_get(const void *row, size_t field, struct filter_value *out);
bool filter_passes(const struct filter *filter, filter_get *get, const void *row, int64_t now);
/* The text holds @needle, whatever the case of ASCII letters. */
bool filter_finds(const char *text, const char *needle);

#endif
