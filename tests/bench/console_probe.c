/*
 * console_probe ROWS COLS COMMAND... - a pair of eyes with a stopwatch: runs COMMAND on a
 * pseudo-terminal, presses keys and measures when the screen shows what they did.
 *
 * Reads orders from standard input, one a line, and answers each with one line:
 *
 *	wait MS TEXT	until TEXT is on the screen: milliseconds since the command began, or "never"
 *	keys N GAP A B	presses A and B in turn, N times in all, GAP ms after the answer to the one
 *			before; a key has arrived when the marked row (its place or its text)
 *			is another one: "N lost L" and then N latencies in microseconds
 *	type GAP TEXT	types TEXT; a character has arrived when the last line shows what was
 *			typed: as above
 *	narrow GAP TEXT	the same, and "17 of 100" on the lower rule must have changed, too
 *	press TEXT	writes TEXT (\e is Esc, \r is Enter) and waits for nothing
 *	idle MS		"bytes B cells Y,X..." written and changed meanwhile (the first 40)
 *	screen		the screen, then a line "."
 *	pid		of the command
 *	end		writes nothing more, kills the command
 */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/screen.h"

#define LOST 3000 /* ms after which a key counts as lost */
#define MARK_CELLS 34
#define CELLS_TOLD 40

struct probe {
	struct screen screen;
	int master;
	pid_t pid;
	int64_t begun;
	uint64_t bytes;
	bool gone;
};

static int64_t now(void) /* microseconds */
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* Takes what the command writes within @wait microseconds; false when it wrote nothing. */
static bool take(struct probe *probe, int64_t wait)
{
	struct pollfd fd = {.fd = probe->master, .events = POLLIN};
	struct timespec ts = {wait / 1000000, wait % 1000000 * 1000};
	char bytes[65536];
	ssize_t n;

	if (wait < 0 || probe->gone || ppoll(&fd, 1, &ts, NULL) <= 0)
		return false;
	n = read(probe->master, bytes, sizeof(bytes));
	if (n <= 0) {
		probe->gone = true;
		return false;
	}
	probe->bytes += (uint64_t)n;
	screen_feed(&probe->screen, bytes, (size_t)n);
	return true;
}

static void send(const struct probe *probe, const char *text, size_t count)
{
	if (write(probe->master, text, count) != (ssize_t)count)
		fprintf(stderr, "console_probe: the terminal takes no keys\n");
}

/* ---- what is looked at --------------------------------------------------------------------*/

/* The marked row: its line and the text behind the mark. */
static void marked(const struct probe *probe, char *out, size_t size)
{
	const struct screen *screen = &probe->screen;

	out[0] = '\0';
	for (int y = 3; y < screen->rows; y++) {
		uint32_t mark = screen->cells[y * screen->cols + 1];

		if (mark != 0x25b8 && mark != '>')
			continue;
		snprintf(out, size, "%d %s", y, screen_text(screen, y, 3, MARK_CELLS));
		return;
	}
}

static bool shows(const struct probe *probe, const char *text)
{
	for (int y = 0; y < probe->screen.rows; y++)
		if (strstr(screen_text(&probe->screen, y, 0, probe->screen.cols), text))
			return true;
	return false;
}

/* Behind what was typed may stand, after two blanks, what it could become. */
static bool prompt_shows(const struct probe *probe, const char *typed)
{
	const char *line = screen_text(&probe->screen, probe->screen.rows - 1, 0,
				       probe->screen.cols);
	const char *text = strstr(line, ": ");
	size_t len = strlen(typed);

	if (!text || strncmp(text + 2, typed, len) != 0)
		return false;
	return !text[2 + len] || !strncmp(text + 2 + len, "  ", 2);
}

/* "17 of 100,000" on the lower rule. */
static void count_line(const struct probe *probe, char *out, size_t size)
{
	out[0] = '\0';
	for (int y = probe->screen.rows - 2; y > 3; y--) {
		const char *text = screen_text(&probe->screen, y, 0, probe->screen.cols);

		if (!strstr(text, " of "))
			continue;
		snprintf(out, size, "%s", text);
		return;
	}
}

/* ---- orders -------------------------------------------------------------------------------*/

static void wait_for(struct probe *probe, int64_t limit, const char *text)
{
	int64_t end = now() + limit * 1000;

	while (!shows(probe, text)) {
		if (probe->gone || now() >= end) {
			printf("never\n");
			return;
		}
		take(probe, end - now());
	}
	printf("%.1f\n", (double)(now() - probe->begun) / 1000);
}

static void pause_for(struct probe *probe, int64_t milliseconds)
{
	int64_t end = now() + milliseconds * 1000;

	while (now() < end && !probe->gone)
		take(probe, end - now());
}

/* Presses keys in turn, and tells how long each took. */
static void press_keys(struct probe *probe, int count, int64_t gap, const char *keys)
{
	int64_t *times = calloc((size_t)count + 1, sizeof(*times));
	size_t kinds = strlen(keys);
	int arrived = 0, lost = 0;
	char before[4200], after[4200];

	if (!times || !kinds)
		abort();
	for (int i = 0; i < count && !probe->gone; i++) {
		int64_t begun;

		pause_for(probe, gap);
		marked(probe, before, sizeof(before));
		begun = now();
		send(probe, &keys[(size_t)i % kinds], 1);
		do {
			take(probe, begun + LOST * 1000 - now());
			marked(probe, after, sizeof(after));
		} while (!probe->gone && (!*after || !strcmp(before, after)) &&
			 now() < begun + LOST * 1000);
		if (*after && strcmp(before, after) != 0)
			times[arrived++] = now() - begun;
		else
			lost++;
	}
	printf("%d lost %d", arrived, lost);
	for (int i = 0; i < arrived; i++)
		printf(" %lld", (long long)times[i]);
	printf("\n");
	free(times);
}

static void type_text(struct probe *probe, int64_t gap, const char *text, bool narrows)
{
	char typed[256] = "", before[4200], after[4200];
	int64_t times[256];
	int arrived = 0, lost = 0;

	for (size_t i = 0; text[i] && i + 1 < sizeof(typed) && !probe->gone; i++) {
		int64_t begun;
		bool there = false;

		pause_for(probe, gap);
		count_line(probe, before, sizeof(before));
		typed[i] = text[i];
		begun = now();
		send(probe, &text[i], 1);
		while (!there && !probe->gone && now() < begun + LOST * 1000) {
			take(probe, begun + LOST * 1000 - now());
			count_line(probe, after, sizeof(after));
			there = prompt_shows(probe, typed) &&
				(!narrows || strcmp(before, after) != 0);
		}
		if (there)
			times[arrived++] = now() - begun;
		else
			lost++;
	}
	printf("%d lost %d", arrived, lost);
	for (int i = 0; i < arrived; i++)
		printf(" %lld", (long long)times[i]);
	printf("\n");
}

static void press(const struct probe *probe, const char *text)
{
	for (; *text; text++) {
		char key = *text;

		if (key == '\\' && text[1])
			key = *++text == 'e' ? 27 : *text == 'r' ? '\r' : *text;
		send(probe, &key, 1);
	}
	printf("pressed\n");
}

static void idle(struct probe *probe, int64_t milliseconds)
{
	size_t cells = (size_t)(probe->screen.rows * probe->screen.cols);
	uint32_t *before = malloc(cells * sizeof(*before));
	uint64_t bytes = probe->bytes;

	if (!before)
		abort();
	memcpy(before, probe->screen.cells, cells * sizeof(*before));
	pause_for(probe, milliseconds);
	printf("bytes %llu cells", (unsigned long long)(probe->bytes - bytes));
	for (size_t i = 0, told = 0; i < cells && told < CELLS_TOLD; i++)
		if (before[i] != probe->screen.cells[i] && ++told)
			printf(" %zu,%zu", i / (size_t)probe->screen.cols, i % (size_t)probe->screen.cols);
	printf("\n");
	free(before);
}

static void show(const struct probe *probe)
{
	for (int y = 0; y < probe->screen.rows; y++)
		printf("%s\n", screen_text(&probe->screen, y, 0, probe->screen.cols));
	printf(".\n");
}

static bool obey(struct probe *probe, char *order)
{
	char *rest = strchr(order, ' ');
	long first;

	if (rest)
		*rest++ = '\0';
	else
		rest = order + strlen(order);
	first = strtol(rest, NULL, 10);
	if (!strcmp(order, "wait")) {
		wait_for(probe, first, strchr(rest, ' ') + 1);
	} else if (!strcmp(order, "keys")) {
		long gap = 0;
		char keys[16] = "";

		if (sscanf(rest, "%ld %ld %15s", &first, &gap, keys) != 3)
			return false;
		press_keys(probe, (int)first, gap, keys);
	} else if (!strcmp(order, "type") || !strcmp(order, "narrow")) {
		type_text(probe, first, strchr(rest, ' ') + 1, *order == 'n');
	} else if (!strcmp(order, "press")) {
		press(probe, rest);
	} else if (!strcmp(order, "idle")) {
		idle(probe, first);
	} else if (!strcmp(order, "screen")) {
		pause_for(probe, 300);
		show(probe);
	} else if (!strcmp(order, "pid")) {
		printf("%ld\n", (long)probe->pid);
	} else {
		return false;
	}
	fflush(stdout);
	return true;
}

int main(int argc, char **argv)
{
	struct probe probe = {0};
	struct winsize size = {0};
	char order[512];

	if (argc < 4) {
		fprintf(stderr, "usage: console_probe ROWS COLS COMMAND...\n");
		return 2;
	}
	setlocale(LC_CTYPE, "");
	size.ws_row = (unsigned short)atoi(argv[1]);
	size.ws_col = (unsigned short)atoi(argv[2]);
	screen_init(&probe.screen, size.ws_row, size.ws_col);
	probe.begun = now();
	probe.pid = forkpty(&probe.master, NULL, NULL, &size);
	if (probe.pid == 0) {
		execvp(argv[3], argv + 3);
		perror(argv[3]);
		_exit(127);
	}
	if (probe.pid < 0) {
		perror("forkpty");
		return 1;
	}
	while (fgets(order, sizeof(order), stdin)) {
		order[strcspn(order, "\n")] = '\0';
		if (!obey(&probe, order))
			break;
	}
	kill(probe.pid, SIGKILL);
	waitpid(probe.pid, NULL, 0);
	screen_clear(&probe.screen);
	return 0;
}
