#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/secret.h"
#include "check_main.h"
#include "pop3/login.h"
#include "pop3/login_parameters.h"
#include "talk.h"

static struct talk talk;

static const char password[] = "tanstaaftanstaaf"; /* RFC 4616, 4. */
static const char plain_response[] = "AHRpbQB0YW5zdGFhZnRhbnN0YWFm";

static bool login(const char *user, const char *word)
{
	struct secret *secret = secret_make(word, strlen(word));
	struct login l = {.secret = secret, .user = user, .host = "pop.example.org", .port = 995};
	bool ok = login_run(talk.session, &l, &talk.err);

	secret_free(&secret);
	return ok;
}

/* Makes a password of `length` bytes. */
static char *long_password(size_t length)
{
	char *made = memory_zeroed(length + 1, 1);

	memset(made, 'p', length);
	return made;
}

static const char *const offers[] = {"", "USER\r\n", "SASL PLAIN\r\n", "SASL SCRAM-SHA-256\r\nUSER\r\n"};

START_TEST(a_login_without_tls_sends_nothing)
{
	char server[128];

	snprintf(server, sizeof(server), "+OK\r\n%s.\r\n+OK\r\n+OK\r\n+OK\r\n", offers[_i]);
	talk_over_script(&talk, server, 0, false);
	ck_assert(session_ask_capabilities(talk.session, &talk.err));
	ck_assert(!login("tim", password));
	ck_assert_int_eq(talk.err.kind, ERROR_INTERNAL);
	ck_assert_str_eq(talk.script.client, "CAPA\r\n");
	talk_end(&talk);
}
END_TEST

/* What a server sends and what it receives from "tim" with the password above. */
static const struct {
	const char *capabilities, *server, *client;
	enum error_kind kind;
} logins[] = {
    {"SASL PLAIN\r\nUSER\r\n", "+OK\r\n", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n", ERROR_NONE},
    {"USER\r\n", "+OK\r\n+OK\r\n", "USER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_NONE},
    {"", "+OK\r\n+OK welcome\r\n", "USER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_NONE},
    {"SASL LOGIN XOAUTH2\r\n", "+OK\r\n+OK\r\n", "USER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_NONE},
    /* Refused: no weaker mechanism is tried. */
    {"SASL PLAIN\r\nUSER\r\n", "-ERR no\r\n+OK\r\n+OK\r\n", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n", ERROR_AUTH},
    {"SASL PLAIN\r\n", "-ERR [IN-USE] no\r\n", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n", ERROR_LOCKED},
    {"USER\r\n", "-ERR who\r\n+OK\r\n", "USER tim\r\n", ERROR_AUTH},
    {"USER\r\n", "+OK\r\n-ERR no\r\n", "USER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_AUTH},
    {"USER\r\n", "+OK\r\n-ERR [SYS/TEMP] no\r\n", "USER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_PROTOCOL},
    /* An unexpected challenge. */
    {"USER\r\n", "+ \r\n+OK\r\n", "USER tim\r\n", ERROR_AUTH},
    {"USER\r\n", "+OK\r\n+ \r\n+OK\r\n", "USER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_AUTH},
    /* A server that ignores the initial response and asks for it gets it once more, and only once. */
    {"SASL PLAIN\r\n", "+ \r\n+OK\r\n", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\nAHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n",
	ERROR_NONE},
    {"SASL PLAIN\r\n", "+\r\n+OK\r\n", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\nAHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n",
	ERROR_NONE},
    {"SASL PLAIN\r\n", "+ =\r\n+OK\r\n", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\nAHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n",
	ERROR_NONE},
    {"SASL PLAIN\r\n", "+ \r\n-ERR no\r\n+OK\r\n",
	"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\nAHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n", ERROR_AUTH},
    {"SASL PLAIN\r\n", "+ \r\n+ \r\n+ \r\n+OK\r\n",
	"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\nAHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n\r\n", ERROR_AUTH},
    /* Text in that challenge has no meaning (RFC 4616), in base64 or not; a qmail server, MailKit issue 268. */
    {"SASL PLAIN\r\n", "+ go ahead\r\n+OK\r\n",
	"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\nAHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n", ERROR_NONE},
    {"SASL PLAIN\r\n", "+ Z28gYWhlYWQ=\r\n+OK\r\n",
	"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\nAHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n", ERROR_NONE},
    {"SASL PLAIN\r\n", "+ go ahead\r\n-ERR no\r\n+OK\r\n",
	"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\nAHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n", ERROR_AUTH},
    {"SASL PLAIN\r\n", "+ go ahead\r\n-ERR unknown command\r\n+OK\r\n",
	"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\nAHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n", ERROR_AUTH},
    {"SASL PLAIN\r\n", "+ go ahead\r\n+ go ahead\r\n+ go ahead\r\n+OK\r\n",
	"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\nAHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n\r\n", ERROR_AUTH},
    /* A server that does not know AUTH, or not the announced mechanism: USER is not weaker. */
    {"SASL PLAIN\r\n", "-ERR unknown command\r\n+OK\r\n+OK\r\n",
	"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\nUSER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_NONE},
    {"SASL PLAIN\r\nUSER\r\n", "-ERR Unrecognized authentication type\r\n+OK\r\n+OK\r\n",
	"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\nUSER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_NONE},
    {"SASL PLAIN\r\nUSER\r\n", "-ERR Invalid command in current state.\r\n+OK\r\n-ERR no\r\n",
	"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\nUSER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_AUTH},
    {"SASL PLAIN\r\nAUTH-RESP-CODE\r\n", "-ERR mechanism not supported\r\n+OK\r\n+OK\r\n",
	"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\nUSER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_NONE},
    {"SASL PLAIN\r\n", "-ERR unknown command\r\n-ERR unknown command\r\n+OK\r\n",
	"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\nUSER tim\r\n", ERROR_PROTOCOL},
    {"SASL PLAIN\r\n", "-ERR [AUTH] unknown command\r\n+OK\r\n", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n",
	ERROR_AUTH},
    {"SASL PLAIN\r\n", "-ERR [SYS/TEMP] unknown command\r\n+OK\r\n", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n",
	ERROR_PROTOCOL},
    {"USER\r\n", "-ERR unknown command\r\n+OK\r\n", "USER tim\r\n", ERROR_PROTOCOL},
    {"USER\r\n", "+OK\r\n-ERR unknown command\r\n", "USER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_AUTH},
    {"SASL PLAIN\r\nUTF8\r\n", "+OK\r\n-ERR unknown command\r\n+OK\r\n+OK\r\n",
	"UTF8\r\nAUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\nUSER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_NONE},
    /* After SCRAM, no mechanism that reveals the password is tried. */
    {"SASL SCRAM-SHA-256 PLAIN\r\nUSER\r\n", "-ERR unknown command\r\n+OK\r\n+OK\r\n", NULL, ERROR_PROTOCOL},
    /* Without a response code, the words or the promise of AUTH-RESP-CODE decide. */
    {"SASL PLAIN\r\n", "-ERR maildrop already locked\r\n", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n", ERROR_LOCKED},
    {"USER\r\n", "+OK\r\n-ERR Maildrop already locked\r\n", "USER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_LOCKED},
    {"USER\r\n", "+OK\r\n-ERR internal server error\r\n", "USER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_PROTOCOL},
    {"USER\r\nAUTH-RESP-CODE\r\n", "+OK\r\n-ERR no\r\n", "USER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_PROTOCOL},
    {"USER\r\nAUTH-RESP-CODE\r\n", "+OK\r\n-ERR [AUTH] no\r\n", "USER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_AUTH},
    /* UTF8 is sent before the login, in the same round trip if that is allowed. A refusal is accepted. */
    {"SASL PLAIN\r\nUTF8\r\n", "+OK\r\n+OK\r\n", "UTF8\r\nAUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n", ERROR_NONE},
    {"SASL PLAIN\r\nUTF8 USER\r\n", "-ERR\r\n+OK\r\n", "UTF8\r\nAUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n",
	ERROR_NONE},
    {"UTF8\r\nPIPELINING\r\n", "+OK\r\n+OK\r\n+OK\r\n", "UTF8\r\nUSER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_NONE},
    {"UTF8\r\nPIPELINING\r\n", "-ERR what\r\n+OK\r\n-ERR no\r\n", "UTF8\r\nUSER tim\r\nPASS tanstaaftanstaaf\r\n",
	ERROR_AUTH},
    {"UTF8\r\nPIPELINING\r\n", "", "UTF8\r\nUSER tim\r\n", ERROR_NETWORK},
    {"SASL PLAIN\r\nUTF8\r\nPIPELINING\r\n", "+OK\r\n+ \r\n+OK\r\n",
	"UTF8\r\nAUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\nAHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n", ERROR_NONE},
    /* An answer that is not POP3, and no answer. */
    {"SASL PLAIN\r\n", "235 OK\r\n", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n", ERROR_PROTOCOL},
    {"USER\r\n", "250 OK\r\n+OK\r\n", "USER tim\r\n", ERROR_PROTOCOL},
    {"USER\r\n", "+OK\r\n", "USER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_NETWORK},
    {"SASL PLAIN\r\n", "", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n", ERROR_NETWORK},
};

static bool logged(const char *words)
{
	return strstr(buf_string(&talk.logged), words) != NULL;
}

START_TEST(a_login_sends_only_these_lines_and_logs_no_secret)
{
	for (size_t piece = 0; piece < 30; piece++) {
		bool ok;

		talk_capable(&talk, logins[_i].capabilities, logins[_i].server, piece);
		ok = login("tim", password);
		ck_assert(ok == (logins[_i].kind == ERROR_NONE));
		ck_assert_int_eq(talk.err.kind, logins[_i].kind);
		if (logins[_i].client)
			ck_assert_str_eq(talk.script.client, logins[_i].client);
		else
			ck_assert_ptr_null(strchr(strchr(talk.script.client, '\n') + 1, '\n'));
		ck_assert(!logged(password));
		ck_assert(!logged(plain_response));
		ck_assert(!logged("YW5zdGFhZnRhbnN0YWFm"));
		ck_assert(!logged("dGFuc3RhYWZ0YW5zdGFhZ"));
		ck_assert(logged("C: USER tim\n") || logged("C: AUTH PLAIN ****\n") ||
		    logged("C: AUTH SCRAM-SHA-256 ****\n"));
		ck_assert(logged("C: PASS ****\n") == (logins[_i].client && strstr(logins[_i].client, "PASS") != NULL));
		ck_assert(!ok || logged("S: +OK"));
		talk_end(&talk);
	}
}
END_TEST

START_TEST(the_server_reply_is_reported)
{
	talk_capable(&talk, "SASL PLAIN\r\n", "-ERR [AUTH] wrong \x1bpassword\r\n", 0);
	ck_assert(!login("tim", password));
	ck_assert_str_eq(talk.err.server, "[AUTH] wrong \\x1bpassword");
	ck_assert_ptr_eq(strstr(talk.err.cause, password), NULL);
	ck_assert_str_ne(talk.err.hint, "");
	talk_end(&talk);
}
END_TEST

/* An AUTH line may have 255 octets; a longer response waits for the server's "+". */
START_TEST(a_long_response_waits_for_the_challenge)
{
	char *word = long_password((size_t)_i);
	size_t encoded = (2 + (size_t)_i + 3) / 3 * 4;
	bool fits = strlen("AUTH PLAIN ") + encoded + 2 <= 255;
	const char *client = talk.script.client;

	talk_capable(&talk, "SASL PLAIN\r\n", fits ? "+OK\r\n" : "+ \r\n+OK\r\n", 0);
	ck_assert(login("u", word));
	if (fits) {
		ck_assert_uint_eq(talk.script.client_length, strlen("AUTH PLAIN ") + encoded + 2);
	} else {
		ck_assert_mem_eq(client, "AUTH PLAIN\r\n", 12);
		ck_assert_uint_eq(talk.script.client_length, 12 + encoded + 2);
		ck_assert(logged("C: AUTH PLAIN\nS: + \nC: ****\n"));
	}
	ck_assert(!logged("cHBwcHBw")); /* "ppp" in base64 */
	ck_assert(!logged("BwcHBwcH"));
	ck_assert(!logged("wcHBwcHB"));
	talk_end(&talk);
	free(word);
}
END_TEST

START_TEST(a_long_response_is_not_sent_without_a_challenge)
{
	char *word = long_password(300);

	talk_capable(&talk, "SASL PLAIN\r\n", "-ERR no\r\n+OK\r\n", 0);
	ck_assert(!login("u", word));
	ck_assert_int_eq(talk.err.kind, ERROR_AUTH);
	ck_assert_str_eq(talk.script.client, "AUTH PLAIN\r\n");
	talk_end(&talk);
	free(word);
}
END_TEST

START_TEST(endless_empty_challenges_end_the_login)
{
	static char server[3 * 1000 + 1];

	for (size_t i = 0; i < 1000; i++)
		memcpy(server + 3 * i, "+\r\n", 3);
	talk_capable(&talk, "SASL PLAIN\r\n", server, 0);
	ck_assert(!login("tim", password));
	ck_assert_int_eq(talk.err.kind, ERROR_AUTH);
	ck_assert_uint_lt(talk.script.client_length, 100);
	talk_end(&talk);
}
END_TEST

static const struct {
	const char *user, *password;
} unsendable[] = {
    {"tim\r\nDELE 1", "x"},
    {"tim\n", "x"},
    {"tim", "x\r\nDELE 1"},
    {"tim", "\r"},
};

START_TEST(a_line_ending_in_a_user_or_password_sends_no_command)
{
	talk_capable(&talk, "USER\r\n", "+OK\r\n+OK\r\n+OK\r\n", 0);
	ck_assert(!login(unsendable[_i].user, unsendable[_i].password));
	ck_assert_int_eq(talk.err.kind, ERROR_CONFIG);
	ck_assert_uint_eq(talk.script.client_length, 0);
	talk_end(&talk);
}
END_TEST

START_TEST(a_user_and_a_password_may_contain_blanks)
{
	talk_capable(&talk, "", "+OK\r\n+OK\r\n", 0);
	ck_assert(login("a b", " p w "));
	ck_assert_str_eq(talk.script.client, "USER a b\r\nPASS  p w \r\n");
	ck_assert(!logged(" p w "));
	talk_end(&talk);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("login");
	TCase *c = check_case(s, "login");

	LOOP_OVER(c, a_login_without_tls_sends_nothing, offers);
	LOOP_OVER(c, a_login_sends_only_these_lines_and_logs_no_secret, logins);
	tcase_add_test(c, the_server_reply_is_reported);
	tcase_add_loop_test(c, a_long_response_waits_for_the_challenge, 170, 186);
	tcase_add_loop_test(c, a_long_response_waits_for_the_challenge, 2000, 2003);
	tcase_add_test(c, a_long_response_is_not_sent_without_a_challenge);
	tcase_add_test(c, endless_empty_challenges_end_the_login);
	LOOP_OVER(c, a_line_ending_in_a_user_or_password_sends_no_command, unsendable);
	tcase_add_test(c, a_user_and_a_password_may_contain_blanks);
	return check_main(s);
}
