#include "config.h"

#include "fetch/top.h"

#include "base/error.h"
#include "policy/header.h"
#include "pop3/session.h"

enum { HEADER_OCTETS_MOST = 16 * 1024 * 1024 };

static bool take_one(struct session *s, bool peek, struct top_identity *identity, struct error *err)
{
	struct session_event event;
	struct header_identity header;
	size_t octets = 0;

	*identity = (struct top_identity){0};
	header_start(&header);
	header.goes_on = peek;
	do {
		if (!session_next(s, &event, err))
			return false;
		if (event.type != SESSION_DATA)
			continue;
		header_add(&header, event.text, event.length);
		octets += event.length;
		if (octets > HEADER_OCTETS_MOST)
			return error_set(err, ERROR_PROTOCOL, "the server's answer to TOP is longer than %d octets",
			    HEADER_OCTETS_MOST);
	} while (event.type != SESSION_END && event.type != SESSION_REFUSED);
	identity->known = event.type == SESSION_END;
	identity->telling = header_end(&header, identity->header) && identity->known;
	return true;
}

bool top_identify(struct session *s, const uint32_t *numbers, size_t count, bool peek, struct top_identity *identities,
    struct error *err)
{
	size_t next = 0;

	for (size_t i = 0; i < count; i++) {
		while (next < count && session_queued(s) < session_window(s))
			session_queue(s, peek ? COMMAND_PEEK : COMMAND_TOP, numbers[next++]);
		if (!take_one(s, peek, &identities[i], err))
			return false;
	}
	return true;
}
