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

struct worker {
	const struct account *account;
	const struct run_options *options;
	int fd;
	struct log log;
	enum step step;
	struct trouble trouble;
	struct notices notices;
	struct retention_rule rule;
	struct retention_clock clock;
	char *maildrop; /* the maildrop's name in the identity of messages */
	struct place place;
	struct destination_settings destination_settings;
	struct destination *destination;
	struct state *state;
	struct connection connection;
	struct connect_memory memory; /* learned by earlier sessions */
	struct listing listing;
	struct plan plan;
	struct transfer_result session; /* the result of the current session */
	bool undone;			/* QUIT was not sent, so DELE had no effect */
	bool aside;			/* messages at which the connection broke wait for a session of their own */
	bool last;			/* this is the session for such messages */
	bool mute;			/* do not check whether answers are in sync: the question breaks the session */
	size_t part;			/* the most deletions per session, which then fetches nothing; 0: no limit */
	bool overdue;			/* a message that an earlier run should have deleted is still there */
	bool parted;			/* more than `part` messages are to be deleted */
	bool faults_reported;		/* faults of the listing have been reported */
	bool pipelining;
	unsigned lost;	     /* connections lost during transfers */
	int64_t unpipelined; /* until when the server is sent one command at a time; 0: nothing learned */
	struct top_broken broken;
	uint64_t began;		  /* milliseconds since the epoch */
	unsigned sessions;	  /* of this run */
	unsigned crowded;	  /* the session that failed with several commands in flight, or 0 */
	deadline until;		  /* after this, only a first message is asked for */
	int64_t certificate_ends; /* seconds since the epoch; 0: not known */
	struct list list;	  /* for a dry run */
	struct outcome outcome;
};

#endif
