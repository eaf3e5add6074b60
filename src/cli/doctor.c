#include "config.h"

#include "src/cli/commands.h"

#include <archive.h>
#include <curl/curl.h>
#include <errno.h>
#include <inttypes.h>
#include <libxml/xmlversion.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "src/base/figures.h"
#include "src/base/release.h"
#include "src/base/url.h"
#include "src/cli/cli.h"
#include "src/cli/out.h"
#include "src/rollout/permit.h"
#include "src/status/rollout.h"

/* What has been found out so far: printed as it comes, or gathered for --json. */
struct doctor {
	struct cli *cli;
	bool write;
	const char *part;
	cJSON *checks; /* NULL: lines */
	int64_t failures;
	int64_t courses, problems;
};

static void SF_PRINTF(3, 4) report(struct doctor *doctor, bool ok, const char *fmt, ...)
{
	char line[1024];
	va_list args;
	cJSON *check;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (!ok)
		doctor->failures++;
	if (!doctor->checks) {
		out_line("%-6s  %-8s  %s", ok ? "ok" : "FAILED", doctor->part, line);
		out_flush();
		return;
	}
	check = object_new("check");
	member_text(check, "part", doctor->part);
	member_flag(check, "ok", ok);
	member_text(check, "text", line);
	if (!cJSON_AddItemToArray(doctor->checks, check))
		cJSON_Delete(check);
}

static void say(void *arg, const char *line)
{
	report(arg, true, "%s", line);
}

static bool add_part(struct doctor *doctor, const char *name, unsigned part)
{
	struct error err = {0};
	unsigned how = doctor->write ? 0 : CAMPUS_READ_ONLY;

	doctor->part = name;
	if (campus_add(doctor->cli->campus, part | how, &err) == RESULT_OK)
		return true;
	report(doctor, false, "%s", err.text);
	return false;
}

/* What is allowed, and what somebody should know all the same. */
static void warn(struct doctor *doctor, const char *text)
{
	report(doctor, true, "warning: %s", text);
}

static void check_tls(struct doctor *doctor, bool unverified, const char *key)
{
	if (unverified)
		report(doctor, true,
		       "warning: TLS is not verified (%s = no): whoever stands between can "
		       "read and change everything",
		       key);
}

/* "" is a key that is not given. */
static void check_url(struct doctor *doctor, const char *key, const char *url)
{
	if (url && *url && url_is_exposed(url))
		report(doctor, true, "warning: %s is http: secrets travel unencrypted", key);
}

/* ---- the parts ----------------------------------------------------------------------------*/

static enum result count_entry(void *arg, const struct source_entry *entry, struct error *err)
{
	struct doctor *doctor = arg;

	(void)err;
	if (!entry->problem) {
		doctor->courses++;
		return RESULT_OK;
	}
	doctor->problems++;
	report(doctor, false, "%s: %s",
	       entry->location ? entry->location
	       : entry->key    ? entry->key
			       : "?",
	       entry->problem);
	return RESULT_OK;
}

static void check_linker(struct doctor *doctor)
{
	struct linker *linker = doctor->cli->campus->linker;
	const struct conf *conf = doctor->cli->campus->conf;
	struct error err = {0};

	doctor->part = "link";
	check_url(doctor, "studio_url", conf->studio_url);
	check_url(doctor, "studio_login_url", conf->studio_login_url);
	check_tls(doctor, conf->studio_unverified, "studio_tls_verify");
	if (!linker)
		report(doctor, true, "%s: new video ids are left to somebody else",
		       doctor->cli->campus->conf->link);
	else if (linker->ops->doctor(linker, doctor->write, say, doctor, &err) != RESULT_OK)
		report(doctor, false, "%s", err.text);
}

static void check_source(struct doctor *doctor)
{
	struct source *source;
	struct error err = {0};

	if (!add_part(doctor, "source", CAMPUS_SOURCE))
		return;
	source = doctor->cli->campus->source;
	if (source->tls_unverified)
		warn(doctor,
		     "TLS is not verified, as the URI says: whoever stands between can read "
		     "and change everything");
	/* what is known of a server is told even where its courses cannot be listed */
	if (source->ops->doctor(source, say, doctor, &err) != RESULT_OK)
		report(doctor, false, "%s", err.text);
	if (result_is_transient(err.result) || err.result == RESULT_REFUSED)
		return;
	if (source->ops->list(source, count_entry, doctor, &err) != RESULT_OK)
		report(doctor, false, "%s", err.text);
	else
		report(doctor, doctor->courses > 0, "%s: %" PRId64 " courses", source->ops->kind,
		       doctor->courses);
	check_linker(doctor);
}

static void check_val(struct doctor *doctor)
{
	const struct conf *conf = doctor->cli->campus->conf;
	struct val *val;
	struct error err = {0};

	if (!add_part(doctor, "val", CAMPUS_VAL))
		return;
	check_url(doctor, "url", conf->val_url);
	check_url(doctor, "token_url", conf->val_token_url);
	check_tls(doctor, conf->val_unverified, "tls_verify");
	val = doctor->cli->campus->val;
	if (val->ops->doctor(val, doctor->write, say, doctor, &err) != RESULT_OK)
		report(doctor, false, "%s", err.text);
}

static void check_store(struct doctor *doctor)
{
	const struct conf *conf = doctor->cli->campus->conf;
	struct store *store;
	struct error err = {0};

	if (!add_part(doctor, "store", CAMPUS_STORE))
		return;
	check_url(doctor, "endpoint", conf->store_endpoint);
	check_tls(doctor, conf->store_unverified, "tls_verify");
	store = doctor->cli->campus->store;
	if (store->ops->doctor(store, doctor->write, say, doctor, &err) != RESULT_OK)
		report(doctor, false, "%s", err.text);
	if (store->warning)
		warn(doctor, store->warning);
}

/* Before Hawthorn edx-val's transcripts are served where the flag is on; from then on, always. */
static void check_flag(struct doctor *doctor)
{
	const struct conf *conf = doctor->cli->campus->conf;
	enum release_age age = release_against(conf->release, "hawthorn");
	bool configured = strcmp(conf->flag_kind, "none");
	bool production = !strcmp(conf->environment, "production");
	struct error err = {0};
	struct flag *flag;

	doctor->part = "flag";
	if (age == RELEASE_BEFORE)
		report(doctor, true,
		       "release %s serves a course's transcripts from edx-val only while its flag "
		       "is on (releases before Hawthorn do)%s",
		       conf->release, configured ? "" : "; [flag] kind = none leaves that to you");
	if (age == RELEASE_SINCE && configured)
		warn(doctor, "from Hawthorn on edx-val's transcripts are served whatever the flag "
			     "says: it opens other settings then");
	if (!configured || !add_part(doctor, "flag", CAMPUS_FLAG))
		return;
	check_url(doctor, "url", conf->flag_url);
	check_url(doctor, "login_url", conf->flag_login_url);
	if (*conf->flag_path && access(conf->flag_path, F_OK) < 0 && errno == ENOENT)
		report(doctor, true,
		       "warning: %s is not there, so every course is off: is this the right path?",
		       conf->flag_path);
	check_tls(doctor, conf->flag_unverified, "tls_verify");
	if (campus_flips(doctor->cli->campus))
		report(doctor, true, "%sflip = auto%s: the engine validates each course that ends Migrated, at "
		       "level hash, and switches its flag on by itself where all gates are green",
		       production ? "warning: " : "", production ? ", in PRODUCTION" : "");
	flag = doctor->cli->campus->flag;
	if (flag->ops->probe(flag, &err) != RESULT_OK)
		report(doctor, false, "%s", err.text);
	else
		report(doctor, true, "%s: ready, as far as can be told without switching anything",
		       flag->ops->kind);
}

/* The folder of the status database: SQLite makes files beside it. */
static void check_folder(struct doctor *doctor, const char *path)
{
	char *folder = strdup(path), *slash = folder ? strrchr(folder, '/') : NULL;
	struct statvfs fs;

	if (!slash) {
		free(folder);
		return;
	}
	slash[slash == folder] = '\0';
	if (access(folder, W_OK | X_OK) < 0)
		report(doctor, false, "%s cannot be written: %s", folder, strerror(errno));
	else if (!statvfs(folder, &fs))
		report(doctor, true, "%s: %" PRIu64 " MiB free", folder,
		       (uint64_t)fs.f_bavail * fs.f_frsize / 1048576);
	free(folder);
}

static void check_holder(struct doctor *doctor)
{
	struct holder_row holder;
	struct error err = {0};
	char dry[48] = "";
	int64_t run;

	memset(&holder, 0, sizeof(holder));
	if (reader_dry_now(doctor->cli->reader, &run, NULL) == RESULT_OK && run)
		snprintf(dry, sizeof(dry), ", for dry run %" PRId64, run);
	if (reader_holder(doctor->cli->reader, &holder, &err) != RESULT_OK)
		report(doctor, false, "%s", err.text);
	else if (holder.held)
		report(doctor, true, "engine held by %s@%s, pid %" PRId64 "%s%s%s", holder.who,
		       holder.host, holder.pid, dry, *holder.hold ? ": " : "", holder.hold);
	else
		report(doctor, true, "no engine is running");
	holder_row_clear(&holder);
}

/* Of a launch of all courses. A gate that is closed is no failure: mock runs are still to come. */
static void check_permit(struct doctor *doctor)
{
	struct cli *cli = doctor->cli;
	struct permit permit = {0};
	struct error err = {0};
	int64_t *ids = NULL;
	size_t count = 0;

	if (cli_courses(cli, true, &ids, &count) >= 0)
		doctor->failures++;
	else if (permit_look(&permit, cli->campus->conf, cli->reader, ids, count, &err) != RESULT_OK)
		report(doctor, false, "%s", err.text);
	else if (permit.asked && !count)
		report(doctor, true, "gate before production: courses are told after subferry scan");
	else if (permit.asked && !permit.given)
		report(doctor, true, "warning: gate before production: closed for all courses together: %s",
		       permit.missing);
	else if (permit.asked)
		report(doctor, true, "gate before production: open for all courses (imported mock runs: %"
		       PRId64 ", with %" PRId64 " %% of them)", permit.runs, permit.coverage);
	free(ids);
}

/* Of courses that were Migrated before anybody said flip = auto, too. */
static void check_flips(struct doctor *doctor)
{
	struct cli *cli = doctor->cli;
	struct error err = {0};
	int64_t count = 0;

	if (!campus_flips(cli->campus) || !strcmp(cli->campus->conf->flag_kind, "none"))
		return;
	if (reader_auto_count(cli->reader, &count, &err) != RESULT_OK)
		report(doctor, false, "%s", err.text);
	else if (count)
		report(doctor, true, "warning: flip = auto: %" PRId64 " course%s Migrated and not on: the next "
		       "engine, a console's too, begins with %s", count, count == 1 ? " is" : "s are",
		       count == 1 ? "it" : "them");
}

static void check_status(struct doctor *doctor)
{
	struct cli *cli = doctor->cli;
	const struct conf *conf = cli->campus->conf;
	const char *path = conf->status_db;
	struct error err = {0};
	enum result st;

	doctor->part = "status";
	check_folder(doctor, path);
	if (doctor->write) {
		if (!add_part(doctor, "status", CAMPUS_STATUS))
			return;
		st = status_mended(cli->campus->status, &err);
		report(doctor, st == RESULT_OK, "%s",
		       st == RESULT_OK ? "can be written" : err.text);
	}
	st = reader_open(&cli->reader, path, &err);
	if (st == RESULT_MISSING) {
		report(doctor, true, "%s is not there yet: the first scan makes it", path);
	} else if (st == RESULT_OLD) {
		report(doctor, true, "%s is of an older subferry: the first command that needs it "
		       "brings it up to date", path);
	} else if (st != RESULT_OK ||
		   reader_check_campus(cli->reader, conf->name, &err) != RESULT_OK ||
		   reader_check_environment(cli->reader, conf->environment, &err) != RESULT_OK) {
		report(doctor, false, "%s", err.text);
	} else {
		report(doctor, true, "%s", path);
		check_holder(doctor);
		check_permit(doctor);
		check_flips(doctor);
	}
}

static void check_program(struct doctor *doctor)
{
	doctor->part = "clock";
	report(doctor, true, "%s", figure_instant(clock_wall(doctor->cli->campus->clock)).text);
	doctor->part = "versions";
	report(doctor, true, "subferry %s, SQLite %s, libxml2 %s, libcurl %s, %s, %s",
	       PACKAGE_VERSION, sqlite3_libversion(), LIBXML_DOTTED_VERSION,
	       curl_version_info(CURLVERSION_NOW)->version, archive_version_string(),
	       OpenSSL_version(OPENSSL_VERSION));
}

/* JSON: one document: type, campus, environment, ok, checks of part, ok, text. */
int cli_doctor(struct cli *cli)
{
	struct doctor doctor = {.cli = cli, .write = cli_option(cli, "write")};
	const struct conf *conf;
	cJSON *document = NULL;
	int st = cli_open(cli, 0);

	if (st >= 0)
		return st;
	conf = cli->campus->conf;
	if (cli_option(cli, "json")) {
		document = object_new("doctor");
		member_text(document, "campus", conf->name);
		member_text(document, "environment", conf->environment);
		doctor.checks = member_array(document, "checks");
	}
	doctor.part = "campus";
	report(&doctor, true, "%s, %s: runs are %s; read from %s", conf->name, conf->environment,
	       campus_mode(cli->campus, false), conf->file);
	check_source(&doctor);
	check_val(&doctor);
	check_store(&doctor);
	check_flag(&doctor);
	check_status(&doctor);
	check_program(&doctor);
	if (document) {
		member_flag(document, "ok", !doctor.failures);
		out_json_document(document);
	}
	return doctor.failures ? CLI_FINDINGS : CLI_OK;
}
