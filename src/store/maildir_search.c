#include "config.h"

#include "store/maildir_search.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"
#include "store/destination.h"
#include "store/maildir_name.h"

struct search {
	int root;
	const char *account;
	int64_t since;
	const struct destination_finder *finder;
	struct buf paths; /* "new/NAME", each ended by NUL */
	struct buf moved; /* the same, read later */
	char **places;	  /* those of `moved`, by the part of the name that stays */
	size_t place_count;
};

enum { OPEN_FLAGS = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK };

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
	if (maildir_name_is_unfinished(name, s->account))
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

/* By what stays of a name whatever a reader does: all before the sizes and the flags. */
static int by_stem(const void *a, const void *b)
{
	const char *first = strchr(*(char *const *)a, '/') + 1, *second = strchr(*(char *const *)b, '/') + 1;
	size_t first_length = strcspn(first, ",:"), second_length = strcspn(second, ",:");
	int order = memcmp(first, second, first_length < second_length ? first_length : second_length);

	return order != 0 ? order : (first_length > second_length) - (first_length < second_length);
}

/* Reads the names anew: a reader has moved a message to cur/, or given it flags, since they were read. */
static bool look_again(struct search *s, struct error *err)
{
	struct buf before = s->paths;
	size_t count = 0;
	bool ok;

	s->paths = (struct buf){0};
	ok = each_name(s, "new", gather, s, err) && each_name(s, "cur", gather, s, err);
	buf_free(&s->moved);
	s->moved = s->paths;
	s->paths = before;
	for (size_t at = 0; at < s->moved.length; at += strlen(s->moved.data + at) + 1)
		count++;
	s->places = memory_resize(s->places, count, sizeof(*s->places));
	s->place_count = 0;
	for (size_t at = 0; at < s->moved.length; at += strlen(s->moved.data + at) + 1)
		s->places[s->place_count++] = s->moved.data + at;
	if (count > 0)
		qsort(s->places, count, sizeof(*s->places), by_stem);
	return ok;
}

static int open_moved(const struct search *s, const char *path)
{
	char *const *place =
	    s->place_count > 0 ? bsearch(&path, s->places, s->place_count, sizeof(*s->places), by_stem) : NULL;

	errno = ENOENT;
	return place ? openat(s->root, *place, OPEN_FLAGS) : -1;
}

/* Opens a message wherever it is by now. *fd is -1 for one that its reader has deleted. */
static bool open_message(struct search *s, const char *path, int *fd, struct error *err)
{
	struct stat st;

	*fd = openat(s->root, path, OPEN_FLAGS);
	if (*fd < 0 && errno == ENOENT)
		*fd = open_moved(s, path);
	if (*fd < 0 && errno == ENOENT) {
		if (!look_again(s, err))
			return false;
		*fd = open_moved(s, path);
	}
	/* Names of ours that are links, or no files at all, somebody else has made. */
	if (*fd >= 0 && (fstat(*fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		close(*fd);
		*fd = -1;
		return true;
	}
	return *fd >= 0 || errno == ENOENT || errno == ELOOP || errno == ENXIO || fail(path, "read", err);
}

static bool tell(struct search *s, const char *path, struct error *err)
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
	buf_free(&s.moved);
	free(s.places);
	return ok;
}
