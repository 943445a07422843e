#include "config.h"

#include "base/buf.h"
#include "check_main.h"
#include "pop3/reply.h"
#include "replay.h"

#define WIRE(literal) literal, sizeof(literal) - 1

static struct replay replay;

/* Replies and their events; see replay.h for the letters. */
static const struct {
	enum reply_shape shape;
	const char *wire;
	size_t length;
	const char *events;
} replies[] = {
    /* Status lines. */
    {REPLY_SINGLE, WIRE("+OK\r\n"), "O\n"},
    {REPLY_SINGLE, WIRE("+OK \r\n"), "O\n"},
    {REPLY_SINGLE, WIRE("+OK ready\r\n"), "Oready\n"},
    {REPLY_SINGLE, WIRE("+OK  two blanks \r\n"), "Otwo blanks \n"},
    {REPLY_SINGLE, WIRE("+OK\tx\r\n"), "Ox\n"},
    {REPLY_SINGLE, WIRE("+OK \t \r\n"), "O\n"},
    {REPLY_SINGLE, WIRE("+OK, x\r\n"), "O, x\n"},
    {REPLY_SINGLE, WIRE("+ok\r\n+Ok x\r\n"), "O\nOx\n"},
    {REPLY_SINGLE, WIRE("+OK bare LF\n"), "Obare LF\n"},
    {REPLY_SINGLE, WIRE("+OK a\rb\r\r\n"), "Oa\rb\n"},
    {REPLY_SINGLE, WIRE("+OK\r\r\n+OK\r\r\r\n"), "O\nO\r\n"},
    {REPLY_SINGLE, WIRE("-ERR\r\n"), "E\n"},
    {REPLY_SINGLE, WIRE("-ERR\n-ERR\r\r\n-ERR \r\n"), "E\nE\nE\n"},
    {REPLY_SINGLE, WIRE("-ERR  [IN-USE] no\r\n"), "E[IN-USE] no\n"},
    {REPLY_SINGLE, WIRE("-ERR\t[IN-USE]\r\n-ERR[IN-USE]\r\n"), "E[IN-USE]\nE[IN-USE]\n"},
    {REPLY_SINGLE, WIRE("-err no\r\n"), "Eno\n"},
    {REPLY_SINGLE, WIRE("+ERR no\r\n+ERR\r\n"), "Eno\nE\n"},
    {REPLY_SINGLE, WIRE("-ERR [AUTH] no\r\n"), "E[AUTH] no\n"},
    {REPLY_SINGLE, WIRE("+ \r\n"), "C\n"},
    {REPLY_SINGLE, WIRE("+\r\n"), "C\n"},
    {REPLY_SINGLE, WIRE("+ cmVwbHk=\r\n"), "CcmVwbHk=\n"},
    {REPLY_SINGLE, WIRE("+\tx\r\n"), "Cx\n"},
    {REPLY_SINGLE, WIRE("+OK one\r\n-ERR two\r\n+ three\r\n"), "Oone\nEtwo\nCthree\n"},
    /* Empty lines before a status line. */
    {REPLY_SINGLE, WIRE("\r\n+OK one\r\n\r\n\r\n-ERR two\r\n"), "Oone\nEtwo\n"},
    {REPLY_SINGLE, WIRE("\n\r\r\n\n\n+OK\n\n\n\n\n+OK\r\n"), "O\nO\n"},
    {REPLY_SINGLE, WIRE("\n\n\n\n\n+OK\n"), "M\n"},
    {REPLY_LINES, WIRE("\r\n+OK\r\n\r\n.\r\n\r\n+OK\r\n"), "O\nT\nO\n"},
    {REPLY_SINGLE, WIRE(" \r\n+OK\r\n\t \n\r\n-ERR\r\n"), "O\nE\n"},
    {REPLY_SINGLE, WIRE(" \n\n \n\n\t\n+OK\n"), "M\n"},
    /* Blanks before a status line, and no blank after +OK. */
    {REPLY_SINGLE, WIRE(" +OK\r\n\t -ERR no\r\n + \r\n"), "O\nEno\nC\n"},
    {REPLY_SINGLE, WIRE("        +OK\r\n"), "O\n"},
    {REPLY_SINGLE, WIRE("         +OK\r\n"), "M         +OK\n"},
    {REPLY_SINGLE, WIRE("+OKready\r\n+OK7\r\n"), "Oready\nO7\n"},
    {REPLY_SINGLE, WIRE("-ERRno\r\n+ERRno\r\n-ERROR: no\r\n"), "Eno\nEno\nE: no\n"},
    {REPLY_BODY, WIRE(" +OKx\r\n.\r\n"), "Ox\nT\n"},
    /* Lines that are not status lines. */
    {REPLY_SINGLE, WIRE("+O\r\n"), "M+O\n"},
    {REPLY_SINGLE, WIRE("+Okay\r\n+x\r\n"), "Oay\nM+x\n"},
    {REPLY_SINGLE, WIRE("OK\r\n"), "MOK\n"},
    {REPLY_SINGLE, WIRE("-ER\r\n"), "M-ER\n"},
    {REPLY_SINGLE, WIRE("-\r\n"), "M-\n"},
    {REPLY_SINGLE, WIRE("* OK IMAP4\r\n+OK\r\n"), "M* OK IMAP4\n"},
    {REPLY_SINGLE, WIRE("HTTP/1.1 400 Bad Request\r\n"), "MHTTP/1.1 400 Bad Request\n"},
    /* Incomplete lines. */
    {REPLY_SINGLE, WIRE(""), ""},
    {REPLY_SINGLE, WIRE("+OK no end"), ""},
    {REPLY_SINGLE, WIRE("+OK no end\r"), ""},
    {REPLY_SINGLE, WIRE("\r\n"), ""},
    {REPLY_SINGLE, WIRE("\n\r\n\n\r"), ""},
    /* A body or listing follows only +OK. */
    {REPLY_LINES, WIRE("-ERR no\r\n+OK next\r\n"), "Eno\nOnext\n"},
    {REPLY_BODY, WIRE("-ERR no\r\n+OK next\r\n"), "Eno\nOnext\n"},
    {REPLY_LINES, WIRE("+ what\r\n"), "Cwhat\n"},
    {REPLY_BODY, WIRE("+O\r\n.\r\n"), "M+O\n"},
    {REPLY_SINGLE, WIRE("+OK\r\n.\r\n"), "O\nM.\n"},
    /* Listings. */
    {REPLY_LINES, WIRE("+OK\r\n.\r\n"), "O\nT\n"},
    {REPLY_LINES, WIRE("+OK\r\n.\r\n+OK next\r\n"), "O\nT\nOnext\n"},
    {REPLY_LINES, WIRE("+OK 2 messages\r\n1 120\r\n2 9\r\n.\r\n-ERR x\r\n"), "O2 messages\nL1 120\nL2 9\nT\nEx\n"},
    /* Empty lines in listings. */
    {REPLY_LINES, WIRE("+OK\r\n\r\n1\r\n.\r\n"), "O\nL1\nT\n"},
    {REPLY_LINES, WIRE("+OK\r\n1\r\n\r\n \r\n2\r\n\r\n.\r\n+OK\r\n"), "O\nL1\nL2\nT\nO\n"},
    {REPLY_LINES, WIRE("+OK\n\n\n\n\n1\n\n\n\n\n.\n"), "O\nL1\nT\n"},
    {REPLY_LINES, WIRE("+OK\r\n1\r\n\r\n\r\n\r\n\r\n\r\n.\r\n"), "O\nL1\nM\n"},
    {REPLY_LINES, WIRE("+OK\r\n..\r\n..x\r\n.x\r\n...\r\n.\r\n"), "O\nL.\nL.x\nLx\nL..\nT\n"},
    {REPLY_LINES, WIRE("+OK\r\nx.\r\n. \r\n.\r\r\n.\r\n"), "O\nLx.\nL \nL\r\nT\n"},
    {REPLY_LINES, WIRE("+OK\n1 2\n.\n+OK\n"), "O\nL1 2\nT\nO\n"},
    {REPLY_LINES, WIRE("+OK\n1 2\r\n3 4\r\r\n.\r\n+OK\r\n"), "O\nL1 2\nL3 4\r\nT\nO\n"},
    {REPLY_LINES, WIRE("+OK\r\r\n1 2\r\r\n3 4\r\n.\r\r\n+OK\r\n"), "O\nL1 2\nL3 4\nT\nO\n"},
    {REPLY_LINES, WIRE("+OK\r\na\rb\r\n+OK\r\n-ERR\r\n.\r\n"), "O\nLa\rb\nL+OK\nL-ERR\nT\n"},
    {REPLY_LINES, WIRE("+OK\r\n1 2\r\n.\r"), "O\nL1 2\n"},
};

static struct buf expected_events(int i)
{
	struct buf expected = {0};

	buf_append_string(&expected, replies[i].events);
	return expected;
}

START_TEST(a_reply_produces_the_expected_events_however_it_is_split)
{
	const char *wire = replies[_i].wire;
	size_t length = replies[_i].length;
	struct buf expected = expected_events(_i);

	for (size_t size = 0; size <= length; size++) {
		replay_start(&replay, replies[_i].shape, false);
		replay_pieces(&replay, wire, length, size);
		replay_check(&replay, &expected, "pieces of", size);
	}
	for (size_t cut = 0; cut <= length; cut++) {
		replay_start(&replay, replies[_i].shape, true);
		replay_piece(&replay, wire, cut);
		replay_piece(&replay, wire + cut, length - cut);
		replay_check(&replay, &expected, "cut at", cut);
	}
	buf_free(&replay.events);
	buf_free(&expected);
}
END_TEST

START_TEST(unusual_bytes_pass_through_status_lines_and_listings)
{
	static const char wire[] = "+OK a\0b\xff\r\n1 \0\xfe\r\n.\0\r\n.\r\n";
	struct buf expected = {0};

	buf_append(&expected, "Oa\0b\xff\nL1 \0\xfe\nL\0\nT\n", 17);
	for (size_t size = 0; size < sizeof(wire); size++) {
		replay_start(&replay, REPLY_LINES, false);
		replay_pieces(&replay, wire, sizeof(wire) - 1, size);
		replay_check(&replay, &expected, "pieces of", size);
	}
	buf_free(&replay.events);
	buf_free(&expected);
}
END_TEST

static const size_t piece_sizes[] = {0, 1, 2, 3, 1000, 4096, 8191, 8192, 8193, 8194, 8195, 8196};

/* Makes a line of `octets` octets from a head, filling, and a line end. */
static struct buf long_line(const char *head, size_t octets, const char *end)
{
	struct buf line = {0};

	buf_append_string(&line, head);
	while (line.length < octets)
		buf_append(&line, "x", 1);
	buf_append_string(&line, end);
	return line;
}

/* Checks a status line, or a line of a listing after "+OK\r\n". */
static void check_long_line(bool listing, size_t octets, const char *end, bool good)
{
	struct buf line = long_line(listing ? "1 " : "+OK ", octets, end);
	struct buf wire = {0}, expected = {0};
	size_t skip = listing ? 0 : 4;

	buf_append_string(&wire, listing ? "+OK\r\n" : "");
	buf_append_string(&expected, listing ? "O\n" : "");
	buf_append(&wire, line.data, line.length);
	buf_append_string(&wire, listing ? ".\r\n" : "");
	buf_append_string(&expected, !good ? "M" : listing ? "L" : "O");
	buf_append(&expected, line.data + (good ? skip : 0), good ? octets - skip : REPLY_LINE_MOST);
	buf_append_string(&expected, good && listing ? "\nT\n" : "\n");
	for (size_t i = 0; i < COUNT(piece_sizes); i++) {
		replay_start(&replay, listing ? REPLY_LINES : REPLY_SINGLE, false);
		replay_pieces(&replay, wire.data, wire.length, piece_sizes[i]);
		replay_check(&replay, &expected, "pieces of", piece_sizes[i]);
	}
	buf_free(&line);
	buf_free(&wire);
	buf_free(&expected);
	buf_free(&replay.events);
}

START_TEST(a_line_of_8192_octets_is_accepted)
{
	check_long_line(_i, 8191, "\r\n", true);
	check_long_line(_i, 8192, "\r\n", true);
	check_long_line(_i, 8192, "\n", true);
}
END_TEST

START_TEST(a_longer_line_is_malformed_and_its_beginning_is_reported)
{
	check_long_line(_i, 8193, "\r\n", false);
	check_long_line(_i, 8193, "\n", false);
	check_long_line(_i, 8192, "\r\r\n", false);
	check_long_line(_i, 8194, "\n", false);
	check_long_line(_i, 200000, "\r\n", false);
	check_long_line(_i, 200000, "", false); /* even without a line end */
}
END_TEST

START_TEST(the_limit_applies_to_each_line_separately)
{
	struct buf wire = {0}, line = long_line("1 ", 8000, "\r\n"), expected = {0};

	buf_append_string(&wire, "+OK\r\n");
	buf_append_string(&expected, "O\n");
	for (int i = 0; i < 20; i++) {
		buf_append(&wire, line.data, line.length);
		buf_append_string(&expected, "L");
		buf_append(&expected, line.data, 8000);
		buf_append_string(&expected, "\n");
	}
	buf_append_string(&wire, ".\r\n");
	buf_append_string(&expected, "T\n");
	replay_start(&replay, REPLY_LINES, false);
	replay_pieces(&replay, wire.data, wire.length, 0);
	replay_check(&replay, &expected, "pieces of", 0);
	buf_free(&line);
	buf_free(&wire);
	buf_free(&expected);
	buf_free(&replay.events);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("reply");
	TCase *c = check_case(s, "reply");

	LOOP_OVER(c, a_reply_produces_the_expected_events_however_it_is_split, replies);
	tcase_add_test(c, unusual_bytes_pass_through_status_lines_and_listings);
	tcase_add_loop_test(c, a_line_of_8192_octets_is_accepted, 0, 2);
	tcase_add_loop_test(c, a_longer_line_is_malformed_and_its_beginning_is_reported, 0, 2);
	tcase_add_test(c, the_limit_applies_to_each_line_separately);
	return check_main(s);
}
