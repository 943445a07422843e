#include "config.h"

#include "fetch/question.h"

#include <inttypes.h>

#include "base/error.h"
#include "pop3/session.h"

void question_ask(struct session *s, uint32_t number, const char *uid, uint64_t octets)
{
	session_ask(s, number, uid, octets);
}

bool question_is_answered(const struct session_event *event)
{
	return event->type == SESSION_OK && event->right;
}

bool question_fail(uint32_t number, const struct session_event *event, struct error *err)
{
	error_set(err, ERROR_PROTOCOL, "the server's answers are out of step: asked about message %" PRIu32
				       ", it said something else", number);
	error_server(err, event->text, event->length);
	return error_mend(err, "what came since the last good answer does not count; the next run tries again");
}
