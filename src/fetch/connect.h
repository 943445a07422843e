#ifndef MAILHAUL_FETCH_CONNECT_H
#define MAILHAUL_FETCH_CONNECT_H

#include <stdbool.h>

#include "base/buf.h"
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

/*
 * Connects, makes TLS, greets and logs in. `remembered` is what the server announced in an earlier
 * session, or NULL: then the login goes out without asking, and only when it is refused the server is
 * asked what it can do now. *step always names what is being done, for messages. trust must outlive
 * the connection. When it fails, the connection is closed. Without pipelining, commands go out one at
 * a time. What is learnt on the way goes to the log as facts. winner: see net_connect.
 */
bool connect_open(struct connection *c, const struct account *a, const struct tls_trust *trust, const struct log *log,
    bool pipelining, const char *remembered, struct race_winner *winner, const char **step, struct error *err);

/* Ends the connection; after a QUIT that was answered, `properly`, else at once. */
void connect_close(struct connection *c, bool properly);

#endif
