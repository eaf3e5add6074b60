#include "config.h"

#include "src/base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Far above any URI; one buffer of this size, so that growing it leaves no copy behind. */
#define SECRET_MAX 16384

static enum result no_memory(const char *what, struct error *err)
{
	return error_set(err, RESULT_NOMEM, "%s: out of memory", what);
}

static enum result read_variable(const char *name, const char *what, char **out, struct error *err)
{
	const char *value = getenv(name);

	if (!value)
		return error_set(err, RESULT_MISSING,
				 "%s_env = %s: there is no such environment variable", what, name);
	if (!*value)
		return error_set(err, RESULT_INVALID, "%s_env = %s: the variable is empty", what,
				 name);
	*out = strdup(value);
	return *out ? RESULT_OK : no_memory(what, err);
}

/* ---- files --------------------------------------------------------------------------------*/

/* The open file is looked at, not its name: nobody can put another one there in between. */
static enum result check_file(int fd, const char *path, const char *what, struct error *err)
{
	struct stat file;

	if (fstat(fd, &file) < 0)
		return error_set(err, RESULT_REFUSED, "%s_file: cannot read %s: %s", what, path,
				 strerror(errno));
	if (!S_ISREG(file.st_mode))
		return error_set(err, RESULT_REFUSED, "%s_file: %s is no plain file", what, path);
	if (file.st_uid != geteuid())
		return error_set(err, RESULT_REFUSED,
				 "%s_file: %s belongs to uid %lu: it must be yours alone", what,
				 path, (unsigned long)file.st_uid);
	if (file.st_mode & (S_IRWXG | S_IRWXO))
		return error_set(err, RESULT_REFUSED,
				 "%s_file: others than its owner may open %s: chmod 600 it", what,
				 path);
	return RESULT_OK;
}

/* Fills the SECRET_MAX + 1 bytes of @bytes as far as the file goes. */
static enum result read_bytes(int fd, char *bytes, size_t *len, const char *path, const char *what,
			      struct error *err)
{
	*len = 0;
	while (*len <= SECRET_MAX) {
		ssize_t got = read(fd, bytes + *len, SECRET_MAX + 1 - *len);

		if (!got)
			return RESULT_OK;
		if (got > 0)
			*len += (size_t)got;
		else if (errno != EINTR)
			return error_set(err, RESULT_REFUSED, "%s_file: cannot read %s: %s", what,
					 path, strerror(errno));
	}
	return error_set(err, RESULT_INVALID, "%s_file: %s is larger than %d bytes: no secret is",
			 what, path, SECRET_MAX);
}

static enum result check_bytes(char *bytes, size_t len, const char *path, const char *what,
			       struct error *err)
{
	if (len && bytes[len - 1] == '\n')
		bytes[--len] = '\0';
	if (len && bytes[len - 1] == '\r')
		bytes[--len] = '\0';
	if (!len)
		return error_set(err, RESULT_INVALID, "%s_file: %s is empty", what, path);
	if (memchr(bytes, 0, len))
		return error_set(err, RESULT_INVALID, "%s_file: a NUL byte in %s", what, path);
	return RESULT_OK;
}

static enum result read_file(const char *path, const char *what, char **out, struct error *err)
{
	/* not to wait for the other end, should it be a pipe */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char *bytes = NULL;
	size_t len = 0;
	enum result st;

	if (fd < 0)
		return error_set(
		    err, errno == ENOENT || errno == ENOTDIR ? RESULT_MISSING : RESULT_REFUSED,
		    "%s_file: cannot read %s: %s", what, path, strerror(errno));
	st = check_file(fd, path, what, err);
	if (st != RESULT_OK)
		goto out;
	bytes = calloc(1, SECRET_MAX + 2);
	if (!bytes) {
		st = no_memory(what, err);
		goto out;
	}
	st = read_bytes(fd, bytes, &len, path, what, err);
	if (st == RESULT_OK)
		st = check_bytes(bytes, len, path, what, err);
	if (st != RESULT_OK)
		goto out;
	*out = bytes;
	bytes = NULL;
out:
	if (bytes)
		explicit_bzero(bytes, SECRET_MAX + 2);
	free(bytes);
	close(fd);
	return st;
}

/* ---- entrance -----------------------------------------------------------------------------*/

enum result secret_read(const char *env, const char *file, const char *what, char **out,
			struct error *err)
{
	bool has_env = env && *env, has_file = file && *file;

	*out = NULL;
	if (has_env && has_file)
		return error_set(err, RESULT_INVALID,
				 "%s_env and %s_file: give one of them, not both", what, what);
	if (has_env)
		return read_variable(env, what, out, err);
	if (has_file)
		return read_file(file, what, out, err);
	return error_set(err, RESULT_INVALID, "%s_env or %s_file is missing", what, what);
}

void secret_free(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

void secret_hide(char *text, const char *secret)
{
	size_t len = secret ? strlen(secret) : 0;
	size_t stars = len < 3 ? len : 3; /* a text must not become longer */

	if (!len)
		return;
	while ((text = strstr(text, secret))) {
		memset(text, '*', stars);
		memmove(text + stars, text + len, strlen(text + len) + 1);
		text += stars;
	}
}
