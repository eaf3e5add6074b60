/*
 * olx_xml.h - reading one XML file of an export with libxml2, as if it were hostile.
 *
 * No network, no document type (so no entities but XML's own five), no huge nodes. Text handed
 * out is UTF-8 and borrowed from the document.
 */
#ifndef SUBFERRY_SRC_SOURCE_OLX_XML_H
#define SUBFERRY_SRC_SOURCE_OLX_XML_H

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>

#include "src/base/error.h"

/* RESULT_INVALID names @file and the line. Free with xmlFreeDoc(). Thread-safe. */
enum result olx_xml_parse(const char *text, size_t len, const char *file, xmlDoc **out,
			  struct error *err);
/* The value of attribute @name without a namespace, or NULL. */
const char *olx_xml_attr(const xmlNode *node, const char *name);
/* The text of one attribute. */
const char *olx_xml_value(const xmlAttr *attr);
/* An element of that name, without a namespace. */
bool olx_xml_is(const xmlNode *node, const char *name);
/* The next element without a namespace from @node on, @node included; NULL at the end. */
const xmlNode *olx_xml_element(const xmlNode *node);
/* A pointer to a file (domain 10.3), not a definition. */
bool olx_xml_is_pointer(const xmlNode *node);

#endif
