#include "config.h"

#include "cmd/help.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/error.h"
#include "base/nearest.h"
#include "cmd/command_line.h"
#include "ui/report.h"

enum { COMMANDS_MOST = 16 };

static const struct {
	unsigned bit;	      /* enum cli_option; 0: every command accepts it */
	bool only_by_command; /* the help of the program leaves it out */
	const char *names, *summary;
} options[] = {
    {0, false, "-c, --config=FILE", "read FILE instead of ~/.config/mailhaul/mailhaul.conf"},
    {CLI_DRY_RUN, false, "-n, --dry-run", "list the messages and what would be done to each"},
    {CLI_EVERY, false, "    --every=TIME", "fetch again and again, pausing for TIME (such as 5m)"},
    {CLI_JSON, false, "    --json", "print JSON, one object per line"},
    {CLI_KEEP, false, "    --keep", "delete nothing from the server in this run"},
    {CLI_ACCEPT_WEAKER, true, "    --accept-weaker-login", "accept a weaker login than earlier runs used"},
    {CLI_RETRY_REFUSED, true, "    --retry-refused", "try messages again that deliver_command keeps refusing"},
    {CLI_STRICT, true, "    --strict", "report failures at once, despite report_failures_after"},
    {CLI_HEADERS, true, "    --headers", "also show the date, sender and subject of each message"},
    {CLI_REFETCH, true, "    --refetch", "fetch missing and altered messages again"},
    {CLI_IGNORE_MISSING, true, "    --ignore-missing", "do not report missing messages"},
    {CLI_REBUILD, true, "    --rebuild", "rebuild a lost state from the local copies"},
    {CLI_FAIL, true, "    --fail[=AGE]", "exit with 2 unless each last run completed within AGE"},
    {CLI_CHANGED, true, "    --changed", "show only settings that differ from the defaults"},
    {CLI_NAMES, true, "    --names", "print only the names of the accounts"},
    {0, false, "-q, --quiet", "print failures only"},
    {0, false, "-v, --verbose", "print each step; twice: the protocol without secrets"},
    {CLI_KEY_LOG, true, "    --tls-key-log=FILE", "write the keys of TLS sessions to FILE, for Wireshark"},
    {0, false, "-h, --help", "print this help; with a command, all of its options"},
    {0, false, "-V, --version", "print the versions of all components"},
};

static const char ends[] = "Exit status: 0 success, 2 status --fail, 64 command line, 65 missing or altered\n"
			   "mail, 68 no such host, 69 TLS or certificate, 70 internal error, 71 memory,\n"
			   "74 storage, 75 temporary failure, 76 server replies, 77 login, 78 configuration;\n"
			   "32 more if other accounts were fetched without a failure.\n"
			   "Manuals: man mailhaul (all options), man mailhaul.conf, man mailhaul-json\n";

/* Returns whether the help of the command, or that of the program if it is NULL, has the option. */
static bool is_listed(size_t option, const struct command *command)
{
	if (!command)
		return !options[option].only_by_command;
	if (options[option].bit)
		return options[option].bit & command->options;
	/* The command help accepts all of the others, but only these two matter to it. */
	return command->run != help_run || strchr("hV", options[option].names[1]);
}

/* Prints the options that the command accepts, or the most important ones of all commands. */
static void print_options(const struct command *command)
{
	int width = command ? 22 : 17;

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (!is_listed(i, command))
			continue;
		printf("  %-*s", width, options[i].names);
		if (strlen(options[i].names) > (size_t)width)
			printf("\n  %*s", width, "");
		printf("  %s\n", options[i].summary);
	}
}

static int print_command(const struct command *command)
{
	printf("Usage: mailhaul %s [OPTION...] [%s...]\n%s: %s\n", command->name,
	    command->run == help_run ? "COMMAND" : "ACCOUNT", command->name, command->summary);
	print_options(command);
	return ferror(stdout) ? EX_IOERR : EX_OK;
}

int help_print(const struct command_line *line)
{
	if (line->command_named)
		return print_command(line->command);
	puts("Usage: mailhaul [OPTION...] [COMMAND] [ACCOUNT...]\n"
	     "Fetch mail from POP3 servers over TLS into a Maildir, an mbox or a command.\n"
	     "Without ACCOUNT, a command applies to all accounts. The commands:");
	for (const struct command *c = line->commands; c->name; c++)
		printf("  %-17s  %s\n", c->name, c->summary);
	print_options(NULL);
	fputs(ends, stdout);
	return ferror(stdout) ? EX_IOERR : EX_OK;
}

static int refuse(const struct command_line *line, const char *name)
{
	const char *names[COMMANDS_MOST], *near;
	struct error err;
	size_t count = 0;

	for (; line->commands[count].name && count < COMMANDS_MOST; count++)
		names[count] = line->commands[count].name;
	near = nearest_name(name, names, count);
	error_set(&err, ERROR_USAGE, "there is no command %s", name);
	if (near)
		error_hint(&err, "did you mean %s?", near);
	else
		error_hint(&err, "see mailhaul --help");
	report_error(NULL, STEP_NONE, &err);
	return EX_USAGE;
}

int help_run(const struct command_line *line)
{
	struct command_line all = *line;
	int code = EX_OK;

	all.command_named = false;
	if (!*line->accounts)
		return help_print(&all);
	for (char **name = line->accounts; *name && code == EX_OK; name++) {
		const struct command *c = command_line_find(line, *name);

		if (name > line->accounts)
			putchar('\n');
		code = c ? print_command(c) : refuse(line, *name);
	}
	return code;
}
