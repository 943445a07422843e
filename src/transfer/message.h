#ifndef MAILHAUL_TRANSFER_MESSAGE_H
#define MAILHAUL_TRANSFER_MESSAGE_H

struct error;
struct evidence_sizes;
struct plan_entry;
struct run;

enum {
	MESSAGE_UID = 80,
	MESSAGE_NAME = MESSAGE_UID + 40, /* room for a message's name, with at most MESSAGE_UID bytes of its UID */
};

/* How a message is named to the user: its number and, if the server gave a printable one, its UID. */
void message_name(const struct plan_entry *e, char out[MESSAGE_NAME]);

/*
 * Puts the name, size and subject of the arrived message before the cause of its refusal by the destination. Keeps the
 * rest of the error.
 */
void message_name_refused(const struct run *r, struct error *err);

/*
 * The key under which the state remembers facts about a message that stays on the server (state_note_unfetched). The
 * caller frees it.
 */
char *message_unfetched_key(const struct plan_entry *e);

/* Reports a message that was stored although it is not what the server announced. */
void message_report_doubt(struct run *r, const struct plan_entry *e, const struct evidence_sizes *sizes);

/* Reports the refusal that was kept back, because the session continues. */
void message_report_refusal(struct run *r);

#endif
