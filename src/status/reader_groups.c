/*
 * Findings by code: how many, of how many courses, and how bad.
 */
#include "config.h"

#include "src/status/reader.h"

#include <stdlib.h>
#include <string.h>

#include "src/status/ids.h"
#include "src/status/read.h"

/*
 * A row a (severity, code, course), along the index that has the findings in this order: a walk
 * through 200,000 of them, without one text. The index is named because a planner that knows no
 * sizes would sort instead.
 */
#define GROUPS(from)                                                                               \
	"SELECT severity, code, course_id, sum(waived = 0), sum(waived <> 0) FROM finding " from   \
	" GROUP BY severity, code, course_id ORDER BY severity DESC, code, course_id"

static const char *const group_sql[] = {
	GROUPS("INDEXED BY finding_in_order WHERE ?1 = 0"),
	GROUPS("WHERE course_id = ?1"),
	GROUPS("WHERE video_id = ?1"),
};

/* What is known of a code while the rows come. */
struct gathering {
	struct finding_group group;
	struct ids courses;	   /* with an open one */
	size_t before;		   /* the first so many, sorted, have one of a worse severity */
	enum finding_severity now; /* the severity that is being read */
};

/* A code that is an error for one promise and a warning for another counts its course once. */
static bool is_new(const struct gathering *to, int64_t course)
{
	const struct ids worse = {to->courses.list, to->before, to->before};

	return !ids_have(&worse, course);
}

static enum result gather(struct gathering *to, enum finding_severity severity, int64_t course,
			  int64_t open, int64_t waived, struct error *err)
{
	if (severity != to->now) {
		ids_sort(&to->courses);
		to->now = severity;
		to->before = to->courses.count;
	}
	to->group.open[severity] += open;
	to->group.waived += waived;
	if (!open || !is_new(to, course))
		return RESULT_OK;
	to->group.courses++;
	return ids_add(&to->courses, &course, 1, err);
}

static enum result gather_row(struct reader *reader, sqlite3_stmt *stmt, struct gathering *codes,
			      struct error *err)
{
	struct columns columns = {stmt, 0, RESULT_OK};
	int64_t severity = col_int(&columns);
	enum finding_code code = finding_by_name(col_peek(&columns));
	int64_t course = col_int(&columns), open = col_int(&columns), waived = col_int(&columns);

	if (code == FINDING_NONE || severity < 0 || severity > FINDING_ERROR)
		columns.st = RESULT_DAMAGED;
	if (columns.st != RESULT_OK)
		return col_result(&reader->db, &columns, err);
	return gather(&codes[code], (enum finding_severity)severity, course, open, waived, err);
}

int64_t finding_group_open(const struct finding_group *group)
{
	return group->open[FINDING_NOTICE] + group->open[FINDING_WARNING] + group->open[FINDING_ERROR];
}

enum finding_severity finding_group_severity(const struct finding_group *group)
{
	if (!finding_group_open(group))
		return finding_info(group->code)->severity;
	return group->open[FINDING_ERROR]     ? FINDING_ERROR
	       : group->open[FINDING_WARNING] ? FINDING_WARNING
					      : FINDING_NOTICE;
}

/* Worst first: what is open before what is waived, by severity, by number. */
static int compare_groups(const void *a, const void *b)
{
	const struct finding_group *left = a, *right = b;
	int64_t many = finding_group_open(left), more = finding_group_open(right);
	int by_severity = (int)finding_group_severity(right) - (int)finding_group_severity(left);

	if (!many != !more)
		return !many - !more;
	if (by_severity)
		return by_severity;
	if (many != more)
		return many < more ? 1 : -1;
	return (int)left->code - (int)right->code;
}

static enum result take_groups(struct gathering *codes, struct finding_group **groups,
			       size_t *count, struct error *err)
{
	*groups = calloc(FINDING_COUNT, sizeof(**groups));
	if (!*groups)
		return error_set(err, RESULT_NOMEM, "out of memory");
	for (int code = 0; code < FINDING_COUNT; code++) {
		codes[code].group.code = (enum finding_code)code;
		if (finding_group_open(&codes[code].group) || codes[code].group.waived)
			(*groups)[(*count)++] = codes[code].group;
	}
	qsort(*groups, *count, sizeof(**groups), compare_groups);
	return RESULT_OK;
}

static enum result read_groups(struct reader *reader, int64_t course, int64_t video,
			       struct finding_group **groups, size_t *count, struct error *err)
{
	struct gathering codes[FINDING_COUNT] = {0};
	sqlite3_stmt *stmt = NULL;
	enum result st, ended = RESULT_OK;

	*groups = NULL;
	*count = 0;
	st = db_first(&reader->db, err, group_sql[video ? 2 : course ? 1 : 0],
		      DB_VALUES(INT(video ? video : course)), &stmt);
	for (; st == RESULT_OK && ended == RESULT_OK; st = db_next(&reader->db, err, stmt))
		ended = gather_row(reader, stmt, codes, err);
	db_done(stmt);
	if (ended != RESULT_OK)
		st = ended;
	if (st == RESULT_END)
		st = take_groups(codes, groups, count, err);
	for (int code = 0; code < FINDING_COUNT; code++)
		ids_clear(&codes[code].courses);
	return st;
}

/* ---- asked again and again ----------------------------------------------------------------*/

static bool is_kept(const struct group_cache *cache, int64_t course, int64_t video, int64_t version)
{
	return cache->groups && cache->course == course && cache->video == video &&
	       cache->version == version;
}

enum result reader_finding_groups(struct reader *reader, int64_t course, int64_t video,
				  struct finding_group **groups, size_t *count, struct error *err)
{
	struct group_cache *cache = &reader->groups;
	int64_t version = reader_version(reader);
	enum result st;

	*groups = NULL;
	*count = 0;
	if (!is_kept(cache, course, video, version)) {
		free(cache->groups);
		st = read_groups(reader, course, video, &cache->groups, &cache->count, err);
		if (st != RESULT_OK)
			return st;
		cache->course = course;
		cache->video = video;
		cache->version = version;
	}
	*groups = malloc((cache->count + 1) * sizeof(**groups));
	if (!*groups)
		return error_set(err, RESULT_NOMEM, "out of memory");
	memcpy(*groups, cache->groups, cache->count * sizeof(**groups));
	*count = cache->count;
	return RESULT_OK;
}
