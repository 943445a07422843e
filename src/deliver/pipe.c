#include "config.h"

#include "deliver/destination.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "fs/directory.h"
#include "fs/write_all.h"
#include "io/environment.h"
#include "io/process.h"

/*
 * A message is stored in a nameless file until all of it has arrived, and then the command reads the file. So no
 * command takes an incomplete message for a complete one if mailhaul dies or the connection drops.
 */
struct pipe_destination {
	struct destination base;
	const struct destination_settings *settings;
	struct destination_facts facts; /* about the open message */
	int spool;			/* -1: no message is open */
};

static bool check_spool(struct error *err)
{
	const char *directory = directory_for_spools();

	if (access(directory, W_OK | X_OK) == 0)
		return true;
	error_errno(err, ERROR_STORAGE, errno,
	    "the directory %s, which holds messages for deliver_command, cannot be written", directory);
	return error_hint(err, "set TMPDIR to an existing directory where you may create files");
}

static bool pipe_open(struct destination **out, const struct destination_settings *settings, struct error *err)
{
	struct pipe_destination *p;

	if (!check_spool(err))
		return false;
	p = memory_zeroed(1, sizeof(*p));
	p->base.ops = &pipe_ops;
	p->settings = settings;
	p->facts = (struct destination_facts){.uid = "", .sender = ""};
	p->spool = -1;
	*out = &p->base;
	return true;
}

/* Checks without running the command, as its result for an empty message would mean nothing. */
static bool pipe_probe(const struct destination_settings *settings, struct error *err)
{
	return process_probe(settings->command[0], err) && check_spool(err) &&
	    directory_probe(directory_for_spools(), err);
}

static bool fail_spool(struct error *err)
{
	error_errno(err, ERROR_STORAGE, errno, "a message for deliver_command cannot be stored in %s",
	    directory_for_spools());
	if (destination_hint_limit(err))
		return false;
	return error_hint(err, "free space in %s, or set TMPDIR to a directory with more space",
	    directory_for_spools());
}

static bool pipe_begin(struct destination *d, const struct destination_message *message, struct error *err)
{
	struct pipe_destination *p = (struct pipe_destination *)d;
	char *path = memory_format("%s/mailhaul-XXXXXX", directory_for_spools());

	(void)message;
	p->spool = mkostemp(path, O_CLOEXEC);
	if (p->spool >= 0)
		unlink(path);
	free(path);
	return p->spool >= 0 || fail_spool(err);
}

static bool pipe_write(struct destination *d, const char *bytes, size_t length, struct error *err)
{
	struct pipe_destination *p = (struct pipe_destination *)d;

	return write_all(p->spool, bytes, length) || fail_spool(err);
}

static void pipe_discard(struct destination *d)
{
	struct pipe_destination *p = (struct pipe_destination *)d;

	if (p->spool >= 0)
		close(p->spool);
	p->spool = -1;
	p->facts = (struct destination_facts){.uid = "", .sender = ""};
}

static void pipe_inform(struct destination *d, const struct destination_facts *facts)
{
	((struct pipe_destination *)d)->facts = *facts;
}

/* Starts the command with the complete message, which it may read from the start. */
static bool start_command(struct pipe_destination *p, struct process **process, struct error *err)
{
	char size[32];
	const struct environment_variable variables[] = {
	    {"MAILHAUL_ACCOUNT", p->settings->account},
	    {"MAILHAUL_UID", p->facts.uid},
	    {"MAILHAUL_SENDER", p->facts.sender},
	    {"MAILHAUL_SIZE", size},
	};
	struct process_request request = {
	    .argv = p->settings->command,
	    .input = p->spool,
	    .seconds = p->settings->command_limit,
	    .whole = true,
	};
	char **environment;
	bool ok;

	if (lseek(p->spool, 0, SEEK_SET) != 0)
		return fail_spool(err);
	snprintf(size, sizeof(size), "%" PRIu64, p->facts.octets);
	environment = environment_make(variables, sizeof(variables) / sizeof(variables[0]));
	request.environment = environment;
	ok = process_start(process, &request, err);
	environment_free(&environment);
	return ok;
}

static enum destination_result refuse_late(struct error *err)
{
	err->kind = ERROR_STORAGE;
	error_hint(err, "it stays on the server; raise deliver_timeout if the command needs longer");
	return DESTINATION_LATE;
}

/* Only exit status 0 means that the command has taken the message, whenever it ends. */
static enum destination_result pipe_finish(struct destination *d, struct error *err)
{
	struct pipe_destination *p = (struct pipe_destination *)d;
	char words[256], end[PROCESS_END];
	struct process *process = NULL;
	int status;
	bool started = start_command(p, &process, err);
	bool ended = started && process_finish(&process, &status, words, sizeof(words), err);

	pipe_discard(d);
	if (!ended)
		return started && err->kind == ERROR_NETWORK ? refuse_late(err) : DESTINATION_FAILED;
	if (status == 0)
		return DESTINATION_TOOK;
	error_set(err, ERROR_STORAGE, "deliver_command %s %s%s%s", p->settings->command[0],
	    process_end_words(status, end), words[0] ? ": " : "", words);
	err->temporary = status == EX_TEMPFAIL;
	error_hint(err, "it stays on the server; the next run tries again");
	return DESTINATION_REFUSED;
}

/* The command is responsible for what it accepted. There is nothing to sync or to take back. */
static bool pipe_commit(struct destination *d, struct error *err)
{
	(void)d;
	(void)err;
	return true;
}

static void pipe_rollback(struct destination *d)
{
	(void)d;
}

static void pipe_close(struct destination *d)
{
	free(d);
}

const struct destination_ops pipe_ops = {
    .scheme = "pipe",
    .target = DESTINATION_COMMAND,
    .final = true,
    .open = pipe_open,
    .probe = pipe_probe,
    .begin = pipe_begin,
    .write = pipe_write,
    .inform = pipe_inform,
    .finish = pipe_finish,
    .discard = pipe_discard,
    .commit = pipe_commit,
    .rollback = pipe_rollback,
    .close = pipe_close,
};
