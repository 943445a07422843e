#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/memory.h"
#include "base/secret.h"
#include "check_main.h"
#include "pop3/login.h"
#include "pop3/login_parameters.h"
#include "talk.h"

static struct talk talk;

static bool login_with(const char *word, const char *user, const char *token)
{
	struct secret *secret = secret_make(token, strlen(token));
	struct login l = {.mechanism = word ? mechanism_find(word) : NULL,
	    .kind = MECHANISM_TOKEN,
	    .secret = secret,
	    .user = user,
	    .host = "pop.example.org",
	    .port = 995};
	bool ok = login_run(talk.session, &l, &talk.err);

	secret_free(&secret);
	return ok;
}

static const char token[] = "vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==";

/* The initial response of XOAUTH2 for that user and token. */
#define AGAIN                                                                                                          \
	"dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB2RjlkZnQ0cW1UYzJOdmIzUmxja0JoZEhSaGRtbHpkR0V1WTI5dENnPT0BAQ=="

/* What a server sends and what it receives from "someuser@example.com" with that token. */
static const struct {
	const char *word, *server, *client;
	enum error_kind kind;
	const char *words; /* the server's text as reported */
} logins[] = {
    /* The example in Google's documentation of XOAUTH2. */
    {"xoauth2", "+OK\r\n",
	"AUTH XOAUTH2 "
	"dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB2RjlkZnQ0cW1UYzJOdmIzUmxja0JoZEhSaGRtbHpkR0V1WTI5dENnPT0BAQ==\r\n",
	ERROR_NONE, ""},
    {"oauthbearer", "+OK\r\n",
	"AUTH OAUTHBEARER "
	"bixhPXNvbWV1c2VyQGV4YW1wbGUuY29tLAFob3N0PXBvcC5leGFtcGxlLm9yZwFwb3J0PTk5NQFhdXRoPUJlYXJlciB2RjlkZnQ0cW1UYzJOdmIzUmxja0JoZEhSaGRtbHpkR0V1WTI5dENnPT0BAQ==\r\n",
	ERROR_NONE, ""},
    /* Refused with a reason, which is answered; then refused finally. */
    {"xoauth2", "+ eyJzdGF0dXMiOiI0MDEifQ==\r\n-ERR [AUTH] no\r\n", "\r\n", ERROR_AUTH,
	"{\"status\":\"401\"} [AUTH] no"},
    {"oauthbearer", "+ eyJzdGF0dXMiOiI0MDEifQ==\r\n-ERR [AUTH] no\r\n", "AQ==\r\n", ERROR_AUTH,
	"{\"status\":\"401\"} [AUTH] no"},
    {"xoauth2", "-ERR no\r\n+OK\r\n", NULL, ERROR_AUTH, "no"},
    {"xoauth2", "+ eyJzdGF0dXMiOiI0MDEifQ==\r\n-ERR [SYS/TEMP] later\r\n", "\r\n", ERROR_PROTOCOL,
	"{\"status\":\"401\"} [SYS/TEMP] later"},
    {"xoauth2", "+ eyJzdGF0dXMiOiI0MDEifQ==\r\n-ERR [IN-USE] later\r\n", "\r\n", ERROR_LOCKED,
	"{\"status\":\"401\"} [IN-USE] later"},
    /* A server that asks for the response gets it once more. A further request ends the login. */
    {"xoauth2", "+ \r\n+OK\r\n", AGAIN "\r\n", ERROR_NONE, ""},
    {"xoauth2", "+ =\r\n+OK\r\n", AGAIN "\r\n", ERROR_NONE, ""},
    {"xoauth2", "+ \r\n+ eyJzdGF0dXMiOiI0MDEifQ==\r\n-ERR x\r\n", AGAIN "\r\n\r\n", ERROR_AUTH,
	"{\"status\":\"401\"} x"},
    {"xoauth2", "+ \r\n+ \r\n+ \r\n+OK\r\n", AGAIN "\r\n\r\n", ERROR_AUTH, ""},
    /* The mechanism is unknown. It was named, so no other one is tried. */
    {"xoauth2", "-ERR unknown command\r\n+OK\r\n", NULL, ERROR_PROTOCOL, "unknown command"},
    {"oauthbearer", "-ERR Unsupported authentication mechanism.\r\n+OK\r\n", NULL, ERROR_PROTOCOL,
	"Unsupported authentication mechanism."},
    /* Hostile reasons: control characters, terminal escapes, broken UTF-8, invalid base64, invalid JSON. */
    {"xoauth2", "+ eyIbWzMxbSI6ImENCmIAYyJ9\r\n-ERR x\r\n", "\r\n", ERROR_AUTH,
	"{\"\\x1b[31m\":\"a\\x0d\\x0ab\\x00c\"} x"},
    {"oauthbearer", "+ //5hYg==\r\n-ERR x\r\n", "AQ==\r\n", ERROR_AUTH, "\\xff\\xfeab x"},
    {"xoauth2", "+ {not base64}\r\n-ERR x\r\n", "\r\n", ERROR_AUTH, "{not base64} x"},
    {"xoauth2", "+ eyJz=GF0\r\n-ERR x\r\n", "\r\n", ERROR_AUTH, "eyJz=GF0 x"},
    {"xoauth2", "+ \x1b[31m\r\n-ERR x\r\n", "\r\n", ERROR_AUTH, "\\x1b[31m x"},
    {"xoauth2", "", NULL, ERROR_NETWORK, ""},
};

START_TEST(a_token_is_sent_again_only_on_request_and_never_logged)
{
	for (size_t piece = 0; piece < 20; piece++) {
		bool ok;

		talk_capable(&talk, "SASL PLAIN XOAUTH2 OAUTHBEARER\r\nUSER\r\n", logins[_i].server, piece);
		ok = login_with(logins[_i].word, "someuser@example.com", token);
		ck_assert(ok == (logins[_i].kind == ERROR_NONE));
		ck_assert_int_eq(talk.err.kind, logins[_i].kind);
		ck_assert_str_eq(talk.err.server, logins[_i].words);
		if (logins[_i].client && strncmp(logins[_i].client, "AUTH", 4) == 0)
			ck_assert_str_eq(talk.script.client, logins[_i].client);
		else
			ck_assert_str_eq(strchr(talk.script.client, '\n') + 1,
			    logins[_i].client ? logins[_i].client : "");
		ck_assert_ptr_null(strstr(buf_string(&talk.logged), token));
		ck_assert_ptr_null(strstr(buf_string(&talk.logged), "RjlkZnQ0cW1U"));
		ck_assert_ptr_nonnull(strstr(buf_string(&talk.logged), " ****\n"));
		ck_assert_ptr_null(strstr(talk.err.cause, token));
		talk_end(&talk);
	}
}
END_TEST

/*
 * Without a name, the other token mechanism is tried after one that the server does not know. Password mechanisms
 * are not.
 */
START_TEST(an_unknown_token_mechanism_is_followed_by_the_other)
{
	talk_capable(&talk, "SASL PLAIN XOAUTH2 OAUTHBEARER\r\nUSER\r\n", "-ERR unknown mechanism\r\n+OK\r\n", 0);
	ck_assert(login_with(NULL, "someuser@example.com", token));
	ck_assert_ptr_nonnull(strstr(talk.script.client, "AUTH OAUTHBEARER "));
	ck_assert_ptr_nonnull(strstr(talk.script.client, "\r\nAUTH XOAUTH2 "));
	talk_end(&talk);
	talk_capable(&talk, "SASL PLAIN XOAUTH2\r\nUSER\r\n", "-ERR unknown mechanism\r\n+OK\r\n+OK\r\n", 0);
	ck_assert(!login_with(NULL, "someuser@example.com", token));
	ck_assert_int_eq(talk.err.kind, ERROR_PROTOCOL);
	ck_assert(!login_was_refused(&talk.err));
	ck_assert_ptr_nonnull(strstr(talk.err.hint, "instead of token_command"));
	ck_assert_ptr_null(strstr(talk.script.client, "PLAIN"));
	ck_assert_ptr_null(strstr(talk.script.client, "USER"));
	talk_end(&talk);
}
END_TEST

START_TEST(a_rejected_token_has_a_hint)
{
	talk_capable(&talk, "SASL XOAUTH2\r\n", "-ERR [AUTH] no\r\n", 0);
	ck_assert(!login_with(NULL, "me", token));
	ck_assert_ptr_nonnull(strstr(talk.err.hint, "token_command"));
	ck_assert(!talk.err.temporary);
	talk_end(&talk);
}
END_TEST

/* All but the first are too long for an AUTH line of 255 octets; providers issue tokens of up to 16 KB. */
static const size_t lengths[] = {160, 163, 164, 1000, 4096, 16 * 1024, 40000};

START_TEST(a_long_token_waits_for_the_challenge_and_arrives_unchanged)
{
	size_t length = lengths[_i];
	char *long_token = memory_zeroed(length + 1, 1);
	struct buf sent = {0}, expected = {0};
	const char *response;
	bool fits = strlen("AUTH XOAUTH2 ") + (length + 5 + 1 + 1 + 12 + 2 + 2) / 3 * 4 + 2 <= 255;

	for (size_t i = 0; i < length; i++)
		long_token[i] = "abcXYZ019-._~+/"[i % 15];
	talk_capable(&talk, "SASL XOAUTH2\r\n", fits ? "+OK\r\n" : "+ \r\n+OK\r\n", 0);
	ck_assert(login_with(NULL, "m", long_token));
	response = talk.script.client + strlen(fits ? "AUTH XOAUTH2 " : "AUTH XOAUTH2\r\n");
	ck_assert_mem_eq(talk.script.client, fits ? "AUTH XOAUTH2 " : "AUTH XOAUTH2\r\n",
	    (size_t)(response - talk.script.client));
	ck_assert(base64_decode(&sent, response, strcspn(response, "\r")));
	buf_append_format(&expected, "user=m\001auth=Bearer %s\001\001", long_token);
	ck_assert_str_eq(buf_string(&sent), buf_string(&expected));
	ck_assert_str_eq(strchr(response, '\r'), "\r\n");
	talk_end(&talk);
	buf_free(&sent);
	buf_free(&expected);
	free(long_token);
}
END_TEST

START_TEST(oauthbearer_escapes_the_user_name)
{
	struct buf sent = {0};

	talk_capable(&talk, "SASL OAUTHBEARER\r\n", "+OK\r\n", 0);
	ck_assert(login_with(NULL, "a,b=c", "t"));
	ck_assert(base64_decode(&sent, talk.script.client + 17, strcspn(talk.script.client + 17, "\r")));
	ck_assert_str_eq(buf_string(&sent),
	    "n,a=a=2Cb=3Dc,\001host=pop.example.org\001port=995\001auth=Bearer t\001\001");
	talk_end(&talk);
	buf_free(&sent);
}
END_TEST

static const struct {
	const char *user, *token;
} unsendable[] = {
    {"me", ""},
    {"me", "two words"},
    {"me", "a\001b"},
    {"me", "a\tb"},
    {"me", "t\xc3\xb6ken"},
    {"me\001auth=x", "t"},
    {"me\r\nDELE 1", "t"},
};

START_TEST(a_user_or_token_that_breaks_the_response_is_not_sent)
{
	talk_capable(&talk, "SASL OAUTHBEARER XOAUTH2\r\n", "+OK\r\n", 0);
	ck_assert(!login_with("xoauth2", unsendable[_i].user, unsendable[_i].token));
	ck_assert_int_eq(talk.err.kind, ERROR_CONFIG);
	ck_assert(!login_with("oauthbearer", unsendable[_i].user, unsendable[_i].token));
	ck_assert_int_eq(talk.err.kind, ERROR_CONFIG);
	ck_assert_str_eq(talk.script.client, "");
	talk_end(&talk);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("login-token");
	TCase *c = check_case(s, "login-token");

	LOOP_OVER(c, a_token_is_sent_again_only_on_request_and_never_logged, logins);
	tcase_add_test(c, an_unknown_token_mechanism_is_followed_by_the_other);
	tcase_add_test(c, a_rejected_token_has_a_hint);
	LOOP_OVER(c, a_long_token_waits_for_the_challenge_and_arrives_unchanged, lengths);
	tcase_add_test(c, oauthbearer_escapes_the_user_name);
	LOOP_OVER(c, a_user_or_token_that_breaks_the_response_is_not_sent, unsendable);
	return check_main(s);
}
