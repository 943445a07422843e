#include "config.h"

#include "base/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/platform.h"

struct secret {
	size_t mapped;
	size_t length;
	char text[];
};

struct secret *secret_make(const char *bytes, size_t length)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t mapped = (sizeof(struct secret) + length + 1 + page - 1) / page * page;
	struct secret *s = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (s == MAP_FAILED)
		memory_exhausted();
	platform_lock_pages(s, mapped);
	s->mapped = mapped;
	s->length = length;
	memcpy(s->text, bytes, length);
	s->text[length] = '\0';
	return s;
}

const char *secret_text(const struct secret *s)
{
	return s->text;
}

size_t secret_length(const struct secret *s)
{
	return s->length;
}

void secret_free(struct secret **s)
{
	size_t mapped;

	if (!*s)
		return;
	mapped = (*s)->mapped;
	platform_wipe(*s, mapped);
	munmap(*s, mapped);
	*s = NULL;
}
