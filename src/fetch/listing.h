#ifndef MAILHAUL_FETCH_LISTING_H
#define MAILHAUL_FETCH_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pop3/maildrop.h"

struct error;
struct plan;
struct plan_entry;
struct session;
struct state;
struct state_item;
struct state_look;
struct top_broken;
struct top_identity;

/* The server's listing with a UID for every message, joined with the state. {0} is an empty one. */
struct listing {
	bool all_deleted;    /* what is fetched is deleted, so that no message has to be known again; set by the caller */
	uint64_t max_octets; /* of a message that is fetched; 0: no limit; set by the caller */
	const struct top_broken *broken; /* set by the caller, or NULL */
	struct maildrop maildrop;
	char **made;		  /* UIDs that were made of headers, or NULL, for each message; NULL: there are none */
	struct state_item *items; /* by UID, no two of which are the same; the index is the message's */
};

/*
 * Asks for UIDL and LIST, or only for UIDL where session_list finds that sizes are not needed. A message without a
 * UID, or with one that others have too, gets one made of its header and first lines through TOP (base/uid,
 * policy/header). Where TOP is refused for all of them, all_deleted gives them UIDs for this session alone; otherwise it
 * is an ERROR_PROTOCOL.
 */
bool listing_read(struct listing *l, struct session *s, const struct maildrop_total *known, struct error *err);

/* Asks for the sizes, which it has not. */
bool listing_read_sizes(struct listing *l, struct session *s, struct error *err);

/* Servers that give numbers for UIDs give the same ones to other messages. */
bool listing_is_number(const char *uid, uint32_t number);

/* Whether a UID was made of this header. */
bool listing_is_made_of(const char *uid, const struct top_identity *t);

/* Joins with what is known, into a plan with an entry for every message, in the server's order. */
bool listing_join(struct listing *l, struct state *state, struct state_look *look, struct plan *plan, struct error *err);

void listing_free(struct listing *l);

#endif
