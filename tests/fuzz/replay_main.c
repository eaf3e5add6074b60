#include "config.h"

#include "tests/fuzz/replay.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 20 };

static uint64_t random_state = 88172645463325252u;

size_t replay_random(size_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return limit ? (size_t)(random_state % limit) : 0;
}

/* The entry point gets memory of just the right size: a sanitizer sees each step beyond. */
bool replay_run(const void *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		return false;
	memcpy(copy, bytes, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
	return true;
}

static bool tell(const char *path)
{
	fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
	return false;
}

static bool run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *bytes = malloc(INPUT_MAX);
	bool ok = file && bytes && replay_run(bytes, fread(bytes, 1, INPUT_MAX, file));

	if (!ok)
		tell(path);
	if (file)
		fclose(file);
	free(bytes);
	return ok;
}

bool replay_write_seed(const char *folder, const char *name, size_t number, const void *bytes,
		       size_t len)
{
	char path[4096];
	FILE *file;
	bool ok;

	snprintf(path, sizeof(path), "%s/%s-%02zu", folder, name, number);
	file = fopen(path, "wb");
	ok = file && fwrite(bytes, 1, len, file) == len;
	if (file && fclose(file))
		ok = false;
	return ok || tell(path);
}

int main(int argc, char **argv)
{
	bool ok = true;

	if (argc == 3 && !strcmp(argv[1], "--seeds"))
		return replay_seeds(argv[2]) ? EXIT_SUCCESS : EXIT_FAILURE;
	for (int i = 1; ok && i < argc; i++)
		ok = run_file(argv[i]);
	if (argc == 1)
		ok = replay_seeds(NULL);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
