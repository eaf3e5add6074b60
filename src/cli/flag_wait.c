/*
 * What flag says and does while the flag's backend takes its time.
 *
 * Looking may be ended as any command: nothing is left behind. Switching is ended in order: what is
 * journalled is either brought to its end, or told as left turning.
 */
#include "config.h"

#include "src/cli/flagging.h"

#include <signal.h>
#include <unistd.h>

#include "src/cli/out.h"

static struct patience patience; /* of the calls of the flag's backend; a signal may come at any time */
static volatile sig_atomic_t interrupts;

static void on_signal(int number)
{
	(void)number;
	if (interrupts++)
		_exit(CLI_FAILED);
	patience_end(&patience);
}

/* Once for each call that takes long; short ones come between. */
static void tell_wait(void *arg)
{
	struct flagging *w = arg;
	const struct flag *flag = w->cli->campus->flag;
	bool is_long = flag && flag_waits(flag) >= FLAG_WAITS_TOLD;

	if (is_long && !w->told)
		out_note("waiting for the flag: %s", flag->name);
	w->told = is_long;
}

void flagging_waits(struct flagging *w)
{
	patience = (struct patience){.waits = tell_wait, .arg = w};
	patience_heed(&patience);
}

void flagging_waits_no_more(void)
{
	patience_heed(NULL);
}

void flagging_heeds_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal};

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}
