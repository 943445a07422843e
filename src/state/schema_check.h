#ifndef MAILHAUL_STATE_SCHEMA_CHECK_H
#define MAILHAUL_STATE_SCHEMA_CHECK_H

#include <stdbool.h>

struct database;
struct database_kind;
struct error;

/*
 * Checks, for struct database_kind, that an open file is empty, or a state of mailhaul whose tables and indexes are
 * exactly those that the steps (state/schema) make. Any other, such as a trigger, a view or an expression in a table,
 * could run in a statement of ours. Sets ERROR_STORAGE, also if the file is of a newer version.
 */
bool schema_check(struct database *d, const struct database_kind *kind, int *version, struct error *err);

/* Writes the SHA-256 of the list of tables and indexes, in hexadecimal digits, for struct database_kind. */
enum { SCHEMA_DIGEST = 65 };
bool schema_digest(struct database *d, char out[SCHEMA_DIGEST], struct error *err);

#endif
