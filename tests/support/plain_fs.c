/*
 * A test preloads this into the program: a filesystem that cannot sync directories, which then report the error
 * number $PLAIN_FS, nor share writable memory, so that SQLite has no WAL there.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int fsync(int fd)
{
	const char *number = getenv("PLAIN_FS");
	int (*real)(int);
	struct stat st;

	if (number && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		errno = atoi(number);
		return -1;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "fsync");
	return real(fd);
}

int fdatasync(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		return fsync(fd);
	int (*real)(int);
	*(void **)&real = dlsym(RTLD_NEXT, "fdatasync");
	return real(fd);
}

static int is_forbidden(int flags, int protection, int fd)
{
	return getenv("PLAIN_FS") && fd >= 0 && (flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0;
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	void *(*real)(void *, size_t, int, int, int, off_t);

	if (is_forbidden(flags, protection, fd)) {
		errno = ENODEV;
		return MAP_FAILED;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "mmap");
	return real(address, length, protection, flags, fd, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset)
{
	void *(*real)(void *, size_t, int, int, int, off64_t);

	if (is_forbidden(flags, protection, fd)) {
		errno = ENODEV;
		return MAP_FAILED;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "mmap64");
	return real(address, length, protection, flags, fd, offset);
}
