#include "config.h"

#include "one_account.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "check_main.h"
#include "config/account_options.h"

struct account a;

void enter_account(void)
{
	setenv("HOME", "/home/me", 1);
	account_init(&a, "work");
}

void leave_account(void)
{
	account_free(&a);
}

const struct account_option *find_option(const char *name)
{
	for (size_t i = 0; i < account_option_count; i++) {
		if (strcmp(account_options[i].name, name) == 0)
			return &account_options[i];
	}
	ck_abort_msg("no option %s", name);
}

bool set(const char *name, const char *value, struct error *err)
{
	const char *const values[] = {value, NULL};

	return account_set(&a, find_option(name), values, "/etc/mail", err);
}

void must_set(const char *name, const char *value)
{
	struct error err;

	ck_assert_msg(set(name, value, &err), "%s = \"%s\": %s", name, value, err.cause);
}
