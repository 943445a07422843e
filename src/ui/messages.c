#include "config.h"

#include "ui/messages.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/calendar.h"
#include "base/escape.h"
#include "fetch/event.h"
#include "ui/jsonl.h"
#include "ui/report.h"

enum { SHOWN_OCTETS = 4 * 1024 + 4 };

static const char *const actions[] = {
    [RETENTION_FETCH] = "fetch",
    [RETENTION_FETCH_AND_DELETE] = "fetch, delete",
    [RETENTION_LEAVE] = "leave",
    [RETENTION_DELETE] = "delete",
};

void messages_say(const char *account, const struct listed *m)
{
	printf("%s: message %" PRIu32 " (%" PRIu64 " bytes): %s\n", account, m->number, m->octets,
	    event_text(m, LISTED_WHY));
}

static const char *shown(const struct listed *m, enum listed_text which, char out[SHOWN_OCTETS])
{
	const char *text = event_text(m, which);

	escape_text(out, SHOWN_OCTETS, *text ? text : "-", *text ? strlen(text) : 1);
	return out;
}

/* Formats the due time as a day in local time. */
static void due_text(const struct listed *m, char out[CALENDAR_TEXT])
{
	if (m->due <= 0)
		snprintf(out, CALENDAR_TEXT, "%s", m->due == 0 ? "next run" : "-");
	else
		calendar_day(m->due, out);
}

/* Prints text in at least `columns` columns. Wide characters are counted as one column. */
static void print_wide(const char *text, size_t columns)
{
	size_t used = 0;

	for (const char *c = text; *c; c++)
		used += ((unsigned char)*c & 0xc0) != 0x80;
	printf("  %s%*s", text, used < columns ? (int)(columns - used) : 0, "");
}

static void print_headers(const struct listed *m)
{
	static const size_t columns[] = {[LISTED_DATE] = 31, [LISTED_FROM] = 30, [LISTED_SUBJECT] = 0};
	char text[SHOWN_OCTETS];

	for (int i = LISTED_DATE; i <= LISTED_SUBJECT; i++)
		print_wide(m->has_header ? shown(m, (enum listed_text)i, text) : "-", columns[i]);
}

static void print_aligned(struct messages_table *t, const char *account, const struct listed *m)
{
	char size[REPORT_SIZE_TEXT], age[48] = "new", when[CALENDAR_TEXT], uid[SHOWN_OCTETS];

	if (t->account != account)
		printf("%s%s:\n%6s %9s  %-10s %-14s %-10s  %-24s%s\n", t->account ? "\n" : "", account, "number",
		    "size", "age", "next run", "deleted", "UID", t->headers ? "  date, from, subject" : "");
	report_size(m->octets, size);
	if (m->known)
		retention_span(m->now > m->delivered ? m->now - m->delivered : 0, age, sizeof(age));
	due_text(m, when);
	printf("%6" PRIu32 " %9s  %-10s %-14s %-10s", m->number, size, age, actions[m->action], when);
	print_wide(shown(m, LISTED_UID, uid), t->headers ? 24 : 0);
	if (t->headers)
		print_headers(m);
	putchar('\n');
}

static void print_plain(const struct messages_table *t, const char *account, const struct listed *m)
{
	char text[SHOWN_OCTETS], when[CALENDAR_TEXT];

	due_text(m, when);
	printf("%s\t%" PRIu32 "\t%s\t%" PRIu64, account, m->number, shown(m, LISTED_UID, text), m->octets);
	if (m->known)
		printf("\t%" PRId64, m->now - m->delivered);
	else
		printf("\tnew");
	printf("\t%s\t%s", actions[m->action], when);
	for (int i = LISTED_DATE; i <= LISTED_SUBJECT && t->headers; i++)
		printf("\t%s", m->has_header ? shown(m, (enum listed_text)i, text) : "-");
	putchar('\n');
}

void messages_row(struct messages_table *t, const char *account, const struct listed *m)
{
	if (t->terminal)
		print_aligned(t, account, m);
	else
		print_plain(t, account, m);
	t->account = account;
}

void messages_json(const char *account, const struct listed *m)
{
	static const char *const names[] =
	    {[LISTED_DATE] = "date", [LISTED_FROM] = "from", [LISTED_SUBJECT] = "subject"};
	const char *uid = event_text(m, LISTED_UID);
	struct jsonl *json = jsonl_line("message", account);

	jsonl_number(json, "number", m->number);
	jsonl_text(json, "uid", *uid ? uid : NULL);
	jsonl_number(json, "bytes", (int64_t)m->octets);
	jsonl_flag(json, "known", m->known);
	jsonl_time(json, "delivered_at", m->known ? m->delivered : -1);
	jsonl_flag(json, "fetch", m->action == RETENTION_FETCH || m->action == RETENTION_FETCH_AND_DELETE);
	jsonl_flag(json, "delete", m->action == RETENTION_DELETE || m->action == RETENTION_FETCH_AND_DELETE);
	jsonl_time(json, "delete_at", m->due == 0 ? m->now : m->due);
	jsonl_text(json, "reason", event_text(m, LISTED_WHY));
	for (int i = LISTED_DATE; i <= LISTED_SUBJECT && m->has_header; i++)
		jsonl_text(json, names[i], event_text(m, (enum listed_text)i));
	jsonl_print(json, stdout);
}
