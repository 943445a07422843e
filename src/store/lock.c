#include "config.h"

#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "io/interrupt.h"
#include "store/destination.h"

enum {
	PAUSE_MS = 100,
	STALE_SECONDS = 300,
};

/* A moment's rest between two tries; false when the deadline has come, or the wish to end. */
static bool rest(deadline until)
{
	deadline soon = deadline_clock() + PAUSE_MS;

	if (deadline_left(until) == 0 || interrupt_came())
		return false;
	(void)interrupt_poll(NULL, 0, soon < until ? soon : until);
	return true;
}

static bool refuse(const char *path, struct error *err)
{
	error_errno(err, ERROR_STORAGE, errno, "the file %s cannot be locked", path);
	return error_mend(err, "keep it on a filesystem that has locks");
}

bool lock_check(int fd, const char *path, struct error *err)
{
	/* SQLite's own locks are elsewhere in the file: no reader of the state is in the way, or held up. */
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_len = 1};

	return fcntl(fd, F_SETLK, &lock) == 0 || errno == EACCES || errno == EAGAIN || refuse(path, err);
}

bool lock_file(int fd, const char *path, deadline until, struct error *err)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	while (fcntl(fd, F_SETLK, &lock) != 0) {
		if (errno == EINTR)
			continue;
		if (errno != EACCES && errno != EAGAIN)
			return refuse(path, err);
		if (!rest(until))
			return error_set(err, ERROR_LOCKED, "the file %s is locked by another program", path);
	}
	return true;
}

bool lock_is_held(const char *path)
{
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool held = fd >= 0 && fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;

	if (fd >= 0)
		close(fd);
	return held;
}

static void host_name(char *out, size_t size)
{
	if (gethostname(out, size) != 0)
		snprintf(out, size, "localhost");
	out[size - 1] = '\0';
}

enum owner { OWNER_UNKNOWN, OWNER_GONE, OWNER_OTHER };

/* Who left the lock: "PID:HOST", or only a PID from programs that say no more. */
static enum owner find_owner(const char *lock_path)
{
	char text[320] = "", host[256];
	int fd = open(lock_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t length = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;
	char *rest_of;
	long pid;

	if (fd >= 0)
		close(fd);
	if (length <= 0)
		return OWNER_UNKNOWN;
	pid = strtol(text, &rest_of, 10);
	if (pid <= 1 || *rest_of != ':')
		return OWNER_UNKNOWN;
	rest_of[strcspn(rest_of, "\n")] = '\0';
	host_name(host, sizeof(host));
	if (strcmp(rest_of + 1, host) != 0)
		return OWNER_OTHER;
	/* Ours is one that we could not remove, or of somebody who died and had the number before us. */
	return (pid_t)pid == getpid() || (kill((pid_t)pid, 0) != 0 && errno == ESRCH) ? OWNER_GONE : OWNER_OTHER;
}

static void remove_stale(const char *lock_path)
{
	enum owner owner = find_owner(lock_path);
	struct stat st;
	bool old = lstat(lock_path, &st) == 0 && time(NULL) - st.st_mtime >= STALE_SECONDS;

	if (owner == OWNER_GONE || (owner == OWNER_UNKNOWN && old))
		(void)unlink(lock_path);
}

/*
 * Makes the lock with its owner already in it: a lock that a crash left empty could not be told from
 * somebody else's. Where there are no links it is made empty and then filled. False with errno.
 */
static bool make_lock(const char *lock_path)
{
	char host[256], owner[320];
	int length, fd, failure = 0;
	char *temporary;

	host_name(host, sizeof(host));
	length = snprintf(owner, sizeof(owner), "%ld:%s\n", (long)getpid(), host);
	temporary = memory_format("%s.%ld.%s", lock_path, (long)getpid(), host);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || !destination_write_all(fd, owner, (size_t)length) || link(temporary, lock_path) != 0)
		failure = errno;
	if (fd >= 0)
		close(fd);
	unlink(temporary);
	free(temporary);
	if (failure == EPERM || failure == EOPNOTSUPP || failure == EMLINK) {
		fd = open(lock_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		failure = fd < 0 || !destination_write_all(fd, owner, (size_t)length) ? errno : 0;
		if (fd >= 0)
			close(fd);
	}
	errno = failure;
	return failure == 0;
}

bool lock_dot(const char *path, deadline until, struct error *err)
{
	char *lock_path = memory_format("%s.lock", path);
	bool ok;

	while (!(ok = make_lock(lock_path))) {
		if (errno != EEXIST) {
			error_errno(err, ERROR_STORAGE, errno, "the lock file %s cannot be made", lock_path);
			error_mend(err, "check the permissions of its folder and the room on its disk");
			break;
		}
		remove_stale(lock_path);
		if (!rest(until)) {
			error_set(err, ERROR_LOCKED, "the file %s is locked by another program (%s)", path, lock_path);
			error_mend(err, "the next run tries again; if no program uses it, remove the lock file");
			break;
		}
	}
	free(lock_path);
	return ok;
}

void unlock_dot(const char *path)
{
	char *lock_path = memory_format("%s.lock", path);

	(void)unlink(lock_path);
	free(lock_path);
}
