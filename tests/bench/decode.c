/*
 * Answers to RETR through what every octet of a message passes, but for SHA-256, which is a
 * library's: tests/e2e/instructions.sh counts the instructions. The same answer is decoded again
 * and again, so that the difference between two counts has nothing of making it. Prints the octets
 * that came out.
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
	ANSWER = 1024 * 1024, /* octets of an answer, about */
	PIECE = 64 * 1024,    /* as much as the stream has at a time */
	DOT_EACH = 16,	      /* lines */
	LONG_EACH = 200,      /* lines */
	LONG_OCTETS = 4000,
};

/* Why the number of instructions cannot be held against a bound, or nothing. */
#if !defined(__OPTIMIZE__) || defined(__OPTIMIZE_SIZE__)
static const char reservation[] = " not built for speed";
#elif !defined(__x86_64__) || !defined(__GLIBC__)
static const char reservation[] = " its bound is for x86-64 with the GNU C library";
#else
static const char reservation[] = "";
#endif

/* Lines of 60 to 80 octets, some long ones; some have a dot in front, which is stuffed. */
static void make_answer(struct buf *out)
{
	char text[LONG_OCTETS];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "abcdefghijklmnopqrstuvwxyz .,-"[i % 30];
	buf_append_string(
	    out, "+OK\r\nFrom: a@example.org\r\nStatus: RO\r\nMessage-ID: <1@example.org>\r\n\r\n");
	for (size_t n = 1; out->length < ANSWER; n++) {
		if (n % DOT_EACH == 0)
			buf_append_string(out, "..");
		buf_append(out, text, n % LONG_EACH == 0 ? sizeof(text) : 60 + n * 7 % 21);
		buf_append_string(out, "\r\n");
	}
	buf_append_string(out, ".\r\n");
}

/* Gives the octets that came out. Two modules have counted them. */
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

		event = reply_next(
		    r, answer->data + at, left < PIECE ? left : PIECE, &used, &text, &length);
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
