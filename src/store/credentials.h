/*
 * credentials.h - the keys that sign requests to S3: from the environment, or from a file in the
 * form of the AWS tools' ~/.aws/credentials.
 *
 * As secret.h: never in a log, an error, or a process's arguments. Thread-safe as getenv() is.
 */
#ifndef SUBFERRY_SRC_STORE_CREDENTIALS_H
#define SUBFERRY_SRC_STORE_CREDENTIALS_H

#include "src/base/error.h"

struct credentials {
	char *key, *secret;
	char *token; /* of a session; "" for none */
};

/*
 * From @file, if it is given, and there from @profile (NULL or "": "default"); else from the
 * variables @env_ACCESS_KEY_ID, @env_SECRET_ACCESS_KEY and @env_SESSION_TOKEN (NULL or "": AWS).
 *
 * RESULT_MISSING: no such file, profile or variable; RESULT_REFUSED: a file that secret_read()
 * would refuse; RESULT_INVALID: one of the two keys is missing or empty, a blank or a control
 * character in a value, a key or a profile given twice. credentials_clear(@out) in every case.
 */
enum result credentials_read(struct credentials *out, const char *env, const char *file,
			     const char *profile, struct error *err);
void credentials_clear(struct credentials *credentials); /* wipes; may run twice */

#endif
