#ifndef MAILHAUL_FETCH_WORKER_PRIVATE_H
#define MAILHAUL_FETCH_WORKER_PRIVATE_H

/* The parts of a worker share this file: worker, reach, retry, limits. No other file includes it. */

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "base/step.h"
#include "deliver/destination.h"
#include "fetch/connect.h"
#include "fetch/event.h"
#include "fetch/list.h"
#include "fetch/listing.h"
#include "fetch/notices.h"
#include "fetch/place.h"
#include "fetch/top.h"
#include "fetch/trouble.h"
#include "io/deadline.h"
#include "policy/plan.h"
#include "policy/retention.h"
#include "transfer/task.h"

struct account;
struct run_options;
struct state;
struct tls_trust;

/* how long a server that fails at pipelining is sent one command at a time */
enum { WORKER_UNPIPELINED_SECONDS = 86400 };

/* One session. end_session resets it as a whole. */
struct worker_session {
	struct connection connection;
	struct listing listing;
	struct plan plan;
	struct transfer_result result;
	bool aside;  /* messages at which the connection broke wait for a session of their own */
	bool parted; /* more than worker_lessons.part messages are to be deleted */
};

/* What the sessions of a run have shown about the server, for the next ones. */
struct worker_lessons {
	struct connect_memory memory;
	struct top_broken broken;
	bool pipelining;     /* several commands may be in flight */
	bool mute;	     /* do not check whether answers are in sync: the question breaks the session */
	bool singly;	     /* a batch did not fit in the destination, so each message is one */
	size_t part;	     /* the most deletions per session, which then fetches nothing; 0: no limit */
	unsigned lost;	     /* connections lost during transfers */
	unsigned crowded;    /* the session that failed with several commands in flight, or 0 */
	int64_t unpipelined; /* until when the server is sent one command at a time; 0: nothing learned */
};

/* A run of one account. */
struct worker {
	const struct account *account;
	const struct run_options *options;
	int fd; /* for events */
	struct log log;
	enum step step;
	struct trouble trouble;
	struct notices notices;
	struct retention_rule rule;
	struct retention_clock clock;
	uint64_t began; /* milliseconds since the epoch */
	deadline until; /* after this, only a first message is asked for */
	char *maildrop; /* the maildrop's name in the identity of messages */
	struct place place;
	struct destination_settings destination_settings;
	struct destination *destination;
	struct state *state;
	struct worker_session session;
	struct worker_lessons lessons;
	unsigned sessions;	  /* number of sessions so far */
	bool undone;		  /* the last session sent no QUIT, so its DELE had no effect */
	bool last;		  /* this session asks for messages at which the connection broke */
	bool overdue;		  /* a message that an earlier run should have deleted is still there */
	bool faults_reported;	  /* faults of the listing have been reported */
	int64_t certificate_ends; /* seconds since the epoch; 0: not known */
	struct list list;	  /* for a dry run */
	struct outcome outcome;
};

#endif
