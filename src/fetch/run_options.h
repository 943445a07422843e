#ifndef MAILHAUL_FETCH_RUN_OPTIONS_H
#define MAILHAUL_FETCH_RUN_OPTIONS_H

#include <stdbool.h>

#include "base/log.h"

struct key_log;

/* What a run does for every account. */
struct run_options {
	bool keep;	    /* delete nothing */
	bool named;	    /* the user named these accounts: a password that was refused recently is tried again */
	bool retry_refused; /* try messages again that deliver_command has refused too often */
	bool accept_weaker; /* accept a login mechanism that is weaker than the one of earlier runs */
	bool dry_run;	    /* retrieve, delete and record nothing; list what would be done */
	bool headers;	    /* with dry_run: list the header of each message */
	enum log_level level;
	const char *state_dir;
	bool notes_failures;	       /* record failures in the state, and obey report_failures_after */
	bool report_all;	       /* report all failures at once, despite report_failures_after */
	const struct key_log *key_log; /* receives the keys of TLS sessions; NULL: not logged */
	bool progress;		       /* send EVENT_PROGRESS */
};

#endif
