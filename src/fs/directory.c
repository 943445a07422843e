#include "config.h"

#include "fs/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/platform.h"

char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *made;

	if (!slash)
		return memory_copy_string(".");
	if (slash == path)
		return memory_copy_string("/");
	made = memory_copy_string(path);
	made[slash - path] = '\0';
	return made;
}

char *directory_mount(const char *path)
{
	char *top = memory_copy_string(path), *above;
	struct stat st, upper;
	bool there = stat(top, &st) == 0, exists;

	for (;;) {
		above = directory_of(top);
		exists = stat(above, &upper) == 0;
		if (strcmp(above, top) == 0 || (there && (!exists || upper.st_dev != st.st_dev)))
			break;
		if (exists)
			st = upper;
		there = exists;
		memory_replace(&top, above);
	}
	free(above);
	return top;
}

bool directory_sync_open(int fd)
{
	/* Some filesystems cannot sync a directory and report one of these errors; nothing more can be done there. */
	return fsync(fd) == 0 || errno == EINVAL || errno == EOPNOTSUPP || errno == ENOTSUP || errno == ENOSYS;
}

bool directory_sync(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && directory_sync_open(fd);

	if (!ok) {
		error_errno(err, ERROR_STORAGE, errno, "the directory %s cannot be synced", path);
		error_hint(err, "check its permissions and its disk");
	}
	if (fd >= 0)
		close(fd);
	return ok;
}

bool directory_sync_above(const char *path, struct error *err)
{
	char *above = directory_of(path);
	bool last = strcmp(above, "/") == 0 || strcmp(above, ".") == 0;
	/* mailhaul cannot have made anything in a directory that it cannot write. */
	bool ok = access(above, R_OK | W_OK) != 0 || directory_sync(above, err);

	ok = ok && (last || directory_sync_above(above, err));
	free(above);
	return ok;
}

static bool refuse_file(const char *path, struct error *err)
{
	error_set(err, ERROR_STORAGE, "the directory %s cannot be created: a file has this name", path);
	return error_hint(err, "name another path, or move that file away");
}

bool directory_probe(const char *path, struct error *err)
{
	struct stat st;
	char *above;
	bool ok;

	if (stat(path, &st) == 0) {
		if (!S_ISDIR(st.st_mode))
			return refuse_file(path, err);
		if (platform_probe_directory(path))
			return true;
		error_errno(err, ERROR_STORAGE, errno, "the directory %s cannot be written", path);
		if (err->temporary)
			return error_hint(err, "free space on its disk");
		return error_hint(err, "check its permissions, or name another path");
	}
	above = directory_of(path);
	if (strcmp(above, path) == 0) {
		error_errno(err, ERROR_STORAGE, errno, "the directory %s cannot be found", path);
		ok = error_hint(err, "name another path");
	} else {
		ok = directory_probe(above, err);
	}
	free(above);
	return ok;
}

const char *directory_for_spools(void)
{
	const char *directory = getenv("TMPDIR");

	return directory && *directory ? directory : "/var/tmp";
}

bool directory_make(const char *path, struct error *err)
{
	struct stat st;
	char *above;
	bool ok;

	if (stat(path, &st) == 0)
		return S_ISDIR(st.st_mode) || refuse_file(path, err);
	above = directory_of(path);
	ok = directory_make(above, err);
	if (ok && mkdir(path, 0700) != 0 && errno != EEXIST) {
		error_errno(err, ERROR_STORAGE, errno, "the directory %s cannot be created", path);
		ok = error_hint(err, "create it, or name a path that you may write to");
	}
	ok = ok && directory_sync(above, err);
	free(above);
	return ok;
}
