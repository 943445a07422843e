#ifndef MAILHAUL_DELIVER_DESTINATION_H
#define MAILHAUL_DELIVER_DESTINATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct archive_reader;
struct destination;
struct error;
struct mbox_intent;

/* The parameters for opening a destination. Everything belongs to the caller and must outlive the destination. */
struct destination_settings {
	const char *account;   /* the account's name */
	const char *maildrop;  /* source of the messages; a message's identity is made from account, maildrop and UID */
	const char *path;      /* of a Maildir or mbox */
	char *const *command;  /* of a pipe */
	int64_t command_limit; /* seconds that the command may take per message */
	bool crlf;	       /* messages come with CRLF line ends */
	bool died;	       /* an earlier run did not finish: existing directories may not be durable */
	const char *label;     /* key of the account's own label (base/platform); NULL: none */
	bool alone;	       /* directories beside the Maildir may be unrelated and are not searched */
};

/* The properties of a message that are known before its first byte is written. */
struct destination_message {
	const char *uid;
	const char *sender; /* envelope sender for an mbox's From_ line; NULL if ops->wants_sender is not set */
	int64_t now;	    /* seconds since the epoch */
	uint64_t octets;    /* expected size, a hint */
};

/* The properties of a message that are known after its last byte. The caller keeps the texts until finish. */
struct destination_facts {
	const char *uid;    /* as the server gave it, or "" */
	const char *sender; /* as policy/sender finds it, or "" */
	uint64_t octets;    /* written to the destination */
};

enum destination_result {
	DESTINATION_TOOK,    /* complete, and safe after the next commit */
	DESTINATION_REFUSED, /* this message is refused, *err says why; others may be accepted */
	DESTINATION_LATE,    /* as refused, but after a time limit that others may reach as well */
	DESTINATION_FAILED,  /* nothing more can be delivered */
};

enum { DESTINATION_IDENTITY = 32 }; /* size of the text that identifies a message in the destination */

/* Receives messages that are already in the destination, one after the other. */
struct destination_finder {
	void *context;
	/* Returns whether this message is wanted. */
	bool (*wants)(void *context, const char *identity);
	void (*octets)(void *context, const char *bytes, size_t length);
	/*
	 * Called when a message was passed completely. crlf_octets is its size with CRLF line ends, and `when` is the
	 * time of its delivery. original is that size at delivery if a reader has since added to the message or
	 * compressed it, or 0 if the size is unchanged.
	 */
	bool (*found)(void *context, const char *identity, uint64_t crlf_octets, uint64_t original, int64_t when,
	    struct error *err);
	/*
	 * Optional, for messages that a reader has given another name. If there are any, `expect_renamed` is called
	 * first, then `seen` for each message that still has a name of the account. `renamed` is called when a message
	 * of another name was passed completely. It sets *wanted if that may be a delivered message without a record.
	 */
	bool (*expect_renamed)(void *context, struct error *err);
	void (*seen)(void *context, const char *identity);
	bool (*renamed)(void *context, uint64_t crlf_octets, bool *wanted, struct error *err);
};

/* Recognizes the messages of an intent one by one, among all messages of an mbox that a reader has changed. */
struct destination_matcher {
	void *context;
	void (*octets)(void *context, const char *bytes, size_t length);
	void (*message)(void *context); /* a message was passed completely */
	/* Returns whether the last message is this one of the intent, apart from additions of mail programs. */
	bool (*same)(void *context, size_t index);
};

/* The text that follows the scheme in deliver_to, and the setting that a destination uses. */
enum destination_target {
	DESTINATION_PATH,    /* a file or directory: destination_settings.path */
	DESTINATION_COMMAND, /* no text: destination_settings.command */
};

/* How a run finds messages that an earlier run delivered but could not record. */
enum destination_recovery {
	DESTINATION_UNRECOVERED, /* it cannot find them */
	DESTINATION_BY_NAME,	 /* each file name contains the message's identity: find, identity */
	DESTINATION_BY_INTENT,	 /* what will be appended is recorded first: prepare, recover */
};

/*
 * The operations of one kind of destination. A message is begun, written and finished, or discarded. Several messages
 * are a batch: commit puts it on stable storage and makes it visible, and rollback removes it. Errors are
 * ERROR_STORAGE or ERROR_LOCKED unless documented otherwise. Optional functions may be NULL.
 */
struct destination_ops {
	const char *scheme; /* the start of deliver_to */
	enum destination_target target;
	enum destination_recovery recovery;
	bool final;	       /* a finished message cannot be taken back, so a batch is one message */
	uint64_t batch_octets; /* bytes that fill a batch; 0: the caller decides */
	bool wants_sender;     /* begin needs the envelope sender */
	bool (*open)(struct destination **out, const struct destination_settings *settings, struct error *err);
	/*
	 * Returns whether the destination could be opened and written, as far as can be found out without changing or
	 * locking anything.
	 */
	bool (*probe)(const struct destination_settings *settings, struct error *err);
	bool (*begin)(struct destination *d, const struct destination_message *message, struct error *err);
	bool (*write)(struct destination *d, const char *bytes, size_t length, struct error *err);
	/* Optional: receives the facts before finish. Their collection costs time, so most kinds do without. */
	void (*inform)(struct destination *d, const struct destination_facts *facts);
	enum destination_result (*finish)(struct destination *d, struct error *err);
	void (*discard)(struct destination *d);
	/*
	 * With DESTINATION_BY_INTENT: takes the locks for commit and returns what it will append, so that this can be
	 * recorded first. The intent belongs to the destination.
	 */
	bool (*prepare)(struct destination *d, const struct mbox_intent **intent, struct error *err);
	/*
	 * Makes the batch permanent. After a failure the state of the disk is unknown, so no message of the batch
	 * counts as delivered.
	 */
	bool (*commit)(struct destination *d, struct error *err);
	void (*rollback)(struct destination *d);
	/*
	 * Optional: takes back all messages of the batch except the first `count`. No message may be begun. If it
	 * fails, the batch can only be rolled back.
	 */
	bool (*keep)(struct destination *d, size_t count, struct error *err);
	/*
	 * With DESTINATION_BY_NAME, after an unfinished run: passes to finder the account's messages delivered since a
	 * time. It puts all that are wanted on stable storage before it returns.
	 */
	bool (*find)(struct destination *d, int64_t since, const struct destination_finder *finder, struct error *err);
	/*
	 * With DESTINATION_BY_NAME: writes the identity of the message with this UID. maildrop is NULL for that of the
	 * settings.
	 */
	void (*identity)(const struct destination *d, const char *maildrop, const char *uid,
	    char out[DESTINATION_IDENTITY]);
	/*
	 * With DESTINATION_BY_INTENT, after a crash: sets found, which has one entry per message of the intent, to
	 * whether the message is complete in the file. It cuts off an incomplete message at the end, unless another
	 * program has written there since. A file that is not that of d is only read. If matcher is NULL, only
	 * unchanged messages count. If the intent's file is gone, the file of d is searched; d may be NULL.
	 */
	bool (*recover)(struct destination *d, const struct mbox_intent *intent,
	    const struct destination_matcher *matcher, bool *found, struct error *err);
	/*
	 * Optional, without open: passes the messages in the destination to reader (deliver/archive.h). Sets
	 * ERROR_STORAGE if nothing is at the path or it cannot be read.
	 */
	bool (*read)(const struct destination_settings *settings, struct archive_reader *reader, struct error *err);
	void (*close)(struct destination *d);
};

/* The first member of each kind's own struct. */
struct destination {
	const struct destination_ops *ops;
};

extern const struct destination_ops maildir_ops;
extern const struct destination_ops mbox_ops;
extern const struct destination_ops pipe_ops;

/* Returns whether each message has its identity in its file name, so that the destination consists of directories. */
static inline bool destination_has_names(const struct destination_ops *ops)
{
	return ops->recovery == DESTINATION_BY_NAME;
}

/* Returns the kind with this scheme, or NULL. */
const struct destination_ops *destination_find(const char *scheme, size_t length);

/* Discards an unfinished message, rolls back an uncommitted batch, and frees *d. *d may be NULL. */
void destination_close(struct destination **d);

/*
 * After error_errno for the limit on file sizes: adds a hint that names the limit, and returns true. Returns false for
 * other errors.
 */
bool destination_hint_limit(struct error *err);

#endif
