/*
 * What the admin's lists of rows say of courses.
 *
 * A list shows instants in words of the server's language and zone: they are quoted in the note,
 * and `changed` stays unknown. Whatever cannot be told for certain (a row that is not understood,
 * an order that is not known, a list that moves while its pages are read) is FLAG_UNKNOWN.
 */
#include "config.h"

#include "src/flag/admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/flag/admin_page.h"

#define HISTORY "show_history=1"

enum {
	FEW = 8, /* so many courses are asked for one by one; more by the whole list */
	MAX_PAGES = 1000,
};

static enum result no_memory(struct error *err)
{
	return error_set(err, RESULT_NOMEM, ADMIN_NAME ": out of memory");
}

/* ---- reading a list ---- */

/* What is looked for in the list of courses, and what of it was seen. */
struct search {
	const char *const *courses;
	struct flag_state *states;
	size_t *seen; /* rows of each */
	size_t count, found;
	bool sorted;  /* all pages so far: the first row of a course is its newest */
	bool strange; /* something in it was not understood */
	bool moved;   /* a row came on top while it was read: one may have been missed */
	size_t rows;
	char first[40]; /* the id of the first row */
};

static void note_row(struct flag_state *state, const struct admin_row *row)
{
	char when[80];

	text_safe_to(state->by, sizeof(state->by), row->by);
	text_safe_to(when, sizeof(when), row->changed);
	state->own = row->enabled;
	state->has_row = true;
	if (row->enabled == FLAG_UNKNOWN)
		snprintf(state->note, sizeof(state->note), "the admin does not say on or off");
	else if (*when)
		snprintf(state->note, sizeof(state->note), "changed %s, as the admin shows it", when);
}

static void take_row(void *arg, const struct admin_row *row)
{
	struct search *search = arg;

	if (!search->rows++)
		snprintf(search->first, sizeof(search->first), "%s", row->id);
	search->strange |= !*row->course;
	for (size_t i = 0; i < search->count; i++) {
		if (strcmp(search->courses[i], row->course) || search->seen[i]++)
			continue;
		search->found++;
		note_row(&search->states[i], row);
	}
}

/* *@out NULL: this admin does not know how to look for that. */
static enum result get_list(struct flag_admin *self, const char *path, struct admin_page **out,
			    struct error *err)
{
	struct http_answer answer = {0};
	enum result st = admin_get(self, path, &answer, err);
	const char *to = http_answer_header(&answer, "location");

	*out = NULL;
	if (st == RESULT_OK && answer.status == 200)
		st = admin_page_read(out, &answer.body, err);
	else if (st == RESULT_OK && !(answer.status == 302 && to && strstr(to, ADMIN_COURSES "?e=1")))
		st = admin_refuse(self, &answer, err);
	http_answer_clear(&answer);
	return st;
}

/* Reads the page @path, of number @now; *@next is that of the one behind it, -1: none. */
static enum result read_page(struct flag_admin *self, const char *path, long now,
			     struct search *search, bool *known, long *next, struct error *err)
{
	struct admin_page *page = NULL;
	struct admin_list list = {.next = -1};
	enum result st = get_list(self, path, &page, err);

	*known = page != NULL;
	if (page)
		st = admin_page_list(page, now, take_row, search, &list, err);
	search->strange |= !list.whole;
	search->sorted &= list.newest_first;
	*next = list.next;
	admin_page_free(page);
	return st;
}

static enum result look_again(struct flag_admin *self, const char *path, struct search *search,
			      struct error *err)
{
	struct search again = {.sorted = true};
	bool known;
	long next;
	enum result st = read_page(self, path, -1, &again, &known, &next, err);

	search->moved = !*again.first || strcmp(again.first, search->first);
	return st;
}

/* All pages of the list by @query; *@known false: there is no such query here. */
static enum result read_list(struct flag_admin *self, const char *query, struct search *search,
			     bool *known, struct error *err)
{
	struct buf path = BUF_INIT;
	long now = -1;
	size_t pages = 0;
	enum result st;

	do {
		buf_reset(&path);
		buf_printf(&path, ADMIN_COURSES "?%s", query);
		if (now >= 0)
			buf_printf(&path, "%sp=%ld", *query ? "&" : "", now);
		st = path.failed ? no_memory(err)
				 : read_page(self, buf_text(&path), now, search, known, &now, err);
		*known |= pages > 0; /* a later page that is not there says nothing of the query */
	} while (st == RESULT_OK && now >= 0 && ++pages < MAX_PAGES &&
		 !(search->sorted && search->found == search->count));
	search->strange |= now >= 0 && pages == MAX_PAGES;
	if (st == RESULT_OK && pages && search->found < search->count) {
		buf_reset(&path);
		buf_printf(&path, ADMIN_COURSES "?%s", query);
		st = path.failed ? no_memory(err)
				 : look_again(self, buf_text(&path), search, err);
	}
	buf_clear(&path);
	return st;
}

static void doubt(struct flag_state *state, const char *why)
{
	state->own = FLAG_UNKNOWN;
	snprintf(state->note, sizeof(state->note), "%s", why);
}

static void conclude(struct search *search)
{
	for (size_t i = 0; i < search->count; i++) {
		struct flag_state *state = &search->states[i];

		if (search->strange)
			doubt(state, "the admin's list of courses is not understood");
		else if (!search->seen[i] && search->moved)
			doubt(state, "the admin's list changed while it was read: look again");
		else if (search->seen[i] > 1 && !search->sorted)
			doubt(state, "the admin does not list its newest row first");
	}
}

static enum result look_up(struct flag_admin *self, const char *query, const char *const *courses,
			   size_t count, struct flag_state *out, bool *known, struct error *err)
{
	struct search search = {.courses = courses, .states = out, .count = count, .sorted = true};
	enum result st;

	for (size_t i = 0; i < count; i++)
		out[i] = (struct flag_state){.own = FLAG_OFF};
	search.seen = calloc(count ? count : 1, sizeof(*search.seen));
	st = search.seen ? read_list(self, query, &search, known, err) : no_memory(err);
	if (st == RESULT_OK)
		conclude(&search);
	free(search.seen);
	return st;
}

/*
 * The history has the platform's rule: its newest instant counts. Where it cannot be asked for,
 * the whole list without it has the current rows alone, by their ids.
 */
static enum result look_up_or_list(struct flag_admin *self, const char *query,
				   const char *const *courses, size_t count, struct flag_state *out,
				   struct error *err)
{
	bool known = false;
	enum result st = look_up(self, query, courses, count, out, &known, err);

	if (st == RESULT_OK && !known)
		st = look_up(self, "", courses, count, out, &known, err);
	for (size_t i = 0; st == RESULT_OK && !known && i < count; i++)
		doubt(&out[i], "the admin does not show its list of courses");
	return st;
}

static enum result look_up_one(struct flag_admin *self, const char *course, struct flag_state *out,
			       struct error *err)
{
	struct buf query = BUF_INIT;
	enum result st;

	buf_add_text(&query, "course_id__exact=");
	http_add_escaped(&query, course, false);
	buf_add_text(&query, "&" HISTORY);
	st = query.failed ? no_memory(err)
			  : look_up_or_list(self, buf_text(&query), &course, 1, out, err);
	buf_clear(&query);
	return st;
}

/* ---- the global row ---- */

struct global {
	enum flag_value enabled, for_all;
	size_t rows;
};

static void take_global(void *arg, const struct admin_row *row)
{
	struct global *global = arg;

	if (global->rows++)
		return;
	global->enabled = row->enabled;
	global->for_all = row->for_all;
}

/* Into @out; unknown with its reason in @note. */
static enum result read_global(struct flag_admin *self, struct flag_state *out, struct error *err)
{
	struct global global = {FLAG_OFF, FLAG_OFF, 0};
	struct admin_page *page = NULL;
	struct admin_list list = {.next = -1};
	enum result st = get_list(self, ADMIN_GLOBAL, &page, err);

	*out = (struct flag_state){.global = FLAG_UNKNOWN};
	if (page)
		st = admin_page_list(page, -1, take_global, &global, &list, err);
	admin_page_free(page);
	if (st != RESULT_OK)
		return st;
	if (!list.whole || global.enabled == FLAG_UNKNOWN ||
	    (global.enabled == FLAG_ON && global.for_all == FLAG_UNKNOWN)) {
		snprintf(out->note, sizeof(out->note), "the admin's global row is not understood");
	} else if ((global.rows > 1 || list.next >= 0) && !list.newest_first) {
		snprintf(out->note, sizeof(out->note),
			 "the admin does not list the newest global row first");
	} else {
		out->global = global.enabled;
		out->for_all = global.for_all == FLAG_ON;
	}
	return RESULT_OK;
}

/* Its page may be closed to us, or not be what we know: that is shown, and the rest too. */
static enum result look_at_global(struct flag_admin *self, struct flag_state *out,
				  struct error *err)
{
	struct error why = {0};
	enum result st = read_global(self, out, &why);

	if (st != RESULT_REFUSED && st != RESULT_DAMAGED && st != RESULT_LIMIT)
		return st == RESULT_OK ? st : error_set(err, st, "%s", why.text);
	text_safe_to(out->note, sizeof(out->note), why.text);
	return RESULT_OK;
}

enum result admin_show(struct flag *flag, const char *const *courses, size_t count,
			      struct flag_state *out, struct error *err)
{
	struct flag_admin *self = (struct flag_admin *)flag; /* its first member */
	struct flag_state global;
	enum result st = look_at_global(self, &global, err);

	if (st == RESULT_OK && count > FEW)
		st = look_up_or_list(self, HISTORY, courses, count, out, err);
	for (size_t i = 0; st == RESULT_OK && count <= FEW && i < count; i++)
		st = look_up_one(self, courses[i], &out[i], err);
	for (size_t i = 0; st == RESULT_OK && i < count; i++) {
		out[i].global = global.global;
		out[i].for_all = global.for_all;
		out[i].effective = flag_effective(&out[i]);
		if (*global.note) /* it decides before the course's row does */
			memcpy(out[i].note, global.note, sizeof(out[i].note));
	}
	return st;
}
