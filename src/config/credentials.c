#include "config.h"

#include "config/credentials.h"

#include "base/error.h"
#include "base/mechanism.h"
#include "config/account.h"
#include "config/account_options.h"

/* The options that name the source of the secret. */
static const char *const source_names[] = {
    [SECRET_PASSWORD] = "password",
    [SECRET_COMMAND] = "password_command",
    [SECRET_FILE] = "password_file",
    [SECRET_CREDENTIAL] = "password_credential",
    [SECRET_NETRC] = "password_netrc",
    [SECRET_PROMPT] = "password_prompt",
    [SECRET_TOKEN_COMMAND] = "token_command",
};

enum { SOURCES = sizeof(source_names) / sizeof(source_names[0]) };

/* Checks that `auth` fits the kind of secret. */
static bool check_kind(const struct account *a, struct error *err)
{
	bool token = a->login.source == SECRET_TOKEN_COMMAND;

	if (!a->login.mechanism || a->login.mechanism->secret == (token ? MECHANISM_TOKEN : MECHANISM_PASSWORD))
		return true;
	error_set(err, ERROR_CONFIG, "auth = %s cannot be combined with %s", a->login.mechanism->word,
	    source_names[a->login.source]);
	if (a->login.mechanism->secret == MECHANISM_TOKEN)
		return error_hint(err, "set token_command instead of %s", source_names[a->login.source]);
	if (token)
		return error_hint(err, "remove auth, or set a password instead of token_command");
	return error_hint(err, "remove %s", source_names[a->login.source]);
}

static bool miss(const char *option, const char *example, struct error *err)
{
	error_set(err, ERROR_CONFIG, "%s is missing", option);
	return error_hint(err, "add a line such as %s", example);
}

/* The account's own source replaces all sources from the defaults section. So does a mechanism that needs no secret. */
static void settle(struct account *a, bool needless)
{
	bool own = needless;

	for (unsigned i = 0; i < SOURCES; i++)
		own = own || (account_is_set(a, source_names[i]) && !account_is_inherited(a, source_names[i]));
	for (unsigned i = 0; i < SOURCES && own; i++)
		account_drop_inherited(a, source_names[i]);
}

bool credentials_check(struct account *a, struct error *err)
{
	const char *first = NULL;
	bool needless = a->login.mechanism && a->login.mechanism->secret == MECHANISM_NOTHING;

	settle(a, needless);
	for (unsigned i = 0; i < SOURCES; i++) {
		if (!account_is_set(a, source_names[i]))
			continue;
		if (first) {
			error_set(err, ERROR_CONFIG, "%s and %s are both set", first, source_names[i]);
			return error_hint(err, "remove one of them");
		}
		first = source_names[i];
		a->login.source = (enum secret_source)i;
	}
	if (first)
		return check_kind(a, err);
	if (needless)
		return true;
	if (a->login.mechanism && a->login.mechanism->secret == MECHANISM_TOKEN)
		return miss("token_command", "token_command = {\"oama\", \"access\", \"me@example.org\"}", err);
	return miss("password or password_command", "password_command = {\"pass\", \"show\", \"mail\"}", err);
}
