#include "config.h"

#include "io/environment.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

extern char **environ;

static bool is_replaced(const char *entry, const struct environment_variable *variables, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(variables[i].name);

		if (strncmp(entry, variables[i].name, length) == 0 && entry[length] == '=')
			return true;
	}
	return false;
}

char **environment_make(const struct environment_variable *variables, size_t count)
{
	char **made;
	size_t before = 0, used = 0;

	while (environ && environ[before])
		before++;
	made = memory_zeroed(before + count + 1, sizeof(*made));
	for (size_t i = 0; i < before; i++) {
		if (!is_replaced(environ[i], variables, count))
			made[used++] = memory_copy_string(environ[i]);
	}
	for (size_t i = 0; i < count; i++) {
		if (variables[i].value)
			made[used++] = memory_format("%s=%s", variables[i].name, variables[i].value);
	}
	return made;
}

void environment_free(char ***environment)
{
	for (char **entry = *environment; entry && *entry; entry++)
		free(*entry);
	free(*environment);
	*environment = NULL;
}
