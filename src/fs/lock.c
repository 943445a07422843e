#include "config.h"

#include "fs/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/memory.h"
#include "fs/directory.h"
#include "fs/stale.h"
#include "fs/write_all.h"
#include "io/interrupt.h"

enum {
	PAUSE_MS = 10, /* the shortest pause between two attempts; the longest takes three times as long */
	WATCH_MS = 2000,
	/* A new file, never an existing one or the target of a link. */
	MAKE_FLAGS = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
};

bool lock_pause(deadline until)
{
	unsigned char random = 0;
	deadline soon;

	if (getentropy(&random, sizeof(random)) != 0)
		random = (unsigned char)getpid();
	soon = deadline_clock() + PAUSE_MS + random % (2 * PAUSE_MS + 1);
	if (deadline_left(until) == 0 || interrupt_came())
		return false;
	(void)interrupt_poll(NULL, 0, soon < until ? soon : until);
	return true;
}

static bool refuse(const char *path, struct error *err)
{
	error_errno(err, ERROR_STORAGE, errno, "the file %s cannot be locked", path);
	return error_hint(err, "move it to a filesystem that supports locks");
}

bool lock_check(int fd, const char *path, struct error *err)
{
	/* SQLite locks other bytes of the file, so readers of the state are not affected. */
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_len = 1};

	return fcntl(fd, F_SETLK, &lock) == 0 || errno == EACCES || errno == EAGAIN || refuse(path, err);
}

/* The result of an attempt to take a lock without waiting. */
enum attempt { LOCK_TAKEN, LOCK_BUSY, LOCK_FAILED };

static enum attempt try_file(int fd, const char *path, struct error *err)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	while (fcntl(fd, F_SETLK, &lock) != 0) {
		if (errno == EINTR)
			continue;
		if (errno != EACCES && errno != EAGAIN) {
			refuse(path, err);
			return LOCK_FAILED;
		}
		error_set(err, ERROR_LOCKED, "the file %s is locked by another program", path);
		return LOCK_BUSY;
	}
	return LOCK_TAKEN;
}

static void release_file(int fd)
{
	struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET};

	(void)fcntl(fd, F_SETLK, &lock);
}

bool lock_file(int fd, const char *path, deadline until, struct error *err)
{
	enum attempt attempt;

	while ((attempt = try_file(fd, path, err)) == LOCK_BUSY && lock_pause(until))
		continue;
	return attempt == LOCK_TAKEN;
}

bool lock_is_held(const char *path)
{
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool held = fd >= 0 && fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;

	if (fd >= 0)
		close(fd);
	return held;
}

/* The observation of another program's lock. */
struct watch {
	struct stat st;
	int64_t since; /* when this state was first seen, on the clock of deadline_clock; 0: never */
	int failure;   /* errno of the failed removal, or 0 */
};

/* Removes a stale lock. If its owner may be alive, the lock is watched first; a lock that changes is in use. */
static void remove_stale(const char *lock_path, int64_t now, struct watch *w)
{
	struct stale_facts facts;
	struct stat st, again;

	if (!stale_read(lock_path, now, &facts, &st))
		return;
	if (w->since == 0 || !stale_same(&w->st, &st))
		*w = (struct watch){.st = st, .since = deadline_clock()};
	if (!stale_by(&facts) || (stale_needs_watch(&facts) && deadline_clock() - w->since < WATCH_MS))
		return;
	/* Another program may have replaced the lock in the meantime. */
	if (lstat(lock_path, &again) != 0 || !stale_same(&again, &st))
		return;
	/* rmdir does not remove a directory that is not empty. */
	if ((S_ISDIR(st.st_mode) ? rmdir(lock_path) : unlink(lock_path)) != 0)
		w->failure = errno;
}

static void refuse_dot(const char *path, const char *lock_path, const struct watch *w, struct error *err)
{
	if (w->since != 0 && S_ISDIR(w->st.st_mode)) {
		error_set(err, ERROR_LOCKED, "the file %s is locked: %s is a directory", path, lock_path);
		error_hint(err, "if no program uses it, remove the directory and its contents");
	} else if (w->failure != 0 && w->failure != ENOENT) {
		error_set(err, ERROR_LOCKED, "the file %s is locked: the stale lock %s cannot be removed: %s", path,
		    lock_path, strerror(w->failure));
		error_hint(err, "remove it as a user who owns it and may write to its directory");
	} else {
		error_set(err, ERROR_LOCKED, "the file %s is locked by another program (%s)", path, lock_path);
		error_hint(err, "the next run tries again; if no program uses it, remove the lock file");
	}
}

/*
 * Writes the text and closes fd. The lock must not get its name before it has its text, and NFS sends the text on
 * close. Returns 0 or errno.
 */
static int fill_lock(int fd, const char *text, size_t length)
{
	int failure = write_all(fd, text, length) ? 0 : errno;

	if (close(fd) != 0 && failure == 0)
		failure = errno;
	return failure;
}

/*
 * Creates the file that becomes the lock, beside it. Others may write in the directory, as in /var/mail. They must not
 * be able to guess the name, or they could keep us from creating it. Returns its descriptor, or -1 with errno set.
 */
static int make_temporary(const char *lock_path, char **temporary)
{
	unsigned char random[16];
	char hex[2 * sizeof(random) + 1];

	*temporary = NULL;
	if (getentropy(random, sizeof(random)) != 0)
		return -1;
	digest_hex(hex, random, sizeof(random));
	*temporary = memory_format("%s.%s", lock_path, hex);
	return open(*temporary, MAKE_FLAGS, 0600);
}

/*
 * Makes the lock with its owner already in it, because an empty lock left by a crash would look like the lock of
 * another program. Where hard links are not supported, it creates the lock empty and then fills it. It does not sync.
 * After a power loss the lock is either older than the last boot of the machine or empty; both are stale, the empty
 * one after five minutes. *now becomes the time on the clock of the filesystem. Returns false with errno set.
 */
static bool make_lock(const char *lock_path, int64_t *now)
{
	char text[STALE_TEXT], *temporary;
	size_t length = (size_t)stale_our_text(text);
	int fd = make_temporary(lock_path, &temporary), failure = fd < 0 ? errno : 0;
	bool made = fd >= 0, refused;
	struct stat st;

	*now = time(NULL);
	if (made) {
		failure = fill_lock(fd, text, length);
		*now = lstat(temporary, &st) == 0 ? st.st_mtime : *now;
	}
	refused = failure == 0 && link(temporary, lock_path) != 0;
	if (refused)
		failure = errno;
	if (made)
		unlink(temporary);
	free(temporary);
	/* Filesystems reject hard links with various errors. Any other error occurs again here. */
	if (refused && failure != EEXIST) {
		fd = open(lock_path, MAKE_FLAGS, 0600);
		failure = fd < 0 ? errno : fill_lock(fd, text, length);
		if (fd >= 0 && failure != 0)
			unlink(lock_path);
	}
	errno = failure;
	return failure == 0;
}

/* Whether a lock file could not be made only because this process may not create files in the directory. */
static bool is_forbidden(int failure)
{
	return failure == EACCES || failure == EPERM;
}

static enum attempt try_dot(const char *path, const char *lock_path, struct watch *watch, bool *made, struct error *err)
{
	struct stat st;
	int64_t now;
	int failure;

	*made = make_lock(lock_path, &now);
	failure = *made ? 0 : errno;
	if (is_forbidden(failure))
		failure = lstat(lock_path, &st) == 0 ? EEXIST : 0;
	if (failure == 0)
		return LOCK_TAKEN;
	if (failure != EEXIST) {
		error_errno(err, ERROR_STORAGE, failure, "the lock file %s cannot be created", lock_path);
		error_hint(err, "check the permissions of its directory and the free space on its disk");
		return LOCK_FAILED;
	}
	remove_stale(lock_path, now, watch);
	refuse_dot(path, lock_path, watch, err);
	return LOCK_BUSY;
}

/*
 * Returns whether the lock still has the text of this process. Another program may have removed it as stale and made
 * its own.
 */
static bool is_ours(const char *lock_path)
{
	char want[STALE_TEXT], text[STALE_TEXT];
	ssize_t length = stale_our_text(want), n;
	int fd = open(lock_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text));
	close(fd);
	return n == length && memcmp(text, want, (size_t)length) == 0;
}

static void release_dot(const char *lock_path, bool *dot)
{
	if (*dot && is_ours(lock_path))
		(void)unlink(lock_path);
	*dot = false;
}

bool lock_mbox(int fd, const char *path, deadline until, bool *dot, struct error *err)
{
	char *lock_path = memory_format("%s.lock", path);
	struct watch watch = {.since = 0};
	enum attempt attempt;

	do {
		attempt = try_dot(path, lock_path, &watch, dot, err);
		if (attempt != LOCK_TAKEN)
			continue;
		attempt = try_file(fd, path, err);
		if (attempt != LOCK_TAKEN)
			release_dot(lock_path, dot);
	} while (attempt == LOCK_BUSY && lock_pause(until));
	free(lock_path);
	return attempt == LOCK_TAKEN;
}

void unlock_mbox(int fd, const char *path, bool dot)
{
	char *lock_path = memory_format("%s.lock", path);

	release_dot(lock_path, &dot);
	release_file(fd);
	free(lock_path);
}
