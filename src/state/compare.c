#include "config.h"

#include "state/compare.h"

#include <string.h>

#include "state/database.h"
#include "state/private.h"
#include "state/record.h"
#include "state/state.h"

#define COMPARED "SELECT header, listed, wire, octets, doubt, sha256, gone, deleted, coalesce(bare, sha256)"

static bool has_digest(const struct query *q, int column, const unsigned char digest[DIGEST_SIZE])
{
	unsigned char recorded[DIGEST_SIZE];

	return query_blob(q, column, recorded, DIGEST_SIZE) == DIGEST_SIZE &&
	    memcmp(recorded, digest, DIGEST_SIZE) == 0;
}

/* Compares the rows of a query with the columns of COMPARED. */
static bool compare(struct state *s, struct query *q, const unsigned char header[DIGEST_SHORT],
    const struct state_digests *digests, uint64_t octets, struct state_comparison *result, struct error *err)
{
	unsigned char recorded[DIGEST_SHORT] = {0};
	bool row = true, ok = true;

	while ((ok = query_next(q, &row, err)) && row) {
		bool fits = state_size_fits(octets, query_integer(q, 1), query_integer(q, 2), query_integer(q, 3));

		result->found |= query_blob(q, 0, recorded, DIGEST_SHORT) == DIGEST_SHORT &&
		    memcmp(recorded, header, DIGEST_SHORT) == 0;
		result->identical |= digests && (has_digest(q, 5, digests->whole) || has_digest(q, 8, digests->bare));
		result->fits |= fits;
		result->doubt |= fits && state_doubts_size((enum state_doubt)query_integer(q, 4));
		result->deleted |= query_integer(q, 7) == STATE_DELETED;
		result->lately |= result->deleted && query_integer(q, 6) >= state_last_seen(s);
	}
	query_end(&q);
	return ok;
}

bool state_compare_uid(struct state *s, const char *uid, const unsigned char header[DIGEST_SHORT],
    const struct state_digests *digests, uint64_t octets, struct state_comparison *result, struct error *err)
{
	struct query *q;

	*result = (struct state_comparison){0};
	return query_start(&q, state_database(s), err, COMPARED " FROM message WHERE uid = ?1", "t", uid) &&
	    compare(s, q, header, digests, octets, result, err);
}

/* Compares messages like state_take_renumbered, and like state_take_identical if there are digests. */
bool state_compare_header(struct state *s, const unsigned char header[DIGEST_SHORT],
    const struct state_digests *digests, uint64_t octets, int64_t now, struct state_comparison *result,
    struct error *err)
{
	static const char *const selects[] = {
	    COMPARED STATE_BY_HEADER(STATE_IS_MISSING),
	    COMPARED STATE_BY_HEADER(STATE_IS_PERHAPS_DELETED),
	    COMPARED STATE_BY_DIGEST(STATE_IS_MISSING),
	    COMPARED STATE_BY_DIGEST(STATE_IS_PERHAPS_DELETED),
	};
	size_t count = digests ? 4 : 2;
	bool ok = true;

	*result = (struct state_comparison){0};
	for (size_t i = 0; ok && i < count; i++) {
		struct query *q;

		ok = query_start(&q, state_database(s), err, selects[i], i < 2 ? "bi" : "bibb", header,
			 (size_t)DIGEST_SHORT, now - STATE_MISSED_FOR, digests ? digests->whole : NULL,
			 (size_t)DIGEST_SIZE, digests ? digests->bare : NULL, (size_t)DIGEST_SIZE) &&
		    compare(s, q, header, digests, octets, result, err);
	}
	return ok;
}

bool state_misses_size(struct state *s, uint64_t octets, int64_t now, bool *any, struct error *err)
{
	struct query *q;
	bool ok;

	/* The sizes are those of state_size_fits. Each half of the query has its own index. */
#define HAS_SIZE " AND ?1 IN (listed, wire, wire - 2, octets, octets - 1)"
	if (!query_start(&q, state_database(s), err,
		"SELECT 1 FROM message WHERE " STATE_IS_MISSING HAS_SIZE
		" UNION ALL SELECT 1 FROM message WHERE " STATE_IS_PERHAPS_DELETED HAS_SIZE " LIMIT 1",
		"ii", (int64_t)octets, now - STATE_MISSED_FOR))
		return false;
	ok = query_next(q, any, err);
	query_end(&q);
	return ok;
}
