#ifndef MAILHAUL_CMD_EVERY_H
#define MAILHAUL_CMD_EVERY_H

#include <stdbool.h>

struct chosen;
struct command_line;

/*
 * fetch --every: begins runs, each in a process of its own and one at a time, until SIGTERM or SIGINT, which end a run
 * in progress in order. SIGHUP reads the configuration again; SIGUSR1 begins a run at once. Reports to systemd where
 * NOTIFY_SOCKET is set (io/notify).
 *
 * Returns twice or more: true in the process of each run, which has to fetch what is chosen; false at the end, with the
 * exit code in *code. After SIGINT it ends the program by that signal instead.
 */
bool every_begins_run(const struct command_line *line, struct chosen *chosen, int *code);

#endif
