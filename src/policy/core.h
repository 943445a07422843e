#ifndef MAILHAUL_POLICY_CORE_H
#define MAILHAUL_POLICY_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

/*
 * The core of a message: what no program changes that delivers it. It lacks the fields that such programs add at the
 * start of the header (Received, Delivered-To and the like), Return-Path, and the fields that mail stores write
 * (policy/header). Line ends and empty lines at the end do not count. A message that another program has delivered is
 * recognized by it.
 */
struct core {
	unsigned char header[DIGEST_SHORT]; /* of the header without blanks, which some programs change */
	unsigned char id[DIGEST_SHORT];	    /* of the Message-ID */
	/* Of the body without blanks and line ends, and without the quoting of lines that begin with "From ". */
	unsigned char body[DIGEST_SIZE];
	unsigned char whole[DIGEST_SIZE]; /* of the core, byte for byte */
	bool has_id;
	uint64_t left_out; /* octets of the fields that do not belong to it, with CRLF line ends */
};

/* How much two messages have in common. */
enum core_likeness {
	CORE_DIFFERENT,
	CORE_PERHAPS, /* the same Message-ID or header; only the content can show whether it is the same message */
	CORE_LIKELY,  /* the same header with a Message-ID, and the same size */
	CORE_SIMILAR, /* the same body but for blanks, and the same Message-ID or header; a program has changed the rest */
	CORE_SAME,    /* the same core byte for byte */
};

/* Makes the core of a message while it is read. */
struct core_reader {
	struct digest header, id, body, whole;
	bool ended;    /* the header is complete */
	bool leading;  /* nothing but fields of delivering programs so far */
	bool naming;   /* at the start of a line; the name of the field is being collected */
	bool skipping; /* the current field does not belong to the core */
	bool is_id;    /* the current field is the Message-ID */
	bool has_id;
	bool cr;	   /* a CR is held back */
	size_t quotes;	   /* '>' held back at the start of a line of the body */
	size_t from;	   /* characters of "From " that follow them */
	uint64_t newlines; /* line ends of the body that are held back */
	uint64_t left_out;
	size_t held;
	char name[24];
};

/* Starts with a new message. core_add adds more of it, with LF or CRLF line ends. core_end gives its core. */
void core_start(struct core_reader *r);
void core_add(struct core_reader *r, const char *bytes, size_t length);
void core_end(struct core_reader *r, struct core *core);

/*
 * Compares a stored message with one of a server. sizes_fit: both have the same size without the left-out fields.
 * whole: all of the server's message was read, else only its header.
 */
enum core_likeness core_compare(const struct core *stored, const struct core *listed, bool sizes_fit, bool whole);

#endif
