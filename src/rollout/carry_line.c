#include "config.h"

#include "src/rollout/carry_line.h"

#include <stddef.h>
#include <string.h>
#include <unistr.h>

#include "src/base/text.h"
#include "src/format/json_scan.h"

/* How a member is kept in its struct. */
enum member_kind {
	MEMBER_TEXT,   /* char * */
	MEMBER_HASH,   /* char *: "" or a SHA-256 */
	MEMBER_NUMBER, /* int64_t, 0 to 2^53 */
	MEMBER_MAYBE,  /* the same, and -1, which is not written */
	MEMBER_FLAG,   /* bool */
	MEMBER_RUN_KIND, MEMBER_STATUS, MEMBER_OUTCOME, MEMBER_CODE, MEMBER_SEVERITY, /* words */
};

struct member {
	const char *name;
	enum member_kind kind;
	size_t offset;
	int64_t most; /* bytes of a text; of a number its value, 0: MOST_NUMBER */
};

/* Words of this program and of operators; and what comes from courses and servers, of any length. */
enum { SHORT = 1024, LONG = 128 * 1024 };

#define MOST_NUMBER (INT64_C(1) << 53) /* a double tells all whole numbers up to it apart */
/* Of what a course has, and the bytes of it: as many courses as a file may have still add up. */
#define MOST_SUM (INT64_C(1) << 38)

/* clang-format off */
#define MEMBER(type, name, kind, field, most) {name, MEMBER_##kind, offsetof(struct type, field), most}
static const struct member run_members[] = {
#define M(name, kind, field, most) MEMBER(run_row, name, kind, field, most)
	M("uid", TEXT, uid, SHORT), M("number", NUMBER, number, 0), M("kind", RUN_KIND, kind, 0),
	M("generation", NUMBER, generation, 0), M("campus", TEXT, campus, SHORT),
	M("environment", TEXT, environment, SHORT), M("release", TEXT, release, SHORT),
	M("version", TEXT, version, SHORT), M("options", TEXT, options, SHORT),
	M("who", TEXT, who, SHORT), M("host", TEXT, host, SHORT), M("began", NUMBER, began, 0),
	M("ended", NUMBER, ended, 0), M("broken_off", FLAG, broken_off, 0), M("active", MAYBE, active, 0),
#undef M
};
static const struct member course_members[] = {
#define M(name, kind, field, most) MEMBER(run_course_row, name, kind, field, most)
	M("course", TEXT, course, LONG), M("status", STATUS, status, 0), M("began", NUMBER, began, 0),
	M("ended", NUMBER, ended, 0), M("problem", TEXT, problem, LONG),
	M("source_version", TEXT, source_version, SHORT), M("source_assets", TEXT, source_assets, SHORT),
	M("videos", NUMBER, sums.videos, MOST_SUM), M("failed", NUMBER, sums.videos_failed, MOST_SUM),
	M("expected", NUMBER, sums.counts.expected, MOST_SUM), M("in_val", NUMBER, sums.counts.in_val, MOST_SUM),
	M("unknown", NUMBER, sums.counts.unknown, MOST_SUM), M("extra", NUMBER, sums.counts.extra, MOST_SUM),
	M("differing", NUMBER, sums.counts.differing, MOST_SUM), M("errors", NUMBER, sums.counts.errors, MOST_SUM),
	M("warnings", NUMBER, sums.counts.warnings, MOST_SUM), M("notices", NUMBER, sums.counts.notices, MOST_SUM),
	M("waived", NUMBER, sums.counts.waived, MOST_SUM), M("bytes", NUMBER, sums.bytes, MOST_SUM),
	M("migrated", NUMBER, sums.migrated, MOST_SUM), M("kept", NUMBER, sums.kept, MOST_SUM),
	M("would", NUMBER, sums.would, MOST_SUM), M("untold", NUMBER, sums.untold, MOST_SUM),
	M("not_migrated", NUMBER, sums.not_migrated, MOST_SUM), M("active", MAYBE, active, 0),
	M("tried", MAYBE, tried, MOST_SUM),
#undef M
};
static const struct member transcript_members[] = {
#define M(name, kind, field, most) MEMBER(run_transcript, name, kind, field, most)
	M("block", TEXT, block, LONG), M("language", TEXT, language, LONG), M("val_id", TEXT, val_id, LONG),
	M("outcome", OUTCOME, outcome, 0), M("source_sha256", HASH, source_sha256, 0),
	M("sha256", HASH, sha256, 0),
#undef M
};
static const struct member finding_members[] = {
#define M(name, kind, field, most) MEMBER(finding_row, name, kind, field, most)
	M("block", TEXT, block, LONG), M("language", TEXT, language, LONG), M("code", CODE, code, 0),
	M("severity", SEVERITY, severity, 0), M("text", TEXT, text, LONG), M("seen", TEXT, seen, SHORT),
	M("waived", FLAG, waived, 0), M("reason", TEXT, reason, LONG), M("who", TEXT, who, SHORT),
	M("at", NUMBER, at, 0),
#undef M
};
static const struct member waiver_members[] = {
#define M(name, kind, field, most) MEMBER(waiver_row, name, kind, field, most)
	M("course", TEXT, course, LONG), M("block", TEXT, block, LONG), M("language", TEXT, language, LONG),
	M("code", CODE, code, 0), M("seen", TEXT, seen, SHORT), M("reason", TEXT, reason, LONG),
	M("who", TEXT, who, SHORT), M("at", NUMBER, at, 0),
#undef M
};
static const struct member header_members[] = {
#define M(name, kind, field, most) MEMBER(carry_header, name, kind, field, most)
	M("format", TEXT, format, SHORT), M("version", NUMBER, version, 0), M("campus", TEXT, campus, SHORT),
	M("environment", TEXT, environment, SHORT), M("program", TEXT, program, SHORT),
	M("at", NUMBER, at, 0),
#undef M
};
static const struct member end_members[] = {
#define M(name, kind, field, most) MEMBER(carry_end, name, kind, field, most)
	M("runs", NUMBER, runs, 0), M("courses", NUMBER, courses, 0),
	M("transcripts", NUMBER, transcripts, 0), M("findings", NUMBER, findings, 0),
	M("waivers", NUMBER, waivers, 0), M("sha256", HASH, sha256, 0),
#undef M
};

static const struct type {
	const char *name;
	const struct member *members;
	size_t count;
	size_t offset; /* of its struct in a struct carry_line */
} types[CARRY_TYPES] = {
#define T(name, list, field) {name, list, sizeof(list) / sizeof(*(list)), offsetof(struct carry_line, field)}
	[TRANSFER_RUN] = T("run", run_members, row.run),
	[TRANSFER_COURSE] = T("course", course_members, row.course),
	[TRANSFER_TRANSCRIPT] = T("transcript", transcript_members, row.transcript),
	[TRANSFER_FINDING] = T("finding", finding_members, row.finding),
	[TRANSFER_WAIVER] = T("waiver", waiver_members, row.waiver),
	[CARRY_HEADER] = T("header", header_members, header),
	[CARRY_END] = T("end", end_members, end),
#undef T
};
/* clang-format on */

static const char *const severities[] = {"notice", "warning", "error"};

/* ---- writing ------------------------------------------------------------------------------*/

static const char *word_of(const struct member *member, const void *value)
{
	switch (member->kind) {
	case MEMBER_RUN_KIND:
		return run_kind_name(*(const enum run_kind *)value);
	case MEMBER_STATUS:
		return course_status_name(*(const enum course_status *)value);
	case MEMBER_OUTCOME:
		return transcript_outcome_name(*(const enum transcript_outcome *)value);
	case MEMBER_CODE:
		return finding_info(*(const enum finding_code *)value)->name;
	case MEMBER_SEVERITY:
		return severities[*(const enum finding_severity *)value];
	default:
		return *(char *const *)value ? *(char *const *)value : "";
	}
}

/* A name in an archive may be any bytes, and a finding may tell of it: U+FFFD for what is no UTF-8. */
static bool add_mended(cJSON *json, const char *name, const char *text)
{
	struct buf mended = BUF_INIT;
	bool ok;

	for (size_t left = strlen(text); left;) {
		ucs4_t c;
		int len = u8_mbtouc(&c, (const uint8_t *)text, left);
		uint8_t bytes[6];

		buf_add(&mended, bytes, (size_t)u8_uctomb(bytes, c, sizeof(bytes)));
		text += len;
		left -= (size_t)len;
	}
	ok = !mended.failed && cJSON_AddStringToObject(json, name, buf_text(&mended));
	buf_clear(&mended);
	return ok;
}

static bool add_member(cJSON *json, const struct member *member, const void *value)
{
	const char *word;

	if (member->kind == MEMBER_MAYBE && *(const int64_t *)value < 0)
		return true;
	if (member->kind == MEMBER_NUMBER || member->kind == MEMBER_MAYBE)
		return cJSON_AddNumberToObject(json, member->name, (double)*(const int64_t *)value);
	if (member->kind == MEMBER_FLAG)
		return cJSON_AddBoolToObject(json, member->name, *(const bool *)value);
	word = word_of(member, value);
	if (!text_is_utf8(word, strlen(word)))
		return add_mended(json, member->name, word);
	return cJSON_AddStringToObject(json, member->name, word);
}

/* What is written must be taken back: seldom, a database holds what no file may. */
static enum result check_written(const struct type *type, const char *text, struct error *err)
{
	struct carry_line line = {0};
	enum result st = carry_line_read(&line, text, strlen(text), err);

	carry_line_clear(&line);
	if (st != RESULT_OK && st != RESULT_NOMEM)
		st = error_set(err, RESULT_LIMIT, "a %s cannot be carried: %.400s", type->name,
			       err ? err->text : "");
	return st;
}

enum result carry_line_add(struct buf *out, enum carry_type type, const void *row,
			   struct error *err)
{
	const struct type *t = &types[type];
	cJSON *json = cJSON_CreateObject();
	bool ok = json && cJSON_AddStringToObject(json, "type", t->name);
	struct error why = {0};
	char *text;
	enum result st;

	for (size_t i = 0; i < t->count && ok; i++)
		ok = add_member(json, &t->members[i], (const char *)row + t->members[i].offset);
	text = ok ? cJSON_PrintUnformatted(json) : NULL;
	st = text ? check_written(t, text, &why)
		  : error_set(&why, RESULT_NOMEM, "no memory for a line");
	if (st == RESULT_OK) {
		buf_add_text(out, text);
		buf_add_char(out, '\n');
	} else {
		error_set(err, st, "%s", why.text);
	}
	cJSON_free(text);
	cJSON_Delete(json);
	return st == RESULT_OK && out->failed ? error_set(err, RESULT_NOMEM, "no memory for a line")
					      : st;
}

/* ---- reading ------------------------------------------------------------------------------*/

static bool is_hash(const char *text)
{
	return !*text || (strlen(text) == HASH_HEX - 1 &&
			  strspn(text, "0123456789abcdef") == HASH_HEX - 1);
}

/* The words are taken as they are written, not in another case. */
static bool read_word(const struct member *member, const char *word, void *to)
{
	enum finding_code code;

	switch (member->kind) {
	case MEMBER_RUN_KIND:
		return run_kind_read(word, to) && !strcmp(word, word_of(member, to));
	case MEMBER_STATUS:
		return course_status_read(word, to) && !strcmp(word, word_of(member, to));
	case MEMBER_OUTCOME:
		return transcript_outcome_read(word, to) && !strcmp(word, word_of(member, to));
	case MEMBER_CODE:
		code = finding_by_name(word);
		*(enum finding_code *)to = code;
		return code != FINDING_NONE;
	default:
		break;
	}
	for (int i = FINDING_NOTICE; i <= FINDING_ERROR; i++)
		if (!strcmp(word, severities[i])) {
			*(enum finding_severity *)to = (enum finding_severity)i;
			return true;
		}
	return false;
}

static bool read_number(const struct member *member, const cJSON *item, int64_t *to)
{
	double value = cJSON_IsNumber(item) ? item->valuedouble : -1;
	int64_t most = member->most ? member->most : MOST_NUMBER;

	if (!(value >= 0 && value <= (double)most) || value != (double)(int64_t)value)
		return false;
	*to = (int64_t)value;
	return true;
}

static bool read_member(const struct member *member, cJSON *item, void *to)
{
	switch (member->kind) {
	case MEMBER_MAYBE:
		*(int64_t *)to = -1;
		return !item || read_number(member, item, to);
	case MEMBER_NUMBER:
		return read_number(member, item, to);
	case MEMBER_FLAG:
		*(bool *)to = cJSON_IsTrue(item);
		return cJSON_IsBool(item);
	default:
		break;
	}
	if (!cJSON_IsString(item))
		return false;
	if (member->kind != MEMBER_TEXT && member->kind != MEMBER_HASH)
		return read_word(member, item->valuestring, to);
	*(char **)to = item->valuestring;
	return member->kind == MEMBER_HASH ? is_hash(item->valuestring)
					   : (int64_t)strlen(item->valuestring) <= member->most;
}

/* A text with it would end there, for us and for whoever reads the database. */
static bool has_nul(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!text[i])
			return true;
		if (text[i] != '\\')
			continue;
		if (len - i >= 6 && !memcmp(text + i, "\\u0000", 6))
			return true;
		i++;
	}
	return false;
}

static bool is_json(const char *text, size_t len)
{
	struct json json;

	if (has_nul(text, len) || !text_is_utf8(text, len))
		return false;
	json_init(&json, text, len);
	return json_skip(&json) && json_peek(&json) < 0;
}

static const struct type *find_type(const cJSON *item)
{
	for (size_t i = 0; i < CARRY_TYPES && cJSON_IsString(item); i++)
		if (!strcmp(item->valuestring, types[i].name))
			return &types[i];
	return NULL;
}

/* Those that may be missing are not counted where they are. */
static size_t members_wanted(const struct carry_line *line, const struct type *type)
{
	size_t wanted = type->count;

	for (size_t i = 0; i < type->count; i++)
		wanted -= type->members[i].kind == MEMBER_MAYBE &&
			  !cJSON_GetObjectItemCaseSensitive(line->json, type->members[i].name);
	return wanted;
}

/* As many members as there should be, and each of them there: so none twice, and no other. */
static enum result read_members(struct carry_line *line, const struct type *type, struct error *err)
{
	if ((size_t)cJSON_GetArraySize(line->json) != members_wanted(line, type) + 1)
		return error_set(err, RESULT_DAMAGED, "a %s has other members", type->name);
	for (size_t i = 0; i < type->count; i++) {
		const struct member *member = &type->members[i];
		cJSON *item = cJSON_GetObjectItemCaseSensitive(line->json, member->name);

		if (!read_member(member, item, (char *)line + type->offset + member->offset))
			return error_set(err, RESULT_DAMAGED, "\"%s\" of a %s is not what it should be",
					 member->name, type->name);
	}
	return RESULT_OK;
}

enum result carry_line_read(struct carry_line *line, const char *text, size_t len,
			    struct error *err)
{
	const struct type *type;

	carry_line_clear(line);
	if (len >= CARRY_LINE_MOST)
		return error_set(err, RESULT_DAMAGED, "a line of more than %d bytes", CARRY_LINE_MOST);
	if (!is_json(text, len))
		return error_set(err, RESULT_DAMAGED, "not a line of JSON in UTF-8");
	line->json = cJSON_ParseWithLength(text, len);
	if (!cJSON_IsObject(line->json))
		return error_set(err, RESULT_DAMAGED, "not an object of JSON");
	type = find_type(cJSON_GetObjectItemCaseSensitive(line->json, "type"));
	if (!type)
		return error_set(err, RESULT_DAMAGED, "its \"type\" is none of a file of runs");
	line->type = (enum carry_type)(type - types);
	if (line->type < CARRY_HEADER)
		line->row.kind = (enum transfer_kind)line->type;
	return read_members(line, type, err);
}

void carry_line_clear(struct carry_line *line)
{
	cJSON_Delete(line->json);
	line->json = NULL;
}
