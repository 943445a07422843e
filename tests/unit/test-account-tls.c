#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "check_main.h"
#include "config/account_check.h"
#include "config/account_options.h"
#include "tls/dane.h"
#include "one_account.h"

#define PIN "sha256:46hvhaJDivSdhaaQMya3oNITcn6kyVBpK08IughurHE="
#define OTHER_PIN "sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

static const char *const bad_pins[] = {
    "",
    "46hvhaJDivSdhaaQMya3oNITcn6kyVBpK08IughurHE=",
    "sha1:46hvhaJDivSdhaaQMya3oNITcn6kyVBpK08IughurHE=",
    "sha256//46hvhaJDivSdhaaQMya3oNITcn6kyVBpK08IughurHE=",
    "sha256:46hvhaJDivSdhaaQMya3oNITcn6kyVBpK08IughurHE",
    "sha256:46hvhaJDivSdhaaQMya3oNITcn6kyVBpK08IughurHE==",
    "sha256:46hvhaJDivSdhaaQMya3oNITcn6kyVBpK08IughurH=",
    "sha256:46hvhaJDivSdhaaQMya3oNITcn6kyVBpK08IughurHEE=",
    "sha256:46hvhaJDivSdhaaQMya3oNITcn6kyVBpK08IughurHF=", /* the last bits are not part of the hash */
    "sha256:46hvhaJDivSdhaaQMya3oNITcn6kyVBpK08-ughurHE=",
    "sha256: 6hvhaJDivSdhaaQMya3oNITcn6kyVBpK08IughurHE=",
};

START_TEST(an_invalid_pin_is_reported_with_its_value)
{
	const char *const values_with_it[] = {PIN, bad_pins[_i], OTHER_PIN, NULL};
	const struct account_option *option = find_option("tls_pins");
	char want[128];
	struct error err;

	ck_assert(!account_set(&a, option, values_with_it, "/", &err));
	ck_assert_int_eq(err.kind, ERROR_CONFIG);
	snprintf(want, sizeof(want), "tls_pins = \"%s\" is not valid", bad_pins[_i]);
	ck_assert_str_eq(err.cause, want);
	ck_assert_ptr_nonnull(strstr(err.hint, option->expects));
	ck_assert_ptr_null(a.tls.pins);
}
END_TEST

static void set_pins(void)
{
	const char *const pins[] = {PIN, OTHER_PIN, NULL};
	struct error err;

	ck_assert(account_set(&a, find_option("tls_pins"), pins, "/", &err));
	ck_assert_str_eq(a.tls.pins[0], PIN);
	ck_assert_str_eq(a.tls.pins[1], OTHER_PIN);
	ck_assert_ptr_null(a.tls.pins[2]);
}

START_TEST(a_pkcs11_uri_with_a_pin_value_is_rejected_without_repeating_the_pin)
{
	struct error err;

	ck_assert(!set("tls_client_key", "pkcs11:object=me?pin-value=1234", &err));
	ck_assert_str_eq(err.cause, "tls_client_key is not valid");
	ck_assert_ptr_null(strstr(err.hint, "1234"));
}
END_TEST

START_TEST(an_empty_list_of_pins_is_rejected)
{
	const char *const none[] = {NULL};
	struct error err;

	ck_assert(!account_set(&a, find_option("tls_pins"), none, "/", &err));
	set_pins();
	set_pins();
}
END_TEST

static void make_whole(void)
{
	must_set("server", "pop.example.org");
	must_set("user", "me");
	must_set("password", "x");
	must_set("deliver_to", "maildir:x");
}

/* The TLS settings of an account: defaults, then its own options; P stands for pins. */
static const struct {
	const char *defaults[3], *own[4], *cause; /* cause NULL: the settings are valid */
} contradictions[] = {
    {{NULL}, {"P"}, "tls_pins is set, but tls_trust is neither pin nor both"},
    {{NULL}, {"P", "tls_trust=ca"}, "tls_pins is set, but tls_trust is neither pin nor both"},
    {{NULL}, {"P", "tls_trust=pin"}, NULL},
    {{NULL}, {"P", "tls_trust=both"}, NULL},
    {{NULL}, {"tls_trust=pin"}, "tls_trust = pin needs tls_pins"},
    {{NULL}, {"tls_trust=both"}, "tls_trust = both needs tls_pins"},
    {{NULL}, {"P", "tls_trust=pin", "tls_ca_file=x"}, "tls_ca_file is set, but tls_trust = pin trusts no issuer"},
    {{NULL}, {"P", "tls_trust=pin", "tls_crl_file=x"}, "tls_crl_file is set, but tls_trust = pin trusts no issuer"},
    {{NULL}, {"P", "tls_trust=both", "tls_ca_file=x"}, NULL},
    {{"tls_ca_file=x", "tls_crl_file=y"}, {"P", "tls_trust=pin"}, NULL},
    {{"P", "tls_trust=both"}, {"tls_trust=ca"}, NULL},
    {{"P", "tls_trust=both"}, {"tls_trust=ca", "P"}, "tls_pins is set, but tls_trust is neither pin nor both"},
    {{"tls_trust=both"}, {"P"}, NULL},
    {{NULL}, {"tls_client_key=x"}, "tls_client_key is set, but tls_client_cert is not"},
    {{NULL}, {"tls_client_cert=x"}, NULL},
    {{"tls_client_cert=x", "tls_client_key=y"}, {"tls_client_cert=z"}, NULL},
    {{NULL}, {"tls_priority=NORMAL:-VERS-TLS1.2"}, NULL},
    {{NULL}, {"tls_priority=NORMAL:-VERS-TLS1.3", "tls_min_version=1.3"},
	"tls_priority leaves no permitted TLS version"},
    {{NULL}, {"tls_priority=NORMAL:-VERS-TLS1.3", "tls_min_version=1.2"}, NULL},
    {{NULL}, {"tls_priority=nonsense"}, "tls_priority = \"nonsense\" is not valid"},
    {{NULL}, {"tls_priority=NORMAL:+NULL"}, "tls_priority allows NULL"},
    {{NULL}, {"tls_priority=NORMAL:%UNSAFE_RENEGOTIATION"},
	"tls_priority has %UNSAFE_RENEGOTIATION, which is not allowed"},
    {{NULL}, {"tls_priority=NORMAL:%VERIFY_ALLOW_BROKEN"},
	"tls_priority has %VERIFY_ALLOW_BROKEN, which is not allowed"},
    {{NULL},
	{"server=b\xc3\xbc"
	 "cher.example",
	    "tls_server_name=m\xc3\xbcnchen.example"},
	NULL},
    {{NULL}, {"tls_server_name=m\xfcnchen.example"}, "m\\xfcnchen.example is not a valid host name"},
};

static void apply(const char *words)
{
	char name[64];
	const char *equals = strchr(words, '=');

	if (strcmp(words, "P") == 0) {
		set_pins();
		return;
	}
	snprintf(name, sizeof(name), "%.*s", (int)(equals - words), words);
	must_set(name, equals + 1);
}

START_TEST(contradictory_tls_options_are_rejected)
{
	struct error err;
	bool ok;

	for (size_t i = 0; i < 3 && contradictions[_i].defaults[i]; i++)
		apply(contradictions[_i].defaults[i]);
	account_end_defaults(&a);
	make_whole();
	for (size_t i = 0; i < 4 && contradictions[_i].own[i]; i++)
		apply(contradictions[_i].own[i]);
	ok = account_check(&a, &(unsigned){0}, &err);
	ck_assert_msg(ok == (contradictions[_i].cause == NULL), "%s", ok ? "it passed" : err.cause);
	if (ok)
		return;
	ck_assert_int_eq(err.kind, ERROR_CONFIG);
	ck_assert_msg(strncmp(err.cause, contradictions[_i].cause, strlen(contradictions[_i].cause)) == 0, "%s",
	    err.cause);
	ck_assert_str_ne(err.hint, "");
}
END_TEST

START_TEST(a_certificate_in_the_account_discards_the_key_from_the_defaults)
{
	struct error err;

	apply("tls_client_cert=x");
	apply("tls_client_key=y");
	account_end_defaults(&a);
	make_whole();
	ck_assert(account_check(&a, &(unsigned){0}, &err));
	ck_assert_str_eq(a.tls.client_key, "/etc/mail/y");
	apply("tls_client_cert=z");
	ck_assert(account_check(&a, &(unsigned){0}, &err));
	ck_assert_ptr_null(a.tls.client_key);
}
END_TEST

START_TEST(tls_trust_dane_requires_a_build_with_dane_support)
{
	struct error err;
	bool ok;

	apply("P");
	apply("tls_ca_file=x");
	account_end_defaults(&a);
	make_whole();
	apply("tls_trust=dane");
	ok = account_check(&a, &(unsigned){0}, &err);
	ck_assert(ok == (dane_library_version() != NULL));
	if (!ok) {
		ck_assert_int_eq(err.kind, ERROR_CONFIG);
		ck_assert_str_eq(err.cause, "this build of mailhaul does not support tls_trust = dane");
		return;
	}
	ck_assert_ptr_null(a.tls.pins);
	ck_assert_ptr_null(a.tls.ca_file);
	apply("tls_crl_file=x");
	ck_assert(!account_check(&a, &(unsigned){0}, &err));
	ck_assert_str_eq(err.cause, "tls_crl_file is set, but tls_trust = dane trusts DNS alone");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("account_tls");
	TCase *c = check_case(s, "account_tls");

	tcase_add_checked_fixture(c, enter_account, leave_account);
	LOOP_OVER(c, an_invalid_pin_is_reported_with_its_value, bad_pins);
	tcase_add_test(c, a_pkcs11_uri_with_a_pin_value_is_rejected_without_repeating_the_pin);
	tcase_add_test(c, an_empty_list_of_pins_is_rejected);
	LOOP_OVER(c, contradictory_tls_options_are_rejected, contradictions);
	tcase_add_test(c, tls_trust_dane_requires_a_build_with_dane_support);
	tcase_add_test(c, a_certificate_in_the_account_discards_the_key_from_the_defaults);
	return check_main(s);
}
