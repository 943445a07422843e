#include "config.h"

#include "state/guard.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/memory.h"
#include "fs/trust.h"

bool state_guard_directory(const char *directory, struct error *err)
{
	struct stat st;

	return stat(directory, &st) != 0 || trust_file(ERROR_STORAGE, "the state directory", directory, &st, err);
}

static bool check_file(const char *path, const char *what, struct error *err)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return true;
	if (S_ISREG(st.st_mode))
		return trust_file(ERROR_STORAGE, what, path, &st, err);
	error_set(err, ERROR_STORAGE, "%s %s is not a regular file", what, path);
	return error_hint(err, "move it away; for a state elsewhere, set state_dir");
}

bool state_guard_file(const char *path, const char *what, struct error *err)
{
	static const char *const endings[] = {"", "-journal", "-wal", "-shm"};
	bool ok = true;

	for (size_t i = 0; ok && i < sizeof(endings) / sizeof(endings[0]); i++) {
		char *name = memory_format("%s%s", path, endings[i]);

		ok = check_file(name, what, err);
		free(name);
	}
	return ok;
}
