#ifndef SUPPORT_POP3_SCRAM_H
#define SUPPORT_POP3_SCRAM_H

#include <stdbool.h>

struct pop3_wire;

/*
 * Performs the server's side of SCRAM, by its SASL name, with a client whose first response is RESPONSE in base64.
 * A mechanism with -PLUS is bound to the connection, by GnuTLS's own data. Returns whether the client is USER and
 * knows PASSWORD. The caller sends the last reply.
 */
bool pop3_scram_run(struct pop3_wire *wire, const char *mechanism, const char *response, const char *user,
    const char *password);

#endif
