#include "config.h"

#include "cmd/cli.h"

#include <errno.h>
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
    {"fetch", fetch_run, CLI_KEEP | CLI_DRY_RUN | CLI_STRICT | CLI_JSON | CLI_EVERY},
    {"check", check_run, CLI_JSON},
    {"verify", verify_run, CLI_JSON | CLI_IGNORE_MISSING | CLI_REFETCH | CLI_REBUILD},
    {"list", list_run, CLI_JSON | CLI_HEADERS},
    {"status", status_run, CLI_JSON},
    {"config", show_config_run, CLI_JSON | CLI_NAMES},
    {NULL, NULL, 0},
};

static const char help[] = "Usage: mailhaul [OPTION...] [COMMAND] [ACCOUNT...]\n"
			   "Fetch mail from POP3 servers over TLS into a Maildir, an mbox or a command.\n"
			   "Without ACCOUNT, a command applies to all accounts. The commands:\n"
			   "  fetch              fetch the mail (the default command)\n"
			   "  check              test connection, certificate, login, disk; change nothing\n"
			   "  verify             compare the local copies with the delivered mail; offline\n"
			   "  list               list the messages on the server and what happens to each\n"
			   "  status             show the results of earlier runs, without asking a server\n"
			   "  config             show the effective settings, and where each comes from\n"
			   "  -c, --config=FILE  read FILE instead of ~/.config/mailhaul/mailhaul.conf\n"
			   "  -n, --dry-run      connect and list; print what would be done to each message\n"
			   "      --every=TIME   fetch again and again, with a pause of TIME (such as 5m)\n"
			   "      --json         print JSON, one object per line\n"
			   "      --keep         delete nothing from the server in this run\n"
			   "      --strict       report every failure at once, despite report_failures_after\n"
			   "  -q, --quiet        print failures only\n"
			   "  -v, --verbose      print each step; twice: the protocol, with secrets masked\n"
			   "      --headers, --ignore-missing, --names, --rebuild, --refetch, --tls-key-log\n"
			   "      --help, --version   print this help, or the versions of all components\n"
			   "Exit status: 0 success, 64 command line, 65 missing or altered mail, 68 no such\n"
			   "host, 69 TLS or certificate, 70 internal error, 71 out of memory, 74 storage,\n"
			   "75 temporary failure, 76 server replies, 77 login, 78 configuration;\n"
			   "32 more if other accounts were fetched without a failure.\n"
			   "Manuals: man mailhaul (all options), man mailhaul.conf, man mailhaul-json\n";

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

const struct command *cli_commands(void)
{
	return commands;
}

int cli_main(int argc, char **argv)
{
	struct command_line line;
	struct error err;
	int code;

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
		code = fputs(help, stdout) >= 0 ? EX_OK : EX_IOERR;
	else if (line.version)
		code = version_run();
	else
		code = run_command(&line);
	if (!finish_output() && code == EX_OK)
		code = EX_IOERR;
	interrupt_end();
	return code;
}
