/* Any bytes as a transcript file; and what must be true of whatever comes out. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/format/transcript.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 1 << 20 };

static void must(bool truth)
{
	if (!truth)
		abort();
}

/* What is stored is SJSON: it reads back, has those cues, and converts to itself. */
static void check_output(const struct transcript *t)
{
	struct transcript again;
	struct cues cues;

	cues_init(&cues);
	must(transcript_cues(&cues, t->sjson.data, t->sjson.len, NULL) == RESULT_OK);
	must(cues.count == t->cues);
	cues_clear(&cues);
	transcript_init(&again);
	must(transcript_convert(&again, t->sjson.data, t->sjson.len, LIMIT, NULL) == RESULT_OK);
	must(again.finding == t->finding && again.format == TRANSCRIPT_SJSON);
	must(again.sjson.len == t->sjson.len);
	must(!memcmp(again.sjson.data, t->sjson.data, t->sjson.len));
	transcript_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct transcript t;
	struct cues cues;

	transcript_init(&t);
	cues_init(&cues);
	must(transcript_convert(&t, bytes, size, LIMIT, NULL) == RESULT_OK);
	must(t.sjson.len <= LIMIT);
	if (t.finding == FINDING_NONE || t.finding == FINDING_TRANSCRIPT_EMPTY) {
		must(text_is_utf8(t.sjson.data, t.sjson.len));
		must((t.finding == FINDING_NONE) == (t.cues > 0));
		must(transcript_cues(&cues, bytes, size, NULL) == RESULT_OK);
		must(cues.count == t.cues);
		check_output(&t);
	} else {
		must(t.sjson.len == 0 && t.reason[0]);
	}
	cues_clear(&cues);
	transcript_clear(&t);
	return 0;
}
