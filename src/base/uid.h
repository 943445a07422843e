#ifndef MAILHAUL_BASE_UID_H
#define MAILHAUL_BASE_UID_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The keys of messages. A server's UID contains no blank (RFC 1939, section 7), so a key that starts with one was
 * made by mailhaul:
 *
 *   key     = given / made / large / session / found / was / other
 *   given   = the UID that the server gave
 *   made    = " header:" HEX [":" OCTETS] ["#" N]   made from the header when the server's UID is missing or not unique
 *           / " unknown:" NUMBER                    made when the server does not send the header either
 *   large   = " large:" OCTETS                      too large to fetch, when messages cannot be distinguished
 *   session = " once:" SESSION ":" NUMBER           valid in one session, when messages cannot be distinguished
 *   found   = " found:" IDENTITY                    found in the destination (deliver/destination), UID unknown
 *           / " found:any:" HEX                     found there with a name of another program; HEX is the header
 *   was     = " was:" HEX16 [":" key]               the UID now belongs to another message
 *   other   = " " MAILDROP ":" key                  belongs to a maildrop that the account used before
 *
 * OCTETS is present when the header alone does not identify the message. N numbers several messages with the same
 * key.
 *
 * The state stores keys in a column. It also records what it has reported about messages that were not fetched. For
 * those that have only a session key, that record uses " unfetched:" NUMBER ":" OCTETS.
 */

/* Prefixes of keys, also for use in SQL statements. */
#define UID_MADE " header:"
#define UID_UNKNOWN " unknown:"
#define UID_LARGE " large:"
#define UID_SESSION " once:"
#define UID_FOUND " found:"
#define UID_FOUND_ANY "any:"
#define UID_WAS " was:"
#define UID_UNFETCHED " unfetched:"

/* GLOB patterns and expressions for SQL statements. */
#define UID_GLOB_OTHER " [0-9]*"
#define UID_GLOB_OTHER_OR_FOUND " [0-9f]*"
#define UID_GLOB_NOT_LISTED " [0-9fw]*"
#define UID_SQL_FROM_FOUND "uid >= '" UID_FOUND "' AND uid < ' found;'"
#define UID_SQL_NEW_WAS "'" UID_WAS "' || hex(randomblob(8))"
/* Matches the keys that add a number to the key in ?1. */
#define UID_SQL_NUMBERED "uid > ?1 || '#' AND uid < ?1 || '$'"

enum { UID_WAS_LENGTH = sizeof(UID_WAS "0123456789abcdef") - 1 };

/* Returns whether the server gave this UID. */
bool uid_is_given(const char *uid);

/* Returns the UID if the server gave it, or "". */
const char *uid_given(const char *uid);

/* Returns whether the key was made without a header. */
bool uid_is_unknown(const char *uid);

/* Returns whether the key was made from a header. */
bool uid_is_made(const char *uid);

/* Returns whether the key was made from a header that alone identifies the message. */
bool uid_is_made_alone(const char *uid);

/* Returns whether the key was made from the header with this digest, in lower-case hexadecimal. */
bool uid_has_header(const char *uid, const char *hex);

/* Returns whether the key is valid only in one session. */
bool uid_is_of_session(const char *uid);

/* Returns whether the key is `made`, with or without a number. */
bool uid_is_made_as(const char *uid, const char *made);

/* Returns whether the key is numbered, or `next` is the same key with a number. `next` may be NULL. */
bool uid_is_one_of_several(const char *uid, const char *next);

/* Returns the identity of a message that was found in the destination, or NULL for other keys. */
const char *uid_found_identity(const char *uid);

/* The parts of a key. */
struct uid_key {
	const char *uid;      /* given or made, "" if neither is known; points into the key */
	const char *identity; /* of a message found in the destination, else ""; points into the key */
	bool other;	      /* the key belongs to `maildrop` instead of the current one */
	int64_t maildrop;
};

struct uid_key uid_parse(const char *key);

#endif
