#include "config.h"

#include "state/stamp.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

void state_stamp_put(int lock_fd, const char *bytes, size_t length, size_t offset)
{
	struct stat st;

	if (fstat(lock_fd, &st) != 0)
		return;
	/* After a part was written, neither the old stamp or note nor the new one is there. */
	if (pwrite(lock_fd, bytes, length, (off_t)offset) != (ssize_t)length)
		(void)!ftruncate(lock_fd, 0);
	(void)futimens(lock_fd, (const struct timespec[2]){st.st_atim, st.st_mtim});
}

/* Writes the stamp, a line, and fills the rest of its place with blanks. */
static void put(int lock_fd, const char *stamp)
{
	char line[STAMP_SIZE + 1];

	snprintf(line, sizeof(line), "%-*s", STAMP_SIZE, stamp);
	state_stamp_put(lock_fd, line, STAMP_SIZE, 0);
}

static bool is_there(int lock_fd, const char *stamp)
{
	char found[STAMP_SIZE];
	ssize_t n = pread(lock_fd, found, sizeof(found), 0);
	size_t length = strlen(stamp);

	return n >= (ssize_t)length && memcmp(found, stamp, length) == 0;
}

bool state_stamp_fits(int lock_fd, const char *path)
{
	char stamp[STAMP_SIZE];

	return make(path, stamp) && is_there(lock_fd, stamp);
}

bool state_stamp_is_there(int lock_fd)
{
	char first;

	return pread(lock_fd, &first, 1, 0) == 1 && first != ' ' && first != '\0';
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
