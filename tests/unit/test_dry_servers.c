/*
 * A dry run before servers: edx-val over REST and an S3 store count what they are asked, and only
 * look-ups come. What it says of each transcript is what the mock run after it does, or, where
 * edx-val cannot tell what it has, that nobody knows.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "src/store/s3.h"
#include "tests/unit/edxval_help.h"
#include "tests/unit/little_s3.h"
#include "tests/unit/world.h"

struct servers {
	struct world *world;
	struct bench *bench;
	struct little_s3 s3;
	struct val *val, *reading; /* of a run; of a dry run */
	struct store *store;
	struct val *embedded; /* the world's own, freed with it */
	struct store *directory;
};

static int set_up(void **state)
{
	struct servers *s = calloc(1, sizeof(*s));
	struct store_s3_options options;
	struct error err = {0};

	s->world = world_new();
	s->bench = bench_new();
	little_s3_start(&s->s3);
	options = (struct store_s3_options){
		.http = s->bench->http, .endpoint = web_url(s->s3.web), .bucket = LITTLE_BUCKET,
		.location = "campus/", .path_style = true, .key = LITTLE_KEY, .secret = LITTLE_SECRET,
		.condition = CONDITION_HOLDS};
	if (store_s3_new(&s->store, &options, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	s->val = val_with(s->bench, web_url(s->bench->edxval->web), false);
	s->reading = val_with(s->bench, web_url(s->bench->edxval->web), true);
	s->embedded = s->world->real_val;
	s->directory = s->world->real_store;
	s->world->real_val = s->val;
	s->world->real_store = s->store;
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct servers *s = *state;

	s->world->real_val = s->embedded;
	s->world->real_store = s->directory;
	world_free(s->world);
	val_free(s->val);
	val_free(s->reading);
	store_free(s->store);
	little_s3_stop(&s->s3);
	bench_free(s->bench);
	free(s);
	return 0;
}

/* Three videos: a new one, one that shares its id, one that val has with a row of English. */
static void make_course(struct servers *s)
{
	struct outline *outline = world_course(s->world, KEY);

	world_video(outline, "a", "vid-a", "en=en.srt es=es.srt");
	world_video(outline, "b", "vid-a", "en=en.srt es=en.srt");
	world_video(outline, "c", "vid-c", "en=en.srt fr=es.srt");
	world_video(outline, "d", "vid-d", "en=en.srt de=bad.srt");
	world_subrip(s->world, "en.srt", "hello");
	world_subrip(s->world, "es.srt", "hola");
	world_file(s->world, "bad.srt", "1\n00:00:01,000 -> 2\nno\n");
	edxval_video(s->bench->edxval, "vid-c", KEY);
	edxval_row(s->bench->edxval, "vid-c", "en", NAME);
	world_scan(s->world);
}

static int64_t rehearse(struct servers *s)
{
	int64_t sum;

	s->world->real_val = s->reading;
	sum = world_rehearse(s->world, KEY);
	s->world->real_val = s->val;
	return sum;
}

static void expect_only_questions(struct servers *s)
{
	struct edxval *e = s->bench->edxval;

	EDXVAL(e, {
		assert_true(e->log_count > 0);
		for (int i = 0; i < e->log_count; i++)
			if (strncmp(e->log[i], "GET ", 4) &&
			    strncmp(e->log[i], "POST /oauth2/access_token", 25))
				fail_msg("a dry run: %s", e->log[i]);
	});
	assert_int_equal(atomic_load(&s->s3.puts), 0);
	assert_int_equal(atomic_load(&s->s3.others), 0);
	assert_int_equal(s->s3.count, 0);
}

static const char *outcome(struct servers *s, const char *video, const char *language)
{
	struct transcript_row row = world_transcript(s->world, KEY, video, language);
	const char *name = transcript_outcome_name(row.outcome);

	transcript_row_clear(&row);
	return name;
}

/* "LANGUAGE of VIDEO" by what became of it. */
static void expect_outcomes(struct servers *s, const char *const wanted[][3])
{
	for (size_t i = 0; wanted[i][0]; i++)
		if (strcmp(outcome(s, wanted[i][0], wanted[i][1]), wanted[i][2]))
			fail_msg("%s %s: %s, not %s", wanted[i][0], wanted[i][1],
				 outcome(s, wanted[i][0], wanted[i][1]), wanted[i][2]);
}

static void mock_run(struct servers *s)
{
	world_wish(s->world, WISH_RUN, KEY, NULL);
	world_run(s->world);
}

static void a_dry_run_only_asks_and_its_word_comes_true(void **state)
{
	struct servers *s = *state;
	static const char *const said[][3] = {
		{"a", "en", "would-migrate"}, {"a", "es", "would-migrate"}, {"b", "en", "kept"},
		{"b", "es", "kept"}, {"c", "en", "kept"}, {"c", "fr", "would-migrate"},
		{"d", "de", "failed"}, {"d", "en", "failed"}, {NULL}};
	static const char *const became[][3] = {
		{"a", "en", "migrated"}, {"a", "es", "migrated"}, {"b", "en", "kept"},
		{"b", "es", "kept"}, {"c", "en", "kept"}, {"c", "fr", "migrated"},
		{"d", "de", "failed"}, {"d", "en", "failed"}, {NULL}};

	make_course(s);
	assert_int_equal(rehearse(s), 3);
	expect_only_questions(s);
	expect_outcomes(s, said);
	mock_run(s);
	expect_outcomes(s, became);
	assert_int_equal(edxval_count(s->bench->edxval, REGISTER), 3);
	assert_int_equal(atomic_load(&s->s3.puts), 3);
}

static void what_edx_val_cannot_tell_is_left_open(void **state)
{
	struct servers *s = *state;
	static const char *const said[][3] = {
		{"a", "en", "would-migrate"}, {"c", "en", "untold"}, {"c", "fr", "untold"}, {NULL}};
	static const char *const became[][3] = {
		{"a", "en", "migrated"}, {"c", "en", "kept"}, {"c", "fr", "migrated"}, {NULL}};

	EDXVAL(s->bench->edxval, s->bench->edxval->unlisted = true);
	make_course(s);
	rehearse(s);
	expect_only_questions(s);
	expect_outcomes(s, said);
	mock_run(s);
	expect_outcomes(s, became);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_dry_run_only_asks_and_its_word_comes_true, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_edx_val_cannot_tell_is_left_open, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
