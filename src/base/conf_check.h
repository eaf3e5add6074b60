/*
 * conf_check.h - what the keys of a configuration mean to each other: kinds, secrets, linking.
 *
 * Both checks fill @err with "FILE:LINE: what, and what is allowed" and return RESULT_INVALID.
 * @lines has the line of each key of conf_keys(), 0 for one that is not given.
 */
#ifndef SUBFERRY_SRC_BASE_CONF_CHECK_H
#define SUBFERRY_SRC_BASE_CONF_CHECK_H

#include "src/base/conf.h"

/* The key at this place belongs to what is configured in its section: to the kind, or to the
   word of another key. True where a kind is not given: that is an error of its own. */
bool conf_is_for_kind(const struct conf *conf, size_t key);
/* A key that is given belongs to its section's kind. Before defaults are filled in. */
enum result conf_check_kinds(const struct conf *conf, const unsigned long *lines,
			     struct error *err);
/*
 * [source] names something to read, in one way, and a link where it has an effect; each secret
 * comes from one place; [store] has nothing that would contradict itself.
 */
enum result conf_check_parts(const struct conf *conf, const unsigned long *lines,
			     struct error *err);

#endif
