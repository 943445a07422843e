#include "config.h"

#include "fs/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/platform.h"
#include "fs/directory.h"

enum { NAME_SIZE = 64 };

/* The directory in which container engines provide secrets, usually with mode 0444. */
static const char secrets[] = "/run/secrets/";

bool trust_is_read_only(const char *path)
{
	struct statvfs fs;

	return statvfs(path, &fs) == 0 && (fs.f_flag & ST_RDONLY) != 0;
}

bool trust_is_provided(const char *path)
{
	char *real = realpath(path, NULL);
	bool found = real && strncmp(real, secrets, sizeof(secrets) - 1) == 0;

	free(real);
	return found;
}

static bool is_trusted_user(uid_t user)
{
	return user == 0 || user == geteuid() || platform_is_unmapped_user(user);
}

/* Returns whether the group has no member but the owner. Most systems give each user such a group. */
static bool is_private_group(gid_t group, uid_t owner)
{
	const struct passwd *user = getpwuid(owner);
	char name[NAME_SIZE] = "";
	const struct group *found;
	bool alone = true;

	if (user)
		snprintf(name, sizeof(name), "%s", user->pw_name);
	found = getgrgid(group);
	if (!found)
		return false;
	for (char **member = found->gr_mem; *member; member++)
		alone = alone && strcmp(*member, name) == 0;
	setpwent();
	while (alone && (user = getpwent()))
		alone = user->pw_gid != group || user->pw_uid == owner || user->pw_uid == 0;
	endpwent();
	return alone;
}

/* Returns the permissions by which untrusted users can write. */
static mode_t excess(const struct stat *st)
{
	mode_t mode = st->st_mode & (S_IWGRP | S_IWOTH);

	if ((mode & S_IWGRP) != 0 && (st->st_gid == 0 || is_private_group(st->st_gid, st->st_uid)))
		mode &= ~(mode_t)S_IWGRP;
	return mode;
}

/* Returns whether `path` is `directory` or below it. Both are absolute and without links. */
static bool is_below(const char *path, const char *directory)
{
	size_t length = strcmp(directory, "/") == 0 ? 0 : strlen(directory);

	return strncmp(path, directory, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* Returns whether the user's home directory is on the way from `path` up to `directory`, and not the latter itself. */
static bool is_above_home(const char *directory, const char *path)
{
	const struct passwd *user = getpwuid(geteuid());
	char *home = user ? realpath(user->pw_dir, NULL) : NULL;
	bool is = home && is_below(path, home) && is_below(home, directory) && strcmp(home, directory) != 0;

	free(home);
	return is;
}

static void hint_owner(const char *path, const struct stat *st, bool above, struct error *err)
{
	const struct passwd *user = getpwuid(st->st_uid);

	if (geteuid() != 0 && above)
		error_hint(err, "use a path below directories that belong to you or to root");
	else if (geteuid() != 0)
		error_hint(err, "as root, run: chown %lu %s", (unsigned long)geteuid(), path);
	else if (user)
		error_hint(err, "run mailhaul as that user: runuser -u %s -- mailhaul", user->pw_name);
	else
		error_hint(err, "run mailhaul as that user: setpriv --reuid=%lu --regid=%lu --clear-groups mailhaul",
		    (unsigned long)st->st_uid, (unsigned long)st->st_gid);
}

static bool refuse_owner(const char *path, const struct stat *st, bool above, struct error *err)
{
	const struct passwd *user = getpwuid(st->st_uid);
	char name[NAME_SIZE];

	if (user)
		snprintf(name, sizeof(name), "%s", user->pw_name);
	else
		snprintf(name, sizeof(name), "%lu", (unsigned long)st->st_uid);
	error_set(err, ERROR_STORAGE, "%s%s belongs to the user %s", above ? "the directory " : "", path, name);
	hint_owner(path, st, above, err);
	return false;
}

static bool refuse_writable(const char *path, const struct stat *st, mode_t mode, struct error *err)
{
	const char *change = mode == S_IWGRP ? "g-w" : mode == S_IWOTH ? "o-w" : "go-w";

	error_set(err, ERROR_STORAGE, "other users can write to %s%s", S_ISDIR(st->st_mode) ? "the directory " : "",
	    path);
	return error_hint(err, "%srun: chmod %s %s", st->st_uid == geteuid() || geteuid() == 0 ? "" : "as root, ",
	    change, path);
}

static bool check_directory(const char *path, struct error *err)
{
	struct stat st;
	mode_t mode;

	if (stat(path, &st) != 0) {
		error_errno(err, ERROR_STORAGE, errno, "the directory %s cannot be examined", path);
		return error_hint(err, "check its permissions");
	}
	if (!is_trusted_user(st.st_uid))
		return trust_is_read_only(path) || refuse_owner(path, &st, true, err);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) == 0 || (st.st_mode & S_ISVTX) != 0)
		return true;
	mode = excess(&st);
	return mode == 0 || trust_is_read_only(path) || refuse_writable(path, &st, mode, err);
}

/*
 * Checks all directories from `path` up, which is absolute and without links, or NULL. Whoever can write above the
 * user's home directory can change everything of the user, so such a directory is not refused here.
 */
static bool check_above(const char *path, struct error *err)
{
	char *top = path ? memory_copy_string(path) : NULL;
	bool ok = true, last = !top;

	while (ok && !last) {
		char *above = directory_of(top);

		ok = check_directory(top, err) || is_above_home(top, path);
		last = strcmp(above, top) == 0;
		memory_replace(&top, above);
	}
	free(top);
	return ok;
}

/* Returns the directory that contains `path`, or the nearest one that exists, absolute and without links; or NULL. */
static char *real_directory(const char *path)
{
	char *above = directory_of(path), *real = realpath(above, NULL);

	while (!real && errno == ENOENT && strcmp(above, "/") != 0 && strcmp(above, ".") != 0) {
		memory_replace(&above, directory_of(above));
		real = realpath(above, NULL);
	}
	free(above);
	return real;
}

/* Checks the directory of `path`, and if a link is there, also that of its target. */
static bool check_directories(const char *path, struct error *err)
{
	char *real = realpath(path, NULL), *above = real_directory(path), *target = real ? directory_of(real) : NULL;
	bool ok =
	    check_above(above, err) && ((above && target && strcmp(target, above) == 0) || check_above(target, err));

	free(real);
	free(above);
	free(target);
	return ok;
}

static bool check_itself(const char *path, const struct stat *st, struct error *err)
{
	bool foreign = !is_trusted_user(st->st_uid);
	mode_t mode = (st->st_mode & (S_IWGRP | S_IWOTH)) != 0 ? excess(st) : 0;

	if ((!foreign && mode == 0) || trust_is_read_only(path) || (mode == 0 && trust_is_provided(path)))
		return true;
	return foreign ? refuse_owner(path, st, false, err) : refuse_writable(path, st, mode, err);
}

bool trust_path(const char *path, const struct stat *st, struct error *err)
{
	return (!st || check_itself(path, st, err)) && check_directories(path, err);
}

bool trust_file(enum error_kind kind, const char *what, const char *path, const struct stat *st, struct error *err)
{
	struct error why;

	if (trust_path(path, st, &why))
		return true;
	error_set(err, kind, "%s %s cannot be trusted: %s", what, path, why.cause);
	return error_hint(err, "%s", why.hint);
}

bool trust_directory(const char *path, struct error *err)
{
	struct stat st;

	return geteuid() != 0 || trust_path(path, stat(path, &st) == 0 ? &st : NULL, err);
}

/* A group may write in the nearest directory, as in /var/mail and /var/log. */
bool trust_place(const char *path, struct error *err)
{
	char *above;
	struct stat st;
	bool ok;

	if (geteuid() != 0)
		return true;
	above = real_directory(path);
	if (above && stat(above, &st) == 0 && st.st_uid == 0 && (st.st_mode & S_IWOTH) == 0)
		memory_replace(&above, directory_of(above));
	ok = check_above(above, err);
	free(above);
	return ok;
}

/* Returns whether the directory of the file has one of the permissions. */
static bool is_in_shared(const char *path, mode_t mode)
{
	char *above = directory_of(path);
	struct stat st;
	bool shared = stat(above, &st) == 0 && (st.st_mode & mode) != 0;

	free(above);
	return shared;
}

static bool check_open(const char *path, const struct stat *st, struct error *err)
{
	char *real;
	bool ok;

	if (!S_ISREG(st->st_mode))
		return true;
	if (!is_trusted_user(st->st_uid) && (geteuid() == 0 || is_in_shared(path, S_IWOTH)))
		return refuse_owner(path, st, false, err);
	if (geteuid() != 0)
		return true;
	if (st->st_nlink > 1 && is_in_shared(path, S_IWGRP | S_IWOTH)) {
		error_set(err, ERROR_STORAGE, "the file %s has another name", path);
		return error_hint(err, "name a file in a directory that only root can write");
	}
	real = realpath(path, NULL);
	ok = trust_place(path, err) && (!real || trust_place(real, err));
	free(real);
	return ok;
}

static bool check_link(const char *path, struct error *err)
{
	struct stat st;

	if (lstat(path, &st) != 0 || !S_ISLNK(st.st_mode) || is_trusted_user(st.st_uid))
		return true;
	error_set(err, ERROR_STORAGE, "%s is a link of another user", path);
	return error_hint(err, "remove it, or name a path in a directory of your own");
}

/* Returns whether to follow the link that made open fail. Otherwise sets errno, to 0 if *err says why. */
static bool may_follow(const char *path, int failure, struct error *err)
{
	if (failure != ELOOP && failure != EMLINK && failure != ENOTDIR && failure != EACCES) {
		errno = failure;
		return false;
	}
	/* Some systems say EMLINK, and EACCES if the kernel itself refuses links of others in sticky directories. */
	if (!check_link(path, err)) {
		errno = 0;
		return false;
	}
	errno = failure;
	return failure != EACCES;
}

int trust_open(const char *path, int flags, mode_t mode, struct error *err)
{
	const int always = O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	struct stat st;
	int fd = -1;

	if ((flags & O_CREAT) != 0 && !trust_place(path, err)) {
		errno = 0;
		return -1;
	}
	fd = open(path, flags | always | O_NOFOLLOW, mode);
	if (fd < 0 && may_follow(path, errno, err))
		fd = open(path, flags | always, mode);
	if (fd < 0 || fstat(fd, &st) != 0 || check_open(path, &st, err))
		return fd;
	close(fd);
	errno = 0;
	return -1;
}

int trust_open_directory(const char *path, struct error *err)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int fd;

	if (!trust_directory(path, err)) {
		errno = 0;
		return -1;
	}
	fd = open(path, flags | O_NOFOLLOW);
	return fd < 0 && may_follow(path, errno, err) ? open(path, flags) : fd;
}
