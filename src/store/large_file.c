#include "config.h"

#include "store/large_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/platform.h"
#include "store/destination.h"

enum { SECTOR = 4096 }; /* what a disk takes at least, in the file and in memory at multiples of it */

bool large_file_begin(struct large_file *l, int fd)
{
	if (!platform_write_past_cache(fd, true))
		return false;
	if (!l->block)
		l->block = memory_aligned(SECTOR, LARGE_FILE_BLOCK);
	l->fd = fd;
	l->past_cache = true;
	l->filled = 0;
	return true;
}

static bool end_past_cache(struct large_file *l)
{
	l->past_cache = false;
	return platform_write_past_cache(l->fd, false);
}

/* What cannot be written past the cache after all, or is no whole number of sectors any more, goes the usual way. */
static bool write_sectors(struct large_file *l, size_t length)
{
	size_t done = 0;

	while (done < length) {
		ssize_t n = write(l->fd, l->block + done, length - done);

		if (n >= 0)
			done += (size_t)n;
		else if (errno == EINVAL && l->past_cache ? !end_past_cache(l) : errno != EINTR)
			return false;
	}
	return true;
}

bool large_file_add(struct large_file *l, const char *bytes, size_t length)
{
	while (length > 0) {
		size_t room = LARGE_FILE_BLOCK - l->filled, taken = length < room ? length : room;

		memcpy(l->block + l->filled, bytes, taken);
		l->filled += taken;
		bytes += taken;
		length -= taken;
		if (l->filled < LARGE_FILE_BLOCK)
			continue;
		if (!write_sectors(l, LARGE_FILE_BLOCK))
			return false;
		l->filled = 0;
	}
	return true;
}

/* What fills no sector goes the usual way. */
bool large_file_end(struct large_file *l)
{
	size_t whole = l->filled - l->filled % SECTOR;

	return write_sectors(l, whole) && end_past_cache(l) &&
	    destination_write_all(l->fd, l->block + whole, l->filled - whole);
}

void large_file_free(struct large_file *l)
{
	free(l->block);
	l->block = NULL;
}
