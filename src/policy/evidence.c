#include "config.h"

#include "policy/evidence.h"

#include <string.h>
#include <strings.h>

#include "base/parse.h"

enum {
	OTHERS_LEAST = 2,	 /* messages that show how a server's numbers are wrong */
	ESTIMATES_LEAST = 8,	 /* and that they follow no rule */
	FITS_RATIO = 8,		 /* numbers are wrong throughout where one in so many messages fits at the most */
	OFFSET_MOST = 1024,	 /* octets that a server adds to each of its sizes, or leaves out, */
	OFFSET_SPREAD = 4,	 /* and by which that may vary */
	UNIT_LEAST = 8,		 /* sizes that are rounded to less are not */
	GROWTH = 8,		 /* a message may be so many times as large as it was listed, */
	GROWTH_OCTETS = 64 * 1024 * 1024, /* and by so much larger */
};

#define LISTED_MOST (UINT64_C(1) << 40)

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* Some servers leave the line end out that they add to a message without one. */
static bool fits_exactly(uint64_t given, const struct evidence_sizes *s)
{
	return s->wire == given || s->wire == given + 2 || s->sent == given;
}

static bool fits_dots(uint64_t given, const struct evidence_sizes *s)
{
	return s->dots > 0 && s->wire + s->dots == given;
}

static bool fits_lf(uint64_t given, const struct evidence_sizes *s)
{
	return s->lf == given || s->lf == given + 1 || s->lf + s->dots == given;
}

bool evidence_is_plain(const struct evidence_sizes *s)
{
	return (s->listed == EVIDENCE_NO_SIZE || fits_exactly(s->listed, s)) &&
	    (s->said == EVIDENCE_NO_SIZE || fits_exactly(s->said, s));
}

static void note(struct evidence_habit *h, uint64_t given, const struct evidence_sizes *s)
{
	if (given == EVIDENCE_NO_SIZE || (given == 0 && s->wire == 0))
		return;
	if (fits_exactly(given, s)) {
		h->exact++;
		h->undotted += s->dots > 0;
	} else if (fits_dots(given, s)) {
		h->dotted++;
	} else if (fits_lf(given, s)) {
		h->lf++;
	} else {
		size_t place = h->kept < EVIDENCE_SAMPLES ? h->kept++ : h->wrong % EVIDENCE_SAMPLES;

		h->samples[place] = (struct evidence_sample){given, s->wire};
		h->wrong++;
	}
}

void evidence_note(struct evidence *e, const struct evidence_sizes *sizes)
{
	note(&e->list, sizes->listed, sizes);
	note(&e->retr, sizes->said, sizes);
}

/* Takes one sample out again. */
static void forget(struct evidence_habit *h, struct evidence_sample sample)
{
	for (size_t i = 0; i < h->kept; i++) {
		if (h->samples[i].given != sample.given || h->samples[i].wire != sample.wire)
			continue;
		h->samples[i] = h->samples[--h->kept];
		h->wrong--;
		return;
	}
}

/* Messages of one size would be wrong in the same way by chance as well. */
static bool differ(const struct evidence_sample *a, const struct evidence_sample *b)
{
	uint64_t larger = a->given > b->given ? a->given : b->given;

	return distance(a->given, b->given) > larger / 32;
}

/* A server that knows no sizes gives zero, or another constant, whatever comes. */
static bool have_constant(const struct evidence_sample *a, const struct evidence_sample *b)
{
	uint64_t larger = a->wire > b->wire ? a->wire : b->wire;

	return a->given == b->given && distance(a->wire, b->wire) > larger / 32;
}

static bool are_zero(const struct evidence_sample *a, const struct evidence_sample *b)
{
	return a->given == 0 && b->given == 0;
}

/* A third, threefold, kilobytes: the same share for both, but for what rounding does to it. */
static bool have_same_ratio(const struct evidence_sample *a, const struct evidence_sample *b)
{
	double first = (double)a->wire * (double)b->given, second = (double)b->wire * (double)a->given;

	/* Each number may be wrong by one more: it was rounded. */
	return a->given > 0 && b->given > 0 && differ(a, b) &&
	    (first > second ? first - second : second - first) <= (double)a->wire + (double)b->wire;
}

/* The terminator counted, or a field of the header that comes only with RETR. */
static bool have_same_offset(const struct evidence_sample *a, const struct evidence_sample *b)
{
	return differ(a, b) && (a->wire > a->given) == (b->wire > b->given) && distance(a->wire, a->given) <= OFFSET_MOST &&
	    distance(distance(a->wire, a->given), distance(b->wire, b->given)) <= OFFSET_SPREAD;
}

/* Whether both are less than `unit` from multiples of it, which were given as octets, or as units. */
static bool are_rounded_to(uint64_t unit, const struct evidence_sample *a, const struct evidence_sample *b)
{
	return a->given % unit == 0 && b->given % unit == 0 && distance(a->wire, a->given) < unit &&
	    distance(b->wire, b->given) < unit;
}

static bool are_units_of(uint64_t unit, const struct evidence_sample *a, const struct evidence_sample *b)
{
	return a->given < UINT32_MAX && b->given < UINT32_MAX && distance(a->wire, a->given * unit) < unit &&
	    distance(b->wire, b->given * unit) < unit;
}

static bool are_rounded(const struct evidence_sample *a, const struct evidence_sample *b)
{
	static const uint64_t bases[] = {2, 10};

	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		for (uint64_t unit = bases[i]; unit <= 1024 * 1024; unit *= bases[i]) {
			if (unit >= UNIT_LEAST && are_rounded_to(unit, a, b))
				return true;
		}
	}
	return are_units_of(1024, a, b) || are_units_of(1000, a, b) || are_units_of(512, a, b);
}

static bool are_alike(const struct evidence_sample *a, const struct evidence_sample *b)
{
	return are_zero(a, b) || have_same_ratio(a, b) || have_same_offset(a, b) || are_rounded(a, b);
}

/* How many samples are wrong in the same way as this one. */
static size_t count_alike(const struct evidence_habit *h, const struct evidence_sample *this)
{
	size_t count = h->kept, alike = 0;

	for (size_t i = 0; i < count; i++)
		alike += are_alike(&h->samples[i], this);
	return alike;
}

/* Whether most of the samples are wrong in the same way, so that a message has to be as well. */
static bool has_rule(const struct evidence_habit *h)
{
	size_t count = h->kept, ruled = 0;

	for (size_t i = 0; i < count; i++)
		ruled += count_alike(h, &h->samples[i]) > count / 2;
	return ruled > count / 2;
}

/* What RETR says contradicts a message that is shorter; only what does not go by sizes at all can be believed then. */
static bool is_denied(const struct evidence_sizes *s)
{
	return s->said != EVIDENCE_NO_SIZE && !fits_exactly(s->said, s) && s->wire < s->said;
}

/*
 * Sizes that the server estimates: not one of many is right, some are too large and some too small, and this one is
 * not further off than the others.
 */
static bool is_estimate(const struct evidence_habit *h, const struct evidence_sample *this)
{
	double share = (double)this->wire / ((double)this->given + 1), least = share, most = 0;
	size_t others = 0, shorter = 0;

	if (h->exact + h->dotted + h->lf > 0 || has_rule(h))
		return false;
	for (size_t i = 0; i < h->kept; i++) {
		double other = (double)h->samples[i].wire / ((double)h->samples[i].given + 1);

		if (!differ(&h->samples[i], this))
			continue;
		least = others == 0 || other < least ? other : least;
		most = other > most ? other : most;
		shorter += h->samples[i].wire < h->samples[i].given;
		others++;
	}
	return others >= ESTIMATES_LEAST && shorter >= others / 8 && others - shorter >= others / 8 && share >= least / 2 &&
	    share <= most * 2;
}

/* Whether nearly all others have the same size as this one, whatever came of them. */
static bool is_constant(const struct evidence_habit *h, const struct evidence_sample *this)
{
	size_t same = 0;

	for (size_t i = 0; i < h->kept; i++)
		same += have_constant(&h->samples[i], this);
	return same >= OTHERS_LEAST && same >= h->kept - h->kept / 4;
}

/* Whether nearly all others are shorter than the server says, and this one less so than they: a part would be more. */
static bool is_less_short(const struct evidence_habit *h, const struct evidence_sample *this)
{
	size_t shorter = 0;

	for (size_t i = 0; i < h->kept; i++) {
		const struct evidence_sample *other = &h->samples[i];

		shorter += other->wire < other->given && differ(other, this) &&
		    (double)other->wire * (double)this->given <= (double)this->wire * (double)other->given;
	}
	return this->wire < this->given && shorter >= ESTIMATES_LEAST && shorter >= h->kept - h->kept / 4;
}

/* Whether the number is wrong throughout, and for this message as for nearly all others. */
static bool is_wrong_throughout(const struct evidence_habit *habit, uint64_t given, const struct evidence_sizes *s,
    uint64_t noted)
{
	const struct evidence_sample this = {given, s->wire};
	struct evidence_habit others = *habit;
	size_t alike;

	forget(&others, (struct evidence_sample){given, noted});
	if (others.wrong < OTHERS_LEAST || (others.exact + others.dotted + others.lf) * FITS_RATIO > others.wrong)
		return false;
	alike = count_alike(&others, &this);
	if (alike >= OTHERS_LEAST && alike >= others.kept - others.kept / 4)
		return true;
	/* LIST is wrong throughout, and RETR right. */
	if (s->said != EVIDENCE_NO_SIZE && fits_exactly(s->said, s))
		return true;
	return !is_denied(s) && (is_constant(&others, &this) || is_less_short(&others, &this) || is_estimate(&others, &this));
}

static enum evidence_verdict judge(const struct evidence_habit *h, uint64_t given, const struct evidence_sizes *s,
    uint64_t noted, bool pipelined)
{
	if (given == EVIDENCE_NO_SIZE || fits_exactly(given, s))
		return EVIDENCE_WHOLE;
	if (fits_dots(given, s) && h->undotted == 0)
		return EVIDENCE_WHOLE;
	/* If it was noted, it is one of those itself. */
	if (fits_lf(given, s) && h->exact == 0 && (!pipelined || h->lf > (noted == s->wire)))
		return EVIDENCE_WHOLE;
	if (s->empty && s->wire < given)
		return EVIDENCE_SHORT;
	if (is_wrong_throughout(h, given, s, noted))
		return EVIDENCE_WHOLE;
	return s->wire < given ? EVIDENCE_SHORT : EVIDENCE_LONG;
}

enum evidence_verdict evidence_judge(const struct evidence *e, const struct evidence_sizes *sizes, uint64_t noted,
    bool pipelined)
{
	enum evidence_verdict list = judge(&e->list, sizes->listed, sizes, noted, pipelined);
	enum evidence_verdict retr = judge(&e->retr, sizes->said, sizes, noted, pipelined);

	if (list == EVIDENCE_SHORT || retr == EVIDENCE_SHORT)
		return EVIDENCE_SHORT;
	/* LIST may have been answered before the server changed the message: RETR's number is of this very answer. */
	if (sizes->said != EVIDENCE_NO_SIZE && fits_exactly(sizes->said, sizes))
		return EVIDENCE_WHOLE;
	return list;
}

uint64_t evidence_read_size(const char *text, size_t length)
{
	static const char *const words[] = {"octet", "byte"};
	size_t digits = 0;
	uint64_t size;

	while (digits < length && text[digits] >= '0' && text[digits] <= '9')
		digits++;
	if (digits == length || text[digits] != ' ' || !parse_number(text, digits, INT64_MAX, &size))
		return EVIDENCE_NO_SIZE;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t size_of_word = strlen(words[i]);

		if (length - digits > size_of_word && strncasecmp(text + digits + 1, words[i], size_of_word) == 0)
			return size;
	}
	return EVIDENCE_NO_SIZE;
}

uint64_t evidence_octets_most(uint64_t most, uint64_t listed)
{
	if (most > 0)
		return most;
	/* Nobody has such a message, so that the size says nothing. */
	if (listed > LISTED_MOST)
		listed = 0;
	return listed * GROWTH + GROWTH_OCTETS;
}
