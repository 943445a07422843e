#include "config.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

void memory_exhausted(void)
{
	static const char text[] =
	    "mailhaul: out of memory; no mail is lost, run mailhaul again when more memory is free\n";
	ssize_t ignored = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)ignored;
	_exit(EX_OSERR);
}

void *memory_zeroed(size_t count, size_t size)
{
	void *made = calloc(count > 0 ? count : 1, size > 0 ? size : 1);

	if (!made)
		memory_exhausted();
	return made;
}

void *memory_resize(void *old, size_t count, size_t size)
{
	size_t total;
	void *made;

	if (__builtin_mul_overflow(count, size, &total))
		memory_exhausted();
	made = realloc(old, total > 0 ? total : 1);
	if (!made)
		memory_exhausted();
	return made;
}

void *memory_aligned(size_t alignment, size_t size)
{
	void *made;

	if (posix_memalign(&made, alignment, size) != 0)
		memory_exhausted();
	return made;
}

char *memory_copy_string(const char *text)
{
	char *made = strdup(text);

	if (!made)
		memory_exhausted();
	return made;
}

void memory_replace(char **where, char *value)
{
	free(*where);
	*where = value;
}

char *memory_format(const char *format, ...)
{
	va_list args;
	char *made;
	int length;

	va_start(args, format);
	length = vasprintf(&made, format, args);
	va_end(args);
	if (length < 0)
		memory_exhausted();
	return made;
}
