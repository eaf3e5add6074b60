/*
 * token.h - the JWT that edx-val takes: had with client credentials from the platform, kept,
 * and renewed in time (domain 7.9).
 *
 * One renewal at a time for all workers: those who need a token meanwhile wait for it and share
 * what came of it, a failure too. It is renewed 60 s before it expires (a tenth of its life
 * where that is shorter), and when the service did not take it. A refusal holds for some
 * seconds: the endpoint limits how often it may be asked. Neither the client's secret nor
 * a token is ever in an error. Thread-safe.
 */
#ifndef SUBFERRY_SRC_VAL_TOKEN_H
#define SUBFERRY_SRC_VAL_TOKEN_H

#include "src/base/clock.h"
#include "src/base/error.h"

#include <stdint.h>

struct http_endpoint;
struct token;

struct token_options {
	struct http_endpoint *endpoint; /* borrowed: outlives the token */
	const char *url, *client_id, *client_secret; /* copied */
	struct clock *clock;
};

/* No request is made here. */
enum result token_new(struct token **out, const struct token_options *options, struct error *err);
void token_free(struct token *token); /* wipes it; accepts NULL */
/*
 * A token to be sent now, the caller's: secret_free(). @serial tells it from later ones.
 * DENIED: wrong credentials, or no JWT, in words; RETRY: an answer that is none; UNREACHABLE.
 */
enum result token_get(struct token *token, char **out, uint64_t *serial, struct error *err);
/* The service took the token @serial. */
void token_accepted(struct token *token, uint64_t serial);
/*
 * The service answered 401 to the token @serial: the next token_get() renews it, if it is still
 * the one in use. One that was had for this very reason, and never was taken, is not renewed
 * again within some seconds: the endpoint limits how often it may be asked.
 */
void token_rejected(struct token *token, uint64_t serial);
/* How long a token is good from its beginning, in seconds; 0: none yet, or it was not said. */
int64_t token_lifetime(struct token *token);

#endif
