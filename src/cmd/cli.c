#include "config.h"

#include "cmd/cli.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/error.h"
#include "base/nearest.h"
#include "base/platform.h"
#include "cmd/check.h"
#include "cmd/fetch.h"
#include "cmd/list.h"
#include "cmd/show_config.h"
#include "cmd/status.h"
#include "cmd/verify.h"
#include "cmd/version.h"
#include "io/interrupt.h"
#include "tls/key_log.h"
#include "ui/report.h"

static const struct verb verbs[] = {
    {"fetch", fetch_run, CLI_KEEP | CLI_DRY_RUN | CLI_STRICT | CLI_JSON},
    {"check", check_run, CLI_JSON},
    {"verify", verify_run, CLI_JSON | CLI_IGNORE_MISSING | CLI_REFETCH | CLI_REBUILD},
    {"list", list_run, CLI_JSON | CLI_HEADERS},
    {"status", status_run, CLI_JSON},
    {"config", show_config_run, CLI_JSON | CLI_NAMES},
};

/* Options that have no letter, beyond all letters; OPTION_BIT is followed by those of enum cli_option. */
enum { OPTION_HELP = 256, OPTION_VERSION, OPTION_KEY_LOG, OPTION_BIT };

static const char letters[] = ":c:qvn";

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"quiet", no_argument, NULL, 'q'},
    {"verbose", no_argument, NULL, 'v'},
    {"keep", no_argument, NULL, OPTION_BIT + CLI_KEEP},
    {"dry-run", no_argument, NULL, 'n'},
    {"json", no_argument, NULL, OPTION_BIT + CLI_JSON},
    {"strict", no_argument, NULL, OPTION_BIT + CLI_STRICT},
    {"tls-key-log", required_argument, NULL, OPTION_KEY_LOG},
    {"ignore-missing", no_argument, NULL, OPTION_BIT + CLI_IGNORE_MISSING},
    {"refetch", no_argument, NULL, OPTION_BIT + CLI_REFETCH},
    {"rebuild", no_argument, NULL, OPTION_BIT + CLI_REBUILD},
    {"headers", no_argument, NULL, OPTION_BIT + CLI_HEADERS},
    {"names", no_argument, NULL, OPTION_BIT + CLI_NAMES},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
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

/* An option that is not there: names the nearest one. */
static bool refuse_option(const char *word, struct error *err)
{
	const char *names[sizeof(options) / sizeof(options[0])];
	size_t count = 0;
	const char *near;

	for (; options[count].name; count++)
		names[count] = options[count].name;
	error_set(err, ERROR_USAGE, "there is no option %s", word);
	near = strncmp(word, "--", 2) == 0 ? nearest_name(word + 2, names, count) : NULL;
	if (near)
		return error_mend(err, "did you mean --%s?", near);
	return error_mend(err, "see mailhaul --help");
}

/* getopt_long has said '?' or ':' about the word before optind; optopt says whether it knows it. */
static bool explain_option(int said, char **argv, struct error *err)
{
	char single[3] = {'-', (char)optopt, '\0'};
	const char *word = argv[optind - 1];

	if (said == ':') {
		error_set(err, ERROR_USAGE, "the option %s needs a value", word);
		return error_mend(err, "see mailhaul --help");
	}
	if (optopt != 0 && optopt < OPTION_HELP && !strchr(letters, optopt))
		return refuse_option(single, err);
	if (optopt != 0) {
		error_set(err, ERROR_USAGE, "the option %s takes no value", word);
		return error_mend(err, "see mailhaul --help");
	}
	return refuse_option(word, err);
}

static void take_option(struct cli *cli, int option)
{
	switch (option) {
	case 'c':
		cli->config_path = optarg;
		break;
	case 'q':
		cli->level = LOG_QUIET;
		break;
	case 'v':
		cli->level = cli->level >= LOG_VERBOSE ? LOG_WIRE : LOG_VERBOSE;
		break;
	case 'n':
		cli->options |= CLI_DRY_RUN;
		break;
	case OPTION_KEY_LOG:
		cli->key_log_path = optarg;
		break;
	case OPTION_HELP:
		cli->help = true;
		break;
	case OPTION_VERSION:
		cli->version = true;
		break;
	default:
		cli->options |= (unsigned)(option - OPTION_BIT);
		break;
	}
}

const struct verb *cli_verbs(size_t *count)
{
	*count = sizeof(verbs) / sizeof(verbs[0]);
	return verbs;
}

/* A first word that is a verb's name; other words are accounts. */
static void take_verb(struct cli *cli)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]) && cli->accounts[0]; i++) {
		if (strcmp(cli->accounts[0], verbs[i].name) == 0) {
			cli->verb = &verbs[i];
			cli->verb_named = true;
			cli->accounts++;
			return;
		}
	}
}

/* Whether the verb takes all options that were given. */
static bool check_options(const struct cli *cli, struct error *err)
{
	for (const struct option *o = options; o->name; o++) {
		unsigned bit = o->val == 'n' ? CLI_DRY_RUN : o->val > OPTION_BIT ? (unsigned)(o->val - OPTION_BIT) : 0;

		if ((cli->options & bit & ~cli->verb->options) == 0)
			continue;
		error_set(err, ERROR_USAGE, "the verb %s takes no --%s", cli->verb->name, o->name);
		return error_mend(err, "see mailhaul --help");
	}
	return true;
}

bool cli_parse(struct cli *cli, int argc, char **argv, struct error *err)
{
	int option;

	*cli = (struct cli){.verb = &verbs[0], .level = LOG_NORMAL};
	opterr = 0;
	optind = 1;
	while ((option = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		if (option == '?' || option == ':')
			return explain_option(option, argv, err);
		take_option(cli, option);
	}
	cli->accounts = argv + optind;
	take_verb(cli);
	return check_options(cli, err);
}

/* What makes TLS useless is said aloud, in each run. */
static bool open_key_log(struct cli *cli, struct error *err)
{
	struct error warning;

	if (!cli->key_log_path)
		return true;
	if (!key_log_open(&cli->key_log, cli->key_log_path, err))
		return false;
	error_set(&warning, ERROR_USAGE,
	    "WARNING: the keys of all TLS sessions go to %s: who has them can read what is sent, passwords too", cli->key_log_path);
	error_mend(&warning, "delete that file when you are done, and do not use --tls-key-log otherwise");
	report_error(NULL, NULL, &warning);
	return true;
}

static int run_verb(struct cli *cli)
{
	struct error err;
	int code;

	if (!open_key_log(cli, &err)) {
		report_error(NULL, NULL, &err);
		return EX_USAGE;
	}
	code = cli->verb->run(cli);
	key_log_close(&cli->key_log);
	return code;
}

/* Whether all that was printed has gone out. A reader who has left wants to hear no more. */
static bool finish_output(void)
{
	struct error err;

	if (fflush(stdout) == 0)
		return true;
	if (errno == EPIPE)
		return false;
	error_errno(&err, ERROR_STORAGE, errno, "standard output cannot be written");
	error_mend(&err, "check where it goes to");
	report_error(NULL, NULL, &err);
	return false;
}

int cli_main(int argc, char **argv)
{
	struct cli cli;
	struct error err;
	int code;

	/* A reader that goes away, or a file that grows too large, is noticed where it is written. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	/* Whoever started us may ignore this one, and the ends of our processes would go unseen. */
	signal(SIGCHLD, SIG_DFL);
	/* GnuTLS would write the keys of every session to the file that this names. Who wants that, says so. */
	unsetenv("SSLKEYLOGFILE");
	platform_forbid_core_files();
	if (!cli_parse(&cli, argc, argv, &err)) {
		report_error(NULL, NULL, &err);
		return EX_USAGE;
	}
	if (cli.help)
		code = fputs(help, stdout) >= 0 ? EX_OK : EX_IOERR;
	else if (cli.version)
		code = version_run();
	else
		code = run_verb(&cli);
	if (!finish_output() && code == EX_OK)
		code = EX_IOERR;
	interrupt_end();
	return code;
}
