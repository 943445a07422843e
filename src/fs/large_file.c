#include "config.h"

#include "fs/large_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/platform.h"
#include "fs/write_all.h"

enum { SECTOR = 4096 }; /* unit and alignment of direct I/O, in the file and in memory */

bool large_file_begin(struct large_file *l, int fd, uint64_t size, uint64_t octets)
{
	l->fd = fd;
	l->lead = l->filled = 0;
	l->past_cache = octets >= LARGE_FILE_BLOCK && platform_write_past_cache(fd, true);
	if (!l->past_cache)
		return false;
	if (!l->block)
		l->block = memory_aligned(SECTOR, LARGE_FILE_BLOCK);
	l->lead = l->filled = (size_t)(size % SECTOR);
	return true;
}

static bool end_past_cache(struct large_file *l)
{
	l->past_cache = false;
	return platform_write_past_cache(l->fd, false);
}

/*
 * Writes a range of the block. If direct I/O fails, or the remainder is not a multiple of a sector, it continues with
 * normal writes.
 */
static bool write_sectors(struct large_file *l, size_t from, size_t to)
{
	while (from < to) {
		ssize_t n = write(l->fd, l->block + from, to - from);

		if (n >= 0)
			from += (size_t)n;
		else if (errno == EINVAL && l->past_cache ? !end_past_cache(l) : errno != EINTR)
			return false;
	}
	return true;
}

/*
 * Writes the block up to `to`, the end of a sector. A sector that was partly filled before is completed with a normal
 * write.
 */
static bool write_block(struct large_file *l, size_t to)
{
	size_t lead = l->lead;

	if (lead == 0 || to == 0)
		return write_sectors(l, 0, to);
	l->lead = 0;
	return platform_write_past_cache(l->fd, false) && write_all(l->fd, l->block + lead, SECTOR - lead) &&
	    platform_write_past_cache(l->fd, true) && write_sectors(l, SECTOR, to);
}

bool large_file_add(struct large_file *l, const char *bytes, size_t length)
{
	if (!l->past_cache && l->filled == 0)
		return write_all(l->fd, bytes, length);
	while (length > 0) {
		size_t room = LARGE_FILE_BLOCK - l->filled, taken = length < room ? length : room;

		memcpy(l->block + l->filled, bytes, taken);
		l->filled += taken;
		bytes += taken;
		length -= taken;
		if (l->filled < LARGE_FILE_BLOCK)
			continue;
		if (!write_block(l, LARGE_FILE_BLOCK))
			return false;
		l->filled = 0;
	}
	return true;
}

/* A last partial sector is written normally. */
bool large_file_end(struct large_file *l)
{
	size_t whole = l->filled - l->filled % SECTOR;

	if (!l->past_cache && l->filled == 0)
		return true;
	return write_block(l, whole) && end_past_cache(l) &&
	    write_all(l->fd, l->block + whole + l->lead, l->filled - whole - l->lead);
}

void large_file_free(struct large_file *l)
{
	free(l->block);
	l->block = NULL;
}
