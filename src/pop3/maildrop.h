#ifndef MAILHAUL_POP3_MAILDROP_H
#define MAILHAUL_POP3_MAILDROP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct error;

enum {
	/* maximum bytes for a listing, and for what a run keeps of it: a million messages with UIDs of 70 octets */
	MAILDROP_MEMORY = 256 * 1024 * 1024,
	MAILDROP_BESIDE = 168,	  /* bytes that a run keeps for a message beside the listing (fetch/listing) */
	MAILDROP_UID_MOST = 1024, /* maximum octets of a UID; RFC 1939 allows 70, and some servers need more */
	MAILDROP_FAULTS_MOST = 8, /* maximum messages that may be left out of a listing */
};

#define MAILDROP_UNSIZED UINT64_MAX

/* One message as the server lists it. */
struct maildrop_message {
	uint64_t octets;     /* size in LIST, a hint (RFC 1939, 11.); MAILDROP_UNSIZED before LIST */
	uint32_t number;     /* message-number in this session */
	uint32_t uid_offset; /* offset in maildrop.uids */
	uint16_t uid_length; /* octets of the UID; 0: the server gave none */
	bool left_out;	     /* the LIST line of this message is missing or unusable */
};

/* The server's listings, LIST and UIDL in either order. They are sorted by message-number when a listing ends. */
struct maildrop {
	struct maildrop_message *messages;
	size_t count;
	size_t capacity;
	struct buf uids;      /* the UIDs, which are opaque octets, one after the other, each ended by NUL */
	size_t sorted;	      /* messages at the end of the previous listing */
	size_t matched;	      /* index after the sorted message that the last line matched */
	size_t uid_lines;     /* lines of UIDL that were taken */
	uint32_t uid_highest; /* highest number in UIDL; 0: no lines */
	uint64_t counted;     /* messages that STAT counted; 0: STAT not asked, or its reply invalid */
	bool sized;	      /* LIST is complete */
	uint32_t size_last;   /* number in the last line of LIST */
	bool size_repeated;   /* the last two lines of LIST have the same number */
	uint32_t size_lowest, size_highest; /* lowest and highest number in LIST; 0: no lines */
	size_t faulty_lines;		    /* lines of LIST that are an error instead of a message */
	struct error *faults;		    /* reasons for messages left out, at most MAILDROP_FAULTS_MOST */
	size_t fault_count;
};

/* The reply to STAT (RFC 1939, 5.). */
struct maildrop_total {
	uint64_t messages;
	uint64_t octets;
};

/* Reads the text after the +OK of STAT. Returns false if it is not a count and a size. */
bool maildrop_read_total(const char *text, size_t length, struct maildrop_total *total);

/*
 * Takes one line of the reply to LIST ("number octets"). Sets ERROR_PROTOCOL if the line is malformed, if its number
 * is out of range or repeated, or if the listing exceeds MAILDROP_MEMORY.
 */
bool maildrop_add_size(struct maildrop *m, const char *line, size_t length, struct error *err);

/*
 * Ends LIST. Sets ERROR_PROTOCOL if a number came twice, or if a number of UIDL is missing. Only messages at the end
 * may be missing: the maildrop changed between the two commands, and the messages that LIST no longer has are dropped.
 */
bool maildrop_end_sizes(struct maildrop *m, struct error *err);

/*
 * Leaves out one message after maildrop_add_size failed. Returns whether LIST can do without this line, because the
 * fault affects one message only. That holds for a line without a size, and for an error instead of a line. It also
 * holds for a line that repeats the message of the line before it, between lines of other messages. If so, *err is
 * added to the faults. Otherwise it is unchanged.
 */
bool maildrop_leave_out(struct maildrop *m, const char *line, size_t length, struct error *err);

/* Leaves out single messages of UIDL that LIST lacks between other messages. Call it before maildrop_end_sizes. */
void maildrop_leave_out_unlisted(struct maildrop *m);

/* Returns whether a line of a listing is an error of the server instead of a message. */
bool maildrop_is_refusal(const char *line, size_t length);

/* Removes the messages that were left out. Call it when both listings are complete. */
void maildrop_drop_left_out(struct maildrop *m);

/*
 * Takes one line of the reply to UIDL ("number uid"). Sets ERROR_PROTOCOL as for LIST, or if LIST does not have the
 * number. A number after the last one of LIST is skipped: that message arrived later, and the next run fetches it.
 */
bool maildrop_add_uid(struct maildrop *m, const char *line, size_t length, struct error *err);

/* Ends UIDL. Sets ERROR_PROTOCOL if a number came twice. */
bool maildrop_end_uids(struct maildrop *m, struct error *err);

/*
 * Returns whether LIST has messages after the last one of UIDL. They arrived between the two commands, and another
 * UIDL would list them.
 */
bool maildrop_has_newer(const struct maildrop *m);

/* Removes all UIDs, so that UIDL can be asked again. */
void maildrop_forget_uids(struct maildrop *m);

/* Returns the UID of a message, terminated by NUL, or "" if it has none. It stays the maildrop's. */
const char *maildrop_uid(const struct maildrop *m, const struct maildrop_message *message);

void maildrop_free(struct maildrop *m);

#endif
