#include "config.h"

#include "src/status/place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

const char *place_network(uint32_t type)
{
	/* Not all of them are in the kernel's installed headers. */
	static const struct {
		uint32_t type;
		const char *name;
	} kinds[] = {
		{0x6969, "NFS"},      {0x517B, "SMB"},	    {0xFE534D42, "SMB"},
		{0xFF534D42, "CIFS"}, {0x5346414F, "AFS"},  {0x6B414653, "AFS"},
		{0x73757245, "Coda"}, {0x00C36400, "Ceph"},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].type == type)
			return kinds[i].name;
	return NULL;
}

/* The folder of @path into a new string; NULL without memory. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

enum result place_check(const char *path, const char *what, struct error *err)
{
	enum result st = RESULT_OK;
	char *folder = folder_of(path);
	struct statfs fs;
	struct stat file;
	const char *network;

	if (!folder)
		return error_set(err, RESULT_NOMEM, "no memory to open %s %s", what, path);
	if (!*path) {
		st = error_set(err, RESULT_INVALID, "the path of the %s is empty", what);
	} else if (stat(folder, &file)) {
		st = error_set(err, RESULT_MISSING,
			       "%s %s: its folder cannot be used (%s): make the "
			       "folder, or name another",
			       what, path, strerror(errno));
	} else if (!S_ISDIR(file.st_mode)) {
		st = error_set(err, RESULT_REFUSED, "%s %s: %s is no folder", what, path, folder);
	} else if (!stat(path, &file) && !S_ISREG(file.st_mode)) {
		st = error_set(err, RESULT_REFUSED, "%s %s is no plain file: name another", what,
			       path);
	} else if (!statfs(folder, &fs) && (network = place_network((uint32_t)fs.f_type))) {
		st = error_set(err, RESULT_REFUSED,
			       "%s %s is on a network file system (%s), where "
			       "locks cannot be trusted: put it on a local disk",
			       what, path, network);
	}
	free(folder);
	return st;
}
