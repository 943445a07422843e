#ifndef MAILHAUL_POP3_MAILDROP_H
#define MAILHAUL_POP3_MAILDROP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct error;

enum {
	MAILDROP_MEMORY = 96 * 1024 * 1024, /* octets for a listing: a million messages with UIDs of 70 octets */
	MAILDROP_UID_MOST = 1024, /* octets; RFC 1939 allows 70, and some servers need more */
	MAILDROP_FAULTS_MOST = 8, /* messages that a listing may be without */
};

#define MAILDROP_UNSIZED UINT64_MAX

/* One message as the server lists it. */
struct maildrop_message {
	uint32_t number;   /* message-number of this session */
	uint32_t uid_length; /* 0: the server gave none */
	size_t uid_offset; /* in maildrop.uids */
	uint64_t octets;   /* what LIST says: a hint (RFC 1939, 11.); MAILDROP_UNSIZED before it was asked */
	bool left_out;	   /* what LIST says of it is of no use */
};

/* The server's listing, of LIST and UIDL, whichever comes first; sorted by message-number at the end of one. */
struct maildrop {
	struct maildrop_message *messages;
	size_t count;
	size_t capacity;
	struct buf uids; /* UIDs are opaque octets, one behind the other, each ended by NUL */
	size_t sorted;	 /* so many messages were there at the end of a listing */
	size_t matched;	 /* of those, the one behind that of the other listing's last line */
	size_t uid_lines; /* lines of UIDL that were taken */
	uint32_t uid_highest; /* the highest number among them; 0: there are none */
	uint64_t counted; /* messages by STAT; 0: it was not asked, or did not tell */
	bool sized;	  /* LIST has been answered */
	uint32_t size_last; /* number of LIST's last line */
	bool size_repeated; /* which was that of the line before, too */
	uint32_t size_lowest, size_highest; /* and of all its lines; 0: there are none */
	size_t odd_lines; /* of LIST, with an error instead of a message */
	struct error *faults; /* what a listing was without: at most MAILDROP_FAULTS_MOST */
	size_t fault_count;
};

/* What STAT says (RFC 1939, 5.). */
struct maildrop_total {
	uint64_t messages;
	uint64_t octets;
};

/* Reads what follows the +OK of STAT. False when that is something else. */
bool maildrop_read_total(const char *text, size_t length, struct maildrop_total *total);

/*
 * Takes one line of LIST's answer ("number octets"). ERROR_PROTOCOL for what is no such line, a number
 * out of range or for the second time, or more than MAILDROP_MEMORY.
 */
bool maildrop_add_size(struct maildrop *m, const char *line, size_t length, struct error *err);

/*
 * The end of LIST. ERROR_PROTOCOL when a number came twice, or not, although UIDL had it. Only messages at the end may be
 * missing: the maildrop has changed between the two, and what LIST does not know any more is left out.
 */
bool maildrop_end_sizes(struct maildrop *m, struct error *err);

/*
 * Behind a failure of maildrop_add_size: whether LIST can do without this line, because it is about one message alone:
 * without a size, or the same message as the line before, with lines of others before and behind. That message is left out.
 * So is what an error stands for in place of a line, as it is missing. Keeps *err among the faults, or leaves it.
 */
bool maildrop_leave_out(struct maildrop *m, const char *line, size_t length, struct error *err);

/* Before the end of LIST: leaves out single messages that it does not have between others, although UIDL had them. */
void maildrop_leave_out_unlisted(struct maildrop *m);

/* Whether a line of a listing is an error of the server instead of a message. */
bool maildrop_is_refusal(const char *line, size_t length);

/* When all is listed: what was left out goes. */
void maildrop_drop_left_out(struct maildrop *m);

/*
 * Takes one line of UIDL's answer ("number uid"). ERROR_PROTOCOL as for LIST, or for a number that LIST did not have.
 * One behind the last of LIST's is passed over: that message has come since, and the next run gets it.
 */
bool maildrop_add_uid(struct maildrop *m, const char *line, size_t length, struct error *err);

/* The end of UIDL. ERROR_PROTOCOL when a number came twice. */
bool maildrop_end_uids(struct maildrop *m, struct error *err);

/* Whether LIST has messages behind the last one of UIDL: they have come between the two, and UIDL would have them now. */
bool maildrop_has_newer(const struct maildrop *m);

/* Takes all UIDs back, for another UIDL. */
void maildrop_forget_uids(struct maildrop *m);

/* The UID of a message, terminated by NUL; "" where there is none. It is the maildrop's. */
const char *maildrop_uid(const struct maildrop *m, const struct maildrop_message *message);

void maildrop_free(struct maildrop *m);

#endif
