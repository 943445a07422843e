#ifndef MAILHAUL_BASE_UID_H
#define MAILHAUL_BASE_UID_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What messages are known by. A server's UID has no blank (RFC 1939, 7.), so a key that begins with one is ours:
 *
 *   key     = given / made / session / found / was / other
 *   given   = the UID that the server gave
 *   made    = " header:" HEX [":" OCTETS] ["#" N]   of a header, where the server gave no UID that is the message's
 *                                                   alone; OCTETS where the header does not tell it from all others;
 *                                                   the N-th of several that are the same
 *           / " unknown:" NUMBER                    where the server does not give the header either
 *   session = " once:" SESSION ":" NUMBER           of one session, where nothing tells which message is which
 *   found   = " found:" IDENTITY                    in place (deliver/destination), and the UID is not known
 *   was     = " was:" HEX16 [":" key]               the UID is another message's now
 *   other   = " " MAILDROP ":" key                  of a maildrop that was entered before
 *
 * The state keeps them in a column. What it remembers of messages that stay away has, besides, " told:" NUMBER ":"
 * OCTETS in the place of a session's.
 */

/* Beginnings of keys, also for what SQL is made of. */
#define UID_MADE " header:"
#define UID_UNKNOWN " unknown:"
#define UID_SESSION " once:"
#define UID_FOUND " found:"
#define UID_WAS " was:"
#define UID_AWAY " told:"

/* SQL: patterns of GLOB, and expressions. */
#define UID_GLOB_OTHER " [0-9]*"
#define UID_GLOB_OTHER_OR_FOUND " [0-9f]*"
#define UID_GLOB_NOT_LISTED " [0-9fw]*"
#define UID_SQL_FROM_FOUND "uid >= '" UID_FOUND "' AND uid < ' found;'"
#define UID_SQL_NEW_WAS "'" UID_WAS "' || hex(randomblob(8))"
/* Those numbered after the one in ?1. */
#define UID_SQL_NUMBERED "uid > ?1 || '#' AND uid < ?1 || '$'"

enum { UID_WAS_LENGTH = sizeof(UID_WAS "0123456789abcdef") - 1 };

/* Whether the server gave it. */
bool uid_is_given(const char *uid);

/* The UID that the server gave, or "". */
const char *uid_given(const char *uid);

bool uid_is_made(const char *uid);

/* Whether it was made of a header that tells it from all others. */
bool uid_is_made_alone(const char *uid);

bool uid_is_of_session(const char *uid);

/* Whether it is `made`, numbered or not. */
bool uid_is_made_as(const char *uid, const char *made);

/* Whether it is numbered, or followed by one that differs in its number alone; NULL: nothing follows. */
bool uid_is_one_of_several(const char *uid, const char *next);

/* The identity of one that was found in place; NULL: it was not. */
const char *uid_found_identity(const char *uid);

/* Where a message is from, by its key. */
struct uid_key {
	const char *uid;      /* given or made, "" if neither is known; points into the key */
	const char *identity; /* where it was found in place, else ""; the same */
	bool other;	      /* it is of the maildrop with this number, instead of the current one */
	int64_t maildrop;
};

struct uid_key uid_parse(const char *key);

#endif
