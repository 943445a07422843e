#ifndef MAILHAUL_FETCH_WORKER_PRIVATE_H
#define MAILHAUL_FETCH_WORKER_PRIVATE_H

/* What the parts of a worker share: worker, reach, retry, limits. No other file includes this. */

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

enum { WORKER_UNPIPELINED_SECONDS = 86400 }; /* for which a server that cannot do it is sent one command at a time */

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
	char *maildrop; /* its name in the identity of messages */
	struct place place;
	struct destination_settings destination_settings;
	struct destination *destination;
	struct state *state;
	struct connection connection;
	struct connect_memory memory; /* of the sessions before */
	struct listing listing;
	struct plan plan;
	struct transfer_result session; /* what this session did */
	bool undone;	  /* so DELE did nothing */
	bool aside;	  /* messages at which the connection broke wait for a session of their own */
	bool last;	  /* this is that one */
	bool mute;	  /* the server is not asked whether its answers are in step: it breaks the session */
	size_t part;	  /* what is to be deleted, so many at the most in a session, which fetches nothing; 0: no limit */
	bool overdue;	  /* an earlier run was to delete something that is still there */
	bool parted;	  /* there is more than that to be deleted */
	bool faults_told; /* what was wrong in the listing is reported */
	bool pipelining;
	unsigned lost;	  /* connections that were lost in the middle of it */
	int64_t unpipelined; /* until when it is not to be given several commands at a time; 0: nothing was learnt */
	struct top_broken broken;
	uint64_t began;	   /* milliseconds since the epoch */
	unsigned sessions; /* of this run */
	unsigned crowded;  /* the one that failed with several commands in flight, or 0 */
	deadline until;	    /* no message is asked for after that, but the first */
	int64_t certificate_ends; /* seconds since the epoch; 0: not known */
	struct list list; /* of a dry run */
	struct outcome outcome;
};

#endif
