#include "config.h"

#include "fetch/list.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/uid.h"
#include "fetch/event.h"
#include "fetch/event_pipe.h"
#include "fetch/top.h"
#include "policy/header_fields.h"
#include "policy/plan.h"

enum {
	BATCH = 256, /* messages whose headers are requested together */
	UID_OCTETS = 1024,
	WHY_OCTETS = 255,
	DATE_OCTETS = 127,
	FROM_OCTETS = 511,
	SUBJECT_OCTETS = 1023,
};

/* Returns when the message will be deleted; for a message fetched now, counted from now. */
static int64_t due(const struct list *l, const struct plan_entry *e)
{
	switch (e->decision.action) {
	case RETENTION_FETCH:
		return retention_due(l->rule, l->clock->now);
	case RETENTION_LEAVE:
		return e->decision.reason == REASON_YOUNG ? retention_due(l->rule, e->known.when) : -1;
	default:
		return 0;
	}
}

static void add_field(struct listed *m, const struct header_fields *h, enum header_field field, size_t most)
{
	char value[SUBJECT_OCTETS + 1];

	header_fields_value(h, field, value, sizeof(value));
	event_add_text(m, value, most);
}

/* fields: NULL if there is no header. */
static void send_one(const struct list *l, const struct plan_entry *e, const struct header_fields *fields)
{
	struct event event;
	struct listed *m = &event.u.listed;
	char why[WHY_OCTETS + 1];

	event.kind = EVENT_LISTED;
	event.level = LOG_NORMAL;
	m->number = e->number;
	m->octets = e->octets;
	m->known = e->known.delivered;
	m->delivered = e->known.when;
	m->now = l->clock->now;
	m->due = due(l, e);
	m->action = e->decision.action;
	m->has_header = fields != NULL;
	m->length = 0;
	/* A UID that begins with a blank was made by fetch/listing. */
	event_add_text(m, uid_given(e->uid), UID_OCTETS);
	retention_explain(l->rule, l->clock, &e->known, e->decision, why, sizeof(why));
	event_add_text(m, why, WHY_OCTETS);
	if (fields) {
		add_field(m, fields, HEADER_DATE, DATE_OCTETS);
		add_field(m, fields, HEADER_FROM, FROM_OCTETS);
		add_field(m, fields, HEADER_SUBJECT, SUBJECT_OCTETS);
	}
	event_pipe_send(l->fd, &event);
}

/* Sends the next messages with their headers, which are requested together. */
static bool send_batch(struct list *l, struct top_identity *tops, struct header_fields *fields, struct error *err)
{
	const struct plan_entry *first = &l->plan->entries[l->sent];
	size_t count = l->plan->count - l->sent < BATCH ? l->plan->count - l->sent : BATCH;

	for (size_t i = 0; i < count; i++) {
		header_fields_start(&fields[i]);
		tops[i] = (struct top_identity){.number = first[i].number,
		    .octets = first[i].octets,
		    .uid = first[i].uid,
		    .fields = &fields[i]};
	}
	if (!top_identify(l->session, tops, count, false, err))
		return false;
	for (size_t i = 0; i < count; i++, l->sent++)
		send_one(l, &first[i], tops[i].known ? &fields[i] : NULL);
	return true;
}

bool list_send(struct list *l, struct error *err)
{
	struct top_identity *tops = memory_zeroed(BATCH, sizeof(*tops));
	struct header_fields *fields = memory_zeroed(BATCH, sizeof(*fields));
	bool ok = true;

	while (ok && l->sent < l->plan->count) {
		if (l->session)
			ok = send_batch(l, tops, fields, err);
		else
			send_one(l, &l->plan->entries[l->sent++], NULL);
	}
	free(tops);
	free(fields);
	return ok;
}
