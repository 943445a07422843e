#include "config.h"

#include "config/account_check.h"

#include <strings.h>

#include "base/error.h"
#include "base/memory.h"
#include "config/account.h"
#include "config/account_options.h"
#include "config/account_tls.h"
#include "config/credentials.h"
#include "deliver/destination.h"
#include "policy/refusals.h"

static bool miss(struct error *err, const char *option, const char *example)
{
	error_set(err, ERROR_CONFIG, "%s is missing", option);
	return error_hint(err, "add a line such as %s", example);
}

/* Returns whether the server lists only part of the maildrop per session and the next part in a later session. */
static bool lists_slices(const char *server)
{
	return strcasecmp(server, "pop.gmail.com") == 0 || strcasecmp(server, "pop.googlemail.com") == 0;
}

static bool check_destination(struct account *a, struct error *err)
{
	bool to_command;

	if (!a->delivery.to.ops)
		return miss(err, "deliver_to", "deliver_to = \"maildir:~/Mail\"");
	to_command = a->delivery.to.ops->target == DESTINATION_COMMAND;
	if (!to_command)
		account_drop_inherited(a, "deliver_command");
	if (to_command && !a->delivery.command)
		return miss(err, "deliver_command", "deliver_command = {\"procmail\"}");
	a->retention.command = refusals_mark(a->delivery.command);
	if (to_command || !a->delivery.command)
		return true;
	error_set(err, ERROR_CONFIG, "deliver_command is set, but deliver_to is not \"pipe\"");
	return error_hint(err, "set deliver_to = \"pipe\", or remove deliver_command");
}

static void set_derived(struct account *a)
{
	if (a->port == 0)
		a->port = a->tls.starttls ? 110 : 995;
	if (a->limits.max_time == 0)
		a->limits.max_time = ACCOUNT_MAX_TIME;
}

bool account_repeats(const struct account *a)
{
	return a->repeat == REPEAT_AUTO ? lists_slices(a->server) : a->repeat == REPEAT_YES;
}

void account_defaults(struct account *defaults, const struct account *a)
{
	account_init(defaults, a->name);
	defaults->tls.starttls = a->tls.starttls;
	set_derived(defaults);
	defaults->tls.starttls = false;
}

static bool check_server(struct account *a, struct error *err)
{
	set_derived(a);
	if (!a->server)
		return miss(err, "server", "server = \"pop.example.org\"");
	return true;
}

static bool check_user(struct account *a, struct error *err)
{
	return a->login.user || miss(err, "user", "user = \"me@example.org\"");
}

bool account_check(struct account *a, unsigned *next, struct error *err)
{
	static bool (*const checks[])(struct account *, struct error *) = {
	    check_server,
	    check_user,
	    credentials_check,
	    check_destination,
	    account_tls_check,
	};

	while (*next < sizeof(checks) / sizeof(checks[0])) {
		if (!checks[(*next)++](a, err))
			return false;
	}
	return true;
}
