/* Tests whether answers are in sync: UIDL or LIST for one message, in the forms that servers use. */
#include "config.h"

#include <string.h>

#include "check_main.h"
#include "io/channel.h"
#include "talk.h"

/* A server that gives the next of its answers to each question, and +OK to NOOP. */
static struct server {
	const char *answers; /* separated by "|" */
	size_t piece;	     /* bytes sent at a time; 0: any number */
	struct buf reply;
	size_t given;
	struct buf received;
} server;

static enum channel_status give(void *context, void *bytes, size_t size, size_t *got, struct error *err)
{
	size_t left = server.reply.length - server.given;

	(void)context;
	(void)err;
	if (left == 0)
		return CHANNEL_WANT_READ; /* waiting would only end with the time limit */
	left = left > size ? size : left;
	left = server.piece > 0 && left > server.piece ? server.piece : left;
	memcpy(bytes, server.reply.data + server.given, left);
	server.given += left;
	*got = left;
	return CHANNEL_DONE;
}

static enum channel_status accept_commands(void *context, const void *bytes, size_t size, size_t *sent,
    struct error *err)
{
	(void)context;
	(void)err;
	buf_append(&server.received, bytes, size);
	*sent = size;
	for (const char *at = bytes, *end = at + size; at < end;
	     at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1) {
		size_t length = strcspn(server.answers, "|");

		if (strncmp(at, "NOOP", 4) == 0) {
			buf_append_string(&server.reply, "+OK\r\n");
			continue;
		}
		buf_append(&server.reply, server.answers, length);
		server.answers += length + (server.answers[length] == '|');
	}
	return CHANNEL_DONE;
}

static enum channel_status shut(void *context, struct error *err)
{
	(void)context;
	(void)err;
	return CHANNEL_DONE;
}

static void forget(void *context)
{
	(void)context;
}

static const struct channel_ops ops = {
    .receive = give, .send = accept_commands, .shut = shut, .close = forget, .secure = true};

/*
 * Two questions about message 2, whose UID is "u2" and whose size is 20. `right` has a letter for each answer: y
 * right, n wrong, r -ERR. It ends where the session fails.
 */
struct row {
	const char *answers, *right;
};

static const struct row uids[] = {
    {"+OK 2 u2\r\n|+OK 2 u2\r\n", "yy"},
    {"+OK\t2  u2 \r\n|+OK 2\tu2\r\n", "yy"},
    {"+OK 2 u2 and more\r\n|+OK 2 u2\r\n", "yy"},
    {"-ERR what\r\n|+OK 2 u2\r\n", "ry"},
    /* Answers without the number. */
    {"+OK u2\r\n|+OK u2\r\n", "yy"},
    {"+OK u2 \n|+OK u2\n", "yy"},
    {"+OK 2 u2\r\n|+OK u2\r\n", "yy"},
    /* Answers with other words are accepted if no message follows. */
    {"+OK 2: u2\r\n|+OK 2 <u2>\r\n", "yy"},
    {"+OK 2 U2\r\n|+OK 2 u2\r\n", "yy"},
    {"+OK 2: u2\r\nSubject: x\r\n\r\n.\r\n", "n"},
    {"+OK 1: u2\r\n", "n"},
    /* Answers about another message, or without content. */
    {"+OK 1 u1\r\n", "n"},
    {"+OK 1 u2\r\n", "n"},
    {"+OK 2 u\r\n", "n"},
    {"+OK 2 u22\r\n", "n"},
    {"+OK u22\r\n", "n"},
    {"+OK u\r\n", "n"},
    {"+OK 2\r\n", "n"},
    {"+OK\r\n", "n"},
    {"+OK\r\n\r\n", "n"},
    {"+OK 20 octets\r\n", "n"},
    {"+OK 20 octets\r\nSubject: x\r\n\r\n.\r\n", "n"},
    {"+OK 2 u2\r\n|+OK 1 u1\r\n", "yn"},
    {"+OK 2 u2\r\n|+OK\r\n", "yn"},
    /* A complete listing as the answer. */
    {"+OK\r\n1 u1\r\n2 u2\r\n.\r\n|+OK\r\n1 u1\r\n2 u2\r\n.\r\n", "yy"},
    {"+OK unique-id listing follows\r\n2\tu2\r\n1 u1\r\n.\r\n|+OK\r\n2 u2\r\n.\r\n", "yy"},
    {"+OK 2 messages (120 octets)\r\n1 u1\r\n2 u2\r\n.\r\n|+OK 2 messages (120 octets)\r\n1 "
     "u1\r\n2 u2\r\n.\r\n",
	"yy"},
    {"+OK 2 messages\r\n 1 u1\r\n 2 u2\r\n.\r\n\r\n|+OK\r\n 1 u1\r\n 2 u2\r\n.\r\n\r\n", "yy"},
    {"+OK\n1 u1\n2 u2\n.\n\n|+OK\n1 u1\n2 u2\n.\n", "yy"},
    {"+OK 2 u2\r\n1 u1\r\n2 u2\r\n.\r\n|+OK 2 u2\r\n1 u1\r\n2 u2\r\n.\r\n", "yy"},
    {"+OK 2 u2\r\n.\r\n|+OK 2 u2\r\n.\r\n", "yy"},
    {"+OK\r\n1 u1\r\n2 u2\r\n\r\n.\r\n|+OK\r\n\r\n1 u1\r\n2 u2\r\n.\r\n", "yy"},
    {" +OK 2 u2\r\n|\t+OK 2 u2\r\n", "yy"},
    {" \r\n+OK u2\r\n \r\n| \r\n+OK u2\r\n", "yy"},
    {"+OK u2\r\n.\r\n|+OK u2\r\n.\r\n", "yy"},
    {"+OK 2 u2\r\n.\r\n|+OK 1 u1\r\n.\r\n", "yn"},
    {"+OK 2 u2\r\n.\r\n|+OK 2 u2\r\nu2\r\n.\r\n", "yn"},
    /* A listing without the right line, or with conflicting lines. */
    {"+OK\r\n1 u1\r\n2 u3\r\n.\r\n", "n"},
    {"+OK\r\n1 u2\r\n3 u2\r\n.\r\n", "n"},
    {"+OK\r\n.\r\n", "n"},
    {"+OK\r\n1 u1\r\n2 u2\r\n.\r\n|+OK\r\n1 u1\r\n.\r\n", "yn"},
    {"+OK\r\n1 u1\r\n2 u2\r\n+OK 120 octets\r\n", "n"},
    {"+OK\r\n1 u1\r\n2 u2\r\n.\r\n|+OK 120 octets\r\nSubject: x\r\n", "yn"},
};

static const struct row sizes[] = {
    {"+OK 2 20\r\n|+OK 2 20\r\n", "yy"},
    {"+OK 2 20 octets\r\n|+OK 2 20\r\n", "yy"},
    {"+OK 2 21\r\n|+OK 2 22\r\n", "yy"}, /* counted differently */
    {"+OK 1 20\r\n", "n"},
    {"+OK 2 octets\r\n", "n"},
    {"+OK 2\r\n", "n"},
    /* A size alone is also the beginning of RETR's answer. */
    {"+OK 20\r\n|+OK 20\r\n", "yy"},
    {"+OK 20\r\nSubject: x\r\n", "n"},
    {"+OK 21\r\n", "n"},
    {"+OK 20 octets\r\n", "n"},
    /* A complete listing whose status line may look like the answer. */
    {"+OK 2 messages\r\n1 10\r\n2 20\r\n.\r\n|+OK 2 messages\r\n1 10\r\n2 20\r\n.\r\n", "yy"},
    {"+OK 2 30\r\n1 10\r\n2 20\r\n.\r\n|+OK 2 30\r\n1 10\r\n2 20\r\n.\r\n", "yy"},
    {"+OK 20\r\n1 10\r\n2 20\r\n.\r\n|+OK 20\r\n1 10\r\n2 20\r\n.\r\n", "yy"},
    {"+OK\r\n1 10\r\n.\r\n", "n"},
};

/* together: both questions are sent before the first is answered. */
static void check_answers(const struct row *row, const char *uid, size_t piece, bool together)
{
	static struct talk talk;
	struct session_event event;
	char got[3] = "";
	bool ok = true;

	server = (struct server){.answers = row->answers, .piece = piece};
	talk = (struct talk){.stream = stream_make((struct channel){&ops, NULL, -1}, 60)};
	talk_over_stream(&talk, false);
	for (int i = 0; i < 2 && ok; i++) {
		for (int n = together ? 2 * !i : 1; n > 0; n--)
			session_ask(talk.session, 2, uid, 20);
		ok = session_next(talk.session, &event, &talk.err);
		if (!ok)
			break;
		ck_assert_int_eq(event.command, *uid ? COMMAND_ASK_UID : COMMAND_ASK_SIZE);
		ck_assert_uint_eq(event.number, 2);
		got[i] = event.type == SESSION_REFUSED ? 'r' : event.right ? 'y' : 'n';
		ok = got[i] != 'n';
		ck_assert(!ok || session_is_quiet(talk.session));
		ck_assert_uint_eq(session_queued(talk.session),
		    got[i] == 'n' ? session_queued(talk.session) : together && i == 0);
	}
	if (together && strcmp(row->right, got) != 0 && row->right[0] == 'n') {
		/* Judging the answer may require the next one, which is missing. */
		ck_assert_str_eq(got, "");
		ck_assert_int_eq(talk.err.kind, ERROR_NETWORK);
	} else {
		ck_assert_msg(strcmp(got, row->right) == 0, "%s: %s (%s)", row->answers, got, talk.err.cause);
	}
	buf_free(&server.reply);
	buf_free(&server.received);
	talk_end(&talk);
}

START_TEST(a_right_answer_to_uidl_is_distinguished_from_a_wrong_one)
{
	for (size_t piece = 0; piece <= strlen(uids[_i].answers); piece++)
		check_answers(&uids[_i], "u2", piece, false);
}
END_TEST

START_TEST(a_right_answer_to_list_is_distinguished_from_a_wrong_one)
{
	for (size_t piece = 0; piece <= strlen(sizes[_i].answers); piece++)
		check_answers(&sizes[_i], "", piece, false);
}
END_TEST

START_TEST(pipelining_does_not_change_how_answers_to_uidl_are_judged)
{
	for (size_t piece = 0; piece <= strlen(uids[_i].answers); piece++)
		check_answers(&uids[_i], "u2", piece, true);
}
END_TEST

/* The form of a server's answers is determined once per session. */
static const struct {
	const char *answers, *received;
} turns[] = {
    {"+OK 2 u2\r\n|+OK 2 u2\r\n", "UIDL 2\r\nUIDL 2\r\n"},
    {"+OK u2\r\n|+OK u2\r\n", "UIDL 2\r\nUIDL 2\r\n"},
    {"+OK\r\n1 u1\r\n2 u2\r\n.\r\n|+OK\r\n1 u1\r\n2 u2\r\n.\r\n", "UIDL 2\r\nNOOP\r\nUIDL 2\r\n"},
};

START_TEST(the_form_of_the_answers_is_determined_once)
{
	/* Makes a status line arrive alone. */
	for (size_t piece = 1; piece <= 5; piece += 4) {
		static struct talk talk;
		struct session_event event;

		server = (struct server){.answers = turns[_i].answers, .piece = piece};
		talk = (struct talk){.stream = stream_make((struct channel){&ops, NULL, -1}, 60)};
		talk_over_stream(&talk, false);
		for (int i = 0; i < 2; i++) {
			ck_assert(session_asks_are_long(talk.session) == (_i == 2 && i == 1));
			session_ask(talk.session, 2, "u2", 20);
			ck_assert(session_next(talk.session, &event, &talk.err) && event.right);
		}
		ck_assert_str_eq(buf_string(&server.received), turns[_i].received);
		buf_free(&server.reply);
		buf_free(&server.received);
		talk_end(&talk);
	}
}
END_TEST

/* Bytes received before any question. */
static const struct {
	const char *octets;
	size_t length;
	bool quiet;
} rests[] = {{"", 0, true}, {"\r\n\n", 3, true}, {" \r\n\t", 4, true}, {" \r\n+OK\r\n", 8, false}, {"\0", 1, false},
    {"\r\n\0\r\n", 5, false}, {"+OK\r\n", 5, false}, {".\r\n", 3, false}, {"1 x\r\n", 5, false}};

START_TEST(only_blank_lines_may_arrive_unrequested)
{
	static struct talk talk;
	struct session_event event;

	server = (struct server){.answers = "+OK\r\n"};
	talk = (struct talk){.stream = stream_make((struct channel){&ops, NULL, -1}, 60)};
	talk_over_stream(&talk, false);
	session_queue(talk.session, COMMAND_DELE, 1);
	ck_assert(session_send(talk.session, &talk.err));
	buf_append(&server.reply, rests[_i].octets, rests[_i].length);
	ck_assert(session_next(talk.session, &event, &talk.err));
	ck_assert(session_is_quiet(talk.session) == rests[_i].quiet);
	ck_assert(session_is_quiet(talk.session) == rests[_i].quiet);
	buf_free(&server.reply);
	buf_free(&server.received);
	talk_end(&talk);
}
END_TEST

/*
 * Answers that are neither right nor clearly wrong, to a question asked with nothing else in flight: u unclear, y
 * right, n wrong, r a refusal, - the session's end.
 */
static const struct row manners[] = {
    {"+OK\r\n|+OK\r\n", "uu"},
    {"+OK unique-id\r\n|+OK unique-id\r\n", "uu"},
    {"500 what\r\n|500 what\r\n", "rr"},
    {"what\r\n|+OK 2 u2\r\n", "ry"},
    {"+OK 3 u3\r\n|+OK 2 u2\r\n", "uy"},
    /* NOOP receives the answer to the question. */
    {"+OK what\r\n+OK 2 u2\r\n", "n"},
    {"what\r\n+OK u2\r\n", "n"},
    {"what\r\n+OK this is the UID: 2 u2\r\n", "r"},
    /* NOOP receives something that is not POP3. */
    {"+OK what\r\nmore\r\n", "n"},
    {"what\r\nmore\r\n", "-"},
    /* A listing is a clear answer. */
    {"+OK\r\n1 u1\r\n2 u3\r\n.\r\n", "n"},
};

START_TEST(an_answer_without_content_is_unclear_if_nothing_else_is_in_flight)
{
	for (size_t piece = 0; piece <= strlen(manners[_i].answers); piece++) {
		static struct talk talk;
		struct session_event event;
		const char *wanted = manners[_i].right;

		server = (struct server){.answers = manners[_i].answers, .piece = piece};
		talk = (struct talk){.stream = stream_make((struct channel){&ops, NULL, -1}, 60)};
		talk_over_stream(&talk, false);
		for (size_t i = 0; wanted[i]; i++) {
			bool ok;

			session_ask(talk.session, 2, "u2", 20);
			ok = session_next(talk.session, &event, &talk.err);
			ck_assert_msg(ok == (wanted[i] != '-'), "%s: %s", manners[_i].answers, talk.err.cause);
			if (!ok)
				break;
			ck_assert_int_eq(event.command, COMMAND_ASK_UID);
			ck_assert_int_eq(event.type, wanted[i] == 'r' ? SESSION_REFUSED : SESSION_OK);
			ck_assert(event.unclear == (wanted[i] == 'u' || wanted[i] == 'r'));
			ck_assert(event.right == (wanted[i] == 'y'));
		}
		buf_free(&server.reply);
		buf_free(&server.received);
		talk_end(&talk);
	}
}
END_TEST

START_TEST(trailing_blanks_of_a_uid_are_ignored)
{
	static const struct row row = {"+OK 2 u2\r\n|+OK u2 \r\n", "yy"};

	check_answers(&row, "u2 ", 0, false);
	check_answers(&row, "u2\t ", 0, false);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("session-ask");
	TCase *c = check_case(s, "session-ask");

	LOOP_OVER(c, a_right_answer_to_uidl_is_distinguished_from_a_wrong_one, uids);
	LOOP_OVER(c, a_right_answer_to_list_is_distinguished_from_a_wrong_one, sizes);
	LOOP_OVER(c, pipelining_does_not_change_how_answers_to_uidl_are_judged, uids);
	LOOP_OVER(c, the_form_of_the_answers_is_determined_once, turns);
	LOOP_OVER(c, only_blank_lines_may_arrive_unrequested, rests);
	LOOP_OVER(c, an_answer_without_content_is_unclear_if_nothing_else_is_in_flight, manners);
	tcase_add_test(c, trailing_blanks_of_a_uid_are_ignored);
	return check_main(s);
}
