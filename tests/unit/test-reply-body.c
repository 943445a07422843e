#include "config.h"

#include "base/buf.h"
#include "check_main.h"
#include "pop3/reply.h"
#include "replay.h"

#define OCTETS(literal) literal, sizeof(literal) - 1

static struct replay replay;

/* The octets after +OK, and the message in them, with LF and with CRLF line ends. */
static const struct {
	const char *wire;
	size_t wire_length;
	const char *lf;
	size_t lf_length;
	const char *crlf;
	size_t crlf_length;
} bodies[] = {
    {OCTETS(".\r\n"), OCTETS(""), OCTETS("")},
    {OCTETS("\r\n.\r\n"), OCTETS("\n"), OCTETS("\r\n")},
    {OCTETS("a\r\n.\r\n"), OCTETS("a\n"), OCTETS("a\r\n")},
    {OCTETS("a\r\nbc\r\n\r\n.\r\n"), OCTETS("a\nbc\n\n"), OCTETS("a\r\nbc\r\n\r\n")},
    /* leading dots */
    {OCTETS("..\r\n.\r\n"), OCTETS(".\n"), OCTETS(".\r\n")},
    {OCTETS("...\r\n....\r\n.\r\n"), OCTETS("..\n...\n"), OCTETS("..\r\n...\r\n")},
    {OCTETS("..x\r\n.\r\n"), OCTETS(".x\n"), OCTETS(".x\r\n")},
    /* a leading dot that was not stuffed is text */
    {OCTETS(".x\r\n.\r\n"), OCTETS(".x\n"), OCTETS(".x\r\n")},
    {OCTETS("a\r\n..\r\n..\r\n.\r\n"), OCTETS("a\n.\n.\n"), OCTETS("a\r\n.\r\n.\r\n")},
    {OCTETS("a\r\n...b\r\n.\r\n"), OCTETS("a\n..b\n"), OCTETS("a\r\n..b\r\n")},
    {OCTETS("a.\r\n.\r\n"), OCTETS("a.\n"), OCTETS("a.\r\n")},
    {OCTETS(" .\r\n. \r\n.\r\n"), OCTETS(" .\n. \n"), OCTETS(" .\r\n. \r\n")},
    /* NUL and 8-bit octets */
    {OCTETS("\0\r\na\0b\r\n..\0\r\n\0.\r\n.\r\n"), OCTETS("\0\na\0b\n.\0\n\0.\n"),
	OCTETS("\0\r\na\0b\r\n.\0\r\n\0.\r\n")},
    {OCTETS("\x80\xff\xc3\xbc\r\n.\r\n"), OCTETS("\x80\xff\xc3\xbc\n"), OCTETS("\x80\xff\xc3\xbc\r\n")},
    /* a bare LF does not end a line */
    {OCTETS("a\nb\r\n.\r\n"), OCTETS("a\nb\n"), OCTETS("a\nb\r\n")},
    {OCTETS("\n\r\n.\r\n"), OCTETS("\n\n"), OCTETS("\n\r\n")},
    {OCTETS("\n\n.\r\n\r\n.\r\n"), OCTETS("\n\n.\n\n"), OCTETS("\n\n.\r\n\r\n")},
    {OCTETS("a\n.\r\nb\r\n.\r\n"), OCTETS("a\n.\nb\n"), OCTETS("a\n.\r\nb\r\n")},
    {OCTETS("a\n.\nb\r\n.\r\n"), OCTETS("a\n.\nb\n"), OCTETS("a\n.\nb\r\n")},
    {OCTETS("a\n..\nb\r\n.\r\n"), OCTETS("a\n..\nb\n"), OCTETS("a\n..\nb\r\n")},
    {OCTETS("a\r\n.\nb\r\n.\r\n"), OCTETS("a\n.\nb\n"), OCTETS("a\r\n.\nb\r\n")},
    {OCTETS(".\n.\n.\r\n\r\n.\r\n"), OCTETS(".\n.\n.\n\n"), OCTETS(".\n.\n.\r\n\r\n")},
    /* a lone CR does not end a line */
    {OCTETS("a\rb\r\n.\r\n"), OCTETS("a\rb\n"), OCTETS("a\rb\r\n")},
    {OCTETS("\r\r\n.\r\n"), OCTETS("\r\n"), OCTETS("\r\r\n")},
    {OCTETS("a\r\r\nb\r\r\r\n.\r\n"), OCTETS("a\r\nb\r\r\n"), OCTETS("a\r\r\nb\r\r\r\n")},
    {OCTETS("a\r\r\n..\r\n.\r\n"), OCTETS("a\r\n.\n"), OCTETS("a\r\r\n.\r\n")},
    {OCTETS("a\r.\r\n.\r\n"), OCTETS("a\r.\n"), OCTETS("a\r.\r\n")},
    {OCTETS("\r.\r\n\r..\r\n.\r\n"), OCTETS("\r.\n\r..\n"), OCTETS("\r.\r\n\r..\r\n")},
    {OCTETS("a\n\r.\r\n.\r\n"), OCTETS("a\n\r.\n"), OCTETS("a\n\r.\r\n")},
    /* a dot and CR followed by another octet than LF */
    {OCTETS(".\rx\r\n.\r\n"), OCTETS(".\rx\n"), OCTETS(".\rx\r\n")},
    {OCTETS(".\r\r\n.\r\n"), OCTETS(".\r\n"), OCTETS(".\r\r\n")},
    {OCTETS("a\r\n.\r.\r\n.\r\n"), OCTETS("a\n.\r.\n"), OCTETS("a\r\n.\r.\r\n")},
    {OCTETS("..\r\r\n..\rx\r\n.\r\n"), OCTETS(".\r\n.\rx\n"), OCTETS(".\r\r\n.\rx\r\n")},
    /* text that looks like replies */
    {OCTETS("+OK\r\n-ERR x\r\n+ \r\n.\r\n"), OCTETS("+OK\n-ERR x\n+ \n"), OCTETS("+OK\r\n-ERR x\r\n+ \r\n")},
};

/* One answer followed by another one, and the events of both. */
struct sample {
	struct buf wire, events;
};

static void sample_make(struct sample *s, const char *wire, size_t wire_length, const char *text, size_t text_length)
{
	buf_clear(&s->wire);
	buf_clear(&s->events);
	buf_append_string(&s->wire, "+OK 7 octets\r\n");
	buf_append(&s->wire, wire, wire_length);
	buf_append_string(&s->wire, "+OK next\r\n-ERR\r\n");
	buf_append_string(&s->events, "O7 octets\n");
	if (text_length > 0)
		buf_append_string(&s->events, "D");
	buf_append(&s->events, text, text_length);
	buf_append_string(&s->events, text_length > 0 ? "\nT\nOnext\nE\n" : "T\nOnext\nE\n");
}

static void sample_of_body(struct sample *s, int i, bool crlf)
{
	sample_make(s, bodies[i].wire, bodies[i].wire_length, crlf ? bodies[i].crlf : bodies[i].lf,
	    crlf ? bodies[i].crlf_length : bodies[i].lf_length);
}

static void sample_free(struct sample *s)
{
	buf_free(&s->wire);
	buf_free(&s->events);
	buf_free(&replay.events);
}

static void check_pieces(struct sample *s, bool crlf, size_t size)
{
	replay_start(&replay, REPLY_BODY, crlf);
	replay_pieces(&replay, s->wire.data, s->wire.length, size);
	replay_check(&replay, &s->events, "pieces of", size);
}

START_TEST(a_body_is_unstuffed_in_pieces_of_any_size)
{
	struct sample s = {0};

	for (int crlf = 0; crlf < 2; crlf++) {
		sample_of_body(&s, _i, crlf);
		for (size_t size = 0; size <= s.wire.length; size++)
			check_pieces(&s, crlf, size);
	}
	sample_free(&s);
}
END_TEST

START_TEST(a_body_is_unstuffed_when_cut_at_any_two_places)
{
	struct sample s = {0};

	for (int crlf = 0; crlf < 2; crlf++) {
		sample_of_body(&s, _i, crlf);
		for (size_t first = 0; first <= s.wire.length; first++) {
			for (size_t second = first; second <= s.wire.length; second++) {
				replay_start(&replay, REPLY_BODY, crlf);
				replay_piece(&replay, s.wire.data, first);
				replay_piece(&replay, s.wire.data + first, second - first);
				replay_piece(&replay, s.wire.data + second, s.wire.length - second);
				replay_check(&replay, &s.events, "cut at", first);
			}
		}
	}
	sample_free(&s);
}
END_TEST

static const struct {
	const char *wire;
	const char *events; /* without the terminator, and without octets that may still become one */
} unfinished[] = {
    {"+OK\r\n", "O\n"},
    {"+OK\r\nab", "O\nDab\n"},
    {"+OK\r\nab\r\n", "O\nDab\n\n"},
    {"+OK\r\nab\r\n.", "O\nDab\n\n"},
    {"+OK\r\nab\r\n.\r", "O\nDab\n\n"},
    {"+OK\r\n.", "O\n"},
    {"+OK\r\n.\r", "O\n"},
    {"+OK\r\nab\r", "O\nDab\n"},
    {"+OK\r\nab\n.\r\n", "O\nDab\n.\n\n"},
    {"+OK\r\nab\r.\r\n", "O\nDab\r.\n\n"},
    {"+OK\r\nab\r\n.\n", "O\nDab\n.\n\n"},
};

START_TEST(a_body_without_a_terminator_does_not_end)
{
	struct buf events = {0};
	size_t length = strlen(unfinished[_i].wire);

	buf_append_string(&events, unfinished[_i].events);
	for (size_t size = 0; size <= length; size++) {
		replay_start(&replay, REPLY_BODY, false);
		replay_pieces(&replay, unfinished[_i].wire, length, size);
		replay_check(&replay, &events, "pieces of", size);
	}
	buf_free(&events);
	buf_free(&replay.events);
}
END_TEST

/*
 * An independent implementation of RFC 1939, 3: the text of the first lines up to ".", without the first of two
 * leading dots. A single leading dot stays; no server that stuffs dots sends it. Returns how many octets were used.
 */
static size_t reference(const char *wire, size_t length, const char *line_end, struct buf *text)
{
	size_t at = 0;

	for (;;) {
		size_t end = at;

		while (end + 1 < length && memcmp(wire + end, "\r\n", 2) != 0)
			end++;
		ck_assert_uint_lt(end + 1, length);
		if (end - at == 1 && wire[at] == '.')
			return end + 2;
		at += end - at > 1 && wire[at] == '.' && wire[at + 1] == '.';
		buf_append(text, wire + at, end - at);
		buf_append_string(text, line_end);
		at = end + 2;
	}
}

enum { ENUMERATED = 7 };

/* Writes the i-th of all texts of that length that consist of dots, CR, LF and "a". */
static void enumerate(char *out, size_t octets, unsigned i)
{
	for (size_t at = 0; at < octets; at++, i /= 4)
		out[at] = ".\r\na"[i % 4];
}

START_TEST(every_text_of_dots_and_line_endings_is_read_line_by_line)
{
	struct sample s = {0};
	struct buf text = {0};
	char wire[ENUMERATED + 5];
	unsigned texts = 1U << (2 * _i);

	for (unsigned i = 0; i < 2 * texts; i++) {
		bool crlf = i % 2 == 1;
		size_t length;

		enumerate(wire, (size_t)_i, i / 2);
		memcpy(wire + _i, "\r\n.\r\n", 5);
		buf_clear(&text);
		length = reference(wire, (size_t)_i + 5, crlf ? "\r\n" : "\n", &text);
		sample_make(&s, wire, length, text.data, text.length);
		for (size_t size = 0; size < 4; size++)
			check_pieces(&s, crlf, size);
	}
	buf_free(&text);
	sample_free(&s);
}
END_TEST

START_TEST(a_line_longer_than_any_buffer_arrives_unchanged)
{
	static const size_t sizes[] = {0, 1, 2, 3, 1000, 4096, 65535, 65536, 65537, 131072};
	struct sample s = {0};
	struct buf wire = {0}, text = {0};

	for (int i = 0; i < 300000; i++) {
		buf_append(&wire, i % 1000 == 999 ? "." : &"abcdefghijklmnopqrstuvwxyz"[i % 26], 1);
	}
	buf_append(&text, wire.data, wire.length);
	buf_append_string(&wire, "\r\n..end\r\n.\r\n");
	buf_append_string(&text, "\n.end\n");
	sample_make(&s, wire.data, wire.length, text.data, text.length);
	for (size_t i = 0; i < COUNT(sizes); i++)
		check_pieces(&s, false, sizes[i]);
	buf_free(&wire);
	buf_free(&text);
	sample_free(&s);
}
END_TEST

/* Line ends and dots near the position where the parser stops to return what it has. */
START_TEST(no_byte_is_lost_at_the_end_of_a_parsed_block)
{
	struct sample s = {0};
	struct buf wire = {0}, text = {0};
	bool crlf = _i % 2 == 1;

	for (int i = 0; i < REPLY_INPUT_MOST - 20 + _i / 2; i++)
		buf_append_string(&wire, "x");
	buf_append_string(&wire, "\r\n..\r\n.\rz\r\n\n.\r\n\r\r\n.\r\n");
	reference(wire.data, wire.length, crlf ? "\r\n" : "\n", &text);
	sample_make(&s, wire.data, wire.length, text.data, text.length);
	check_pieces(&s, crlf, 0);
	/* The same after +OK was already parsed. */
	replay_start(&replay, REPLY_BODY, crlf);
	replay_piece(&replay, s.wire.data, 14);
	replay_piece(&replay, s.wire.data + 14, s.wire.length - 14);
	replay_check(&replay, &s.events, "cut at", 14);
	buf_free(&wire);
	buf_free(&text);
	sample_free(&s);
}
END_TEST

START_TEST(one_call_parses_a_bounded_input_and_its_text_fits)
{
	static char wire[3 * REPLY_INPUT_MOST];
	const char *text;
	size_t used, length, at = 5;

	memset(wire, '\r', sizeof(wire));
	memcpy(wire, "+OK\r\n", 5);
	replay_start(&replay, REPLY_BODY, true);
	ck_assert_int_eq(reply_next(&replay.reply, wire, sizeof(wire), &used, &text, &length), REPLY_OK);
	ck_assert_uint_eq(used, 5);
	while (at < sizeof(wire)) {
		ck_assert_int_eq(reply_next(&replay.reply, wire + at, sizeof(wire) - at, &used, &text, &length),
		    REPLY_DATA);
		ck_assert_uint_le(used, REPLY_INPUT_MOST);
		ck_assert_uint_le(length, sizeof(replay.reply.data));
		at += used;
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("reply-body");
	TCase *c = check_case(s, "reply-body");

	tcase_set_timeout(c, 30);
	LOOP_OVER(c, a_body_is_unstuffed_in_pieces_of_any_size, bodies);
	LOOP_OVER(c, a_body_is_unstuffed_when_cut_at_any_two_places, bodies);
	LOOP_OVER(c, a_body_without_a_terminator_does_not_end, unfinished);
	tcase_add_test(c, a_line_longer_than_any_buffer_arrives_unchanged);
	tcase_add_loop_test(c, no_byte_is_lost_at_the_end_of_a_parsed_block, 0, 80);
	c = check_case(s, "all texts");
	tcase_set_tags(c, EXHAUSTIVE);
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, every_text_of_dots_and_line_endings_is_read_line_by_line, 0, ENUMERATED + 1);
	tcase_add_test(c, one_call_parses_a_bounded_input_and_its_text_fits);
	return check_main(s);
}
