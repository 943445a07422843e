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
#include "pop3/session.h"
#include "transfer/batch.h"
#include "transfer/task.h"

struct plan;
struct plan_entry;
struct state_record;

/*
 * What the files of this room share: transfer (the loop), flight (what was asked for), arrival (one message after the
 * other), sync_check (questions), twins (answers that come twice), waiting (what other messages excuse), commit, blame
 * (failures).
 */

/* The message that is arriving. */
struct arrival {
	struct plan_entry *entry; /* NULL: none has yet */
	bool under_way;		  /* RETR's +OK was read, its end was not */
	bool begun;		  /* the destination knows of it */
	bool doubt;		  /* it came with another size than the server gave */
	bool ended;		  /* its end waits for the answer to a question: destinations that take nothing back */
	struct buf head;
	struct digest digest;
	struct header_identity header;
	uint64_t octets; /* stored */
	uint64_t wire;	 /* sent, as far as it has come */
	uint64_t left;	 /* to come, by LIST */
	uint64_t said;	 /* as the size behind +OK, or EVIDENCE_NO_SIZE */
	uint64_t most;	 /* octets that are taken */
	struct evidence_sizes sizes;
	struct edge_lines edges;
	struct edge_fields fields;
};

/* A message that came with another size than the server gave: asked for again when all others are here. */
struct again {
	struct plan_entry *entry;
	struct evidence_sizes sizes;
	bool crowded; /* other messages were under way: what came may have been one of them */
	unsigned char sha256[DIGEST_SIZE]; /* of what came */
};

/* A message that is in place, and is not deleted from the server before all messages are here. */
struct waiting {
	struct plan_entry *entry;
	struct evidence_sizes sizes;
	bool excused; /* its size is excused by those of the other messages that have come so far */
};

/* A message that came in this session, and what tells its text from others. */
struct twin {
	const struct plan_entry *entry;
	uint64_t mark; /* the beginning of its digest */
	bool excused;  /* LIST has another size for it */
	bool doubted;  /* the same text came for another message, for which LIST has yet another size */
};

enum { TWINS_MOST = 1024 }; /* an answer that comes twice does so in answer to commands that are near each other */

enum { QUESTIONS_MOST = 64 }; /* under way at a time */

/* Messages whose RETR has gone out. */
struct flight {
	/* In the order of their RETR. The answers to those before `proved` are known to be in step; those from `proved` to */
	/* `arrived` have come; the others are under way. */
	struct plan_entry **order;
	size_t proved, arrived, sent;
	size_t given;	 /* place of the last one that RETR gave, counted from 1; 0: none */
	uint64_t octets; /* by LIST, of those that have not arrived */
};

/* From time to time the server is asked about the message whose RETR went out last. */
struct sync_checks {
	struct {
		const struct plan_entry *entry;
		size_t sent; /* RETR that went out before the question */
	} asked[QUESTIONS_MOST]; /* questions that are under way, a ring from `first` on */
	size_t first, count;
	size_t messages; /* whose RETR went out since the last question */
	uint64_t octets; /* of those, by LIST */
	size_t verified; /* messages of the batch that are known to be right */
	bool by_size;	 /* it is asked for sizes, because it refuses the question for a UID */
	bool answered;	 /* the server has answered a question */
	bool mute;	 /* it answers none */
	bool misfit;	 /* one of those that are not proved is asked for again */
};

/* What a server has refused. */
enum refused { REFUSED_NOTHING, REFUSED_RETR, REFUSED_DELE };

struct run {
	const struct transfer *t;
	struct transfer_result *result;
	struct plan *plan;
	size_t next; /* first entry that nothing was done about */
	struct batch batch;
	struct flight flight;
	struct sync_checks checks;
	struct arrival arrival;
	struct evidence evidence;
	struct waiting *waiting;
	size_t waiting_count, waiting_capacity;
	struct twin twins[TWINS_MOST]; /* the last ones that came, a ring */
	size_t twin_count, twin_excused; /* so many came, and so many with the last one that is excused */
	size_t held; /* messages that may have been taken for each other, because one beside them is asked for again */
	bool knows_history; /* evidence has what the state knows */
	struct again *again;
	size_t again_count, again_next, again_arrived; /* of them, those whose RETR went out, and those that are here */
	enum refused refused; /* the last answer was a refusal, which is not reported yet: */
	struct error refusal;
	enum session_command heard; /* the command whose answer came last */
	const struct plan_entry *uncertain; /* nobody knows where it ends: the server said something behind it */
	bool noted; /* the state has got that a message failed, and is not committed */
	bool named; /* the error names the message already */
	bool repeating;	 /* RETR goes out for those, and for no others */
	struct plan_entry **deletions; /* what may be deleted, in the order in which DELE goes out */
	size_t deletion_count, deletion_next, deletion_answered;
	bool counted; /* STAT went out behind the last DELE: its answer shows that QUIT's will be QUIT's */
	uint64_t arrived;	 /* messages that are whole */
	uint64_t arrived_octets; /* with those of the message that is arriving */
	uint64_t arriving;
	deadline tick;
	deadline hard; /* what is still arriving then is given up */
};

#endif
