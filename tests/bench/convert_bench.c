/*
 * convert_bench.c - how long subferry takes for the files of a folder, in memory, on one core.
 *
 * usage: convert_bench ROUNDS FILE... - prints the seconds of CPU of the fastest round and the
 * SHA-256 of all that came out, so that the other side of the comparison can be held to it.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "src/base/hash.h"
#include "src/format/transcript.h"

enum { LIMIT = 64 << 20 };

struct file {
	char *bytes;
	size_t len;
};

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int read_file(struct file *file, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int ok = 0;

	if (fd < 0)
		return 0;
	if (!fstat(fd, &st) && st.st_size >= 0 && st.st_size <= LIMIT) {
		file->len = (size_t)st.st_size;
		file->bytes = malloc(file->len + 1);
		ok = file->bytes && read(fd, file->bytes, file->len) == st.st_size;
	}
	close(fd);
	return ok;
}

/* Converts all; adds what came out to @hash, if there is one. Negative: a file was refused. */
static double run_round(const struct file *files, int count, struct hash *hash)
{
	double begin = cpu_seconds();
	struct transcript t;

	transcript_init(&t);
	for (int i = 0; i < count; i++) {
		const struct file *file = &files[i];

		if (transcript_convert(&t, file->bytes, file->len, LIMIT, NULL) != RESULT_OK ||
		    t.finding != FINDING_NONE) {
			fprintf(stderr, "convert_bench: file %d: %s\n", i + 1, t.reason);
			transcript_clear(&t);
			return -1;
		}
		if (hash)
			hash_add(hash, t.sjson.data, t.sjson.len);
	}
	transcript_clear(&t);
	return cpu_seconds() - begin;
}

static int run(const struct file *files, int count, int rounds)
{
	struct hash *hash = hash_new();
	double best = -1, now;
	char hex[HASH_HEX];

	if (!hash || run_round(files, count, hash) < 0) {
		hash_free(hash);
		return 0;
	}
	hash_hex(hash, hex);
	hash_free(hash);
	for (int i = 0; i < rounds; i++) {
		now = run_round(files, count, NULL);
		if (best < 0 || now < best)
			best = now;
	}
	printf("%.6f %s\n", best, hex);
	return 1;
}

int main(int argc, char **argv)
{
	int count = argc - 2, ok = argc > 2;
	struct file *files = calloc((size_t)(ok ? count : 1), sizeof(*files));

	for (int i = 0; files && ok && i < count; i++) {
		ok = read_file(&files[i], argv[i + 2]);
		if (!ok)
			fprintf(stderr, "convert_bench: cannot read %s\n", argv[i + 2]);
	}
	ok = files && ok && run(files, count, (int)strtol(argv[1], NULL, 10));
	for (int i = 0; files && i < count; i++)
		free(files[i].bytes);
	free(files);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
