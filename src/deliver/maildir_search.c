#include "config.h"

#include "deliver/maildir_search.h"

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
#include "base/platform.h"
#include "deliver/destination.h"
#include "deliver/maildir_content.h"
#include "deliver/maildir_name.h"
#include "fs/directory.h"

struct search {
	int root;
	const struct destination_settings *settings;
	const char *account;
	int64_t since;
	const struct destination_finder *finder;
	struct buf paths; /* "new/NAME", or a path in another directory, each ended by NUL */
	struct buf moved; /* paths of a later pass */
	char **places;	  /* the paths in `moved`, sorted by the part of the name that is constant */
	size_t place_count;
	struct directory {
		char *path; /* relative to the root */
		bool used;  /* it contains wanted messages */
		bool own;   /* it belongs to the account's own Maildir */
	} * directories;
	size_t directory_count;
	struct seen {
		dev_t device;
		ino_t inode;
	} * seen; /* Maildirs whose directories are in the list */
	size_t seen_count;
	struct maildir_size size; /* of the message that is being read */
};

enum {
	OPEN_FLAGS = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
	CLOCK_SLACK = 60, /* seconds by which the filesystem's clock may lag */
};

static bool fail(const char *what, const char *step, struct error *err)
{
	error_errno(err, ERROR_STORAGE, errno, "%s in the Maildir cannot be %s", what, step);
	return error_hint(err, "check its permissions and its disk; nothing is deleted from the server until then");
}

typedef bool (*name_taker)(struct search *s, int fd, struct directory *directory, const char *name);

/*
 * Passes the names in a directory to take until that returns false. A directory of another Maildir may be missing or
 * unreadable.
 */
static bool each_name(struct search *s, struct directory *directory, name_taker take, struct error *err)
{
	int fd = openat(s->root, directory->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	bool ok = true;

	if (!stream) {
		fail(directory->path, "read", err);
		if (fd >= 0)
			close(fd);
		return !directory->own;
	}
	while ((errno = 0, entry = readdir(stream))) {
		if (!take(s, fd, directory, entry->d_name))
			break;
	}
	if (!entry && errno != 0)
		ok = !directory->own || fail(directory->path, "read", err);
	closedir(stream);
	return ok;
}

static bool remove_own(struct search *s, int fd, struct directory *directory, const char *name)
{
	(void)directory;
	if (maildir_name_is_unfinished(name, s->account))
		unlinkat(fd, name, 0);
	return true;
}

static bool gather(struct search *s, int fd, struct directory *directory, const char *name)
{
	char identity[MAILDIR_IDENTITY_DIGITS + 1];

	(void)fd;
	if (maildir_name_is_own(name, s->account, identity) && strtoll(name, NULL, 10) >= s->since &&
	    s->finder->wants(s->finder->context, identity)) {
		buf_append_format(&s->paths, "%s/%s", directory->path, name);
		buf_append(&s->paths, "", 1);
		directory->used = true;
	}
	return true;
}

/* Compares the part of a name that no reader changes: everything before the sizes and the flags. */
static int by_stem(const void *a, const void *b)
{
	const char *first = strrchr(*(char *const *)a, '/') + 1, *second = strrchr(*(char *const *)b, '/') + 1;
	size_t first_length = strcspn(first, ",:"), second_length = strcspn(second, ",:");
	int order = memcmp(first, second, first_length < second_length ? first_length : second_length);

	return order != 0 ? order : (first_length > second_length) - (first_length < second_length);
}

bool maildir_is_others(int maildir, const struct destination_settings *settings)
{
	/* The key begins with the account's name and a dot. The rest identifies the state. */
	size_t same = strlen(settings->account) + 1;
	int fd = openat(maildir, "new", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is = fd >= 0 && settings->label && platform_has_other_label(fd, settings->label, same);

	if (fd >= 0)
		close(fd);
	return is;
}

static bool is_others_at(const struct search *s, const char *path)
{
	int fd = openat(s->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is = fd >= 0 && maildir_is_others(fd, s->settings);

	if (fd >= 0)
		close(fd);
	return is;
}

/* Adds new/ before cur/, so that a message that a reader moves meanwhile is seen at least once. */
static void add_maildir(struct search *s, const char *path)
{
	static const char *const parts[] = {"new", "cur"};
	struct stat st;

	if (fstatat(s->root, path, &st, 0) != 0)
		return;
	for (size_t i = 0; i < s->seen_count; i++) {
		if (s->seen[i].device == st.st_dev && s->seen[i].inode == st.st_ino)
			return;
	}
	if (s->seen_count > 0 && is_others_at(s, path))
		return;
	s->seen = memory_resize(s->seen, s->seen_count + 1, sizeof(*s->seen));
	s->seen[s->seen_count++] = (struct seen){st.st_dev, st.st_ino};
	s->directories = memory_resize(s->directories, s->directory_count + 2, sizeof(*s->directories));
	for (size_t i = 0; i < 2; i++)
		s->directories[s->directory_count++] = (struct directory){
		    .path = s->seen_count == 1 ? memory_copy_string(parts[i]) : memory_format("%s/%s", path, parts[i]),
		    .own = s->seen_count == 1,
		};
}

/* Adds the Maildirs in a directory, where a reader files messages. */
static void add_below(struct search *s, const char *path)
{
	int fd = openat(s->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	while (stream && (entry = readdir(stream))) {
		char *below = memory_format("%s/%s", path, entry->d_name), *cur = memory_format("%s/cur", below);
		bool points = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;

		if (!points && faccessat(s->root, cur, X_OK, 0) == 0)
			add_maildir(s, below);
		free(below);
		free(cur);
	}
	if (stream)
		closedir(stream);
	else if (fd >= 0)
		close(fd);
}

/* Adds the same directories as maildir_read: the Maildir, those in it, and those beside it. */
static void add_directories(struct search *s)
{
	add_maildir(s, ".");
	add_below(s, ".");
	if (s->settings->alone)
		return;
	add_maildir(s, "..");
	add_below(s, "..");
}

static bool gather_all(struct search *s, struct error *err)
{
	bool ok = true;

	for (size_t i = 0; i < s->directory_count && ok; i++)
		ok = each_name(s, &s->directories[i], gather, err);
	return ok;
}

/* Reads the names again after a reader moved a message to cur/ or changed its flags. */
static bool read_moved_names(struct search *s, struct error *err)
{
	struct buf before = s->paths;
	size_t count = 0;
	bool ok;

	s->paths = (struct buf){0};
	ok = gather_all(s, err);
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

/* Opens a message wherever it is now. *fd is -1 if its reader has deleted it. */
static bool open_message(struct search *s, const char *path, int *fd, struct error *err)
{
	struct stat st;

	*fd = openat(s->root, path, OPEN_FLAGS);
	if (*fd < 0 && errno == ENOENT)
		*fd = open_moved(s, path);
	if (*fd < 0 && errno == ENOENT) {
		if (!read_moved_names(s, err))
			return false;
		*fd = open_moved(s, path);
	}
	/* A name of ours that is a link, or not a regular file, was made by another program. */
	if (*fd >= 0 && (fstat(*fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		close(*fd);
		*fd = -1;
		return true;
	}
	return *fd >= 0 || errno == ENOENT || errno == ELOOP || errno == ENXIO || fail(path, "read", err);
}

static void take_octets(void *context, const char *bytes, size_t length)
{
	struct search *s = context;

	maildir_size_add(&s->size, bytes, length);
	s->finder->octets(s->finder->context, bytes, length);
}

/* Passes a message to the finder. Returns false with errno set. */
static bool pass_octets(struct search *s, int fd, const char *name)
{
	s->size = (struct maildir_size){0};
	return maildir_content_pass(fd, name, take_octets, s);
}

static bool pass(struct search *s, const char *path, struct error *err)
{
	const char *name = strrchr(path, '/') + 1;
	char identity[MAILDIR_IDENTITY_DIGITS + 1];
	enum maildir_content content;
	bool ok;
	int fd;

	if (!open_message(s, path, &fd, err))
		return false;
	if (fd < 0)
		return true;
	content = maildir_content(fd, name);
	if (content == MAILDIR_TORN || !maildir_content_is_sound(fd, name)) {
		close(fd);
		return true;
	}
	ok = (pass_octets(s, fd, name) && fsync(fd) == 0) || fail(path, "read", err);
	close(fd);
	return ok && maildir_name_is_own(name, s->account, identity) &&
	    s->finder->found(s->finder->context, identity, s->size.crlf_octets,
		content == MAILDIR_ORIGINAL ? 0 : maildir_name_size(name, 'W'), strtoll(name, NULL, 10), err);
}

/*
 * Gathers the files that another program has named since the search's time. A reader that renames a file, or writes a
 * new one when it moves a message, sets the time of the last change of its status.
 */
static bool gather_renamed(struct search *s, int fd, struct directory *directory, const char *name)
{
	struct stat st;

	if (name[0] == '.' || maildir_name_is_any(name) || fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISREG(st.st_mode) || st.st_ctime < s->since - CLOCK_SLACK)
		return true;
	buf_append_format(&s->paths, "%s/%s", directory->path, name);
	buf_append(&s->paths, "", 1);
	directory->used = true;
	return true;
}

static bool note_seen(struct search *s, int fd, struct directory *directory, const char *name)
{
	char identity[MAILDIR_IDENTITY_DIGITS + 1];

	(void)fd;
	(void)directory;
	if (maildir_name_is_own(name, s->account, identity))
		s->finder->seen(s->finder->context, identity);
	return true;
}

/* Passes a file that another program has named. It may be gone by now, or unreadable for this user. */
static bool pass_renamed(struct search *s, const char *path, struct error *err)
{
	const char *name = strrchr(path, '/') + 1;
	int fd = openat(s->root, path, OPEN_FLAGS);
	bool wanted = false, ok;

	if (fd < 0 || maildir_content(fd, name) == MAILDIR_TORN || !maildir_content_is_sound(fd, name)) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	ok = pass_octets(s, fd, name) || fail(path, "read", err);
	ok = ok && s->finder->renamed(s->finder->context, s->size.crlf_octets, &wanted, err);
	ok = ok && (!wanted || fsync(fd) == 0 || fail(path, "synced", err));
	close(fd);
	return ok;
}

/* Searches for messages that a reader has renamed. A first run has delivered none. */
static bool pass_all_renamed(struct search *s, struct error *err)
{
	size_t start = s->paths.length;
	bool ok = true;

	if (s->since <= 0 || !s->finder->renamed)
		return true;
	for (size_t i = 0; ok && i < s->directory_count; i++)
		ok = each_name(s, &s->directories[i], gather_renamed, err);
	if (!ok || s->paths.length == start)
		return ok;
	ok = s->finder->expect_renamed(s->finder->context, err);
	for (size_t i = 0; ok && i < s->directory_count; i++)
		ok = each_name(s, &s->directories[i], note_seen, err);
	for (size_t at = start; ok && at < s->paths.length; at += strlen(s->paths.data + at) + 1)
		ok = pass_renamed(s, s->paths.data + at, err);
	return ok;
}

static bool sync_directory(const struct search *s, const char *directory, struct error *err)
{
	int fd = openat(s->root, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = (fd >= 0 && directory_sync_open(fd)) || fail(directory, "synced", err);

	if (fd >= 0)
		close(fd);
	return ok;
}

static void free_all(struct search *s)
{
	for (size_t i = 0; i < s->directory_count; i++)
		free(s->directories[i].path);
	free(s->directories);
	free(s->seen);
	buf_free(&s->paths);
	buf_free(&s->moved);
	free(s->places);
}

bool maildir_search(int root, const struct destination_settings *settings, int64_t since,
    const struct destination_finder *finder, struct error *err)
{
	struct search s = {.root = root,
	    .settings = settings,
	    .account = settings->account,
	    .since = since,
	    .finder = finder};
	struct directory tmp = {.path = (char[]){"tmp"}, .own = true};
	bool ok = each_name(&s, &tmp, remove_own, err);

	add_directories(&s);
	ok = ok && gather_all(&s, err);
	for (size_t at = 0; ok && at < s.paths.length; at += strlen(s.paths.data + at) + 1)
		ok = pass(&s, s.paths.data + at, err);
	ok = ok && pass_all_renamed(&s, err);
	/* The earlier run may have been killed before any sync, and its names may be in cur/ by now. */
	for (size_t i = 0; ok && i < s.directory_count && s.paths.length > 0; i++)
		ok =
		    (!s.directories[i].own && !s.directories[i].used) || sync_directory(&s, s.directories[i].path, err);
	free_all(&s);
	return ok;
}
