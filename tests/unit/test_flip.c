/*
 * Boards and flips over a small campus: each gate with its reasons, what follows, a switch whose
 * answer is lost, one that cannot be read back, and flip = auto.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/patience.h"
#include "src/rollout/flip.h"
#include "tests/unit/world.h"

#define KEY "course-v1:Test+Flag+1"

#define assert_ok(call, err)                                                                       \
	do {                                                                                       \
		enum result assert_st = (call);                                                    \
		if (assert_st != RESULT_OK)                                                        \
			fail_msg("%s: %s: %s", #call, result_text(assert_st), (err).text);         \
	} while (0)
#define assert_says(text, words)                                                                   \
	do {                                                                                       \
		if (!strstr(text, words))                                                          \
			fail_msg("\"%s\" does not say \"%s\"", text, words);                       \
	} while (0)

/* A flag in memory. */
struct little_flag {
	struct flag flag;
	struct flag_state state;
	enum result show, set; /* what is answered */
	bool lost;	       /* it acts, whatever it answers */
	bool mute;	       /* it answers, and does not tell */
	bool quick;	       /* it tells at once, also whom nobody waits for any more */
	int shy;	       /* so many looks find nobody */
	struct patience *leaves; /* ended while it is asked to switch, which then takes as long as it may */
	int sets;
};

struct room {
	struct world *world;
	struct little_flag flag;
	struct board board;
	struct flipper *flipper;
	struct flipped flipped;
	int64_t course;
	int told;
	struct error err;
};

static enum result little_show(struct flag *flag, const char *const *courses, size_t count,
			       struct flag_state *out, struct error *err)
{
	struct little_flag *self = (struct little_flag *)flag;

	assert_int_equal(count, 1);
	assert_string_equal(courses[0], KEY);
	if (!self->quick && patience_over())
		return error_set(err, RESULT_CANCELED, "given up");
	if (self->shy && self->shy--)
		return error_set(err, RESULT_UNREACHABLE, "the flag is away");
	if (self->show != RESULT_OK)
		return error_set(err, self->show, "the flag is away");
	self->state.effective = flag_effective(&self->state);
	*out = self->state;
	if (self->mute)
		*out = (struct flag_state){.note = "exit status 3"};
	return RESULT_OK;
}

static enum result little_set(struct flag *flag, const char *course, bool on, struct error *err)
{
	struct little_flag *self = (struct little_flag *)flag;

	assert_string_equal(course, KEY);
	self->sets++;
	if (self->leaves) {
		patience_end(self->leaves);
		while (!patience_over())
			usleep(10000);
	}
	if (self->set == RESULT_OK || self->lost) {
		self->state.own = on ? FLAG_ON : FLAG_OFF;
		self->state.has_row = true;
	}
	return self->set == RESULT_OK ? RESULT_OK : error_set(err, self->set, "HTTP 502 from a proxy");
}

static const struct flag_ops little_ops = {.kind = "little", .show = little_show, .set = little_set};

static int set_up(void **state)
{
	struct room *room = calloc(1, sizeof(*room));
	struct world *world = room->world = world_new();
	struct outline *outline = world_course(world, KEY);

	world_video(outline, "a", "vid-a", "en=en.srt es=es.srt");
	world_video(outline, "b", "vid-b", "en=en.srt");
	world_subrip(world, "en.srt", "hello");
	world_subrip(world, "es.srt", "hola");
	world_scan(world);
	world->conf.release = (char *)"ginkgo";
	world->conf.flag_kind = (char *)"little";
	world->conf.flag_flip = (char *)"manual";
	world->conf.evidence_age = 3600000;
	room->flag = (struct little_flag){.flag.ops = &little_ops, .state.own = FLAG_OFF,
					  .state.global = FLAG_ON};
	world->campus.flag = &room->flag.flag;
	room->course = world_course_id(world, KEY);
	*state = room;
	return 0;
}

static int tear_down(void **state)
{
	struct room *room = *state;

	board_clear(&room->board);
	flipper_close(room->flipper);
	world_check(room->world);
	world_free(room->world);
	free(room);
	return 0;
}

static void migrate(struct room *room)
{
	world_wish(room->world, WISH_RUN, KEY, NULL);
	world_run(room->world);
}

static void migrate_and_verify(struct room *room)
{
	migrate(room);
	world_expect(room->world, KEY, COURSE_MIGRATED);
	world_verify(room->world, KEY, LEVEL_HASH);
}

static const struct board *look(struct room *room)
{
	board_clear(&room->board);
	assert_ok(board_look(&room->board, &room->world->campus, room->world->reader, room->course,
			     &room->err), room->err);
	assert_ok(status_flush(room->world->status, &room->err), room->err);
	return &room->board;
}

/* All gates but @gate are green; that one says @words. */
static void expect_red(struct room *room, enum board_gate gate, enum gate_color color, const char *words)
{
	const struct board *board = look(room);

	for (int i = 0; i < BOARD_GATES; i++)
		if (board->gates[i].color != (i == (int)gate ? color : GATE_GREEN))
			fail_msg("%s: %s", board_gate_name((enum board_gate)i), board->gates[i].text);
	assert_says(board->gates[gate].text, words);
	assert_false(board->green);
	assert_says(board->verdict, "cannot be flipped: ");
}

static void told(void *arg, const char *key, const struct flipped *flipped)
{
	struct room *room = arg;

	assert_string_equal(key, KEY);
	room->told++;
	room->flipped = *flipped;
}

static void open_flipper(struct room *room)
{
	flipper_close(room->flipper);
	assert_ok(flipper_open(&room->flipper, &room->world->campus, room->world->reader, told, room,
			       &room->err), room->err);
}

static enum flag_step step_of(struct room *room)
{
	struct course_row row = world_row(room->world, KEY);
	struct flag_row flag = {0};
	enum flag_step step;

	if (reader_flag(room->world->reader, room->course, &flag, NULL) == RESULT_OK)
		assert_int_equal(flag.state, row.flag);
	step = row.flag;
	flag_row_clear(&flag);
	course_row_clear(&row);
	return step;
}

/* ---- boards -------------------------------------------------------------------------------*/

static void a_board_is_green_when_all_is_well(void **state)
{
	struct room *room = *state;
	const struct board *board;

	migrate_and_verify(room);
	board = look(room);
	assert_true(board->green);
	assert_string_equal(board->verdict, "can be flipped");
	assert_says(board->gates[BOARD_MIGRATED].text, "2 of 2 videos");
	assert_says(board->gates[BOARD_EVIDENCE].text, "level hash");
	assert_says(board->gates[BOARD_EVIDENCE].text, "source unchanged");
	assert_string_equal(board->gates[BOARD_ERRORS].text, "none");
	assert_string_equal(board->gates[BOARD_FLAG].text,
			    "little reachable, own row none, global row on");
	assert_true(board->evidence > 0);
	assert_int_equal(step_of(room), STEP_OFF);
}

static void each_gate_says_why_it_is_red(void **state)
{
	struct room *room = *state;
	struct world *world = room->world;
	const struct board *board = look(room);

	assert_int_equal(board->gates[BOARD_MIGRATED].color, GATE_RED);
	assert_int_equal(board->gates[BOARD_EVIDENCE].color, GATE_RED);
	assert_says(board->gates[BOARD_EVIDENCE].text, "never validated");
	assert_string_equal(board->verdict, "cannot be flipped: it is Not-Migrated, and 1 more");
	migrate(room);
	expect_red(room, BOARD_EVIDENCE, GATE_RED, "never validated");
	world_verify(world, KEY, LEVEL_SIZE);
	expect_red(room, BOARD_EVIDENCE, GATE_RED, "validate it at level hash");
	world_verify(world, KEY, LEVEL_HASH);
	assert_true(look(room)->green);
	/* the source is looked at for the board, and what it shows is kept */
	world->faults[FAULT_OPEN] = (struct fault){RESULT_UNREACHABLE, 1, false, 0, 0};
	expect_red(room, BOARD_EVIDENCE, GATE_UNKNOWN, "a fault of the test");
	world->outline_count--; /* it is away, which is no other state of it */
	expect_red(room, BOARD_EVIDENCE, GATE_UNKNOWN, "the source does not have the course now: ");
	assert_says(room->board.verdict, "cannot be flipped: the source does not have it now");
	world->outline_count++;
	assert_true(look(room)->green);
	world_subrip(world, "es.srt", "adios");
	expect_red(room, BOARD_EVIDENCE, GATE_RED, "the source has changed");
	world_subrip(world, "es.srt", "hola");
	expect_red(room, BOARD_EVIDENCE, GATE_RED, "stale since");
	world_verify(world, KEY, LEVEL_HASH);
	room->flag.show = RESULT_UNREACHABLE;
	expect_red(room, BOARD_FLAG, GATE_UNKNOWN, "little: the flag is away");
	room->flag.show = RESULT_OK;
	room->flag.state.own = room->flag.state.global = FLAG_UNKNOWN;
	expect_red(room, BOARD_FLAG, GATE_UNKNOWN, "does not tell this course's flag");
	room->flag.state.own = FLAG_OFF;
	room->flag.state.global = FLAG_ON;
	world->conf.evidence_age = 0;
	expect_red(room, BOARD_EVIDENCE, GATE_RED, "too old");
}

static void open_findings_close_the_gate_and_waived_ones_are_named(void **state)
{
	struct room *room = *state;
	struct world *world = room->world;

	migrate_and_verify(room);
	world_subrip(world, "es.srt", "adios");
	world_verify(world, KEY, LEVEL_HASH);
	expect_red(room, BOARD_ERRORS, GATE_RED, "1 open: source-changed 1");
	assert_string_equal(room->board.verdict, "cannot be flipped: 1 open error");
	assert_ok(status_waive(world->status, KEY, "video@a", "es", FINDING_SOURCE_CHANGED,
			       "never existed", &room->err), room->err);
	world_verify(world, KEY, LEVEL_HASH);
	assert_true(look(room)->green);
	assert_says(room->board.gates[BOARD_ERRORS].text,
		    "1 waived: source-changed, es, \"never existed\", tester, ");
}

/* Open ones that stand between them in the order of findings are not waived. */
static void only_what_is_waived_is_named_as_waived(void **state)
{
	struct room *room = *state;
	sqlite3 *db = NULL;
	char sql[400];

	migrate_and_verify(room);
	assert_int_equal(sqlite3_open(status_path(room->world->status), &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	for (int i = 0; i < 5; i++) {
		snprintf(sql, sizeof(sql),
			 "INSERT INTO finding(course_id, block, language, code, severity, text, seen,"
			 " waived, reason, who, at) VALUES(%lld, 'video@%d', 'en', '%s', 1, 'x', '', %d, '%s',"
			 " 'ana', 1)", (long long)room->course, i, i < 4 ? "draft-id-differs" : "val-overtaken",
			 i == 4, i == 4 ? "known" : "");
		assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	}
	assert_true(look(room)->green);
	assert_says(room->board.gates[BOARD_ERRORS].text, "1 waived: val-overtaken, en, \"known\", ana, ");
	assert_null(strstr(room->board.gates[BOARD_ERRORS].text, "draft-id-differs"));
	assert_int_equal(sqlite3_exec(db, "DELETE FROM finding", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void a_pending_link_closes_its_gate(void **state)
{
	struct room *room = *state;
	const struct link_outcome waits = {.kind = LINK_WAITS, .block = "video@a", .val_id = "vid-a",
					   .text = "link = none"};
	struct link_outcome link = waits;
	struct video_row *videos = NULL;
	size_t count = 0;

	migrate_and_verify(room);
	assert_ok(reader_videos(room->world->reader, room->course, 0, 1, &videos, &count, NULL, &room->err),
		  room->err);
	link.video_id = videos[0].id;
	assert_ok(status_course_links(room->world->status, room->course, &link, 1, &room->err), room->err);
	expect_red(room, BOARD_LINKS, GATE_RED, "1 video has an id that its block does not name yet");
	assert_string_equal(room->board.verdict, "cannot be flipped: 1 link pending");
	link.kind = LINK_FAILURE;
	assert_ok(status_course_links(room->world->status, room->course, &link, 1, &room->err), room->err);
	assert_int_equal(look(room)->gates[BOARD_LINKS].color, GATE_RED);
	assert_says(room->board.gates[BOARD_LINKS].text, "retry --finding link-failed");
	video_row_clear(&videos[0]);
	free(videos);
}

/* Who has waived it knows of it; that there is none is not said. */
static void a_waived_link_is_named(void **state)
{
	struct room *room = *state;
	struct link_outcome link = {.kind = LINK_WAITS, .block = "video@a", .val_id = "vid-a",
				    .text = "link = none"};
	struct video_row *videos = NULL;
	size_t count = 0;

	migrate_and_verify(room);
	assert_ok(reader_videos(room->world->reader, room->course, 0, 1, &videos, &count, NULL, &room->err),
		  room->err);
	link.video_id = videos[0].id;
	assert_ok(status_course_links(room->world->status, room->course, &link, 1, &room->err), room->err);
	assert_ok(status_waive(room->world->status, KEY, "video@a", "", FINDING_LINK_PENDING, "linked by hand",
			       &room->err), room->err);
	assert_true(look(room)->green);
	assert_string_equal(room->board.gates[BOARD_LINKS].text, "1 pending, waived");
	assert_says(room->board.gates[BOARD_ERRORS].text, "\"linked by hand\"");
	video_row_clear(&videos[0]);
	free(videos);
}

static void a_course_that_is_held_back_or_launched_cannot_be_flipped(void **state)
{
	struct room *room = *state;
	struct world *world = room->world;

	world_wish(world, WISH_PAUSE, KEY, NULL);
	assert_int_equal(look(room)->gates[BOARD_STILL].color, GATE_RED);
	assert_says(room->board.gates[BOARD_STILL].text, "held back");
	migrate_and_verify(room);
	world_wish(world, WISH_RUN, KEY, NULL);
	expect_red(room, BOARD_MIGRATED, GATE_RED, "launched");
}

static void without_a_flag_the_rollout_ends_at_validated(void **state)
{
	struct room *room = *state;
	size_t lines;

	room->world->conf.flag_kind = (char *)"none";
	room->world->campus.flag = NULL;
	migrate(room);
	assert_string_equal(look(room)->verdict, "not validated: no evidence");
	world_verify(room->world, KEY, LEVEL_HASH);
	assert_string_equal(look(room)->verdict, "validated");
	assert_true(room->board.green);
	assert_false(room->board.has_flag);
	assert_int_equal(room->board.gates[BOARD_FLAG].color, GATE_ABSENT);
	board_consequences(&room->board, &lines);
	assert_int_equal(lines, 0);
	open_flipper(room);
	assert_int_equal(flip_on(room->flipper, room->course, "a test", NULL, &room->flipped, &room->err),
			 RESULT_REFUSED);
}

/* All lines in one. */
static const char *consequences(struct room *room, char *out, size_t size)
{
	const struct board *board = look(room);
	size_t count, at = 0;
	const char *const *lines = board_consequences(board, &count);

	*out = '\0';
	for (size_t i = 0; i < count && at < size; i++)
		at += (size_t)snprintf(out + at, size - at, "%s\n", lines[i]);
	return out;
}

static void what_follows_is_told(void **state)
{
	struct room *room = *state;
	char text[2000];

	migrate_and_verify(room);
	consequences(room, text, sizeof(text));
	assert_says(text, "get transcripts from edx-val, 3 of them, at once");
	assert_says(text, "only in the contentstore are not shown any more");
	assert_null(strstr(text, "PRODUCTION"));
	room->flag.state.global = FLAG_OFF;
	assert_true(look(room)->green);
	assert_says(consequences(room, text, sizeof(text)), "only while the global row is on: it is off");
	room->flag.state.global = FLAG_ON;
	room->flag.state.for_all = true;
	assert_says(consequences(room, text, sizeof(text)), "on for all courses");
	room->world->conf.environment = (char *)"production";
	room->world->conf.release = (char *)"hawthorn.2";
	assert_says(consequences(room, text, sizeof(text)), "this is PRODUCTION: world");
	assert_says(text, "it serves another purpose there");
	assert_null(strstr(text, "at once"));
}

/* The first so many lines are made, the next one finds no memory; -1: there is memory. */
static int lines_left = -1;

int vasprintf(char **out, const char *fmt, va_list args)
{
	va_list again;
	int len;

	if (!lines_left)
		return -1;
	lines_left -= lines_left > 0;
	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	*out = malloc((size_t)len + 1);
	assert_non_null(*out);
	return vsnprintf(*out, (size_t)len + 1, fmt, args);
}

/* What the C library calls it where it is hardened. */
int __vasprintf_chk(char **out, int flag, const char *fmt, va_list args);
int __vasprintf_chk(char **out, int flag, const char *fmt, va_list args)
{
	(void)flag;
	return vasprintf(out, fmt, args);
}

static void what_follows_is_told_whole_or_not_at_all(void **state)
{
	struct room *room = *state;
	size_t count;

	migrate_and_verify(room);
	board_consequences(look(room), &count);
	assert_true(count > 1);
	for (lines_left = 0; lines_left < (int)count;) {
		int line = lines_left;

		board_clear(&room->board);
		assert_int_equal(board_look(&room->board, &room->world->campus, room->world->reader,
					    room->course, &room->err), RESULT_NOMEM);
		assert_says(room->err.text, "no memory to tell what follows from the flag of " KEY);
		assert_int_equal(room->board.consequence_count, 0);
		lines_left = line + 1;
	}
	lines_left = -1;
	assert_true(look(room)->green);
}

/* ---- flips --------------------------------------------------------------------------------*/

static void a_flag_is_switched_on_and_off(void **state)
{
	struct room *room = *state;
	struct board board;

	migrate_and_verify(room);
	open_flipper(room);
	assert_ok(flip_on(room->flipper, room->course, "a test", &board, &room->flipped, &room->err),
		  room->err);
	assert_true(board.green && room->flipped.done);
	board_clear(&board);
	assert_string_equal(room->flipped.text, "switched on");
	assert_int_equal(room->flipped.before, STEP_OFF);
	assert_int_equal(step_of(room), STEP_ON);
	assert_says(look(room)->verdict, "on since ");
	assert_says(room->board.verdict, " by tester");
	assert_ok(flip_on(room->flipper, room->course, "a test", NULL, &room->flipped, &room->err),
		  room->err);
	assert_string_equal(room->flipped.text, "on already");
	assert_ok(flip_off(room->flipper, room->course, "a test", &room->flipped, &room->err), room->err);
	assert_string_equal(room->flipped.text, "switched off");
	assert_ok(flip_off(room->flipper, room->course, "a test", &room->flipped, &room->err), room->err);
	assert_string_equal(room->flipped.text, "off already");
	assert_int_equal(room->flag.sets, 2);
	assert_int_equal(step_of(room), STEP_OFF);
}

static void a_red_board_writes_nothing(void **state)
{
	struct room *room = *state;

	migrate(room);
	open_flipper(room);
	assert_int_equal(flip_on(room->flipper, room->course, "a test", NULL, &room->flipped, &room->err),
			 RESULT_REFUSED);
	assert_says(room->err.text, "no evidence");
	assert_int_equal(room->flag.sets, 0);
	assert_int_equal(step_of(room), STEP_OFF);
}

static void what_is_read_back_decides_not_the_answer(void **state)
{
	struct room *room = *state;

	migrate_and_verify(room);
	open_flipper(room);
	room->flag.set = RESULT_UNKNOWN; /* the proxy gave up, the server did not */
	room->flag.lost = true;
	assert_ok(flip_on(room->flipper, room->course, "a test", NULL, &room->flipped, &room->err),
		  room->err);
	assert_string_equal(room->flipped.text, "switched on");
	room->flag.lost = false;
	assert_ok(flip_off(room->flipper, room->course, "a test", &room->flipped, &room->err), room->err);
	assert_false(room->flipped.done);
	assert_string_equal(room->flipped.text, "not written: HTTP 502 from a proxy");
	assert_int_equal(step_of(room), STEP_ON);
	room->flag.set = RESULT_REFUSED;
	assert_ok(flip_off(room->flipper, room->course, "a test", &room->flipped, &room->err), room->err);
	assert_string_equal(room->flipped.text, "refused: HTTP 502 from a proxy");
	assert_int_equal(step_of(room), STEP_ON);
}

static void stays_turning_until_it_can_be_read(struct room *room)
{
	struct flip flip = {.course = room->course, .on = true};

	assert_ok(flip_begin(room->flipper, &flip, look(room), "a test", &room->err), room->err);
	flip_write(room->flipper, &flip);
	room->flag.show = RESULT_UNREACHABLE;
	assert_ok(flip_settle(room->flipper, &flip, &room->flipped, &room->err), room->err);
	assert_false(room->flipped.done);
	assert_string_equal(room->flipped.text, "written, and it cannot be read back: the flag is away");
	assert_int_equal(step_of(room), STEP_TURNING_ON);
	flip_clear(&flip);
}

static void what_cannot_be_read_back_is_settled_later(void **state)
{
	struct room *room = *state;

	migrate_and_verify(room);
	open_flipper(room);
	stays_turning_until_it_can_be_read(room);
	open_flipper(room);
	assert_int_equal(room->told, 1);
	assert_says(room->flipped.text, "the flip to on by tester at ");
	assert_says(room->flipped.text, "cannot be read yet: the flag is away");
	assert_says(look(room)->verdict, "being switched on by tester since");
	room->flag.show = RESULT_OK;
	open_flipper(room);
	assert_int_equal(room->told, 2);
	assert_says(room->flipped.text, "was cut short: it is on");
	assert_int_equal(step_of(room), STEP_ON);
	open_flipper(room);
	assert_int_equal(room->told, 2);
}

/* What was journalled when patience ended is left turning, and settled by whoever comes next. */
static void what_is_given_up_is_left_turning(void **state)
{
	struct room *room = *state;
	struct patience patience = {0};

	migrate_and_verify(room);
	open_flipper(room);
	patience_heed(&patience);
	room->flag.leaves = &patience;
	room->flag.set = RESULT_UNKNOWN;
	room->flag.lost = true;
	assert_ok(flip_on(room->flipper, room->course, "by hand", NULL, &room->flipped, &room->err), room->err);
	assert_false(room->flipped.done);
	assert_string_equal(room->flipped.outcome, "left turning");
	assert_says(room->flipped.text, "the next start");
	assert_int_equal(step_of(room), STEP_TURNING_ON);
	/* and nothing more is begun */
	assert_int_equal(flip_off(room->flipper, room->course, "by hand", &room->flipped, &room->err),
			 RESULT_CANCELED);
	assert_int_equal(flip_on(room->flipper, room->course, "by hand", NULL, &room->flipped, &room->err),
			 RESULT_CANCELED);
	assert_int_equal(room->flag.sets, 1);
	assert_int_equal(step_of(room), STEP_TURNING_ON);
	patience_heed(NULL);
	open_flipper(room);
	assert_int_equal(room->told, 1);
	assert_says(room->flipped.text, "was cut short: it is on");
	assert_int_equal(step_of(room), STEP_ON);
	/* also where the flag is told at once */
	patience_heed(&patience);
	room->flag.quick = true;
	assert_int_equal(flip_off(room->flipper, room->course, "by hand", &room->flipped, &room->err),
			 RESULT_CANCELED);
	assert_string_equal(room->err.text, "given up before anything was switched");
	patience_heed(NULL);
	assert_int_equal(room->flag.sets, 1);
	assert_int_equal(step_of(room), STEP_ON);
}

/* Who needs it off needs it off, whoever began what, and whatever the backend tells of it. */
static void off_is_possible_where_nothing_can_be_read(void **state)
{
	struct room *room = *state;

	migrate_and_verify(room);
	open_flipper(room);
	room->flag.show = RESULT_OK;
	stays_turning_until_it_can_be_read(room);
	room->flag.show = RESULT_OK;
	room->flag.mute = true;
	open_flipper(room);
	for (int i = 2; i < 4; i++) {
		assert_ok(flip_off(room->flipper, room->course, "a test", &room->flipped, &room->err),
			  room->err);
		assert_string_equal(room->flipped.text, "written, and it cannot be read back: exit status 3");
		assert_int_equal(room->flag.sets, i);
		assert_int_equal(step_of(room), STEP_TURNING_OFF);
	}
	room->flag.mute = false;
	room->flag.show = RESULT_RETRY; /* a page that is broken says nothing of the form */
	assert_ok(flip_off(room->flipper, room->course, "a test", &room->flipped, &room->err), room->err);
	assert_string_equal(room->flipped.text, "written, and it cannot be read back: the flag is away");
	assert_int_equal(room->flag.sets, 4);
	room->flag.show = RESULT_UNREACHABLE; /* nothing is tried where nobody is */
	assert_int_equal(flip_off(room->flipper, room->course, "a test", &room->flipped, &room->err),
			 RESULT_UNREACHABLE);
	assert_int_equal(room->flag.sets, 4);
	room->flag.show = RESULT_OK;
	open_flipper(room);
	assert_says(room->flipped.text, "was cut short: it is off");
	assert_int_equal(step_of(room), STEP_OFF);
	assert_ok(status_broken(room->world->status, &room->err), room->err);
}

/* A program that hung for an hour comes back: what it read is of a switch that is over. */
static void a_switch_is_settled_by_its_own_number(void **state)
{
	struct room *room = *state;
	const struct flag_seen seen = {STEP_OFF, "off", "off", "on", ""};
	int64_t first, second;

	migrate_and_verify(room);
	assert_ok(status_flag_begin(room->world->status, room->course, true, look(room)->evidence,
				    INT64_MAX, "a test", &first, &room->err), room->err);
	assert_int_equal(status_flag_begin(room->world->status, room->course, true, 1, 0, "a test",
					   &second, &room->err), RESULT_BUSY);
	assert_says(room->err.text, "tester");
	assert_ok(status_flag_begin(room->world->status, room->course, false, 0, 0, "a test", &second,
				    &room->err), room->err);
	assert_int_equal(status_flag_settle(room->world->status, room->course, first, &seen, &room->err),
			 RESULT_CANCELED);
	assert_int_equal(step_of(room), STEP_TURNING_OFF);
	assert_ok(status_flag_settle(room->world->status, room->course, second, &seen, &room->err),
		  room->err);
	assert_int_equal(step_of(room), STEP_OFF);
	assert_ok(status_broken(room->world->status, &room->err), room->err);
}

static void what_is_on_and_stale_is_offered_for_off(void **state)
{
	struct room *room = *state;

	migrate_and_verify(room);
	open_flipper(room);
	assert_ok(flip_on(room->flipper, room->course, "a test", NULL, &room->flipped, &room->err),
		  room->err);
	assert_false(look(room)->stale_on);
	room->world->outline_count--;
	assert_false(look(room)->stale_on);
	assert_says(room->board.verdict, "; evidence not known: the source does not have it now");
	room->world->outline_count++;
	assert_null(strstr(look(room)->verdict, "evidence"));
	world_subrip(room->world, "es.srt", "adios");
	assert_true(look(room)->stale_on);
	assert_says(room->board.verdict, "its evidence is stale: switch it off");
}

/* ---- flip = auto --------------------------------------------------------------------------*/

static void auto_switches_on_what_is_proved(void **state)
{
	struct room *room = *state;

	room->world->conf.flag_flip = (char *)"auto";
	migrate(room);
	assert_int_equal(step_of(room), STEP_ON);
	assert_int_equal(room->flag.sets, 1);
	/* off by hand stays off in this pass, and auto has its turn after the next */
	open_flipper(room);
	assert_ok(flip_off(room->flipper, room->course, "a test", &room->flipped, &room->err), room->err);
	flipper_close(room->flipper);
	room->flipper = NULL;
	world_run(room->world);
	assert_int_equal(step_of(room), STEP_OFF);
	migrate(room);
	assert_int_equal(step_of(room), STEP_ON);
}

/* Nothing had to be written: that it is wanted off is remembered all the same. */
static void off_by_hand_before_its_turn_is_autos_turn(void **state)
{
	struct room *room = *state;

	migrate(room);
	open_flipper(room);
	assert_ok(flip_off(room->flipper, room->course, "a test", &room->flipped, &room->err), room->err);
	assert_string_equal(room->flipped.outcome, "off already");
	flipper_close(room->flipper);
	room->flipper = NULL;
	room->world->conf.flag_flip = (char *)"auto";
	world_run(room->world);
	assert_int_equal(step_of(room), STEP_OFF);
	assert_int_equal(room->flag.sets, 0);
}

static void auto_says_why_not_once(void **state)
{
	struct room *room = *state;
	struct event_query query = {.object = KEY, .count = -1};
	struct event_row *rows = NULL;
	size_t count = 0, told_why = 0;

	room->world->conf.flag_flip = (char *)"auto";
	room->flag.set = RESULT_REFUSED;
	migrate(room);
	world_run(room->world);
	assert_int_equal(step_of(room), STEP_OFF);
	assert_int_equal(room->flag.sets, 1);
	assert_ok(reader_events(room->world->reader, &query, &rows, &count, NULL, &room->err), room->err);
	for (size_t i = 0; i < count; i++) {
		told_why += !strcmp(rows[i].what, "not switched by flip = auto") &&
			    strstr(rows[i].why, "refused: HTTP 502");
		event_row_clear(&rows[i]);
	}
	free(rows);
	assert_int_equal(told_why, 1);
}

/* The flag's backend, and the source, are tried again like val and the store. */
static void auto_tries_again_what_cannot_be_looked_at(void **state)
{
	struct room *room = *state;

	room->world->conf.flag_flip = (char *)"auto";
	room->flag.shy = 2;
	migrate(room);
	assert_int_equal(step_of(room), STEP_ON);
	assert_int_equal(room->flag.sets, 1);
}

/* An archive that is being replaced. */
static void auto_waits_for_a_source_that_is_away(void **state)
{
	struct room *room = *state;
	struct world *world = room->world;

	migrate(room);
	world->conf.flag_flip = (char *)"auto";
	world->faults[FAULT_OPEN] = (struct fault){RESULT_MISSING, 1, false, 0, 0}; /* as it is validated */
	world_run(world);
	assert_int_equal(step_of(room), STEP_ON);
	open_flipper(room);
	assert_ok(flip_off(room->flipper, room->course, "a test", &room->flipped, &room->err), room->err);
	flipper_close(room->flipper);
	room->flipper = NULL;
	world->conf.flag_flip = (char *)"manual";
	migrate_and_verify(room);
	world->conf.flag_flip = (char *)"auto";
	world->faults[FAULT_OPEN] = (struct fault){RESULT_MISSING, 1, false, 0, 0}; /* as its board is */
	world_run(world);
	assert_int_equal(step_of(room), STEP_ON);
}

static void auto_gives_up_what_stays_away(void **state)
{
	struct room *room = *state;

	room->world->conf.flag_flip = (char *)"auto";
	room->flag.show = RESULT_UNREACHABLE;
	migrate(room); /* which ends */
	assert_int_equal(step_of(room), STEP_UNKNOWN);
	room->flag.show = RESULT_OK;
	world_run(room->world);
	assert_int_equal(room->flag.sets, 0);
}

static void hold_while_it_validates(struct world *world)
{
	world->faults[FAULT_LOOKUP].delay = 300;
}

/* Whoever holds the engine while it validates holds the flag, too. */
static void auto_switches_nothing_in_a_hold(void **state)
{
	struct room *room = *state;
	struct engine *engine;
	int lookups;

	migrate(room);
	room->world->conf.flag_flip = (char *)"auto";
	hold_while_it_validates(room->world);
	lookups = world_calls(room->world, FAULT_LOOKUP);
	engine = world_start(room->world, false);
	while (world_calls(room->world, FAULT_LOOKUP) == lookups)
		usleep(1000);
	engine_hold(engine, "ana");
	assert_false(engine_wait(engine, 2000));
	assert_int_equal(room->flag.sets, 0);
	engine_go(engine);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_free(engine);
	assert_int_equal(step_of(room), STEP_ON);
}

/* A process that is suspended holds no switch half done, and says what it waits for. */
static void auto_is_counted_by_who_rests(void **state)
{
	struct room *room = *state;
	struct engine_state seen;
	struct engine *engine;

	migrate(room);
	room->world->conf.flag_flip = (char *)"auto";
	hold_while_it_validates(room->world);
	engine = world_start(room->world, false);
	do {
		usleep(1000);
		engine_state(engine, &seen);
	} while (!seen.flipping);
	engine_rest(engine, true);
	for (int i = 0; seen.flipping; i++) { /* it stands between two videos, or before the switch */
		assert_true(i < WORLD_PATIENCE);
		usleep(1000);
		engine_state(engine, &seen);
	}
	assert_int_equal(room->flag.sets, 0);
	usleep(1000000);
	assert_int_equal(room->flag.sets, 0);
	engine_rest(engine, false);
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_free(engine);
	assert_int_equal(step_of(room), STEP_ON);
}

static void auto_waits_while_somebody_flips(void **state)
{
	struct room *room = *state;
	struct engine *engine;

	room->world->conf.flag_flip = (char *)"auto";
	open_flipper(room);
	world_wish(room->world, WISH_RUN, KEY, NULL);
	engine = world_start(room->world, false);
	engine_go(engine);
	assert_false(engine_wait(engine, 500));
	assert_int_equal(room->flag.sets, 0);
	flipper_close(room->flipper);
	room->flipper = NULL;
	assert_true(engine_wait(engine, WORLD_PATIENCE));
	engine_free(engine);
	assert_int_equal(step_of(room), STEP_ON);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_board_is_green_when_all_is_well),
		T(each_gate_says_why_it_is_red),
		T(open_findings_close_the_gate_and_waived_ones_are_named),
		T(only_what_is_waived_is_named_as_waived),
		T(a_pending_link_closes_its_gate),
		T(a_waived_link_is_named),
		T(a_course_that_is_held_back_or_launched_cannot_be_flipped),
		T(without_a_flag_the_rollout_ends_at_validated),
		T(what_follows_is_told),
		T(what_follows_is_told_whole_or_not_at_all),
		T(a_flag_is_switched_on_and_off),
		T(a_red_board_writes_nothing),
		T(what_is_read_back_decides_not_the_answer),
		T(what_cannot_be_read_back_is_settled_later),
		T(what_is_given_up_is_left_turning),
		T(off_is_possible_where_nothing_can_be_read),
		T(a_switch_is_settled_by_its_own_number),
		T(what_is_on_and_stale_is_offered_for_off),
		T(auto_switches_on_what_is_proved),
		T(off_by_hand_before_its_turn_is_autos_turn),
		T(auto_says_why_not_once),
		T(auto_tries_again_what_cannot_be_looked_at),
		T(auto_waits_for_a_source_that_is_away),
		T(auto_gives_up_what_stays_away),
		T(auto_switches_nothing_in_a_hold),
		T(auto_is_counted_by_who_rests),
		T(auto_waits_while_somebody_flips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
