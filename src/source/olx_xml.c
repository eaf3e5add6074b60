#include "config.h"

#include "src/source/olx_xml.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init_library(void)
{
	xmlInitParser();
}

/*
 * A document type is the door to entities, default attributes and other files. No export has
 * one in a file that this program reads, so it ends the parsing before anything is expanded.
 */
static void refuse_document_type(void *arg, const xmlChar *name, const xmlChar *external,
				 const xmlChar *system)
{
	xmlParserCtxt *ctxt = arg;
	bool *refused = ctxt->_private;

	(void)name;
	(void)external;
	(void)system;
	*refused = true;
	xmlStopParser(ctxt);
}

static enum result parse_error(xmlParserCtxt *ctxt, const char *file, bool refused,
			       struct error *err)
{
	const xmlError *last = xmlCtxtGetLastError(ctxt);
	char words[200] = "not well-formed";
	int line = last ? last->line : 0;

	if (refused)
		return error_set(err, RESULT_INVALID,
				 "%s: it declares a document type, which is refused", file);
	if (last && last->code == XML_ERR_NO_MEMORY)
		return error_set(err, RESULT_NOMEM, "%s: no memory to parse it", file);
	if (last && last->message)
		snprintf(words, sizeof(words), "%s", last->message);
	words[strcspn(words, "\n")] = '\0';
	return error_set(err, RESULT_INVALID, "%s: line %d: broken XML: %s", file, line, words);
}

enum result olx_xml_parse(const char *text, size_t len, const char *file, xmlDoc **out,
			  struct error *err)
{
	bool refused = false;
	xmlParserCtxt *ctxt;
	enum result st = RESULT_OK;

	*out = NULL;
	if (len > INT_MAX)
		return error_set(err, RESULT_INVALID, "%s: too large for XML", file);
	pthread_once(&once, init_library);
	ctxt = xmlNewParserCtxt();
	if (!ctxt || !ctxt->sax)
		return error_set(err, RESULT_NOMEM, "%s: no memory to parse it", file);
	ctxt->_private = &refused;
	ctxt->sax->internalSubset = refuse_document_type;
	*out = xmlCtxtReadMemory(ctxt, text, (int)len, NULL, NULL,
				 XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
				     XML_PARSE_NOCDATA | XML_PARSE_COMPACT | XML_PARSE_BIG_LINES);
	if (refused || !*out || !xmlDocGetRootElement(*out)) {
		st = parse_error(ctxt, file, refused, err);
		xmlFreeDoc(*out);
		*out = NULL;
	}
	xmlFreeParserCtxt(ctxt);
	return st;
}

const char *olx_xml_value(const xmlAttr *attr)
{
	/* Without declared entities a value is one text node, or none when it is empty. */
	return attr->children && attr->children->content ? (const char *)attr->children->content
							 : "";
}

const char *olx_xml_attr(const xmlNode *node, const char *name)
{
	for (const xmlAttr *attr = node->properties; attr; attr = attr->next)
		if (!attr->ns && !strcmp((const char *)attr->name, name))
			return olx_xml_value(attr);
	return NULL;
}

bool olx_xml_is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && !node->ns &&
	       !strcmp((const char *)node->name, name);
}

const xmlNode *olx_xml_element(const xmlNode *node)
{
	while (node && (node->type != XML_ELEMENT_NODE || node->ns))
		node = node->next;
	return node;
}

/* Neither an element nor a word in it; comments do not count. */
static bool is_empty(const xmlNode *node)
{
	for (const xmlNode *child = node->children; child; child = child->next) {
		if (child->type == XML_COMMENT_NODE)
			continue;
		if (child->type != XML_TEXT_NODE || !xmlIsBlankNode(child))
			return false;
	}
	return true;
}

bool olx_xml_is_pointer(const xmlNode *node)
{
	bool course = olx_xml_is(node, "course");
	size_t count = 0;

	for (const xmlAttr *attr = node->properties; attr; attr = attr->next)
		count++;
	if (!olx_xml_attr(node, "url_name") || !is_empty(node))
		return false;
	if (course)
		return count == 3 && olx_xml_attr(node, "org") && olx_xml_attr(node, "course");
	return count == 1;
}
