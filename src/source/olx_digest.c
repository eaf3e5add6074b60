#include "config.h"

#include "src/source/olx_digest.h"

#include <errno.h>
#include <pthread.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "src/source/olx_tree.h"

#define BLOCK_SIZE 262144
/* A file that was changed so many seconds ago is past the tick of any file system's clock. */
#define SETTLED 5

struct digest {
	struct stat file;
	char hex[HASH_HEX];
};

struct olx_digests {
	pthread_mutex_t lock; /* known */
	void *known;	      /* of struct digest, by device and inode: a tree of tsearch() */
};

struct olx_digests *olx_digests_new(void)
{
	struct olx_digests *digests = calloc(1, sizeof(*digests));

	if (digests && pthread_mutex_init(&digests->lock, NULL)) {
		free(digests);
		digests = NULL;
	}
	return digests;
}

void olx_digests_free(struct olx_digests *digests)
{
	if (!digests)
		return;
	tdestroy(digests->known, free);
	pthread_mutex_destroy(&digests->lock);
	free(digests);
}

static int compare(const void *a, const void *b)
{
	const struct stat *x = &((const struct digest *)a)->file;
	const struct stat *y = &((const struct digest *)b)->file;

	if (x->st_dev != y->st_dev)
		return x->st_dev < y->st_dev ? -1 : 1;
	return (x->st_ino > y->st_ino) - (x->st_ino < y->st_ino);
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && same_time(&a->st_mtim, &b->st_mtim) &&
	       same_time(&a->st_ctim, &b->st_ctim);
}

static bool is_known(struct olx_digests *digests, const struct digest *asked, char out[HASH_HEX])
{
	struct digest **place, *found = NULL;

	pthread_mutex_lock(&digests->lock);
	place = tfind(asked, &digests->known, compare);
	if (place && same_file(&(*place)->file, &asked->file))
		found = *place;
	if (found)
		memcpy(out, found->hex, HASH_HEX);
	pthread_mutex_unlock(&digests->lock);
	return found;
}

/* Without memory it is not kept, and hashed again the next time. */
static void keep(struct olx_digests *digests, const struct digest *digest)
{
	struct digest *copy = malloc(sizeof(*copy)), **place;

	if (!copy)
		return;
	*copy = *digest;
	pthread_mutex_lock(&digests->lock);
	place = tsearch(copy, &digests->known, compare);
	if (place && *place != copy)
		**place = *digest;
	if (!place || *place != copy)
		free(copy);
	pthread_mutex_unlock(&digests->lock);
}

static enum result hash_file(int fd, const char *path, char out[HASH_HEX], struct error *err)
{
	struct hash *hash = hash_new();
	char *block = malloc(BLOCK_SIZE);
	enum result st = RESULT_OK;
	ssize_t len = 0;

	if (!hash || !block) {
		st = olx_error(err, ENOMEM, "read", path);
		goto out;
	}
	for (off_t at = 0; (len = pread(fd, block, BLOCK_SIZE, at)); at += len > 0 ? len : 0) {
		if (len < 0 && errno != EINTR) {
			st = olx_error(err, errno, "read", path);
			goto out;
		}
		if (len > 0)
			hash_add(hash, block, (size_t)len);
	}
	hash_hex(hash, out);
out:
	hash_free(hash);
	free(block);
	return st;
}

enum result olx_digests_get(struct olx_digests *digests, int fd, const char *path, char out[HASH_HEX],
			    struct error *err)
{
	struct digest digest;
	struct stat after;
	struct timespec now;
	enum result st;

	memset(&digest, 0, sizeof(digest));
	if (fstat(fd, &digest.file))
		return olx_error(err, errno, "read", path);
	if (is_known(digests, &digest, out))
		return RESULT_OK;
	clock_gettime(CLOCK_REALTIME, &now);
	st = hash_file(fd, path, digest.hex, err);
	if (st == RESULT_OK && fstat(fd, &after))
		st = olx_error(err, errno, "read", path);
	if (st != RESULT_OK)
		return st;
	/* but not its time of status: who moves it away meanwhile changes that */
	if (after.st_size != digest.file.st_size || !same_time(&after.st_mtim, &digest.file.st_mtim))
		return error_set(err, RESULT_RETRY, "%s was rewritten while it was being read", path);
	if (digest.file.st_ctim.tv_sec + SETTLED < now.tv_sec && same_file(&after, &digest.file))
		keep(digests, &digest);
	memcpy(out, digest.hex, HASH_HEX);
	return RESULT_OK;
}
