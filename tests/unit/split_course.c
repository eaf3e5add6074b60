#include "config.h"

#include "tests/unit/split_course.h"

static const char *oid_json(char digit, char out[64])
{
	char hex[25];

	memset(hex, digit, 24);
	hex[24] = '\0';
	snprintf(out, 64, digit ? "{'$oid': '%s'}" : "null", hex);
	return out;
}

bson_oid_t oid(char digit)
{
	char hex[25];
	bson_oid_t id;

	memset(hex, digit, 24);
	hex[24] = '\0';
	bson_oid_init_from_string(&id, hex);
	return id;
}

void put_structure(struct fake *fake, char digit, int64_t edited, const struct block *blocks,
		   size_t count)
{
	char a[64], b[64], text[8192];
	int len = snprintf(text, sizeof(text),
			   "{'_id': %s, 'root': ['course', 'course'], 'previous_version': null, "
			   "'original_version': %s, 'edited_by': 4, 'edited_on': {'$date': "
			   "{'$numberLong': '%lld'}}, 'blocks': [{'block_type': 'course', "
			   "'block_id': 'course'}",
			   oid_json(digit, a), oid_json('9', b), (long long)edited);

	for (size_t i = 0; i < count; i++) {
		len += snprintf(text + len, sizeof(text) - len,
				", {'block_type': 'video', 'block_id': '%s', 'fields': {'sub': 's'",
				blocks[i].id);
		if (blocks[i].video_id)
			len += snprintf(text + len, sizeof(text) - len, ", 'edx_video_id': '%s'",
					blocks[i].video_id);
		len += snprintf(text + len, sizeof(text) - len,
				"}, 'edit_info': {'update_version': %s, 'source_version': %s}}",
				oid_json(blocks[i].update, a), oid_json(blocks[i].source, b));
	}
	snprintf(text + len, sizeof(text) - len, "]}");
	fake_put(fake, MONGO_STRUCTURES, text);
}

void put_index(struct fake *fake, char digit, const char *run, char draft, char published,
	       int64_t last)
{
	char id[64], head[64], text[2048];
	int len = snprintf(text, sizeof(text),
			   "{'_id': %s, 'org': 'Org', 'course': 'C', 'run': '%s', 'edited_on': "
			   "{'$date': {'$numberLong': '7'}}, 'versions': {'x': 1",
			   oid_json(digit, id), run);

	if (draft)
		len += snprintf(text + len, sizeof(text) - len, ", 'draft-branch': %s",
				oid_json(draft, head));
	if (published)
		len += snprintf(text + len, sizeof(text) - len, ", 'published-branch': %s",
				oid_json(published, head));
	len += snprintf(text + len, sizeof(text) - len, "}");
	if (last)
		len += snprintf(text + len, sizeof(text) - len,
				", 'last_update': {'$date': {'$numberLong': '%lld'}}",
				(long long)last);
	snprintf(text + len, sizeof(text) - len, ", 'search_targets': {}}");
	fake_put(fake, MONGO_INDEX, text);
}

/* ---- looking at what became of them ---- */

bson_oid_t oid_at(const bson_t *document, const char *path)
{
	bson_iter_t at;

	get(document, path, &at);
	assert_true(BSON_ITER_HOLDS_OID(&at));
	return *bson_iter_oid(&at);
}

const bson_t *index_of(const struct world *world, const char *run)
{
	char text[64];

	snprintf(text, sizeof(text), "{'v': '%s'}", run);
	return fake_get(world->fake, MONGO_INDEX, "run", text);
}

bson_oid_t head_id(const struct world *world, const char *branch)
{
	char path[64];

	snprintf(path, sizeof(path), "versions.%s", branch);
	return oid_at(index_of(world, "2018"), path);
}

const bson_t *head(const struct world *world, const char *branch)
{
	bson_oid_t id = head_id(world, branch);
	char hex[25], text[64];

	bson_oid_to_string(&id, hex);
	snprintf(text, sizeof(text), "{'v': {'$oid': '%s'}}", hex);
	return fake_get(world->fake, MONGO_STRUCTURES, "_id", text);
}

/* What the head of @branch says of the @nth video. */
static void video_at(const struct world *world, const char *branch, int nth, const char *key,
		     bson_iter_t *out)
{
	char path[128];

	snprintf(path, sizeof(path), "blocks.%d.%s", nth, key);
	get(head(world, branch), path, out);
}

void expect_id(const struct world *world, const char *branch, int nth, const char *id)
{
	bson_iter_t at;

	video_at(world, branch, nth, "fields.edx_video_id", &at);
	assert_string_equal(bson_iter_utf8(&at, NULL), id);
}

void expect_info(const struct world *world, const char *branch, int nth, const char *key,
		 const bson_oid_t *version)
{
	bson_iter_t at;
	char path[64];

	snprintf(path, sizeof(path), "edit_info.%s", key);
	video_at(world, branch, nth, path, &at);
	if (!version)
		assert_true(BSON_ITER_HOLDS_NULL(&at));
	else
		assert_true(BSON_ITER_HOLDS_OID(&at) &&
			    bson_oid_equal(bson_iter_oid(&at), version));
}

int64_t last_update(const struct world *world)
{
	bson_iter_t at;

	get(index_of(world, "2018"), "last_update", &at);
	return bson_iter_date_time(&at);
}
