/*
 * status_whole FILE... - what a status database says is true: sums, runs and the chain of its audit.
 *
 * Exit status 1, and what is wrong, for the first that is not. Opening a file recovers its log: give
 * a copy where that is not wanted.
 */
#include "config.h"

#include <stdio.h>

#include "src/status/reader.h"

static enum result look(const char *path, struct error *err)
{
	struct reader *reader = NULL;
	char head[HASH_HEX];
	enum result st = reader_open(&reader, path, err);

	if (st == RESULT_OK)
		st = status_check(reader, err);
	if (st == RESULT_OK)
		st = status_check_events(reader, head, err);
	reader_close(reader);
	return st;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct error err = {0};

		if (look(argv[i], &err) != RESULT_OK) {
			printf("%s: %s\n", argv[i], err.text);
			return 1;
		}
	}
	return 0;
}
