#ifndef MAILHAUL_TRANSFER_QUESTION_H
#define MAILHAUL_TRANSFER_QUESTION_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct session;
struct session_event;

/*
 * If a server sends one answer too many or too few, its answer about one message would be taken for another's. So,
 * after other commands, the server is asked for the UID of one message, or for its size if it gave no UID (RFC
 * 1939, 5 and 7). Earlier answers count once the right answer arrives.
 */
struct question {
	uint32_t number;
	const char *uid; /* as session_ask takes it: "", or beginning with a blank, to ask for the size */
	uint64_t octets;
};

void question_ask(struct session *s, const struct question *q);

/* Whether the event is the right answer to its question. */
bool question_is_answered(const struct session_event *event);

/* Sets the error for a wrong answer. Returns false. */
bool question_fail(uint32_t number, const struct session_event *event, struct error *err);

/*
 * After an unclear answer (session_ask). This may be the server's usual behavior, and is then as good as a refusal:
 * the server gives the same answer again. Each question is answered before the next is sent. Returns false with
 * *err set if it is not. *lost is then set if the answers are out of sync, rather than the session failed.
 */
bool question_try_manner(struct session *s, const struct question *q, const struct session_event *event, bool *lost,
    struct error *err);

/*
 * After a question without a right answer: asks about another message and reads the answer. *manner is set if that
 * answer is not right either, so that this is the server's usual behavior. Returns false only if the session
 * failed.
 */
bool question_compare(struct session *s, const struct question *other, struct session_event *event, bool *manner,
    struct error *err);

#endif
