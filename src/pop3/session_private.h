#ifndef MAILHAUL_POP3_SESSION_PRIVATE_H
#define MAILHAUL_POP3_SESSION_PRIVATE_H

/* What session and session_begin share. No other file includes this. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pop3/capability.h"
#include "pop3/reply.h"
#include "pop3/session.h"

enum {
	SESSION_WINDOW = 1024, /* commands in flight; their octets fit any socket buffer */
};

struct command {
	enum session_command command;
	uint32_t number;
};

struct session {
	struct stream *stream;
	const struct log *log;
	struct capability capability;
	struct command queue[SESSION_WINDOW]; /* a ring: the oldest at `first` */
	size_t first, queued;
	bool in_body; /* the head's +OK has been given out, its lines or octets follow */
	bool begun;   /* a part of its answer has arrived */
	bool unsent;
	bool one_at_a_time;
	bool crowded;
	bool without_capa;
	bool utf8_asked;
	bool fresh;	      /* logged in, and no listing has come yet */
	bool refused;	      /* the last answer since then was a refusal: */
	char refusal[256];    /* its words */
	char step[24];	      /* the command of the login that waits for its answer */
	size_t since_restart; /* octets of an answer since the clock was started anew */
	uint64_t answered;    /* octets of the answer, */
	int64_t waited;	      /* and the milliseconds that were spent on waiting for them */
	struct reply reply;
	char timestamp[256];
};

/* Appends to the queue. The caller has made sure of room: SESSION_WINDOW is the most that fits. */
void session_push(struct session *s, enum session_command command, uint32_t number);

#endif
