#include "config.h"

#include "policy/evidence.h"

#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "policy/size_rule.h"

enum {
	OTHERS_LEAST = 2,    /* other messages needed to show how a server's numbers are wrong */
	ESTIMATES_LEAST = 8, /* other messages needed to show that the numbers follow no rule */
	FITS_RATIO = 8,	     /* numbers are wrong throughout if at most one fits for this many that do not */
	LF_FORMS = 4,	     /* different numbers of line ends among LF matches that rule out chance */
	RIGHT_RATIO = 4,     /* numbers are right if at least this many fit for each one that does not */
	SURPLUS_SPREAD = 4,  /* octets by which a surplus may exceed every other surplus */
	GROWTH = 8,	     /* limit of a message, as a multiple of its listed size */
	GROWTH_OCTETS = 64 * 1024 * 1024, /* octets added to that limit */
};

#define LISTED_MOST (UINT64_C(1) << 40)

bool evidence_is_suspect(const struct evidence_sizes *s)
{
	return s->foreign || (s->unstuffed && s->dots > 0);
}

/* Returns whether the size is zero and only the line end that a server adds was received. */
static bool is_nothing(uint64_t given, const struct evidence_sizes *s)
{
	return given == 0 && s->wire == 2;
}

static bool fits_to_the_octet(uint64_t given, const struct evidence_sizes *s)
{
	return s->wire == given || s->sent == given;
}

/*
 * Some servers do not count the line end that they add to a message without one. Courier then also does not count a
 * CR before it.
 */
static bool fits_exactly(uint64_t given, const struct evidence_sizes *s)
{
	bool unended = s->wire == given + 2 || (s->cr && s->wire == given + 3);

	return fits_to_the_octet(given, s) || (unended && given > 0 && !evidence_is_suspect(s));
}

static bool fits_dots(uint64_t given, const struct evidence_sizes *s)
{
	return s->dots > 0 && s->wire + s->dots == given && !evidence_is_suspect(s);
}

static bool fits_lf(uint64_t given, const struct evidence_sizes *s)
{
	return s->lf == given || (s->lf == given + 1 && given > 0 && !evidence_is_suspect(s));
}

static bool fits_lf_and_dots(uint64_t given, const struct evidence_sizes *s)
{
	return s->dots > 0 && s->lf + s->dots == given && !evidence_is_suspect(s);
}

bool evidence_is_plain(const struct evidence_sizes *s)
{
	return (s->listed == EVIDENCE_NO_SIZE || fits_exactly(s->listed, s)) &&
	    (s->said == EVIDENCE_NO_SIZE || fits_exactly(s->said, s));
}

static void note_wrong(struct evidence_habit *h, struct size_sample sample)
{
	size_t place = h->kept < EVIDENCE_SAMPLES ? h->kept++ : h->wrong % EVIDENCE_SAMPLES;

	h->samples[place] = sample;
	h->wrong++;
}

/* Removes one sample. */
static void forget_wrong(struct evidence_habit *h, struct size_sample sample)
{
	for (size_t i = 0; i < h->kept; i++) {
		if (h->samples[i].given != sample.given || h->samples[i].wire != sample.wire)
			continue;
		h->samples[i] = h->samples[--h->kept];
		h->wrong--;
		return;
	}
}

/*
 * Returns whether the size fits with CRLF only without the last line end, and also fits with LF because the message
 * has very few lines. For a message that was stored with CRLF the number of lines is not known.
 */
static bool fits_either_way(uint64_t given, const struct evidence_sizes *s)
{
	return fits_exactly(given, s) && !fits_to_the_octet(given, s) && (fits_lf(given, s) || s->lf == s->wire);
}

/* Adds a message (count 1) or removes it (count -1). */
static void note(struct evidence_habit *h, uint64_t given, const struct evidence_sizes *s, int count)
{
	bool exact = fits_exactly(given, s), lf = fits_lf(given, s);
	const struct size_sample sample = {given, s->wire, s->dots};

	h->unstuffed |= s->unstuffed;
	if (given == EVIDENCE_NO_SIZE || (given == 0 && s->wire == 0) || is_nothing(given, s))
		return;
	/* Such a message does not show how the server counts. */
	if (fits_either_way(given, s)) {
		h->either += (uint64_t)count;
		return;
	}
	if ((exact || lf) && s->dots > 0)
		h->undotted += (uint64_t)count;
	if (exact) {
		h->exact += (uint64_t)count;
	} else if (lf || fits_lf_and_dots(given, s)) {
		h->lf += (uint64_t)count;
		h->lf_forms[(s->wire - s->lf) % EVIDENCE_FORMS] += (uint64_t)count;
		h->lf_one = count > 0 ? sample : (struct size_sample){0};
	}
	if (!exact && !lf && (fits_dots(given, s) || fits_lf_and_dots(given, s)))
		h->dotted += (uint64_t)count;
	else if (!exact && !lf && count > 0)
		note_wrong(h, sample);
	else if (!exact && !lf)
		forget_wrong(h, sample);
}

void evidence_note(struct evidence *e, const struct evidence_sizes *sizes)
{
	note(&e->list, sizes->listed, sizes, 1);
	note(&e->retr, sizes->said, sizes, 1);
}

void evidence_forget(struct evidence *e, const struct evidence_sizes *sizes)
{
	note(&e->list, sizes->listed, sizes, -1);
	note(&e->retr, sizes->said, sizes, -1);
}

/* Returns the number of samples that are wrong in the same way as this one. */
static size_t count_alike(const struct evidence_habit *h, const struct size_sample *this)
{
	size_t count = h->kept, alike = 0;

	for (size_t i = 0; i < count; i++)
		alike += size_rule_are_alike(&h->samples[i], this);
	return alike;
}

/* Returns whether most samples are wrong in the same way, so that a complete message must also be wrong in that way. */
static bool has_rule(const struct evidence_habit *h)
{
	size_t count = h->kept, ruled = 0;

	for (size_t i = 0; i < count; i++) {
		const struct size_sample *this = &h->samples[i];

		ruled += count_alike(h, this) - size_rule_are_alike(this, this) > (count - 1) / 2;
	}
	return ruled > count / 2;
}

/* Returns whether RETR's number says that more should have been received. The weaker rules then do not apply. */
static bool is_denied(const struct evidence_sizes *s)
{
	return s->said != EVIDENCE_NO_SIZE && !fits_exactly(s->said, s) && s->wire < s->said;
}

/*
 * Returns whether the message ends near where other messages end that are shorter than their sizes, and no message is
 * longer. All of them were cut there.
 */
static bool ends_with_others(const struct evidence_habit *h, const struct size_sample *this)
{
	uint64_t near = this->wire / 32;
	size_t same = 0;

	for (size_t i = 0; i < h->kept; i++) {
		const struct size_sample *other = &h->samples[i];

		if (other->wire > this->wire + near)
			return false;
		same += other->wire < other->given && other->wire + near >= this->wire;
	}
	return this->wire < this->given && same >= OTHERS_LEAST;
}

/*
 * Returns whether the server estimates sizes: none of many is right, some are too large and some too small, and this
 * one is not much further off than the others.
 */
static bool is_estimate(const struct evidence_habit *h, const struct size_sample *this)
{
	double share = (double)this->wire / ((double)this->given + 1), least = share, most = 0;
	size_t others = 0, shorter = 0;

	if (h->exact + h->either + h->dotted + h->lf > 0 || has_rule(h) || ends_with_others(h, this))
		return false;
	for (size_t i = 0; i < h->kept; i++) {
		double other = (double)h->samples[i].wire / ((double)h->samples[i].given + 1);

		if (!size_rule_differ(&h->samples[i], this))
			continue;
		least = others == 0 || other < least ? other : least;
		most = other > most ? other : most;
		shorter += h->samples[i].wire < h->samples[i].given;
		others++;
	}
	return others >= ESTIMATES_LEAST && shorter >= others / 8 && others - shorter >= others / 8 &&
	    share >= least / 2 && share <= most * 2;
}

static bool is_most(const struct evidence_habit *h, size_t count)
{
	return count >= OTHERS_LEAST && count >= h->kept - h->kept / 4;
}

/* Returns whether the others have their sizes in some unit, and this message is shorter than its number of units. */
static bool lacks_units(const struct evidence_habit *h, const struct size_sample *this)
{
	for (size_t i = 0; i < SIZE_RULE_UNITS; i++) {
		size_t same = 0;

		for (size_t j = 0; j < h->kept; j++)
			same += size_rule_is_unit(size_rule_units[i], &h->samples[j]);
		if (is_most(h, same) && this->given < UINT32_MAX &&
		    this->wire + size_rule_units[i] <= this->given * size_rule_units[i])
			return true;
	}
	return false;
}

/* Returns whether nearly all others have the same number as this message, whatever was received. */
static bool is_constant(const struct evidence_habit *h, const struct size_sample *this)
{
	size_t same = 0;

	for (size_t i = 0; i < h->kept; i++)
		same += size_rule_have_constant(&h->samples[i], this);
	return is_most(h, same) && !lacks_units(h, this);
}

/*
 * Like is_constant, for a message that is smaller than the constant. Other messages are so large that the constant
 * cannot be a size.
 */
static bool is_no_size(const struct evidence_habit *h, const struct size_sample *this)
{
	size_t same = 0, larger = 0;

	for (size_t i = 0; i < h->kept; i++) {
		if (h->samples[i].given != this->given)
			continue;
		same++;
		larger += h->samples[i].wire / SIZE_RULE_TIMES > this->given;
	}
	return larger >= OTHERS_LEAST && is_most(h, same) && !lacks_units(h, this);
}

static bool has_surplus(const struct evidence_habit *h, const struct size_sample *this)
{
	uint64_t most = 0;
	size_t same = 0;

	for (size_t i = 0; i < h->kept; i++) {
		const struct size_sample *other = &h->samples[i];

		if (!size_rule_have_surplus(other, this))
			continue;
		most = other->given - other->wire > most ? other->given - other->wire : most;
		same++;
	}
	return is_most(h, same) && this->given - this->wire <= most + SURPLUS_SPREAD;
}

static bool is_exact_by_retr(const struct evidence_sizes *s)
{
	return s->said != EVIDENCE_NO_SIZE && fits_exactly(s->said, s);
}

/*
 * Returns the number of messages whose size fits. A single message that fits with LF, and is also wrong like the
 * others, fits by chance.
 */
static uint64_t count_fitting(const struct evidence_habit *h)
{
	bool by_chance = h->lf == 1 && h->lf_one.wire > 0 && is_most(h, count_alike(h, &h->lf_one));

	return h->exact + h->either + h->dotted + (by_chance ? 0 : h->lf);
}

/* Returns whether the number fits hardly any message. This message is first removed from the samples. */
static bool is_wrong_for_others(struct evidence_habit *h, uint64_t given, uint64_t noted)
{
	forget_wrong(h, (struct size_sample){given, noted, 0});
	return h->wrong >= OTHERS_LEAST && count_fitting(h) * FITS_RATIO <= h->wrong;
}

/*
 * Returns whether all others are longer than their sizes, as if a field had been added to each, and this one fits
 * without such fields.
 */
static bool has_added_fields(const struct evidence_habit *h, uint64_t given, const struct evidence_sizes *s)
{
	for (size_t i = 0; i < h->kept; i++) {
		if (!size_rule_has_addition(&h->samples[i]))
			return false;
	}
	return s->fields && given == s->listed;
}

/* Returns whether the number is wrong throughout, and for this message in the same way as for nearly all others. */
static bool is_wrong_throughout(const struct evidence_habit *habit, uint64_t given, const struct evidence_sizes *s,
    uint64_t noted)
{
	const struct size_sample this = {given, s->wire, s->dots};
	struct evidence_habit others = *habit;

	if (!is_wrong_for_others(&others, given, noted))
		return false;
	if (is_most(&others, count_alike(&others, &this)) || has_added_fields(&others, given, s))
		return true;
	/*
	 * RETR's number describes what was sent and does not prove that everything was sent. It decides only between
	 * two readings of LIST's number.
	 */
	if (is_exact_by_retr(s) && (given > LISTED_MOST || has_surplus(&others, &this) || is_no_size(&others, &this)))
		return true;
	return !is_denied(s) && (is_constant(&others, &this) || is_estimate(&others, &this));
}

/*
 * Returns whether stuffed dots count: another message shows it, and no message shows the opposite. If this message
 * was added before, it is included in `dotted`.
 */
static bool count_dots(const struct evidence_habit *h, const struct evidence_sizes *s, uint64_t noted)
{
	return !s->unstuffed && !h->unstuffed && h->undotted == 0 && h->dotted > (noted == s->wire);
}

/*
 * Returns whether so many messages fit with LF that the only one that fits with CRLF fits by chance. Extra octets may
 * make up for the line ends of messages with one number of lines, but not of messages with several different numbers
 * of lines.
 */
static bool outnumber_one(const struct evidence_habit *h, uint64_t lf)
{
	size_t forms = 0;

	for (size_t i = 0; i < EVIDENCE_FORMS; i++)
		forms += h->lf_forms[i] > 0;
	return h->exact == 1 && forms >= LF_FORMS && (h->exact + h->wrong) * FITS_RATIO <= lf;
}

static bool is_counted_with_lf(const struct evidence_habit *h, uint64_t given, const struct evidence_sizes *s,
    uint64_t noted, bool pipelined)
{
	uint64_t others = h->lf - (h->lf > 0 && noted == s->wire);

	return (fits_lf(given, s) || (fits_lf_and_dots(given, s) && count_dots(h, s, noted))) &&
	    (!pipelined || others > 0) && (h->exact == 0 || outnumber_one(h, others));
}

/* Returns whether zero is a size: nearly all others have their size, and none with size zero had content. */
static bool is_zero_a_size(const struct evidence_habit *h)
{
	uint64_t fitting = count_fitting(h);

	for (size_t i = 0; i < h->kept; i++) {
		if (h->samples[i].given == 0)
			return false;
	}
	return fitting > 0 && h->wrong * RIGHT_RATIO <= fitting;
}

static enum evidence_verdict judge(const struct evidence_habit *h, uint64_t given, const struct evidence_sizes *s,
    uint64_t noted, bool pipelined)
{
	if (given == EVIDENCE_NO_SIZE || fits_exactly(given, s) || (fits_dots(given, s) && count_dots(h, s, noted)) ||
	    is_counted_with_lf(h, given, s, noted, pipelined))
		return EVIDENCE_WHOLE;
	if (is_nothing(given, s))
		return is_zero_a_size(h) ? EVIDENCE_WHOLE : EVIDENCE_LONG;
	if ((s->empty && s->wire < given) || evidence_is_suspect(s) || !is_wrong_throughout(h, given, s, noted))
		return s->wire < given ? EVIDENCE_SHORT : EVIDENCE_LONG;
	return EVIDENCE_WHOLE;
}

/*
 * Returns whether LIST is right for this message and the others, and RETR's number hardly ever is. RETR's number is
 * then not a size.
 */
static bool is_denied_by_nonsense(const struct evidence *e, const struct evidence_sizes *s, uint64_t noted)
{
	struct evidence_habit others = e->retr;

	return s->listed != EVIDENCE_NO_SIZE && fits_to_the_octet(s->listed, s) && e->list.exact > OTHERS_LEAST &&
	    e->list.wrong * RIGHT_RATIO <= e->list.exact && is_wrong_for_others(&others, s->said, noted);
}

/*
 * Returns whether LIST gives a fraction of each size, or a number of units. A cut message may then still be longer
 * than its number.
 */
static bool is_listed_in_shares(const struct evidence *e, const struct evidence_sizes *s, uint64_t noted)
{
	struct evidence_habit others = e->list;
	size_t more = 0;

	if (!is_wrong_for_others(&others, s->listed, noted) || !has_rule(&others))
		return false;
	for (size_t i = 0; i < others.kept; i++)
		more += others.samples[i].wire / SIZE_RULE_TIMES > others.samples[i].given;
	return is_most(&others, more);
}

enum evidence_verdict evidence_judge(const struct evidence *e, const struct evidence_sizes *sizes, uint64_t noted,
    bool pipelined)
{
	enum evidence_verdict list = judge(&e->list, sizes->listed, sizes, noted, pipelined);
	enum evidence_verdict retr = judge(&e->retr, sizes->said, sizes, noted, pipelined);

	if (retr == EVIDENCE_SHORT && is_denied_by_nonsense(e, sizes, noted))
		return EVIDENCE_WHOLE;
	if (list == EVIDENCE_SHORT || retr == EVIDENCE_SHORT)
		return EVIDENCE_SHORT;
	/* The message may have changed after the reply to LIST. RETR's number belongs to this very reply. */
	return list == EVIDENCE_LONG && is_exact_by_retr(sizes) && !is_listed_in_shares(e, sizes, noted)
	    ? EVIDENCE_WHOLE
	    : list;
}

static bool is_unit(const char *text, size_t length)
{
	static const char *const words[] = {"octet", "byte"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t size = strlen(words[i]);

		if (length >= size && strncasecmp(text, words[i], size) == 0)
			return true;
	}
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

uint64_t evidence_read_size(const char *text, size_t length)
{
	uint64_t size = EVIDENCE_NO_SIZE, found;

	for (size_t at = 0, digits; at<length; at += digits> 0 ? digits : 1) {
		for (digits = 0; at + digits < length && is_digit(text[at + digits]); digits++)
			continue;
		if (digits == 0 || at + digits == length || text[at + digits] != ' ' ||
		    !is_unit(text + at + digits + 1, length - at - digits - 1))
			continue;
		if (size != EVIDENCE_NO_SIZE || (at > 0 && text[at - 1] != ' ' && text[at - 1] != '(') ||
		    !parse_number(text + at, digits, INT64_MAX, &found))
			return EVIDENCE_NO_SIZE;
		size = found;
	}
	return size;
}

uint64_t evidence_octets_most(uint64_t most, uint64_t listed)
{
	if (most > 0)
		return most;
	/* No real message is this large, so the size means nothing. */
	if (listed > LISTED_MOST)
		listed = 0;
	return listed * GROWTH + GROWTH_OCTETS;
}
