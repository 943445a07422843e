#ifndef MAILHAUL_STATE_TOLD_H
#define MAILHAUL_STATE_TOLD_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct state;

/* Why a message stays away, as far as the next run has to know it. */
enum state_told {
	STATE_TOLD_LARGE = 1, /* the user was told that it is too large by LIST */
	STATE_TOLD_OUTGREW,   /* it did not end where it had to; so many octets came */
	STATE_TOLD_BROKE,     /* the connection broke at it */
	STATE_TOLD_FAILED,    /* it was refused, or came short twice, and the session went on */
	STATE_TOLD_STAYS,     /* of no single one: the user was told that the server lists what it has deleted */
};

/*
 * Remembers why a message stays away, for as long as the server lists it; state_commit makes it last. octets: how
 * many came, for STATE_TOLD_OUTGREW; for STATE_TOLD_BROKE and STATE_TOLD_FAILED a count that grows from session to session.
 */
bool state_add_told(struct state *s, const char *uid, enum state_told kind, uint64_t octets, int64_t now,
    struct error *err);

/* Forgets that, by the same UID or key; and those of STATE_TOLD_BROKE with this count. */
bool state_drop_told(struct state *s, const char *key, struct error *err);
bool state_drop_breaks(struct state *s, uint64_t count, struct error *err);

/*
 * What is remembered of a message that has no UID from one session to the next, under another key (UID_AWAY); *kind is
 * 0 where nothing is. It is forgotten after 30 days.
 */
bool state_get_told(struct state *s, const char *key, unsigned char *kind, uint64_t *octets, struct error *err);

#endif
