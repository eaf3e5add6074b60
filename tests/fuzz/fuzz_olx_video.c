/* One definition file of an export: parsed, read as a video, and resolved. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>

#include "src/source/olx_video.h"
#include "src/source/olx_xml.h"
#include "src/source/resolve.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct video_fields *fields = video_fields_new();
	struct promises promises;
	struct error err;
	xmlDoc *doc;

	if (fields &&
	    olx_xml_parse((const char *)data, size, "video.xml", &doc, &err) == RESULT_OK) {
		const xmlNode *root = xmlDocGetRootElement(doc);

		olx_xml_is_pointer(root);
		if (olx_video_read(fields, root, "video.xml", &err) == RESULT_OK &&
		    resolve_fields(fields, &promises, &err) == RESULT_OK)
			promises_clear(&promises);
		xmlFreeDoc(doc);
	}
	video_fields_free(fields);
	return 0;
}
