/*
 * What stands where pages of the admin should be: any bytes, and good pages with some bytes
 * changed. Nothing crashes; a list leads on to later pages only, and what it shows is text.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/flag/admin_page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void take_row(void *arg, const struct admin_row *row)
{
	size_t *rows = arg;

	++*rows;
	must(row->id && row->course && row->changed && row->by);
	must(row->enabled <= FLAG_ON && row->for_all <= FLAG_ON);
}

static void read_page(const void *bytes, size_t len)
{
	struct buf body = BUF_INIT, token = BUF_INIT, words = BUF_INIT;
	struct admin_page *page = NULL;
	struct error err = {0};
	struct admin_list list;
	size_t rows = 0;

	buf_add(&body, bytes, len);
	if (admin_page_read(&page, &body, &err) == RESULT_OK) {
		must(admin_page_token(page, "course_id", &token) == (token.len > 0));
		admin_page_errors(page, &words);
		must(admin_page_list(page, 2, take_row, &rows, &list, &err) == RESULT_OK);
		must(list.next == -1 || list.next > 2);
		must(rows <= list.rows && (!list.whole || rows == list.rows));
	} else {
		must(!page && *err.text);
	}
	admin_page_free(page);
	buf_clear(&body);
	buf_clear(&token);
	buf_clear(&words);
}

/* Triples of a place, in two bytes, and what is put there. */
static void read_changed(const char *good, const uint8_t *data, size_t size)
{
	char bytes[1024];
	size_t len = strlen(good);

	memcpy(bytes, good, len);
	for (size_t i = 0; i + 2 < size; i += 3)
		bytes[(data[i] * 256u + data[i + 1]) % len] = (char)data[i + 2];
	read_page(bytes, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const good[] = {
		"<form method=post><input type=hidden name=csrfmiddlewaretoken value='a&amp;b'>"
		"<ul class=\"errorlist x\"><li>One.<li>Two &eacute;</ul><input name=course_id></form>",
		"<div id=changelist><table id=result_list><thead><tr><th class='column-id sorted "
		"descending'></thead><tbody><tr><th class=field-id><a href=1/>1</a></th><td class="
		"field-course_id>a/b/c</td><td class='field-enabled'><img alt=True></td><td class="
		"field-changed_by>-</td></tr></tbody></table><p class=paginator><a href='?p=3'>4</a> "
		"400 flags</p></div>",
		"<div id=changelist><nav class=paginator><h2>Pages</h2>\n0 flags</nav></div>",
	};

	if (!size)
		return 0;
	if (data[0] % 4 < 3)
		read_changed(good[data[0] % 4], data + 1, size - 1);
	else
		read_page(data + 1, size - 1);
	return 0;
}
