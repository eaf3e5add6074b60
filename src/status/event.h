/*
 * event.h - the audit: a chain of events. Inside src/status/ only, but for the hash.
 */
#ifndef SUBFERRY_SRC_STATUS_EVENT_H
#define SUBFERRY_SRC_STATUS_EVENT_H

#include "src/base/hash.h"
#include "src/status/rows.h"
#include "src/status/write.h"

/*
 * The hash of @row behind one whose hash is @previous ("" for the first): SHA-256 over the
 * fields previous, at, severity, who, action, object, what, why, each as a netstring: its length
 * in bytes in decimal, a colon, the bytes, a comma. @at is written in decimal (microseconds since
 * 1970), severity by its name. Lengths in front make it impossible to move a byte from one field
 * into another unseen. RESULT_NOMEM.
 */
enum result event_hash(const char *previous, const struct event_row *row, char out[HASH_HEX],
		       struct error *err);
/* Appends an event by the status's operator, inside a write_fn. */
enum result event_add(struct status *status, enum finding_severity severity, const char *action,
		      const char *object, const char *what, const char *why, struct error *err);

#endif
