#include "config.h"

#include "src/source/source.h"

#include <stdlib.h>
#include <string.h>

void asset_clear(struct asset *asset)
{
	free(asset->id);
	free(asset->identity);
	memset(asset, 0, sizeof(*asset));
	asset->state = ASSET_MISSING;
	asset->size = -1;
}

void asset_bytes_clear(struct asset_bytes *bytes)
{
	buf_clear(&bytes->bytes);
	memset(bytes, 0, sizeof(*bytes));
	bytes->state = ASSET_MISSING;
}

void source_free(struct source *src)
{
	if (src)
		src->ops->free(src);
}

void source_course_close(struct source_course *course)
{
	if (course)
		course->ops->close(course);
}
