#ifndef MAILHAUL_DELIVER_MAILDIR_CONTENT_H
#define MAILHAUL_DELIVER_MAILDIR_CONTENT_H

/* What a file is, by the sizes that a name of ours has kept. */
enum maildir_content {
	MAILDIR_ORIGINAL, /* as it was delivered, as far as that shows */
	MAILDIR_CHANGED,  /* a reader has added something, or compressed it */
	MAILDIR_TORN,     /* less than the message: it was not written, or not restored, in full */
};

/* Looks at an open file. One that cannot be read counts as original: that shows when it is read. */
enum maildir_content maildir_content(int fd, const char *name);

#endif
