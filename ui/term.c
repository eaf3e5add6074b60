#include "config.h"

#include "ui/term.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "ui/theme.h"

#define PASTE_ON "\033[?2004h" /* "bracketed": the terminal marks what is pasted */
#define PASTE_OFF "\033[?2004l"
#define MOUSE_ON "\033[?1000h\033[?1006h" /* presses, told as text where the terminal can */
#define MOUSE_OFF "\033[?1006l\033[?1000l"
#define ESCAPE_DELAY 50 /* ms an Esc waits for the rest of a key: enough for a slow line */

static const int watched[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP};
static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT};
#define WATCHED (sizeof(watched) / sizeof(watched[0]))
#define CRASHES (sizeof(crashes) / sizeof(crashes[0]))

static struct sigaction old_watched[WATCHED], old_crashes[CRASHES];
static struct termios shell_mode; /* as it was before curses */
static char reset_text[256];	  /* what gives the terminal back, made at the start */
static size_t reset_len;
static atomic_bool taken; /* curses has the terminal */
static pthread_t our_thread; /* the one that draws */
static atomic_bool passed_on;
static atomic_int stops_seen;
static atomic_uint events_seen;
static int wake[2] = {-1, -1};
static SCREEN *screen;
static bool mouse_told;
static bool plain; /* there is no screen: only signals */
static char crash_stack[1 << 15];

/* ---- signals ------------------------------------------------------------------------------*/

static void on_signal(int sig)
{
	int saved = errno;

	switch (sig) {
	case SIGWINCH:
		atomic_fetch_or(&events_seen, TERM_RESIZE);
		break;
	case SIGTSTP:
		atomic_fetch_or(&events_seen, TERM_SUSPEND);
		break;
	default: /* INT, TERM, HUP */
		atomic_fetch_add(&stops_seen, 1);
		atomic_fetch_or(&events_seen, TERM_STOP);
	}
	/* A full pipe wakes the loop just as well. */
	if (write(wake[1], "", 1) < 0)
		errno = 0;
	errno = saved;
}

/* write() and tcsetattr() only: anything else may hold a lock that the crash interrupted. */
static void give_back(void)
{
	size_t done = 0;

	if (!atomic_exchange(&taken, false))
		return;
	while (done < reset_len) {
		ssize_t n = write(STDOUT_FILENO, reset_text + done, reset_len - done);

		if (n <= 0 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	tcsetattr(STDIN_FILENO, TCSANOW, &shell_mode);
}

/*
 * Another thread than ours may have crashed while we draw: what we write after the reset would
 * stand on the shell's screen. So our thread is made to die of the same signal, in the midst of
 * its writing, and gives the terminal back itself.
 */
static void on_crash(int sig)
{
	if (!pthread_equal(pthread_self(), our_thread) && !atomic_exchange(&passed_on, true)) {
		pthread_kill(our_thread, sig);
		sleep(2); /* longer only if it hangs in a write */
	}
	give_back();
	signal(sig, SIG_DFL);
	raise(sig);
}

static void signals_install(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
	stack_t stack = {.ss_sp = crash_stack, .ss_size = sizeof(crash_stack)};

	our_thread = pthread_self();
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < WATCHED; i++) {
		sigaction(watched[i], &action, &old_watched[i]);
		/* curses has put its own there: a ^C after our end would exit with 1 */
		if (old_watched[i].sa_handler != SIG_IGN)
			old_watched[i] = (struct sigaction){.sa_handler = SIG_DFL};
	}
	sigaltstack(&stack, NULL);
	action.sa_handler = on_crash;
	action.sa_flags = SA_NODEFER | SA_ONSTACK;
	for (size_t i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &action, &old_crashes[i]);
}

static void signals_remove(void)
{
	stack_t none = {.ss_flags = SS_DISABLE};

	for (size_t i = 0; i < WATCHED; i++)
		sigaction(watched[i], &old_watched[i], NULL);
	for (size_t i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &old_crashes[i], NULL);
	sigaltstack(&none, NULL);
}

/* ---- the way in and out -------------------------------------------------------------------*/

static int collect(int c)
{
	if (reset_len + 1 < sizeof(reset_text))
		reset_text[reset_len++] = (char)c;
	return c;
}

/* Only where the cursor is moved as in ECMA-48: there one who does not know a mode passes over it. */
static bool knows_modes(void)
{
	char name[] = "cup";
	const char *text = tigetstr(name);

	return text && text != (char *)-1 && !strncmp(text, "\033[", 2);
}

/* Curses has no word for some modes; they belong to neither of the two screens. */
static void write_mode(const char *mode)
{
	if (knows_modes() && write(STDOUT_FILENO, mode, strlen(mode)) < 0)
		errno = 0;
}

static void modes_on(void)
{
	write_mode(PASTE_ON);
	if (mouse_told)
		write_mode(MOUSE_ON);
}

static void modes_off(void)
{
	if (mouse_told)
		write_mode(MOUSE_OFF);
	write_mode(PASTE_OFF);
}

/* A report of the mouse may still come after it was given back: never are its bytes keys. */
static void define_keys(void)
{
	define_key("\033[200~", TERM_PASTE_BEGIN);
	define_key("\033[201~", TERM_PASTE_END);
	define_key("\033[<", TERM_MOUSE);
	define_key("\033[M", TERM_MOUSE_OLD);
}

/* Attributes, colours, keypad, cursor, and last the shell's own screen. */
static void reset_prepare(void)
{
	static const char *const names[] = {"sgr0", "op", "rmkx", "cnorm", "rmcup"};

	reset_len = 0;
	for (const char *at = knows_modes() ? MOUSE_OFF PASTE_OFF : ""; *at; at++)
		collect((unsigned char)*at);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char name[8];
		char *text;

		snprintf(name, sizeof(name), "%s", names[i]);
		text = tigetstr(name);
		if (text && text != (char *)-1)
			tputs(text, 1, collect);
	}
}

static bool terminal_can(const char *capability)
{
	char name[8];
	char *text;

	snprintf(name, sizeof(name), "%s", capability);
	text = tigetstr(name);
	return text && text != (char *)-1;
}

static enum result wake_open(struct error *err)
{
	if (pipe(wake) < 0)
		return error_set(err, RESULT_FATAL, "cannot make a pipe: %s", strerror(errno));
	for (int i = 0; i < 2; i++) {
		fcntl(wake[i], F_SETFL, O_NONBLOCK);
		fcntl(wake[i], F_SETFD, FD_CLOEXEC);
	}
	return RESULT_OK;
}

/* Curses ignores ^Z while it draws, unless SIGTSTP is somebody else's before it begins: on a slow
   line most of them would be lost. */
static void take_stop_first(void)
{
	struct sigaction action;

	if (sigaction(SIGTSTP, NULL, &action) < 0 || action.sa_handler != SIG_DFL)
		return;
	action = (struct sigaction){.sa_handler = on_signal, .sa_flags = SA_RESTART};
	sigemptyset(&action.sa_mask);
	sigaction(SIGTSTP, &action, NULL);
}

enum result term_open_plain(struct error *err)
{
	if (wake_open(err) != RESULT_OK)
		return RESULT_FATAL;
	plain = true;
	signals_install();
	return RESULT_OK;
}

enum result term_open(struct error *err)
{
	const char *type = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) ||
	    tcgetattr(STDIN_FILENO, &shell_mode) < 0)
		return error_set(err, RESULT_INVALID,
				 "the console needs a terminal on standard input and output");
	if (wake_open(err) != RESULT_OK)
		return RESULT_FATAL;
	take_stop_first();
	screen = newterm(NULL, stdout, stdin);
	if (!screen || !terminal_can("cup") || !terminal_can("clear")) {
		error_set(err, RESULT_INVALID,
			  "no full screen on a terminal of type \"%s\": correct TERM, or use the "
			  "commands that subferry --help shows",
			  type ? type : "");
		term_close();
		return RESULT_INVALID;
	}
	set_escdelay(ESCAPE_DELAY);
	reset_prepare();
	atomic_store(&taken, true);
	signals_install();
	atexit(give_back);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	define_keys();
	modes_on();
	nodelay(stdscr, TRUE);
	curs_set(0);
	theme_init();
	return RESULT_OK;
}

/* Curses ends as the last cell was drawn: a theme with a ground of its own would stay on the shell's
   screen. And what it has shown the cursor with may have been lost with all that was on its way to
   the terminal when ^C was typed. */
static void leave_plain(void)
{
	static const char *const names[] = {"sgr0", "op", "cnorm"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (terminal_can(names[i])) {
			char name[8];

			snprintf(name, sizeof(name), "%s", names[i]);
			putp(tigetstr(name));
		}
	fflush(stdout);
}

void term_close(void)
{
	if (screen) {
		endwin();
		leave_plain();
		if (atomic_exchange(&taken, false)) {
			modes_off();
			/* curses restores what it found; the modes are set once more in case
			   a resize or a stop came between. */
			tcsetattr(STDIN_FILENO, TCSANOW, &shell_mode);
			signals_remove();
		}
		delscreen(screen);
		screen = NULL;
	}
	if (plain)
		signals_remove();
	plain = false;
	for (int i = 0; i < 2; i++) {
		if (wake[i] >= 0)
			close(wake[i]);
		wake[i] = -1;
	}
}

bool term_mouse(bool on)
{
	if (!terminal_can("kmous") || !knows_modes())
		return false;
	mouse_told = on;
	write_mode(on ? MOUSE_ON : MOUSE_OFF);
	return true;
}

/* ---- events -------------------------------------------------------------------------------*/

int term_event_fd(void)
{
	return wake[0];
}

unsigned term_events(int *stops)
{
	char sink[64];

	while (read(wake[0], sink, sizeof(sink)) > 0)
		;
	*stops = atomic_exchange(&stops_seen, 0);
	return atomic_exchange(&events_seen, 0);
}

void term_resize(void)
{
	struct winsize size;

	if (plain || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_row || !size.ws_col)
		return;
	if (size.ws_row != LINES || size.ws_col != COLS)
		resizeterm(size.ws_row, size.ws_col);
}

void term_redraw(void)
{
	if (screen)
		clearok(curscr, TRUE);
}

void term_drop_keys(void)
{
	if (screen)
		flushinp();
}

void term_suspend(void)
{
	struct sigaction ours, stop = {.sa_handler = SIG_DFL};

	if (screen) {
		endwin();
		leave_plain();
		modes_off();
	}
	sigemptyset(&stop.sa_mask);
	sigaction(SIGTSTP, &stop, &ours);
	raise(SIGTSTP);
	/* here again after SIGCONT */
	sigaction(SIGTSTP, &ours, NULL);
	if (!screen)
		return;
	modes_on();
	term_resize();
	clearok(curscr, TRUE);
	refresh();
}
