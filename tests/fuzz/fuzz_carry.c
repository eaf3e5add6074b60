/* Any bytes as a file of runs: nothing crashes, what is refused has words in one line, what is taken
   can be written and read again as it is, and nothing but a mock run is taken. As the bytes stand,
   and once more with a last line that fits them. */
#include "config.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/rollout/carry_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

/* The lines of @row, written twice with a reading between, are the same. */
static void write_again(const struct transfer *row)
{
	static const size_t offsets[] = {
		[TRANSFER_RUN] = offsetof(struct transfer, run),
		[TRANSFER_COURSE] = offsetof(struct transfer, course),
		[TRANSFER_TRANSCRIPT] = offsetof(struct transfer, transcript),
		[TRANSFER_FINDING] = offsetof(struct transfer, finding),
		[TRANSFER_WAIVER] = offsetof(struct transfer, waiver),
	};
	enum carry_type type = (enum carry_type)row->kind;
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct carry_line line = {0};

	must(carry_line_add(&once, type, (const char *)row + offsets[row->kind], NULL) == RESULT_OK);
	must(carry_line_read(&line, once.data, once.len - 1, NULL) == RESULT_OK);
	must(line.type == type);
	must(carry_line_add(&twice, type, (const char *)&line.row + offsets[row->kind], NULL) == RESULT_OK);
	must(!strcmp(buf_text(&once), buf_text(&twice)));
	carry_line_clear(&line);
	buf_clear(&once);
	buf_clear(&twice);
}

static enum result walk(const void *bytes, size_t size, int64_t counts[TRANSFER_KINDS])
{
	FILE *file = fmemopen((void *)bytes, size, "r");
	struct carry_file *carry;
	struct error err = {0};
	struct transfer row;
	enum result st;

	must(file && carry_file_new(&carry, file, "x", &err) == RESULT_OK);
	while ((st = carry_file_next(carry, &row, &err)) == RESULT_OK) {
		must(row.kind != TRANSFER_RUN || row.run.kind == RUN_MOCK);
		counts[row.kind]++;
		write_again(&row);
	}
	must(st == RESULT_END || st == RESULT_DAMAGED || st == RESULT_INVALID || st == RESULT_REFUSED);
	must(st == RESULT_END || (*err.text && !strchr(err.text, '\n')));
	carry_file_free(carry);
	fclose(file);
	return st;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t n[TRANSFER_KINDS] = {0}, again[TRANSFER_KINDS] = {0};
	struct buf sealed = BUF_INIT;
	char sha256[HASH_HEX];

	if (!size)
		return 0;
	walk(data, size, n);
	hash_sha256(data, size, sha256);
	buf_add(&sealed, data, size);
	buf_printf(&sealed,
		   "{\"type\":\"end\",\"runs\":%" PRId64 ",\"courses\":%" PRId64 ",\"transcripts\":%" PRId64
		   ",\"findings\":%" PRId64 ",\"waivers\":%" PRId64 ",\"sha256\":\"%s\"}\n",
		   n[TRANSFER_RUN], n[TRANSFER_COURSE], n[TRANSFER_TRANSCRIPT], n[TRANSFER_FINDING],
		   n[TRANSFER_WAIVER], sha256);
	walk(sealed.data, sealed.len, again);
	buf_clear(&sealed);
	return 0;
}
