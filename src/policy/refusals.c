#include "config.h"

#include "policy/refusals.h"

#include <string.h>

#include "base/digest.h"

enum { COUNT_BITS = 8, COUNT_MOST = (1 << COUNT_BITS) - 1 };

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
	return mark >> (COUNT_BITS + 1);
}

unsigned refusals_count(uint64_t refusals, uint64_t mark)
{
	return refusals >> COUNT_BITS == mark ? (unsigned)(refusals & COUNT_MOST) : 0;
}

uint64_t refusals_add(uint64_t refusals, uint64_t mark)
{
	unsigned count = refusals_count(refusals, mark);

	return mark << COUNT_BITS | (count < COUNT_MOST ? count + 1 : COUNT_MOST);
}
