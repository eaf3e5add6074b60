/*
 * rest.h - the inside of edx-val over REST (domain 7), shared by rest.c (requests, creating,
 * registering), rest_lookup.c, rest_list.c, rest_json.c and rest_doctor.c, and by nobody else.
 *
 * What REST tells: GET videos/<id> says whether a video is there, and its courses; the list of a
 * course (course-transcripts, from edx-val 2.4.3 on) says which languages its videos have, with
 * the names of the files. For a video of no course nothing does.
 */
#ifndef SUBFERRY_SRC_VAL_REST_H
#define SUBFERRY_SRC_VAL_REST_H

#include "src/base/http.h"
#include "src/val/token.h"
#include "src/val/val.h"

#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdatomic.h>

/* ---- lists of courses (rest_list.c) -------------------------------------------------------*/

/* A video of a list, with its languages in order. */
struct listed {
	char *id;
	struct val_row *rows;
	size_t row_count;
};

enum list_state {
	LIST_ANSWERED,
	LIST_BROKEN, /* 500: a file is missing in val's storage */
	LIST_NONE,   /* this edx-val has no lists, or not of this key */
};

/* What val listed of one course at one time. Shared and, once it is done, immutable. */
struct list {
	int refs;
	bool cached, done;
	char *course;
	int64_t start;	    /* when it was asked for: what came before is in it */
	int64_t kept;	    /* ms from then for which it is used; the longer it took */
	enum result result; /* OK: @state is known */
	struct error why;
	enum list_state state;
	struct listed *items; /* by id as bytes */
	size_t count;
	struct list *next;
};

/* What this process did or met, which a list asked for earlier does not tell. */
struct news {
	char *id, *language, *name; /* @name NULL: not known. @language NULL: see @made */
	bool made;		    /* the video was made; else its lists are to be asked anew */
	int64_t at;
	struct news *next; /* newest first */
};

enum { NEWS_BUCKETS = 1024, SEEN_SLOTS = 1024, SEEN_SIZE = 104 };

struct lists {
	pthread_mutex_t lock;
	pthread_cond_t done;
	struct list *all; /* cached, asked for, or in use */
	struct news *news[NEWS_BUCKETS];
	/* videos that were seen in val; a forgotten one costs a request */
	char seen[SEEN_SLOTS][SEEN_SIZE];
};

struct rest {
	struct val base;
	struct http_endpoint *endpoint, *token_endpoint;
	struct token *token;
	struct clock *clock;
	char *api; /* "https://host/api/val/v0/" */
	char *token_url;
	bool read_only;
	_Atomic int64_t unlisted; /* until then (clock_now()) this edx-val is known to have no lists */
	struct lists lists;
};

void lists_init(struct lists *lists);
void lists_clear(struct lists *lists);
/*
 * The list of @course, asked for at @not_before (clock_now()) or later; workers who want the same
 * share one request. *@out is the caller's until lists_drop(), also where it is not OK.
 */
enum result lists_get(struct rest *rest, const char *course, int64_t not_before, struct list **out,
		      struct error *err);
void lists_drop(struct lists *lists, struct list *list); /* accepts NULL */
const struct listed *list_find(const struct list *list, const char *id);
/* The video was made, or @language registered, now. Without memory the lists are forgotten. */
void lists_made(struct rest *rest, const char *id);
void lists_registered(struct rest *rest, const char *id, const char *language, const char *name);
/* What val has of this video may be other than a list of before now says. */
void lists_doubt(struct rest *rest, const char *id);
/* Lists are to be asked for after this time to hold for @id; INT64_MIN: any. */
int64_t lists_doubted(struct rest *rest, const char *id);
/* Adds to @video what was registered of @id since @since; false without memory. */
bool lists_add_news(struct rest *rest, const char *id, int64_t since, struct val_video *video);
/* The video was made by this process since @since. */
bool lists_made_since(struct rest *rest, const char *id, int64_t since);
void lists_see(struct lists *lists, const char *id);
bool lists_seen(struct lists *lists, const char *id);

/* ---- requests (rest.c) --------------------------------------------------------------------*/

/* What may be larger is a list, for which edx-val asks its storage about every transcript before
   it says a word: such an answer is waited for patiently. */
enum { REST_ANSWER_MAX = 1024 * 1024, REST_LIST_MAX = 64 * 1024 * 1024 };

/*
 * Sends a request to @path below the API, with a token; a 401 renews it and repeats the request
 * once. RESULT_OK: there is an answer, whatever its status. http_answer_clear(@out) always.
 */
enum result rest_call(struct rest *rest, const char *method, const char *path, const char *body,
		      size_t limit, struct http_answer *out, struct error *err);
/* The same for GET, which may be repeated: an answer that did not come whole is RESULT_RETRY. */
enum result rest_get(struct rest *rest, const char *path, size_t limit, struct http_answer *out,
		     struct error *err);
/* "@before<escaped @part>@after"; NULL without memory; free(). */
char *rest_path(const char *before, const char *part, const char *after);

/* ---- what the answers say (rest_json.c) ---------------------------------------------------*/

/* The answer's body as JSON, or NULL where it is none; cJSON_Delete(). */
cJSON *rest_json(const struct http_answer *answer);
/* RESULT_RETRY: "@what: 200, and a body that is not @expected: its beginning". */
enum result rest_garbage(const struct http_answer *answer, const char *what, const char *expected,
			 struct error *err);

/* A video as GET videos/<id> tells it. */
struct rest_video {
	char *id;
	char **courses;
	size_t course_count;
};
enum result rest_video_parse(struct rest_video *out, const struct http_answer *answer,
			     const char *what, struct error *err);
void rest_video_clear(struct rest_video *video);
enum result rest_list_parse(struct list *out, const struct http_answer *answer, const char *what,
			    struct error *err);
/* Adds a row at its place in the order of languages; false without memory. @name may be NULL. */
bool rest_add_row(struct val_video *video, const char *language, const char *name,
		  const char *format);
/* A 404 is edx-val's own word: {"detail": "Not found."}. Any other page is Django's or a proxy's. */
bool rest_says_missing(const struct http_answer *answer);
/* A 400 says that there is a row already: {"message": "Can not override existing ..."}. */
bool rest_says_exists(const struct http_answer *answer);
/* A 400 complains of @field. Its words may be in any language, as the platform is set up. */
bool rest_names_field(const struct http_answer *answer, const char *field);
/* http_status_error() that also reads the complaints of a 400, {"field": ["words"]}, and takes a
   2xx that nobody expects for garbage. A 401, since the token is a new one: RESULT_DENIED. */
enum result rest_status_error(const struct http_answer *answer, const char *what,
			      struct error *err);

/* ---- the rest -----------------------------------------------------------------------------*/

/* Val could have a video of this id, and a path can name it. */
bool rest_askable(const char *id);
/* GET videos/<id>: RESULT_MISSING when val knows no such video, and says so itself; a 404 of
   somebody in front of it is RESULT_RETRY. */
enum result rest_read_video(struct rest *rest, const char *id, struct rest_video *out,
			    struct error *err);
enum result rest_lookup(struct val *val, const char *course, const char *const *ids, size_t count,
			struct val_video *out, struct error *err);
/* rest_lookup(), of what val answers now; all unknown where it has no list of @course. */
enum result rest_read_back(struct val *val, const char *course, const char *const *ids, size_t count,
			   struct val_video *out, struct error *err);
enum result rest_probe(struct val *val, struct error *err);
enum result rest_doctor(struct val *val, bool write, void (*say)(void *arg, const char *line),
			void *arg, struct error *err);

static inline struct rest *rest_of(struct val *val)
{
	return (struct rest *)val; /* @base is the first member */
}

#endif
