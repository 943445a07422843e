#ifndef MAILHAUL_POLICY_EVIDENCE_H
#define MAILHAUL_POLICY_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/size_rule.h"

/*
 * Decides whether a retrieved message is complete. The terminating dot proves nothing: a server with a wrong size in
 * its cache cuts a message and sends the dot after it.
 *
 * A message is complete if it has the size that the server gave for it, both by LIST and in the +OK reply to RETR.
 * The size is counted in octets with CRLF, with or without the line end that a server adds. Stuffed dots and LF line
 * ends count only where other messages show that the server counts that way.
 *
 * If the size differs, the server's numbers are compared with its numbers for the other messages of the maildrop. The
 * message is complete only if the numbers are wrong for nearly all messages, and wrong for this message in the same
 * way.
 *
 * An empty message is never complete if the server gave a size above zero. Neither is a message whose own content
 * shows that it contains octets of something else. If the size is zero, an empty message is complete if the other
 * messages show that the server's zero is a size.
 */

#define EVIDENCE_NO_SIZE UINT64_MAX /* the server gave no size */

/* The sizes of one message, in octets. */
struct evidence_sizes {
	uint64_t listed; /* size by LIST, or EVIDENCE_NO_SIZE */
	uint64_t said;	 /* size in the reply to RETR, or EVIDENCE_NO_SIZE */
	uint64_t sent;	 /* octets received without stuffed dots, with the server's line ends */
	uint64_t wire;	 /* octets received without stuffed dots, with CRLF for each line end */
	uint64_t lf;	 /* octets received without stuffed dots, with LF for each line end */
	uint64_t dots;	 /* number of stuffed dots, which the other counts exclude */
	bool empty;	 /* only line ends were received */
	bool unstuffed;	 /* a line started with a dot that was not stuffed, so the server does not stuff */
	bool cr;	 /* the last line has a CR before its line end */
	bool foreign;	 /* the first or last line is unlikely to belong to a message (policy/edge_lines) */
	/* The message has its size by LIST without some fields at an edge of its header (policy/edge_fields). */
	bool fields;
};

/*
 * Returns whether the content itself shows that it is not the message. Only a size that fits to the octet can then
 * prove it complete. No other message excuses it, in this session or in a later one, unless its size is zero.
 */
bool evidence_is_suspect(const struct evidence_sizes *sizes);

enum evidence_verdict {
	EVIDENCE_WHOLE,
	EVIDENCE_SHORT, /* less was received than the server's size */
	EVIDENCE_LONG,	/* more was received than the server's size */
};

/* Returns whether the sizes fit without any knowledge of other messages. */
bool evidence_is_plain(const struct evidence_sizes *sizes);

enum { EVIDENCE_SAMPLES = 64, EVIDENCE_FORMS = 8 };

/* How one kind of number, LIST's or RETR's, fits the messages of a maildrop. {0} contains no messages. */
struct evidence_habit {
	uint64_t exact;	   /* messages whose size fits, counted with CRLF */
	uint64_t undotted; /* messages whose size fits without counting their stuffed dots */
	uint64_t either;   /* messages whose size fits with CRLF and with LF, because they have one or two lines */
	uint64_t dotted;   /* messages whose size fits only if stuffed dots count */
	uint64_t lf;	   /* messages whose size fits only if counted with LF */
	uint64_t lf_forms[EVIDENCE_FORMS]; /* `lf` by number of line ends, modulo EVIDENCE_FORMS */
	struct size_sample lf_one;	   /* the last message counted in `lf`, or {0} */
	bool unstuffed;			   /* a message had dots that were not stuffed */
	size_t wrong;			   /* messages whose size does not fit in any way */
	/* The first `kept` samples are of the most recent messages counted in `wrong`. */
	size_t kept;
	struct size_sample samples[EVIDENCE_SAMPLES];
};

/* What is known of a server's sizes, from this session and earlier ones. */
struct evidence {
	struct evidence_habit list, retr;
};

/* Adds a message. */
void evidence_note(struct evidence *e, const struct evidence_sizes *sizes);

/* Removes a message that was added. */
void evidence_forget(struct evidence *e, const struct evidence_sizes *sizes);

/*
 * Judges a message. noted: if the message was added before, the number of octets received then, so that it does not
 * count as another message; else EVIDENCE_NO_SIZE.
 *
 * Stuffed dots count only if another message fits with its stuffed dots and none fits without them. A size counted
 * with LF is accepted only if no other message fits with CRLF, except for a single one among many. An extra line in a
 * message may make that one fit by chance. A message of one or two lines may fit both ways and proves neither. With
 * pipelining an extra line may be the reply to another command, so other messages must also fit with LF.
 */
enum evidence_verdict evidence_judge(const struct evidence *e, const struct evidence_sizes *sizes, uint64_t noted,
    bool pipelined);

/*
 * Reads the size in the text of RETR's +OK reply: "120 octets" (RFC 1939, section 5), anywhere in the text. Returns
 * EVIDENCE_NO_SIZE if there is no size or more than one.
 */
uint64_t evidence_read_size(const char *text, size_t length);

/*
 * Returns the number of octets after which a message counts as endless. most: max_message_size, or 0 for no limit.
 * listed: size by LIST, or EVIDENCE_NO_SIZE.
 */
uint64_t evidence_octets_most(uint64_t most, uint64_t listed);

#endif
