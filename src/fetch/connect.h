#ifndef MAILHAUL_FETCH_CONNECT_H
#define MAILHAUL_FETCH_CONNECT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/step.h"
#include "io/deadline.h"
#include "io/race.h"

struct account;
struct dane;
struct error;
struct log;
struct mechanism;
struct session;
struct stream;
struct tls_trust;

/* A session that is logged in, and the stream that carries it. {0} is not connected. */
struct connection {
	struct stream *stream;
	struct session *session;
	bool refused;	      /* no session, because the server refused the user or the password */
	struct buf announced; /* the capabilities announced before the login (pop3/capability); empty: not asked for */
	struct dane *dane;    /* the server's TLSA records, or NULL */
};

/* What the sessions of a run share, and what they learn for the next ones. {0}: nothing yet. */
struct connect_memory {
	deadline until;		   /* set by the caller: nothing waits longer than this; 0: no limit */
	struct race_winner winner; /* the server's address that answered */
	bool without_capa;	   /* the server hangs up or falls silent at CAPA */
	bool without_clear_capa;   /* the server hangs up or falls silent at CAPA before STLS */
	bool without_utf8;	   /* the server hangs up or falls silent at UTF8 */
	bool learned;		   /* one of the three was learned in this run */
	bool utf8_apart;	   /* the server loses commands sent in the same round trip as UTF8 */
	struct buf announced;	   /* capabilities announced before the session that failed at CAPA or UTF8 */
	const char *known;	   /* capabilities announced at any time, for a server that fails at CAPA; or NULL */
	const struct mechanism *tried;	   /* the strongest login tried in this run; weaker ones are not used */
	const struct mechanism *strongest; /* set by the caller: the strongest of earlier runs, or NULL */
	const struct mechanism *used;	   /* the one with which the server accepted a password, or NULL */
};

/*
 * Connects, starts TLS, reads the greeting and logs in. `remembered` is what the server announced in an earlier
 * session, or NULL. With it, the login is sent without asking for capabilities. They are asked for only if that
 * login is refused. *step always names the current step, for messages. trust must outlive the connection. If it
 * fails, the connection is closed. Without pipelining, commands are sent one at a time. What is learned is logged
 * as facts and noted in *memory.
 *
 * If the user has not named a mechanism, and the server offers only ones that are weaker than memory->strongest,
 * nothing secret is sent, and the error is a temporary ERROR_AUTH. A password that SASLprep would change may still be
 * sent by PLAIN or USER, as that is not the server's choice.
 *
 * If the server hangs up or falls silent at CAPA or UTF8, it connects again without that command. `announced` then
 * records that, unless the capabilities were remembered.
 */
bool connect_open(struct connection *c, const struct account *a, const struct tls_trust *trust, const struct log *log,
    bool pipelining, const char *remembered, struct connect_memory *memory, enum step *step, struct error *err);

/*
 * For a session that failed with *err after the login. Returns whether a new session may succeed because this one
 * failed at CAPA; *memory then records that.
 */
bool connect_failed_at_capa(struct connection *c, struct connect_memory *memory, const struct error *err);

/* Returns when a run that begins now stops asking for messages: after max_time, or after a built-in limit. */
deadline connect_run_end(const struct account *a);

/* For a session that failed: if the time of the run is over, sets *err to say so. Returns false. */
bool connect_fail_late(const struct connect_memory *memory, struct error *err);

void connect_memory_free(struct connect_memory *m);

/*
 * Ends the connection. `properly`, after a QUIT that was answered, closes TLS first; otherwise the connection is
 * closed at once.
 */
void connect_close(struct connection *c, bool properly);

#endif
