#include "config.h"

#include "src/status/rival.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The byte of "<path>-shm" that a writer locks: SQLite's file format has it so. */
#define WRITE_BYTE 120

static bool find_inode(const char *path, uintmax_t *out)
{
	char name[4096];
	struct stat about;

	if (snprintf(name, sizeof(name), "%s-shm", path) >= (int)sizeof(name) || stat(name, &about))
		return false;
	*out = (uintmax_t)about.st_ino;
	return true;
}

/* "1: POSIX  ADVISORY  WRITE 1234 08:01:131090 120 120". Devices are not compared: file systems that
   lie over others have several. */
static long pid_of_line(const char *line, uintmax_t inode)
{
	uintmax_t of, first, last;
	long pid;

	if (sscanf(line, "%*[0-9]: POSIX %*s WRITE %ld %*[0-9a-f]:%*[0-9a-f]:%" SCNuMAX " %" SCNuMAX
		   " %" SCNuMAX, &pid, &of, &first, &last) != 4)
		return 0;
	return of == inode && first <= WRITE_BYTE && last >= WRITE_BYTE ? pid : 0;
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

void rival_find(const char *path, char *out, size_t size)
{
	char line[256];
	uintmax_t inode;
	long pid = 0;
	FILE *file;

	*out = '\0';
	if (!find_inode(path, &inode) || !(file = fopen("/proc/locks", "re")))
		return;
	while (pid <= 0 && fgets(line, sizeof(line), file))
		pid = pid_of_line(line, inode);
	fclose(file);
	if (pid > 0 && pid != (long)getpid())
		name_process(pid, out, size);
}
