#include "config.h"

#include "src/source/olx_scan.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_SIZE 65536
/* Text packs 3 to 10 times, zeros 1,000 times: beyond this much of it, it is a bomb. */
#define BOMB_RATIO 200
#define BOMB_START ((int64_t)256 << 20)

struct olx_scan {
	struct archive *archive;
	const char *path;
	struct buf name; /* of the entry being visited, clean */
	int64_t total;	 /* bytes promised by the entries so far */
	int64_t size;	 /* of the entry being visited */
	size_t entries;
	bool taken; /* the entry's bytes were read */
};

static enum result scan_error(struct olx_scan *scan, enum result result, struct error *err)
{
	int number = archive_errno(scan->archive);
	const char *words = archive_error_string(scan->archive);

	if (number == ENOMEM)
		result = RESULT_NOMEM;
	else if (number == EIO || number == ESTALE || number == EAGAIN || number == ETIMEDOUT)
		result = RESULT_RETRY;
	return error_set(err, result, "%s: %s", scan->path, words ? words : "cannot be read");
}

static enum result refuse(const struct olx_scan *scan, const char *name, const char *why,
			  struct error *err)
{
	return error_set(err, RESULT_INVALID, "%s: refused: entry %.200s %s", scan->path, name,
			 why);
}

static enum result check_bomb(struct olx_scan *scan, struct error *err)
{
	int64_t packed = archive_filter_bytes(scan->archive, -1);
	int64_t unpacked = archive_filter_bytes(scan->archive, 0);

	if (unpacked < BOMB_START || unpacked / BOMB_RATIO < packed)
		return RESULT_OK;
	return refuse(scan, buf_text(&scan->name), "unpacks to far more than a course can be", err);
}

/* Cleans @raw into scan->name: no "./", no "//". False for a name that leads elsewhere. */
static bool clean_name(struct olx_scan *scan, const char *raw)
{
	buf_reset(&scan->name);
	if (*raw == '/')
		return false;
	while (*raw) {
		size_t len = strcspn(raw, "/");

		if (len == 2 && !strncmp(raw, "..", 2))
			return false;
		if (len && !(len == 1 && *raw == '.')) {
			if (scan->name.len)
				buf_add_char(&scan->name, '/');
			buf_add(&scan->name, raw, len);
		}
		raw += len;
		raw += *raw == '/';
	}
	return true;
}

/* RESULT_OK: a regular file with scan->name set; RESULT_END: nothing to look at. */
static enum result check_entry(struct olx_scan *scan, struct archive_entry *entry,
			       struct error *err)
{
	const char *raw = archive_entry_pathname(entry);
	mode_t type = archive_entry_filetype(entry);
	int64_t size = archive_entry_size(entry);

	if (!raw)
		return refuse(scan, "without a name", "cannot be placed", err);
	if (strlen(raw) > OLX_NAME_MAX)
		return refuse(scan, raw, "has too long a name", err);
	if (++scan->entries > OLX_FILES_MAX)
		return refuse(scan, raw, "is one too many", err);
	if (archive_entry_hardlink(entry) || archive_entry_symlink(entry) || type == AE_IFLNK)
		return refuse(scan, raw, "is a link", err);
	if (type != AE_IFREG && type != AE_IFDIR)
		return refuse(scan, raw, "is neither a file nor a folder", err);
	if (!clean_name(scan, raw))
		return refuse(scan, raw, "leads out of the course", err);
	if (scan->name.failed)
		return error_set(err, RESULT_NOMEM, "%s: no memory for a name", scan->path);
	if (size < 0 || size > OLX_FILE_MAX || scan->total > OLX_TOTAL_MAX - size)
		return refuse(scan, raw, "is too large", err);
	scan->total += size;
	scan->size = size;
	if (type == AE_IFDIR || !scan->name.len || olx_name_skipped(buf_text(&scan->name)))
		return RESULT_END;
	return RESULT_OK;
}

/* Reads the rest of the entry to nowhere, with an eye on what comes out. */
static enum result skip_bytes(struct olx_scan *scan, struct error *err)
{
	const void *block;
	size_t len;
	la_int64_t offset;

	/* A plain archive holds no more than its size: the library may seek. */
	if (scan->taken || archive_filter_code(scan->archive, 0) == ARCHIVE_FILTER_NONE)
		return RESULT_OK;
	for (;;) {
		int code = archive_read_data_block(scan->archive, &block, &len, &offset);
		enum result st;

		if (code == ARCHIVE_EOF)
			return RESULT_OK;
		if (code < ARCHIVE_WARN)
			return scan_error(scan, RESULT_INVALID, err);
		st = check_bomb(scan, err);
		if (st != RESULT_OK)
			return st;
	}
}

enum result olx_scan_bytes(struct olx_scan *scan, struct buf *out, struct error *err)
{
	int64_t left = scan->size;

	scan->taken = true;
	while (left > 0) {
		/* No more room than needed: thousands of small files are kept at a time. */
		size_t want = left < BLOCK_SIZE ? (size_t)left : BLOCK_SIZE;
		enum result st = check_bomb(scan, err);
		la_ssize_t len;

		if (st != RESULT_OK)
			return st;
		if (!buf_reserve(out, want))
			return error_set(err, RESULT_NOMEM, "%s: no memory for %.200s", scan->path,
					 buf_text(&scan->name));
		len = archive_read_data(scan->archive, out->data + out->len, want);
		if (len < 0)
			return scan_error(scan, RESULT_DAMAGED, err);
		if (!len)
			return error_set(err, RESULT_DAMAGED,
					 "%s: %.200s is shorter than it should be", scan->path,
					 buf_text(&scan->name));
		out->len += (size_t)len;
		out->data[out->len] = '\0';
		left -= len;
	}
	return RESULT_OK;
}

static enum result scan_entries(struct olx_scan *scan, olx_visit_fn *visit, void *arg,
				struct error *err)
{
	for (;;) {
		struct archive_entry *entry;
		int code = archive_read_next_header(scan->archive, &entry);
		enum result st;

		if (code == ARCHIVE_EOF)
			return RESULT_OK;
		if (code < ARCHIVE_WARN)
			return scan_error(scan, RESULT_INVALID, err);
		scan->taken = false;
		st = check_entry(scan, entry, err);
		if (st == RESULT_OK)
			st = visit(arg, scan, buf_text(&scan->name), archive_entry_size(entry),
				   archive_entry_mtime(entry), err);
		else if (st == RESULT_END)
			st = RESULT_OK;
		if (st == RESULT_OK)
			st = skip_bytes(scan, err);
		if (st == RESULT_END)
			return RESULT_OK;
		if (st != RESULT_OK)
			return st;
	}
}

enum result olx_scan(int fd, const char *path, olx_visit_fn *visit, void *arg, struct error *err)
{
	struct olx_scan scan = {.path = path, .name = BUF_INIT};
	locale_t plain = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
	locale_t before = (locale_t)0;
	enum result st;

	/*
	 * In a UTF-8 locale the library composes the names of pax headers (NFC), and a decomposed
	 * name, as macOS writes it, would no longer be the one the course refers to. In the plain
	 * locale it warns that it cannot convert and hands out the very bytes.
	 */
	if (!plain)
		return error_set(err, RESULT_NOMEM, "%s: no memory to read it", path);
	before = uselocale(plain);
	scan.archive = archive_read_new();
	if (!scan.archive || archive_read_support_filter_gzip(scan.archive) < ARCHIVE_WARN ||
	    archive_read_support_format_tar(scan.archive) < ARCHIVE_WARN)
		st = error_set(err, RESULT_NOMEM, "%s: no memory to read it", path);
	else if (lseek(fd, 0, SEEK_SET) < 0)
		st = olx_error(err, errno, "read", path);
	else if (archive_read_open_fd(scan.archive, fd, BLOCK_SIZE) < ARCHIVE_WARN)
		st = scan_error(&scan, RESULT_INVALID, err);
	else
		st = scan_entries(&scan, visit, arg, err);
	archive_read_free(scan.archive);
	buf_clear(&scan.name);
	uselocale(before);
	freelocale(plain);
	return st;
}
