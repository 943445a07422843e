#ifndef MAILHAUL_STATE_STATE_DATABASE_H
#define MAILHAUL_STATE_STATE_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

struct database;
struct state;

/* What the files of state share. */
struct database *state_database(struct state *s);
const char *state_path(const struct state *s);
const char *state_lock_path(const struct state *s);

/* The number of the last run that the mail's directory knows of; 0: none. And whether this one is noted there. */
int64_t state_witnessed_run(const struct state *s);
void state_forbid_witness(struct state *s);

/* When the last run ended that changed something, in seconds since the epoch; 0: none did. */
int64_t state_last_run(const struct state *s);

/* What the column `deleted` of a message says. */
enum {
	STATE_DELETED = 1,	   /* by us */
	STATE_PERHAPS_DELETED = 2, /* DELE was taken, but QUIT's answer did not come; it may have gone since */
	STATE_LOST = 3,		   /* it is no longer here (state_lose): listed again, it counts as new */
};

/* Seconds that a message is looked for under new UIDs. */
enum { STATE_MISSED_FOR = 30 * 86400 };

/*
 * Messages that may be listed under another UID now, for a query; ?2: since when. There is an index for each of both, by
 * header (?1): a few with the same one, for more are nothing that mail has.
 */
#define STATE_IS_MISSING "gone >= ?2 AND gone IS NOT NULL AND deleted = 0"
#define STATE_IS_PERHAPS_DELETED "gone >= ?2 AND deleted = 2"
#define STATE_BY_HEADER(is) " FROM message WHERE header = ?1 AND " is " LIMIT 100"
/* One of these that is the same octet for octet (?3). */
#define STATE_BY_DIGEST(is) " FROM message WHERE header = ?1 AND sha256 = ?3 AND " is " LIMIT 1"

/* When a UID went that is seen to be gone now. */
int64_t state_gone_at(const struct state *s, int64_t now);

/* Whether a size by LIST is that of a message with these sizes (struct state_record). */
bool state_size_fits(uint64_t octets, int64_t listed, int64_t wire, int64_t stored);

#endif
