/* Replies whose status line does not end with CRLF: their lines may end in the same way. */
#include "config.h"

#include "base/buf.h"
#include "check_main.h"
#include "pop3/reply.h"
#include "replay.h"

#define OCTETS(literal) literal, sizeof(literal) - 1

static struct replay replay;

static const char *const line_ends[] = {"\n", "\r\n", "\r\r\n"};

/* The octets after a status line that ends with `crs` CRs and LF, and the message in them, with LF. */
static const struct {
	unsigned crs;
	const char *wire;
	size_t wire_length;
	const char *text;
	size_t text_length;
} bodies[] = {
    {0, OCTETS(".\n"), OCTETS("")},
    {0, OCTETS("\n.\n"), OCTETS("\n")},
    {0, OCTETS("a\nb\n\n.\n"), OCTETS("a\nb\n\n")},
    {0, OCTETS("..\n...\n.x\n.\n"), OCTETS(".\n..\n.x\n")},
    {0, OCTETS("a.\n .\n. \n.\n"), OCTETS("a.\n .\n. \n")},
    {0, OCTETS("\0\n.\0\n\x80\xff\n.\n"), OCTETS("\0\n.\0\n\x80\xff\n")},
    {0, OCTETS("+OK\n-ERR x\n.\n"), OCTETS("+OK\n-ERR x\n")},
    /* Messages with CRLF line ends. */
    {0, OCTETS("a\r\nb\r\n.\r\n"), OCTETS("a\nb\n")},
    {0, OCTETS("a\r\nb\n.\n"), OCTETS("a\nb\n")},
    {0, OCTETS("a\n..\r\n.\r\n"), OCTETS("a\n.\n")},
    /* Other CRs are text. */
    {0, OCTETS("a\rb\n\r\r\n.\n"), OCTETS("a\rb\n\r\n")},
    {0, OCTETS(".\r\r\n\r.\n.\rx\n.\n"), OCTETS(".\r\n\r.\n.\rx\n")},
    /* Files sent in text mode: each CRLF has become CR CR LF. */
    {2, OCTETS(".\r\r\n"), OCTETS("")},
    {2, OCTETS("a\r\r\n\r\r\n..\r\r\n.\r\r\n"), OCTETS("a\n\n.\n")},
    {2, OCTETS("a\r\n.\r\n"), OCTETS("a\n")},
    {2, OCTETS("a\n.\nb\r\r\n.\n\r\r\n.\r\r\n"), OCTETS("a\n.\nb\n.\n\n")},
    {2, OCTETS("a\r\r\r\n.\r\r\r\n.\r\r\n"), OCTETS("a\r\n.\r\n")},
    {2, OCTETS("\r.\r\r\n.\r\r\r\n.\rx\r\r\n.\r\r\n"), OCTETS("\r.\n.\r\n.\rx\n")},
};

/* One answer followed by another one, and the events of both. */
struct sample {
	struct buf wire, events;
};

static void sample_make(struct sample *s, unsigned crs, const char *wire, size_t wire_length, const struct buf *text)
{
	buf_clear(&s->wire);
	buf_clear(&s->events);
	buf_append_format(&s->wire, "+OK 7 octets%s", line_ends[crs]);
	buf_append(&s->wire, wire, wire_length);
	buf_append_string(&s->wire, "+OK next\r\n-ERR\r\n");
	buf_append_string(&s->events, "O7 octets\n");
	if (text->length > 0)
		buf_append_string(&s->events, "D");
	buf_append(&s->events, text->data ? text->data : "", text->length);
	buf_append_string(&s->events, text->length > 0 ? "\nT\nOnext\nE\n" : "T\nOnext\nE\n");
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

/* Writes the text with CRLF line ends, or unchanged. */
static void with_line_ends(struct buf *out, const char *text, size_t length, bool crlf)
{
	buf_clear(out);
	for (size_t i = 0; i < length; i++) {
		if (crlf && text[i] == '\n')
			buf_append_string(out, "\r");
		buf_append(out, text + i, 1);
	}
}

START_TEST(a_body_has_the_line_endings_of_its_status_line)
{
	struct sample s = {0};
	struct buf text = {0};
	/* With CR CR LF, a bare LF is content; the enumeration below has both. */
	int kinds = bodies[_i].crs == 0 ? 2 : 1;

	for (int crlf = 0; crlf < kinds; crlf++) {
		with_line_ends(&text, bodies[_i].text, bodies[_i].text_length, crlf);
		sample_make(&s, bodies[_i].crs, bodies[_i].wire, bodies[_i].wire_length, &text);
		for (size_t size = 0; size <= s.wire.length; size++)
			check_pieces(&s, crlf, size);
	}
	buf_free(&text);
	sample_free(&s);
}
END_TEST

/*
 * An independent implementation: lines end with `least` to `most` CRs and LF, and "." ends the text. Returns how
 * many octets were used, or 0 if there is no end.
 */
static size_t reference(const char *wire, size_t length, unsigned crs, const char *line_end, struct buf *text)
{
	size_t least = crs > 0 ? 1 : 0, most = crs > 0 ? crs : 1;

	for (size_t at = 0, end = 0; end < length; end++) {
		size_t count = 0;

		if (wire[end] != '\n')
			continue;
		while (count < most && end - at > count && wire[end - count - 1] == '\r')
			count++;
		if (count < least)
			continue;
		if (end - at == count + 1 && wire[at] == '.')
			return end + 1;
		at += end - at > 1 && wire[at] == '.' && wire[at + 1] == '.';
		buf_append(text, wire + at, end - at - count);
		buf_append_string(text, line_end);
		at = end + 1;
	}
	return 0;
}

enum { ENUMERATED = 7 };

START_TEST(every_text_of_dots_and_line_endings_is_read_line_by_line)
{
	struct sample s = {0};
	struct buf text = {0};
	char wire[ENUMERATED + 7];
	unsigned texts = 1U << (2 * _i);

	for (unsigned i = 0; i < 4 * texts; i++) {
		unsigned crs = i % 4 < 2 ? 0 : 2;
		bool crlf = i % 2 == 1;
		size_t length = (size_t)_i;

		for (unsigned at = 0, n = i / 4; at < length; at++, n /= 4)
			wire[at] = ".\r\na"[n % 4];
		length = (size_t)(stpcpy(stpcpy(stpcpy(wire + length, line_ends[crs]), "."), line_ends[crs]) - wire);
		buf_clear(&text);
		length = reference(wire, length, crs, crlf ? "\r\n" : "\n", &text);
		ck_assert_uint_gt(length, 0);
		sample_make(&s, crs, wire, length, &text);
		for (size_t size = 0; size < 4; size++)
			check_pieces(&s, crlf, size);
	}
	buf_free(&text);
	sample_free(&s);
}
END_TEST

static const struct {
	const char *answer;
	uint64_t sent, with_lf, with_crlf;
} counts[] = {
    {"+OK\r\n.\r\n", 0, 0, 0},
    {"+OK\r\na\r\n..b\r\n\r\n.\r\n", 9, 6, 9},
    {"+OK\r\na\nb\r\n.\r\n", 5, 4, 5},
    {"+OK\n.\n", 0, 0, 0},
    {"+OK\na\n..b\n\n.\n", 6, 6, 9},
    {"+OK\na\r\nb\n.\r\n", 5, 4, 6},
    {"+OK\n.\r\r\n.\n", 4, 3, 4},
    {"+OK\r\r\na\r\r\n..\r\r\n.\r\r\n", 8, 4, 6},
};

START_TEST(the_octets_of_a_body_are_counted_as_sent_with_lf_and_with_crlf)
{
	static struct reply reply;
	size_t length = strlen(counts[_i].answer);

	for (size_t piece = 1; piece <= 2 * length; piece++) {
		enum reply_event event = REPLY_MORE;
		size_t at = 0;

		reply_init(&reply, piece % 2 == 1);
		reply_expect(&reply, REPLY_BODY);
		while (event != REPLY_END && at < length) {
			size_t most = (piece + 1) / 2, left = length - at, used, given;
			const char *text;

			event =
			    reply_next(&reply, counts[_i].answer + at, left < most ? left : most, &used, &text, &given);
			at += used;
		}
		ck_assert_int_eq(event, REPLY_END);
		ck_assert_uint_eq(reply.octets, counts[_i].sent);
		ck_assert_uint_eq(reply_octets(&reply, false), counts[_i].with_lf);
		ck_assert_uint_eq(reply_octets(&reply, true), counts[_i].with_crlf);
	}
}
END_TEST

/* The line ends of each reply are determined by its own status line. */
START_TEST(each_reply_has_its_own_line_endings)
{
	static const char wire[] = "+OK\na\n.\n+OK\r\nb\n.\nc\r\n.\r\n+OK\r\r\nd\n.\r\r\n";
	struct buf expected = {0};

	for (size_t size = 0; size < sizeof(wire); size++) {
		replay_start(&replay, REPLY_BODY, false);
		replay_pieces(&replay, wire, 8, size);
		reply_expect(&replay.reply, REPLY_BODY);
		replay_pieces(&replay, wire + 8, 17, size);
		reply_expect(&replay.reply, REPLY_BODY);
		replay_pieces(&replay, wire + 25, sizeof(wire) - 26, size);
		buf_clear(&expected);
		/* The last dot follows a bare LF, which does not end a line in this reply: it is text. */
		buf_append_string(&expected, "O\nDa\n\nT\nO\nDb\n.\nc\n\nT\nO\nDd\n.\n\n");
		replay_check(&replay, &expected, "pieces of", size);
	}
	buf_free(&expected);
	buf_free(&replay.events);
}
END_TEST

START_TEST(many_empty_lines_fit_after_conversion_to_crlf)
{
	static char wire[3 * REPLY_INPUT_MOST];
	const char *text;
	size_t used, length, at = 4;

	memset(wire, '\n', sizeof(wire));
	memcpy(wire, "+OK", 3);
	replay_start(&replay, REPLY_BODY, true);
	ck_assert_int_eq(reply_next(&replay.reply, wire, sizeof(wire), &used, &text, &length), REPLY_OK);
	ck_assert_uint_eq(used, 4);
	while (at < sizeof(wire)) {
		ck_assert_int_eq(reply_next(&replay.reply, wire + at, sizeof(wire) - at, &used, &text, &length),
		    REPLY_DATA);
		ck_assert_uint_eq(length, 2 * used);
		ck_assert_uint_le(length, sizeof(replay.reply.data));
		at += used;
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("reply-odd");
	TCase *c = check_case(s, "reply-odd");

	tcase_set_timeout(c, 30);
	LOOP_OVER(c, a_body_has_the_line_endings_of_its_status_line, bodies);
	LOOP_OVER(c, the_octets_of_a_body_are_counted_as_sent_with_lf_and_with_crlf, counts);
	tcase_add_test(c, each_reply_has_its_own_line_endings);
	tcase_add_test(c, many_empty_lines_fit_after_conversion_to_crlf);
	c = check_case(s, "all texts");
	tcase_set_tags(c, EXHAUSTIVE);
	tcase_set_timeout(c, 60);
	tcase_add_loop_test(c, every_text_of_dots_and_line_endings_is_read_line_by_line, 0, ENUMERATED + 1);
	return check_main(s);
}
