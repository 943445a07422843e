#ifndef MAILHAUL_DELIVER_MAILDIR_CONTENT_H
#define MAILHAUL_DELIVER_MAILDIR_CONTENT_H

/* The state of a file, judged by the sizes in a name of ours. */
enum maildir_content {
	MAILDIR_ORIGINAL, /* as delivered, as far as can be seen */
	MAILDIR_CHANGED,  /* a reader has added to it, or compressed it */
	MAILDIR_TORN,	  /* less than the message: incompletely written or restored */
};

/* Examines an open file. A file that cannot be read counts as original; the failure shows when it is read. */
enum maildir_content maildir_content(int fd, const char *name);

#endif
