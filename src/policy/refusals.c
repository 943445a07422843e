#include "config.h"

#include "policy/refusals.h"

#include <string.h>

#include "base/digest.h"

/* The number has a mark of 31 bits, the low bits of the time of the last refusal, and the count. */
enum {
	COUNT_BITS = 8,
	COUNT_MOST = (1 << COUNT_BITS) - 1,
	TIME_BITS = 24, /* the milliseconds of four hours, which distinguish runs */
	MARK_AT = COUNT_BITS + TIME_BITS,
};

uint64_t refusals_mark(char *const *command)
{
	unsigned char sha256[DIGEST_SIZE];
	struct digest digest;
	uint64_t mark = 0;

	if (!command)
		return 0;
	digest_start(&digest);
	for (; *command; command++)
		digest_add(&digest, *command, strlen(*command) + 1);
	digest_end(&digest, sha256);
	for (size_t i = 0; i < sizeof(mark); i++)
		mark = mark << 8 | sha256[i];
	/* The state stores the number in a signed column. */
	return mark >> (MARK_AT + 1);
}

unsigned refusals_count(uint64_t refusals, uint64_t mark)
{
	return refusals >> MARK_AT == mark ? (unsigned)(refusals & COUNT_MOST) : 0;
}

uint64_t refusals_add(uint64_t refusals, uint64_t mark, uint64_t run)
{
	uint64_t made = mark << MARK_AT | (run & ((1U << TIME_BITS) - 1)) << COUNT_BITS;
	unsigned count = refusals_count(refusals, mark);

	if (count > 0 && refusals >> COUNT_BITS == made >> COUNT_BITS)
		return refusals;
	return made | (count < COUNT_MOST ? count + 1 : COUNT_MOST);
}
