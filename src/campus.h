/*
 * campus.h - one Open edX site as configured: opens source, val, store, flag and status database.
 */
#ifndef SUBFERRY_SRC_CAMPUS_H
#define SUBFERRY_SRC_CAMPUS_H

#include "src/base/conf.h"
#include "src/flag/flag.h"
#include "src/source/link.h"
#include "src/source/source.h"
#include "src/status/reader.h"
#include "src/status/status.h"
#include "src/store/store.h"
#include "src/val/val.h"

#include <stdatomic.h>

struct http;

/* Requests of val, store and linker at a time, for so many workers. */
#define CAMPUS_REQUESTS(workers) (2 * (int)(workers))

struct campus {
	struct conf *conf; /* owned */
	struct clock *clock;
	struct http *http; /* of val, store, linker and flag; NULL: none of them needs it */
	struct source *source;
	struct linker *linker; /* NULL: link = none */
	/* The word for linking was typed, in this process. May become true while an engine runs,
	   which asks when it closes a course; until then links are put off. */
	atomic_bool link_allowed;
	struct val *val;
	struct store *store;
	struct flag *flag; /* NULL: [flag] kind = none, or CAMPUS_FLAG was not opened */
	char flag_problem[256]; /* "" or why it could not be opened */
	struct status *status;
	/* What is known of the store's `If-None-Match: *`: enum store_condition; and whether it has
	   still to be written into the status database. */
	atomic_int condition;
	atomic_bool condition_is_new;
	bool demo;
	int64_t pace; /* demo in the console: milliseconds each transaction takes at least; else 0 */
};

enum campus_parts {
	CAMPUS_SOURCE = 1, CAMPUS_VAL = 2, CAMPUS_STORE = 4, CAMPUS_STATUS = 8,
	CAMPUS_ALL = 15, /* what a migration takes; only with flip = auto CAMPUS_FLAG, too */
	CAMPUS_READ_ONLY = 16, /* val and store are opened for reading only (dry run, doctor) */
	CAMPUS_FLAG = 32, /* opening it writes nothing, with or without CAMPUS_READ_ONLY */
};

/* Takes @conf in every case. Opens the @parts asked for; the error says which failed and why. */
enum result campus_open(struct campus **out, struct conf *conf, unsigned parts, struct error *err);
/*
 * Opens further @parts; those that are open stay as they are. No request is made. What a probe
 * of an S3 store shows of conditional requests is remembered in the status database, as soon as
 * it is open, under a name made of endpoint and bucket; until then for this process only.
 */
enum result campus_add(struct campus *campus, unsigned parts, struct error *err);
void campus_close(struct campus *campus); /* accepts NULL */
/* Reads the source's list into the status database. */
enum result campus_scan(struct campus *campus, struct scan_result *out,
			void (*problem)(void *arg, const char *text), void *arg, struct error *err);
/* The configuration lets the source be written: what runs an engine asks for the word first. */
bool campus_links(const struct campus *campus);
/* conf_flips(): what opens an engine opens CAMPUS_FLAG. */
bool campus_flips(const struct campus *campus);
/* The campus name was typed, so links may be written; @how ("in the console") is for the audit
   event, which is posted. The status database is open. */
void campus_allow_link(struct campus *campus, const char *how);
/* A part that is open talks TLS without verifying who is there. */
bool campus_tls_unverified(const struct campus *campus);
/* "dry", "mock" or "real" for a run on this campus. */
const char *campus_mode(const struct campus *campus, bool dry);

#endif
