#include "config.h"

#include "pop3/session.h"

#include "base/error.h"
#include "pop3/capability.h"
#include "pop3/maildrop.h"
#include "pop3/refusal.h"

enum { LINE_LEAST = 5 }; /* octets of a line but for the UID; most of them have longer numbers */

/*
 * What is sure to come yet once UIDL has been asked for: a line for each of LIST's messages. Other UIDs are about as long
 * as those that came.
 */
static void expect_uids(struct session *s, const struct maildrop *m)
{
	size_t length = LINE_LEAST + (m->uid_lines > 0 ? m->uids.length / m->uid_lines : 0);

	session_expect(s, (uint64_t)(m->count - m->uid_lines) * length);
}

/* Reads a listing's lines into m; *refused instead when the server does not know the command. */
static bool read_listing(struct session *s, struct maildrop *m, bool uidl_asked, bool *refused, struct error *err)
{
	struct session_event event;

	for (;;) {
		if (uidl_asked)
			expect_uids(s, m);
		if (!session_next(s, &event, err))
			return false;
		if (event.type == SESSION_END)
			return true;
		if (event.type == SESSION_REFUSED && event.command == COMMAND_UIDL) {
			*refused = true;
			return true;
		}
		if (event.type == SESSION_REFUSED)
			return refusal_error(event.text, event.length, ERROR_PROTOCOL, "the server refused LIST", err);
		if (event.type != SESSION_LINE)
			continue;
		if (!(event.command == COMMAND_LIST ? maildrop_add_size : maildrop_add_uid)(
			m, event.text, event.length, err))
			return false;
	}
}

bool session_ask_list(struct session *s, struct error *err)
{
	/* What the server announced over TLS decides whether all of it goes out in one turn. */
	session_queue(s, COMMAND_CAPA, 0);
	if (session_window(s) > 1) {
		session_queue(s, COMMAND_LIST, 0);
		session_queue(s, COMMAND_UIDL, 0);
	}
	return session_send(s, err);
}

bool session_list(struct session *s, struct maildrop *m, struct error *err)
{
	bool without_uidl = false, at_once;

	if (session_queued(s) == 0 && !session_ask_list(s, err))
		return false;
	at_once = session_queued(s) > 1;
	if (!session_read_capabilities(s, err))
		return false;
	if (!at_once) {
		session_queue(s, COMMAND_LIST, 0);
		at_once = session_window(s) > 1;
		if (at_once)
			session_queue(s, COMMAND_UIDL, 0);
	}
	if (!read_listing(s, m, at_once, &without_uidl, err) || !maildrop_finish_sizes(m, err))
		return false;
	if (!at_once)
		session_queue(s, COMMAND_UIDL, 0);
	if (!read_listing(s, m, true, &without_uidl, err))
		return false;
	session_expect(s, 0);
	if (!without_uidl || !session_capabilities(s)->uidl)
		return true;
	error_set(err, ERROR_PROTOCOL, "the server refused UIDL, which it had announced");
	err->temporary = true;
	return error_mend(err, "the next run tries again");
}
