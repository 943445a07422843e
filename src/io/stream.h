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

/* Makes a stream that owns the channel. Every wait ends after at most `timeout` seconds. */
struct stream *stream_make(struct channel channel, int64_t timeout);

/*
 * Connects to a host (in ASCII) and port within connect_timeout seconds, without encryption. winner: see net_connect.
 */
bool stream_connect(struct stream **out, const char *host, unsigned port, int64_t connect_timeout, int64_t timeout,
    const struct log *log, struct race_winner *winner, struct error *err);

/*
 * Removes the channel, for example to put another channel over it. The caller then owns it. The stream has no channel
 * until stream_carry.
 */
struct channel stream_release(struct stream *s);

/*
 * Gives a stream without a channel a new channel, which the stream owns, and opens it within the time limit.
 * `opening` names this step in errors. After a failure the stream can only be closed.
 */
bool stream_carry(struct stream *s, struct channel channel, const char *opening, struct error *err);

/* Returns whether nobody on the network can read or change the data. */
bool stream_is_secure(const struct stream *s);

/* Stores the channel binding for a login (io/channel.h). Returns false if there is none. */
bool stream_binding(const struct stream *s, struct channel_binding *out);

/*
 * Returns the bytes that have arrived, at least one, and waits if there are none. The stream keeps ownership of the
 * bytes. The end of the stream is ERROR_NETWORK, because POP3 never expects it here.
 */
bool stream_read(struct stream *s, const char **bytes, size_t *length, struct error *err);

/* Returns the time limit in seconds if the last read or write failed because of it, else 0. */
int64_t stream_time_over(const struct stream *s);

/* Removes the first `length` of the bytes that stream_read returned. */
void stream_consume(struct stream *s, size_t length);

/* Returns the number of bytes read and not consumed. */
size_t stream_buffered(const struct stream *s);

/*
 * Sets how many bytes are expected, according to the server. While enough of them are expected, each wait may gather
 * several packets, which saves processor time on both sides.
 */
void stream_expect(struct stream *s, uint64_t octets);

/* Returns the time limit in seconds. */
int64_t stream_time_limit(const struct stream *s);

/* Sets a deadline (io/deadline.h) for all waits, in addition to the time limit. DEADLINE_NEVER removes it. */
void stream_set_deadline(struct stream *s, int64_t until);

/* Sets a function that is called when a wait has lasted a tenth of a second. NULL removes it. */
void stream_on_idle(struct stream *s, void (*idle)(void *context), void *context);

/*
 * Reads in the background, a few MiB at most, while the caller is busy with a disk. The stream must not be used until
 * stream_end_ahead, which restarts the time limit. stream_read reports a failure after the data that arrived before
 * it.
 */
void stream_read_ahead(struct stream *s);
void stream_end_ahead(struct stream *s);

/* stream_write buffers bytes, and stream_flush sends them. Sent bytes are wiped from memory. */
void stream_write(struct stream *s, const void *bytes, size_t length);
bool stream_flush(struct stream *s, struct error *err);

/*
 * Restarts the time limit with the next wait. Without this call all waits share one limit, so that a server cannot
 * delay a reply forever by sending single bytes.
 */
void stream_restart_clock(struct stream *s);

/* Announces the end of the data to the server. Use it only on a connection that has not failed. */
void stream_shut(struct stream *s);

/* Closes and frees *s and sets it to NULL; *s may be NULL. */
void stream_close(struct stream **s);

#endif
