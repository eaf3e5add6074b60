#include "config.h"

#include "src/store/folder.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDERS_KEPT = 64 };

/*
 * Syncs are numbered. A sync covers every link made before it began: who comes asks for the
 * next one to begin, and whoever finds none running runs it for all who wait by then.
 */
struct entry {
	struct folder folder; /* first: what callers hold */
	struct entry *next;
	char *name; /* relative to the root, "" for the root */
	int holders;
	bool forgotten; /* no longer in the list; freed by its last holder */
	bool anchored;	/* its own entry and those above it were synced */

	pthread_mutex_t sync_lock; /* guards what follows; taken alone */
	pthread_cond_t turn[2];	   /* of those who wait for an even, an odd sync: one more is
				      running at most, so nobody is woken in vain */
	bool syncing;
	uint64_t begun, ended; /* numbers of the newest sync begun, and ended */
	uint64_t failed;       /* number of the newest that failed; 0: none */
	int failed_errno;
};

struct folders {
	char *path;
	bool read_only;
	pthread_mutex_t lock; /* guards all below, and the entries' list, names and holders */
	int root;	      /* -1: missing, read only */
	struct entry *entries;
	int count;
};

enum result folder_error(const struct folders *folders, int number, const char *doing,
			 const char *name, struct error *err)
{
	enum result result;

	switch (number) {
	case ENAMETOOLONG:
	case ELOOP:
	case ENOTDIR:
	case EINVAL:
	case EOPNOTSUPP:
		result = RESULT_REFUSED;
		break;
	case EINTR:
	case EAGAIN:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
		result = RESULT_RETRY;
		break;
	default: /* ENOSPC, EDQUOT, EROFS, EACCES, EIO, ENOENT, ESTALE, EFBIG, ... */
		result = RESULT_UNREACHABLE;
	}
	return error_set(err, result, "%s %s%s%s: %s", doing, folders->path,
			 name && *name ? "/" : "", name ? name : "", strerror(number));
}

static enum result no_memory(struct error *err)
{
	return error_set(err, RESULT_NOMEM, "no memory for the store");
}

/* ---- the root -----------------------------------------------------------------------------*/

static int sync_parent(const char *path)
{
	char *copy = strdup(path);
	size_t len = copy ? strlen(copy) : 0;
	char *slash;
	int fd, st = 0;

	if (!copy)
		return ENOMEM;
	while (len > 1 && copy[len - 1] == '/')
		copy[--len] = '\0';
	slash = strrchr(copy, '/');
	if (slash)
		slash[slash == copy ? 1 : 0] = '\0';
	fd = open(slash ? copy : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd))
		st = errno;
	if (fd >= 0)
		close(fd);
	free(copy);
	return st;
}

static enum result open_root(struct folders *folders, bool make, struct error *err)
{
	int number = 0;
	bool made = false;

	if (make && !mkdir(folders->path, 0755))
		made = true;
	else if (make && errno != EEXIST)
		return folder_error(folders, errno, "cannot make the store", NULL, err);
	folders->root = open(folders->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folders->root < 0)
		return folder_error(folders, errno, "cannot open the store", NULL, err);
	/* A root that was there may lie below a folder we cannot open, and is no newcomer. */
	if (make && (number = sync_parent(folders->path)) && made)
		return folder_error(folders, number, "cannot make the store", NULL, err);
	return RESULT_OK;
}

enum result folders_new(struct folders **out, const char *path, bool read_only, struct error *err)
{
	struct folders *folders = calloc(1, sizeof(*folders));
	enum result st = RESULT_NOMEM;

	*out = NULL;
	if (!folders)
		return no_memory(err);
	folders->root = -1;
	folders->read_only = read_only;
	pthread_mutex_init(&folders->lock, NULL);
	folders->path = strdup(path);
	if (!folders->path) {
		no_memory(err);
		goto out;
	}
	st = open_root(folders, !read_only, err);
	if (st != RESULT_OK && read_only && access(path, F_OK) && errno == ENOENT)
		st = RESULT_OK; /* an empty store */
	if (st != RESULT_OK)
		goto out;
	*out = folders;
	folders = NULL;
out:
	folders_free(folders);
	return st;
}

const char *folders_path(const struct folders *folders)
{
	return folders->path;
}

/* ---- entries: all under the lock ------------------------------------------------------------*/

static void entry_free(struct entry *entry)
{
	if (!entry)
		return;
	if (entry->folder.fd >= 0)
		close(entry->folder.fd);
	pthread_cond_destroy(&entry->turn[0]);
	pthread_cond_destroy(&entry->turn[1]);
	pthread_mutex_destroy(&entry->sync_lock);
	free(entry->name);
	free(entry);
}

/* Takes @entry out of the list; it lives until its last holder drops it. */
static void forget(struct folders *folders, struct entry *entry)
{
	struct entry **at = &folders->entries;

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	folders->count--;
	entry->forgotten = true;
	if (!entry->holders)
		entry_free(entry);
}

static void forget_all(struct folders *folders)
{
	while (folders->entries)
		forget(folders, folders->entries);
}

/* Room for one more: any that nobody holds goes. */
static void make_room(struct folders *folders)
{
	struct entry *entry = folders->entries;

	while (entry && folders->count >= FOLDERS_KEPT) {
		struct entry *next = entry->next;

		if (!entry->holders)
			forget(folders, entry);
		entry = next;
	}
}

/*
 * Opens the next @part of a path below @at. Made folders are synced in @at, and so are those
 * found: who made them may have been killed before the sync.
 */
static int open_part(int at, const char *part, bool make)
{
	if (make && mkdirat(at, part, 0755) && errno != EEXIST)
		return -1;
	if (make && fsync(at))
		return -1;
	return openat(at, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* An open folder's descriptor, or -1 and errno. */
static int walk(struct folders *folders, const char *name, bool make)
{
	int at = fcntl(folders->root, F_DUPFD_CLOEXEC, 0);
	char part[256];

	while (at >= 0 && *name) {
		size_t len = strcspn(name, "/");
		int next, number;

		assert(len < sizeof(part)); /* store_name_valid() */
		memcpy(part, name, len);
		part[len] = '\0';
		next = open_part(at, part, make);
		number = errno;
		close(at);
		errno = number;
		at = next;
		name += len + (name[len] == '/');
	}
	return at;
}

/* The root's own name is gone; its descriptor still opens, and finds nothing. */
static bool root_is_gone(const struct folders *folders)
{
	struct stat info;

	return folders->root >= 0 && (fstat(folders->root, &info) || !info.st_nlink);
}

static enum result walk_error(struct folders *folders, const char *name, bool make, int number,
			      struct error *err)
{
	if (number == ENOENT && !make && !root_is_gone(folders))
		return error_set(err, RESULT_MISSING, "%s/%s is not there", folders->path, name);
	if (number == ENOTDIR || number == ELOOP)
		return error_set(err, RESULT_REFUSED,
				 "%s/%s is no folder (symbolic links are not followed)",
				 folders->path, name);
	return folder_error(folders, number, make ? "cannot make" : "cannot open", name, err);
}

static enum result entry_open(struct folders *folders, const char *name, bool make,
			      struct entry **out, struct error *err)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	enum result st = RESULT_OK;

	*out = NULL;
	if (!entry || !(entry->name = strdup(name))) {
		free(entry);
		return no_memory(err);
	}
	pthread_mutex_init(&entry->sync_lock, NULL);
	pthread_cond_init(&entry->turn[0], NULL);
	pthread_cond_init(&entry->turn[1], NULL);
	entry->folder.fd = walk(folders, name, make);
	if (entry->folder.fd < 0) {
		st = walk_error(folders, name, make, errno, err);
		entry_free(entry);
		return st;
	}
	entry->anchored = make;
	make_room(folders);
	entry->next = folders->entries;
	folders->entries = entry;
	folders->count++;
	*out = entry;
	return RESULT_OK;
}

/* Found open; but what was opened for reading was not synced yet. */
static enum result entry_anchor(struct folders *folders, struct entry *entry, struct error *err)
{
	int fd = walk(folders, entry->name, true);

	if (fd < 0)
		return walk_error(folders, entry->name, true, errno, err);
	close(fd);
	entry->anchored = true;
	return RESULT_OK;
}

/* The open folder was removed (and perhaps made again): it would take files nobody finds. */
static bool entry_is_gone(const struct entry *entry)
{
	struct stat info;

	return fstat(entry->folder.fd, &info) || !info.st_nlink;
}

static enum result refresh(struct folders *folders, struct error *err)
{
	struct stat have, now;
	int fd = open(folders->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		if (folders->read_only && folders->root < 0 && errno == ENOENT)
			return RESULT_OK;
		return folder_error(folders, errno, "cannot open the store", NULL, err);
	}
	if (folders->root >= 0 && !fstat(folders->root, &have) && !fstat(fd, &now) &&
	    have.st_dev == now.st_dev && have.st_ino == now.st_ino) {
		close(fd);
		return RESULT_OK;
	}
	if (folders->root >= 0)
		close(folders->root);
	folders->root = fd;
	forget_all(folders);
	return RESULT_OK;
}

static struct entry *entry_find(struct folders *folders, const char *name)
{
	struct entry *entry = folders->entries;

	while (entry && strcmp(entry->name, name))
		entry = entry->next;
	return entry;
}

static enum result entry_get(struct folders *folders, const char *name, bool make,
			     struct entry **out, struct error *err)
{
	struct entry *entry = entry_find(folders, name);
	enum result st = RESULT_OK;

	if (entry && entry_is_gone(entry)) {
		forget(folders, entry);
		entry = NULL;
	}
	if (!entry) {
		/* Nothing of ours is open there: the moment to see that the root was replaced. */
		if (folders->root < 0 || root_is_gone(folders))
			st = refresh(folders, err);
		if (st == RESULT_OK && folders->root < 0)
			st = error_set(err, RESULT_MISSING, "%s is not there", folders->path);
		if (st == RESULT_OK)
			st = entry_open(folders, name, make, &entry, err);
	} else if (make && !entry->anchored) {
		st = entry_anchor(folders, entry, err);
	}
	*out = st == RESULT_OK ? entry : NULL;
	return st;
}

/* ---- from other threads ---------------------------------------------------------------------*/

void folders_free(struct folders *folders)
{
	if (!folders)
		return;
	forget_all(folders);
	if (folders->root >= 0)
		close(folders->root);
	pthread_mutex_destroy(&folders->lock);
	free(folders->path);
	free(folders);
}

enum result folder_hold(struct folders *folders, const char *name, bool make, struct folder **out,
			const char **leaf, struct error *err)
{
	const char *slash = strrchr(name, '/');
	struct entry *entry = NULL;
	char parent[1025] = "";
	enum result st;

	*out = NULL;
	*leaf = slash ? slash + 1 : name;
	if (slash) {
		assert((size_t)(slash - name) < sizeof(parent)); /* store_name_valid() */
		memcpy(parent, name, (size_t)(slash - name));
	}
	pthread_mutex_lock(&folders->lock);
	st = entry_get(folders, parent, make, &entry, err);
	if (entry) {
		entry->holders++;
		*out = &entry->folder;
	}
	pthread_mutex_unlock(&folders->lock);
	return st;
}

void folder_drop(struct folders *folders, struct folder *folder)
{
	struct entry *entry = (struct entry *)folder;

	if (!entry)
		return;
	pthread_mutex_lock(&folders->lock);
	if (!--entry->holders && entry->forgotten)
		entry_free(entry);
	pthread_mutex_unlock(&folders->lock);
}

/* Runs the next sync for all who wait for it. Under its lock, which is free meanwhile. */
static void lead_sync(struct entry *entry)
{
	int number;

	entry->syncing = true;
	entry->begun++;
	pthread_mutex_unlock(&entry->sync_lock);
	number = fsync(entry->folder.fd) ? errno : 0;
	pthread_mutex_lock(&entry->sync_lock);
	entry->syncing = false;
	entry->ended = entry->begun;
	if (number) {
		entry->failed = entry->begun;
		entry->failed_errno = number;
	}
	pthread_cond_broadcast(&entry->turn[entry->begun & 1]);
	pthread_cond_signal(&entry->turn[(entry->begun + 1) & 1]); /* one of them leads */
}

enum result folder_sync(struct folders *folders, struct folder *folder, struct error *err)
{
	struct entry *entry = (struct entry *)folder;
	enum result st = RESULT_OK;
	uint64_t need;

	pthread_mutex_lock(&entry->sync_lock);
	need = entry->begun + 1;
	while (entry->ended < need) {
		if (entry->syncing)
			pthread_cond_wait(&entry->turn[need & 1], &entry->sync_lock);
		else
			lead_sync(entry);
	}
	/* The kernel tells an error once: all who relied on that sync must learn it from us. */
	if (entry->failed >= need)
		st = folder_error(folders, entry->failed_errno, "cannot sync", entry->name, err);
	pthread_mutex_unlock(&entry->sync_lock);
	return st;
}

enum result folders_refresh(struct folders *folders, struct error *err)
{
	enum result st;

	pthread_mutex_lock(&folders->lock);
	st = refresh(folders, err);
	pthread_mutex_unlock(&folders->lock);
	return st;
}

enum result folders_each(struct folders *folders,
			 enum result (*fn)(struct folder *folder, void *arg, struct error *err),
			 void *arg, struct error *err)
{
	struct entry *held[FOLDERS_KEPT];
	struct entry *root = NULL;
	enum result st = RESULT_OK;
	size_t count = 0;

	pthread_mutex_lock(&folders->lock);
	for (struct entry *entry = folders->entries; entry && count < FOLDERS_KEPT;
	     entry = entry->next)
		if (entry->anchored && !entry_is_gone(entry))
			held[count++] = entry;
	if (!count) {
		st = entry_get(folders, "", false, &root, err);
		if (root)
			held[count++] = root;
	}
	for (size_t i = 0; i < count; i++)
		held[i]->holders++;
	pthread_mutex_unlock(&folders->lock);
	for (size_t i = 0; i < count; i++) {
		if (st == RESULT_OK)
			st = fn(&held[i]->folder, arg, err);
		folder_drop(folders, &held[i]->folder);
	}
	return st;
}
