#ifndef MAILHAUL_STATE_SUMMARY_H
#define MAILHAUL_STATE_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "state/last_run.h"

struct error;
struct state;

/*
 * Notes when the server's certificate expires, for the current maildrop. It is noted only along with another change,
 * so that a run without changes needs no sync.
 */
bool state_note_certificate(struct state *s, int64_t ends, struct error *err);

/* A summary of an account. Times are seconds since the epoch; 0: there is none. */
struct state_summary {
	bool running;			      /* a run is in progress */
	bool died;			      /* the last run was killed */
	struct state_last_run last;	      /* the last run; its success is that of last_success */
	int64_t last_success;		      /* when the last completed run began */
	uint64_t delivered, delivered_octets; /* all messages remembered; sizes as listed, if known */
	uint64_t listed, listed_octets;	      /* the remembered messages that the last listing had */
	int64_t certificate_ends;
};

bool state_summarize(struct state *s, struct state_summary *summary, struct error *err);

/*
 * Counts the messages that the server still has and that were delivered after `after`, up to `until`. *first is the
 * time of the first of them.
 */
bool state_count_listed(struct state *s, int64_t after, int64_t until, uint64_t *count, int64_t *first,
    struct error *err);

#endif
