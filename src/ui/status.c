#include "config.h"

#include "ui/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/calendar.h"
#include "config/account.h"
#include "deliver/destination.h"
#include "ui/columns.h"
#include "ui/jsonl.h"
#include "ui/report.h"

/* Returns whether nothing at all is known about the account. */
static bool is_untouched(const struct status *s)
{
	return s->summary.last_success == 0 && s->summary.delivered == 0 && !s->summary.running && !s->summary.died &&
	    s->trouble.since == 0 && s->verdict == STATUS_NEVER;
}

static void add_destination(struct buf *out, const struct account *a)
{
	char path[1024];

	if (!a->delivery.to.path) {
		buf_append_format(out, "%s", a->delivery.to.ops->scheme);
		return;
	}
	report_path(a->delivery.to.path, path, sizeof(path));
	buf_append_format(out, "%s:%s", a->delivery.to.ops->scheme, path);
}

static void add_failure(struct buf *out, const struct state_trouble *t)
{
	buf_append_format(out, "%s: %s", step_name(t->step), t->cause);
	if (*t->server)
		buf_append_format(out, " (server said: \"%s\")", t->server);
}

static void add_verdict(struct buf *out, const struct status *s)
{
	char when[CALENDAR_TEXT];

	switch (s->verdict) {
	case STATUS_FAILING:
		calendar_minute(s->trouble.since, when);
		if (s->trouble.since == 0) {
			buf_append_format(out, "the last run failed");
			break;
		}
		buf_append_format(out, "failing since %s, ", when);
		add_failure(out, &s->trouble);
		break;
	case STATUS_KILLED:
		buf_append_format(out, "the last run was killed");
		break;
	case STATUS_INTERRUPTED:
		buf_append_format(out, "the last run was interrupted");
		break;
	case STATUS_OLD:
		buf_append_format(out, "too old");
		break;
	case STATUS_OK:
	case STATUS_NEVER:
		buf_append_string(out,
		    s->summary.running		  ? "a run is in progress"
			: s->verdict == STATUS_OK ? "ok"
						  : "never fetched");
		break;
	}
}

void status_line(const struct status *s)
{
	char when[CALENDAR_TEXT], span[48];
	struct buf text = {0}, wrapped = {0};

	buf_append_format(&text, "%s: ", s->account->name);
	add_verdict(&text, s);
	calendar_minute(s->summary.last_success, when);
	retention_span(s->now - s->summary.last_success, span, sizeof(span));
	if (s->summary.last_success > s->now)
		buf_append_format(&text, "; last success %s (in the future: check the clock)", when);
	else if (s->summary.last_success > 0)
		buf_append_format(&text, "; last success %s (%s ago)", when, span);
	else if (!is_untouched(s))
		buf_append_format(&text, "; no success yet");
	buf_append_format(&text, "; %s to ", s->account->server);
	add_destination(&text, s->account);
	columns_wrap(&wrapped, buf_string(&text), columns_of(STDOUT_FILENO), 0, 2);
	puts(buf_string(&wrapped));
	buf_free(&text);
	buf_free(&wrapped);
}

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
	if (s->verdict == STATUS_KILLED)
		printf("  now            the last run was killed; the next run continues where it stopped\n");
	if (s->verdict == STATUS_INTERRUPTED)
		printf("  now            the last run was interrupted; the next run continues where it stopped\n");
}

static void print_trouble(const struct status *s)
{
	char since[CALENDAR_TEXT], at[CALENDAR_TEXT];
	struct buf failure = {0};

	if (s->trouble.since == 0)
		return;
	calendar_minute(s->trouble.since, since);
	calendar_minute(s->trouble.at, at);
	add_failure(&failure, &s->trouble);
	printf("  failing since  %s\n  last failure   %s: %s\n", since, at, buf_string(&failure));
	buf_free(&failure);
}

static void print_messages(const struct status *s)
{
	char size[REPORT_SIZE_TEXT];

	report_size(s->summary.delivered_octets, size);
	printf("  delivered      %" PRIu64 " message%s, %s\n", s->summary.delivered,
	    s->summary.delivered == 1 ? "" : "s", size);
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
	const struct account *a = s->account;
	struct buf destination = {0};

	add_destination(&destination, a);
	printf("%s:\n", a->name);
	printf("  server         %s at %s port %u\n", a->login.user, a->server, a->port);
	printf("  destination    %s\n", buf_string(&destination));
	buf_free(&destination);
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

static void add_last_run(struct jsonl *json, const struct state_summary *s)
{
	static const char *const results[] = {[STATE_RUN_BEGUN] = "killed",
	    [STATE_RUN_COMPLETED] = "completed",
	    [STATE_RUN_FAILED] = "failed",
	    [STATE_RUN_INTERRUPTED] = "interrupted"};
	struct jsonl *run;

	if (s->last.result == STATE_RUN_UNKNOWN) {
		jsonl_text(json, "last_run", NULL);
		return;
	}
	run = jsonl_object();
	add_time(run, "began_at", s->last.began);
	jsonl_text(run, "result", s->running ? "running" : results[s->died ? STATE_RUN_BEGUN : s->last.result]);
	jsonl_add(json, "last_run", run);
}

static void add_places(struct jsonl *json, const struct account *a)
{
	struct jsonl *to = jsonl_object();

	jsonl_text(json, "server", a->server);
	jsonl_number(json, "port", a->port);
	jsonl_text(json, "user", a->login.user);
	jsonl_text(to, "kind", a->delivery.to.ops->scheme);
	if (a->delivery.to.path)
		jsonl_text(to, "path", a->delivery.to.path);
	jsonl_add(json, "destination", to);
}

void status_json(const struct status *s)
{
	struct jsonl *json = jsonl_line("status", s->account->name);
	bool deletes = s->mode == RETENTION_NONE || (s->mode == RETENTION_AGE && !s->clock_is_behind);

	jsonl_flag(json, "ok", s->verdict == STATUS_OK);
	add_places(json, s->account);
	add_time(json, "last_success", s->summary.last_success);
	add_time(json, "failing_since", s->trouble.since);
	add_trouble(json, &s->trouble);
	jsonl_flag(json, "running", s->summary.running);
	jsonl_flag(json, "interrupted", s->verdict == STATUS_KILLED || s->verdict == STATUS_INTERRUPTED);
	add_last_run(json, &s->summary);
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
