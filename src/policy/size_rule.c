#include "config.h"

#include "policy/size_rule.h"

#include <stddef.h>

enum {
	OFFSET_MOST = 1024, /* largest offset in octets between messages and their sizes */
	MISSING_MOST = 5,   /* largest lack explained by the terminator and the line end before it */
	OFFSET_SPREAD = 4,  /* variation of an offset in octets */
	RATIO_LEAST = 16,   /* smallest number with a ratio; any ratio fits smaller ones because of rounding */
	/* A lack of up to this many octets shows no ratio: for sizes that differ by a 32nd it looks like one. */
	LACK_OCTETS = 64,
	/* A lack of up to 1/LACK_SHARE of the size shows no ratio: it may be one missing line of each message. */
	LACK_SHARE = 8,
	UNIT_LEAST = 8, /* smallest unit that counts as rounding */
};

const uint64_t size_rule_units[SIZE_RULE_UNITS] = {1024, 1000, 512, 4096};

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* Messages of equal size would be wrong in the same way by chance. */
bool size_rule_differ(const struct size_sample *a, const struct size_sample *b)
{
	uint64_t larger = a->given > b->given ? a->given : b->given;

	return distance(a->given, b->given) > larger / 32;
}

/*
 * A server without sizes gives zero or another small constant for every message. Messages of equal size also have
 * equal numbers, but then not much more than that size is received.
 */
bool size_rule_have_constant(const struct size_sample *a, const struct size_sample *b)
{
	uint64_t larger = a->wire > b->wire ? a->wire : b->wire;

	return a->given == b->given && distance(a->wire, b->wire) > larger / 32 &&
	    a->wire / SIZE_RULE_TIMES > a->given && b->wire / SIZE_RULE_TIMES > b->given;
}

static bool are_zero(const struct size_sample *a, const struct size_sample *b)
{
	return a->given == 0 && b->given == 0;
}

/*
 * Returns whether slightly less was received than the size. Other ways to count line ends, dots and the terminator
 * may explain it; they have their own rules.
 */
static bool lacks_little(const struct size_sample *s)
{
	return s->wire < s->given && (s->given - s->wire <= LACK_OCTETS || s->given - s->wire <= s->given / LACK_SHARE);
}

/*
 * Returns whether both were received with the same ratio to their sizes, such as a third, threefold or kilobytes,
 * apart from rounding.
 */
static bool have_same_ratio(const struct size_sample *a, const struct size_sample *b)
{
	double first = (double)a->wire * (double)b->given, second = (double)b->wire * (double)a->given;

	/* Rounding may add one to the error of each number. */
	return a->given >= RATIO_LEAST && b->given >= RATIO_LEAST && size_rule_differ(a, b) && !lacks_little(a) &&
	    !lacks_little(b) && (first > second ? first - second : second - first) <= (double)a->wire + (double)b->wire;
}

/*
 * Returns whether the size may include the terminator, with or without stuffed dots. No more than those octets may be
 * missing.
 */
static bool have_terminator(const struct size_sample *a, const struct size_sample *b)
{
	return a->wire < a->given && b->wire < b->given && a->given - a->wire <= a->dots + MISSING_MOST &&
	    b->given - b->wire <= b->dots + MISSING_MOST;
}

bool size_rule_has_addition(const struct size_sample *s)
{
	return s->wire > s->given && s->wire - s->given <= OFFSET_MOST;
}

/* Returns whether the same header field was added to both by RETR. */
static bool have_same_addition(const struct size_sample *a, const struct size_sample *b)
{
	return size_rule_has_addition(a) && b->wire > b->given &&
	    distance(a->wire - a->given, b->wire - b->given) <= OFFSET_SPREAD;
}

/*
 * LIST counts something that RETR does not send. Messages that were cut by the same amount look the same, unless
 * RETR's number is right.
 */
bool size_rule_have_surplus(const struct size_sample *a, const struct size_sample *b)
{
	uint64_t apart = distance(a->given, b->given);

	/* Messages that are cut at the same position lack more, the longer they are. */
	return apart > 2 * OFFSET_SPREAD && a->wire < a->given && b->wire < b->given &&
	    a->given - a->wire <= OFFSET_MOST && b->given - b->wire <= OFFSET_MOST &&
	    distance(a->given - a->wire, b->given - b->wire) <= OFFSET_SPREAD + apart / 32;
}

static bool have_same_offset(const struct size_sample *a, const struct size_sample *b)
{
	return size_rule_differ(a, b) && (have_terminator(a, b) || have_same_addition(a, b));
}

/*
 * Returns whether messages of different sizes lack the same number of octets. They were cut in the same way, and
 * their sizes are not rounded.
 */
static bool lack_alike(const struct size_sample *a, const struct size_sample *b)
{
	return a->wire < a->given && a->given != b->given && a->given - a->wire == b->given - b->wire;
}

/* Returns whether both sizes are multiples of `unit`, and each message differs from its size by less than `unit`. */
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
