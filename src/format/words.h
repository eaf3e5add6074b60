/*
 * words.h - eight bytes looked at in one step: the fast path of every scanner in this room.
 *
 * A test gives a mask in which the lowest bit set marks the first byte it is true of; word_first()
 * tells which byte that is. Bits above the lowest may be wrong (borrows and carries run upwards),
 * so only "none" and "the first" may be asked, of one mask or of several joined with |.
 */
#ifndef SUBFERRY_SRC_FORMAT_WORDS_H
#define SUBFERRY_SRC_FORMAT_WORDS_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#define WORD_SIZE ((ptrdiff_t)sizeof(uint64_t))
#define WORD_EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The byte at @at is the lowest of the word, on every machine. */
static inline uint64_t word_load(const void *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return le64toh(word);
}

/* Number of the first byte of @mask, which is not 0. */
static inline unsigned word_first(uint64_t mask)
{
	return (unsigned)__builtin_ctzll(mask) >> 3;
}

/* Bytes below 0x20. */
static inline uint64_t word_control(uint64_t word)
{
	return (word - WORD_EACH(0x20)) & ~word & WORD_EACH(0x80);
}

/* Bytes above 0x7E: DEL and all that is not ASCII. */
static inline uint64_t word_beyond(uint64_t word)
{
	return ((word + WORD_EACH(1)) | word) & WORD_EACH(0x80);
}

/* Bytes that are @c. */
static inline uint64_t word_has(uint64_t word, unsigned char c)
{
	word ^= WORD_EACH(c);
	return (word - WORD_EACH(1)) & ~word & WORD_EACH(0x80);
}

#endif
