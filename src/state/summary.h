#ifndef MAILHAUL_STATE_SUMMARY_H
#define MAILHAUL_STATE_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct state;

/*
 * When the server's certificate ends, of the maildrop that was entered last. Noted only along with something else:
 * a look that changes nothing has nothing to sync.
 */
bool state_note_certificate(struct state *s, int64_t ends, struct error *err);

/* What an account has done, at a glance. Points in time are seconds since the epoch, 0: there is none. */
struct state_summary {
	bool running;	      /* a run is going on */
	bool died;	      /* the last one that fetched ended in the middle, and none has put that right */
	int64_t last_success; /* the end of the last run that came to its end */
	uint64_t delivered, delivered_octets; /* all that is remembered */
	uint64_t listed, listed_octets;	      /* of those, what the server still had at the last look */
	int64_t certificate_ends;
};

bool state_summarize(struct state *s, struct state_summary *summary, struct error *err);

/* Of the messages that the server still has, those that were delivered after `after`, until `until`; the first of them. */
bool state_count_listed(struct state *s, int64_t after, int64_t until, uint64_t *count, int64_t *first, struct error *err);

#endif
