#ifndef MAILHAUL_POLICY_SIZE_RULE_H
#define MAILHAUL_POLICY_SIZE_RULE_H

#include <stdbool.h>
#include <stdint.h>

/* A size that the server gave, the octets received with CRLF line ends, and the number of stuffed dots. */
struct size_sample {
	uint64_t given;
	uint64_t wire;
	uint64_t dots;
};

/*
 * The ways in which a server's sizes can be wrong. They are tested on two messages, because a single message would
 * fit many of them.
 */

enum {
	SIZE_RULE_TIMES = 2, /* a number is not a size if more than this many times as much is received */
	SIZE_RULE_UNITS = 4,
};

/* Units that a server may use instead of octets. */
extern const uint64_t size_rule_units[SIZE_RULE_UNITS];

/* Returns whether the size of the message is given in this unit. */
bool size_rule_is_unit(uint64_t unit, const struct size_sample *s);

/* Returns whether the sizes differ so much that both are not wrong in the same way by chance. */
bool size_rule_differ(const struct size_sample *a, const struct size_sample *b);

/*
 * Returns whether both have the same number and it is not a size: far more was received of both, and the messages
 * differ in length.
 */
bool size_rule_have_constant(const struct size_sample *a, const struct size_sample *b);

/*
 * Returns whether both sizes exceed what was received by nearly the same number of octets. Messages that were cut by
 * the same amount look the same.
 */
bool size_rule_have_surplus(const struct size_sample *a, const struct size_sample *b);

/*
 * Returns whether the message is longer than its size by no more than fields that a program may have added to its
 * header.
 */
bool size_rule_has_addition(const struct size_sample *s);

/* Returns whether both are wrong by the same ratio, rounding, unit or offset, or because the server gives zero. */
bool size_rule_are_alike(const struct size_sample *a, const struct size_sample *b);

#endif
