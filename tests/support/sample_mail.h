#ifndef SUPPORT_SAMPLE_MAIL_H
#define SUPPORT_SAMPLE_MAIL_H

#include <stdbool.h>

/* Writes sample mail of every nasty kind into the directory DIR, a file a message as pop3_maildrop.h
 * reads them, and into DIR.expect under the same names the octets that a correct client stores with
 * LF line endings. Makes both directories. Always the same octets. Complains on stderr and returns
 * false on failure. */
bool sample_mail_write(const char *dir);

#endif
