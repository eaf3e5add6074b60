/*
 * Real SubRip files with their real oddities, from the shared data. What is expected here was
 * established once with pysrt 1.1.2 itself: the number of cues and the SHA-256 of the SJSON, or
 * the line of the block that it rejects.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <archive.h>
#include <archive_entry.h>

#include "src/base/hash.h"
#include "src/format/transcript.h"

enum { FILE_MAX = 1 << 20 };

struct sample {
	const char *name, *encoding;
	size_t cues;
	unsigned long line; /* when it is rejected */
	const char *sha256; /* NULL then */
};

/* clang-format off */
static const struct sample samples[] = {
	{"astisub__example-in-carriage-return.srt", NULL, 3, 0,
	 "db972dbf293feca211e765aa1d32b49dbd321d28de1f6cf7ae8eb1e581fbcd9b"},
	{"astisub__example-in-html-entities.srt", NULL, 3, 0,
	 "0fed48d21669946610809ae42c77c66c3b266f92f79037e4d49b42dff1b932fa"},
	{"astisub__example-in-non-utf8.srt", "UTF-16LE", 0, 1,
	 NULL},
	{"astisub__example-in-styled.srt", NULL, 10, 0,
	 "9e10bbb27f3fee7882f2dba4715421ca1cded57a8fab659ec5ba50d607372866"},
	{"astisub__example-in.srt", NULL, 0, 1,
	 NULL},
	{"astisub__missing-sequence-in.srt", NULL, 0, 1,
	 NULL},
	{"dhis2__2.1.1 Introduction – en dash.srt", NULL, 62, 0,
	 "b77be77bb4905aa75c7f33fa82ec6cb7ec9732579909411d6971f3916a61ef60"},
	{"dhis2__ar.srt", NULL, 62, 0,
	 "69a1da82b5c68af33100359501cda282c23f8b95e48ab657e4b1067c74d94d13"},
	{"dhis2__bom_crlf.srt", NULL, 101, 0,
	 "8b5e3364755bf96c6e6eda471f933e9a8f5f10e3b578d7000aacb5baff438a35"},
	{"mantas__utf16.srt", "UTF-16LE", 1, 0,
	 "f9ffbf493d6416777c5fd7b20e48f14bc7957736ed33d7b6d3efb777d55bcea9"},
	{"pysrt__bom-utf-16-be.srt", "UTF-16BE", 7, 0,
	 "6873c39984d4043fa81c38dfb55120a387883184b5234163edc37ba33312bc92"},
	{"pysrt__bom-utf-16-le.srt", "UTF-16LE", 7, 0,
	 "6873c39984d4043fa81c38dfb55120a387883184b5234163edc37ba33312bc92"},
	{"pysrt__bom-utf-32-be.srt", "UTF-32BE", 7, 0,
	 "6873c39984d4043fa81c38dfb55120a387883184b5234163edc37ba33312bc92"},
	{"pysrt__bom-utf-32-le.srt", "UTF-32LE", 7, 0,
	 "6873c39984d4043fa81c38dfb55120a387883184b5234163edc37ba33312bc92"},
	{"pysrt__bom-utf-8.srt", NULL, 7, 0,
	 "6873c39984d4043fa81c38dfb55120a387883184b5234163edc37ba33312bc92"},
	{"pysrt__capability_tester.srt", NULL, 37, 0,
	 "3d9c4c56631baba17c7d6eb4072ed54286a0ed202a8068ad26c4ccc181d01325"},
	{"pysrt__empty.srt", NULL, 7, 0,
	 "c726c69bd8f4d403fa819d15636c0b5078d9dfe40563fae36c71e9ece70988a1"},
	{"pysrt__invalid.srt", NULL, 0, 1,
	 NULL},
	{"pysrt__no-indexes.srt", NULL, 7, 0,
	 "6873c39984d4043fa81c38dfb55120a387883184b5234163edc37ba33312bc92"},
	{"srt__ascii.srt", NULL, 3, 0,
	 "c223d9dfe5f245f92a41dfde892715e2ad9420fccbbc48fbb2a14bdb5668c177"},
	{"srt__gb2312.srt", "Latin-1", 3, 0,
	 "c27ca49f8050ce93938d1d296f8ab87231c8cbc15dc82ec8ab8b069e4027c029"},
};
/* clang-format on */

enum { SAMPLES = sizeof(samples) / sizeof(samples[0]) };

static void check_sample(const struct sample *sample, const char *bytes, size_t len)
{
	struct transcript t;
	char hex[HASH_HEX];

	transcript_init(&t);
	assert_int_equal(transcript_convert(&t, bytes, len, FILE_MAX, NULL), RESULT_OK);
	print_message("%s: %zu cues, line %lu %s\n", sample->name, t.cues, t.line, t.reason);
	assert_int_equal(t.cues, sample->cues);
	assert_int_equal(t.line, sample->line);
	if (sample->encoding)
		assert_string_equal(t.encoding, sample->encoding);
	else
		assert_null(t.encoding);
	if (sample->sha256) {
		assert_int_equal(t.finding, FINDING_NONE);
		hash_sha256(t.sjson.data, t.sjson.len, hex);
		assert_string_equal(hex, sample->sha256);
	} else {
		assert_int_equal(t.finding, FINDING_SRT_INVALID);
	}
	transcript_clear(&t);
}

static const struct sample *find_sample(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	for (size_t i = 0; slash && i < SAMPLES; i++)
		if (!strcmp(slash + 1, samples[i].name))
			return &samples[i];
	return NULL;
}

static void convert_agrees_with_pysrt_on_real_files(void **state)
{
	const char *shared = getenv("SUBFERRY_SHARED");
	struct archive *archive = archive_read_new();
	const struct sample *sample;
	struct archive_entry *entry;
	char *bytes = malloc(FILE_MAX);
	size_t seen = 0;
	char path[4096];
	la_ssize_t len;

	(void)state;
	snprintf(path, sizeof(path), "%s/data/srt-edge.tar.gz", shared ? shared : SHARED_FOLDER);
	assert_non_null(archive);
	assert_non_null(bytes);
	if (access(path, R_OK)) {
		print_message("skipped: there is no %s\n", path);
		archive_read_free(archive);
		free(bytes);
		skip();
	}
	archive_read_support_filter_gzip(archive);
	archive_read_support_format_tar(archive);
	assert_int_equal(archive_read_open_filename(archive, path, 65536), ARCHIVE_OK);
	while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
		sample = find_sample(archive_entry_pathname(entry));
		if (!sample)
			continue;
		len = archive_read_data(archive, bytes, FILE_MAX);
		assert_true(len >= 0 && len < FILE_MAX);
		check_sample(sample, bytes, (size_t)len);
		seen++;
	}
	assert_int_equal(seen, SAMPLES);
	archive_read_free(archive);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(convert_agrees_with_pysrt_on_real_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
