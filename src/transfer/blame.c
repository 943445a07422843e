#include "config.h"

#include "transfer/blame.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "policy/plan.h"
#include "pop3/session.h"
#include "transfer/flight.h"
#include "transfer/message.h"
#include "transfer/run.h"

bool blame_late(struct error *err)
{
	error_set(err, ERROR_NETWORK, "max_time reached");
	return error_hint(err, "the next run asks for it last; raise max_time if the message needs longer");
}

/* Puts a message's name before the cause, and keeps the rest of the error. */
static void name_message(struct error *err, const char *before, const struct plan_entry *e, const char *after)
{
	const struct error named = *err;
	char name[MESSAGE_NAME];

	message_name(e, name);
	error_set(err, named.kind, "%s%s of %" PRIu64 " bytes%s %s", before, name, e->octets, after, named.cause);
	err->temporary = named.temporary;
	err->saved_errno = named.saved_errno;
	memcpy(err->server, named.server, sizeof(err->server));
	memcpy(err->hint, named.hint, sizeof(err->hint));
}

/* Only its size can show that a message is complete: the excess after it may be a part of it. */
static void name_behind(struct run *r, const struct plan_entry *e, struct error *err)
{
	size_t kept = flight_keep_likely(r);
	bool is_kept = kept > 0 && r->batch.entries[kept - 1] == e;

	name_message(err, "after ", e, ",");
	if (!is_kept)
		error_hint(err, "its end is uncertain, so it stays on the server; the next run asks for it last");
	else if (!err->temporary)
		error_hint(err, "it arrived with its full size; the next run fetches the other messages");
	r->result->blamed[0] = is_kept ? NULL : e;
	r->named = true;
}

bool blame_noise(struct run *r, struct error *err)
{
	const struct transfer *t = r->t;

	session_fail_unasked(t->session, err);
	/* The text is the server's reason for hanging up, not an answer to another command. */
	r->result->gave_up = err->server[0] != '\0';
	r->result->unasked =
	    (r->heard == COMMAND_ASK_UID || r->heard == COMMAND_ASK_SIZE) && session_window(t->session) == 1;
	if (r->heard != COMMAND_RETR || !r->arrival.entry)
		return false;
	r->uncertain = r->arrival.entry;
	if (session_window(t->session) > 1 && session_is_crowded(t->session) && !r->result->gave_up)
		return false;
	name_behind(r, r->uncertain, err);
	return false;
}

/*
 * Returns whether the destination has no room. It may refuse one message only because of its size, and accept the others.
 * A failure to record messages that are in place already is another one.
 */
static bool lacks_room(const struct run *r, const struct error *err)
{
	return err->kind == ERROR_STORAGE && *r->t->step == STEP_STORE && (!r->committing || r->batch.failed) &&
	    (err->saved_errno == ENOSPC || err->saved_errno == EDQUOT || err->saved_errno == EFBIG);
}

/* Returns the message that did not fit, or NULL if it was one of several. */
static const struct plan_entry *find_too_large(const struct run *r)
{
	if (!r->committing)
		return r->arrival.entry;
	return r->batch.count == 1 ? r->batch.entries[0] : NULL;
}

/* Names the message that was arriving or awaited in the error that ended the session. Returns it, or NULL. */
static const struct plan_entry *blame_message(struct run *r, struct error *err)
{
	const struct arrival *a = &r->arrival;
	const struct plan_entry *e = a->under_way ? a->entry : NULL;
	const struct session *s = r->t->session;

	if (!e && session_awaited(s) == COMMAND_RETR && r->flight.arrived < r->flight.sent)
		e = r->flight.order[r->flight.arrived];
	if (r->result->lacks_room)
		e = find_too_large(r);
	if (!e || (err->kind != ERROR_NETWORK && err->kind != ERROR_PROTOCOL && !r->result->lacks_room))
		return NULL;
	if (r->result->outgrown > 0)
		return e;
	name_message(err, "", e, err->kind == ERROR_STORAGE ? " cannot be stored:" : " did not arrive:");
	return e;
}

/* Returns the message whose DELE ended the session. Its number is in the error already. */
static const struct plan_entry *blame_deletion(const struct run *r, const struct error *err)
{
	if ((err->kind != ERROR_NETWORK && err->kind != ERROR_PROTOCOL) ||
	    session_awaited(r->t->session) != COMMAND_DELE || r->deletion_answered == r->deletion_count)
		return NULL;
	return r->deletions[r->deletion_answered];
}

/* A server that refuses a command and hangs up has given its reason in the refusal. */
static void take_last_words(struct run *r, struct error *err)
{
	*err = r->refusal;
	r->result->gave_up = true;
	if (r->refused == REFUSED_DELE)
		*r->t->step = STEP_DELETE;
	r->result->blamed[0] = r->refused == REFUSED_RETR ? r->arrival.entry : r->deletions[r->deletion_answered - 1];
	r->refused = REFUSED_NOTHING;
}

/* Text that is not an answer to RETR may be the rest of the previous message, unless that one had its full size. */
static bool is_end_of_previous(const struct run *r, const struct error *err)
{
	const struct arrival *a = &r->arrival;

	return err->kind == ERROR_PROTOCOL && a->entry && !a->under_way &&
	    session_awaited(r->t->session) == COMMAND_RETR &&
	    (a->wire != a->entry->octets || (a->said != EVIDENCE_NO_SIZE && a->said != a->wire));
}

void blame_failure(struct run *r, struct error *err)
{
	bool broke = err->kind == ERROR_NETWORK;
	const struct plan_entry **blamed = r->result->blamed;

	if (r->named)
		return;
	if (broke && deadline_left(r->hard) == 0)
		blame_late(err);
	if (broke && r->refused != REFUSED_NOTHING) {
		take_last_words(r, err);
		return;
	}
	message_report_refusal(r);
	r->result->lacks_room = lacks_room(r, err);
	if (err->kind == ERROR_PROTOCOL && !r->uncertain)
		r->uncertain = r->arrival.entry;
	blamed[0] = blame_message(r, err);
	if (blamed[0] && is_end_of_previous(r, err))
		blamed[1] = r->arrival.entry;
	if (blamed[0])
		return;
	blamed[0] = blame_deletion(r, err);
	if (blamed[0])
		*r->t->step = STEP_DELETE;
}
