#include "config.h"

#include "src/flag/admin_page.h"

#include <libxml/HTMLparser.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_CELL = 1024 }; /* bytes of a cell's text; a course's key has 255 */

struct admin_page {
	htmlDocPtr doc;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init_library(void)
{
	xmlInitParser();
}

enum result admin_page_read(struct admin_page **out, const struct buf *body, struct error *err)
{
	const int options = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
			    HTML_PARSE_NONET;
	htmlParserCtxtPtr ctxt;
	htmlDocPtr doc;
	bool halted;

	*out = NULL;
	if (body->len > ADMIN_PAGE_MAX)
		return error_set(err, RESULT_LIMIT, "a page of %zu bytes: larger than %d",
				 body->len, ADMIN_PAGE_MAX);
	pthread_once(&once, init_library);
	ctxt = htmlNewParserCtxt();
	if (!ctxt)
		return error_set(err, RESULT_NOMEM, "no memory to read a page");
	doc = htmlCtxtReadMemory(ctxt, buf_text(body), (int)body->len, NULL, "UTF-8", options);
	halted = ctxt->disableSAX != 0; /* too deep, or without memory: the rest is missing */
	htmlFreeParserCtxt(ctxt);
	if (doc && xmlDocGetRootElement(doc) && !halted)
		*out = calloc(1, sizeof(**out));
	if (*out) {
		(*out)->doc = doc;
		return RESULT_OK;
	}
	xmlFreeDoc(doc);
	return error_set(err, RESULT_DAMAGED, "a page that cannot be read");
}

void admin_page_free(struct admin_page *page)
{
	if (!page)
		return;
	xmlFreeDoc(page->doc);
	free(page);
}

/* ---- nodes ---- */

static bool is_element(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && !strcasecmp((const char *)node->name, name);
}

/* "" without one. */
static const char *attribute(const xmlNode *node, const char *name)
{
	if (node->type != XML_ELEMENT_NODE)
		return "";
	for (const xmlAttr *at = node->properties; at; at = at->next)
		if (!strcasecmp((const char *)at->name, name))
			return at->children && at->children->content
				   ? (const char *)at->children->content
				   : "";
	return "";
}

static bool has_class(const xmlNode *node, const char *name)
{
	static const char blanks[] = " \t\r\n\f";
	size_t len = strlen(name), word;

	for (const char *at = attribute(node, "class"); *at; at += word) {
		at += strspn(at, blanks);
		word = strcspn(at, blanks);
		if (word == len && !memcmp(at, name, len))
			return true;
	}
	return false;
}

/* The next node below @root, in the order of the page; NULL at its end. */
static const xmlNode *next_node(const xmlNode *node, const xmlNode *root)
{
	if (node->children && node->type == XML_ELEMENT_NODE)
		return node->children;
	while (node != root && !node->next)
		node = node->parent;
	return node == root ? NULL : node->next;
}

static const xmlNode *root_of(const struct admin_page *page)
{
	return xmlDocGetRootElement(page->doc);
}

static const xmlNode *find_id(const xmlNode *root, const char *id)
{
	for (const xmlNode *at = root; at; at = next_node(at, root))
		if (!strcmp(attribute(at, "id"), id))
			return at;
	return NULL;
}

static const xmlNode *find_class(const xmlNode *root, const char *name)
{
	for (const xmlNode *at = root; at; at = next_node(at, root))
		if (has_class(at, name))
			return at;
	return NULL;
}

/* With every run of white space as one blank, none at the ends. */
static void add_words(struct buf *out, const char *text, size_t from)
{
	for (; *text; text++) {
		bool blank = (unsigned char)*text <= ' ';

		if (!blank)
			buf_add_char(out, *text);
		else if (out->len > from && out->data[out->len - 1] != ' ')
			buf_add_char(out, ' ');
	}
}

static void end_words(struct buf *out, size_t from)
{
	if (out->len > from && out->data[out->len - 1] == ' ')
		out->data[--out->len] = '\0';
}

/* Appends the text of @root; @deep: with that of the elements below. */
static void add_text(struct buf *out, const xmlNode *root, bool deep)
{
	size_t from = out->len;

	for (const xmlNode *at = root->children; at; at = deep ? next_node(at, root) : at->next)
		if ((at->type == XML_TEXT_NODE || at->type == XML_CDATA_SECTION_NODE) &&
		    at->content && out->len - from <= MAX_CELL)
			add_words(out, (const char *)at->content, from);
	end_words(out, from);
}

/* ---- the add form ---- */

static const xmlNode *find_field(const xmlNode *form, const char *name)
{
	for (const xmlNode *at = form; at; at = next_node(at, form))
		if ((is_element(at, "input") || is_element(at, "select") ||
		     is_element(at, "textarea")) &&
		    !strcmp(attribute(at, "name"), name))
			return at;
	return NULL;
}

bool admin_page_token(const struct admin_page *page, const char *field, struct buf *out)
{
	const xmlNode *root = root_of(page);

	for (const xmlNode *at = root; at; at = next_node(at, root)) {
		const xmlNode *token;

		if (!is_element(at, "form") || !find_field(at, field))
			continue;
		token = find_field(at, "csrfmiddlewaretoken");
		if (!token || !*attribute(token, "value"))
			return false;
		buf_add_text(out, attribute(token, "value"));
		return true;
	}
	return false;
}

void admin_page_errors(const struct admin_page *page, struct buf *out)
{
	const xmlNode *root = root_of(page);

	for (const xmlNode *at = root; at; at = next_node(at, root)) {
		if (!has_class(at, "errorlist"))
			continue;
		for (const xmlNode *li = at->children; li; li = li->next) {
			if (!is_element(li, "li") || out->len > MAX_CELL)
				continue;
			if (out->len)
				buf_add_text(out, "; ");
			add_text(out, li, true);
		}
	}
}

/* ---- the list of rows ---- */

/* Of Django's three pictures; its alternative text is Python's, in no people's language. */
static enum flag_value picture(const xmlNode *cell)
{
	for (const xmlNode *at = cell; at; at = next_node(at, cell)) {
		if (!is_element(at, "img"))
			continue;
		if (!strcmp(attribute(at, "alt"), "True"))
			return FLAG_ON;
		return strcmp(attribute(at, "alt"), "False") ? FLAG_UNKNOWN : FLAG_OFF;
	}
	return FLAG_UNKNOWN;
}

struct cells {
	struct buf id, course, changed, by;
	enum flag_value enabled, for_all;
	bool known; /* there is a cell that tells whether it is enabled */
};

static void cells_clear(struct cells *cells)
{
	buf_clear(&cells->id);
	buf_clear(&cells->course);
	buf_clear(&cells->changed);
	buf_clear(&cells->by);
}

static void take_cell(struct cells *cells, const xmlNode *cell)
{
	if (has_class(cell, "field-id")) {
		add_text(&cells->id, cell, true);
	} else if (has_class(cell, "field-course_id")) {
		add_text(&cells->course, cell, true);
	} else if (has_class(cell, "field-change_date")) {
		add_text(&cells->changed, cell, true);
	} else if (has_class(cell, "field-changed_by")) {
		add_text(&cells->by, cell, true);
	} else if (has_class(cell, "field-enabled_for_all_courses")) {
		cells->for_all = picture(cell);
	} else if (has_class(cell, "field-enabled")) {
		cells->enabled = picture(cell);
		cells->known = true;
	}
}

/* As Django shows that there is nobody. */
static const char *person(const struct buf *by)
{
	const char *text = buf_text(by);

	return !strcmp(text, "-") || !strcmp(text, "(None)") ? "" : text;
}

/* *@known: it is a row, and not something else in the table. */
static enum result take_row(const xmlNode *tr, bool *known,
			    void (*take)(void *arg, const struct admin_row *row), void *arg,
			    struct error *err)
{
	struct cells cells = {0};
	enum result st = RESULT_OK;

	for (const xmlNode *cell = tr->children; cell; cell = cell->next)
		if (is_element(cell, "td") || is_element(cell, "th"))
			take_cell(&cells, cell);
	*known = cells.known;
	if (cells.id.failed || cells.course.failed || cells.changed.failed || cells.by.failed) {
		st = error_set(err, RESULT_NOMEM, "no memory to read a page");
	} else if (cells.known) {
		const struct admin_row row = {.id = buf_text(&cells.id),
					      .course = buf_text(&cells.course),
					      .changed = buf_text(&cells.changed),
					      .by = person(&cells.by),
					      .enabled = cells.enabled,
					      .for_all = cells.for_all};

		take(arg, &row);
	}
	cells_clear(&cells);
	return st;
}

static bool is_header(const xmlNode *tr)
{
	return tr->parent && is_element(tr->parent, "thead");
}

/* One column alone is sorted by, and it is one that grows with time. */
static bool is_newest_first(const xmlNode *table)
{
	const xmlNode *sorted = NULL;

	for (const xmlNode *at = table; at; at = next_node(at, table)) {
		if (!is_element(at, "th") || !has_class(at, "sorted"))
			continue;
		if (sorted)
			return false;
		sorted = at;
	}
	return sorted && has_class(sorted, "descending") &&
	       (has_class(sorted, "column-change_date") || has_class(sorted, "column-id"));
}

/* The smallest number of a page behind @now that the paginator leads to. */
static long next_page(const xmlNode *paginator, long now)
{
	long next = -1;

	for (const xmlNode *at = paginator; at; at = next_node(at, paginator)) {
		const char *to = is_element(at, "a") ? attribute(at, "href") : "";

		for (to = strchr(to, '?'); to; to = strchr(to, '&')) {
			to++;
			if (!strncmp(to, "p=", 2) && strspn(to + 2, "0123456789")) {
				long page = strtol(to + 2, NULL, 10);

				if (page > now && (next < 0 || page < next))
					next = page;
			}
		}
	}
	return next;
}

/* "0 flags": what stands in the paginator itself begins with the count of rows. */
static bool counts_none(const xmlNode *paginator)
{
	struct buf text = BUF_INIT;
	bool none;

	add_text(&text, paginator, false);
	none = !text.failed && !strncmp(buf_text(&text), "0 ", 2);
	buf_clear(&text);
	return none;
}

enum result admin_page_list(const struct admin_page *page, long now,
			    void (*take)(void *arg, const struct admin_row *row), void *arg,
			    struct admin_list *out, struct error *err)
{
	const xmlNode *list = find_id(root_of(page), "changelist");
	const xmlNode *paginator = list ? find_class(list, "paginator") : NULL;
	const xmlNode *table = list ? find_id(list, "result_list") : NULL;
	enum result st = RESULT_OK;

	*out = (struct admin_list){.next = -1};
	if (!paginator)
		return RESULT_OK;
	out->whole = true;
	out->next = next_page(paginator, now);
	out->newest_first = table && is_newest_first(table);
	for (const xmlNode *at = table; at && st == RESULT_OK; at = next_node(at, table)) {
		bool known;

		if (!is_element(at, "tr") || is_header(at))
			continue;
		st = take_row(at, &known, take, arg, err);
		out->whole &= known;
		out->rows++;
	}
	if (!out->rows)
		out->whole = counts_none(paginator);
	return st;
}
