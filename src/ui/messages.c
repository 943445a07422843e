#include "config.h"

#include "ui/messages.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/calendar.h"
#include "base/escape.h"
#include "fetch/event.h"
#include "ui/columns.h"
#include "ui/jsonl.h"
#include "ui/report.h"

enum {
	SHOWN_OCTETS = 4 * 1024 + 4,
	FIXED_COLUMNS = 29, /* of number, size and action before the header fields */
	DATE_COLUMNS = 10,
	GAP = 2,
};

static const char *const actions[] = {
    [RETENTION_FETCH] = "fetch",
    [RETENTION_FETCH_AND_DELETE] = "fetch, delete",
    [RETENTION_LEAVE] = "leave",
    [RETENTION_DELETE] = "delete",
};

/* For lines that share the terminal's width with a subject. */
static const char *const short_actions[] = {
    [RETENTION_FETCH] = "fetch",
    [RETENTION_FETCH_AND_DELETE] = "fetch+del",
    [RETENTION_LEAVE] = "leave",
    [RETENTION_DELETE] = "delete",
};

void messages_add(struct messages_total *total, const struct listed *m)
{
	bool fetch = m->action == RETENTION_FETCH || m->action == RETENTION_FETCH_AND_DELETE;
	bool erase = m->action == RETENTION_DELETE || m->action == RETENTION_FETCH_AND_DELETE;

	total->count++;
	total->octets += m->octets;
	total->fetch += fetch;
	total->fetch_octets += fetch ? m->octets : 0;
	total->erase += erase;
	total->erase_octets += erase ? m->octets : 0;
}

void messages_say_total(const char *account, const struct messages_total *total, size_t columns)
{
	char all[REPORT_SIZE_TEXT], fetch[REPORT_SIZE_TEXT], erase[REPORT_SIZE_TEXT];
	struct buf line = {0}, wrapped = {0};

	report_size(total->octets, all);
	report_size(total->fetch_octets, fetch);
	report_size(total->erase_octets, erase);
	if (total->count == 0)
		buf_append_format(&line, "%s: no messages on the server", account);
	else
		buf_append_format(&line,
		    "%s: %" PRIu64 " message%s (%s): fetch %" PRIu64 " (%s), delete %" PRIu64 " (%s), leave %" PRIu64,
		    account, total->count, total->count == 1 ? "" : "s", all, total->fetch, fetch, total->erase, erase,
		    total->count - total->erase);
	columns_wrap(&wrapped, buf_string(&line), columns, 0, 2);
	puts(buf_string(&wrapped));
	buf_free(&line);
	buf_free(&wrapped);
}

static const char *shown(const struct listed *m, enum listed_text which, char out[SHOWN_OCTETS])
{
	const char *text = which >= LISTED_DATE && !m->has_header ? "" : event_text(m, which);

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

/* Prints the line, cut to the columns of the terminal, and frees it. */
static void print_cut(struct buf *line, size_t columns)
{
	struct buf fitted = {0};

	columns_cut(&fitted, buf_string(line), columns > 0 ? columns : SIZE_MAX);
	puts(buf_string(&fitted));
	buf_free(&fitted);
	buf_free(line);
}

void messages_say(const char *account, const struct listed *m, size_t columns)
{
	struct buf line = {0};
	char text[SHOWN_OCTETS];

	buf_append_format(&line, "%s: message %" PRIu32 " (%" PRIu64 " bytes): %s", account, m->number, m->octets,
	    shown(m, LISTED_WHY, text));
	if (m->has_header && *event_text(m, LISTED_SUBJECT))
		buf_append_format(&line, "; subject \"%s\"", shown(m, LISTED_SUBJECT, text));
	else if (m->has_header)
		buf_append_string(&line, "; no subject");
	print_cut(&line, columns);
}

/* Shortens a date (RFC 5322, section 3.3) to "2026-11-30", and keeps any other text. */
static void shorten_date(char text[SHOWN_OCTETS])
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const char *found, *digits = text + strcspn(text, "0123456789");
	unsigned day, year;
	char month[4];

	if (sscanf(digits, "%2u %3s %4u", &day, month, &year) != 3)
		return;
	found = strstr(months, month);
	if (found && strlen(month) == 3 && (found - months) % 3 == 0)
		snprintf(text, SHOWN_OCTETS, "%04u-%02u-%02u", year, (unsigned)(found - months) / 3 + 1, day);
}

/* Shortens a sender to the name before the address, without quotes, or to the address alone. */
static void shorten_sender(char text[SHOWN_OCTETS])
{
	char *end = strrchr(text, '<'), *start = text;

	while (end && end > text && end[-1] == ' ')
		end--;
	if (!end || (end == text && !strchr(text, '>')))
		return;
	if (end == text) {
		start++;
		end = strchr(text, '>');
	}
	if (end - start > 2 && *start == '"' && end[-1] == '"') {
		start++;
		end--;
	}
	*end = '\0';
	memmove(text, start, (size_t)(end - start) + 1);
}

/* Appends date, sender and subject; the last two share the rest of the line. */
static void append_headers(struct buf *line, const struct listed *m, size_t columns)
{
	size_t used = columns_width(buf_string(line)) + DATE_COLUMNS + 2 * GAP;
	size_t sender = columns > used ? (columns - used) * 2 / 5 : 0;
	char text[SHOWN_OCTETS];

	shown(m, LISTED_DATE, text);
	shorten_date(text);
	columns_fit(line, text, DATE_COLUMNS);
	buf_append_format(line, "%*s", GAP, "");
	shown(m, LISTED_FROM, text);
	shorten_sender(text);
	columns_fit(line, text, sender);
	buf_append_format(line, "%*s%s", GAP, "", shown(m, LISTED_SUBJECT, text));
}

/* Prints the account's name and the headings of the fields. */
static void print_heading(const struct messages_table *t, const char *account)
{
	size_t used = FIXED_COLUMNS + DATE_COLUMNS + 2 * GAP;
	int sender = (int)(t->columns > used ? (t->columns - used) * 2 / 5 : 0);

	printf("%s%s:\n", t->account ? "\n" : "", account);
	if (t->headers)
		printf("%6s %9s  %-9s  %-*s  %-*.*s  subject\n", "number", "size", "next run", DATE_COLUMNS, "date",
		    sender, sender, "from");
	else
		printf("%6s %9s  %-10s %-14s %-10s  UID\n", "number", "size", "age", "next run", "deletion");
}

static void print_aligned(struct messages_table *t, const char *account, const struct listed *m)
{
	char size[REPORT_SIZE_TEXT], age[48] = "new", when[CALENDAR_TEXT], uid[SHOWN_OCTETS];
	struct buf line = {0};

	if (t->account != account)
		print_heading(t, account);
	report_size(m->octets, size);
	buf_append_format(&line, "%6" PRIu32 " %9s  ", m->number, size);
	if (t->headers) {
		buf_append_format(&line, "%-9s  ", short_actions[m->action]);
		append_headers(&line, m, t->columns);
	} else {
		if (m->known)
			retention_span(m->now > m->delivered ? m->now - m->delivered : 0, age, sizeof(age));
		due_text(m, when);
		buf_append_format(&line, "%-10s %-14s %-10s  %s", age, actions[m->action], when,
		    shown(m, LISTED_UID, uid));
	}
	print_cut(&line, t->columns);
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
		printf("\t%s", shown(m, (enum listed_text)i, text));
	putchar('\n');
}

void messages_row(struct messages_table *t, const char *account, const struct listed *m)
{
	if (t->columns > 0)
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
