/*
 * Evidence from end to end: a course is validated, its source is changed in one way or another, and
 * what was proved is looked at again.
 */
#include "config.h"

#include "src/rollout/evidence.h"

#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "src/verify/verify.h"
#include "tests/unit/olx_maker.h"
#include "tests/unit/world.h"

#define KEY "course-v1:O+C+R"
#define HOUR INT64_C(3600000000)
#define CUE(words) "1\n00:00:01,000 --> 00:00:02,000\n" words "\n"

static struct proof look(struct world *world, bool at_source)
{
	struct course_row row = world_row(world, KEY);
	struct proof proof;
	struct error err = {0};

	if (proof_look(&proof, &world->campus, world->reader, &row, at_source, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	course_row_clear(&row);
	return proof;
}

/* Looks at the source, and expects that the evidence counts, or does not, with @words. */
static void expect(struct world *world, bool fresh, const char *words)
{
	struct proof proof = look(world, true);
	struct course_row row;

	if (proof.fresh != fresh || !strstr(proof.text, words))
		fail_msg("\"%s\" does not say \"%s\"", proof.text, words);
	proof_clear(&proof);
	proof_clear(&proof);
	row = world_row(world, KEY);
	assert_int_equal(row.evidence, fresh ? EVIDENCE_FRESH : EVIDENCE_STALE);
	course_row_clear(&row);
}

static void on_status(struct world *world, const char *sql)
{
	sqlite3 *db;
	char *error = NULL;

	assert_int_equal(sqlite3_open(world->conf.status_db, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s", error);
	sqlite3_close(db);
}

/* A migrated course of two transcripts. */
static struct world *migrated(void **state)
{
	struct world *world = *state;
	struct outline *outline = world_course(world, KEY);

	world->conf.evidence_age = 168 * 3600 * 1000;
	world_video(outline, "a", "ID-1", "en=x.srt es=y.srt");
	world_subrip(world, "x.srt", "one");
	world_subrip(world, "y.srt", "two");
	assert_true(outline_set_version(outline, "split 1 2"));
	world_scan(world);
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	world_expect(world, KEY, COURSE_MIGRATED);
	return world;
}

/* ---- a validation beside a run -----------------------------------------------------------*/

/* It had read the course before: what it would write is of a pass that is over. */
static void a_validation_that_is_overtaken_by_a_run_says_so_and_writes_nothing(void **state)
{
	struct world *world = migrated(state);
	const struct verify_options options = {.level = LEVEL_HASH};
	struct course_row before = world_row(world, KEY), after;
	struct counts counts;
	struct error err = {0};

	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	assert_int_equal(verify_course(&world->campus, world->reader, &before, &options, &counts, &err),
			 RESULT_BUSY);
	assert_non_null(strstr(err.text, "validate it afterwards"));
	after = world_row(world, KEY);
	assert_int_equal(after.tried, after.videos);
	assert_int_equal(after.evidence, EVIDENCE_NONE);
	course_row_clear(&before);
	course_row_clear(&after);
	world_check(world);
}

static void what_was_seen_of_a_course_under_way_proves_nothing(void **state)
{
	struct world *world = migrated(state);

	on_status(world, "UPDATE course SET status = 'In-Progress', intent = 'pause'");
	world_verify(world, KEY, LEVEL_HASH);
	on_status(world, "UPDATE course SET status = 'Migrated', intent = 'idle'");
	expect(world, false, "the course was under way");
}

/* ---- what a validation proves -------------------------------------------------------------*/

static void validation_proves_what_it_saw(void **state)
{
	struct world *world = migrated(state);

	for (enum verify_level level = LEVEL_COUNT; level <= LEVEL_CUES; level++) {
		int64_t before = clock_wall(world->campus.clock);
		struct proof proof;

		world_verify(world, KEY, level);
		proof = look(world, false);
		assert_true(proof.fresh);
		assert_false(proof.looked);
		assert_int_equal(proof.evidence.level, level);
		assert_int_equal(proof.evidence.counts.expected, 2);
		assert_int_equal(proof.evidence.counts.in_val, 2);
		assert_string_equal(proof.evidence.source_version, "split 1 2");
		assert_true(proof.evidence.began >= before);
		assert_true(proof.evidence.at >= proof.evidence.began);
		proof_clear(&proof);
	}
}

static void validation_never_claims_a_level_it_did_not_reach(void **state)
{
	struct world *world = migrated(state);
	struct proof proof;

	world->nameless = true; /* val does not tell which objects its rows name */
	world_verify(world, KEY, LEVEL_HASH);
	proof = look(world, false);
	assert_int_equal(proof.evidence.level, LEVEL_COUNT);
	proof_clear(&proof);
	world->nameless = false;
	world->blind = true; /* nor whether it has any */
	world_verify(world, KEY, LEVEL_BYTES);
	proof = look(world, false);
	assert_int_equal(proof.evidence.level, LEVEL_COUNT);
	assert_int_equal(proof.evidence.counts.unknown, 2);
	proof_clear(&proof);
}

static void what_val_lacks_does_not_lower_the_level(void **state)
{
	struct world *world = migrated(state);
	struct proof proof;

	world_on_val(world, "DELETE FROM edxval_videotranscript WHERE language_code = 'es'");
	world_verify(world, KEY, LEVEL_HASH);
	proof = look(world, false);
	assert_int_equal(proof.evidence.level, LEVEL_HASH);
	assert_int_equal(proof.evidence.counts.in_val, 1);
	proof_clear(&proof);
}

static void validation_that_fails_proves_nothing(void **state)
{
	struct world *world = migrated(state);
	struct verify_options options = {.level = LEVEL_HASH};
	struct course_row row = world_row(world, KEY);
	struct counts counts;
	struct proof proof;

	world->faults[FAULT_READ] = (struct fault){.result = RESULT_RETRY, .times = -1};
	assert_int_not_equal(verify_course(&world->campus, world->reader, &row, &options, &counts, NULL),
			     RESULT_OK);
	course_row_clear(&row);
	proof = look(world, true);
	assert_int_equal(proof.evidence.number, 0);
	assert_false(proof.fresh);
	assert_string_equal(proof.text, "never validated to its end");
	proof_clear(&proof);
}

/* ---- what takes it away -------------------------------------------------------------------*/

static void evidence_holds_while_the_source_stays(void **state)
{
	struct world *world = migrated(state);

	world_verify(world, KEY, LEVEL_HASH);
	world_subrip(world, "unrelated.srt", "three");
	expect(world, true, "level hash, ");
	expect(world, true, ", source unchanged");
}

static void evidence_goes_stale_with_a_file(void **state)
{
	struct world *world = migrated(state);

	world_verify(world, KEY, LEVEL_HASH);
	world_subrip(world, "x.srt", "One");
	expect(world, false, "stale: the source has changed: ");
	/* and stays so, also when it is not looked at, and when the file is as it was */
	world_subrip(world, "x.srt", "one");
	expect(world, false, "the source has changed: files of the contentstore");
	world_verify(world, KEY, LEVEL_HASH);
	expect(world, true, "source unchanged");
}

static void evidence_goes_stale_with_the_structure(void **state)
{
	struct world *world = migrated(state);

	world_verify(world, KEY, LEVEL_HASH);
	assert_true(outline_set_version(world->outlines[0], "split 1 3"));
	expect(world, false, "stale: the source has changed: ");
	expect(world, false, "the source has changed: structure");
}

static void evidence_goes_stale_with_whoever_plans_the_course(void **state)
{
	struct world *world = migrated(state);

	world_verify(world, KEY, LEVEL_HASH);
	world_rehearse(world, KEY);
	expect(world, true, "source unchanged");
	world_subrip(world, "x.srt", "One");
	world_rehearse(world, KEY);
	expect(world, false, "the source has changed: files of the contentstore");
}

static void evidence_goes_stale_with_another_run(void **state)
{
	struct world *world = migrated(state);

	world_verify(world, KEY, LEVEL_HASH);
	world_wish(world, WISH_RUN, KEY, NULL);
	expect(world, true, "source unchanged");
	world_run(world);
	expect(world, false, "the course was run again");
}

/* The source is looked at in vain, with @why: nothing becomes of the evidence by that. */
static void expect_unknown(struct world *world, enum result why)
{
	struct course_row row = world_row(world, KEY);
	enum evidence_state before = row.evidence;
	struct proof proof;
	struct error err = {0};

	assert_int_equal(proof_look(&proof, &world->campus, world->reader, &row, true, &err), why);
	assert_false(proof.fresh);
	course_row_clear(&row);
	row = world_row(world, KEY);
	assert_int_equal(row.evidence, before);
	course_row_clear(&row);
}

static void a_course_that_is_away_is_not_known_until_it_is_seen_again(void **state)
{
	struct world *world = migrated(state);
	size_t count = world->outline_count;

	world_verify(world, KEY, LEVEL_HASH);
	world->outline_count = 0;
	expect_unknown(world, RESULT_MISSING);
	expect_unknown(world, RESULT_MISSING);
	world->outline_count = count;
	expect(world, true, "source unchanged");
	/* what comes back as another one has changed */
	world->outline_count = 0;
	expect_unknown(world, RESULT_MISSING);
	world_subrip(world, "x.srt", "One");
	world->outline_count = count;
	expect(world, false, "stale: the source has changed: ");
	/* and that stays so, whatever is seen afterwards */
	world->outline_count = 0;
	expect(world, false, "the source has changed: ");
	world_subrip(world, "x.srt", "one");
	world->outline_count = count;
	expect(world, false, "the source has changed: ");
}

static void a_source_that_cannot_be_read_says_nothing(void **state)
{
	struct world *world = migrated(state);

	world_verify(world, KEY, LEVEL_HASH);
	for (enum fault_point point = FAULT_NONE; point < FAULT_POINTS; point++) {
		if (point != FAULT_OPEN && point != FAULT_FIND)
			continue;
		world->faults[point] = (struct fault){.result = RESULT_UNREACHABLE, .times = 1};
		expect_unknown(world, RESULT_UNREACHABLE);
	}
	expect(world, true, "source unchanged");
}

static void evidence_grows_too_old(void **state)
{
	struct world *world = migrated(state);
	struct course_row row;
	struct proof proof;
	int64_t now = clock_wall(world->campus.clock), week = 168 * HOUR;

	world_verify(world, KEY, LEVEL_HASH);
	on_status(world, "UPDATE evidence SET at = at - 8 * 86400000000;"
			 "UPDATE course SET verified = verified - 8 * 86400000000");
	proof = look(world, true);
	assert_false(proof.fresh);
	assert_false(proof.looked);
	assert_string_equal(proof.text, "too old: 8 days, at most 7 days");
	proof_clear(&proof);
	row = world_row(world, KEY);
	assert_int_equal(row.evidence, EVIDENCE_FRESH); /* age is not written, it passes */
	assert_int_equal(proof_state(&row, now, week), EVIDENCE_STALE);
	assert_int_equal(proof_state(&row, now, 9 * 24 * HOUR), EVIDENCE_FRESH);
	row.evidence = EVIDENCE_NONE;
	assert_int_equal(proof_state(&row, now, week), EVIDENCE_NONE);
	course_row_clear(&row);
	world->conf.evidence_age = 30 * 24 * 3600 * INT64_C(1000);
	proof = look(world, true);
	assert_true(proof.fresh);
	proof_clear(&proof);
}

/* Of evidence that is ahead of the clock nobody knows how old it is; a few minutes are let pass. */
static void evidence_of_a_time_to_come_proves_nothing(void **state)
{
	struct world *world = migrated(state);
	int64_t now = clock_wall(world->campus.clock), week = 168 * HOUR;
	struct course_row row;
	struct proof proof;

	world_verify(world, KEY, LEVEL_HASH);
	on_status(world, "UPDATE evidence SET at = at + 60000000;"
			 "UPDATE course SET verified = verified + 60000000");
	proof = look(world, true);
	assert_true(proof.fresh);
	proof_clear(&proof);
	on_status(world, "UPDATE evidence SET at = at + 10 * 86400000000;"
			 "UPDATE course SET verified = verified + 10 * 86400000000");
	proof = look(world, true);
	assert_false(proof.fresh);
	assert_string_equal(proof.text, "10 days ahead of this clock, which was set back since");
	proof_clear(&proof);
	row = world_row(world, KEY);
	assert_int_equal(proof_state(&row, now, week), EVIDENCE_STALE);
	course_row_clear(&row);
}

/* ---- exports ------------------------------------------------------------------------------*/

static const struct item export_items[] = {
	MAKER_POINTER,
	MAKER_ROOT("<video url_name=\"a\" edx_video_id=\"ID-1\">"
		   "<transcript language=\"en\" src=\"x.srt\"/></video>"),
	{"static/x.srt", CUE("one")},
	{NULL, NULL},
};
static const struct item other_items[] = {
	MAKER_POINTER,
	MAKER_ROOT("<video url_name=\"a\" edx_video_id=\"ID-1\">"
		   "<transcript language=\"en\" src=\"x.srt\"/></video>"),
	{"static/x.srt", CUE("One")},
	{NULL, NULL},
};

struct exporting {
	struct world *world;
	struct source *memory;
	void *maker;
	char path[512];
};

/* The world's source becomes the export at e->path, its course is migrated and validated. */
static void begin_with(struct exporting *e)
{
	struct scan_entry entry = {KEY, "A course", "there"};
	struct scan_result result;
	struct world *world = e->world;

	world->conf.evidence_age = 168 * 3600 * 1000;
	world->campus.source = maker_source(e->path);
	assert_int_equal(status_scan(world->status, &entry, 1, true, &result, NULL), RESULT_OK);
	world_wish(world, WISH_RUN, KEY, NULL);
	world_run(world);
	world_expect(world, KEY, COURSE_MIGRATED);
	world_verify(world, KEY, LEVEL_HASH);
	expect(world, true, "source unchanged");
}

static int set_up(void **state)
{
	struct exporting *e = calloc(1, sizeof(*e));

	*state = e;
	e->world = world_new();
	e->memory = e->world->campus.source;
	return maker_setup(&e->maker);
}

static int tear_down(void **state)
{
	struct exporting *e = *state;
	int st = maker_teardown(&e->maker);

	if (e->world->campus.source != e->memory)
		source_free(e->world->campus.source);
	e->world->campus.source = e->memory;
	world_free(e->world);
	free(e);
	return st;
}

/* One byte of the file at @offset, in place. */
static void poke(const char *path, off_t offset, char byte)
{
	int fd = open(path, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
	close(fd);
}

/* A file of one byte. */
static void poke_new(const char *path)
{
	close(open(path, O_WRONLY | O_CREAT, 0600));
	poke(path, 0, 31);
}

static void one_byte_of_a_folder_is_noticed(void **state)
{
	struct exporting *e = *state;
	char file[600];

	snprintf(e->path, sizeof(e->path), "%s", maker_folder(e->maker, "export", export_items));
	begin_with(e);
	snprintf(file, sizeof(file), "%s/static/x.srt", e->path);
	poke(file, 35, 'O');
	expect(e->world, false, "stale: the source has changed: ");
	expect(e->world, false, "the source has changed: its export");
}

static void one_byte_of_an_archive_is_noticed(void **state)
{
	struct exporting *e = *state;

	snprintf(e->path, sizeof(e->path), "%s",
		 maker_archive(e->maker, "export.tar.gz", "course/", export_items));
	begin_with(e);
	maker_archive(e->maker, "export.tar.gz", "course/", other_items);
	expect(e->world, false, "stale: the source has changed: ");
	expect(e->world, false, "the source has changed: its export");
}

/* Evidence is of a state, and that is its bytes: what came and went between two looks, nobody saw;
   what somebody saw is not forgotten when the bytes are the same again. */
static void an_archive_counts_again_unless_another_one_was_seen(void **state)
{
	struct exporting *e = *state;
	char kept[600];

	snprintf(e->path, sizeof(e->path), "%s",
		 maker_archive(e->maker, "export.tar.gz", "course/", export_items));
	snprintf(kept, sizeof(kept), "%s.kept", e->path);
	begin_with(e);
	assert_int_equal(rename(e->path, kept), 0);
	expect_unknown(e->world, RESULT_MISSING);
	poke_new(e->path); /* half a copy */
	expect_unknown(e->world, RESULT_INVALID);
	assert_int_equal(rename(kept, e->path), 0);
	expect(e->world, true, "source unchanged");
	assert_int_equal(rename(e->path, kept), 0);
	maker_archive(e->maker, "export.tar.gz", "course/", other_items); /* unseen */
	assert_int_equal(rename(kept, e->path), 0);
	expect(e->world, true, "source unchanged");
	assert_int_equal(rename(e->path, kept), 0);
	maker_archive(e->maker, "export.tar.gz", "course/", other_items);
	expect(e->world, false, "stale: the source has changed: its export");
	assert_int_equal(rename(kept, e->path), 0);
	expect(e->world, false, "the source has changed: its export");
}

/* Size and time are as they were; only its time of status tells that it was written. */
static void byte_in_an_archive_whose_time_was_set_back_is_noticed(void **state)
{
	struct exporting *e = *state;
	struct stat before;
	struct timespec times[2];

	snprintf(e->path, sizeof(e->path), "%s",
		 maker_archive(e->maker, "export.tar.gz", "course/", export_items));
	begin_with(e);
	assert_int_equal(stat(e->path, &before), 0);
	poke(e->path, 9, 77); /* of gzip's head: the system it was made on, which nobody reads */
	times[0] = before.st_atim;
	times[1] = before.st_mtim;
	assert_int_equal(utimensat(AT_FDCWD, e->path, times, 0), 0);
	expect(e->world, false, "stale: the source has changed: ");
}

static void version_of_an_archive_is_its_sha256(void **state)
{
	struct exporting *e = *state;
	const char *path = maker_archive(e->maker, "export.tar.gz", "course/", export_items);
	struct source *source = maker_source(path);
	struct source_course *course = maker_open(source, KEY);
	char command[700], line[HASH_HEX + 8] = "archive ";
	FILE *sum;

	snprintf(command, sizeof(command), "sha256sum '%s'", path);
	sum = popen(command, "r");
	assert_non_null(sum);
	assert_int_equal(fread(line + 8, 1, HASH_HEX - 1, sum), HASH_HEX - 1);
	pclose(sum);
	line[8 + HASH_HEX - 1] = '\0';
	assert_string_equal(course->outline->version, line);
	source_course_close(course);
	source_free(source);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)
#define EXPORT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_validation_that_is_overtaken_by_a_run_says_so_and_writes_nothing),
		TEST(what_was_seen_of_a_course_under_way_proves_nothing),
		TEST(validation_proves_what_it_saw),
		TEST(validation_never_claims_a_level_it_did_not_reach),
		TEST(what_val_lacks_does_not_lower_the_level),
		TEST(validation_that_fails_proves_nothing),
		TEST(evidence_holds_while_the_source_stays),
		TEST(evidence_goes_stale_with_a_file),
		TEST(evidence_goes_stale_with_the_structure),
		TEST(evidence_goes_stale_with_whoever_plans_the_course),
		TEST(evidence_goes_stale_with_another_run),
		TEST(a_course_that_is_away_is_not_known_until_it_is_seen_again),
		TEST(a_source_that_cannot_be_read_says_nothing),
		TEST(evidence_of_a_time_to_come_proves_nothing),
		TEST(evidence_grows_too_old),
		EXPORT(one_byte_of_a_folder_is_noticed),
		EXPORT(one_byte_of_an_archive_is_noticed),
		EXPORT(an_archive_counts_again_unless_another_one_was_seen),
		EXPORT(byte_in_an_archive_whose_time_was_set_back_is_noticed),
		EXPORT(version_of_an_archive_is_its_sha256),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
