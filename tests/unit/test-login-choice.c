#include "config.h"

#include <string.h>

#include "base/memory.h"
#include "base/secret.h"
#include "check_main.h"
#include "pop3/login.h"
#include "pop3/login_choose.h"
#include "pop3/login_parameters.h"
#include "talk.h"

static struct talk talk;

static const char password[] = "tanstaaftanstaaf";

/* Starts a session up to the login. binding is the channel binding of its TLS, or NULL. */
static void start(const char *greeting, const char *capabilities, const char *server, const char *binding)
{
	static char text[65536];
	int length = snprintf(text, sizeof(text), "%s\r\n+OK\r\n%s.\r\n%s", greeting, capabilities, server);

	ck_assert_int_lt(length, (int)sizeof(text));
	talk_start(&talk, text, 0);
	talk.script.binding = binding;
	ck_assert(session_greet(talk.session, &talk.err));
	ck_assert(session_ask_capabilities(talk.session, &talk.err));
	talk.script.client_length = 0;
	talk.script.client[0] = '\0';
}

static const struct {
	const char *offered, *binding;
	enum mechanism_secret kind;
	const char *chosen; /* NULL: no mechanism */
} choices[] = {
    {"SASL PLAIN", NULL, MECHANISM_PASSWORD, "plain"},
    {"SASL PLAIN SCRAM-SHA-1", NULL, MECHANISM_PASSWORD, "scram-sha-1"},
    {"SASL SCRAM-SHA-1 SCRAM-SHA-256 PLAIN", NULL, MECHANISM_PASSWORD, "scram-sha-256"},
    {"SASL scram-sha-256 plain", NULL, MECHANISM_PASSWORD, "scram-sha-256"},
    {"SASL PLAIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS", "tls-exporter", MECHANISM_PASSWORD, "scram-sha-256-plus"},
    {"SASL PLAIN SCRAM-SHA-256 SCRAM-SHA-256-PLUS", "tls-unique", MECHANISM_PASSWORD, "scram-sha-256-plus"},
    {"SASL SCRAM-SHA-1-PLUS SCRAM-SHA-1", "tls-exporter", MECHANISM_PASSWORD, "scram-sha-1-plus"},
    {"SASL SCRAM-SHA-1-PLUS SCRAM-SHA-256", "tls-exporter", MECHANISM_PASSWORD, "scram-sha-256"},
    {"SASL SCRAM-SHA-256-PLUS PLAIN", NULL, MECHANISM_PASSWORD, "plain"},
    {"SASL SCRAM-SHA-256-PLUS SCRAM-SHA-1", NULL, MECHANISM_PASSWORD, "scram-sha-1"},
    /* Weak mechanisms are only used by name. */
    {"SASL LOGIN CRAM-MD5 PLAIN", NULL, MECHANISM_PASSWORD, "plain"},
    {"SASL LOGIN CRAM-MD5 DIGEST-MD5 NTLM ANONYMOUS EXTERNAL GSSAPI XOAUTH2", NULL, MECHANISM_PASSWORD, "user"},
    {"SASL", NULL, MECHANISM_PASSWORD, "user"},
    {"USER", NULL, MECHANISM_PASSWORD, "user"},
    /* A token is not a password. */
    {"SASL PLAIN LOGIN XOAUTH2 OAUTHBEARER", NULL, MECHANISM_TOKEN, "oauthbearer"},
    {"SASL PLAIN XOAUTH2 SCRAM-SHA-256", NULL, MECHANISM_TOKEN, "xoauth2"},
    {"SASL PLAIN SCRAM-SHA-256", NULL, MECHANISM_TOKEN, NULL},
    {"USER", NULL, MECHANISM_TOKEN, NULL},
};

START_TEST(the_strongest_usable_mechanism_is_chosen)
{
	struct login l = {.kind = choices[_i].kind};
	const struct mechanism *chosen;
	char capabilities[256];

	snprintf(capabilities, sizeof(capabilities), "%s\r\n", choices[_i].offered);
	start("+OK <1@host>", capabilities, "", choices[_i].binding);
	chosen = login_choose(talk.session, &l, &talk.err);
	if (choices[_i].chosen) {
		ck_assert_str_eq(chosen->word, choices[_i].chosen);
	} else {
		ck_assert_ptr_null(chosen);
		ck_assert_int_eq(talk.err.kind, ERROR_AUTH);
		ck_assert_str_eq(talk.err.cause, "the server offers no login with a token (OAUTHBEARER or XOAUTH2)");
	}
	talk_end(&talk);
}
END_TEST

static bool login_with(const char *word, const char *user)
{
	const struct mechanism *m = mechanism_find(word);
	struct secret *secret = secret_make(password, strlen(password));
	struct login l = {.mechanism = m,
	    .kind = m->secret,
	    .secret = m->secret == MECHANISM_NOTHING ? NULL : secret,
	    .user = user,
	    .host = "pop.example.org",
	    .port = 995};
	bool ok = login_run(talk.session, &l, &talk.err);

	secret_free(&secret);
	return ok;
}

START_TEST(a_configured_mechanism_that_is_not_offered_sends_nothing)
{
	/* Announces all mechanisms except this one. */
	const struct mechanism *m = &mechanisms[_i];
	char capabilities[512] = "USER\r\nSASL", cause[256];

	for (size_t i = 0; i < mechanism_count; i++) {
		if (mechanisms[i].sasl && &mechanisms[i] != m) {
			strcat(capabilities, " ");
			strcat(capabilities, mechanisms[i].sasl);
		}
	}
	strcat(capabilities, "\r\n");
	start("+OK no timestamp", capabilities, "+OK\r\n+OK\r\n+OK\r\n", "tls-exporter");
	if (strcmp(m->word, "user") == 0) {
		ck_assert(login_with(m->word, "tim")); /* its announcement is never certain */
	} else {
		ck_assert(!login_with(m->word, "tim"));
		ck_assert_int_eq(talk.err.kind, ERROR_AUTH);
		snprintf(cause, sizeof(cause), "the server does not offer %s", m->sasl);
		ck_assert_str_eq(talk.err.cause,
		    m->sasl ? cause : "the server does not offer APOP: its greeting has no timestamp");
		ck_assert_ptr_nonnull(strstr(talk.err.hint, "remove auth"));
		ck_assert_str_eq(talk.script.client, "");
	}
	talk_end(&talk);
}
END_TEST

START_TEST(scram_plus_sends_nothing_without_channel_binding)
{
	start("+OK", "SASL SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN\r\n", "+OK\r\n+OK\r\n", NULL);
	ck_assert(!login_with("scram-sha-256-plus", "tim"));
	ck_assert_str_eq(talk.err.cause,
	    "SCRAM-SHA-256-PLUS needs channel binding, which this TLS connection does not provide");
	ck_assert_str_eq(talk.script.client, "");
	talk_end(&talk);
}
END_TEST

/* With auto: passwords and user names that SASLprep (RFC 4013) changes or refuses. */
static const struct {
	const char *offered, *binding, *user, *password, *chosen;
} prepared[] = {
    {"SASL SCRAM-SHA-256 PLAIN", NULL, "tim", "p\xc3\xa5ss", "scram-sha-256"},
    {"SASL SCRAM-SHA-256 PLAIN", NULL, "tim", "m\xc2\xb2pass", "plain"},
    {"SASL SCRAM-SHA-256 SCRAM-SHA-256-PLUS PLAIN", "tls-exporter", "tim", "m\xc2\xb2pass", "plain"},
    {"SASL SCRAM-SHA-1 PLAIN", NULL, "tim", "smile\xf0\x9f\x98\x80", "plain"},
    {"SASL SCRAM-SHA-1 PLAIN", NULL, "tim", "\xe9t\xe9", "plain"},
    {"SASL SCRAM-SHA-1 PLAIN", NULL, "\xc2\xaa", "pencil", "plain"},
    {"SASL SCRAM-SHA-1 PLAIN", NULL, "\xe9t\xe9", "pencil", "plain"},
    {"USER\r\nSASL SCRAM-SHA-256", NULL, "tim", "m\xc2\xb2pass", "user"},
    {"USER\r\nSASL SCRAM-SHA-256", NULL, "tim", "smile\xf0\x9f\x98\x80", "user"},
    {"USER\r\nSASL SCRAM-SHA-256", NULL, "tim", "pencil", "scram-sha-256"},
    {"SASL SCRAM-SHA-256", NULL, "tim", "m\xc2\xb2pass", "scram-sha-256"},
    {"SASL SCRAM-SHA-256 CRAM-MD5", NULL, "tim", "m\xc2\xb2pass", "scram-sha-256"},
    {"USER", NULL, "tim", "m\xc2\xb2pass", "user"},
};

START_TEST(a_password_that_scram_would_change_is_sent_as_it_is)
{
	struct secret *secret = secret_make(prepared[_i].password, strlen(prepared[_i].password));
	struct login l = {.kind = MECHANISM_PASSWORD, .secret = secret, .user = prepared[_i].user};
	char capabilities[256];

	snprintf(capabilities, sizeof(capabilities), "%s\r\n", prepared[_i].offered);
	start("+OK", capabilities, "", prepared[_i].binding);
	ck_assert_str_eq(login_choose(talk.session, &l, &talk.err)->word, prepared[_i].chosen);
	secret_free(&secret);
	talk_end(&talk);
}
END_TEST

/* A mechanism by name (NULL: auto), such a password, and the failure. */
static const struct {
	const char *word, *capabilities, *user, *password, *server, *cause, *hint;
} unprepared[] = {
    {"scram-sha-256", "SASL SCRAM-SHA-256 PLAIN", "tim", "smile\xf0\x9f\x98\x80", "",
	"SCRAM-SHA-256 cannot transmit this password: SASLprep (RFC 4013) forbids one of its characters",
	"set auth = plain, which sends the password as it is, over TLS"},
    {"scram-sha-1", "USER\r\nSASL SCRAM-SHA-1", "t\x01m", "pencil", "",
	"SCRAM-SHA-1 cannot transmit this user name: SASLprep (RFC 4013) forbids one of its characters",
	"set auth = user, which sends the user name as it is, over TLS"},
    {NULL, "SASL SCRAM-SHA-1", "tim", "smile\xf0\x9f\x98\x80", "",
	"SCRAM-SHA-1 cannot transmit this password: SASLprep (RFC 4013) forbids one of its characters",
	"choose a password of ASCII characters: the server offers no login that sends others as they are"},
    {"cram-md5", "SASL CRAM-MD5 PLAIN", "tim", "\xe9t\xe9", "",
	"CRAM-MD5 cannot transmit this password: SASLprep (RFC 4013) forbids one of its characters",
	"set auth = plain, which sends the password as it is, over TLS"},
    {"cram-md5", "SASL CRAM-MD5 PLAIN", "tim", "m\xc2\xb2pass", "+ PDFAaG9zdD4=\r\n-ERR no\r\n",
	"the server refused the login, after SASLprep (RFC 4013) changed the password for CRAM-MD5",
	"set auth = plain, which sends the password as it is, over TLS"},
    {"scram-sha-256", "SASL SCRAM-SHA-256 PLAIN", "tim", "m\xc2\xb2pass", "-ERR no\r\n",
	"the server refused the login, after SASLprep (RFC 4013) changed the password for SCRAM-SHA-256",
	"set auth = plain, which sends the password as it is, over TLS"},
    {NULL, "USER\r\nSASL SCRAM-SHA-256", "tim", "m\xc2\xb2pass",
	"+OK\r\n-ERR [AUTH] Unsupported authentication mechanism.\r\n", "the server refused the login",
	"check user and password; if they are right, choose a password of ASCII characters, so that SCRAM can transmit "
	"it"},
    {NULL, "SASL SCRAM-SHA-256", "\xc2\xaa", "pencil", "-ERR no\r\n",
	"the server refused the login, after SASLprep (RFC 4013) changed the user name for SCRAM-SHA-256",
	"choose a user name of ASCII characters: the server offers no login that sends others as they are"},
};

START_TEST(a_failure_names_a_password_that_is_not_sent_as_it_is)
{
	struct secret *secret = secret_make(unprepared[_i].password, strlen(unprepared[_i].password));
	struct login l = {.mechanism = unprepared[_i].word ? mechanism_find(unprepared[_i].word) : NULL,
	    .kind = MECHANISM_PASSWORD,
	    .secret = secret,
	    .user = unprepared[_i].user,
	    .host = "pop.example.org"};
	char capabilities[256];

	snprintf(capabilities, sizeof(capabilities), "%s\r\n", unprepared[_i].capabilities);
	start("+OK", capabilities, unprepared[_i].server, NULL);
	ck_assert(!login_run(talk.session, &l, &talk.err));
	ck_assert_int_eq(talk.err.kind, ERROR_AUTH);
	ck_assert_str_eq(talk.err.cause, unprepared[_i].cause);
	ck_assert_str_eq(talk.err.hint, unprepared[_i].hint);
	if (!*unprepared[_i].server)
		ck_assert_str_eq(talk.script.client, "");
	ck_assert_ptr_null(strstr(buf_string(&talk.logged), unprepared[_i].password));
	secret_free(&secret);
	talk_end(&talk);
}
END_TEST

/* One mechanism by name: what the server sends and receives. */
static const struct {
	const char *word, *greeting, *capabilities, *server, *client;
	enum error_kind kind;
} logins[] = {
    {"plain", "+OK", "SASL SCRAM-SHA-256 PLAIN", "+OK\r\n", "AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n", ERROR_NONE},
    {"user", "+OK", "SASL SCRAM-SHA-256 PLAIN", "+OK\r\n+OK\r\n", "USER tim\r\nPASS tanstaaftanstaaf\r\n", ERROR_NONE},
    {"login", "+OK", "SASL PLAIN LOGIN", "+ VXNlcm5hbWU6\r\n+ UGFzc3dvcmQ6\r\n+OK\r\n",
	"AUTH LOGIN\r\ndGlt\r\ndGFuc3RhYWZ0YW5zdGFhZg==\r\n", ERROR_NONE},
    {"login", "+OK", "SASL PLAIN LOGIN", "-ERR no\r\n+OK\r\n", "AUTH LOGIN\r\n", ERROR_AUTH},
    {"login", "+OK", "SASL PLAIN LOGIN", "+ VXNlcm5hbWU6\r\n+OK\r\n+OK\r\n", "AUTH LOGIN\r\ndGlt\r\n", ERROR_AUTH},
    {"login", "+OK", "SASL PLAIN LOGIN", "+OK\r\n+OK\r\n", "AUTH LOGIN\r\n", ERROR_AUTH},
    /* RFC 2195, 2, with its user and password. */
    {"cram-md5", "+OK", "SASL CRAM-MD5", "+ PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+\r\n+OK\r\n",
	"AUTH CRAM-MD5\r\ndGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\r\n", ERROR_NONE},
    {"cram-md5", "+OK", "SASL PLAIN CRAM-MD5",
	"+ PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+\r\n-ERR no\r\n+OK\r\n",
	"AUTH CRAM-MD5\r\ndGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\r\n", ERROR_AUTH},
    /* RFC 1939, 7 has this timestamp, but "tanstaaf" and another digest. */
    {"apop", "+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>", "SASL PLAIN", "+OK\r\n",
	"APOP tim 37517402d6b6d7ada3d4f84c36854c32\r\n", ERROR_NONE},
    {"apop", "+OK <1896.697170952@dbc.mtview.ca.us>", "SASL PLAIN", "-ERR no\r\n+OK\r\n",
	"APOP tim 37517402d6b6d7ada3d4f84c36854c32\r\n", ERROR_AUTH},
    {"apop", "+OK <no identifier>", "SASL PLAIN", "+OK\r\n+OK\r\n", "", ERROR_AUTH},
    {"apop", "+OK <a b@host>", "SASL PLAIN", "+OK\r\n+OK\r\n", "", ERROR_AUTH},
    {"apop", "+OK <a\xff@host>", "SASL PLAIN", "+OK\r\n+OK\r\n", "", ERROR_AUTH},
    {"apop", "+OK <1@host", "SASL PLAIN", "+OK\r\n+OK\r\n", "", ERROR_AUTH},
    {"external", "+OK", "SASL PLAIN EXTERNAL", "+OK\r\n", "AUTH EXTERNAL dGlt\r\n", ERROR_NONE},
    {"external", "+OK", "SASL PLAIN EXTERNAL", "+ go ahead\r\n+OK\r\n", "AUTH EXTERNAL dGlt\r\ndGlt\r\n", ERROR_NONE},
    /* If the server does not know the named mechanism, no other one is tried. */
    {"plain", "+OK", "SASL PLAIN\r\nUSER", "-ERR unknown command\r\n+OK\r\n+OK\r\n",
	"AUTH PLAIN AHRpbQB0YW5zdGFhZnRhbnN0YWFm\r\n", ERROR_PROTOCOL},
    {"login", "+OK", "SASL PLAIN LOGIN", "-ERR unknown command\r\n+OK\r\n", "AUTH LOGIN\r\n", ERROR_PROTOCOL},
    {"apop", "+OK <1896.697170952@dbc.mtview.ca.us>", "USER", "-ERR unknown command\r\n+OK\r\n", NULL, ERROR_PROTOCOL},
    {"user", "+OK", "SASL PLAIN", "-ERR unknown command\r\n+OK\r\n", "USER tim\r\n", ERROR_PROTOCOL},
    {"external", "+OK", "SASL PLAIN EXTERNAL", "-ERR no\r\n+OK\r\n", "AUTH EXTERNAL dGlt\r\n", ERROR_AUTH},
};

START_TEST(a_configured_mechanism_sends_these_lines_and_logs_no_secret)
{
	char capabilities[256];
	bool ok;

	snprintf(capabilities, sizeof(capabilities), "%s\r\n", logins[_i].capabilities);
	start(logins[_i].greeting, capabilities, logins[_i].server, NULL);
	ok = login_with(logins[_i].word, "tim");
	if (logins[_i].client)
		ck_assert_str_eq(talk.script.client, logins[_i].client);
	ck_assert(ok == (logins[_i].kind == ERROR_NONE));
	ck_assert_int_eq(talk.err.kind, logins[_i].kind);
	ck_assert_ptr_null(strstr(buf_string(&talk.logged), password));
	ck_assert_ptr_null(strstr(buf_string(&talk.logged), "dGFuc3RhYWZ0"));
	ck_assert_ptr_null(strstr(buf_string(&talk.logged), "AHRpbQB0YW5z"));
	ck_assert_ptr_null(strstr(buf_string(&talk.logged), "37517402"));
	talk_end(&talk);
}
END_TEST

START_TEST(endless_challenges_end_the_login)
{
	static char server[3 * 1000 + 1];

	for (size_t i = 0; i < 1000; i++)
		memcpy(server + 3 * i, "+\r\n", 3);
	start("+OK", "SASL CRAM-MD5 LOGIN\r\n", server, NULL);
	ck_assert(!login_with(_i ? "login" : "cram-md5", "tim"));
	ck_assert_int_eq(talk.err.kind, ERROR_AUTH);
	ck_assert_uint_lt(talk.script.client_length, 100);
	talk_end(&talk);
}
END_TEST

START_TEST(apop_rejects_a_user_of_two_words)
{
	start("+OK <1@host>", "", "+OK\r\n+OK\r\n", NULL);
	ck_assert(!login_with("apop", _i ? "a b" : "a\r\nDELE"));
	ck_assert_int_eq(talk.err.kind, ERROR_CONFIG);
	ck_assert_str_eq(talk.script.client, "");
	talk_end(&talk);
}
END_TEST

START_TEST(an_overlong_timestamp_is_ignored)
{
	char greeting[600] = "+OK <";

	memset(greeting + 5, 'x', (size_t)_i - 4);
	strcpy(greeting + 5 + _i - 4, "@y>");
	start(greeting, "", "+OK\r\n+OK\r\n", NULL);
	ck_assert_uint_eq(strlen(session_timestamp(talk.session)), _i <= 255 ? (size_t)_i : 0);
	talk_end(&talk);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("login-choice");
	TCase *c = check_case(s, "login-choice");

	LOOP_OVER(c, the_strongest_usable_mechanism_is_chosen, choices);
	tcase_add_loop_test(c, a_configured_mechanism_that_is_not_offered_sends_nothing, 0, (int)mechanism_count);
	tcase_add_test(c, scram_plus_sends_nothing_without_channel_binding);
	LOOP_OVER(c, a_password_that_scram_would_change_is_sent_as_it_is, prepared);
	LOOP_OVER(c, a_failure_names_a_password_that_is_not_sent_as_it_is, unprepared);
	LOOP_OVER(c, a_configured_mechanism_sends_these_lines_and_logs_no_secret, logins);
	tcase_add_loop_test(c, endless_challenges_end_the_login, 0, 2);
	tcase_add_loop_test(c, apop_rejects_a_user_of_two_words, 0, 2);
	tcase_add_loop_test(c, an_overlong_timestamp_is_ignored, 254, 258);
	return check_main(s);
}
