/*
 * why.h - the two halves of `why`: what the source promises, and what became of it.
 */
#ifndef SUBFERRY_SRC_CLI_WHY_H
#define SUBFERRY_SRC_CLI_WHY_H

#include "src/cli/cli.h"

/* What is told: a course, one of its videos, one language of it. */
struct why {
	struct cli *cli;
	bool json;
	struct course_row course;
	const char *video_name; /* as typed; NULL: the course */
	const char *language;	/* NULL: all */
	struct video_row video; /* of the status database, when @planned */
	bool planned;
	char *block; /* "type@id" once it is known from either side */
	/* the source as it is now: NULL where it cannot be read or lacks the video */
	struct source_course *source;
	const struct video_block *source_block;
	char source_problem[512]; /* "" or why it cannot be read: part of the story */
};

/* Opens the course in the source and looks for the video. Returns -1 to go on: also when the
   source cannot be read. why_close_source() may run twice. */
int why_open_source(struct why *why);
void why_close_source(struct why *why);
/* Tells where the video is promised, and what resolution tries and finds. */
void why_tell_source(const struct why *why);
/* @language is the one asked for, or any is. */
bool why_wants(const struct why *why, const char *language);
/* A section of the story for people; nothing with --json. */
void why_section(const struct why *why, const char *title);

#endif
