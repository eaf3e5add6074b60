#include "config.h"

#include "src/source/olx_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/format/key.h"

/* clang-format off */
static const char *const leaves[] = { /* sorted */
	"about", "annotatable", "assets", "book", "combinedopenended", "course_info", "custom_tag",
	"custom_tag_template", "customtag", "discuss", "discussion", "done", "drag-and-drop-v2",
	"edx_sga", "foldit", "freetextresponse", "google-calendar", "google-document",
	"graphical_slider_tool", "html", "image", "imageannotation", "info", "lti", "lti_consumer",
	"openassessment", "pdf", "peergrading", "policies", "poll", "poll_question", "problem",
	"raw", "recommender", "scorm", "selfassessment", "slides", "staffgradedxblock", "static",
	"static_import", "static_tab", "survey", "tabs", "textannotation", "textbook",
	"videoannotation", "wiki", "word_cloud",
};
static const char *const containers[] = { /* sorted */
	"chapter", "conditional", "course", "course_module", "drafts", "itembank",
	"library_content", "problemset", "randomize", "section", "sequential", "split_test",
	"timelimit", "unit", "vertical", "video", "videoalpha", "videosequence", "wrapper",
};
/* clang-format on */

static int compare(const void *key, const void *item)
{
	return strcmp(key, *(const char *const *)item);
}

bool olx_type_is_video(const char *type)
{
	return !strcmp(type, "video") || !strcmp(type, "videoalpha");
}

bool olx_type_is_leaf(const char *type)
{
	return bsearch(type, leaves, sizeof(leaves) / sizeof(*leaves), sizeof(*leaves), compare);
}

bool olx_type_is_container(const char *type)
{
	return bsearch(type, containers, sizeof(containers) / sizeof(*containers),
		       sizeof(*containers), compare);
}

char *olx_file_name(const char *url_name)
{
	char *name = strdup(url_name);

	for (char *at = name; at && *at; at++)
		if (*at == ':')
			*at = '/';
	return name;
}

char *olx_clean_name(const char *name)
{
	char *clean = key_asset_name(name), *to = clean;

	/* As an asset's name, but here the platform lets no two '_' stand together. */
	for (const char *from = clean; from && *from; from++)
		if (*from != '_' || to == clean || to[-1] != '_')
			*to++ = *from;
	if (clean)
		*to = '\0';
	return clean;
}

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), tail = strlen(end);

	return len >= tail && !strcmp(name + len - tail, end);
}

const char *olx_base_name(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

/*
 * Where the course begins is not known before the end, so this is a guess: of the folders on
 * the way, the first that is named like a kind of block decides, after the outermost one. A
 * wrong guess costs memory or another pass, never a block.
 */
static bool lies_among_leaves(const char *name)
{
	const char *slash = strchr(name, '/');
	char folder[64];

	for (; slash; name = slash + 1, slash = strchr(name, '/')) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - name), name);
		if (olx_type_is_leaf(folder))
			return true;
		if (strcmp(folder, "course") && strcmp(folder, "drafts") &&
		    olx_type_is_container(folder))
			return false;
	}
	return false;
}

bool olx_name_is_wanted(const char *name, bool all)
{
	const char *slash = strchr(name, '/');

	if (ends_with(name, ".json"))
		return ends_with(name, "policies/assets.json") ||
		       (!strcmp(olx_base_name(name), "policy.json") && strstr(name, "policies/"));
	if (!ends_with(name, ".xml"))
		return false;
	if (all || !strcmp(olx_base_name(name), "course.xml"))
		return true;
	return !slash || !lies_among_leaves(slash + 1);
}

size_t olx_name_depth(const char *name)
{
	size_t depth = 0;

	for (; *name; name++)
		depth += *name == '/';
	return depth;
}

bool olx_name_is_of_root(const char *name)
{
	const char *base = olx_base_name(name);

	if (olx_name_depth(name) > OLX_ROOT_DEPTH + 1)
		return false;
	if (!strcmp(base, "course.xml") || !strcmp(base, "library.xml") ||
	    !strcmp(base, "policy.json"))
		return true;
	return ends_with(name, ".xml") && base - name >= 7 && !strncmp(base - 7, "course/", 7) &&
	       (base - name == 7 || base[-8] == '/');
}
