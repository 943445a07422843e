/* A test preloads this into the program: every write to a file writes only half of the data. */
#include <dlfcn.h>
#include <sys/types.h>
#include <unistd.h>

ssize_t write(int fd, const void *bytes, size_t length)
{
	static ssize_t (*real)(int, const void *, size_t);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "write");
	return real(fd, bytes, length > 1 ? length / 2 : length);
}
