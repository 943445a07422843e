#ifndef MAILHAUL_FETCH_WORKER_H
#define MAILHAUL_FETCH_WORKER_H

#include <stdbool.h>

#include "base/log.h"

struct account;
struct key_log;
struct tls_trust;

/* What a run does with every account. */
struct run_options {
	bool keep;    /* delete nothing */
	bool named;   /* somebody asked for just these accounts: a password that was refused lately is tried again */
	bool dry_run; /* retrieve, delete and record nothing; say what would be done, */
	bool headers; /* and with each message what its header says */
	enum log_level level;
	const char *state_dir;
	bool notes_failures; /* the state keeps them, and report_failures_after holds; unless: */
	bool tell_all;	     /* all are told at once */
	const struct key_log *key_log; /* gets the keys of TLS sessions; NULL: nobody does */
	bool progress; /* somebody looks at EVENT_PROGRESS */
};

/*
 * One account from end to end, in a process of its own. Everything it has to say goes to the parent
 * as events over fd; the last one is EVENT_DONE.
 */
void worker_run(const struct account *account, const struct tls_trust *trust, const struct run_options *options,
    int fd);

#endif
