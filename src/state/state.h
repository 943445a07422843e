#ifndef MAILHAUL_STATE_STATE_H
#define MAILHAUL_STATE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

struct error;
struct mbox_intent;

/*
 * What an account knows: one SQLite file. Failures are ERROR_STORAGE unless said otherwise; after
 * one nothing more is written. A batch that was not committed did not happen.
 */
struct state;

#define STATE_UNSIZED UINT64_MAX

/* Why a delivered message is never deleted from the server before the doubt is settled. */
enum state_doubt {
	STATE_SURE,
	STATE_DOUBT_SIZE,     /* it came with another size than the server gave (policy/evidence.h) */
	STATE_DOUBT_IDENTITY, /* it may be another message than the one that was asked for: its header tells (TOP) */
	STATE_DOUBT_CONTENT,  /* as for its size, and by its content no other message can excuse it (evidence_is_suspect) */
};

/* Whether a message is in doubt because of the sizes that the server gave for it. */
static inline bool state_doubts_size(enum state_doubt doubt)
{
	return doubt == STATE_DOUBT_SIZE || doubt == STATE_DOUBT_CONTENT;
}

/* What is kept of a delivered message. */
struct state_record {
	const char *uid;
	uint64_t octets; /* as delivered */
	uint64_t wire;	 /* as the server sent it */
	uint64_t listed; /* as LIST said */
	uint64_t said;	 /* as RETR's +OK said; STATE_UNSIZED: nothing */
	uint64_t dots;	 /* that were stuffed into it */
	enum state_doubt doubt;
	/* Not recorded: */
	bool telling; /* no other message has the same header by chance */
	bool held;    /* whether it is the message that was asked for shows when all of them are here */
	bool excused; /* its size was excused by those of other messages so far, so that the doubt is not reported yet */
	bool fields;  /* without fields at the edge of its header it has its size by LIST */
	uint64_t lf;  /* octets as the server sent it, with LF for each line end */
	int64_t delivered; /* seconds since the epoch */
	unsigned char sha256[DIGEST_SIZE]; /* of what was delivered */
	unsigned char header[DIGEST_SHORT]; /* policy/header */
};

/* A listed UID, to be joined with what is known of it. */
struct state_item {
	const char *uid;
	uint64_t octets; /* what LIST says; STATE_UNSIZED: what it said the last time, which state_join fills in */
	int64_t delivered;
	uint32_t index;	 /* the caller's */
	bool known;	 /* it was delivered, or at least: */
	bool doubtful;	 /* a message with this UID was, but the UID was gone or the size was another */
	bool likely;	 /* if doubtful: the size fits, and we sent no DELE for it */
	bool stayed;	 /* if doubtful: the UID never went, and we sent no DELE for it */
	bool perhaps;	 /* if doubtful: we sent DELE for it, and QUIT got no answer */
	bool doubt;	 /* it was delivered with another size than the server gave (state_doubts_size) */
	bool outdated;	 /* it was, but the server gives yet another size now: it is not known, and asked for again */
	unsigned char told; /* what is remembered of one that was not delivered: enum state_told, or 0 */
	uint64_t told_octets;
};

/* Why a message stays away, as far as the next run has to know it. */
enum state_told {
	STATE_TOLD_LARGE = 1, /* the user was told that it is too large by LIST */
	STATE_TOLD_OUTGREW,   /* it did not end where it had to; so many octets came */
	STATE_TOLD_BROKE,     /* the connection broke at it */
	STATE_TOLD_FAILED,    /* it was refused, or came short twice, and the session went on */
	STATE_TOLD_STAYS,     /* of no single one: the user was told that the server lists what it has deleted */
};

enum state_access {
	STATE_READ,  /* a look: takes no lock; all that changes is a private copy */
	STATE_WRITE, /* makes folder and file if needed and holds the account's lock until state_close */
};

/*
 * Opens folder/account.db. ERROR_LOCKED when another run holds the account; ERROR_STORAGE with a
 * mend when the file is damaged, foreign or of a newer version.
 */
bool state_open(struct state **out, const char *folder, const char *account, enum state_access access,
    struct error *err);
void state_close(struct state **s);

/*
 * Right after state_open, where messages are found in this folder by their names (state/state_witness): compares the
 * state with what is kept there of its runs, which tells state_needs_recovery and state_recover_since more.
 */
bool state_set_witness(struct state *s, const char *folder, struct error *err);

/*
 * The key of the label that this state leaves at the folder of its mail (base/platform): the account's name, a dot, and
 * a few digits of its path's digest, always as many. NULL before state_set_witness.
 */
const char *state_label(const struct state *s);

/* Whether no run is recorded, and the mail's folder knows of none of this state. */
bool state_is_new(const struct state *s);

/* Whether STATE_WRITE could open it, as far as that can be told without making or locking anything. */
bool state_probe(const char *folder, const char *account, struct error *err);

/*
 * A run ended in the middle, or there was none, or this is not the file that the last run left,
 * which may be older than the mail (state/state_stamp): the destination may hold what is not
 * recorded.
 */
bool state_needs_recovery(const struct state *s);

/* Nothing that was delivered before this is missing from the records; in seconds since the epoch.
 */
int64_t state_recover_since(const struct state *s);

/* When the first run began that has not ended, in seconds since the epoch; 0 when there was none. */
int64_t state_died_since(const struct state *s);

/* The version of the library that runs, for --version. */
const char *state_library_version(void);

/* The latest time that a run has recorded; 0 when there was none. */
int64_t state_last_seen(const struct state *s);

/* Where UIDs come from: RFC 1939 promises nothing about two maildrops. */
struct state_maildrop {
	const char *server;
	unsigned port;
	const char *user;
};

enum state_origin {
	STATE_MAILDROP_SAME,
	STATE_MAILDROP_FIRST, /* none is recorded */
	STATE_MAILDROP_OTHER, /* the account has been pointed to another one */
	STATE_MAILDROP_BACK,  /* to one that it was pointed to before */
};

/*
 * Notes which maildrop the listing is of; state_commit makes it last. With another one than before,
 * no UID is known any more: what is recorded counts as missing, to be found by its header. Back in
 * a maildrop that was entered before, its UIDs are doubtful.
 */
bool state_enter_maildrop(struct state *s, const struct state_maildrop *maildrop, int64_t now, enum state_origin *origin,
    struct error *err);

/* The name of the last maildrop that was entered, for identities: USER@SERVER:PORT; NULL if none was. Caller frees. */
bool state_maildrop_name(struct state *s, char **name, struct error *err);

/*
 * What the server said it can do, before the login, within the last day; NULL when nothing is known or
 * another maildrop was entered last. The caller frees it. Setting it concerns the one that was entered
 * last; NULL forgets.
 */
bool state_get_capabilities(struct state *s, const struct state_maildrop *maildrop, int64_t now, char **text,
    struct error *err);
bool state_set_capabilities(struct state *s, const char *text, int64_t now, struct error *err);

/* The same, however long ago. */
bool state_last_capabilities(struct state *s, const struct state_maildrop *maildrop, char **text, struct error *err);

/* Sets it at once, if this is the maildrop that was entered last. */
bool state_note_capabilities(struct state *s, const struct state_maildrop *maildrop, const char *text, int64_t now,
    struct error *err);

/*
 * Until when the server is sent one command at a time, because it failed with several, in seconds since the epoch; 0:
 * it is not, or another maildrop was entered last. Setting it concerns the one that was entered last; state_commit
 * makes it last.
 */
bool state_get_unpipelined(struct state *s, const struct state_maildrop *maildrop, int64_t *until, struct error *err);
bool state_set_unpipelined(struct state *s, int64_t until, struct error *err);

/*
 * What is recorded of messages, so that state_join need not wait for it: by UID, 16 MiB at the most. Good until
 * something is changed; state_join notices that.
 */
struct state_rows;

/* Reads on until `most` messages that the server has are among them. *rows is NULL, or what an earlier call gave. */
bool state_read_ahead(struct state *s, size_t most, struct state_rows **rows, struct error *err);

/*
 * How many messages the server has, and their octets as LIST said, as far as is recorded. False when that is not
 * known because there are further rows.
 */
bool state_rows_listed(const struct state_rows *rows, uint64_t *messages, uint64_t *octets);
void state_rows_free(struct state_rows **rows);

enum { STATE_MARK_SIZE = 2 };

/* A login that the server refused. */
struct state_refusal {
	int64_t at;
	char *login;			      /* where, who and how */
	unsigned char mark[STATE_MARK_SIZE]; /* of the secret */
	char *words;			      /* the server's, escaped */
};

/*
 * The last refusal, if one is kept; the caller frees login and words. Setting one replaces it, NULL forgets it;
 * state_commit makes that last.
 */
bool state_get_refusal(struct state *s, struct state_refusal *r, bool *found, struct error *err);
bool state_set_refusal(struct state *s, const struct state_refusal *r, struct error *err);

/*
 * When the server's certificate ends, of the maildrop that was entered last. Noted only along with something else:
 * a look that changes nothing has nothing to sync.
 */
bool state_note_certificate(struct state *s, int64_t ends, struct error *err);

/* What an account has done, at a glance. Points in time are seconds since the epoch, 0: there is none. */
struct state_summary {
	bool running;	      /* a run is going on */
	bool died;	      /* the last one that fetched ended in the middle, and none has put that right */
	int64_t last_success; /* the end of the last run that came to its end */
	uint64_t delivered, delivered_octets; /* all that is remembered */
	uint64_t listed, listed_octets;	      /* of those, what the server still had at the last look */
	int64_t certificate_ends;
};

bool state_summarise(struct state *s, struct state_summary *summary, struct error *err);

/* Of the messages that the server still has, those that were delivered after `after`, until `until`; the first of them. */
bool state_count_listed(struct state *s, int64_t after, int64_t until, uint64_t *count, int64_t *first, struct error *err);

/* What state_join has seen on its way, so that state_note_listing need not go it again. */
struct state_look {
	int64_t now;			/* set by the caller, */
	const struct state_rows *ahead; /* and this: what state_read_ahead gave, or NULL */
	bool differs;	/* the listing changes what is recorded */
	size_t missing; /* messages, if it does not */
	int64_t oldest; /* when the first of those that are gone went; 0: none is */
	bool forgets;	/* what is remembered of messages that are not listed any more goes */
};

/*
 * Fills in items, which must be sorted by uid (strcmp), without double ones. Linear in both sides. look may
 * be NULL.
 */
bool state_join(struct state *s, struct state_item *items, size_t count, struct state_look *look, struct error *err);

/*
 * Gives every UID that is recorded, in no order, but those in doubt for their size: another copy of such a message may
 * be in place.
 */
bool state_each_uid(struct state *s, void (*take)(void *context, const char *uid), void *context, struct error *err);

/*
 * Notes which known UIDs a complete, sorted listing no longer has, and which are back; forgets those
 * gone for longer than 400 days; state_commit makes it last. *missing is the number of messages that
 * have gone in the last 30 days and were not deleted by us. An empty listing is not believed. look: of
 * state_join with the same items and nothing done since, or NULL.
 */
bool state_note_listing(struct state *s, struct state_item *items, size_t count, int64_t now,
    const struct state_look *look, size_t *missing,
    struct error *err);

/* What a UID begins with that was made for one session, where nothing tells which message is which. */
#define STATE_ONCE " once:"

/*
 * Notes that we have deleted a message from the server; not sure: DELE was taken, but QUIT's answer did
 * not come, so the next listing will tell. No listing has a STATE_ONCE again: that message counts as missing then.
 */
bool state_mark_deleted(struct state *s, const char *uid, bool sure, int64_t now, struct error *err);

/*
 * Says whether the doubtful message is the one that was delivered: its header (NULL: take it for that
 * one) is the recorded one. If so, it is listed again, with this size, and its identity is not in doubt any more.
 */
bool state_confirm(struct state *s, const char *uid, uint64_t octets, const unsigned char *header, bool *same,
    struct error *err);

/* The UID is another message's now: what was recorded under it counts as missing. */
bool state_displace(struct state *s, const char *uid, int64_t now, struct error *err);

/* A recorded message that was looked for. */
struct state_match {
	bool found;
	bool fits; /* its size is the one that LIST says */
	bool doubt; /* it is in doubt for its size */
	bool rewritten; /* a reader has changed the file since its delivery; it had the size that LIST says */
	int64_t delivered;
};

/*
 * Looks for a message with this header and size that is missing, and gives it the new UID. Each is
 * found once.
 */
bool state_take_renumbered(struct state *s, const unsigned char header[DIGEST_SHORT], uint64_t octets, int64_t now,
    const char *uid, struct state_match *match, struct error *err);

/*
 * The same for a message that has been retrieved: whatever its size by LIST, it is the one that was delivered if it is
 * that octet for octet.
 */
bool state_take_identical(struct state *s, const unsigned char header[DIGEST_SHORT], const unsigned char sha256[DIGEST_SIZE],
    uint64_t octets, int64_t now, const char *uid, struct state_match *match, struct error *err);

/*
 * Whether a message of this size is missing, so that state_take_renumbered may find it: what would have to be retrieved
 * for its header is left alone otherwise.
 */
bool state_misses_size(struct state *s, uint64_t octets, int64_t now, bool *any, struct error *err);

/* What is recorded of a message, held against a header and a size that the server gives. Nothing is changed. */
struct state_sight {
	bool found; /* there is one with this header */
	bool fits;  /* the size is that of one that was looked at */
	bool doubt; /* which is in doubt for its size */
	bool identical; /* it is the same, octet for octet */
	bool deleted;	/* by UID: we have deleted it, as QUIT's answer says; */
	bool lately;	/* and no run has listed the maildrop since */
};

/* Of the message with this UID, and of those with this header that are missing. sha256: of one that was retrieved, or NULL. */
bool state_see_uid(struct state *s, const char *uid, const unsigned char header[DIGEST_SHORT], const unsigned char *sha256,
    uint64_t octets, struct state_sight *sight, struct error *err);
bool state_see_header(struct state *s, const unsigned char header[DIGEST_SHORT], const unsigned char *sha256, uint64_t octets,
    int64_t now, struct state_sight *sight, struct error *err);

/* Whether messages of another maildrop are missing that may have moved here: not to one that was there before. */
bool state_misses_others(struct state *s, int64_t now, bool *any, struct error *err);

/* What the UID of a message begins with that was found in place; behind it, its identity there. */
#define STATE_FOUND " found:"

/*
 * Records a message that was found in place under the destination's identity; it counts as missing. Of
 * two with the same identity, the younger one has it, the other is known by its header alone. Where the file has been
 * changed since the delivery, `wire`, `listed` and `said` are the size that it had, with CRLF line ends; `said` is 0
 * otherwise.
 */
bool state_add_found(struct state *s, const char *identity, const struct state_record *record, int64_t now,
    struct error *err);

/* Whether there are such; and gives the one with this identity its UID. */
bool state_has_found(struct state *s, bool *any, struct error *err);
bool state_take_found(struct state *s, const char *identity, uint64_t octets, const char *uid, struct state_match *match,
    struct error *err);

/*
 * A message whose made UID is free because the one before it in the listing is gone: it was "UID#N"
 * when it was delivered.
 */
bool state_take_sibling(struct state *s, uint64_t octets, const char *uid, struct state_match *match, struct error *err);

/* The place that mail goes to, as the last run that fetched something noted it. */
struct state_place {
	char *mount; /* the topmost folder of its filesystem; NULL: nothing was noted of a place of this name */
	bool behind; /* its label lacks runs that it had, so it was put back from before them, or is another one */
	bool told;   /* and the user was told */
};

/* After state_set_witness. The caller frees mount. */
bool state_get_place(struct state *s, const char *name, struct state_place *place, struct error *err);

/* For state_begin_run, which follows. No run is noted at a place that is behind, so that this shows until it is settled. */
bool state_note_place(struct state *s, const char *name, const struct state_place *place, struct error *err);

/* Both are on stable storage when they return: the user was told; what is there is what shall be there. */
bool state_tell_place(struct state *s, struct error *err);
bool state_settle_place(struct state *s, struct error *err);

/* On stable storage when it returns: from now on, until state_end_run, a crash calls for recovery. */
bool state_begin_run(struct state *s, int64_t now, struct error *err);

/* The run is over and nothing is left in the middle. Also sets what state_last_seen gives. */
bool state_end_run(struct state *s, int64_t now, struct error *err);

/* An account that fails: since when, and its last failure. Points in time are seconds since the epoch. */
struct state_trouble {
	int64_t since; /* the first failure after the last success; 0: the last run was a success, or there was none */
	int64_t at;    /* the last one */
	int64_t told;  /* when report_failures_after had it told the last time; 0: not yet */
	char step[16];
	char cause[512], server[512]; /* as in struct error */
};

bool state_get_trouble(struct state *s, struct state_trouble *trouble, struct error *err);

/* Both are on stable storage when they return. */
bool state_set_trouble(struct state *s, const struct state_trouble *trouble, struct error *err);
bool state_end_trouble(struct state *s, struct error *err);

/* When a run of the account came to its end the last time, without opening its state; 0: unknown. */
int64_t state_last_end(const char *folder, const char *account);

/* Records messages; state_commit puts all since the last one on stable storage in one go. */
bool state_add(struct state *s, const struct state_record *record, struct error *err);
bool state_commit(struct state *s, struct error *err);

/* Drops what was changed and not committed. */
void state_rollback(struct state *s);

/*
 * Remembers why a message stays away, for as long as the server lists it; state_commit makes it last. octets: how
 * many came, for STATE_TOLD_OUTGREW; for STATE_TOLD_BROKE and STATE_TOLD_FAILED a count that grows from session to session.
 */
bool state_add_told(struct state *s, const char *uid, enum state_told kind, uint64_t octets, int64_t now,
    struct error *err);

/* Forgets that, by the same UID or key; and those of STATE_TOLD_BROKE with this count. */
bool state_drop_told(struct state *s, const char *key, struct error *err);
bool state_drop_breaks(struct state *s, uint64_t count, struct error *err);

/*
 * What is remembered of a message that has no UID from one session to the next (STATE_ONCE), under another key, which
 * begins with STATE_TOLD_KEY; *kind is 0 where nothing is. It is forgotten after 30 days.
 */
#define STATE_TOLD_KEY " told:"
bool state_get_told(struct state *s, const char *key, unsigned char *kind, uint64_t *octets, struct error *err);

/* What came of messages of this maildrop, for policy/evidence: the sizes of the last `most` that were delivered. */
bool state_each_size(struct state *s, size_t most, void (*take)(void *context, const struct state_record *record),
    void *context, struct error *err);

/* Sizes and digest of one message that is in doubt for its size; *found is false if it is not. */
bool state_get_doubt(struct state *s, const char *uid, struct state_record *record, bool *found, struct error *err);

/* The sizes that the server gives for a delivered message that it lists; state_commit makes it last. */
bool state_set_sizes(struct state *s, const char *uid, uint64_t listed, uint64_t said, enum state_doubt doubt,
    struct error *err);

/* What is doubtful of a delivered message from now on; state_commit makes it last. */
bool state_set_doubt(struct state *s, const char *uid, enum state_doubt doubt, struct error *err);


/*
 * Puts on stable storage what is about to be appended to an mbox: where, and the records of the
 * messages with their extent. state_commit of the same records drops it again.
 */
bool state_set_intent(struct state *s, const struct mbox_intent *intent, const struct state_record *records,
    struct error *err);

/* The intent that a crash has left; *count 0 if there is none. The caller frees both arrays and uids. */
bool state_get_intent(struct state *s, struct mbox_intent *intent, struct state_record **records,
    struct error *err);

/* Drops the intent and adds nothing; state_commit makes it last. */
bool state_drop_intent(struct state *s, struct error *err);

#endif
