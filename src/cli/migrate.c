/*
 * migrate: launches courses and stays until they have ended; the engine runs here, or, where
 * another process has it, its intents are written and followed. --dry-run predicts. What it tells
 * is in migrate_tell.c.
 */
#include "config.h"

#include "src/cli/commands.h"

#include <signal.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/cli/migrating.h"
#include "src/cli/out.h"
#include "src/cli/permission.h"
#include "src/status/lock.h"
#include "src/status/runs.h"

#define LOOK_EVERY 200	       /* ms */
#define HELD_TOO_LONG 60000    /* ms: an endpoint that stays away so long ends the command */

static volatile sig_atomic_t interrupts;

/* The first ^C or TERM lets transactions finish, the second ends at once: nothing is lost. */
static void on_signal(int signal)
{
	(void)signal;
	if (!interrupts++)
		return;
	progress_line_wipe();
	_exit(CLI_FAILED);
}

static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

/* ---- before anything is begun ------------------------------------------------------------ */

static enum result probe_source(struct campus *campus, struct error *err)
{
	return campus->source->ops->probe(campus->source, err);
}

static enum result probe_val(struct campus *campus, struct error *err)
{
	return campus->val->ops->probe(campus->val, err);
}

static enum result probe_store(struct campus *campus, struct error *err)
{
	return campus->store->ops->probe(campus->store, err);
}

static enum result probe_linker(struct campus *campus, struct error *err)
{
	return campus->linker->ops->probe(campus->linker, err);
}

/* As a transaction is tried: a fault that passes does not end a night's work before it begins. */
static int check_end(struct migrating *m, enum result (*probe)(struct campus *, struct error *))
{
	const struct conf *conf = m->cli->campus->conf;
	struct error err = {0};
	char line[sizeof(err.text) + 32];
	enum result st = probe(m->cli->campus, &err);

	for (int64_t i = 0; i < conf->max_retries && result_is_transient(st); i++) {
		snprintf(line, sizeof(line), "%s; trying again", err.text);
		if (!i)
			migrate_trouble(m, line);
		usleep((useconds_t)conf->retry_delay * 1000);
		st = probe(m->cli->campus, &err);
	}
	return st == RESULT_OK ? -1 : cli_fail(&err);
}

/* Whether source, val, store and linker answer is better known before anything is begun. */
static int check_ends(struct migrating *m)
{
	struct campus *campus = m->cli->campus;
	int st = check_end(m, probe_source);

	if (st < 0)
		st = check_end(m, probe_val);
	if (st < 0 && !m->dry)
		st = check_end(m, probe_store);
	if (st < 0 && m->cli->link_word)
		st = check_end(m, probe_linker);
	if (st >= 0)
		return st;
	if (!m->dry && campus->store->warning)
		out_note("store: %s", campus->store->warning);
	return -1;
}

/* A course that was not taken and does not run already: why. */
static int tell_refusal(struct migrating *m, int64_t id, const struct wish_answer *answer)
{
	struct course_row row = {0};
	struct error err = {0};
	char line[700];

	if (reader_course_by_id(m->cli->reader, id, &row, &err) != RESULT_OK)
		return cli_fail(&err);
	snprintf(line, sizeof(line), "%s: not taken: %s", row.key, answer->reason);
	if (row.intent != INTENT_RUN) {
		migrate_trouble(m, line);
		m->refused++;
	}
	course_row_clear(&row);
	return -1;
}

static int launch(struct migrating *m)
{
	struct wish_answer *answers;
	struct error err = {0};
	int st = -1;

	if (m->launched)
		return -1;
	m->launched = true;
	answers = calloc(m->count + 1, sizeof(*answers));
	if (!answers) {
		out_note("out of memory");
		return CLI_FAILED;
	}
	if (status_wish(m->cli->campus->status, WISH_RUN, m->ids, m->count, NULL, !m->all, answers,
			&err) != RESULT_OK)
		st = cli_fail(&err);
	for (size_t i = 0; i < m->count && st < 0; i++)
		if (!answers[i].taken)
			st = tell_refusal(m, m->ids[i], &answers[i]);
	free(answers);
	return st;
}

/* Holds are told once each. One that lasts ends the command, unless it is a person's: somebody has
   his reasons, and says when it goes on. True: it ends now. */
static bool watch_hold(struct migrating *m, struct engine *engine)
{
	struct engine_state state;

	engine_state(engine, &state);
	migrate_tell_hold(m, &state);
	if (state.held >= HOLD_RESTART || state.held_for < HELD_TOO_LONG)
		return false;
	error_set(&m->failure, RESULT_UNREACHABLE,
		  "%s: waited for %d s; run again once it is mended", state.hold, HELD_TOO_LONG / 1000);
	return true;
}

static int run_engine(struct migrating *m, struct engine *engine)
{
	bool stopped = false;

	if (!m->dry) {
		int st = launch(m);

		if (st >= 0)
			return st;
		engine_adopt(engine, m->ids, m->count);
	}
	while (!engine_wait(engine, LOOK_EVERY) || (interrupts && !stopped)) {
		if ((interrupts || watch_hold(m, engine)) && !stopped) {
			engine_stop(engine);
			stopped = true;
			if (interrupts)
				migrate_tell_ending(m);
		}
		migrate_progress(m, engine, stopped);
	}
	watch_hold(m, engine); /* it may have gone on, and come to its end, since the last look */
	return -1;
}

/* Some of the courses still have the intent to run. */
static int look(struct migrating *m, bool *waiting)
{
	*waiting = false;
	for (size_t i = 0; i < m->count && !*waiting; i++) {
		enum course_intent intent;
		int64_t number;
		struct error err = {0};

		if (reader_intent(m->cli->reader, m->ids[i], &intent, &number, &err) != RESULT_OK)
			return cli_fail(&err);
		*waiting = intent == INTENT_RUN;
	}
	return -1;
}

/* Nobody has the engine any more. */
static bool is_vacant(const struct migrating *m)
{
	struct lock *lock = NULL;
	bool vacant = lock_take(m->cli->campus->conf->status_db, &lock, NULL) == RESULT_OK;

	lock_free(lock);
	return vacant;
}

/* Who waits for a dry engine should know that it migrates nothing. */
static void tell_holder(struct migrating *m, const char *holder)
{
	char text[640];
	int64_t run = 0;

	if (reader_dry_now(m->cli->reader, &run, NULL) == RESULT_OK && run)
		snprintf(text, sizeof(text), "%s for dry run %" PRId64 ": what is launched waits for its end",
			 holder, run);
	migrate_trouble(m, run ? text : holder);
}

/*
 * Another process has the engine: follows its intents to the end. *@vacant: it has gone, and
 * left some of them to us.
 */
static int follow(struct migrating *m, const char *holder, bool *vacant)
{
	bool waiting = true;
	int st;

	*vacant = false;
	m->followed = true;
	tell_holder(m, holder);
	st = launch(m);
	while (st < 0 && !interrupts) {
		st = look(m, &waiting);
		if (st >= 0 || !waiting)
			break;
		*vacant = is_vacant(m);
		if (*vacant)
			break;
		migrate_progress(m, NULL, false);
		usleep(LOOK_EVERY * 1000);
	}
	return st;
}

/* A run that was open before is gone on with; else a new one is begun, unless nothing is to be done. */
static int look_at_runs(struct migrating *m, bool before)
{
	struct error err = {0};
	enum run_kind kind;
	int64_t number;
	bool open;

	if (reader_run_now(m->cli->reader, &number, &kind, &open, &err) != RESULT_OK)
		return cli_fail(&err);
	if (before)
		m->newest_run = number;
	if (before ? open : number > m->newest_run && kind != RUN_DRY) {
		m->run = number;
		m->run_kind = kind;
	}
	return -1;
}

static int run(struct migrating *m)
{
	struct engine_options options = {.dry = m->dry, .dry_courses = m->ids, .dry_count = m->count,
					 .event = migrate_on_event, .arg = m};
	struct engine *engine = NULL;
	struct engine_state state;
	struct error err = {0};
	enum result result;
	bool vacant;
	int st;

	catch_signals();
	while ((result = engine_new(&engine, m->cli->campus, &options, &err)) == RESULT_BUSY && !m->dry) {
		st = follow(m, err.text, &vacant);
		if (!vacant)
			return st;
	}
	if (result != RESULT_OK)
		return cli_fail(&err);
	st = run_engine(m, engine);
	if (m->dry) {
		engine_state(engine, &state);
		m->run = state.dry_run;
		m->run_kind = RUN_DRY;
	}
	engine_free(engine);
	return st;
}

/* ---- the end ----------------------------------------------------------------------------- */

static int finish(struct migrating *m)
{
	struct migrate_sums sums = {0};
	int st = migrate_tell_courses(m, &sums);

	if (st >= 0)
		return st;
	migrate_tell_summary(m, &sums, interrupts > 0);
	if (m->failure.result != RESULT_OK)
		return cli_fail(&m->failure);
	if (interrupts)
		return CLI_FAILED;
	if (sums.counts.errors || m->unread || m->refused || m->cli->unread ||
	    (!m->dry && sums.status[COURSE_MIGRATED] < (int64_t)m->count))
		return CLI_FINDINGS;
	return CLI_OK;
}

/*
 * --all: Not-Migrated, Failed, and In-Progress without an engine; and what was wished before
 * and nobody has begun, such as a Migrated course after retry --finding.
 */
static bool is_for_all(const struct course_row *row)
{
	if (row->intent == INTENT_RUN)
		return true;
	return row->status != COURSE_MIGRATED &&
	       !(row->status == COURSE_NOT_MIGRATED && row->intent == INTENT_PAUSE);
}

/* Courses that are gone have nothing to be read: left out of all, told when named. */
static int choose_courses(struct migrating *m)
{
	size_t kept = 0;
	int st = cli_courses(m->cli, m->all, &m->ids, &m->count);

	for (size_t i = 0; i < m->count && st < 0; i++) {
		struct course_row row = {0};
		struct error err = {0};

		if (reader_course_by_id(m->cli->reader, m->ids[i], &row, &err) != RESULT_OK)
			return cli_fail(&err);
		if (row.gone && !m->all) {
			error_set(&err, RESULT_MISSING, "%s: gone from the source", row.key);
			migrate_trouble(m, err.text);
			m->refused++;
		} else if (!row.gone && (!m->all || is_for_all(&row))) {
			m->ids[kept++] = m->ids[i];
		}
		course_row_clear(&row);
	}
	if (st < 0)
		m->count = kept;
	return st;
}

int cli_migrate(struct cli *cli)
{
	struct migrating m = {.cli = cli, .dry = cli_option(cli, "dry-run"),
			      .json = cli_option(cli, "json"), .all = cli_option(cli, "all")};
	struct permission permission = {0};
	int st;

	pthread_mutex_init(&m.lock, NULL);
	st = m.dry ? -1 : cli_ask_word(cli);
	if (st < 0)
		st = cli_open_reader(cli, true);
	if (st < 0)
		st = choose_courses(&m);
	/* a word that is missing leaves nothing behind */
	if (st < 0 && !m.dry)
		st = cli_ask_permission(cli, WISH_RUN, m.ids, m.count, &permission);
	if (st < 0)
		st = cli_open(cli, CAMPUS_ALL | (m.dry			      ? CAMPUS_READ_ONLY
						 : campus_flips(cli->campus) ? CAMPUS_FLAG
									     : 0));
	/* with nothing to do nothing is written, not even to see whether it could be */
	if (st < 0 && m.count)
		st = check_ends(&m);
	if (st < 0 && m.count)
		cli_warn_of_vanished(cli, m.json);
	if (st < 0 && !m.count && m.all && !m.json)
		out_note("nothing to do: every course is Migrated, paused or gone; one that is "
			 "named is planned anew");
	if (st < 0)
		st = cli_use_permission(cli, &permission);
	if (st < 0 && m.count && cli->link_word)
		campus_allow_link(cli->campus, cli->link_word);
	if (st < 0 && m.count) {
		progress_line_open(&m.line, cli->campus->clock);
		st = m.dry ? -1 : look_at_runs(&m, true);
		if (st < 0)
			st = run(&m);
		if (st < 0 && !m.dry)
			st = look_at_runs(&m, false);
		progress_line_close(&m.line);
	}
	if (st < 0)
		st = finish(&m);
	free(m.ids);
	pthread_mutex_destroy(&m.lock);
	return st;
}
