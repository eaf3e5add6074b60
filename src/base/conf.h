/*
 * conf.h - the configuration file (design 9), read through inih.
 *
 * One table says which keys exist, for which kinds, their type, unit, default and help: the
 * parser, the manual check and `doctor` read it. An unknown section or key, a bad value, a
 * missing required key, a key given twice, a key of another kind, link = mongo where it would
 * have no effect: RESULT_INVALID with "FILE:LINE: what, and what is allowed". No secret is read
 * here, and a value where a secret could have been put by mistake is never shown.
 */
#ifndef SUBFERRY_SRC_BASE_CONF_H
#define SUBFERRY_SRC_BASE_CONF_H

#include "src/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conf {
	char *file; /* as opened */
	/* [campus] */
	char *name, *environment, *release, *status_db, *operator_name;
	/* [source] */
	char *source_kind, *link;
	char **paths; /* made absolute to the file's folder; globs unexpanded */
	size_t path_count;
	bool slash_keys;
	char *uri_env, *uri_file; /* where the MongoDB URI is, a secret (secret.h); one is "" */
	char *database, *collection, *contentstore_database, *contentstore_bucket;
	char *index;	    /* "mongo", "mysql", or "" when not said */
	int64_t link_quiet; /* milliseconds */
	char *studio_url, *studio_login_url, *studio_user; /* link = studio */
	char *studio_password_env, *studio_password_file, *studio_ca_file;
	bool studio_unverified; /* studio_tls_verify = no */
	/* [val] */
	char *val_kind, *val_path;
	char *val_url, *val_token_url, *val_client_id, *val_secret_env, *val_secret_file, *val_ca_file;
	bool val_unverified;
	/* [store] */
	char *store_kind, *store_path;
	char *bucket, *region, *store_endpoint, *location, *storage_class, *sse, *sse_key;
	char *credentials_env;	/* prefix of variables: "AWS" is AWS_ACCESS_KEY_ID, ... */
	char *credentials_file, *credentials_profile; /* as the AWS tools write them */
	char *store_ca_file;
	bool path_style, store_unverified;
	/* [flag] */
	char *flag_kind; /* "none": no flag is shown or switched */
	char *flag_path;
	char *flag_program;
	int64_t flag_timeout; /* milliseconds */
	char *flag_url, *flag_login_url, *flag_user;
	char *flag_password_env, *flag_password_file, *flag_ca_file;
	bool flag_unverified;
	char *flag_flip; /* "manual", "auto", "auto NAME" */
	/* [rollout] */
	int64_t mock_runs, coverage; /* coverage: percent */
	int64_t evidence_age;	     /* milliseconds */
	/* [engine] */
	int64_t workers;	/* 1..64; default: 8 */
	int64_t rate;		/* transactions started a second, at most; 0: no limit */
	int64_t retry_delay;	/* milliseconds */
	int64_t max_retries;
	int64_t max_transcript; /* bytes */
	int64_t throttled_too_long; /* milliseconds */
};

/* Reads @path. Relative paths in it are relative to its folder. Free with conf_free(). */
enum result conf_read(struct conf **out, const char *path, struct error *err);
/* The same from text, named @file in errors; relative paths as if in @folder. */
enum result conf_parse(struct conf **out, const char *text, const char *file, const char *folder,
		       struct error *err);
void conf_free(struct conf *conf); /* accepts NULL */
/* [flag] flip = auto: an engine switches flags on by itself. */
bool conf_flips(const struct conf *conf);

struct conf_key {
	const char *section, *name, *type, *fallback, *help;
	/* The words of `kind` in its section that it is for, separated by blanks, or those of
	   another key, "link = studio"; "": all. With any other it is an error, and its field is
	   "", false or 0. */
	const char *kinds;
	bool required; /* by these */
};
/* The table of keys; *@count rows. */
const struct conf_key *conf_keys(size_t *count);

#endif
