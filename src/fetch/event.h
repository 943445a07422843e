#ifndef MAILHAUL_FETCH_EVENT_H
#define MAILHAUL_FETCH_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/log.h"
#include "base/step.h"
#include "policy/retention.h"

enum {
	EVENT_OCTETS_MOST = 4096, /* of an encoded event */
	ERRNO_MOST = 4095,	  /* greatest errno of a system */
};

/* Points in time and spans that an event may contain, in seconds. Differences of two of them do not overflow. */
#define EVENT_SECONDS_MOST (INT64_MAX / 4)

/* How one account's run ended. */
struct outcome {
	bool ok;     /* false: err says why it ended early */
	bool silent; /* err is not reported yet (report_failures_after) */
	/* an earlier run died while it fetched; on_new_mail may not have run for its messages */
	bool resumed;
	struct error err;
	enum step step;	  /* the step at which it ended: "connect", "login", "list", "fetch", "store", ... */
	uint64_t left;	  /* messages on the server at the end */
	uint64_t fetched; /* new messages, safely stored */
	uint64_t fetched_octets;
	uint64_t deleted; /* deleted from the server */
	int64_t milliseconds;
};

/* A fact learned during a run (base/log.h). */
struct fact {
	char name[32];
	int64_t number;
	char text[LOG_FACT_SIZE]; /* "" for a number */
};

/* The progress of one account. The counts in octets are sums of LIST's sizes, so they are estimates. */
struct advance {
	uint64_t messages, messages_all;
	uint64_t octets, octets_all;
};

/* The texts of a listed message. */
enum listed_text { LISTED_UID, LISTED_WHY, LISTED_DATE, LISTED_FROM, LISTED_SUBJECT };

enum { LISTED_TEXTS = LISTED_SUBJECT + 1, LISTED_OCTETS = 3072 };

/* A message on the server, and what will be done with it. Times are seconds since the epoch. */
struct listed {
	uint32_t number;
	uint64_t octets;
	bool known;	   /* it has been delivered */
	int64_t delivered; /* when it was delivered */
	int64_t now;
	int64_t due; /* earliest time of its deletion; 0: in the next run; -1: never, or not known */
	enum retention_action action;
	bool has_header; /* its header was asked for and received */
	size_t length;	 /* of texts: consecutive, each ended by NUL, as the server or the message gave them */
	char texts[LISTED_OCTETS];
};

/* Adds the next text, cut to `most` octets. */
void event_add_text(struct listed *m, const char *text, size_t most);
const char *event_text(const struct listed *m, enum listed_text which);

enum event_kind {
	EVENT_LOG,	/* a line for the log, with its level */
	EVENT_LISTED,	/* a message for a dry run or the command list */
	EVENT_PROBLEM,	/* a failure that concerns one message; the account continues */
	EVENT_FACT,	/* a fact for the command check */
	EVENT_PROGRESS, /* a few times a second, if progress is shown */
	EVENT_DONE,	/* the last event */
};

/* An event that a worker sends to the parent. The parent believes nothing in it (event_decode). */
struct event {
	enum event_kind kind;
	enum log_level level; /* of EVENT_LOG */
	union {
		char text[2048];
		struct {
			bool silent; /* as in struct outcome */
			enum step step;
			struct error err;
		} problem;
		struct fact fact;
		struct advance advance;
		struct listed listed;
		struct outcome outcome;
	} u;
};

/* Encodes an event. Numbers beyond the bounds of event_decode become the bound. Returns the length of the result. */
size_t event_encode(const struct event *event, char out[EVENT_OCTETS_MOST]);

/*
 * Decodes an event from any bytes, and believes none of them. Returns false unless all of it is valid: the kind and
 * the other enumerations, flags, numbers, the end and length of each text, and the total length. Texts are escaped
 * again (base/escape), except those of a struct listed, which whoever prints them has to escape.
 */
bool event_decode(struct event *event, const char *bytes, size_t length);

#endif
