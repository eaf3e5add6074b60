/*
 * demo_course.h - the plan of the demo: which course has which videos, and which fault.
 *
 * Pure: the same number and options give the same course everywhere. demo_olx.c writes it.
 */
#ifndef SUBFERRY_SRC_DEMO_DEMO_COURSE_H
#define SUBFERRY_SRC_DEMO_DEMO_COURSE_H

#include "src/demo/demo.h"
#include "src/demo/demo_text.h"

#define DEMO_COURSES 40 /* of the usual size; larger ones repeat them under other runs */
#define DEMO_LANGUAGES 13

/* clang-format off */
#define DEMO_FAULT_LIST(X) \
	X(NONE) \
	X(ASSET_MISSING)  /* the file of one language is not in static/ */ \
	X(SRT_MALFORMED)  /* a blank line inside a cue */ \
	X(WINDOWS_1252)   /* not UTF-8 */ \
	X(NO_CUES)        /* an empty file */ \
	X(DRAFT_DIFFERS)  /* the draft names another file */ \
	X(SHARED_ID)      /* two blocks, one id: one language has the same text, one another */ \
	X(BAD_VIDEO_ID)   /* characters edx-val refuses */ \
	X(SJSON_BROKEN)   /* cut off in the middle */ \
	X(IMPLICIT)       /* no fault: English is found by the YouTube id only */ \
	X(SUB_WITH_BLANKS) /* no fault: found by its cleaned name */
/* clang-format on */
#define X(name) DEMO_##name,
enum demo_fault { DEMO_FAULT_LIST(X) DEMO_FAULTS };
#undef X

enum demo_style {
	DEMO_MAP,    /* every language in the transcripts map, as SubRip */
	DEMO_SUB,    /* English by `sub` as SJSON, the others in the map */
	DEMO_EXPORT, /* languages of <video_asset>, files named after the video id */
	DEMO_OLD,    /* as DEMO_SUB, and the block has no video id yet */
};

struct demo_transcript {
	const struct demo_language *language;
	char file[128]; /* below static/ */
	bool in_map;	/* named in the transcripts map */
	bool sjson;
	enum demo_fault fault;
	uint64_t seed;
	size_t cues;
};

struct demo_video {
	char id[40], name[160];
	char val_id[64], sub[64], youtube[16];
	bool asset;	 /* a <video_asset> names the languages */
	bool with_draft; /* and its English differs: @draft */
	struct demo_transcript items[DEMO_LANGUAGES];
	size_t count;
	struct demo_transcript draft;
};

struct demo_course {
	int64_t number;
	int64_t cues; /* as in demo_options */
	char org[24], course[24], run[24], name[128];
	char file[96]; /* of its archive or folder */
	size_t videos;
	enum demo_style style;
	bool folder;	    /* not an archive */
	bool inline_blocks; /* hand-written OLX: videos inside their chapters */
};

void demo_course_plan(struct demo_course *out, int64_t number, const struct demo_options *options);
void demo_video_plan(struct demo_video *out, const struct demo_course *course, size_t index);

#endif
