#include "config.h"

#include "policy/size_rule.h"

#include <stddef.h>

enum {
	OFFSET_MOST = 1024, /* octets by which messages are longer than each of their sizes, */
	MISSING_MOST = 5,   /* or shorter: that of the terminator and the line end before it; */
	OFFSET_SPREAD = 4,  /* by which that may vary */
	RATIO_LEAST = 16,   /* smaller numbers are rounded by so much that any ratio fits */
	LACK_OCTETS = 64,   /* what all may lack shows no ratio: so many octets of sizes that differ by a 32nd look like one, */
	LACK_SHARE = 8,	    /* and so small a part may be a line of each */
	UNIT_LEAST = 8,	    /* sizes that are rounded to less are not */
};

const uint64_t size_rule_units[SIZE_RULE_UNITS] = {1024, 1000, 512, 4096};

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* Messages of one size would be wrong in the same way by chance as well. */
bool size_rule_differ(const struct size_sample *a, const struct size_sample *b)
{
	uint64_t larger = a->given > b->given ? a->given : b->given;

	return distance(a->given, b->given) > larger / 32;
}

/*
 * A server that knows no sizes gives zero, or another small constant, whatever comes. Messages that are all of one
 * size have a constant as well, which much more than that refutes.
 */
bool size_rule_have_constant(const struct size_sample *a, const struct size_sample *b)
{
	uint64_t larger = a->wire > b->wire ? a->wire : b->wire;

	return a->given == b->given && distance(a->wire, b->wire) > larger / 32 && a->wire / SIZE_RULE_TIMES > a->given &&
	    b->wire / SIZE_RULE_TIMES > b->given;
}

static bool are_zero(const struct size_sample *a, const struct size_sample *b)
{
	return a->given == 0 && b->given == 0;
}

/* Line ends, dots and terminators that are counted in another way have rules of their own. */
static bool lacks_little(const struct size_sample *s)
{
	return s->wire < s->given && (s->given - s->wire <= LACK_OCTETS || s->given - s->wire <= s->given / LACK_SHARE);
}

/* A third, threefold, kilobytes: the same share for both, but for what rounding does to it. */
static bool have_same_ratio(const struct size_sample *a, const struct size_sample *b)
{
	double first = (double)a->wire * (double)b->given, second = (double)b->wire * (double)a->given;

	/* Each number may be wrong by one more: it was rounded. */
	return a->given >= RATIO_LEAST && b->given >= RATIO_LEAST && size_rule_differ(a, b) && !lacks_little(a) && !lacks_little(b) &&
	    (first > second ? first - second : second - first) <= (double)a->wire + (double)b->wire;
}

/* The terminator counted, with or without stuffed dots: no more than it has may be missing. */
static bool have_terminator(const struct size_sample *a, const struct size_sample *b)
{
	return a->wire < a->given && b->wire < b->given && a->given - a->wire <= a->dots + MISSING_MOST &&
	    b->given - b->wire <= b->dots + MISSING_MOST;
}

bool size_rule_has_addition(const struct size_sample *s)
{
	return s->wire > s->given && s->wire - s->given <= OFFSET_MOST;
}

/* A field of the header that comes only with RETR. */
static bool have_same_addition(const struct size_sample *a, const struct size_sample *b)
{
	return size_rule_has_addition(a) && b->wire > b->given &&
	    distance(a->wire - a->given, b->wire - b->given) <= OFFSET_SPREAD;
}

/* LIST counts something that no RETR sends. Messages that lack as much look the same, unless RETR's number is right. */
bool size_rule_have_surplus(const struct size_sample *a, const struct size_sample *b)
{
	uint64_t apart = distance(a->given, b->given);

	/* What is cut in one place lacks as much more as it is longer. */
	return apart > 2 * OFFSET_SPREAD && a->wire < a->given && b->wire < b->given && a->given - a->wire <= OFFSET_MOST &&
	    b->given - b->wire <= OFFSET_MOST && distance(a->given - a->wire, b->given - b->wire) <= OFFSET_SPREAD + apart / 32;
}

static bool have_same_offset(const struct size_sample *a, const struct size_sample *b)
{
	return size_rule_differ(a, b) && (have_terminator(a, b) || have_same_addition(a, b));
}

/* The same octets too few of different sizes: messages that are cut alike, and sizes that are not rounded. */
static bool lack_alike(const struct size_sample *a, const struct size_sample *b)
{
	return a->wire < a->given && a->given != b->given && a->given - a->wire == b->given - b->wire;
}

/* Whether both are less than `unit` from multiples of it, which were given as octets, or as units. */
static bool are_rounded_to(uint64_t unit, const struct size_sample *a, const struct size_sample *b)
{
	return a->given % unit == 0 && b->given % unit == 0 && distance(a->wire, a->given) < unit &&
	    distance(b->wire, b->given) < unit;
}

bool size_rule_is_unit(uint64_t unit, const struct size_sample *s)
{
	return s->given < UINT32_MAX && distance(s->wire, s->given * unit) < unit;
}

static bool are_in_units(const struct size_sample *a, const struct size_sample *b)
{
	for (size_t i = 0; i < SIZE_RULE_UNITS; i++) {
		if (size_rule_is_unit(size_rule_units[i], a) && size_rule_is_unit(size_rule_units[i], b))
			return true;
	}
	return false;
}

static bool are_rounded(const struct size_sample *a, const struct size_sample *b)
{
	static const uint64_t bases[] = {2, 10};

	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		for (uint64_t unit = bases[i]; unit <= 1024 * 1024; unit *= bases[i]) {
			if (unit >= UNIT_LEAST && !lack_alike(a, b) && are_rounded_to(unit, a, b))
				return true;
		}
	}
	return are_in_units(a, b);
}

bool size_rule_are_alike(const struct size_sample *a, const struct size_sample *b)
{
	return are_zero(a, b) || have_same_ratio(a, b) || have_same_offset(a, b) || are_rounded(a, b);
}
