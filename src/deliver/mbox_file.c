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
#include "deliver/destination.h"
#include "deliver/mbox_spool.h"
#include "fs/directory.h"
#include "fs/lock.h"
#include "fs/trust.h"
#include "fs/write_all.h"

enum { LOCK_SECONDS = 30 };

bool mbox_file_fail(const struct mbox_file *f, const char *what, struct error *err)
{
	error_errno(err, ERROR_STORAGE, errno, "the mbox %s %s", f->path, what);
	if (destination_hint_limit(err))
		return false;
	if (err->temporary)
		return error_hint(err, "free disk space; nothing is deleted from the server until then");
	return error_hint(err, "check its permissions and its disk; nothing is deleted from the server until then");
}

static bool refuse_kind(const char *path, struct error *err)
{
	error_set(err, ERROR_STORAGE, "the mbox %s is not a regular file", path);
	return error_hint(err, "name a file in deliver_to, or use maildir: for a directory");
}

static bool refuse_untrusted(const char *path, struct error *err)
{
	struct error why = *err;

	error_set(err, ERROR_STORAGE, "nothing is delivered to the mbox %s: %s", path, why.cause);
	return error_hint(err, "%s", why.hint);
}

bool mbox_file_may_be_at(const char *path, struct error *err)
{
	return trust_place(path, err) || refuse_untrusted(path, err);
}

bool mbox_file_probe(const char *path, struct error *err)
{
	struct mbox_file f = {.fd = -1, .path = memory_copy_string(path)};
	struct stat st;
	bool ok = true;

	if (stat(path, &st) == 0) {
		if (S_ISREG(st.st_mode))
			f.fd = trust_open(path, O_RDWR | O_APPEND, 0, err);
		if (!S_ISREG(st.st_mode))
			ok = refuse_kind(path, err);
		else if (f.fd < 0)
			ok = errno == 0 ? refuse_untrusted(path, err) : mbox_file_fail(&f, "cannot be opened", err);
	}
	mbox_file_close(&f);
	return ok;
}

/* Users may not create files in /var/mail on many systems. */
static bool fail_creation(const struct mbox_file *f, struct error *err)
{
	mbox_file_fail(f, "does not exist and cannot be created", err);
	return error_hint(err,
	    "have an administrator create it for you, or name an mbox in your home directory, such as \"mbox:~/inbox\"");
}

static bool note_file(struct mbox_file *f, struct stat *st, struct error *err)
{
	if (f->fd < 0 || fstat(f->fd, st) != 0)
		return mbox_file_fail(f, "cannot be opened", err);
	if (!S_ISREG(st->st_mode))
		return refuse_kind(f->path, err);
	f->device = (uint64_t)st->st_dev;
	f->inode = (uint64_t)st->st_ino;
	f->size = (uint64_t)st->st_size;
	return true;
}

bool mbox_file_open_reading(struct mbox_file *f, const char *path, struct error *err)
{
	struct stat st;

	*f = (struct mbox_file){.fd = -1, .path = memory_copy_string(path)};
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return note_file(f, &st, err);
}

bool mbox_file_open(struct mbox_file *f, const char *path, struct error *err)
{
	struct stat st;

	*f = (struct mbox_file){.fd = -1, .path = memory_copy_string(path)};
	f->fd = trust_open(path, O_RDWR | O_APPEND, 0, err);
	if (f->fd < 0 && errno == ENOENT) {
		f->fd = trust_open(path, O_RDWR | O_APPEND | O_CREAT, 0600, err);
		f->made = true;
	}
	if (f->fd < 0 && errno == 0)
		return refuse_untrusted(path, err);
	if (f->fd < 0 && f->made && errno == EACCES)
		return fail_creation(f, err);
	if (!note_file(f, &st, err))
		return false;
	/* An empty file may be from a run that died before it synced the directory. */
	f->made = f->made || st.st_size == 0;
	return true;
}

/* Finds the gap. Other programs may have left the file without a final line end or empty line. */
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

/* Returns whether the open file still has its path. Programs that rewrite an mbox rename a new file over the old one. */
static bool is_current(const struct mbox_file *f)
{
	struct stat now;

	return stat(f->path, &now) == 0 && (uint64_t)now.st_ino == f->inode && (uint64_t)now.st_dev == f->device;
}

/* Opens the file that is at the path now. */
static bool open_again(struct mbox_file *f, struct error *err)
{
	char *path = memory_copy_string(f->path);
	bool ok;

	mbox_file_close(f);
	ok = mbox_file_open(f, path, err);
	free(path);
	return ok;
}

static bool fail_replaced(const struct mbox_file *f, struct error *err)
{
	error_set(err, ERROR_LOCKED, "another program keeps replacing the mbox %s", f->path);
	return error_hint(err, "the next run tries again");
}

bool mbox_file_lock(struct mbox_file *f, struct error *err)
{
	deadline until = deadline_in(LOCK_SECONDS);
	struct stat st;

	for (;;) {
		f->locked = lock_mbox(f->fd, f->path, until, &f->dot, err);
		if (!f->locked)
			return false;
		if (is_current(f))
			break;
		unlock_mbox(f->fd, f->path, f->dot);
		f->locked = false;
		if (!lock_pause(until))
			return fail_replaced(f, err);
		if (!open_again(f, err))
			return false;
	}
	if (fstat(f->fd, &st) != 0)
		return mbox_file_fail(f, "cannot be examined", err);
	f->size = (uint64_t)st.st_size;
	return find_gap(f) || mbox_file_fail(f, "cannot be read", err);
}

void mbox_file_close(struct mbox_file *f)
{
	if (f->locked)
		unlock_mbox(f->fd, f->path, f->dot);
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	*f = (struct mbox_file){.fd = -1};
}

/* Reserves space, as a lack of it must show before the file grows. Some full filesystems cannot even shorten a file. */
static bool reserve(const struct mbox_file *f, uint64_t octets)
{
	int failure = platform_reserve(f->fd, f->size, octets) ? 0 : errno;

	/* Release what could be reserved, if possible. */
	if (failure == 0 || ftruncate(f->fd, (off_t)f->size) != 0)
		return failure == 0 || (errno = failure, false);
	errno = failure;
	return false;
}

bool mbox_file_append(struct mbox_file *f, struct mbox_spool *spool, const char *directory, struct error *err)
{
	if (!reserve(f, f->gap + spool->length))
		return mbox_file_fail(f, "cannot be written", err);
	if (!write_all(f->fd, "\n\n", f->gap) || !mbox_spool_copy(spool, f->fd, f->size + f->gap) ||
	    fsync(f->fd) != 0) {
		mbox_file_fail(f, "cannot be written", err);
		/* Cut the file back, so that no incomplete message precedes messages of other programs. */
		if (ftruncate(f->fd, (off_t)f->size) != 0 || fsync(f->fd) != 0) {
			error_hint(err, "its end may contain a partial message, which the next run removes");
			err->saved_errno = 0; /* this run must not try again */
		}
		return false;
	}
	return !f->made || directory_sync(directory, err);
}
