#include "config.h"

#include "tests/monkey/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the shell ----------------------------------------------------------------------------*/

struct news {
	pid_t program;
	int status; /* of waitpid(); BEGUN: it has just begun */
};

#define BEGUN (-1)

static void run_program(char **argv, const char *type, const char *errors)
{
	const struct rlimit none = {0, 0};
	int file = open(errors, O_WRONLY | O_CREAT | O_APPEND, 0600);

	setpgid(0, 0);
	tcsetpgrp(STDIN_FILENO, getpid());
	signal(SIGTTOU, SIG_DFL);
	setenv("TERM", type, 1);
	setrlimit(RLIMIT_CORE, &none);
	if (file >= 0)
		dup2(file, STDERR_FILENO);
	execv(argv[0], argv);
	_exit(127);
}

/* Tells each change of the program's state; continues it at a byte of @go. */
static void be_shell(int slave, int tell, int go, char **argv, const char *type,
		     const char *errors)
{
	struct news news;
	pid_t program;
	char byte;

	setsid();
	ioctl(slave, TIOCSCTTY, 0);
	for (int fd = 0; fd < 3; fd++)
		dup2(slave, fd);
	signal(SIGTTOU, SIG_IGN); /* it takes the terminal back from the background */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTSTP, SIG_IGN);
	signal(SIGHUP, SIG_DFL);
	program = fork();
	if (program == 0) {
		for (int sig = 1; sig < NSIG; sig++)
			if (sig != SIGTTOU)
				signal(sig, SIG_DFL);
		run_program(argv, type, errors);
	}
	setpgid(program, program);
	tcsetpgrp(STDIN_FILENO, program);
	news = (struct news){program, BEGUN};
	while (write(tell, &news, sizeof(news)) == sizeof(news)) {
		if (waitpid(program, &news.status, WUNTRACED) < 0)
			break;
		tcsetpgrp(STDIN_FILENO, getpid());
		if (write(tell, &news, sizeof(news)) != sizeof(news) || !WIFSTOPPED(news.status))
			break;
		if (read(go, &byte, 1) != 1)
			break;
		tcsetpgrp(STDIN_FILENO, program);
		kill(-program, SIGCONT);
		news.status = BEGUN;
	}
	/* the session lasts until its last words were read */
	if (read(go, &byte, 1) < 0)
		_exit(1);
	_exit(0);
}

bool terminal_start(struct terminal *terminal, char **argv, const char *type, const char *errors)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	int tell[2], go[2];

	memset(terminal, 0, sizeof(*terminal));
	if (openpty(&terminal->master, &terminal->slave, NULL, NULL, &size) < 0)
		return false;
	if (pipe(tell) < 0 || pipe(go) < 0)
		return false;
	tcgetattr(terminal->slave, &terminal->before);
	terminal->shell = fork();
	if (terminal->shell == 0) {
		/* nothing of ours stays open in the program */
		fcntl(terminal->master, F_SETFD, FD_CLOEXEC);
		fcntl(terminal->slave, F_SETFD, FD_CLOEXEC);
		for (int i = 0; i < 2; i++) {
			fcntl(tell[i], F_SETFD, FD_CLOEXEC);
			fcntl(go[i], F_SETFD, FD_CLOEXEC);
		}
		close(go[1]);
		be_shell(terminal->slave, tell[1], go[0], argv, type, errors);
	}
	close(tell[1]);
	close(go[0]);
	terminal->shell_pipe = tell[0];
	terminal->go_pipe = go[1];
	fcntl(terminal->master, F_SETFL, O_NONBLOCK);
	return terminal->shell > 0;
}

void terminal_end(struct terminal *terminal)
{
	if (terminal->state != TERMINAL_LEFT && terminal->program > 0)
		kill(terminal->program, SIGKILL);
	close(terminal->go_pipe);
	close(terminal->shell_pipe);
	close(terminal->master);
	close(terminal->slave);
	kill(terminal->shell, SIGKILL);
	waitpid(terminal->shell, NULL, 0);
}

void terminal_resize(struct terminal *terminal, int rows, int cols)
{
	struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};

	ioctl(terminal->master, TIOCSWINSZ, &size); /* the kernel sends SIGWINCH */
}

void terminal_continue(struct terminal *terminal)
{
	if (write(terminal->go_pipe, "", 1) == 1)
		terminal->state = TERMINAL_RUNS;
}

/* ---- what it writes -----------------------------------------------------------------------*/

static void set_mode(struct terminal *terminal, enum mode mode, bool on)
{
	terminal->modes = on ? terminal->modes | mode : terminal->modes & ~(unsigned)mode;
	terminal->seen_paste |= on && mode == MODE_PASTE;
}

/* "?1049;25" of CSI ... h or l: private modes. */
static void take_private(struct terminal *terminal, const char *numbers, bool on)
{
	while (*numbers) {
		switch (strtol(numbers, NULL, 10)) {
		case 1:
			set_mode(terminal, MODE_KEYPAD, on);
			break;
		case 25:
			set_mode(terminal, MODE_HIDDEN, !on);
			break;
		case 47:
		case 1047:
		case 1049:
			set_mode(terminal, MODE_SCREEN, on);
			break;
		case 1000:
		case 1002:
		case 1003:
		case 1006:
			set_mode(terminal, MODE_MOUSE, on);
			break;
		case 2004:
			set_mode(terminal, MODE_PASTE, on);
			break;
		default:
			break;
		}
		numbers += strcspn(numbers, ";");
		numbers += *numbers == ';';
	}
}

/* CSI ... m: the attributes are off behind the last "0", if none follows. */
static void take_attributes(struct terminal *terminal, const char *numbers)
{
	do {
		long number = strtol(numbers, NULL, 10);

		if (number == 0)
			set_mode(terminal, MODE_ATTRIBUTES, false);
		else if (number != 39 && number != 49 && !(number >= 22 && number <= 29) &&
			 number != 10)
			set_mode(terminal, MODE_ATTRIBUTES, true);
		numbers += strcspn(numbers, ";");
	} while (*numbers++);
}

static void take_sequence(struct terminal *terminal)
{
	char *text = terminal->sequence, last;
	int len = terminal->sequence_len;

	text[len] = '\0';
	last = text[len - 1];
	terminal->sequence_len = 0;
	if (text[1] == '(') {
		set_mode(terminal, MODE_CHARSET, last == '0');
	} else if (text[1] == '=' || text[1] == '>') {
		set_mode(terminal, MODE_KEYPAD, text[1] == '=');
	} else if (text[1] == '[') {
		text[len - 1] = '\0';
		if (text[2] == '?' && (last == 'h' || last == 'l'))
			take_private(terminal, text + 3, last == 'h');
		else if (last == 'm')
			take_attributes(terminal, text + 2);
	}
}

static bool sequence_is_whole(const struct terminal *terminal)
{
	char last = terminal->sequence[terminal->sequence_len - 1];

	switch (terminal->sequence_len) {
	case 1:
		return false;
	case 2:
		return last != '[' && last != '(' && last != ')' && last != ']';
	default:
		return terminal->sequence[1] != '[' || (last >= '@' && last <= '~');
	}
}

static void look_for(const char *text, char byte, int *at, int *seen)
{
	*at = byte == text[*at] ? *at + 1 : byte == text[0];
	if (!text[*at]) {
		*at = 0;
		++*seen;
	}
}

static void take_byte(struct terminal *terminal, char byte)
{
	terminal->last[terminal->bytes++ % TERMINAL_LAST] = byte;
	if (byte == '\016' || byte == '\017')
		set_mode(terminal, MODE_CHARSET, byte == '\016');
	if (terminal->sequence_len || byte == '\033') {
		terminal->sequence_len *= byte != '\033'; /* an Esc begins anew */
		terminal->sequence[terminal->sequence_len++] = byte;
		if (sequence_is_whole(terminal) ||
		    terminal->sequence_len + 1 == sizeof(terminal->sequence))
			take_sequence(terminal);
		return;
	}
	look_for("y/n", byte, &terminal->question_at, &terminal->questions);
	look_for("campus name to", byte, &terminal->name_at, &terminal->words);
	look_for("course key to", byte, &terminal->key_at, &terminal->words);
}

static bool take_output(struct terminal *terminal)
{
	static char bytes[65536];
	ssize_t n = read(terminal->master, bytes, sizeof(bytes));

	for (ssize_t i = 0; i < n; i++)
		take_byte(terminal, bytes[i]);
	return n > 0;
}

static void take_news(struct terminal *terminal)
{
	struct news news;

	if (read(terminal->shell_pipe, &news, sizeof(news)) != sizeof(news)) {
		terminal->state = TERMINAL_LEFT; /* the shell is gone: not by us */
		terminal->status = SIGKILL;
		return;
	}
	terminal->program = news.program;
	if (news.status == BEGUN)
		return;
	terminal->status = news.status;
	terminal->state = WIFSTOPPED(news.status) ? TERMINAL_STOPPED : TERMINAL_LEFT;
	while (take_output(terminal)) /* its last words are in the terminal already */
		;
}

bool terminal_take(struct terminal *terminal, int ms, bool room)
{
	struct pollfd fds[2] = {
		{.fd = terminal->master, .events = (short)(POLLIN | (room ? POLLOUT : 0))},
		{.fd = terminal->state == TERMINAL_RUNS ? terminal->shell_pipe : -1, .events = POLLIN},
	};

	if (poll(fds, 2, ms) <= 0)
		return false;
	if (fds[0].revents & POLLIN)
		take_output(terminal);
	if (fds[1].revents)
		take_news(terminal);
	return true;
}

size_t terminal_type(struct terminal *terminal, const char *bytes, size_t len)
{
	ssize_t n = write(terminal->master, bytes, len);

	return n > 0 ? (size_t)n : 0;
}

int terminal_unread(const struct terminal *terminal)
{
	int count = 0;

	return ioctl(terminal->slave, FIONREAD, &count) < 0 ? 0 : count;
}

/* ---- what it leaves -----------------------------------------------------------------------*/

const char *terminal_left_over(const struct terminal *terminal)
{
	/* clang-format off */
	static const struct { enum mode mode; const char *words; } names[] = {
		{ MODE_SCREEN, "still on the alternate screen" },
		{ MODE_HIDDEN, "the cursor is hidden" },
		{ MODE_PASTE, "pastes are still bracketed" },
		{ MODE_MOUSE, "the mouse is still taken" },
		{ MODE_KEYPAD, "the keypad is in a mode of its own" },
		{ MODE_ATTRIBUTES, "attributes or colours are still on" },
		{ MODE_CHARSET, "another character set is still on" },
	};
	/* clang-format on */
	const struct termios *before = &terminal->before;
	struct termios now;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (terminal->modes & names[i].mode)
			return names[i].words;
	if (tcgetattr(terminal->slave, &now) < 0)
		return "its modes cannot be read";
	if (now.c_iflag != before->c_iflag || now.c_oflag != before->c_oflag ||
	    now.c_cflag != before->c_cflag || now.c_lflag != before->c_lflag ||
	    memcmp(now.c_cc, before->c_cc, sizeof(now.c_cc)) != 0)
		return "its modes (stty) are not those of before";
	return NULL;
}

void terminal_print_last(const struct terminal *terminal, FILE *out)
{
	uint64_t from = terminal->bytes > TERMINAL_LAST ? terminal->bytes - TERMINAL_LAST : 0;

	for (uint64_t at = from; at < terminal->bytes; at++) {
		unsigned char byte = (unsigned char)terminal->last[at % TERMINAL_LAST];

		if (byte == '\033')
			fputs("\n\\e", out);
		else if (byte < 32 || byte >= 127)
			fprintf(out, "\\x%02x", byte);
		else
			fputc(byte, out);
	}
	fputc('\n', out);
}
