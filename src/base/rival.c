#include "config.h"

#include "src/base/rival.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes that a writer locks, by SQLite's file format: of the index of a write-ahead log; without one,
   PENDING and RESERVED of the file itself. */
static const struct place {
	const char *suffix;
	uintmax_t first, last;
} places[] = {{"-shm", 120, 120}, {"", 0x40000000, 0x40000001}};

static bool find_inode(const char *path, const char *suffix, uintmax_t *out)
{
	char name[4096];
	struct stat about;

	if (snprintf(name, sizeof(name), "%s%s", path, suffix) >= (int)sizeof(name) || stat(name, &about))
		return false;
	*out = (uintmax_t)about.st_ino;
	return true;
}

/* "1: POSIX  ADVISORY  WRITE 1234 08:01:131090 120 120". Devices are not compared: file systems that
   lie over others have several. */
static long pid_of_line(const char *line, const struct place *place, uintmax_t inode)
{
	uintmax_t of, first, last;
	long pid;

	if (sscanf(line, "%*[0-9]: POSIX %*s WRITE %ld %*[0-9a-f]:%*[0-9a-f]:%" SCNuMAX " %" SCNuMAX
		   " %" SCNuMAX, &pid, &of, &first, &last) != 4)
		return 0;
	return of == inode && first <= place->last && last >= place->first ? pid : 0;
}

static void name_process(long pid, char *out, size_t size)
{
	char path[64], name[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
	file = fopen(path, "re");
	if (file && !fgets(name, sizeof(name), file))
		name[0] = '\0';
	if (file)
		fclose(file);
	name[strcspn(name, "\n")] = '\0';
	if (*name)
		snprintf(out, size, "pid %ld (%s)", pid, name);
	else
		snprintf(out, size, "pid %ld", pid);
}

/* The list comes in pieces, and a lock that somebody lets go of between two of them moves another one
   over the edge: who is not found is looked for again. */
#define LOOKS 5

static long find_holder(const char *path, const struct place *place)
{
	char line[256];
	uintmax_t inode;
	long pid = 0;
	FILE *file;

	if (!find_inode(path, place->suffix, &inode) || !(file = fopen("/proc/locks", "re")))
		return 0;
	while ((pid <= 0 || pid == (long)getpid()) && fgets(line, sizeof(line), file))
		pid = pid_of_line(line, place, inode);
	fclose(file);
	return pid > 0 && pid != (long)getpid() ? pid : 0;
}

void rival_find(const char *path, char *out, size_t size)
{
	long pid = 0;

	*out = '\0';
	for (int look = 0; look < LOOKS && !pid; look++)
		for (size_t i = 0; i < sizeof(places) / sizeof(*places) && !pid; i++)
			pid = find_holder(path, &places[i]);
	if (pid)
		name_process(pid, out, size);
}

const char *rival_name(const char *path, char *out, size_t size)
{
	rival_find(path, out, size);
	if (!*out)
		snprintf(out, size, "another program");
	return out;
}
