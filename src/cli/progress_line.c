#include "config.h"

#include "src/cli/progress_line.h"

#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <unistr.h>
#include <uniwidth.h>

#include "src/base/figures.h"
#include "src/base/text.h"
#include "src/cli/out.h"

#define REWRITE_EVERY 200 /* ms: on a terminal */
#define TELL_EVERY 60000  /* ms: elsewhere */
#define WIPE "\r\033[J"	  /* what a narrower window has wrapped stands below */
#define APART "  "

/* ---- the text -----------------------------------------------------------------------------*/

/* In the order they are told. */
enum part { COURSES, TRANSCRIPTS, RATE, FAILED, WAITS, END, PARTS };

struct parts {
	char text[PARTS][sizeof(((struct progress_figures *)0)->waits)];
};

static int cells_of(const char *text)
{
	return u8_strwidth((const uint8_t *)text, "UTF-8");
}

static void make_end(const struct progress_figures *f, int64_t wall, bool ascii, char *out, size_t size)
{
	char end[128];

	if (!f->low) {
		snprintf(out, size, "%s%s", f->unknown && *f->unknown ? "end: " : "",
			 f->unknown ? f->unknown : "");
		return;
	}
	figure_end(f->low, f->high, wall, ascii ? "-" : "\xE2\x80\x93", end, sizeof(end));
	snprintf(out, size, "done %s", end);
}

static void make_parts(const struct progress_figures *f, int64_t wall, bool ascii, struct parts *parts)
{
	const size_t size = sizeof(parts->text[0]);

	memset(parts, 0, sizeof(*parts));
	snprintf(parts->text[COURSES], size, "%s%s%s of %s course%s", f->done_as ? f->done_as : "",
		 f->done_as ? " " : "", figure_number(f->done).text, figure_number(f->courses).text,
		 f->courses == 1 ? "" : "s");
	text_safe_to(parts->text[WAITS], size, f->waits);
	if (f->done_as)
		return;
	snprintf(parts->text[TRANSCRIPTS], size, "%s of %s transcripts",
		 figure_number(f->in_val).text, figure_number(f->expected).text);
	if (f->failed)
		snprintf(parts->text[FAILED], size, "%s failed", figure_number(f->failed).text);
	if (*f->waits)
		return;
	if (f->rate >= 0)
		snprintf(parts->text[RATE], size, "%s", figure_rate(f->rate).text);
	make_end(f, wall, ascii, parts->text[END], size);
}

/* The parts one behind the other, where @out is not NULL; returns their cells. */
static int join(const struct parts *parts, char *out, size_t size)
{
	int cells = 0;

	for (int i = 0; i < PARTS; i++) {
		size_t len = out ? strlen(out) : 0;

		if (!*parts->text[i])
			continue;
		if (out)
			snprintf(out + len, size - len, "%s%s", cells ? APART : "", parts->text[i]);
		cells += cells_of(parts->text[i]) + (cells ? (int)strlen(APART) : 0);
	}
	return cells;
}

/* One character less; true until there is none. */
static bool shorten(char *text)
{
	size_t len = strlen(text);

	text[len ? text_cut(text, len, len - 1) : 0] = '\0';
	return len;
}

/* What an operator misses least goes first; a reason is understood from its beginning, too. */
static void fit(struct parts *parts, int cells)
{
	static const enum part order[] = {RATE, TRANSCRIPTS, FAILED, END};

	for (size_t i = 0; i < sizeof(order) / sizeof(*order) && join(parts, NULL, 0) > cells; i++)
		if (!*parts->text[WAITS] || order[i] == RATE || order[i] == TRANSCRIPTS)
			*parts->text[order[i]] = '\0';
	while (join(parts, NULL, 0) > cells && shorten(parts->text[WAITS]))
		;
	while (join(parts, NULL, 0) > cells && shorten(parts->text[COURSES]))
		;
}

static void make_ascii(char *text)
{
	char *to = text;

	for (const char *at = text; *at; at++)
		if ((unsigned char)*at < 0x80)
			*to++ = *at;
		else if ((unsigned char)*at >= 0xC0)
			*to++ = '?';
	*to = '\0';
}

void progress_text(const struct progress_figures *f, int64_t wall, int cells, bool ascii, char *out,
		   size_t size)
{
	struct parts parts;

	make_parts(f, wall, ascii, &parts);
	fit(&parts, cells);
	*out = '\0';
	join(&parts, out, size);
	if (ascii)
		make_ascii(out);
}

/* ---- on a terminal ------------------------------------------------------------------------*/

static volatile sig_atomic_t drawn;
static struct sigaction stop_before; /* what ^Z did */

static void put(const char *text, size_t len)
{
	int saved = errno;

	/* a terminal that is gone is no reason to stop: the handler of SIGHUP sees to that */
	if (write(STDERR_FILENO, text, len) < 0)
		errno = saved;
}

void progress_line_wipe(void)
{
	if (drawn)
		put(WIPE, strlen(WIPE));
	drawn = 0;
}

/* ^Z: the shell's prompt begins on a clean line. */
static void on_stop(int number)
{
	(void)number;
	progress_line_wipe();
	raise(SIGSTOP);
}

/* Another program, the shell, writes to the terminal while we are in the background. */
static bool is_in_foreground(void)
{
	pid_t group = tcgetpgrp(STDERR_FILENO);

	return group < 0 || group == getpgrp();
}

static int width(void)
{
	struct winsize size;

	return !ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col ? size.ws_col : 80;
}

static void redraw(struct progress_line *line, const struct progress_figures *figures)
{
	char text[sizeof(line->text)], all[sizeof(line->text) + 8];

	if (!is_in_foreground())
		return;
	progress_text(figures, clock_wall(line->clock), width(), line->ascii, text, sizeof(text));
	if (drawn && !strcmp(text, line->text))
		return;
	snprintf(line->text, sizeof(line->text), "%s", text);
	snprintf(all, sizeof(all), WIPE "%s\r", text); /* up to the last column: wiped before */
	drawn = 1; /* before it is true: a signal may come between */
	put(all, strlen(all));
}

/* Standard output may be another terminal, too: wiped once too often does no harm. */
static void before_line(bool on_error)
{
	if (on_error || isatty(STDOUT_FILENO))
		progress_line_wipe();
}

static bool is_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

/* ---- elsewhere ----------------------------------------------------------------------------*/

static bool is_same(const struct progress_figures *a, const struct progress_figures *b)
{
	return a->done == b->done && a->courses == b->courses && a->in_val == b->in_val &&
	       a->expected == b->expected && a->failed == b->failed && !strcmp(a->waits, b->waits);
}

static void tell(struct progress_line *line, const struct progress_figures *figures)
{
	char text[sizeof(line->text)];

	if (is_same(figures, &line->last))
		return;
	progress_text(figures, clock_wall(line->clock), sizeof(text), line->ascii, text, sizeof(text));
	out_complain("progress: %s", text);
	line->last = *figures;
}

/* ---- both ---------------------------------------------------------------------------------*/

void progress_line_open(struct progress_line *line, struct clock *clock)
{
	struct sigaction stop = {.sa_handler = on_stop, .sa_flags = SA_RESTART};

	memset(line, 0, sizeof(*line));
	line->clock = clock;
	line->terminal = is_terminal();
	line->ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	line->every = line->terminal ? REWRITE_EVERY : TELL_EVERY;
	line->next = clock_now(clock) + (line->terminal ? 0 : line->every);
	if (!line->terminal)
		return;
	sigemptyset(&stop.sa_mask);
	sigaction(SIGTSTP, NULL, &stop_before);
	if (stop_before.sa_handler != SIG_IGN) /* started without job control */
		sigaction(SIGTSTP, &stop, NULL);
	out_before_lines(before_line);
}

bool progress_line_is_due(struct progress_line *line)
{
	return clock_now(line->clock) >= line->next;
}

void progress_line_show(struct progress_line *line, const struct progress_figures *figures)
{
	line->next = clock_now(line->clock) + line->every;
	if (line->terminal)
		redraw(line, figures);
	else
		tell(line, figures);
}

void progress_line_close(struct progress_line *line)
{
	if (!line->terminal)
		return;
	progress_line_wipe();
	out_before_lines(NULL);
	sigaction(SIGTSTP, &stop_before, NULL);
	line->terminal = false;
}
