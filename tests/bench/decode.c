/*
 * Decodes answers to RETR by all the steps that every octet of a message passes, except SHA-256, which belongs to a
 * library. tests/e2e/instructions.sh counts the instructions. The same answer is decoded repeatedly, so that the
 * difference between two counts does not include making it. Prints the number of decoded octets.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "deliver/maildir_name.h"
#include "policy/header.h"
#include "pop3/reply.h"

enum {
	ANSWER = 1024 * 1024, /* approximate octets of an answer */
	PIECE = 64 * 1024,    /* octets that the stream has at a time */
	DOT_EACH = 16,	      /* lines from one leading dot to the next */
	LONG_EACH = 200,      /* lines from one long line to the next */
	LONG_OCTETS = 4000,
};

/* Why the number of instructions cannot be compared with the bound; empty: it can. */
#if !defined(__OPTIMIZE__) || defined(__OPTIMIZE_SIZE__)
static const char reservation[] = " not built for speed";
#elif !defined(__x86_64__) || !defined(__GLIBC__)
static const char reservation[] = " its bound is for x86-64 with the GNU C library";
#else
static const char reservation[] = "";
#endif

/* Makes lines of 60 to 80 octets and some long ones; some begin with a dot, which is stuffed. */
static void make_answer(struct buf *out)
{
	char text[LONG_OCTETS];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "abcdefghijklmnopqrstuvwxyz .,-"[i % 30];
	buf_append_string(out, "+OK\r\nFrom: a@example.org\r\nStatus: RO\r\nMessage-ID: <1@example.org>\r\n\r\n");
	for (size_t n = 1; out->length < ANSWER; n++) {
		if (n % DOT_EACH == 0)
			buf_append_string(out, "..");
		buf_append(out, text, n % LONG_EACH == 0 ? sizeof(text) : 60 + n * 7 % 21);
		buf_append_string(out, "\r\n");
	}
	buf_append_string(out, ".\r\n");
}

/* Returns the number of decoded octets, which two modules have counted. */
static uint64_t decode(struct reply *r, const struct buf *answer)
{
	struct header_identity header;
	struct maildir_size size = {0};
	unsigned char identity[DIGEST_SHORT];
	enum reply_event event = REPLY_MORE;
	size_t at = 0;

	header_start(&header);
	reply_expect(r, REPLY_BODY);
	while (event != REPLY_END && at < answer->length) {
		size_t left = answer->length - at, used, length;
		const char *text;

		event = reply_next(r, answer->data + at, left < PIECE ? left : PIECE, &used, &text, &length);
		at += used;
		if (event != REPLY_DATA)
			continue;
		header_add(&header, text, length);
		maildir_size_add(&size, text, length);
	}
	if (event != REPLY_END || !header_end(&header, identity) || size.crlf_octets != r->octets) {
		fputs("decode: the answer was not understood\n", stderr);
		exit(1);
	}
	return size.octets;
}

int main(int argc, char **argv)
{
	static struct reply reply;
	struct buf answer = {0};
	unsigned long count = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	uint64_t octets = 0;

	if (count == 0) {
		fputs("Usage: decode MEBIBYTES\n", stderr);
		return 64;
	}
	make_answer(&answer);
	reply_init(&reply, false);
	for (unsigned long i = 0; i < count; i++)
		octets += decode(&reply, &answer);
	printf("%" PRIu64 "%s\n", octets, reservation);
	buf_free(&answer);
	return 0;
}
