/* Archives made to do harm: refused with the entry's name, and nothing written. */
#include "config.h"

#include "tests/unit/olx_maker.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FILES = 200000 };

struct pen {
	struct archive *archive;
	const char *path;
};

static struct pen pen_new(struct maker *maker, bool pax)
{
	struct pen pen = {archive_write_new(), maker_path(maker, "hostile.tar.gz")};

	archive_write_add_filter_gzip(pen.archive);
	if (pax)
		archive_write_set_format_pax(pen.archive);
	else
		archive_write_set_format_gnutar(pen.archive);
	assert_int_equal(archive_write_open_filename(pen.archive, pen.path), ARCHIVE_OK);
	return pen;
}

static void pen_add(struct pen *pen, const char *name, unsigned type, const char *link,
		    const char *text)
{
	struct archive_entry *entry = archive_entry_new();

	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, type);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, type == AE_IFREG ? (la_int64_t)strlen(text) : 0);
	if (link && type == AE_IFLNK)
		archive_entry_set_symlink(entry, link);
	else if (link)
		archive_entry_set_hardlink(entry, link);
	assert_true(archive_write_header(pen->archive, entry) >= ARCHIVE_WARN);
	if (type == AE_IFREG && !link)
		archive_write_data(pen->archive, text, strlen(text));
	archive_entry_free(entry);
}

/* A good course, before or after the harm. */
static void pen_add_course(struct pen *pen)
{
	pen_add(pen, "course/course.xml", AE_IFREG, NULL,
		"<course url_name=\"R\" org=\"O\" course=\"C\"/>");
	pen_add(pen, "course/course/R.xml", AE_IFREG, NULL, "<course/>");
}

static const char *pen_close(struct pen *pen)
{
	assert_int_equal(archive_write_free(pen->archive), ARCHIVE_OK);
	return pen->path;
}

static size_t count_files(const char *folder)
{
	DIR *dir = opendir(folder);
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count - 2;
}

static void olx_refuses_entries_that_lead_elsewhere(void **state)
{
	static const struct {
		const char *name;
		unsigned type;
		const char *link, *words;
	} table[] = {
	    {"course/../../evil", AE_IFREG, NULL, "course/../../evil leads out of the course"},
	    {"..", AE_IFDIR, NULL, "../ leads out of the course"},
	    {"course/static/..", AE_IFDIR, NULL, "leads out of the course"},
	    {"/tmp/evil", AE_IFREG, NULL, "/tmp/evil leads out of the course"},
	    {"course/static/link", AE_IFLNK, "/etc/passwd", "course/static/link is a link"},
	    {"course/static/._link", AE_IFLNK, "a.srt", "is a link"},
	    {"course/static/hard", AE_IFREG, "course/course.xml", "course/static/hard is a link"},
	    {"course/static/pipe", AE_IFIFO, NULL, "pipe is neither a file nor a folder"},
	    {"course/static/tty", AE_IFCHR, NULL, "tty is neither a file nor a folder"},
	    {"course/static/disk", AE_IFBLK, NULL, "disk is neither a file nor a folder"},
	    {"./course//course.xml", AE_IFREG, NULL, "two entries named course/course.xml"},
	};
	struct maker *maker = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct pen pen = pen_new(maker, i % 2);

		pen_add_course(&pen);
		pen_add(&pen, table[i].name, table[i].type, table[i].link, "harm");
		pen_close(&pen);
		maker_refused(maker_path(maker, "hostile.tar.gz"), RESULT_INVALID, table[i].words);
		assert_int_equal(count_files(maker->folder), 1);
	}
}

static void olx_refuses_two_entries_of_one_name(void **state)
{
	struct pen pen = pen_new(*state, false);

	pen_add_course(&pen);
	pen_add(&pen, "course/static/a", AE_IFREG, NULL, "1");
	pen_add(&pen, "course/static/b", AE_IFREG, NULL, "2");
	pen_add(&pen, "course/./static/a", AE_IFREG, NULL, "3");
	maker_refused(pen_close(&pen), RESULT_INVALID, "two entries named course/static/a");
}

static void olx_refuses_long_names(void **state)
{
	struct pen pen = pen_new(*state, true);
	char name[6000];

	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	pen_add_course(&pen);
	pen_add(&pen, name, AE_IFREG, NULL, "");
	maker_refused(pen_close(&pen), RESULT_INVALID, "has too long a name");
}

static void olx_refuses_too_many_entries(void **state)
{
	struct pen pen = pen_new(*state, false);

	pen_add_course(&pen);
	for (int i = 0; i < MAX_FILES; i++) {
		char name[32];

		snprintf(name, sizeof(name), "course/static/%d", i);
		pen_add(&pen, name, AE_IFREG, NULL, "");
	}
	maker_refused(pen_close(&pen), RESULT_INVALID, "is one too many");
}

static void olx_refuses_bombs(void **state)
{
	struct pen pen = pen_new(*state, false);
	struct archive_entry *entry = archive_entry_new();
	size_t size = 4 << 20;
	char *zeros = calloc(1, size);

	assert_non_null(zeros);
	pen_add_course(&pen);
	archive_entry_set_pathname(entry, "course/static/bomb");
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_size(entry, 400 << 20);
	assert_int_equal(archive_write_header(pen.archive, entry), ARCHIVE_OK);
	for (int i = 0; i < 100; i++)
		archive_write_data(pen.archive, zeros, size);
	archive_entry_free(entry);
	free(zeros);
	maker_refused(pen_close(&pen), RESULT_INVALID, "course/static/bomb unpacks to far more");
}

/* A tar header by hand: what no library would write. */
static void olx_refuses_sizes_beyond_reason(void **state)
{
	char header[1536] = "course/static/huge";
	unsigned sum = 0;

	memcpy(header + 100, "0000644", 8);
	memcpy(header + 124, "77777777777", 12); /* 8 GiB less one */
	memcpy(header + 136, "00000000000", 12);
	header[156] = '0';
	memcpy(header + 257,
	       "ustar\0"
	       "00",
	       8);
	memset(header + 148, ' ', 8);
	for (int i = 0; i < 512; i++)
		sum += (unsigned char)header[i];
	snprintf(header + 148, 8, "%06o", sum);
	maker_write(maker_path(*state, "huge.tar"), header, sizeof(header));
	maker_refused(maker_path(*state, "huge.tar"), RESULT_INVALID, "huge is too large");
}

static void olx_refuses_xml_without_measure(void **state)
{
	struct pen pen = pen_new(*state, false);
	char *text = malloc((9 << 20) + 1);

	assert_non_null(text);
	memset(text, ' ', 9 << 20);
	text[9 << 20] = '\0';
	memcpy(text, "<course>", 8);
	memcpy(text + (9 << 20) - 9, "</course>", 9);
	pen_add(&pen, "course/course.xml", AE_IFREG, NULL,
		"<course url_name=\"R\" org=\"O\" course=\"C\"/>");
	pen_add(&pen, "course/course/R.xml", AE_IFREG, NULL, text);
	free(text);
	maker_refused(pen_close(&pen), RESULT_INVALID, "course/R.xml is larger than");
}

static void olx_refuses_broken_archives(void **state)
{
	const struct item items[] = {
	    MAKER_POINTER, MAKER_ROOT(""), {"static/a", "aaaaaaaaaaaaaaaaaaaa"}, {NULL, NULL}};
	const char *path = maker_archive(*state, "x.tar.gz", "course/", items);
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	for (off_t len = st.st_size - 20; len > 0; len -= 7) {
		assert_int_equal(truncate(path, len), 0);
		maker_refused(path, RESULT_INVALID, "x.tar.gz: ");
	}
	maker_write(path, "this is no archive at all, but a text of some length", 52);
	maker_refused(path, RESULT_INVALID, "x.tar.gz: ");
	maker_write(path, "", 0);
	maker_refused(path, RESULT_INVALID, "x.tar.gz: ");
}

/* A course whose key is known by its beginning, and whose end is cut off. */
static void olx_refuses_truncated_archive_of_a_known_course(void **state)
{
	struct pen pen = pen_new(*state, false);
	struct stat st;
	char noise[20000];

	for (size_t i = 0; i < sizeof(noise) - 1; i++)
		noise[i] = (char)('!' + random() % 90);
	noise[sizeof(noise) - 1] = '\0';
	pen_add(&pen, "course/course.xml", AE_IFREG, NULL,
		"<course url_name=\"R\" org=\"O\" course=\"C\"/>");
	pen_add(&pen, "course/course/R.xml", AE_IFREG, NULL, "<course display_name=\"N\"/>");
	for (int i = 0; i < 20; i++) {
		char name[32];

		snprintf(name, sizeof(name), "course/static/%d", i);
		pen_add(&pen, name, AE_IFREG, NULL, noise);
	}
	pen_close(&pen);
	assert_int_equal(stat(pen.path, &st), 0);
	assert_int_equal(truncate(pen.path, st.st_size / 2), 0);
	maker_refused(pen.path, RESULT_INVALID, "truncated gzip input");
}

static void olx_reads_names_of_pax_headers_byte_for_byte(void **state)
{
	/* decomposed, as macOS writes it: e and a combining accent */
	const char *name = "cafe\xcc\x81.srt";
	locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0), before;
	struct source_course *course;
	struct source *src;
	struct pen pen;
	char path[64];

	if (!utf8) {
		print_message("skipped: no UTF-8 locale to write pax headers with\n");
		skip();
	}
	before = uselocale(utf8);
	pen = pen_new(*state, true);
	pen_add_course(&pen);
	snprintf(path, sizeof(path), "./course/static/%s", name);
	pen_add(&pen, path, AE_IFREG, NULL, "text");
	pen_add(&pen, "./course/static/._x", AE_IFREG, NULL, "fork");
	src = maker_source(pen_close(&pen));
	course = maker_open(src, MAKER_KEY);
	assert_non_null(maker_find(course, name));
	assert_string_equal(maker_find(course, name), "static/cafe\xcc\x81.srt");
	maker_reads(course, "static/cafe\xcc\x81.srt", "text");
	assert_null(maker_find(course, "._x"));
	source_course_close(course);
	source_free(src);
	uselocale(before);
	freelocale(utf8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, maker_setup, maker_teardown)
	    TEST(olx_refuses_entries_that_lead_elsewhere),
	    TEST(olx_refuses_two_entries_of_one_name),
	    TEST(olx_refuses_long_names),
	    TEST(olx_refuses_too_many_entries),
	    TEST(olx_refuses_bombs),
	    TEST(olx_refuses_sizes_beyond_reason),
	    TEST(olx_refuses_xml_without_measure),
	    TEST(olx_refuses_broken_archives),
	    TEST(olx_refuses_truncated_archive_of_a_known_course),
	    TEST(olx_reads_names_of_pax_headers_byte_for_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
