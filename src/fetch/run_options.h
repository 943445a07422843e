#ifndef MAILHAUL_FETCH_RUN_OPTIONS_H
#define MAILHAUL_FETCH_RUN_OPTIONS_H

#include <stdbool.h>

#include "base/log.h"

struct key_log;

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

#endif
