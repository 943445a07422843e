#include "config.h"

#include "store/destination.h"

#include <stdlib.h>
#include <sysexits.h>

#include "base/error.h"
#include "base/memory.h"
#include "io/process.h"

struct pipe_destination {
	struct destination base;
	const struct destination_settings *settings;
	struct process *process;
};

static bool pipe_open(struct destination **out, const struct destination_settings *settings, struct error *err)
{
	struct pipe_destination *p = memory_zeroed(1, sizeof(*p));

	(void)err;
	p->base.ops = &pipe_ops;
	p->settings = settings;
	*out = &p->base;
	return true;
}

static bool pipe_begin(struct destination *d, const struct destination_message *message, struct error *err)
{
	struct pipe_destination *p = (struct pipe_destination *)d;

	(void)message;
	return process_start(&p->process, p->settings->command, true, NULL, 0, p->settings->command_limit, err);
}

static bool pipe_write(struct destination *d, const char *bytes, size_t length, struct error *err)
{
	struct pipe_destination *p = (struct pipe_destination *)d;

	return process_write(p->process, bytes, length, err);
}

static enum destination_result pipe_finish(struct destination *d, struct error *err)
{
	struct pipe_destination *p = (struct pipe_destination *)d;
	char words[256];
	int status;

	if (!process_finish(&p->process, &status, words, sizeof(words), err)) {
		err->kind = ERROR_STORAGE;
		return DESTINATION_FAILED;
	}
	if (status == 0)
		return DESTINATION_TOOK;
	error_set(err, ERROR_STORAGE, "deliver_command %s ended with status %d%s%s", p->settings->command[0], status,
	    words[0] ? ": " : "", words);
	err->temporary = status == EX_TEMPFAIL;
	error_mend(err, "the message stays on the server and is tried again by the next run");
	return DESTINATION_REFUSED;
}

static void pipe_discard(struct destination *d)
{
	struct pipe_destination *p = (struct pipe_destination *)d;

	process_kill(&p->process);
}

/* What the command took is in its hands; there is nothing to sync or to take back. */
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
    .batch_most = 1,
    .open = pipe_open,
    .begin = pipe_begin,
    .write = pipe_write,
    .finish = pipe_finish,
    .discard = pipe_discard,
    .commit = pipe_commit,
    .rollback = pipe_rollback,
    .close = pipe_close,
};
