#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/error.h"
#include "check_main.h"
#include "cmd/cli.h"
#include "cmd/command_line.h"
#include "cmd/exit_code.h"

enum { WORDS_MOST = 8 };

/* Parses a command line without the program's name, split at blanks. The words stay valid until the next call. */
static bool parse(const char *typed, struct command_line *line, struct error *err)
{
	static char text[256], program[] = "mailhaul", *argv[WORDS_MOST + 2];
	int argc = 1;

	snprintf(text, sizeof(text), "%s", typed);
	argv[0] = program;
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	return command_line_parse(line, cli_commands(), argc, argv, err);
}

/* Describes how a command line was understood. */
static const char *describe(const struct command_line *line)
{
	static const char *const levels[] = {"quiet", "normal", "verbose", "wire"};
	static char out[512];
	int used = snprintf(out, sizeof(out), "%s %s", line->command->name, levels[line->level]);

	used += snprintf(out + used, sizeof(out) - (size_t)used, "%s%s%s%s%s%s%s",
	    line->options & CLI_KEEP ? " keep" : "", line->options & CLI_DRY_RUN ? " dry" : "",
	    line->options & CLI_STRICT ? " strict" : "", line->options & CLI_JSON ? " json" : "",
	    line->options & CLI_NAMES ? " names" : "", line->help ? " help" : "", line->version ? " version" : "");
	used += snprintf(out + used, sizeof(out) - (size_t)used, "%s%s%s",
	    line->options & CLI_REFETCH ? " refetch" : "", line->options & CLI_REBUILD ? " rebuild" : "",
	    line->options & CLI_IGNORE_MISSING ? " ignore-missing" : "");
	if (line->config_path)
		used += snprintf(out + used, sizeof(out) - (size_t)used, " config=%s", line->config_path);
	if (line->key_log_path)
		used += snprintf(out + used, sizeof(out) - (size_t)used, " keys=%s", line->key_log_path);
	for (char **name = line->accounts; *name; name++)
		used += snprintf(out + used, sizeof(out) - (size_t)used, " <%s>", *name);
	return out;
}

static const struct {
	const char *line, *meaning;
} lines[] = {
    {"", "fetch normal"},
    {"fetch", "fetch normal"},
    {"work", "fetch normal <work>"},
    {"fetch work home", "fetch normal <work> <home>"},
    {"work fetch", "fetch normal <work> <fetch>"},
    {"fetch fetch", "fetch normal <fetch>"},
    {"-q", "fetch quiet"},
    {"--quiet", "fetch quiet"},
    {"-v", "fetch verbose"},
    {"-v -v", "fetch wire"},
    {"-vv", "fetch wire"},
    {"-vvv", "fetch wire"},
    {"--verbose --verbose", "fetch wire"},
    {"-n", "fetch normal dry"},
    {"--strict work", "fetch normal strict <work>"},
    {"--tls-key-log=keys work", "fetch normal keys=keys <work>"},
    {"--dry-run", "fetch normal dry"},
    {"--keep", "fetch normal keep"},
    {"-c file", "fetch normal config=file"},
    {"-cfile", "fetch normal config=file"},
    {"--config=file", "fetch normal config=file"},
    {"--config file", "fetch normal config=file"},
    {"-nc file", "fetch normal dry config=file"},
    {"--help", "fetch normal help"},
    {"--version", "fetch normal version"},
    {"verify", "verify normal"},
    {"verify --refetch --ignore-missing work", "verify normal refetch ignore-missing <work>"},
    {"verify --rebuild --json", "verify normal json rebuild"},
    {"work -n home --keep", "fetch normal keep dry <work> <home>"},
    {"fetch -v work", "fetch verbose <work>"},
    {"check", "check normal"},
    {"check --json -v work", "check verbose json <work>"},
    {"--json check check", "check normal json <check>"},
    {"config --json one", "config normal json <one>"},
    {"status --json", "status normal json"},
    {"--names config", "config normal names"},
    {"-- -q", "fetch normal <-q>"},
    {"-- fetch", "fetch normal"},
    {"-", "fetch normal <->"},
};

START_TEST(a_valid_command_line_is_parsed)
{
	struct command_line line;
	struct error err;

	ck_assert_msg(parse(lines[_i].line, &line, &err), "%s", err.cause);
	ck_assert_str_eq(describe(&line), lines[_i].meaning);
}
END_TEST

static const struct {
	const char *line, *cause, *hint;
} wrong[] = {
    {"--quite", "there is no option --quite", "did you mean --quiet?"},
    {"--dryrun", "there is no option --dryrun", "did you mean --dry-run?"},
    {"--kep work", "there is no option --kep", "did you mean --keep?"},
    {"--konfig=x", "there is no option --konfig=x", ""},
    {"--nothing-like-it", "there is no option --nothing-like-it", "see mailhaul --help"},
    {"-x", "there is no option -x", "see mailhaul --help"},
    {"-qx", "there is no option -x", "see mailhaul --help"},
    {"--keep -xq", "there is no option -x", "see mailhaul --help"},
    {"--config=a -xq", "there is no option -x", "see mailhaul --help"},
    {"-xq", "there is no option -x", "see mailhaul --help"},
    {"-k", "there is no option -k", "see mailhaul --help"},
    {"-x", "there is no option -x", "see mailhaul --help"},
    {"-c", "the option -c needs a value", "see mailhaul --help"},
    {"work -qc", "needs a value", "see mailhaul --help"},
    {"--config", "the option --config needs a value", "see mailhaul --help"},
    {"--keep=yes", "does not take a value", "see mailhaul --help"},
    {"fetch --quiet=1 work", "does not take a value", "see mailhaul --help"},
    {"fetch --refetch", "the command fetch does not take --refetch", "use it with the command verify"},
    {"--rebuild", "the command fetch does not take --rebuild", "use it with the command verify"},
    {"verify --keep", "the command verify does not take --keep", "use it with the command fetch"},
    {"--ver", "there is no option --ver", ""},
    {"check --keep", "the command check does not take --keep", "use it with the command fetch"},
    {"-n check work", "the command check does not take --dry-run", "use it with the command fetch"},
    {"--names work", "the command fetch does not take --names", "use it with the command config"},
    {"status --tls-key-log=keys", "the command status does not take --tls-key-log", "use it with the command fetch"},
};

START_TEST(an_invalid_option_is_rejected_with_a_hint)
{
	struct command_line line;
	struct error err;

	ck_assert(!parse(wrong[_i].line, &line, &err));
	ck_assert_int_eq(err.kind, ERROR_USAGE);
	ck_assert_msg(strstr(err.cause, wrong[_i].cause) != NULL, "%s", err.cause);
	ck_assert_msg(strstr(err.hint, wrong[_i].hint) != NULL, "%s", err.hint);
}
END_TEST

static const struct {
	enum error_kind kind;
	int code, temporary_code;
} kinds[] = {
    {ERROR_NONE, EX_OK, EX_TEMPFAIL},
    {ERROR_USAGE, EX_USAGE, EX_TEMPFAIL},
    {ERROR_CONFIG, EX_CONFIG, EX_TEMPFAIL},
    {ERROR_HOST, EX_NOHOST, EX_TEMPFAIL},
    {ERROR_NETWORK, EX_TEMPFAIL, EX_TEMPFAIL},
    {ERROR_TLS, EX_UNAVAILABLE, EX_TEMPFAIL},
    {ERROR_AUTH, EX_NOPERM, EX_TEMPFAIL},
    {ERROR_PROTOCOL, EX_PROTOCOL, EX_TEMPFAIL},
    {ERROR_STORAGE, EX_IOERR, EX_TEMPFAIL},
    {ERROR_LOCKED, EX_TEMPFAIL, EX_TEMPFAIL},
    {ERROR_INTERRUPTED, EX_TEMPFAIL, EX_TEMPFAIL},
    {ERROR_INTERNAL, EX_SOFTWARE, EX_TEMPFAIL},
};

START_TEST(each_kind_of_failure_has_its_exit_code)
{
	struct error err = {.kind = kinds[_i].kind};

	ck_assert_int_eq(exit_code_of(&err), kinds[_i].code);
	err.temporary = true;
	ck_assert_int_eq(exit_code_of(&err), kinds[_i].temporary_code);
}
END_TEST

START_TEST(every_kind_of_failure_is_in_the_table)
{
	ck_assert_uint_eq(COUNT(kinds), ERROR_INTERNAL + 1);
	for (size_t i = 0; i < COUNT(kinds); i++)
		ck_assert_uint_eq(kinds[i].kind, i);
}
END_TEST

/* A failure that a person has to fix outranks one that the next run may fix by itself. */
START_TEST(the_more_serious_of_two_codes_wins)
{
	static const int mildest_first[] = {EX_OK, EX_TEMPFAIL, EX_NOHOST, EX_PROTOCOL, EX_UNAVAILABLE, EX_NOPERM,
	    EX_CONFIG, EX_DATAERR, EX_IOERR, EX_SOFTWARE};

	for (size_t i = 0; i < COUNT(mildest_first); i++) {
		for (size_t k = 0; k < COUNT(mildest_first); k++)
			ck_assert_int_eq(exit_code_worse(mildest_first[i], mildest_first[k]),
			    mildest_first[i > k ? i : k]);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("command line");
	TCase *c = check_case(s, "options"), *e = check_case(s, "exit codes");

	LOOP_OVER(c, a_valid_command_line_is_parsed, lines);
	LOOP_OVER(c, an_invalid_option_is_rejected_with_a_hint, wrong);
	LOOP_OVER(e, each_kind_of_failure_has_its_exit_code, kinds);
	tcase_add_test(e, every_kind_of_failure_is_in_the_table);
	tcase_add_test(e, the_more_serious_of_two_codes_wins);
	return check_main_apart(s);
}
