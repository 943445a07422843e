#include "config.h"

#include "fetch/recover.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/log.h"
#include "policy/header.h"
#include "policy/plan.h"
#include "store/destination.h"
#include "store/mbox_intent.h"
#include "store/state.h"

static bool settle_intent(struct state *state, const struct mbox_intent *intent, const struct state_record *records,
    const struct log *log, struct error *err)
{
	size_t whole;

	if (!mbox_ops.recover(NULL, intent, &whole, err))
		return false;
	log_line(log, LOG_VERBOSE, "the last run died while it wrote to %s: %zu of %zu messages are in it", intent->path,
	    whole, intent->count);
	for (size_t i = 0; i < whole; i++) {
		if (!state_add(state, &records[i], err))
			return false;
	}
	return state_drop_intent(state, err) && state_commit(state, err);
}

bool recover_mbox(struct state *state, const struct log *log, struct error *err)
{
	struct mbox_intent intent;
	struct state_record *records;
	bool ok = state_get_intent(state, &intent, &records, err);

	if (ok && intent.path)
		ok = settle_intent(state, &intent, records, log, err);
	for (size_t i = 0; i < intent.count; i++)
		free((char *)(uintptr_t)records[i].uid);
	free(records);
	mbox_intent_free(&intent);
	return ok;
}

/* What is computed of a message that is read back. */
struct reading {
	struct digest digest;
	struct header_identity header;
	uint64_t octets;
};

static void take(void *context, const char *bytes, size_t length)
{
	struct reading *r = context;

	digest_add(&r->digest, bytes, length);
	header_add(&r->header, bytes, length);
	r->octets += length;
}

static bool adopt_one(struct state *state, struct destination *d, struct plan_entry *e, size_t *adopted,
    struct error *err)
{
	struct reading reading = {0};
	struct state_record record = {.uid = e->uid};
	bool found;

	digest_start(&reading.digest);
	header_start(&reading.header);
	if (!d->ops->adopt(d, e->uid, take, &reading, &found, &record.delivered, err))
		return false;
	if (!found)
		return true;
	digest_end(&reading.digest, record.sha256);
	header_end(&reading.header, record.header);
	record.octets = reading.octets;
	e->known.delivered = true;
	e->known.when = record.delivered;
	*adopted += 1;
	return state_add(state, &record, err);
}

bool recover_adopt(struct state *state, struct destination *d, struct plan *plan, const struct log *log,
    struct error *err)
{
	size_t adopted = 0;

	if (!state_needs_recovery(state) || !d->ops->adopt)
		return true;
	for (size_t i = 0; i < plan->count; i++) {
		if (!plan->entries[i].known.delivered && !adopt_one(state, d, &plan->entries[i], &adopted, err))
			return false;
	}
	if (adopted == 0)
		return true;
	log_line(log, LOG_VERBOSE, "%zu messages were in place already, but not recorded", adopted);
	/* The folder is synced before the record says that they are safe. */
	return d->ops->commit(d, err);
}
