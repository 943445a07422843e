#include "config.h"

#include "store/maildir_search.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/destination.h"
#include "store/maildir_name.h"

struct search {
	int root;
	const char *account;
	int64_t since;
	const struct destination_finder *finder;
	struct buf paths; /* "new/NAME", each ended by NUL */
};

static bool fail(const char *what, const char *step, struct error *err)
{
	error_errno(err, ERROR_STORAGE, errno, "%s in the Maildir cannot be %s", what, step);
	return error_mend(err, "check its permissions and its disk; nothing is deleted from the server meanwhile");
}

/* Gives the names of a folder to take, until that returns false. */
static bool each_name(const struct search *s, const char *folder,
    bool (*take)(void *context, int fd, const char *folder, const char *name), void *context, struct error *err)
{
	int fd = openat(s->root, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	bool ok = true;

	if (!stream) {
		fail(folder, "read", err);
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((errno = 0, entry = readdir(stream))) {
		if (!take(context, fd, folder, entry->d_name))
			break;
	}
	if (!entry && errno != 0)
		ok = fail(folder, "read", err);
	closedir(stream);
	return ok;
}

static bool remove_own(void *context, int fd, const char *folder, const char *name)
{
	const struct search *s = context;

	(void)folder;
	if (maildir_name_is_own(name, s->account, NULL))
		unlinkat(fd, name, 0);
	return true;
}

static bool gather(void *context, int fd, const char *folder, const char *name)
{
	struct search *s = context;
	char identity[MAILDIR_IDENTITY_DIGITS + 1];

	(void)fd;
	if (maildir_name_is_own(name, s->account, identity) && strtoll(name, NULL, 10) >= s->since &&
	    s->finder->wants(s->finder->context, identity)) {
		buf_append_format(&s->paths, "%s/%s", folder, name);
		buf_append(&s->paths, "", 1);
	}
	return true;
}

/* What stays of a name whatever a reader does: all before the sizes and the flags. */
struct moved {
	const char *name;
	size_t length;
	struct buf path;
};

static bool is_moved(void *context, int fd, const char *folder, const char *name)
{
	struct moved *m = context;

	(void)fd;
	if (strncmp(name, m->name, m->length) != 0 || !memchr(",:", name[m->length], 3))
		return true;
	buf_append_format(&m->path, "%s/%s", folder, name);
	return false;
}

/* Opens a message; a reader may have moved it to cur/, or given it flags, since its name was read. */
static bool open_message(const struct search *s, const char *path, int *fd, struct error *err)
{
	const char *name = strchr(path, '/') + 1;
	struct moved m = {.name = name, .length = strcspn(name, ",:")};
	bool ok = true;

	*fd = openat(s->root, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	for (int tries = 0; ok && *fd < 0 && errno == ENOENT && tries < 10; tries++) {
		buf_clear(&m.path);
		ok = each_name(s, "new", is_moved, &m, err) &&
		    (m.path.length > 0 || each_name(s, "cur", is_moved, &m, err));
		errno = ENOENT;
		if (!ok || m.path.length == 0)
			break; /* its reader has deleted it */
		*fd = openat(s->root, buf_string(&m.path), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	}
	if (ok && *fd < 0 && errno != ENOENT)
		ok = fail(path, "read", err);
	buf_free(&m.path);
	return ok;
}

static bool tell(const struct search *s, const char *path, struct error *err)
{
	const char *name = strchr(path, '/') + 1;
	char identity[MAILDIR_IDENTITY_DIGITS + 1], piece[65536];
	struct maildir_size size = {0};
	ssize_t n = 0;
	bool ok;
	int fd;

	if (!open_message(s, path, &fd, err))
		return false;
	if (fd < 0)
		return true;
	while ((n = read(fd, piece, sizeof(piece))) > 0) {
		maildir_size_add(&size, piece, (size_t)n);
		s->finder->octets(s->finder->context, piece, (size_t)n);
	}
	ok = (n == 0 && fsync(fd) == 0) || fail(path, "read", err);
	close(fd);
	return ok && maildir_name_is_own(name, s->account, identity) &&
	    s->finder->found(s->finder->context, identity, size.crlf_octets, strtoll(name, NULL, 10), err);
}

static bool sync_folder(const struct search *s, const char *folder, struct error *err)
{
	int fd = openat(s->root, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = (fd >= 0 && fsync(fd) == 0) || fail(folder, "synced", err);

	if (fd >= 0)
		close(fd);
	return ok;
}

bool maildir_search(int root, const char *account, int64_t since, const struct destination_finder *finder,
    struct error *err)
{
	struct search s = {.root = root, .account = account, .since = since, .finder = finder};
	/* new/ before cur/: a message that a reader moves meanwhile is seen at least once. */
	bool ok = each_name(&s, "tmp", remove_own, &s, err) && each_name(&s, "new", gather, &s, err) &&
	    each_name(&s, "cur", gather, &s, err);

	for (size_t at = 0; ok && at < s.paths.length; at += strlen(s.paths.data + at) + 1)
		ok = tell(&s, s.paths.data + at, err);
	/* The kill may have come before any sync, and a name may be in cur/ by now. */
	if (ok && s.paths.length > 0)
		ok = sync_folder(&s, "new", err) && sync_folder(&s, "cur", err);
	buf_free(&s.paths);
	return ok;
}
