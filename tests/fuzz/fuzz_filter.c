/* Any text as a filter: nothing crashes, a mistake has words in one line, and a sign before a
   single term turns it round. */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/status/fields.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static const struct course_facts course = {
    .key = "course-v1:MITx+6.002x+2012",
    .name = "Circuits: \"one\" & two - \xE4\xBD\xA0",
    .status = COURSE_FAILED,
    .intent = INTENT_RUN,
    .videos = 51,
    .changed = 1525228867000000,
    .counts = {.expected = 9, .errors = 2},
    .findings = 5,
};
static const struct event_row event = {
    .at = 1,
    .who = (char *)"ana",
    .action = (char *)"read back",
    .object = (char *)"",
    .what = (char *)"x,y",
    .why = (char *)"",
};

/* A single term, in quotes or not, without a sign of its own. */
static bool is_single(const char *text)
{
	return *text && *text != '-' && *text != '!' && !strpbrk(text, " \t\n\v\f\r\"");
}

static void check(const struct filter_language *language, filter_get *get, const void *row,
		  const char *text)
{
	struct filter *filter, *turned;
	struct error err = {0};
	char other[FILTER_LONGEST + 2];
	enum result st = filter_parse(&filter, language, text, &err);

	must(st == RESULT_OK || st == RESULT_END || st == RESULT_INVALID || st == RESULT_LIMIT);
	must((st == RESULT_OK) == !*err.text);
	must(!filter || st == RESULT_OK || st == RESULT_END);
	must(!strchr(err.text, '\n'));
	if (st == RESULT_OK && is_single(text)) {
		snprintf(other, sizeof(other), "-%s", text);
		must(filter_parse(&turned, language, other, NULL) == RESULT_OK ||
		     strlen(other) > FILTER_LONGEST);
		if (turned)
			must(filter_passes(filter, get, row, 1525228868000000) !=
			     filter_passes(turned, get, row, 1525228868000000));
		filter_free(turned);
	}
	(void)filter_passes(filter, get, row, INT64_MAX);
	(void)filter_passes(filter, get, row, 0);
	filter_free(filter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	check(&course_fields, course_field, &course, text);
	check(&event_fields, event_field, &event, text);
	must(filter_finds(text, text));
	free(text);
	return 0;
}
