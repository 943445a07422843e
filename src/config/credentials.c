#include "config.h"

#include "config/credentials.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mechanism.h"
#include "base/memory.h"
#include "base/secret.h"
#include "config/account.h"
#include "config/path.h"

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

/* Notes that the secret comes from there, by the account's own words. */
static bool note(struct account *a, enum secret_source source)
{
	a->secret_sources |= 1u << source;
	a->inherited_sources &= ~(1u << source);
	return true;
}

bool credentials_set_auth(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	a->mechanism = mechanism_find(value);
	return a->mechanism || strcmp(value, "auto") == 0;
}

bool credentials_set_password(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	if (!*value)
		return false;
	secret_free(&a->password);
	a->password = secret_make(value, strlen(value));
	return note(a, SECRET_PASSWORD);
}

bool credentials_set_password_command(struct account *a, const char *const *values)
{
	return account_set_command(&a->password_command, values) && note(a, SECRET_COMMAND);
}

bool credentials_set_token_command(struct account *a, const char *const *values)
{
	return account_set_command(&a->token_command, values) && note(a, SECRET_TOKEN_COMMAND);
}

bool credentials_set_password_file(struct account *a, const char *value, const char *folder)
{
	if (!*value)
		return false;
	memory_replace(&a->password_file, path_resolve(value, folder));
	return note(a, SECRET_FILE);
}

bool credentials_set_password_credential(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	if (!*value || *value == '.' || strlen(value) > 255 || strchr(value, '/'))
		return false;
	memory_replace(&a->password_credential, memory_copy_string(value));
	return note(a, SECRET_CREDENTIAL);
}

bool credentials_set_password_netrc(struct account *a, const char *value, const char *folder)
{
	if (!*value)
		return false;
	memory_replace(&a->password_netrc, path_resolve(value, folder));
	return note(a, SECRET_NETRC);
}

bool credentials_set_password_prompt(struct account *a, const char *value, const char *folder)
{
	(void)folder;
	note(a, SECRET_PROMPT);
	if (strcmp(value, "yes") == 0)
		return true;
	a->secret_sources &= ~(1u << SECRET_PROMPT);
	return strcmp(value, "no") == 0;
}

void credentials_end_defaults(struct account *a)
{
	a->inherited_sources = a->secret_sources;
	a->secret_sources = 0;
}

static void drop_inherited(struct account *a)
{
	if (a->inherited_sources & 1u << SECRET_PASSWORD)
		secret_free(&a->password);
	if (a->inherited_sources & 1u << SECRET_COMMAND)
		account_drop_command(&a->password_command);
	if (a->inherited_sources & 1u << SECRET_TOKEN_COMMAND)
		account_drop_command(&a->token_command);
	a->inherited_sources = 0;
}

/* Whether auth fits the secret that there is. */
static bool check_kind(const struct account *a, struct error *err)
{
	bool token = a->secret_source == SECRET_TOKEN_COMMAND;

	if (!a->mechanism || a->mechanism->secret == (token ? MECHANISM_TOKEN : MECHANISM_PASSWORD))
		return true;
	error_set(err, ERROR_CONFIG, "auth = %s and %s do not go together", a->mechanism->word,
	    source_names[a->secret_source]);
	if (a->mechanism->secret == MECHANISM_TOKEN)
		return error_mend(err, "auth = %s takes its token from token_command", a->mechanism->word);
	if (token)
		return error_mend(err, "drop auth, or name a password instead of token_command");
	return error_mend(err, "drop %s", source_names[a->secret_source]);
}

bool credentials_check(struct account *a, struct error *err)
{
	const char *first = NULL;
	bool needless = a->mechanism && a->mechanism->secret == MECHANISM_NOTHING;

	if (a->secret_sources != 0 || needless)
		drop_inherited(a);
	a->secret_sources |= a->inherited_sources;
	for (unsigned i = 0; i < SOURCES; i++) {
		if (!(a->secret_sources & 1u << i))
			continue;
		if (first) {
			error_set(err, ERROR_CONFIG, "%s and %s are both set", first, source_names[i]);
			return error_mend(err, "keep one of them");
		}
		first = source_names[i];
		a->secret_source = (enum secret_source)i;
	}
	if (first)
		return check_kind(a, err);
	if (needless)
		return true;
	if (a->mechanism && a->mechanism->secret == MECHANISM_TOKEN)
		return account_miss(err, "token_command", "token_command = {\"oama\", \"access\", \"me@example.org\"}");
	return account_miss(err, "password or password_command", "password_command = {\"pass\", \"show\", \"mail\"}");
}

void credentials_free(struct account *a)
{
	secret_free(&a->password);
	account_drop_command(&a->password_command);
	account_drop_command(&a->token_command);
	free(a->password_file);
	free(a->password_credential);
	free(a->password_netrc);
	free(a->password_failure);
}
