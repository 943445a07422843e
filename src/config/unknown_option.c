#include "config.h"

#include "config/unknown_option.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "config/account_options.h"

enum { NAME_MOST = 64 };

/* Returns whether a name looks like that of an option. */
static bool is_word(const char *name)
{
	return *name && name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-:")] == '\0';
}

static bool is_top_level(const char *name)
{
	static const char *const names[] = {"account", "defaults", "include", "jobs", "log", "state_dir"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static void describe(struct unknown_option *u, const char *what, const char *hint)
{
	snprintf(u->what, sizeof(u->what), "%s", what);
	snprintf(u->hint, sizeof(u->hint), "%s", hint);
}

/* Returns the most similar name in lower case, or NULL. */
static const char *nearest(const char *name, const char *const *names, size_t count)
{
	char lower[NAME_MOST + 1];
	size_t length = strlen(name);

	if (length > NAME_MOST)
		return NULL;
	for (size_t i = 0; i <= length; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	return nearest_name(lower, names, count);
}

void unknown_option(struct unknown_option *u, const struct unknown_name *unknown, const char *const *names,
    size_t count)
{
	const char *where = unknown->top ? "at the top level" : "for accounts";
	const char *near;

	if (unknown->after_password) {
		describe(u, "there is more text after the password", "put the password in single quotes");
		return;
	}
	/* After a missing quote, any text of the file may be here. */
	if (!is_word(unknown->name)) {
		describe(u, "there is other text where the name of an option is expected",
		    "check the quotes and braces in this line and in those above it");
		return;
	}
	describe(u, "", "see mailhaul.conf(5) for all options");
	if (unknown->doubtful && !account_find_option(unknown->name) && !is_top_level(unknown->name))
		snprintf(u->what, sizeof(u->what), "there is no such option %s", where);
	else
		snprintf(u->what, sizeof(u->what), "there is no option %s %s", unknown->name, where);
	near = nearest(unknown->name, names, count);
	if (unknown->top && account_find_option(unknown->name))
		snprintf(u->hint, sizeof(u->hint), "move it into an account, between { and }");
	else if (!unknown->top && is_top_level(unknown->name))
		snprintf(u->hint, sizeof(u->hint), "move it out of the account, or add the } that is missing above it");
	else if (near)
		snprintf(u->hint, sizeof(u->hint), "did you mean %s?", near);
}
