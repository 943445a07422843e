#ifndef MAILHAUL_TRANSFER_RUN_H
#define MAILHAUL_TRANSFER_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"
#include "io/deadline.h"
#include "policy/edge_fields.h"
#include "policy/edge_lines.h"
#include "policy/evidence.h"
#include "policy/header.h"
#include "policy/header_fields.h"
#include "policy/marks.h"
#include "policy/sender.h"
#include "pop3/session.h"
#include "state/record.h"
#include "transfer/batch.h"
#include "transfer/task.h"

struct plan;
struct plan_entry;
struct state_record;

/*
 * The shared data of this directory: transfer (the loop), flight (requested messages), arrival (receiving one
 * message after another), sync_check (questions), twins (repeated answers), waiting (messages judged by others),
 * commit, blame (failures).
 */

/* The message that is arriving. */
struct arrival {
	struct plan_entry *entry; /* NULL: no message has arrived yet */
	bool under_way;		  /* the +OK to RETR was read, but not the message's end */
	bool begun;		  /* it was begun at the destination */
	bool doubt;		  /* its size differs from the one the server gave */
	/* its end waits for the answer to a question, for destinations that cannot undo a delivery */
	bool ended;
	struct buf head;
	struct marks marks;
	/* The same with LF for CRLF, if the message is outdated and keeps CRLF: its copy may be older than that. */
	struct marks marks_lf;
	bool held_cr; /* a CR is not in marks_lf yet */
	struct header_identity header;
	struct header_identity peek;	   /* of header and first lines, as TOP gave them for a UID made from them */
	char peeked[2 * DIGEST_SHORT + 1]; /* its digest, in hexadecimal; "" if the UID was not made */
	uint64_t octets;		   /* stored */
	uint64_t wire;			   /* octets received so far, as sent */
	uint64_t left;			   /* octets to come, by LIST */
	uint64_t said;			   /* the size given after +OK, or EVIDENCE_NO_SIZE */
	uint64_t most;			   /* limit of octets to accept */
	struct evidence_sizes sizes;
	struct edge_lines edges;
	struct edge_fields fields;
	struct header_fields about; /* for destinations that want facts */
	char sender[SENDER_OCTETS]; /* the same, until the destination has finished the message */
};

/* A message whose size differed from the one the server gave. It is asked for again after all others have arrived. */
struct again {
	struct plan_entry *entry;
	struct evidence_sizes sizes;
	bool crowded;			   /* other messages were in flight, so the text may have been one of them */
	unsigned char sha256[DIGEST_SIZE]; /* of the text that came */
};

/* A delivered message that is not deleted from the server before all messages have arrived. */
struct waiting {
	struct plan_entry *entry;
	struct evidence_sizes sizes;
	bool excused; /* its size is consistent with those of the other messages received so far */
};

/* A message received in this session, with a mark that distinguishes its text from others. */
struct twin {
	const struct plan_entry *entry;
	uint64_t mark; /* the beginning of its digest */
	bool excused;  /* LIST gives another size for it */
	bool doubted;  /* the same text came for another message, for which LIST gives yet another size */
};

enum { TWINS_MOST = 1024 }; /* a repeated answer belongs to a command close to the right one */

enum { QUESTIONS_MOST = 64 }; /* in flight at the same time */

/* Messages whose RETR has been sent. */
struct flight {
	/*
	 * In the order of their RETR. The answers to those before `proved` are known to be in sync. Those from
	 * `proved` to `arrived` have arrived; the others are in flight.
	 */
	struct plan_entry **order;
	size_t proved, arrived, sent;
	size_t given;	 /* place of the last message that RETR gave, counted from 1; 0: none */
	uint64_t octets; /* octets by LIST of the messages that have not arrived */
};

/* From time to time the server is asked about the message whose RETR was sent last. */
struct sync_checks {
	struct {
		const struct plan_entry *entry;
		size_t sent;	 /* RETR commands sent before the question */
	} asked[QUESTIONS_MOST]; /* questions in flight, a ring that begins at `first` */
	size_t first, count;
	size_t messages; /* RETR commands sent since the last question */
	uint64_t octets; /* octets of their messages, by LIST */
	size_t verified; /* messages of the batch that are known to be right */
	bool by_size;	 /* questions ask for sizes, because the server refuses those for UIDs */
	bool answered;	 /* the server has answered a question */
	bool mute;	 /* the server answers no question */
	bool misfit;	 /* one of the unproved messages is asked for again */
};

/* What a server has refused. */
enum refused { REFUSED_NOTHING, REFUSED_RETR, REFUSED_DELE };

/* A message that was delivered in doubt and is asked for again. */
struct outdated {
	const struct plan_entry *entry;
	uint64_t octets;	      /* of the text that was delivered */
	struct state_digests digests; /* of that text */
	bool found;		      /* that text was found in the destination (STATE_DOUBT_FOUND) */
};

struct run {
	const struct transfer *t;
	struct transfer_result *result;
	struct plan *plan;
	size_t next; /* first entry not handled yet */
	struct batch batch;
	bool committing; /* the batch is being committed, or that failed */
	struct flight flight;
	struct sync_checks checks;
	struct arrival arrival;
	struct evidence evidence;
	struct waiting *waiting;
	size_t waiting_count, waiting_capacity;
	struct twin twins[TWINS_MOST];	 /* the last messages received, a ring */
	size_t twin_count, twin_excused; /* number of messages received; that number when the last excused one came */
	struct outdated *outdated;	 /* NULL: not read yet */
	unsigned char (*outdated_texts)[DIGEST_SIZE]; /* digests of the delivered texts, sorted */
	size_t outdated_count;
	size_t held;	       /* messages that may have been swapped, because one among them is asked for again */
	bool warned_of_length; /* a message with a wrong Content-Length was reported */
	bool knows_history;    /* evidence includes the sizes known to the state */
	struct again *again;
	/* number of `again`; of these, RETR commands sent, and messages arrived */
	size_t again_count, again_next, again_arrived;
	/* kind of the last answer, if it was a refusal not reported yet; `refusal` is its error */
	enum refused refused;
	struct error refusal;
	enum session_command heard;	    /* the command that was answered last */
	const struct plan_entry *uncertain; /* its end is unknown, because the server sent more after it */
	bool noted;			    /* the state holds an uncommitted note of a failed message */
	bool named;			    /* the error already names the message */
	bool late;			    /* the destination reached its time limit at a message */
	bool repeating;			    /* RETR is sent for messages in `again` only */
	struct plan_entry **deletions;	    /* messages that may be deleted, in the order of DELE */
	size_t deletion_count, deletion_next, deletion_answered;
	bool counted;	  /* STAT was sent after the last DELE; its answer shows that the next one belongs to QUIT */
	uint64_t arrived; /* complete messages */
	uint64_t arrived_octets; /* octets received, including the message that is arriving */
	uint64_t arriving;
	deadline tick;
	deadline hard; /* messages still arriving then are abandoned */
};

#endif
