#include "config.h"

#include "fetch/top.h"

#include <string.h>

#include <inttypes.h>

#include "base/error.h"
#include "base/uid.h"
#include "policy/edge_lines.h"
#include "policy/header.h"
#include "policy/header_fields.h"
#include "policy/marks.h"
#include "pop3/asked.h"
#include "pop3/capability.h"
#include "pop3/session.h"
#include "transfer/question.h"

enum {
	IDENTITY_OCTETS_MOST = 16 * 1024 * 1024, /* octets of an answer that are digested; the rest is skipped */
	BESIDE = 96, /* bytes for a message beside its struct top_identity: its UID, and pointers */
};

/* No header begins like this: the preceding status line belonged to no command of ours. */
static bool is_status(const char *text, size_t length)
{
	return (length >= 3 && memcmp(text, "+OK", 3) == 0) || (length >= 4 && memcmp(text, "-ERR", 4) == 0);
}

/* Takes the sizes of a complete message. */
static void take_sizes(struct top_identity *t, const struct session_event *end, const struct edge_lines *edges)
{
	t->sizes.listed = t->octets;
	t->sizes.sent = end->octets;
	t->sizes.wire = end->octets_crlf;
	t->sizes.lf = end->octets_lf;
	t->sizes.dots = end->dots;
	t->sizes.unstuffed = end->unstuffed;
	t->sizes.empty = end->octets_lf <= 1;
	t->sizes.foreign = edge_lines_are_foreign(edges);
}

static bool take_one(struct session *s, bool peek, struct top_identity *t, struct error *err)
{
	struct session_event event;
	struct header_identity header, alone;
	struct marks marks;
	struct core_reader core;
	struct edge_lines edges = {0};
	uint64_t octets = 0;

	t->known = t->identifying = false;
	header_start(&header);
	header_start(&alone);
	header.body_lines = peek ? SIZE_MAX : 0;
	marks_start(&marks);
	core_start(&core);
	do {
		if (!session_next(s, &event, err))
			return false;
		if (event.type == SESSION_OK)
			t->sizes = (struct evidence_sizes){.said = evidence_read_size(event.text, event.length)};
		if (event.type != SESSION_DATA)
			continue;
		if (octets == 0 && is_status(event.text, event.length))
			return error_set(err, ERROR_PROTOCOL,
			    "the reply to TOP for message %" PRIu32 " begins with the reply to another command",
			    t->number);
		if (octets < IDENTITY_OCTETS_MOST) {
			uint64_t room = IDENTITY_OCTETS_MOST - octets;

			header_add(&header, event.text, event.length < room ? event.length : (size_t)room);
			if (peek)
				header_add(&alone, event.text, event.length);
			if (t->fields)
				header_fields_add(t->fields, event.text, event.length);
		}
		if (t->whole) {
			marks_add(&marks, event.text, event.length);
			edge_lines_add(&edges, event.text, event.length);
		}
		if (t->cored)
			core_add(&core, event.text, event.length);
		octets += event.length;
		if (octets > TOP_OCTETS_MOST)
			return error_set(err, ERROR_PROTOCOL,
			    "the reply to TOP for message %" PRIu32 " does not end after %d MiB", t->number,
			    TOP_OCTETS_MOST / (1024 * 1024));
	} while (event.type != SESSION_END && event.type != SESSION_REFUSED);
	t->known = event.type == SESSION_END && (peek || header.ended || octets < IDENTITY_OCTETS_MOST);
	(void)marks_end(&marks, t->digests.whole, t->digests.bare);
	if (event.type == SESSION_END)
		take_sizes(t, &event, &edges);
	if (t->cored)
		core_end(&core, &t->core);
	t->identifying = header_end(&header, t->header) && t->known;
	header_end(&alone, t->header_alone);
	return true;
}

static struct question about(const struct top_identity *t)
{
	return (struct question){t->number, t->uid, t->octets};
}

/* Whether an answer names another one of these messages. */
static bool names_other(const struct top_identity *identities, size_t count, const struct session_event *event)
{
	for (size_t i = 0; i + 1 < count; i++) {
		if (*identities[i].uid && uid_is_given(identities[i].uid) &&
		    asked_is_about(event->text, event->length, identities[i].uid))
			return true;
	}
	return false;
}

/*
 * Checks from the answer about the last message whether the answers were in sync. A server that refuses the
 * question is believed only if it was sent one command at a time. With several in flight, the refusal may be the
 * answer to another command.
 */
static bool take_answer(struct session *s, const struct top_identity *identities, size_t count, struct error *err)
{
	struct question last = about(&identities[count - 1]), other = about(&identities[0]);
	bool comparable = count > 1 && (*other.uid && uid_is_given(other.uid)) == (*last.uid && uid_is_given(last.uid)),
	     lost, manner = true;
	struct session_event event;
	struct error wrong;

	if (!session_next(s, &event, err))
		return false;
	if (question_is_answered(&event))
		return true;
	if (event.type == SESSION_REFUSED && !event.unclear && session_window(s) == 1)
		return true;
	(void)question_fail(last.number, &event, &wrong);
	if (event.unclear && !names_other(identities, count, &event)) {
		if (!question_try_manner(s, &last, &event, &lost, err) ||
		    (comparable && !question_compare(s, &other, &event, &manner, err)))
			return false;
		if (manner)
			return true;
	}
	*err = wrong;
	return false;
}

size_t top_most(void)
{
	return TOP_MEMORY / (sizeof(struct top_identity) + BESIDE);
}

bool top_has_room(size_t count, struct error *err)
{
	if (count <= top_most())
		return true;
	error_set(err, ERROR_PROTOCOL, "recognizing %zu messages by their headers needs more than %d MiB of memory",
	    count, TOP_MEMORY / (1024 * 1024));
	return error_hint(err, "move some messages away on the server, for instance with webmail");
}

bool top_is_broken(const struct top_broken *broken, uint32_t number, uint64_t octets)
{
	for (size_t i = 0; broken && i < broken->count; i++) {
		if (broken->messages[i].number == number && broken->messages[i].octets == octets)
			return true;
	}
	return false;
}

/* Asks the question after the last TOP, unless the server must not be asked. */
static void ask(struct session *s, const struct question *last)
{
	if (session_may_ask(s))
		question_ask(s, last);
}

bool top_identify(struct session *s, struct top_identity *identities, size_t count, bool peek, struct error *err)
{
	bool whole = count > 0 && identities[0].whole, can = whole || session_capabilities(s)->top;
	enum session_command command = whole ? COMMAND_RETR : peek ? COMMAND_PEEK : COMMAND_TOP;
	struct question last = {0};
	size_t next = 0;

	if (count > 0)
		last = about(&identities[count - 1]);
	for (size_t i = 0; i < count; i++) {
		/* The question follows the last TOP. */
		for (; next <= count && session_queued(s) < (can ? session_window(s) : 1); next++) {
			if (next == count)
				ask(s, &last);
			else if (!identities[next].skip)
				session_queue(s, command, identities[next].number);
		}
		if (identities[i].skip)
			continue;
		if (!take_one(s, peek, &identities[i], err))
			return false;
		can |= identities[i].known;
		if (!can)
			return true;
	}
	if (count > 0 && next == count)
		ask(s, &last);
	return session_queued(s) == 0 || take_answer(s, identities, count, err);
}
