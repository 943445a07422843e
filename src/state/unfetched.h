#ifndef MAILHAUL_STATE_UNFETCHED_H
#define MAILHAUL_STATE_UNFETCHED_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct state;

/* Why a message stays away, as far as the next run must know. */
enum state_unfetched {
	STATE_UNFETCHED_LARGE = 1, /* it was reported to the user as too large by LIST */
	STATE_UNFETCHED_OUTGREW,   /* it did not end where it should; octets says how many bytes came */
	STATE_UNFETCHED_BROKE,	   /* the connection dropped at it */
	STATE_UNFETCHED_FAILED,	   /* it was refused, incomplete twice, or did not fit in the destination */
	STATE_UNFETCHED_STAYS, /* for no single message: it was reported that the server still lists deleted messages */
	STATE_UNFETCHED_REFUSED, /* deliver_command refused it; octets says how often (policy/refusals) */
};

/*
 * Remembers why a message stays away, as long as the server lists it. state_commit makes it permanent. octets is the
 * number that came, for STATE_UNFETCHED_OUTGREW. For STATE_UNFETCHED_BROKE and STATE_UNFETCHED_FAILED it is a count
 * that grows with each session.
 */
bool state_note_unfetched(struct state *s, const char *uid, enum state_unfetched kind, uint64_t octets, int64_t now,
    struct error *err);

/*
 * Remembers the size of a listed message that was found to be new, as long as the server lists it. Other notes about the
 * message are kept.
 */
bool state_note_new(struct state *s, const char *uid, uint64_t octets, int64_t now, struct error *err);

/*
 * state_forget_unfetched forgets the note with this UID or key. state_forget_breaks forgets the notes of
 * STATE_UNFETCHED_BROKE with this count.
 */
bool state_forget_unfetched(struct state *s, const char *key, struct error *err);
bool state_forget_breaks(struct state *s, uint64_t count, struct error *err);

/*
 * Gets the note about a message whose UID does not last beyond a session, by another key (UID_UNFETCHED). *kind is 0 if
 * there is none. Such a note is forgotten after 30 days.
 */
bool state_get_unfetched(struct state *s, const char *key, unsigned char *kind, uint64_t *octets, struct error *err);

#endif
