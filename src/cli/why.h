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
};

/*
 * Tells where the video is promised and what resolution tries and finds, from the source as it
 * is now. Returns -1 to go on: also when the source cannot be read, which is told as part of
 * the story. *@found: the source has the video.
 */
int why_source(struct why *why, bool *found);
/* @language is the one asked for, or any is. */
bool why_wants(const struct why *why, const char *language);
/* A section of the story for people; nothing with --json. */
void why_section(const struct why *why, const char *title);

#endif
