#include "config.h"

#include "policy/header.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct field {
	const char *name;
	size_t length;
};

#define FIELD(name)                                                                                                    \
	{                                                                                                              \
		name, sizeof(name) - 1                                                                                 \
	}

/* Fields that mail stores add or change by themselves. */
static const struct field store_fields[] = {
    FIELD("Status"),
    FIELD("X-Status"),
    FIELD("X-UID"),
    FIELD("X-UIDL"),
    FIELD("X-Keywords"),
    FIELD("X-IMAP"),
    FIELD("X-IMAPbase"),
    FIELD("Content-Length"),
    FIELD("Lines"),
};

/*
 * Fields that mail programs add for their users: mutt, Thunderbird, Evolution, Rmail. Senders may also have set them.
 */
static const struct field reader_fields[] = {
    FIELD("X-Label"),
    FIELD("X-Mozilla-Status"),
    FIELD("X-Mozilla-Status2"),
    FIELD("X-Mozilla-Keys"),
    FIELD("X-Account-Key"),
    FIELD("X-Evolution"),
    FIELD("X-Evolution-Source"),
    FIELD("X-RMAIL-ATTRIBUTES"),
};

/* Fields whose values are never equal by chance. */
static const struct field identifying_fields[] = {FIELD("Message-ID"), FIELD("Received")};

void header_start(struct header_identity *h)
{
	*h = (struct header_identity){.naming = true};
	digest_start(&h->digest);
}

static void count_in(struct header_identity *h, const char *bytes, size_t length)
{
	digest_add(&h->digest, bytes, length);
}

static bool is_one_of(const struct field *fields, size_t count, const char *name, size_t length)
{
	for (size_t i = 0; i < count; i++) {
		if (fields[i].length == length && strncasecmp(fields[i].name, name, length) == 0)
			return true;
	}
	return false;
}

bool header_is_mark(const char *name, size_t length)
{
	return is_one_of(store_fields, COUNT(store_fields), name, length);
}

static bool is_reader_field(const char *name, size_t length)
{
	return is_one_of(reader_fields, COUNT(reader_fields), name, length);
}

bool header_is_content_length(const char *name, size_t length)
{
	static const struct field field = FIELD("Content-Length");

	return is_one_of(&field, 1, name, length);
}

bool header_is_added(const char *name, size_t length)
{
	return header_is_mark(name, length) || is_reader_field(name, length);
}

/*
 * Decides about the field at the start of a line when its name is complete, and stores where its value starts.
 * Returns false if more of the name is needed; the part received so far is kept.
 */
static bool take_name(struct header_identity *h, const char *bytes, size_t length, size_t *value)
{
	size_t room = sizeof(h->name) - h->held, most = length < room ? length : room, n = 0;
	bool field;

	while (n < most && bytes[n] != ':' && bytes[n] != '\n')
		n++;
	memcpy(h->name + h->held, bytes, n);
	if (n == length && n < room) {
		h->held += n;
		return false;
	}
	field = n < most && bytes[n] == ':';
	h->may_identify = field && is_one_of(identifying_fields, COUNT(identifying_fields), h->name, h->held + n);
	h->skipping =
	    field && (header_is_mark(h->name, h->held + n) || (h->read && is_reader_field(h->name, h->held + n)));
	if (!h->skipping)
		count_in(h, h->name, h->held);
	h->held = 0;
	*value = n + field;
	return true;
}

/* Adds the available part of a header line. Returns the number of bytes used. */
static size_t add_line(struct header_identity *h, const char *bytes, size_t length)
{
	const char *lf = memchr(bytes, '\n', length);
	size_t line = lf ? (size_t)(lf - bytes) + 1 : length, value = 0;

	h->ended = h->naming && h->held == 0 && *bytes == '\n';
	if (h->ended) {
		if (h->body_lines > 0)
			count_in(h, bytes, 1);
		return 1;
	}
	/* A folded line belongs to the previous field. */
	if (h->naming && (h->held > 0 || (*bytes != ' ' && *bytes != '\t')) && !take_name(h, bytes, line, &value))
		return line;
	/* An empty value identifies nothing. The value may be on the next line. */
	for (; value < line && h->may_identify; value++) {
		h->identifying |= !memchr(" \t\r\n<>", bytes[value], 6);
		h->may_identify = !h->identifying;
	}
	if (!h->skipping)
		count_in(h, bytes, line);
	h->naming = lf != NULL;
	return line;
}

static void add_piece(struct header_identity *h, const char *bytes, size_t length)
{
	while (length > 0 && !h->ended) {
		size_t line = add_line(h, bytes, length);

		bytes += line;
		length -= line;
	}
	while (length > 0 && h->body_lines > 0) {
		const char *lf = memchr(bytes, '\n', length);
		size_t line = lf ? (size_t)(lf - bytes) + 1 : length;

		count_in(h, bytes, line);
		h->body_lines -= lf != NULL;
		bytes += line;
		length -= line;
	}
}

void header_add(struct header_identity *h, const char *bytes, size_t length)
{
	while (length > 0 && (!h->ended || h->body_lines > 0)) {
		const char *cr;
		size_t before;

		if (h->cr && *bytes != '\n')
			add_piece(h, "\r", 1);
		h->cr = false;
		cr = memchr(bytes, '\r', length);
		before = cr ? (size_t)(cr - bytes) : length;
		add_piece(h, bytes, before);
		h->cr = cr != NULL;
		before += h->cr;
		bytes += before;
		length -= before;
	}
}

bool header_end(struct header_identity *h, unsigned char identity[DIGEST_SHORT])
{
	unsigned char whole[DIGEST_SIZE];

	count_in(h, h->name, h->held);
	digest_end(&h->digest, whole);
	memcpy(identity, whole, DIGEST_SHORT);
	return h->identifying;
}

/* Returns the value of Return-Path among the header lines in `head`, or NULL. */
static const char *find_return_path(const char *head, size_t length, size_t *value_length)
{
	static const char name[] = "Return-Path:";

	while (length > 0) {
		const char *lf = memchr(head, '\n', length);
		size_t line = lf ? (size_t)(lf - head) : length;

		if (line == 0 || (line == 1 && *head == '\r') || !lf)
			return NULL;
		if (line >= sizeof(name) - 1 && strncasecmp(head, name, sizeof(name) - 1) == 0) {
			*value_length = line - (sizeof(name) - 1);
			return head + sizeof(name) - 1;
		}
		head = lf + 1;
		length -= line + 1;
	}
	return NULL;
}

void header_envelope_sender(const char *head, size_t length, char *out, size_t size)
{
	size_t value_length = 0, used = 0;
	const char *value = find_return_path(head, length, &value_length);

	snprintf(out, size, "MAILER-DAEMON");
	if (!value)
		return;
	while (value_length > 0 && memchr(" \t<", *value, 3)) {
		value++;
		value_length--;
	}
	while (value_length > 0 && memchr(" \t\r>", value[value_length - 1], 4))
		value_length--;
	if (value_length == 0 || value_length >= size)
		return;
	for (size_t i = 0; i < value_length; i++) {
		if ((unsigned char)value[i] <= ' ' || value[i] == 0x7f)
			return;
	}
	for (; used < value_length; used++)
		out[used] = value[used];
	out[used] = '\0';
}
