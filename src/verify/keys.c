#include "config.h"

#include "verify/keys.h"

#include <string.h>

#include "verify/copies.h"

int keys_match_digest(const struct copies_key *a, const struct copies_key *b)
{
	return memcmp(a->sha256, b->sha256, DIGEST_SIZE);
}

int keys_match_identity(const struct copies_key *a, const struct copies_key *b)
{
	return strcmp(a->identity, b->identity);
}

int keys_match_header(const struct copies_key *a, const struct copies_key *b)
{
	return memcmp(a->header, b->header, DIGEST_SHORT);
}

int keys_match_both(const struct copies_key *a, const struct copies_key *b)
{
	int order = keys_match_digest(a, b);

	return order != 0 ? order : keys_match_identity(a, b);
}

int keys_by_digest(const void *a, const void *b)
{
	return keys_match_digest(*(const struct copies_key *const *)a, *(const struct copies_key *const *)b);
}

int keys_by_identity(const void *a, const void *b)
{
	return keys_match_identity(*(const struct copies_key *const *)a, *(const struct copies_key *const *)b);
}

int keys_by_header(const void *a, const void *b)
{
	return keys_match_header(*(const struct copies_key *const *)a, *(const struct copies_key *const *)b);
}

int keys_by_both(const void *a, const void *b)
{
	return keys_match_both(*(const struct copies_key *const *)a, *(const struct copies_key *const *)b);
}
