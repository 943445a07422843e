#ifndef MAILHAUL_POP3_SESSION_PRIVATE_H
#define MAILHAUL_POP3_SESSION_PRIVATE_H

/* Declarations shared by the source files of the session. No other file includes this. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "pop3/asked.h"
#include "pop3/capability.h"
#include "pop3/reply.h"
#include "pop3/session.h"

struct error;
struct log;
struct stream;

enum session_ask_form {
	SESSION_ASK_UNKNOWN,
	SESSION_ASK_LINE,    /* the reply is one line, as it should be */
	SESSION_ASK_LISTING, /* the reply is the complete listing */
};

/* The known form of this server's replies about one message. {0} at first. */
struct session_asks {
	enum session_ask_form size_form, uid_form;
	bool answered;			 /* at least one reply was right */
	enum session_ask_form *followed; /* form to set from the input after a right reply; NULL: none */
	struct buf kept;		 /* the text of an event after the parser has moved on */
};

enum {
	SESSION_WINDOW = 1024, /* maximum commands in flight; their octets fit any socket buffer */
};

/* A command without its reply. */
struct session_slot {
	enum session_command command;
	uint32_t number;
	const char *uid; /* for session_ask; NULL: the size was asked for */
	uint64_t octets;
};

struct session {
	struct stream *stream;
	const struct log *log;
	struct capability capability;
	struct session_slot queue[SESSION_WINDOW]; /* a ring whose oldest command is at `first` */
	size_t first, queued;
	enum session_command reading; /* the command whose reply is being read */
	bool in_body;		      /* the reply's +OK was given out; its lines or octets follow */
	bool begun;		      /* a part of the reply has arrived */
	bool unclear;		      /* the last reply was not POP3, and counted as a refusal */
	bool unsent;
	bool one_at_a_time;
	bool crowded;
	bool without_capa;
	bool utf8_asked;
	bool fresh;			   /* logged in, but no listing has arrived yet */
	bool refused;			   /* the last reply refused a command between login and listing, or TOP */
	char refusal[REPLY_LINE_MOST + 1]; /* the server's last refusal of such a command, of CAPA or of UTF8 */
	enum session_command refused_last; /* the command that the last reply refused, or COMMAND_OTHER */
	enum session_command fault;	   /* see session_fault */
	bool listed;			   /* the last event was a line of a listing */
	char step[24];			   /* the login command whose reply is awaited */
	size_t since_restart;		   /* octets of a reply since the clock was restarted */
	uint64_t answered;		   /* octets of the reply */
	int64_t waited;			   /* milliseconds spent waiting for the octets of the reply */
	bool top_given;			   /* a TOP was answered completely */
	uint32_t top_refused;		   /* message whose TOP was refused in the last reply; 0: none */
	bool lost;			   /* the connection ended or fell silent */
	bool may_not_ask;		   /* session_ask must not be used */
	struct session_asks asks;
	struct reply reply;
	char timestamp[256];
	bool timestamp_forgotten; /* there was one, before STLS */
};

/* Appends to the queue. The caller makes sure that fewer than SESSION_WINDOW commands are queued. */
void session_push(struct session *s, enum session_command command, uint32_t number);

/* Returns the form of the reply to a command after its +OK. */
enum reply_shape session_shape_of(enum session_command command);

/* Reads the parser's next event, without regard to the queue. Sets ERROR_PROTOCOL for malformed input. */
bool session_read_event(struct session *s, enum reply_event *found, const char **text, size_t *length,
    struct error *err);

/* Logs a line, after a mark, of the server without the session's secret. */
void session_trace_line(const struct session *s, const char *mark, const char *text, size_t length);

/* Logs what arrived. Challenges are masked, as a password could be guessed from both sides of an exchange. */
void session_trace(const struct session *s, enum reply_event found, const char *text, size_t length);

/*
 * Evaluates an +OK reply to session_ask: sets event->right and the text that decided it. If the reply may be a
 * listing, the next input shows whether it is. If nothing else is due, NOOP makes the server send something, so that
 * no time limit decides.
 */
bool session_ask_settle(struct session *s, const struct asked *asked, struct session_event *event, struct error *err);

/*
 * Evaluates a reply to session_ask that is not POP3, which may be how this server refuses: sends NOOP and reads its
 * reply. event->unclear stays set, unless that is the reply to the question.
 */
bool session_ask_fence(struct session *s, const struct asked *asked, struct session_event *event, struct error *err);

/* Takes lines that belong to a right reply. Call it before the next reply is read. */
bool session_ask_finish(struct session *s, struct error *err);

#endif
