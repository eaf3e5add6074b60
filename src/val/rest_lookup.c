/*
 * What val has: present, absent, or unknown. What cannot be known is unknown, never absent.
 *
 * A video on its course's list is there, and its languages are those listed. Any other is asked
 * for by itself; val lists it with the courses it belongs to, and not at all if there are none.
 */
#include "config.h"

#include "src/val/rest.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/signals.h"
#include "src/base/text.h"

enum {
	AT_A_TIME = 8,	    /* videos asked for by one lookup */
	NEWS_AGE = 30 * 1000, /* ms for which what was registered is known without a list */
};

/* A lookup under way. */
struct asking {
	struct rest *rest;
	const char *course;
	int64_t not_before; /* lists asked for earlier are not used */
	struct val_video *out;
	const size_t *left; /* indexes of those to be asked for one by one */
	size_t left_count;
	pthread_mutex_t lock; /* guards what follows */
	size_t next;
	enum result result;
	struct error *err;
};

static enum result no_memory(struct error *err)
{
	return error_set(err, RESULT_NOMEM, "no memory to read edx-val");
}

/* ---- a video by itself --------------------------------------------------------------------*/

/*
 * Ids are letters, digits, - and _ (domain 7.3), so val has none that holds another ASCII
 * character; it could not be asked for either, as / and . have a meaning in paths.
 */
bool rest_askable(const char *id)
{
	static const char special[] = " !\"#$%&'()*+,./:;<=>?@[\\]^`{|}~\x7f";

	if (!*id)
		return false;
	for (const char *p = id; *p; p++)
		if ((unsigned char)*p < ' ' || strchr(special, *p))
			return false;
	return true;
}

enum result rest_read_video(struct rest *rest, const char *id, struct rest_video *out,
			    struct error *err)
{
	char *path = rest_path("videos/", id, "");
	struct http_answer answer = {0};
	struct error what;
	enum result st;

	memset(out, 0, sizeof(*out));
	if (!path)
		return no_memory(err);
	error_set(&what, RESULT_OK, "GET %s", path);
	st = rest_get(rest, path, REST_ANSWER_MAX, &answer, err);
	if (st == RESULT_OK && answer.status == 200) {
		st = rest_video_parse(out, &answer, what.text, err);
		if (st == RESULT_OK && !text_same_ignoring_case(out->id, id)) {
			rest_video_clear(out);
			st = rest_garbage(&answer, what.text, "that video", err);
		}
	} else if (st == RESULT_OK && answer.status == 404) {
		/* another server's, of a wrong url or while edx-val is being replaced, is no answer */
		st = rest_says_missing(&answer)
			     ? error_set(err, RESULT_MISSING, "edx-val has no video %s", id)
			     : error_set(err, RESULT_RETRY,
					 "%s: 404, and the page is not edx-val's: is the url right?",
					 what.text);
	} else if (st == RESULT_OK) {
		st = rest_status_error(&answer, what.text, err);
	}
	http_answer_clear(&answer);
	free(path);
	if (st == RESULT_OK)
		lists_see(&rest->lists, id);
	return st;
}

/* ---- rows ---------------------------------------------------------------------------------*/

static bool take_rows(struct rest *rest, struct val_video *video, const struct listed *item,
		      int64_t since)
{
	for (size_t i = 0; item && i < item->row_count; i++)
		if (!rest_add_row(video, item->rows[i].language, item->rows[i].name,
				  item->rows[i].format))
			return false;
	return lists_add_news(rest, video->actual_id ? video->actual_id : video->id, since, video);
}

static bool listable(struct rest *rest, const char *course)
{
	return *course && !strchr(course, '/') &&
	       clock_now(rest->clock) >= atomic_load(&rest->unlisted);
}

static int64_t not_before(const struct asking *asking, const char *id)
{
	int64_t doubted = lists_doubted(asking->rest, id);

	return doubted >= asking->not_before ? doubted + 1 : asking->not_before;
}

/*
 * The rows of a video that val says is linked to @course. A list that does not have it is older
 * than the link: it is asked for anew, if the link is not of our own making.
 */
static enum result rows_by_list(struct asking *asking, struct val_video *video, const char *course,
				int64_t seen_at, bool own, struct error *err)
{
	struct rest *rest = asking->rest;
	const char *id = video->actual_id ? video->actual_id : video->id;
	const struct listed *item = NULL;
	struct list *list = NULL;
	enum result st = lists_get(rest, course, not_before(asking, id), &list, err);

	if (st == RESULT_OK && list->state == LIST_ANSWERED && !list_find(list, id) &&
	    list->start < seen_at && !lists_made_since(rest, id, list->start)) {
		lists_drop(&rest->lists, list);
		st = lists_get(rest, course, seen_at, &list, err);
	}
	if (st == RESULT_OK && list->state == LIST_BROKEN)
		video->list_broken = true;
	if (st == RESULT_OK && list->state == LIST_ANSWERED) {
		item = list_find(list, id);
		video->rows_complete = item || own;
		if (video->rows_complete && !take_rows(rest, video, item, list->start))
			st = no_memory(err);
	}
	lists_drop(&rest->lists, list);
	return st;
}

/* Its own course first: where it is linked there, that list is the plan's. */
static enum result find_rows(struct asking *asking, struct val_video *video,
			     const struct rest_video *found, int64_t seen_at, struct error *err)
{
	enum result st = RESULT_OK;

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < found->course_count; i++) {
			const char *course = found->courses[i];
			bool own = strcmp(course, asking->course) == 0;

			if (video->rows_complete || st != RESULT_OK || own != (pass == 0) ||
			    !listable(asking->rest, course))
				continue;
			st = rows_by_list(asking, video, course, seen_at, own, err);
		}
	if (st != RESULT_OK)
		return st;
	if (video->rows_complete)
		video->list_broken = false; /* another list told */
	/* what was registered just now is known, and for how long it stays so is not */
	else if (!take_rows(asking->rest, video, NULL, clock_now(asking->rest->clock) - NEWS_AGE))
		return no_memory(err);
	return RESULT_OK;
}

static enum result ask_for(struct asking *asking, struct val_video *video, struct error *err)
{
	int64_t seen_at = clock_now(asking->rest->clock);
	struct rest_video found = {0};
	enum result st = RESULT_MISSING;

	if (rest_askable(video->id))
		st = rest_read_video(asking->rest, video->id, &found, err);
	if (st == RESULT_MISSING) {
		video->presence = VAL_ABSENT;
		video->rows_complete = true; /* what is not there has no rows */
		return RESULT_OK;
	}
	if (st == RESULT_OK) {
		video->presence = VAL_PRESENT;
		if (strcmp(found.id, video->id)) {
			video->actual_id = found.id;
			found.id = NULL;
		}
		st = find_rows(asking, video, &found, seen_at, err);
	}
	rest_video_clear(&found);
	return st;
}

/* ---- many of them -------------------------------------------------------------------------*/

/* Until nothing is left, or one failed. */
static void *ask_on(void *arg)
{
	struct asking *asking = arg;
	struct error err = {0};
	enum result st;
	size_t at;

	pthread_mutex_lock(&asking->lock);
	while (asking->result == RESULT_OK && asking->next < asking->left_count) {
		at = asking->left[asking->next++];
		pthread_mutex_unlock(&asking->lock);
		st = ask_for(asking, &asking->out[at], &err);
		pthread_mutex_lock(&asking->lock);
		if (st != RESULT_OK && asking->result == RESULT_OK) {
			asking->result = st;
			error_set(asking->err, st, "%s", err.text);
		}
	}
	pthread_mutex_unlock(&asking->lock);
	return NULL;
}

static enum result ask_for_all(struct asking *asking)
{
	pthread_t threads[AT_A_TIME - 1];
	sigset_t blocked, before;
	int count = 0;

	pthread_mutex_init(&asking->lock, NULL);
	signals_for_threads(&blocked);
	pthread_sigmask(SIG_SETMASK, &blocked, &before);
	/* without another thread it takes longer, and no more */
	while (count < AT_A_TIME - 1 && (size_t)count + 1 < asking->left_count &&
	       !pthread_create(&threads[count], NULL, ask_on, asking))
		count++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	ask_on(asking);
	while (count)
		pthread_join(threads[--count], NULL);
	pthread_mutex_destroy(&asking->lock);
	return asking->result;
}

/* ---- by the course's list -----------------------------------------------------------------*/

/* RESULT_MISSING: not listed, with an answer that holds for @video. */
static enum result by_list(struct asking *asking, const struct list *list, struct val_video *video,
			   struct error *err)
{
	const struct listed *item = list_find(list, video->id);

	if (!item)
		return RESULT_MISSING;
	video->presence = VAL_PRESENT;
	video->rows_complete = true;
	lists_see(&asking->rest->lists, video->id);
	return take_rows(asking->rest, video, item, list->start) ? RESULT_OK : no_memory(err);
}

static enum result look_at_list(struct asking *asking, struct val_video *video, struct list **own,
				struct error *err)
{
	struct rest *rest = asking->rest;
	int64_t from = not_before(asking, video->id);

	if (*own && (*own)->start < from && lists_doubted(rest, video->id) >= (*own)->start) {
		enum result st;

		lists_drop(&rest->lists, *own);
		*own = NULL;
		st = lists_get(rest, asking->course, from, own, err);
		if (st != RESULT_OK)
			return st;
	}
	return *own && (*own)->state == LIST_ANSWERED ? by_list(asking, *own, video, err)
						      : RESULT_MISSING;
}

static enum result look_at_lists(struct asking *asking, size_t count, size_t *left,
				 struct error *err)
{
	struct list *own = NULL;
	enum result st = RESULT_OK;

	if (listable(asking->rest, asking->course))
		st = lists_get(asking->rest, asking->course, asking->not_before, &own, err);
	for (size_t i = 0; i < count && st == RESULT_OK; i++) {
		st = look_at_list(asking, &asking->out[i], &own, err);
		if (st != RESULT_MISSING)
			continue;
		left[asking->left_count++] = i;
		st = RESULT_OK;
	}
	lists_drop(&asking->rest->lists, own);
	return st;
}

/* With lists asked for at @from or later. */
static enum result look_up(struct rest *rest, const char *course, const char *const *ids,
			   size_t count, int64_t from, struct val_video *out,
			   struct error *err)
{
	size_t *left = calloc(count + 1, sizeof(*left));
	struct asking asking = {.rest = rest, .course = course ? course : "", .out = out, .left = left,
				.result = RESULT_OK, .err = err, .not_before = from};
	enum result st = left ? RESULT_OK : no_memory(err);

	memset(out, 0, count * sizeof(*out));
	for (size_t i = 0; i < count && st == RESULT_OK; i++)
		if (!(out[i].id = strdup(ids[i])))
			st = no_memory(err);
	if (st == RESULT_OK && count)
		st = look_at_lists(&asking, count, left, err);
	if (st == RESULT_OK && asking.left_count)
		st = ask_for_all(&asking);
	if (st != RESULT_OK)
		val_video_forget(out, count);
	free(left);
	return st;
}

enum result rest_lookup(struct val *val, const char *course, const char *const *ids, size_t count,
			struct val_video *out, struct error *err)
{
	struct rest *rest = rest_of(val);

	/* for one video any list that is still kept will do */
	return look_up(rest, course, ids, count,
		       count == 1 ? INT64_MIN : clock_now(rest->clock), out, err);
}

enum result rest_read_back(struct val *val, const char *course, const char *const *ids, size_t count,
			   struct val_video *out, struct error *err)
{
	struct rest *rest = rest_of(val);

	/* videos asked for by themselves would not tell their rows */
	if (!listable(rest, course)) {
		memset(out, 0, count * sizeof(*out));
		return RESULT_OK;
	}
	return look_up(rest, course, ids, count, clock_now(rest->clock), out, err);
}
