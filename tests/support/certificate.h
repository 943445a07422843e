#ifndef SUPPORT_CERTIFICATE_H
#define SUPPORT_CERTIFICATE_H

#include <stdbool.h>

/* Makes a fresh set of test certificates (ECDSA P-256) in the directory DIR, which is made if missing:
 *   ca.pem         the authority that signs server.pem, expired.pem and wronghost.pem
 *   other-ca.pem   an authority that signed nothing
 *   server.pem     certificate, authority and key for localhost, 127.0.0.1 and ::1
 *   expired.pem    the same names, but its time is over
 *   wronghost.pem  for mail.example.net only
 *   selfsigned.pem for localhost, 127.0.0.1 and ::1, signed by itself
 * Files that hold a key have mode 0600. Complains on stderr and returns false on failure. */
bool certificate_make_set(const char *dir);

/* Does the same only where ca.pem or server.pem is missing. Safe when several servers start at
 * once. */
bool certificate_ensure_set(const char *dir);

#endif
