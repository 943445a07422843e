#ifndef MAILHAUL_TRANSFER_MESSAGE_H
#define MAILHAUL_TRANSFER_MESSAGE_H

struct evidence_sizes;
struct plan_entry;
struct run;

enum {
	MESSAGE_UID = 80,
	MESSAGE_NAME = MESSAGE_UID + 40, /* room for a message's name, with so many octets of its UID at the most */
};

/* How a message is named to the user: its number and, where the server gave one that can be shown, its UID. */
void message_name(const struct plan_entry *e, char out[MESSAGE_NAME]);

/* The key under which something is remembered of a message that stays away (state_add_told). The caller frees it. */
char *message_told_key(const struct plan_entry *e);

/* Reports a message that was stored although it is not what the server announced. */
void message_report_doubt(struct run *r, const struct plan_entry *e, const struct evidence_sizes *sizes);

/* Reports a refusal that is kept, as the session goes on. */
void message_report_refusal(struct run *r);

#endif
