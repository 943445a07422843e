#ifndef MAILHAUL_POP3_SESSION_PRIVATE_H
#define MAILHAUL_POP3_SESSION_PRIVATE_H

/* What session, session_begin and session_ask share. No other file includes this. */

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
	SESSION_ASK_LINE,    /* the answer is one line, as it should be */
	SESSION_ASK_LISTING, /* it is the whole listing */
};

/* What is known of this server's answers about one message. {0} at first. */
struct session_asks {
	enum session_ask_form size_form, uid_form;
	bool answered;			 /* once, and right */
	enum session_ask_form *followed; /* an answer was right; lines that follow it would belong to it; or NULL */
	struct buf kept;		 /* the text of an event, when the parser has gone on */
};

enum {
	SESSION_WINDOW = 1024, /* commands in flight; their octets fit any socket buffer */
};

/* A command that is not yet answered. */
struct session_slot {
	enum session_command command;
	uint32_t number;
	const char *uid; /* of session_ask; NULL: its size was asked for */
	uint64_t octets;
};

struct session {
	struct stream *stream;
	const struct log *log;
	struct capability capability;
	struct session_slot queue[SESSION_WINDOW]; /* a ring: the oldest at `first` */
	size_t first, queued;
	enum session_command reading; /* the answer to this is being read */
	bool in_body; /* the head's +OK has been given out, its lines or octets follow */
	bool begun;   /* a part of its answer has arrived */
	bool unclear; /* the answer that was read last was not POP3, and was taken for a refusal */
	bool unsent;
	bool one_at_a_time;
	bool crowded;
	bool without_capa;
	bool utf8_asked;
	bool fresh;	      /* logged in, and no listing has come yet */
	bool refused;	      /* the last answer since then was a refusal: */
	char refusal[256];    /* its words, and those of a refused CAPA or UTF8 before the login */
	enum session_command refused_last; /* the command that the last answer refused, or COMMAND_OTHER */
	enum session_command fault;	   /* see session_fault */
	bool listed;	      /* a line of the listing has come */
	char step[24];	      /* the command of the login that waits for its answer */
	size_t since_restart; /* octets of an answer since the clock was started anew */
	uint64_t answered;    /* octets of the answer, */
	int64_t waited;	      /* and the milliseconds that were spent on waiting for them */
	bool top_given;	      /* TOP was answered */
	uint32_t top_refused; /* the last answer was a refusal of TOP for this message */
	bool lost;	      /* the connection ended, or fell silent */
	bool may_not_ask;     /* session_ask is not used */
	struct session_asks asks;
	struct reply reply;
	char timestamp[256];
};

/* Appends to the queue. The caller has made sure of room: SESSION_WINDOW is the most that fits. */
void session_push(struct session *s, enum session_command command, uint32_t number);

/* What follows the +OK of a command. */
enum reply_shape session_shape_of(enum session_command command);

/* The parser's next event, whatever the queue says. ERROR_PROTOCOL for what is malformed. */
bool session_read_event(struct session *s, enum reply_event *found, const char **text, size_t *length,
    struct error *err);

/*
 * An answer to session_ask was +OK: sets event->right, and the text that decided. If it may be a
 * listing, what comes next shows it; where nothing else would come, NOOP has the server say
 * something, so that no time limit decides.
 */
bool session_ask_settle(struct session *s, const struct asked *asked, struct session_event *event, struct error *err);

/*
 * An answer to session_ask was not POP3, and may be how this server refuses: NOOP is sent, and its answer read. event
 * stays unclear unless that is the answer to the question.
 */
bool session_ask_fence(struct session *s, const struct asked *asked, struct session_event *event, struct error *err);

/* Before the next answer is read: takes lines that belong to one that was right already. */
bool session_ask_finish(struct session *s, struct error *err);

#endif
