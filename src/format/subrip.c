#include "config.h"

#include "src/format/subrip.h"

#include <stdio.h>
#include <string.h>

#include "src/base/text.h"
#include "src/format/words.h"

enum { QUOTE_MAX = 60 };

enum { ARROW = 3 }; /* "-->" */

struct span {
	const char *text;
	size_t len;
};

/* Bytes that end a line, or begin a character that may. */
static const bool may_break[256] = {
	['\n'] = true, ['\v'] = true, ['\f'] = true, ['\r'] = true, [0x1C] = true,
	[0x1D] = true, [0x1E] = true, [0xC2] = true, [0xE2] = true,
};

/* Length of the line break at @at, 0 if there is none. */
static size_t line_break(const char *at, const char *stop)
{
	const unsigned char *c = (const unsigned char *)at;
	size_t len = (size_t)(stop - at);

	switch (c[0]) {
	case '\r':
		return len >= 2 && c[1] == '\n' ? 2 : 1;
	case 0xC2:
		return len >= 2 && c[1] == 0x85 ? 2 : 0;
	case 0xE2:
		return len >= 3 && c[1] == 0x80 && (c[2] == 0xA8 || c[2] == 0xA9) ? 3 : 0;
	default:
		return may_break[c[0]];
	}
}

/* To the next byte at which a line may end, or to @stop. */
static const char *plain_run(const char *at, const char *stop)
{
	uint64_t word, mask;

	while (stop - at >= WORD_SIZE) {
		word = word_load(at);
		mask = word_control(word) | word_has(word, 0xC2) | word_has(word, 0xE2);
		if (mask) {
			at += word_first(mask);
			if (may_break[(unsigned char)*at])
				return at;
			at++;
			continue;
		}
		at += WORD_SIZE;
	}
	while (at < stop && !may_break[(unsigned char)*at])
		at++;
	return at;
}

/* Where the line at @at ends: at the break, whose length is *@skip, or at @stop. */
static const char *line_end(const char *at, const char *stop, size_t *skip)
{
	for (;; at++) {
		at = plain_run(at, stop);
		*skip = at < stop ? line_break(at, stop) : 0;
		if (*skip || at == stop)
			return at;
	}
}

static struct span strip_right(struct span span)
{
	size_t n;

	unsigned char last = span.len ? (unsigned char)span.text[span.len - 1] : '.';

	/* most lines end in a letter or a full stop */
	if (last > ' ' && last < 0x80)
		return span;
	while ((n = text_space_before(span.text + span.len, span.len)) > 0)
		span.len -= n;
	return span;
}

static struct span strip_left(struct span span)
{
	size_t n;

	while ((n = text_space(span.text, span.len)) > 0) {
		span.text += n;
		span.len -= n;
	}
	return span;
}

/* Takes one line, without the white space at its end: what is blank comes back empty. */
static struct span take_line(struct subrip *reader)
{
	size_t skip;
	const char *end = line_end(reader->at, reader->stop, &skip);
	struct span line = {reader->at, (size_t)(end - reader->at)};

	reader->at = end + skip;
	return strip_right(line);
}

/* Lines as an editor counts them: \n, \r\n, \r. */
static unsigned long count_lines(const char *at, const char *stop)
{
	unsigned long line = 1;

	for (; at < stop; at++)
		if (*at == '\n' || (*at == '\r' && (at + 1 == stop || at[1] != '\n')))
			line++;
	return line;
}

static enum result fault(struct subrip *reader, const char *block, const char *what,
			 struct span quote)
{
	size_t cut = text_cut(quote.text, quote.len, QUOTE_MAX);

	reader->line = count_lines(reader->text, block);
	snprintf(reader->reason, sizeof(reader->reason), "%s \"%.*s%s\"", what, (int)cut,
		 quote.text, cut < quote.len ? "…" : "");
	reader->at = reader->stop;
	reader->in_block = false;
	return RESULT_INVALID;
}

static enum result read_time(struct subrip *reader, struct timestamp *out, const char *block,
			     const char *which, struct span text)
{
	enum result st = timestamp_read(out, text.text, text.len);
	char what[64];

	if (st != RESULT_INVALID && st != RESULT_LIMIT)
		return st;
	snprintf(what, sizeof(what),
		 st == RESULT_LIMIT ? "the %s time has more than 4300 digits:"
				    : "the %s time is not HH:MM:SS,mmm:",
		 which);
	return fault(reader, block, what, text);
}

/* By its '>', which is rarer than its '-'. */
static const char *find_arrow(struct span line)
{
	const char *stop = line.text + line.len;
	const char *at = line.text + 2;

	for (; stop > at; at++) {
		at = memchr(at, '>', (size_t)(stop - at));
		if (!at)
			return NULL;
		if (at[-1] == '-' && at[-2] == '-')
			return at - 2;
	}
	return NULL;
}

/* "START --> END POSITION"; the position is of no interest to the platform. */
static enum result read_times(struct subrip *reader, const char *block, struct span line)
{
	const char *at = find_arrow(line);
	struct span start, end;
	const char *space;
	enum result st;

	if (!at)
		return fault(reader, block, "no \"-->\" in", line);
	start.text = line.text;
	start.len = (size_t)(at - line.text);
	end.text = at + ARROW;
	end.len = line.len - start.len - ARROW;
	if (find_arrow(end))
		return fault(reader, block, "more than one \"-->\" in", line);
	end = strip_left(end);
	space = memchr(end.text, ' ', end.len);
	if (space)
		end.len = (size_t)(space - end.text);
	start = strip_right(strip_left(start));
	st = read_time(reader, &reader->start, block, "start", start);
	if (st != RESULT_OK)
		return st;
	return read_time(reader, &reader->end, block, "end", strip_right(end));
}

void subrip_init(struct subrip *reader, const char *text, size_t len)
{
	memset(reader, 0, sizeof(*reader));
	reader->text = text;
	reader->at = text;
	reader->stop = text + len;
}

void subrip_clear(struct subrip *reader)
{
	timestamp_clear(&reader->start);
	timestamp_clear(&reader->end);
}

/* Behind the \n or \r\n at @at, or NULL. */
static const char *behind_newline(const char *at, const char *stop)
{
	if (at < stop && *at == '\r')
		at++;
	return at < stop && *at == '\n' ? at + 1 : NULL;
}

/*
 * The head that nearly every block has, digits on one line and "HH:MM:SS,mmm --> HH:MM:SS,mmm"
 * alone on the next, in one go. False, with nothing taken, for all others: those are read by
 * the rules, which give the same for these.
 */
static bool take_usual_head(struct subrip *reader)
{
	const char *at = reader->at, *stop = reader->stop;
	int64_t start, end;

	while (at < stop && *at >= '0' && *at <= '9')
		at++;
	if (at == reader->at)
		return false;
	at = behind_newline(at, stop);
	if (!at || stop - at < 2 * TIMESTAMP_USUAL + 5 || memcmp(at + TIMESTAMP_USUAL, " --> ", 5))
		return false;
	start = timestamp_usual(at);
	end = timestamp_usual(at + TIMESTAMP_USUAL + 5);
	at = behind_newline(at + 2 * TIMESTAMP_USUAL + 5, stop);
	if (start < 0 || end < 0 || !at)
		return false;
	timestamp_clear(&reader->start);
	timestamp_clear(&reader->end);
	reader->start.ms = start;
	reader->end.ms = end;
	reader->at = at;
	reader->in_block = true;
	return true;
}

enum result subrip_next(struct subrip *reader)
{
	struct span first = {NULL, 0}, second;
	const char *block = reader->at;
	enum result st;

	while (reader->in_block) /* what the caller did not want to read */
		reader->in_block = take_line(reader).len > 0;
	while (!first.len) {
		if (reader->at == reader->stop)
			return RESULT_END;
		if (take_usual_head(reader))
			return RESULT_OK;
		block = reader->at;
		first = take_line(reader);
	}
	second = take_line(reader);
	if (!second.len)
		return fault(reader, block, "a block of one line only:", first);
	/* a first line without an arrow is the index, which may be any text or be missing */
	if (find_arrow(first)) {
		reader->at = second.text;
		second = first;
	}
	st = read_times(reader, block, second);
	reader->in_block = st == RESULT_OK;
	return st;
}

bool subrip_line(struct subrip *reader, const char **line, size_t *len)
{
	struct span span;

	if (!reader->in_block)
		return false;
	span = take_line(reader);
	*line = span.text;
	*len = span.len;
	reader->in_block = span.len > 0;
	return reader->in_block;
}
