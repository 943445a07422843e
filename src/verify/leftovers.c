#include "config.h"

#include "verify/leftovers.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/account.h"
#include "verify/copies.h"
#include "verify/keys.h"

/* Returns the record of the message of which this is a copy, or NULL. */
static const struct copies_key *find(const struct copies_key **records, size_t count, const struct copies_key *key,
    int (*order)(const void *, const void *))
{
	const struct copies_key *const *found =
	    count > 0 ? bsearch(&key, records, count, sizeof(*records), order) : NULL;

	return found ? *found : NULL;
}

void leftovers_each(const struct copies *c, const struct copies_key **records, size_t count,
    void (*take)(void *context, const struct copy *copy, const struct copies_key *record), void *context)
{
	bool named = destination_has_names(c->account->delivery.to.ops);
	const struct copies_key **headers = memory_zeroed(count, sizeof(*headers));

	if (count > 0) {
		memcpy(headers, records, count * sizeof(*headers));
		qsort(records, count, sizeof(*records), keys_by_identity);
		qsort(headers, count, sizeof(*headers), keys_by_header);
	}
	for (size_t i = 0; i < c->count; i++) {
		const struct copy *copy = &c->list[i];
		const struct copies_key *record = NULL;

		if (!copies_is_left(c, i))
			continue;
		record = find(records, count, &copy->key, keys_by_identity);
		if (!record && copy->identifying)
			record = find(headers, count, &copy->key, keys_by_header);
		if (named || record)
			take(context, copy, record);
	}
	free(headers);
}
