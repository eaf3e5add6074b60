/*
 * The state machine of a flag, walked through: every state that two operators, a crash at any step,
 * a source that changes, or is away for a while, a backend that is out of reach and somebody else's
 * hands can bring about,
 * breadth first, through the real functions over a real status database and an embedded flag.
 *
 * A state is what the flag's row says, what the backend's own row says, what the evidence stands on
 * (its ground), what the source shows when it is looked at, whether the backend answers, and how far
 * either operator has come. Of each one that
 * is new the tables are kept, so that every move can be tried from it. What must hold is judged after
 * each move, by what the tables said before it and by nothing that the program thinks of itself.
 */
#include "config.h"

#include "tests/unit/status_help.h"

#include <stdbool.h>

#include "src/migrate/plan.h"
#include "src/rollout/flip.h"
#include "src/source/outline.h"

#define KEY "course-v1:Test+Flip+1"
#define STATES_MOST 2000

/* ---- the world ----------------------------------------------------------------------------*/

/* What the evidence stands on: all is well, or one thing is not. */
#define GROUND_LIST(X)                                                                             \
	X(GOOD) X(STALE) X(NONE) X(WEAK) X(OLD) X(AHEAD) X(INCOMPLETE) X(OTHER_PASS) X(OTHER_GENERATION)     \
	X(ERROR) X(PENDING) X(UNREAD) X(LAUNCHED) X(RUNNING) X(FAILED) X(PAUSED) X(GONE)
#define X(id) GROUND_##id,
enum ground { GROUND_LIST(X) GROUNDS };
#undef X

#define X(id) #id,
static const char *const ground_names[] = {GROUND_LIST(X)};
#undef X

/* What the source shows to who looks: the state that the evidence saw, nothing, or another one. */
enum sight { SIGHT_SAME, SIGHT_AWAY, SIGHT_OTHER, SIGHTS };
static const char *const sight_names[] = {"", ", source away", ", source another"};

/* How far an operator has come. From OPEN on he holds the lock. */
enum phase { AWAY, OPEN, LOOKED, BEGUN, WRITTEN };
static const char *const phase_names[] = {"away", "open", "looked", "begun", "written"};

struct operator {
	enum phase phase;
	struct flip flip;     /* from BEGUN on; its key is the walk's */
	int64_t evidence;     /* LOOKED: of the board */
};

enum move {
	MOVE_OPEN, MOVE_LOOK, MOVE_BEGIN_ON, MOVE_BEGIN_OFF, MOVE_WRITE, MOVE_SETTLE, MOVE_CLOSE,
	MOVE_CRASH, OPERATOR_MOVES,
	/* of nobody */
	MOVE_OTHERS_ON = OPERATOR_MOVES, MOVE_OTHERS_OFF, MOVE_DEAF, MOVE_RENEW, MOVE_SIGHT,
	MOVE_GROUND = MOVE_SIGHT + SIGHTS, MOVES = MOVE_GROUND + GROUNDS
};

struct state {
	char name[140];
	struct operator ops[2];
	enum ground ground;
	enum sight sight;
	bool deaf;
};

/* A backend that acts, and whose answers are lost. */
struct deaf_flag {
	struct flag flag, *real;
};

/* A source of one course without videos. */
struct sight_source {
	struct source source;
	struct outline *seen[SIGHTS]; /* NULL: it is away */
	const enum sight *sight;
};

struct walk {
	char folder[64], path[128], flag_path[128];
	struct conf conf[2];
	struct campus campus[2];
	struct reader *reader[2];
	struct flipper *flipper[2];
	struct flag *flag;
	struct deaf_flag deaf_flag;
	struct sight_source source;
	char assets[100]; /* of the course without videos */
	sqlite3 *db; /* status database, with the backend and the kept tables attached */
	int64_t course;
	struct state now, *states;
	size_t count, moves, begun_on, settled;
	struct error err;
};

static enum result deaf_show(struct flag *flag, const char *const *courses, size_t count,
			     struct flag_state *out, struct error *err)
{
	(void)flag;
	(void)courses;
	(void)count;
	(void)out;
	return error_set(err, RESULT_UNREACHABLE, "nobody answers");
}

static enum result deaf_set(struct flag *flag, const char *course, bool on, struct error *err)
{
	struct deaf_flag *self = (struct deaf_flag *)flag;

	assert_ok(self->real->ops->set(self->real, course, on, err), *err);
	return error_set(err, RESULT_UNKNOWN, "the answer was lost");
}

static const struct flag_ops deaf_ops = {.kind = "deaf", .show = deaf_show, .set = deaf_set};

static enum result find_nothing(struct source_course *course, const char *const *names, size_t count,
				struct asset *out, struct error *err)
{
	(void)course;
	(void)names;
	(void)out;
	(void)err;
	assert_int_equal(count, 0);
	return RESULT_OK;
}

static void close_course(struct source_course *course)
{
	free(course);
}

static const struct source_course_ops course_ops = {.find = find_nothing, .close = close_course};

static enum result sight_open(struct source *source, const char *key, struct source_course **out,
			      struct error *err)
{
	const struct sight_source *self = (struct sight_source *)source;
	const struct outline *outline = self->seen[*self->sight];
	struct source_course *course;

	*out = NULL;
	if (!outline)
		return error_set(err, RESULT_MISSING, "no export of %s", key);
	course = calloc(1, sizeof(*course));
	*course = (struct source_course){&course_ops, outline};
	*out = course;
	return RESULT_OK;
}

static const struct source_ops sight_ops = {.kind = "sight", .open = sight_open};

static void sql(struct walk *w, const char *fmt, ...) SF_PRINTF(2, 3);

static void sql(struct walk *w, const char *fmt, ...)
{
	char text[2000], *words = NULL;
	va_list args;

	va_start(args, fmt);
	assert_in_range(vsnprintf(text, sizeof(text), fmt, args), 1, sizeof(text) - 1);
	va_end(args);
	if (sqlite3_exec(w->db, text, NULL, NULL, &words) != SQLITE_OK)
		fail_msg("%s: %s: %s", w->now.name, text, words);
}

static int64_t number(struct walk *w, const char *text)
{
	sqlite3_stmt *stmt = NULL;
	int64_t out = 0;

	if (sqlite3_prepare_v2(w->db, text, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", text, sqlite3_errmsg(w->db));
	if (sqlite3_step(stmt) == SQLITE_ROW)
		out = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return out;
}

static void word(struct walk *w, const char *text, char *out, size_t size)
{
	sqlite3_stmt *stmt = NULL;

	*out = '\0';
	if (sqlite3_prepare_v2(w->db, text, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", text, sqlite3_errmsg(w->db));
	if (sqlite3_step(stmt) == SQLITE_ROW)
		snprintf(out, size, "%s", (const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
}

/* ---- what the tables say ------------------------------------------------------------------*/

static enum flag_step step_now(struct walk *w)
{
	enum flag_step step = STEP_UNKNOWN;
	char name[32];

	word(w, "SELECT state FROM flag", name, sizeof(name));
	assert_true(!*name || flag_step_read(name, &step));
	return step;
}

static bool turning(enum flag_step step)
{
	return step == STEP_TURNING_ON || step == STEP_TURNING_OFF;
}

static enum flag_step backend_now(struct walk *w)
{
	return number(w, "SELECT enabled FROM backend.video_config_coursevideotranscriptenabledflag"
			 " ORDER BY change_date DESC, id DESC LIMIT 1")
		       ? STEP_ON
		       : STEP_OFF;
}

static int64_t events_of(struct walk *w, const char *what)
{
	char text[200];

	snprintf(text, sizeof(text),
		 "SELECT count(*) FROM event WHERE action LIKE 'flag%%' AND what LIKE '%s%%'", what);
	return number(w, text);
}

static int holder_of(const struct walk *w)
{
	return w->now.ops[0].phase != AWAY ? 0 : w->now.ops[1].phase != AWAY ? 1 : -1;
}

/* Distinguishes all that the next moves can depend on, and nothing else: the operators are alike, so
   it does not matter which of them holds the lock. */
static void name_state(struct walk *w)
{
	int64_t evidence = number(w, "SELECT number FROM evidence");
	const struct operator nobody = {.phase = AWAY};
	const struct operator *op = holder_of(w) < 0 ? &nobody : &w->now.ops[holder_of(w)];
	const char *detail = "";

	if (op->phase == LOOKED)
		detail = !op->evidence ? "at nothing" : op->evidence == evidence ? "at this" : "at another";
	else if (op->phase >= BEGUN)
		detail = op->flip.on ? "on" : "off";
	snprintf(w->now.name, sizeof(w->now.name), "%s, backend %s%s, ground %s%s; %s %s",
		 flag_step_name(step_now(w)), flag_step_name(backend_now(w)), w->now.deaf ? " deaf" : "",
		 ground_names[w->now.ground], sight_names[w->now.sight], phase_names[op->phase], detail);
}

/* ---- keeping and bringing back ------------------------------------------------------------*/

static const char *const kept[] = {"flag", "evidence", "course", "finding", "campus", "course_source"};

static size_t keep_state(struct walk *w)
{
	size_t id = w->count++;

	assert_true(id < STATES_MOST);
	w->states[id] = w->now;
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		sql(w, "CREATE TABLE kept.%s_%zu AS SELECT * FROM main.%s", kept[i], id, kept[i]);
	sql(w, "CREATE TABLE kept.backend_%zu AS SELECT * FROM"
	       " backend.video_config_coursevideotranscriptenabledflag", id);
	return id;
}

/* The lock of whoever has it in the state; with no flag turning nothing is settled by taking it. */
static void take_locks(struct walk *w, int holder)
{
	for (int i = 0; i < 2; i++)
		if (i != holder) {
			flipper_close(w->flipper[i]);
			w->flipper[i] = NULL;
		}
	if (holder < 0 || w->flipper[holder])
		return;
	sql(w, "DELETE FROM main.flag");
	assert_ok(flipper_open(&w->flipper[holder], &w->campus[holder], w->reader[holder], NULL, NULL,
			       &w->err), w->err);
}

static void hear(struct walk *w)
{
	for (int i = 0; i < 2; i++)
		w->campus[i].flag = w->now.deaf ? &w->deaf_flag.flag : w->flag;
}

static void load_state(struct walk *w, size_t id)
{
	w->now = w->states[id];
	hear(w);
	take_locks(w, holder_of(w));
	sql(w, "BEGIN IMMEDIATE");
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		sql(w, "DELETE FROM main.%s; INSERT INTO main.%s SELECT * FROM kept.%s_%zu", kept[i],
		    kept[i], kept[i], id);
	sql(w, "DELETE FROM backend.video_config_coursevideotranscriptenabledflag;"
	       " INSERT INTO backend.video_config_coursevideotranscriptenabledflag"
	       " SELECT * FROM kept.backend_%zu", id);
	sql(w, "COMMIT");
}

/* ---- the ground ---------------------------------------------------------------------------*/

static void prove(struct walk *w, enum verify_level level, int64_t in_val)
{
	char waivers[HASH_HEX];
	struct evidence evidence = {
		.course_id = w->course,
		.pass = number(w, "SELECT pass FROM course"),
		.level = level,
		.began = clock_wall(&help_clock),
		.source_version = (char *)"v1",
		.source_assets = w->assets,
		.counts = {.expected = 3, .in_val = in_val},
		.waivers = waivers,
	};

	assert_ok(reader_waivers_hash(w->reader[0], KEY, waivers, &w->err), w->err);
	assert_ok(status_course_proved(w->campus[0].status, &evidence, "level hash", &w->err), w->err);
}

static void add_finding(struct walk *w, const char *code, int severity)
{
	sql(w, "INSERT INTO finding(course_id, block, language, code, severity, text, seen, waived,"
	       " reason, who, at) VALUES(%lld, 'video@a', 'en', '%s', %d, 'x', '', 0, '', '', 0)",
	    (long long)w->course, code, severity);
}

static void wish(struct walk *w, enum wish what)
{
	struct wish_answer answer;

	assert_ok(status_wish(w->campus[0].status, what, &w->course, 1, NULL, true, &answer, &w->err),
		  w->err);
	assert_true(answer.taken);
}

static void run_course(struct walk *w)
{
	int64_t pass;

	wish(w, WISH_RUN);
	assert_ok(status_course_begin(w->campus[0].status, w->course, false, &pass, NULL, &w->err), w->err);
}

static void settle_ground(struct walk *w, enum ground ground)
{
	struct status *status = w->campus[0].status;

	w->now.ground = ground;
	switch (ground) {
	case GROUND_STALE:
		status_course_source(status, w->course, &(struct source_seen){"v2", w->assets});
		break;
	case GROUND_NONE: sql(w, "DELETE FROM evidence; UPDATE course SET evidence = 'none'"); break;
	case GROUND_WEAK: prove(w, LEVEL_SIZE, 3); break;
	case GROUND_OLD: sql(w, "UPDATE evidence SET at = at - 4000000000"); break;
	case GROUND_AHEAD: sql(w, "UPDATE evidence SET at = at + 4000000000"); break;
	case GROUND_INCOMPLETE: prove(w, LEVEL_HASH, 2); break;
	case GROUND_OTHER_PASS: sql(w, "UPDATE course SET pass = pass + 1"); break;
	case GROUND_OTHER_GENERATION: sql(w, "UPDATE campus SET generation = generation + 1"); break;
	case GROUND_ERROR: add_finding(w, "asset-missing", 2); break;
	case GROUND_PENDING: add_finding(w, "link-pending", 0); break;
	case GROUND_UNREAD: add_finding(w, "val-unread", 1); break;
	case GROUND_LAUNCHED: wish(w, WISH_RUN); break;
	case GROUND_RUNNING: run_course(w); break;
	case GROUND_FAILED: sql(w, "UPDATE course SET status = 'Failed'"); break;
	case GROUND_PAUSED: sql(w, "UPDATE course SET intent = 'pause'"); break;
	case GROUND_GONE: sql(w, "UPDATE course SET gone = 1"); break;
	case GROUND_GOOD:
	case GROUNDS: break;
	}
	assert_ok(status_flush(status, &w->err), w->err);
}

/* Whatever was amiss is mended, and the course is validated anew. */
static void renew(struct walk *w)
{
	sql(w, "DELETE FROM finding; UPDATE course SET status = 'Migrated', intent = 'idle', gone = 0");
	prove(w, LEVEL_HASH, 3);
	w->now.ground = GROUND_GOOD;
}

/* ---- moves --------------------------------------------------------------------------------*/

struct told {
	int count;
	struct flipped last;
};

static void tell_settled(void *arg, const char *key, const struct flipped *flipped)
{
	struct told *told = arg;

	assert_string_equal(key, KEY);
	told->count++;
	told->last = *flipped;
}

static void move_open(struct walk *w, int who)
{
	struct operator *op = &w->now.ops[who];
	enum flag_step before = step_now(w), after;
	struct told told = {0};
	enum result st = flipper_open(&w->flipper[who], &w->campus[who], w->reader[who], tell_settled,
				      &told, &w->err);

	after = step_now(w);
	if (w->now.ops[!who].phase != AWAY) {
		assert_int_equal(st, RESULT_BUSY);
		assert_says(w->err, w->conf[!who].operator_name);
		assert_int_equal(after, before);
		return;
	}
	assert_ok(st, w->err);
	op->phase = OPEN;
	/* what was cut short is exactly old or new, as the backend says, and it is told which */
	assert_int_equal(told.count, turning(before));
	if (turning(before) && w->now.deaf)
		assert_int_equal(after, before);
	else if (turning(before))
		assert_int_equal(after, backend_now(w));
	else
		assert_int_equal(after, before);
	if (turning(before)) {
		w->settled++;
		assert_int_equal(told.last.now, after);
		assert_non_null(strstr(told.last.text, "was cut short"));
		assert_int_equal(strstr(told.last.text, "cannot be read") != NULL, turning(after));
	}
}

/* Another state that was seen takes the ground away, for good; one that is away does not. */
static void judge_sight(struct walk *w, const struct board *board)
{
	bool stale = number(w, "SELECT count(*) FROM evidence WHERE stale <> ''");

	if (w->now.sight == SIGHT_AWAY && w->now.ground == GROUND_GOOD) {
		assert_int_equal(board->gates[BOARD_EVIDENCE].color, GATE_UNKNOWN);
		assert_int_equal(board->evidence, 0);
		assert_false(stale);
	} else if (w->now.sight == SIGHT_OTHER && w->now.ground == GROUND_GOOD) {
		assert_int_equal(board->gates[BOARD_EVIDENCE].color, GATE_RED);
		assert_true(stale);
		w->now.ground = GROUND_STALE;
	} else if (w->now.ground == GROUND_STALE) {
		assert_true(stale);
	}
}

static void move_look(struct walk *w, int who)
{
	struct operator *op = &w->now.ops[who];
	enum flag_step before = step_now(w), after;
	struct board board;

	assert_ok(board_look(&board, &w->campus[who], w->reader[who], w->course, &w->err), w->err);
	after = step_now(w);
	assert_int_equal(after, turning(before) || w->now.deaf ? before : backend_now(w));
	assert_int_equal(board.step, after);
	/* green where, and only where, all stands well, the source is seen and the backend tells */
	if (board.green != (w->now.ground == GROUND_GOOD && w->now.sight == SIGHT_SAME && !w->now.deaf))
		fail_msg("%s: %s", w->now.name, board.verdict);
	assert_ok(status_flush(w->campus[who].status, &w->err), w->err);
	judge_sight(w, &board);
	op->phase = LOOKED;
	/* what the board thinks of it is not trusted: a switch is tried on whatever there is; but only
	   who looked knows what he did not see */
	op->evidence = number(w, "SELECT number FROM evidence");
	assert_true(!board.evidence || board.evidence == op->evidence);
	if (w->now.sight == SIGHT_AWAY)
		op->evidence = board.evidence;
	board_clear(&board);
}

/* By the tables alone. */
static bool may_turn_on(struct walk *w, int64_t evidence)
{
	return w->now.ground == GROUND_GOOD && evidence &&
	       evidence == number(w, "SELECT number FROM evidence WHERE stale = ''") &&
	       step_now(w) != STEP_ON;
}

static void move_begin(struct walk *w, int who, bool on)
{
	struct operator *op = &w->now.ops[who];
	struct board board = {.evidence = op->evidence};
	struct flip flip = {.course = w->course, .on = on};
	enum flag_step before = step_now(w), backend = backend_now(w);
	int64_t told = events_of(w, "to be switched");
	bool may = !on || (!turning(before) && may_turn_on(w, op->evidence));
	enum result st = flip_begin(w->flipper[who], &flip, &board, "a test", &w->err);

	if (turning(before) && on)
		assert_int_equal(st, RESULT_BUSY);
	else if (may)
		assert_ok(st, w->err);
	else if (st != RESULT_REFUSED)
		fail_msg("%s: a switch to on that must not be: %s", w->now.name, result_text(st));
	assert_int_equal(events_of(w, "to be switched"), told + may);
	assert_int_equal(step_now(w), !may ? before : on ? STEP_TURNING_ON : STEP_TURNING_OFF);
	assert_int_equal(backend_now(w), backend); /* the journal comes first */
	free(flip.key);
	if (!may)
		return;
	w->begun_on += on;
	flip.key = (char *)KEY;
	op->flip = flip;
	op->phase = BEGUN;
}

static void move_write(struct walk *w, int who)
{
	struct operator *op = &w->now.ops[who];
	enum flag_step before = step_now(w);

	/* nothing of ours is written that was not journalled */
	assert_int_equal(before, op->flip.on ? STEP_TURNING_ON : STEP_TURNING_OFF);
	flip_write(w->flipper[who], &op->flip);
	assert_int_equal(backend_now(w), op->flip.on ? STEP_ON : STEP_OFF);
	assert_int_equal(op->flip.answer, w->now.deaf ? RESULT_UNKNOWN : RESULT_OK);
	assert_int_equal(step_now(w), before);
	op->phase = WRITTEN;
}

static void move_settle(struct walk *w, int who)
{
	struct operator *op = &w->now.ops[who];
	enum flag_step before = step_now(w);
	int64_t told = number(w, "SELECT count(*) FROM event");
	struct flipped flipped;

	assert_ok(flip_settle(w->flipper[who], &op->flip, &flipped, &w->err), w->err);
	assert_int_equal(step_now(w), w->now.deaf ? before : backend_now(w));
	assert_int_equal(flipped.now, step_now(w));
	assert_int_equal(flipped.done, step_now(w) == (op->flip.on ? STEP_ON : STEP_OFF));
	assert_int_equal(number(w, "SELECT count(*) FROM event"), told + 1);
	op->phase = OPEN;
}

static void leave(struct walk *w, int who)
{
	flipper_close(w->flipper[who]);
	w->flipper[who] = NULL;
	w->now.ops[who] = (struct operator){.phase = AWAY};
}

/* A crash takes all that was in memory, and the kernel takes the lock back: after what is journalled
   alone, after the write, and after the write whose answer is lost. */
static void move_operator(struct walk *w, int who, enum move move)
{
	switch (move) {
	case MOVE_OPEN: move_open(w, who); break;
	case MOVE_LOOK: move_look(w, who); break;
	case MOVE_BEGIN_ON: move_begin(w, who, true); break;
	case MOVE_BEGIN_OFF: move_begin(w, who, false); break;
	case MOVE_WRITE: move_write(w, who); break;
	case MOVE_SETTLE: move_settle(w, who); break; /* also where the write never came about */
	default: leave(w, who); break;
	}
}

static void move_world(struct walk *w, enum move move)
{
	if (move == MOVE_OTHERS_ON || move == MOVE_OTHERS_OFF) {
		assert_ok(w->flag->ops->set(w->flag, KEY, move == MOVE_OTHERS_ON, &w->err), w->err);
	} else if (move == MOVE_DEAF) {
		w->now.deaf = !w->now.deaf;
		hear(w);
	} else if (move == MOVE_RENEW) {
		renew(w);
	} else if (move < MOVE_GROUND) {
		w->now.sight = (enum sight)(move - MOVE_SIGHT);
	} else {
		settle_ground(w, (enum ground)(move - MOVE_GROUND));
	}
}

static bool operator_can(const struct state *state, int who, enum move move)
{
	enum phase phase = state->ops[who].phase;

	switch (move) {
	case MOVE_OPEN: return phase == AWAY;
	case MOVE_WRITE: return phase == BEGUN;
	case MOVE_SETTLE:
	case MOVE_CRASH: return phase == BEGUN || phase == WRITTEN;
	default: return phase == OPEN || phase == LOOKED;
	}
}

/* From a good ground everything may go wrong, one thing at a time. Whether somebody answers, and what
   the source shows, matters where a switch may begin, and where it may not: one ground of either kind
   is enough. */
static bool world_can(const struct state *state, enum move move)
{
	bool shown = state->sight == SIGHT_SAME;
	bool either = state->ground == GROUND_GOOD || state->ground == GROUND_STALE;

	if (move == MOVE_DEAF)
		return either && shown;
	if (move == MOVE_RENEW)
		return shown; /* of what can be seen */
	if (move < MOVE_SIGHT)
		return true;
	if (move < MOVE_GROUND)
		return either && !state->deaf && move != MOVE_SIGHT + (int)state->sight;
	return state->ground == GROUND_GOOD && shown && move != MOVE_GROUND + (int)GROUND_GOOD &&
	       (!state->deaf || move == MOVE_GROUND + (int)GROUND_STALE);
}

/* ---- the walk -----------------------------------------------------------------------------*/

static bool is_known(const struct walk *w)
{
	for (size_t i = 0; i < w->count; i++)
		if (!strcmp(w->states[i].name, w->now.name))
			return true;
	return false;
}

/* What holds in every state. */
static void judge_state(struct walk *w)
{
	char said[32], row[32];

	assert_true(number(w, "SELECT count(*) FROM flag WHERE state LIKE 'turning-%'") <= 1);
	/* lists say what the row says */
	word(w, "SELECT flag FROM course", said, sizeof(said));
	word(w, "SELECT coalesce((SELECT state FROM flag), 'unknown')", row, sizeof(row));
	assert_string_equal(said, row);
	/* on rests on evidence, where it was switched here: its number stands in the row */
	if (step_now(w) == STEP_TURNING_ON)
		assert_true(number(w, "SELECT evidence FROM flag") > 0);
}

static void try_move(struct walk *w, size_t from, int who, enum move move)
{
	if (who < 2 ? !operator_can(&w->states[from], who, move) : !world_can(&w->states[from], move))
		return;
	load_state(w, from);
	if (who < 2)
		move_operator(w, who, move);
	else
		move_world(w, move);
	w->moves++;
	judge_state(w);
	name_state(w);
	if (!is_known(w))
		keep_state(w);
}

static void walk_all(struct walk *w)
{
	name_state(w);
	keep_state(w);
	for (size_t from = 0; from < w->count; from++) {
		for (int who = 0; who < 2; who++)
			for (int move = 0; move < OPERATOR_MOVES; move++)
				try_move(w, from, who, (enum move)move);
		for (int move = OPERATOR_MOVES; move < MOVES; move++)
			try_move(w, from, 2, (enum move)move);
	}
}

/* ---- fixtures -----------------------------------------------------------------------------*/

static void open_operator(struct walk *w, int who, const char *name)
{
	const struct status_options options = {.path = w->path, .campus = "demo",
					       .environment = "staging", .operator_name = name,
					       .clock = &help_clock};

	w->conf[who] = (struct conf){.name = (char *)"demo", .environment = (char *)"staging",
				     .release = (char *)"ginkgo", .operator_name = (char *)name,
				     .status_db = w->path, .flag_kind = (char *)"sqlite",
				     .flag_path = w->flag_path, .flag_flip = (char *)"manual",
				     .evidence_age = 3600000};
	w->campus[who] = (struct campus){.conf = &w->conf[who], .clock = &help_clock,
					 .source = &w->source.source};
	assert_ok(status_open(&w->campus[who].status, &options, &w->err), w->err);
	assert_ok(reader_open(&w->reader[who], w->path, &w->err), w->err);
}

static void open_source(struct walk *w)
{
	struct source_course *course = NULL;
	struct plan *plan = NULL;

	w->source = (struct sight_source){.source.ops = &sight_ops, .sight = &w->now.sight};
	for (int i = 0; i < SIGHTS; i++) {
		if (i == SIGHT_AWAY)
			continue;
		w->source.seen[i] = outline_new(KEY, "A course");
		assert_true(outline_set_version(w->source.seen[i], i == SIGHT_SAME ? "v1" : "v2"));
	}
	assert_ok(sight_open(&w->source.source, KEY, &course, &w->err), w->err);
	assert_ok(plan_resolve(&plan, course, &w->err), w->err);
	snprintf(w->assets, sizeof(w->assets), "%s", plan_assets(plan));
	plan_free(plan);
}

static int set_up(void **state)
{
	struct walk *w = calloc(1, sizeof(*w));
	struct scan_entry entry = {KEY, "A course", "here"};
	struct scan_result found;

	/* in memory where that is possible: each move takes several commits */
	snprintf(w->folder, sizeof(w->folder), "%s/subferry-flip-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	assert_non_null(mkdtemp(w->folder));
	snprintf(w->path, sizeof(w->path), "%s/status.db", w->folder);
	snprintf(w->flag_path, sizeof(w->flag_path), "%s/flag.db", w->folder);
	w->states = calloc(STATES_MOST, sizeof(*w->states));
	open_source(w);
	open_operator(w, 0, "ana");
	open_operator(w, 1, "ben");
	assert_ok(flag_open(&w->flag, &w->conf[0], NULL, &w->err), w->err);
	w->deaf_flag = (struct deaf_flag){{.ops = &deaf_ops}, w->flag};
	hear(w);
	assert_ok(status_scan(w->campus[0].status, &entry, 1, true, &found, &w->err), w->err);
	assert_ok(w->flag->ops->set(w->flag, KEY, false, &w->err), w->err);
	assert_int_equal(sqlite3_open(w->path, &w->db), SQLITE_OK);
	sqlite3_busy_timeout(w->db, 5000);
	sql(w, "ATTACH '%s' AS backend; ATTACH ':memory:' AS kept", w->flag_path);
	w->course = number(w, "SELECT id FROM course");
	sql(w, "UPDATE course SET status = 'Migrated', pass = 1");
	renew(w);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct walk *w = *state;
	struct help help = {0};

	for (int i = 0; i < 2; i++) {
		flipper_close(w->flipper[i]);
		reader_close(w->reader[i]);
		status_close(w->campus[i].status);
	}
	for (int i = 0; i < SIGHTS; i++)
		outline_free(w->source.seen[i]);
	flag_free(w->flag);
	sqlite3_close(w->db);
	snprintf(help.folder, sizeof(help.folder), "%s", w->folder);
	help_remove(&help);
	free(w->states);
	free(w);
	return 0;
}

static void no_flag_is_switched_on_without_its_evidence(void **state)
{
	struct walk *w = *state;

	walk_all(w);
	print_message("%zu states, %zu moves, %zu switches to on, %zu settled after a crash\n", w->count,
		      w->moves, w->begun_on, w->settled);
	/* the walk went everywhere */
	assert_true(w->count > 300);
	assert_true(w->begun_on > 5 && w->settled > 50);
	/* and the audit of all of it is whole */
	assert_ok(status_check_events(w->reader[0], (char[HASH_HEX]){0}, &w->err), w->err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_flag_is_switched_on_without_its_evidence, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
