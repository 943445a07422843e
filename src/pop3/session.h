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
 * A POP3 session over a stream: a queue of commands whose replies come in order (RFC 2449, 6.6). The stream stays the
 * caller's and must outlive the session. After a failure the session can only be freed, unless a function says
 * otherwise.
 */
struct session;

enum session_command {
	COMMAND_OTHER, /* the greeting and the login */
	COMMAND_CAPA,
	COMMAND_LIST,
	COMMAND_UIDL,
	COMMAND_RETR,
	COMMAND_TOP, /* TOP of no body line */
	COMMAND_DELE,
	COMMAND_NOOP,
	COMMAND_RSET,
	COMMAND_QUIT,
	COMMAND_ASK_UID,  /* UIDL of one message: session_ask */
	COMMAND_ASK_SIZE, /* LIST of one message: session_ask */
	COMMAND_PEEK,	  /* TOP of SESSION_PEEK_LINES lines */
	COMMAND_STAT,
	COMMAND_UTF8, /* its reply is read together with that of the first login step */
};

enum { SESSION_PEEK_LINES = 20 };

enum session_event_type {
	SESSION_OK,	   /* the command succeeded; more follows for RETR, TOP and listings */
	SESSION_REFUSED,   /* -ERR; text is the server's words */
	SESSION_CHALLENGE, /* "+ ", only during the login */
	SESSION_LINE,	   /* a line of a listing */
	SESSION_DATA,	   /* octets of a message */
	SESSION_END,	   /* the listing or message is complete */
};

struct session_event {
	enum session_event_type type;
	enum session_command command; /* the command that this event answers */
	uint32_t number;	      /* the command's message-number */
	uint64_t octets;	      /* SESSION_DATA, SESSION_END: octets sent so far, with the server's line ends */
	uint64_t octets_crlf;	      /* SESSION_END of a message: its octets with CRLF for each line end */
	uint64_t octets_lf;	      /* SESSION_END of a message: its octets with LF for each line end */
	uint64_t dots;		      /* SESSION_END of a message: dots stuffed into it (RFC 1939, 3.) */
	bool unstuffed;		      /* SESSION_END of a message: a dot that needed stuffing was not stuffed */
	bool right;		      /* SESSION_OK of session_ask: the reply agrees with the listing */
	bool unclear;		      /* session_ask, one command at a time: a reply that proves nothing */
	const char *text;	      /* valid until the next call */
	size_t length;
};

/* Makes a session. crlf: messages keep CRLF as line end instead of LF. */
struct session *session_make(struct stream *stream, const struct log *log, bool crlf);
void session_free(struct session **s);

/* Reads the greeting. Sets ERROR_PROTOCOL if the server does not speak POP3 or refuses the connection. */
bool session_greet(struct session *s, struct error *err);

/* Sends CAPA and replaces what the server announced before (RFC 2449, 5.). -ERR means that it announces nothing. */
bool session_ask_capabilities(struct session *s, struct error *err);

/* Reads the reply to a queued CAPA. */
bool session_read_capabilities(struct session *s, struct error *err);
const struct capability *session_capabilities(const struct session *s);

/* Takes the output of capability_write in an earlier session for the server's capabilities. */
void session_assume_capabilities(struct session *s, const char *text);

/*
 * Returns COMMAND_CAPA or COMMAND_UTF8 if the session failed at this command and a session without it may succeed.
 * That holds if the server hung up or fell silent before its reply, if it refused the command without a reason and
 * hung up, or if its reply to CAPA has no list. Returns COMMAND_OTHER otherwise.
 */
enum session_command session_fault(const struct session *s);

/* Prevents UTF8, or CAPA, from being sent in this session, before the login and after it. */
void session_forbid_utf8(struct session *s);
void session_forbid_capa(struct session *s);
bool session_may_send_capa(const struct session *s);

/*
 * Sends UTF8 (RFC 6856, 2.1.). It must precede the login: without it some servers wrap messages with 8-bit headers
 * into other messages. If the server pipelines, UTF8 is sent together with the first step of the login, unless
 * `apart`. A refusal is not a failure.
 */
bool session_ask_utf8(struct session *s, bool apart, struct error *err);

/*
 * Notes that the server accepted the login. If it refuses the next command and hangs up, the error quotes its refusal.
 */
void session_logged_in(struct session *s);

/*
 * Sends STLS (RFC 2595, 4.), announced or not, and forgets what the server said before. TLS must begin on the stream
 * after it. Sets ERROR_TLS if the server refuses it, and ERROR_NETWORK or ERROR_PROTOCOL as for any command.
 */
bool session_ask_stls(struct session *s, struct error *err);

/*
 * Sends the commands of session_list, so that the caller can do other work before it calls that. Call it after the
 * login. It asks for the capabilities, the UIDs and the sizes. If !sizes, it asks for the sum of the sizes instead. If
 * the server does not pipeline, session_list sends all but CAPA, and asks for all sizes.
 */
bool session_ask_list(struct session *s, bool sizes, struct error *err);

/*
 * Fills an empty maildrop. It gets no sizes if they were not requested and the server's count of messages and octets
 * equals `known`. If the server does not support UIDL, the messages have no UID. Sets a temporary ERROR_PROTOCOL if
 * the server announced UIDL but refuses it. A refused listing counts as an empty one if the maildrop is empty by STAT.
 */
bool session_list(struct session *s, struct maildrop *m, const struct maildrop_total *known, struct error *err);

/* Adds the sizes to a maildrop without sizes. It asks for the UIDs again if new messages arrived. */
bool session_list_sizes(struct session *s, struct maildrop *m, struct error *err);

/*
 * Asks for the UID of a message, or for its size if uid is "" or begins with a blank, as no UID of a server does. uid
 * and octets are the values in the listing. uid must live until the reply. The reply is one event, SESSION_OK or
 * SESSION_REFUSED, even if the server sends a complete listing, or a line without the number.
 */
void session_ask(struct session *s, uint32_t number, const char *uid, uint64_t octets);

/*
 * Handles servers at which a session fails at session_ask. session_broke_at_ask returns whether this session did, with
 * one command at a time and no right reply before. session_forbid_asking notes that session_ask must not be used.
 * Callers check session_may_ask.
 */
bool session_broke_at_ask(const struct session *s);
void session_forbid_asking(struct session *s);
bool session_may_ask(const struct session *s);

/*
 * Returns the number of the message at whose TOP the session failed, or 0. Sets *others if earlier TOP commands were
 * answered.
 */
uint32_t session_broke_at_top(const struct session *s, bool *others);

/* Returns whether the server replies to session_ask with complete listings. */
bool session_asks_are_long(const struct session *s);

/* Returns false if the server sent something although every command has its reply. Empty lines do not count. */
bool session_is_quiet(struct session *s);

/* Discards the input that has arrived, without waiting. */
void session_drain(struct session *s);

/*
 * Sets the error after session_is_quiet returned false: ERROR_PROTOCOL. If the server said -ERR, as servers do that
 * end the session, the error is temporary and quotes it. Returns false.
 */
bool session_fail_unasked(struct session *s, struct error *err);

/* Sends one command at a time from now on, even if the server announces PIPELINING. */
void session_forbid_pipelining(struct session *s);

/*
 * Queues a command: RETR, TOP, PEEK, DELE, NOOP or RSET. session_next sends it at the latest. Queue at most
 * session_window commands at a time; the window is 1 unless the server announced PIPELINING.
 */
void session_queue(struct session *s, enum session_command command, uint32_t number);
size_t session_queued(const struct session *s);

/* Returns the command whose reply is next, or arriving; COMMAND_OTHER if there is none. */
enum session_command session_awaited(const struct session *s);

/* Returns whether several commands have been in flight at once since the queue was last empty. */
bool session_is_crowded(const struct session *s);
size_t session_window(const struct session *s);

/* Sends the queued commands. */
bool session_send(struct session *s, struct error *err);

/*
 * Sends the queued commands, and reads the next event of the oldest unanswered command. If the connection ends or
 * falls silent, sets ERROR_NETWORK and names that command.
 */
bool session_next(struct session *s, struct session_event *event, struct error *err);

/* Passes to stream_expect a hint of how many octets of messages or a listing are still to come. */
void session_expect(struct session *s, uint64_t octets);

/* See stream_set_deadline. */
void session_set_deadline(struct session *s, int64_t until);

/* See stream_on_idle. */
void session_on_idle(struct session *s, void (*idle)(void *context), void *context);

/*
 * Reads replies in the background while the caller waits for a disk. No other function may be called on the session
 * until session_end_ahead. session_next reports failures.
 */
void session_read_ahead(struct session *s);
void session_end_ahead(struct session *s);

/*
 * Sends QUIT, at which the server deletes the messages marked by DELE. The queue must be empty. Sets ERROR_NETWORK if
 * no reply came; then the deletions may not have happened. Sets ERROR_PROTOCOL if the server says that it could not
 * delete all of them.
 */
bool session_quit(struct session *s, struct error *err);

/*
 * Sends a line of the login (CRLF is added) and reads one status. The log masks the line from offset `secret_from` on.
 * If that is at least the length, the log shows all of it.
 */
bool session_exchange(struct session *s, const char *line, size_t length, size_t secret_from,
    struct session_event *event, struct error *err);

/* Returns whether passwords may be sent: only over TLS. */
bool session_is_secure(const struct session *s);

/* Gets the channel binding for a login (io/channel.h). Returns false if there is none. */
bool session_binding(const struct session *s, struct channel_binding *out);

/*
 * Returns the timestamp of the greeting, with its brackets (RFC 1939, 7., APOP), or "" if there is none. A timestamp
 * that came before STLS is forgotten, as is everything else that the server said without TLS (RFC 2595, 4.).
 */
const char *session_timestamp(const struct session *s);
bool session_forgot_timestamp(const struct session *s);

#endif
