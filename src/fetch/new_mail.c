#include "config.h"

#include "fetch/new_mail.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "config/account.h"
#include "fetch/event.h"
#include "io/process.h"

enum { COMMAND_SECONDS = 300 };

bool new_mail_is_due(const struct account *account, const struct outcome *outcome)
{
	return account->delivery.on_new_mail && (outcome->fetched > 0 || outcome->resumed);
}

static void set_number(const char *name, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	(void)setenv(name, text, 1);
}

static void set_environment(const struct account *account, const struct outcome *outcome)
{
	(void)setenv("MAILHAUL_ACCOUNT", account->name, 1);
	set_number("MAILHAUL_NEW", outcome->fetched);
	set_number("MAILHAUL_OCTETS", outcome->fetched_octets);
	set_number("MAILHAUL_DELETED", outcome->deleted);
	if (account->delivery.to.path)
		(void)setenv("MAILHAUL_DIRECTORY", account->delivery.to.path, 1);
	else
		(void)unsetenv("MAILHAUL_DIRECTORY");
}

static bool run_command(char *const *command, struct error *err)
{
	struct process *process;
	char words[256], end[PROCESS_END];
	int status;

	if (!process_start(&process, command, -1, NULL, 0, COMMAND_SECONDS, err))
		return false;
	if (!process_finish(&process, &status, words, sizeof(words), err))
		return error_hint(err, "the mail is stored; the command runs again when new mail arrives");
	if (status == 0)
		return true;
	error_set(err, ERROR_CONFIG, "%s %s%s%s", command[0], process_end_words(status, end), words[0] ? ": " : "",
	    words);
	err->temporary = true;
	return error_hint(err, "the mail is stored; the command runs again when new mail arrives");
}

void new_mail_run(const struct account *account, const struct outcome *outcome, int fd)
{
	struct event event = {.kind = EVENT_PROBLEM};

	set_environment(account, outcome);
	event.u.problem.step = STEP_ON_NEW_MAIL;
	if (!run_command(account->delivery.on_new_mail, &event.u.problem.err))
		event_send(fd, &event);
}
