#include "config.h"

#include "pop3/reply.h"

#include <string.h>
#include <strings.h>

#include "base/scan.h"

void reply_init(struct reply *r, bool crlf)
{
	r->crlf = crlf;
	r->line_length = 0;
	r->line_end = 1;
	reply_expect(r, REPLY_SINGLE);
}

void reply_expect(struct reply *r, enum reply_shape shape)
{
	r->shape = shape;
	r->in_status = true;
	r->place = PLACE_LINE_START;
	r->held = r->empty = 0;
	r->octets = r->given = r->line_ends = r->dots = 0;
	r->unstuffed = false;
}

void reply_follow_lines(struct reply *r)
{
	r->shape = REPLY_LINES;
	r->in_status = false;
}

uint64_t reply_octets(const struct reply *r, bool with_crlf)
{
	bool counted = r->crlf || r->line_end != 1;
	uint64_t line_ends = counted ? r->line_ends : r->octets - r->given;
	uint64_t text = r->given - (r->crlf ? 2 : 1) * line_ends;

	return text + (with_crlf ? 2 : 1) * line_ends;
}

/* Removes the CRs of a line end. Those of a status line decide how many the other lines of its reply may have. */
static size_t without_line_end(struct reply *r, size_t length)
{
	unsigned most = r->in_status || r->line_end == 2 ? 2 : 1, count = 0;

	while (count < most && length > count && r->line[length - count - 1] == '\r')
		count++;
	if (r->in_status)
		r->line_end = count;
	return length - count;
}

/* Collects a line that ends with LF. CRs before the LF belong to the line end, which matters only in bodies. */
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
	total = without_line_end(r, total);
	*length = total < REPLY_LINE_MOST ? total : REPLY_LINE_MOST;
	r->line_length = 0;
	return total > REPLY_LINE_MOST ? REPLY_MALFORMED : REPLY_LINE;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t count_blanks(const char *text, size_t length)
{
	size_t count = 0;

	while (count < length && is_blank(text[count]))
		count++;
	return count;
}

/* Skips the blanks before a status line, unless there are more than a status line is likely to have. */
static void skip_blanks_before(const char **text, size_t *length)
{
	size_t blanks = count_blanks(*text, *length);

	if (blanks > REPLY_BLANKS_MOST)
		return;
	*text += blanks;
	*length -= blanks;
}

/*
 * RFC 1939, 3. requires upper case, and a blank between +OK or -ERR and other words. Every unambiguous status is
 * accepted.
 */
static enum reply_event classify_status(struct reply *r, const char **text, size_t *length)
{
	static const struct {
		const char *word;
		size_t length;
		enum reply_event event;
	} words[] = {{"+OK", 3, REPLY_OK}, {"-ERROR", 6, REPLY_ERR}, {"-ERR", 4, REPLY_ERR}, {"+ERR", 4, REPLY_ERR},
	    {"+", 1, REPLY_CONTINUE}};

	r->empty = 0;
	skip_blanks_before(text, length);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		enum reply_event event = words[i].event;
		size_t skip = words[i].length;

		if (*length < skip || strncasecmp(*text, words[i].word, skip) != 0)
			continue;
		if (event == REPLY_CONTINUE && *length > skip && !is_blank((*text)[skip]))
			continue;
		skip += count_blanks(*text + skip, *length - skip);
		*text += skip;
		*length -= skip;
		if (event == REPLY_OK && r->shape != REPLY_SINGLE)
			r->in_status = false;
		return event;
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

/*
 * Gives out the line end that replaces CRLF. Line ends are counted here only where lengths do not reveal their number.
 */
static char *put_line_end(struct reply *r, char *out)
{
	if (r->crlf) {
		r->line_ends++;
		*out++ = '\r';
	}
	*out++ = '\n';
	return out;
}

/* Handles a dot at the start of a line once `next` follows it: gives it out unless it was stuffed (RFC 1939, 3.). */
static char *put_dot(struct reply *r, char next, char *out)
{
	if (next == '.') {
		r->octets--;
		r->dots++;
		return out;
	}
	r->unstuffed = true;
	*out++ = '.';
	return out;
}

/*
 * Takes one octet at a place where the previous ones matter. Returns where output continues, or NULL at the
 * terminator. Dots count only after CRLF, the only line end of RFC 1939. A bare LF is part of a line.
 */
static char *step(struct reply *r, char c, char *out)
{
	switch (r->place) {
	case PLACE_DOT_CR:
		if (c == '\n')
			return NULL;
		out = put_dot(r, '\r', out); /* the CR is text so far */
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
		out = put_dot(r, c, out);
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
 * Copies input from inside a line. Stops after a line end that a dot may follow, or at the end of the input. A CR at
 * the end of the input is held back, because the next octet decides what it is.
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

/* Ends a body after its terminator, whose octets are not part of the body. */
static enum reply_event end_body(struct reply *r, size_t taken, size_t terminator, size_t *used, size_t *length)
{
	*used = taken;
	*length = 0;
	r->octets += taken;
	r->octets -= terminator;
	r->shape = REPLY_SINGLE;
	r->in_status = true;
	r->place = PLACE_LINE_START;
	return REPLY_END;
}

/* Ends a call that took octets of a body. The data given out for them ends at `out`. */
static enum reply_event give_data(struct reply *r, size_t taken, const char *out, size_t *used, size_t *length)
{
	*used = taken;
	*length = (size_t)(out - r->data);
	r->octets += taken;
	r->given += *length;
	return *length > 0 ? REPLY_DATA : REPLY_MORE;
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
			break; /* the data before the terminator is given out first */
		next = step(r, *at++, out);
		if (!next)
			return end_body(r, (size_t)(at - in), 3, used, length);
		out = next;
	}
	return give_data(r, (size_t)(at - in), out, used, length);
}

/* Continues the text with `next`, and gives out a pending dot before it unless the dot was stuffed. */
static char *go_on(struct reply *r, char next, char *out)
{
	if (r->place == PLACE_DOT)
		out = put_dot(r, next, out);
	r->place = PLACE_INSIDE;
	return out;
}

/* Continues the text with `next` after CRs that were held back, because they do not end a line. */
static char *release(struct reply *r, char next, char *out)
{
	out = go_on(r, r->held > 0 ? (char)'\r' : next, out);
	for (; r->held > 0; r->held--)
		*out++ = '\r';
	return out;
}

/*
 * Decodes like next_data a body whose lines do not end with CRLF. Few servers send such bodies, so the loop takes one
 * octet at a time.
 */
static enum reply_event next_lf_data(struct reply *r, const char *in, size_t in_length, size_t *used, const char **text,
    size_t *length)
{
	enum { AT_ONCE = REPLY_INPUT_MOST / 2 }; /* each octet may be an LF that becomes CRLF */
	const char *at = in, *end = in + (in_length < AT_ONCE ? in_length : AT_ONCE);
	unsigned least = r->line_end > 0 ? 1 : 0, most = r->line_end > 0 ? r->line_end : 1;
	char *out = r->data;

	*text = r->data;
	for (; at < end; at++) {
		bool ends = *at == '\n' && r->held >= least;

		if (ends && r->place == PLACE_DOT) {
			if (out > r->data)
				break; /* the data before the terminator is given out first */
			return end_body(r, (size_t)(at + 1 - in), 2 + r->held, used, length);
		}
		if (ends) {
			r->line_ends += !r->crlf; /* put_line_end counts the others */
			out = put_line_end(r, out);
			r->held = 0;
			r->place = PLACE_LINE_START;
		} else if (*at == '\r' && r->held < most) {
			r->held++;
		} else if (*at == '\r') {
			out = go_on(r, '\r', out);
			*out++ = '\r';
		} else if (*at == '.' && r->place == PLACE_LINE_START && r->held == 0) {
			r->place = PLACE_DOT;
		} else {
			out = release(r, *at, out);
			*out++ = *at;
		}
	}
	return give_data(r, (size_t)(at - in), out, used, length);
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
		return (r->line_end == 1 ? next_data : next_lf_data)(r, in, in_length, used, text, length);
	do {
		size_t taken = 0;

		event = next_line(r, in + *used, in_length - *used, &taken, text, length);
		*used += taken;
	} while (event == REPLY_LINE && count_blanks(*text, *length) == *length && r->empty++ < REPLY_EMPTY_MOST);
	if (event != REPLY_LINE)
		return event;
	if (r->in_status)
		return classify_status(r, text, length);
	if (r->empty > REPLY_EMPTY_MOST)
		return REPLY_MALFORMED;
	r->empty = 0;
	event = next_listing_line(text, length);
	if (event == REPLY_END)
		reply_expect(r, REPLY_SINGLE);
	return event;
}
