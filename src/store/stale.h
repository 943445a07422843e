#ifndef MAILHAUL_STORE_STALE_H
#define MAILHAUL_STORE_STALE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* Whether the dot lock of an mbox has been left behind by a program that no longer runs. Takes and removes nothing. */

enum stale_owner {
	STALE_UNKNOWN, /* it does not say whose it is */
	STALE_DEAD,    /* a process of this host that does not exist, or has our own number */
	STALE_ALIVE,   /* a number that a process of this host has now */
	STALE_FOREIGN, /* another host's, or this one's under another name */
};

/* What is known of a lock. All times are in seconds; -1 for the last two: the system cannot tell. */
struct stale_facts {
	enum stale_owner owner;
	int64_t age;	      /* since its time last changed, to whichever side of now it is */
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

/* Writes "PID:HOST\n", by which our own locks are known; returns its length. */
enum { STALE_TEXT = 320 };
int stale_our_text(char out[STALE_TEXT]);

#endif
