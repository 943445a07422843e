#ifndef MAILHAUL_VERIFY_KEYS_H
#define MAILHAUL_VERIFY_KEYS_H

struct copies_key;

/* Compare keys of records and copies: 0 if they are equal in this respect, else their order. */
typedef int (*keys_matcher)(const struct copies_key *a, const struct copies_key *b);
int keys_match_digest(const struct copies_key *a, const struct copies_key *b);
int keys_match_identity(const struct copies_key *a, const struct copies_key *b);
int keys_match_header(const struct copies_key *a, const struct copies_key *b);
int keys_match_both(const struct copies_key *a, const struct copies_key *b); /* digest, then identity */

/* Do the same for qsort and bsearch in an array of pointers to keys. */
int keys_by_digest(const void *a, const void *b);
int keys_by_identity(const void *a, const void *b);
int keys_by_header(const void *a, const void *b);
int keys_by_both(const void *a, const void *b);

#endif
