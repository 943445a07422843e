#ifndef MAILHAUL_FETCH_CONNECT_H
#define MAILHAUL_FETCH_CONNECT_H

#include <stdbool.h>

#include "base/buf.h"
#include "io/deadline.h"
#include "io/race.h"

struct account;
struct dane;
struct error;
struct log;
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
	bool without_capa;	   /* the server hangs up at CAPA */
	bool learned;		   /* in this run */
	bool utf8_apart;	   /* the server loses what follows UTF8 in the same turn */
	struct buf announced;	   /* before the server hung up at CAPA after the login */
};

/*
 * Connects, makes TLS, greets and logs in. `remembered` is what the server announced in an earlier
 * session, or NULL: then the login goes out without asking, and only when it is refused the server is
 * asked what it can do now. *step always names what is being done, for messages. trust must outlive
 * the connection. When it fails, the connection is closed. Without pipelining, commands go out one at
 * a time. What is learnt on the way goes to the log as facts, and into *memory. A server that hangs up at CAPA
 * is connected a second time and not asked; `announced` then keeps that, too, unless it was remembered.
 */
bool connect_open(struct connection *c, const struct account *a, const struct tls_trust *trust, const struct log *log,
    bool pipelining, const char *remembered, struct connect_memory *memory, const char **step, struct error *err);

/*
 * For a session that failed with *err after the login: whether another one may do better because the server hung up at
 * CAPA, which *memory then keeps.
 */
bool connect_hung_up_at_capa(struct connection *c, struct connect_memory *memory, const struct error *err);

/* When a run that begins now asks for nothing more: by max_time, or a ceiling. */
deadline connect_run_end(const struct account *a);

/* For a session that failed: if its time was over, *err says that. Returns false. */
bool connect_fail_late(const struct connect_memory *memory, struct error *err);

void connect_memory_free(struct connect_memory *m);

/* Ends the connection; after a QUIT that was answered, `properly`, else at once. */
void connect_close(struct connection *c, bool properly);

#endif
