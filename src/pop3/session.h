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
	COMMAND_ASK_UID,  /* UIDL of one message: session_ask */
	COMMAND_ASK_SIZE, /* LIST of one message: session_ask */
	COMMAND_PEEK,	  /* TOP of SESSION_PEEK_LINES lines */
	COMMAND_STAT,
	COMMAND_UTF8, /* its answer is read along with that of the first step of the login */
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
	uint64_t octets; /* SESSION_DATA, SESSION_END: how many of it the server has sent, with the line ends it uses */
	uint64_t octets_crlf; /* SESSION_END of a message: the same with CRLF for each line end, */
	uint64_t octets_lf;   /* and with LF */
	uint64_t dots;	      /* SESSION_END of a message: how many dots were stuffed into it (RFC 1939, 3.) */
	bool unstuffed;	      /* and whether others were not that should have been */
	bool right;	      /* SESSION_OK of session_ask: it is what the listing says of the message */
	bool unclear; /* session_ask of one command at a time: nothing can be taken from the answer, but it is one */
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
 * COMMAND_CAPA or COMMAND_UTF8 where the session failed at this command, so that another one may do better without it: the
 * server left or fell silent before the answer, refused it without a reason and left, or gave no list to CAPA. Otherwise
 * COMMAND_OTHER.
 */
enum session_command session_fault(const struct session *s);

/* UTF8 is not sent; CAPA is sent no more, neither before the login nor after it. */
void session_forbid_utf8(struct session *s);
void session_forbid_capa(struct session *s);
bool session_may_send_capa(const struct session *s);

/*
 * UTF8 (RFC 6856, 2.1.), which has to go before the login: without it some servers wrap messages with 8-bit headers
 * into others. Where the server pipelines it leaves with the first step of the login, unless `apart`. A server that
 * refuses it is fine.
 */
bool session_ask_utf8(struct session *s, bool apart, struct error *err);

/* The server has taken the login. If it refuses what comes next and hangs up, its words are the failure's. */
void session_logged_in(struct session *s);

/*
 * STLS (RFC 2595, 4.), which is sent whether it is announced or not; TLS has to begin on the stream after it. ERROR_TLS
 * when the server refuses it; ERROR_NETWORK and ERROR_PROTOCOL as for any command.
 */
bool session_ask_stls(struct session *s, struct error *err);

/*
 * After the login: sends the questions of session_list, so that the caller can do something else before it
 * calls that: what the server can do now, the UIDs, and the sizes, or, if they may not be needed, their sum. A
 * server without PIPELINING is asked by session_list, for all of it.
 */
bool session_ask_list(struct session *s, bool sizes, struct error *err);

/*
 * Fills an empty maildrop. It has no sizes if they were not asked for and the server has as many messages and
 * octets as `known` says. A server without UIDL gives messages without UID; one that announced it and refuses
 * it is an ERROR_PROTOCOL that passes. A refused listing of a maildrop that is empty by STAT is an empty one.
 */
bool session_list(struct session *s, struct maildrop *m, const struct maildrop_total *known, struct error *err);

/* Adds the sizes to a maildrop that has none; UIDs may be asked for again, as messages may have come. */
bool session_list_sizes(struct session *s, struct maildrop *m, struct error *err);

/*
 * Asks for the UID of a message, or, where uid is "" or begins with a blank, as no server's does, for its size; both as
 * the listing gave them. uid must live until the answer. One event comes of it, SESSION_OK or SESSION_REFUSED, whether the
 * server answers with one line, with or without the number, or with a whole listing.
 */
void session_ask(struct session *s, uint32_t number, const char *uid, uint64_t octets);

/*
 * For servers at which a session breaks at session_ask: whether this one did, with one command at a time and no right
 * answer before; and that it is not used any more, which others heed.
 */
bool session_broke_at_ask(const struct session *s);
void session_forbid_asking(struct session *s);
bool session_may_ask(const struct session *s);

/*
 * Whether the session broke at TOP for a message: its number, and whether other answers to TOP came before. 0: it did
 * not.
 */
uint32_t session_broke_at_top(const struct session *s, bool *others);

/* Whether the server answers session_ask with whole listings. */
bool session_asks_are_long(const struct session *s);

/* False when the server has sent something although every command is answered. Empty lines are nothing. */
bool session_is_quiet(struct session *s);

/* Passes over what is there, without waiting. */
void session_drain(struct session *s);

/*
 * When it is not quiet: ERROR_PROTOCOL, which is temporary and has the server's words if it said -ERR, as servers do
 * that end the session. Returns false.
 */
bool session_fail_unasked(struct session *s, struct error *err);

/* Sends one command at a time from now on, whatever the server announces. */
void session_forbid_pipelining(struct session *s);

/*
 * Puts a command into the queue: RETR, TOP, PEEK, DELE, NOOP, RSET. It is sent by
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

/*
 * Sends what is queued, and reads the next event of the oldest command that is not yet answered. A connection that ends
 * or falls silent is ERROR_NETWORK with the name of that command.
 */
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
