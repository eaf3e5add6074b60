/*
 * subrip.h - reads SubRip text block by block, as pysrt 1.1.2 does (domain 6.2, 6.3).
 *
 * Lines break at \n \r \r\n \v \f U+001C-E U+0085 U+2028 U+2029; a block is a run of lines that
 * are not all white space. The reader walks over the text once, copies nothing and keeps no
 * list of lines, so a file of any shape costs the same.
 *
 *	subrip_init(&reader, text, len);
 *	while ((st = subrip_next(&reader)) == RESULT_OK)
 *		while (subrip_line(&reader, &line, &line_len))
 *			...
 *	subrip_clear(&reader);
 */
#ifndef SUBFERRY_SRC_FORMAT_SUBRIP_H
#define SUBFERRY_SRC_FORMAT_SUBRIP_H

#include "src/format/timestamp.h"

#include <stdbool.h>
#include <stddef.h>

struct subrip {
	struct timestamp start, end; /* of the block subrip_next() found */
	unsigned long line;	     /* after RESULT_INVALID: where the block begins, from 1 */
	char reason[256];	     /* and what is wrong with it; quotes the file, cut */
	/* private */
	const char *text, *at, *stop;
	bool in_block;
};

/* @text is well-formed UTF-8 without its BOM, borrowed until subrip_clear(). */
void subrip_init(struct subrip *reader, const char *text, size_t len);
void subrip_clear(struct subrip *reader); /* may run twice */
/* The next block's times; RESULT_END, RESULT_INVALID (nothing after it is read), RESULT_NOMEM. */
enum result subrip_next(struct subrip *reader);
/* The next line of its text, without the white space at its end; false after the last. */
bool subrip_line(struct subrip *reader, const char **line, size_t *len);

#endif
