/*
 * Holds: why nothing new starts. Each reason begins and ends by itself; work goes on when none is
 * left. What is down is told below what a person has said.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "src/engine/internal.h"

enum hold_reason engine_held(const struct engine *engine)
{
	enum hold_reason reason = HOLD_REASONS - 1;

	while (reason > HOLD_NONE && !engine->holds[reason].on)
		reason--;
	return reason;
}

bool engine_holds(const struct engine *engine)
{
	return engine_held(engine) != HOLD_NONE || engine->stopping;
}

bool engine_stands(const struct engine *engine)
{
	return engine_held(engine) > HOLD_ENDPOINT;
}

bool engine_misses(const struct engine *engine, const char *endpoint)
{
	const struct hold *hold = &engine->holds[HOLD_ENDPOINT];

	return hold->on && !strcmp(hold->endpoint, endpoint);
}

/* Where in "GET https://host/path: why" the address ends; NULL where @text does not begin so. */
static const char *address_end(const char *text)
{
	size_t method = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	const char *end = strstr(text, ": ");

	if (!method || text[method] != ' ' || !end)
		return NULL;
	text += method + 1;
	return strcspn(text, " ") > (size_t)(end - text) && strstr(text, "://") ? end : NULL;
}

void engine_hold_text(char *out, size_t size, const char *endpoint, const char *text)
{
	size_t name = strlen(endpoint), server;
	const char *end;

	if (name && !strncmp(text, endpoint, name) && !strncmp(text + name, ": ", 2))
		text += name + 2; /* it says so itself */
	else if (name && !strncmp(text, endpoint, name) && text[name] == ' ')
		endpoint += name, name = 0; /* so does "status database ..." */
	end = address_end(text);
	if (!end) {
		snprintf(out, size, "%s%s%s", endpoint, name ? ": " : "", text);
		return;
	}
	server = (size_t)(strstr(text, "://") + 3 - text);
	server += strcspn(text + server, "/ ");
	if (text + server > end)
		server = (size_t)(end - text);
	snprintf(out, size, "%s%s%s (%.*s)", endpoint, name ? ": " : "", end + 2, (int)server, text);
}

void engine_set_hold(struct engine *engine, enum hold_reason reason, const char *endpoint,
		     const char *text)
{
	struct hold *hold = &engine->holds[reason];

	if (hold->on)
		return;
	hold->on = true;
	hold->endpoint = endpoint;
	hold->since = clock_wall(engine->clock);
	hold->since_now = clock_now(engine->clock);
	engine_hold_text(hold->text, sizeof(hold->text), endpoint, text);
	pthread_cond_broadcast(&engine->idle);
}

void engine_end_hold(struct engine *engine, enum hold_reason reason)
{
	struct hold *hold = &engine->holds[reason];

	if (!hold->on)
		return;
	hold->on = false;
	hold->text[0] = '\0';
	pthread_cond_broadcast(&engine->work);
	pthread_cond_broadcast(&engine->room);
	pthread_cond_broadcast(&engine->idle);
}

void engine_hold(struct engine *engine, const char *who)
{
	char text[96];

	snprintf(text, sizeof(text), "held by %.80s", who);
	pthread_mutex_lock(&engine->lock);
	engine_set_hold(engine, HOLD_OPERATOR, "", text);
	pthread_mutex_unlock(&engine->lock);
}

void engine_rest(struct engine *engine, bool rest)
{
	char text[128];

	snprintf(text, sizeof(text), "the console of %.80s is suspended",
		 engine->campus->conf->operator_name);
	pthread_mutex_lock(&engine->lock);
	if (rest)
		engine_set_hold(engine, HOLD_REST, "", text);
	else
		engine_end_hold(engine, HOLD_REST);
	engine->rest_told = false;
	pthread_mutex_unlock(&engine->lock);
}
