#include "config.h"

#include "deliver/mbox_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/platform.h"
#include "deliver/mbox_intent.h"
#include "deliver/mbox_match.h"
#include "deliver/mbox_spool.h"
#include "deliver/mbox_tail.h"
#include "fs/folder.h"
#include "fs/lock.h"
#include "fs/write_all.h"

enum { LOCK_SECONDS = 30 };

static bool fail(const struct mbox_file *f, const char *what, struct error *err)
{
	error_errno(err, ERROR_STORAGE, errno, "the mbox %s %s", f->path, what);
	if (destination_mend_limit(err))
		return false;
	if (err->temporary)
		return error_mend(err, "make room; nothing is deleted from the server meanwhile");
	return error_mend(err, "check its permissions and its disk; nothing is deleted from the server meanwhile");
}

static bool refuse_kind(const char *path, struct error *err)
{
	error_set(err, ERROR_STORAGE, "the mbox %s is no regular file", path);
	return error_mend(err, "name a file in deliver_to, or use maildir: for a folder");
}

bool mbox_file_probe(const char *path, struct error *err)
{
	struct mbox_file f = {.fd = -1, .path = memory_copy_string(path)};
	struct stat st;
	bool ok = true;

	if (stat(path, &st) == 0) {
		if (!S_ISREG(st.st_mode))
			ok = refuse_kind(path, err);
		else
			ok = access(path, R_OK | W_OK) == 0 || fail(&f, "cannot be opened", err);
	}
	mbox_file_close(&f);
	return ok;
}

bool mbox_file_open(struct mbox_file *f, const char *path, struct error *err)
{
	struct stat st;

	*f = (struct mbox_file){.fd = -1, .path = memory_copy_string(path)};
	/* O_NONBLOCK: a FIFO must not hold us up. */
	f->fd = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NONBLOCK);
	if (f->fd < 0 && errno == ENOENT) {
		f->fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0600);
		f->made = true;
	}
	if (f->fd < 0 || fstat(f->fd, &st) != 0)
		return fail(f, "cannot be opened", err);
	if (!S_ISREG(st.st_mode))
		return refuse_kind(path, err);
	f->device = (uint64_t)st.st_dev;
	f->inode = (uint64_t)st.st_ino;
	f->size = (uint64_t)st.st_size;
	/* An empty one may have been made by a run that died before it synced the folder. */
	f->made = f->made || st.st_size == 0;
	return true;
}

/* Other programs may have left it without a line end, or without an empty line, at its end. */
static bool find_gap(struct mbox_file *f)
{
	char last[3] = {'\n', '\n', '\n'};
	size_t want = f->size < 3 ? (size_t)f->size : 3;

	if (pread(f->fd, last + 3 - want, want, (off_t)(f->size - want)) != (ssize_t)want)
		return false;
	if (last[2] != '\n')
		f->gap = 2;
	else if (last[1] == '\n' || (last[1] == '\r' && last[0] == '\n'))
		f->gap = 0;
	else
		f->gap = 1;
	return true;
}

bool mbox_file_lock(struct mbox_file *f, struct error *err)
{
	deadline until = deadline_in(LOCK_SECONDS);
	struct stat st, now;

	if (!lock_dot(f->path, until, err))
		return false;
	f->locked = true;
	if (!lock_file(f->fd, f->path, until, err))
		return false;
	if (fstat(f->fd, &st) != 0 || stat(f->path, &now) != 0)
		return fail(f, "cannot be examined", err);
	if (st.st_ino != now.st_ino || st.st_dev != now.st_dev) {
		error_set(err, ERROR_LOCKED, "the mbox %s was replaced by another program just now", f->path);
		return error_mend(err, "the next run tries again");
	}
	f->size = (uint64_t)st.st_size;
	return find_gap(f) || fail(f, "cannot be read", err);
}

void mbox_file_close(struct mbox_file *f)
{
	if (f->fd >= 0)
		close(f->fd); /* the fcntl lock goes with it */
	if (f->locked)
		unlock_dot(f->path);
	free(f->path);
	*f = (struct mbox_file){.fd = -1};
}

/* On some filesystems that have no room, a file cannot even be made shorter: that has to be known before it grows. */
static bool reserve(const struct mbox_file *f, uint64_t octets)
{
	int failure = platform_reserve(f->fd, f->size, octets) ? 0 : errno;

	/* What could be reserved is given back, if that can be done. */
	if (failure == 0 || ftruncate(f->fd, (off_t)f->size) != 0)
		return failure == 0 || (errno = failure, false);
	errno = failure;
	return false;
}

bool mbox_file_append(struct mbox_file *f, struct mbox_spool *spool, const char *folder, struct error *err)
{
	if (!reserve(f, f->gap + spool->length))
		return fail(f, "cannot be written", err);
	if (!write_all(f->fd, "\n\n", f->gap) || !mbox_spool_copy(spool, f->fd, f->size + f->gap) ||
	    fsync(f->fd) != 0) {
		fail(f, "cannot be written", err);
		/* Cut back, so that no torn message stands before those of others. */
		if (ftruncate(f->fd, (off_t)f->size) != 0 || fsync(f->fd) != 0)
			error_mend(err, "its end may hold a torn message, which the next run cuts away");
		return false;
	}
	return !f->made || folder_sync(folder, err);
}

/*
 * Counts the extents that are whole, from the first on. Where the line end before them was lost to a NUL,
 * the first From_ line is not at the beginning of a line, and no reader would find the message.
 */
static bool count_whole(const struct mbox_file *f, const struct mbox_intent *intent, uint64_t *at, size_t *whole)
{
	char before;
	bool same;

	if (!mbox_tail_before(f, *at, &before))
		return false;
	for (same = before == '\n'; *whole < intent->count && same;) {
		if (!mbox_tail_holds(f, *at, &intent->extents[*whole], &same))
			return false;
		if (same)
			*at += intent->extents[(*whole)++].length;
	}
	return true;
}

/*
 * Where the gap before the batch begins, as far as it is NUL: a file that needs no gap ends with a line end, and
 * so does one before a gap of one octet. Where nothing of the batch follows, the file has to be the very one that
 * was appended to: another one that ends there may end with NULs of its own.
 */
static bool find_lost_gap(const struct mbox_file *f, const struct mbox_intent *intent, uint64_t *end)
{
	uint64_t from = intent->offset > 2 ? intent->offset - 2 : 0;
	char before;

	*end = f->size < intent->offset ? f->size : intent->offset;
	while ((f->size > intent->offset || f->inode == intent->inode) && *end > from) {
		if (!mbox_tail_before(f, *end, &before))
			return false;
		if (before != '\0')
			break;
		--*end;
	}
	return true;
}

/*
 * Sets *end to where the file ends without NULs that follow the place of the last extent: a size that was written
 * before the data may be that of room which was reserved. No more than the batch itself counts; nobody's mail is in it.
 */
static bool find_seen_end(const struct mbox_file *f, const struct mbox_intent *intent, uint64_t *end)
{
	uint64_t batch = 0, left = f->size > intent->offset ? f->size - intent->offset : 0;
	bool only_nuls = true;

	*end = f->size;
	for (size_t i = 0; i < intent->count && batch <= left; i++)
		batch += intent->extents[i].length <= left - batch ? intent->extents[i].length : left - batch + 1;
	if (batch >= left || left - batch > batch)
		return true;
	if (!mbox_tail_is_nul(f, intent->offset + batch, &only_nuls))
		return false;
	if (only_nuls)
		*end = intent->offset + batch;
	return true;
}

/* Sets *end to where the file has to end: what a failed append has left is cut away, and nothing else. */
static bool find_end(const struct mbox_file *f, const struct mbox_intent *intent, size_t whole, uint64_t at, uint64_t *end)
{
	struct mbox_file seen = *f;
	char before = '\n';
	bool ours = true;

	*end = f->size;
	if (!find_seen_end(f, intent, &seen.size))
		return false;
	if (at < seen.size) {
		if (!mbox_tail_before(f, at, &before))
			return false;
		ours = before == '\n' || before == '\0';
		if (ours && !mbox_tail_is_ours(&seen, at, intent->extents + whole, intent->count - whole, &ours))
			return false;
	}
	if (!ours)
		return true;
	*end = at;
	return whole > 0 || intent->count == 0 || find_lost_gap(f, intent, end);
}

/* Whether a later extent was to be at this offset: it may have the same octets as the first. */
static bool is_place_of_later(const struct mbox_intent *intent, uint64_t offset)
{
	uint64_t at = intent->offset;

	for (size_t i = 0; i + 1 < intent->count && at < offset; i++)
		at += intent->extents[i].length;
	return at == offset;
}

/*
 * Whether somebody has changed the file: messages are missing at their place, which begins at `at`, and that is neither
 * where the file ends, as after an append that was cut off, nor holds what such an append leaves.
 */
static bool was_changed(const struct mbox_file *f, const struct mbox_intent *intent, size_t whole, uint64_t at, uint64_t end)
{
	return whole < intent->count && end >= f->size && (at < f->size || at - f->size > 2);
}

/* The messages of an intent that are whole where they were appended, and where the file has to end. */
struct place {
	uint64_t from, to;
	uint64_t end;
	size_t whole;
};

static bool look_at(const struct mbox_file *f, const struct mbox_intent *intent, uint64_t offset, struct place *p)
{
	*p = (struct place){.from = offset, .to = offset};
	return (offset > f->size || count_whole(f, intent, &p->to, &p->whole)) &&
	    find_end(f, intent, p->whole, p->to, &p->end);
}

/*
 * Looks at the place of the batch; and elsewhere, if something else is there now: a reader may have removed messages
 * before it, or put some there. Not where the file ends before the batch: then it was never written.
 */
static bool examine(const struct mbox_file *f, const struct mbox_intent *intent, struct place *p)
{
	struct mbox_intent moved = *intent;
	bool found;

	if (!look_at(f, intent, intent->offset, p))
		return false;
	if (p->whole > 0 || !was_changed(f, intent, p->whole, p->to, p->end))
		return true;
	if (!mbox_tail_find(f, &intent->extents[0], &moved.offset, &found))
		return false;
	if (!found || is_place_of_later(intent, moved.offset))
		return true;
	return look_at(f, &moved, moved.offset, p);
}

bool mbox_file_recover(struct mbox_file *f, const struct mbox_intent *intent, const struct destination_matcher *matcher,
    bool *found, struct error *err)
{
	struct place p;
	char *folder;
	bool ok;

	if (!examine(f, intent, &p))
		return fail(f, "cannot be read", err);
	for (size_t i = 0; i < intent->count; i++)
		found[i] = i < p.whole;
	/* A reader may have marked, moved or removed any of them. */
	if (matcher && was_changed(f, intent, p.whole, p.to, p.end) &&
	    !mbox_match(f, intent, p.from, p.to, matcher, found, err))
		return false;
	if (p.end < f->size && ftruncate(f->fd, (off_t)p.end) != 0)
		return fail(f, "cannot be cut back to its last whole message", err);
	/* The kill may have come before the sync. */
	folder = folder_of(f->path);
	ok = (fsync(f->fd) == 0 || fail(f, "cannot be synced", err)) && folder_sync(folder, err);
	free(folder);
	return ok;
}
