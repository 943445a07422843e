#include "config.h"

#include "pop3/reply.h"

#include <string.h>

#include "base/scan.h"

void reply_init(struct reply *r, bool crlf)
{
	r->crlf = crlf;
	r->line_length = 0;
	reply_expect(r, REPLY_SINGLE);
}

void reply_expect(struct reply *r, enum reply_shape shape)
{
	r->shape = shape;
	r->in_status = true;
	r->place = PLACE_LINE_START;
	r->octets = 0;
	r->dots = 0;
}

/*
 * Gathers a line that ends with LF; a CR before it belongs to the line end. A server that ends
 * lines with a bare LF is understood: nothing depends on the difference here.
 */
static enum reply_event next_line(struct reply *r, const char *in, size_t in_length, size_t *used, const char **text,
    size_t *length)
{
	const char *end = memchr(in, '\n', in_length);
	size_t taken = end ? (size_t)(end - in) : in_length;
	size_t room = REPLY_LINE_MOST + 1 - r->line_length;
	size_t total = r->line_length + taken;

	*text = r->line;
	if (taken > room) {
		memcpy(r->line + r->line_length, in, room);
		*length = REPLY_LINE_MOST;
		return REPLY_MALFORMED;
	}
	memcpy(r->line + r->line_length, in, taken);
	r->line_length = total;
	*used = taken;
	if (!end)
		return REPLY_MORE;
	*used += 1;
	if (total > 0 && r->line[total - 1] == '\r')
		total--;
	*length = total < REPLY_LINE_MOST ? total : REPLY_LINE_MOST;
	r->line_length = 0;
	return total > REPLY_LINE_MOST ? REPLY_MALFORMED : REPLY_LINE;
}

/* "+OK" and "-ERR" are in upper case by the RFC; anything else is no status. */
static enum reply_event classify_status(struct reply *r, const char **text, size_t *length)
{
	static const struct {
		const char *word;
		size_t length;
		enum reply_event event;
	} words[] = {{"+OK", 3, REPLY_OK}, {"-ERR", 4, REPLY_ERR}, {"+", 1, REPLY_CONTINUE}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t skip = words[i].length;

		if (*length < skip || memcmp(*text, words[i].word, skip) != 0)
			continue;
		if (*length > skip && (*text)[skip] != ' ')
			continue;
		skip += *length > skip;
		*text += skip;
		*length -= skip;
		if (words[i].event == REPLY_OK && r->shape != REPLY_SINGLE)
			r->in_status = false;
		return words[i].event;
	}
	return REPLY_MALFORMED;
}

static enum reply_event next_listing_line(const char **text, size_t *length)
{
	if (*length == 0 || (*text)[0] != '.')
		return REPLY_LINE;
	if (*length == 1)
		return REPLY_END;
	*text += 1;
	*length -= 1;
	return REPLY_LINE;
}

/* Gives a line end out: what CRLF becomes. */
static char *put_line_end(const struct reply *r, char *out)
{
	if (r->crlf)
		*out++ = '\r';
	*out++ = '\n';
	return out;
}

/*
 * Takes one octet at a place where the last ones matter. Returns where output goes on, or NULL at
 * the terminator. Dots count only behind CRLF, the only line end that RFC 1939 knows: a bare LF is
 * part of a line.
 */
static char *step(struct reply *r, char c, char *out)
{
	switch (r->place) {
	case PLACE_DOT_CR:
		if (c == '\n')
			return NULL;
		r->octets--; /* the dot was stuffing, the CR is text so far */
		r->dots++;
		__attribute__((fallthrough));
	case PLACE_CR:
		if (c == '\n') {
			r->place = PLACE_LINE_START;
			return put_line_end(r, out);
		}
		*out++ = '\r';
		break;
	case PLACE_LINE_START:
		if (c == '.') {
			r->place = PLACE_DOT;
			return out;
		}
		break;
	case PLACE_DOT:
		if (c == '\r') {
			r->place = PLACE_DOT_CR;
			return out;
		}
		r->octets--;
		r->dots++;
		break;
	case PLACE_INSIDE:
		break;
	}
	if (c == '\r') {
		r->place = PLACE_CR;
		return out;
	}
	r->place = PLACE_INSIDE;
	*out++ = c;
	return out;
}

/*
 * Copies from inside a line up to the end of one behind which a dot may follow, or up to the last octet there is. A CR
 * at the end is kept back: what comes next tells what it is.
 */
static char *copy_lines(struct reply *r, const char **in, const char *end, char *out)
{
	const char *at = *in;

	while (r->place == PLACE_INSIDE && at < end) {
		const char *stop = scan_copy(at, end, '\n', out);
		bool cr = stop > at && stop[-1] == '\r';

		out += stop - at - cr;
		at = stop;
		if (at == end) {
			r->place = cr ? PLACE_CR : PLACE_INSIDE;
		} else if (!cr) {
			*out++ = *at++;
		} else {
			out = put_line_end(r, out);
			at++;
			r->place = at == end || *at == '.' ? PLACE_LINE_START : PLACE_INSIDE;
		}
	}
	*in = at;
	return out;
}

/* Behind the terminator; its three octets are not the body's. */
static enum reply_event end_body(struct reply *r, const char *in, const char *at, size_t *used, size_t *length)
{
	*used = (size_t)(at - in);
	*length = 0;
	r->octets += *used;
	r->octets -= 3;
	r->shape = REPLY_SINGLE;
	r->in_status = true;
	r->place = PLACE_LINE_START;
	return REPLY_END;
}

static enum reply_event next_data(struct reply *r, const char *in, size_t in_length, size_t *used, const char **text,
    size_t *length)
{
	const char *at = in;
	const char *end = in + (in_length < REPLY_INPUT_MOST ? in_length : REPLY_INPUT_MOST);
	char *out = r->data;

	*text = r->data;
	while (at < end) {
		char *next;

		if (r->place == PLACE_INSIDE) {
			out = copy_lines(r, &at, end, out);
			continue;
		}
		if (r->place == PLACE_DOT_CR && *at == '\n' && out > r->data)
			break; /* what came before the terminator goes first */
		next = step(r, *at++, out);
		if (!next)
			return end_body(r, in, at, used, length);
		out = next;
	}
	*used = (size_t)(at - in);
	r->octets += *used;
	*length = (size_t)(out - r->data);
	return *length > 0 ? REPLY_DATA : REPLY_MORE;
}

enum reply_event reply_next(struct reply *r, const char *in, size_t in_length, size_t *used, const char **text,
    size_t *length)
{
	enum reply_event event;

	*used = 0;
	*length = 0;
	*text = r->line;
	if (in_length == 0)
		return REPLY_MORE;
	if (!r->in_status && r->shape == REPLY_BODY)
		return next_data(r, in, in_length, used, text, length);
	event = next_line(r, in, in_length, used, text, length);
	if (event != REPLY_LINE)
		return event;
	if (r->in_status)
		return classify_status(r, text, length);
	event = next_listing_line(text, length);
	if (event == REPLY_END)
		reply_expect(r, REPLY_SINGLE);
	return event;
}
