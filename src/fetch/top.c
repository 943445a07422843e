#include "config.h"

#include "fetch/top.h"

#include "policy/header.h"
#include "pop3/session.h"

static bool take_one(struct session *s, struct top_identity *identity, struct error *err)
{
	struct session_event event;
	struct header_identity header;

	*identity = (struct top_identity){0};
	header_start(&header);
	do {
		if (!session_next(s, &event, err))
			return false;
		if (event.type == SESSION_DATA)
			header_add(&header, event.text, event.length);
	} while (event.type != SESSION_END && event.type != SESSION_REFUSED);
	identity->known = event.type == SESSION_END;
	identity->telling = header_end(&header, identity->header) && identity->known;
	return true;
}

bool top_identify(struct session *s, const uint32_t *numbers, size_t count, struct top_identity *identities,
    struct error *err)
{
	size_t next = 0;

	for (size_t i = 0; i < count; i++) {
		while (next < count && session_queued(s) < session_window(s))
			session_queue(s, COMMAND_TOP, numbers[next++]);
		if (!take_one(s, &identities[i], err))
			return false;
	}
	return true;
}
