#include "config.h"

#include "fetch/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/calendar.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mechanism.h"
#include "base/parse.h"
#include "config/account.h"
#include "deliver/destination.h"
#include "fetch/connect.h"
#include "fetch/event.h"
#include "fetch/event_pipe.h"
#include "fetch/learn.h"
#include "fetch/listing.h"
#include "fetch/place.h"
#include "fetch/run_options.h"
#include "fetch/worker.h"
#include "io/deadline.h"
#include "policy/plan.h"
#include "pop3/session.h"
#include "state/login.h"
#include "state/maildrop.h"
#include "state/state.h"

/* A certificate that has less than this part of its lifetime left, and at most this many days, causes a warning. */
enum { LIFETIME_PART = 3, DAYS_LEFT = 14 };

struct check {
	const struct account *account;
	int fd;
	struct log log;
	enum step step;
	struct retention_clock clock;
	int64_t certificate_start; /* when it became valid; seconds since the epoch */
	struct state *state;	   /* a copy; NULL if it cannot be read */
	struct connection connection;
	struct connect_memory memory;
	struct listing listing;
	struct plan plan;
	struct outcome outcome;
};

static void add_fact(const struct check *c, const char *name, int64_t number)
{
	log_number(&c->log, name, number);
}

static int64_t bounded(uint64_t number)
{
	return number < INT64_MAX ? (int64_t)number : INT64_MAX;
}

/*
 * Finds the value after a word and a blank; it ends at the next blank. Returns its length, or 0 if the line begins
 * differently.
 */
static size_t value_of(const char *line, const char *word, const char **value)
{
	size_t length = strlen(word);

	if (strncasecmp(line, word, length) != 0 || line[length] != ' ')
		return 0;
	*value = line + length + 1;
	return strcspn(*value, " ");
}

/*
 * Parses "EXPIRE 30", "EXPIRE NEVER" and "LOGIN-DELAY 900 USER". USER means that the value differs among users (RFC
 * 2449, 6.5 and 6.7).
 */
static void take_promise(const struct check *c, const char *line)
{
	const char *value = line;
	uint64_t number;
	size_t length = value_of(line, "EXPIRE", &value);

	if (length == 5 && strncasecmp(value, "NEVER", length) == 0)
		log_fact(&c->log, "maildrop.expire", "never");
	else if (parse_number(value, length, INT32_MAX, &number))
		log_fact(&c->log, "maildrop.expire", "%" PRIu64, number);
	length = value_of(line, "LOGIN-DELAY", &value);
	if (parse_number(value, length, INT32_MAX, &number))
		add_fact(c, "maildrop.login_delay", (int64_t)number);
}

/* The answer to CAPA changes with TLS and with the login. The last answer is valid; one without TLS proves nothing. */
static void take_capability(struct check *c, const char *line)
{
	const char *name = "capabilities.after_login";

	if (c->step == STEP_GREETING)
		name = "capabilities.before_tls";
	else if (c->step == STEP_LOGIN)
		name = "capabilities.before_login";
	event_pipe_send_fact(&c->fd, name, line, 0);
	if (c->step != STEP_GREETING)
		take_promise(c, line);
}

/* Short certificates are renewed late: one of six days always has less than two weeks left. */
static bool is_late(const struct check *c, int64_t end)
{
	int64_t left = end - c->clock.now;

	return calendar_days(left) <= DAYS_LEFT && left < (end - c->certificate_start) / LIFETIME_PART;
}

static void take_end(const struct check *c, int64_t end)
{
	int64_t days = calendar_days(end - c->clock.now);
	bool late = is_late(c, end);

	add_fact(c, "certificate.days_left", days);
	add_fact(c, "certificate.renewal_is_late", late);
	if (days < 0 || !late)
		return;
	log_fact(&c->log, "warnings",
	    "the certificate expires in %s%" PRId64 " day%s; ask the server's operator to renew it",
	    days == 0 ? "less than " : "", days == 0 ? 1 : days, days > 1 ? "s" : "");
}

/* Takes a fact from the lower layers and sends it to the parent. */
static void take_fact(void *context, const char *name, const char *text, int64_t number)
{
	struct check *c = context;

	if (strcmp(name, "capability") == 0) {
		take_capability(c, text);
		return;
	}
	event_pipe_send_fact(&c->fd, name, text, number);
	if (strcmp(name, "certificate.not_before") == 0)
		c->certificate_start = number;
	if (strcmp(name, "certificate.not_after") == 0)
		take_end(c, number);
}

static void take_line(void *context, enum log_level level, const char *text)
{
	struct check *c = context;

	event_pipe_send_log(&c->fd, level, text);
}

/* Reports a failure that the rest of the check does not depend on. */
static void note(struct check *c, const struct error *err)
{
	event_pipe_send_problem(c->fd, c->step, err, false);
}

static void check_state(struct check *c, const char *directory)
{
	struct error err;
	bool writable;

	c->step = STEP_STATE;
	writable = state_probe(directory, c->account->name, &err);
	if (!writable)
		note(c, &err);
	if (!state_open(&c->state, directory, c->account->name, STATE_READ, &err))
		note(c, &err);
	add_fact(c, "state.readable", c->state != NULL);
	add_fact(c, "state.writable", writable);
	if (!c->state)
		return;
	c->clock.last_seen = state_last_seen(c->state);
	add_fact(c, "state.last_run", c->clock.last_seen > 0 ? c->clock.last_seen : -1);
}

static void check_destination(struct check *c)
{
	const struct account *a = c->account;
	const struct destination_settings settings = {.account = a->name,
	    .path = a->delivery.to.path,
	    .command = a->delivery.command};
	struct error err;
	bool ok;

	c->step = STEP_STORE;
	ok = (!c->state || place_is_there(c->state, a, &err)) && a->delivery.to.ops->probe(&settings, &err);
	if (!ok)
		note(c, &err);
	log_fact(&c->log, "destination.kind", "%s", a->delivery.to.ops->scheme);
	log_fact(&c->log, "destination.path", "%s", a->delivery.to.path ? a->delivery.to.path : a->delivery.command[0]);
	add_fact(c, "destination.writable", ok);
}

static void report_plan(struct check *c, const struct plan_summary *summary)
{
	size_t deletes = 0;
	uint64_t octets = 0;

	for (size_t i = 0; i < c->plan.count; i++) {
		const struct plan_entry *e = &c->plan.entries[i];

		if (e->decision.action != RETENTION_DELETE && e->decision.action != RETENTION_FETCH_AND_DELETE)
			continue;
		deletes++;
		octets += e->octets;
	}
	add_fact(c, "plan.fetch", (int64_t)summary->fetch);
	add_fact(c, "plan.fetch_bytes", bounded(summary->fetch_octets));
	add_fact(c, "plan.delete", (int64_t)deletes);
	add_fact(c, "plan.delete_bytes", bounded(octets));
	add_fact(c, "plan.leave", (int64_t)(c->plan.count - deletes));
}

static bool check_maildrop(struct check *c, struct error *err)
{
	const struct account *a = c->account;
	const struct learning learning = {
	    .account = a,
	    .state = c->state,
	    .connection = &c->connection,
	    .listing = &c->listing,
	    .plan = &c->plan,
	    .now = c->clock.now,
	    .log = &c->log,
	};
	const struct maildrop *m = &c->listing.maildrop;
	const struct plan_limits limits = {.messages = a->limits.max_messages > 0 ? a->limits.max_messages : UINT64_MAX,
	    .octets = a->limits.max_octets > 0 ? a->limits.max_octets : UINT64_MAX};
	int64_t start = deadline_clock();
	uint64_t octets = 0;

	c->step = STEP_LIST;
	c->listing.all_deleted = a->retention.mode == RETENTION_NONE;
	c->listing.max_octets = a->retention.max_octets;
	if (!listing_read(&c->listing, c->connection.session, NULL, err))
		return false;
	add_fact(c, "times.listing", deadline_clock() - start);
	for (size_t i = 0; i < m->count; i++)
		octets += m->messages[i].octets;
	add_fact(c, "maildrop.messages", (int64_t)m->count);
	add_fact(c, "maildrop.bytes", bounded(octets));
	if (!c->state)
		return true;
	if (!learn(&learning, err))
		return false;
	plan_decide(&c->plan, &a->retention, &c->clock, a->newest_first, &limits);
	report_plan(c, &c->plan.summary);
	return true;
}

/* Gets the strongest login mechanism of earlier runs: a check sends the password no more easily than a run. */
static bool remember_login(struct check *c, struct error *err)
{
	const struct account *a = c->account;
	const struct state_maildrop maildrop = {a->server, a->port, a->login.user};
	char *word;

	if (!c->state)
		return true;
	c->step = STEP_STATE;
	if (!state_get_login(c->state, &maildrop, &word, err))
		return false;
	c->memory.strongest = word ? mechanism_find(word) : NULL;
	free(word);
	return true;
}

/* Sends one command at a time, so that each time measured is that of one step. Remembered capabilities are not used. */
static bool talk(struct check *c, const struct tls_trust *trust, struct error *err)
{
	return connect_open(&c->connection, c->account, trust, &c->log, false, NULL, &c->memory, &c->step, err) &&
	    check_maildrop(c, err);
}

static bool check_server(struct check *c, const struct tls_trust *trust, struct error *err)
{
	bool ok;

	c->memory.until = connect_run_end(c->account) + c->account->limits.timeout * 1000;
	ok = remember_login(c, err) && talk(c, trust, err);
	if (!ok && connect_failed_at_capa(&c->connection, &c->memory, err)) {
		connect_close(&c->connection, false);
		listing_free(&c->listing);
		ok = talk(c, trust, err);
	}
	if (!ok)
		return connect_fail_late(&c->memory, err);
	c->step = STEP_QUIT;
	ok = session_quit(c->connection.session, err);
	connect_close(&c->connection, ok);
	return ok;
}

void check_account(const struct account *account, const struct tls_trust *trust, const struct run_options *options,
    int fd)
{
	struct check c = {.account = account, .fd = fd};
	struct event done = {.kind = EVENT_DONE};
	int64_t start = deadline_clock();

	c.log = (struct log){.level = options->level, .write = take_line, .fact = take_fact, .context = &c};
	c.clock.now = (int64_t)time(NULL);
	error_clear(&c.outcome.err);
	check_state(&c, options->state_dir);
	check_destination(&c);
	c.outcome.ok = check_server(&c, trust, &c.outcome.err);
	connect_close(&c.connection, false);
	connect_memory_free(&c.memory);
	listing_free(&c.listing);
	plan_free(&c.plan);
	state_close(&c.state);
	c.outcome.step = c.step;
	c.outcome.milliseconds = deadline_clock() - start;
	done.u.outcome = c.outcome;
	event_pipe_send(fd, &done);
}
