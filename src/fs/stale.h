#ifndef MAILHAUL_FS_STALE_H
#define MAILHAUL_FS_STALE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/*
 * Decides whether the dot lock of an mbox was left by a program that no longer runs. These functions neither take nor
 * remove locks.
 */

enum stale_owner {
	STALE_UNKNOWN, /* the lock does not identify its owner */
	STALE_DEAD,    /* a mailhaul with the same view of processes that has ended, or this process */
	STALE_RUNNING, /* a mailhaul with the same view of processes that still runs */
	STALE_ABSENT,  /* an invisible process of a host with this name: it ended, or is in another container */
	STALE_ALIVE,   /* a PID now in use on a host with this name, by its owner or another process */
	STALE_FOREIGN, /* a process of another host, or of this host under another name */
};

/* The facts about a lock, with times in seconds. uptime and process_age are -1 if unknown. */
struct stale_facts {
	enum stale_owner owner;
	int64_t age;	     /* since its last modification; negative if that is in the future */
	int64_t uptime;	     /* since this machine was started */
	int64_t process_age; /* since the start of the process with its PID */
};

/* Returns whether a lock with these facts is stale. A lock whose modification time changes is never stale. */
bool stale_by(const struct stale_facts *facts);

/*
 * Returns whether the owner may still be running. stale_by is then reliable only for a lock that did not change while
 * it was watched.
 */
bool stale_needs_watch(const struct stale_facts *facts);

/*
 * Reads the facts and *st of a lock. `now` is the time on the clock of its filesystem. Returns false if there is no
 * lock.
 */
bool stale_read(const char *lock_path, int64_t now, struct stale_facts *facts, struct stat *st);

/* Returns whether both are the same lock with the same modification time. */
bool stale_same(const struct stat *a, const struct stat *b);

/*
 * Writes the text of this process's locks, "PID:HOST", and returns its length. If the system provides enough
 * information, a NUL follows, and then the start time of this process and its PID space as proof of ownership. Other
 * programs stop reading at the NUL. Otherwise a newline follows.
 */
enum { STALE_TEXT = 480 };
int stale_our_text(char out[STALE_TEXT]);

#endif
