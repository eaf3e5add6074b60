#include "config.h"

#include "src/source/mongo_error.h"

#include <mongoc/mongoc.h>
#include <stdio.h>

#include "src/base/secret.h"

/* The server's own codes, in groups. Elections, shutdowns, timeouts, lost cursors and what
   an administrator has killed pass. */
static const uint32_t passing_codes[] = {
	6, 7, 24, 43, 50, 89, 91, 112, 133, 134, 175, 189, 202, 216, 234, 237, 246, 262, 317, 358,
	365, 384, 9001, 10058, 10107, 11600, 11601, 11602, 13388, 13435, 13436,
};

static bool passes(uint32_t code)
{
	for (size_t i = 0; i < sizeof(passing_codes) / sizeof(*passing_codes); i++)
		if (passing_codes[i] == code)
			return true;
	return false;
}

static enum result server_code(uint32_t code)
{
	if (code == MONGOC_ERROR_DUPLICATE_KEY)
		return RESULT_EXISTS;
	return passes(code) ? RESULT_RETRY : RESULT_REFUSED;
}

static enum result client_code(uint32_t code, bool wrote)
{
	switch (code) {
	case MONGOC_ERROR_CLIENT_AUTHENTICATE:
	case MONGOC_ERROR_CLIENT_GETNONCE:
	case MONGOC_ERROR_CLIENT_TOO_BIG:
	case MONGOC_ERROR_CLIENT_INVALID_LOAD_BALANCER:
		return RESULT_REFUSED;
	default:
		return wrote ? RESULT_UNKNOWN : RESULT_RETRY;
	}
}

static enum result code_of(const bson_error_t *error, bool wrote)
{
	switch (error->domain) {
	case MONGOC_ERROR_SERVER_SELECTION:
		return RESULT_UNREACHABLE; /* nothing was sent */
	case MONGOC_ERROR_STREAM:
		return wrote ? RESULT_UNKNOWN : RESULT_UNREACHABLE;
	case MONGOC_ERROR_SASL:
	case MONGOC_ERROR_SCRAM:
		return RESULT_REFUSED;
	case MONGOC_ERROR_CLIENT:
		return client_code(error->code, wrote);
	case MONGOC_ERROR_SERVER:
		return server_code(error->code);
	case MONGOC_ERROR_WRITE_CONCERN:
		return RESULT_UNKNOWN;
	case MONGOC_ERROR_PROTOCOL:
		if (error->code == MONGOC_ERROR_PROTOCOL_BAD_WIRE_VERSION)
			return RESULT_REFUSED;
		break;
	case MONGOC_ERROR_COMMAND:
		if (error->code == MONGOC_ERROR_COMMAND_INVALID_ARG)
			return RESULT_REFUSED;
		break;
	default:
		break;
	}
	/* an answer that cannot be understood, from whoever it came */
	return wrote ? RESULT_UNKNOWN : RESULT_RETRY;
}

enum result mongo_error(const bson_error_t *error, const char *where, const char *password, bool wrote,
			struct error *err)
{
	char text[sizeof(error->message) + 1];

	snprintf(text, sizeof(text), "%s", error->message);
	secret_hide(text, password);
	return error_set(err, code_of(error, wrote), "%s: %s", where, *text ? text : "no reason given");
}
