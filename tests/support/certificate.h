#ifndef SUPPORT_CERTIFICATE_H
#define SUPPORT_CERTIFICATE_H

#include <stdbool.h>

/*
 * Makes a new set of test certificates (ECDSA P-256) in the directory DIR, which is created if missing:
 *   ca.pem          the authority that signs server.pem, expired.pem and wronghost.pem
 *   other-ca.pem    an authority that signed nothing
 *   server.pem      certificate, authority and key for localhost, 127.0.0.1 and ::1
 *   expired.pem     the same names, but expired
 *   wronghost.pem   for mail.example.net only
 *   selfsigned.pem  for localhost, 127.0.0.1 and ::1, self-signed
 * Files that hold a key have mode 0600. On failure prints a message on stderr and returns false.
 */
bool certificate_make_set(const char *dir);

/* Does the same only if ca.pem or server.pem is missing. Several servers may start at the same time. */
bool certificate_ensure_set(const char *dir);

#endif
