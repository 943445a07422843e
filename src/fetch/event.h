#ifndef MAILHAUL_FETCH_EVENT_H
#define MAILHAUL_FETCH_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/log.h"

/* How one account's run ended. */
struct outcome {
	bool ok;		 /* false: err says why it ended early */
	bool silent;		 /* err is not to be told yet (report_failures_after) */
	bool resumed;		 /* an earlier run died while it fetched; what it brought may be news to others */
	struct error err;
	char step[16];		 /* where it ended: "connect", "login", "list", "fetch", "store", ... */
	uint64_t left;		 /* messages on the server at the end */
	uint64_t fetched;	 /* new and safe now */
	uint64_t fetched_octets;
	uint64_t deleted;	 /* deleted from the server */
	int64_t milliseconds;
};

/* Something that was learnt on the way (base/log.h). */
struct fact {
	char name[32];
	int64_t number;
	char text[LOG_FACT_SIZE]; /* "" for a number */
};

/* How far one account has come with what it is to fetch; the sizes of LIST, so that they are hints. */
struct advance {
	uint64_t messages, messages_all;
	uint64_t octets, octets_all;
};

enum event_kind {
	EVENT_LOG,     /* a line for the log, with its level */
	EVENT_SAY,     /* a line of what the user asked for (dry run) */
	EVENT_PROBLEM, /* a failure that concerns one message; the account goes on */
	EVENT_FACT,    /* something learnt, for the verb check */
	EVENT_PROGRESS, /* a few times a second, where somebody looks */
	EVENT_DONE,    /* the last one */
};

/* What a worker tells the parent. Both are the same program, so it travels as it lies in memory. */
struct event {
	enum event_kind kind;
	enum log_level level;
	union {
		char text[2048];
		struct {
			bool silent; /* as in struct outcome */
			char step[16];
			struct error err;
		} problem;
		struct fact fact;
		struct advance advance;
		struct outcome outcome;
	} u;
};

/* Sends an event; one that the parent can no longer take is dropped. */
void event_send(int fd, const struct event *event);

void event_send_problem(int fd, const char *step, const struct error *err, bool silent);

/* What goes into a struct log as write and fact; context is a const int *: the descriptor. */
void event_send_log(void *context, enum log_level level, const char *text);
void event_send_fact(void *context, const char *name, const char *text, int64_t number);

/*
 * Reads what a worker has sent so far into `pending` and takes one whole event out of it. Returns
 * false when there is none; *ended is then set if the worker will send no more.
 */
bool event_receive(int fd, struct buf *pending, struct event *event, bool *ended);

#endif
