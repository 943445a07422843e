#include "config.h"

#include "deliver/maildir_read.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/platform.h"
#include "deliver/archive.h"
#include "deliver/destination.h"
#include "deliver/maildir_content.h"
#include "deliver/maildir_name.h"
#include "deliver/maildir_search.h"
#include "fs/directory.h"

struct walk {
	struct archive_reader *reader;
	const struct destination_settings *settings;
	const char *account;
	bool elsewhere;	 /* outside the account's own Maildir */
	bool one_by_one; /* files are synced individually */
	struct place {
		dev_t device;
		ino_t inode;
	} * seen; /* directories already read */
	size_t seen_count;
	struct maildir_size size; /* of the message that is being read */
};

enum {
	DIRECTORY_FLAGS = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
	FILE_FLAGS = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
};

static bool fail(const char *path, const char *what, struct error *err)
{
	error_errno(err, ERROR_STORAGE, errno, "%s cannot be %s", path, what);
	return error_hint(err, "check its permissions and its disk");
}

static void take_octets(void *context, const char *bytes, size_t length)
{
	struct walk *w = context;

	maildir_size_add(&w->size, bytes, length);
	w->reader->octets(w->reader->context, bytes, length);
}

/* Reads an open file to its end. Returns false only if it cannot be synced. */
static bool read_file(struct walk *w, int fd, const char *name, struct archive_message *m, struct error *err)
{
	struct archive_reader *r = w->reader;

	w->size = (struct maildir_size){0};
	if (!maildir_content_pass(fd, name, take_octets, w))
		m->failure = errno;
	m->torn |= m->failure == EBADMSG;
	m->octets = w->size.octets;
	m->crlf_octets = w->size.crlf_octets;
	r->message(r->context, m);
	return !r->sync || !w->one_by_one || m->failure || fsync(fd) == 0 || fail(m->path, "synced", err);
}

/* Reads a file. If the file has vanished meanwhile, its reader has moved or deleted it. */
static bool take_file(struct walk *w, int directory, const char *name, struct archive_message *m, struct error *err)
{
	int fd = openat(directory, name, FILE_FLAGS);
	enum maildir_content content;
	struct stat st = {0};
	bool ok = true;

	if (fd < 0 && errno == ENOENT) {
		w->reader->changed = true;
		return true;
	}
	if (fd < 0 && errno != ELOOP && errno != ENXIO && m->identity[0]) {
		m->failure = errno;
		w->reader->message(w->reader->context, m);
	}
	if (fd < 0)
		return true;
	/* Anything but a regular file was made by another program. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		m->octets = maildir_content_size(fd, name);
		m->device = (uint64_t)st.st_dev;
		m->inode = (uint64_t)st.st_ino;
		m->links = (uint64_t)st.st_nlink;
		content = maildir_content(fd, name);
		m->torn = m->identity[0] && content == MAILDIR_TORN;
		m->compressed = content == MAILDIR_COMPRESSED;
		m->original = m->compressed ? maildir_name_size(name, 'S') : 0;
		m->original_crlf = m->compressed ? maildir_name_size(name, 'W') : 0;
		if (!w->reader->wants || w->reader->wants(w->reader->context, m))
			ok = read_file(w, fd, name, m, err);
	}
	close(fd);
	return ok;
}

static bool take_name(struct walk *w, int directory, const char *directory_path, const char *name, struct error *err)
{
	char identity[MAILDIR_IDENTITY_DIGITS + 1] = "";
	bool own = maildir_name_is_own(name, w->account, identity), ok;
	struct archive_message m = {.identity = identity, .elsewhere = w->elsewhere};
	char *path;

	/* A copy of the same message that belongs to another account is not this account's. */
	if (name[0] == '.' || (!own && (w->reader->own || maildir_name_is_any(name))))
		return true;
	m.when = own ? strtoll(name, NULL, 10) : 0;
	m.path = path = memory_format("%s/%s", directory_path, name);
	ok = take_file(w, directory, name, &m, err);
	free(path);
	return ok;
}

/*
 * Syncs a directory, and the files in it that were not synced individually, as syncing many files individually would
 * take minutes.
 */
static bool sync_directory(const struct walk *w, int fd, const char *path, struct error *err)
{
	if (!w->reader->sync)
		return true;
	return (w->one_by_one ? directory_sync_open(fd) : platform_sync_all(fd)) || fail(path, "synced", err);
}

/* A run creates cur/ where only new/ exists. A link to a missing directory may lead to a disk that is not mounted. */
static bool lacks_cur(int maildir, const char *sub)
{
	struct stat st;

	return strcmp(sub, "cur") == 0 && fstatat(maildir, sub, &st, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT;
}

/* Reads new/ or cur/ of a Maildir. */
static bool read_messages(struct walk *w, int maildir, const char *maildir_path, const char *sub, struct error *err)
{
	int fd = openat(maildir, sub, DIRECTORY_FLAGS);
	DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
	char *path = memory_format("%s/%s", maildir_path, sub);
	const struct dirent *entry;
	bool ok = stream || w->elsewhere || lacks_cur(maildir, sub) || fail(path, "read", err);

	w->one_by_one = w->reader->sync && stream && !platform_can_sync_all(fd);
	while (stream && ok && (errno = 0, entry = readdir(stream)))
		ok = take_name(w, fd, path, entry->d_name, err);
	if (stream && ok && errno != 0)
		ok = fail(path, "read", err);
	if (stream && ok)
		ok = sync_directory(w, fd, path, err);
	if (stream)
		closedir(stream);
	else if (fd >= 0)
		close(fd);
	free(path);
	return ok;
}

/* Reads new/ before cur/, so that a message that a reader moves meanwhile is seen at least once. */
static bool read_maildir(struct walk *w, int fd, const char *path, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail(path, "read", err);
	for (size_t i = 0; i < w->seen_count; i++) {
		if (w->seen[i].device == st.st_dev && w->seen[i].inode == st.st_ino)
			return true;
	}
	/* Most directories beside the Maildir are not Maildirs and need not be remembered. */
	if (w->elsewhere && (faccessat(fd, "cur", X_OK, 0) != 0 || maildir_is_others(fd, w->settings)))
		return true;
	w->seen = memory_resize(w->seen, w->seen_count + 1, sizeof(*w->seen));
	w->seen[w->seen_count++] = (struct place){st.st_dev, st.st_ino};
	return read_messages(w, fd, path, "new", err) && read_messages(w, fd, path, "cur", err);
}

static bool is_part(const char *name)
{
	return strcmp(name, "new") == 0 || strcmp(name, "cur") == 0 || strcmp(name, "tmp") == 0 ||
	    strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Reads the Maildirs in a directory. */
static bool read_below(struct walk *w, const char *path, struct error *err)
{
	DIR *stream = opendir(path);
	const struct dirent *entry;
	bool ok = true;

	while (stream && ok && (entry = readdir(stream))) {
		int fd =
		    is_part(entry->d_name) ? -1 : openat(dirfd(stream), entry->d_name, DIRECTORY_FLAGS | O_NONBLOCK);
		char *below = memory_format("%s/%s", path, entry->d_name);

		if (fd >= 0) {
			ok = read_maildir(w, fd, below, err);
			close(fd);
		}
		free(below);
	}
	if (stream)
		closedir(stream);
	return ok;
}

static bool read_at(struct walk *w, const char *path, struct error *err)
{
	int fd = open(path, DIRECTORY_FLAGS);
	bool ok = fd >= 0 ? read_maildir(w, fd, path, err) : w->elsewhere || fail(path, "read", err);

	if (fd >= 0)
		close(fd);
	return ok;
}

bool maildir_read(const struct destination_settings *settings, struct archive_reader *reader, struct error *err)
{
	struct walk *w = memory_zeroed(1, sizeof(*w));
	char *path = memory_copy_string(settings->path), *above;
	bool ok;

	for (size_t end = strlen(path); end > 1 && path[end - 1] == '/'; end--)
		path[end - 1] = '\0';
	above = directory_of(path);
	w->reader = reader;
	w->settings = settings;
	w->account = settings->account;
	ok = read_at(w, path, err);
	w->elsewhere = true;
	ok = ok && read_below(w, path, err) && read_at(w, above, err) && read_below(w, above, err);
	free(path);
	free(above);
	free(w->seen);
	free(w);
	return ok;
}
