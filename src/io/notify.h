#ifndef MAILHAUL_IO_NOTIFY_H
#define MAILHAUL_IO_NOTIFY_H

#include <stdint.h>

/*
 * The protocol of systemd's sd_notify(3), for a service of Type=notify. Without NOTIFY_SOCKET in the environment nothing
 * is sent. Failures are ignored: the service manager has its own time limits.
 */

/* Sends assignments such as "READY=1", separated by newlines. */
void notify_send(const char *assignments);

/* How often to send "WATCHDOG=1", in milliseconds: half of the service manager's limit. 0: it does not watch. */
int64_t notify_watchdog_interval(void);

/* Removes the variables from the environment, so that child processes do not speak for this one. */
void notify_forget(void);

#endif
