#include "config.h"

#include "src/source/mongo_uri.h"

#include <string.h>

#include "src/base/buf.h"

/*
 * What a URI does not say: a server that is away is noticed soon, since the engine holds and
 * probes by itself, and a person may be waiting.
 */
#define SELECTION_TIMEOUT 5000 /* ms */
#define CONNECT_TIMEOUT 5000

static void set_default(mongoc_uri_t *uri, const char *option, int32_t value)
{
	if (!mongoc_uri_has_option(uri, option))
		mongoc_uri_set_option_as_int32(uri, option, value);
}

/* The parser's words without what it quotes: that may be part of a password. */
static void drop_quotes(char *text)
{
	char *to = text, quote = '\0';

	for (const char *at = text; *at; at++) {
		if (quote)
			quote = *at == quote ? '\0' : quote;
		else if (*at == '"' || *at == '\'')
			quote = *at;
		else
			*to++ = *at;
	}
	*to = '\0';
}

/*
 * The first @ ends the credentials, so one that is written as it is leaves the rest of the
 * password in the host's name: to be looked up, and quoted by everybody who cannot find it.
 */
static bool holds_credentials(const mongoc_uri_t *uri)
{
	const char *service = mongoc_uri_get_srv_hostname(uri), *database = mongoc_uri_get_database(uri);

	for (const mongoc_host_list_t *at = mongoc_uri_get_hosts(uri); at; at = at->next)
		if (strchr(at->host_and_port, '@'))
			return true;
	return (service && strchr(service, '@')) || (database && strchr(database, '@'));
}

static enum result refuse(const char *why, struct error *err)
{
	return error_set(err, RESULT_INVALID,
			 "the MongoDB URI cannot be read (mongodb://USER:PASSWORD@HOST:PORT/...;"
			 " special characters in names and passwords as %%XX): %s", why);
}

enum result mongo_uri_read(const char *text, mongoc_uri_t **out, struct error *err)
{
	bson_error_t error = {0};
	mongoc_uri_t *uri = mongoc_uri_new_with_error(text, &error);

	*out = NULL;
	if (!uri) {
		drop_quotes(error.message);
		return refuse(error.message, err);
	}
	if (holds_credentials(uri)) {
		mongoc_uri_destroy(uri);
		return refuse("more than one @; in a name or password it is %40", err);
	}
	set_default(uri, MONGOC_URI_SERVERSELECTIONTIMEOUTMS, SELECTION_TIMEOUT);
	set_default(uri, MONGOC_URI_CONNECTTIMEOUTMS, CONNECT_TIMEOUT);
	set_default(uri, MONGOC_URI_SOCKETTIMEOUTMS, MONGO_SOCKET_TIMEOUT);
	if (!mongoc_uri_has_option(uri, MONGOC_URI_APPNAME))
		mongoc_uri_set_appname(uri, "subferry");
	*out = uri;
	return RESULT_OK;
}

char *mongo_uri_name(const mongoc_uri_t *uri, const char *database)
{
	struct buf name = BUF_INIT;
	const char *service = mongoc_uri_get_srv_hostname(uri);

	buf_add_text(&name, service ? "mongodb+srv://" : "mongodb://");
	if (service)
		buf_add_text(&name, service);
	for (const mongoc_host_list_t *at = service ? NULL : mongoc_uri_get_hosts(uri); at; at = at->next)
		buf_printf(&name, "%s%s", at->host_and_port, at->next ? "," : "");
	buf_printf(&name, "/%s", database);
	return buf_take(&name);
}

bool mongo_uri_unverified(const mongoc_uri_t *uri)
{
	static const char *const options[] = {
		MONGOC_URI_TLSINSECURE, MONGOC_URI_TLSALLOWINVALIDCERTIFICATES,
		MONGOC_URI_TLSALLOWINVALIDHOSTNAMES, MONGOC_URI_SSLALLOWINVALIDCERTIFICATES,
		MONGOC_URI_SSLALLOWINVALIDHOSTNAMES,
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (mongoc_uri_get_option_as_bool(uri, options[i], false))
			return true;
	return false;
}
