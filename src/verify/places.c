#include "config.h"

#include "src/verify/places.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/buf.h"

static const char *known(const char *text)
{
	return text ? text : "";
}

/* How much of @path is the folder of the status database; what moves, or is copied, with it stays the
   same place. */
static size_t common_folder(const char *status_db, const char *path)
{
	char *base = realpath(known(status_db), NULL);
	char *slash = base ? strrchr(base, '/') : NULL;
	size_t len = slash ? (size_t)(slash - base) + 1 : 0;

	len = len && !strncmp(base, path, len) ? len : 0;
	free(base);
	return len;
}

static void add_path(struct buf *out, const struct conf *conf, const char *kind, const char *path)
{
	char *real = realpath(known(path), NULL);
	const char *at = real ? real : known(path);

	buf_printf(out, "%s %s", known(kind), at + common_folder(conf->status_db, at));
	free(real);
}

char *verify_places(const struct conf *conf)
{
	struct buf out = BUF_INIT;

	if (!strcmp(known(conf->val_kind), "rest"))
		buf_printf(&out, "rest %s", conf->val_url);
	else
		add_path(&out, conf, conf->val_kind, conf->val_path);
	buf_add_text(&out, ", ");
	if (!strcmp(known(conf->store_kind), "s3"))
		buf_printf(&out, "s3 %s/%s at %s", conf->bucket, known(conf->location),
			   *known(conf->store_endpoint) ? conf->store_endpoint : "aws");
	else
		add_path(&out, conf, conf->store_kind, conf->store_path);
	return buf_take(&out);
}
