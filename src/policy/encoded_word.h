#ifndef MAILHAUL_POLICY_ENCODED_WORD_H
#define MAILHAUL_POLICY_ENCODED_WORD_H

#include <stddef.h>

struct buf;

/*
 * Appends the value of a header field as UTF-8 with its encoded words (RFC 2047) decoded. An encoded word is kept as
 * it is if its character set is not commonly used in mail or if it is malformed. The result may contain any bytes and
 * is at most four times as long.
 */
void encoded_word_decode(struct buf *out, const char *text, size_t length);

#endif
