#ifndef MAILHAUL_POP3_SESSION_H
#define MAILHAUL_POP3_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capability;
struct channel_binding;
struct error;
struct log;
struct maildrop;
struct maildrop_total;
struct secret;
struct stream;
struct tls_options;

/*
 * A POP3 session over a stream: a queue of commands whose answers come in order (RFC 2449, 6.6).
 * The stream stays the caller's and must outlive the session. Every failure but those that a
 * command documents leaves the session unusable: it can then only be freed.
 */
struct session;

enum session_command {
	COMMAND_OTHER, /* steps of greeting and login */
	COMMAND_CAPA,
	COMMAND_LIST,
	COMMAND_UIDL,
	COMMAND_RETR,
	COMMAND_TOP,  /* of no body line */
	COMMAND_DELE,
	COMMAND_NOOP,
	COMMAND_RSET,
	COMMAND_QUIT,
	COMMAND_ASK_UID,  /* UIDL of one message */
	COMMAND_ASK_SIZE, /* LIST of one message */
	COMMAND_PEEK,	  /* TOP of SESSION_PEEK_LINES lines */
	COMMAND_STAT,
};

enum { SESSION_PEEK_LINES = 20 };

enum session_event_type {
	SESSION_OK,	/* the command succeeded; for RETR, TOP and listings more follows */
	SESSION_REFUSED,	/* -ERR; text holds the server's words */
	SESSION_CHALLENGE, /* "+ "; during login alone */
	SESSION_LINE,	/* a line of a listing */
	SESSION_DATA,	/* octets of a message */
	SESSION_END,	/* the listing or message is complete */
};

struct session_event {
	enum session_event_type type;
	enum session_command command; /* which command this answers */
	uint32_t number;	      /* its message-number */
	uint64_t octets; /* SESSION_DATA, SESSION_END: how many of it the server has sent, counted as LIST counts */
	uint64_t dots;	 /* SESSION_END: how many dots were stuffed into it (RFC 1939, 3.) */
	const char *text;	      /* lives until the next call */
	size_t length;
};

/* crlf: messages keep CRLF as line end instead of LF. */
struct session *session_make(struct stream *stream, const struct log *log, bool crlf);
void session_free(struct session **s);

/* Reads the greeting. ERROR_PROTOCOL when the server does not speak POP3 or refuses. */
bool session_greet(struct session *s, struct error *err);

/* Asks what the server can do now and forgets what it said before (RFC 2449, 5.). -ERR means nothing. */
bool session_ask_capabilities(struct session *s, struct error *err);

/* Reads the answer to a CAPA that was queued. */
bool session_read_capabilities(struct session *s, struct error *err);
const struct capability *session_capabilities(const struct session *s);

/* Takes what capability_write gave of an earlier session for the server's answer. */
void session_assume_capabilities(struct session *s, const char *text);

/*
 * STLS and the handshake (RFC 2595, 4.). ERROR_TLS when the server does not offer STLS, refuses it, or
 * TLS does not come about; ERROR_NETWORK and ERROR_PROTOCOL as for any command.
 */
bool session_start_tls(struct session *s, const struct tls_options *tls, struct error *err);

/*
 * After the login: sends the questions of session_list, so that the caller can do something else before it
 * calls that: what the server can do now, the UIDs, and the sizes, or, if they may not be needed, their sum. A
 * server without PIPELINING is asked by session_list, for all of it.
 */
bool session_ask_list(struct session *s, bool sizes, struct error *err);

/*
 * Fills an empty maildrop. It has no sizes if they were not asked for and the server has as many messages and
 * octets as `known` says. A server without UIDL gives messages without UID; one that announced it and refuses
 * it is an ERROR_PROTOCOL that passes.
 */
bool session_list(struct session *s, struct maildrop *m, const struct maildrop_total *known, struct error *err);

/* Adds the sizes to a maildrop that has none. */
bool session_list_sizes(struct session *s, struct maildrop *m, struct error *err);

/* False when the server has sent something although every command is answered. */
bool session_is_quiet(const struct session *s);

/* Sends one command at a time from now on, whatever the server announces. */
void session_forbid_pipelining(struct session *s);

/*
 * Puts a command into the queue: RETR, TOP, PEEK, DELE, ASK_UID, ASK_SIZE, NOOP, RSET. It is sent by
 * session_next at the latest. Only a server that announced PIPELINING may be given more than
 * session_window commands at a time.
 */
void session_queue(struct session *s, enum session_command command, uint32_t number);
size_t session_queued(const struct session *s);

/* The command whose answer is awaited, or arriving; COMMAND_OTHER where there is none. */
enum session_command session_awaited(const struct session *s);

/* Whether several commands were in flight at a time, since there was none. */
bool session_is_crowded(const struct session *s);
size_t session_window(const struct session *s);

/* Sends what is queued. */
bool session_send(struct session *s, struct error *err);

/* Sends what is queued, and reads the next event of the oldest command that is not yet answered. */
bool session_next(struct session *s, struct session_event *event, struct error *err);

/* So many octets are still to come of messages or a listing; a hint, see stream_expect. */
void session_expect(struct session *s, uint64_t octets);

/* See stream_limit. */
void session_limit(struct session *s, int64_t until);

/* See stream_on_idle. */
void session_on_idle(struct session *s, void (*idle)(void *context), void *context);

/*
 * Lets answers arrive while the caller is busy with a disk; nothing else may be done with the session
 * until session_end_ahead. Failures are told by session_next.
 */
void session_read_ahead(struct session *s);
void session_end_ahead(struct session *s);

/*
 * QUIT: the server now deletes what DELE marked. Nothing may be queued. ERROR_NETWORK when the
 * answer did not come (the deletions may not have happened), ERROR_PROTOCOL when the server said
 * that it could not delete everything.
 */
bool session_quit(struct session *s, struct error *err);

/*
 * For the steps of login: sends a line (CRLF is added) of which everything from `secret_from` on is
 * masked in the log, or all of it visible when that is at least its length; reads one status.
 */
bool session_exchange(struct session *s, const char *line, size_t length, size_t secret_from,
    struct session_event *event, struct error *err);

/* Whether passwords may be sent now: only over TLS. */
bool session_is_secure(const struct session *s);

/* What a login can be bound to (io/channel.h); false when there is nothing. */
bool session_binding(const struct session *s, struct channel_binding *out);

/* The timestamp of the greeting, with its brackets (RFC 1939, 7., APOP); "" when there is none. */
const char *session_timestamp(const struct session *s);

#endif
