#include "config.h"

#include "src/migrate/forecast.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/hash.h"

/* Half a SHA-256 tells a key, and a text, from any other. */
enum { HALF = 16 };

struct entry {
	char key[HALF];	 /* of id and language; all zero: free */
	char text[HALF]; /* of the bytes to be stored */
};

/* Open addressing, at most half full: the keys are as good as random. */
struct forecast {
	pthread_mutex_t lock;
	struct entry *entries;
	size_t size, used; /* size: a power of two */
};

static void pack(const char *hex, char out[HALF])
{
	for (int i = 0; i < 2 * HALF; i++) {
		int digit = hex[i] <= '9' ? hex[i] - '0' : hex[i] - 'a' + 10;

		out[i / 2] = (char)((i % 2 ? out[i / 2] << 4 : 0) | digit);
	}
}

static void pack_key(const char *val_id, const char *language, char out[HALF])
{
	const char *parts[] = {val_id, language};
	char hex[HASH_HEX];

	hash_sha256_lines(parts, 2, hex);
	pack(hex, out);
}

/* The entry of @key, or the free one where it belongs. */
static struct entry *place(struct entry *entries, size_t size, const char key[HALF])
{
	static const char none[HALF];
	uint64_t at;

	memcpy(&at, key, sizeof(at));
	for (;; at++) {
		struct entry *entry = &entries[at & (size - 1)];

		if (!memcmp(entry->key, key, HALF) || !memcmp(entry->key, none, HALF))
			return entry;
	}
}

static bool grow(struct forecast *forecast)
{
	size_t size = forecast->size * 2;
	struct entry *entries = calloc(size, sizeof(*entries));
	static const char none[HALF];

	if (!entries)
		return false;
	for (size_t i = 0; i < forecast->size; i++)
		if (memcmp(forecast->entries[i].key, none, HALF))
			*place(entries, size, forecast->entries[i].key) = forecast->entries[i];
	free(forecast->entries);
	forecast->entries = entries;
	forecast->size = size;
	return true;
}

struct forecast *forecast_new(void)
{
	struct forecast *forecast = calloc(1, sizeof(*forecast));

	if (!forecast)
		return NULL;
	forecast->size = 256;
	forecast->entries = calloc(forecast->size, sizeof(*forecast->entries));
	if (!forecast->entries) {
		free(forecast);
		return NULL;
	}
	pthread_mutex_init(&forecast->lock, NULL);
	return forecast;
}

void forecast_free(struct forecast *forecast)
{
	if (!forecast)
		return;
	pthread_mutex_destroy(&forecast->lock);
	free(forecast->entries);
	free(forecast);
}

enum forecast_answer forecast_look(struct forecast *forecast, const char *val_id,
				   const char *language, const char *sha256)
{
	enum forecast_answer answer = FORECAST_NOTHING;
	char key[HALF] = "", text[HALF] = "";
	const struct entry *entry;

	pack_key(val_id, language, key);
	pack(sha256, text);
	pthread_mutex_lock(&forecast->lock);
	entry = place(forecast->entries, forecast->size, key);
	if (!memcmp(entry->key, key, HALF))
		answer = memcmp(entry->text, text, HALF) ? FORECAST_OTHER : FORECAST_SAME;
	pthread_mutex_unlock(&forecast->lock);
	return answer;
}

bool forecast_add(struct forecast *forecast, const char *val_id, const char *language,
		  const char *sha256)
{
	char key[HALF] = "";
	struct entry *entry;
	bool done = true;

	pack_key(val_id, language, key);
	pthread_mutex_lock(&forecast->lock);
	if (2 * (forecast->used + 1) > forecast->size)
		done = grow(forecast);
	entry = place(forecast->entries, forecast->size, key);
	if (done && memcmp(entry->key, key, HALF)) {
		memcpy(entry->key, key, HALF);
		pack(sha256, entry->text);
		forecast->used++;
	}
	pthread_mutex_unlock(&forecast->lock);
	return done;
}
