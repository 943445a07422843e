#include "config.h"

#include "transfer/question.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "pop3/session.h"

enum { WORDS_MOST = 512 }; /* limit of an answer that may be the server's usual behavior */

void question_ask(struct session *s, const struct question *q)
{
	session_ask(s, q->number, q->uid, q->octets);
}

bool question_is_answered(const struct session_event *event)
{
	return event->type == SESSION_OK && event->right;
}

bool question_fail(uint32_t number, const struct session_event *event, struct error *err)
{
	error_set(err, ERROR_PROTOCOL,
	    "the server's replies are out of sync: the reply about message %" PRIu32 " does not match the request",
	    number);
	error_server(err, event->text, event->length);
	return error_hint(err, "data since the last valid reply is discarded; the next run tries again");
}

static bool ask_now(struct session *s, const struct question *q, struct session_event *event, struct error *err)
{
	question_ask(s, q);
	return session_next(s, event, err);
}

bool question_try_manner(struct session *s, const struct question *q, const struct session_event *event, bool *lost,
    struct error *err)
{
	struct session_event first = *event, again;
	char words[WORDS_MOST];
	bool manner = session_window(s) == 1 && session_queued(s) == 0 && event->length <= sizeof(words);

	*lost = false;
	if (manner) {
		memcpy(words, event->text, event->length);
		first.text = words;
		if (!ask_now(s, q, &again, err))
			return false;
		manner = again.unclear && again.type == first.type && again.length == first.length &&
		    memcmp(again.text, words, first.length) == 0;
	}
	*lost = !manner;
	return manner || question_fail(q->number, &first, err);
}

bool question_compare(struct session *s, const struct question *other, struct session_event *event, bool *manner,
    struct error *err)
{
	if (!ask_now(s, other, event, err))
		return false;
	*manner = !question_is_answered(event) && (event->unclear || event->type == SESSION_REFUSED);
	return true;
}
