#include "config.h"

#include "src/source/link.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/text.h"
#include "src/source/link_task.h"

#define MINUTE ((int64_t)60 * 1000)

void linker_free(struct linker *linker)
{
	if (linker)
		linker->ops->free(linker);
}

/* ---- one request ---- */

void link_answer(struct link_request *request, enum link_state state, const char *fmt, ...)
{
	char text[4 * sizeof(request->reason)];
	va_list args;
	size_t len;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	len = text_cut(text, strlen(text), sizeof(request->reason) - 1);
	memcpy(request->reason, text, len);
	request->reason[len] = '\0';
	request->state = state;
	request->written = false;
}

static const char *all_the_same(enum link_wrote wrote)
{
	return wrote == LINK_WROTE ? "written, but read back without it: " : "";
}

void link_refuse(struct link_request *request, enum link_wrote wrote, const char *reason)
{
	link_answer(request, LINK_REFUSED, "%s%s", all_the_same(wrote), reason);
}

void link_look(struct link_sight *sight, const char *video_id, const struct link_request *request)
{
	sight->there = true;
	if (!*video_id)
		sight->lacking = true;
	else if (strcmp(video_id, request->val_id) != 0 && !sight->other)
		sight->other = video_id;
}

bool link_settle(struct link_request *request, const struct link_sight *sight,
		 enum link_wrote wrote)
{
	if (!sight->there) {
		link_refuse(request, wrote, "the block is no longer in the course");
	} else if (sight->other) {
		link_answer(request, LINK_REFUSED, "%sthe block names %s by now",
			    all_the_same(wrote), sight->other);
	} else if (!sight->lacking) {
		link_answer(request, LINK_DONE, "%s", "");
		request->written = wrote != LINK_WROTE_NOTHING;
	} else if (wrote == LINK_WROTE) {
		link_refuse(request, wrote, "the block names no id");
	} else {
		return false;
	}
	return true;
}

/* ---- what a doctor says ---- */

void link_say(const struct link_speech *speech, const char *fmt, ...)
{
	char line[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	speech->say(speech->arg, line);
}

/* ---- a course that was edited just now ---- */

int64_t link_now(const struct link_task *task)
{
	return clock_wall(task->clock) / 1000;
}

static int64_t age_of(int64_t edited, int64_t now)
{
	return edited >= now ? 0 : now - edited;
}

bool link_is_fresh(const struct link_task *task, int64_t edited, int64_t now)
{
	return age_of(edited, now) < task->quiet;
}

static const char *plural(int64_t count)
{
	return count == 1 ? "" : "s";
}

void link_put_off(const struct link_task *task, struct link_request *request, int64_t edited,
		  int64_t now)
{
	long long ago = age_of(edited, now) / MINUTE;
	long long quiet = (task->quiet + MINUTE - 1) / MINUTE;

	link_answer(request, LINK_PUT_OFF,
		    "edited %lld minute%s ago; linked by retry --finding link-pending once it has "
		    "been left alone for %lld minute%s",
		    ago, plural(ago), quiet, plural(quiet));
}

/* ---- keys ---- */

enum result link_take_key(const char *course, bool slash, struct key_parts *out, struct error *err)
{
	enum result st = key_take_apart(course, out, err);

	if (st == RESULT_NOMEM || (st == RESULT_OK && out->slash == slash))
		return st;
	return error_set(err, RESULT_INVALID, "%.300s is no course key that can be linked", course);
}

/* ---- documents ---- */

bool link_keep(struct buf *out, const bson_t *document)
{
	buf_add(out, bson_get_data(document), document->len);
	return !out->failed;
}

bool link_view(const struct buf *bytes, bson_t *out)
{
	return bytes->len && bson_init_static(out, (const uint8_t *)bytes->data, bytes->len);
}

bool link_unchanged(bson_t *filter, const char *name, const bson_iter_t *at)
{
	bson_t test;

	if (at)
		return bson_append_iter(filter, name, -1, at);
	return bson_append_document_begin(filter, name, -1, &test) &&
	       bson_append_bool(&test, "$exists", -1, false) &&
	       bson_append_document_end(filter, &test);
}
