#ifndef MAILHAUL_STATE_MAILDROP_H
#define MAILHAUL_STATE_MAILDROP_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct state;

/* Where UIDs come from: RFC 1939 promises nothing about two maildrops. */
struct state_maildrop {
	const char *server;
	unsigned port;
	const char *user;
};

enum state_origin {
	STATE_MAILDROP_SAME,
	STATE_MAILDROP_FIRST, /* none is recorded */
	STATE_MAILDROP_OTHER, /* the account has been pointed to another one */
	STATE_MAILDROP_BACK,  /* to one that it was pointed to before */
};

/*
 * Notes which maildrop the listing is of; state_commit makes it last. With another one than before,
 * no UID is known any more: what is recorded counts as missing, to be found by its header. Back in
 * a maildrop that was entered before, its UIDs are doubtful.
 */
bool state_enter_maildrop(struct state *s, const struct state_maildrop *maildrop, int64_t now, enum state_origin *origin,
    struct error *err);

/* The name of the last maildrop that was entered, for identities: USER@SERVER:PORT; NULL if none was. Caller frees. */
bool state_maildrop_name(struct state *s, char **name, struct error *err);

/*
 * What the server said it can do, before the login, within the last day; NULL when nothing is known or
 * another maildrop was entered last. The caller frees it. Setting it concerns the one that was entered
 * last; NULL forgets.
 */
bool state_get_capabilities(struct state *s, const struct state_maildrop *maildrop, int64_t now, char **text,
    struct error *err);
bool state_set_capabilities(struct state *s, const char *text, int64_t now, struct error *err);

/* The same, however long ago. */
bool state_last_capabilities(struct state *s, const struct state_maildrop *maildrop, char **text, struct error *err);

/* Sets it at once, if this is the maildrop that was entered last. */
bool state_note_capabilities(struct state *s, const struct state_maildrop *maildrop, const char *text, int64_t now,
    struct error *err);

/*
 * Until when the server is sent one command at a time, because it failed with several, in seconds since the epoch; 0:
 * it is not, or another maildrop was entered last. Setting it concerns the one that was entered last; state_commit
 * makes it last.
 */
bool state_get_unpipelined(struct state *s, const struct state_maildrop *maildrop, int64_t *until, struct error *err);
bool state_set_unpipelined(struct state *s, int64_t until, struct error *err);

#endif
