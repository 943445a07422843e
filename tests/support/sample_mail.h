#ifndef SUPPORT_SAMPLE_MAIL_H
#define SUPPORT_SAMPLE_MAIL_H

#include <stdbool.h>

/*
 * Writes sample mail of every difficult kind into the directory DIR, one message in each file, as pop3_maildrop.h
 * reads them. DIR.expect gets, under the same names, the octets that a correct client stores with LF line endings.
 * Creates both directories. The content is always the same. On failure prints a message on stderr and returns
 * false.
 */
bool sample_mail_write(const char *dir);

#endif
