#include "config.h"

#include "base/secret.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/platform.h"

enum { PIECE = 65536 };

struct secret {
	size_t mapped;
	size_t used; /* bytes from the start that are to be overwritten; the pages after them are untouched */
	size_t length;
	char text[];
};

/* Whether the system has agreed to keep secrets from children. */
static bool withheld;

static size_t whole_pages(size_t length)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (length + page - 1) / page * page;
}

/* Makes an empty secret with room for `most` bytes. */
static struct secret *make_room(size_t most)
{
	size_t mapped = whole_pages(sizeof(struct secret) + most + 1);
	struct secret *s = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (s == MAP_FAILED)
		memory_exhausted();
	withheld = platform_inherit_pages(s, mapped, false);
	s->mapped = mapped;
	s->used = sizeof(*s) + 1;
	return s;
}

/* Locks the pages up to the end of the next `room` bytes, which are about to be used. */
static void use(struct secret *s, size_t room)
{
	s->used = sizeof(*s) + s->length + room + 1;
	platform_lock_pages(s, whole_pages(s->used));
}

struct secret *secret_make(const char *bytes, size_t length)
{
	struct secret *s = make_room(length);

	use(s, length);
	memcpy(s->text, bytes, length);
	s->length = length;
	return s;
}

struct secret *secret_read(int fd, size_t most)
{
	struct secret *s = make_room(most);
	ssize_t n = 1;
	int failure;

	while (n != 0 && s->length < most) {
		size_t room = most - s->length < PIECE ? most - s->length : PIECE;

		use(s, room);
		n = read(fd, s->text + s->length, room);
		s->length += n > 0 ? (size_t)n : 0;
		if (n >= 0 || errno == EINTR)
			continue;
		failure = errno;
		secret_free(&s);
		errno = failure;
		return NULL;
	}
	s->text[s->length] = '\0';
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

void secret_inherit(struct secret *s, bool on)
{
	if (!s)
		return;
	(void)platform_inherit_pages(s, s->mapped, on);
	if (!on)
		platform_lock_pages(s, whole_pages(s->used));
}

void secret_forget(struct secret **s)
{
	if (withheld)
		*s = NULL;
	else
		secret_free(s);
}

void secret_free(struct secret **s)
{
	size_t mapped;

	if (!*s)
		return;
	mapped = (*s)->mapped;
	platform_wipe(*s, (*s)->used);
	munmap(*s, mapped);
	*s = NULL;
}
