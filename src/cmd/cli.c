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

static const char help[] =
    "Usage: mailhaul [OPTION...] [VERB] [ACCOUNT...]\n"
    "Brings mail from POP3 servers over TLS into a Maildir, an mbox or a command.\n"
    "Without ACCOUNT, it is about all accounts of the configuration. The verbs:\n"
    "  fetch              bring the mail; also without a verb\n"
    "  check              try connection, certificate, login and disk; change nothing\n"
    "  verify             hold the local copies against what was delivered; offline\n"
    "  list               show what is on the server, and what will become of it\n"
    "  status             show what is known, without asking a server\n"
    "  config             show the settings that hold, and where each comes from\n"
    "  -c, --config=FILE  read FILE instead of ~/.config/mailhaul/mailhaul.conf\n"
    "  -n, --dry-run      connect and list, say for each message what would be done\n"
    "      --every=TIME   fetch again and again, with a pause of TIME (5m, say)\n"
    "      --json         print JSON, an object a line\n"
    "      --keep         delete nothing from the server in this run\n"
    "      --strict       tell every failure at once, despite report_failures_after\n"
    "  -q, --quiet        tell nothing but failures\n"
    "  -v, --verbose      tell the steps; twice: the wire, with secrets masked\n"
    "      --tls-key-log=FILE  write the keys of TLS sessions to FILE (unsafe)\n"
    "      --headers, --ignore-missing, --names, --rebuild, --refetch: see the manual\n"
    "      --help, --version   show this, or the versions of mailhaul and libraries\n"
    "Exit status: 0 all is well, 64 the command line, 65 missing or altered mail,\n"
    "68 no such host, 69 TLS or certificate, 70 a bug, 71 out of memory, 74 storing,\n"
    "75 try again later, 76 the server's answers, 77 the login, 78 the configuration;\n"
    "32 more where other accounts were fetched without a failure.\n"
    "The manuals: man mailhaul, man mailhaul.conf, man mailhaul-json\n";

/* Warns in every run about an option that makes TLS useless. */
static bool open_key_log(struct command_line *line, struct error *err)
{
	struct error warning;

	if (!line->key_log_path)
		return true;
	if (!key_log_open(&line->key_log, line->key_log_path, err))
		return false;
	error_set(&warning, ERROR_USAGE,
	    "WARNING: the keys of all TLS sessions go to %s: who has them can read what is sent, passwords too", line->key_log_path);
	error_hint(&warning, "delete that file when you are done, and do not use --tls-key-log otherwise");
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
	error_hint(&err, "check where it goes to");
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
