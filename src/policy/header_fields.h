#ifndef MAILHAUL_POLICY_HEADER_FIELDS_H
#define MAILHAUL_POLICY_HEADER_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

enum header_field { HEADER_DATE, HEADER_FROM, HEADER_SUBJECT, HEADER_RETURN_PATH };

enum { HEADER_FIELDS = HEADER_RETURN_PATH + 1, HEADER_FIELD_OCTETS = 1000 };

/* The header fields that identify a message to users, collected while the message arrives. */
struct header_fields {
	struct {
		size_t length; /* bytes kept; the rest of a long value is dropped */
		char text[HEADER_FIELD_OCTETS];
	} fields[HEADER_FIELDS];
	bool seen[HEADER_FIELDS]; /* the field was found; only the first of several counts */
	bool ended;		  /* the empty line was found */
	bool naming;		  /* at the start of a line */
	int current;		  /* the field whose value is being read, or -1 */
	size_t held;
	char name[12];
};

void header_fields_start(struct header_fields *h);

/* Adds more of the message, with LF or CRLF line ends. Data after the header is ignored. */
void header_fields_add(struct header_fields *h, const char *bytes, size_t length);

/*
 * Stores the value of a field as UTF-8, with folded lines joined and encoded words decoded (policy/encoded_word). The
 * result may still contain invalid UTF-8. It has at most size - 1 bytes, is cut between characters, and is "" if the
 * field is missing.
 */
void header_fields_value(const struct header_fields *h, enum header_field field, char *out, size_t size);

#endif
