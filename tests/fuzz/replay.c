/*
 * replay.c - seeds of texts: transcripts, keys, names, filters.
 */
#include "config.h"

#include "tests/fuzz/replay.h"

#include <string.h>

enum { MUTATIONS = 400 };

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
	SEED("{\"type\":\"header\",\"format\":\"subferry runs\",\"version\":1,\"campus\":\"q\",\"envir"
	     "onment\":\"staging\",\"program\":\"0.1\",\"at\":5}\n"
	     "{\"type\":\"run\",\"uid\":\"0123456789abcdef0123456789abcdef\",\"number\":1,\"kind\":\"m"
	     "ock\",\"generation\":1,\"campus\":\"q\",\"environment\":\"staging\",\"release\":\"\",\"v"
	     "ersion\":\"0.1\",\"options\":\"\",\"who\":\"ana\",\"host\":\"h\",\"began\":5,\"ended\":9"
	     ",\"broken_off\":false}\n"
	     "{\"type\":\"course\",\"course\":\"c\",\"status\":\"Failed\",\"began\":5,\"ended\":9,\"pr"
	     "oblem\":\"\",\"source_version\":\"v\",\"source_assets\":\"\",\"videos\":1,\"failed\":1,"
	     "\"expected\":1,\"in_val\":0,\"unknown\":0,\"extra\":0,\"differing\":0,\"errors\":0,\"war"
	     "nings\":0,\"notices\":0,\"waived\":1,\"bytes\":0,\"migrated\":0,\"kept\":0,\"would\":0,"
	     "\"untold\":0,\"not_migrated\":1}\n"
	     "{\"type\":\"transcript\",\"block\":\"video@v\",\"language\":\"en\",\"val_id\":\"\",\"out"
	     "come\":\"failed\",\"source_sha256\":\"\",\"sha256\":\"\"}\n"
	     "{\"type\":\"finding\",\"block\":\"video@v\",\"language\":\"en\",\"code\":\"srt-invalid"
	     "\",\"severity\":\"error\",\"text\":\"x\",\"seen\":\"s\",\"waived\":true,\"reason\":\"r"
	     "\",\"who\":\"w\",\"at\":6}\n"
	     "{\"type\":\"waiver\",\"course\":\"c\",\"block\":\"video@v\",\"language\":\"en\",\"code"
	     "\":\"srt-invalid\",\"seen\":\"s\",\"reason\":\"r\",\"who\":\"w\",\"at\":6}\n"),
	SEED("age:never severity!=error -act=\"read back\" expected>=-1,2 !name:\"a,b\",c run:"),
};
enum { SEEDS = sizeof(seeds) / sizeof(seeds[0]) };

/* A piece of one seed into another, some bytes changed, the end cut off. */
static bool run_mutation(void)
{
	static const char bytes[] = "\0\n\r -:>,.0_{}[]\"\\eu\x80\xBF\xC2\xE2\xED\xF0\xFF";
	const struct seed *a = &seeds[replay_random(SEEDS)], *b = &seeds[replay_random(SEEDS)];
	size_t at = replay_random(a->len + 1), from = replay_random(b->len + 1);
	size_t take = replay_random(b->len - from + 1), len = 0;
	char text[4096];

	memcpy(text, a->bytes, at);
	len = at;
	memcpy(text + len, b->bytes + from, take);
	len += take;
	memcpy(text + len, a->bytes + at, a->len - at);
	len += a->len - at;
	for (size_t n = replay_random(5); n && len; n--)
		text[replay_random(len)] = bytes[replay_random(sizeof(bytes) - 1)];
	return replay_run(text, replay_random(4) ? len : replay_random(len + 1));
}

bool replay_seeds(const char *folder)
{
	bool ok = true;

	for (size_t i = 0; ok && i < SEEDS; i++)
		ok = folder ? replay_write_seed(folder, "seed", i, seeds[i].bytes, seeds[i].len)
			    : replay_run(seeds[i].bytes, seeds[i].len);
	for (size_t i = 0; ok && !folder && i < MUTATIONS * SEEDS; i++)
		ok = run_mutation();
	return ok;
}
