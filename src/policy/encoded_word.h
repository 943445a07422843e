#ifndef MAILHAUL_POLICY_ENCODED_WORD_H
#define MAILHAUL_POLICY_ENCODED_WORD_H

#include <stddef.h>

struct buf;

/*
 * Appends the value of a header field as UTF-8, with its encoded words (RFC 2047) decoded. A word of a character set
 * that is not among the usual ones of mail, or that is not written as it should be, stays as it is. The result
 * may hold any octets, and is at most four times as long.
 */
void encoded_word_decode(struct buf *out, const char *text, size_t length);

#endif
