#include "config.h"

#include "config/path.h"

#include <ctype.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"

static const char quotes_and_blanks[] = " \t\r\n\\\"'`";

const char *path_home(void)
{
	const char *home = getenv("HOME");
	const struct passwd *entry;

	if (home && *home == '/')
		return home;
	entry = getpwuid(getuid());
	return entry && entry->pw_dir && *entry->pw_dir == '/' ? entry->pw_dir : NULL;
}

static char *refuse_homeless(struct error *err)
{
	error_set(err, ERROR_CONFIG, "the home directory is unknown: HOME is not set, and the system does not know it");
	error_hint(err, "set HOME, or write the complete path");
	return NULL;
}

/* Resolves "~", "~/x", "~user" and "~user/x". */
static char *resolve_home(const char *path, struct error *err)
{
	size_t length = strcspn(path, "/");
	const char *home = path_home();
	const struct passwd *entry;
	char *user;

	if (length == 1)
		return home ? memory_format("%s%s", home, path + 1) : refuse_homeless(err);
	user = memory_format("%.*s", (int)(length - 1), path + 1);
	entry = getpwnam(user);
	if (!entry || !entry->pw_dir || *entry->pw_dir != '/') {
		error_set(err, ERROR_CONFIG, "~%s is not the home directory of a user", user);
		error_hint(err, "write ~/ for your own home directory, or the complete path");
		entry = NULL;
	}
	free(user);
	return entry ? memory_format("%s%s", entry->pw_dir, path + length) : NULL;
}

/* Returns whether a shell would replace a variable or a command that starts at this dollar sign. */
static bool is_variable(const char *dollar)
{
	return isalpha((unsigned char)dollar[1]) || (dollar[1] && strchr("_{(", dollar[1]));
}

/* Returns whether a part of a path, up to the next slash, is a tilde, perhaps in quotes. */
static bool is_tilde(const char *part)
{
	part += strspn(part, quotes_and_blanks);
	return *part == '~' && strchr("/", part[1 + strspn(part + 1, quotes_and_blanks)]);
}

/* Refuses what would become a directory with a name like "~" or "$HOME". */
static bool is_literal(const char *path, struct error *err)
{
	const char *last = *path ? path + strlen(path) - 1 : path;

	if (strchr(" \t\r\n", *path) || strchr(" \t\r\n", *last)) {
		error_set(err, ERROR_CONFIG, "there is a blank before or after the path");
		return error_hint(err, "remove the blank");
	}
	if (strchr("\"'`", *path)) {
		error_set(err, ERROR_CONFIG, "there are quotes inside the quotes");
		return error_hint(err, "write one pair of quotes around the whole value");
	}
	for (const char *c = path; *c; c++) {
		if (*c == '$' && is_variable(c)) {
			error_set(err, ERROR_CONFIG, "variables such as $HOME are not replaced here");
			return error_hint(err,
			    "write ~/ for your home directory, or \"${NAME}\" in double quotes for another variable");
		}
		if ((c == path || c[-1] == '/') && is_tilde(c) && !(c == path && *c == '~')) {
			error_set(err, ERROR_CONFIG, "~ is replaced only at the start of a path");
			return error_hint(err, "start the path with ~/, or write the complete path");
		}
	}
	return true;
}

static char *resolve(const char *path, const char *directory, struct error *err)
{
	if (*path && !is_literal(path, err))
		return NULL;
	if (*path == '~')
		return resolve_home(path, err);
	if (path[0] == '/' || strcmp(directory, ".") == 0)
		return memory_copy_string(path);
	return memory_format("%s/%s", directory, path);
}

char *path_resolve(const char *option, const char *path, const char *directory, struct error *err)
{
	struct error why;
	char *resolved = resolve(path, directory, &why);

	if (!resolved) {
		error_set(err, ERROR_CONFIG, "%s: %s", option, why.cause);
		error_hint(err, "%s", why.hint);
	}
	return resolved;
}

char *path_xdg(const char *variable, const char *otherwise, struct error *err)
{
	const char *base = getenv(variable);
	const char *home = path_home();

	if (base && *base == '/')
		return memory_format("%s/mailhaul", base);
	return home ? memory_format("%s/%s/mailhaul", home, otherwise) : refuse_homeless(err);
}
