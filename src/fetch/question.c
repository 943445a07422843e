#include "config.h"

#include "fetch/question.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/parse.h"
#include "pop3/session.h"

/* UIDs that begin with a space are not the server's. */
static bool is_from_server(const char *uid)
{
	return *uid && *uid != ' ';
}

void question_ask(struct session *s, uint32_t number, const char *uid)
{
	session_queue(s, is_from_server(uid) ? COMMAND_ASK_UID : COMMAND_ASK_SIZE, number);
}

/* The answer is "number uid" or "number octets". */
bool question_is_answered(uint32_t number, const char *uid, const struct session_event *event)
{
	const char *at = event->text, *end = event->text + event->length;
	size_t digits = 0, uid_length = strlen(uid);
	uint64_t said;

	while (at + digits < end && at[digits] != ' ')
		digits++;
	if (event->type != SESSION_OK || !parse_number(at, digits, UINT32_MAX, &said) || said != number)
		return false;
	for (at += digits; at < end && *at == ' ';)
		at++;
	if (event->command == COMMAND_ASK_SIZE)
		return at < end;
	return (size_t)(end - at) >= uid_length && memcmp(at, uid, uid_length) == 0;
}

bool question_fail(uint32_t number, const struct session_event *event, struct error *err)
{
	error_set(err, ERROR_PROTOCOL, "the server's answers are out of step: asked about message %" PRIu32
				       ", it said something else", number);
	error_server(err, event->text, event->length);
	return error_mend(err, "what came since the last good answer does not count; the next run tries again");
}
