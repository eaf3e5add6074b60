/*
 * http_sign.h - AWS Signature Version 4 where libcurl's own goes wrong.
 *
 * libcurl (7.88 at least) sorts the headers to be signed as whole lines, "name:value". Where one
 * name begins another, as with x-amz-server-side-encryption and the same with -aws-kms-key-id, the
 * order of the lines is not that of the names (':' comes after '-'), and no server accepts it.
 * Of http.c alone; pure but for the time of day.
 */
#ifndef SUBFERRY_SRC_BASE_HTTP_SIGN_H
#define SUBFERRY_SRC_BASE_HTTP_SIGN_H

#include "src/base/http.h"

#include <curl/curl.h>
#include <stdbool.h>

/* Whether libcurl would sign @headers ("Name: value" each) in the wrong order. */
bool http_sign_is_needed(const struct curl_slist *headers);
/*
 * Adds Host, x-amz-date and Authorization to *@headers, which are all that is sent otherwise and
 * have x-amz-content-sha256 and, for a body, Content-Type; libcurl then adds none of these.
 * RESULT_INVALID: no URL; @err is filled.
 */
enum result http_sign_add(struct curl_slist **headers, const struct http_request *request,
			  struct error *err);

#endif
