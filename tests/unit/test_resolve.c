#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "src/source/outline.h"
#include "src/source/resolve.h"

static struct video_fields *fields_of(const char *id, const char *sub, const char *youtube)
{
	struct video_fields *fields = video_fields_new();

	assert_non_null(fields);
	assert_true(video_fields_set_stripped(&fields->edx_video_id, id));
	assert_true(video_fields_set_stripped(&fields->sub, sub));
	assert_true(video_fields_set_stripped(&fields->youtube_id, youtube));
	return fields;
}

static struct promises promises_of(struct video_fields *fields)
{
	struct promises promises;
	struct error err;

	assert_int_equal(resolve_fields(fields, &promises, &err), RESULT_OK);
	video_fields_free(fields);
	return promises;
}

static void expect(const struct promises *promises, size_t at, const char *language,
		   enum promise_kind kind, const char *const *names)
{
	const struct promise *promise = &promises->items[at];
	size_t count = 0;

	assert_true(at < promises->count);
	assert_string_equal(promise->language, language);
	assert_int_equal(promise->kind, kind);
	while (names[count])
		count++;
	for (size_t i = 0; i < count && i < promise->name_count; i++)
		assert_string_equal(promise->names[i], names[i]);
	assert_int_equal(promise->name_count, count);
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void resolve_promises_nothing_without_ids(void **state)
{
	struct promises promises = promises_of(fields_of("v", "", ""));

	(void)state;
	assert_int_equal(promises.count, 0);
	promises_clear(&promises);
	promises_clear(&promises);
}

static void resolve_orders_english_by_sub_map_youtube_html5(void **state)
{
	struct video_fields *fields = fields_of("v", " s ", "y");
	struct promises promises;

	(void)state;
	video_fields_add_transcript(fields, "en", "/static/m.srt");
	video_fields_add_html5(fields, "https://x/h.1.mp4");
	video_fields_add_html5(fields, "https://x/y.mp4"); /* the YouTube id again */
	promises = promises_of(fields);
	assert_int_equal(promises.count, 1);
	expect(&promises, 0, "en", PROMISE_EXPLICIT,
	       NAMES("subs_s.srt.sjson", "s", "m.srt", "subs_y.srt.sjson", "y",
		     "subs_h.1.srt.sjson", "h.1"));
	promises_clear(&promises);
}

static void resolve_orders_others_by_map_then_ids(void **state)
{
	struct video_fields *fields = fields_of("v", "s", "y");
	struct promises promises;

	(void)state;
	video_fields_add_transcript(fields, "zh-Hans", "static/z.srt");
	video_fields_add_transcript(fields, "ar", "a.srt");
	video_fields_add_html5(fields, "https://x/h.mp4");
	promises = promises_of(fields);
	assert_int_equal(promises.count, 3);
	expect(&promises, 0, "ar", PROMISE_EXPLICIT,
	       NAMES("a.srt", "ar_subs_s.srt.sjson", "ar_subs_y.srt.sjson", "ar_subs_h.srt.sjson"));
	expect(&promises, 1, "en", PROMISE_EXPLICIT,
	       NAMES("subs_s.srt.sjson", "s", "subs_y.srt.sjson", "y", "subs_h.srt.sjson", "h"));
	expect(&promises, 2, "zh-Hans", PROMISE_EXPLICIT,
	       NAMES("z.srt", "zh-Hans_subs_s.srt.sjson", "zh-Hans_subs_y.srt.sjson",
		     "zh-Hans_subs_h.srt.sjson"));
	promises_clear(&promises);
}

static void resolve_drops_languages_with_empty_names(void **state)
{
	struct video_fields *fields = fields_of("v", "", "");
	struct promises promises;

	(void)state;
	video_fields_add_transcript(fields, "fr", "");
	video_fields_add_transcript(fields, "en", "");
	video_fields_add_transcript(fields, "de", "/static/");
	promises = promises_of(fields);
	assert_int_equal(promises.count, 1); /* named, but with nothing to try */
	assert_string_equal(promises.items[0].language, "de");
	assert_int_equal(promises.items[0].name_count, 0);
	promises_clear(&promises);
}

static void resolve_finds_english_implicitly_by_ids(void **state)
{
	struct video_fields *fields = fields_of("v", "", "y");
	struct promises promises;

	(void)state;
	video_fields_add_transcript(fields, "es", "e.srt");
	video_fields_add_html5(fields, "https://x/h.mp4");
	promises = promises_of(fields);
	assert_int_equal(promises.count, 2);
	expect(&promises, 0, "en", PROMISE_IMPLICIT,
	       NAMES("subs_y.srt.sjson", "y", "subs_h.srt.sjson", "h"));
	expect(&promises, 1, "es", PROMISE_EXPLICIT,
	       NAMES("e.srt", "es_subs_y.srt.sjson", "es_subs_h.srt.sjson"));
	promises_clear(&promises);
}

static void resolve_puts_assets_before_implicit(void **state)
{
	struct video_fields *fields = fields_of("vid", "", "y");
	struct promises promises;

	(void)state;
	video_fields_add_asset_language(fields, "fr");
	video_fields_add_asset_language(fields, "en");
	video_fields_add_asset_language(fields, "es");
	video_fields_add_transcript(fields, "es", "e.srt");
	promises = promises_of(fields);
	assert_int_equal(promises.count, 4);
	expect(&promises, 0, "en", PROMISE_ASSET, NAMES("vid-en.srt"));
	expect(&promises, 1, "en", PROMISE_IMPLICIT, NAMES("subs_y.srt.sjson", "y"));
	expect(&promises, 2, "es", PROMISE_EXPLICIT, NAMES("e.srt", "es_subs_y.srt.sjson"));
	expect(&promises, 3, "fr", PROMISE_ASSET, NAMES("vid-fr.srt"));
	promises_clear(&promises);
}

static void resolve_ignores_assets_without_video_id(void **state)
{
	struct video_fields *fields = fields_of("  ", "", "");
	struct promises promises;

	(void)state;
	video_fields_add_asset_language(fields, "fr");
	promises = promises_of(fields);
	assert_int_equal(promises.count, 0);
	promises_clear(&promises);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(resolve_promises_nothing_without_ids),
	    cmocka_unit_test(resolve_orders_english_by_sub_map_youtube_html5),
	    cmocka_unit_test(resolve_orders_others_by_map_then_ids),
	    cmocka_unit_test(resolve_drops_languages_with_empty_names),
	    cmocka_unit_test(resolve_finds_english_implicitly_by_ids),
	    cmocka_unit_test(resolve_puts_assets_before_implicit),
	    cmocka_unit_test(resolve_ignores_assets_without_video_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
