/*
 * secret.h - passwords and URIs with passwords: from the environment, or from a file.
 *
 * Never inline in a configuration, never in a log, an error, a report, the status database or a
 * process's arguments (design 9).
 */
#ifndef SUBFERRY_SRC_BASE_SECRET_H
#define SUBFERRY_SRC_BASE_SECRET_H

#include "src/base/error.h"

/*
 * Reads a secret from the environment variable @env, or from @file; the other is "" or NULL. One
 * newline (LF or CRLF) at a file's end is dropped. @what names the keys in errors: "uri" for
 * uri_env and uri_file. *@out is the caller's: secret_free(). RESULT_INVALID: neither or both
 * given, an empty secret, a NUL in it, more than 16 KiB; RESULT_MISSING: no such variable or
 * file; RESULT_REFUSED: a file that others than its owner may open, that is not ours, no plain
 * file, or one that cannot be read. No error ever has a part of the secret.
 */
enum result secret_read(const char *env, const char *file, const char *what, char **out,
			struct error *err);
void secret_free(char *secret); /* wipes it; accepts NULL */
/* Replaces every occurrence of @secret (if it is not empty) in @text by "***" ("*" and "**" where
   that would be longer), in place. To be done before a text is cut: half a secret is not found. */
void secret_hide(char *text, const char *secret);

#endif
