#include "config.h"

#include "src/base/url.h"

#include <stdlib.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* What follows the scheme; NULL without one that is known. */
static const char *authority_of(const char *url)
{
	if (!strncmp(url, "http://", 7))
		return url + 7;
	return strncmp(url, "https://", 8) ? NULL : url + 8;
}

/* Bytes of the host at the start of @authority: a name, an IPv4 address, or an IPv6 one in
   brackets; 0: none. */
static size_t host_len(const char *authority)
{
	size_t len;

	if (*authority != '[')
		return strspn(authority, LETTERS DIGITS ".-_");
	len = 1 + strspn(authority + 1, "abcdefABCDEF" DIGITS ":.");
	return len > 2 && authority[len] == ']' ? len + 1 : 0;
}

/* @port begins with ':': the bytes up to what follows a port of 1 to 65535; 0: it is none. */
static size_t port_len(const char *port)
{
	size_t len = strspn(port + 1, DIGITS);
	long number = len && len <= 5 ? strtol(port + 1, NULL, 10) : 0;

	return number > 0 && number < 65536 ? len + 1 : 0;
}

bool url_is_valid(const char *url, const char **why)
{
	const char *rest = authority_of(url);
	size_t len;

	*why = "a URL that begins with http:// or https://";
	if (!rest)
		return false;
	*why = "a URL without user and password: they come from the environment or a file";
	if (strchr(rest, '@'))
		return false;
	*why = "a URL without a query";
	if (strpbrk(rest, "?#"))
		return false;
	*why = "a URL of a host, perhaps a port and a path: https://campus.example.org";
	len = host_len(rest);
	if (!len)
		return false;
	rest += len;
	if (*rest == ':') {
		len = port_len(rest);
		if (!len)
			return false;
		rest += len;
	}
	if (*rest && *rest != '/')
		return false;
	for (; *rest; rest++)
		if (*rest <= ' ' || *rest > '~' || strchr("\"<>\\^`{|}", *rest))
			return false;
	return true;
}

bool url_is_host(const char *url)
{
	const char *path = strchr(authority_of(url), '/');

	return !path || !path[1];
}

bool url_is_exposed(const char *url)
{
	const char *host = authority_of(url);
	size_t len;

	if (!strncmp(url, "https:", 6))
		return false;
	len = host_len(host);
	if ((len == 9 && !strncmp(host, "localhost", 9)) ||
	    (len == 5 && !strncmp(host, "[::1]", 5)))
		return false;
	/* 127.0.0.0/8, and no name that only begins so */
	return strncmp(host, "127.", 4) || strspn(host, DIGITS ".") < len;
}
