#include "config.h"

#include <string.h>

#include "check_main.h"
#include "pop3/capability.h"
#include "pop3/maildrop.h"
#include "talk.h"

static struct talk talk;

/* Reads the listing of a session that is logged in. */
static bool list(void)
{
	struct maildrop drop = {0};
	bool ok;

	session_logged_in(talk.session);
	ok = session_ask_list(talk.session, true, &talk.err) && session_list(talk.session, &drop, NULL, &talk.err);
	maildrop_free(&drop);
	return ok;
}

START_TEST(stls_is_sent_even_if_it_is_not_announced)
{
	talk_over_script(&talk, "-ERR what\r\n+OK go\r\n", 0, false);
	ck_assert(session_ask_capabilities(talk.session, &talk.err));
	ck_assert(session_ask_stls(talk.session, &talk.err));
	ck_assert_str_eq(talk.script.client, "CAPA\r\nSTLS\r\n");
	ck_assert(!session_is_secure(talk.session));
	talk_end(&talk);
}
END_TEST

/* A step that fails, and the failure's text: without an answer in time, and if the connection is cut. */
static const struct {
	enum session_command command;
	uint32_t number;
	const char *server, *silent, *cut;
} unanswered[] = {
    {COMMAND_CAPA, 0, "", "the reply to CAPA did not arrive within 60 s",
	"the server closed the connection before the reply to CAPA"},
    {COMMAND_CAPA, 0, "+OK\r\nUS", "too little of the reply to CAPA arrived within 60 s",
	"the server closed the connection during the reply to CAPA"},
    {COMMAND_RETR, 7, "", "the reply to RETR 7 did not arrive within 60 s",
	"the server closed the connection before the reply to RETR 7"},
    {COMMAND_RETR, 7, "+OK\r\nhalf", "too little of the reply to RETR 7 arrived within 60 s",
	"the server closed the connection during the reply to RETR 7"},
    {COMMAND_QUIT, 0, "+O", "too little of the reply to QUIT arrived within 60 s",
	"the server closed the connection during the reply to QUIT"},
};

START_TEST(a_failure_names_the_unanswered_command)
{
	for (int cut = 0; cut < 2; cut++) {
		struct session_event event;

		talk_start(&talk, unanswered[_i].server, 0);
		talk.script.cut = cut;
		session_queue(talk.session, unanswered[_i].command, unanswered[_i].number);
		while (session_next(talk.session, &event, &talk.err))
			continue;
		ck_assert_int_eq(talk.err.kind, ERROR_NETWORK);
		ck_assert(talk.err.temporary);
		ck_assert_str_eq(talk.err.cause, cut ? unanswered[_i].cut : unanswered[_i].silent);
		ck_assert((strstr(talk.err.hint, "timeout") != NULL) == !cut);
		talk_end(&talk);
	}
}
END_TEST

static const struct {
	const char *line, *name;
	size_t visible;
} logins[] = {
    {"PASS secret", "PASS", 5},
    {"USER me", "USER", 7},
    {"AUTH PLAIN c2VjcmV0", "AUTH PLAIN", 11},
    {"AUTH PLAIN", "AUTH PLAIN", 10},
    {"APOP me c4c9", "APOP", 8},
    {"STLS", "STLS", 4},
};

START_TEST(a_login_failure_names_the_command_without_its_secret)
{
	struct session_event event;
	char cause[128];

	talk_start(&talk, "", 0);
	snprintf(cause, sizeof(cause), "the reply to %s did not arrive within 60 s", logins[_i].name);
	ck_assert(!session_exchange(talk.session, logins[_i].line, strlen(logins[_i].line), logins[_i].visible, &event,
	    &talk.err));
	ck_assert_str_eq(talk.err.cause, cause);
	talk_end(&talk);
	/* The answer to a challenge has no command name of its own. */
	talk_start(&talk, "+ \r\n", 0);
	ck_assert(session_exchange(talk.session, logins[_i].line, strlen(logins[_i].line), logins[_i].visible, &event,
	    &talk.err));
	ck_assert(!session_exchange(talk.session, "secret", 6, 0, &event, &talk.err));
	ck_assert_str_eq(talk.err.cause, cause);
	talk_end(&talk);
}
END_TEST

START_TEST(a_missing_greeting_is_reported)
{
	talk_start(&talk, "", 0);
	ck_assert(!session_greet(talk.session, &talk.err));
	ck_assert_str_eq(talk.err.cause, "the greeting did not arrive within 60 s");
	talk_end(&talk);
	talk_start(&talk, "+OK hel", 0);
	talk.script.cut = true;
	ck_assert(!session_greet(talk.session, &talk.err));
	ck_assert_str_eq(talk.err.cause, "the server closed the connection during the greeting");
	talk_end(&talk);
}
END_TEST

/* Answers to CAPA and the next command, after which the connection is cut or silent. */
static const struct {
	const char *server;
	bool cut, silent; /* whether CAPA is blamed in each case */
} faults[] = {
    {"", true, true},
    {"\r\n", false, false},
    {"+O", false, false},
    /* CAPA's +OK without a list. */
    {"+OK\r\n", false, true},
    {"+OK\r\nUS", false, false},
    {"+OK\r\nUSER\r\n", false, false},
    {"+OK\r\n+OK\r\n1 5\r\n.\r\n", true, true},
    {"+OK\r\n-ERR\r\n", true, true},
    /* CAPA is refused without a reason and the server hangs up, or the next command is also refused. */
    {"-ERR\r\n", true, false},
    {"-ERR unknown command\r\n", true, false},
    {"500 unknown\r\n", true, false},
    {"-ERR [SYS/TEMP] later\r\n", false, false},
    {"-ERR maildrop already locked\r\n", false, false},
    {"-ERR\r\n-ERR\r\n", false, false},
    {"-ERR\r\n+", false, false},
    /* The server fails at LIST. */
    {"+OK\r\n.\r\n", false, false},
};

START_TEST(a_failure_at_capa_is_attributed_to_capa)
{
	for (int i = 0; i < 4; i++) {
		bool cut = i % 2 == 1;

		talk_start(&talk, faults[_i].server, 0);
		talk.script.cut = cut;
		if (i < 2) {
			ck_assert(!list());
		} else { /* before the login */
			struct session_event event;

			ck_assert(!session_ask_capabilities(talk.session, &talk.err) ||
			    !session_exchange(talk.session, "USER me", 7, 7, &event, &talk.err) ||
			    !session_exchange(talk.session, "PASS x", 6, 5, &event, &talk.err));
		}
		ck_assert_msg((session_fault(talk.session) == COMMAND_CAPA) ==
			(cut ? faults[_i].cut : faults[_i].silent),
		    "%s %d: %s", faults[_i].server, i, talk.err.cause);
		talk_end(&talk);
	}
}
END_TEST

/* The same for UTF8, before a login. */
static const struct {
	const char *server;
	bool cut, silent;
} utf8_faults[] = {
    {"", true, true},
    {"+", false, false},
    {"+OK\r\n", false, false},
    {"-ERR what\r\n", true, false},
    {"what\r\n", true, false},
    {"-ERR [SYS/TEMP] later\r\n", false, false},
    {"-ERR what\r\n-ERR no\r\n", false, false},
};

START_TEST(a_failure_at_utf8_is_attributed_to_utf8)
{
	for (int i = 0; i < 4; i++) {
		bool cut = i % 2 == 1, apart = i < 2;
		struct session_event event;

		talk_capable(&talk, "UTF8\r\nPIPELINING\r\n", utf8_faults[_i].server, 0);
		talk.script.cut = cut;
		ck_assert(!session_ask_utf8(talk.session, apart, &talk.err) ||
		    !session_exchange(talk.session, "USER me", 7, 7, &event, &talk.err) ||
		    !session_exchange(talk.session, "PASS x", 6, 5, &event, &talk.err));
		ck_assert((session_fault(talk.session) == COMMAND_UTF8) ==
		    (cut ? utf8_faults[_i].cut : utf8_faults[_i].silent));
		talk_end(&talk);
	}
}
END_TEST

START_TEST(utf8_is_not_sent_if_it_is_forbidden)
{
	talk_capable(&talk, "UTF8\r\n", "", 0);
	session_forbid_utf8(talk.session);
	ck_assert(session_ask_utf8(talk.session, true, &talk.err));
	ck_assert_str_eq(talk.script.client, "");
	talk_end(&talk);
}
END_TEST

START_TEST(a_listing_without_capa_uses_the_assumed_capabilities)
{
	talk_start(&talk, "+OK\r\n1 a\r\n.\r\n+OK\r\n1 5\r\n.\r\n", 0);
	session_forbid_capa(talk.session);
	session_assume_capabilities(talk.session, "UIDL\nPIPELINING\n");
	ck_assert(list());
	ck_assert_str_eq(talk.script.client, "UIDL\r\nLIST\r\n");
	ck_assert(session_capabilities(talk.session)->uidl);
	talk_end(&talk);
}
END_TEST

/* What the server says after the login, before it closes the connection. */
static const struct {
	const char *capabilities, *server, *words;
	enum error_kind kind;
	bool temporary;
} last_words[] = {
    {"", "-ERR [SYS/TEMP] cannot open\r\n", "[SYS/TEMP] cannot open", ERROR_PROTOCOL, true},
    {"PIPELINING\r\n", "-ERR [SYS/TEMP] cannot open\r\n", "[SYS/TEMP] cannot open", ERROR_PROTOCOL, true},
    {"", "-ERR what a day\r\n", "what a day", ERROR_PROTOCOL, true},
    {"", "-ERR Maildrop already locked\r\n", "Maildrop already locked", ERROR_LOCKED, true},
    {"PIPELINING\r\n", "-ERR one\r\n-ERR two\r\n", "two", ERROR_PROTOCOL, true},
    {"", "-ERR [SYS/PERM] gone\r\n", "[SYS/PERM] gone", ERROR_PROTOCOL, false},
    /* The server refuses and closes, after CAPA without an explanation. */
    {"", "+OK\r\n.\r\n-ERR what a day\r\n", "what a day", ERROR_PROTOCOL, true},
    {"", "-ERR\r\n-ERR what a day\r\n", "what a day", ERROR_PROTOCOL, true},
    /* A refusal by a server that stays connected is not temporary. */
    {"", "-ERR\r\n-ERR\r\n-ERR what a day\r\n+OK 3 1000\r\n", "what a day", ERROR_PROTOCOL, false},
    /* The server hangs up without words that belong to the failure. */
    {"", "-ERR\r\n+OK\r\n1 5\r\n.\r\n", "", ERROR_NETWORK, true},
    {"", "", "", ERROR_NETWORK, true},
};

START_TEST(the_words_of_a_server_that_hangs_up_after_the_login_are_reported)
{
	talk_capable(&talk, last_words[_i].capabilities, last_words[_i].server, 0);
	talk.script.cut = true;
	ck_assert(!list());
	ck_assert_int_eq(talk.err.kind, last_words[_i].kind);
	ck_assert_str_eq(talk.err.server, last_words[_i].words);
	ck_assert(talk.err.temporary == last_words[_i].temporary);
	/* A given reason shows that pipelining is not the cause, so no second session is started for that. */
	ck_assert(!strchr(last_words[_i].words, '[') || !session_is_crowded(talk.session));
	talk_end(&talk);
}
END_TEST

START_TEST(a_refusal_of_stat_after_the_login_is_reported)
{
	struct maildrop drop = {0};

	talk_capable(&talk, "PIPELINING\r\n", "+OK\r\nPIPELINING\r\n.\r\n-ERR [SYS/TEMP] cannot open\r\n", 0);
	talk.script.cut = true;
	session_logged_in(talk.session);
	ck_assert(session_ask_list(talk.session, false, &talk.err));
	ck_assert(!session_list(talk.session, &drop, NULL, &talk.err));
	ck_assert_str_eq(talk.err.server, "[SYS/TEMP] cannot open");
	ck_assert(talk.err.temporary);
	maildrop_free(&drop);
	talk_end(&talk);
}
END_TEST

START_TEST(a_refusal_after_the_listing_does_not_explain_a_lost_connection)
{
	struct session_event event;

	talk_capable(&talk, "", "+OK\r\n.\r\n-ERR gone\r\n", 0);
	talk.script.cut = true;
	session_logged_in(talk.session);
	session_queue(talk.session, COMMAND_LIST, 0);
	while (session_queued(talk.session) > 0)
		ck_assert(session_next(talk.session, &event, &talk.err));
	session_queue(talk.session, COMMAND_RETR, 1);
	ck_assert(session_next(talk.session, &event, &talk.err));
	ck_assert_int_eq(event.type, SESSION_REFUSED);
	session_queue(talk.session, COMMAND_RETR, 2);
	ck_assert(!session_next(talk.session, &event, &talk.err));
	ck_assert_int_eq(talk.err.kind, ERROR_NETWORK);
	talk_end(&talk);
}
END_TEST

START_TEST(utf8_is_sent_once_and_only_if_it_is_announced)
{
	struct session_event event;

	talk_capable(&talk, "", "+OK\r\n", 0);
	ck_assert(session_ask_utf8(talk.session, false, &talk.err));
	ck_assert_str_eq(talk.script.client, "");
	talk_end(&talk);
	talk_capable(&talk, "UTF8\r\nPIPELINING\r\n", "+OK\r\n+OK\r\n", 0);
	ck_assert(session_ask_utf8(talk.session, false, &talk.err));
	ck_assert(session_ask_utf8(talk.session, false, &talk.err));
	ck_assert_str_eq(talk.script.client, ""); /* not sent alone */
	ck_assert(session_exchange(talk.session, "USER me", 7, 7, &event, &talk.err));
	ck_assert_int_eq(event.command, COMMAND_OTHER);
	ck_assert_str_eq(talk.script.client, "UTF8\r\nUSER me\r\n");
	ck_assert_uint_eq(session_queued(talk.session), 0);
	talk_end(&talk);
	talk_capable(&talk, "UTF8\r\nPIPELINING\r\n", "-ERR no\r\n", 0);
	ck_assert(session_ask_utf8(talk.session, true, &talk.err));
	ck_assert_str_eq(talk.script.client, "UTF8\r\n");
	talk_end(&talk);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("session-begin");
	TCase *c = check_case(s, "session-begin");

	tcase_add_test(c, stls_is_sent_even_if_it_is_not_announced);
	LOOP_OVER(c, a_failure_names_the_unanswered_command, unanswered);
	LOOP_OVER(c, a_login_failure_names_the_command_without_its_secret, logins);
	tcase_add_test(c, a_missing_greeting_is_reported);
	LOOP_OVER(c, a_failure_at_capa_is_attributed_to_capa, faults);
	LOOP_OVER(c, a_failure_at_utf8_is_attributed_to_utf8, utf8_faults);
	tcase_add_test(c, utf8_is_not_sent_if_it_is_forbidden);
	tcase_add_test(c, a_listing_without_capa_uses_the_assumed_capabilities);
	LOOP_OVER(c, the_words_of_a_server_that_hangs_up_after_the_login_are_reported, last_words);
	tcase_add_test(c, a_refusal_of_stat_after_the_login_is_reported);
	tcase_add_test(c, a_refusal_after_the_listing_does_not_explain_a_lost_connection);
	tcase_add_test(c, utf8_is_sent_once_and_only_if_it_is_announced);
	return check_main(s);
}
