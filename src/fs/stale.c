#include "config.h"

#include "fs/stale.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/platform.h"

enum {
	UNKNOWN_SECONDS = 300,
	ABSENT_SECONDS = 300,
	FOREIGN_SECONDS = 3600,
	ALIVE_SECONDS = 86400,
	AHEAD_SECONDS = 86400,
	CLOCK_SECONDS = 10, /* tolerance for differences between clocks */
};

/* Returns whether the lock is older than something that started `start` seconds ago. */
static bool is_before(int64_t age, int64_t start)
{
	return start >= 0 && age > start + CLOCK_SECONDS;
}

bool stale_by(const struct stale_facts *facts)
{
	int64_t age = facts->age;

	if (facts->owner == STALE_DEAD || facts->owner == STALE_RUNNING)
		return facts->owner == STALE_DEAD;
	/* The clock was set back, so the age is unknown, or the clock was once far ahead. */
	if (age < 0)
		return -age >= AHEAD_SECONDS;
	switch (facts->owner) {
	case STALE_ABSENT:
		return is_before(age, facts->uptime) || age >= ABSENT_SECONDS;
	case STALE_ALIVE:
		/* Another process may have the PID now, or the PID may belong to another container. */
		return is_before(age, facts->uptime) || is_before(age, facts->process_age) || age >= ALIVE_SECONDS;
	case STALE_FOREIGN:
		return age >= FOREIGN_SECONDS;
	default:
		return age >= UNKNOWN_SECONDS;
	}
}

bool stale_needs_watch(const struct stale_facts *facts)
{
	return facts->owner != STALE_DEAD;
}

static void host_name(char *out, size_t size)
{
	if (gethostname(out, size) != 0)
		snprintf(out, size, "localhost");
	out[size - 1] = '\0';
}

int stale_our_text(char out[STALE_TEXT])
{
	char host[256], space[PLATFORM_PID_SPACE];
	uint64_t start;
	int length;

	host_name(host, sizeof(host));
	length = snprintf(out, STALE_TEXT, "%ld:%s\n", (long)getpid(), host);
	if (!platform_pid_space(space) || !platform_process_start(getpid(), &start))
		return length;
	out[length - 1] = '\0';
	return length + snprintf(out + length, STALE_TEXT - (size_t)length, "%" PRIu64 " %s\n", start, space);
}

/* Returns whether the process exists, whatever user it belongs to. */
static bool is_there(pid_t pid)
{
	return kill(pid, 0) == 0 || errno != ESRCH;
}

/*
 * Returns the state of the process that the mark of a mailhaul lock names, or STALE_UNKNOWN if its PIDs belong to
 * another PID space.
 */
static enum stale_owner find_marked(const char *mark, pid_t pid)
{
	char space[PLATFORM_PID_SPACE], *rest;
	uint64_t then = strtoull(mark, &rest, 10), start;
	size_t length;

	if (!platform_pid_space(space) || *rest++ != ' ')
		return STALE_UNKNOWN;
	length = strlen(space);
	if (strncmp(rest, space, length) != 0 || strcmp(rest + length, "\n") != 0)
		return STALE_UNKNOWN;
	/* A lock with our own PID is one that this process could not remove. */
	if (pid == getpid() || !is_there(pid))
		return STALE_DEAD;
	if (!platform_process_start(pid, &start))
		return STALE_ALIVE;
	return start == then ? STALE_RUNNING : STALE_DEAD;
}

/* Stores the host name that follows a PID after a colon or blanks. Returns false if other text follows. */
static bool cut_host(char *rest, char **host)
{
	size_t length;

	if (*rest != '\0' && !strchr(": \t\r\n", *rest))
		return false;
	rest += *rest == ':';
	rest += strspn(rest, " \t");
	length = strcspn(rest, "\r\n");
	while (length > 0 && strchr(" \t", rest[length - 1]))
		length--;
	rest[length] = '\0';
	*host = rest;
	return true;
}

/*
 * Finds the owner of a lock with the text "PID:HOST", "PID HOST" or only "PID". A mailhaul lock has a mark after this
 * text.
 */
static enum stale_owner find_owner(char *text, const char *mark, pid_t *pid)
{
	enum stale_owner marked = STALE_UNKNOWN;
	char ours[256], *host, *rest;
	long long number = strtoll(text, &rest, 10);
	bool seen;

	*pid = (pid_t)number;
	if (number < 1 || *pid != number || !cut_host(rest, &host))
		return STALE_UNKNOWN;
	if (*mark)
		marked = find_marked(mark, *pid);
	if (marked != STALE_UNKNOWN)
		return marked;
	host_name(ours, sizeof(ours));
	if (*host && strcmp(host, ours) != 0)
		return STALE_FOREIGN;
	/* A lock with our own PID belongs to another container or to a dead process that had the same PID. */
	seen = !*mark && *pid != getpid() && is_there(*pid);
	return seen ? STALE_ALIVE : *host ? STALE_ABSENT : STALE_UNKNOWN;
}

bool stale_read(const char *lock_path, int64_t now, struct stale_facts *facts, struct stat *st)
{
	char text[STALE_TEXT + 1];
	ssize_t length = -1;
	pid_t pid = -1;
	int fd;

	if (lstat(lock_path, st) != 0)
		return false;
	fd = open(lock_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0) {
		length = read(fd, text, STALE_TEXT - 1);
		close(fd);
	}
	/* One NUL terminates the text, and the other terminates an empty mark. */
	length = length < 0 ? 0 : length;
	text[length] = text[length + 1] = '\0';
	*facts = (struct stale_facts){
	    .owner = find_owner(text, text + strlen(text) + 1, &pid),
	    .age = now - st->st_mtime,
	    .uptime = platform_uptime(),
	    .process_age = -1,
	};
	if (facts->owner == STALE_ALIVE)
		facts->process_age = platform_process_age(pid);
	return true;
}

bool stale_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}
