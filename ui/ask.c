#include "config.h"

#include "ui/ask.h"

void ask_desk(struct console *console, const struct page_question *question, enum action action,
	      void (*take)(struct console *console, const struct snapshot *answer))
{
	struct asking *asking = &console->asking;
	uint64_t serial = asking->question.serial + 1;

	asking->question = *question;
	asking->question.serial = serial;
	asking->action = action;
	asking->take = take;
}

void ask_fill(const struct console *console, struct page_request *request)
{
	const struct asking *asking = &console->asking;

	if (asking->take && (asking->question.ask != ASK_COURSES || request->kind == PAGE_COURSES))
		request->question = asking->question;
}

void ask_answer(struct console *console)
{
	struct asking *asking = &console->asking;
	void (*take)(struct console *console, const struct snapshot *answer) = asking->take;

	if (!take || console->now->answered != asking->question.serial)
		return;
	asking->take = NULL;
	take(console, console->now);
}

void ask_give_up(struct console *console)
{
	console->asking.take = NULL;
}
