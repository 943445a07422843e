#include "config.h"

#include "state/summary.h"

#include "base/error.h"
#include "fs/lock.h"
#include "state/database.h"
#include "state/private.h"
#include "state/state.h"

bool state_note_certificate(struct state *s, int64_t ends, struct error *err)
{
	struct database *db = state_database(s);

	return ends <= 0 || !database_is_changed(db) ||
	    database_execute(db, err,
		"UPDATE maildrop SET certificate_ends = ?1 WHERE id = (SELECT max(id) FROM maildrop)"
		" AND certificate_ends IS NOT ?1",
		"i", ends);
}

/*
 * A run that failed or was interrupted may also have left itself unfinished. A power loss may take away the note about
 * the beginning of a run.
 */
static bool was_killed(const struct state *s, const struct state_last_run *last)
{
	int64_t since = state_died_since(s);

	return last->result == STATE_RUN_BEGUN ||
	    (since > 0 && (last->result == STATE_RUN_UNKNOWN || since > last->began));
}

bool state_summarize(struct state *s, struct state_summary *summary, struct error *err)
{
	struct database *db = state_database(s);
	struct query *q;
	bool row, ok;

	*summary = (struct state_summary){.running = lock_is_held(state_lock_path(s))};
	if (!state_get_success(s, &summary->last, &summary->last_success, err) ||
	    !database_integer(db, "SELECT certificate_ends FROM maildrop ORDER BY id DESC LIMIT 1",
		&summary->certificate_ends, err) ||
	    !query_start(&q, db, err,
		"SELECT count(*), sum(size), count(*) - count(gone), sum(CASE WHEN gone IS NULL THEN size END)"
		" FROM (SELECT *, CASE WHEN listed > 0 THEN listed ELSE octets END AS size FROM message) AS message WHERE NOT (" STATE_IS_REGAINED
		")",
		""))
		return false;
	summary->died = !summary->running && was_killed(s, &summary->last);
	ok = query_next(q, &row, err);
	if (ok && row) {
		summary->delivered = (uint64_t)query_integer(q, 0);
		summary->delivered_octets = (uint64_t)query_integer(q, 1);
		summary->listed = (uint64_t)query_integer(q, 2);
		summary->listed_octets = (uint64_t)query_integer(q, 3);
	}
	query_end(&q);
	return ok;
}

bool state_count_listed(struct state *s, int64_t after, int64_t until, uint64_t *count, int64_t *first,
    struct error *err)
{
	struct query *q;
	bool row, ok;

	*count = 0;
	*first = 0;
	if (!query_start(&q, state_database(s), err,
		"SELECT count(*), min(delivered) FROM message WHERE gone IS NULL AND delivered > ?1 AND delivered <= ?2",
		"ii", after, until))
		return false;
	ok = query_next(q, &row, err);
	if (ok && row) {
		*count = (uint64_t)query_integer(q, 0);
		*first = query_integer(q, 1);
	}
	query_end(&q);
	return ok;
}
