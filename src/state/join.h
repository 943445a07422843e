#ifndef MAILHAUL_STATE_JOIN_H
#define MAILHAUL_STATE_JOIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct state;

/* A listed UID, to be joined with what is known of it. */
struct state_item {
	const char *uid;
	uint64_t octets; /* what LIST says; STATE_UNSIZED: what it said the last time, which state_join fills in */
	int64_t delivered;
	uint32_t index;	 /* the caller's */
	bool known;	 /* it was delivered, or at least: */
	bool doubtful;	 /* a message with this UID was, but the UID was gone or the size was another */
	bool likely;	 /* if doubtful: the size fits, and we sent no DELE for it */
	bool stayed;	 /* if doubtful: the UID never went, and we sent no DELE for it */
	bool perhaps;	 /* if doubtful: we sent DELE for it, and QUIT got no answer */
	bool doubt;	 /* it was delivered with another size than the server gave (state_doubts_size) */
	bool outdated;	 /* it was, but the server gives yet another size now: it is not known, and asked for again */
	unsigned char told; /* what is remembered of one that was not delivered: enum state_told, or 0 */
	uint64_t told_octets;
};

/*
 * What is recorded of messages, so that state_join need not wait for it: by UID, 16 MiB at the most. Good until
 * something is changed; state_join notices that.
 */
struct state_rows;

/* Reads on until `most` messages that the server has are among them. *rows is NULL, or what an earlier call gave. */
bool state_read_ahead(struct state *s, size_t most, struct state_rows **rows, struct error *err);

/*
 * How many messages the server has, and their octets as LIST said, as far as is recorded. False when that is not
 * known because there are further rows.
 */
bool state_rows_listed(const struct state_rows *rows, uint64_t *messages, uint64_t *octets);
void state_rows_free(struct state_rows **rows);

/* What state_join has seen on its way, so that state_note_listing need not go it again. */
struct state_look {
	int64_t now;			/* set by the caller, */
	const struct state_rows *ahead; /* and this: what state_read_ahead gave, or NULL */
	bool differs;	/* the listing changes what is recorded */
	size_t missing; /* messages, if it does not */
	int64_t oldest; /* when the first of those that are gone went; 0: none is */
	bool forgets;	/* what is remembered of messages that are not listed any more goes */
};

/*
 * Fills in items, which must be sorted by uid (strcmp), without double ones. Linear in both sides. look may
 * be NULL.
 */
bool state_join(struct state *s, struct state_item *items, size_t count, struct state_look *look, struct error *err);

/*
 * Gives every UID that is recorded, in no order, but those in doubt for their size: another copy of such a message may
 * be in place.
 */
bool state_each_uid(struct state *s, void (*take)(void *context, const char *uid), void *context, struct error *err);

/*
 * Notes which known UIDs a complete, sorted listing no longer has, and which are back; forgets those
 * gone for longer than 400 days; state_commit makes it last. *missing is the number of messages that
 * have gone in the last 30 days and were not deleted by us. An empty listing is not believed. look: of
 * state_join with the same items and nothing done since, or NULL.
 */
bool state_note_listing(struct state *s, struct state_item *items, size_t count, int64_t now,
    const struct state_look *look, size_t *missing,
    struct error *err);

#endif
