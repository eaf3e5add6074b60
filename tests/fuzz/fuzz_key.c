/* Any text as a key, a name, a URL: nothing crashes, and what is made is in its final form. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/text.h"
#include "src/format/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void check_course(const char *text)
{
	char *key = NULL, *again = NULL;

	if (key_parse_course(text, &key, NULL) == RESULT_OK) {
		must(key_parse_course(key, &again, NULL) == RESULT_OK);
		must(!strcmp(key, again));
		must(text_is_utf8(key, strlen(key)));
	}
	free(key);
	free(again);
}

static void check_names(const char *text)
{
	char *name = key_asset_name(text), *again = key_asset_name(name);
	char *html5 = key_html5_id(text), *subs = key_subs_name(text, text);
	char object[OBJECT_NAME_SIZE], uuid[UUID_TEXT];

	must(name && again && html5 && subs);
	must(!strcmp(name, again) && text_is_utf8(name, strlen(name)));
	must(strlen(name) <= strlen(text) && !strchr(html5, '/'));
	key_video_id_new(text, "video", text, uuid);
	must(key_video_id_valid(uuid));
	key_object_name(text, text, text, object);
	must(strlen(object) == strlen(OBJECT_PREFIX) + 32 + strlen(".sjson"));
	free(name);
	free(again);
	free(html5);
	free(subs);
}

static void check_texts(const char *text)
{
	char *safe = text_safe(text), *stripped = text_strip(text);
	char small[16];

	must(safe && stripped);
	must(text_is_utf8(safe, strlen(safe)));
	must(!text_space(stripped, strlen(stripped)));
	must(strlen(text_safe_to(small, sizeof(small), text)) < sizeof(small));
	must(!strncmp(small, safe, strlen(small)));
	free(safe);
	free(stripped);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	check_course(text);
	check_names(text);
	check_texts(text);
	free(text);
	return 0;
}
