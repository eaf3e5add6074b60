/*
 * convert_many.c - the driver of pysrt_differential.py: transcripts in, what became of them out.
 *
 * Each input is a length (32 bits, least byte first) and that many bytes. Each answer is a
 * length in the same form, counting what follows: 'A' and the SJSON, or 'R', the line in
 * decimal, a space and the reason.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "src/format/transcript.h"

enum { INPUT_MAX = 64 << 20 };

static int read_length(uint32_t *len)
{
	unsigned char c[4];

	if (fread(c, 1, 4, stdin) != 4)
		return 0;
	*len = (uint32_t)c[3] << 24 | (uint32_t)c[2] << 16 | (uint32_t)c[1] << 8 | c[0];
	return *len <= INPUT_MAX;
}

static int write_answer(char kind, const char *bytes, size_t len)
{
	uint32_t n = (uint32_t)len + 1;
	unsigned char c[4] = {n & 255, n >> 8 & 255, n >> 16 & 255, n >> 24};

	return fwrite(c, 1, 4, stdout) == 4 && putchar(kind) != EOF &&
	       fwrite(bytes, 1, len, stdout) == len;
}

static int answer(const char *bytes, size_t len)
{
	struct buf words = BUF_INIT;
	struct transcript t;
	struct error err;
	int ok;

	transcript_init(&t);
	if (transcript_convert(&t, bytes, len, INPUT_MAX, &err) != RESULT_OK) {
		fprintf(stderr, "convert_many: %s\n", err.text);
		return 0;
	}
	if (t.finding == FINDING_NONE || t.finding == FINDING_TRANSCRIPT_EMPTY) {
		ok = write_answer('A', buf_text(&t.sjson), t.sjson.len);
	} else {
		buf_printf(&words, "%lu %s", t.line, t.reason);
		ok = write_answer('R', buf_text(&words), words.len);
	}
	buf_clear(&words);
	transcript_clear(&t);
	return ok;
}

int main(void)
{
	int status = EXIT_FAILURE;
	char *bytes = NULL;
	uint32_t len;

	while (read_length(&len)) {
		/* exactly as large as its content, so that a sanitizer sees a step beyond */
		bytes = malloc(len ? len : 1);
		if (!bytes || fread(bytes, 1, len, stdin) != len || !answer(bytes, len))
			goto out;
		free(bytes);
		bytes = NULL;
	}
	if (feof(stdin) && !fflush(stdout))
		status = EXIT_SUCCESS;
out:
	free(bytes);
	return status;
}
