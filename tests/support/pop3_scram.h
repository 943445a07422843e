#ifndef SUPPORT_POP3_SCRAM_H
#define SUPPORT_POP3_SCRAM_H

#include <stdbool.h>

struct pop3_wire;

/* Does the server's side of SCRAM, by its SASL name, with a client whose first response is RESPONSE in base64. One
 * with -PLUS is bound to the connection, as GnuTLS itself knows it. Tells whether the client is USER and knows
 * PASSWORD; the last reply is the caller's. */
bool pop3_scram_run(struct pop3_wire *wire, const char *mechanism, const char *response, const char *user,
    const char *password);

#endif
