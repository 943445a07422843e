#include "config.h"

#include "state/schema_check.h"

#include <stdint.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "state/database.h"

/*
 * Adds a text with a NUL. Blanks and quotes of names are left out, as another version of SQLite may have written them
 * in another way when it changed a table. Nothing that runs can be made from the rest by adding some.
 */
static void add(struct digest *digest, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, "\" ");

		digest_add(digest, text, length);
		text += length;
		text += strspn(text, "\" ");
	}
	digest_add(digest, "", 1);
}

bool schema_digest(struct database *d, char out[SCHEMA_DIGEST], struct error *err)
{
	/* The pages on which tables begin differ between files. */
	static const char sql[] =
	    "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master ORDER BY name, type";
	unsigned char octets[DIGEST_SIZE];
	struct digest digest;
	struct query *q;
	bool row = true, ok = query_start(&q, d, err, sql, "");

	digest_start(&digest);
	while (ok && (ok = query_next(q, &row, err)) && row) {
		for (int i = 0; i < 4; i++)
			add(&digest, query_text(q, i));
	}
	query_end(&q);
	digest_end(&digest, octets);
	digest_hex(out, octets, sizeof(octets));
	return ok;
}

/*
 * Compares the tables with those of the version. If they have not the known digest, the tables of the version are made
 * in memory, which takes milliseconds.
 */
static bool compare(struct database *d, const struct database_kind *kind, int version, bool *same, struct error *err)
{
	const struct database_kind like = {kind->application_id, kind->steps, version, NULL, NULL};
	char found[SCHEMA_DIGEST], wanted[SCHEMA_DIGEST] = "";
	struct database *made = NULL;
	bool ok = schema_digest(d, found, err);

	*same = ok && version == kind->versions && kind->digest && strcmp(found, kind->digest) == 0;
	if (!ok || *same)
		return ok;
	ok = database_open(&made, "", true, &like, err) && schema_digest(made, wanted, err);
	*same = ok && strcmp(found, wanted) == 0;
	database_close(&made);
	return ok;
}

static bool refuse(const struct database *d, struct error *err)
{
	error_set(err, ERROR_STORAGE, "the file %s is not a state file of mailhaul", database_path(d));
	return error_hint(err, "move it away, or set another state_dir");
}

static bool refuse_change(const struct database *d, struct error *err)
{
	error_set(err, ERROR_STORAGE, "the tables of the state file %s are not as mailhaul made them",
	    database_path(d));
	return error_hint(err,
	    "another program changed it: move it away, then run mailhaul verify --rebuild for this account");
}

bool schema_check(struct database *d, const struct database_kind *kind, int *version, struct error *err)
{
	int64_t id, tables, found;
	bool same;

	if (!database_integer(d, "PRAGMA user_version", &found, err) ||
	    !database_integer(d, "PRAGMA application_id", &id, err) ||
	    !database_integer(d, "SELECT count(*) FROM sqlite_master", &tables, err))
		return false;
	*version = (int)found;
	if (id == 0 && tables == 0 && found == 0)
		return true;
	if (id != kind->application_id || found <= 0)
		return refuse(d, err);
	if (found > kind->versions) {
		error_set(err, ERROR_STORAGE, "the state file %s was written by a newer version of mailhaul",
		    database_path(d));
		return error_hint(err,
		    "use that version again, or move the file away and run mailhaul verify --rebuild for this account");
	}
	return compare(d, kind, *version, &same, err) && (same || refuse_change(d, err));
}
