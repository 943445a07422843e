#include "config.h"

#include "state/intent.h"

#include "base/error.h"
#include "base/memory.h"
#include "deliver/mbox_intent.h"
#include "state/database.h"
#include "state/private.h"
#include "state/record.h"
#include "state/state.h"

#include <string.h>

bool state_drop_intent(struct state *s, struct error *err)
{
	return database_execute(state_database(s), err, "DELETE FROM intent", "") &&
	    database_execute(state_database(s), err, "DELETE FROM pending", "");
}

static bool add_pending(struct state *s, const struct state_record *r, const struct mbox_extent *e, struct error *err)
{
	return database_execute(state_database(s), err,
	    "INSERT INTO pending(uid, delivered, octets, wire, listed, sha256, header, length, extent_sha256, head, said, doubt, dots,"
	    " bare) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
	    "tiiiibbibbiiib", r->uid, r->delivered, (int64_t)r->octets, (int64_t)r->wire, (int64_t)r->listed, r->sha256,
	    sizeof(r->sha256), r->header, sizeof(r->header), (int64_t)e->length, e->sha256, sizeof(e->sha256), e->head,
	    e->head_length, (int64_t)r->said, (int64_t)r->doubt, (int64_t)r->dots, r->marked ? r->bare : NULL,
	    sizeof(r->bare));
}

bool state_set_intent(struct state *s, const struct mbox_intent *intent, const struct state_record *records,
    struct error *err)
{
	int64_t others;
	bool ok = database_integer(state_database(s), "SELECT count(*) FROM intent", &others, err) &&
	    (others == 0 ||
		error_set(err, ERROR_INTERNAL,
		    "an append to an mbox was started before the previous one was finished")) &&
	    database_execute(state_database(s), err,
		"INSERT INTO intent(path, offset, device, inode) VALUES(?1, ?2, ?3, ?4)", "biii", intent->path,
		strlen(intent->path), (int64_t)intent->offset, (int64_t)intent->device, (int64_t)intent->inode);

	for (size_t i = 0; ok && i < intent->count; i++)
		ok = add_pending(s, &records[i], &intent->extents[i], err);
	return ok && state_commit(s, err);
}

static bool read_pending(const struct query *q, struct state_record *r, struct mbox_extent *e)
{
	*r = (struct state_record){
	    .uid = memory_copy_string(query_text(q, 0)),
	    .delivered = query_integer(q, 1),
	    .octets = (uint64_t)query_integer(q, 2),
	    .wire = (uint64_t)query_integer(q, 3),
	    .listed = (uint64_t)query_integer(q, 4),
	    .said = (uint64_t)query_integer(q, 10),
	    .doubt = (enum state_doubt)query_integer(q, 11),
	    .dots = (uint64_t)query_integer(q, 12),
	};
	*e = (struct mbox_extent){.length = (uint64_t)query_integer(q, 7)};
	r->marked = query_blob(q, 13, r->bare, DIGEST_SIZE) == DIGEST_SIZE;
	e->head_length = query_blob(q, 9, e->head, sizeof(e->head));
	return query_blob(q, 5, r->sha256, DIGEST_SIZE) == DIGEST_SIZE &&
	    query_blob(q, 6, r->header, DIGEST_SHORT) == DIGEST_SHORT &&
	    query_blob(q, 8, e->sha256, DIGEST_SIZE) == DIGEST_SIZE && e->head_length <= sizeof(e->head);
}

static bool read_intent_row(struct state *s, struct mbox_intent *intent, struct error *err)
{
	struct query *q;
	bool row, ok;

	if (!query_start(&q, state_database(s), err, "SELECT CAST(path AS TEXT), offset, device, inode FROM intent",
		""))
		return false;
	ok = query_next(q, &row, err);
	if (ok && row) {
		intent->path = memory_copy_string(query_text(q, 0));
		intent->offset = (uint64_t)query_integer(q, 1);
		intent->device = (uint64_t)query_integer(q, 2);
		intent->inode = (uint64_t)query_integer(q, 3);
	}
	query_end(&q);
	return ok;
}

bool state_get_intent(struct state *s, struct mbox_intent *intent, struct state_record **records, struct error *err)
{
	struct query *q = NULL;
	bool row = false, ok;

	*intent = (struct mbox_intent){0};
	*records = NULL;
	if (!read_intent_row(s, intent, err))
		return false;
	if (!intent->path)
		return true;
	ok = query_start(&q, state_database(s), err,
	    "SELECT uid, delivered, octets, wire, listed, sha256, header, length, extent_sha256, head, said, doubt, dots,"
	    " bare FROM pending ORDER BY position",
	    "");
	while (ok && (ok = query_next(q, &row, err)) && row) {
		size_t i = intent->count++;
		bool few = i < MBOX_INTENT_MOST;

		*records = memory_resize(*records, intent->count, sizeof(**records));
		intent->extents = memory_resize(intent->extents, intent->count, sizeof(*intent->extents));
		if (!read_pending(q, &(*records)[i], &intent->extents[i]) || !few) {
			error_set(err, ERROR_STORAGE, "the state file %s is damaged", state_path(s));
			ok = error_hint(err, "move it away, then run mailhaul verify --rebuild for this account");
		}
	}
	query_end(&q);
	return ok;
}
