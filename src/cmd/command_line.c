#include "config.h"

#include "cmd/command_line.h"

#include <getopt.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/parse.h"

/* Values of options without a letter, above all letters. The values after OPTION_BIT are those of enum cli_option. */
enum { OPTION_KEY_LOG = 256, OPTION_EVERY, OPTION_FAIL, OPTION_BIT };

static const char letters[] = ":c:qvnhV";

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"quiet", no_argument, NULL, 'q'},
    {"verbose", no_argument, NULL, 'v'},
    {"keep", no_argument, NULL, OPTION_BIT + CLI_KEEP},
    {"dry-run", no_argument, NULL, 'n'},
    {"json", no_argument, NULL, OPTION_BIT + CLI_JSON},
    {"accept-weaker-login", no_argument, NULL, OPTION_BIT + CLI_ACCEPT_WEAKER},
    {"strict", no_argument, NULL, OPTION_BIT + CLI_STRICT},
    {"every", required_argument, NULL, OPTION_EVERY},
    {"fail", optional_argument, NULL, OPTION_FAIL},
    {"tls-key-log", required_argument, NULL, OPTION_KEY_LOG},
    {"ignore-missing", no_argument, NULL, OPTION_BIT + CLI_IGNORE_MISSING},
    {"refetch", no_argument, NULL, OPTION_BIT + CLI_REFETCH},
    {"rebuild", no_argument, NULL, OPTION_BIT + CLI_REBUILD},
    {"retry-refused", no_argument, NULL, OPTION_BIT + CLI_RETRY_REFUSED},
    {"headers", no_argument, NULL, OPTION_BIT + CLI_HEADERS},
    {"names", no_argument, NULL, OPTION_BIT + CLI_NAMES},
    {"changed", no_argument, NULL, OPTION_BIT + CLI_CHANGED},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {NULL, 0, NULL, 0},
};

/* Reports an unknown option and suggests the nearest one. */
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
		return error_hint(err, "did you mean --%s?", near);
	return error_hint(err, "see mailhaul --help");
}

/*
 * Explains why getopt_long returned '?' or ':' for the word before optind. optopt shows whether getopt_long knows the
 * option.
 */
static bool explain_option(int said, char **argv, struct error *err)
{
	char single[3] = {'-', (char)optopt, '\0'};
	const char *word = argv[optind - 1];

	if (said == ':') {
		error_set(err, ERROR_USAGE, "the option %s needs a value", word);
		return error_hint(err, "see mailhaul --help");
	}
	if (optopt != 0 && optopt < OPTION_KEY_LOG && !strchr(letters, optopt))
		return refuse_option(single, err);
	if (optopt != 0) {
		error_set(err, ERROR_USAGE, "the option %.*s does not take a value", (int)strcspn(word, "="), word);
		return error_hint(err, "see mailhaul --help");
	}
	return refuse_option(word, err);
}

static void take_option(struct command_line *line, int option)
{
	switch (option) {
	case 'c':
		line->config_path = optarg;
		break;
	case 'q':
		line->level = LOG_QUIET;
		break;
	case 'v':
		line->level = line->level >= LOG_VERBOSE ? LOG_WIRE : LOG_VERBOSE;
		break;
	case 'n':
		line->options |= CLI_DRY_RUN;
		break;
	case OPTION_KEY_LOG:
		line->options |= CLI_KEY_LOG;
		line->key_log_path = optarg;
		break;
	case OPTION_EVERY:
		line->options |= CLI_EVERY;
		if (!parse_duration(optarg, &line->every))
			line->every = 0;
		break;
	case OPTION_FAIL:
		line->options |= CLI_FAIL;
		line->fail_age = 0;
		if (optarg && (!parse_duration(optarg, &line->fail_age) || line->fail_age == 0))
			line->fail_age = -1;
		break;
	case 'h':
		line->help = true;
		break;
	case 'V':
		line->version = true;
		break;
	default:
		line->options |= (unsigned)(option - OPTION_BIT);
		break;
	}
}

const struct command *command_line_find(const struct command_line *line, const char *word)
{
	for (const struct command *c = line->commands; c->name; c++) {
		if (strcmp(word, c->name) == 0)
			return c;
	}
	return NULL;
}

bool command_line_refuse_order(const struct command_line *line, const char *word, struct error *err)
{
	bool help = strcmp(word, "help") == 0;
	struct buf words = {0};

	if (line->command_named) {
		error_set(err, ERROR_USAGE, "there is no account %s, and %s is already the command", word,
		    line->command->name);
		if (help)
			return error_hint(err, "see mailhaul help %s", line->command->name);
		return error_hint(err, "name one command, and then accounts");
	}
	for (char **account = line->accounts; *account; account++) {
		if (strcmp(*account, word) != 0)
			buf_append_format(&words, " %s", *account);
	}
	error_set(err, ERROR_USAGE, "the command %s follows the name of an account", word);
	if (help)
		error_hint(err, "see mailhaul help");
	else
		error_hint(err, "write the command first: mailhaul %s%s", word, buf_string(&words));
	buf_free(&words);
	return false;
}

/* Takes the first word as a command if it is the name of one. All other words are accounts. */
static void take_command(struct command_line *line)
{
	const struct command *found = line->accounts[0] ? command_line_find(line, line->accounts[0]) : NULL;

	if (!found)
		return;
	line->command = found;
	line->command_named = true;
	line->accounts++;
}

/* Refuses an option that the command does not take. Perhaps the command it belongs to follows an account. */
static bool refuse_misplaced(const struct command_line *line, const char *option, unsigned bit, struct error *err)
{
	const struct command *owner = line->commands;

	for (char **word = line->accounts; *word && !line->command_named; word++) {
		const struct command *found = command_line_find(line, *word);

		if (found && (found->options & bit))
			return command_line_refuse_order(line, *word, err);
	}
	/* Each option is one of a command. */
	while (owner[1].name && !(owner->options & bit))
		owner++;
	error_set(err, ERROR_USAGE, "the command %s does not take --%s", line->command->name, option);
	return error_hint(err, "use it with the command %s", owner->name);
}

/* Checks that the command accepts all given options. */
static bool check_options(const struct command_line *line, struct error *err)
{
	for (const struct option *o = options; o->name; o++) {
		unsigned bit = o->val == 'n'   ? CLI_DRY_RUN
		    : o->val == OPTION_EVERY   ? CLI_EVERY
		    : o->val == OPTION_FAIL    ? CLI_FAIL
		    : o->val == OPTION_KEY_LOG ? CLI_KEY_LOG
		    : o->val > OPTION_BIT      ? (unsigned)(o->val - OPTION_BIT)
					       : 0;

		if ((line->options & bit & ~line->command->options) != 0)
			return refuse_misplaced(line, o->name, bit, err);
	}
	if ((line->options & CLI_EVERY) && line->every == 0) {
		error_set(err, ERROR_USAGE, "--every needs the time between two runs");
		return error_hint(err, "give it as a number and s, m, h, d or w, such as --every=5m");
	}
	if ((line->options & CLI_ACCEPT_WEAKER) && !*line->accounts && !line->help) {
		error_set(err, ERROR_USAGE, "--accept-weaker-login needs the names of accounts");
		return error_hint(err, "name the accounts whose server was changed");
	}
	if ((line->options & CLI_FAIL) && line->fail_age < 0) {
		error_set(err, ERROR_USAGE, "the value of --fail is not an age");
		return error_hint(err, "give it as a number and s, m, h, d or w, such as --fail=2d");
	}
	return true;
}

bool command_line_parse(struct command_line *line, const struct command *commands, int argc, char **argv,
    struct error *err)
{
	int option;

	*line = (struct command_line){.commands = commands, .command = commands, .level = LOG_NORMAL};
	opterr = 0;
	optind = 1;
	while ((option = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		if (option == '?' || option == ':')
			return explain_option(option, argv, err);
		take_option(line, option);
	}
	line->accounts = argv + optind;
	take_command(line);
	return check_options(line, err);
}
