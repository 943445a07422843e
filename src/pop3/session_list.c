#include "config.h"

#include "pop3/session.h"

#include "base/error.h"
#include "pop3/capability.h"
#include "pop3/maildrop.h"

enum { LINE_LEAST = 5 }; /* octets of a line but for the UID; most of them have longer numbers */

/* How far the answers have come. */
struct progress {
	struct maildrop *m;
	const struct maildrop_total *known;
	enum session_command arriving; /* LIST or UIDL, if something has told how many lines it has: */
	uint64_t lines;		       /* those that are sure to come yet */
	bool without_uidl;
	bool sizes; /* are needed, says STAT */
};

/* While LIST arrives, a line of UIDL for each of its is sure to come. Other UIDs are about as long as those that came. */
static void expect(struct session *s, const struct progress *p)
{
	uint64_t lines = p->arriving == COMMAND_OTHER && session_queued(s) > 1 ? p->m->count : p->lines;
	size_t length = LINE_LEAST;

	if (p->arriving == COMMAND_UIDL && p->m->uid_lines > 0)
		length += p->m->uids.length / p->m->uid_lines;
	session_expect(s, lines * length);
}

/* Sizes are asked for, while the UIDs arrive, unless the maildrop is as large as is known. */
static void take_total(struct session *s, struct progress *p, const struct session_event *event)
{
	struct maildrop_total total = {0};
	bool told = event->type == SESSION_OK && maildrop_read_total(event->text, event->length, &total);

	p->arriving = COMMAND_UIDL;
	p->lines = p->m->counted = total.messages;
	p->sizes = !told || !p->known || total.messages != p->known->messages || total.octets != p->known->octets;
	if (p->sizes && session_window(s) > 1)
		session_queue(s, COMMAND_LIST, 0);
}

static bool take_end(struct progress *p, enum session_command command, struct error *err)
{
	p->arriving = command == COMMAND_LIST ? COMMAND_UIDL : COMMAND_LIST;
	p->lines = p->m->count;
	return (command == COMMAND_LIST ? maildrop_end_sizes : maildrop_end_uids)(p->m, err);
}

static bool take_line(struct progress *p, const struct session_event *event, struct error *err)
{
	p->lines -= p->lines > 0;
	return (event->command == COMMAND_LIST ? maildrop_add_size : maildrop_add_uid)(
	    p->m, event->text, event->length, err);
}

/* Reads the answers to all that is queued. */
static bool read_answers(struct session *s, struct progress *p, struct error *err)
{
	struct session_event event;
	bool ok = true;

	while (ok && session_queued(s) > 0) {
		expect(s, p);
		if (!session_next(s, &event, err))
			return false;
		if (event.command == COMMAND_STAT)
			take_total(s, p, &event);
		else if (event.type == SESSION_REFUSED && event.command == COMMAND_UIDL)
			p->without_uidl = true;
		else if (event.type == SESSION_REFUSED)
			return session_take_refusal(s, &event, "the server refused LIST", err);
		else if (event.type == SESSION_END)
			ok = take_end(p, event.command, err);
		else if (event.type == SESSION_LINE)
			ok = take_line(p, &event, err);
	}
	return ok;
}

bool session_ask_list(struct session *s, bool sizes, struct error *err)
{
	/* What the server announced over TLS decides whether all of it goes out in one turn. */
	if (session_may_send_capa(s))
		session_queue(s, COMMAND_CAPA, 0);
	if (session_window(s) > 1) {
		session_queue(s, sizes ? COMMAND_LIST : COMMAND_STAT, 0);
		session_queue(s, COMMAND_UIDL, 0);
	}
	return session_send(s, err);
}

bool session_list(struct session *s, struct maildrop *m, const struct maildrop_total *known, struct error *err)
{
	struct progress p = {.m = m, .known = known};
	bool at_once;

	if (session_queued(s) == 0 && !session_ask_list(s, true, err))
		return false;
	at_once = session_queued(s) > 1;
	if (session_may_send_capa(s) && !session_read_capabilities(s, err))
		return false;
	if (!at_once) {
		session_queue(s, COMMAND_LIST, 0);
		if (session_window(s) == 1 && !read_answers(s, &p, err))
			return false;
		session_queue(s, COMMAND_UIDL, 0);
	}
	if (!read_answers(s, &p, err))
		return false;
	session_expect(s, 0);
	if (p.without_uidl && session_capabilities(s)->uidl) {
		error_set(err, ERROR_PROTOCOL, "the server refused UIDL, which it had announced");
		err->temporary = true;
		return error_mend(err, "the next run tries again");
	}
	/* Where UIDL does not tell of all messages, sizes are needed as well. */
	return m->sized || (!p.sizes && m->count == m->counted) || session_list_sizes(s, m, err);
}

bool session_list_sizes(struct session *s, struct maildrop *m, struct error *err)
{
	struct progress p = {.m = m, .arriving = COMMAND_LIST, .lines = m->count};
	bool ok;

	session_queue(s, COMMAND_LIST, 0);
	ok = read_answers(s, &p, err);
	session_expect(s, 0);
	return ok;
}
