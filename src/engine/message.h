/*
 * message.h - what the engine and the acts of an operator say: the newest few, so that what is said
 * twice in a moment is not lost with the next look.
 *
 * A plain value: whoever shares it locks, or copies it.
 */
#ifndef SUBFERRY_SRC_ENGINE_MESSAGE_H
#define SUBFERRY_SRC_ENGINE_MESSAGE_H

#include "src/base/finding.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#define MESSAGES_KEPT 8

struct message {
	uint64_t serial; /* from 1 on; 0: there is none, and @text is "" */
	enum finding_severity severity;
	bool news; /* one of many of its kind: the next may take its place unread */
	char text[256];
};

struct messages {
	uint64_t newest, answer; /* serials: of the newest, and of the newest that is no news; 0 */
	struct message kept[MESSAGES_KEPT];
};

void messages_add(struct messages *messages, enum finding_severity severity, bool news,
		  const char *fmt, va_list args);
/* The newest; never NULL. */
const struct message *messages_newest(const struct messages *messages);
/* What is to be shown behind @after: the oldest kept that is no news, else the newest; NULL: nothing. */
const struct message *messages_next(const struct messages *messages, uint64_t after);

#endif
