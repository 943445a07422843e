#ifndef MAILHAUL_STATE_HARDEN_H
#define MAILHAUL_STATE_HARDEN_H

struct sqlite3;

/* Sets what concerns all databases: one thread, no statistics, and where SQLite reports failures. Later calls do nothing. */
void harden_library(void (*log)(void *context, int code, const char *message));

/*
 * Takes from an open SQLite database what a changed file could use: triggers, views, functions with effects, extensions,
 * writes to the schema, and texts and statements of any size.
 */
void harden_database(struct sqlite3 *db);

#endif
