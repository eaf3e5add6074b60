/*
 * demo_olx.h - writes a planned course as an OLX export (domain 10).
 */
#ifndef SUBFERRY_SRC_DEMO_DEMO_OLX_H
#define SUBFERRY_SRC_DEMO_DEMO_OLX_H

#include "src/demo/demo_course.h"
#include "src/demo/demo_sink.h"

/* Adds every file of @course to @sink, always in the same order. */
enum result demo_olx_write(const struct demo_course *course, struct demo_sink *sink,
			   struct error *err);

#endif
