#include "config.h"

#include "tests/unit/carry_help.h"

#include <sys/stat.h>

#include "src/base/buf.h"
#include "src/base/hash.h"
#include "src/rollout/carry.h"

/* A rehearsal, and a production that knows the course c0. */
struct pair {
	struct help from, to;
	char file[160];
	struct error err;
	struct carried carried;
};

/* Two mock runs that ended; and a dry one, an open one, a real one and an imported one besides. */
static void rehearse(struct help *help)
{
	add_run(help, 1, "mock", 1000000, "0, 0");
	add_course(help, 1, 1, "c0", "Failed", 2);
	add_course(help, 2, 1, "c1", "Migrated", 0);
	add_run(help, 2, "dry", 2000000, "0, 0");
	add_course(help, 3, 2, "c0", "Migrated", 0);
	add_run(help, 3, "mock", 3000000, "0, 0");
	add_course(help, 4, 3, "c0", "Failed", 1);
	add_run(help, 4, "mock", 4000000, "0, 0");
	help_sql(help, "UPDATE run SET ended = 0 WHERE number = 4");
	add_run(help, 5, "real", 5000000, "0, 0");
	add_run(help, 6, "mock", 6000000, "77, 1");
	help_sql(help,
		 "INSERT INTO run_transcript VALUES(1, 'video@a', 'en', 'id-1', 'migrated', "
		 "'" SHA("00ff") "', '" SHA("11ee") "');"
		 "INSERT INTO run_transcript VALUES(1, 'video@a', 'fr', 'id-1', 'failed', '', '');"
		 "INSERT INTO run_transcript VALUES(4, 'video@\x1b[31m' || char(10) || '\"\\u0000', "
		 "'zh-Hans', '', 'kept', '" SHA("00ff") "', '');"
		 "INSERT INTO run_finding(run_course, block, language, code, severity, text, seen,"
		 " waived, reason, who, at) VALUES(4, '', '', 'val-list-broken', 1, char(27) || ']0;x',"
		 " '', 0, '', '', 6);"
		 "UPDATE run_course SET migrated = 1, not_migrated = 1 WHERE id = 1;"
		 "UPDATE run_course SET warnings = 1, kept = 1 WHERE id = 4");
}

static int setup(void **state)
{
	struct pair *pair = calloc(1, sizeof(*pair));

	assert_non_null(pair);
	help_folder(&pair->from);
	help_open(&pair->from);
	help_folder(&pair->to);
	help_open(&pair->to);
	help_scan(&pair->to, 1);
	rehearse(&pair->from);
	snprintf(pair->file, sizeof(pair->file), "%s/runs.json", pair->from.folder);
	*state = pair;
	return 0;
}

static int teardown(void **state)
{
	struct pair *pair = *state;

	help_close(&pair->from);
	help_remove(&pair->from);
	help_close(&pair->to);
	help_remove(&pair->to);
	free(pair);
	return 0;
}

static void export(struct pair *pair)
{
	unlink(pair->file);
	assert_ok(carry_export(pair->from.reader, pair->file, &pair->carried, &pair->err), pair->err);
}

static enum result import(struct pair *pair)
{
	return carry_import(pair->to.status, pair->file, &pair->carried, &pair->err);
}

/* What an import can change. */
static char *all_rows(struct help *help)
{
	return help_rows(help, "SELECT (SELECT group_concat(uid) FROM run),"
			       " (SELECT count(*) FROM run_course), (SELECT count(*) FROM run_transcript),"
			       " (SELECT count(*) FROM run_finding), (SELECT group_concat(course) FROM waiver),"
			       " (SELECT count(*) FROM event), (SELECT sum(waived) FROM finding)");
}

/* ---- there and back -----------------------------------------------------------------------*/

#define CARRIED "run IN (SELECT number FROM run WHERE began IN (1000000, 3000000))"

static void mock_runs_arrive_as_they_were(void **state)
{
	static const char *const sql[] = {
		"SELECT uid, kind, generation, campus, environment, release, version, options, who, host,"
		" began, ended, broken_off, active FROM run WHERE began IN (1000000, 3000000) ORDER BY began",
		"SELECT course, status, c.began, c.ended, problem, source_version, source_assets, videos,"
		" failed, expected, in_val, unknown, extra, differing, errors, warnings, notices, waived,"
		" bytes, migrated, kept, would, untold, not_migrated, c.active, tried FROM run_course c"
		" WHERE " CARRIED " ORDER BY run, course",
		"SELECT hex(block), language, val_id, outcome, source_sha256, sha256 FROM run_transcript"
		" JOIN run_course c ON c.id = run_course WHERE " CARRIED " ORDER BY run, course, block,"
		" language",
		"SELECT block, language, code, severity, hex(text), seen, f.waived, reason, who, at"
		" FROM run_finding f JOIN run_course c ON c.id = run_course WHERE " CARRIED
		" ORDER BY run, course, block",
	};
	struct pair *pair = *state;

	export(pair);
	assert_int_equal(pair->carried.runs, 2);
	assert_int_equal(pair->carried.courses, 3);
	assert_int_equal(pair->carried.transcripts, 3);
	assert_int_equal(pair->carried.findings, 4);
	assert_int_equal(pair->carried.waivers, 0);
	assert_ok(import(pair), pair->err);
	assert_int_equal(pair->carried.runs, 2);
	assert_int_equal(pair->carried.findings, 4);
	assert_int_equal(pair->carried.known, 0);
	for (size_t i = 0; i < sizeof(sql) / sizeof(*sql); i++) {
		char *wanted = help_rows(&pair->from, sql[i]);

		assert_true(*wanted);
		assert_rows(&pair->to, sql[i], wanted);
		free(wanted);
	}
	assert_rows(&pair->to, "SELECT number, origin_number, imported > 0 FROM run", "1|1|1\n2|3|1\n");
	assert_ok(status_check(pair->to.reader, &pair->err), pair->err);
}

static void the_audit_has_one_line_of_it(void **state)
{
	struct pair *pair = *state;
	struct stat info;
	char wanted[400], head[HASH_HEX], sha256[HASH_HEX], *bytes;
	FILE *file;

	export(pair);
	assert_ok(import(pair), pair->err);
	assert_int_equal(stat(pair->file, &info), 0);
	bytes = malloc((size_t)info.st_size);
	file = fopen(pair->file, "r");
	assert_true(bytes && file);
	assert_int_equal(fread(bytes, 1, (size_t)info.st_size, file), info.st_size);
	fclose(file);
	hash_sha256(bytes, (size_t)((char *)memrchr(bytes, '\n', (size_t)info.st_size - 1) + 1 - bytes),
		    sha256);
	free(bytes);
	snprintf(wanted, sizeof(wanted),
		 "ana|%s|campus demo: mock 1 (here 1), mock 3 (here 2); 0 waivers; SHA-256 %s\n",
		 pair->file, sha256);
	assert_rows(&pair->to, "SELECT who, object, what FROM event WHERE action = 'import'", wanted);
	assert_ok(status_check_events(pair->to.reader, head, &pair->err), pair->err);
}

static void what_is_known_is_skipped(void **state)
{
	struct pair *pair = *state;

	help_sql(&pair->from, "INSERT INTO waiver VALUES(1, 'c0', 'video@v0', 'fr', 'srt-invalid', 'seen0',"
			      " 'as filmed', 'cy', 9)");
	export(pair);
	assert_ok(import(pair), pair->err);
	assert_ok(import(pair), pair->err);
	assert_int_equal(pair->carried.runs, 0);
	assert_int_equal(pair->carried.courses, 0);
	assert_int_equal(pair->carried.waivers, 0);
	assert_int_equal(pair->carried.known, 3);
	assert_rows(&pair->to, "SELECT count(*) FROM event WHERE action = 'import'", "1\n");
	/* a third run beside them */
	add_run(&pair->from, 7, "mock", 7000000, "0, 0");
	export(pair);
	assert_ok(import(pair), pair->err);
	assert_int_equal(pair->carried.runs, 1);
	assert_int_equal(pair->carried.known, 3);
	assert_rows(&pair->to, "SELECT number, origin_number FROM run WHERE number > 2", "3|7\n");
	/* and a file of our own is known as a whole */
	assert_ok(carry_import(pair->from.status, pair->file, &pair->carried, &pair->err), pair->err);
	assert_int_equal(pair->carried.known, 4);
	assert_int_equal(pair->carried.runs, 0);
}

static void a_finding_is_waived_as_it_stands_now(void **state)
{
	struct pair *pair = *state;

	help_sql(&pair->from,
		 "INSERT INTO waiver VALUES(1, 'c0', 'video@v0', 'fr', 'srt-invalid', 'seen0', 'as filmed',"
		 " 'cy', 9);"
		 /* of another content, and one that was taken back */
		 "INSERT INTO waiver VALUES(2, 'c0', 'video@v1', 'fr', 'srt-invalid', 'other', 'no', 'cy', 9);"
		 "INSERT INTO waiver VALUES(3, 'c0', '-', '-', 'val-list-broken', '', 'known', 'di', 9);"
		 "UPDATE run_finding SET waived = 1, reason = 'x', who = 'y' WHERE block = 'video@v1'");
	export(pair);
	assert_ok(import(pair), pair->err);
	assert_int_equal(pair->carried.waivers, 3);
	assert_rows(&pair->to,
		    "SELECT run, block, f.waived, reason, who FROM run_finding f JOIN run_course c"
		    " ON c.id = run_course ORDER BY run, block",
		    "1|video@v0|1|as filmed|cy\n1|video@v1|0||\n2||1|known|di\n2|video@v0|1|as filmed|cy\n");
	assert_rows(&pair->to, "SELECT errors, warnings, waived FROM run_course ORDER BY id",
		    "1|0|1\n0|0|0\n0|0|2\n");
	assert_rows(&pair->to, "SELECT course, block, code, seen, reason, who, at FROM waiver ORDER BY id",
		    "c0|-|val-list-broken||known|di|9\n"
		    "c0|video@v0|srt-invalid|seen0|as filmed|cy|9\n"
		    "c0|video@v1|srt-invalid|other|no|cy|9\n");
}

static void the_smallest_run_is_carried_without_a_course(void **state)
{
	struct pair *pair = *state;

	help_sql(&pair->from, "DELETE FROM run_finding; DELETE FROM run_transcript;"
			      "DELETE FROM run_course; DELETE FROM run WHERE number <> 1");
	export(pair);
	assert_ok(import(pair), pair->err);
	assert_int_equal(pair->carried.runs, 1);
	/* none at all is told, and leaves no file */
	help_sql(&pair->from, "DELETE FROM run");
	unlink(pair->file);
	assert_int_equal(carry_export(pair->from.reader, pair->file, &pair->carried, &pair->err),
			 RESULT_MISSING);
	assert_says(pair->err, "no mock run has ended here");
	assert_int_equal(access(pair->file, F_OK), -1);
}

/* ---- waivers arrive where findings are open -----------------------------------------------*/

static void open_findings_here_are_waived_at_once(void **state)
{
	struct pair *pair = *state;
	struct help *to = &pair->to;
	int64_t course = help_course(to, "c0"), pass;
	struct video_row video = help_video("v0", 0);
	struct transcript_row planned[] = {help_transcript(0, "fr")};
	struct finding_row note = help_finding(FINDING_VAL_LIST_BROKEN, "", "", "");
	struct finding_row found[] = {help_finding(FINDING_SRT_INVALID, "video@v0", "fr", "seen0"),
				      help_finding(FINDING_SRT_INVALID, "video@v0", "de", "seen1")};
	struct video_outcome outcome = {.course_id = course, .attempt = true, .number = 1,
					.state = VIDEO_FAILED, .text = "", .transcripts = planned,
					.transcript_count = 1, .findings = found, .finding_count = 2};

	help_wish(to, WISH_RUN, course, NULL, false);
	assert_ok(status_course_begin(to->status, course, false, &pass, NULL, &to->err), to->err);
	assert_ok(status_course_plan(to->status, course, pass, &video, 1, planned, 1, &note, 1, &to->err),
		  to->err);
	outcome.video_id = video.id;
	outcome.pass = pass;
	status_video_outcome(to->status, &outcome);
	help_flush(to);
	assert_int_equal(help_row(to, course).counts.errors, 2);
	help_sql(&pair->from,
		 "INSERT INTO waiver VALUES(1, 'c0', 'video@v0', 'fr', 'srt-invalid', 'seen0', 'as filmed',"
		 " 'cy', 9);"
		 "INSERT INTO waiver VALUES(2, 'c0', 'video@v0', 'de', 'srt-invalid', 'elsewhere', 'no', 'cy',"
		 " 9);"
		 "INSERT INTO waiver VALUES(3, 'c0', '-', '-', 'val-list-broken', '', 'known', 'di', 9);"
		 "INSERT INTO waiver VALUES(4, 'nosuch', '-', '-', 'val-list-broken', '', 'known', 'di', 9)");
	export(pair);
	assert_ok(import(pair), pair->err);
	assert_int_equal(pair->carried.waivers, 4);
	assert_rows(to, "SELECT code, language, waived, reason, who FROM finding ORDER BY id",
		    "val-list-broken||1|known|di\nsrt-invalid|fr|1|as filmed|cy\nsrt-invalid|de|0||\n");
	assert_int_equal(help_row(to, course).counts.errors, 1);
	assert_int_equal(help_row(to, course).counts.warnings, 0);
	assert_int_equal(help_row(to, course).counts.waived, 2);
	assert_ok(status_check(to->reader, &to->err), to->err);
}

static void a_waiver_of_here_stays(void **state)
{
	struct pair *pair = *state;

	help_sql(&pair->to, "INSERT INTO waiver VALUES(1, 'c0', 'video@v0', 'fr', 'srt-invalid', 'seen0',"
			    " 'mine', 'ana', 8)");
	help_sql(&pair->from, "INSERT INTO waiver VALUES(1, 'c0', 'video@v0', 'fr', 'srt-invalid', 'seen0',"
			      " 'theirs', 'cy', 9)");
	export(pair);
	assert_ok(import(pair), pair->err);
	assert_int_equal(pair->carried.known, 1);
	assert_rows(&pair->to, "SELECT reason, who FROM waiver", "mine|ana\n");
}

/* ---- files --------------------------------------------------------------------------------*/

static void a_file_is_never_replaced(void **state)
{
	struct pair *pair = *state;

	export(pair);
	assert_int_equal(carry_export(pair->from.reader, pair->file, &pair->carried, &pair->err),
			 RESULT_EXISTS);
	assert_says(pair->err, "runs.json is there already");
	assert_ok(import(pair), pair->err);
	snprintf(pair->file, sizeof(pair->file), "%s/no/runs.json", pair->from.folder);
	assert_int_equal(carry_export(pair->from.reader, pair->file, &pair->carried, &pair->err),
			 RESULT_UNREACHABLE);
	assert_says(pair->err, "cannot be written");
	assert_int_equal(import(pair), RESULT_MISSING);
}

static char *slurp(const char *path, size_t *len)
{
	char *bytes = calloc(1, 1 << 20);
	FILE *file = fopen(path, "r");

	assert_true(bytes && file);
	*len = fread(bytes, 1, (1 << 20) - 1, file);
	fclose(file);
	return bytes;
}

static void spill(const char *path, const char *bytes, size_t len)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void what_was_cut_is_refused_whole(void **state)
{
	struct pair *pair = *state;
	char *before, *after, *bytes;
	size_t len;

	export(pair);
	bytes = slurp(pair->file, &len);
	before = all_rows(&pair->to);
	for (size_t cut = 0; cut < len; cut += cut + 40 > len || cut < 80 ? 1 : 17) {
		enum result st;

		spill(pair->file, bytes, cut);
		st = import(pair);
		if (st != RESULT_DAMAGED && !(st == RESULT_INVALID && cut < 60))
			fail_msg("cut at %zu of %zu: %s", cut, len, result_text(st));
	}
	after = all_rows(&pair->to);
	assert_string_equal(before, after);
	assert_ok(status_broken(pair->to.status, &pair->err), pair->err);
	spill(pair->file, bytes, len);
	assert_ok(import(pair), pair->err);
	free(before);
	free(after);
	free(bytes);
}

static void what_was_changed_is_refused_whole(void **state)
{
	struct pair *pair = *state;
	char *before, *after, *bytes;
	size_t len;

	export(pair);
	bytes = slurp(pair->file, &len);
	before = all_rows(&pair->to);
	for (size_t at = 0; at < len; at += 5) {
		enum result st;

		bytes[at] ^= 1;
		spill(pair->file, bytes, len);
		bytes[at] ^= 1;
		st = import(pair);
		if (st != RESULT_DAMAGED && st != RESULT_INVALID && st != RESULT_REFUSED)
			fail_msg("changed at %zu of %zu: %s", at, len, result_text(st));
	}
	after = all_rows(&pair->to);
	assert_string_equal(before, after);
	free(before);
	free(after);
	free(bytes);
}

static void what_is_no_file_of_runs_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		enum result st;
		const char *says;
	} files[] = {
		{"", RESULT_INVALID, "was not made by subferry runs --export"},
		{"\n", RESULT_INVALID, "was not made by"},
		{"{\"type\":\"run\"}\n", RESULT_INVALID, "was not made by"},
		{"PK\x03\x04", RESULT_INVALID, "was not made by"},
		{"{\"type\":\"header\",\"format\":\"subferry runs\",\"version\":3,\"new\":[]}\n",
		 RESULT_INVALID, "made by a newer subferry (format 3, this one knows 2)"},
		{"{\"type\":\"header\",\"format\":\"subferry runs\",\"version\":1}\n", RESULT_DAMAGED,
		 "runs.json:1: "},
		{"{\"type\":\"header\",\"format\":\"subferry runs\",\"version\":1", RESULT_DAMAGED,
		 "the line has no end"},
	};
	struct pair *pair = *state;
	char *before = all_rows(&pair->to), *after;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		spill(pair->file, files[i].bytes, strlen(files[i].bytes));
		assert_int_equal(import(pair), files[i].st);
		assert_says(pair->err, files[i].says);
	}
	after = all_rows(&pair->to);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

/* ---- hostile files: their counts and hash are right ---------------------------------------*/

/* The file with the first @old from line @line on made @new, and the last line made to fit. */
static void forge(struct pair *pair, const char *original, const char *old, const char *new)
{
	const char *end = strstr(original, "{\"type\":\"end\""), *at = strstr(original, old);
	const char *counts = strstr(end, ",\"sha256\"");
	struct buf out = BUF_INIT;
	char sha256[HASH_HEX];

	if (!at || at > end)
		fail_msg("there is no %s in %s", old, original);
	buf_add(&out, original, (size_t)(at - original));
	buf_add_text(&out, new);
	buf_add(&out, at + strlen(old), (size_t)(end - at) - strlen(old));
	hash_sha256(out.data, out.len, sha256);
	buf_add(&out, end, (size_t)(counts - end));
	buf_printf(&out, ",\"sha256\":\"%s\"}\n", sha256);
	spill(pair->file, out.data, out.len);
	buf_clear(&out);
}

static void hostile_rows_are_refused_whole(void **state)
{
	static const struct {
		const char *old, *new;
		enum result st;
	} forged[] = {
		/* what may not come */
		{"\"kind\":\"mock\"", "\"kind\":\"real\"", RESULT_REFUSED},
		{"\"kind\":\"mock\"", "\"kind\":\"dry\"", RESULT_REFUSED},
		{"\"environment\":\"staging\",\"release\"", "\"environment\":\"production\",\"release\"",
		 RESULT_REFUSED},
		/* words that are none */
		{"\"kind\":\"mock\"", "\"kind\":\"Mock\"", RESULT_DAMAGED},
		{"\"status\":\"Failed\"", "\"status\":\"failed\"", RESULT_DAMAGED},
		{"\"status\":\"Failed\"", "\"status\":\"Not-Migrated\"", RESULT_DAMAGED},
		{"\"outcome\":\"migrated\"", "\"outcome\":\"gone\"", RESULT_DAMAGED},
		{"\"code\":\"srt-invalid\"", "\"code\":\"srt\"", RESULT_DAMAGED},
		{"\"severity\":\"error\"", "\"severity\":\"notice\"", RESULT_DAMAGED},
		{"\"severity\":\"error\"", "\"severity\":\"fatal\"", RESULT_DAMAGED},
		/* types, sizes, members */
		{"\"began\":1000000", "\"began\":\"1000000\"", RESULT_DAMAGED},
		{"\"began\":1000000", "\"began\":-1", RESULT_DAMAGED},
		{"\"began\":1000000", "\"began\":1e300", RESULT_DAMAGED},
		{"\"began\":1000000", "\"began\":0.5", RESULT_DAMAGED},
		{"\"ended\":1001000", "\"ended\":0", RESULT_DAMAGED},
		{"\"ended\":2000,\"problem\"", "\"ended\":0,\"problem\"", RESULT_DAMAGED},
		{"\"broken_off\":false", "\"broken_off\":0", RESULT_DAMAGED},
		{"\"host\":\"mole\"", "\"host\":null", RESULT_DAMAGED},
		{"\"host\":\"mole\"", "\"guest\":\"mole\"", RESULT_DAMAGED},
		{"\"host\":\"mole\"", "\"host\":\"mole\",\"host\":\"mole\"", RESULT_DAMAGED},
		{"\"host\":\"mole\"", "\"host\":\"mo\\u0000le\"", RESULT_DAMAGED},
		{"\"host\":\"mole\"", "\"host\":\"mo\x1b[31mle\"", RESULT_DAMAGED},
		{"\"host\":\"mole\"", "\"host\":\"mo\xFFle\"", RESULT_DAMAGED},
		{"\"host\":\"mole\"", "\"host\":[[[[[[[[]]]]]]]]", RESULT_DAMAGED},
		{"\"uid\":\"0", "\"uid\":\"x", RESULT_DAMAGED},
		{"\"source_sha256\":\"0", "\"source_sha256\":\"O", RESULT_DAMAGED},
		{"\"source_sha256\":\"0", "\"source_sha256\":\"", RESULT_DAMAGED},
		{"{\"type\":\"run\"", "[\"type\",\"run\"", RESULT_DAMAGED},
		{"{\"type\":\"run\"", "{\"type\":\"ruin\"", RESULT_DAMAGED},
		{"{\"type\":\"run\"", " {\"type\":\"header\"", RESULT_DAMAGED},
		/* a waiver of what nobody can waive, or by nobody */
		{"\"code\":\"srt-invalid\",\"severity\":\"error\",\"text\":\"line 3\",\"seen\":\"seen0\"",
		 "\"code\":\"store-conflict\",\"severity\":\"error\",\"text\":\"line 3\",\"seen\":\"seen0\"",
		 RESULT_DAMAGED},
		{"\"reason\":\"as filmed\",\"who\":\"cy\"", "\"reason\":\"\",\"who\":\"cy\"", RESULT_DAMAGED},
		{"\"reason\":\"as filmed\",\"who\":\"cy\"", "\"reason\":\"as filmed\",\"who\":\"\"",
		 RESULT_DAMAGED},
		/* sums that hide an error */
		{"\"errors\":1", "\"errors\":0", RESULT_DAMAGED},
		{"\"waived\":1,\"bytes\"", "\"waived\":0,\"bytes\"", RESULT_DAMAGED},
		{"\"waived\":false", "\"waived\":true", RESULT_DAMAGED},
		{"\"kept\":1", "\"kept\":2", RESULT_DAMAGED},
		{"\"kept\":1", "\"kept\":0", RESULT_DAMAGED},
		{"\"outcome\":\"migrated\"", "\"outcome\":\"extra\"", RESULT_DAMAGED},
		/* the same course, transcript, row twice */
		{"\"course\":\"c1\"", "\"course\":\"c0\"", RESULT_DAMAGED},
		{"\"course\":\"c1\"", "\"course\":\"b\"", RESULT_DAMAGED},
		{"\"language\":\"fr\",\"val_id\"", "\"language\":\"en\",\"val_id\"", RESULT_DAMAGED},
	};
	struct pair *pair = *state;
	char *before = all_rows(&pair->to), *after, *bytes;
	size_t len;

	help_sql(&pair->from, "INSERT INTO waiver VALUES(1, 'c0', 'video@v0', 'fr', 'srt-invalid', 'seen0',"
			      " 'as filmed', 'cy', 9)");
	export(pair);
	bytes = slurp(pair->file, &len);
	for (size_t i = 0; i < sizeof(forged) / sizeof(*forged); i++) {
		enum result st;

		forge(pair, bytes, forged[i].old, forged[i].new);
		st = import(pair);
		if (st != forged[i].st)
			fail_msg("%s: %s: %s", forged[i].new, result_text(st), pair->err.text);
	}
	after = all_rows(&pair->to);
	assert_string_equal(before, after);
	/* what is changed to something that may be, is taken: the forger is no liar by himself */
	forge(pair, bytes, "\"host\":\"mole\"", "\"host\":\"m\\u001b[31m\"");
	assert_ok(import(pair), pair->err);
	free(before);
	free(after);
	free(bytes);
}

/* The line that begins so, twice, or in another's place. */
static void rows_out_of_place_are_refused(void **state)
{
	static const char *const begin[] = {"{\"type\":\"run\"", "{\"type\":\"course\"",
					    "{\"type\":\"transcript\"", "{\"type\":\"finding\"",
					    "{\"type\":\"waiver\"", "{\"type\":\"header\""};
	struct pair *pair = *state;
	char *before = all_rows(&pair->to), *after, *bytes;
	size_t len;

	help_sql(&pair->from, "INSERT INTO waiver VALUES(1, 'c0', 'video@v0', 'fr', 'srt-invalid', 'seen0',"
			      " 'as filmed', 'cy', 9)");
	export(pair);
	bytes = slurp(pair->file, &len);
	for (size_t i = 0; i < sizeof(begin) / sizeof(*begin); i++) {
		const char *line = strstr(bytes, begin[i]);
		char *once = strndup(line, (size_t)(strchr(line, '\n') + 1 - line)), *twice;

		assert_non_null(once);
		assert_true(asprintf(&twice, "%s%s", once, once) > 0);
		forge(pair, bytes, once, twice);
		assert_int_equal(import(pair), RESULT_DAMAGED);
		if (i < 5) { /* not there: the last line says more */
			forge(pair, bytes, once, "");
			assert_int_equal(import(pair), RESULT_DAMAGED);
		}
		/* in front of the first run, and behind the waivers */
		assert_true(asprintf(&after, "%s{\"type\":\"run\"", once) > 0);
		forge(pair, bytes, "{\"type\":\"run\"", after);
		assert_int_equal(import(pair), RESULT_DAMAGED);
		free(after);
		free(once);
		free(twice);
	}
	after = all_rows(&pair->to);
	assert_string_equal(before, after);
	free(before);
	free(after);
	free(bytes);
}

/* Each number as large as it may be: a list of runs adds them up. */
static void sums_of_many_courses_add_up(void **state)
{
	struct pair *pair = *state;
	struct buf courses = BUF_INIT;
	struct run_row *rows;
	char *bytes;
	size_t len, got;

	for (int i = 1; i <= 1100; i++)
		buf_printf(&courses,
			   "INSERT INTO run_course VALUES(%d, 1, 'c%05d', 'Migrated', 1, 2, '', '', '',"
			   " 1 << 38, 0, 1 << 38, 0, 0, 0, 1 << 38, 0, 0, 0, 0, 1 << 38, 0, 0, 0, 0, 0,"
			   " 1 << 53, 1 << 38);",
			   i, i);
	help_sql(&pair->from, "DELETE FROM run_finding; DELETE FROM run_transcript;"
			      "DELETE FROM run_course; DELETE FROM run WHERE number <> 1");
	help_sql(&pair->from, buf_text(&courses));
	export(pair);
	assert_ok(import(pair), pair->err);
	assert_ok(reader_runs(pair->to.reader, 0, -1, &rows, &got, NULL, &pair->err), pair->err);
	assert_int_equal(got, 1);
	assert_int_equal(rows->sums.bytes, 1100 * (INT64_C(1) << 38));
	run_row_clear(rows);
	free(rows);
	/* one more, and many who say so would be more than a number holds */
	bytes = slurp(pair->file, &len);
	forge(pair, bytes, "\"bytes\":274877906944", "\"bytes\":274877906945");
	assert_int_equal(import(pair), RESULT_DAMAGED);
	assert_says(pair->err, "\"bytes\" of a course is not what it should be");
	free(bytes);
	buf_clear(&courses);
}

static void a_line_without_end_takes_no_memory(void **state)
{
	struct pair *pair = *state;
	char *bytes = malloc(3 << 20);
	size_t len;
	char *head;

	assert_non_null(bytes);
	export(pair);
	head = slurp(pair->file, &len);
	len = (size_t)(strchr(head, '\n') + 1 - head);
	memset(bytes, '[', 3 << 20);
	memcpy(bytes, head, len);
	spill(pair->file, bytes, 3 << 20);
	assert_int_equal(import(pair), RESULT_DAMAGED);
	assert_says(pair->err, "runs.json:2: a line that is too long");
	free(head);
	free(bytes);
}

/* ---- files of the first format ------------------------------------------------------------*/

/* What the first format wrote of the same runs: it had no member @name. */
static void strip(struct buf *out, const char *bytes, const char *name)
{
	char member[32];
	const char *at;

	snprintf(member, sizeof(member), ",\"%s\":", name);
	buf_reset(out);
	while ((at = strstr(bytes, member))) {
		buf_add(out, bytes, (size_t)(at - bytes));
		bytes = at + strlen(member) + strspn(at + strlen(member), "0123456789");
	}
	buf_add_text(out, bytes);
}

static void a_file_of_the_first_format_arrives_whole(void **state)
{
	struct pair *pair = *state;
	struct buf timed = BUF_INIT, first = BUF_INIT;
	size_t len;
	char *bytes;

	export(pair);
	bytes = slurp(pair->file, &len);
	strip(&timed, bytes, "active");
	strip(&first, buf_text(&timed), "tried");
	assert_true(first.len < timed.len && timed.len < len);
	forge(pair, buf_text(&first), "\"version\":2", "\"version\":1");
	assert_ok(import(pair), pair->err);
	assert_int_equal(pair->carried.runs, 2);
	assert_int_equal(pair->carried.courses, 3);
	assert_int_equal(pair->carried.transcripts, 3);
	assert_int_equal(pair->carried.findings, 4);
	assert_rows(&pair->to, "SELECT kind, number, origin_number, active FROM run ORDER BY number",
		    "mock|1|1|-1\nmock|2|3|-1\n");
	assert_rows(&pair->to, "SELECT run, course, errors, active, tried FROM run_course ORDER BY id",
		    "1|c0|2|-1|-1\n1|c1|0|-1|-1\n2|c0|1|-1|-1\n");
	assert_ok(status_check(pair->to.reader, &pair->err), pair->err);
	/* the same runs of the second format are no others */
	unlink(pair->file);
	export(pair);
	assert_ok(import(pair), pair->err);
	assert_int_equal(pair->carried.runs, 0);
	assert_int_equal(pair->carried.known, 2);
	free(bytes);
	buf_clear(&timed);
	buf_clear(&first);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(mock_runs_arrive_as_they_were),
		TEST(the_audit_has_one_line_of_it),
		TEST(what_is_known_is_skipped),
		TEST(a_finding_is_waived_as_it_stands_now),
		TEST(the_smallest_run_is_carried_without_a_course),
		TEST(open_findings_here_are_waived_at_once),
		TEST(a_waiver_of_here_stays),
		TEST(a_file_is_never_replaced),
		TEST(what_was_cut_is_refused_whole),
		TEST(what_was_changed_is_refused_whole),
		TEST(what_is_no_file_of_runs_is_refused),
		TEST(hostile_rows_are_refused_whole),
		TEST(rows_out_of_place_are_refused),
		TEST(sums_of_many_courses_add_up),
		TEST(a_line_without_end_takes_no_memory),
		TEST(a_file_of_the_first_format_arrives_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
