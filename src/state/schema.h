#ifndef MAILHAUL_STATE_STATE_SCHEMA_H
#define MAILHAUL_STATE_STATE_SCHEMA_H

/*
 * The tables of the state. state_migrations[N - 1] makes version N from version N - 1; an empty file is version 0. A
 * released step never changes. New steps are appended.
 */
static const char *const state_migrations[] = {
    /* Version 1 has the first tables. Column uid is the server's UID. Times are seconds since the epoch. */
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
    /* Version 2 adds the time since which the account fails without a success. The table has at most one row. */
    ("CREATE TABLE trouble(id INTEGER PRIMARY KEY, since INTEGER NOT NULL, at INTEGER NOT NULL, told INTEGER NOT NULL,"
     " step TEXT NOT NULL, cause TEXT NOT NULL, server TEXT NOT NULL);"),
    /* Version 3 adds the last refused login. The table has at most one row. */
    "CREATE TABLE refusal(at INTEGER NOT NULL, login TEXT NOT NULL, mark BLOB NOT NULL, words TEXT NOT NULL);",
    /* Version 4 adds the expiry of the server's certificate. */
    "ALTER TABLE maildrop ADD COLUMN certificate_ends INTEGER;",
    /* Version 5 adds the evidence from message sizes (policy/evidence), and notes on messages that stay away. */
    ("ALTER TABLE message ADD COLUMN said INTEGER NOT NULL DEFAULT -1;"
     "ALTER TABLE message ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0;"
     "ALTER TABLE pending ADD COLUMN said INTEGER NOT NULL DEFAULT -1;"
     "ALTER TABLE pending ADD COLUMN doubt INTEGER NOT NULL DEFAULT 0;"
     "ALTER TABLE told ADD COLUMN kind INTEGER NOT NULL DEFAULT 1;"
     "ALTER TABLE told ADD COLUMN octets INTEGER NOT NULL DEFAULT 0;"
     "ALTER TABLE maildrop ADD COLUMN unpipelined INTEGER NOT NULL DEFAULT 0;"),
    /* Version 6 adds an index by header of the messages that QUIT may have deleted. */
    "CREATE INDEX IF NOT EXISTS perhaps ON message(header) WHERE deleted = 2;",
    /* Version 7 adds the number of stuffed dots, which shows how a server counts them. */
    ("ALTER TABLE message ADD COLUMN dots INTEGER NOT NULL DEFAULT 0;"
     "ALTER TABLE pending ADD COLUMN dots INTEGER NOT NULL DEFAULT 0;"),
    /* Version 8 adds the place of the mail and the last run in its label (state_place), in at most one row. */
    ("CREATE TABLE place(id INTEGER PRIMARY KEY, name TEXT NOT NULL, mount TEXT NOT NULL, witnessed INTEGER NOT NULL,"
     " told INTEGER NOT NULL);"),
    /* Version 9 adds the size of a listed message when it was found to be new (fetch/fresh), and plainer names. */
    ("ALTER TABLE told RENAME TO unfetched;"
     "ALTER TABLE unfetched ADD COLUMN found_new INTEGER;"
     "UPDATE unfetched SET uid = ' unfetched' || substr(uid, 6) WHERE uid GLOB ' told:*';"
     "ALTER TABLE trouble RENAME COLUMN told TO reported;"
     "ALTER TABLE place RENAME COLUMN told TO reported;"),
    /*
     * Version 10 adds the digest without the fields that mail programs write (NULL: it equals sha256, or is unknown),
     * and the key under which a message was delivered, if it has another one now ("": an earlier version did not keep
     * it). It also adds the cores of messages that another program may have delivered.
     */
    ("ALTER TABLE message ADD COLUMN bare BLOB;"
     "ALTER TABLE pending ADD COLUMN bare BLOB;"
     "ALTER TABLE message ADD COLUMN placed TEXT;"
     "UPDATE message SET placed = '' WHERE (SELECT count(*) FROM maildrop) > 1;"
     "CREATE TABLE core(header BLOB NOT NULL, sha256 BLOB NOT NULL, core_header BLOB NOT NULL, core_id BLOB NOT NULL,"
     " core_body BLOB NOT NULL, core_whole BLOB NOT NULL, core_octets INTEGER NOT NULL,"
     " PRIMARY KEY(header, sha256)) WITHOUT ROWID;"
     "CREATE INDEX core_by_header ON core(core_header);"
     "CREATE INDEX core_by_id ON core(core_id);"),
    /* Version 11 adds the strongest login mechanism that was ever used for a maildrop. */
    ("CREATE TABLE login(server TEXT NOT NULL, port INTEGER NOT NULL, user TEXT NOT NULL, mechanism TEXT NOT NULL,"
     " PRIMARY KEY(server, port, user)) WITHOUT ROWID;"),
};

/* The digest of the tables that all steps make (state/schema_check). tests/unit/test-state-open.c prints the right one. */
static const char state_schema_digest[] = "d56b2abb39c0e85776ba743207034a753f9904d9814c5ac9bc75bfa8ad1f2a1d";

enum {
	STATE_VERSION = sizeof(state_migrations) / sizeof(state_migrations[0]),
	STATE_APPLICATION_ID = 0x6d686c31, /* "mhl1" */
};

#endif
