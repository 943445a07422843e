#include "config.h"

#include "state/foreign.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/uid.h"
#include "state/database.h"
#include "state/private.h"
#include "state/record.h"
#include "state/sizes.h"

/* The columns that read_core reads. */
#define CORE "core_header, core_id, core_body, core_whole, core_octets"

/* The core belongs to the message with this header and digest, which stay when its key changes. */
bool state_add_core(struct state *s, const struct state_record *record, struct error *err)
{
	const struct core *core = record->core;

	return database_execute(state_database(s), err,
		   "INSERT OR REPLACE INTO core VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)", "bbbbbbi", record->header,
		   sizeof(record->header), record->sha256, sizeof(record->sha256), core->header, sizeof(core->header),
		   core->id, core->has_id ? sizeof(core->id) : (size_t)0, core->body, sizeof(core->body), core->whole,
		   sizeof(core->whole), (int64_t)record->core_octets) &&
	    state_set_doubt(s, record->uid, STATE_DOUBT_FOREIGN, err);
}

bool state_has_foreign(struct state *s, bool *any, struct error *err)
{
	int64_t count = 0;
	bool ok = database_integer(state_database(s), "SELECT EXISTS(SELECT 1 FROM core)", &count, err);

	*any = ok && count != 0;
	return ok;
}

static void read_core(const struct query *q, int column, struct core *core, uint64_t *octets)
{
	*core = (struct core){0};
	(void)query_blob(q, column, core->header, sizeof(core->header));
	core->has_id = query_blob(q, column + 1, core->id, sizeof(core->id)) == sizeof(core->id);
	(void)query_blob(q, column + 2, core->body, sizeof(core->body));
	(void)query_blob(q, column + 3, core->whole, sizeof(core->whole));
	*octets = (uint64_t)query_integer(q, column + 4);
}

/* Programs differ in the line end after a message. */
static bool is_near(uint64_t a, uint64_t b)
{
	return a > b ? a - b <= 2 : b - a <= 2;
}

bool state_find_foreign(struct state *s, const struct core *listed, uint64_t octets, bool whole, int64_t now,
    enum core_likeness *likeness, char **key, struct error *err)
{
	/* Each half has its own indexes. Real mail has few messages with the same header or Message-ID. */
#define MISSING " AND m.gone >= ?3 AND m.gone IS NOT NULL AND m.deleted = 0"
	static const char select[] =
	    "SELECT uid, " CORE " FROM core c JOIN message m USING(header, sha256) WHERE core_header = ?1" MISSING
	    " UNION ALL SELECT uid, " CORE
	    " FROM core c JOIN message m USING(header, sha256) WHERE core_id = ?2" MISSING " LIMIT 100";
	struct query *q;
	bool row = true, ok;

	*likeness = CORE_DIFFERENT;
	*key = NULL;
	ok = query_start(&q, state_database(s), err, select, "bbi", listed->header, sizeof(listed->header), listed->id,
	    sizeof(listed->id), now - STATE_MISSED_FOR);
	while (ok && (ok = query_next(q, &row, err)) && row) {
		enum core_likeness like;
		struct core stored;
		uint64_t size;

		read_core(q, 1, &stored, &size);
		like = core_compare(&stored, listed, is_near(octets - listed->left_out, size), whole);
		if (like <= *likeness)
			continue;
		*likeness = like;
		free(*key);
		*key = memory_copy_string(query_text(q, 0));
	}
	query_end(&q);
	return ok;
}

bool state_take_foreign(struct state *s, const char *key, const char *uid, uint64_t octets, int64_t *delivered,
    struct error *err)
{
	struct query *q;
	bool row = false,
	     ok = query_start(&q, state_database(s), err, "SELECT delivered FROM message WHERE uid = ?1", "t", key);

	ok = ok && query_next(q, &row, err);
	*delivered = ok && row ? query_integer(q, 0) : 0;
	query_end(&q);
	return ok &&
	    database_execute(state_database(s), err,
		"UPDATE OR REPLACE message SET uid = ?2, placed = " STATE_PLACED
		", gone = NULL, deleted = 0, listed = ?3 WHERE uid = ?1",
		"tti", key, uid, (int64_t)octets);
}

bool state_read_doubt(struct state *s, const char *uid, enum state_doubt *doubt, struct error *err)
{
	struct query *q;
	bool row = false,
	     ok = query_start(&q, state_database(s), err, "SELECT doubt FROM message WHERE uid = ?1", "t", uid);

	ok = ok && query_next(q, &row, err);
	*doubt = ok && row ? (enum state_doubt)query_integer(q, 0) : STATE_SURE;
	query_end(&q);
	return ok;
}

bool state_compare_foreign(struct state *s, const char *uid, const struct core *listed, enum core_likeness *likeness,
    struct error *err)
{
	struct core stored;
	uint64_t octets;
	struct query *q;
	bool row = false,
	     ok = query_start(&q, state_database(s), err,
		 "SELECT " CORE " FROM message JOIN core USING(header, sha256) WHERE uid = ?1", "t", uid);

	*likeness = CORE_DIFFERENT;
	ok = ok && query_next(q, &row, err);
	if (ok && row) {
		read_core(q, 0, &stored, &octets);
		*likeness = core_compare(&stored, listed, true, true);
	}
	query_end(&q);
	return ok;
}
