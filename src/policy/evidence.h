#ifndef MAILHAUL_POLICY_EVIDENCE_H
#define MAILHAUL_POLICY_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/size_rule.h"

/*
 * Whether a message that ended in good order is whole. A terminating dot proves nothing: a server with a wrong size
 * in its cache ends a message early and puts the dot behind it.
 *
 * The rule. A message is whole if it has the size that the server gave for it, by LIST and by the number in RETR's
 * +OK: octets with CRLF, with or without the line end that a server adds. Stuffed dots and LF count only where other
 * messages show that the server counts so. If it has not, the server's numbers are held against what it does for the
 * other messages of the maildrop: only where they are wrong throughout, and wrong in the same way here as there, the
 * message is whole. An empty message where the server gave a size is never whole, nor is one that by its own content
 * has octets that are not the message's. Where it gave zero, an empty one is whole if zero is a size, as the others show.
 */

#define EVIDENCE_NO_SIZE UINT64_MAX /* the server gave none */

/* The sizes of one message, in octets. */
struct evidence_sizes {
	uint64_t listed; /* by LIST; or EVIDENCE_NO_SIZE */
	uint64_t said;	 /* by RETR's +OK; or EVIDENCE_NO_SIZE */
	uint64_t sent;	 /* that came, without stuffed dots, with the line ends that the server uses */
	uint64_t wire;	 /* the same, with CRLF for each line end, */
	uint64_t lf;	 /* and with LF */
	uint64_t dots;	 /* stuffed dots, which are in none of these */
	bool empty;	 /* nothing but line ends came */
	bool unstuffed;	 /* a dot came at a line's start that was not stuffed: the server does not stuff */
	bool cr;	 /* its last line ends with a CR, before its line end */
	bool foreign;	 /* its first or last line is none of a message (policy/edge_lines) */
	bool fields;	 /* without some fields at the edge of its header it has its size by LIST (policy/edge_fields) */
};

/*
 * Whether its content shows by itself that what came is not the message: only a size that is right to the octet can
 * prove it then. No other message excuses it, in this session or in a later one, unless zero is its size.
 */
bool evidence_is_suspect(const struct evidence_sizes *sizes);

enum evidence_verdict {
	EVIDENCE_WHOLE,
	EVIDENCE_SHORT, /* less came than the server gave as size */
	EVIDENCE_LONG,	/* more did */
};

/* Whether the sizes agree by themselves, so that evidence_judge need not know about other messages. */
bool evidence_is_plain(const struct evidence_sizes *sizes);

enum { EVIDENCE_SAMPLES = 64, EVIDENCE_FORMS = 8 };

/* How one kind of number, LIST's or RETR's, fits the messages of a maildrop. {0} knows nothing. */
struct evidence_habit {
	uint64_t exact;	   /* messages that have their size, counted with CRLF; of these: */
	uint64_t undotted; /* had dots stuffed in that do not count */
	uint64_t either;   /* messages that have it with CRLF and with LF: they have one line end, or two */
	uint64_t dotted;   /* messages that have it only if stuffed dots count */
	uint64_t lf;	   /* messages that have it only if counted with LF */
	uint64_t lf_forms[EVIDENCE_FORMS]; /* the same by their line ends, modulo this */
	struct size_sample lf_one; /* the last of them, or {0} */
	bool unstuffed;	   /* a message had dots that were not stuffed */
	size_t wrong;	/* messages that have it in no way; of them, so many are: */
	size_t kept;
	struct size_sample samples[EVIDENCE_SAMPLES];
};

/* What is known of a server's sizes, from this session and from earlier ones. */
struct evidence {
	struct evidence_habit list, retr;
};

/* Takes one more message into account. */
void evidence_note(struct evidence *e, const struct evidence_sizes *sizes);

/* Takes it out again. */
void evidence_forget(struct evidence *e, const struct evidence_sizes *sizes);

/*
 * Judges a message. noted: if it was noted before, how many octets came then, so that it does not count as another
 * one; else EVIDENCE_NO_SIZE. Stuffed dots count only where another message has its size with them, and none without.
 * A size counted with LF counts only where no other message has one counted with CRLF, but for a single one among many: a
 * line too many in a message may fit it by chance. A message of one line, or two, may have both, and shows nothing.
 * pipelined: a line too many may be the answer to another command, so that other messages must have their size counted
 * with LF.
 */
enum evidence_verdict evidence_judge(const struct evidence *e, const struct evidence_sizes *sizes, uint64_t noted,
    bool pipelined);

/*
 * Reads the size in the words behind RETR's +OK: "120 octets" (RFC 1939, 5.), wherever it is in the text.
 * EVIDENCE_NO_SIZE where there is none, or more than one.
 */
uint64_t evidence_read_size(const char *text, size_t length);

/*
 * How many octets of a message are taken before it counts as one without end. most: max_message_size, 0: none;
 * listed: by LIST, or EVIDENCE_NO_SIZE.
 */
uint64_t evidence_octets_most(uint64_t most, uint64_t listed);

#endif
