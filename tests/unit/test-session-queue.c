#include "config.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check_main.h"
#include "io/channel.h"
#include "io/deadline.h"
#include "io/net.h"
#include "talk.h"

static struct talk talk;

/*
 * Reads events until nothing is queued, and writes them to `out`: a word for the type, the command's number in enum
 * session_command, its message-number, the text. Consecutive octets are one event.
 */
static bool write_down(struct talk *t, struct buf *out)
{
	static const char *const words[] = {[SESSION_OK] = "ok",
	    [SESSION_REFUSED] = "refused",
	    [SESSION_CHALLENGE] = "challenge",
	    [SESSION_LINE] = "line",
	    [SESSION_DATA] = "data",
	    [SESSION_END] = "end"};
	struct session_event event;
	bool in_data = false, ok = true;

	while (ok && session_queued(t->session) > 0) {
		ok = session_next(t->session, &event, &t->err);
		if (in_data && (!ok || event.type != SESSION_DATA))
			buf_append_string(out, "|");
		if (!ok)
			break;
		if (!in_data || event.type != SESSION_DATA)
			buf_append_format(out, "%s %d %u ", words[event.type], (int)event.command, event.number);
		in_data = event.type == SESSION_DATA;
		if (event.type != SESSION_END)
			buf_append(out, event.text, event.length);
		if (!in_data)
			buf_append_string(out, "|");
	}
	return ok;
}

struct request {
	enum session_command command;
	uint32_t number;
};

static const struct {
	struct request requests[6];
	const char *client, *server, *events;
	enum error_kind kind;
} talks[] = {
    {{{COMMAND_RETR, 1}}, "RETR 1\r\n", "+OK 3 octets\r\na\r\n..\r\n\n.\r\n.\r\n",
	"ok 4 1 3 octets|data 4 1 a\n.\n\n.\n|end 4 1 |", ERROR_NONE},
    {{{COMMAND_RETR, 7}}, "RETR 7\r\n", "+OK\r\n.\r\n", "ok 4 7 |end 4 7 |", ERROR_NONE},
    /* Empty lines and blanks in a body belong to it. */
    {{{COMMAND_RETR, 7}}, "RETR 7\r\n", " \r\n +OK7\r\n\r\n \r\n\r\n.\r\n", "ok 4 7 7|data 4 7 \n \n\n|end 4 7 |",
	ERROR_NONE},
    {{{COMMAND_TOP, 2}}, "TOP 2 0\r\n", "+OK\r\nA: b\r\n\r\n.\r\n", "ok 5 2 |data 5 2 A: b\n\n|end 5 2 |", ERROR_NONE},
    {{{COMMAND_DELE, 4294967295}}, "DELE 4294967295\r\n", "+OK deleted\r\n", "ok 6 4294967295 deleted|", ERROR_NONE},
    {{{COMMAND_NOOP, 0}}, "NOOP\r\n", "+OK\r\n", "ok 7 0 |", ERROR_NONE},
    {{{COMMAND_RSET, 0}}, "RSET\r\n", "+OK\r\n", "ok 8 0 |", ERROR_NONE},
    {{{COMMAND_RETR, 1}}, "RETR 1\r\n", "-ERR no such message\r\n", "refused 4 1 no such message|", ERROR_NONE},
    /* A queue with refusals in the middle, with answers directly adjacent. */
    {{{COMMAND_RETR, 1}, {COMMAND_RETR, 2}, {COMMAND_RETR, 3}}, "RETR 1\r\nRETR 2\r\nRETR 3\r\n",
	"+OK\r\none\r\n.\r\n-ERR gone\r\n+OK\r\nthree\r\n.\r\n",
	"ok 4 1 |data 4 1 one\n|end 4 1 |refused 4 2 gone|ok 4 3 |data 4 3 three\n|end 4 3 |", ERROR_NONE},
    {{{COMMAND_TOP, 1}, {COMMAND_DELE, 1}, {COMMAND_RETR, 2}, {COMMAND_DELE, 2}, {COMMAND_NOOP, 0}, {COMMAND_RSET, 0}},
	"TOP 1 0\r\nDELE 1\r\nRETR 2\r\nDELE 2\r\nNOOP\r\nRSET\r\n",
	"+OK\r\n.\r\n+OK\r\n+OK\r\n+OK\r\n.\r\n-ERR locked\r\n+OK\r\n+OK 2 left\r\n",
	"ok 5 1 |end 5 1 |ok 6 1 |ok 4 2 |data 4 2 +OK\n|end 4 2 |refused 6 2 locked|ok 7 0 |ok 8 0 2 left|",
	ERROR_NONE},
    {{{COMMAND_RETR, 1}, {COMMAND_DELE, 2}, {COMMAND_DELE, 3}, {COMMAND_TOP, 4}},
	"RETR 1\r\nDELE 2\r\nDELE 3\r\nTOP 4 0\r\n", "-ERR no\r\n+OK\r\n-ERR no\r\n+OK\r\n\r\n.\r\n",
	"refused 4 1 no|ok 6 2 |refused 6 3 no|ok 5 4 |data 5 4 \n|end 5 4 |", ERROR_NONE},
    /* An invalid answer ends the session, and nothing after it counts. */
    {{{COMMAND_RETR, 1}, {COMMAND_RETR, 2}}, "RETR 1\r\nRETR 2\r\n", "+ what\r\n+OK\r\n.\r\n", "", ERROR_PROTOCOL},
    {{{COMMAND_DELE, 1}}, "DELE 1\r\n", "+ \r\n+OK\r\n", "", ERROR_PROTOCOL},
    {{{COMMAND_DELE, 1}}, "DELE 1\r\n", "+\r\n", "", ERROR_PROTOCOL},
    {{{COMMAND_DELE, 1}, {COMMAND_DELE, 2}}, "DELE 1\r\nDELE 2\r\n", "+OK\r\n+KAY\r\n", "ok 6 1 |", ERROR_PROTOCOL},
    {{{COMMAND_RETR, 1}, {COMMAND_RETR, 2}}, "RETR 1\r\nRETR 2\r\n", "+OK\r\na\r\n.\r\nmore\r\n+OK\r\n.\r\n",
	"ok 4 1 |data 4 1 a\n|end 4 1 |", ERROR_PROTOCOL},
    /* A body without an end is not a message. */
    {{{COMMAND_RETR, 1}}, "RETR 1\r\n", "+OK\r\na\r\n", "ok 4 1 |data 4 1 a\n|", ERROR_NETWORK},
    {{{COMMAND_RETR, 1}}, "RETR 1\r\n", "+OK\r\na\r\n.\r", "ok 4 1 |data 4 1 a\n|", ERROR_NETWORK},
    {{{COMMAND_RETR, 1}}, "RETR 1\r\n", "+OK\r\na\n.\r\n", "ok 4 1 |data 4 1 a\n.\n|", ERROR_NETWORK},
    {{{COMMAND_RETR, 1}}, "RETR 1\r\n", "", "", ERROR_NETWORK},
};

static void check_talk(int i, size_t piece, bool cut)
{
	struct buf events = {0};

	talk_start(&talk, talks[i].server, piece);
	talk.script.cut = cut;
	for (size_t w = 0; w < COUNT(talks[i].requests) && talks[i].requests[w].command != COMMAND_OTHER; w++)
		session_queue(talk.session, talks[i].requests[w].command, talks[i].requests[w].number);
	ck_assert_uint_eq(talk.script.client_length, 0);
	ck_assert(write_down(&talk, &events) == (talks[i].kind == ERROR_NONE));
	ck_assert_str_eq(buf_string(&events), talks[i].events);
	ck_assert_str_eq(talk.script.client, talks[i].client);
	ck_assert_int_eq(talk.err.kind, talks[i].kind);
	buf_free(&events);
	talk_end(&talk);
}

START_TEST(queued_commands_get_their_answers_in_order_however_they_are_split)
{
	for (size_t piece = 0; piece <= strlen(talks[_i].server); piece++) {
		check_talk(_i, piece, false);
		check_talk(_i, piece, true);
	}
}
END_TEST

START_TEST(an_invalid_answer_is_reported_with_the_command_and_the_words)
{
	struct session_event event;

	talk_start(&talk, "+KAY \x1b[2J\r\n", 0);
	session_queue(talk.session, COMMAND_DELE, 3);
	ck_assert(!session_next(talk.session, &event, &talk.err));
	ck_assert_str_eq(talk.err.cause, "the reply to DELE is not valid POP3");
	ck_assert_str_eq(talk.err.server, "+KAY \\x1b[2J");
	talk_end(&talk);
}
END_TEST

START_TEST(reading_without_a_queued_command_is_an_internal_error)
{
	struct session_event event;

	talk_start(&talk, "+OK\r\n", 0);
	ck_assert(!session_next(talk.session, &event, &talk.err));
	ck_assert_int_eq(talk.err.kind, ERROR_INTERNAL);
	talk_end(&talk);
}
END_TEST

START_TEST(a_body_keeps_crlf_if_requested)
{
	struct buf events = {0};

	talk_start(&talk, "+OK\r\na\r\nb\n..\r\n.\r\n", (size_t)_i);
	session_free(&talk.session);
	talk_over_stream(&talk, true);
	session_queue(talk.session, COMMAND_RETR, 1);
	ck_assert(write_down(&talk, &events));
	ck_assert_str_eq(buf_string(&events), "ok 4 1 |data 4 1 a\r\nb\n..\r\n|end 4 1 |");
	buf_free(&events);
	talk_end(&talk);
}
END_TEST

/* Keeps the window full over many more messages than it holds. Every tenth is refused. */
static void retrieve_many(uint32_t count)
{
	struct session_event event;
	uint32_t asked = 0, answered = 0;
	char text[32];

	while (answered < count) {
		while (asked < count && session_queued(talk.session) < session_window(talk.session))
			session_queue(talk.session, COMMAND_RETR, ++asked);
		ck_assert_msg(session_next(talk.session, &event, &talk.err), "%s", talk.err.cause);
		ck_assert_int_eq(event.command, COMMAND_RETR);
		ck_assert_uint_eq(event.number, answered + 1);
		ck_assert(event.type != SESSION_REFUSED || event.number % 10 == 0);
		if (event.type == SESSION_DATA) {
			snprintf(text, sizeof(text), "message %u\n", answered + 1);
			ck_assert_uint_eq(event.length, strlen(text));
			ck_assert_mem_eq(event.text, text, event.length);
		}
		answered += event.type == SESSION_END || event.type == SESSION_REFUSED;
	}
	ck_assert_uint_eq(session_queued(talk.session), 0);
}

START_TEST(the_window_stays_full_over_many_messages)
{
	struct buf server = {0};

	for (unsigned i = 1; i <= 3000; i++)
		buf_append_format(&server, i % 10 == 0 ? "-ERR %u\r\n" : "+OK\r\nmessage %u\r\n.\r\n", i);
	talk_capable(&talk, _i ? "PIPELINING\r\n" : "", buf_string(&server), 0);
	ck_assert_uint_eq(session_window(talk.session), _i ? 1024 : 1);
	retrieve_many(3000);
	buf_free(&server);
	talk_end(&talk);
}
END_TEST

START_TEST(a_session_is_crowded_until_the_last_of_several_commands_is_answered)
{
	struct session_event event;

	talk_capable(&talk, "PIPELINING\r\n", "+OK\r\n+OK\r\n+OK\r\n", 0);
	ck_assert(!session_is_crowded(talk.session));
	session_queue(talk.session, COMMAND_DELE, 1);
	session_queue(talk.session, COMMAND_DELE, 2);
	ck_assert(session_is_crowded(talk.session));
	ck_assert(session_next(talk.session, &event, &talk.err));
	ck_assert(session_is_crowded(talk.session)); /* commands sent along with the first may still break the server */
	ck_assert(session_next(talk.session, &event, &talk.err));
	session_queue(talk.session, COMMAND_DELE, 3);
	ck_assert(!session_is_crowded(talk.session));
	ck_assert(session_next(talk.session, &event, &talk.err));
	talk_end(&talk);
}
END_TEST

START_TEST(the_wire_log_omits_message_bodies)
{
	struct buf events = {0};

	talk_capable(&talk, "", "+OK 5 octets\r\nsecret body\r\n.\r\n-ERR no\r\n", 0);
	buf_clear(&talk.logged);
	session_queue(talk.session, COMMAND_RETR, 1);
	session_queue(talk.session, COMMAND_DELE, 1);
	ck_assert(write_down(&talk, &events));
	ck_assert_str_eq(buf_string(&talk.logged), "C: RETR 1\nC: DELE 1\nS: +OK 5 octets\nS: .\nS: -ERR no\n");
	buf_free(&events);
	talk_end(&talk);
}
END_TEST

/* Starts a session with a server process that sends `head`, then `piece` bytes every 200 ms. */
static pid_t talk_with_slow_server(int64_t timeout, const char *head, size_t piece, int times, const char *tail)
{
	static char octets[65536];
	int ends[2];
	pid_t pid;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		memset(octets, 'x', sizeof(octets));
		(void)send(ends[1], head, strlen(head), MSG_NOSIGNAL);
		for (int i = 0; i < times; i++) {
			poll(NULL, 0, 200);
			(void)send(ends[1], octets, piece, MSG_NOSIGNAL);
		}
		(void)send(ends[1], tail, strlen(tail), MSG_NOSIGNAL);
		poll(NULL, 0, 5000);
		_exit(0);
	}
	close(ends[1]);
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	talk = (struct talk){.stream = stream_make(net_channel(ends[0]), timeout)};
	talk_over_stream(&talk, false);
	return pid;
}

static void check_given_up(int64_t before)
{
	ck_assert_int_eq(talk.err.kind, ERROR_NETWORK);
	ck_assert_ptr_ne(strstr(talk.err.cause, "within 1 s"), NULL);
	ck_assert_int_ge(deadline_clock() - before, 900);
	ck_assert_int_lt(deadline_clock() - before, 4000);
}

static const struct {
	const char *head;
	enum session_command command;
} drips[] = {
    {"", COMMAND_DELE},
    {"+OK ", COMMAND_DELE},
    {"+OK\r\n", COMMAND_RETR},
    {"+OK\r\nTOP\r\n", COMMAND_CAPA},
};

START_TEST(a_server_that_sends_too_slowly_times_out)
{
	struct buf events = {0};
	int64_t before = deadline_clock();
	pid_t server = talk_with_slow_server(1, drips[_i].head, 1, 30, "\r\n.\r\n");

	session_queue(talk.session, drips[_i].command, 1);
	ck_assert(!write_down(&talk, &events));
	check_given_up(before);
	buf_free(&events);
	talk_end(&talk);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
}
END_TEST

START_TEST(a_body_that_keeps_arriving_does_not_time_out)
{
	struct buf events = {0};
	pid_t server = talk_with_slow_server(2, "+OK\r\n", 4096, 15, "\r\n.\r\n");

	session_queue(talk.session, COMMAND_RETR, 1);
	ck_assert_msg(write_down(&talk, &events), "%s", talk.err.cause);
	ck_assert_uint_eq(events.length, strlen("ok 4 1 |data 4 1 \n|end 4 1 |") + 15 * 4096);
	buf_free(&events);
	talk_end(&talk);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("session-queue");
	TCase *c = check_case(s, "session-queue");

	tcase_set_timeout(c, 30);
	LOOP_OVER(c, queued_commands_get_their_answers_in_order_however_they_are_split, talks);
	tcase_add_test(c, an_invalid_answer_is_reported_with_the_command_and_the_words);
	tcase_add_test(c, reading_without_a_queued_command_is_an_internal_error);
	tcase_add_loop_test(c, a_body_keeps_crlf_if_requested, 0, 12);
	tcase_add_loop_test(c, the_window_stays_full_over_many_messages, 0, 2);
	tcase_add_test(c, a_session_is_crowded_until_the_last_of_several_commands_is_answered);
	tcase_add_test(c, the_wire_log_omits_message_bodies);
	LOOP_OVER(c, a_server_that_sends_too_slowly_times_out, drips);
	tcase_add_test(c, a_body_that_keeps_arriving_does_not_time_out);
	return check_main(s);
}
