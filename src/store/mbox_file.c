#include "config.h"

#include "store/mbox_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/memory.h"
#include "store/destination.h"
#include "store/folder.h"
#include "store/lock.h"
#include "store/mbox_intent.h"
#include "store/mbox_spool.h"

enum {
	LOCK_SECONDS = 30,
	FROM_LINE_MOST = 400, /* octets of a From_ line up to its date */
	DATE_LENGTH = sizeof(" Thu Jan  1 00") - 1,
};

static bool fail(const struct mbox_file *f, const char *what, struct error *err)
{
	error_errno(err, ERROR_STORAGE, errno, "the mbox %s %s", f->path, what);
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

bool mbox_file_append(struct mbox_file *f, struct mbox_spool *spool, const char *folder, struct error *err)
{
	if (!destination_write_all(f->fd, "\n\n", f->gap) || !mbox_spool_copy(spool, f->fd, f->size + f->gap) ||
	    fsync(f->fd) != 0) {
		fail(f, "cannot be written", err);
		/* Cut back, so that no torn message stands before those of others. */
		if (ftruncate(f->fd, (off_t)f->size) != 0 || fsync(f->fd) != 0)
			error_mend(err, "its end may hold a torn message, which the next run cuts away");
		return false;
	}
	return !f->made || folder_sync(folder, err);
}

/* Reads `length` octets at `at`; false with errno when there are fewer. */
static bool read_at(const struct mbox_file *f, uint64_t at, char *out, size_t length)
{
	while (length > 0) {
		ssize_t n = pread(f->fd, out, length, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n == 0 ? EIO : errno;
			return false;
		}
		out += n;
		at += (uint64_t)n;
		length -= (size_t)n;
	}
	return true;
}

/* Whether the extent stands at `at`, octet for octet. */
static bool is_whole(const struct mbox_file *f, uint64_t at, const struct mbox_extent *e, bool *same)
{
	struct digest digest;
	unsigned char sha256[DIGEST_SIZE];
	char piece[65536];

	*same = false;
	if (e->length > f->size - at)
		return true;
	digest_start(&digest);
	for (uint64_t left = e->length; left > 0;) {
		size_t want = left < sizeof(piece) ? (size_t)left : sizeof(piece);

		if (!read_at(f, at, piece, want))
			return false;
		digest_add(&digest, piece, want);
		at += want;
		left -= want;
	}
	digest_end(&digest, sha256);
	*same = memcmp(sha256, e->sha256, DIGEST_SIZE) == 0;
	return true;
}

/* Whether a date stands here as asctime(3) writes it, up to its hour: " Thu Jan  1 00". */
static bool is_date(const char *bytes)
{
	for (size_t i = 0; i < DATE_LENGTH; i++) {
		unsigned char c = (unsigned char)bytes[i];
		char shape = " AAA AAA _9 99"[i];

		if (shape == 'A' ? !isalpha(c) : shape == '9' ? !isdigit(c) : c != ' ' && (shape == ' ' || !isdigit(c)))
			return false;
	}
	return true;
}

/* Whether one of our lines was quoted here: nothing but '>' stands between `at` and its start. */
static bool is_quoted(const char *bytes, const char *at)
{
	const char *start = at;

	while (start > bytes && start[-1] == '>')
		start--;
	return start < at && start > bytes && start[-1] == '\n';
}

/* Whether "From " stands before this date on its line, behind the first octet of all. */
static bool is_from_line(const char *bytes, const char *date)
{
	const char *at = date;

	while (at > bytes + 1 && date - at < FROM_LINE_MOST && at[-1] != '\n') {
		at--;
		if (date - at >= 4 && memcmp(at, "From ", 5) == 0 && !is_quoted(bytes, at))
			return true;
	}
	return false;
}

/*
 * Whether somebody's From_ line begins behind the first octet: at a line's start or, with its date,
 * in the middle of one, where a program that looks for no line end has put it.
 */
static bool has_from_line(const char *bytes, size_t length)
{
	const char *end = bytes + length, *colon = bytes;

	if (memmem(bytes, length, "\nFrom ", 6))
		return true;
	while ((colon = memchr(colon, ':', (size_t)(end - colon))) != NULL) {
		if (colon - bytes >= DATE_LENGTH && is_date(colon - DATE_LENGTH) &&
		    is_from_line(bytes, colon - DATE_LENGTH))
			return true;
		colon++;
	}
	return false;
}

/* Whether what stands from `at` to the end is the beginning of this extent and nobody else's. */
static bool is_torn(const struct mbox_file *f, uint64_t at, const struct mbox_extent *e, bool *torn)
{
	enum { OVERLAP = 2 * FROM_LINE_MOST };
	char piece[OVERLAP + 65536];
	size_t kept = 0;
	uint64_t left = f->size - at;
	size_t head = left < e->head_length ? (size_t)left : e->head_length;

	*torn = false;
	if (left > e->length)
		return true; /* a reader has written into it */
	if (e->head_length < (e->length < MBOX_HEAD_MOST ? e->length : MBOX_HEAD_MOST))
		return true; /* what was recorded is damaged */
	if (!read_at(f, at, piece, head))
		return false;
	if (memcmp(piece, e->head, head) != 0)
		return true;
	while (left > 0) {
		size_t want = left < 65536 ? (size_t)left : 65536;

		if (!read_at(f, at, piece + kept, want))
			return false;
		if (has_from_line(piece, kept + want))
			return true; /* somebody appended behind it */
		at += want;
		left -= want;
		want += kept;
		kept = want < OVERLAP ? want : OVERLAP;
		memmove(piece, piece + want - kept, kept);
	}
	*torn = true;
	return true;
}

bool mbox_file_recover(struct mbox_file *f, const struct mbox_intent *intent, size_t *whole, struct error *err)
{
	uint64_t at = intent->offset;
	bool ours = true;
	char *folder;
	bool ok;

	*whole = 0;
	if (at > f->size)
		return true; /* nothing was written, or somebody has cut it since */
	while (*whole < intent->count && ours) {
		if (!is_whole(f, at, &intent->extents[*whole], &ours))
			return fail(f, "cannot be read", err);
		if (ours)
			at += intent->extents[(*whole)++].length;
	}
	if (*whole < intent->count && at < f->size) {
		if (!is_torn(f, at, &intent->extents[*whole], &ours))
			return fail(f, "cannot be read", err);
		if (ours && ftruncate(f->fd, (off_t)at) != 0)
			return fail(f, "cannot be cut back to its last whole message", err);
	}
	/* The kill may have come before the sync. */
	folder = folder_of(f->path);
	ok = (fsync(f->fd) == 0 || fail(f, "cannot be synced", err)) && folder_sync(folder, err);
	free(folder);
	return ok;
}
