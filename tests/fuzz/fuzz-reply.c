/*
 * The reply parser. Input: flags (1: bodies keep CRLF), four shapes of two bits for consecutive answers, the number
 * of pieces and their sizes; then the server's output. Parsed in pieces it has to make the same events as parsed at
 * once. A complete body, and its counted octets, have to be those of a simple decoder that knows only lines, which
 * end as the status line does.
 */
#include "config.h"

#include "base/buf.h"
#include "fuzz.h"
#include "pop3/reply.h"

struct transcript {
	struct reply reply;
	struct buf events; /* a letter for each event, its octets, LF; consecutive data is one event */
	struct buf data;   /* data of the first answer */
	unsigned shapes, answers;
	bool in_data, broken, complete;
	uint64_t octets, with_lf, with_crlf; /* of the first answer's body, if it is complete */
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
	if (t->answers == 1 && event == REPLY_END) {
		t->complete = true;
		t->octets = t->reply.octets;
		t->with_lf = reply_octets(&t->reply, false);
		t->with_crlf = reply_octets(&t->reply, true);
	}
	t->broken = event == REPLY_MALFORMED;
	if (event == REPLY_ERR || event == REPLY_CONTINUE || event == REPLY_END ||
	    (event == REPLY_OK && t->reply.shape == REPLY_SINGLE))
		next_answer(t);
}

/* Passes a piece to the parser, in memory that ends where the piece does. */
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

/* Parses the input in pieces of these sizes, repeatedly; without sizes, all at once. */
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

/* Counts the CRs at the end of a line, up to a limit. */
static size_t count_crs(const uint8_t *line, const uint8_t *lf, size_t most)
{
	size_t count = 0;

	while (count < most && lf - line > (ptrdiff_t)count && lf[-1 - (ptrdiff_t)count] == '\r')
		count++;
	return count;
}

/* The decoder's result: a body, and its number of lines. */
struct decoded {
	struct buf text;
	uint64_t lines;
	size_t crs; /* at the end of the status line */
};

/*
 * Decodes the first answer's body. Lines end with LF and as many CRs as the status line. Except for a status line
 * with CRLF, one CR more or less is accepted. A single dot ends the body, and the first of two dots at the start of
 * a line is removed. Returns false if it does not end.
 */
static bool decode(struct input in, bool crlf, struct decoded *out)
{
	const uint8_t *line = in.at, *end = in.at + in.left, *lf;
	size_t least, most, stuffed;

	do {
		lf = memchr(line, '\n', (size_t)(end - line));
		if (!lf)
			return false;
		out->crs = count_crs(line, lf, 2);
		least = 0; /* octets in the line that are not blanks */
		for (const uint8_t *c = line; c < lf - out->crs; c++)
			least += *c != ' ' && *c != '\t';
		line = lf + 1;
	} while (least == 0);
	least = out->crs > 0 ? 1 : 0;
	most = out->crs > 0 ? out->crs : 1;
	for (const uint8_t *at = line; (lf = memchr(at, '\n', (size_t)(end - at)));) {
		size_t count = count_crs(line, lf, most), length = (size_t)(lf - line) - count;

		at = lf + 1;
		if (count < least)
			continue;
		if (length == 1 && *line == '.')
			return true;
		stuffed = length > 1 && line[0] == '.' && line[1] == '.';
		buf_append(&out->text, line + stuffed, length - stuffed);
		buf_append_string(&out->text, crlf ? "\r\n" : "\n");
		out->lines++;
		line = at;
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
	struct decoded expected = {0};
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
		MUST(!complete || same(&whole.data, &expected.text));
		MUST(!complete || whole.with_lf == expected.text.length - crlf * expected.lines);
		MUST(!complete || whole.with_crlf == whole.with_lf + expected.lines);
		MUST(!complete || expected.crs != 1 || whole.octets == whole.with_crlf);
		MUST(whole.octets == pieces.octets && whole.with_lf == pieces.with_lf);
	}
	buf_free(&expected.text);
	buf_free(&whole.events);
	buf_free(&whole.data);
	buf_free(&pieces.events);
	buf_free(&pieces.data);
	return 0;
}
