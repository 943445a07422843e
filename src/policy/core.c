#include "config.h"

#include "policy/core.h"

#include <string.h>
#include <strings.h>

#include "policy/header.h"

static const char from[] = "From ";

/* Fields that programs add at the start of a header when they deliver a message; '*' stands for any further text. */
static const char *const trace_fields[] = {"Received", "Delivered-To", "X-Original-To", "Envelope-To", "Envelope-From",
    "X-Envelope-To", "X-Envelope-From", "X-Delivered-To", "X-getmail-*", "X-Fetchmail-*", ">From *"};

void core_start(struct core_reader *r)
{
	*r = (struct core_reader){.leading = true, .naming = true};
	digest_start(&r->header);
	digest_start(&r->id);
	digest_start(&r->body);
	digest_start(&r->whole);
}

static bool is_named(const char *field, const char *name, size_t length)
{
	const char *star = strchr(field, '*');
	size_t fixed = star ? (size_t)(star - field) : strlen(field);

	return (star ? length >= fixed : length == fixed) && strncasecmp(field, name, fixed) == 0;
}

static bool is_trace(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(trace_fields) / sizeof(trace_fields[0]); i++) {
		if (is_named(trace_fields[i], name, length))
			return true;
	}
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Adds the bytes that are not blanks. Some programs fold headers differently, or break long lines. */
static void add_without_blanks(struct digest *d, const char *bytes, size_t length)
{
	char rest[512];
	size_t count = 0;

	for (size_t i = 0; i < length; i++) {
		if (!is_blank(bytes[i]))
			rest[count++] = bytes[i];
		if (count == sizeof(rest)) {
			digest_add(d, rest, count);
			count = 0;
		}
	}
	digest_add(d, rest, count);
}

/* Adds bytes of a line of the header. */
static void add_field(struct core_reader *r, const char *bytes, size_t length)
{
	if (r->skipping) {
		r->left_out += length;
		return;
	}
	digest_add(&r->whole, bytes, length);
	add_without_blanks(&r->header, bytes, length);
	for (size_t i = 0; i < length && r->is_id; i++) {
		if (is_blank(bytes[i]) || bytes[i] == '<' || bytes[i] == '>')
			continue;
		digest_add(&r->id, bytes + i, 1);
		r->has_id = true;
	}
}

/* Decides about a field when its name is known. It is complete if a colon follows. */
static void take_name(struct core_reader *r, bool complete)
{
	static const char id[] = "Message-ID", path[] = "Return-Path";
	size_t length = r->held;
	bool mark = complete && (header_is_mark(r->name, length) || is_named(path, r->name, length));

	r->skipping = mark ||
	    (r->leading && (complete || r->name[0] == '>' || length == sizeof(r->name)) && is_trace(r->name, length));
	r->leading = r->leading && r->skipping;
	r->is_id = false;
	add_field(r, r->name, length);
	if (complete)
		add_field(r, ":", 1);
	r->is_id = complete && !r->skipping && !r->has_id && is_named(id, r->name, length);
	r->held = 0;
	r->naming = false;
}

static void end_line(struct core_reader *r)
{
	if (r->naming && r->held == 0) {
		r->ended = true;
		digest_add(&r->whole, "\n", 1);
		return;
	}
	if (r->naming)
		take_name(r, false);
	if (r->skipping)
		r->left_out += 2;
	else
		digest_add(&r->whole, "\n", 1);
	r->naming = true;
}

static void add_to_header(struct core_reader *r, char c)
{
	if (r->cr && c != '\n') {
		r->cr = false;
		add_to_header(r, ' ');
	}
	r->cr = c == '\r';
	if (c == '\r')
		return;
	if (c == '\n') {
		end_line(r);
		return;
	}
	/* A folded line belongs to the previous field. */
	if (r->naming && r->held == 0 && (c == ' ' || c == '\t'))
		r->naming = false;
	if (!r->naming) {
		add_field(r, &c, 1);
		return;
	}
	if (c == ':') {
		take_name(r, true);
		return;
	}
	if (r->held == sizeof(r->name))
		take_name(r, false);
	if (r->naming)
		r->name[r->held++] = c;
	else
		add_field(r, &c, 1);
}

/* Line ends at the end of the message do not count, so they are added only before further text. */
static void give_newlines(struct core_reader *r)
{
	for (; r->newlines > 0; r->newlines--)
		digest_add(&r->whole, "\n", 1);
}

/* Ends the search for "From " after '>' at the start of a line: only that quoting does not count. */
static void settle_quotes(struct core_reader *r)
{
	bool quoting = r->from == sizeof(from) - 1;

	for (; r->quotes > 0; r->quotes--) {
		digest_add(&r->whole, ">", 1);
		if (!quoting)
			digest_add(&r->body, ">", 1);
	}
	digest_add(&r->whole, from, r->from);
	add_without_blanks(&r->body, from, r->from);
	r->from = 0;
	r->naming = false;
}

static void add_to_start(struct core_reader *r, char c)
{
	if (c == '>' && r->from == 0)
		r->quotes++;
	else if (c == from[r->from])
		r->from++;
	if (r->from == sizeof(from) - 1)
		settle_quotes(r);
}

/* Adds text of the body that contains no line end. */
static void add_text(struct core_reader *r, const char *bytes, size_t length)
{
	if (length == 0)
		return;
	give_newlines(r);
	while (length > 0 && r->naming) {
		if ((*bytes == '>' && r->from == 0) || *bytes == from[r->from]) {
			add_to_start(r, *bytes++);
			length--;
		} else {
			settle_quotes(r);
		}
	}
	digest_add(&r->whole, bytes, length);
	add_without_blanks(&r->body, bytes, length);
}

static void add_to_body(struct core_reader *r, const char *bytes, size_t length)
{
	while (length > 0) {
		const char *lf = memchr(bytes, '\n', length);
		size_t text = lf ? (size_t)(lf - bytes) : length, taken = text + (lf != NULL);

		if (r->cr && text > 0)
			add_text(r, "\r", 1);
		r->cr = text > 0 && bytes[text - 1] == '\r';
		add_text(r, bytes, text - r->cr);
		if (lf) {
			settle_quotes(r);
			r->newlines++;
			r->naming = true;
			r->cr = false;
		}
		bytes += taken;
		length -= taken;
	}
}

void core_add(struct core_reader *r, const char *bytes, size_t length)
{
	while (length > 0 && !r->ended) {
		add_to_header(r, *bytes++);
		length--;
		if (r->ended)
			r->naming = true;
	}
	add_to_body(r, bytes, length);
}

void core_end(struct core_reader *r, struct core *core)
{
	unsigned char header[DIGEST_SIZE], id[DIGEST_SIZE];

	if (!r->ended && r->held > 0)
		take_name(r, false);
	if (r->ended)
		settle_quotes(r);
	digest_end(&r->header, header);
	digest_end(&r->id, id);
	digest_end(&r->body, core->body);
	digest_end(&r->whole, core->whole);
	memcpy(core->header, header, DIGEST_SHORT);
	memcpy(core->id, id, DIGEST_SHORT);
	core->has_id = r->has_id;
	core->left_out = r->left_out;
}

enum core_likeness core_compare(const struct core *stored, const struct core *listed, bool sizes_fit, bool whole)
{
	bool header = memcmp(stored->header, listed->header, DIGEST_SHORT) == 0;
	bool id = stored->has_id && listed->has_id && memcmp(stored->id, listed->id, DIGEST_SHORT) == 0;

	if (!header && !id)
		return CORE_DIFFERENT;
	if (!whole)
		return header && id && sizes_fit ? CORE_LIKELY : CORE_PERHAPS;
	if (memcmp(stored->whole, listed->whole, DIGEST_SIZE) == 0)
		return CORE_SAME;
	return memcmp(stored->body, listed->body, DIGEST_SIZE) == 0 ? CORE_SIMILAR : CORE_DIFFERENT;
}
