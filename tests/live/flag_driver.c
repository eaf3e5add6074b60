/*
 * flag_driver - the flag backend over the platform's admin, moved by a script.
 *
 *   flag_driver URL USER          the password is in FLAG_PASSWORD
 *
 * Reads lines: "probe", "show COURSE...", "on COURSE", "off COURSE". For each course shown it
 * answers a line of effective, own, row or -, global, all or -, by and note, tab-separated; and at
 * the end of each command a line of the result's number, its words and the error's.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/clock.h"
#include "src/base/http.h"
#include "src/flag/flag_kinds.h"

enum { MAX_COURSES = 400 };

static enum result show(struct flag *flag, char *line, struct error *err)
{
	static struct flag_state states[MAX_COURSES];
	const char *courses[MAX_COURSES];
	size_t count = 0;
	enum result st;

	for (; *line && count < MAX_COURSES; line += strspn(line, " ")) {
		courses[count++] = line;
		line += strcspn(line, " ");
		if (*line)
			*line++ = '\0';
	}
	st = flag->ops->show(flag, courses, count, states, err);
	for (size_t i = 0; st == RESULT_OK && i < count; i++)
		printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\n", flag_value_name(states[i].effective),
		       flag_value_name(states[i].own), states[i].has_row ? "row" : "-",
		       flag_value_name(states[i].global), states[i].for_all ? "all" : "-",
		       states[i].by, states[i].note);
	return st;
}

static enum result obey(struct flag *flag, char *line, struct error *err)
{
	if (!strncmp(line, "show ", 5))
		return show(flag, line + 5, err);
	if (!strncmp(line, "on ", 3))
		return flag->ops->set(flag, line + 3, true, err);
	if (!strncmp(line, "off ", 4))
		return flag->ops->set(flag, line + 4, false, err);
	return flag->ops->probe(flag, err);
}

int main(int argc, char **argv)
{
	static char kind[] = "admin", env[] = "FLAG_PASSWORD", none[] = "";
	static char line[64 * 1024];
	const struct http_options options = {.in_flight = 2, .clock = clock_system()};
	struct error err = {RESULT_OK, ""};
	struct conf conf = {.flag_kind = kind, .flag_login_url = none, .flag_password_env = env,
			    .flag_password_file = none, .flag_ca_file = none};
	struct http *http = NULL;
	struct flag *flag = NULL;
	enum result st = RESULT_INVALID;

	if (argc == 3) {
		conf.flag_url = argv[1];
		conf.flag_user = argv[2];
		st = http_new(&http, &options, &err);
		if (st == RESULT_OK)
			st = flag_open(&flag, &conf, http, &err);
	}
	if (st != RESULT_OK)
		fprintf(stderr, "flag_driver URL USER: %s\n", err.text);
	while (st == RESULT_OK && fgets(line, sizeof(line), stdin)) {
		enum result answer;

		line[strcspn(line, "\n")] = '\0';
		err = (struct error){RESULT_OK, ""};
		answer = obey(flag, line, &err);
		printf("%d\t%s\t%s\n", (int)answer, result_text(answer), err.text);
		fflush(stdout);
	}
	flag_free(flag);
	http_free(http);
	return st != RESULT_OK;
}
