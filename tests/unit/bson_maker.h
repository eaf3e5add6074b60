/*
 * bson_maker.h - documents for the tests of what is read from MongoDB.
 */
#ifndef SUBFERRY_TESTS_UNIT_BSON_MAKER_H
#define SUBFERRY_TESTS_UNIT_BSON_MAKER_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <bson/bson.h>

/* From JSON, in which ' stands for "; MongoDB's extended forms are known. bson_destroy(). */
bson_t *bson_maker(const char *json);
/*
 * Looks at @document cut short, and with a length in it that is wrong: calls @read with a copy for
 * each place where four bytes may be one, in memory of just the right size. The document as a
 * whole keeps a right length, since nobody gets at one that has not.
 */
void bson_maker_break(const bson_t *document, void (*read)(const bson_t *broken));
/*
 * Writes @byte over the one that lies @behind bytes behind the only place in @document that has
 * the bytes of @text and a NUL.
 */
void bson_maker_write(bson_t *document, const char *text, size_t behind, uint8_t byte);

#endif
