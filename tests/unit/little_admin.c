#include "config.h"

#include "tests/unit/little_admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int hex(char c)
{
	return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

static void unescape(const char *text, size_t len, char *out, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < len && used + 1 < size; i++) {
		if (text[i] == '%' && i + 2 < len) {
			out[used++] = (char)(hex(text[i + 1]) * 16 + hex(text[i + 2]));
			i += 2;
		} else {
			out[used++] = text[i];
		}
	}
	out[used] = '\0';
}

/* A field of a form or a query; false without it. */
static bool field(const char *text, const char *name, char *out, size_t size)
{
	size_t len = strlen(name);

	for (; text; text = strchr(text, '&') ? strchr(text, '&') + 1 : NULL) {
		if (strncmp(text, name, len) || text[len] != '=')
			continue;
		unescape(text + len + 1, strcspn(text + len + 1, "&"), out, size);
		return true;
	}
	return false;
}

/* The number behind "@name=", of a cookie or a header. */
static int number_of(const char *text, const char *name)
{
	const char *at = text ? strstr(text, name) : NULL;

	return at ? (int)strtol(at + strlen(name), NULL, 10) : 0;
}

static void say(struct web_answer *answer, int status, const char *text)
{
	answer->status = status;
	buf_add_text(&answer->headers, "Content-Type: text/html; charset=utf-8\r\n");
	buf_add_text(&answer->body, text);
}

/* ---- who is it ---- */

static bool has_token(struct little_admin *admin, const struct web_request *request)
{
	char cookies[2048], header[256], referer[512];

	if (!web_header(request, "cookie", cookies, sizeof(cookies)) ||
	    !web_header(request, "x-csrftoken", header, sizeof(header)) ||
	    !web_header(request, "referer", referer, sizeof(referer)))
		return false;
	return admin->token && number_of(cookies, "csrftoken=t") == admin->token &&
	       number_of(header, "t") == admin->token;
}

static bool has_session(struct little_admin *admin, const struct web_request *request)
{
	char cookies[2048];

	return admin->session && web_header(request, "cookie", cookies, sizeof(cookies)) &&
	       number_of(cookies, "sessionid=s") == admin->session;
}

static void set_token(struct little_admin *admin, struct web_answer *answer)
{
	admin->token += 10;
	buf_printf(&answer->headers, "Set-Cookie: csrftoken=t%d; Path=/; Max-Age=31449600\r\n",
		   admin->token);
}

static void log_in(struct little_admin *admin, const struct web_request *request,
		   struct web_answer *answer)
{
	char email[256] = "", password[256] = "";

	field(request->body, "email", email, sizeof(email));
	field(request->body, "password", password, sizeof(password));
	if (!has_token(admin, request)) {
		say(answer, 403, "<h1>Forbidden</h1><p>CSRF verification failed.</p>");
		return;
	}
	if (strcmp(email, LITTLE_USER) || strcmp(password, LITTLE_PASSWORD)) {
		admin->refused++;
		say(answer, 400,
		    "{\"success\": false, \"value\": \"Email or password is incorrect.\"}");
		return;
	}
	admin->session = ++admin->logins;
	buf_printf(&answer->headers, "Set-Cookie: sessionid=s%d; Path=/; HttpOnly\r\n",
		   admin->session);
	set_token(admin, answer);
	say(answer, 200, "{\"success\": true}");
}

/* ---- the form ---- */

static void show_form(struct little_admin *admin, struct web_answer *answer, const char *error)
{
	admin->form++;
	say(answer, 200, "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Add</title></head><body>"
			 "<form id=\"logout-form\" method=\"post\" action=\"/admin/logout/\">"
			 "<input type=\"hidden\" name=\"csrfmiddlewaretoken\" value=\"wrong\">"
			 "</form><form method=\"post\" id=\"x_form\" novalidate>");
	if (!admin->no_token)
		buf_printf(&answer->body,
			   "<input type=\"hidden\" name=\"csrfmiddlewaretoken\" value=\"f&amp;%d\">",
			   admin->form);
	if (error)
		buf_printf(&answer->body,
			   "<p class=\"errornote\">Please correct the error below.</p>"
			   "<div class=\"form-row errors field-course_id\"><ul class=\"errorlist\" "
			   "id=\"id_course_id_error\"><li>%s</li></ul>", error);
	buf_add_text(&answer->body,
		     "<label for=\"id_course_id\">Course id:</label>"
		     "<input type=\"text\" name=\"course_id\" class=\"vTextField\" required>"
		     "<input type=\"checkbox\" name=\"enabled\" id=\"id_enabled\">"
		     "<input type=\"submit\" value=\"Save\" name=\"_save\"></form></body></html>");
}

static void post(struct little_admin *admin, const struct web_request *request,
		 struct web_answer *answer)
{
	char course[256] = "", on[16] = "", token[64] = "", save[16] = "", referer[256] = "";
	char host[128] = "", url[256];

	admin->posts++;
	snprintf(admin->last_body, sizeof(admin->last_body), "%.*s", (int)request->body_len,
		 request->body);
	web_header(request, "referer", referer, sizeof(referer));
	web_header(request, "host", host, sizeof(host));
	snprintf(url, sizeof(url), "http://%s" LITTLE_COURSES "add/", host);
	if (strcmp(referer, url))
		admin->fault = "a referer that is not the form";
	field(request->body, "course_id", course, sizeof(course));
	field(request->body, "csrfmiddlewaretoken", token, sizeof(token));
	if (!has_token(admin, request) || number_of(token, "f&") < 1 ||
	    number_of(token, "f&") > admin->form) {
		say(answer, 403, "<html><body><p>CSRF verification failed.</p></body></html>");
		return;
	}
	if (!field(request->body, "_save", save, sizeof(save)) || strcmp(save, "Save"))
		admin->fault = "a form that nobody saved";
	if (field(request->body, "enabled", on, sizeof(on)) && strcmp(on, "on"))
		admin->fault = "a box that is neither ticked nor not";
	if (admin->post_status || admin->post_body || admin->post_location) {
		say(answer, admin->post_status ? admin->post_status : 200,
		    admin->post_body ? admin->post_body : "");
		if (admin->post_location)
			buf_printf(&answer->headers, "Location: %s\r\n", admin->post_location);
		return;
	}
	if (admin->unknown_course && !strcmp(course, admin->unknown_course)) {
		show_form(admin, answer, "Course not found.  Entered course id was: "
					 "&quot;x&quot;.\n \x1b[31m");
		return;
	}
	little_add(admin, course, *on != '\0', false);
	say(answer, 302, "");
	buf_add_text(&answer->headers, "Location: " LITTLE_COURSES "\r\n");
	answer->mischief = admin->mischief;
}

/* ---- lists ---- */

static bool is_listed(const struct little_admin *admin, size_t i, bool global, const char *course,
		      bool history)
{
	const struct little_row *row = &admin->rows[i];

	if (global || !*row->course)
		return global && !*row->course;
	if (*course && strcmp(course, row->course))
		return false;
	for (size_t k = i + 1; !history && k < admin->count; k++)
		if (!strcmp(admin->rows[k].course, row->course))
			return false;
	return true;
}

static void show_row(const struct little_admin *admin, size_t i, struct buf *out)
{
	const struct little_row *row = &admin->rows[i];

	buf_printf(out,
		   "<tr><td class=\"action-checkbox\"><input type=\"checkbox\" value=\"%zu\"></td>"
		   "<th class=\"field-id\"><a href=\"%zu/change/\">%zu</a></th>"
		   "<td class=\"field-change_date nowrap\">Nov. 23, 2026, 3:%02zu a.m.</td>"
		   "<td class=\"field-changed_by nowrap\">%s</td><td class=\"field-enabled\">"
		   "<img src=\"/static/icon.svg\" alt=\"%s\"></td>",
		   i, i, i, i, *row->by ? row->by : "-", row->enabled ? "True" : "False");
	if (*row->course)
		buf_printf(out, "<td class=\"field-course_id\">\n %s </td>"
				"<td class=\"field-edit_link\"><a href=\"add/\">Update</a></td></tr>",
			   row->course);
	else
		buf_printf(out, "<td class=\"field-enabled_for_all_courses\"><img src=\"x\" "
				"alt=\"%s\"></td></tr>", row->for_all ? "True" : "False");
}

static void show_list(struct little_admin *admin, const char *path, bool global,
		      struct web_answer *answer)
{
	size_t size = admin->page_size ? (size_t)admin->page_size : 100, shown[64], count = 0;
	const char *query = strchr(path, '?') ? strchr(path, '?') + 1 : NULL;
	char course[256] = "", number[16] = "";
	bool history = query && strstr(query, "show_history=1");
	size_t page = 0;

	admin->lists++;
	if (query)
		field(query, "course_id__exact", course, sizeof(course));
	if (admin->no_filters && (*course || history)) {
		say(answer, 302, "");
		buf_printf(&answer->headers, "Location: %s?e=1\r\n", LITTLE_COURSES);
		return;
	}
	if (query && field(query, "p", number, sizeof(number)))
		page = strtoul(number, NULL, 10) - (admin->from_zero ? 0 : 1);
	for (size_t i = 0; i < admin->count; i++) {
		size_t k = admin->oldest_first ? i : admin->count - 1 - i;

		if (is_listed(admin, k, global, course, history))
			shown[count++] = k;
	}
	say(answer, 200, "<!DOCTYPE html><html><body><div class=\"module\" id=\"changelist\">"
			 "<form id=\"changelist-form\" method=\"post\">");
	if (count) {
		buf_printf(&answer->body,
			   "<table id=\"result_list\"><thead><tr><th scope=\"col\" "
			   "class=\"action-checkbox-column\"></th><th class=\"column-id\"></th><th "
			   "class=\"sortable column-change_date sorted %s\"></th></tr></thead><tbody>",
			   admin->oldest_first ? "ascending" : "descending");
		for (size_t i = page * size; i < count && i < (page + 1) * size; i++)
			show_row(admin, shown[i], &answer->body);
		buf_add_text(&answer->body, "</tbody></table>");
	}
	buf_add_text(&answer->body, "<p class=\"paginator\">\n");
	for (size_t i = 0; count > size && i * size < count; i++) {
		size_t name = i + (admin->from_zero ? 0 : 1);

		if (i == page)
			buf_printf(&answer->body, "<span class=\"this-page\">%zu</span> ", i + 1);
		else if (i < page + 3)
			buf_printf(&answer->body, "<a href=\"?q=x&amp;p=%zu\">%zu</a> ", name, i + 1);
	}
	buf_printf(&answer->body, "\n%zu flags\n</p></form></div></body></html>", count);
}

/* ---- the server ---- */

static void serve_admin(struct little_admin *admin, const struct web_request *request,
			struct web_answer *answer)
{
	const char *path = request->path;
	bool courses = !strncmp(path, LITTLE_COURSES, strlen(LITTLE_COURSES));
	bool add = !strcmp(path, LITTLE_COURSES "add/");
	bool is_post = !strcmp(request->method, "POST");
	int status = add ? admin->add_status : courses ? admin->list_status : admin->global_status;

	admin->asked++;
	if (admin->before)
		admin->before(admin, path);
	if (admin->stall_get && !strcmp(request->method, "GET"))
		answer->mischief = WEB_STALL;
	if (admin->asked == admin->expires_after) {
		if (admin->expires_by_csrf)
			admin->token++;
		else
			admin->session = 0;
	}
	if (!has_session(admin, request) || admin->stranger) {
		say(answer, 302, "");
		buf_printf(&answer->headers, "Location: %s/admin/login/?next=%s\r\n",
			   web_url(admin->web), LITTLE_COURSES);
	} else if (add && is_post) {
		post(admin, request, answer);
	} else if (status) {
		say(answer, status, "<html><title>403 Forbidden</title></html>");
	} else if (admin->page || (!add && admin->list)) {
		say(answer, 200, admin->page ? admin->page : admin->list);
	} else if (add) {
		show_form(admin, answer, NULL);
	} else {
		show_list(admin, path, !courses, answer);
	}
}

static void serve(void *arg, const struct web_request *request, struct web_answer *answer)
{
	struct little_admin *admin = arg;
	const char *path = request->path;

	if (!strcmp(path, "/login")) {
		set_token(admin, answer);
		say(answer, 200, "<html/>");
	} else if (!strcmp(path, "/user_api/v1/account/login_session/") &&
		   !strcmp(request->method, "POST")) {
		log_in(admin, request, answer);
	} else if (!strncmp(path, LITTLE_COURSES, strlen(LITTLE_COURSES)) ||
		   !strncmp(path, LITTLE_GLOBAL, strlen(LITTLE_GLOBAL))) {
		serve_admin(admin, request, answer);
	} else {
		say(answer, 404, "<html/>");
	}
}

void little_start(struct little_admin *admin)
{
	memset(admin, 0, sizeof(*admin));
	admin->web = web_start(serve, admin);
}

void little_stop(struct little_admin *admin)
{
	web_stop(admin->web);
	if (admin->fault)
		fail_msg("%s", admin->fault);
}

void little_add(struct little_admin *admin, const char *course, bool enabled, bool for_all)
{
	struct little_row *row = &admin->rows[admin->count++];

	assert_true(admin->count <= sizeof(admin->rows) / sizeof(*admin->rows));
	*row = (struct little_row){.enabled = enabled, .for_all = for_all, .by = "staff"};
	snprintf(row->course, sizeof(row->course), "%s", course);
}
