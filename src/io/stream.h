#ifndef MAILHAUL_IO_STREAM_H
#define MAILHAUL_IO_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct channel;
struct channel_binding;
struct error;
struct log;
struct race_winner;

/* A buffered connection with deadlines. */
struct stream;

/* A stream over a channel, owned by it from now on. Every wait ends after timeout seconds at the latest. */
struct stream *stream_make(struct channel channel, int64_t timeout);

/* Connects to host, as DNS knows it, and port within connect_timeout seconds; in the clear. winner: see net_connect. */
bool stream_connect(struct stream **out, const char *host, unsigned port, int64_t connect_timeout, int64_t timeout,
    const struct log *log, struct race_winner *winner, struct error *err);

/* Takes the channel away, to put another over it. The caller owns it; the stream has none until stream_carry. */
struct channel stream_release(struct stream *s);

/*
 * Has a stream without a channel carried by this one, which it owns, and opens it within the time limit; `opening` is
 * what that is called in errors. When it fails, the stream can only be closed.
 */
bool stream_carry(struct stream *s, struct channel channel, const char *opening, struct error *err);

/* Whether all that goes through it cannot be read or changed on its way. */
bool stream_is_secure(const struct stream *s);

/* What a login over this stream can be bound to (io/channel.h); false when there is nothing. */
bool stream_binding(const struct stream *s, struct channel_binding *out);

/*
 * Gives the bytes that have arrived (at least one; they stay the stream's) and waits for them if
 * there are none. The end of the stream is ERROR_NETWORK here: POP3 has no place where it is right.
 */
bool stream_read(struct stream *s, const char **bytes, size_t *length, struct error *err);

/* The time limit in seconds, if the last failure to read or to write was that it had passed; else 0. */
int64_t stream_time_over(const struct stream *s);

/* Takes the first `length` bytes of what stream_read gave. */
void stream_consume(struct stream *s, size_t length);

/* How many bytes have been read and not consumed. */
size_t stream_buffered(const struct stream *s);

/*
 * So many octets are still to come, as far as the server can be believed: while there are enough of them,
 * each wait may gather some, which saves processor time on both sides.
 */
void stream_expect(struct stream *s, uint64_t octets);

/* The time limit in seconds. */
int64_t stream_timeout(const struct stream *s);

/* No wait lasts beyond this point (io/deadline.h), whatever the time limit says; DEADLINE_NEVER: no such point. */
void stream_limit(struct stream *s, int64_t until);

/* Has `idle` called when a wait has lasted for a tenth of a second; NULL: no more. */
void stream_on_idle(struct stream *s, void (*idle)(void *context), void *context);

/*
 * While the caller is busy with a disk, reads on in the background, a few MiB at the most. Nothing else
 * may be done with the stream until stream_end_ahead, which starts the time limit anew. A failure
 * meanwhile is told by stream_read, behind what came before it.
 */
void stream_read_ahead(struct stream *s);
void stream_end_ahead(struct stream *s);

/* Keeps bytes for stream_flush, which sends all that was kept. Sent bytes are wiped from memory. */
void stream_write(struct stream *s, const void *bytes, size_t length);
bool stream_flush(struct stream *s, struct error *err);

/*
 * Starts the time limit anew, with the next wait. Without this call all waits together share one limit, so that a
 * server that sends a byte now and then is not waited for without end.
 */
void stream_restart_clock(struct stream *s);

/* Tells the server, when the connection was healthy, that nothing more comes. */
void stream_shut(struct stream *s);

/* Closes and frees *s, sets it to NULL; NULL is accepted. */
void stream_close(struct stream **s);

#endif
