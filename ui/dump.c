#include "config.h"

#include "ui/dump.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "src/base/buf.h"
#include "src/base/signals.h"

#define PATIENCE 2000 /* ms that the console's end waits for a file */

/* Shared by the console and its writer; who drops it last frees it. */
struct dump_job {
	atomic_int owners;
	atomic_bool done;
	int failed; /* errno, once done; 0 */
	int64_t since;
	char *text, *path;	  /* what is written where */
	char typed[PROMPT_BYTES]; /* as the operator wrote that */
};

/* ---- the text -----------------------------------------------------------------------------*/

static void add_utf8(struct buf *out, uint32_t c)
{
	if (c >= 0x10000)
		buf_add_char(out, (char)(0xF0 | c >> 18));
	if (c >= 0x800)
		buf_add_char(out, (char)(c >= 0x10000 ? 0x80 | (c >> 12 & 63) : 0xE0 | c >> 12));
	if (c >= 0x80)
		buf_add_char(out, (char)(c >= 0x800 ? 0x80 | (c >> 6 & 63) : 0xC0 | c >> 6));
	buf_add_char(out, (char)(c >= 0x80 ? 0x80 | (c & 63) : c));
}

/* Adds the cell at @y, @x; returns how many columns it takes. */
static int add_cell(struct buf *out, int y, int x)
{
	wchar_t wide[CCHARW_MAX + 1] = {0};
	attr_t attributes;
	short pair;
	cchar_t cell;
	int width;

	if (mvin_wch(y, x, &cell) != OK || getcchar(&cell, wide, &attributes, &pair, NULL) != OK ||
	    !wide[0]) {
		buf_add_text(out, " ");
		return 1;
	}
	for (size_t i = 0; wide[i]; i++)
		add_utf8(out, (uint32_t)wide[i]);
	width = wcwidth(wide[0]);
	return width > 0 ? width : 1;
}

static void drop_blanks(struct buf *out)
{
	while (out->len > 0 && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
}

/* What stands on the screen, below a line that says of what and when; NULL without memory. */
static char *screen_text(const struct console *console)
{
	struct buf out = BUF_INIT;

	buf_printf(&out, "subferry, campus %s, %s, %dx%d\n", console->now->campus,
		   figure_instant(console_wall(console)).text, COLS, LINES);
	for (int y = 0; y < LINES; y++) {
		for (int x = 0; x < COLS;)
			x += add_cell(&out, y, x);
		drop_blanks(&out);
		buf_add_text(&out, "\n");
	}
	return buf_take(&out);
}

/* ---- the writer ---------------------------------------------------------------------------*/

static void drop_job(struct dump_job *job)
{
	if (atomic_fetch_sub(&job->owners, 1) != 1)
		return;
	free(job->text);
	free(job->path);
	free(job);
}

/* The errno, 0 if all is written. What is written in part is taken away again: it was not there
   before. */
static int write_file(const char *path, const char *text)
{
	size_t left = strlen(text);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), failed = 0;

	if (fd < 0)
		return errno;
	while (left > 0 && !failed) {
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno != EINTR)
			failed = errno;
		text += n > 0 ? n : 0;
		left -= n > 0 ? (size_t)n : 0;
	}
	if (close(fd) < 0 && !failed)
		failed = errno;
	if (failed)
		unlink(path);
	return failed;
}

static void *writer_main(void *arg)
{
	struct dump_job *job = arg;

	job->failed = write_file(job->path, job->text);
	atomic_store(&job->done, true);
	drop_job(job);
	return NULL;
}

static int start_writer(struct dump_job *job)
{
	sigset_t all, before;
	pthread_t thread;
	int failed;

	signals_for_threads(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	failed = pthread_create(&thread, NULL, writer_main, job);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!failed)
		pthread_detach(thread);
	return failed;
}

/* "~/x" is in the home directory. Without memory NULL. */
static char *path_of(const char *typed)
{
	const char *home = getenv("HOME");
	char *path = NULL;

	if (strncmp(typed, "~/", 2) != 0 || !home || !*home)
		return strdup(typed);
	return asprintf(&path, "%s%s", home, typed + 1) < 0 ? NULL : path;
}

/* ---- asking and telling -------------------------------------------------------------------*/

static void ask(struct console *console, const char *question, const char *path, char *text)
{
	struct prompt *prompt = &console->prompt;

	prompt_text(prompt, PROMPT_DUMP, path, sizeof(prompt->text));
	snprintf(prompt->question, sizeof(prompt->question), "%s", question);
	prompt->dump = text;
}

void dump_ask(struct console *console)
{
	time_t now = (time_t)(console_wall(console) / 1000000);
	struct tm tm = {0};
	char name[64], *text;

	if (console->dump) {
		console_note(console, ROLE_WARNING, "the screen before is still being written");
		return;
	}
	if (console->screen_is_old)
		console_draw(console);
	text = screen_text(console);
	if (!text) {
		console_note(console, ROLE_ERROR, "out of memory: nothing was written");
		return;
	}
	localtime_r(&now, &tm);
	strftime(name, sizeof(name), "subferry-%Y%m%d-%H%M%S.txt", &tm);
	ask(console, "write the screen to: ", name, text);
}

void dump_write(struct console *console)
{
	struct prompt *prompt = &console->prompt;
	struct dump_job *job = prompt->text[0] ? calloc(1, sizeof(*job)) : NULL;
	int failed = ENOMEM;

	if (!prompt->text[0]) {
		console_note(console, ROLE_NORMAL, "nothing was written");
		prompt_close(prompt);
		return;
	}
	if (job) {
		atomic_init(&job->owners, 2);
		atomic_init(&job->done, false);
		job->since = console_clock(console);
		memcpy(job->typed, prompt->text, sizeof(job->typed));
		job->path = path_of(prompt->text);
		job->text = prompt->dump;
		prompt->dump = NULL;
		failed = job->path ? start_writer(job) : ENOMEM;
	}
	if (!failed) {
		console->dump = job;
		console_note(console, ROLE_NORMAL, "writing %s", job->typed);
	} else {
		console_note(console, ROLE_ERROR, "nothing was written: %s", strerror(failed));
		if (job) {
			atomic_store(&job->owners, 1);
			drop_job(job);
		}
	}
	prompt_close(prompt);
}

void dump_news(struct console *console)
{
	struct dump_job *job = console->dump;

	if (!job || !atomic_load(&job->done))
		return;
	if (!job->failed) {
		console_note(console, ROLE_GOOD, "the screen is in %s", job->typed);
	} else if (job->failed != EEXIST || console->prompt.kind != PROMPT_NONE) {
		console_note(console, ROLE_ERROR, "not written: %s: %s", strerror(job->failed),
			     job->typed);
	} else {
		console_note(console, ROLE_WARNING, "there is a file of that name, and it stays: %s",
			     job->typed);
		ask(console, "write the screen to another file: ", job->typed, job->text);
		job->text = NULL;
	}
	console->dump = NULL;
	drop_job(job);
}

bool dump_goes_on(const struct console *console)
{
	return console->dump && console_clock(console) - console->dump->since < PATIENCE;
}

void dump_leave(struct console *console)
{
	if (console->dump)
		drop_job(console->dump);
	console->dump = NULL;
}
