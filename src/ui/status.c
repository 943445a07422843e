#include "config.h"

#include "ui/status.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/calendar.h"
#include "ui/jsonl.h"
#include "ui/report.h"

static void print_last(const struct status *s)
{
	char when[CALENDAR_TEXT], span[48];

	calendar_minute(s->summary.last_success, when);
	retention_span(s->now - s->summary.last_success, span, sizeof(span));
	if (s->summary.last_success == 0)
		printf("  last success   none yet\n");
	else if (s->clock_is_behind)
		printf("  last success   %s (in the future: check the clock)\n", when);
	else
		printf("  last success   %s (%s ago)\n", when, span);
	if (s->summary.running)
		printf("  now            a run is in progress\n");
	if (s->summary.died)
		printf("  now            the last run was cut short; the next run continues where it stopped\n");
}

static void print_trouble(const struct status *s)
{
	const struct state_trouble *t = &s->trouble;
	char since[CALENDAR_TEXT], at[CALENDAR_TEXT];

	if (t->since == 0)
		return;
	calendar_minute(t->since, since);
	calendar_minute(t->at, at);
	printf("  failing since  %s\n  last failure   %s: %s: %s", since, at, step_name(t->step), t->cause);
	if (*t->server)
		printf(" (server said: \"%s\")", t->server);
	printf("\n");
}

static void print_messages(const struct status *s)
{
	char size[REPORT_SIZE_TEXT];

	report_size(s->summary.delivered_octets, size);
	printf("  delivered      %" PRIu64 " messages, %s\n", s->summary.delivered, size);
	report_size(s->summary.listed_octets, size);
	printf("  on the server  %" PRIu64 " of them, %s\n", s->summary.listed, size);
}

static void print_deletions(const struct status *s)
{
	char when[CALENDAR_TEXT];

	if (s->mode == RETENTION_FOREVER) {
		printf("  deletions      none (leave_on_server = forever)\n");
		return;
	}
	if (s->clock_is_behind && s->mode == RETENTION_AGE) {
		printf("  deletions      none while the clock is earlier than the last run\n");
		return;
	}
	printf("  deletions      %" PRIu64 " at the next run", s->due);
	if (s->later > 0) {
		calendar_minute(s->next, when);
		printf(", %" PRIu64 " within a day from %s, %" PRIu64 " later", s->next_day, when,
		    s->later - s->next_day);
	}
	printf("\n");
}

static void print_certificate(const struct status *s)
{
	char when[CALENDAR_TEXT];

	if (s->summary.certificate_ends == 0)
		return;
	calendar_minute(s->summary.certificate_ends, when);
	if (s->summary.certificate_ends < s->now)
		printf("  certificate    expired on %s, as seen by the last run\n", when);
	else
		printf("  certificate    valid for %" PRId64 " days, until %s\n",
		    calendar_days(s->summary.certificate_ends - s->now), when);
}

void status_print(const struct status *s)
{
	if (s->summary.last_success == 0 && s->summary.delivered == 0 && !s->summary.running && !s->summary.died &&
	    s->trouble.since == 0) {
		printf("%s: never fetched\n", s->account);
		return;
	}
	printf("%s:\n", s->account);
	print_last(s);
	print_trouble(s);
	print_messages(s);
	print_deletions(s);
	print_certificate(s);
}

static void add_time(struct jsonl *json, const char *name, int64_t when)
{
	jsonl_time(json, name, when > 0 ? when : -1);
}

static void add_trouble(struct jsonl *json, const struct state_trouble *t)
{
	struct jsonl *failure;

	if (t->since == 0) {
		jsonl_text(json, "last_failure", NULL);
		return;
	}
	failure = jsonl_object();
	add_time(failure, "at", t->at);
	jsonl_text(failure, "step", step_name(t->step));
	jsonl_text(failure, "cause", t->cause);
	jsonl_text(failure, "server_reply", *t->server ? t->server : NULL);
	jsonl_add(json, "last_failure", failure);
}

void status_json(const struct status *s)
{
	struct jsonl *json = jsonl_line("status", s->account);
	bool deletes = s->mode == RETENTION_NONE || (s->mode == RETENTION_AGE && !s->clock_is_behind);

	add_time(json, "last_success", s->summary.last_success);
	add_time(json, "failing_since", s->trouble.since);
	add_trouble(json, &s->trouble);
	jsonl_flag(json, "running", s->summary.running);
	jsonl_flag(json, "interrupted", s->summary.died);
	jsonl_number(json, "delivered", (int64_t)s->summary.delivered);
	jsonl_number(json, "delivered_bytes", (int64_t)s->summary.delivered_octets);
	jsonl_number(json, "on_server", (int64_t)s->summary.listed);
	jsonl_number(json, "on_server_bytes", (int64_t)s->summary.listed_octets);
	jsonl_number(json, "deletions_due", deletes ? (int64_t)s->due : 0);
	jsonl_number(json, "deletions_later", deletes ? (int64_t)s->later : 0);
	add_time(json, "next_deletion_at", deletes ? s->next : 0);
	jsonl_number(json, "next_deletion_count", deletes ? (int64_t)s->next_day : 0);
	add_time(json, "certificate_not_after", s->summary.certificate_ends);
	if (s->summary.certificate_ends > 0)
		jsonl_number(json, "certificate_days_left", calendar_days(s->summary.certificate_ends - s->now));
	else
		jsonl_text(json, "certificate_days_left", NULL);
	jsonl_print(json, stdout);
}
