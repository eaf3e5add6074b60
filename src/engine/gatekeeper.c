/*
 * The gatekeeper: looks at the boards of a screen, one course after the other, and switches flags,
 * on a thread of its own. What waits for the flag's backend keeps nobody else waiting.
 */
#include "config.h"

#include "src/engine/desk_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/patience.h"
#include "src/rollout/flip.h"

#define FEW 32		 /* so many boards are published one by one ... */
#define PUBLISH_EVERY 250 /* ms ... of more the next part so often: each is a copy of all */

/* The boards that are being looked at: of the gatekeeper's thread alone. */
struct work {
	uint64_t serial; /* of desk_show_boards() */
	int64_t *courses;
	struct board *items;
	size_t count, looked;
	int64_t published; /* monotonic ms */
	char silent[256];  /* the course at which the flag's backend was: it is not asked again */
	char problem[256];
};

/* ---- what is shown ------------------------------------------------------------------------*/

uint64_t desk_show_boards(struct desk *desk, const int64_t *ids, size_t count)
{
	int64_t *courses;
	uint64_t serial = 0;

	count = count > BOARDS_MOST ? BOARDS_MOST : count;
	courses = malloc((count ? count : 1) * sizeof(*courses));
	if (!courses) {
		desk_say(desk, FINDING_ERROR, "out of memory: no board is looked at");
		return 0;
	}
	memcpy(courses, ids, count * sizeof(*courses));
	pthread_mutex_lock(&desk->lock);
	free(desk->board_courses);
	desk->board_courses = courses;
	desk->board_count = count;
	serial = ++desk->boards_wanted;
	boards_unref(desk->boards);
	desk->boards = NULL;
	desk->boards_serial++;
	desk->touched_count = 0;
	pthread_cond_broadcast(&desk->turn);
	pthread_mutex_unlock(&desk->lock);
	return serial;
}

void gatekeeper_touch(struct desk *desk, int64_t course)
{
	bool shown = false;

	pthread_mutex_lock(&desk->lock);
	for (size_t i = 0; i < desk->board_count && !shown; i++)
		shown = desk->board_courses[i] == course;
	for (size_t i = 0; i < desk->touched_count && shown; i++)
		shown = desk->touched[i] != course;
	/* more than that at a time: those that are left out are as old as they say */
	if (shown && desk->touched_count < DESK_TOUCHED) {
		desk->touched[desk->touched_count++] = course;
		pthread_cond_broadcast(&desk->turn);
	}
	pthread_mutex_unlock(&desk->lock);
}

static void publish(struct desk *desk, const struct work *work, bool looking)
{
	struct boards *boards = boards_new(work->looked), *old = NULL;

	if (!boards)
		return;
	boards->serial = work->serial;
	boards->wanted = work->count;
	boards->looking = looking;
	snprintf(boards->problem, sizeof(boards->problem), "%s", work->problem);
	while (boards->count < work->looked &&
	       boards_copy_item(&boards->items[boards->count], &work->items[boards->count]))
		boards->count++;
	if (boards->count < work->looked)
		snprintf(boards->problem, sizeof(boards->problem), "out of memory: not all boards are shown");
	pthread_mutex_lock(&desk->lock);
	if (work->serial == desk->boards_wanted) {
		old = desk->boards;
		desk->boards = boards;
		desk->boards_serial++;
		boards = NULL;
		pthread_cond_broadcast(&desk->turn);
	}
	pthread_mutex_unlock(&desk->lock);
	boards_unref(old);
	boards_unref(boards);
}

static void work_clear(struct work *work)
{
	for (size_t i = 0; i < work->looked; i++)
		board_clear(&work->items[i]);
	free(work->items);
	free(work->courses);
	*work = (struct work){0};
}

/* Lock held. */
static void adopt(struct desk *desk, struct work *work)
{
	size_t count = desk->board_count;

	work_clear(work);
	work->serial = desk->boards_wanted;
	work->courses = malloc((count ? count : 1) * sizeof(*work->courses));
	work->items = calloc(count ? count : 1, sizeof(*work->items));
	if (!work->courses || !work->items) {
		snprintf(work->problem, sizeof(work->problem), "out of memory");
		return;
	}
	memcpy(work->courses, desk->board_courses, count * sizeof(*work->courses));
	work->count = count;
}

/* ---- looking ------------------------------------------------------------------------------*/

static void look_next(struct desk *desk, struct reader *reader, struct work *work)
{
	struct board board = {0};
	struct error err = {0};
	enum result st = board_look_unasked(&board, desk->campus, reader, work->courses[work->looked],
					    *work->silent ? work->silent : NULL, &err);
	int64_t now = clock_now(desk->campus->clock);

	if (st == RESULT_OK) {
		if (board.silent && !*work->silent)
			snprintf(work->silent, sizeof(work->silent), "%.250s", board.key);
		work->items[work->looked++] = board;
	} else {
		/* a course that is not there any more has no board; the others have */
		memmove(work->courses + work->looked, work->courses + work->looked + 1,
			(--work->count - work->looked) * sizeof(*work->courses));
		snprintf(work->problem, sizeof(work->problem), "%.250s", err.text);
		board_clear(&board);
	}
	if (work->looked < FEW || work->looked == work->count ||
	    now - work->published >= PUBLISH_EVERY) {
		work->published = now;
		publish(desk, work, work->looked < work->count);
	}
}

static void look_again(struct desk *desk, struct reader *reader, struct work *work, int64_t course)
{
	struct board board = {0};
	size_t at = 0;

	while (at < work->looked && work->courses[at] != course)
		at++;
	if (at == work->looked)
		return; /* its turn is still to come */
	if (board_look(&board, desk->campus, reader, course, NULL) != RESULT_OK) {
		board_clear(&board);
		return;
	}
	board_clear(&work->items[at]);
	work->items[at] = board;
	publish(desk, work, work->looked < work->count);
}

/* ---- switching ----------------------------------------------------------------------------*/

/* What became of several, or of one. */
struct tally {
	size_t done;
	bool hopeless; /* the next one would end so, too */
	char why[400]; /* the first that did not come about */
};

static void key_of(struct reader *reader, int64_t course, char *out, size_t size)
{
	struct course_row row = {0};

	snprintf(out, size, "a course");
	if (reader_course_by_id(reader, course, &row, NULL) == RESULT_OK)
		snprintf(out, size, "%.160s", row.key);
	course_row_clear(&row);
}

static void switch_one(struct desk *desk, struct reader *reader, struct flipper *flipper,
		       const struct desk_act *act, size_t at, struct tally *tally)
{
	struct flipped flipped = {0};
	struct error err = {0};
	char key[176];
	enum result st = act->act == ACT_FLAG_ON
				 ? flip_on(flipper, act->ids[at], act->reason, NULL, &flipped, &err)
				 : flip_off(flipper, act->ids[at], act->reason, &flipped, &err);
	bool done = st == RESULT_OK && flipped.done;
	const char *text = st == RESULT_OK ? flipped.text : err.text;

	gatekeeper_touch(desk, act->ids[at]);
	tally->done += done;
	tally->hopeless = result_holds(st) || (st == RESULT_OK && flipped.state.silent);
	if (act->count == 1) {
		key_of(reader, act->ids[at], key, sizeof(key));
		desk_say(desk, done ? FINDING_NOTICE : FINDING_ERROR, "flag of %s: %s", key, text);
	} else if (!done && !*tally->why) {
		key_of(reader, act->ids[at], key, sizeof(key));
		snprintf(tally->why, sizeof(tally->why), "%s: %.220s", key, text);
	}
}

static bool stops(struct desk *desk)
{
	bool stops;

	pthread_mutex_lock(&desk->lock);
	stops = desk->stopping;
	pthread_mutex_unlock(&desk->lock);
	return stops;
}

/* Between two flags a console that is being suspended stands still, without the lock of who flips.
   NULL afterwards: somebody else has it, and @err says who. */
static void rest_between_flags(struct desk *desk, struct reader *reader, struct flipper **flipper,
			       struct error *err)
{
	bool rested;

	pthread_mutex_lock(&desk->lock);
	rested = desk->rests && !desk->stopping;
	pthread_mutex_unlock(&desk->lock);
	if (!rested)
		return;
	flipper_close(*flipper);
	pthread_mutex_lock(&desk->lock);
	desk->switching = false;
	while (desk->rests && !desk->stopping)
		clock_wait(desk->campus->clock, &desk->turn, &desk->lock, INT64_MAX);
	desk->switching = true;
	pthread_mutex_unlock(&desk->lock);
	flipper_open(flipper, desk->campus, reader, NULL, NULL, err);
}

static void switch_flags(struct desk *desk, struct reader *reader, const struct desk_act *act)
{
	const char *way = act->act == ACT_FLAG_ON ? "on" : "off";
	struct flipper *flipper = NULL;
	struct tally tally = {0};
	struct error err = {0};

	if (!desk->campus->flag) {
		desk_say(desk, FINDING_ERROR, "no flag was switched: %s",
			 *desk->campus->flag_problem ? desk->campus->flag_problem
						     : "[flag] kind = none");
		return;
	}
	if (flipper_open(&flipper, desk->campus, reader, NULL, NULL, &err) != RESULT_OK) {
		desk_say(desk, FINDING_ERROR, "no flag was switched: %s", err.text);
		return;
	}
	/* what was confirmed is not given up because the console is left a moment later */
	patience_grant(FLIP_GRACE_MS);
	for (size_t i = 0; i < act->count && !tally.hopeless; i++) {
		if (i)
			rest_between_flags(desk, reader, &flipper, &err);
		if (!flipper || (i && stops(desk))) {
			if (!*tally.why)
				snprintf(tally.why, sizeof(tally.why), "%.220s",
					 flipper ? "the console was left" : err.text);
			break;
		}
		switch_one(desk, reader, flipper, act, i, &tally);
	}
	patience_grant(0);
	flipper_close(flipper);
	if (act->count == 1)
		return;
	if (tally.done == act->count)
		desk_say(desk, FINDING_NOTICE, "switched %s %zu flags", way, tally.done);
	else
		desk_say(desk, FINDING_ERROR, "switched %s %zu flag%s; %zu not: %s", way, tally.done,
			 tally.done == 1 ? "" : "s", act->count - tally.done, tally.why);
}

/* ---- the start ----------------------------------------------------------------------------*/

static void tell_settled(void *arg, const char *key, const struct flipped *flipped)
{
	desk_say(arg, flipped->done ? FINDING_NOTICE : FINDING_WARNING,
		 "flag of %.160s, left turning: %s", key, flipped->text);
}

/* What a process that died left turning is read back, and said. Who is just switching settles his
   own. */
static void settle(struct desk *desk, struct reader *reader)
{
	struct flipper *flipper = NULL;
	struct error err = {0};
	enum result st;

	if (!desk->campus->flag) {
		if (*desk->campus->flag_problem)
			desk_say(desk, FINDING_ERROR, "flags are neither shown nor switched: %s",
				 desk->campus->flag_problem);
		return;
	}
	st = flipper_open(&flipper, desk->campus, reader, tell_settled, desk, &err);
	if (st != RESULT_OK && st != RESULT_BUSY)
		desk_say(desk, FINDING_WARNING, "what was left of a flag's switch is not known: %s",
			 err.text);
	flipper_close(flipper);
}

/* ---- the thread ---------------------------------------------------------------------------*/

/* What cannot be opened now may be for the next thing; what a dead process left is settled then. */
static bool has_reader(struct desk *desk, struct reader **reader, struct error *err)
{
	if (!*reader && reader_open(reader, status_path(desk->campus->status), err) == RESULT_OK)
		settle(desk, *reader);
	return *reader;
}

static void switch_next(struct desk *desk, struct reader **reader)
{
	struct desk_act *act = desk->flips;
	struct error err = {0};

	desk->flips = act->next;
	if (!desk->flips)
		desk->flips_end = &desk->flips;
	desk->switching = true;
	pthread_mutex_unlock(&desk->lock);
	if (has_reader(desk, reader, &err))
		switch_flags(desk, *reader, act);
	else
		desk_say(desk, FINDING_ERROR, "no flag was switched: %s", err.text);
	desk_act_free(act);
	pthread_mutex_lock(&desk->lock);
	desk->switching = false;
}

/* Without a reader there is nothing to look with: what is shown says why. */
static void give_boards_up(struct desk *desk, struct work *work, const struct error *err)
{
	work->count = work->looked;
	snprintf(work->problem, sizeof(work->problem), "%.250s", err->text);
	publish(desk, work, false);
}

/* Does one thing; false when there is none. Lock held on entry and exit. */
static bool serve(struct desk *desk, struct reader **reader, struct work *work)
{
	struct error err = {0};
	int64_t again = 0;

	if (desk->rests)
		return false;
	if (desk->flips) {
		switch_next(desk, reader);
		return true;
	}
	if (desk->stopping)
		return false;
	if (work->serial != desk->boards_wanted)
		adopt(desk, work);
	if (desk->touched_count)
		again = desk->touched[--desk->touched_count];
	else if (work->looked == work->count)
		return false;
	desk->guarding = true;
	pthread_mutex_unlock(&desk->lock);
	if (!has_reader(desk, reader, &err))
		give_boards_up(desk, work, &err);
	else if (again)
		look_again(desk, *reader, work, again);
	else
		look_next(desk, *reader, work);
	pthread_mutex_lock(&desk->lock);
	desk->guarding = false;
	return true;
}

void *gatekeeper_main(void *arg)
{
	struct desk *desk = arg;
	struct reader *reader = NULL;
	struct work work = {0};
	struct error err = {0};

	patience_heed(&desk->patience);
	pthread_mutex_lock(&desk->lock);
	desk->guarding = true;
	pthread_mutex_unlock(&desk->lock);
	if (!has_reader(desk, &reader, &err))
		desk_say(desk, FINDING_ERROR, "no gate is looked at: %s", err.text);
	pthread_mutex_lock(&desk->lock);
	desk->guarding = false;
	while (!desk->ends)
		if (!serve(desk, &reader, &work))
			clock_wait(desk->campus->clock, &desk->turn, &desk->lock, INT64_MAX);
	pthread_mutex_unlock(&desk->lock);
	work_clear(&work);
	reader_close(reader);
	return NULL;
}
