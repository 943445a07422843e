#ifndef MAILHAUL_STATE_MAILDROP_H
#define MAILHAUL_STATE_MAILDROP_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct state;

/* The source of UIDs. RFC 1939 guarantees nothing about UIDs of two maildrops. */
struct state_maildrop {
	const char *server;
	unsigned port;
	const char *user;
};

enum state_origin {
	STATE_MAILDROP_SAME,
	STATE_MAILDROP_FIRST, /* no maildrop is recorded */
	STATE_MAILDROP_OTHER, /* the account was changed to another maildrop */
	STATE_MAILDROP_BACK,  /* the account was changed back to an earlier maildrop */
};

/*
 * Notes which maildrop the listing is from. state_commit makes it permanent. After a change of maildrop no UID is
 * known any longer: recorded messages count as missing, to be found by their header. After a change back, the UIDs of
 * that maildrop are doubtful.
 */
bool state_enter_maildrop(struct state *s, const struct state_maildrop *maildrop, int64_t now,
    enum state_origin *origin, struct error *err);

/*
 * Gets the name of the current maildrop, for identities: USER@SERVER:PORT; NULL if there is none. The caller frees it.
 */
bool state_maildrop_name(struct state *s, char **name, struct error *err);

/*
 * Gets the capabilities that the server announced before the login, within the last day. *text is NULL if none are
 * known, or if this is not the current maildrop. The caller frees it. state_set_capabilities sets those of the current
 * maildrop; NULL removes them.
 */
bool state_get_capabilities(struct state *s, const struct state_maildrop *maildrop, int64_t now, char **text,
    struct error *err);
bool state_set_capabilities(struct state *s, const char *text, int64_t now, struct error *err);

/* Gets the capabilities of the server whatever their age. */
bool state_last_capabilities(struct state *s, const struct state_maildrop *maildrop, char **text, struct error *err);

/* Sets the capabilities at once, if this is the current maildrop. */
bool state_note_capabilities(struct state *s, const struct state_maildrop *maildrop, const char *text, int64_t now,
    struct error *err);

/*
 * Gets the time until which the server is sent one command at a time, because it failed with several. It is in seconds
 * since the epoch; 0: no limit, or this is not the current maildrop. state_set_unpipelined sets that of the current
 * maildrop. state_commit makes it permanent.
 */
bool state_get_unpipelined(struct state *s, const struct state_maildrop *maildrop, int64_t *until, struct error *err);
bool state_set_unpipelined(struct state *s, int64_t until, struct error *err);

#endif
