#include "config.h"

#include "config/path.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

const char *path_home(void)
{
	const char *home = getenv("HOME");
	const struct passwd *entry;

	if (home && *home == '/')
		return home;
	entry = getpwuid(getuid());
	return entry ? entry->pw_dir : NULL;
}

char *path_resolve(const char *path, const char *directory)
{
	const char *home = path_home();

	if (path[0] == '~' && (path[1] == '/' || path[1] == '\0') && home)
		return memory_format("%s%s", home, path + 1);
	if (path[0] == '/' || strcmp(directory, ".") == 0)
		return memory_copy_string(path);
	return memory_format("%s/%s", directory, path);
}

char *path_xdg(const char *variable, const char *otherwise)
{
	const char *base = getenv(variable);
	const char *home = path_home();

	if (base && *base == '/')
		return memory_format("%s/mailhaul", base);
	return memory_format("%s/%s/mailhaul", home ? home : "", otherwise);
}
