#ifndef MAILHAUL_STATE_JOIN_H
#define MAILHAUL_STATE_JOIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct state;

/* A listed UID, to be joined with its record. */
struct state_item {
	const char *uid;
	uint64_t octets; /* size by LIST; STATE_UNSIZED: state_join fills in the recorded one */
	int64_t delivered;
	uint32_t index;		 /* for the caller's use */
	bool known;		 /* the message was delivered */
	bool doubtful;		 /* a message with this UID was delivered, but the UID was gone or the size differs */
	bool likely;		 /* doubtful, but the size fits and we sent no DELE for it */
	bool stayed;		 /* doubtful, but the UID was never gone and we sent no DELE for it */
	bool perhaps;		 /* doubtful, because we sent DELE for it and QUIT got no reply */
	bool doubt;		 /* known, but in doubt, so it stays on the server (state_is_held) */
	bool foreign;		 /* known, but its content was not compared with the server's (state/foreign) */
	bool other_fields;	 /* known, but fields of its header differ from the server's (state/foreign) */
	bool outdated;		 /* its size was in doubt and has changed again: not known, and fetched again */
	bool found_new;		 /* state_note_new was called for the UID with the same size */
	unsigned char unfetched; /* why the message was not fetched: enum state_unfetched, or 0 */
	uint64_t unfetched_octets;
};

/*
 * Records of messages, sorted by UID, at most 16 MiB. They are read ahead so that state_join need not wait. They are
 * valid until the state changes, which state_join detects.
 */
struct state_rows;

/*
 * Reads further records until they include `most` messages that the server has. *rows is NULL or from an earlier call.
 */
bool state_read_ahead(struct state *s, size_t most, struct state_rows **rows, struct error *err);

/*
 * Gives the number of messages that the server has, and the sum of their sizes by LIST, as recorded. Returns false if
 * they are incomplete because there are further rows.
 */
bool state_rows_listed(const struct state_rows *rows, uint64_t *messages, uint64_t *octets);
void state_rows_free(struct state_rows **rows);

/* The results of state_join that save state_note_listing another pass. */
struct state_joined {
	int64_t now;			/* set by the caller: the current time */
	const struct state_rows *ahead; /* set by the caller: the rows of state_read_ahead, or NULL */
	bool differs;			/* the listing changes the records */
	size_t missing;			/* number of missing messages, if !differs */
	int64_t oldest;			/* when the first of the gone UIDs went; 0: none is gone */
	bool forgets;			/* there are notes about messages that are no longer listed */
};

/* Fills in items, which must be sorted by uid (strcmp) without duplicates. It takes linear time. joined may be NULL. */
bool state_join(struct state *s, struct state_item *items, size_t count, struct state_joined *joined,
    struct error *err);

/*
 * Notes which known UIDs a complete, sorted listing no longer has, and which are back. It forgets UIDs that have been
 * gone for more than 400 days. state_commit makes it permanent. *missing is the number of messages that went in the
 * last 30 days and were not deleted by us. An empty listing is ignored. joined is from state_join with the same items,
 * with no change since, or NULL.
 */
bool state_note_listing(struct state *s, struct state_item *items, size_t count, int64_t now,
    const struct state_joined *joined, size_t *missing, struct error *err);

#endif
