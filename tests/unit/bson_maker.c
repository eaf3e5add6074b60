#include "config.h"

#include "tests/unit/bson_maker.h"

#include <stdlib.h>
#include <string.h>

bson_t *bson_maker(const char *json)
{
	char *text = strdup(json);
	bson_error_t error;
	bson_t *document;

	assert_non_null(text);
	for (char *at = text; *at; at++)
		if (*at == '\'')
			*at = '"';
	document = bson_new_from_json((const uint8_t *)text, -1, &error);
	if (!document)
		fail_msg("%s: %s", text, error.message);
	free(text);
	return document;
}

static void read_bytes(const uint8_t *bytes, uint32_t len, void (*read)(const bson_t *broken))
{
	bson_t document;

	assert_true(bson_init_static(&document, bytes, len));
	read(&document);
}

static void write_length(uint8_t *at, uint32_t length)
{
	uint32_t little = BSON_UINT32_TO_LE(length);

	memcpy(at, &little, sizeof(little));
}

void bson_maker_break(const bson_t *document, void (*read)(const bson_t *broken))
{
	static const uint32_t lengths[] = {0, 1, 4, 5, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
	const uint8_t *whole = bson_get_data(document);
	uint32_t len = document->len;

	for (uint32_t cut = 5; cut < len; cut++) {
		uint8_t *copy = malloc(cut);

		assert_non_null(copy);
		memcpy(copy, whole, cut);
		write_length(copy, cut);
		copy[cut - 1] = 0;
		read_bytes(copy, cut, read);
		free(copy);
	}
	for (uint32_t at = 4; at + 5 <= len; at++)
		for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
			uint8_t *copy = malloc(len);

			assert_non_null(copy);
			memcpy(copy, whole, len);
			write_length(copy + at, lengths[i]);
			read_bytes(copy, len, read);
			free(copy);
		}
}

void bson_maker_write(bson_t *document, const char *text, size_t behind, uint8_t byte)
{
	uint8_t *bytes = (uint8_t *)bson_get_data(document), *found;
	size_t size = strlen(text) + 1;

	found = memmem(bytes, document->len, text, size);
	assert_non_null(found);
	assert_null(memmem(found + 1, document->len - (size_t)(found + 1 - bytes), text, size));
	found += size + behind;
	assert_true(found < bytes + document->len);
	*found = byte;
}
