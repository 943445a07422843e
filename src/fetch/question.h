#ifndef MAILHAUL_FETCH_QUESTION_H
#define MAILHAUL_FETCH_QUESTION_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct session;
struct session_event;

/*
 * A server that gives an answer too many, or one too few, would have what it says of one message taken
 * for another's. So it is asked, behind other commands, for the UID of one message, or for its size
 * where it gave no UID (RFC 1939, 5. and 7.), and what came before counts once the right answer is here.
 */
void question_ask(struct session *s, uint32_t number, const char *uid, uint64_t octets);

/* Whether the event is the right answer to its question. */
bool question_is_answered(const struct session_event *event);

/* Sets the error for a wrong answer. Returns false. */
bool question_fail(uint32_t number, const struct session_event *event, struct error *err);

#endif
