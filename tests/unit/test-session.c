#include "config.h"

#include <string.h>

#include "check_main.h"
#include "pop3/capability.h"
#include "pop3/maildrop.h"
#include "tls/tls.h"
#include "talk.h"

static struct talk talk;

static const struct {
	const char *server;
	enum error_kind kind;
	bool temporary;
	const char *words; /* of the server, escaped */
} greetings[] = {
    {"+OK\r\n", ERROR_NONE, false, ""},
    {"+OK POP3 ready <1.2@example.org>\r\n", ERROR_NONE, false, ""},
    {"-ERR go away\r\n", ERROR_PROTOCOL, false, "go away"},
    {"-ERR [SYS/TEMP] later\r\n", ERROR_PROTOCOL, true, "[SYS/TEMP] later"},
    {"-ERR [IN-USE] later\r\n", ERROR_LOCKED, true, "[IN-USE] later"},
    {"+ what\r\n", ERROR_PROTOCOL, false, ""},
    {"* OK [CAPABILITY IMAP4rev1] ready\r\n", ERROR_PROTOCOL, false, "* OK [CAPABILITY IMAP4rev1] ready"},
    {"220 mail.example.org\x1b ESMTP\r\n", ERROR_PROTOCOL, false, "220 mail.example.org\\x1b ESMTP"},
    {"\r\n", ERROR_NETWORK, true, ""},
    {"\r\n+OK\r\n", ERROR_NONE, false, ""},
    {"\r\n\r\n\r\n\r\n\r\n", ERROR_PROTOCOL, false, ""},
    {"+ok\tready\n", ERROR_NONE, false, ""},
    {"-ERR \t [IN-USE] later\r\n", ERROR_LOCKED, true, "[IN-USE] later"},
    {"+ERR go away\r\n", ERROR_PROTOCOL, false, "go away"},
    {"+OK no end", ERROR_NETWORK, true, ""},
    {"", ERROR_NETWORK, true, ""},
};

START_TEST(any_greeting_but_plus_ok_is_an_error)
{
	for (size_t piece = 0; piece <= strlen(greetings[_i].server); piece++) {
		bool ok;

		talk_start(&talk, greetings[_i].server, piece);
		talk.script.cut = piece % 2 == 1; /* closing and falling silent have the same result here */
		ok = session_greet(talk.session, &talk.err);
		ck_assert(ok == (greetings[_i].kind == ERROR_NONE));
		ck_assert_int_eq(talk.err.kind, greetings[_i].kind);
		ck_assert(talk.err.temporary == greetings[_i].temporary);
		ck_assert_str_eq(talk.err.server, greetings[_i].words);
		ck_assert_uint_eq(talk.script.client_length, 0);
		talk_end(&talk);
	}
}
END_TEST

START_TEST(an_invalid_reply_is_reported_in_shortened_form)
{
	static char server[9000] = "+OK";

	memset(server + 3, 'x', sizeof(server) - 4);
	talk_start(&talk, server, (size_t)_i);
	ck_assert(!session_greet(talk.session, &talk.err));
	ck_assert_int_eq(talk.err.kind, ERROR_PROTOCOL);
	ck_assert_uint_eq(strlen(talk.err.server), 200);
	ck_assert_mem_eq(talk.err.server, "+OKxxxx", 7);
	talk_end(&talk);
}
END_TEST

START_TEST(new_capabilities_replace_old_ones)
{
	static const char server[] = "+OK list follows\r\nTOP\r\nSTLS\r\nSASL PLAIN\r\nX-ODD\r\n..\r\n.\r\n"
				     "+OK\r\nUIDL\r\nPIPELINING\r\n.\r\n"
				     "-ERR what\r\n";
	const struct capability *c;

	for (size_t piece = 0; piece < sizeof(server); piece++) {
		talk_start(&talk, server, piece);
		c = session_capabilities(talk.session);
		ck_assert(!c->top && !c->stls && !c->uidl && !c->pipelining);
		ck_assert_uint_eq(session_window(talk.session), 1);
		ck_assert(session_ask_capabilities(talk.session, &talk.err));
		ck_assert(c->top && c->stls && !c->uidl && !c->pipelining);
		ck_assert(capability_has_mechanism(c, "PLAIN"));
		ck_assert(session_ask_capabilities(talk.session, &talk.err));
		ck_assert(!c->top && !c->stls && c->uidl && c->pipelining);
		ck_assert(!capability_has_mechanism(c, "PLAIN"));
		ck_assert_uint_gt(session_window(talk.session), 1);
		ck_assert(session_ask_capabilities(talk.session, &talk.err));
		ck_assert(!c->uidl && !c->pipelining);
		ck_assert_uint_eq(session_window(talk.session), 1);
		ck_assert_str_eq(talk.script.client, "CAPA\r\nCAPA\r\nCAPA\r\n");
		talk_end(&talk);
	}
}
END_TEST

static const char *const bad_capabilities[] = {"+ x\r\n", "+OK\r\nTOP\r\n", "+OK\r\nTOP", "+OK\r\n+OK\r\n.\r\n"};

START_TEST(an_invalid_or_unterminated_reply_to_capa_is_an_error)
{
	talk_start(&talk, bad_capabilities[_i], 0);
	ck_assert(!session_ask_capabilities(talk.session, &talk.err));
	talk_end(&talk);
}
END_TEST

/* UIDL and LIST, for servers with and without pipelining. The listing has "number octets uid" lines. */
static const struct {
	const char *server, *listing;
	enum error_kind kind;
	const char *asks; /* commands after CAPA, UIDL and LIST */
} listings[] = {
    {"+OK\r\n1 a\r\n2 ..b\r\n.\r\n+OK 2 messages\r\n1 120\r\n2 9\r\n.\r\n", "1 120 a\n2 9 ..b\n", ERROR_NONE, ""},
    {"+OK\r\n.\r\n+OK\r\n.\r\n", "", ERROR_NONE, ""},
    {"+OK\r\n3 c\r\n1 a\r\n.\r\n+OK\r\n3 30\r\n1 10\r\n.\r\n", "1 10 a\n3 30 c\n", ERROR_NONE, ""},
    {"+OK\r\n2 b\r\n.\r\n+OK\r\n1 10\r\n2 20\r\n.\r\n", "1 10 \n2 20 b\n", ERROR_NONE, ""},
    {"-ERR unknown command\r\n+OK\r\n1 10\r\n.\r\n", "1 10 \n", ERROR_NONE, ""},
    {"+OK\r\n  1\ta\r\n2 \t b\r\n.\r\n+OK\r\n\t1   120\r\n2\t9\t\r\n.\r\n", "1 120 a\n2 9 b\n", ERROR_NONE, ""},
    {"+OK\n1 a\n.\n\n+OK\n1 9\n.\n", "1 9 a\n", ERROR_NONE, ""},
    /* A message arrived before LIST: UIDL is repeated. If it is still not listed, the message has no UID. */
    {"+OK\r\n1 a\r\n.\r\n+OK\r\n1 10\r\n2 20\r\n.\r\n+OK\r\n1 a\r\n2 b\r\n.\r\n", "1 10 a\n2 20 b\n", ERROR_NONE,
	"UIDL\r\n"},
    {"+OK\r\n1 a\r\n.\r\n+OK\r\n1 10\r\n2 20\r\n.\r\n+OK\r\n1 a\r\n.\r\n", "1 10 a\n2 20 \n", ERROR_NONE, "UIDL\r\n"},
    {"+OK\r\n1 a\r\n.\r\n+OK\r\n1 10\r\n2 20\r\n.\r\n+OK\r\n1 a\r\n2 b\r\n3 c\r\n.\r\n", "1 10 a\n2 20 b\n", ERROR_NONE,
	"UIDL\r\n"},
    {"+OK\r\n.\r\n+OK\r\n1 10\r\n.\r\n+OK\r\n.\r\n", "1 10 \n", ERROR_NONE, "UIDL\r\n"},
    {"+OK\r\n1 a\r\n.\r\n+OK\r\n1 10\r\n2 20\r\n.\r\n-ERR\r\n", NULL, ERROR_PROTOCOL, ""},
    /* A message has disappeared, at the end or elsewhere. */
    {"+OK\r\n1 a\r\n2 b\r\n.\r\n+OK\r\n1 10\r\n.\r\n", "1 10 a\n", ERROR_NONE, ""},
    {"+OK\r\n1 a\r\n2 b\r\n.\r\n+OK\r\n2 10\r\n.\r\n", NULL, ERROR_PROTOCOL, ""},
    {"+OK\r\n1 a\r\n2 b\r\n.\r\n+OK\r\n.\r\n", NULL, ERROR_PROTOCOL, ""},
    /* Refused listings, which STAT may explain. */
    {"-ERR empty\r\n-ERR empty\r\n+OK 0 0\r\n", "", ERROR_NONE, "STAT\r\n"},
    {"+OK\r\n.\r\n-ERR empty\r\n+OK 0 0\r\n", "", ERROR_NONE, "STAT\r\n"},
    {"-ERR empty\r\n+OK\r\n.\r\n", "", ERROR_NONE, ""},
    {"-ERR x\r\n-ERR [SYS/PERM] broken\r\n+OK 1 9\r\n", NULL, ERROR_PROTOCOL, ""},
    {"-ERR x\r\n-ERR [IN-USE] locked\r\n-ERR\r\n", NULL, ERROR_LOCKED, ""},
    {"-ERR x\r\n-ERR [IN-USE] locked\r\n", NULL, ERROR_LOCKED, ""},
    {"-ERR [IN-USE] locked\r\n", NULL, ERROR_LOCKED, ""},
    {"-ERR unknown command\r\n", NULL, ERROR_NETWORK, ""},
    {"+OK\r\n1 a\r\n.\r\n-ERR [SYS/TEMP] later\r\n", NULL, ERROR_PROTOCOL, ""},
    {"+OK\r\n1 a\r\n.\r\n+OK\r\n1 10\r\n1 10\r\n.\r\n", NULL, ERROR_PROTOCOL, ""},
    {"+OK\r\n.\r\n+OK\r\n0 10\r\n.\r\n", NULL, ERROR_PROTOCOL, ""},
    {"+OK\r\n\r\n.\r\n+OK\r\n\r\n.\r\n", "", ERROR_NONE, ""},
    {"+OK\r\n\r\n1 a\r\n\r\n.\r\n+OK\r\n \r\n1 10\r\n\t\r\n.\r\n", "1 10 a\n", ERROR_NONE, ""},
    {"+OK\r\n1 a\r\n.\r\n+OK\r\n1 10\r\n\r\n\r\n\r\n\r\n\r\n.\r\n", NULL, ERROR_PROTOCOL, ""},
    {"+OK\r\n1 a\r\n1 a\r\n.\r\n+OK\r\n1 10\r\n.\r\n", NULL, ERROR_PROTOCOL, ""},
    {"+ x\r\n+OK\r\n1 10\r\n.\r\n", NULL, ERROR_PROTOCOL, ""},
    {"+OK\r\n1 a\r\n.\r\n+ x\r\n", NULL, ERROR_PROTOCOL, ""},
    {"+OK\r\n1 a\r\n+OK\r\n1 10\r\n.\r\n", NULL, ERROR_PROTOCOL, ""},
    {"+OK\r\n1 a\r\n", NULL, ERROR_NETWORK, ""},
    {"+OK\r\n1 a\r\n.\r\n+OK\r\n1 10\r\n", NULL, ERROR_NETWORK, ""},
    {"+OK\r\n1 a\r\n.\r\n+OK\r\n1 10", NULL, ERROR_NETWORK, ""},
};

/* `before` is announced before the login, `after` after it. */
static void check_listing(int i, const char *before, const char *after, size_t piece)
{
	struct maildrop drop = {0};
	struct buf got = {0}, server = {0};
	bool ok;

	/* A server that announced UIDL and refuses it may accept it the next time, unless the maildrop is empty. */
	if (listings[i].kind == ERROR_NONE && strstr(after, "UIDL") && strncmp(listings[i].server, "-ERR u", 6) == 0)
		after = strchr(after, '\n') + 1;
	buf_append_format(&server, "+OK\r\n%s.\r\n%s", after, listings[i].server);
	talk_capable(&talk, before, buf_string(&server), piece);
	talk.script.cut = piece % 2 == 1;
	ok = session_list(talk.session, &drop, NULL, &talk.err);
	ck_assert_int_eq(talk.err.kind, listings[i].kind);
	ck_assert(ok == (listings[i].kind == ERROR_NONE));
	for (size_t m = 0; ok && m < drop.count; m++)
		buf_append_format(&got, "%u %llu %s\n", drop.messages[m].number,
		    (unsigned long long)drop.messages[m].octets, maildrop_uid(&drop, &drop.messages[m]));
	if (ok) {
		ck_assert_str_eq(buf_string(&got), listings[i].listing);
		buf_clear(&server);
		buf_append_format(&server, "CAPA\r\nUIDL\r\nLIST\r\n%s", listings[i].asks);
		ck_assert_str_eq(talk.script.client, buf_string(&server));
		ck_assert_uint_eq(session_queued(talk.session), 0);
	}
	buf_free(&got);
	buf_free(&server);
	maildrop_free(&drop);
	talk_end(&talk);
}

START_TEST(a_maildrop_is_listed_or_an_error_is_reported)
{
	for (size_t piece = 0; piece <= strlen(listings[_i].server); piece++) {
		check_listing(_i, "", "UIDL\r\n", piece);
		check_listing(_i, "", "UIDL\r\nPIPELINING\r\n", piece);
		check_listing(_i, "PIPELINING\r\n", "UIDL\r\nPIPELINING\r\n", piece);
		check_listing(_i, "PIPELINING\r\n", "UIDL\r\n", piece);
	}
}
END_TEST

/*
 * STAT before UIDL, if 2 messages with 129 octets are known. Sizes are "-" if they were not asked for. `asks` is
 * what was sent after CAPA, STAT and UIDL.
 */
static const struct {
	const char *server, *listing, *asks;
} unsized[] = {
    {"+OK 2 129\r\n+OK\r\n1 a\r\n2 b\r\n.\r\n", "1 - a\n2 - b\n", ""},
    {"+OK 2 129 more words\r\n+OK\r\n2 b\r\n1 a\r\n.\r\n", "1 - a\n2 - b\n", ""},
    {"+OK 2 130\r\n+OK\r\n1 a\r\n2 b\r\n.\r\n+OK\r\n1 120\r\n2 10\r\n.\r\n", "1 120 a\n2 10 b\n", "LIST\r\n"},
    {"+OK 1 129\r\n+OK\r\n1 a\r\n.\r\n+OK\r\n1 129\r\n.\r\n", "1 129 a\n", "LIST\r\n"},
    {"+OK 2\r\n+OK\r\n1 a\r\n2 b\r\n.\r\n+OK\r\n1 120\r\n2 9\r\n.\r\n", "1 120 a\n2 9 b\n", "LIST\r\n"},
    {"+OK\r\n+OK\r\n1 a\r\n.\r\n+OK\r\n1 120\r\n.\r\n", "1 120 a\n", "LIST\r\n"},
    {"+OK 2 -129\r\n+OK\r\n1 a\r\n.\r\n+OK\r\n1 120\r\n.\r\n", "1 120 a\n", "LIST\r\n"},
    {"-ERR what\r\n+OK\r\n1 a\r\n.\r\n+OK\r\n1 120\r\n.\r\n", "1 120 a\n", "LIST\r\n"},
    {"+OK 2 130\r\n+OK\r\n2 b\r\n.\r\n+OK\r\n1 121\r\n2 9\r\n.\r\n", "1 121 \n2 9 b\n", "LIST\r\n"},
    {"+OK 2 130\r\n-ERR none\r\n+OK\r\n1 121\r\n2 9\r\n.\r\n", "1 121 \n2 9 \n", "LIST\r\n"},
    {"+OK 2 129\r\n-ERR none\r\n+OK\r\n1 120\r\n2 9\r\n.\r\n", "1 120 \n2 9 \n", "LIST\r\n"},
    {"+OK 2 130\r\n+OK\r\n1 a\r\n2 b\r\n.\r\n+OK\r\n1 120\r\n.\r\n", "1 120 a\n", "LIST\r\n"},
    {"+OK 2 130\r\n+OK\r\n1 a\r\n2 b\r\n.\r\n+OK\r\n2 10\r\n.\r\n", NULL, "LIST\r\n"},
    {"+OK  2\t129\r\n+OK\r\n1 a\r\n2 b\r\n.\r\n", "1 - a\n2 - b\n", ""},
    {"+OK 0 0\r\n-ERR\r\n-ERR\r\n", "", "LIST\r\n"},
    {"+OK 2 130\r\n+OK\r\n1 a\r\n2 b\r\n.\r\n+OK\r\n1 120\r\n1 120\r\n2 9\r\n.\r\n", NULL, "LIST\r\n"},
    {"+OK 2 130\r\n+OK\r\n1 a\r\n.\r\n+OK\r\n1 1\r\n2 9\r\n2 9\r\n.\r\n", NULL, "LIST\r\n"},
    {"+OK 2 129\r\n+OK\r\n1 a\r\n1 a\r\n.\r\n", NULL, ""},
    {"+OK 2 130\r\n+OK\r\n1 a\r\n2 b\r\n.\r\n-ERR\r\n+OK\r\n", NULL, "LIST\r\nSTAT\r\n"},
    {"+OK 2 129\r\n+OK\r\n1 a\r\n.\r\n+OK\r\n1 120\r\n2 9\r\n.\r\n+OK\r\n1 a\r\n.\r\n", "1 120 a\n2 9 \n",
	"LIST\r\nUIDL\r\n"},
    {"+OK 2 129\r\n+OK\r\n.\r\n+OK\r\n1 120\r\n2 9\r\n.\r\n+OK\r\n2 b\r\n.\r\n", "1 120 \n2 9 b\n", "LIST\r\nUIDL\r\n"},
    {"+OK 2 130\r\n+OK\r\n1 a\r\n2 b\r\n.\r\n+OK\r\n1 120\r\n2 10\r\n3 5\r\n.\r\n+OK\r\n1 a\r\n2 b\r\n3 c\r\n.\r\n",
	"1 120 a\n2 10 b\n3 5 c\n", "LIST\r\nUIDL\r\n"},
};

/* `after`: the capabilities announced after the login. */
static void check_unsized(int i, const char *after, size_t piece)
{
	const struct maildrop_total known = {2, 129};
	struct maildrop drop = {0};
	struct buf got = {0}, server = {0}, sent = {0};
	bool ok;

	buf_append_format(&server, "+OK\r\n%s.\r\n%s", after, unsized[i].server);
	buf_append_format(&sent, "CAPA\r\nSTAT\r\nUIDL\r\n%s", unsized[i].asks);
	talk_capable(&talk, "PIPELINING\r\n", buf_string(&server), piece);
	talk.script.cut = true;
	ok = session_ask_list(talk.session, false, &talk.err) && session_list(talk.session, &drop, &known, &talk.err);
	ck_assert_msg(ok == (unsized[i].listing != NULL), "%s", talk.err.cause);
	for (size_t m = 0; ok && m < drop.count; m++) {
		ck_assert(drop.sized == (drop.messages[m].octets != MAILDROP_UNSIZED));
		buf_append_format(&got, "%u ", drop.messages[m].number);
		buf_append_format(&got, drop.sized ? "%llu " : "- ", (unsigned long long)drop.messages[m].octets);
		buf_append_format(&got, "%s\n", maildrop_uid(&drop, &drop.messages[m]));
	}
	ck_assert(ok || talk.err.kind == ERROR_PROTOCOL);
	ck_assert_str_eq(buf_string(&got), ok ? unsized[i].listing : "");
	ck_assert_str_eq(talk.script.client, buf_string(&sent));
	buf_free(&got);
	buf_free(&server);
	buf_free(&sent);
	maildrop_free(&drop);
	talk_end(&talk);
}

START_TEST(sizes_are_not_requested_if_stat_shows_that_they_are_known)
{
	for (size_t piece = 0; piece <= strlen(unsized[_i].server); piece++) {
		check_unsized(_i, "PIPELINING\r\n", piece);
		check_unsized(_i, "", piece);
	}
}
END_TEST

START_TEST(a_refused_uidl_is_a_temporary_failure_if_pipelining_may_be_the_cause)
{
	const struct maildrop_total known = {1, 9};
	struct maildrop drop = {0};

	talk_capable(&talk, "PIPELINING\r\n", "+OK\r\nPIPELINING\r\nUIDL\r\n.\r\n+OK 1 9\r\n-ERR not so fast\r\n", 0);
	ck_assert(session_ask_list(talk.session, false, &talk.err));
	ck_assert(!session_list(talk.session, &drop, &known, &talk.err));
	ck_assert(talk.err.kind == ERROR_PROTOCOL && talk.err.temporary);
	ck_assert(session_is_crowded(talk.session));
	ck_assert_str_eq(talk.script.client, "CAPA\r\nSTAT\r\nUIDL\r\n");
	maildrop_free(&drop);
	talk_end(&talk);
}
END_TEST

START_TEST(sizes_can_be_requested_later)
{
	const struct maildrop_total known = {2, 9};
	struct maildrop drop = {0};

	talk_capable(&talk, "PIPELINING\r\n",
	    "+OK\r\nPIPELINING\r\n.\r\n+OK 2 9\r\n+OK\r\n2 b\r\n1 a\r\n.\r\n+OK\r\n1 7\r\n2 2\r\n.\r\n", 0);
	ck_assert(
	    session_ask_list(talk.session, false, &talk.err) && session_list(talk.session, &drop, &known, &talk.err));
	ck_assert(!drop.sized && session_list_sizes(talk.session, &drop, &talk.err) && drop.sized);
	ck_assert_uint_eq(drop.count, 2);
	ck_assert_uint_eq(drop.messages[0].octets, 7);
	ck_assert_uint_eq(drop.messages[1].octets, 2);
	maildrop_free(&drop);
	talk_end(&talk);
}
END_TEST

START_TEST(a_refusal_of_announced_uidl_is_a_temporary_failure)
{
	struct maildrop drop = {0};

	talk_capable(&talk, "UIDL\r\n", "+OK\r\nUIDL\r\n.\r\n-ERR not now\r\n+OK\r\n1 10\r\n.\r\n", 0);
	ck_assert(!session_list(talk.session, &drop, NULL, &talk.err));
	ck_assert_int_eq(talk.err.kind, ERROR_PROTOCOL);
	ck_assert(talk.err.temporary);
	maildrop_free(&drop);
	talk_end(&talk);
}
END_TEST

START_TEST(list_precedes_the_answer_to_uidl_only_if_the_server_pipelines)
{
	struct maildrop drop = {0};

	talk_capable(&talk, "PIPELINING\r\n", "", 0);
	ck_assert(!session_list(talk.session, &drop, NULL, &talk.err));
	ck_assert_str_eq(talk.script.client, "CAPA\r\nUIDL\r\nLIST\r\n");
	maildrop_free(&drop);
	talk_end(&talk);
	talk_capable(&talk, "", "+OK\r\nPIPELINING\r\n.\r\n", 0);
	ck_assert(!session_list(talk.session, &drop, NULL, &talk.err));
	ck_assert_str_eq(talk.script.client, "CAPA\r\nUIDL\r\nLIST\r\n");
	maildrop_free(&drop);
	talk_end(&talk);
	talk_capable(&talk, "", "-ERR\r\n+OK\r\n1 a\r\n", 0);
	ck_assert(!session_list(talk.session, &drop, NULL, &talk.err));
	ck_assert_str_eq(talk.script.client, "CAPA\r\nUIDL\r\n");
	maildrop_free(&drop);
	talk_end(&talk);
}
END_TEST

static const struct {
	const char *server;
	enum error_kind kind;
	bool temporary;
} quits[] = {
    {"+OK\r\n", ERROR_NONE, false},
    {"+OK bye (2 messages left)\r\n", ERROR_NONE, false},
    {"+OK bye\r\n+OK extra\r\n", ERROR_NONE, false},
    {"-ERR some deleted messages not removed\r\n", ERROR_PROTOCOL, false},
    {"-ERR [SYS/TEMP] disk full\r\n", ERROR_PROTOCOL, true},
    {"+ what\r\n", ERROR_PROTOCOL, false},
    {"bye\r\n", ERROR_PROTOCOL, false},
    {"+OK", ERROR_NETWORK, true},
    {"", ERROR_NETWORK, true},
};

START_TEST(quit_succeeds_only_if_the_server_confirms_it)
{
	for (size_t piece = 0; piece <= strlen(quits[_i].server); piece++) {
		talk_start(&talk, quits[_i].server, piece);
		talk.script.cut = piece % 2 == 0;
		ck_assert(session_quit(talk.session, &talk.err) == (quits[_i].kind == ERROR_NONE));
		ck_assert_int_eq(talk.err.kind, quits[_i].kind);
		ck_assert(talk.err.temporary == quits[_i].temporary);
		ck_assert_str_eq(talk.script.client, "QUIT\r\n");
		talk_end(&talk);
	}
}
END_TEST

static const struct {
	const char *capabilities, *server, *client, *words;
} stls[] = {
    /* Not announced, but tried. */
    {"", "-ERR what\r\n", "STLS\r\n", "what"},
    {"SASL PLAIN\r\nUSER\r\n", "-ERR\r\n", "STLS\r\n", ""},
    {"XSTLS\r\n", "-ERR no\r\n+OK\r\n", "STLS\r\n", "no"},
    {"STLS\r\n", "-ERR no\r\n", "STLS\r\n", "no"},
    {"STLS\r\nUSER\r\n", "-ERR [SYS/TEMP] no\r\n", "STLS\r\n", "[SYS/TEMP] no"},
    {"STLS\r\nUSER\r\n", "-ERR no\r\n+OK\r\n", "STLS\r\n", "no"},
    {"STLS\r\n", "+ go\r\n", "STLS\r\n", "go"},
};

START_TEST(a_refused_stls_is_a_tls_error_and_nothing_more_is_sent)
{
	talk_capable(&talk, stls[_i].capabilities, stls[_i].server, 0);
	ck_assert(!session_ask_stls(talk.session, &talk.err));
	ck_assert_int_eq(talk.err.kind, ERROR_TLS);
	ck_assert(!talk.err.temporary);
	ck_assert_ptr_ne(strstr(talk.err.hint, "995"), NULL);
	ck_assert_str_eq(talk.err.server, stls[_i].words);
	ck_assert_str_eq(talk.script.client, stls[_i].client);
	talk_end(&talk);
}
END_TEST

START_TEST(bytes_after_the_answer_to_stls_are_rejected)
{
	struct tls_options tls = {.trust = NULL, .name = "localhost"};

	talk_capable(&talk, "STLS\r\n", "+OK go\r\n+OK\r\nUIDL\r\n.\r\n", 0);
	ck_assert(session_ask_stls(talk.session, &talk.err));
	ck_assert(!tls_start(talk.stream, &tls, NULL, &talk.err));
	ck_assert_int_eq(talk.err.kind, ERROR_TLS);
	ck_assert_str_eq(talk.script.client, "STLS\r\n");
	ck_assert(!session_capabilities(talk.session)->stls);
	talk_end(&talk);
}
END_TEST

START_TEST(a_session_is_as_secure_as_its_stream)
{
	talk_over_script(&talk, "", 0, false);
	ck_assert(!session_is_secure(talk.session));
	talk_end(&talk);
	talk_over_script(&talk, "", 0, true);
	ck_assert(session_is_secure(talk.session));
	talk_end(&talk);
	ck_assert_ptr_eq(talk.session, NULL);
	session_free(&talk.session);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("session");
	TCase *c = check_case(s, "session");

	LOOP_OVER(c, any_greeting_but_plus_ok_is_an_error, greetings);
	tcase_add_loop_test(c, an_invalid_reply_is_reported_in_shortened_form, 0, 4);
	tcase_add_test(c, new_capabilities_replace_old_ones);
	LOOP_OVER(c, an_invalid_or_unterminated_reply_to_capa_is_an_error, bad_capabilities);
	LOOP_OVER(c, a_maildrop_is_listed_or_an_error_is_reported, listings);
	LOOP_OVER(c, sizes_are_not_requested_if_stat_shows_that_they_are_known, unsized);
	tcase_add_test(c, a_refused_uidl_is_a_temporary_failure_if_pipelining_may_be_the_cause);
	tcase_add_test(c, sizes_can_be_requested_later);
	tcase_add_test(c, a_refusal_of_announced_uidl_is_a_temporary_failure);
	tcase_add_test(c, list_precedes_the_answer_to_uidl_only_if_the_server_pipelines);
	LOOP_OVER(c, quit_succeeds_only_if_the_server_confirms_it, quits);
	LOOP_OVER(c, a_refused_stls_is_a_tls_error_and_nothing_more_is_sent, stls);
	tcase_add_test(c, bytes_after_the_answer_to_stls_are_rejected);
	tcase_add_test(c, a_session_is_as_secure_as_its_stream);
	return check_main(s);
}
