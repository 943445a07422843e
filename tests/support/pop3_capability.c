#define _POSIX_C_SOURCE 200809L
#include "pop3_capability.h"

#include "pop3_session.h"
#include "pop3_wire.h"

void pop3_capability_list(const struct pop3_options *o, bool logged_in, struct pop3_wire *wire)
{
	const char *more = logged_in ? o->announce_after : o->announce;
	if (!o->no_top)
		pop3_wire_line(wire, "TOP");
	if (!o->no_uidl)
		pop3_wire_line(wire, "UIDL");
	if (!wire->tls && o->sasl_before_tls)
		pop3_wire_line(wire, "SASL %s", o->sasl_before_tls);
	if (wire->tls && !o->no_sasl)
		pop3_wire_line(wire, "SASL PLAIN%s%s", o->scram ? " " : "", o->scram ? o->scram : "");
	pop3_wire_line(wire, "USER");
	if (!o->no_pipelining)
		pop3_wire_line(wire, "PIPELINING");
	pop3_wire_line(wire, "RESP-CODES");
	if (!o->no_auth_resp_code)
		pop3_wire_line(wire, "AUTH-RESP-CODE");
	if (o->starttls && !o->no_stls && !wire->tls && !logged_in)
		pop3_wire_line(wire, "STLS");
	if (more)
		pop3_wire_line(wire, "%s", more);
	pop3_wire_line(wire, "IMPLEMENTATION mailhaul-test-server");
	pop3_wire_line(wire, ".");
}
