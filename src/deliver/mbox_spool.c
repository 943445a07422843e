#include "config.h"

#include "deliver/mbox_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "deliver/destination.h"
#include "fs/write_all.h"

/* Reports a failure of the spool file. The file is beside the mbox, where there must be space anyway. */
static bool fail(const char *what, const char *directory, struct error *err)
{
	error_errno(err, ERROR_STORAGE, errno, "a temporary file in %s %s", directory, what);
	if (destination_hint_limit(err))
		return false;
	return error_hint(err,
	    "check the directory's permissions and the free space on its disk; nothing is deleted from the server "
	    "until then");
}

static bool open_file(struct mbox_spool *s, const char *directory, struct error *err)
{
	char *path = memory_format("%s/.mailhaul-spool-XXXXXX", directory);

	s->fd = mkostemp(path, O_CLOEXEC);
	if (s->fd >= 0)
		unlink(path);
	else
		fail("cannot be created", directory, err);
	free(path);
	return s->fd >= 0;
}

bool mbox_spool_add(struct mbox_spool *s, const char *directory, const char *bytes, size_t length, struct error *err)
{
	uint64_t before = s->length;

	s->length += length;
	if (s->fd < 0 && s->length <= MBOX_SPOOL_MEMORY) {
		/* Allocate all at once, as growing in steps would fragment the memory. Unused pages cost nothing. */
		if (!s->memory)
			s->memory = memory_resize(NULL, MBOX_SPOOL_MEMORY, 1);
		memcpy(s->memory + before, bytes, length);
		return true;
	}
	if (s->fd < 0) {
		if (!open_file(s, directory, err))
			return false;
		if (!write_all(s->fd, s->memory, (size_t)before))
			return fail("cannot be written", directory, err);
	}
	return write_all(s->fd, bytes, length) || fail("cannot be written", directory, err);
}

static bool copy_file(struct mbox_spool *s)
{
	char piece[65536];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(s->fd, piece, sizeof(piece), at)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || !large_file_add(&s->out, piece, (size_t)n))
			return false;
		at += n;
	}
	if ((uint64_t)at == s->length)
		return true;
	errno = EIO;
	return false;
}

bool mbox_spool_copy(struct mbox_spool *s, int fd, uint64_t size)
{
	(void)large_file_begin(&s->out, fd, size, s->length);
	return (s->fd < 0 ? large_file_add(&s->out, s->memory, (size_t)s->length) : copy_file(s)) &&
	    large_file_end(&s->out);
}

bool mbox_spool_cut(struct mbox_spool *s, uint64_t length, struct error *err)
{
	s->length = length;
	if (s->fd < 0)
		return true;
	if (ftruncate(s->fd, (off_t)length) == 0 && lseek(s->fd, (off_t)length, SEEK_SET) >= 0)
		return true;
	return error_errno(err, ERROR_STORAGE, errno, "the spool file cannot be truncated");
}

void mbox_spool_clear(struct mbox_spool *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->length = 0;
}

void mbox_spool_free(struct mbox_spool *s)
{
	mbox_spool_clear(s);
	large_file_free(&s->out);
	free(s->memory);
	s->memory = NULL;
}
