#ifndef MAILHAUL_DELIVER_MBOX_FILE_H
#define MAILHAUL_DELIVER_MBOX_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct mbox_spool;

/* An mbox on disk. {.fd = -1} is closed. */
struct mbox_file {
	int fd;
	char *path;
	bool made; /* its name may not be on stable storage yet */
	bool locked;
	bool dot;      /* if locked: the dot lock was made */
	uint64_t size; /* size when it was locked */
	size_t gap;    /* line ends required between its end and a From_ line */
	uint64_t device, inode;
};

/* Returns whether this process may make and write the mbox (fs/trust): the rules for root. Sets ERROR_STORAGE. */
bool mbox_file_may_be_at(const char *path, struct error *err);

/*
 * Opens the mbox, and creates it with mode 0600 if it is missing. Sets ERROR_STORAGE, also if it is not a regular
 * file.
 */
bool mbox_file_open(struct mbox_file *f, const char *path, struct error *err);

/* Opens an mbox for reading only, and takes no lock. Sets ERROR_STORAGE. */
bool mbox_file_open_reading(struct mbox_file *f, const char *path, struct error *err);

/* Returns whether the mbox could be opened, without creating or locking it. */
bool mbox_file_probe(const char *path, struct error *err);

/*
 * Takes the fcntl lock and the dot lock, and waits up to 30 seconds for both (fs/lock). If another program replaces the
 * file meanwhile, the new file is opened and locked. Sets ERROR_LOCKED if another program holds one of the locks.
 */
bool mbox_file_lock(struct mbox_file *f, struct error *err);

/*
 * Appends a spool to a locked file and puts file and directory on stable storage. If that fails, the file is cut back
 * to its previous size.
 */
bool mbox_file_append(struct mbox_file *f, struct mbox_spool *spool, const char *directory, struct error *err);

/* Sets ERROR_STORAGE from errno, with the mbox and a description of the failure ("cannot be read"). Returns false. */
bool mbox_file_fail(const struct mbox_file *f, const char *what, struct error *err);

/* Releases the locks and closes the file. */
void mbox_file_close(struct mbox_file *f);

#endif
