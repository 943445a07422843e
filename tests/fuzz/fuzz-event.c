/*
 * The events of a worker that has been taken over. Input: what it writes into its pipe. What the parent accepts has to
 * be within the bounds that the code after it relies on, and free of control characters, except for the texts of a
 * listed message, which are escaped where they are printed. An accepted event has one encoding.
 */
#include "config.h"

#include "base/buf.h"
#include "fetch/event.h"
#include "fetch/event_pipe.h"
#include "fuzz.h"

static bool is_time(int64_t seconds)
{
	return seconds >= -EVENT_SECONDS_MOST && seconds <= EVENT_SECONDS_MOST;
}

static void must_be_a_failure(const struct error *err, enum step step)
{
	MUST(err->kind <= ERROR_INTERNAL && step <= STEP_REBUILD);
	MUST(is_plain(err->cause) && is_plain(err->server) && is_plain(err->hint));
	MUST(err->saved_errno >= 0 && err->saved_errno <= ERRNO_MOST);
}

static void must_be_listed(const struct listed *m)
{
	unsigned last = m->has_header ? LISTED_SUBJECT : LISTED_WHY;
	const char *text = event_text(m, (enum listed_text)last);

	MUST(m->action <= RETENTION_DELETE && m->octets <= INT64_MAX);
	MUST(is_time(m->now) && is_time(m->delivered) && m->due >= -1 && is_time(m->due));
	MUST(text + strlen(text) + 1 == m->texts + m->length);
}

static void must_be_good(const struct event *e)
{
	MUST(e->kind <= EVENT_DONE && e->level <= LOG_WIRE);
	if (e->kind == EVENT_LOG)
		MUST(is_plain(e->u.text));
	if (e->kind == EVENT_FACT)
		MUST(*e->u.fact.name && is_plain(e->u.fact.name) && is_plain(e->u.fact.text));
	if (e->kind == EVENT_PROBLEM)
		must_be_a_failure(&e->u.problem.err, e->u.problem.step);
	if (e->kind == EVENT_PROBLEM)
		MUST(e->u.problem.err.kind != ERROR_NONE);
	if (e->kind == EVENT_PROGRESS)
		MUST(e->u.advance.octets <= INT64_MAX && e->u.advance.octets_all <= INT64_MAX);
	if (e->kind == EVENT_LISTED)
		must_be_listed(&e->u.listed);
	if (e->kind != EVENT_DONE)
		return;
	must_be_a_failure(&e->u.outcome.err, e->u.outcome.step);
	MUST(e->u.outcome.ok || e->u.outcome.err.kind != ERROR_NONE);
	MUST(e->u.outcome.fetched <= INT64_MAX && e->u.outcome.milliseconds >= 0);
}

/* Escaping twice changes nothing, so the second encoding is the first one. */
static void must_be_settled(const struct event *e)
{
	char once[EVENT_OCTETS_MOST], twice[EVENT_OCTETS_MOST];
	size_t length = event_encode(e, once);
	struct event again;

	MUST(event_decode(&again, once, length));
	MUST(event_encode(&again, twice) == length && memcmp(once, twice, length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event_pipe reader = {0};
	struct event event;

	buf_append(&reader.pending, data, size);
	while (event_pipe_take(&reader, &event) == EVENT_TAKEN) {
		must_be_good(&event);
		must_be_settled(&event);
	}
	MUST(reader.at <= reader.pending.length);
	buf_free(&reader.pending);
	return 0;
}
