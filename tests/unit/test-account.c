#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/secret.h"
#include "check_main.h"
#include "config/account_check.h"
#include "config/account_options.h"
#include "deliver/destination.h"
#include "one_account.h"

START_TEST(an_account_starts_with_the_documented_defaults)
{
	ck_assert_str_eq(a.name, "work");
	ck_assert_uint_eq(a.port, 0);
	ck_assert(!a.tls.starttls);
	ck_assert_int_eq(a.tls.trust, TLS_BY_CA);
	ck_assert_ptr_null(a.tls.pins);
	ck_assert(!a.tls.newest_only);
	ck_assert_int_eq(a.retention.mode, RETENTION_FOREVER);
	ck_assert_uint_eq(a.retention.max_octets, 0);
	ck_assert_uint_eq(a.limits.max_messages, 0);
	ck_assert(!a.newest_first);
	ck_assert(!a.delivery.crlf);
	ck_assert_int_eq(a.limits.timeout, 300);
	ck_assert_int_eq(a.limits.connect_timeout, 30);
	ck_assert_int_eq(a.delivery.command_limit, 300);
}
END_TEST

/* For each option: a good value and how it is shown, or a bad one. */
static const struct {
	const char *option, *good, *bad;
} values[] = {
    {"server", "pop.example.org", ""},
    {"server", "192.0.2.1", "pop,example"},
    {"server", "fe80::1%eth0", "fe80::g"},
    {"server", "2001:db8::1", "pop example"},
    {"server", "localhost", "me@pop.example.org"},
    {"server", "localhost", "pop.example.org\n"},
    {"port", "1", "0"},
    {"port", "995", ""},
    {"port", "65535", "65536"},
    {"port", "0995", "-1"},
    {"port", "1", "99999999999999999999"},
    {"port", "1", "110x"},
    {"port", "1", " 110"},
    {"tls", "implicit", "no"},
    {"tls", "starttls", ""},
    {"tls", "starttls", "STARTTLS"},
    {"tls", "starttls", "none"},
    {"tls", "starttls", "starttls "},
    {"tls_ca_file", "ca.pem", ""},
    {"tls_trust", "ca", "none"},
    {"tls_trust", "pin", "pins"},
    {"tls_trust", "both", ""},
    {"tls_server_name", "pop.example.org", ""},
    {"tls_server_name", "192.0.2.1", "pop example"},
    {"tls_crl_file", "crl.pem", ""},
    {"tls_client_cert", "me.pem", ""},
    {"tls_client_cert", "pkcs11:object=me;type=cert", ""},
    {"tls_client_key", "me.key", ""},
    {"tls_min_version", "1.2", "1.1"},
    {"tls_min_version", "1.3", "1.4"},
    {"tls_min_version", "1.3", "TLS1.3"},
    {"tls_priority", "SECURE256", ""},
    {"user", "me@example.org", ""},
    {"auth", "auto", "Auto"},
    {"auth", "scram-sha-256-plus", "SCRAM-SHA-256-PLUS"},
    {"auth", "scram-sha-256", "scram-sha-512"},
    {"auth", "scram-sha-1-plus", "scram"},
    {"auth", "scram-sha-1", ""},
    {"auth", "plain", "plain login"},
    {"auth", "login", "ntlm"},
    {"auth", "user", "pass"},
    {"auth", "oauthbearer", "oauth"},
    {"auth", "xoauth2", "oauth2"},
    {"auth", "external", "external "},
    {"auth", "gssapi", "kerberos"},
    {"auth", "cram-md5", "digest-md5"},
    {"auth", "apop", "none"},
    {"password", "p\\w", ""},
    {"password_file", "~/secret", ""},
    {"password_credential", "mail.work", ""},
    {"password_credential", "mail-work", "../mail"},
    {"password_credential", "m", ".."},
    {"password_credential", "m", "/etc/shadow"},
    {"password_netrc", "~/.netrc", ""},
    {"password_prompt", "yes", "true"},
    {"password_prompt", "no", ""},
    {"login_retry", "0", "forever"},
    {"login_retry", "10m", "-1"},
    {"login_retry", "1d", "25h"},
    {"deliver_to", "maildir:Mail", "Mail"},
    {"deliver_to", "mbox:~/inbox", "mbox"},
    {"deliver_to", "pipe", "pipe:x"},
    {"deliver_to", "maildir:a:b", "maildir:"},
    {"deliver_to", "pipe", "Maildir:Mail"},
    {"deliver_to", "pipe", ""},
    {"deliver_to", "pipe", "maildirs:x"},
    {"deliver_timeout", "1s", "0"},
    {"deliver_timeout", "1d", "2d"},
    {"leave_on_server", "forever", "never"},
    {"leave_on_server", "no", "yes"},
    {"leave_on_server", "14d", "14"},
    {"leave_on_server", "2w", "-2w"},
    {"leave_on_server", "36h", "14 d"},
    {"leave_on_server", "0d", ""},
    {"leave_on_server", "1s", "99999w"},
    {"leave_on_server", "1s", "14D"},
    {"leave_on_server", "1s", "d"},
    {"max_message_size", "25M", "25T"},
    {"max_message_size", "0", "-1"},
    {"max_message_size", "100kB", ""},
    {"max_message_size", "1GiB", "1.5G"},
    {"max_message_size", "17179869183G", "17179869184G"},
    {"max_messages", "0", "ten"},
    {"max_messages", "4294967295", "4294967296"},
    {"max_octets", "200M", "many"},
    {"max_octets", "0", "-1"},
    {"max_time", "10m", "2d"},
    {"max_time", "0", "-1s"},
    {"repeat", "auto", "always"},
    {"repeat", "yes", ""},
    {"repeat", "no", "No"},
    {"order", "oldest", "latest"},
    {"order", "newest", ""},
    {"timeout", "60", "0s"},
    {"timeout", "86400", "86401"},
    {"timeout", "1m", "1M"},
    {"connect_timeout", "5s", "0"},
    {"connect_timeout", "24h", "25h"},
    {"line_endings", "lf", "cr"},
    {"line_endings", "crlf", "CRLF"},
    {"on_new_mail", "notmuch", "notmuch new"},
    {"report_failures_after", "3h", "-3h"},
    {"report_failures_after", "0", "soon"},
};

START_TEST(a_valid_value_is_accepted)
{
	must_set(values[_i].option, values[_i].good);
}
END_TEST

START_TEST(an_invalid_value_is_rejected_with_a_hint_at_valid_ones)
{
	struct error err;

	ck_assert_msg(!set(values[_i].option, values[_i].bad, &err), "%s = \"%s\"", values[_i].option, values[_i].bad);
	ck_assert_int_eq(err.kind, ERROR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.cause, values[_i].option));
	ck_assert_ptr_nonnull(strstr(err.hint, find_option(values[_i].option)->expects));
}
END_TEST

START_TEST(the_table_of_values_covers_every_option_with_a_single_value)
{
	for (size_t i = 0; i < account_option_count; i++) {
		bool tried = account_value_is_list(&account_options[i]); /* lists have tests of their own */

		for (size_t k = 0; k < COUNT(values); k++)
			tried = tried || strcmp(values[k].option, account_options[i].name) == 0;
		ck_assert_msg(tried, "%s", account_options[i].name);
	}
}
END_TEST

START_TEST(each_option_sets_its_own_field)
{
	must_set("server", "pop.example.org");
	must_set("port", "1110");
	must_set("tls", "starttls");
	must_set("tls_trust", "both");
	must_set("tls_server_name", "other.example.org");
	must_set("tls_min_version", "1.3");
	must_set("tls_priority", "SECURE256");
	must_set("tls_client_cert", "pkcs11:object=me;type=cert");
	must_set("user", "me");
	must_set("password", "pass word");
	must_set("leave_on_server", "2w");
	must_set("max_message_size", "25M");
	must_set("max_messages", "7");
	must_set("max_octets", "3M");
	must_set("max_time", "2m");
	must_set("repeat", "yes");
	must_set("order", "newest");
	must_set("timeout", "2m");
	must_set("connect_timeout", "5s");
	must_set("deliver_timeout", "1h");
	must_set("line_endings", "crlf");
	ck_assert_str_eq(a.server, "pop.example.org");
	ck_assert_uint_eq(a.port, 1110);
	ck_assert(a.tls.starttls);
	ck_assert_int_eq(a.tls.trust, TLS_BY_BOTH);
	ck_assert_str_eq(a.tls.server_name, "other.example.org");
	ck_assert(a.tls.newest_only);
	ck_assert_str_eq(a.tls.priority, "SECURE256");
	ck_assert_str_eq(a.tls.client_cert, "pkcs11:object=me;type=cert"); /* not a path */
	ck_assert_str_eq(a.login.user, "me");
	ck_assert_str_eq(secret_text(a.login.password), "pass word");
	ck_assert_int_eq(a.retention.mode, RETENTION_AGE);
	ck_assert_int_eq(a.retention.age, 14 * 86400);
	ck_assert_uint_eq(a.retention.max_octets, 25 * 1024 * 1024);
	ck_assert_uint_eq(a.limits.max_messages, 7);
	ck_assert_uint_eq(a.limits.max_octets, 3 * 1024 * 1024);
	ck_assert_int_eq(a.limits.max_time, 120);
	ck_assert_int_eq(a.repeat, REPEAT_YES);
	ck_assert(a.newest_first);
	ck_assert_int_eq(a.limits.timeout, 120);
	ck_assert_int_eq(a.limits.connect_timeout, 5);
	ck_assert_int_eq(a.delivery.command_limit, 3600);
	ck_assert(a.delivery.crlf);
}
END_TEST

START_TEST(a_later_value_replaces_an_earlier_one)
{
	must_set("server", "a.example.org");
	must_set("server", "b.example.org");
	must_set("tls", "starttls");
	must_set("tls", "implicit");
	must_set("leave_on_server", "14d");
	must_set("leave_on_server", "no");
	must_set("order", "newest");
	must_set("order", "oldest");
	must_set("deliver_to", "mbox:x");
	must_set("deliver_to", "pipe");
	must_set("password", "one");
	must_set("password", "two");
	ck_assert_str_eq(a.server, "b.example.org");
	ck_assert(!a.tls.starttls);
	ck_assert_int_eq(a.retention.mode, RETENTION_NONE);
	ck_assert(!a.newest_first);
	ck_assert_ptr_eq(a.delivery.to.ops, &pipe_ops);
	ck_assert_ptr_null(a.delivery.to.path);
	ck_assert_str_eq(secret_text(a.login.password), "two");
}
END_TEST

static const struct {
	const char *option, *value, *path;
} paths[] = {
    {"deliver_to", "maildir:Mail/in", "/etc/mail/Mail/in"},
    {"deliver_to", "maildir:/var/mail/x", "/var/mail/x"},
    {"deliver_to", "mbox:~/in box", "/home/me/in box"},
    {"deliver_to", "mbox:~", "/home/me"},
    {"deliver_to", "mbox:~root/x", "/root/x"},
    {"deliver_to", "mbox:../a:b", "/etc/mail/../a:b"},
    {"tls_ca_file", "ca.pem", "/etc/mail/ca.pem"},
    {"tls_ca_file", "~/ca.pem", "/home/me/ca.pem"},
    {"tls_ca_file", "/ca.pem", "/ca.pem"},
    {"tls_crl_file", "~/crl.pem", "/home/me/crl.pem"},
    {"tls_client_cert", "me.pem", "/etc/mail/me.pem"},
    {"tls_client_key", "~/me.key", "/home/me/me.key"},
};

START_TEST(paths_are_resolved_from_home_or_the_configuration_directory)
{
	char *const *const places[] = {&a.delivery.to.path, &a.tls.ca_file, &a.tls.crl_file, &a.tls.client_cert,
	    &a.tls.client_key};
	unsigned found = 0;

	must_set(paths[_i].option, paths[_i].value);
	for (size_t i = 0; i < COUNT(places); i++)
		found += *places[i] && strcmp(*places[i], paths[_i].path) == 0;
	ck_assert_uint_eq(found, 1);
}
END_TEST

static const struct {
	const char *server, *hint;
} more_than_a_name[] = {
    {"pop.example.org/x", "write server = \"pop.example.org\"; the option for the port is port"},
    {"pop.example.org:995", "write server = \"pop.example.org\" and, in a line of its own, port = 995"},
    {"pop.example.org 995", "write server = \"pop.example.org\" and, in a line of its own, port = 995"},
    {"pop3s://[2001:db8::1]:995/", "write server = \"2001:db8::1\" and, in a line of its own, port = 995"},
    {"[::1", "write server = \"::1\"; the option for the port is port"},
    {"a:", "write server = \"a\"; the option for the port is port"},
};

START_TEST(a_server_with_more_than_a_name_is_rejected_with_the_right_spelling)
{
	struct error err;

	ck_assert(!set("server", more_than_a_name[_i].server, &err));
	ck_assert_str_eq(err.hint, more_than_a_name[_i].hint);
}
END_TEST

START_TEST(an_error_message_never_contains_a_password)
{
	struct error err;

	ck_assert(!set("password", "", &err));
	ck_assert_ptr_nonnull(strstr(err.cause, "password"));
	must_set("password", "hunter2");
	ck_assert(!account_check(&a, &(unsigned){0}, &err));
	ck_assert_ptr_null(strstr(err.cause, "hunter2"));
	ck_assert_ptr_null(strstr(err.hint, "hunter2"));
}
END_TEST

static const char *const command_options[] = {"password_command", "deliver_command", "token_command"};

START_TEST(a_command_is_a_list_that_starts_with_a_program_name)
{
	const struct account_option *option = find_option(command_options[_i]);
	const char *const good[] = {"pass", "", "two words", NULL}, *const nameless[] = {"", "x", NULL};
	const char *const none[] = {NULL}, *const unsplit[] = {"pass show mail", NULL};
	struct error err;
	char **command;

	ck_assert(!account_set(&a, option, none, "/", &err));
	ck_assert(!account_set(&a, option, nameless, "/", &err));
	ck_assert(!account_set(&a, option, unsplit, "/", &err));
	ck_assert_int_eq(err.kind, ERROR_CONFIG);
	ck_assert_ptr_nonnull(strstr(err.hint, option->expects));
	ck_assert(account_set(&a, option, good, "/", &err));
	ck_assert(account_set(&a, option, good, "/", &err));
	command = _i == 0 ? a.login.password_command : _i == 1 ? a.delivery.command : a.login.token_command;
	for (size_t i = 0; i < 3; i++)
		ck_assert_str_eq(command[i], good[i]);
	ck_assert_ptr_null(command[3]);
}
END_TEST

static void set_command(const char *name)
{
	const char *const command[] = {"true", NULL};
	struct error err;

	ck_assert(account_set(&a, find_option(name), command, "/", &err));
}

/* Sets an option for each letter: s server, u user, p password, P its command, m Maildir, d pipe, c its command. */
static void set_all(const char *letters)
{
	for (; *letters; letters++) {
		switch (*letters) {
		case 's':
			must_set("server", "pop.example.org");
			break;
		case 'u':
			must_set("user", "me");
			break;
		case 'p':
			must_set("password", "x");
			break;
		case 'P':
			set_command("password_command");
			break;
		case 'm':
			must_set("deliver_to", "maildir:x");
			break;
		case 'd':
			must_set("deliver_to", "pipe");
			break;
		default:
			set_command("deliver_command");
			break;
		}
	}
}

static const struct {
	const char *letters, *cause; /* cause NULL: the account is complete */
} accounts[] = {
    {"supm", NULL},
    {"suPm", NULL},
    {"supdc", NULL},
    {"upm", "server is missing"},
    {"spm", "user is missing"},
    {"sum", "password or password_command is missing"},
    {"sup", "deliver_to is missing"},
    {"supd", "deliver_command is missing"},
    {"supPm", "password and password_command are both set"},
    {"supmc", "deliver_command is set"},
    {"", "server is missing"},
};

START_TEST(an_incomplete_or_contradictory_account_is_rejected)
{
	struct error err;
	bool ok;

	set_all(accounts[_i].letters);
	ok = account_check(&a, &(unsigned){0}, &err);
	ck_assert_int_eq(ok, accounts[_i].cause == NULL);
	if (ok)
		return;
	ck_assert_int_eq(err.kind, ERROR_CONFIG);
	ck_assert_msg(strstr(err.cause, accounts[_i].cause) != NULL, "%s", err.cause);
	ck_assert_str_ne(err.hint, "");
}
END_TEST

static const struct {
	const char *tls, *port;
	unsigned want;
} ports[] = {
    {"implicit", NULL, 995},
    {"starttls", NULL, 110},
    {"implicit", "1995", 1995},
    {"starttls", "1110", 1110},
};

START_TEST(the_default_port_depends_on_tls)
{
	struct error err;

	set_all("supm");
	must_set("tls", ports[_i].tls);
	if (ports[_i].port)
		must_set("port", ports[_i].port);
	ck_assert(account_check(&a, &(unsigned){0}, &err));
	ck_assert_uint_eq(a.port, ports[_i].want);
}
END_TEST

static const struct {
	const char *name;
	bool good;
} names[] = {
    {"work", true},
    {"a", true},
    {"me@example.org", true},
    {"2nd_account-x+y", true},
    {"", false},
    {".hidden", false},
    {"-q", false},
    {"..", false},
    {"a/b", false},
    {"a b", false},
    {"a\nb", false},
    {"a:b", false},
    {"m\xc3\xbcller", false},
    {"0123456789012345678901234567890123456789012345678901234567890123", true},
    {"01234567890123456789012345678901234567890123456789012345678901234", false},
};

START_TEST(an_account_name_is_safe_in_file_names_and_on_command_lines)
{
	ck_assert_int_eq(account_name_is_good(names[_i].name), names[_i].good);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("account");
	TCase *o = check_case(s, "options"), *w = check_case(s, "complete account");

	tcase_add_checked_fixture(o, enter_account, leave_account);
	tcase_add_checked_fixture(w, enter_account, leave_account);
	LOOP_OVER(o, a_server_with_more_than_a_name_is_rejected_with_the_right_spelling, more_than_a_name);
	tcase_add_test(o, an_account_starts_with_the_documented_defaults);
	LOOP_OVER(o, a_valid_value_is_accepted, values);
	LOOP_OVER(o, an_invalid_value_is_rejected_with_a_hint_at_valid_ones, values);
	tcase_add_test(o, the_table_of_values_covers_every_option_with_a_single_value);
	tcase_add_test(o, each_option_sets_its_own_field);
	tcase_add_test(o, a_later_value_replaces_an_earlier_one);
	LOOP_OVER(o, paths_are_resolved_from_home_or_the_configuration_directory, paths);
	tcase_add_test(o, an_error_message_never_contains_a_password);
	LOOP_OVER(o, a_command_is_a_list_that_starts_with_a_program_name, command_options);
	LOOP_OVER(w, an_incomplete_or_contradictory_account_is_rejected, accounts);
	LOOP_OVER(w, the_default_port_depends_on_tls, ports);
	LOOP_OVER(w, an_account_name_is_safe_in_file_names_and_on_command_lines, names);
	return check_main(s);
}
