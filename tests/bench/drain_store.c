/*
 * The storing half of the drain: one pass over each message, one sync for all of them, and one rename each. A
 * fetcher whose messages survive a power loss can save only by bypassing the page cache.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "drain.h"
#include "scan.h"

static int open_directory(const char *path, const char *name)
{
	int above = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int directory = openat(above, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (directory < 0)
		fail("%s: no directory with %s in it", path, name);
	close(above);
	return directory;
}

void open_maildir(struct drain *d, const char *path)
{
	d->tmp = open_directory(path, "tmp");
	d->new = open_directory(path, "new");
}

/* Unstuffs the received part of a body into `out`, with CRLF as LF. Returns whether its end was received. */
static bool unstuff(struct drain *d)
{
	const char *at = d->in + d->in_begin, *end = d->in + d->in_end, *cr;
	char *out = d->out + d->out_end;
	bool ended = false;

	for (;;) {
		cr = copy_to_cr(at, end, out);
		out += cr - at;
		at = cr;
		if (end - at < TERMINATOR)
			break;
		if (at[1] != '\n') {
			*out++ = *at++;
			continue;
		}
		*out++ = '\n';
		at += 2;
		if (*at != '.')
			continue;
		if (at[1] == '\r' && at[2] == '\n') {
			at += 3;
			ended = true;
			break;
		}
		at++;
	}
	d->octets += (size_t)(at - d->in) - d->in_begin;
	d->in_begin = (size_t)(at - d->in);
	d->out_end = (size_t)(out - d->out);
	return ended;
}

static void write_all(int fd, const char *from, size_t size)
{
	while (size > 0) {
		ssize_t written = write(fd, from, size);
		if (written < 0)
			fail("writing: %s", strerror(errno));
		from += written;
		size -= (size_t)written;
	}
}

/*
 * Writes complete sectors and, at its end, the rest of a message. With --direct, data that does not fit into `out`
 * is written past the page cache.
 */
static void write_out(struct drain *d, int fd, bool ended)
{
	size_t whole = d->out_end - d->out_end % SECTOR;

	if (!ended && d->past_cache && !d->direct)
		d->direct = fcntl(fd, F_SETFL, O_DIRECT) == 0;
	write_all(fd, d->out, whole);
	if (d->digests)
		digest_add(&d->digest, d->out, ended ? d->out_end : whole);
	if (ended && d->direct) {
		fcntl(fd, F_SETFL, 0);
		d->direct = false;
	}
	if (ended)
		write_all(fd, d->out + whole, d->out_end - whole);
	else
		memmove(d->out, d->out + whole, d->out_end - whole);
	d->out_end = ended ? 0 : d->out_end - whole;
}

void store_body(struct drain *d)
{
	char name[32];
	int fd;
	off_t size = 0, started = 0;
	bool ended = false;

	snprintf(name, sizeof(name), "%lu", d->done);
	fd = openat(d->tmp, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		fail("%s: %s", name, strerror(errno));
	while (d->in_end - d->in_begin < 3)
		fill(d);
	if (memcmp(d->in + d->in_begin, ".\r\n", 3) == 0) {
		d->in_begin += 3;
		ended = true;
	} else if (d->in[d->in_begin] == '.') {
		d->in_begin++;
	}
	while (!ended) {
		ended = unstuff(d);
		if (!ended)
			fill(d);
		if (d->out_end + IN_SIZE + 16 <= OUT_SIZE)
			continue;
		size += (off_t)d->out_end;
		write_out(d, fd, false);
		if (!d->direct && size - started >= EARLY) {
			sync_file_range(fd, started, size - started, SYNC_FILE_RANGE_WRITE);
			started = size;
		}
	}
	write_out(d, fd, true);
	close(fd);
	if (d->digests)
		digest_end(&d->digest, (unsigned char *)d->out);
}

void put_in_place(struct drain *d)
{
	char name[32];

	if (syncfs(d->tmp) != 0)
		fail("syncfs: %s", strerror(errno));
	for (unsigned long i = 0; i < d->count; i++) {
		snprintf(name, sizeof(name), "%lu", i);
		if (renameat(d->tmp, name, d->new, name) != 0)
			fail("rename: %s", strerror(errno));
	}
	if (fsync(d->new) != 0)
		fail("fsync: %s", strerror(errno));
}
