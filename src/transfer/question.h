#ifndef MAILHAUL_TRANSFER_QUESTION_H
#define MAILHAUL_TRANSFER_QUESTION_H

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
struct question {
	uint32_t number;
	const char *uid; /* as session_ask takes it: "", or begins with a blank, to ask for the size */
	uint64_t octets;
};

void question_ask(struct session *s, const struct question *q);

/* Whether the event is the right answer to its question. */
bool question_is_answered(const struct session_event *event);

/* Sets the error for a wrong answer. Returns false. */
bool question_fail(uint32_t number, const struct session_event *event, struct error *err);

/*
 * An answer is unclear (session_ask). That may be the server's manner, as good as a refusal, if it gives the same one
 * again. Each question is answered before the next is sent. Returns false, and says why, if it is not: *lost then tells
 * that the answers are out of step, not that the session failed.
 */
bool question_try_manner(struct session *s, const struct question *q, const struct session_event *event, bool *lost,
    struct error *err);

/*
 * After a question that got no right answer: asks about another message, and reads the answer. *manner: that is none,
 * either, so that it is the server's manner. False only if the session failed.
 */
bool question_compare(struct session *s, const struct question *other, struct session_event *event, bool *manner,
    struct error *err);

#endif
