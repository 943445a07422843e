#ifndef MAILHAUL_FETCH_LISTING_H
#define MAILHAUL_FETCH_LISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "pop3/maildrop.h"

struct error;
struct plan;
struct plan_entry;
struct session;
struct state;
struct state_item;
struct state_joined;
struct top_broken;
struct top_identity;

/* The server's listing, joined with the state; every message has a UID. {0} is an empty one. */
struct listing {
	bool all_deleted;    /* set by the caller: fetched messages are deleted, so they need not be recognized later */
	uint64_t max_octets; /* set by the caller: size limit of a message to fetch; 0: no limit */
	const struct top_broken *broken; /* set by the caller, or NULL */
	struct maildrop maildrop;
	char **made; /* UIDs made from headers, by message, each NULL if not made; NULL: no UID was made */
	unsigned char (*made_of)[DIGEST_SHORT]; /* digests of these headers, by message, if any UID was made */
	struct state_item *items;		/* sorted by UID, without duplicates; the index is the message's */
};

/*
 * Asks for UIDL and LIST, or only for UIDL if session_list finds that sizes are not needed. A message without a
 * UID, or with one that another message has, gets a UID made from its header and first lines, which are read with
 * TOP (base/uid, policy/header). If TOP is refused for all of them, they get UIDs for this session alone if
 * all_deleted is set. Otherwise that is an ERROR_PROTOCOL.
 */
bool listing_read(struct listing *l, struct session *s, const struct maildrop_total *known, struct error *err);

/* Asks for the sizes, for a listing that was read without them. */
bool listing_read_sizes(struct listing *l, struct session *s, struct error *err);

/* Whether the UID is only the message's number. Servers that use numbers as UIDs reuse them for other messages. */
bool listing_is_number(const char *uid, uint32_t number);

/* Whether the UID was made from this header. */
bool listing_is_made_of(const char *uid, const struct top_identity *t);

/* Joins the listing with the state into a plan with an entry for every message, in the server's order. */
bool listing_join(struct listing *l, struct state *state, struct state_joined *joined, struct plan *plan,
    struct error *err);

void listing_free(struct listing *l);

#endif
