#include "config.h"

#include "pop3/unanswered.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

/* Writes "the answer to RETR 2" or similar, or "the greeting". */
static void name_answer(const struct unanswered *u, char *out, size_t size)
{
	if (!*u->command)
		snprintf(out, size, "the greeting");
	else if (u->number > 0)
		snprintf(out, size, "the reply to %s %" PRIu32, u->command, u->number);
	else
		snprintf(out, size, "the reply to %s", u->command);
}

bool unanswered_error(const struct unanswered *u, struct error *err)
{
	char answer[64], cause[sizeof(err->cause)];

	name_answer(u, answer, sizeof(answer));
	if (u->seconds == 0) {
		snprintf(cause, sizeof(cause), "%.400s %s %s", err->cause, u->begun ? "during" : "before", answer);
		snprintf(err->cause, sizeof(err->cause), "%s", cause); /* without the bytes after its end */
		return false;
	}
	if (u->begun)
		error_set(err, ERROR_NETWORK, "too little of %s arrived within %" PRId64 " s", answer, u->seconds);
	else
		error_set(err, ERROR_NETWORK, "%s did not arrive within %" PRId64 " s", answer, u->seconds);
	return error_hint(err, "the next run tries again; if the server needs longer, raise timeout");
}
