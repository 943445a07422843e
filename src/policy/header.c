#include "config.h"

#include "policy/header.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Fields that a mail store adds or changes by itself. */
static const char *const store_fields[] = {
    "Status", "X-Status", "X-UID", "X-UIDL", "X-Keywords", "X-IMAP", "X-IMAPbase", "Content-Length", "Lines",
};

void header_start(struct header_identity *h)
{
	*h = (struct header_identity){.naming = true};
	digest_start(&h->digest);
}

static void count_in(struct header_identity *h, const char *bytes, size_t length)
{
	digest_add(&h->digest, bytes, length);
}

/* Fields with which no two messages are alike by chance. */
static const char *const telling_fields[] = {"Message-ID", "Received"};

static bool is_one_of(const char *const *names, size_t count, const char *name, size_t length)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(names[i]) == length && strncasecmp(names[i], name, length) == 0)
			return true;
	}
	return false;
}

bool header_is_mark(const char *name, size_t length)
{
	return is_one_of(store_fields, COUNT(store_fields), name, length);
}

/* The name is known, or cannot be one of those above: says whether its line counts. */
static void settle(struct header_identity *h, bool skipping)
{
	h->may_tell = false;
	h->skipping = skipping;
	if (!skipping)
		count_in(h, h->name, h->held);
	h->held = 0;
	h->naming = false;
}

/* Gathers the name at a line's start, one octet at a time: names are short. */
static void add_to_name(struct header_identity *h, char c)
{
	if (c == '\n' && h->held == 0) {
		h->ended = true;
		if (h->goes_on)
			count_in(h, &c, 1);
		return;
	}
	if ((c == ' ' || c == '\t') && h->held == 0) {
		h->naming = false; /* a folded line belongs to the field before */
		if (!h->skipping)
			count_in(h, &c, 1);
		return;
	}
	if (c == ':') {
		bool may_tell = is_one_of(telling_fields, COUNT(telling_fields), h->name, h->held);

		settle(h, header_is_mark(h->name, h->held));
		h->may_tell = may_tell;
		if (!h->skipping)
			count_in(h, &c, 1);
		return;
	}
	h->name[h->held++] = c;
	if (c == '\n')
		settle(h, false);
	else if (h->held == sizeof(h->name))
		settle(h, false);
	if (c == '\n')
		h->naming = true;
}

static void add_piece(struct header_identity *h, const char *bytes, size_t length)
{
	while (length > 0 && (!h->ended || h->goes_on)) {
		const char *lf;
		size_t line;

		if (h->ended) {
			count_in(h, bytes, length);
			return;
		}
		if (h->naming) {
			add_to_name(h, *bytes++);
			length--;
			continue;
		}
		lf = memchr(bytes, '\n', length);
		line = lf ? (size_t)(lf - bytes) + 1 : length;
		/* An empty one tells nothing. Its value may stand on the next line. */
		for (size_t i = 0; i < line && h->may_tell; i++) {
			h->telling |= !memchr(" \t\r\n<>", bytes[i], 6);
			h->may_tell = !h->telling;
		}
		if (!h->skipping)
			count_in(h, bytes, line);
		h->naming = lf != NULL;
		bytes += line;
		length -= line;
	}
}

void header_add(struct header_identity *h, const char *bytes, size_t length)
{
	while (length > 0 && (!h->ended || h->goes_on)) {
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

	if (h->held > 0)
		settle(h, false);
	digest_end(&h->digest, whole);
	memcpy(identity, whole, DIGEST_SHORT);
	return h->telling;
}

/* Finds the value of Return-Path among the header lines in head. */
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
