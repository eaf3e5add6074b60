/*
 * olx_maker.h - makes small courses, as folders and as archives, for the tests of the OLX source.
 */
#ifndef SUBFERRY_TESTS_UNIT_OLX_MAKER_H
#define SUBFERRY_TESTS_UNIT_OLX_MAKER_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "src/source/source.h"

#define MAKER_KEY "course-v1:O+C+R"
/* What most tests begin with: a pointer to the root block, whose content follows. */
#define MAKER_POINTER                                                                              \
	{                                                                                          \
		"course.xml", "<course url_name=\"R\" org=\"O\" course=\"C\"/>"                    \
	}
#define MAKER_ROOT(content)                                                                        \
	{                                                                                          \
		"course/R.xml", "<course display_name=\"A course\">" content "</course>"           \
	}

struct item {
	const char *name, *text;
};

struct maker {
	char folder[64]; /* below the system's temporary folder */
	char path[512];	 /* of the last thing made */
};

int maker_setup(void **state);
int maker_teardown(void **state);

/* Each returns maker->path; @items end with a NULL name. */
const char *maker_folder(struct maker *maker, const char *name, const struct item *items);
const char *maker_archive(struct maker *maker, const char *name, const char *top,
			  const struct item *items);
const char *maker_path(struct maker *maker, const char *name);
void maker_write(const char *path, const char *bytes, size_t len);

struct source *maker_source(const char *path);
struct source_course *maker_open(struct source *src, const char *key);
/* Makes the course as a folder, and as an archive, and calls @check with each opened. */
void maker_both(struct maker *maker, const struct item *items,
		void (*check)(struct source_course *course));
/* Opening the only export at @path fails so, with @text in the error. */
void maker_refused(const char *path, enum result result, const char *text);

/* The block of that name, NULL if there is none. */
const struct video_block *maker_block(const struct source_course *course, const char *type,
				      const char *id);
/* The id of the file a name means, NULL if none; valid until the next call. */
const char *maker_find(struct source_course *course, const char *name);
/* Fails unless reading @id gives @text. */
void maker_reads(struct source_course *course, const char *id, const char *text);

#endif
