#include "config.h"

#include "src/engine/message.h"

#include <stdio.h>

static struct message *at(struct messages *messages, uint64_t serial)
{
	return &messages->kept[serial % MESSAGES_KEPT];
}

void messages_add(struct messages *messages, enum finding_severity severity, bool news,
		  const char *fmt, va_list args)
{
	struct message *message = at(messages, ++messages->newest);

	message->serial = messages->newest;
	message->severity = severity;
	message->news = news;
	vsnprintf(message->text, sizeof(message->text), fmt, args);
	if (!news)
		messages->answer = message->serial;
}

const struct message *messages_newest(const struct messages *messages)
{
	return &messages->kept[messages->newest % MESSAGES_KEPT];
}

const struct message *messages_next(const struct messages *messages, uint64_t after)
{
	uint64_t oldest = messages->newest < MESSAGES_KEPT ? 1 : messages->newest - MESSAGES_KEPT + 1;

	for (uint64_t i = after + 1 > oldest ? after + 1 : oldest; i <= messages->newest; i++)
		if (!messages->kept[i % MESSAGES_KEPT].news)
			return &messages->kept[i % MESSAGES_KEPT];
	return messages->newest > after ? messages_newest(messages) : NULL;
}
