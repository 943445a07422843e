#include "config.h"

#include "ui/progress_line.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "ui/report.h"

enum {
	RATE_MS = 1000, /* interval between rate measurements */
	BAR_LEAST = 8,
	BAR_MOST = 60,
	GAP = 2,
	FIELD_TEXT = 2 * REPORT_SIZE_TEXT + 4,
	NAME_LEAST = 8, /* columns reserved for a long name on the narrowest terminal */
};

/* A server may announce any size, so a rate may exceed what an integer holds. */
#define RATE_MOST 1e18

enum field { FIELD_COUNT, FIELD_SIZE, FIELD_RATE, FIELD_TIME, FIELDS };

/* Sets of fields, as bits by enum field. The first set that leaves room for a bar is used. */
static const unsigned choices[] = {
    1 << FIELD_COUNT | 1 << FIELD_SIZE | 1 << FIELD_RATE | 1 << FIELD_TIME,
    1 << FIELD_COUNT | 1 << FIELD_SIZE | 1 << FIELD_TIME,
    1 << FIELD_COUNT | 1 << FIELD_TIME,
    1 << FIELD_COUNT,
};

/* Minimum widths, so that the bars of all lines are aligned. */
static const int widths[FIELDS] = {9, 17, 10, 6};

static void measure_rate(struct progress_line *line, int64_t now)
{
	int64_t passed = now - line->mark;
	double rate;

	if (passed < RATE_MS)
		return;
	rate = (double)(line->advance.octets - line->mark_octets) * 1000 / (double)passed;
	line->rate = line->rate > 0 ? 0.7 * line->rate + 0.3 * rate : rate;
	line->mark = now;
	line->mark_octets = line->advance.octets;
}

void progress_line_advance(struct progress_line *line, const struct advance *advance, int64_t now)
{
	/* The numbers decrease when a second session starts from zero. */
	if (!line->known || advance->octets < line->mark_octets)
		*line = (struct progress_line){.known = true, .since = now, .mark = now};
	line->advance = *advance;
	measure_rate(line, now);
}

static void write_time(const struct advance *a, double rate, char *out, size_t size)
{
	uint64_t left = a->octets < a->octets_all ? a->octets_all - a->octets : 0;
	double seconds = rate >= 1 ? (double)left / rate + 0.5 : left > 0 ? 1e9 : 0;
	unsigned whole = seconds < 360000 ? (unsigned)seconds : 0;

	if (seconds >= 360000)
		snprintf(out, size, "-:--");
	else if (whole >= 3600)
		snprintf(out, size, "%u:%02u:%02u", whole / 3600, whole / 60 % 60, whole % 60);
	else
		snprintf(out, size, "%u:%02u", whole / 60, whole % 60);
}

static void write_fields(struct progress_line *line, int64_t now, char fields[FIELDS][FIELD_TEXT])
{
	const struct advance *a = &line->advance;
	char done[REPORT_SIZE_TEXT], all[REPORT_SIZE_TEXT];
	double rate;

	measure_rate(line, now);
	rate = line->rate;
	if (rate <= 0 && now > line->since)
		rate = (double)a->octets * 1000 / (double)(now - line->since);
	rate = rate < RATE_MOST ? rate : RATE_MOST;
	snprintf(fields[FIELD_COUNT], sizeof(fields[0]), "%" PRIu64 "/%" PRIu64, a->messages, a->messages_all);
	report_size(a->octets < a->octets_all ? a->octets : a->octets_all, done);
	report_size(a->octets_all, all);
	snprintf(fields[FIELD_SIZE], sizeof(fields[0]), "%s/%s", done, all);
	report_size((uint64_t)rate, done);
	snprintf(fields[FIELD_RATE], sizeof(fields[0]), "%s/s", done);
	write_time(a, rate, fields[FIELD_TIME], sizeof(fields[0]));
}

static int columns_of(unsigned choice, char fields[FIELDS][FIELD_TEXT])
{
	int columns = 0;

	for (int i = 0; i < FIELDS; i++) {
		int length = (int)strlen(fields[i]);

		if (choice & 1U << i)
			columns += GAP + (length > widths[i] ? length : widths[i]);
	}
	return columns;
}

static void repeat(struct buf *out, const char *text, int times)
{
	for (int i = 0; i < times; i++)
		buf_append_string(out, text);
}

/* Returns the completed part of the bar, by bytes, or by messages if sizes are not known. */
static int filled(const struct advance *a, int columns)
{
	uint64_t done = a->octets_all > 0 ? a->octets : a->messages;
	uint64_t all = a->octets_all > 0 ? a->octets_all : a->messages_all;

	/* The product comes first, so that a whole number of columns is exact. */
	return done >= all ? columns : (int)((double)done * columns / (double)all);
}

/* Writes the bar, in green if colors are wanted: SGR 32, and 39 for the default color (ECMA-48, section 8.3.117). */
static void write_bar(const struct advance *a, const struct progress_style *style, int columns, struct buf *out)
{
	int inside = style->utf8 ? columns : columns - 2;
	int done = filled(a, inside);

	if (!style->utf8)
		buf_append_string(out, "[");
	if (style->color)
		buf_append_string(out, "\033[32m");
	repeat(out, style->utf8 ? "\xe2\x94\x81" : "#", done);
	if (style->color)
		buf_append_string(out, "\033[39m");
	repeat(out, style->utf8 ? "\xe2\x94\x80" : "-", inside - done);
	if (!style->utf8)
		buf_append_string(out, "]");
}

/* Writes text instead of numbers, cut to the available columns. */
static int write_words(const char *words, int columns, struct buf *out)
{
	int length = (int)strlen(words);

	length = length < columns ? length : columns;
	buf_append(out, words, (size_t)length);
	return length;
}

static int write_numbers(struct progress_line *line, const struct progress_style *style, int columns, int64_t now,
    struct buf *out)
{
	char fields[FIELDS][FIELD_TEXT];
	int bar = 0, taken;
	unsigned choice = 0;

	write_fields(line, now, fields);
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]) && bar < BAR_LEAST; i++) {
		choice = choices[i];
		bar = columns - columns_of(choice, fields);
	}
	if (bar < BAR_LEAST)
		return write_words(fields[FIELD_COUNT], columns, out);
	bar = bar < BAR_MOST ? bar : BAR_MOST;
	write_bar(&line->advance, style, bar, out);
	taken = bar + columns_of(choice, fields);
	for (int i = 0; i < FIELDS; i++) {
		if (choice & 1U << i)
			buf_append_format(out, "%*s%*s", GAP, "", widths[i], fields[i]);
	}
	return taken;
}

int progress_line_write(struct progress_line *line, const char *name, const struct progress_style *style, int columns,
    int64_t now, struct buf *out)
{
	int most = columns / 4 > NAME_LEAST ? columns / 4 : NAME_LEAST;
	int name_columns = style->name_columns < most ? style->name_columns : most;

	if (columns < name_columns + GAP)
		return columns > 0 ? write_words(name, columns, out) : 0;
	buf_append_format(out, "%-*.*s%*s", name_columns, name_columns, name, GAP, "");
	columns -= name_columns + GAP;
	name_columns += GAP;
	if (!line->known)
		return name_columns + write_words("connecting", columns, out);
	if (line->advance.messages_all == 0)
		return name_columns + write_words("nothing to fetch", columns, out);
	return name_columns + write_numbers(line, style, columns, now, out);
}
