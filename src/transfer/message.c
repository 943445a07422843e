#include "config.h"

#include "transfer/message.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/escape.h"
#include "base/memory.h"
#include "base/redact.h"
#include "base/uid.h"
#include "policy/evidence.h"
#include "policy/header_fields.h"
#include "policy/plan.h"
#include "transfer/run.h"
#include "transfer/task.h"

enum { MESSAGE_SUBJECT = 84 }; /* room for the beginning of an escaped subject */

void message_name(const struct plan_entry *e, char out[MESSAGE_NAME])
{
	size_t length = strlen(e->uid);
	const char *uid = redact(e->uid, &length);

	if (!uid_is_given(e->uid) || length > MESSAGE_UID)
		snprintf(out, MESSAGE_NAME, "message %" PRIu32, e->number);
	else
		snprintf(out, MESSAGE_NAME, "message %" PRIu32 " (UID %.*s)", e->number, (int)length, uid);
}

void message_name_refused(const struct run *r, struct error *err)
{
	const struct arrival *a = &r->arrival;
	const struct error named = *err;
	char name[MESSAGE_NAME], value[1024], subject[MESSAGE_SUBJECT];

	message_name(a->entry, name);
	header_fields_value(&a->about, HEADER_SUBJECT, value, sizeof(value));
	escape_text(subject, sizeof(subject), value, strlen(value));
	error_set(err, named.kind, "%s of %" PRIu64 " bytes%s%s%s was refused: %s", name, a->entry->octets,
	    *subject ? " with the subject \"" : "", subject, *subject ? "\"" : "", named.cause);
	err->temporary = named.temporary;
	err->saved_errno = named.saved_errno;
	memcpy(err->hint, named.hint, sizeof(err->hint));
}

void message_report_doubt(struct run *r, const struct plan_entry *e, const struct evidence_sizes *s)
{
	struct error err;
	char name[MESSAGE_NAME];
	uint64_t given = s->said != EVIDENCE_NO_SIZE && s->wire < s->said ? s->said : s->listed;

	message_name(e, name);
	error_set(&err, ERROR_PROTOCOL, "%s has %" PRIu64 " bytes in each attempt, but the server reported %" PRIu64,
	    name, s->wire, given);
	error_hint(&err, "it is stored as received and stays on the server; ask the server's operator to check it");
	r->t->problem(r->t->context, TRANSFER_INCOMPLETE, STEP_FETCH, &err);
}

void message_report_refusal(struct run *r)
{
	if (r->refused == REFUSED_DELE)
		r->t->problem(r->t->context, TRANSFER_KEPT, STEP_DELETE, &r->refusal);
	else if (r->refused == REFUSED_RETR)
		r->t->problem(r->t->context, TRANSFER_REFUSED, STEP_FETCH, &r->refusal);
	r->refused = REFUSED_NOTHING;
}

char *message_unfetched_key(const struct plan_entry *e)
{
	if (!uid_is_of_session(e->uid))
		return memory_copy_string(e->uid);
	return memory_format(UID_UNFETCHED "%" PRIu32 ":%" PRIu64, e->number, e->octets);
}
