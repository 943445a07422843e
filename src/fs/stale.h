#ifndef MAILHAUL_FS_STALE_H
#define MAILHAUL_FS_STALE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* Whether the dot lock of an mbox has been left behind by a program that no longer runs. Takes and removes nothing. */

enum stale_owner {
	STALE_UNKNOWN, /* it does not say whose it is */
	STALE_DEAD,    /* a mailhaul among the processes that we see; it has ended, or it is this one */
	STALE_RUNNING, /* the same, and it runs */
	STALE_ABSENT,  /* a process of a host with our name that we do not see: it has ended, or is in another container */
	STALE_ALIVE,   /* a number that a process has which we see: that one, or another one now */
	STALE_FOREIGN, /* another host's, or this one's under another name */
};

/* What is known of a lock. All times are in seconds; -1 for the last two: the system cannot tell. */
struct stale_facts {
	enum stale_owner owner;
	int64_t age;	      /* since its time last changed; negative: that is to come */
	int64_t uptime;	      /* since this machine was started */
	int64_t process_age;  /* since the process with its number was started */
};

/* Whether a lock of which this is known is stale. A lock whose time moves never is. */
bool stale_by(const struct stale_facts *facts);

/*
 * Whether whoever made the lock may still be there, so that stale_by is to be believed only of a lock that has
 * not changed while it was watched.
 */
bool stale_needs_watch(const struct stale_facts *facts);

/* Reads the facts and *st; now is the time by the clock of its filesystem. False: there is no lock. */
bool stale_read(const char *lock_path, int64_t now, struct stale_facts *facts, struct stat *st);

/* Whether both are the same lock with the same time. */
bool stale_same(const struct stat *a, const struct stat *b);

/*
 * Writes "PID:HOST" by which our own locks are known; returns the length. Where the system tells enough, a NUL follows,
 * and where and when this process was started: proof for us, and nothing that other programs read, for whom the
 * text ends at the NUL. Else a line end follows.
 */
enum { STALE_TEXT = 480 };
int stale_our_text(char out[STALE_TEXT]);

#endif
