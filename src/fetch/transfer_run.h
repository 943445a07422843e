#ifndef MAILHAUL_FETCH_TRANSFER_RUN_H
#define MAILHAUL_FETCH_TRANSFER_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"
#include "fetch/batch.h"
#include "fetch/transfer.h"
#include "io/deadline.h"
#include "policy/edge_fields.h"
#include "policy/edge_lines.h"
#include "policy/evidence.h"
#include "policy/header.h"
#include "pop3/session.h"

struct plan;
struct plan_entry;
struct state_record;

/* What the files of transfer share: transfer, arrival (one message after the other), steps (questions), twins (answers
 * that come twice), blame (failures). */

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

/* From time to time the server is asked about the message whose RETR went out last. */
struct steps {
	/* Messages in the order of their RETR. The answers to those before `proved` are known to be in step; those */
	/* from `proved` to `arrived` have come; the others are under way. */
	struct plan_entry **order;
	size_t proved, arrived, sent;
	size_t given; /* place of the last one that RETR gave, counted from 1; 0: none */
	struct {
		const struct plan_entry *entry;
		size_t sent; /* RETR that went out before the question */
	} asked[QUESTIONS_MOST]; /* questions that are under way, a ring from `first` on */
	size_t first, count;
	size_t messages; /* whose RETR went out since the last question */
	uint64_t octets;
	size_t verified; /* messages of the batch that are known to be right */
	bool by_size;	 /* it is asked for sizes, because it refuses the question for a UID */
	bool answered;	 /* the server has answered a question */
	bool mute;	 /* it answers none */
	bool misfit;	 /* one of those that are not proved is asked for again */
};

/* What a server has refused. */
enum refused { REFUSED_NOTHING, REFUSED_RETR, REFUSED_DELE };

struct run {
	struct transfer *t;
	struct plan *plan;
	size_t next; /* first entry that nothing was done about */
	struct batch batch;
	struct steps steps;
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
	uint64_t flight; /* octets of messages, by LIST, that are asked for and have not arrived */
	struct plan_entry **deletions; /* what may be deleted, in the order in which DELE goes out */
	size_t deletion_count, deletion_next, deletion_answered;
	bool counted; /* STAT went out behind the last DELE: its answer shows that QUIT's will be QUIT's */
	uint64_t arrived;	 /* messages that are whole */
	uint64_t arrived_octets; /* with those of the message that is arriving */
	uint64_t arriving;
	deadline tick;
	deadline hard; /* what is still arriving then is given up */
};

/* Makes the batch safe and lets go of what may now be deleted on the server. */
bool transfer_commit(struct run *r, struct error *err);

/* Sends RETR for an entry. */
void steps_retrieve(struct run *r, struct plan_entry *e);

/* Whether messages count only after the server has answered a question. */
bool steps_asks(const struct run *r);

/* Whether another message may be asked for: not before there is room for the question that has to follow it. */
bool steps_may_retrieve(const struct run *r);

/* Whether a question is due: after some messages, and after the last one. */
bool steps_is_due(const struct run *r);

/* Asks about the message whose RETR went out last, or, when all answers are here, about the last one that was given. */
void steps_ask(struct run *r);

/* Takes the answer to a question. ERROR_PROTOCOL with out_of_step when it is wrong. */
bool steps_take_answer(struct run *r, const struct session_event *event, struct error *err);

/* Whether another message whose answer is not proved to be in step has this size by LIST. */
bool steps_has_size(const struct run *r, const struct plan_entry *but, uint64_t octets);

/* Whether the message before or after the one that has arrived has this size by LIST: answers may be mixed up. */
bool steps_neighbor_has_size(const struct run *r, uint64_t octets);

/*
 * How many messages of the batch may be kept when the line broke: those that are proved; those after them whose size is
 * exact and that of no other message that could have been taken for them; and those of which TOP can tell in the next
 * session whether they are what they were taken for, which are put in doubt. Of the one behind which the server said more
 * than it was asked for, only an exact size shows that it is whole.
 */
size_t steps_keep_likely(struct run *r);

enum {
	ARRIVAL_UID = 80,
	ARRIVAL_NAME = ARRIVAL_UID + 40, /* room for a message's name, with so many octets of its UID at the most */
};

/* How a message is named to the user: its number and, where the server gave one that can be shown, its UID. */
void arrival_name(const struct plan_entry *e, char out[ARRIVAL_NAME]);

/* RETR was answered by +OK. */
void arrival_start(struct run *r, const struct session_event *event);

/* RETR was refused. */
void arrival_refuse(struct run *r);

/* Octets of it have come. */
bool arrival_take(struct run *r, const struct session_event *event, struct error *err);

/* Its terminator has come. */
bool arrival_end(struct run *r, const struct session_event *event, struct error *err);

/* What had to wait for the answer to a question is taken. */
bool arrival_finish(struct run *r, struct error *err);

/*
 * Holds the message that has come against those before it. If one of them has the same text, and LIST another size for
 * it, what does not have its size by LIST is perhaps the answer to the other command: it is put in doubt, in its record,
 * in the batch or in the state. ERROR_STORAGE.
 */
bool twins_note(struct run *r, struct state_record *record, struct error *err);

/* Whether it was put in doubt for that. */
bool twins_doubt(const struct run *r, const struct plan_entry *entry);

/*
 * Keeps a message that is safe now, and in doubt, for arrival_settle. One that this session cannot settle stays in doubt,
 * and is reported if that is for its size.
 */
void arrival_keep_waiting(struct run *r, struct plan_entry *e, const struct state_record *record);

/*
 * When all messages are here: judges the excused ones by all the others. Those that are whole may be deleted; the
 * others stay in doubt and are reported. So may those that could have been taken for each other: what was asked for
 * again came as it had come before. state_commit makes it last. ERROR_STORAGE.
 */
bool arrival_settle(struct run *r, struct error *err);

/* Reports a message that was stored although it is not what the server announced. */
void arrival_report_doubt(struct run *r, const struct plan_entry *e, const struct evidence_sizes *sizes);

/* Reports a refusal that is kept, as the session goes on. */
void transfer_report_refusal(struct run *r);

/* max_time has passed. */
bool blame_late(struct error *err);

/* The server says more than it was asked for: the error names the message behind which it does. Returns false. */
bool blame_noise(struct run *r, struct error *err);

/* After a failure: names the message or command that it was about, and notes it. A server's last words are not lost. */
void blame_failure(struct run *r, struct error *err);

#endif
