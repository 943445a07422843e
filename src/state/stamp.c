#include "config.h"

#include "state/stamp.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STAMP_SIZE = 128 };

/* Makes the stamp of a file. No program can set an inode's change time, so a restored file never has the old one. */
static bool make(const char *path, char out[STAMP_SIZE])
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	snprintf(out, STAMP_SIZE, "%llx %llx %lld.%09ld %lld\n", (unsigned long long)st.st_dev,
	    (unsigned long long)st.st_ino, (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec, (long long)st.st_size);
	return true;
}

/* Writes the stamp. The modification time stays, because it is the end of the last run. */
static void put(int lock_fd, const char *stamp)
{
	size_t length = strlen(stamp);
	struct stat st;

	if (fstat(lock_fd, &st) != 0)
		return;
	if (ftruncate(lock_fd, 0) == 0 && length > 0 && pwrite(lock_fd, stamp, length, 0) != (ssize_t)length)
		(void)!ftruncate(lock_fd, 0);
	(void)futimens(lock_fd, (const struct timespec[2]){st.st_atim, st.st_mtim});
}

static bool is_there(int lock_fd, const char *stamp)
{
	char found[STAMP_SIZE];
	ssize_t n = pread(lock_fd, found, sizeof(found), 0);

	return n == (ssize_t)strlen(stamp) && memcmp(found, stamp, (size_t)n) == 0;
}

bool state_stamp_fits(int lock_fd, const char *path)
{
	char stamp[STAMP_SIZE];

	return make(path, stamp) && is_there(lock_fd, stamp);
}

bool state_stamp_is_there(int lock_fd)
{
	struct stat st;

	return fstat(lock_fd, &st) == 0 && st.st_size > 0;
}

void state_stamp_leave(int lock_fd, const char *path)
{
	char stamp[STAMP_SIZE];

	if (make(path, stamp) && !is_there(lock_fd, stamp))
		put(lock_fd, stamp);
}

void state_stamp_drop(int lock_fd)
{
	put(lock_fd, "");
}
