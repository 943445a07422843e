#ifndef MAILHAUL_POLICY_HEADER_FIELDS_H
#define MAILHAUL_POLICY_HEADER_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

enum header_field { HEADER_DATE, HEADER_FROM, HEADER_SUBJECT };

enum { HEADER_FIELDS = HEADER_SUBJECT + 1, HEADER_FIELD_OCTETS = 1000 };

/* The fields of a header that tell people which message it is, gathered octet by octet. */
struct header_fields {
	struct {
		size_t length; /* what is beyond the room is left out */
		char text[HEADER_FIELD_OCTETS];
	} fields[HEADER_FIELDS];
	bool seen[HEADER_FIELDS]; /* the first of several counts */
	bool ended;		  /* the empty line has come */
	bool naming;		  /* at a line's start */
	int current;		  /* whose value is being read; -1: none that counts */
	size_t held;
	char name[8];
};

void header_fields_start(struct header_fields *h);

/* Adds the next octets of the message, with LF or CRLF line ends. What comes behind the header does not count. */
void header_fields_add(struct header_fields *h, const char *bytes, size_t length);

/*
 * The value as UTF-8, as far as it is: folded lines are one, encoded words decoded (policy/encoded_word). At most
 * size - 1 octets, cut at a whole character; "" if there was no such field.
 */
void header_fields_value(const struct header_fields *h, enum header_field field, char *out, size_t size);

#endif
