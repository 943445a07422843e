/*
 * A message's identity by its header, its envelope sender, and the fields that list shows. Input: the size of the
 * pieces, the room for the sender; then the message. The results must not depend on the pieces, on the line ends
 * (LF or CRLF), or on fields that a mail store adds in front.
 */
#include "config.h"

#include "base/buf.h"
#include "fuzz.h"
#include "policy/header.h"
#include "policy/header_fields.h"
#include "policy/sender.h"

/* Computes the identity of a message that arrives in pieces of that size, each in memory that ends with it. */
static void identify(const struct buf *message, size_t piece, unsigned char identity[DIGEST_SHORT])
{
	struct input in = {(const uint8_t *)message->data, message->length};
	struct header_identity h;

	header_start(&h);
	while (in.left > 0) {
		size_t length = piece;
		char *bytes = take_copy(&in, &length);

		header_add(&h, bytes, length);
		free(bytes);
	}
	header_end(&h, identity);
}

/* Converts every line end of the message to LF, or to CRLF. */
static void convert(struct buf *out, struct input in, bool crlf)
{
	for (size_t i = 0; i < in.left; i++) {
		char c = (char)in.at[i];

		if (c == '\n') {
			while (out->length > 0 && out->data[out->length - 1] == '\r')
				out->length--;
			buf_append_string(out, crlf ? "\r\n" : "\n");
		} else {
			buf_append(out, &c, 1);
		}
	}
}

static void must_be_same(const struct buf *message, size_t piece, const unsigned char identity[DIGEST_SHORT])
{
	unsigned char other[DIGEST_SHORT];

	identify(message, piece, other);
	MUST(memcmp(identity, other, DIGEST_SHORT) == 0);
}

/* The sender has to fit, and must not break a From_ line. */
static char *find_sender(const struct buf *message, size_t room)
{
	struct input in = {(const uint8_t *)message->data, message->length};
	size_t length = in.left;
	char *copy = take_copy(&in, &length);
	char *sender = malloc(room);

	MUST(sender != NULL);
	memset(sender, 'x', room);
	header_envelope_sender(copy, length, sender, room);
	MUST(memchr(sender, '\0', room) != NULL);
	MUST(*sender && is_plain(sender) && !strchr(sender, ' '));
	free(copy);
	return sender;
}

/* Gets the fields that list shows: they do not depend on the pieces, and fit. */
static void show(const struct buf *message, size_t piece, size_t room, char *values)
{
	struct input in = {(const uint8_t *)message->data, message->length};
	struct header_fields h;
	char sender[SENDER_OCTETS];

	header_fields_start(&h);
	while (in.left > 0) {
		size_t length = piece;
		char *bytes = take_copy(&in, &length);

		header_fields_add(&h, bytes, length);
		free(bytes);
	}
	sender_find(&h, sender);
	MUST(strlen(sender) < sizeof(sender) && !strpbrk(sender, " \t\r\n\033\177"));
	for (unsigned i = 0; i < HEADER_FIELDS; i++) {
		memset(values + i * room, 'x', room);
		header_fields_value(&h, (enum header_field)i, values + i * room, room);
		MUST(memchr(values + i * room, '\0', room) != NULL);
	}
}

static void must_show_the_same(const struct buf *message, const struct buf *other, size_t piece, size_t room)
{
	char *values = malloc(HEADER_FIELDS * room), *same = malloc(HEADER_FIELDS * room);

	MUST(values && same);
	show(message, message->length + 1, room, values);
	show(other, piece, room, same);
	for (unsigned i = 0; i < HEADER_FIELDS; i++)
		MUST(strcmp(values + i * room, same + i * room) == 0);
	free(values);
	free(same);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	size_t piece = take_octet(&in) % 64 + 1;
	size_t room = take_octet(&in) + 16;
	struct buf lf = {0}, crlf = {0}, stored = {0};
	unsigned char identity[DIGEST_SHORT];
	char *sender, *same_sender;

	convert(&lf, in, false);
	convert(&crlf, in, true);
	identify(&lf, lf.length, identity);
	must_be_same(&lf, piece, identity);
	must_be_same(&lf, 1, identity);
	must_be_same(&crlf, crlf.length, identity);
	must_be_same(&crlf, piece, identity);
	/* A first line that begins with a blank would continue the field before it. */
	if (lf.length > 0 && lf.data[0] != ' ' && lf.data[0] != '\t') {
		buf_append_string(&stored, "X-UIDL: 1\nstatus: RO\n folded\n");
		buf_append(&stored, lf.data, lf.length);
		must_be_same(&stored, piece, identity);
	}
	must_show_the_same(&lf, &lf, 1, room);
	must_show_the_same(&lf, &crlf, piece, room);
	sender = find_sender(&lf, room);
	same_sender = find_sender(&crlf, room);
	MUST(strcmp(sender, same_sender) == 0);
	free(sender);
	free(same_sender);
	buf_free(&lf);
	buf_free(&crlf);
	buf_free(&stored);
	return 0;
}
