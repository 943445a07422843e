#include "config.h"

#include "state/last_run.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "state/database.h"
#include "state/private.h"
#include "state/stamp.h"
#include "state/state.h"

enum { NOTE_SIZE = 56 }; /* "completed 1795305600 1795305600", filled with blanks, and a line feed */

static const char *const names[] = {[STATE_RUN_UNKNOWN] = "unknown",
    [STATE_RUN_BEGUN] = "begun",
    [STATE_RUN_COMPLETED] = "completed",
    [STATE_RUN_FAILED] = "failed",
    [STATE_RUN_INTERRUPTED] = "interrupted"};

static void parse(const char *text, struct state_last_run *last)
{
	struct state_last_run l = {0};
	char name[16];

	if (sscanf(text, "%15s %" SCNd64 " %" SCNd64, name, &l.began, &l.success) != 3 || l.began < 0 || l.success < 0)
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0)
			l.result = (enum state_result)i;
	}
	if (l.result != STATE_RUN_UNKNOWN)
		*last = l;
}

void state_get_last_run(struct state *s, struct state_last_run *last)
{
	/* If this process holds the lock, closing another descriptor of the file would release it. */
	int own = state_lock_fd(s), fd = own >= 0 ? own : open(state_lock_path(s), O_RDONLY | O_CLOEXEC);
	char text[NOTE_SIZE + 1] = "";
	ssize_t n = fd >= 0 ? pread(fd, text, NOTE_SIZE, STAMP_SIZE) : -1;

	*last = (struct state_last_run){0};
	if (fd >= 0 && fd != own)
		close(fd);
	if (n == NOTE_SIZE)
		parse(text, last);
}

/*
 * Gets the last success of a state whose last run was that of an older version, which left no note. An interrupted run
 * of such a version cannot be distinguished from a completed one. A run that settled an earlier one, and then failed,
 * also has an end in the table.
 */
static bool earlier_success(struct state *s, int64_t *when, struct error *err)
{
	int64_t failing_since;

	*when = state_last_seen(s);
	if (!database_integer(state_database(s), "SELECT since FROM trouble", &failing_since, err))
		return false;
	return failing_since == 0 || *when < failing_since ||
	    database_integer(state_database(s),
		"SELECT max(finished) FROM run WHERE finished < (SELECT since FROM trouble)", when, err);
}

bool state_get_success(struct state *s, struct state_last_run *last, int64_t *when, struct error *err)
{
	state_get_last_run(s, last);
	if (last->result == STATE_RUN_UNKNOWN)
		return earlier_success(s, when, err);
	/* If the state was lost, the note in the lock file is not about this state. */
	*when = state_last_run(s) > 0 ? last->success : 0;
	return true;
}

bool state_note_run(struct state *s, enum state_result result, int64_t now, struct error *err)
{
	struct state_last_run last;
	char text[NOTE_SIZE + 1];
	int length;

	if (state_lock_fd(s) < 0)
		return true;
	/* An older version left no note, and its last success would be lost with the first one. */
	if (!state_get_success(s, &last, &last.success, err))
		return false;
	if (result == STATE_RUN_COMPLETED)
		last.success = now;
	memset(text, ' ', sizeof(text));
	length = snprintf(text, sizeof(text), "%s %" PRId64 " %" PRId64, names[result], now, last.success);
	text[length] = ' ';
	text[NOTE_SIZE - 1] = '\n';
	state_stamp_put(state_lock_fd(s), text, NOTE_SIZE, STAMP_SIZE);
	return true;
}
