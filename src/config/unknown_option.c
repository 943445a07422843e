#include "config.h"

#include "config/unknown_option.h"

#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "config/account_options.h"

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

void unknown_option(struct unknown_option *u, const char *name, bool top, bool after_password, const char *const *names,
    size_t count)
{
	const char *near = nearest_name(name, names, count);

	if (after_password) {
		describe(u, "there is more text after the password", "put the password in single quotes");
		return;
	}
	/* After a missing quote, any text of the file may be here. */
	if (!is_word(name)) {
		describe(u, "there is other text where the name of an option is expected",
		    "check the quotes and braces in this line and in those above it");
		return;
	}
	describe(u, "",
	    top && account_find_option(name) ? "move it into an account, between { and }"
		: !top && is_top_level(name) ? "move it out of the account, or add the } that is missing above it"
					     : "see mailhaul.conf(5) for all options");
	snprintf(u->what, sizeof(u->what), "there is no option %s %s", name, top ? "at the top level" : "for accounts");
	if (near)
		snprintf(u->hint, sizeof(u->hint), "did you mean %s?", near);
}
