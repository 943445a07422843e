#include "config.h"

#include "fetch/new_mail.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "config/account.h"
#include "fetch/event.h"
#include "fetch/event_pipe.h"
#include "io/environment.h"
#include "io/process.h"

enum { COMMAND_SECONDS = 300, NUMBER = 32 };

bool new_mail_is_due(const struct account *account, const struct outcome *outcome)
{
	return account->delivery.on_new_mail && (outcome->fetched > 0 || outcome->resumed);
}

static bool run_command(char *const *command, char *const *environment, struct error *err)
{
	const struct process_request request = {
	    .argv = command,
	    .environment = environment,
	    .input = -1,
	    .seconds = COMMAND_SECONDS,
	};
	struct process *process;
	char words[256], end[PROCESS_END];
	int status;

	if (!process_start(&process, &request, err))
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

static bool run_for(const struct account *account, const struct outcome *outcome, struct error *err)
{
	char fetched[NUMBER], octets[NUMBER], deleted[NUMBER];
	const char *path = account->delivery.to.path;
	/* With a relative -c, the path is relative to a directory that the command may leave. */
	char *absolute = path && *path != '/' ? realpath(path, NULL) : NULL;
	const struct environment_variable variables[] = {
	    {"MAILHAUL_ACCOUNT", account->name},
	    {"MAILHAUL_NEW", fetched},
	    {"MAILHAUL_OCTETS", octets},
	    {"MAILHAUL_DELETED", deleted},
	    {"MAILHAUL_DIRECTORY", absolute ? absolute : path},
	};
	char **environment;
	bool ok;

	snprintf(fetched, sizeof(fetched), "%" PRIu64, outcome->fetched);
	snprintf(octets, sizeof(octets), "%" PRIu64, outcome->fetched_octets);
	snprintf(deleted, sizeof(deleted), "%" PRIu64, outcome->deleted);
	environment = environment_make(variables, sizeof(variables) / sizeof(variables[0]));
	ok = run_command(account->delivery.on_new_mail, environment, err);
	environment_free(&environment);
	free(absolute);
	return ok;
}

void new_mail_run(const struct account *account, const struct outcome *outcome, int fd)
{
	struct event event = {.kind = EVENT_PROBLEM};

	event.u.problem.step = STEP_ON_NEW_MAIL;
	if (!run_for(account, outcome, &event.u.problem.err))
		event_pipe_send(fd, &event);
}
