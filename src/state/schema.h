#ifndef MAILHAUL_STATE_STATE_SCHEMA_H
#define MAILHAUL_STATE_STATE_SCHEMA_H

/*
 * The state's tables. Version N is made from version N - 1 by state_migrations[N - 1]; an empty file
 * is version 0. A step, once released, is never changed: a new one is added.
 */
static const char *const state_migrations[] = {
    /* Version 1. uid: what the server gave. Times are seconds since the epoch. */
    "CREATE TABLE maildrop(id INTEGER PRIMARY KEY, server TEXT NOT NULL, port INTEGER NOT NULL, user TEXT NOT NULL,"
    " capabilities TEXT, asked INTEGER);"
    "CREATE TABLE message(uid TEXT PRIMARY KEY NOT NULL, delivered INTEGER NOT NULL, octets INTEGER NOT NULL,"
    " wire INTEGER NOT NULL, listed INTEGER NOT NULL, sha256 BLOB NOT NULL, header BLOB NOT NULL, gone INTEGER,"
    " deleted INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
    "CREATE INDEX missing ON message(header) WHERE gone IS NOT NULL AND deleted = 0;"
    "CREATE TABLE told(uid TEXT PRIMARY KEY NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE run(started INTEGER NOT NULL, finished INTEGER);"
    "CREATE TABLE intent(path BLOB NOT NULL, offset INTEGER NOT NULL, device INTEGER NOT NULL,"
    " inode INTEGER NOT NULL);"
    "CREATE TABLE pending(position INTEGER PRIMARY KEY, uid TEXT NOT NULL, delivered INTEGER NOT NULL,"
    " octets INTEGER NOT NULL, wire INTEGER NOT NULL, listed INTEGER NOT NULL, sha256 BLOB NOT NULL,"
    " header BLOB NOT NULL, length INTEGER NOT NULL, extent_sha256 BLOB NOT NULL, head BLOB NOT NULL);",
    /* Version 2. One row at most: the account has failed since then, without a success. */
    ("CREATE TABLE trouble(id INTEGER PRIMARY KEY, since INTEGER NOT NULL, at INTEGER NOT NULL, told INTEGER NOT NULL,"
     " step TEXT NOT NULL, cause TEXT NOT NULL, server TEXT NOT NULL);"),
    /* Version 3. One row at most. */
    "CREATE TABLE refusal(at INTEGER NOT NULL, login TEXT NOT NULL, mark BLOB NOT NULL, words TEXT NOT NULL);",
    /* Version 4. When the server's certificate ends. */
    "ALTER TABLE maildrop ADD COLUMN certificate_ends INTEGER;",
    /* Version 5. What a message's size proves (policy/evidence), and what is remembered of messages that stay away. */
    ("ALTER TABLE message ADD COLUMN said INTEGER NOT NULL DEFAULT -1;"
     "ALTER TABLE message ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0;"
     "ALTER TABLE pending ADD COLUMN said INTEGER NOT NULL DEFAULT -1;"
     "ALTER TABLE pending ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0;"
     "ALTER TABLE told ADD COLUMN kind INTEGER NOT NULL DEFAULT 1;"
     "ALTER TABLE told ADD COLUMN octets INTEGER NOT NULL DEFAULT 0;"
     "ALTER TABLE maildrop ADD COLUMN unpipelined INTEGER NOT NULL DEFAULT 0;"),
    /* Version 6. What QUIT may have deleted is looked for by its header. */
    "CREATE INDEX IF NOT EXISTS perhaps ON message(header) WHERE deleted = 2;",
    /* Version 7. How a server counts stuffed dots. */
    ("ALTER TABLE message ADD COLUMN dots INTEGER NOT NULL DEFAULT 0;"
     "ALTER TABLE pending ADD COLUMN dots INTEGER NOT NULL DEFAULT 0;"),
    /* Version 8. One row at most: where mail goes, and the last run that its label names (state_place). */
    ("CREATE TABLE place(id INTEGER PRIMARY KEY, name TEXT NOT NULL, mount TEXT NOT NULL, witnessed INTEGER NOT NULL,"
     " told INTEGER NOT NULL);"),
};

enum {
	STATE_VERSION = sizeof(state_migrations) / sizeof(state_migrations[0]),
	STATE_APPLICATION_ID = 0x6d686c31, /* "mhl1" */
};

#endif
