#include "config.h"

#include "io/ahead.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"

enum { PIECE = 64 * 1024 };

struct ahead {
	struct channel channel;
	int stop[2]; /* stop[0] becomes readable when the thread must end */
	struct buf *into;
	size_t most;
	pthread_t thread;
	enum channel_status status;
	struct error err;
};

/* Waits for data if the channel has none. Returns false when the thread must end. */
static bool goes_on(const struct ahead *a)
{
	struct pollfd waiting[2] = {{.fd = a->stop[0], .events = POLLIN}, {.fd = a->channel.fd, .events = POLLIN}};
	bool nothing = a->status == CHANNEL_WANT_READ;

	return (a->status == CHANNEL_DONE || nothing) && a->into->length + PIECE <= a->most &&
	    poll(waiting, 2, nothing ? -1 : 0) >= 0 && waiting[0].revents == 0;
}

static void *run(void *context)
{
	struct ahead *a = context;

	while (goes_on(a)) {
		size_t got = 0;

		a->status =
		    a->channel.ops->receive(a->channel.context, buf_reserve(a->into, PIECE), PIECE, &got, &a->err);
		a->into->length += got;
	}
	return NULL;
}

/* Starts the thread with all signals blocked, so that the main thread receives them. */
static bool start_thread(struct ahead *a)
{
	sigset_t all, before;
	bool ok;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	ok = pthread_create(&a->thread, NULL, run, a) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return ok;
}

struct ahead *ahead_start(struct channel channel, struct buf *into, size_t most)
{
	struct ahead *a = memory_zeroed(1, sizeof(*a));

	*a = (struct ahead){.channel = channel, .into = into, .most = most};
	if (pipe2(a->stop, O_CLOEXEC) == 0) {
		if (start_thread(a))
			return a;
		close(a->stop[0]);
		close(a->stop[1]);
	}
	free(a);
	return NULL;
}

enum channel_status ahead_end(struct ahead **ahead, struct error *err)
{
	struct ahead *a = *ahead;
	enum channel_status status = CHANNEL_DONE;

	if (!a)
		return status;
	close(a->stop[1]);
	pthread_join(a->thread, NULL);
	close(a->stop[0]);
	if (a->status == CHANNEL_END || a->status == CHANNEL_FAILED)
		status = a->status;
	*err = a->err;
	free(a);
	*ahead = NULL;
	return status;
}
