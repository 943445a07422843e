#include "config.h"

#include "store/stale.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/platform.h"

enum {
	UNKNOWN_SECONDS = 300,
	FOREIGN_SECONDS = 3600,
	ALIVE_SECONDS = 86400,
	CLOCK_SECONDS = 10, /* by which clocks may differ */
};

/* Whether the lock was there before something began that is so old. */
static bool is_before(int64_t age, int64_t start)
{
	return start >= 0 && age > start + CLOCK_SECONDS;
}

bool stale_by(const struct stale_facts *facts)
{
	switch (facts->owner) {
	case STALE_DEAD:
		return true;
	case STALE_ALIVE:
		/* Another process has the number now; or the number counts elsewhere, in another container. */
		return is_before(facts->age, facts->uptime) || is_before(facts->age, facts->process_age) ||
		    facts->age >= ALIVE_SECONDS;
	case STALE_FOREIGN:
		return facts->age >= FOREIGN_SECONDS;
	case STALE_UNKNOWN:
		break;
	}
	return facts->age >= UNKNOWN_SECONDS;
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
	char host[256];

	host_name(host, sizeof(host));
	return snprintf(out, STALE_TEXT, "%ld:%s\n", (long)getpid(), host);
}

/* Who left the lock: "PID:HOST", or only a PID from programs that say no more. */
static enum stale_owner find_owner(char *text, pid_t *pid)
{
	char host[256], *rest;
	long number = strtol(text, &rest, 10);

	if (number <= 1 || *rest != ':')
		return STALE_UNKNOWN;
	*pid = (pid_t)number;
	rest[strcspn(rest, "\n")] = '\0';
	host_name(host, sizeof(host));
	if (strcmp(rest + 1, host) != 0)
		return STALE_FOREIGN;
	/* Ours is one that we could not remove, or of somebody who died and had the number before us. */
	return *pid == getpid() || (kill(*pid, 0) != 0 && errno == ESRCH) ? STALE_DEAD : STALE_ALIVE;
}

bool stale_read(const char *lock_path, int64_t now, struct stale_facts *facts, struct stat *st)
{
	char text[STALE_TEXT] = "";
	pid_t pid = -1;
	int fd;

	if (lstat(lock_path, st) != 0)
		return false;
	fd = open(lock_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd >= 0) {
		if (read(fd, text, sizeof(text) - 1) < 0)
			text[0] = '\0';
		close(fd);
	}
	/* A time that is to come is left by a clock that was wrong: that lock has not been refreshed since then either. */
	*facts = (struct stale_facts){
	    .owner = find_owner(text, &pid),
	    .age = now > st->st_mtime ? now - st->st_mtime : st->st_mtime - now,
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
