#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/error.h"
#include "check_main.h"
#include "config/account.h"
#include "config/account_options.h"
#include "config/file.h"
#include "config/problems.h"
#include "config/quote.h"
#include "config/settings.h"
#include "scratch.h"

#define PIN "sha256:46hvhaJDivSdhaaQMya3oNITcn6kyVBpK08IughurHE="

/* A value for every option that is not its default, as it is printed. */
static const struct {
	const char *option;
	const char *values[3];
} samples[] = {
    {"server", {"pop.example.org"}},
    {"port", {"110"}},
    {"tls", {"starttls"}},
    {"tls_trust", {"pin"}},
    {"tls_trust", {"both"}},
    {"tls_trust", {"dane"}},
    {"tls_ca_file", {"/ca.pem"}},
    {"tls_pins", {PIN}},
    {"tls_server_name", {"other.example.org"}},
    {"tls_crl_file", {"/crl.pem"}},
    {"tls_client_cert", {"pkcs11:object=me;type=cert"}},
    {"tls_client_key", {"/me.key"}},
    {"tls_min_version", {"1.3"}},
    {"tls_priority", {"SECURE256"}},
    {"user", {"me@example.org"}},
    {"auth", {"scram-sha-256-plus"}},
    {"password", {"***"}},
    {"password_command", {"pass", "show mail"}},
    {"password_file", {"/secret"}},
    {"password_credential", {"mail.work"}},
    {"password_netrc", {"/netrc"}},
    {"password_prompt", {"yes"}},
    {"token_command", {"oama", "access"}},
    {"login_retry", {"10m"}},
    {"deliver_to", {"mbox:/Mail/in"}},
    {"deliver_to", {"pipe"}},
    {"deliver_command", {"procmail", ""}},
    {"deliver_timeout", {"90s"}},
    {"leave_on_server", {"14d"}},
    {"leave_on_server", {"no"}},
    {"max_message_size", {"25M"}},
    {"max_message_size", {"1000"}},
    {"max_messages", {"7"}},
    {"max_octets", {"200M"}},
    {"max_time", {"10m"}},
    {"repeat", {"yes"}},
    {"repeat", {"no"}},
    {"order", {"newest"}},
    {"timeout", {"2h"}},
    {"connect_timeout", {"1s"}},
    {"line_endings", {"crlf"}},
    {"on_new_mail", {"notmuch", "new"}},
    {"report_failures_after", {"3h"}},
};

static const struct account_option *find(const char *name)
{
	for (size_t i = 0; i < account_option_count; i++) {
		if (strcmp(account_options[i].name, name) == 0)
			return &account_options[i];
	}
	ck_abort_msg("no option %s", name);
}

START_TEST(an_option_value_can_be_read_back_as_it_was_set)
{
	const struct account_option *option = find(samples[_i].option);
	struct account a;
	struct error err;
	char **values;
	size_t i = 0;

	account_init(&a, "work");
	ck_assert_msg(account_set(&a, option, samples[_i].values, "/etc", &err), "%s", err.cause);
	values = account_value_get(&a, option);
	ck_assert_ptr_nonnull(values);
	for (; samples[_i].values[i]; i++)
		ck_assert_str_eq(values[i], samples[_i].values[i]);
	ck_assert_ptr_null(values[i]);
	account_value_free(values);
	account_free(&a);
}
END_TEST

/* Shows that each value of the table is read from where its setter puts it. */
START_TEST(setting_an_option_changes_only_its_own_value)
{
	const struct account_option *option = find(samples[_i].option);
	struct account a, fresh;
	struct error err;

	account_init(&a, "work");
	account_init(&fresh, "work");
	ck_assert(account_set(&a, option, samples[_i].values, "/etc", &err));
	for (size_t i = 0; i < account_option_count; i++) {
		const struct account_option *o = &account_options[i];
		char **now = account_value_get(&a, o), **before = account_value_get(&fresh, o);
		bool same = (!now && !before) || (now && before && strcmp(now[0], before[0]) == 0);

		ck_assert_msg(same == (o != option), "%s", o->name);
		account_value_free(now);
		account_value_free(before);
	}
	account_free(&a);
	account_free(&fresh);
}
END_TEST

START_TEST(every_option_has_a_sample)
{
	for (size_t i = 0; i < account_option_count; i++) {
		bool found = false;

		for (size_t k = 0; k < COUNT(samples); k++)
			found = found || strcmp(samples[k].option, account_options[i].name) == 0;
		ck_assert_msg(found, "%s", account_options[i].name);
	}
}
END_TEST

static const struct {
	const char *text, *quoted;
} quoted[] = {
    {"995", "995"},
    {"pop.example.org", "pop.example.org"},
    {"scram-sha-1", "scram-sha-1"},
    {"", "\"\""},
    {"-x", "\"-x\""},
    {"/a b", "\"/a b\""},
    {"a\"b", "\"a\\\"b\""},
    {"a\\b", "\"a\\\\b\""},
    {"${HOME}", "\"\\${HOME}\""},
    {"a\tb\n", "\"a\\x09b\\x0a\""},
    {"\xc3\xa4\xff", "\"\xc3\xa4\\xff\""},
    {"\xe2\x80\xae"
     "f",
	"\"\\xe2\\x80\\xaef\""},
    {"a#b{c}=d+e(f),g", "\"a#b{c}=d+e(f),g\""},
    {"$$\\\\\"\"", "\"\\$\\$\\\\\\\\\\\"\\\"\""},
    {"it's", "\"it's\""},
    {"x /* y */ z", "\"x /* y */ z\""},
};

START_TEST(text_is_quoted_for_the_configuration_file)
{
	struct buf out = {0};

	quote_text(&out, quoted[_i].text);
	ck_assert_str_eq(buf_string(&out), quoted[_i].quoted);
	buf_free(&out);
}
END_TEST

START_TEST(quoted_text_is_read_back_unchanged)
{
	struct problems problems = {0};
	struct settings s;
	struct buf text = {0};

	buf_append_string(&text,
	    "account x {\n server = a\n auth = external\n deliver_to = pipe\n deliver_command = {cat, ");
	quote_text(&text, quoted[_i].text);
	buf_append_string(&text, "}\n user = me\n}\n");
	scratch_write_text(scratch_path("a.conf"), buf_string(&text));
	ck_assert(settings_load(&s, scratch_path("a.conf"), &problems));
	ck_assert_str_eq(s.accounts[0].delivery.command[1], quoted[_i].text);
	settings_free(&s);
	buf_free(&text);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("account-value");
	TCase *v = check_case(s, "values"), *q = scratch_case(s, "quotes");

	LOOP_OVER(v, an_option_value_can_be_read_back_as_it_was_set, samples);
	LOOP_OVER(v, setting_an_option_changes_only_its_own_value, samples);
	tcase_add_test(v, every_option_has_a_sample);
	LOOP_OVER(q, text_is_quoted_for_the_configuration_file, quoted);
	LOOP_OVER(q, quoted_text_is_read_back_unchanged, quoted);
	return scratch_main(s);
}
