#include "config.h"

#include "tests/unit/sigv4.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct mac {
	unsigned char bytes[32];
};

static struct mac hmac(const void *key, size_t key_len, const char *text)
{
	struct mac out;
	unsigned len = sizeof(out.bytes);

	HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)text, strlen(text), out.bytes,
	     &len);
	return out;
}

static void to_hex(const struct mac *mac, char out[65])
{
	for (int i = 0; i < 32; i++)
		snprintf(out + 2 * i, 3, "%02x", mac->bytes[i]);
}

static void sha256(const void *bytes, size_t len, char out[65])
{
	struct mac digest;
	unsigned size = sizeof(digest.bytes);

	EVP_Digest(bytes, len, digest.bytes, &size, EVP_sha256(), NULL);
	to_hex(&digest, out);
}

/* The value behind "@name=" in the Authorization header. */
static void field(const char *authorization, const char *name, char *out, size_t size)
{
	const char *at = strstr(authorization, name);

	at = at ? at + strlen(name) : "";
	snprintf(out, size, "%.*s", (int)strcspn(at, ", \n"), at);
}

/* ---- the canonical request ---- */

static const char *add_query(struct buf *out, const char *query)
{
	char last[256] = "", name[256];

	while (*query) {
		size_t len = strcspn(query, "&"), name_len = strcspn(query, "=&");

		snprintf(name, sizeof(name), "%.*s", (int)name_len, query);
		if (strcmp(last, name) > 0)
			return "the query is not sorted";
		snprintf(last, sizeof(last), "%s", name);
		buf_printf(out, "%.*s%s", (int)len, query, name_len == len ? "=" : "");
		query += len;
		if (*query == '&')
			buf_add_char(out, *query++);
	}
	buf_add_char(out, '\n');
	return NULL;
}

/* Runs of blanks count as one, and none at the ends. */
static void add_trimmed(struct buf *out, const char *value)
{
	for (value += strspn(value, " "); *value; value++)
		if (*value != ' ' || (value[1] != ' ' && value[1] != '\0'))
			buf_add_char(out, *value);
}

static const char *add_headers(struct buf *out, const struct web_request *request, const char *list)
{
	char last[128] = "", name[128], value[4096];

	while (*list) {
		size_t len = strcspn(list, ";");

		snprintf(name, sizeof(name), "%.*s", (int)len, list);
		if (strcmp(last, name) >= 0)
			return "the signed headers are not sorted";
		snprintf(last, sizeof(last), "%s", name);
		if (!web_header(request, name, value, sizeof(value)))
			return "a signed header was not sent";
		buf_printf(out, "%s:", name);
		add_trimmed(out, value);
		buf_add_char(out, '\n');
		list += len + (list[len] == ';');
	}
	buf_add_char(out, '\n');
	return NULL;
}

static bool is_signed(const char *list, const char *name, size_t len)
{
	for (; *list; list += strcspn(list, ";"), list += *list == ';')
		if (strcspn(list, ";") == len && strncmp(list, name, len) == 0)
			return true;
	return false;
}

static const char *check_signed(const struct web_request *request, const char *list)
{
	for (const char *line = request->headers; *line; line = strchr(line, '\n') + 1) {
		size_t len = strcspn(line, ":");

		if ((strncmp(line, "x-amz-", 6) == 0 || strncmp(line, "host:", 5) == 0 ||
		     strncmp(line, "content-type:", 13) == 0) &&
		    !is_signed(list, line, len))
			return "a header that counts is not signed";
	}
	return NULL;
}

static const char *write_canonical(struct buf *out, const struct web_request *request,
				   const char *list)
{
	size_t path_len = strcspn(request->path, "?");
	char digest[65], sent[128];
	const char *wrong;

	buf_printf(out, "%s\n%.*s\n", request->method, (int)path_len, request->path);
	wrong = add_query(out, request->path + path_len + (request->path[path_len] == '?'));
	if (!wrong)
		wrong = add_headers(out, request, list);
	if (!wrong)
		wrong = check_signed(request, list);
	if (wrong)
		return wrong;
	sha256(request->body, request->body_len, digest);
	if (web_header(request, "x-amz-content-sha256", sent, sizeof(sent)) &&
	    strcmp(sent, digest) != 0)
		return "x-amz-content-sha256 is another body's";
	buf_printf(out, "%s\n%s", list, digest);
	return NULL;
}

/* ---- the signature ---- */

static void sign(const char *canonical, const char *instant, const char *scope, const char *secret,
		 const char *region, const char *service, char out[65])
{
	char text[1024], day[9], digest[65];
	struct mac mac;

	sha256(canonical, strlen(canonical), digest);
	snprintf(day, sizeof(day), "%.8s", instant);
	snprintf(text, sizeof(text), "AWS4%s", secret);
	mac = hmac(text, strlen(text), day);
	mac = hmac(mac.bytes, 32, region);
	mac = hmac(mac.bytes, 32, service);
	mac = hmac(mac.bytes, 32, "aws4_request");
	snprintf(text, sizeof(text), "AWS4-HMAC-SHA256\n%s\n%s\n%s", instant, scope, digest);
	mac = hmac(mac.bytes, 32, text);
	to_hex(&mac, out);
}

const char *sigv4_verify(const struct web_request *request, const char *key, const char *secret,
			 const char *region, const char *service)
{
	char authorization[2048], credential[512], list[1024], signature[128], instant[64];
	char scope[256], wanted[512], computed[65];
	struct buf canonical = BUF_INIT;
	const char *wrong;

	if (!web_header(request, "authorization", authorization, sizeof(authorization)) ||
	    strncmp(authorization, "AWS4-HMAC-SHA256 ", 17) != 0)
		return "no signature";
	if (!web_header(request, "x-amz-date", instant, sizeof(instant)))
		return "no date";
	field(authorization, "Credential=", credential, sizeof(credential));
	field(authorization, "SignedHeaders=", list, sizeof(list));
	field(authorization, "Signature=", signature, sizeof(signature));
	snprintf(scope, sizeof(scope), "%.8s/%s/%s/aws4_request", instant, region, service);
	snprintf(wanted, sizeof(wanted), "%s/%s", key, scope);
	if (strcmp(credential, wanted) != 0)
		return "the credential is another one";
	wrong = write_canonical(&canonical, request, list);
	if (!wrong) {
		sign(buf_text(&canonical), instant, scope, secret, region, service, computed);
		if (strcmp(computed, signature) != 0)
			wrong = "the signature does not match";
	}
	buf_clear(&canonical);
	return wrong;
}
