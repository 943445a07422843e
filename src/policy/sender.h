#ifndef MAILHAUL_POLICY_SENDER_H
#define MAILHAUL_POLICY_SENDER_H

#include <stddef.h>

struct header_fields;

enum { SENDER_OCTETS = 321 }; /* room for the longest address of RFC 5321, section 4.5.3.1, with a NUL */

/*
 * Stores the sender of a message: the address in Return-Path, which the last server recorded from the envelope (RFC
 * 5321, section 4.4), or without such a field the first address in From (RFC 5322, section 3.4). Stores "" for the
 * null sender of a bounce, and if neither field has an address that fits, is valid UTF-8 and has no blanks or control
 * characters.
 */
void sender_find(const struct header_fields *h, char out[SENDER_OCTETS]);

#endif
