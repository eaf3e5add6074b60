/*
 * admin.h - the inside of [flag] kind = admin: what its two halves, adding and reading, share.
 *
 * Thread-safe, as the session is. Inside src/flag/ only.
 */
#ifndef SUBFERRY_SRC_FLAG_ADMIN_H
#define SUBFERRY_SRC_FLAG_ADMIN_H

#include "src/base/platform_session.h"
#include "src/flag/flag.h"

#define ADMIN_NAME "the flag's admin"
#define ADMIN_PATH "/admin/"
#define ADMIN_COURSES ADMIN_PATH "video_config/coursevideotranscriptenabledflag/"
#define ADMIN_GLOBAL ADMIN_PATH "video_config/videotranscriptenabledflag/"

struct flag_admin {
	struct flag flag;
	struct platform_session *session;
};

/* Logged in, and once more where that ended; RESULT_OK: @out is the answer, whatever its status. */
enum result admin_get(struct flag_admin *admin, const char *path, struct http_answer *out,
		      struct error *err);
/* What a status that was not expected means; of 403, which permissions are asked for. */
enum result admin_refuse(struct flag_admin *admin, struct http_answer *answer, struct error *err);
/* flag_ops.show() */
enum result admin_show(struct flag *flag, const char *const *courses, size_t count,
		       struct flag_state *out, struct error *err);

#endif
