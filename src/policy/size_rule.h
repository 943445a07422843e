#ifndef MAILHAUL_POLICY_SIZE_RULE_H
#define MAILHAUL_POLICY_SIZE_RULE_H

#include <stdbool.h>
#include <stdint.h>

/* A size that the server gave, and what came. */
struct size_sample {
	uint64_t given;
	uint64_t wire;
	uint64_t dots;
};

/* The ways in which a server's sizes are wrong for two messages. Each message alone would be wrong in many of them. */

enum {
	SIZE_RULE_TIMES = 2, /* a number is no size where so many times as much comes */
	SIZE_RULE_UNITS = 4,
};

/* What may be counted instead of octets. */
extern const uint64_t size_rule_units[SIZE_RULE_UNITS];

/* Whether this is the size of the message in such units. */
bool size_rule_is_unit(uint64_t unit, const struct size_sample *s);

/* Whether the sizes differ by so much that both being wrong in one way is no chance. */
bool size_rule_differ(const struct size_sample *a, const struct size_sample *b);

/* Whether both have the same number, which is no size: far more came of both, and not as much of one as of the other. */
bool size_rule_have_constant(const struct size_sample *a, const struct size_sample *b);

/* Whether both sizes are nearly as many octets more than what came. Messages that are cut by as much look so, too. */
bool size_rule_have_surplus(const struct size_sample *a, const struct size_sample *b);

/* Whether no more came than a header that a program on the way has added to. */
bool size_rule_has_addition(const struct size_sample *s);

/* Whether both are wrong by the same ratio, rounding, unit or offset, or because the server gives zero. */
bool size_rule_are_alike(const struct size_sample *a, const struct size_sample *b);

#endif
