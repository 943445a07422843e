#ifndef MAILHAUL_DELIVER_MBOX_FILE_H
#define MAILHAUL_DELIVER_MBOX_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct mbox_spool;

/* An mbox on disk. {.fd = -1} is a closed one. */
struct mbox_file {
	int fd;
	char *path;
	bool made;   /* its name is not on stable storage yet */
	bool locked;
	uint64_t size; /* when it was locked */
	size_t gap;    /* line ends that must stand between its end and a From_ line */
	uint64_t device, inode;
};

/* Opens it, makes it with mode 0600 if it is missing. ERROR_STORAGE, also for what is no regular file. */
bool mbox_file_open(struct mbox_file *f, const char *path, struct error *err);

/* Whether it could be opened, without making or locking it. */
bool mbox_file_probe(const char *path, struct error *err);

/*
 * Takes the dot lock and the fcntl lock, waiting up to 30 seconds for both. ERROR_LOCKED when they
 * are kept from us, or the file was replaced meanwhile.
 */
bool mbox_file_lock(struct mbox_file *f, struct error *err);

/*
 * Appends a spool to a locked file and puts file and directory on stable storage. When that fails, the
 * file is cut back to what it was.
 */
bool mbox_file_append(struct mbox_file *f, struct mbox_spool *spool, const char *directory, struct error *err);

/* ERROR_STORAGE from errno: the mbox, and what about it went wrong ("cannot be read"). Returns false. */
bool mbox_file_fail(const struct mbox_file *f, const char *what, struct error *err);

/* Gives up the locks and closes. */
void mbox_file_close(struct mbox_file *f);

#endif
