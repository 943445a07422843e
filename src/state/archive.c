#include "config.h"

#include "state/archive.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/uid.h"
#include "state/database.h"
#include "state/match.h"
#include "state/private.h"
#include "state/record.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The names of the maildrops, by id. */
struct names {
	char **names;
	int64_t count;
};

bool state_exists(const char *directory, const char *account)
{
	char *path = memory_format("%s/%s.db", directory, account);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

static bool read_names(struct state *s, struct names *n, struct error *err)
{
	struct query *q;
	bool row = true,
	     ok = query_start(&q, state_database(s), err,
		 "SELECT id, user || '@' || lower(server) || ':' || port FROM maildrop ORDER BY id", "");

	while (ok && (ok = query_next(q, &row, err)) && row) {
		int64_t id = query_integer(q, 0);

		/* Ids count from 1. A row with another id was written by another program and is ignored. */
		if (id != n->count + 1)
			continue;
		n->names = memory_resize(n->names, (size_t)id, sizeof(*n->names));
		n->names[n->count++] = memory_copy_string(query_text(q, 1));
	}
	query_end(&q);
	return ok;
}

/* placed: the key of the delivery, if it is another one; or "". */
static void read_key(const struct names *n, const char *placed, struct state_kept *k)
{
	struct uid_key current = uid_parse(k->key), key = *placed ? uid_parse(placed) : current;
	int64_t maildrop = key.other ? key.maildrop : n->count;

	k->uid = current.uid;
	k->placed = key.uid;
	k->identity = key.identity;
	k->unclaimed = strncmp(current.identity, UID_FOUND_ANY, strlen(UID_FOUND_ANY)) == 0;
	k->maildrop = maildrop > 0 && maildrop <= n->count ? n->names[maildrop - 1] : NULL;
}

static void read_row(const struct query *q, const struct names *n, struct state_kept *k)
{
	k->key = query_text(q, 0);
	k->delivered = query_integer(q, 1);
	k->octets = (uint64_t)query_integer(q, 2);
	memset(k->sha256, 0, sizeof(k->sha256));
	memset(k->bare, 0, sizeof(k->bare));
	memset(k->header, 0, sizeof(k->header));
	(void)query_blob(q, 3, k->sha256, sizeof(k->sha256));
	(void)query_blob(q, 4, k->header, sizeof(k->header));
	(void)query_blob(q, 8, k->bare, sizeof(k->bare));
	k->server = query_integer(q, 6) == STATE_LOST ? STATE_AWAITED : query_is_null(q, 5) ? STATE_LISTED : STATE_GONE;
	k->doubt = state_doubts_size((enum state_doubt)query_integer(q, 7));
	k->foreign = query_integer(q, 10) != 0;
	read_key(n, query_text(q, 9), k);
}

static void free_names(struct names *n)
{
	for (int64_t i = 0; i < n->count; i++)
		free(n->names[i]);
	free(n->names);
}

bool state_each_placed(struct state *s,
    void (*take)(void *context, const char *maildrop, const char *uid, const char *identity), void *context,
    struct error *err)
{
	static const char select[] =
	    "SELECT coalesce(nullif(placed, ''), uid) FROM message WHERE doubt NOT IN (1, 3, 6) UNION ALL"
	    " SELECT ' ' || b.id || ':' || a.uid FROM message a, maildrop b WHERE a.placed = '' AND a.doubt NOT IN (1, 3, 6)"
	    " AND a.uid NOT GLOB '" UID_GLOB_NOT_LISTED "'";
	struct names names = {0};
	struct query *q = NULL;
	bool row = true, ok = read_names(s, &names, err) && query_start(&q, state_database(s), err, select, "");

	while (ok && (ok = query_next(q, &row, err)) && row) {
		struct uid_key key = uid_parse(query_text(q, 0));
		int64_t maildrop = key.other ? key.maildrop : names.count;

		/* No UID of a server has a blank. */
		if (!strstr(query_text(q, 0), UID_WAS))
			take(context, maildrop > 0 && maildrop <= names.count ? names.names[maildrop - 1] : NULL,
			    key.uid, key.identity);
	}
	query_end(&q);
	free_names(&names);
	return ok;
}

bool state_each_kept(struct state *s, void (*take)(void *context, const struct state_kept *kept), void *context,
    struct error *err)
{
	struct names names = {0};
	struct query *q = NULL;
	struct state_kept kept;
	bool row = true,
	     ok = read_names(s, &names, err) &&
	    query_start(&q, state_database(s), err,
		"SELECT uid, delivered, octets, sha256, header, gone, deleted, doubt, coalesce(bare, sha256), placed,"
		" EXISTS(SELECT 1 FROM core c WHERE c.header = message.header AND c.sha256 = message.sha256)"
		" FROM message WHERE NOT (" STATE_IS_REGAINED ")",
		"");

	while (ok && (ok = query_next(q, &row, err)) && row) {
		read_row(q, &names, &kept);
		take(context, &kept);
	}
	query_end(&q);
	free_names(&names);
	return ok;
}

bool state_lose(struct state *s, const char *key, int64_t now, struct error *err)
{
	return database_execute(state_database(s), err,
	    "UPDATE message SET uid = " UID_SQL_NEW_WAS " || ':' || uid, gone = ?2, deleted = ?3 WHERE uid = ?1", "tii",
	    key, state_gone_at(s, now), (int64_t)STATE_LOST);
}

bool state_forget_regained(struct state *s, int64_t *count, struct error *err)
{
	return database_integer(state_database(s), "SELECT count(*) FROM message WHERE " STATE_IS_REGAINED, count,
		   err) &&
	    (*count == 0 ||
		database_execute(state_database(s), err, "DELETE FROM message WHERE " STATE_IS_REGAINED, ""));
}

bool state_count(struct state *s, int64_t *count, struct error *err)
{
	return database_integer(state_database(s), "SELECT count(*) FROM message WHERE NOT (" STATE_IS_REGAINED ")",
	    count, err);
}
