/*
 * A session with a server whose output is the input: greeting, capabilities, the maildrop's listing, messages,
 * questions whether the answers are in sync, QUIT.
 *
 * Input: flags, the octets that arrive at a time, then the server's output. Flags: 1: bodies keep CRLF; 2: the
 * server repeats itself up to ENDLESS octets; 4: in the end it falls silent instead of closing; 8: sizes are asked
 * for only if STAT or the UIDs require it, with 2 known messages of 20 octets; 16: all fetched messages are
 * deleted.
 *
 * The session has to end, accept no wrong listing, and show no control character.
 */
#include "config.h"

#include "../support/script.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/log.h"
#include "fetch/listing.h"
#include "transfer/question.h"
#include "fuzz.h"
#include "io/stream.h"
#include "pop3/session.h"
#include "state/join.h"

enum {
	ENDLESS = 384 * 1024,
	PREFACE_MOST = 2000, /* limit of lines in greeting and capabilities */
};

/* Counts lines, including the client's. */
static void hear(void *context, enum log_level level, const char *text)
{
	size_t *lines = context;

	*lines += 1;
	MUST(level == LOG_WIRE && is_plain(text));
}

static void must_be_sound(const struct maildrop *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct maildrop_message *message = &m->messages[i];

		MUST(message->number > (i > 0 ? m->messages[i - 1].number : 0));
		MUST(message->number <= INT32_MAX);
		MUST(m->sized ? message->octets <= INT64_MAX : message->octets == MAILDROP_UNSIZED);
		MUST(message->uid_length <= MAILDROP_UID_MOST);
		MUST(strlen(maildrop_uid(m, message)) == message->uid_length);
	}
}

/* No two messages may have the same UID, and the order has to be that of the state. */
static void must_be_distinct(const struct listing *l)
{
	const char *last = "";

	for (size_t i = 0; i < l->maildrop.count; i++) {
		MUST(strcmp(last, l->items[i].uid) < 0);
		MUST(l->items[i].index < l->maildrop.count);
		last = l->items[i].uid;
	}
}

/* Whether the first word of a UID is in a text, ignoring case. */
static bool has_uid(const struct session_event *event, const char *uid)
{
	size_t length = strcspn(uid, " \t");

	for (size_t at = 0; at + length <= event->length; at++) {
		if (strncasecmp(event->text + at, uid, length) == 0)
			return true;
	}
	return false;
}

/* An answer that is accepted as right has to contain the UID, if there is one. */
static bool take_answer(const struct session_event *event, const struct maildrop *m,
    const struct maildrop_message *message, struct error *err)
{
	MUST(event->type == SESSION_OK || event->type == SESSION_REFUSED);
	MUST(event->type == SESSION_OK || !event->right);
	MUST(!event->unclear || !event->right);
	MUST(!event->right || has_uid(event, maildrop_uid(m, message)));
	return event->type == SESSION_REFUSED || question_is_answered(event) ||
	    question_fail(message->number, event, err);
}

/* Sends RETR, a question and DELE for the first messages, as many at a time as the server accepts. */
static bool fetch(struct session *s, const struct maildrop *m, size_t most_events, struct error *err)
{
	size_t count = m->count < 40 ? m->count : 40, next = 0, events = 0, asked = 0;

	while (next < 3 * count || session_queued(s) > 0) {
		struct session_event event;

		for (; next < 3 * count && session_queued(s) < session_window(s); next++) {
			const struct maildrop_message *message = &m->messages[next / 3];

			if (next % 3 == 1)
				question_ask(s,
				    &(struct question){message->number, maildrop_uid(m, message), message->octets});
			else
				session_queue(s, next % 3 ? COMMAND_DELE : COMMAND_RETR, message->number);
		}
		if (!session_next(s, &event, err))
			return false;
		MUST(++events <= most_events);
		MUST(event.type != SESSION_CHALLENGE && event.type != SESSION_LINE);
		MUST(event.number <= m->messages[count - 1].number);
		(void)session_is_quiet(s);
		if (event.command == COMMAND_RETR || event.command == COMMAND_DELE)
			continue;
		MUST(event.command == COMMAND_ASK_UID || event.command == COMMAND_ASK_SIZE);
		MUST(asked < count && m->messages[asked].number == event.number);
		if (!take_answer(&event, m, &m->messages[asked++], err))
			return false;
	}
	return true;
}

/* Writes the server's output once, or repeatedly. */
static void write_script(struct buf *words, const struct input *in, bool endless)
{
	do
		buf_append(words, in->at, in->left);
	while (endless && in->left > 0 && words->length < ENDLESS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct script script;
	size_t lines = 0;
	const struct log log = {.level = LOG_WIRE, .write = hear, .context = &lines};
	struct input in = {data, size};
	unsigned flags = take_octet(&in), piece = take_octet(&in);
	const struct maildrop_total known = {2, 20};
	struct listing listing = {.all_deleted = flags & 16};
	struct buf words = {0};
	struct session *session;
	struct stream *stream;
	struct error err;
	bool ok;

	error_clear(&err);
	write_script(&words, &in, flags & 2);
	script = (struct script){.server = words.data, .server_length = words.length, .secure = true};
	script.cut = !(flags & 4);
	script.piece = flags & 2 ? 0 : piece;
	stream = script_stream(&script);
	session = session_make(stream, &log, flags & 1);
	ok = session_greet(session, &err) && session_ask_capabilities(session, &err);
	MUST(lines <= PREFACE_MOST);
	ok = ok && session_ask_list(session, !(flags & 8), &err) && listing_read(&listing, session, &known, &err);
	if (ok && !listing.maildrop.sized) {
		MUST(flags & 8);
		must_be_sound(&listing.maildrop);
		must_be_distinct(&listing);
		ok = listing_read_sizes(&listing, session, &err);
	}
	if (ok) {
		must_be_sound(&listing.maildrop);
		must_be_distinct(&listing);
		ok = fetch(session, &listing.maildrop, words.length, &err);
	}
	ok = ok && session_quit(session, &err);
	MUST(ok || fuzz_error_is_good(&err));
	MUST(err.kind != ERROR_INTERNAL && err.kind != ERROR_STORAGE);
	listing_free(&listing);
	session_free(&session);
	stream_close(&stream);
	buf_free(&words);
	return 0;
}
