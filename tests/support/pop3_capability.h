#ifndef SUPPORT_POP3_CAPABILITY_H
#define SUPPORT_POP3_CAPABILITY_H

#include <stdbool.h>

struct pop3_options;
struct pop3_wire;

/* Writes the lines after CAPA's +OK, with the terminator. */
void pop3_capability_list(const struct pop3_options *options, bool logged_in, struct pop3_wire *wire);

#endif
