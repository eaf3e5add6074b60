#include "config.h"

#include "tests/unit/world.h"

#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "src/base/hash.h"
#include "src/verify/verify.h"

/* ---- faults ------------------------------------------------------------------------------ */

/* RESULT_OK: act; else answer this, and act first if the fault says so. */
static enum result strike(struct world *world, enum fault_point point, bool *act)
{
	struct fault *fault = &world->faults[point];
	enum result result = RESULT_OK;

	__atomic_add_fetch(&fault->calls, 1, __ATOMIC_RELAXED);
	if (fault->delay)
		usleep((useconds_t)fault->delay * 1000);
	pthread_mutex_lock(&world->lock);
	*act = true;
	if (fault->times) {
		fault->times -= fault->times > 0;
		result = fault->result;
		*act = fault->after;
	}
	pthread_mutex_unlock(&world->lock);
	return result;
}

#define STRIKE(world, point, call)                                                  \
	do {                                                                        \
		bool act_;                                                          \
		enum result struck_ = strike(world, point, &act_), st_ = RESULT_OK; \
		if (act_)                                                           \
			st_ = call;                                                 \
		if (struck_ == RESULT_OK)                                           \
			return st_;                                                 \
		return error_set(err, struck_, "a fault of the test");              \
	} while (0)

struct fault_val {
	struct val val;
	struct world *world;
};

struct fault_store {
	struct store store;
	struct world *world;
};

struct fault_source {
	struct source source;
	struct world *world;
};

static struct world *world_of_val(struct val *val)
{
	return ((struct fault_val *)val)->world;
}

/* Only that the video is there is known. */
static void break_list(struct val_video *video)
{
	struct val_video seen = {.id = video->id, .presence = video->presence, .list_broken = true};

	if (video->presence != VAL_PRESENT)
		return;
	video->id = NULL;
	val_video_clear(video);
	*video = seen;
}

static void forget_names(struct val_video *video)
{
	for (size_t i = 0; i < video->row_count; i++) {
		free(video->rows[i].name);
		video->rows[i].name = NULL;
	}
	video->rows_complete = false;
}

static enum result val_lookup(struct val *val, const char *course, const char *const *ids,
			      size_t count, struct val_video *out, struct error *err)
{
	struct world *world = world_of_val(val);
	bool act;
	enum result struck = strike(world, FAULT_LOOKUP, &act), st = RESULT_OK;
	bool early = act && atomic_load(&world->early_looks) > 0 &&
		     atomic_fetch_sub(&world->early_looks, 1) > 0;

	if (act)
		st = world->real_val->ops->lookup(world->real_val, course, ids, count, out, err);
	for (size_t i = 0; act && world->blind && i < count; i++) {
		val_video_clear(&out[i]);
		out[i].id = strdup(ids[i]);
	}
	for (size_t i = 0; early && i < count; i++) {
		val_video_clear(&out[i]);
		out[i].id = strdup(ids[i]);
		out[i].presence = VAL_ABSENT;
		out[i].rows_complete = true;
	}
	for (size_t i = 0; act && world->nameless && i < count; i++)
		forget_names(&out[i]);
	for (size_t i = 0; act && world->list_broken && i < count; i++)
		break_list(&out[i]);
	return struck == RESULT_OK ? st : error_set(err, struck, "a fault of the test");
}

static enum result val_read_back(struct val *val, const char *course, const char *const *ids,
				 size_t count, struct val_video *out, struct error *err)
{
	struct world *world = world_of_val(val);
	bool act;
	enum result struck = strike(world, FAULT_READ_BACK, &act);

	if (world->before_read_back)
		world->before_read_back(world);
	world->before_read_back = NULL;
	if (struck != RESULT_OK)
		return error_set(err, struck, "a fault of the test");
	return val_lookup(val, course, ids, count, out, err);
}

static enum result val_create(struct val *val, const char *course, const char *id, struct error *err)
{
	struct world *world = world_of_val(val);

	STRIKE(world, FAULT_CREATE, world->real_val->ops->create(world->real_val, course, id, err));
}

static enum result val_register(struct val *val, const char *id, struct val_entry *entries,
				size_t count, struct error *err)
{
	struct world *world = world_of_val(val);
	bool act;
	enum result struck = strike(world, FAULT_REGISTER, &act), st = RESULT_OK;

	for (size_t i = 0; i < count; i++)
		entries[i].result = RESULT_CANCELED;
	if (act)
		st = world->real_val->ops->register_rows(world->real_val, id, entries, count, err);
	if (world->meanwhile)
		world->meanwhile(world);
	if (struck == RESULT_OK)
		return st;
	/* the answer is lost: nobody knows */
	for (size_t i = 0; i < count; i++)
		entries[i].result = RESULT_CANCELED;
	entries[0].result = struck;
	return error_set(err, struck, "a fault of the test");
}

static enum result val_probe(struct val *val, struct error *err)
{
	struct world *world = world_of_val(val);

	bool act;
	enum result struck = strike(world, FAULT_VAL_PROBE, &act);

	if (struck != RESULT_OK)
		return error_set(err, struck, "a fault of the probe");
	return world->real_val->ops->probe(world->real_val, err);
}

static void val_nothing(struct val *val)
{
	(void)val;
}

static enum result val_register_new(struct val *val, const char *course, const char *id,
				    struct val_entry *entries, size_t count, struct error *err)
{
	struct world *world = world_of_val(val);

	return world->real_val->ops->register_new(world->real_val, course, id, entries, count, err);
}

static const struct val_ops fault_val_ops = {
	.kind = "fault", .lookup = val_lookup, .read_back = val_read_back, .create = val_create, .register_rows = val_register,
	.probe = val_probe, .free = val_nothing,
};
static const struct val_ops one_step_val_ops = {
	.kind = "fault", .lookup = val_lookup, .read_back = val_read_back, .create = val_create, .register_rows = val_register,
	.register_new = val_register_new, .probe = val_probe, .free = val_nothing,
};

void world_registers_in_one_step(struct world *world)
{
	world->campus.val->ops = &one_step_val_ops;
}

static enum result put_objects(struct world *world, struct store_object *objects, size_t count,
			       struct error *err)
{
	bool act;
	enum result struck = strike(world, FAULT_PUT, &act), st = RESULT_OK;

	for (size_t i = 0; i < count; i++)
		objects[i].result = RESULT_CANCELED;
	if (act)
		st = world->real_store->ops->put(world->real_store, objects, count, err);
	if (struck == RESULT_OK)
		return st;
	objects[0].result = struck;
	return error_set(err, struck, "a fault of the test");
}

static enum result store_put(struct store *store, struct store_object *objects, size_t count,
			     struct error *err)
{
	struct world *world = ((struct fault_store *)store)->world;
	enum result st;

	if (world->at_store)
		world->at_store(world, true);
	st = put_objects(world, objects, count, err);
	if (world->at_store)
		world->at_store(world, false);
	return st;
}

static enum result store_head(struct store *store, const char *name, struct store_info *out,
			      struct error *err)
{
	struct world *world = ((struct fault_store *)store)->world;

	STRIKE(world, FAULT_LOOK, world->real_store->ops->head(world->real_store, name, out, err));
}

static enum result store_get(struct store *store, const char *name, size_t limit, struct buf *out,
			     struct error *err)
{
	struct world *world = ((struct fault_store *)store)->world;

	STRIKE(world, FAULT_LOOK, world->real_store->ops->get(world->real_store, name, limit, out, err));
}

static enum result store_probe(struct store *store, struct error *err)
{
	struct world *world = ((struct fault_store *)store)->world;

	STRIKE(world, FAULT_STORE_PROBE, world->real_store->ops->probe(world->real_store, err));
}

static void store_nothing(struct store *store)
{
	(void)store;
}

static const struct store_ops fault_store_ops = {
	.kind = "fault", .put = store_put, .head = store_head, .get = store_get,
	.probe = store_probe, .free = store_nothing,
};

/* ---- the source in memory ---------------------------------------------------------------- */

struct memory_course {
	struct source_course course;
	struct world *world;
};

static const struct world_file *find_file(struct world *world, const char *name)
{
	for (size_t i = 0; i < world->file_count; i++)
		if (!strcmp(world->files[i].name, name))
			return world->files[i].bytes ? &world->files[i] : NULL;
	return NULL;
}

/* Files in memory have nothing to tell them apart but their bytes. */
static char *file_identity(const struct world_file *file)
{
	char hex[HASH_HEX];

	hash_sha256(file->bytes, strlen(file->bytes), hex);
	return strdup(hex);
}

static enum result memory_find(struct source_course *course, const char *const *names, size_t count,
			       struct asset *out, struct error *err)
{
	struct world *world = ((struct memory_course *)course)->world;
	bool act;
	enum result struck = strike(world, FAULT_FIND, &act);

	memset(out, 0, count * sizeof(*out));
	pthread_mutex_lock(&world->lock);
	for (size_t i = 0; i < count; i++) {
		const struct world_file *file = find_file(world, names[i]);

		out[i].state = file ? ASSET_FOUND : ASSET_MISSING;
		out[i].size = file ? (int64_t)strlen(file->bytes) : -1;
		out[i].id = file ? strdup(names[i]) : NULL;
		out[i].identity = file ? file_identity(file) : NULL;
	}
	pthread_mutex_unlock(&world->lock);
	if (struck == RESULT_OK)
		return RESULT_OK;
	for (size_t i = 0; i < count; i++)
		asset_clear(&out[i]);
	return error_set(err, struck, "a fault of the test");
}

static enum result memory_read(struct source_course *course, const char *const *ids, size_t count,
			       size_t limit, struct asset_bytes *out, struct error *err)
{
	struct world *world = ((struct memory_course *)course)->world;
	bool act;
	enum result struck = strike(world, FAULT_READ, &act);

	memset(out, 0, count * sizeof(*out));
	if (struck != RESULT_OK)
		return error_set(err, struck, "a fault of the test");
	pthread_mutex_lock(&world->lock);
	for (size_t i = 0; i < count; i++) {
		const struct world_file *file = find_file(world, ids[i]);

		out[i].state = !file ? ASSET_MISSING
			       : strlen(file->bytes) > limit ? ASSET_LARGE : ASSET_FOUND;
		if (out[i].state == ASSET_FOUND)
			buf_add_text(&out[i].bytes, file->bytes);
	}
	pthread_mutex_unlock(&world->lock);
	return RESULT_OK;
}

static void memory_close(struct source_course *course)
{
	free(course);
}

static const struct source_course_ops memory_course_ops = {memory_find, memory_read, memory_close};

static enum result memory_open(struct source *source, const char *key, struct source_course **out,
			       struct error *err)
{
	struct world *world = ((struct fault_source *)source)->world;
	struct memory_course *course;
	bool act;
	enum result struck = strike(world, FAULT_OPEN, &act);

	*out = NULL;
	if (struck != RESULT_OK)
		return error_set(err, struck, "a fault of the test");
	for (size_t i = 0; i < world->outline_count; i++) {
		if (strcmp(world->outlines[i]->key, key))
			continue;
		course = calloc(1, sizeof(*course));
		course->course.ops = &memory_course_ops;
		course->course.outline = world->outlines[i];
		course->world = world;
		*out = &course->course;
		return RESULT_OK;
	}
	return error_set(err, RESULT_MISSING, "no such course: %s", key);
}

static enum result memory_list(struct source *source, source_list_fn *fn, void *arg,
			       struct error *err)
{
	struct world *world = ((struct fault_source *)source)->world;
	enum result st = RESULT_OK;

	for (size_t i = 0; i < world->outline_count && st == RESULT_OK; i++)
		st = fn(arg, &(struct source_entry){world->outlines[i]->key, world->outlines[i]->name,
						    "memory", NULL}, err);
	return st;
}

static void memory_free(struct source *source)
{
	(void)source;
}

static enum result memory_probe(struct source *source, struct error *err)
{
	struct world *world = ((struct fault_source *)source)->world;

	STRIKE(world, FAULT_SOURCE_PROBE, RESULT_OK);
}

static const struct source_ops memory_ops = {.kind = "memory", .list = memory_list,
	.open = memory_open, .probe = memory_probe, .free = memory_free};

/* ---- the linker -------------------------------------------------------------------------- */

struct fault_linker {
	struct linker linker;
	struct world *world;
};

static void write_id(struct video_fields *fields, const char *val_id, bool *written)
{
	if (!fields || *fields->edx_video_id)
		return;
	assert_true(video_fields_set(&fields->edx_video_id, val_id));
	*written = true;
}

static void link_block(struct world *world, const char *course, struct link_request *request)
{
	world->asked_in_step += request->in_step;
	request->state = world->link_answer;
	snprintf(request->reason, sizeof(request->reason), "%s",
		 request->state == LINK_DONE ? "" : "the test says so");
	for (size_t i = 0; i < world->outline_count; i++) {
		struct outline *outline = world->outlines[i];

		for (size_t b = 0; b < outline->block_count && !strcmp(outline->key, course); b++) {
			struct video_block *block = &outline->blocks[b];

			if (strcmp(block->id, request->block) || request->state != LINK_DONE)
				continue;
			write_id(block->published, request->val_id, &request->written);
			write_id(block->draft, request->val_id, &request->written);
		}
	}
}

static enum result linker_link(struct linker *linker, const char *course,
			       struct link_request *requests, size_t count, struct error *err)
{
	struct world *world = ((struct fault_linker *)linker)->world;
	bool act;
	enum result struck = strike(world, FAULT_LINK, &act);

	for (size_t i = 0; i < count && act; i++)
		link_block(world, course, &requests[i]);
	return struck == RESULT_OK ? struck : error_set(err, struck, "a fault of the test");
}

static const struct linker_ops fault_linker_ops = {.kind = "fault", .link = linker_link};

void world_link(struct world *world)
{
	struct fault_linker *linker = calloc(1, sizeof(*linker));

	*linker = (struct fault_linker){{&fault_linker_ops}, world};
	world->link_answer = LINK_DONE;
	world->campus.linker = &linker->linker;
	atomic_store(&world->campus.link_allowed, true);
}

/* ---- the world --------------------------------------------------------------------------- */

static char *path_in(struct world *world, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", world->folder, name);
	return strdup(path);
}

struct world *world_new(void)
{
	struct world *world = calloc(1, sizeof(*world));
	struct fault_val *val = calloc(1, sizeof(*val));
	struct fault_store *store = calloc(1, sizeof(*store));
	struct fault_source *source = calloc(1, sizeof(*source));
	struct error err = {0};

	assert_non_null(world);
	snprintf(world->folder, sizeof(world->folder), "/tmp/subferry-world-XXXXXX");
	assert_non_null(mkdtemp(world->folder));
	pthread_mutex_init(&world->lock, NULL);
	world->conf.name = (char *)"world";
	world->conf.environment = (char *)"staging";
	world->conf.release = (char *)"ginkgo";
	world->conf.link = (char *)"none";
	world->conf.flag_kind = (char *)"none";
	world->conf.operator_name = (char *)"tester";
	world->conf.status_db = path_in(world, "status.db");
	world->conf.val_path = path_in(world, "val.db");
	world->conf.store_path = path_in(world, "store");
	world->conf.workers = 4;
	world->conf.retry_delay = 30;
	world->conf.max_retries = 3;
	world->conf.max_transcript = 1 << 20;
	assert_int_equal(status_open(&world->status, &(struct status_options){
				world->conf.status_db, "world", "staging", "tester", clock_system()}, &err),
			 RESULT_OK);
	assert_int_equal(val_sqlite_new(&world->real_val, &(struct val_sqlite_options){
				world->conf.val_path, clock_system(), false}, &err), RESULT_OK);
	assert_int_equal(store_directory_new(&world->real_store, world->conf.store_path, false, &err),
			 RESULT_OK);
	*val = (struct fault_val){{.ops = &fault_val_ops}, world};
	*store = (struct fault_store){{.ops = &fault_store_ops}, world};
	*source = (struct fault_source){{&memory_ops, false}, world};
	world->campus = (struct campus){.conf = &world->conf, .clock = clock_system(),
					.source = &source->source, .val = &val->val,
					.store = &store->store, .status = world->status};
	assert_int_equal(reader_open(&world->reader, world->conf.status_db, &err), RESULT_OK);
	return world;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
	(void)info;
	(void)type;
	(void)ftw;
	return remove(path);
}

void world_free(struct world *world)
{
	reader_close(world->reader);
	status_close(world->status);
	val_free(world->real_val);
	store_free(world->real_store);
	for (size_t i = 0; i < world->outline_count; i++)
		outline_free(world->outlines[i]);
	for (size_t i = 0; i < world->file_count; i++) {
		free(world->files[i].name);
		free(world->files[i].bytes);
	}
	free((void *)world->campus.val);
	free((void *)world->campus.store);
	free((void *)world->campus.source);
	free((void *)world->campus.linker);
	free(world->conf.status_db);
	free(world->conf.val_path);
	free(world->conf.store_path);
	nftw(world->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	pthread_mutex_destroy(&world->lock);
	free(world);
}

int world_set_up(void **state)
{
	*state = world_new();
	return 0;
}

int world_tear_down(void **state)
{
	world_free(*state);
	return 0;
}

int world_calls(struct world *world, enum fault_point point)
{
	return __atomic_load_n(&world->faults[point].calls, __ATOMIC_RELAXED);
}

struct outline *world_course(struct world *world, const char *key)
{
	struct outline *outline = outline_new(key, key);

	assert_non_null(outline);
	world->outlines[world->outline_count++] = outline;
	return outline;
}

static struct video_fields *add_video(struct outline *outline, enum branch branch, const char *id,
				      const char *val_id, const char *transcripts)
{
	struct video_fields *fields = video_fields_new();
	char *copy = strdup(transcripts), *rest = copy, *word;
	bool taken;

	assert_true(video_fields_set_stripped(&fields->edx_video_id, val_id));
	assert_true(video_fields_set(&fields->display_name, id));
	while ((word = strsep(&rest, " "))) {
		char *file = strchr(word, '=');

		if (!file)
			continue;
		*file++ = '\0';
		assert_true(video_fields_add_transcript(fields, word, file));
	}
	free(copy);
	assert_int_equal(outline_add(outline, "video", id, branch, fields, &taken, NULL), RESULT_OK);
	return fields;
}

struct video_fields *world_video(struct outline *outline, const char *id, const char *val_id,
				 const char *transcripts)
{
	return add_video(outline, BRANCH_PUBLISHED, id, val_id, transcripts);
}

struct video_fields *world_draft(struct outline *outline, const char *id, const char *val_id,
				 const char *transcripts)
{
	return add_video(outline, BRANCH_DRAFT, id, val_id, transcripts);
}

void world_file(struct world *world, const char *name, const char *bytes)
{
	size_t at = 0;

	pthread_mutex_lock(&world->lock);
	while (at < world->file_count && strcmp(world->files[at].name, name))
		at++;
	if (at == world->file_count)
		world->files[world->file_count++] = (struct world_file){strdup(name), NULL};
	free(world->files[at].bytes);
	world->files[at].bytes = bytes ? strdup(bytes) : NULL;
	pthread_mutex_unlock(&world->lock);
}

void world_subrip(struct world *world, const char *name, const char *words)
{
	char text[256];

	snprintf(text, sizeof(text), "1\n00:00:01,000 --> 00:00:02,000\n%s\n", words);
	world_file(world, name, text);
}

void world_scan(struct world *world)
{
	struct scan_entry entries[16];
	struct scan_result result;

	for (size_t i = 0; i < world->outline_count; i++) {
		outline_finish(world->outlines[i]);
		entries[i] = (struct scan_entry){world->outlines[i]->key, world->outlines[i]->name, "memory"};
	}
	assert_int_equal(status_scan(world->status, entries, world->outline_count, true, &result, NULL),
			 RESULT_OK);
}

int64_t world_course_id(struct world *world, const char *key)
{
	struct course_row row = {0};
	int64_t id;

	assert_int_equal(reader_course(world->reader, key, &row, NULL), RESULT_OK);
	id = row.id;
	course_row_clear(&row);
	return id;
}

void world_wish(struct world *world, enum wish wish, const char *key, const char *finding)
{
	int64_t id = world_course_id(world, key);
	struct wish_answer answer;
	struct error err = {0};

	if (status_wish(world->status, wish, &id, 1, finding, true, &answer, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	if (!answer.taken)
		fail_msg("%s: %s", key, answer.reason);
}

int64_t world_findings(struct world *world, const char *key, enum finding_code code)
{
	int64_t counts[FINDING_COUNT];

	assert_int_equal(status_flush(world->status, NULL), RESULT_OK);
	assert_int_equal(reader_finding_counts(world->reader, world_course_id(world, key), counts, NULL),
			 RESULT_OK);
	return counts[code];
}

/* ---- what is there at the end ------------------------------------------------------------ */

static void add_val_rows(struct world *world, struct buf *out)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;

	assert_int_equal(sqlite3_open(world->conf.val_path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db,
			"SELECT v.edx_video_id, t.language_code, t.transcript FROM edxval_video v "
			"LEFT JOIN edxval_videotranscript t ON t.video_id = v.id "
			"ORDER BY 1, 2, 3", -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		buf_printf(out, "%s %s %s\n", (const char *)sqlite3_column_text(stmt, 0),
			   sqlite3_column_text(stmt, 1) ? (const char *)sqlite3_column_text(stmt, 1) : "-",
			   sqlite3_column_text(stmt, 2) ? (const char *)sqlite3_column_text(stmt, 2) : "-");
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

static void add_file(struct world *world, const char *name, struct buf *out)
{
	struct buf bytes = BUF_INIT;
	char object[300], sha256[HASH_HEX];

	snprintf(object, sizeof(object), "video-transcripts/%s", name);
	assert_int_equal(world->real_store->ops->get(world->real_store, object, 1 << 22, &bytes, NULL),
			 RESULT_OK);
	hash_sha256(buf_text(&bytes), bytes.len, sha256);
	buf_printf(out, "%s %s\n", object, sha256);
	buf_clear(&bytes);
}

char *world_state(struct world *world)
{
	struct buf out = BUF_INIT;
	struct dirent **entries;
	char path[200];
	int count;

	add_val_rows(world, &out);
	snprintf(path, sizeof(path), "%s/video-transcripts", world->conf.store_path);
	count = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		if (entries[i]->d_name[0] != '.')
			add_file(world, entries[i]->d_name, &out);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return buf_take(&out);
}

/* ---- engines ----------------------------------------------------------------------------- */

struct engine *world_start(struct world *world, bool held)
{
	struct engine_options options = {.held = held};
	struct engine *engine;
	struct error err = {0};

	if (engine_new(&engine, &world->campus, &options, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	return engine;
}

void world_run(struct world *world)
{
	struct engine *engine = world_start(world, false);

	engine_go(engine);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_free(engine);
	world_check(world);
}

static void add_registered(void *arg, const struct engine_event *event)
{
	if (event->kind == ENGINE_VIDEO_TRIED)
		__atomic_add_fetch((int64_t *)arg, event->registered, __ATOMIC_RELAXED);
}

int64_t world_rehearse(struct world *world, const char *key)
{
	int64_t id = world_course_id(world, key), sum = 0;
	struct engine_options options = {.dry = true, .dry_courses = &id, .dry_count = 1,
					 .event = add_registered, .arg = &sum};
	struct engine *engine;

	assert_int_equal(engine_new(&engine, &world->campus, &options, NULL), RESULT_OK);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_free(engine);
	world_check(world);
	return sum;
}

struct course_row world_row(struct world *world, const char *key)
{
	struct course_row row = {0};

	assert_int_equal(status_flush(world->status, NULL), RESULT_OK);
	assert_int_equal(reader_course(world->reader, key, &row, NULL), RESULT_OK);
	return row;
}

void world_expect(struct world *world, const char *key, enum course_status status)
{
	struct course_row row = world_row(world, key);

	assert_string_equal(course_status_name(row.status), course_status_name(status));
	course_row_clear(&row);
}

struct transcript_row world_transcript(struct world *world, const char *key, const char *video,
				       const char *language)
{
	struct transcript_row *rows, found = {0};
	struct video_row row = {0};
	size_t count;

	assert_int_equal(status_flush(world->status, NULL), RESULT_OK);
	assert_int_equal(reader_find_video(world->reader, world_course_id(world, key), video, &row, NULL),
			 RESULT_OK);
	assert_int_equal(reader_transcripts(world->reader, row.id, &rows, &count, NULL), RESULT_OK);
	for (size_t i = 0; i < count; i++) {
		if (!found.language && !strcmp(rows[i].language, language))
			found = rows[i];
		else
			transcript_row_clear(&rows[i]);
	}
	free(rows);
	video_row_clear(&row);
	if (!found.language)
		fail_msg("%s has no %s", video, language);
	return found;
}

struct counts world_verify(struct world *world, const char *key, enum verify_level level)
{
	struct verify_options options = {.level = level};
	struct course_row row = world_row(world, key);
	struct counts counts;
	struct error err = {0};

	if (verify_course(&world->campus, world->reader, &row, &options, &counts, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	course_row_clear(&row);
	world_check(world);
	return counts;
}

void world_on_val(struct world *world, const char *sql)
{
	sqlite3 *db;
	char *error = NULL;

	assert_int_equal(sqlite3_open(world->conf.val_path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s", error);
	sqlite3_close(db);
}

void world_check(struct world *world)
{
	struct error err = {0};

	assert_int_equal(status_flush(world->status, NULL), RESULT_OK);
	if (status_check(world->reader, &err) != RESULT_OK)
		fail_msg("%s", err.text);
}
