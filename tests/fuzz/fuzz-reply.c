/*
 * The reply parser. Input: flags (1: bodies keep CRLF), four shapes of two bits for the answers that
 * follow each other, how many pieces are cut and their sizes; then what the server says. Cut in
 * pieces it has to make the same events as at once, and a complete body has to be what a decoder
 * says that knows nothing but lines.
 */
#include "config.h"

#include "base/buf.h"
#include "fuzz.h"
#include "pop3/reply.h"

struct transcript {
	struct reply reply;
	struct buf events; /* a letter an event, its octets, LF; data in a row is one event */
	struct buf data;   /* the first answer's, while it is the first */
	unsigned shapes, answers;
	bool in_data, broken, complete;
};

static void next_answer(struct transcript *t)
{
	static const enum reply_shape shapes[] = {REPLY_SINGLE, REPLY_LINES, REPLY_BODY, REPLY_BODY};

	reply_expect(&t->reply, shapes[t->shapes >> 2 * (t->answers++ % 4) & 3]);
}

static void note(struct transcript *t, enum reply_event event, const char *text, size_t length)
{
	static const char letters[] = "?OECLDTM";

	if (event != REPLY_DATA || !t->in_data)
		buf_append(&t->events, &letters[event], 1);
	buf_append(&t->events, text, length);
	t->in_data = event == REPLY_DATA;
	if (!t->in_data)
		buf_append(&t->events, "\n", 1);
	if (t->answers == 1 && event == REPLY_DATA)
		buf_append(&t->data, text, length);
	if (t->answers == 1 && event == REPLY_END)
		t->complete = true;
	t->broken = event == REPLY_MALFORMED;
	if (event == REPLY_ERR || event == REPLY_CONTINUE || event == REPLY_END ||
	    (event == REPLY_OK && t->reply.shape == REPLY_SINGLE))
		next_answer(t);
}

/* Gives the parser a piece, in memory that ends where the piece does. */
static void give(struct transcript *t, struct input in, size_t length)
{
	char *piece = take_copy(&in, &length);
	size_t at = 0;

	while (!t->broken) {
		const char *text;
		size_t used, text_length;
		enum reply_event event = reply_next(&t->reply, piece + at, length - at, &used, &text, &text_length);

		MUST(used <= length - at);
		at += used;
		if (event == REPLY_MORE) {
			MUST(at == length);
			break;
		}
		MUST(used > 0 || event == REPLY_MALFORMED);
		note(t, event, text, text_length);
	}
	free(piece);
}

/* Cut into pieces of these sizes, again and again; none: at once. */
static void read_all(struct transcript *t, struct input in, bool crlf, unsigned shapes, const uint8_t *sizes,
    size_t count)
{
	*t = (struct transcript){.shapes = shapes};
	reply_init(&t->reply, crlf);
	next_answer(t);
	for (size_t i = 0; in.left > 0; i++) {
		size_t size = count > 0 ? (size_t)sizes[i % count] + 1 : in.left;

		size = size < in.left ? size : in.left;
		give(t, in, size);
		in.at += size;
		in.left -= size;
	}
}

/*
 * The first answer's body: lines end with CRLF, a dot alone ends it, another dot at the start of a
 * line goes. False if it does not end.
 */
static bool decode(struct input in, bool crlf, struct buf *out)
{
	const uint8_t *begin = memchr(in.at, '\n', in.left);
	const uint8_t *end = in.at + in.left, *line_end;

	for (const uint8_t *line = begin ? begin + 1 : end; line < end; line = line_end + 2) {
		line_end = memmem(line, (size_t)(end - line), "\r\n", 2);
		if (!line_end)
			return false;
		if (line_end - line == 1 && *line == '.')
			return true;
		line += *line == '.' && line_end > line;
		buf_append(out, line, (size_t)(line_end - line));
		buf_append_string(out, crlf ? "\r\n" : "\n");
	}
	return false;
}

static bool same(const struct buf *a, const struct buf *b)
{
	return a->length == b->length && (a->length == 0 || memcmp(a->data, b->data, a->length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct transcript whole, pieces;
	struct input in = {data, size};
	struct buf expected = {0};
	bool crlf = take_octet(&in) & 1;
	unsigned shapes = take_octet(&in);
	size_t count = take_octet(&in) % 16;
	const uint8_t *sizes = in.at;
	bool complete;

	count = count < in.left ? count : in.left;
	in.at += count;
	in.left -= count;
	read_all(&whole, in, crlf, shapes, NULL, 0);
	read_all(&pieces, in, crlf, shapes, sizes, count);
	MUST(same(&whole.events, &pieces.events));
	if ((shapes & 2) != 0 && whole.events.length > 0 && whole.events.data[0] == 'O') {
		complete = decode(in, crlf, &expected);
		MUST(whole.complete == complete);
		MUST(!complete || same(&whole.data, &expected));
	}
	buf_free(&expected);
	buf_free(&whole.events);
	buf_free(&whole.data);
	buf_free(&pieces.events);
	buf_free(&pieces.data);
	return 0;
}
