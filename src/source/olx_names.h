/*
 * olx_names.h - what names in an export tell: of kinds of block, of files, of places. Pure.
 */
#ifndef SUBFERRY_SRC_SOURCE_OLX_NAMES_H
#define SUBFERRY_SRC_SOURCE_OLX_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* course.xml may stand below so many folders: "archive-1.0/repository/course/course.xml". */
#define OLX_ROOT_DEPTH 3

/* A video in one of its two spellings. */
bool olx_type_is_video(const char *type);
/* A folder of an export, or a kind of block, that never holds videos of the course. */
bool olx_type_is_leaf(const char *type);
/* A kind of block known to hold others, or a video; unknown kinds may hold others too. */
bool olx_type_is_container(const char *type);
/* The file name a url_name stands for: ':' is '/'; free(), NULL without memory. */
char *olx_file_name(const char *url_name);
/* A name made out of words (the platform's Location.clean); free(), NULL without memory. */
char *olx_clean_name(const char *name);

/* What follows the last '/'. */
const char *olx_base_name(const char *name);
/* Number of folders a file stands in. */
size_t olx_name_depth(const char *name);
/*
 * The file's text will be asked for: XML and two kinds of JSON, unless it lies where blocks
 * without videos do; @all leaves that guess out.
 */
bool olx_name_is_wanted(const char *name, bool all);
/* course.xml, and what may be the root block: a file in a folder named "course". */
bool olx_name_is_of_root(const char *name);

#endif
