#include "config.h"

#include "cmd/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/error.h"
#include "base/platform.h"
#include "cmd/check.h"
#include "cmd/command_line.h"
#include "cmd/fetch.h"
#include "cmd/help.h"
#include "cmd/list.h"
#include "cmd/show_config.h"
#include "cmd/status.h"
#include "cmd/verify.h"
#include "cmd/version.h"
#include "io/interrupt.h"
#include "tls/key_log.h"
#include "ui/report.h"

/* The first command is the default. */
static const struct command commands[] = {
    {"fetch", fetch_run,
	CLI_KEEP | CLI_DRY_RUN | CLI_STRICT | CLI_JSON | CLI_EVERY | CLI_RETRY_REFUSED | CLI_ACCEPT_WEAKER |
	    CLI_KEY_LOG,
	"fetch the mail (the default command)"},
    {"check", check_run, CLI_JSON | CLI_KEY_LOG, "test connection, certificate, login, disk; change nothing"},
    {"verify", verify_run, CLI_JSON | CLI_IGNORE_MISSING | CLI_REFETCH | CLI_REBUILD | CLI_KEY_LOG,
	"compare the local copies with the delivered mail; offline"},
    {"list", list_run, CLI_JSON | CLI_HEADERS | CLI_KEY_LOG,
	"list the messages on the server and what happens to each"},
    {"status", status_run, CLI_JSON | CLI_FAIL, "show the results of earlier runs, without asking a server"},
    {"config", show_config_run, CLI_JSON | CLI_NAMES | CLI_CHANGED,
	"show the effective settings, and where each comes from"},
    {"help", help_run, 0, "print this help, or the options of a command"},
    {NULL, NULL, 0, NULL},
};

/* Warns in every run about an option that makes TLS useless. */
static bool open_key_log(struct command_line *line, struct error *err)
{
	struct error warning;

	if (!line->key_log_path)
		return true;
	if (!key_log_open(&line->key_log, line->key_log_path, err))
		return false;
	error_set(&warning, ERROR_USAGE,
	    "WARNING: the keys of all TLS sessions are written to %s: anyone who has them can read the traffic, "
	    "including passwords",
	    line->key_log_path);
	error_hint(&warning, "delete that file when you are done");
	report_error(NULL, STEP_NONE, &warning);
	return true;
}

static int run_command(struct command_line *line)
{
	struct error err;
	int code;

	if (!open_key_log(line, &err)) {
		report_error(NULL, STEP_NONE, &err);
		return EX_USAGE;
	}
	code = line->command->run(line);
	key_log_close(&line->key_log);
	return code;
}

/*
 * Flushes standard output. Returns false if not everything could be written. A reader that has gone away is not an
 * error to report.
 */
static bool finish_output(void)
{
	struct error err;

	if (fflush(stdout) == 0)
		return true;
	if (errno == EPIPE)
		return false;
	error_errno(&err, ERROR_STORAGE, errno, "standard output cannot be written");
	error_hint(&err, "check where standard output is redirected");
	report_error(NULL, STEP_NONE, &err);
	return false;
}

/*
 * Opens /dev/null for each of the descriptors 0 to 2 that is closed, so that no file of ours becomes standard output or
 * standard error. They are opened in the direction that is not used, so that reading or writing them still fails.
 */
static bool fill_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* open takes the lowest free descriptor, which is this one. */
		if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return false;
	}
	return true;
}

const struct command *cli_commands(void)
{
	return commands;
}

int cli_main(int argc, char **argv)
{
	struct command_line line;
	struct error err;
	int code;

	if (!fill_standard_descriptors()) {
		error_errno(&err, ERROR_INTERNAL, errno, "/dev/null cannot be opened");
		error_hint(&err, "open standard input, output and error, or provide /dev/null");
		report_error(NULL, STEP_NONE, &err);
		return EX_OSERR;
	}
	/* Writes to a closed pipe or to a file that is too large then fail with an error. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	/* The parent may have ignored this signal, which would hide the end of child processes. */
	signal(SIGCHLD, SIG_DFL);
	/*
	 * GnuTLS would write the keys of every session to the file that this variable names. --tls-key-log does so
	 * explicitly.
	 */
	unsetenv("SSLKEYLOGFILE");
	platform_forbid_core_files();
	if (!command_line_parse(&line, commands, argc, argv, &err)) {
		report_error(NULL, STEP_NONE, &err);
		return EX_USAGE;
	}
	if (line.help)
		code = help_print(&line);
	else if (line.version)
		code = version_run();
	else
		code = run_command(&line);
	if (!finish_output() && code == EX_OK)
		code = EX_IOERR;
	interrupt_end();
	return code;
}
