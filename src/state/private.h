#ifndef MAILHAUL_STATE_STATE_DATABASE_H
#define MAILHAUL_STATE_STATE_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/uid.h"

struct database;
struct state;

/* Functions shared by the files of state. */
struct database *state_database(struct state *s);
const char *state_path(const struct state *s);
const char *state_lock_path(const struct state *s);

/* Returns the descriptor of the lock file; -1 if the state was opened for reading. */
int state_lock_fd(const struct state *s);

/*
 * state_witnessed_run returns the number of the last run in the label of the mail's directory; 0: none.
 * state_forbid_witness keeps this run out of the label.
 */
int64_t state_witnessed_run(const struct state *s);
void state_forbid_witness(struct state *s);

/* Returns the end of the last run that changed something, in seconds since the epoch; 0: there is none. */
int64_t state_last_run(const struct state *s);

/* Values of the column `deleted` of a message. */
enum {
	STATE_DELETED = 1,	   /* deleted by us */
	STATE_PERHAPS_DELETED = 2, /* DELE succeeded, but QUIT got no reply; the UID may have gone since */
	STATE_LOST = 3,		   /* lost (state_lose): if listed again, it counts as new */
};

/* Seconds during which a message is looked for under new UIDs. */
enum { STATE_MISSED_FOR = 30 * 86400 };

/*
 * SQL conditions for messages that may be listed under another UID now. ?2 is the earliest time they may have gone.
 * Each condition has an index by header (?1). The limit is safe, because real mail has few messages with the same
 * header.
 */
#define STATE_IS_MISSING "gone >= ?2 AND gone IS NOT NULL AND deleted = 0"
#define STATE_IS_PERHAPS_DELETED "gone >= ?2 AND deleted = 2"
#define STATE_BY_HEADER(is) " FROM message WHERE header = ?1 AND " is " LIMIT 100"
/* Selects such a message with the same content. ?3 is its digest, ?4 that without fields of mail programs. */
#define STATE_BY_DIGEST(is)                                                                                            \
	" FROM message WHERE header = ?1 AND (sha256 = ?3 OR coalesce(bare, sha256) = ?4) AND " is " LIMIT 1"

/*
 * The key under which a message was delivered, for the column `placed`, when its key changes. The name of its file was
 * made from it. Keys of the current maildrop get its number.
 */
#define STATE_PLACED                                                                                                   \
	"coalesce(placed, CASE WHEN uid GLOB '" UID_GLOB_OTHER "' THEN uid"                                            \
	" ELSE ' ' || (SELECT max(id) FROM maildrop) || ':' || uid END)"

/*
 * Selects a lost message whose UID is recorded again, because it was fetched again. state_lose puts UID_WAS, 16 digits
 * and ":" before the UID.
 */
#define STATE_IS_REGAINED                                                                                              \
	"deleted = 3 AND EXISTS(SELECT 1 FROM message again WHERE again.uid = substr(message.uid, 23))"
_Static_assert(UID_WAS_LENGTH + 2 == 23, "where the UID begins in STATE_IS_REGAINED");

/* Returns the time to record for a UID that is found missing now. */
int64_t state_gone_at(const struct state *s, int64_t now);

/* Returns whether a size by LIST is that of a message with these sizes (struct state_record). */
bool state_size_fits(uint64_t octets, int64_t listed, int64_t wire, int64_t stored);

#endif
