/*
 * place.h - where the status database may stand: an existing folder of a local file system.
 *
 * The kernel's locks and SQLite's shared memory hold on one machine only; on a network file
 * system two engines would not see each other.
 */
#ifndef SUBFERRY_SRC_STATUS_PLACE_H
#define SUBFERRY_SRC_STATUS_PLACE_H

#include "src/base/error.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * RESULT_MISSING: the folder of @path does not exist; RESULT_REFUSED: it is on a network file
 * system, or @path is no plain file. @what names the file in the text: "status database".
 */
enum result place_check(const char *path, const char *what, struct error *err);
/* statfs(2)'s @type is of a network file system; its name, or NULL for any other. */
const char *place_network(uint32_t type);

#endif
