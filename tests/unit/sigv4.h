/*
 * sigv4.h - a verifier of AWS Signature Version 4, from its specification: for tests.
 */
#ifndef SUBFERRY_TESTS_UNIT_SIGV4_H
#define SUBFERRY_TESTS_UNIT_SIGV4_H

#include "tests/unit/web.h"

/*
 * What is wrong with the signature of @request as it came over the line, or NULL. Stricter than
 * some servers: the query has to be sorted; host, content-type and every x-amz- header have to be
 * signed; every signed header has to be there; x-amz-content-sha256, where it is sent, has to be
 * the body's.
 */
const char *sigv4_verify(const struct web_request *request, const char *key, const char *secret,
			 const char *region, const char *service);

#endif
