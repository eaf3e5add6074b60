#include "config.h"

#include "src/store/s3.h"

#include <string.h>
#include <strings.h>

/*
 * Bucket and region become parts of a host name, a path and a signature's scope: only what can
 * be a part of each is let through.
 */

static bool is_word(const char *text, const char *more)
{
	for (const char *at = text; *at; at++)
		if (!((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
		      (*at >= '0' && *at <= '9') || *at == '-' || strchr(more, *at)))
			return false;
	return *text;
}

static enum result take(char **field, const char *text, struct error *err)
{
	*field = strdup(text);
	return *field ? RESULT_OK : error_set(err, RESULT_NOMEM, "no memory for the store");
}

static enum result take_bucket(struct s3 *s3, const char *bucket, struct error *err)
{
	if (!bucket || strlen(bucket) > 255 || !is_word(bucket, "._") || *bucket == '.' ||
	    strstr(bucket, ".."))
		return error_set(err, RESULT_INVALID, "bucket: \"%.255s\" is no name for one",
				 bucket ? bucket : "");
	if (!s3->path_style && strchr(bucket, '_'))
		return error_set(err, RESULT_INVALID,
				 "bucket: \"%s\" cannot be part of a host name: path_style = yes",
				 bucket);
	return take(&s3->bucket, bucket, err);
}

static enum result take_region(struct s3 *s3, const char *region, struct error *err)
{
	if (!region || !*region)
		region = "us-east-1";
	if (strlen(region) > 63 || !is_word(region, "_"))
		return error_set(err, RESULT_INVALID, "region: \"%.63s\" is no name for one",
				 region);
	return take(&s3->region, region, err);
}

/* "" or ending in '/', and of the same parts as a name. */
static enum result take_location(struct s3 *s3, const char *location, struct error *err)
{
	size_t len = strlen(location ? location : "");
	enum result st = take(&s3->location, len ? location : "", err);
	bool fine;

	if (st != RESULT_OK || !len)
		return st;
	s3->location[len - 1] = '\0'; /* a name, for as long as it is looked at */
	fine = location[len - 1] == '/' && store_name_valid(s3->location);
	s3->location[len - 1] = location[len - 1];
	return fine ? RESULT_OK
		    : error_set(err, RESULT_INVALID,
				"location: \"%.255s\" is no folder: it ends in '/', begins with "
				"none, and has no empty part, \".\" or \"..\"",
				location);
}

/* ---- the endpoint -------------------------------------------------------------------------*/

struct endpoint {
	const char *scheme; /* "https" */
	const char *host;   /* with its port; borrowed */
	size_t host_len;
};

static bool ends_with(const char *text, size_t len, const char *end)
{
	size_t end_len = strlen(end);

	return len > end_len && !memcmp(text + len - end_len, end, end_len);
}

/* "https://host:port", a '/' behind it at most. */
static enum result split_endpoint(const char *text, struct endpoint *out, struct error *err)
{
	bool tls = !strncasecmp(text, "https://", 8);

	if (!tls && strncasecmp(text, "http://", 7) != 0)
		return error_set(err, RESULT_INVALID,
				 "endpoint: \"%.255s\" begins with neither https:// nor http://",
				 text);
	out->scheme = tls ? "https" : "http";
	out->host = text + (tls ? 8 : 7);
	out->host_len = strlen(out->host);
	if (out->host_len && out->host[out->host_len - 1] == '/')
		out->host_len--;
	for (size_t i = 0; i < out->host_len; i++)
		if (out->host[i] <= ' ' || out->host[i] >= 0x7f ||
		    strchr("/?#@\\%\"<>", out->host[i]))
			out->host_len =
			    0; /* the text itself is not shown: it may hold a password */
	if (!out->host_len || out->host_len > 255 || *out->host == ':')
		return error_set(err, RESULT_INVALID,
				 "endpoint: a scheme, a host and a port at most, as in "
				 "https://s3.example.org:9000");
	/* the default port is in no Host header, and so in no signature */
	if (ends_with(out->host, out->host_len, tls ? ":443" : ":80"))
		out->host_len -= tls ? 4 : 3;
	return RESULT_OK;
}

static bool is_address(const struct endpoint *at)
{
	size_t dotted = strspn(at->host, "0123456789.");

	return *at->host == '[' || dotted == at->host_len || at->host[dotted] == ':';
}

static void add_host(const struct s3 *s3, const struct endpoint *at, struct buf *out)
{
	if (!s3->path_style) {
		buf_add_text(out, s3->bucket);
		buf_add_char(out, '.');
	}
	if (at->host)
		buf_add(out, at->host, at->host_len);
	else
		buf_printf(out, "s3.%s.amazonaws.com%s", s3->region,
			   strncmp(s3->region, "cn-", 3) ? "" : ".cn");
}

static enum result take_endpoint(struct s3 *s3, const char *endpoint, struct error *err)
{
	struct endpoint at = {"https", NULL, 0};
	struct buf url = BUF_INIT;
	enum result st = RESULT_OK;

	if (endpoint && *endpoint)
		st = split_endpoint(endpoint, &at, err);
	else if (strchr(s3->region, '_'))
		st = error_set(err, RESULT_INVALID, "region: AWS has no \"%s\"", s3->region);
	if (st == RESULT_OK && at.host && !s3->path_style && is_address(&at))
		st = error_set(
		    err, RESULT_INVALID,
		    "endpoint: a bucket cannot be put before an address: path_style = yes");
	if (st != RESULT_OK)
		return st;
	buf_printf(&url, "%s://", at.scheme);
	add_host(s3, &at, &url);
	buf_add_char(&url, '/');
	if (s3->path_style)
		buf_printf(&url, "%s/", s3->bucket);
	s3->url = buf_take(&url);
	return s3->url ? RESULT_OK : error_set(err, RESULT_NOMEM, "no memory for the store");
}

/* ---- entrances ----------------------------------------------------------------------------*/

enum result s3_address(struct s3 *s3, const struct store_s3_options *options, struct error *err)
{
	enum result st;

	s3->path_style = options->path_style;
	st = take_bucket(s3, options->bucket, err);
	if (st == RESULT_OK)
		st = take_region(s3, options->region, err);
	if (st == RESULT_OK)
		st = take_location(s3, options->location, err);
	if (st == RESULT_OK)
		st = take_endpoint(s3, options->endpoint, err);
	return st;
}

void s3_url(const struct s3 *s3, const char *name, struct buf *out)
{
	buf_add_text(out, s3->url);
	http_add_escaped(out, s3->location, true);
	http_add_escaped(out, name, true);
}
