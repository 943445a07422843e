#ifndef MAILHAUL_DELIVER_DESTINATION_H
#define MAILHAUL_DELIVER_DESTINATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct archive_reader;
struct destination;
struct error;
struct mbox_intent;

/* What a destination is opened with. Everything belongs to the caller and outlives it. */
struct destination_settings {
	const char *account;   /* the account's name */
	const char *maildrop;  /* where messages come from; with account and UID, a message's identity */
	const char *path;      /* Maildir or mbox */
	char *const *command;  /* pipe */
	int64_t command_limit; /* seconds that the command may take for one message */
	bool crlf;	       /* messages come with CRLF line ends */
	bool died;	       /* an earlier run ended in the middle: directories that are there may not be durable */
	const char *label;     /* the key of the account's own label (base/platform); NULL: it has none */
	bool alone;	       /* directories beside the Maildir are not searched: nothing says that they have to do with it */
};

/* What is known of a message before its first octet is written. */
struct destination_message {
	const char *uid;
	const char *sender; /* envelope sender for an mbox's From_ line; NULL where ops->wants_sender is not set */
	int64_t now;	    /* seconds since the epoch */
	uint64_t octets;    /* about so many will come; a hint */
};

enum destination_result {
	DESTINATION_TOOK,    /* complete; safe after the next commit */
	DESTINATION_REFUSED, /* this message is not taken, *err says why; others may be */
	DESTINATION_FAILED,  /* nothing more can be delivered */
};

enum { DESTINATION_IDENTITY = 32 }; /* room for the text that identifies a message in place */

/* What is told about messages that are already in place, one after the other. */
struct destination_finder {
	void *context;
	/* Whether this one is wanted. */
	bool (*wants)(void *context, const char *identity);
	void (*octets)(void *context, const char *bytes, size_t length);
	/*
	 * It has been given whole. crlf_octets is its size with CRLF line ends, when its delivery's time. original is
	 * that size at its delivery, or 0 where it is the same: a reader has added something, or compressed it.
	 */
	bool (*found)(void *context, const char *identity, uint64_t crlf_octets, uint64_t original, int64_t when,
	    struct error *err);
};

/* How the messages of an intent are known again one by one, among all that are in an mbox that a reader has changed. */
struct destination_matcher {
	void *context;
	void (*octets)(void *context, const char *bytes, size_t length);
	void (*message)(void *context); /* one has been given whole */
	/* Whether the last one is this one of the intent, but for what mail programs add. */
	bool (*same)(void *context, size_t index);
};

/* What deliver_to names after the scheme, and where else the kind finds what it needs. */
enum destination_target {
	DESTINATION_PATH,    /* a file or directory: destination_settings.path */
	DESTINATION_COMMAND, /* nothing; destination_settings.command */
};

/* How a run finds what an earlier one put in place, before it could record that. */
enum destination_recovery {
	DESTINATION_UNRECOVERED, /* it cannot */
	DESTINATION_BY_NAME,	 /* each copy's name has the message's identity: find, identity */
	DESTINATION_BY_INTENT,	 /* what is about to be appended is recorded first: prepare, recover */
};

/*
 * One table a kind of destination. A message is begun, written and finished, or discarded; several
 * of them make a batch, which commit puts on stable storage and into sight, or rollback takes back.
 * Errors are ERROR_STORAGE or ERROR_LOCKED unless said otherwise. Functions that are marked
 * optional may be NULL.
 */
struct destination_ops {
	const char *scheme; /* what deliver_to starts with */
	enum destination_target target;
	enum destination_recovery recovery;
	bool final; /* what is finished cannot be taken back, so a batch is one message */
	uint64_t batch_octets; /* octets from which on a batch is full; 0: as many as the engine likes */
	bool wants_sender;  /* a message is begun with its envelope sender */
	bool (*open)(struct destination **out, const struct destination_settings *settings, struct error *err);
	/* Whether it could be opened and written, as far as that can be told without changing or locking anything. */
	bool (*probe)(const struct destination_settings *settings, struct error *err);
	bool (*begin)(struct destination *d, const struct destination_message *message, struct error *err);
	bool (*write)(struct destination *d, const char *bytes, size_t length, struct error *err);
	enum destination_result (*finish)(struct destination *d, struct error *err);
	void (*discard)(struct destination *d);
	/*
	 * With DESTINATION_BY_INTENT: takes the locks that commit needs and says what it will append, so that this can be
	 * recorded first. The intent belongs to the destination.
	 */
	bool (*prepare)(struct destination *d, const struct mbox_intent **intent, struct error *err);
	/* Unsure what is on disk when it fails: nothing of the batch may then count as delivered. */
	bool (*commit)(struct destination *d, struct error *err);
	void (*rollback)(struct destination *d);
	/*
	 * Optional: takes all messages of the batch back but the first `count`. Not with one that is begun. When it fails,
	 * the batch can only be rolled back.
	 */
	bool (*keep)(struct destination *d, size_t count, struct error *err);
	/*
	 * With DESTINATION_BY_NAME, after a run that ended in the middle: tells of the account's messages that were put
	 * in place since a time, and puts all that are wanted on stable storage before it returns.
	 */
	bool (*find)(struct destination *d, int64_t since, const struct destination_finder *finder, struct error *err);
	/* With DESTINATION_BY_NAME: writes what identifies the message with this UID in place; maildrop: NULL for the settings'. */
	void (*identity)(const struct destination *d, const char *maildrop, const char *uid,
	    char out[DESTINATION_IDENTITY]);
	/*
	 * With DESTINATION_BY_INTENT, of a crash: says which of its messages stand in the file whole (found
	 * has one for each) and cuts a torn one behind them away, unless somebody else wrote there meanwhile.
	 * matcher may be NULL: then nothing counts but what is as it was written. d may be NULL, too: else, where
	 * the intent's file is gone, it is looked for in the destination's.
	 */
	bool (*recover)(struct destination *d, const struct mbox_intent *intent, const struct destination_matcher *matcher,
	    bool *found, struct error *err);
	/*
	 * Optional, without open: gives the messages that are in place (deliver/archive.h). ERROR_STORAGE when
	 * there is nothing at the path, or it cannot be read.
	 */
	bool (*read)(const struct destination_settings *settings, struct archive_reader *reader, struct error *err);
	void (*close)(struct destination *d);
};

/* The first member of every kind's own struct. */
struct destination {
	const struct destination_ops *ops;
};

extern const struct destination_ops maildir_ops;
extern const struct destination_ops mbox_ops;
extern const struct destination_ops pipe_ops;

/* The kind whose scheme has this name, or NULL. */
const struct destination_ops *destination_find(const char *scheme, size_t length);

/* Discards what is begun and not finished, takes back what is not committed, frees *d; NULL is accepted. */
void destination_close(struct destination **d);

/*
 * After error_errno, where it was the limit on the size of files that has been met: gives *err a hint that names it,
 * and returns true.
 */
bool destination_hint_limit(struct error *err);

#endif
