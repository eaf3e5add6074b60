/*
 * The flag behind an operator's own program: what it is given, and what is made of its answers.
 */
#include "config.h"

#include "src/flag/flag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/patience.h"
#include "src/base/text.h"

#define COURSE "course-v1:DemoX+Sub+2024"

struct room {
	char folder[64], program[96], out[96];
	struct conf conf;
	struct flag *flag;
};

static struct flag *open_flag(const struct room *room)
{
	struct flag *flag = NULL;
	struct error err = {0};

	if (flag_open(&flag, &room->conf, NULL, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	return flag;
}

/* The names of variables that hold secrets; one is of another kind, so it is "". */
static void fill_conf(struct room *room)
{
	static char names[][16] = {"SECRET_URI", "SECRET_STUDIO", "SECRET_VAL", "SECRET_S3",
				   "",		 "command"};

	room->conf = (struct conf){.uri_env = names[0],
				   .studio_password_env = names[1],
				   .val_secret_env = names[2],
				   .credentials_env = names[3],
				   .flag_password_env = names[4],
				   .flag_kind = names[5],
				   .flag_program = room->program,
				   .flag_timeout = 20000};
}

static int setup(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	assert_non_null(room);
	snprintf(room->folder, sizeof(room->folder), "/tmp/flag.XXXXXX");
	assert_non_null(mkdtemp(room->folder));
	snprintf(room->program, sizeof(room->program), "%s/the flag", room->folder);
	snprintf(room->out, sizeof(room->out), "%s/out", room->folder);
	fill_conf(room);
	setenv("FLAG_OUT", room->out, 1);
	room->flag = open_flag(room);
	*state = room;
	return 0;
}

static int teardown(void **state)
{
	struct room *room = *state;

	flag_free(room->flag);
	unlink(room->program);
	unlink(room->out);
	assert_int_equal(rmdir(room->folder), 0);
	/* no zombie is left */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	free(room);
	return 0;
}

static void write_file(const struct room *room, const char *text)
{
	FILE *file = fopen(room->program, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(room->program, 0700), 0);
}

static void write_program(const struct room *room, const char *script)
{
	char text[1024];

	assert_true(snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", script) < (int)sizeof(text));
	write_file(room, text);
}

static char *read_out(const struct room *room)
{
	static char text[16384];
	FILE *file = fopen(room->out, "re");
	size_t len = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

	if (file)
		fclose(file);
	text[len] = '\0';
	return text;
}

static struct flag_state show(const struct room *room, const char *course)
{
	struct flag_state state;
	struct error err = {0};

	memset(&state, 0xAA, sizeof(state));
	if (room->flag->ops->show(room->flag, &course, 1, &state, &err) != RESULT_OK)
		fail_msg("%s", err.text);
	assert_int_equal(state.own, FLAG_UNKNOWN);
	assert_int_equal(state.global, FLAG_UNKNOWN);
	assert_false(state.has_row);
	return state;
}

static enum result set(const struct room *room, bool on, struct error *err)
{
	*err = (struct error){0};
	return room->flag->ops->set(room->flag, COURSE, on, err);
}

/* ---- arguments and answers ----------------------------------------------------------------*/

static void program_gets_verb_and_key_and_no_shell_sees_them(void **state)
{
	static const char *const hostile = "course-v1:$(touch hit)+`touch hit`;x '\"* ~+R";
	struct room *room = *state;
	struct error err;

	write_program(room, "printf '<%s>' \"$#\" \"$@\" >>\"$FLAG_OUT\"; echo; echo off");
	room->flag->ops->show(room->flag, &hostile, 1, &(struct flag_state){0}, &err);
	assert_int_equal(set(room, true, &err), RESULT_OK);
	assert_int_equal(set(room, false, &err), RESULT_OK);
	assert_string_equal(read_out(room),
			    "<2><show><course-v1:$(touch hit)+`touch hit`;x '\"* ~+R>"
			    "<2><on><" COURSE "><2><off><" COURSE ">");
}

static void first_word_of_the_answer_counts(void **state)
{
	static const struct {
		const char *script;
		enum flag_value value;
	} cases[] = {
	    {"echo on", FLAG_ON},
	    {"echo off", FLAG_OFF},
	    {"printf on", FLAG_ON},
	    {"printf ' \\toff\\r\\n'", FLAG_OFF},
	    {"echo on since May; echo off", FLAG_ON},
	    {"echo a warning >&2; echo on", FLAG_ON},
	    {"echo; echo on", FLAG_UNKNOWN},
	    {"echo On", FLAG_UNKNOWN},
	    {"echo only", FLAG_UNKNOWN},
	    {"echo o", FLAG_UNKNOWN},
	    {"printf 'on\\0'", FLAG_UNKNOWN},
	    {"echo on >&2", FLAG_UNKNOWN},
	    {"true", FLAG_UNKNOWN},
	    {"echo on; exit 1", FLAG_UNKNOWN},
	    {"echo off; exit 77", FLAG_UNKNOWN},
	    {"echo on; kill -KILL $$", FLAG_UNKNOWN},
	};
	struct room *room = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct flag_state s;

		write_program(room, cases[i].script);
		s = show(room, COURSE);
		if (s.effective != cases[i].value)
			fail_msg("%s: %s", cases[i].script, flag_value_name(s.effective));
		if (!*s.note != (s.effective != FLAG_UNKNOWN))
			fail_msg("%s: \"%s\"", cases[i].script, s.note);
	}
}

static void what_is_not_understood_is_shown_in_its_words(void **state)
{
	struct room *room = *state;

	write_program(room, "echo no such course; echo '  really ' >&2; exit 3");
	assert_string_equal(show(room, COURSE).note, "exit status 3: no such course really");
	write_program(room, "echo maybe");
	assert_string_equal(show(room, COURSE).note, "neither on nor off, exit status 0: maybe");
	write_program(room, "kill -TERM $$");
	assert_string_equal(show(room, COURSE).note, "ended by signal 15");
}

static void several_courses_are_asked_one_by_one(void **state)
{
	static const char *const courses[] = {"a/b/on", "a/b/off", "a/b/else"};
	struct room *room = *state;
	struct flag_state states[3];

	write_program(room, "echo \"${2##*/}\"");
	assert_int_equal(room->flag->ops->show(room->flag, courses, 3, states, NULL), RESULT_OK);
	assert_int_equal(states[0].effective, FLAG_ON);
	assert_int_equal(states[1].effective, FLAG_OFF);
	assert_int_equal(states[2].effective, FLAG_UNKNOWN);
}

static void exit_status_says_what_became_of_a_switch(void **state)
{
	static const struct {
		const char *script;
		enum result result;
		const char *words;
	} cases[] = {
	    {"exit 0", RESULT_OK, ""},
	    {"echo not in the catalogue; exit 1", RESULT_REFUSED,
	     "exit status 1: not in the catalogue"},
	    {"exit 2", RESULT_UNKNOWN, "exit status 2"},
	    {"echo traceback >&2; exit 255", RESULT_UNKNOWN, "exit status 255: traceback"},
	    {"kill -9 $$", RESULT_UNKNOWN, "ended by signal 9"},
	};
	struct room *room = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err;

		write_program(room, cases[i].script);
		assert_int_equal(set(room, false, &err), cases[i].result);
		if (!strstr(err.text, cases[i].words))
			fail_msg("\"%s\" of: %s", err.text, cases[i].script);
		assert_true(cases[i].result == RESULT_OK || strstr(err.text, room->program));
	}
}

static void words_are_harmless_and_cut_on_a_character(void **state)
{
	struct room *room = *state;
	struct flag_state s;
	struct error err;

	write_program(room, "printf '\\033]0;pwned\\007\\033[2J\\0x\\377\\n\\302\\233y'; exit 4");
	s = show(room, COURSE);
	for (const char *c = s.note; *c; c++)
		assert_false((unsigned char)*c < ' ' || *c == 0x7f);
	assert_non_null(strstr(s.note, "\xE2\x90\x9B]0;pwned"));
	assert_null(strstr(s.note, "\xC2\x9B"));
	write_program(room, "i=0; while [ $i -lt 400 ]; do printf '\\342\\202\\254x'; i=$((i+1)); "
			    "done; exit 1");
	s = show(room, COURSE);
	assert_true(strlen(s.note) > 150 && strlen(s.note) < sizeof(s.note));
	assert_true(text_is_utf8(s.note, strlen(s.note)));
	assert_int_equal(set(room, true, &err), RESULT_REFUSED);
	assert_true(strlen(err.text) > 300);
	assert_true(text_is_utf8(err.text, strlen(err.text)));
}

static void much_output_neither_blocks_nor_is_kept(void **state)
{
	struct room *room = *state;

	write_program(room, "echo off; head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2");
	assert_int_equal(show(room, COURSE).effective, FLAG_OFF);
}

/* ---- what it is started with --------------------------------------------------------------*/

static void secrets_are_not_in_its_environment(void **state)
{
	static const char *const secrets[] = {
	    "SECRET_URI",	       "SECRET_STUDIO",		      "SECRET_VAL",
	    "SECRET_S3_ACCESS_KEY_ID", "SECRET_S3_SECRET_ACCESS_KEY", "SECRET_S3_SESSION_TOKEN"};
	struct room *room = *state;
	const char *seen;

	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
		setenv(secrets[i], "hunter2", 1);
	setenv("SECRET_VALUE_OF_MINE", "kept", 1);
	flag_free(room->flag);
	room->flag = open_flag(room);
	write_program(room, "env >\"$FLAG_OUT\"; echo on");
	assert_int_equal(show(room, COURSE).effective, FLAG_ON);
	seen = read_out(room);
	assert_null(strstr(seen, "hunter2"));
	assert_non_null(strstr(seen, "SECRET_VALUE_OF_MINE=kept"));
	assert_non_null(strstr(seen, "PATH="));
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
		unsetenv(secrets[i]);
	unsetenv("SECRET_VALUE_OF_MINE");
}

/* Standard input, folder, session, open files and signals are as promised. */
static void program_inherits_nothing_of_ours(void **state)
{
	struct room *room = *state;
	struct sigaction ignore = {.sa_handler = SIG_IGN}, former;
	int fd = open("/dev/null", O_RDONLY), pipe_fds[2];
	sigset_t all, before;
	const char *seen, *ignored;
	struct flag_state said;

	assert_int_equal(pipe(pipe_fds), 0); /* of somebody who forgot O_CLOEXEC */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	sigaction(SIGPIPE, &ignore, &former);
	write_program(room,
		      "{ pwd; readlink /proc/$$/fd/0\n"
		      /* no pipeline: the shell itself would have its ends open for a moment */
		      "for f in /proc/$$/fd/*; do [ -L \"$f\" ] && printf '%s ' ${f##*/}; done; echo\n"
		      "set -- $(sed 's/.*) //' /proc/$$/stat); [ $3 = $4 ] && [ $5 = 0 ] && echo \"session $4\"; } "
		      ">\"$FLAG_OUT\"; echo on");
	assert_int_equal(show(room, COURSE).effective, FLAG_ON);
	seen = read_out(room);
	/* of a program that is no shell: those put their signals right themselves */
	write_file(room, "#!/bin/grep -hsEe^Sig(Blk|Ign):\n");
	said = show(room, "/proc/self/status");
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	sigaction(SIGPIPE, &former, NULL);
	close(fd);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	assert_int_equal(strncmp(seen, "/\n/dev/null\n", 12), 0);
	assert_non_null(strstr(seen, "\nsession "));
	assert_int_not_equal(strtol(strstr(seen, "\nsession ") + 9, NULL, 10), getsid(0));
	/* those above 31 are the C library's own */
	ignored = strstr(said.note, "SigBlk: 0000000000000000 SigIgn: ");
	if (!ignored)
		fail_msg("%s", said.note);
	assert_int_equal(strtoull(strrchr(ignored, ':') + 1, NULL, 16) & 0x7FFFFFFF, 0);
	/* 10 or the like is the script itself, as its shell has it open */
	for (const char *number = seen + 12; *number != '\n'; number += strcspn(number, " ") + 1)
		assert_true(strtol(number, NULL, 10) <= 2 || strtol(number, NULL, 10) >= 10);
}

/* ---- time ---------------------------------------------------------------------------------*/

static int64_t now(void)
{
	return clock_now(clock_system());
}

/* The process whose number the program wrote is gone: it was killed and reaped by somebody. */
static void expect_gone(const struct room *room)
{
	pid_t pid = (pid_t)strtol(read_out(room), NULL, 10);

	assert_true(pid > 1);
	for (int i = 0; i < 500 && !kill(pid, 0); i++) {
		char path[64], line[256] = "";
		FILE *file;

		/* without an init that reaps, an orphan stays a zombie */
		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
		file = fopen(path, "re");
		if (file && fgets(line, sizeof(line), file) && strstr(line, ") Z ")) {
			fclose(file);
			return;
		}
		if (file)
			fclose(file);
		usleep(10000);
	}
	assert_int_equal(kill(pid, 0), -1);
}

static void reopen_with_timeout(struct room *room, int64_t timeout)
{
	flag_free(room->flag);
	room->conf.flag_timeout = timeout;
	room->flag = open_flag(room);
}

static void slow_program_is_stopped_with_all_it_started(void **state)
{
	struct room *room = *state;
	struct error err;
	int64_t begin = now();

	reopen_with_timeout(room, 300);
	write_program(room, "sleep 600 & echo $! >\"$FLAG_OUT\"; echo wait; sleep 600; echo on");
	assert_string_equal(show(room, COURSE).note,
			    "not done within 0.3 s, so it was stopped: wait");
	assert_true(now() - begin >= 300 && now() - begin < 15000);
	expect_gone(room);
	assert_int_equal(set(room, true, &err), RESULT_UNKNOWN);
	assert_non_null(strstr(err.text, "not done within 0.3 s"));
}

static void program_that_ignores_term_is_killed(void **state)
{
	struct room *room = *state;
	int64_t begin = now();

	reopen_with_timeout(room, 300);
	write_program(room, "trap '' TERM; echo $$ >\"$FLAG_OUT\"; echo on; while :; do sleep 1; done");
	assert_int_equal(show(room, COURSE).effective, FLAG_UNKNOWN);
	assert_true(now() - begin >= 2300 && now() - begin < 20000);
	expect_gone(room);
}

static void child_that_ignores_term_is_killed_too(void **state)
{
	struct room *room = *state;

	reopen_with_timeout(room, 300);
	write_program(room, "(trap '' TERM; while :; do sleep 1; done) & echo $! >\"$FLAG_OUT\"; wait");
	assert_int_equal(show(room, COURSE).effective, FLAG_UNKNOWN);
	expect_gone(room);
}

static void program_that_cleans_up_at_term_has_the_time(void **state)
{
	struct room *room = *state;

	reopen_with_timeout(room, 300);
	write_program(room, "trap 'echo rolled back; exit 0' TERM; sleep 600 & wait");
	assert_string_equal(show(room, COURSE).note,
			    "not done within 0.3 s, so it was stopped: rolled back");
}

/* Its end is the end, whoever still holds its output. */
static void what_it_leaves_in_the_background_is_not_waited_for(void **state)
{
	struct room *room = *state;
	int64_t begin = now();

	write_program(room, "sleep 600 & echo $! >\"$FLAG_OUT\"; echo on");
	assert_int_equal(show(room, COURSE).effective, FLAG_ON);
	assert_true(now() - begin < 15000);
	kill((pid_t)strtol(read_out(room), NULL, 10), SIGKILL);
}

static void hanging_program_is_asked_once(void **state)
{
	static const char *const courses[] = {"a/b/on", "a/b/hangs", "a/b/off", "a/b/other"};
	struct room *room = *state;
	struct flag_state states[4];

	memset(states, 0xAA, sizeof(states));
	reopen_with_timeout(room, 500);
	write_program(room, "echo $2 >>\"$FLAG_OUT\"; [ $2 = a/b/hangs ] && exec sleep 600; echo \"${2##*/}\"");
	assert_int_equal(room->flag->ops->show(room->flag, courses, 4, states, NULL), RESULT_OK);
	assert_int_equal(states[0].effective, FLAG_ON);
	assert_int_equal(states[1].effective, FLAG_UNKNOWN);
	assert_non_null(strstr(states[1].note, "not done within 0.5 s"));
	for (int i = 2; i < 4; i++) {
		assert_int_equal(states[i].effective, FLAG_UNKNOWN);
		assert_string_equal(states[i].note, "not asked, after no answer for a/b/hangs");
	}
	assert_string_equal(read_out(room), "a/b/on\na/b/hangs\n");
}

/* ---- patience -----------------------------------------------------------------------------*/

struct waiting {
	struct room *room;
	struct patience patience;
	bool sets;
	int64_t grace;
	enum result result;
	struct error err;
	int64_t ended;
};

static void *wait_for_it(void *arg)
{
	struct waiting *w = arg;
	const char *course = COURSE;
	struct flag_state state;

	patience_heed(&w->patience);
	patience_grant(w->grace);
	w->result = w->sets ? set(w->room, true, &w->err)
			    : w->room->flag->ops->show(w->room->flag, &course, 1, &state, &w->err);
	w->ended = now();
	patience_heed(NULL);
	return NULL;
}

static pid_t wait_for_pid(const struct room *room)
{
	for (int i = 0; i < 2000; i++) {
		const char *text = read_out(room);

		if (strchr(text, '\n'))
			return (pid_t)strtol(text, NULL, 10);
		usleep(5000);
	}
	fail_msg("the program did not start");
	return 0;
}

/* How long it took from the end of patience. */
static int64_t give_up(struct waiting *w)
{
	int64_t begin;
	pthread_t thread;

	pthread_create(&thread, NULL, wait_for_it, w);
	wait_for_pid(w->room);
	begin = now();
	patience_end(&w->patience);
	pthread_join(thread, NULL);
	return w->ended - begin;
}

static void who_waits_for_it_may_give_up(void **state)
{
	struct waiting shows = {.room = *state}, sets = {.room = *state, .sets = true};
	int64_t took;

	write_program(*state, "sleep 600 & echo $! >\"$FLAG_OUT\"; sleep 600");
	took = give_up(&shows);
	if (took > 1500)
		fail_msg("%lld ms", (long long)took);
	assert_int_equal(shows.result, RESULT_CANCELED);
	expect_gone(*state);
	unlink(shows.room->out);
	give_up(&sets);
	/* what it has done by then nobody knows */
	assert_int_equal(sets.result, RESULT_UNKNOWN);
	assert_non_null(strstr(sets.err.text, "given up"));
	expect_gone(*state);
}

/* What was begun has the grace, and ends well within it. */
static void what_was_granted_is_waited_for(void **state)
{
	struct waiting w = {.room = *state, .sets = true, .grace = 15000};

	write_program(*state, "echo $$ >\"$FLAG_OUT\"; sleep 1");
	assert_true(give_up(&w) >= 900);
	assert_int_equal(w.result, RESULT_OK);
}

/* ---- and when we die ----------------------------------------------------------------------*/

/* Runs the program in a process that is killed as soon as it has written a line. */
static void die_with(struct room *room, int signal)
{
	pid_t pid;

	unlink(room->out);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct error err;

		set(room, true, &err);
		_exit(0);
	}
	wait_for_pid(room);
	kill(pid, signal);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void program_does_not_outlive_us(void **state)
{
	struct room *room = *state;

	write_program(room, "echo $$ >\"$FLAG_OUT\"; sleep 600");
	die_with(room, SIGKILL);
	expect_gone(room);
	write_program(room, "sleep 600 & echo $! >\"$FLAG_OUT\"; sleep 600");
	die_with(room, SIGKILL);
	expect_gone(room);
	/* and neither do those of its children that do not obey, nor with whole groups of ours */
	write_program(room, "(trap '' TERM HUP INT; while :; do sleep 1; done) & echo $! >\"$FLAG_OUT\"; wait");
	die_with(room, SIGTERM);
	expect_gone(room);
}

/* The guard is found by its name, as the parent of the program. */
static pid_t parent_of(pid_t pid)
{
	char path[64], line[512] = "";
	int parent = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	fclose(file);
	assert_int_equal(sscanf(strrchr(line, ')') + 1, " %*c %d", &parent), 1);
	return parent;
}

static void program_does_not_outlive_its_guard(void **state)
{
	struct waiting w = {.room = *state, .sets = true};
	pthread_t thread;
	pid_t guard;

	write_program(*state, "echo $$ >\"$FLAG_OUT\"; exec sleep 600");
	pthread_create(&thread, NULL, wait_for_it, &w);
	guard = parent_of(wait_for_pid(*state));
	assert_int_not_equal(guard, getpid());
	kill(guard, SIGKILL);
	pthread_join(thread, NULL);
	assert_int_equal(w.result, RESULT_UNKNOWN);
	assert_non_null(strstr(w.err.text, "nobody can tell how it ended"));
	expect_gone(*state);
}

static int open_files(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void no_file_is_left_open(void **state)
{
	struct room *room = *state;
	const char *course = COURSE;
	struct flag_state s;
	int before = open_files();

	assert_int_equal(room->flag->ops->show(room->flag, &course, 1, &s, NULL), RESULT_UNREACHABLE);
	write_program(room, "echo on");
	show(room, COURSE);
	reopen_with_timeout(room, 100);
	write_program(room, "exec sleep 600");
	show(room, COURSE);
	assert_int_equal(open_files(), before);
}

static void *show_often(void *arg)
{
	const struct room *room = arg;

	for (int i = 0; i < 8; i++)
		assert_int_equal(show(room, "a/b/on").effective, FLAG_ON);
	return NULL;
}

static void several_threads_ask_at_once(void **state)
{
	struct room *room = *state;
	pthread_t threads[4];

	write_program(room, "echo ${2##*/}; echo more >&2");
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, show_often, room);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

/* ---- a program that cannot be started -----------------------------------------------------*/

static void program_that_cannot_be_started_is_told(void **state)
{
	struct room *room = *state;
	const char *course = COURSE;
	struct flag_state s;
	struct error err = {0};

	assert_int_equal(room->flag->ops->probe(room->flag, &err), RESULT_MISSING);
	assert_int_equal(room->flag->ops->show(room->flag, &course, 1, &s, &err),
			 RESULT_UNREACHABLE);
	assert_non_null(strstr(err.text, "cannot start"));
	assert_non_null(strstr(err.text, "No such file"));
	write_program(room, "echo on >>\"$FLAG_OUT\"");
	assert_int_equal(room->flag->ops->probe(room->flag, &err), RESULT_OK);
	assert_string_equal(read_out(room), ""); /* it was not started */
	chmod(room->program, 0600);
	assert_int_equal(room->flag->ops->probe(room->flag, &err), RESULT_REFUSED);
	assert_int_equal(set(room, false, &err), RESULT_UNREACHABLE);
	assert_non_null(strstr(err.text, "Permission denied"));
	unlink(room->program);
	mkdir(room->program, 0700);
	assert_int_equal(room->flag->ops->probe(room->flag, &err), RESULT_INVALID);
	rmdir(room->program);
}

int main(void)
{
#define IN_ROOM(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    IN_ROOM(program_gets_verb_and_key_and_no_shell_sees_them),
	    IN_ROOM(first_word_of_the_answer_counts),
	    IN_ROOM(what_is_not_understood_is_shown_in_its_words),
	    IN_ROOM(several_courses_are_asked_one_by_one),
	    IN_ROOM(exit_status_says_what_became_of_a_switch),
	    IN_ROOM(words_are_harmless_and_cut_on_a_character),
	    IN_ROOM(much_output_neither_blocks_nor_is_kept),
	    IN_ROOM(secrets_are_not_in_its_environment),
	    IN_ROOM(program_inherits_nothing_of_ours),
	    IN_ROOM(slow_program_is_stopped_with_all_it_started),
	    IN_ROOM(program_that_ignores_term_is_killed),
	    IN_ROOM(child_that_ignores_term_is_killed_too),
	    IN_ROOM(program_that_cleans_up_at_term_has_the_time),
	    IN_ROOM(what_it_leaves_in_the_background_is_not_waited_for),
	    IN_ROOM(hanging_program_is_asked_once),
	    IN_ROOM(who_waits_for_it_may_give_up),
	    IN_ROOM(what_was_granted_is_waited_for),
	    IN_ROOM(program_does_not_outlive_us),
	    IN_ROOM(program_does_not_outlive_its_guard),
	    IN_ROOM(no_file_is_left_open),
	    IN_ROOM(several_threads_ask_at_once),
	    IN_ROOM(program_that_cannot_be_started_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
