#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mechanism.h"
#include "base/secret.h"
#include "check_main.h"
#include "config/account.h"
#include "config/account_check.h"
#include "config/account_options.h"

static struct account a;

static void enter(void)
{
	account_init(&a, "work");
}

static void leave(void)
{
	account_free(&a);
}

static void set(const char *name, const char *value)
{
	const char *const values[] = {value, NULL};
	struct error err;

	for (size_t i = 0; i < account_option_count; i++) {
		if (strcmp(account_options[i].name, name) == 0)
			ck_assert_msg(account_set(&a, &account_options[i], values, "/etc", &err), "%s", err.cause);
	}
}

/* Sets options like "auth=plain password=x", separated by blanks. */
static void set_all(const char *words)
{
	char text[512], *next = text, *word;

	ck_assert_uint_lt(strlen(words), sizeof(text));
	strcpy(text, words);
	while ((word = strtok_r(next, " ", &next)) != NULL) {
		char *value = strchr(word, '=');

		*value = '\0';
		set(word, value + 1);
	}
}

static const struct {
	const char *defaults, *own;
	const char *cause;	   /* NULL: the settings are valid */
	enum secret_source source; /* the one that is used */
} accounts[] = {
    {"", "password=x", NULL, SECRET_PASSWORD},
    {"", "password_command=x", NULL, SECRET_COMMAND},
    {"", "password_file=x", NULL, SECRET_FILE},
    {"", "password_credential=x", NULL, SECRET_CREDENTIAL},
    {"", "password_netrc=x", NULL, SECRET_NETRC},
    {"", "password_prompt=yes", NULL, SECRET_PROMPT},
    {"", "token_command=x", NULL, SECRET_TOKEN_COMMAND},
    {"", "", "password or password_command is missing", 0},
    {"", "password_prompt=no", "password or password_command is missing", 0},
    {"", "auth=xoauth2", "token_command is missing", 0},
    {"", "password=x password_file=y", "password and password_file are both set", 0},
    {"", "password_prompt=yes token_command=y", "password_prompt and token_command are both set", 0},
    /* The account's own options replace those of defaults, whatever kind they are. */
    {"password=x", "", NULL, SECRET_PASSWORD},
    {"password=x", "password_file=y", NULL, SECRET_FILE},
    {"password_command=x", "password=y", NULL, SECRET_PASSWORD},
    {"token_command=x", "password_netrc=y", NULL, SECRET_NETRC},
    {"password_netrc=x", "token_command=y", NULL, SECRET_TOKEN_COMMAND},
    {"password_prompt=yes", "password_prompt=no password=x", NULL, SECRET_PASSWORD},
    {"password_prompt=yes", "password_prompt=no", "password or password_command is missing", 0},
    {"password=x password_file=y", "", "password and password_file are both set", 0},
    {"password=x password_file=y", "password_file=z", NULL, SECRET_FILE},
    {"password=x", "password_file=y password_netrc=z", "password_file and password_netrc are both set", 0},
    /* auth has to fit the secret. */
    {"", "auth=auto token_command=x", NULL, SECRET_TOKEN_COMMAND},
    {"", "auth=oauthbearer token_command=x", NULL, SECRET_TOKEN_COMMAND},
    {"", "auth=xoauth2 password=x", "auth = xoauth2 cannot be combined with password", 0},
    {"", "auth=plain token_command=x", "auth = plain cannot be combined with token_command", 0},
    {"auth=xoauth2 token_command=x", "auth=auto password=y", NULL, SECRET_PASSWORD},
    {"", "auth=external", NULL, 0},
    {"", "auth=gssapi", NULL, 0},
    {"password_command=x", "auth=external", NULL, 0},
    {"", "auth=external password_file=x", "auth = external cannot be combined with password_file", 0},
};

START_TEST(an_account_needs_one_secret_source_that_fits_auth)
{
	struct error err;
	bool ok;

	set_all("server=a user=b deliver_to=mbox:c");
	set_all(accounts[_i].defaults);
	account_end_defaults(&a);
	set_all(accounts[_i].own);
	ok = account_check(&a, &(unsigned){0}, &err);
	ck_assert_int_eq(ok, accounts[_i].cause == NULL);
	if (ok) {
		ck_assert_int_eq(a.login.source, accounts[_i].source);
		ck_assert_int_eq(a.login.password != NULL,
		    a.login.source == SECRET_PASSWORD &&
			!(a.login.mechanism && a.login.mechanism->secret == MECHANISM_NOTHING));
		return;
	}
	ck_assert_int_eq(err.kind, ERROR_CONFIG);
	ck_assert_str_eq(err.cause, accounts[_i].cause);
	ck_assert_str_ne(err.hint, "");
}
END_TEST

START_TEST(auth_selects_the_mechanism_and_login_retry_defaults_to_zero)
{
	set("auth", "plain");
	ck_assert_str_eq(a.login.mechanism->word, "plain");
	set("auth", "auto");
	ck_assert_ptr_null(a.login.mechanism);
	ck_assert_int_eq(a.login.retry, 0);
	set("login_retry", "10m");
	ck_assert_int_eq(a.login.retry, 600);
}
END_TEST

START_TEST(the_hint_for_auth_names_every_mechanism)
{
	for (size_t i = 0; i < account_option_count; i++) {
		for (size_t k = 0; strcmp(account_options[i].name, "auth") == 0 && k < mechanism_count; k++)
			ck_assert_ptr_nonnull(strstr(account_options[i].expects, mechanisms[k].word));
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("credentials");
	TCase *c = check_case(s, "credentials");

	tcase_add_checked_fixture(c, enter, leave);
	LOOP_OVER(c, an_account_needs_one_secret_source_that_fits_auth, accounts);
	tcase_add_test(c, auth_selects_the_mechanism_and_login_retry_defaults_to_zero);
	tcase_add_test(c, the_hint_for_auth_names_every_mechanism);
	return check_main(s);
}
