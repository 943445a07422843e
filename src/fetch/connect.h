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

/* A session that is logged in, and the stream that carries it. {0} is none. */
struct connection {
	struct stream *stream;
	struct session *session;
	bool refused;	      /* there is none, because the server refused user or password */
	struct buf announced; /* what the server said it can do before the login (pop3/capability); empty: not asked */
	struct dane *dane; /* what DNS says of the server, or NULL */
};

/* What the sessions of a run have in common, and what they teach the next ones. {0}: nothing yet. */
struct connect_memory {
	deadline until;		   /* set by the caller: nothing is waited for after that; 0: no such time */
	struct race_winner winner; /* the server's address that answered */
	bool without_capa;	   /* the server leaves or falls silent at CAPA, */
	bool without_clear_capa;   /* or does so before STLS, */
	bool without_utf8;	   /* or at UTF8 */
	bool learned;		   /* one of these in this run */
	bool utf8_apart;	   /* the server loses what follows UTF8 in the same turn */
	struct buf announced;	   /* before the session that failed at CAPA or UTF8 did */
	const char *known;	   /* what was announced at any time, for a server that fails at CAPA; or NULL */
	const struct mechanism *tried; /* the strongest login of the run; none is weaker */
};

/*
 * Connects, makes TLS, greets and logs in. `remembered` is what the server announced in an earlier
 * session, or NULL: then the login goes out without asking, and only when it is refused the server is
 * asked what it can do now. *step always names what is being done, for messages. trust must outlive
 * the connection. When it fails, the connection is closed. Without pipelining, commands go out one at
 * a time. What is learnt on the way goes to the log as facts, and into *memory. A server that leaves or falls silent at
 * CAPA or UTF8 is connected again without that command; `announced` then keeps that as well, unless it was remembered.
 */
bool connect_open(struct connection *c, const struct account *a, const struct tls_trust *trust, const struct log *log,
    bool pipelining, const char *remembered, struct connect_memory *memory, enum step *step, struct error *err);

/*
 * For a session that failed with *err after the login: whether another one may do better because this one failed at CAPA,
 * which *memory then keeps.
 */
bool connect_failed_at_capa(struct connection *c, struct connect_memory *memory, const struct error *err);

/* When a run that begins now asks for nothing more: by max_time, or a ceiling. */
deadline connect_run_end(const struct account *a);

/* For a session that failed: if its time was over, *err says that. Returns false. */
bool connect_fail_late(const struct connect_memory *memory, struct error *err);

void connect_memory_free(struct connect_memory *m);

/* Ends the connection; after a QUIT that was answered, `properly`, else at once. */
void connect_close(struct connection *c, bool properly);

#endif
