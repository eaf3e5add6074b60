/*
 * Lists of courses, each asked for once for all workers and kept for some seconds: val looks at
 * its storage for every transcript it lists, and a transaction is about one video only.
 *
 * What this process itself registered meanwhile is kept beside them, so that nothing that was
 * registered ever reads as absent: as long as there is a list that was asked for before.
 */
#include "config.h"

#include "src/val/rest.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/hash.h"

enum {
	KEPT = 30 * 1000, /* ms that a list is used for, at least */
	KEPT_TIMES = 10,  /* the time it took */
	KEPT_LONGEST = 600 * 1000,
	KEPT_MOST = 256,  /* lists */
	UNLISTED_FOR = 600 * 1000, /* ms until it is asked again whether there are lists */
};

void lists_init(struct lists *lists)
{
	memset(lists, 0, sizeof(*lists));
	pthread_mutex_init(&lists->lock, NULL);
	clock_cond_init(&lists->done);
}

/* ---- lists --------------------------------------------------------------------------------*/

static void list_free(struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		for (size_t k = 0; k < list->items[i].row_count; k++) {
			free(list->items[i].rows[k].language);
			free(list->items[i].rows[k].name);
			free(list->items[i].rows[k].format);
		}
		free(list->items[i].rows);
		free(list->items[i].id);
	}
	free(list->items);
	free(list->course);
	free(list);
}

/* With the lock held. */
static void release(struct lists *lists, struct list *list)
{
	struct list **at = &lists->all;

	if (--list->refs)
		return;
	while (*at != list)
		at = &(*at)->next;
	*at = list->next;
	list_free(list);
}

/* With the lock held: out of the cache; whoever uses it keeps it. */
static void uncache(struct lists *lists, struct list *list)
{
	if (!list->cached)
		return;
	list->cached = false;
	release(lists, list);
}

void lists_drop(struct lists *lists, struct list *list)
{
	if (!list)
		return;
	pthread_mutex_lock(&lists->lock);
	release(lists, list);
	pthread_mutex_unlock(&lists->lock);
}

const struct listed *list_find(const struct list *list, const char *id)
{
	size_t from = 0, to = list->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = strcmp(list->items[middle].id, id);

		if (!order)
			return &list->items[middle];
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}

/* A course of many transcripts may be listed for longer than others are kept. */
static int64_t time_to_keep(int64_t took)
{
	int64_t time = KEPT_TIMES * took;

	return time < KEPT ? KEPT : time < KEPT_LONGEST ? time : KEPT_LONGEST;
}

/* Too old, or too many: with the lock held. */
static void forget_old(struct lists *lists, int64_t now)
{
	struct list *list = lists->all, *next, *oldest = NULL;
	int count = 0;

	for (; list; list = next) {
		next = list->next;
		if (!list->cached || !list->done)
			continue;
		if (now - list->start > list->kept) {
			uncache(lists, list);
			continue;
		}
		count++;
		if (!oldest || list->start < oldest->start)
			oldest = list;
	}
	if (count >= KEPT_MOST)
		uncache(lists, oldest);
}

/* One request. *@foreign: a 404, and not edx-val's. */
static enum result ask_once(struct rest *rest, struct list *list, const char *path, bool *foreign,
			    struct error *err)
{
	struct http_answer answer = {0};
	struct error what;
	enum result st = rest_get(rest, path, REST_LIST_MAX, &answer, err);

	error_set(&what, RESULT_OK, "GET %s", path);
	*foreign = false;
	list->state = LIST_ANSWERED;
	if (st == RESULT_OK && answer.status == 200) {
		st = rest_list_parse(list, &answer, what.text, err);
	} else if (st == RESULT_OK && answer.status == 404) {
		list->state = LIST_NONE;
		*foreign = !rest_says_missing(&answer);
		if (*foreign)
			st = error_set(err, RESULT_RETRY, "%s: 404, and the page is not edx-val's",
				       what.text);
	} else if (st == RESULT_OK && answer.status == 500) {
		list->state = LIST_BROKEN;
	} else if (st == RESULT_OK) {
		st = rest_status_error(&answer, what.text, err);
	}
	http_answer_clear(&answer);
	return st;
}

/*
 * A path that an edx-val without lists does not know is answered with Django's page, and a proxy
 * in front of any edx-val may answer with a page that looks the same. So edx-val is asked for
 * what every version answers, and then for the list again: the page is believed when it comes
 * on both sides of an answer of edx-val's own, and not for ever even then.
 */
static enum result fetch(struct rest *rest, struct list *list, struct error *err)
{
	char *path = rest_path("videos/course-transcripts/", list->course, "/");
	struct error why = {0};
	bool foreign;
	enum result st;

	if (!path)
		return error_set(err, RESULT_NOMEM, "no memory to read edx-val");
	st = ask_once(rest, list, path, &foreign, err);
	if (foreign && rest_probe(&rest->base, &why) == RESULT_OK) {
		st = ask_once(rest, list, path, &foreign, err);
		if (foreign) {
			atomic_store(&rest->unlisted, clock_now(rest->clock) + UNLISTED_FOR);
			st = RESULT_OK;
		}
	}
	free(path);
	return st;
}

/* With the lock held, which is released for the request. The new list is the caller's. */
static struct list *ask(struct rest *rest, const char *course)
{
	struct lists *lists = &rest->lists;
	struct list *list = calloc(1, sizeof(*list)), *other, *next;
	struct error err = {0};
	enum result st;

	if (!list || !(list->course = strdup(course))) {
		free(list);
		return NULL;
	}
	list->refs = 2; /* the cache's and the caller's */
	list->cached = true;
	list->start = clock_now(rest->clock);
	list->next = lists->all;
	lists->all = list;
	pthread_mutex_unlock(&lists->lock);
	st = fetch(rest, list, &err);
	pthread_mutex_lock(&lists->lock);
	list->done = true;
	list->kept = time_to_keep(clock_now(rest->clock) - list->start);
	list->result = st;
	list->why = err;
	for (other = lists->all; st == RESULT_OK && other; other = next) {
		next = other->next;
		if (other != list && other->cached && other->done && other->start <= list->start &&
		    !strcmp(other->course, course))
			uncache(lists, other);
	}
	if (st != RESULT_OK) /* for those who waited for it, and for nobody else */
		uncache(lists, list);
	pthread_cond_broadcast(&lists->done);
	return list;
}

static struct list *cached(struct lists *lists, const char *course, int64_t not_before)
{
	struct list *list = lists->all;

	while (list && !(list->cached && list->start >= not_before && !strcmp(list->course, course)))
		list = list->next;
	return list;
}

enum result lists_get(struct rest *rest, const char *course, int64_t not_before, struct list **out,
		      struct error *err)
{
	struct lists *lists = &rest->lists;
	struct list *list;
	enum result st = RESULT_OK;

	pthread_mutex_lock(&lists->lock);
	forget_old(lists, clock_now(rest->clock));
	list = cached(lists, course, not_before);
	if (list) {
		list->refs++;
		while (!list->done)
			pthread_cond_wait(&lists->done, &lists->lock);
	} else {
		list = ask(rest, course);
	}
	*out = list;
	if (!list)
		st = error_set(err, RESULT_NOMEM, "no memory to read edx-val");
	else if (list->result != RESULT_OK)
		st = error_set(err, list->result, "%s", list->why.text);
	pthread_mutex_unlock(&lists->lock);
	return st;
}

/* ---- news ---------------------------------------------------------------------------------*/

static size_t slot_of(const char *id, size_t slots)
{
	size_t hash = 5381;

	for (; *id; id++)
		hash = hash * 33 + (unsigned char)*id;
	return hash % slots;
}

static void news_free(struct news *news)
{
	if (!news)
		return;
	free(news->id);
	free(news->language);
	free(news->name);
	free(news);
}

/* Every list still in use was asked for later than what is older than this. */
static int64_t horizon(const struct lists *lists, int64_t now)
{
	int64_t oldest = now - KEPT;

	for (const struct list *list = lists->all; list; list = list->next)
		if (list->start < oldest)
			oldest = list->start;
	return oldest;
}

static void add_news(struct rest *rest, const char *id, const char *language, const char *name,
		     bool made)
{
	struct lists *lists = &rest->lists;
	struct news *news = calloc(1, sizeof(*news)), **at, *old;
	int64_t keep;

	if (news) {
		news->id = strdup(id);
		news->language = language ? strdup(language) : NULL;
		news->name = name ? strdup(name) : NULL;
		news->made = made;
	}
	pthread_mutex_lock(&lists->lock);
	if (!news || !news->id || !news->language != !language || !news->name != !name) {
		/* what cannot be remembered is asked for again */
		for (struct list *list = lists->all, *next; list; list = next) {
			next = list->next;
			uncache(lists, list);
		}
		news_free(news);
	} else {
		news->at = clock_now(rest->clock);
		keep = horizon(lists, news->at);
		at = &lists->news[slot_of(id, NEWS_BUCKETS)];
		news->next = *at;
		*at = news;
		while (*at && (*at)->at >= keep)
			at = &(*at)->next;
		while ((old = *at)) {
			*at = old->next;
			news_free(old);
		}
	}
	pthread_mutex_unlock(&lists->lock);
}

void lists_made(struct rest *rest, const char *id)
{
	add_news(rest, id, NULL, NULL, true);
}

void lists_registered(struct rest *rest, const char *id, const char *language, const char *name)
{
	add_news(rest, id, language, name, false);
}

void lists_doubt(struct rest *rest, const char *id)
{
	add_news(rest, id, NULL, NULL, false);
}

/* The newest without a language, of a video made or of a doubt: when; INT64_MIN: none. */
static int64_t newest(struct rest *rest, const char *id, bool made)
{
	struct lists *lists = &rest->lists;
	const struct news *news;
	int64_t at = INT64_MIN;

	pthread_mutex_lock(&lists->lock);
	for (news = lists->news[slot_of(id, NEWS_BUCKETS)]; news; news = news->next)
		if (!news->language && news->made == made && news->at > at && !strcmp(news->id, id))
			at = news->at;
	pthread_mutex_unlock(&lists->lock);
	return at;
}

int64_t lists_doubted(struct rest *rest, const char *id)
{
	return newest(rest, id, false);
}

bool lists_made_since(struct rest *rest, const char *id, int64_t since)
{
	return newest(rest, id, true) >= since;
}

bool lists_add_news(struct rest *rest, const char *id, int64_t since, struct val_video *video)
{
	struct lists *lists = &rest->lists;
	const struct news *first, *news;
	bool enough = true;

	pthread_mutex_lock(&lists->lock);
	first = lists->news[slot_of(id, NEWS_BUCKETS)];
	/* a name that is known goes before "there is one" */
	for (int named = 1; named >= 0; named--)
		for (news = first; news && enough; news = news->next)
			if (news->language && (news->name != NULL) == named && news->at >= since &&
			    !strcmp(news->id, id) && !val_video_row(video, news->language))
				enough = rest_add_row(video, news->language, news->name,
						      named ? "sjson" : NULL);
	pthread_mutex_unlock(&lists->lock);
	return enough;
}

/* ---- videos that were seen ----------------------------------------------------------------*/

void lists_see(struct lists *lists, const char *id)
{
	size_t len = strlen(id);

	if (len >= SEEN_SIZE)
		return;
	pthread_mutex_lock(&lists->lock);
	memcpy(lists->seen[slot_of(id, SEEN_SLOTS)], id, len + 1);
	pthread_mutex_unlock(&lists->lock);
}

bool lists_seen(struct lists *lists, const char *id)
{
	bool seen;

	pthread_mutex_lock(&lists->lock);
	seen = !strcmp(lists->seen[slot_of(id, SEEN_SLOTS)], id);
	pthread_mutex_unlock(&lists->lock);
	return seen;
}

void lists_clear(struct lists *lists)
{
	for (struct list *list = lists->all, *next; list; list = next) {
		next = list->next;
		list_free(list);
	}
	for (size_t i = 0; i < NEWS_BUCKETS; i++)
		for (struct news *news = lists->news[i], *next; news; news = next) {
			next = news->next;
			news_free(news);
		}
	pthread_cond_destroy(&lists->done);
	pthread_mutex_destroy(&lists->lock);
}
