/*
 * flag_kinds.h - how each kind of flag backend is opened; flag_open() chooses by conf->flag_kind.
 *
 * On success *@out belongs to the caller (flag_free()), otherwise it is NULL. @conf is only read,
 * and may go away afterwards; @http is borrowed as long as the backend lives.
 */
#ifndef SUBFERRY_SRC_FLAG_FLAG_KINDS_H
#define SUBFERRY_SRC_FLAG_FLAG_KINDS_H

#include "src/flag/flag.h"

/* The platform's own tables in an SQLite file. Nothing is made before the first set(). */
enum result flag_sqlite_open(struct flag **out, const struct conf *conf, struct http *http,
			     struct error *err);
/* The platform's Django admin over HTTP. */
enum result flag_admin_open(struct flag **out, const struct conf *conf, struct http *http,
			    struct error *err);
/* An operator's own program. Nothing is started before the first show() or set(). */
enum result flag_command_open(struct flag **out, const struct conf *conf, struct http *http,
			      struct error *err);

#endif
