#include "config.h"

#include <string.h>

#include "base/error.h"
#include "io/stream.h"
#include "pop3/refusal.h"
#include "pop3/session_private.h"

enum { LINES_MOST = 4000000 }; /* maximum lines of a listing, more than any real maildrop has */

void session_ask(struct session *s, uint32_t number, const char *uid, uint64_t octets)
{
	bool has_uid = *uid && *uid != ' ';
	struct session_slot *command;

	session_queue(s, has_uid ? COMMAND_ASK_UID : COMMAND_ASK_SIZE, number);
	command = &s->queue[(s->first + s->queued - 1) % SESSION_WINDOW];
	command->uid = has_uid ? uid : NULL;
	command->octets = octets;
}

bool session_broke_at_ask(const struct session *s)
{
	enum session_command awaited = session_awaited(s);

	return (awaited == COMMAND_ASK_UID || awaited == COMMAND_ASK_SIZE) && session_window(s) == 1 &&
	    !s->asks.answered;
}

void session_forbid_asking(struct session *s)
{
	s->may_not_ask = true;
}

bool session_may_ask(const struct session *s)
{
	return !s->may_not_ask;
}

bool session_asks_are_long(const struct session *s)
{
	return s->asks.uid_form == SESSION_ASK_LISTING || s->asks.size_form == SESSION_ASK_LISTING;
}

static void keep(struct session_asks *asks, struct session_event *event, const char *text, size_t length)
{
	buf_clear(&asks->kept);
	buf_append(&asks->kept, text, length);
	event->text = buf_string(&asks->kept);
	event->length = length;
}

/*
 * Returns whether this octet can begin a line of a listing: a digit, or the final dot. Other replies begin with a
 * sign.
 */
static bool begins_listing(int next)
{
	return next == '.' || (next >= '0' && next <= '9');
}

static bool is_space(char c)
{
	return c == '\r' || c == '\n' || c == ' ' || c == '\t';
}

enum {
	NOTHING = -1,	 /* the value of *next without an octet */
	EMPTY_MOST = 16, /* maximum octets of empty lines and blanks that are skipped */
};

/*
 * Gets the first octet of the next input. Consumes empty lines and blanks before it. Waits for it if `wait`; otherwise
 * sets *next to NOTHING if none has arrived.
 */
static bool peek(struct session *s, bool wait, int *next, struct error *err)
{
	const char *bytes;
	size_t available, passed = 0;

	for (*next = NOTHING; *next == NOTHING && (wait || stream_buffered(s->stream) > 0);) {
		size_t empty = 0;

		if (!stream_read(s->stream, &bytes, &available, err))
			return false;
		while (empty < available && is_space(bytes[empty]))
			empty++;
		if (empty < available)
			*next = (unsigned char)bytes[empty];
		stream_consume(s->stream, empty);
		passed += empty;
		if (passed > EMPTY_MOST)
			return error_set(err, ERROR_PROTOCOL, "the server sent more than was requested");
	}
	return true;
}

/* Continues with the queue after a listing. */
static void follow_queue(struct session *s)
{
	s->since_restart = 0;
	stream_restart_clock(s->stream);
	reply_expect(&s->reply, s->queued > 0 ? session_shape_of(s->queue[s->first].command) : REPLY_SINGLE);
}

/*
 * Reads a listing to its end. event: becomes right, and gets the line, if the wanted line is in the listing; NULL:
 * ignored. Sets *listed to false if something else comes instead of a line.
 */
static bool read_listing(struct session *s, const struct asked *asked, struct session_event *event, bool *listed,
    struct error *err)
{
	enum reply_event found;
	const char *text;
	size_t length;

	reply_follow_lines(&s->reply);
	*listed = true;
	for (size_t lines = 0; lines < LINES_MOST; lines++) {
		if (!session_read_event(s, &found, &text, &length, err))
			return false;
		if (found == REPLY_END) {
			follow_queue(s);
			return true;
		}
		*listed = asked_is_listed(text, length);
		if (!*listed && event)
			keep(&s->asks, event, text, length);
		if (!*listed)
			return true;
		if (event && !event->right && asked_fits(asked, text, length)) {
			event->right = true;
			keep(&s->asks, event, text, length);
		}
	}
	return error_set(err, ERROR_PROTOCOL, "the server's listing does not end");
}

/* Queues NOOP, so that a reply must follow. This does not count as pipelining. */
static void queue_fence(struct session *s)
{
	bool crowded = s->crowded;

	session_queue(s, COMMAND_NOOP, 0);
	s->crowded = crowded;
}

/* Reads the reply to that NOOP. If it answers the question, the reply before it was something else. */
static bool read_fence(struct session *s, const struct asked *asked, struct session_event *event, struct error *err)
{
	struct session_event fence;

	if (!session_next(s, &fence, err))
		return false;
	if (asked_is_answered(asked, fence.text, fence.length) ||
	    asked_may_be_answered(asked, fence.text, fence.length))
		event->unclear = false;
	return true;
}

bool session_ask_fence(struct session *s, const struct asked *asked, struct session_event *event, struct error *err)
{
	keep(&s->asks, event, event->text, event->length);
	queue_fence(s);
	if (!read_fence(s, asked, event, err))
		return false;
	/* The reply before it was not a refusal. */
	if (!event->unclear)
		event->type = SESSION_OK;
	return true;
}

/* Decides from what follows whether the text was the start of a listing or the complete reply. */
static bool read_following(struct session *s, const struct asked *asked, enum session_ask_form *form,
    struct session_event *event, struct error *err)
{
	bool fenced = false, listed = true, likely = asked_may_be_answered(asked, event->text, event->length);
	int next;

	keep(&s->asks, event, event->text, event->length);
	if (!peek(s, false, &next, err))
		return false;
	if (next == NOTHING && session_queued(s) == 0) {
		fenced = true;
		queue_fence(s);
	}
	if ((fenced && !session_send(s, err)) || !peek(s, true, &next, err))
		return false;
	if (begins_listing(next)) {
		*form = SESSION_ASK_LISTING;
		if (!read_listing(s, asked, event, &listed, err))
			return false;
		event->right &= listed;
	} else {
		bool status = next == '+' || next == '-';

		/*
		 * A size, or a UID among other words, may also precede a message. In that case the message would
		 * follow.
		 */
		event->right = likely && status;
		event->unclear = !event->right && status && fenced && !s->crowded;
	}
	/* A wrong reply ends the session, and no later reply can be trusted. */
	return !fenced || (!event->right && !event->unclear) || read_fence(s, asked, event, err);
}

bool session_ask_settle(struct session *s, const struct asked *asked, struct session_event *event, struct error *err)
{
	struct session_asks *asks = &s->asks;
	enum session_ask_form *form = asked->uid ? &asks->uid_form : &asks->size_form;
	bool listed;

	event->right = asked_is_answered(asked, event->text, event->length);
	if (*form == SESSION_ASK_LISTING) {
		/* The status line may already be the reply, with only the final dot after it. */
		if (event->right)
			keep(asks, event, event->text, event->length);
		if (!read_listing(s, asked, event, &listed, err))
			return false;
		event->right &= listed;
		return true;
	}
	if (event->right) {
		asks->followed = *form == SESSION_ASK_UNKNOWN ? form : NULL;
		return true;
	}
	return (*form == SESSION_ASK_LINE && !asked_may_be_answered(asked, event->text, event->length)) ||
	    read_following(s, asked, form, event, err);
}

bool session_ask_finish(struct session *s, struct error *err)
{
	struct session_asks *asks = &s->asks;
	enum session_ask_form *form = asks->followed;
	bool listed = true;
	int next;

	asks->followed = NULL;
	if (!peek(s, true, &next, err))
		return false;
	*form = begins_listing(next) ? SESSION_ASK_LISTING : SESSION_ASK_LINE;
	if (*form == SESSION_ASK_LINE || read_listing(s, NULL, NULL, &listed, err))
		return listed || error_set(err, ERROR_PROTOCOL, "the server sent more than was requested");
	return false;
}

bool session_is_quiet(struct session *s)
{
	struct error ignored;
	int next;

	/* peek does not wait if octets are available. */
	if (s->queued > 0 || !peek(s, false, &next, &ignored) || next == NOTHING)
		return true;
	return s->asks.followed && begins_listing(next);
}

bool session_fail_unasked(struct session *s, struct error *err)
{
	static const char sign[] = "-ERR";
	const char *bytes;
	size_t available, length = 0;
	struct error ignored;

	if (stream_buffered(s->stream) > 0 && stream_read(s->stream, &bytes, &available, &ignored)) {
		while (length < available && bytes[length] != '\r' && bytes[length] != '\n')
			length++;
		if (length > sizeof(sign) && memcmp(bytes, sign, sizeof(sign) - 1) == 0 &&
		    bytes[sizeof(sign) - 1] == ' ') {
			refusal_error(bytes + sizeof(sign), length - sizeof(sign), ERROR_PROTOCOL,
			    "the server ended the session", err);
			err->kind = ERROR_PROTOCOL;
			err->temporary = true;
			return error_hint(err, "the next run tries again");
		}
	}
	return error_set(err, ERROR_PROTOCOL, "the server sent more than was requested");
}

void session_drain(struct session *s)
{
	const char *bytes;
	size_t available;
	struct error ignored;

	while (stream_buffered(s->stream) > 0 && stream_read(s->stream, &bytes, &available, &ignored))
		stream_consume(s->stream, available);
}
