/* A test preloads this into the program: the file $NO_LOCKS_ON cannot be locked with fcntl. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>

static bool is_lock(int command)
{
	return command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK || command == F_OFD_SETLKW;
}

static bool is_chosen(int fd)
{
	const char *path = getenv("NO_LOCKS_ON");
	struct stat chosen, st;

	return path && stat(path, &chosen) == 0 && fstat(fd, &st) == 0 && st.st_dev == chosen.st_dev &&
	    st.st_ino == chosen.st_ino;
}

/* Any last argument of fcntl fits into a pointer. */
static int lock_or_call(const char *name, int fd, int command, void *argument)
{
	int (*real)(int, int, ...);

	if (is_lock(command) && is_chosen(fd)) {
		errno = ENOLCK;
		return -1;
	}
	*(void **)&real = dlsym(RTLD_NEXT, name);
	return real(fd, command, argument);
}

int fcntl(int fd, int command, ...)
{
	va_list args;
	void *argument;

	va_start(args, command);
	argument = va_arg(args, void *);
	va_end(args);
	return lock_or_call("fcntl", fd, command, argument);
}

int fcntl64(int fd, int command, ...)
{
	va_list args;
	void *argument;

	va_start(args, command);
	argument = va_arg(args, void *);
	va_end(args);
	return lock_or_call("fcntl64", fd, command, argument);
}
