#ifndef MAILHAUL_VERIFY_SIZES_H
#define MAILHAUL_VERIFY_SIZES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sizes of messages that are searched for. {0} is an empty list. sizes_sort makes it ready for searches. */
struct sizes {
	uint64_t *list;
	size_t count, capacity;
};

void sizes_clear(struct sizes *s);
void sizes_add(struct sizes *s, uint64_t octets);
void sizes_sort(struct sizes *s);
void sizes_free(struct sizes *s);

/*
 * Return whether a message of this size is searched for, exactly or apart from fields that mail programs have added to
 * it or removed.
 */
bool sizes_have(const struct sizes *s, uint64_t octets);
bool sizes_have_about(const struct sizes *s, uint64_t octets);

#endif
