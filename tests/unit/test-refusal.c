#include "config.h"

#include <string.h>

#include "check_main.h"
#include "pop3/refusal.h"

static const struct {
	const char *words;
	enum error_kind asked, kind;
	bool temporary;
	const char *hint; /* a part of it; NULL: no hint */
} refusals[] = {
    {"[IN-USE] busy", ERROR_AUTH, ERROR_LOCKED, true, "next run"},
    {"[in-use] busy", ERROR_AUTH, ERROR_LOCKED, true, "next run"},
    {"[LOGIN-DELAY] later", ERROR_AUTH, ERROR_LOCKED, true, "less often"},
    {"[Login-Delay]", ERROR_PROTOCOL, ERROR_LOCKED, true, "less often"},
    {"[SYS/TEMP] disk", ERROR_AUTH, ERROR_PROTOCOL, true, "next run"},
    {"[sys/temp]", ERROR_PROTOCOL, ERROR_PROTOCOL, true, "next run"},
    {"[SYS/PERM] broken", ERROR_AUTH, ERROR_PROTOCOL, false, "operator"},
    {"[AUTH] wrong", ERROR_AUTH, ERROR_AUTH, false, "app password"},
    {"[auth] wrong", ERROR_PROTOCOL, ERROR_AUTH, false, "app password"},
    {"[AUTH]wrong", ERROR_PROTOCOL, ERROR_AUTH, false, "app password"},
    /* Codes have levels (RFC 2449, 8): a sublevel has the meaning of its parent. */
    {"[IN-USE/LOCK] busy", ERROR_AUTH, ERROR_LOCKED, true, "next run"},
    {"[LOGIN-DELAY/60] later", ERROR_AUTH, ERROR_LOCKED, true, "less often"},
    {"[LOGIN-DELAY 300] later", ERROR_AUTH, ERROR_LOCKED, true, "less often"},
    {"[SYS/TEMP/DB] database", ERROR_AUTH, ERROR_PROTOCOL, true, "next run"},
    {"[SYS/PERM/ACL] no", ERROR_AUTH, ERROR_PROTOCOL, false, "operator"},
    {"[SYS/ODD] no", ERROR_AUTH, ERROR_PROTOCOL, true, "next run"},
    {"[SYS] no", ERROR_AUTH, ERROR_PROTOCOL, true, "next run"},
    {"[AUTH/EXPIRED] no", ERROR_PROTOCOL, ERROR_AUTH, false, "app password"},
    {"[SYSTEM] no", ERROR_AUTH, ERROR_AUTH, false, "app password"},
    {"[LOGIN-DELAY/60", ERROR_PROTOCOL, ERROR_PROTOCOL, false, "mailhaul -vv"},
    /* No code, an unknown one, or one that is not at the beginning. */
    {"wrong password", ERROR_AUTH, ERROR_AUTH, false, "app password"},
    {"no such message", ERROR_PROTOCOL, ERROR_PROTOCOL, false, "mailhaul -vv"},
    {"", ERROR_PROTOCOL, ERROR_PROTOCOL, false, "mailhaul -vv"},
    {"[X-ODD] what", ERROR_PROTOCOL, ERROR_PROTOCOL, false, "mailhaul -vv"},
    {"[LOGIN-DELAY", ERROR_PROTOCOL, ERROR_PROTOCOL, false, "mailhaul -vv"},
    {"[IN-USEFUL]", ERROR_PROTOCOL, ERROR_PROTOCOL, false, "mailhaul -vv"},
    {"LOGIN-DELAY", ERROR_PROTOCOL, ERROR_PROTOCOL, false, "mailhaul -vv"},
    {"sorry [LOGIN-DELAY]", ERROR_PROTOCOL, ERROR_PROTOCOL, false, "mailhaul -vv"},
    /* Words known to mean the same as a code. */
    {"maildrop already locked", ERROR_AUTH, ERROR_LOCKED, true, "next run"},
    {"Maildrop already locked", ERROR_PROTOCOL, ERROR_LOCKED, true, "next run"},
    {"Exceeded the login limit for a 15 minute period.", ERROR_AUTH, ERROR_LOCKED, true, "less often"},
    {"internal server error", ERROR_AUTH, ERROR_PROTOCOL, true, "next run"},
    {"chdir Maildir failed", ERROR_AUTH, ERROR_PROTOCOL, true, "next run"},
    {"too many connections", ERROR_PROTOCOL, ERROR_PROTOCOL, true, "next run"},
    /* A code takes precedence over words. */
    {"[AUTH] maildrop already locked", ERROR_PROTOCOL, ERROR_AUTH, false, "app password"},
    {"[SYS/PERM] internal server error", ERROR_AUTH, ERROR_PROTOCOL, false, "operator"},
    {"  [IN-USE] wrong password", ERROR_AUTH, ERROR_LOCKED, true, "next run"},
};

START_TEST(the_response_code_or_the_words_determine_the_kind_of_error)
{
	const char *words = refusals[_i].words;
	struct error err;

	memset(&err, 'x', sizeof(err));
	ck_assert(!refusal_error(words, strlen(words), refusals[_i].asked, "the server refused", &err));
	ck_assert_int_eq(err.kind, refusals[_i].kind);
	ck_assert(err.temporary == refusals[_i].temporary);
	ck_assert_str_eq(err.cause, "the server refused");
	ck_assert_str_eq(err.server, words);
	ck_assert_ptr_ne(strstr(err.hint, refusals[_i].hint), NULL);
}
END_TEST

START_TEST(no_byte_after_the_words_is_read)
{
	struct error err;

	refusal_error("[LOGIN-DELAY/X]", 14, ERROR_PROTOCOL, "refused", &err);
	ck_assert_int_eq(err.kind, ERROR_PROTOCOL);
	refusal_error("[LOGIN-DELAY]", 12, ERROR_PROTOCOL, "refused", &err);
	ck_assert_int_eq(err.kind, ERROR_PROTOCOL);
	ck_assert_str_eq(err.server, "[LOGIN-DELAY");
}
END_TEST

START_TEST(the_words_of_the_server_are_escaped)
{
	struct error err;

	refusal_error("[AUTH] \x1b[31m\0no", 15, ERROR_AUTH, "refused", &err);
	ck_assert_str_eq(err.server, "[AUTH] \\x1b[31m\\x00no");
}
END_TEST

/* The kind of a refused login without a known code, with and without AUTH-RESP-CODE announced. */
static const struct {
	const char *words;
	enum error_kind plain, coded;
} logins[] = {
    {"-ERR", ERROR_AUTH, ERROR_PROTOCOL},
    {"no", ERROR_AUTH, ERROR_PROTOCOL},
    {"Authentication failed, please try again later", ERROR_AUTH, ERROR_PROTOCOL},
    {"wrong password", ERROR_AUTH, ERROR_AUTH},
    {"[AUTH] no", ERROR_AUTH, ERROR_AUTH},
    {"[X-ODD] no", ERROR_AUTH, ERROR_PROTOCOL},
    {"[SYS/PERM] no", ERROR_PROTOCOL, ERROR_PROTOCOL},
    {"[SYS/TEMP] no", ERROR_PROTOCOL, ERROR_PROTOCOL},
    {"maildrop already locked", ERROR_LOCKED, ERROR_LOCKED},
};

START_TEST(auth_resp_code_limits_password_refusals_to_the_code_or_clear_words)
{
	const char *words = logins[_i].words;
	struct error err;

	ck_assert(!refusal_of_login(words, strlen(words), false, &err));
	ck_assert_int_eq(err.kind, logins[_i].plain);
	ck_assert(!refusal_of_login(words, strlen(words), true, &err));
	ck_assert_int_eq(err.kind, logins[_i].coded);
	ck_assert(err.temporary == (err.kind != ERROR_AUTH && !strstr(words, "PERM")));
	ck_assert_str_eq(err.server, words);
	ck_assert_str_ne(err.hint, "");
}
END_TEST

static const struct {
	const char *words;
	bool denied;
} commands[] = {
    {"unknown command", true},
    {"Unknown command.", true},
    {"Unknown command: AUTH", true},
    {"command not recognized", true},
    {"Invalid command in current state.", true},     /* hMailServer issue 230 */
    {"Command is not valid in this state.", true},   /* Exchange */
    {"Unknown AUTHORIZATION state command", true},   /* UW ipop3d */
    {"Unrecognized authentication type", true},	     /* RFC 1734 */
    {"Unsupported authentication mechanism.", true}, /* Dovecot */
    {"mechanism not supported", true},		     /* nginx */
    {"Unknown AUTH method", true},
    {"unsupported auth method", true},
    {"authentication method not available", true},
    {"AUTH not supported", true},
    {"Command not implemented.", true}, /* Berkeley popper */
    {"Syntax error in parameters or arguments", true},
    {"Syntax error", true},
    {"wrong or unimplemented command", true},
    {"authorization first", true}, /* qmail-popup */
    {"Too many arguments", true},
    {"500 5.5.1 Command unrecognized", true},
    {"SASL mechanism PLAIN is disabled", true},
    {"Basic authentication is no longer supported by this server", true},
    /* Answers about the user, or about a server problem. */
    {"[AUTH] unknown command", false},
    {"[SYS/PERM] Unknown command", false},
    {"unknown user", false},
    {"User not known", false},
    {"invalid login", false},
    {"Invalid authentication", false},
    {"Bad authentication", false},
    {"Authentication failed.", false},
    {"authentication not available", false},
    {"Unknown authentication error", false},
    {"username not recognized", false},
    {"account not recognized", false},
    {"Login invalid", false},
    {"bad login command: wrong password", false},
    {"Too many invalid logon attempts.", false},
    {"Too many connections", false},
    {"maildrop already locked", false},
    {"Unable to execute command: disk full", false},
    {"Authentication failed: invalid user name or bad password.", false},
    {"", false},
    {"no", false},
};

START_TEST(a_refused_command_is_distinguished_from_a_refused_password)
{
	const char *words = commands[_i].words;

	ck_assert_msg(refusal_denies_command(words, strlen(words)) == commands[_i].denied, "%s", words);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("refusal");
	TCase *c = check_case(s, "refusal");

	LOOP_OVER(c, the_response_code_or_the_words_determine_the_kind_of_error, refusals);
	LOOP_OVER(c, auth_resp_code_limits_password_refusals_to_the_code_or_clear_words, logins);
	LOOP_OVER(c, a_refused_command_is_distinguished_from_a_refused_password, commands);
	tcase_add_test(c, no_byte_after_the_words_is_read);
	tcase_add_test(c, the_words_of_the_server_are_escaped);
	return check_main(s);
}
