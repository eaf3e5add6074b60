/*
 * replay.c - a main() for a fuzz entry point where there is no libFuzzer: runs it over seeds and
 * over some thousand mutations of them, the same ones every time.
 *
 * usage: replay              the seeds and their mutations
 *        replay FILE...      those files (what a fuzzer found)
 *        replay --seeds DIR  writes the seeds into DIR, for a fuzzer to begin with
 */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MUTATIONS = 400, INPUT_MAX = 1 << 20 };

struct seed {
	const char *bytes;
	size_t len;
};

#define SEED(text) {text, sizeof(text) - 1}
static const struct seed seeds[] = {
	SEED(""),
	SEED("1\n00:00:01,000 --> 00:00:02,000\nHello\nthere\n\n2\n00:00:03,500 --> 00:00:04,000\nx\n"),
	SEED("\xEF\xBB\xBF" "1\r\n00:00:6,5 --> 00:00:\xD9\xA3,1_0 X1:1\r\n"
	     "\"caf\xC3\xA9\" \\ \xF0\x9F\x98\x80\r\n"),
	SEED("-->\nx\n\n9223372036854775807:1:2,3-->-99999999999999999999:+1a:_,\n\0\x7F\xE2\x80\xA8y\n"),
	SEED("\xFF\xFE" "1\0\n\0-\0-\0>\0\n\0\x3D\xD8\x00\xDE\n\0"),
	SEED("\0\0\xFE\xFF\0\0\0" "1\0\0\0\n\0\0\0-\0\0\0-\0\0\0>\0\0\0\n\0\x01\xF6\0"),
	SEED("1\n-->\nit\x92s caf\xE9 \x81\n"),
	SEED("{\"start\": [270, 1e3], \"end\": [-2.5, 1], \"text\": [\"\\u4f60\\ud83d\\ude00\", null]}"),
	SEED("\xEF\xBB\xBF{\"st\\u0061rt\":[],\"x\":[{\"a\":[[[true]]]}],\"end\":[],\"text\":[]}\n"),
	SEED("course-v1:Org+Course+Run+branch@draft+version@0123456789abcdef01234567"),
	SEED("Org/Course/Run"),
	SEED("/static/dir/a b\xCC\x81\xE4\xBD\xA0.tar.srt?x=1"),
	SEED("https://example.org/a.b.mp4?dl=1"),
	SEED("status:failed,paused org:MITx videos>50 -demo \"two words\" changed<2h finding=none"),
	SEED("age:never severity!=error -act=\"read back\" expected>=-1,2 !name:\"a,b\",c run:"),
};
enum { SEEDS = sizeof(seeds) / sizeof(seeds[0]) };

static uint64_t random_state = 88172645463325252u;

static size_t random_below(size_t limit)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return limit ? (size_t)(random_state % limit) : 0;
}

/* The entry point gets memory of just the right size: a sanitizer sees each step beyond. */
static int run_once(const char *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	if (!copy)
		return 0;
	memcpy(copy, bytes, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
	return 1;
}

/* A piece of one seed into another, some bytes changed, the end cut off. */
static int run_mutation(void)
{
	static const char bytes[] = "\0\n\r -:>,.0_{}[]\"\\eu\x80\xBF\xC2\xE2\xED\xF0\xFF";
	const struct seed *a = &seeds[random_below(SEEDS)], *b = &seeds[random_below(SEEDS)];
	size_t at = random_below(a->len + 1), from = random_below(b->len + 1);
	size_t take = random_below(b->len - from + 1), len = 0;
	char text[2048];

	memcpy(text, a->bytes, at);
	len = at;
	memcpy(text + len, b->bytes + from, take);
	len += take;
	memcpy(text + len, a->bytes + at, a->len - at);
	len += a->len - at;
	for (size_t n = random_below(5); n && len; n--)
		text[random_below(len)] = bytes[random_below(sizeof(bytes) - 1)];
	return run_once(text, random_below(4) ? len : random_below(len + 1));
}

static int run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *bytes = malloc(INPUT_MAX);
	int ok = file && bytes && run_once(bytes, fread(bytes, 1, INPUT_MAX, file));

	if (!ok)
		fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
	if (file)
		fclose(file);
	free(bytes);
	return ok;
}

static int write_seeds(const char *folder)
{
	char path[4096];
	int ok = 1;

	for (size_t i = 0; ok && i < SEEDS; i++) {
		FILE *file;

		snprintf(path, sizeof(path), "%s/seed-%02zu", folder, i);
		file = fopen(path, "wb");
		ok = file && fwrite(seeds[i].bytes, 1, seeds[i].len, file) == seeds[i].len;
		if (file && fclose(file))
			ok = 0;
		if (!ok)
			fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
	}
	return ok;
}

int main(int argc, char **argv)
{
	int ok = 1;

	if (argc == 3 && !strcmp(argv[1], "--seeds"))
		return write_seeds(argv[2]) ? EXIT_SUCCESS : EXIT_FAILURE;
	for (int i = 1; ok && i < argc; i++)
		ok = run_file(argv[i]);
	if (argc > 1)
		return ok ? EXIT_SUCCESS : EXIT_FAILURE;
	for (size_t i = 0; ok && i < SEEDS; i++)
		ok = run_once(seeds[i].bytes, seeds[i].len);
	for (size_t i = 0; ok && i < MUTATIONS * SEEDS; i++)
		ok = run_mutation();
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
