#include "config.h"

#include "io/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/parse.h"

void notify_send(const char *assignments)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = path ? strlen(path) : 0;
	int fd;

	if (length < 2 || length >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(address.sun_path, path, length);
	/* '@' stands for an address in Linux's abstract namespace. */
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, assignments, strlen(assignments), MSG_NOSIGNAL, (const struct sockaddr *)&address,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
	close(fd);
}

/* The value of a variable that holds a number, or 0. */
static uint64_t read_number(const char *name)
{
	const char *text = getenv(name);
	uint64_t value;

	return text && parse_number(text, strlen(text), INT64_MAX, &value) ? value : 0;
}

int64_t notify_watchdog_interval(void)
{
	uint64_t pid = read_number("WATCHDOG_PID");

	if (!getenv("NOTIFY_SOCKET") || (pid != 0 && pid != (uint64_t)getpid()))
		return 0;
	return (int64_t)(read_number("WATCHDOG_USEC") / 2000);
}

void notify_forget(void)
{
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_PID");
	unsetenv("WATCHDOG_USEC");
}
