#include "config.h"

#include "src/source/olx_root.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "src/format/key.h"
#include "src/source/olx_names.h"
#include "src/source/olx_xml.h"

char *olx_root_pointer(const char *text, size_t len)
{
	const xmlNode *root;
	xmlDoc *doc;
	char *file = NULL;

	if (olx_xml_parse(text, len, "course.xml", &doc, NULL) != RESULT_OK)
		return NULL;
	root = xmlDocGetRootElement(doc);
	if (olx_xml_is(root, "course") && olx_xml_is_pointer(root))
		file = olx_file_name(olx_xml_attr(root, "url_name"));
	xmlFreeDoc(doc);
	return file;
}

bool olx_root_is_named(const char *text, size_t len)
{
	const char *name;
	xmlDoc *doc;
	bool named;

	if (olx_xml_parse(text, len, "course", &doc, NULL) != RESULT_OK)
		return false;
	name = olx_xml_attr(xmlDocGetRootElement(doc), "display_name");
	named = name && *name;
	xmlFreeDoc(doc);
	return named;
}

static enum result parse_file(struct olx_tree *tree, const char *name, xmlDoc **out,
			      struct error *err)
{
	struct buf text = BUF_INIT;
	enum result st = tree->ops->text(tree, name, &text, err);

	*out = NULL;
	if (st == RESULT_OK) {
		st = olx_xml_parse(buf_text(&text), text.len, name, out, err);
		if (st != RESULT_OK)
			error_prefix(err, "%s", tree->path);
	}
	buf_clear(&text);
	return st;
}

static char *copy_text(const char *text)
{
	return strdup(text ? text : "");
}

/* policies/RUN/policy.json: {"course/RUN": {"display_name": "..."}}; hand-made courses have it. */
static char *name_by_policy(struct olx_tree *tree, const char *run)
{
	struct buf file = BUF_INIT, text = BUF_INIT, key = BUF_INIT;
	const cJSON *name;
	cJSON *policy = NULL;
	char *copy;

	buf_printf(&file, "policies/%s/policy.json", run);
	buf_printf(&key, "course/%s", run);
	if (!file.failed && !key.failed &&
	    tree->ops->text(tree, buf_text(&file), &text, NULL) == RESULT_OK)
		policy = cJSON_ParseWithLength(buf_text(&text), text.len);
	name = cJSON_GetObjectItemCaseSensitive(
	    cJSON_GetObjectItemCaseSensitive(policy, buf_text(&key)), "display_name");
	copy = copy_text(cJSON_GetStringValue(name));
	cJSON_Delete(policy);
	buf_clear(&file);
	buf_clear(&text);
	buf_clear(&key);
	return copy;
}

/* The display name stands in the root block: inline, in its file, or in the policy. */
static enum result read_name(struct olx_tree *tree, const xmlNode *root, struct olx_root *out,
			     struct error *err)
{
	const char *name = olx_xml_attr(root, "display_name");
	struct buf file = BUF_INIT;
	char *path = olx_file_name(out->run);
	xmlDoc *doc = NULL;
	enum result st = RESULT_OK;

	buf_printf(&file, "course/%s.xml", path ? path : "");
	free(path);
	if (!path || file.failed)
		st = RESULT_NOMEM;
	else if (olx_xml_is_pointer(root))
		st = parse_file(tree, buf_text(&file), &doc, err);
	if (st == RESULT_MISSING)
		st = error_set(err, RESULT_INVALID,
			       "%s: course.xml points to %.200s, which is not there", tree->path,
			       buf_text(&file));
	if (doc)
		name = olx_xml_attr(xmlDocGetRootElement(doc), "display_name");
	if (st == RESULT_OK)
		out->name = name && *name ? strdup(name) : name_by_policy(tree, out->run);
	xmlFreeDoc(doc);
	buf_clear(&file);
	return st;
}

/* url_name, else slug, else the cleaned name; NULL without memory, "" when there is none. */
static char *read_run(const xmlNode *root)
{
	const char *run = olx_xml_attr(root, "url_name");

	if (!run)
		run = olx_xml_attr(root, "slug");
	if (!run && olx_xml_attr(root, "name"))
		return olx_clean_name(olx_xml_attr(root, "name"));
	return copy_text(run);
}

static enum result read_key(struct olx_tree *tree, const xmlNode *root, bool slash_keys,
			    struct olx_root *out, struct error *err)
{
	const char *org = olx_xml_attr(root, "org");
	const char *course = olx_xml_attr(root, "course");
	enum result st;

	if (!olx_xml_is(root, "course"))
		return error_set(err, RESULT_INVALID, "%s: course.xml holds <%.60s>, not <course>",
				 tree->path, (const char *)root->name);
	if (!(out->run = read_run(root)))
		return RESULT_NOMEM;
	if (!*out->run)
		return error_set(err, RESULT_INVALID, "%s: course.xml names no run (url_name)",
				 tree->path);
	st = key_make_course(!slash_keys, org ? org : "edx", course ? course : tree->top, out->run,
			     &out->key, err);
	if (st != RESULT_OK)
		error_prefix(err, "%s: course.xml", tree->path);
	return st;
}

enum result olx_root_read(struct olx_tree *tree, bool slash_keys, struct olx_root *out,
			  struct error *err)
{
	const xmlNode *root;
	xmlDoc *doc = NULL;
	enum result st;

	memset(out, 0, sizeof(*out));
	st = parse_file(tree, "course.xml", &doc, err);
	if (st != RESULT_OK)
		goto out;
	root = xmlDocGetRootElement(doc);
	st = read_key(tree, root, slash_keys, out, err);
	if (st == RESULT_OK)
		st = read_name(tree, root, out, err);
	if (st == RESULT_NOMEM || (st == RESULT_OK && !out->name))
		st = error_set(err, RESULT_NOMEM, "%s: no memory to read course.xml", tree->path);
out:
	xmlFreeDoc(doc);
	if (st != RESULT_OK)
		olx_root_clear(out);
	return st;
}

void olx_root_clear(struct olx_root *root)
{
	free(root->key);
	free(root->name);
	free(root->run);
	memset(root, 0, sizeof(*root));
}
