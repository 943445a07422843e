#include "config.h"

#include "pop3/session.h"

#include "base/error.h"
#include "pop3/capability.h"
#include "pop3/maildrop.h"
#include "pop3/refusal.h"

enum { LINE_LEAST = 5 }; /* octets of a line without the UID; most lines have longer numbers */

/* The progress of the replies. */
struct progress {
	struct maildrop *m;
	const struct maildrop_total *known;
	enum session_command arriving; /* LIST or UIDL, if the number of its lines is known; COMMAND_OTHER: neither */
	uint64_t lines;		       /* lines of `arriving` that are sure to come */
	bool without_uidl;
	bool sizes;	      /* the sizes are needed: STAT failed, or differs from `known` */
	bool empty;	      /* STAT counts no messages */
	size_t refused_lines; /* lines of UIDL that are an error instead of a UID, and are ignored */
	/* The refusals of LIST and of UIDL; ERROR_NONE: not refused. */
	struct error refusal;
	struct error uidl_refusal;
};

/*
 * Passes a hint of how much is sure to come. While the first of two listings arrives, the second will have a line for
 * each of its messages. Further UIDs are about as long as the ones that came.
 */
static void expect(struct session *s, const struct progress *p)
{
	uint64_t lines = p->arriving == COMMAND_OTHER && session_queued(s) > 1 ? p->m->count : p->lines;
	size_t length = LINE_LEAST;

	if (p->arriving == COMMAND_UIDL && p->m->uid_lines > 0)
		length += p->m->uids.length / p->m->uid_lines;
	session_expect(s, lines * length);
}

/* Asks for the sizes, while the UIDs arrive, unless the maildrop's total is the known one. */
static void take_total(struct session *s, struct progress *p, const struct session_event *event)
{
	struct maildrop_total total = {0};
	bool answered = event->type == SESSION_OK && maildrop_read_total(event->text, event->length, &total);

	p->arriving = COMMAND_UIDL;
	p->lines = p->m->counted = total.messages;
	p->empty = answered && total.messages == 0;
	p->sizes = !answered || !p->known || total.messages != p->known->messages || total.octets != p->known->octets;
	if (p->sizes && session_window(s) > 1)
		session_queue(s, COMMAND_LIST, 0);
}

static bool take_end(struct progress *p, enum session_command command, struct error *err)
{
	p->arriving = command == COMMAND_LIST ? COMMAND_UIDL : COMMAND_LIST;
	p->lines = p->m->count;
	if (command != COMMAND_LIST)
		return maildrop_end_uids(p->m, err);
	maildrop_leave_out_unlisted(p->m);
	return maildrop_end_sizes(p->m, err);
}

/* Takes one line. An unusable line leaves out one message, not the others. */
static bool take_line(struct progress *p, const struct session_event *event, struct error *err)
{
	p->lines -= p->lines > 0;
	if (event->command == COMMAND_LIST)
		return maildrop_add_size(p->m, event->text, event->length, err) ||
		    maildrop_leave_out(p->m, event->text, event->length, err);
	if (maildrop_is_refusal(event->text, event->length) && p->refused_lines++ < MAILDROP_FAULTS_MOST)
		return true;
	return maildrop_add_uid(p->m, event->text, event->length, err);
}

/* Makes the refusal the error. It is temporary if the server then hung up, unless it has a response code. */
static bool fail_trouble(const struct error *refusal, struct error *err)
{
	bool hung_up = err->kind == ERROR_NETWORK && refusal->server[0] != '[';

	*err = *refusal;
	if (err->temporary || !hung_up)
		return false;
	err->temporary = true;
	return error_hint(err, "the server has a temporary problem; the next run tries again");
}

/* Prefers the server's earlier refusal as the error after it hung up or fell silent, as that says more. */
static bool fail_behind_refusal(const struct progress *p, struct error *err)
{
	if (p->refusal.kind != ERROR_NONE)
		return fail_trouble(&p->refusal, err);
	if (p->uidl_refusal.temporary)
		*err = p->uidl_refusal;
	return false;
}

/* Reads the replies to all queued commands. */
static bool read_answers(struct session *s, struct progress *p, struct error *err)
{
	struct session_event event;
	bool ok = true;

	while (ok && session_queued(s) > 0) {
		expect(s, p);
		if (!session_next(s, &event, err))
			return fail_behind_refusal(p, err);
		if (event.command == COMMAND_STAT) {
			take_total(s, p, &event);
		} else if (event.type == SESSION_REFUSED && event.command == COMMAND_UIDL) {
			p->without_uidl = true;
			refusal_error(event.text, event.length, ERROR_PROTOCOL, "the server refused UIDL",
			    &p->uidl_refusal);
		} else if (event.type == SESSION_REFUSED) {
			refusal_error(event.text, event.length, ERROR_PROTOCOL, "the server refused LIST", &p->refusal);
		} else if (event.type == SESSION_END) {
			ok = take_end(p, event.command, err);
		} else if (event.type == SESSION_LINE) {
			ok = take_line(p, &event, err);
		}
	}
	return ok;
}

/*
 * Accepts a refused listing if STAT shows an empty maildrop, as some servers refuse to list one. After any failure
 * here, the refusal is the error.
 */
static bool accept_refusal(struct session *s, struct progress *p, struct error *err)
{
	struct session_event event;
	struct maildrop_total total;

	if (p->refusal.kind == ERROR_NONE)
		return true;
	if (!p->empty) {
		session_queue(s, COMMAND_STAT, 0);
		if (!session_next(s, &event, err))
			return fail_trouble(&p->refusal, err);
		p->empty = event.type == SESSION_OK && maildrop_read_total(event.text, event.length, &total) &&
		    total.messages == 0;
	}
	p->m->sized = p->empty && p->m->count == 0;
	if (!p->m->sized)
		*err = p->refusal;
	return p->m->sized;
}

static bool refuse_without_uids(struct error *err)
{
	error_set(err, ERROR_PROTOCOL, "the server refused UIDL, which it had announced");
	err->temporary = true;
	return error_hint(err, "the next run tries again");
}

/* Asks for the UIDs again if messages arrived between the two listings. */
static bool ask_for_newer(struct session *s, struct progress *p, struct error *err)
{
	if (p->without_uidl || !p->m->sized || !maildrop_has_newer(p->m))
		return true;
	maildrop_forget_uids(p->m);
	session_queue(s, COMMAND_UIDL, 0);
	return read_answers(s, p, err) && (!p->without_uidl || refuse_without_uids(err));
}

/* Asks for the sizes after the UIDs have arrived. */
static bool read_sizes(struct session *s, struct progress *p, struct error *err)
{
	p->arriving = COMMAND_LIST;
	p->lines = p->m->count;
	session_queue(s, COMMAND_LIST, 0);
	return read_answers(s, p, err) && accept_refusal(s, p, err) && ask_for_newer(s, p, err);
}

bool session_ask_list(struct session *s, bool sizes, struct error *err)
{
	/* The capabilities announced over TLS decide whether all commands are sent at once. */
	if (session_may_send_capa(s))
		session_queue(s, COMMAND_CAPA, 0);
	if (session_window(s) > 1) {
		if (!sizes)
			session_queue(s, COMMAND_STAT, 0);
		session_queue(s, COMMAND_UIDL, 0);
		/* UIDL goes first, because some servers add a field to each message when UIDL is asked. */
		if (sizes)
			session_queue(s, COMMAND_LIST, 0);
	}
	return session_send(s, err);
}

bool session_list(struct session *s, struct maildrop *m, const struct maildrop_total *known, struct error *err)
{
	struct progress p = {.m = m, .known = known};
	bool at_once, ok = true;

	if (session_queued(s) == 0 && !session_ask_list(s, true, err))
		return false;
	at_once = session_queued(s) > 1;
	if (session_may_send_capa(s) && !session_read_capabilities(s, err))
		return false;
	if (!at_once) {
		session_queue(s, COMMAND_UIDL, 0);
		if (session_window(s) == 1 && !read_answers(s, &p, err))
			return false;
		session_queue(s, COMMAND_LIST, 0);
	}
	if (!read_answers(s, &p, err) || !accept_refusal(s, &p, err))
		return false;
	if (p.without_uidl && session_capabilities(s)->uidl && !(m->sized && m->count == 0))
		return refuse_without_uids(err);
	/* If UIDL does not list all messages, the sizes are also needed. */
	if (m->sized)
		ok = ask_for_newer(s, &p, err);
	else if (p.sizes || m->count != m->counted)
		ok = read_sizes(s, &p, err);
	session_expect(s, 0);
	maildrop_drop_left_out(m);
	return ok;
}

bool session_list_sizes(struct session *s, struct maildrop *m, struct error *err)
{
	struct progress p = {.m = m, .without_uidl = m->uid_lines == 0};
	bool ok = read_sizes(s, &p, err);

	session_expect(s, 0);
	maildrop_drop_left_out(m);
	return ok;
}
