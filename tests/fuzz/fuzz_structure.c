/* Any bytes as a document: a structure, the settings of a video, a block of the old modulestore. */
#include "config.h"

#include <bson/bson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/format/key.h"
#include "src/source/draft_block.h"
#include "src/source/resolve.h"
#include "src/source/split_tree.h"
#include "src/source/video_bson.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void must_text(const char *text)
{
	must(text && text_is_utf8(text, strlen(text)));
}

static void check_fields(const struct video_fields *fields)
{
	struct promises promises;

	if (!fields)
		return;
	must_text(fields->display_name);
	must_text(fields->edx_video_id);
	must_text(fields->sub);
	must_text(fields->youtube_id);
	must(!key_youtube_default(fields->youtube_id));
	for (size_t i = 0; i < fields->html5_count; i++)
		must_text(fields->html5_ids[i]);
	for (size_t i = 0; i < fields->transcript_count; i++) {
		must_text(fields->transcripts[i].language);
		must_text(fields->transcripts[i].file);
	}
	must(resolve_fields(fields, &promises, NULL) == RESULT_OK);
	promises_clear(&promises);
}

static void check_outline(struct outline *outline)
{
	outline_finish(outline);
	for (size_t i = 0; i < outline->block_count; i++) {
		const struct video_block *block = &outline->blocks[i];

		must_text(block->id);
		must(video_bson_is_video(block->type));
		must(block->published || block->draft);
		check_fields(block->published);
		check_fields(block->draft);
	}
	outline_free(outline);
}

static void check_structure(const bson_t *document)
{
	struct outline *outline = outline_new("course-v1:O+C+R", "");
	char *name;

	must(outline);
	if (split_tree_read(document, BRANCH_PUBLISHED, outline, &name, NULL) == RESULT_OK) {
		must_text(name);
		must(split_tree_read(document, BRANCH_DRAFT, outline, NULL, NULL) == RESULT_OK);
	} else {
		must(!name);
	}
	free(name);
	check_outline(outline);
}

static void check_draft(const bson_t *document)
{
	struct outline *outline = outline_new("O/C/R", "");
	struct draft_version version = DRAFT_VERSION_INIT;
	char hex[HASH_HEX];

	must(outline);
	if (draft_block_add(document, outline, NULL) == RESULT_OK)
		must(outline->block_count <= 1);
	check_outline(outline);
	must(draft_version_add(&version, document));
	draft_version_hex(&version, hex);
	draft_version_clear(&version);
}

static void check_video(const bson_t *document)
{
	struct video_fields *video;

	if (video_bson_read(document, document, &video, NULL) == RESULT_OK)
		must(video);
	else
		must(!video);
	check_fields(video);
	video_fields_free(video);
}

/* A document whose length is wrong is refused at once; the fuzzer is to look behind that. */
static bool make_document(const uint8_t *data, size_t size, uint8_t *copy, bson_t *out)
{
	uint32_t little = BSON_UINT32_TO_LE((uint32_t)size);

	if (bson_init_static(out, data, size))
		return true;
	if (size < 5)
		return false;
	memcpy(copy, data, size);
	memcpy(copy, &little, sizeof(little));
	copy[size - 1] = 0;
	return bson_init_static(out, copy, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	bson_t document;

	if (copy && make_document(data, size, copy, &document)) {
		check_structure(&document);
		check_draft(&document);
		check_video(&document);
	}
	free(copy);
	return 0;
}
