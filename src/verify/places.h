/*
 * places.h - which val and store a validation compared with: what it saw there says nothing of others.
 */
#ifndef SUBFERRY_SRC_VERIFY_PLACES_H
#define SUBFERRY_SRC_VERIFY_PLACES_H

#include "src/base/conf.h"

/* "rest https://val.example.org, s3 subs/video at https://s3.example.org" (free()); paths without links
   or dots, however they are written, and below the folder of the status database from there on. NULL
   without memory. */
char *verify_places(const struct conf *conf);

#endif
